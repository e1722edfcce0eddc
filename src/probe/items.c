/* SPDX-License-Identifier: GPL-3.0-or-later */
/* items.c: which items are metadata ('iinf'), where their pieces lie ('iloc': in the file or in 'idat'), and
 * what they hold. */
#include "probe/items.h"
#include "probe/probe.h"
#include <stdlib.h>

enum { MAX_ITEMS = 64, MAX_EXTENTS = 256, ENTRY_MAX = 1024 };
enum { IN_FILE, IN_DATA, IN_ITEM }; /* construction methods */

typedef struct meta_item {
    uint64_t id;
    bool is_xmp, packed; /* packed: by an encoding that is not read */
    bool found;          /* 'iloc' knows it */
} meta_item;

struct reading {
    um_probe_state *probe;
    um_box location, data;
    meta_item items[MAX_ITEMS];
    int n_items;
};

void um_items_note(um_items *items, const um_box *box)
{
    if (um_box_is(box, "iinf"))
        items->information = box->start;
    else if (um_box_is(box, "iloc"))
        items->location = box->start;
    else if (um_box_is(box, "idat"))
        items->data = box->start;
}

void um_items_exif(um_probe_state *p, const uint8_t *b, size_t n)
{
    uint32_t skip = n < 12 ? 0 : um_be32(b);
    if (n < 12)
        um_probe_mark(p, UM_MARK_EXIF, UM_MARK_BROKEN, "item is too short", "", 0);
    else if (skip > n - 12)
        um_probe_mark(p, UM_MARK_EXIF, UM_MARK_BROKEN, "no TIFF header", "", 0);
    else
        um_probe_exif(p, b + 4 + skip, n - 4 - skip);
}

/* ---- iinf ---- */

/* The text behind the next zero; NULL when there is none. */
static const uint8_t *next_text(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *zero = at && at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
    return zero ? zero + 1 : NULL;
}

/* infe, version 2 or 3: id, protection, type, name 0, and for 'mime' its type 0 and encoding 0. */
static void entry(struct reading *r, const um_box *box)
{
    size_t n;
    uint8_t *b = um_box_content(r->probe, box, 0, ENTRY_MAX, &n);
    const uint8_t *end = b ? b + n : NULL, *type;
    if (!b || n < 12 || b[0] < 2 || b[0] > 3 || (b[0] == 3 && n < 14))
        goto done;
    type = b + (b[0] == 2 ? 8 : 10);
    const uint8_t *mime = next_text(type + 4, end), *encoding = next_text(mime, end);
    bool exif = !memcmp(type, "Exif", 4);
    bool xmp = !memcmp(type, "mime", 4) && encoding && !strcmp((const char *)mime, "application/rdf+xml");
    if ((exif || xmp) && r->n_items == MAX_ITEMS)
        um_probe_limit(r->probe, "too many items of metadata");
    else if (exif || xmp)
        r->items[r->n_items++] = (meta_item){.id = b[0] == 2 ? um_be16(b + 4) : um_be32(b + 4),
                                             .is_xmp = xmp,
                                             .packed = xmp && encoding < end && *encoding};
done:
    free(b);
}

static void information(struct reading *r, int64_t start)
{
    um_box box, infe;
    uint8_t version;
    if (!um_box_read(r->probe, &box, start, r->probe->size) || !um_probe_read(r->probe, box.at, &version, 1))
        return;
    for (int64_t at = box.at + (version ? 8 : 6); um_box_read(r->probe, &infe, at, box.end); at = infe.end)
        if (um_box_is(&infe, "infe"))
            entry(r, &infe);
}

/* ---- iloc ---- */

struct cursor {
    const uint8_t *b;
    size_t n;
    bool bad;
};

