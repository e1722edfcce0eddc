/* SPDX-License-Identifier: GPL-3.0-or-later */
/* marks.c: the fixed list of marks, and what texts found in a file mean for them. */
#define _GNU_SOURCE /* memmem, strcasestr */
#include "base/text.h"
#include "probe/probe.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 100, REPEATED_MIN = 6 }; /* bytes of one value in a detail; of one worth comparing */

void um_probe_marks_init(um_probe *out)
{
    static const char *const names[UM_N_MARKS] = {
        [UM_MARK_C2PA] = "c2pa",
        [UM_MARK_EXIF] = "exif",
        [UM_MARK_XMP] = "xmp",
        [UM_MARK_IPTC] = "iptc_source_type",
        [UM_MARK_GENERATOR] = "generator",
        [UM_MARK_ENCODER] = "encoder",
        [UM_MARK_LABEL] = "unmask_label",
        [UM_MARK_AIGC] = "aigc_label",
    };
    out->n_marks = UM_N_MARKS;
    for (int i = 0; i < UM_N_MARKS; i++)
        out->marks[i] = (um_mark){.name = names[i]};
}

/* Runs of white space become a space, other control bytes are left out. */
void um_probe_clean(char *out, size_t size, const void *value, size_t n)
{
    const uint8_t *s = value;
    size_t k = 0;
    while (n && *s) {
        size_t length = um_utf8_length(s, n), need = length ? length : 2;
        if (k + need + 1 > size)
            break;
        if (*s <= ' ') {
            if (k && out[k - 1] != ' ' && isspace(*s))
                out[k++] = ' ';
        } else if (length > 1 || (length == 1 && *s != 0x7F)) {
            memcpy(out + k, s, length);
            k += length;
        } else if (!length) {
            k += um_utf8_put(out + k, *s);
        }
        length = length ? length : 1;
        s += length;
        n -= length;
    }
    while (k && out[k - 1] == ' ')
        k--;
    out[k] = 0;
}

void um_probe_mark(um_probe_state *p, um_probe_mark_id id, um_mark_state state, const char *label,
                   const void *value, size_t n)
{
    static const int rank[] = {
        [UM_MARK_ABSENT] = 0, [UM_MARK_NOT_LOOKED_AT] = 1,      [UM_MARK_PRESENT] = 2,
        [UM_MARK_BROKEN] = 3, [UM_MARK_DECLARES_SYNTHETIC] = 4,
    };
    um_mark *m = &p->out->marks[id];
    char text[VALUE_MAX], item[VALUE_MAX + 64];
    if (rank[state] > rank[m->state])
        m->state = state;
    um_probe_clean(text, sizeof text, value, n);
    snprintf(item, sizeof item, "%s%s%s", label, *label && *text ? " " : "", text);
    size_t used = strlen(m->detail);
    /* the same program or date under several labels is said once */
    if (!*item || strstr(m->detail, strlen(text) >= REPEATED_MIN ? text : item) ||
        used + strlen(item) + 3 > sizeof m->detail)
        return;
    snprintf(m->detail + used, sizeof m->detail - used, "%s%s", used ? "; " : "", item);
}

void um_probe_unread(um_probe_state *p, um_probe_mark_id id, int64_t at, int64_t n)
{
    bool beyond = at > p->size || n > p->size - at;
    um_probe_mark(p, id, beyond ? UM_MARK_BROKEN : UM_MARK_NOT_LOOKED_AT,
                  beyond ? "reaches beyond the file" : "too large to be looked into", "", 0);
}

void um_probe_limit(um_probe_state *p, const char *why)
{
    if (!p->limit)
        p->limit = why;
}

void um_probe_marks_end(um_probe_state *p)
{
    const um_mark_state xmp = p->out->marks[UM_MARK_XMP].state;
    if (xmp == UM_MARK_BROKEN || xmp == UM_MARK_NOT_LOOKED_AT)
        if (p->out->marks[UM_MARK_IPTC].state == UM_MARK_ABSENT)
            um_probe_mark(p, UM_MARK_IPTC, UM_MARK_NOT_LOOKED_AT, "the XMP was not read whole", "", 0);
    for (int i = 0; p->limit && i < UM_N_MARKS; i++)
        if (p->out->marks[i].state == UM_MARK_ABSENT)
            um_probe_mark(p, (um_probe_mark_id)i, UM_MARK_NOT_LOOKED_AT, p->limit, "", 0);
}

const void *um_probe_find(const void *bytes, size_t n, const char *what)
{
    return memmem(bytes, n, what, strlen(what));
}

bool um_probe_source_type(char name[48], const char *value, size_t n)
{
    static const char *const synthetic[] = {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia",
                                            "algorithmicMedia", "compositeSynthetic",
                                            "trainedAlgorithmicData"};
    size_t end = n, from, k = 0;
    while (end && !isalnum((unsigned char)value[end - 1]))
        end--;
    for (from = end; from && isalnum((unsigned char)value[from - 1]);)
        from--;
    while (from < end && k < 47)
        name[k++] = value[from++];
    name[k] = 0;
    for (size_t i = 0; i < sizeof synthetic / sizeof *synthetic; i++)
        if (!strcasecmp(name, synthetic[i]))
            return true;
    return false;
}

char *um_probe_utf16(const uint8_t *b, size_t n, char order)
{
    char *out = um_calloc(n / 2 * 3 + 1, 1), *to = out;
    if (!out)
        return NULL;
    if (!order && n >= 2 && ((b[0] == 0xFE && b[1] == 0xFF) || (b[0] == 0xFF && b[1] == 0xFE))) {
        order = b[0] == 0xFE ? 'b' : 'l';
        b += 2;
        n -= 2;
    }
    if (!order) { /* most text has more zeros in the high bytes */
        size_t zeros[2] = {0};
        for (size_t i = 0; i < n; i++)
            zeros[i & 1] += !b[i];
        order = zeros[0] > zeros[1] ? 'b' : 'l';
    }
    for (size_t i = 0; i + 1 < n; i += 2) {
        uint32_t c = order == 'b' ? um_be16(b + i) : um_le16(b + i);
        if (c >= 0xD800 && c < 0xDC00 && i + 3 < n) {
            uint32_t low = order == 'b' ? um_be16(b + i + 2) : um_le16(b + i + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        if (c >= 0xD800 && c < 0xE000)
            c = '?';
        if (c == 0xFEFF) /* the mark again, before the second text of a pair */
            continue;
        if (c == 0) /* ends a text, or parts two */
            c = ' ';
        to += um_utf8_put(to, c);
    }
    return out;
}
