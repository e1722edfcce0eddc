/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bmff.c: boxes of the ISO base media format (ISO 14496-12) and its relatives: MP4, QuickTime, HEIF,
 * AVIF, JPEG XL. */
#include "probe/bmff.h"
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 12, MAX_KEYS = 64, MAX_ITEMS = 64, TEXT_MAX = 64 << 10 };

#define COPYRIGHT "\xA9" /* first byte of the QuickTime names of texts */

struct item {
    uint32_t id;
    char kind; /* 'e' EXIF, 'x' XMP */
};

struct bmff {
    um_probe_state *probe;
    char keys[MAX_KEYS][48]; /* names of the metadata entries of a QuickTime 'meta' */
    int n_keys;
    struct item items[MAX_ITEMS]; /* metadata items of a HEIF 'meta' */
    int n_items;
};

struct box {
    char type[5];
    int64_t start, at, end; /* of the header, of the content, behind it */
};

/* The box at `at` inside [at, end). A length that is too large is cut to the parent: *cut tells. */
static bool read_box(struct bmff *m, struct box *box, int64_t at, int64_t end, bool *cut)
{
    uint8_t head[16];
    int64_t header = 8;
    if (end - at < 8 || !um_probe_step(m->probe) || !um_probe_read(m->probe, at, head, 8))
        return false;
    uint64_t size = um_be32(head);
    if (size == 1) {
        if (end - at < 16 || !um_probe_read(m->probe, at, head, 16))
            return false;
        size = um_be64(head + 8);
        header = 16;
    } else if (size == 0) {
        size = (uint64_t)(end - at);
    }
    if (size < (uint64_t)header)
        return false;
    *cut = size > (uint64_t)(end - at);
    memcpy(box->type, head + 4, 4);
    box->type[4] = 0;
    box->start = at;
    box->at = at + header;
    box->end = *cut ? end : at + (int64_t)size;
    return true;
}

static bool is(const struct box *box, const char *type)
{
    return !memcmp(box->type, type, 4);
}

/* Content from `skip` on, at most max bytes; NULL when there is none. Caller frees. */
static uint8_t *content(struct bmff *m, const struct box *box, int64_t skip, int64_t max, size_t *n)
{
    int64_t length = box->end - box->at - skip;
    if (length <= 0)
        return NULL;
    *n = (size_t)(length < max ? length : max);
    return um_probe_block(m->probe, box->at + skip, (int64_t)*n);
}

static void uuid(struct bmff *m, const struct box *box, bool cut)
{
    static const uint8_t c2pa[16] = {0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                     0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81};
    static const uint8_t xmp[16] = {0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8,
                                    0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac};
    uint8_t id[16];
    size_t n;
    if (!um_probe_read(m->probe, box->at, id, 16))
        return;
    if (!memcmp(id, c2pa, 16)) {
        if (cut || box->end - box->at > UM_PROBE_BLOCK_MAX) {
            um_probe_unread(m->probe, UM_MARK_C2PA, box->at, cut ? INT64_MAX : 0);
            return;
        }
        /* version and flags (4), purpose and a zero; for "manifest" an offset (8), then JUMBF */
        uint8_t *b = content(m, box, 16, UM_PROBE_BLOCK_MAX, &n);
        const uint8_t *zero = b && n > 4 ? memchr(b + 4, 0, n - 4) : NULL;
        bool manifest = zero && (!strcmp((char *)b + 4, "manifest") || !strcmp((char *)b + 4, "original") ||
                                 !strcmp((char *)b + 4, "update"));
        if (!zero || (manifest && b + n - zero < 9 + 8))
            um_probe_mark(m->probe, UM_MARK_C2PA, UM_MARK_BROKEN, "box is too short", "", 0);
        else if (manifest)
            um_probe_c2pa(m->probe, zero + 9, n - (size_t)(zero + 9 - b));
        free(b);
    } else if (!memcmp(id, xmp, 16)) {
        uint8_t *b = content(m, box, 16, UM_PROBE_BLOCK_MAX, &n);
        if (b)
            um_probe_xmp(m->probe, b, n);
        free(b);
    }
}

