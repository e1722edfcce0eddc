/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bmff.c: boxes of the ISO base media format (ISO 14496-12) and its relatives: MP4, QuickTime, HEIF,
 * AVIF, JPEG XL. */
#include "probe/bmff.h"
#include "probe/boxes.h"
#include "probe/items.h"
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 12, MAX_KEYS = 64, SHORT_TEXT_MAX = 64 << 10 };

#define COPYRIGHT "\xA9" /* first byte of the QuickTime names of texts */

struct bmff {
    um_probe_state *probe;
    char keys[MAX_KEYS][48]; /* names of the metadata entries of a QuickTime 'meta' */
    int n_keys;
    um_items items; /* of the HEIF 'meta' that is being read */
};

static void uuid(struct bmff *m, const um_box *box)
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
        if (box->cut || box->end - box->at > UM_PROBE_BLOCK_MAX) {
            um_probe_unread(m->probe, UM_MARK_C2PA, box->at, box->cut ? INT64_MAX : 0);
            return;
        }
        /* version and flags (4), purpose and a zero; for "manifest" an offset (8), then JUMBF */
        uint8_t *b = um_box_content(m->probe, box, 16, UM_PROBE_BLOCK_MAX, &n);
        const uint8_t *zero = b && n > 4 ? memchr(b + 4, 0, n - 4) : NULL;
        bool manifest = zero && (!strcmp((char *)b + 4, "manifest") || !strcmp((char *)b + 4, "original") ||
                                 !strcmp((char *)b + 4, "update"));
        if (!zero || (manifest && b + n - zero < 9 + 8))
            um_probe_mark(m->probe, UM_MARK_C2PA, UM_MARK_BROKEN, "box is too short", "", 0);
        else if (manifest)
            um_probe_c2pa(m->probe, zero + 9, n - (size_t)(zero + 9 - b));
        free(b);
    } else if (!memcmp(id, xmp, 16)) {
        uint8_t *b = um_box_content(m->probe, box, 16, UM_PROBE_BLOCK_MAX, &n);
        if (b)
            um_probe_xmp(m->probe, b, n);
        free(b);
    }
}

/* ---- texts ---- */

/* All of a text; NULL when there is none, or too much. Caller frees. */
static uint8_t *whole_text(struct bmff *m, const um_box *box, int64_t skip, size_t *n)
{
    if (box->end - box->at - skip > UM_PROBE_TEXT_MAX) {
        um_probe_limit(m->probe, "a text is too large");
        return NULL;
    }
    return um_box_content(m->probe, box, skip, UM_PROBE_TEXT_MAX, n);
}

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
        {"encoded_by", "encoder"}, /* FFmpeg's keys */
        {"encoding_tool", "encoder"},
        {"software", "software"},
    };
    static const char *const plain[][2] = {
        {COPYRIGHT "cmt", "comment"},
        {COPYRIGHT "des", "description"},
        {"desc", "description"},
        {"com.apple.quicktime.comment", "comment"},
        {"com.apple.quicktime.description", "description"},
    };
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (!strcmp(name, plain[i][0]))
            name = plain[i][1];
    for (size_t i = 0; i < sizeof software / sizeof *software; i++)
        if (strlen(software[i].name) == length && !memcmp(name, software[i].name, length)) {
            um_probe_mark(m->probe, UM_MARK_ENCODER, UM_MARK_PRESENT, software[i].label, b, n);
            um_probe_software(m->probe, software[i].label, b, n);
            return;
        }
    um_probe_text(m->probe, name, b, n);
}

/* The value of an entry: type, locale, text as UTF-8 or UTF-16; pictures and numbers are passed over. */
static void list_value(struct bmff *m, const char *name, const um_box *data)
{
    enum { UTF8 = 1, UTF16 = 2 };
    uint8_t type[4];
    size_t n;
    if (!um_probe_read(m->probe, data->at, type, 4) || um_be32(type) > UTF16)
        return;
    uint8_t *b = whole_text(m, data, 8, &n);
    char *utf8 = b && um_be32(type) == UTF16 ? um_probe_utf16(b, n, 'b') : NULL;
    if (b)
        named_text(m, name, utf8 ? (uint8_t *)utf8 : b, utf8 ? strlen(utf8) : n);
    free(utf8);
    free(b);
}

