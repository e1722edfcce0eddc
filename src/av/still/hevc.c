/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hevc.c: the coded pictures of a HEIC (ISO 23008-12), found by its boxes, held against the syntax of HEVC.
 *
 * A decoder makes a picture of whatever it gets. But no unit may contain two zero bytes and then a byte below
 * three, so that a hole of zeros, which is what a broken copy leaves, is no HEVC. */
#include "av/still/hevc.h"
#include "base/base.h"
#include "probe/bytes.h"
#include <stdlib.h>
#include <string.h>

enum { META_MAX = 8 << 20, ITEM_MAX = 64 << 20, BOXES_MAX = 4096, ITEMS_MAX = 1 << 16 };

struct span {
    const uint8_t *b;
    size_t n;
};

/* The first box of this type among those of `in`; n 0: none. */
static struct span box(struct span in, const char *type)
{
    for (size_t at = 0, i = 0; i < BOXES_MAX && in.n - at >= 8; i++) {
        const size_t size = um_be32(in.b + at);
        if (size < 8 || size > in.n - at)
            break;
        if (!memcmp(in.b + at + 4, type, 4))
            return (struct span){in.b + at + 8, size - 8};
        at += size;
    }
    return (struct span){0};
}

static struct span behind(struct span s, size_t n)
{
    return s.n >= n ? (struct span){s.b + n, s.n - n} : (struct span){0};
}

/* A number of 0, 2, 4 or 8 bytes; s moves behind it. All bits set when they are not there. */
static uint64_t number(struct span *s, size_t bytes)
{
    uint64_t v = 0;
    if (s->n < bytes) {
        *s = (struct span){0};
        return UINT64_MAX;
    }
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | s->b[i];
    *s = behind(*s, bytes);
    return v;
}

static bool is_coded(struct span meta, uint32_t id)
{
    struct span info = box(meta, "iinf");
    const size_t head = info.n >= 4 && info.b[0] ? 8 : 6;
    info = behind(info, head);
    for (int i = 0; i < ITEMS_MAX && info.n >= 20; i++) { /* infe of version 2 and 3 */
        const size_t size = um_be32(info.b), wide = info.b[8] == 3 ? 4 : 2;
        if (size < 20 || size > info.n)
            break;
        const uint32_t its = wide == 4 ? um_be32(info.b + 12) : um_be16(info.b + 12);
        if (its == id && info.b[8] >= 2 && size >= 20 + wide - 2)
            return !memcmp(info.b + 12 + wide + 2, "hvc1", 4);
        info = behind(info, size);
    }
    return false;
}

static bool holds_start_code(const uint8_t *b, size_t n)
{
    for (size_t i = 0; i + 2 < n; i++)
        if (!b[i] && !b[i + 1] && b[i + 2] < 3)
            return true;
    return false;
}

/* Units behind lengths of `wide` bytes. */
static bool units_are_wrong(const uint8_t *b, size_t n, size_t wide)
{
    struct span s = {b, n};
    while (s.n) {
        const uint64_t length = number(&s, wide);
        if (length < 2 || length > s.n || holds_start_code(s.b, (size_t)length))
            return true;
        s = behind(s, (size_t)length);
    }
    return false;
}

static bool item_is_wrong(const um_input *in, uint64_t at, uint64_t n, size_t wide)
{
    if (n > ITEM_MAX || at > (uint64_t)in->size || n > (uint64_t)in->size - at)
        return false; /* libheif says that */
    uint8_t *b = um_calloc((size_t)n, 1);
    const bool wrong =
        b && um_input_read_all(in, (int64_t)at, b, (size_t)n) && units_are_wrong(b, (size_t)n, wide);
    free(b);
    return wrong;
}

/* iloc (ISO 14496-12, 8.11.3): items of one extent in the file, as all pictures that were met are stored. */
static bool items_are_wrong(const um_input *in, struct span meta, size_t wide)
{
    struct span s = box(meta, "iloc");
    if (s.n < 8)
        return false;
    const int version = s.b[0];
    const size_t offset_size = s.b[4] >> 4, length_size = s.b[4] & 15, base_size = s.b[5] >> 4,
                 index_size = version ? s.b[5] & 15 : 0;
    s = behind(s, 6);
    const uint64_t n = number(&s, version == 2 ? 4 : 2);
    for (uint64_t i = 0; i < n && i < ITEMS_MAX && s.n; i++) {
        const uint32_t id = (uint32_t)number(&s, version == 2 ? 4 : 2);
        const uint64_t method = version ? number(&s, 2) & 15 : 0;
        number(&s, 2); /* of which file: this one */
        const uint64_t base = number(&s, base_size), n_extents = number(&s, 2);
        uint64_t at = 0, length = 0;
        for (uint64_t k = 0; k < n_extents && s.n; k++) {
            number(&s, index_size);
            at = number(&s, offset_size);
            length = number(&s, length_size);
        }
        if (n_extents == 1 && !method && base <= INT64_MAX && at <= INT64_MAX && is_coded(meta, id) &&
            item_is_wrong(in, base + at, length, wide))
            return true;
    }
    return false;
}

bool um_hevc_is_wrong(const um_input *input)
{
    uint8_t head[8];
    int64_t at = 0;
    for (int i = 0; i < BOXES_MAX && um_input_read_all(input, at, head, 8); i++) {
        const int64_t size = um_be32(head);
        if (size < 8)
            return false;
        if (memcmp(head + 4, "meta", 4) != 0) {
            at += size;
            continue;
        }
        uint8_t *b = size <= META_MAX ? um_calloc((size_t)size, 1) : NULL;
        bool wrong = false;
        if (b && um_input_read_all(input, at, b, (size_t)size)) {
            const struct span meta = behind((struct span){b, (size_t)size}, 12); /* header, version, flags */
            const struct span config = box(box(box(meta, "iprp"), "ipco"), "hvcC");
            if (config.n > 21)
                wrong = items_are_wrong(input, meta, (config.b[21] & 3) + 1u);
        }
        free(b);
        return wrong;
    }
    return false;
}
