/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jumbf.c: boxes within boxes, also inside of manifests that Brotli compressed (C2PA 2.1, 'c2cm'). */
#include "probe/jumbf.h"
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 16, DESCRIPTION_MIN = 8 + 17 };

static void fault(um_jumbf *j, const char *what)
{
    if (!j->fault)
        j->fault = what;
}

static void boxes(um_probe_state *p, um_jumbf *j, const uint8_t *b, size_t n, int parent, int depth);

/* 'brob': the packed superbox of the manifest; some write its type before it, as JPEG XL does. */
static void compressed(um_probe_state *p, um_jumbf *j, const uint8_t *b, size_t n, int parent, int depth)
{
    size_t length = 0;
    if (j->n_unpacked == UM_JUMBF_UNPACKED) {
        j->not_looked = "too many compressed manifests";
        return;
    }
    const char *limit = p->limit;
    uint8_t *plain = um_probe_brotli(p, b, n, &length);
    if (!plain && n > 4 && !memcmp(b, "jumb", 4))
        plain = um_probe_brotli(p, b + 4, n - 4, &length);
    if (!plain && p->limit != limit)
        j->not_looked = "a compressed manifest is too large";
    else if (!plain)
        fault(j, "a compressed manifest cannot be unpacked");
    if (!plain)
        return;
    j->unpacked[j->n_unpacked++] = plain;
    boxes(p, j, plain, length, parent, depth);
}

static void superbox(um_probe_state *p, um_jumbf *j, const uint8_t *b, size_t n, int parent, int depth)
{
    size_t described = n >= DESCRIPTION_MIN ? um_be32(b) : 0;
    if (n < DESCRIPTION_MIN || memcmp(b + 4, "jumd", 4) || described < DESCRIPTION_MIN || described > n) {
        fault(j, "a length inside does not fit");
        return;
    }
    if (j->n == UM_JUMBF_BOXES) {
        j->not_looked = "too many boxes";
        return;
    }
    if (!um_grow(&j->box, &j->capacity, j->n + 1, UM_JUMBF_BOXES, sizeof *j->box)) {
        p->out_of_memory = true;
        return;
    }
    const char *label = (const char *)b + DESCRIPTION_MIN;
    bool labelled = (b[DESCRIPTION_MIN - 1] & 2) && memchr(label, 0, described - DESCRIPTION_MIN);
    int self = (int)j->n++;
    um_jumbf_box *box = &j->box[self];
    *box = (um_jumbf_box){.label = labelled ? label : "", .body = b, .n = n, .parent = parent};
    memcpy(box->type, b + 8, 4);
    boxes(p, j, b + described, n - described, self, depth);
}

static void boxes(um_probe_state *p, um_jumbf *j, const uint8_t *b, size_t n, int parent, int depth)
{
    if (depth > MAX_DEPTH) {
        fault(j, "boxes are nested too deeply");
        return;
    }
    while (n && !j->fault && um_probe_step(p)) {
        uint64_t size = n < 8 ? 0 : um_be32(b);
        size_t header = 8;
        if (size == 1 && n >= 16) {
            size = um_be64(b + 8);
            header = 16;
        } else if (size == 0 && n >= 8) {
            size = n;
        }
        if (size < header || size > n) {
            fault(j, "a length inside does not fit");
            return;
        }
        const uint8_t *body = b + header;
        size_t length = (size_t)size - header;
        if (!memcmp(b + 4, "jumb", 4)) {
            superbox(p, j, body, length, parent, depth + 1);
        } else if (!memcmp(b + 4, "brob", 4)) {
            compressed(p, j, body, length, parent, depth + 1);
        } else if (parent >= 0 && !*j->box[parent].content_type) {
            memcpy(j->box[parent].content_type, b + 4, 4);
            j->box[parent].content = body;
            j->box[parent].content_n = length;
        }
        b += size;
        n -= (size_t)size;
    }
}

void um_jumbf_read(um_probe_state *p, um_jumbf *j, const uint8_t *b, size_t n)
{
    boxes(p, j, b, n, -1, 0);
}

void um_jumbf_free(um_jumbf *j)
{
    for (int i = 0; i < j->n_unpacked; i++)
        free(j->unpacked[i]);
    free(j->box);
    *j = (um_jumbf){0};
}

int um_jumbf_find(const um_jumbf *j, int parent, const char *type, const char *label)
{
    for (size_t i = 0; i < j->n; i++)
        if (j->box[i].parent == parent && (!type || !memcmp(j->box[i].type, type, 4)) &&
            (!label || !strcmp(j->box[i].label, label)))
            return (int)i;
    return -1;
}