/* ---- texts ---- */

static void named_text(struct bmff *m, const char *name, const uint8_t *b, size_t n)
{
    static const struct {
        const char *name, *label;
    } software[] = {
        {COPYRIGHT "too", "encoder"},
        {COPYRIGHT "swr", "software"},
        {COPYRIGHT "enc", "encoder"},
        {COPYRIGHT "mak", "make"},
        {COPYRIGHT "mod", "model"},
        {"com.apple.quicktime.make", "make"},
        {"com.apple.quicktime.model", "model"},
        {"com.apple.quicktime.software", "software"},
        {"com.android.manufacturer", "make"},
        {"com.android.model", "model"},
        {"com.android.version", "Android"},
        {"encoder", "encoder"},
    };
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof software / sizeof *software; i++)
        if (strlen(software[i].name) == length && !memcmp(name, software[i].name, length)) {
            um_probe_mark(m->probe, UM_MARK_ENCODER, UM_MARK_PRESENT, software[i].label, b, n);
            um_probe_software(m->probe, software[i].label, b, n);
            return;
        }
    um_probe_text(m->probe, name, b, n);
}

/* An entry of 'ilst': a box named by four characters or by the index of a key, holding a 'data' box. */
static void list_entry(struct bmff *m, const struct box *entry)
{
    struct box data;
    bool cut;
    size_t n;
    uint32_t index = um_be32((const uint8_t *)entry->type);
    const char *name = index >= 1 && index <= (uint32_t)m->n_keys ? m->keys[index - 1] : entry->type;
    for (int64_t at = entry->at; read_box(m, &data, at, entry->end, &cut); at = data.end)
        if (is(&data, "data")) {
            uint8_t *b = content(m, &data, 8, TEXT_MAX, &n); /* after type and locale */
            if (b)
                named_text(m, name, b, n);
            free(b);
        }
}

static void keys(struct bmff *m, const struct box *box)
{
    size_t n;
    uint8_t *b = content(m, box, 0, TEXT_MAX, &n);
    m->n_keys = 0;
    for (size_t at = 8; b && at + 8 <= n && m->n_keys < MAX_KEYS;) {
        size_t size = um_be32(b + at);
        if (size < 8 || size > n - at)
            break;
        snprintf(m->keys[m->n_keys++], sizeof *m->keys, "%.*s", (int)(size - 8), b + at + 8);
        at += size;
    }
    free(b);
}

static void handler(struct bmff *m, const struct box *box)
{
    size_t n;
    uint8_t *b = content(m, box, 24, 256, &n);
    if (!b)
        return;
    /* QuickTime counts the text, ISO ends it with a zero */
    const char *name = (char *)b + (n > 1 && b[0] == n - 1 ? 1 : 0);
    /* names that say only what a track is, and every program writes */
    static const char *const common[] = {"VideoHandler",    "SoundHandler",        "Video Media Handler",
                                         "DataHandler",     "Sound Media Handler", "Alias Data Handler",
                                         "URL Data Handler"};
    bool tells = *name != 0;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        tells &= strcmp(name, common[i]) != 0;
    if (tells) {
        um_probe_mark(m->probe, UM_MARK_ENCODER, UM_MARK_PRESENT, "handler", name, strlen(name));
        um_probe_software(m->probe, "handler", name, strlen(name));
    }
    free(b);
}

/* The compressor name of a visual sample entry: 32 bytes, the first is the length. */
static void sample_description(struct bmff *m, const struct box *box)
{
    uint8_t b[8 + 8 + 74];
    if (box->end - box->at < (int64_t)sizeof b || !um_probe_read(m->probe, box->at, b, sizeof b))
        return;
    const uint8_t *name = b + 8 + 8 + 42;
    bool printable = name[0] > 3 && name[0] < 32;
    for (int i = 1; printable && i <= name[0]; i++)
        printable = name[i] >= ' ' && name[i] < 0x7F;
    if (printable) {
        um_probe_mark(m->probe, UM_MARK_ENCODER, UM_MARK_PRESENT, "compressor", name + 1, name[0]);
        um_probe_software(m->probe, "compressor", name + 1, name[0]);
    }
}