/* An entry of 'ilst': a box named by four characters, by the index of a key or by a box 'name', holding
 * 'data'. */
static void list_entry(struct bmff *m, const um_box *entry)
{
    um_box in;
    size_t n;
    char free_name[48] = "";
    uint32_t index = um_be32((const uint8_t *)entry->type);
    const char *name = index >= 1 && index <= (uint32_t)m->n_keys ? m->keys[index - 1] : entry->type;
    for (int64_t at = entry->at; um_box_read(m->probe, &in, at, entry->end); at = in.end) {
        uint8_t *b =
            um_box_is(&in, "name") ? um_box_content(m->probe, &in, 4, sizeof free_name - 1, &n) : NULL;
        if (b)
            snprintf(free_name, sizeof free_name, "%s", (char *)b);
        free(b);
        if (um_box_is(&in, "data"))
            list_value(m, *free_name ? free_name : name, &in);
    }
}

static void keys(struct bmff *m, const um_box *box)
{
    size_t n;
    uint8_t *b = um_box_content(m->probe, box, 0, SHORT_TEXT_MAX, &n);
    for (size_t at = 8; b && at + 8 <= n && m->n_keys < MAX_KEYS;) {
        size_t size = um_be32(b + at);
        if (size < 8 || size > n - at)
            break;
        snprintf(m->keys[m->n_keys++], sizeof *m->keys, "%.*s", (int)(size - 8), b + at + 8);
        at += size;
    }
    free(b);
}

