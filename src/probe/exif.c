/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exif.c: EXIF (a TIFF directory), the block of metadata that most containers carry. */
#include "probe/probe.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 4096 };

struct tiff {
    um_probe_state *probe;
    const uint8_t *b;
    size_t n;
    bool big_endian, broken;
    bool only_prefix; /* of a TIFF file larger than a block: what lies beyond is not damage */
};

static uint32_t get16(const struct tiff *t, size_t at)
{
    return t->big_endian ? um_be16(t->b + at) : um_le16(t->b + at);
}

static uint32_t get32(const struct tiff *t, size_t at)
{
    return t->big_endian ? um_be32(t->b + at) : um_le32(t->b + at);
}

static void text(const struct tiff *t, const char *label, const uint8_t *value, size_t n, bool software)
{
    n = strnlen((const char *)value, n);
    while (n && isspace(value[n - 1]))
        n--;
    if (!n)
        return;
    um_probe_mark(t->probe, UM_MARK_EXIF, UM_MARK_PRESENT, label, value, n);
    if (software)
        um_probe_software(t->probe, label, value, n);
    else
        um_probe_text(t->probe, label, value, n);
}

static void user_comment(const struct tiff *t, const uint8_t *value, size_t n)
{
    if (n < 8)
        return;
    if (!memcmp(value, "UNICODE", 8)) {
        /* the standard means the byte order of the file, but programs differ: guess */
        char *utf8 = um_probe_utf16(value + 8, n - 8, 0);
        if (utf8)
            text(t, "UserComment", (uint8_t *)utf8, strlen(utf8), false);
        else
            t->probe->out_of_memory = true;
        free(utf8);
    } else {
        text(t, "UserComment", value + 8, n - 8, false);
    }
}

static void entry(struct tiff *t, uint32_t tag, const uint8_t *value, size_t n, uint32_t number)
{
    char line[32];
    switch (tag) {
    case 0x010E:
        text(t, "ImageDescription", value, n, false);
        break;
    case 0x010F:
        text(t, "Make", value, n, false);
        break;
    case 0x0110:
        text(t, "Model", value, n, false);
        break;
    case 0x0112:
        snprintf(line, sizeof line, "%u", number);
        um_probe_mark(t->probe, UM_MARK_EXIF, UM_MARK_PRESENT, "Orientation", line, strlen(line));
        break;
    case 0x0131:
        text(t, "Software", value, n, true);
        break;
    case 0x0132:
        text(t, "DateTime", value, n, false);
        break;
    case 0x013B:
        text(t, "Artist", value, n, false);
        break;
    case 0x02BC:
        um_probe_xmp(t->probe, value, n);
        break;
    case 0x8825:
        um_probe_mark(t->probe, UM_MARK_EXIF, UM_MARK_PRESENT, "GPS position", "", 0);
        break;
    case 0x9003:
        text(t, "DateTimeOriginal", value, n, false);
        break;
    case 0x9286:
        user_comment(t, value, n);
        break;
    case 0xA434:
        text(t, "LensModel", value, n, false);
        break;
    case 0xCD41:
        um_probe_c2pa(t->probe, value, n);
        break;
    default:
        break;
    }
}

/* One directory; returns the position of the EXIF directory that it points to, 0 when none. */
static size_t directory(struct tiff *t, size_t at)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    size_t exif = 0;
    if (at + 2 > t->n || at < 8) {
        t->broken = true;
        return 0;
    }
    uint32_t count = get16(t, at);
    if (count > MAX_ENTRIES || count * 12u > t->n - at - 2) {
        t->broken = true;
        count = (uint32_t)((t->n - at - 2) / 12);
    }
    for (uint32_t i = 0; i < count && i < MAX_ENTRIES; i++) {
        size_t e = at + 2 + i * (size_t)12;
        uint32_t tag = get16(t, e), type = get16(t, e + 2), number = get32(t, e + 4);
        if (type == 0 || type >= sizeof sizes)
            continue; /* not a type of TIFF 6: readers skip it */
        uint64_t bytes = (uint64_t)number * sizes[type];
        size_t where = bytes <= 4 ? e + 8 : get32(t, e + 8);
        if (where > t->n || bytes > t->n - where) {
            t->broken = true;
            continue;
        }
        uint32_t first = type == 3 && number ? get16(t, where) : type == 4 && number ? get32(t, where) : 0;
        if (tag == 0x8769)
            exif = first;
        else
            entry(t, tag, t->b + where, (size_t)bytes, first);
    }
    return exif;
}

void um_probe_exif(um_probe_state *p, const uint8_t *b, size_t n)
{
    struct tiff t = {.probe = p, .b = b, .n = n, .only_prefix = n == UM_PROBE_BLOCK_MAX};
    if (n >= 8 && !memcmp(b, "II*", 4)) {
        t.big_endian = false;
    } else if (n >= 8 && !memcmp(b, "MM\0*", 4)) {
        t.big_endian = true;
    } else {
        um_probe_mark(p, UM_MARK_EXIF, UM_MARK_BROKEN, "no TIFF header", "", 0);
        return;
    }
    um_probe_mark(p, UM_MARK_EXIF, UM_MARK_PRESENT, "", "", 0);
    size_t exif = directory(&t, get32(&t, 4));
    if (exif)
        directory(&t, exif);
    if (t.broken && t.only_prefix)
        um_probe_limit(p, "only the first 8 MB of a TIFF file are read");
    else if (t.broken)
        um_probe_mark(p, UM_MARK_EXIF, UM_MARK_BROKEN, "a directory reaches beyond its block", "", 0);
}