static uint64_t take(struct cursor *c, unsigned bytes)
{
    uint64_t v = 0;
    if (bytes > 8 || bytes > c->n) {
        c->bad = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        v = v << 8 | c->b[i];
    c->b += bytes;
    c->n -= bytes;
    return v;
}

static um_probe_mark_id mark_of(const meta_item *item)
{
    return item->is_xmp ? UM_MARK_XMP : UM_MARK_EXIF;
}

/* One piece of an item behind the others; false when it is not there, which the mark then says. */
static bool piece(struct reading *r, const meta_item *item, um_buf *all, uint64_t offset, uint64_t length,
                  uint64_t method)
{
    int64_t from = method == IN_DATA ? r->data.at : 0;
    int64_t end = method == IN_DATA ? r->data.end : r->probe->size;
    if (offset > (uint64_t)(end - from)) {
        um_probe_unread(r->probe, mark_of(item), from, INT64_MAX);
        return false;
    }
    from += (int64_t)offset;
    if (!length) /* up to the end */
        length = (uint64_t)(end - from);
    uint8_t *b = length > (uint64_t)(end - from) ? NULL : um_probe_block(r->probe, from, (int64_t)length);
    if (!b || all->n + length >= all->max) {
        um_probe_unread(r->probe, mark_of(item), from, length > INT64_MAX ? INT64_MAX : (int64_t)length);
        free(b);
        return false;
    }
    um_buf_add(all, b, length);
    free(b);
    return true;
}

static void content(struct reading *r, const meta_item *item, const um_buf *all)
{
    if (item->is_xmp)
        um_probe_xmp(r->probe, (const uint8_t *)all->data, all->n);
    else
        um_items_exif(r->probe, (const uint8_t *)all->data, all->n);
}

/* The pieces of one item, from behind its base; item is NULL for one that is no metadata. */
static void extents(struct reading *r, struct cursor *c, const meta_item *item, uint64_t base,
                    uint64_t method, const unsigned size[3])
{
    um_buf all;
    um_buf_init(&all, UM_PROBE_BLOCK_MAX + 1);
    uint64_t count = take(c, 2);
    bool whole = item && !item->packed && method <= IN_DATA && count <= MAX_EXTENTS;
    if (item && !whole)
        um_probe_mark(r->probe, mark_of(item), UM_MARK_NOT_LOOKED_AT,
                      item->packed ? "packed item" : "item made of other items", "", 0);
    for (uint64_t e = 0; e < count && !c->bad; e++) {
        take(c, size[0]);
        uint64_t offset = take(c, size[1]), length = take(c, size[2]);
        if (base > UINT64_MAX - offset)
            whole = false;
        whole = whole && !c->bad && piece(r, item, &all, base + offset, length, method);
    }
    if (whole && !c->bad && all.n && !all.broken)
        content(r, item, &all);
    r->probe->out_of_memory |= all.broken;
    um_buf_free(&all);
}

static void locations(struct reading *r)
{
    size_t n;
    uint8_t *b = um_box_content(r->probe, &r->location, 0, UM_PROBE_BLOCK_MAX, &n);
    struct cursor c = {b, b ? n : 0, !b};
    unsigned version = (unsigned)(take(&c, 4) >> 24), sizes = (unsigned)take(&c, 2);
    const unsigned size[3] = {version ? sizes & 15 : 0, sizes >> 12 & 15, sizes >> 8 & 15};
    uint64_t count = take(&c, version < 2 ? 2 : 4);
    for (uint64_t i = 0; i < count && !c.bad; i++) {
        uint64_t id = take(&c, version < 2 ? 2 : 4), method = version ? take(&c, 2) & 15 : IN_FILE;
        take(&c, 2);
        uint64_t base = take(&c, sizes >> 4 & 15);
        meta_item *known = NULL;
        for (int k = 0; k < r->n_items && !known; k++)
            if (r->items[k].id == id && !r->items[k].found)
                known = &r->items[k];
        if (known)
            known->found = true;
        extents(r, &c, known, base, known && method == IN_DATA && !r->data.end ? IN_ITEM : method, size);
    }
    free(b);
}

void um_items_read(um_probe_state *p, const um_items *items)
{
    struct reading r = {.probe = p};
    if (!items->information)
        return;
    information(&r, items->information);
    if (items->data && !um_box_read(p, &r.data, items->data, p->size))
        r.data.end = 0;
    if (items->location && r.n_items && um_box_read(p, &r.location, items->location, p->size))
        locations(&r);
    for (int i = 0; i < r.n_items; i++)
        if (!r.items[i].found)
            um_probe_mark(p, mark_of(&r.items[i]), UM_MARK_BROKEN, "the place of an item is not told", "", 0);
}