/* ---- metadata items of HEIF and AVIF ---- */

static void item_information(struct bmff *m, const struct box *box)
{
    uint8_t head[4];
    struct box entry;
    bool cut;
    if (!um_probe_read(m->probe, box->at, head, 4))
        return;
    for (int64_t at = box->at + (head[0] ? 8 : 6); read_box(m, &entry, at, box->end, &cut); at = entry.end) {
        size_t n;
        uint8_t *b = is(&entry, "infe") ? content(m, &entry, 0, 256, &n) : NULL;
        if (b && n >= 12 && (b[0] == 2 || (b[0] == 3 && n >= 14)) && m->n_items < MAX_ITEMS) {
            size_t type = b[0] == 2 ? 8 : 10;
            uint32_t id = b[0] == 2 ? um_be16(b + 4) : um_be32(b + 4);
            bool exif = !memcmp(b + type, "Exif", 4);
            bool xmp = !memcmp(b + type, "mime", 4) && um_probe_find(b, n, "application/rdf+xml");
            if (exif || xmp)
                m->items[m->n_items++] = (struct item){id, exif ? 'e' : 'x'};
        }
        free(b);
    }
}

static void item_content(struct bmff *m, char kind, int64_t at, int64_t n)
{
    uint8_t *b = um_probe_block(m->probe, at, n);
    if (!b) {
        um_probe_unread(m->probe, kind == 'e' ? UM_MARK_EXIF : UM_MARK_XMP, at, n);
    } else if (kind == 'e' && n < 12) {
        um_probe_mark(m->probe, UM_MARK_EXIF, UM_MARK_BROKEN, "item is too short", "", 0);
    } else if (kind == 'x') {
        um_probe_xmp(m->probe, b, (size_t)n);
    } else {
        uint32_t skip = um_be32(b); /* from behind this number to the TIFF header */
        if (skip > n - 12)
            um_probe_mark(m->probe, UM_MARK_EXIF, UM_MARK_BROKEN, "no TIFF header", "", 0);
        else
            um_probe_exif(m->probe, b + 4 + skip, (size_t)(n - 4 - skip));
    }
    free(b);
}

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

/* Only extents at positions of the file (method 0); of an item in several pieces the first. */
static void item_location(struct bmff *m, const struct box *box)
{
    size_t n;
    uint8_t *b = content(m, box, 0, UM_PROBE_BLOCK_MAX, &n);
    struct cursor c = {b, b ? n : 0, !b};
    unsigned version = (unsigned)(take(&c, 4) >> 24), sizes = (unsigned)take(&c, 2);
    unsigned index_size = version ? sizes & 15 : 0, base_size = sizes >> 4 & 15;
    uint64_t count = take(&c, version < 2 ? 2 : 4);
    for (uint64_t i = 0; i < count && !c.bad; i++) {
        uint64_t id = take(&c, version < 2 ? 2 : 4), method = version ? take(&c, 2) & 15 : 0;
        take(&c, 2);
        uint64_t base = take(&c, base_size), extents = take(&c, 2);
        for (uint64_t e = 0; e < extents && !c.bad; e++) {
            take(&c, index_size);
            uint64_t offset = take(&c, sizes >> 12 & 15), length = take(&c, sizes >> 8 & 15);
            for (int k = 0; k < m->n_items && !e && !c.bad && !method; k++)
                if (m->items[k].id == id)
                    item_content(m, m->items[k].kind, (int64_t)((base + offset) & INT64_MAX),
                                 (int64_t)(length & INT64_MAX));
        }
    }
    free(b);
}

/* ---- the tree ---- */

static void xmp(struct bmff *m, const struct box *box)
{
    size_t n;
    uint8_t *b = content(m, box, 0, UM_PROBE_BLOCK_MAX, &n);
    if (b)
        um_probe_xmp(m->probe, b, n);
    free(b);
}

static void media(struct bmff *m, const struct box *box)
{
    if (!m->probe->media_at)
        m->probe->media_at = box->at;
}