static void handler(struct bmff *m, const um_box *box)
{
    size_t n;
    uint8_t *b = um_box_content(m->probe, box, 24, 256, &n);
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
static void sample_description(struct bmff *m, const um_box *box)
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

/* ---- the tree ---- */

static void xmp(struct bmff *m, const um_box *box)
{
    size_t n;
    uint8_t *b = um_box_content(m->probe, box, 0, UM_PROBE_BLOCK_MAX, &n);
    if (b)
        um_probe_xmp(m->probe, b, n);
    free(b);
}

static void media(struct bmff *m, const um_box *box)
{
    if (!m->probe->media_at)
        m->probe->media_at = box->at;
}

static void jumbf(struct bmff *m, const um_box *box)
{
    uint8_t *b = um_probe_block(m->probe, box->start, box->end - box->start);
    if (b)
        um_probe_c2pa(m->probe, b, (size_t)(box->end - box->start));
    else
        um_probe_unread(m->probe, UM_MARK_C2PA, box->start, box->end - box->start);
    free(b);
}

static void exif(struct bmff *m, const um_box *box)
{
    uint8_t *b = um_probe_block(m->probe, box->at, box->end - box->at);
    if (b)
        um_items_exif(m->probe, b, (size_t)(box->end - box->at));
    else
        um_probe_unread(m->probe, UM_MARK_EXIF, box->at, box->end - box->at);
    free(b);
}

/* JPEG XL (ISO 18181-2): the type of a box that was packed by Brotli, then its packed content. */
static void packed(struct bmff *m, const um_box *box)
{
    size_t n, length = 0;
    uint8_t *b = um_box_content(m->probe, box, 0, UM_PROBE_BLOCK_MAX, &n);
    uint8_t *plain = b && n > 4 ? um_probe_brotli(m->probe, b + 4, n - 4, &length) : NULL;
    if (plain && !memcmp(b, "Exif", 4))
        um_items_exif(m->probe, plain, length);
    else if (plain && !memcmp(b, "xml ", 4))
        um_probe_xmp(m->probe, plain, length);
    else if (!plain)
        um_probe_limit(m->probe, "a packed box cannot be unpacked");
    free(plain);
    free(b);
}

/* Of 'udta': length and language, or nothing, before the text. */
static void user_text(struct bmff *m, const um_box *box)
{
    size_t n;
    uint8_t *b = whole_text(m, box, (uint8_t)box->type[0] == 0xA9 ? 4 : 0, &n);
    if (b)
        named_text(m, box->type, b, n);
    free(b);
}

/* A box that tells something itself. */
static void leaf(struct bmff *m, const um_box *box, const char *parent)
{
    static const struct {
        char type[5];
        enum { ANYWHERE, TOP, NOT_IN_META } where; /* at the top: JPEG XL */
        void (*read)(struct bmff *m, const um_box *box);
    } leaves[] = {
        {"hdlr", NOT_IN_META, handler},
        {"stsd", ANYWHERE, sample_description},
        {"mdat", ANYWHERE, media},
        {"XMP_", ANYWHERE, xmp},
        {"xml ", TOP, xmp},
        {"Exif", TOP, exif},
        {"jumb", TOP, jumbf},
        {"brob", TOP, packed},
    };
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        if (um_box_is(box, leaves[i].type) && (leaves[i].where != TOP || !*parent) &&
            (leaves[i].where != NOT_IN_META || strcmp(parent, "meta") != 0))
            leaves[i].read(m, box);
}

/* Where the boxes inside a box begin; -1: it holds none that matter. */
static int64_t inside(struct bmff *m, const um_box *box)
{
    static const char containers[][5] = {"moov", "trak", "mdia", "minf", "stbl", "udta", "edts", "ilst"};
    uint8_t head[8];
    if (um_box_is(box, "meta")) /* ISO: version and flags come first; QuickTime: boxes at once */
        return um_probe_read(m->probe, box->at, head, 8) && !memcmp(head + 4, "hdlr", 4) ? box->at
                                                                                         : box->at + 4;
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
        if (um_box_is(box, containers[i]))
            return box->at;
    return -1;
}

static void boxes(struct bmff *m, int64_t at, int64_t end, const char *parent, int depth);

/* Its boxes may come in any order: names of entries are read before the list, items when all is known. */
static void meta(struct bmff *m, int64_t first, const um_box *box, int depth)
{
    um_items outer = m->items;
    um_box in;
    m->items = (um_items){0};
    m->n_keys = 0;
    for (int64_t at = first; um_box_read(m->probe, &in, at, box->end); at = in.end)
        if (um_box_is(&in, "keys"))
            keys(m, &in);
    boxes(m, first, box->end, box->type, depth + 1);
    um_items_read(m->probe, &m->items);
    m->items = outer;
}

static void boxes(struct bmff *m, int64_t at, int64_t end, const char *parent, int depth)
{
    um_box box;
    for (; um_box_read(m->probe, &box, at, end); at = box.end) {
        int64_t first = inside(m, &box);
        bool text = (uint8_t)box.type[0] == 0xA9 || um_box_is(&box, "AIGC");
        if (!strcmp(parent, "meta"))
            um_items_note(&m->items, &box);
        if (um_box_is(&box, "uuid"))
            uuid(m, &box);
        else if (!strcmp(parent, "ilst"))
            list_entry(m, &box);
        else if (!strcmp(parent, "udta") && text)
            user_text(m, &box);
        else if (first < 0)
            leaf(m, &box, parent);
        else if (depth == MAX_DEPTH)
            um_probe_limit(m->probe, "boxes are nested too deeply");
        else if (um_box_is(&box, "meta"))
            meta(m, first, &box, depth);
        else
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
    um_box box;
    bool has_media = false;
    for (int64_t at = 0; um_box_read(&state, &box, at, input->size); at = box.end) {
        if (!at && !um_box_is(&box, "ftyp") && !um_box_is(&box, "mdat") && !um_box_is(&box, "wide") &&
            !um_box_is(&box, "moov"))
            return false;
        if (box.cut || um_box_is(&box, "moov"))
            return box.cut;
        has_media |= um_box_is(&box, "mdat");
    }
    return has_media;
}
