/* SPDX-License-Identifier: GPL-3.0-or-later */
/* matroska.c: the elements of Matroska and WebM (RFC 8794, RFC 9559) that name programs and carry
 * tags. */
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 6 };
enum {
    SEGMENT = 0x18538067,
    INFO = 0x1549A966,
    MUXING_APP = 0x4D80,
    WRITING_APP = 0x5741,
    TITLE = 0x7BA9,
    TAGS = 0x1254C367,
    TAG = 0x7373,
    SIMPLE_TAG = 0x67C8,
    TAG_NAME = 0x45A3,
    TAG_STRING = 0x4487
};

/* A variable-length number of up to `most` bytes at *at. Identifiers keep the length marker. */
static bool number(um_probe_state *p, int64_t *at, int most, bool keep_marker, uint64_t *value, bool *unknown)
{
    uint8_t b[8];
    int n = 1;
    if (!um_probe_read(p, *at, b, 1) || !b[0])
        return false;
    while (!(b[0] & 0x80 >> (n - 1)))
        n++;
    if (n > most || !um_probe_read(p, *at, b, (size_t)n))
        return false;
    *value = keep_marker ? b[0] : b[0] & ((0x80u >> (n - 1)) - 1);
    for (int i = 1; i < n; i++)
        *value = *value << 8 | b[i];
    *unknown = !keep_marker && *value == ((uint64_t)1 << 7 * n) - 1;
    *at += n;
    return true;
}

/* What one element with children says; its children may come in any order. */
struct tag {
    char name[40];
    uint8_t *text; /* owned */
    size_t n;
};

static void told(um_probe_state *p, uint64_t id, struct tag *parent, const uint8_t *b, size_t n)
{
    if (id == TAG_NAME) {
        snprintf(parent->name, sizeof parent->name, "%s", (const char *)b);
    } else if (id == MUXING_APP || id == WRITING_APP) {
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, id == MUXING_APP ? "muxing app" : "encoder", b, n);
        um_probe_software(p, "encoder", b, n);
    } else {
        um_probe_text(p, "title", b, n);
    }
}

static void tag_end(um_probe_state *p, struct tag *t)
{
    if (t->text && (!strcmp(t->name, "ENCODER") || !strcmp(t->name, "ENCODED_BY"))) {
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "encoder", t->text, t->n);
        um_probe_software(p, "encoder", t->text, t->n);
    } else if (t->text) {
        um_probe_text(p, t->name, t->text, t->n);
    }
    free(t->text);
}

static void elements(um_probe_state *p, int64_t at, int64_t end, int depth, struct tag *parent)
{
    while (at < end && um_probe_step(p)) {
        uint64_t id, size;
        bool unknown;
        if (!number(p, &at, 4, true, &id, &unknown) || !number(p, &at, 8, false, &size, &unknown) || at > end)
            return;
        bool master = id == SEGMENT || id == INFO || id == TAGS || id == TAG || id == SIMPLE_TAG;
        bool text =
            id == MUXING_APP || id == WRITING_APP || id == TITLE || id == TAG_NAME || id == TAG_STRING;
        if (unknown && !master) /* of a live stream: its children are passed one by one */
            continue;
        if (unknown || size > (uint64_t)(end - at))
            size = (uint64_t)(end - at);
        if (master && depth < MAX_DEPTH) {
            struct tag child = {""};
            elements(p, at, at + (int64_t)size, depth + 1, &child);
            tag_end(p, &child);
        }
        uint8_t *b = text && size <= UM_PROBE_TEXT_MAX ? um_probe_block(p, at, (int64_t)size) : NULL;
        if ((text && !b) || (master && depth == MAX_DEPTH))
            um_probe_limit(p, master ? "tags are nested too deeply" : "a text is too large");
        size_t n = b ? strlen((char *)b) : 0; /* zeros at the end are padding */
        if (b && id == TAG_STRING && !parent->text) {
            parent->text = b;
            parent->n = n;
        } else if (b) {
            told(p, id, parent, b, n);
            free(b);
        }
        at += (int64_t)size;
    }
}

void um_probe_matroska(um_probe_state *p)
{
    struct tag none = {""};
    elements(p, 0, p->size, 0, &none);
    free(none.text);
}