static void jumbf(struct bmff *m, const struct box *box)
{
    uint8_t *b = um_probe_block(m->probe, box->start, box->end - box->start);
    if (b)
        um_probe_c2pa(m->probe, b, (size_t)(box->end - box->start));
    else
        um_probe_unread(m->probe, UM_MARK_C2PA, box->start, box->end - box->start);
    free(b);
}

static void exif(struct bmff *m, const struct box *box)
{
    if (box->end - box->at > 4)
        item_content(m, 'e', box->at, box->end - box->at);
}

static void user_text(struct bmff *m, const struct box *box)
{
    size_t n;
    uint8_t *b = content(m, box, 4, TEXT_MAX, &n); /* after length and language */
    if (b)
        named_text(m, box->type, b, n);
    free(b);
}

/* A box that tells something itself. */
static void leaf(struct bmff *m, const struct box *box, const char *parent)
{
    static const struct {
        char type[5];
        enum { ANYWHERE, TOP, NOT_IN_META } where; /* at the top: JPEG XL */
        void (*read)(struct bmff *m, const struct box *box);
    } leaves[] = {
        {"keys", ANYWHERE, keys},
        {"hdlr", NOT_IN_META, handler},
        {"stsd", ANYWHERE, sample_description},
        {"iinf", ANYWHERE, item_information},
        {"iloc", ANYWHERE, item_location},
        {"mdat", ANYWHERE, media},
        {"XMP_", ANYWHERE, xmp},
        {"xml ", TOP, xmp},
        {"Exif", TOP, exif},
        {"jumb", TOP, jumbf},
    };
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        if (is(box, leaves[i].type) && (leaves[i].where != TOP || !*parent) &&
            (leaves[i].where != NOT_IN_META || strcmp(parent, "meta") != 0))
            leaves[i].read(m, box);
}

/* Where the boxes inside a box begin; -1: it holds none that matter. */
static int64_t inside(struct bmff *m, const struct box *box)
{
    static const char containers[][5] = {"moov", "trak", "mdia", "minf", "stbl", "udta", "edts", "ilst"};
    uint8_t head[8];
    if (is(box, "meta")) /* ISO: version and flags come first; QuickTime: boxes at once */
        return um_probe_read(m->probe, box->at, head, 8) && !memcmp(head + 4, "hdlr", 4) ? box->at
                                                                                         : box->at + 4;
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
        if (is(box, containers[i]))
            return box->at;
    return -1;
}

static void boxes(struct bmff *m, int64_t at, int64_t end, const char *parent, int depth)
{
    struct box box;
    bool cut;
    for (; read_box(m, &box, at, end, &cut); at = box.end) {
        int64_t first;
        if (is(&box, "uuid"))
            uuid(m, &box, cut);
        else if (!strcmp(parent, "ilst"))
            list_entry(m, &box);
        else if (!strcmp(parent, "udta") && (uint8_t)box.type[0] == 0xA9)
            user_text(m, &box);
        else if ((first = inside(m, &box)) < 0)
            leaf(m, &box, parent);
        else if (depth < MAX_DEPTH)
            boxes(m, first, box.end, box.type, depth + 1);
    }
}

void um_probe_bmff(um_probe_state *p)
{
    struct bmff *m = um_calloc(1, sizeof *m);
    if (m) {
        m->probe = p;
        boxes(m, 0, p->size, "", 0);
    } else {
        p->out_of_memory = true;
    }
    free(m);
}

/* Most writers put 'moov', the index, behind the media: a recording that was cut has none, or part of it. */
bool um_bmff_is_cut(const um_input *input)
{
    um_probe_state state = {.input = input, .size = input->size, .steps = UM_PROBE_STEPS};
    struct bmff m = {.probe = &state};
    struct box box;
    bool cut, has_media = false;
    for (int64_t at = 0; read_box(&m, &box, at, input->size, &cut); at = box.end) {
        if (!at && !is(&box, "ftyp") && !is(&box, "mdat") && !is(&box, "wide") && !is(&box, "moov"))
            return false;
        if (cut || is(&box, "moov"))
            return cut;
        has_media |= is(&box, "mdat");
    }
    return has_media;
}
