/* SPDX-License-Identifier: GPL-3.0-or-later */
/* image.c: JPEG segments, PNG chunks, RIFF chunks (WebP, WAV, AVI). */
#include "dsp/jpeg.h"
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ---- JPEG (ITU T.81; JUMBF segments: ISO 19566-5 annex D) ---- */

/* The JUMBF boxes of a file, each cut into segments that repeat the header of the box. */
struct jumbf {
    um_buf bytes;
    uint32_t instance, sequence; /* of the last segment */
    uint64_t declared;           /* by the box that is being put together */
    size_t start;                /* where it starts in bytes */
    bool gap, large;
};

static void app11(struct jumbf *j, const uint8_t *b, size_t n)
{
    if (n < 16 || memcmp(b, "JP", 2) || memcmp(b + 12, "jumb", 4))
        return;
    uint32_t instance = um_be16(b + 2), sequence = um_be32(b + 4);
    size_t header = um_be32(b + 8) == 1 ? 16 : 8;
    j->large |= j->bytes.n + n >= j->bytes.max;
    if (n < 8 + header || j->large)
        return;
    if (sequence == 1 || !j->bytes.n) {
        j->gap |= sequence != 1 || j->bytes.n - j->start != j->declared;
        j->start = j->bytes.n;
        j->declared = header == 16 ? um_be64(b + 16) : um_be32(b + 8);
        um_buf_add(&j->bytes, b + 8, n - 8);
    } else {
        j->gap |= instance != j->instance || sequence != j->sequence + 1;
        um_buf_add(&j->bytes, b + 8 + header, n - 8 - header);
    }
    j->instance = instance;
    j->sequence = sequence;
}

/* XMP that is too long for a segment: identity (32), its length in all (4), where this piece belongs (4). */
static void extension(um_probe_state *p, um_buf *all, const uint8_t *b, size_t n)
{
    enum { HEAD = 40 };
    size_t length = n >= HEAD ? um_be32(b + 32) : 0, at = n >= HEAD ? um_be32(b + 36) : 0;
    if (!length)
        return;
    if (length >= UM_PROBE_BLOCK_MAX || at > length || n - HEAD > length - at) {
        um_probe_mark(p, UM_MARK_XMP, UM_MARK_BROKEN, "an extension that does not fit", "", 0);
        return;
    }
    static const char zeros[4096];
    while (all->n < length && !all->broken)
        um_buf_add(all, zeros, length - all->n < sizeof zeros ? length - all->n : sizeof zeros);
    if (!all->broken && at + n - HEAD <= all->n)
        memcpy(all->data + at, b + HEAD, n - HEAD);
}

/* Quantisation tables until the picture starts, and which of them luma uses: that of the first component. */
struct tables {
    uint16_t steps[4][64];
    bool is_there[4];
    int luma; /* -1: not known */
};

static void quantisation(struct tables *t, const uint8_t *b, size_t n)
{
    while (n > 0) {
        const int wide = b[0] >> 4, id = b[0] & 15;
        const size_t length = wide ? 128 : 64;
        if (wide > 1 || id > 3 || n < 1 + length)
            return;
        for (int k = 0; k < 64; k++)
            t->steps[id][um_jpeg_zigzag[k]] = (uint16_t)(wide ? um_be16(b + 1 + 2 * k) : b[1 + k]);
        t->is_there[id] = true;
        b += 1 + length;
        n -= 1 + length;
    }
}

static void keep_tables(um_jpeg *out, const struct tables *t)
{
    if (t->luma < 0 || !t->is_there[t->luma])
        return;
    for (int i = 0; i < 64; i++)
        if (!t->steps[t->luma][i]) /* forbidden */
            return;
    memcpy(out->luma, t->steps[t->luma], sizeof out->luma);
    out->quality = um_jpeg_quality(&out->standard, out->luma);
}

static void jpeg_segment(um_probe_state *p, struct jumbf *j, um_buf *longer, int marker, const uint8_t *b,
                         size_t n)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/", more[] = "http://ns.adobe.com/xmp/extension/";
    if (marker == 0xE1 && n >= 6 && !memcmp(b, "Exif\0", 6)) {
        um_probe_exif(p, b + 6, n - 6);
    } else if (marker == 0xE1 && n >= sizeof xmp && !memcmp(b, xmp, sizeof xmp)) {
        um_probe_xmp(p, b + sizeof xmp, n - sizeof xmp);
    } else if (marker == 0xE1 && n >= sizeof more + 40 && !memcmp(b, more, sizeof more)) {
        extension(p, longer, b + sizeof more, n - sizeof more);
    } else if (marker == 0xEB) {
        app11(j, b, n);
    } else if (marker == 0xFE) {
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "comment", b, n);
        um_probe_text(p, "comment", b, n);
    }
}

void um_probe_jpeg(um_probe_state *p)
{
    struct jumbf j = {0};
    uint8_t head[4];
    um_buf longer;
    struct tables tables = {.luma = -1};
    um_buf_init(&j.bytes, UM_PROBE_BLOCK_MAX);
    um_buf_init(&longer, UM_PROBE_BLOCK_MAX);
    for (int64_t at = 2; um_probe_step(p) && um_probe_read(p, at, head, 4);) {
        if (head[0] != 0xFF) {
            um_probe_limit(p, "a segment before the picture is damaged");
            break;
        }
        if (head[1] == 0xFF) { /* fill byte */
            at++;
            continue;
        }
        if (head[1] == 0xDA || head[1] == 0xD9) /* the picture starts, or ends before it started */
            break;
        if (head[1] == 0x01 || (head[1] >= 0xD0 && head[1] <= 0xD8)) { /* without length */
            at += 2;
            continue;
        }
        uint32_t length = um_be16(head + 2);
        if (length < 2)
            break;
        uint8_t *b = um_probe_block(p, at + 4, length - 2);
        if (!b) {
            if (head[1] == 0xEB)
                um_probe_unread(p, UM_MARK_C2PA, at + 4, length - 2);
            break;
        }
        if (head[1] == 0xDB)
            quantisation(&tables, b, length - 2);
        else if (head[1] >= 0xC0 && head[1] <= 0xC2 && length - 2 >= 9) /* sequential or progressive, lossy */
            tables.luma = b[8] <= 3 ? b[8] : -1;
        jpeg_segment(p, &j, &longer, head[1], b, length - 2);
        free(b);
        at += 2 + (int64_t)length;
    }
    keep_tables(&p->out->jpeg, &tables);
    p->out_of_memory |= j.bytes.broken || longer.broken;
    if (longer.n && !longer.broken)
        um_probe_xmp(p, (uint8_t *)longer.data, longer.n);
    um_buf_free(&longer);
    if (j.large) {
        um_probe_unread(p, UM_MARK_C2PA, 0, 0);
    } else if (j.bytes.n && !j.bytes.broken) {
        if (j.gap || j.bytes.n - j.start != j.declared)
            um_probe_mark(p, UM_MARK_C2PA, UM_MARK_BROKEN, "segments are missing or not as long as declared",
                          "", 0);
        um_probe_c2pa(p, (uint8_t *)j.bytes.data, j.bytes.n);
    }
    um_buf_free(&j.bytes);
}

/* ---- PNG (ISO 15948) ---- */

static void png_text(um_probe_state *p, const char *key, const uint8_t *value, size_t n)
{
    if (!strcmp(key, "XML:com.adobe.xmp")) {
        um_probe_xmp(p, value, n);
    } else if (!strcmp(key, "Software") || !strcmp(key, "Source")) {
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, key, value, n);
        um_probe_software(p, key, value, n);
    } else {
        um_probe_text(p, key, value, n);
    }
}

/* tEXt: key 0 text. zTXt: key 0 method packed. iTXt: key 0 packed? method language 0 key 0 text. */
static void png_text_chunk(um_probe_state *p, const char *type, const uint8_t *b, size_t n)
{
    const uint8_t *end = b + n, *at = memchr(b, 0, n), *zero;
    const char *key = (const char *)b;
    bool packed = *type == 'z';
    if (!at || at == b || at - b > 79)
        return;
    at++;
    if (*type == 'z') {
        at++;
    } else if (*type == 'i') {
        if (end - at < 2)
            return;
        packed = at[0] == 1;
        at += 2;
        for (int i = 0; i < 2; i++) {
            if (!(zero = memchr(at, 0, (size_t)(end - at))))
                return;
            at = zero + 1;
        }
    }
    if (at > end)
        return;
    if (!packed) {
        png_text(p, key, at, (size_t)(end - at));
        return;
    }
    size_t length;
    uint8_t *text = um_probe_inflate(p, at, (size_t)(end - at), &length);
    if (text)
        png_text(p, key, text, length);
    free(text);
}

void um_probe_png(um_probe_state *p)
{
    uint8_t head[8];
    for (int64_t at = 8; um_probe_step(p) && um_probe_read(p, at, head, 8);) {
        int64_t n = um_be32(head);
        const char *type = (const char *)head + 4;
        bool c2pa = !memcmp(type, "caBX", 4), exif = !memcmp(type, "eXIf", 4);
        bool text = !memcmp(type, "tEXt", 4) || !memcmp(type, "zTXt", 4) || !memcmp(type, "iTXt", 4);
        if (!memcmp(type, "IEND", 4))
            break;
        if (c2pa || exif || text) {
            um_probe_mark_id id = c2pa ? UM_MARK_C2PA : UM_MARK_EXIF;
            uint8_t *b = um_probe_block(p, at + 4, n + 8); /* type, data, checksum */
            if (!b) {
                if (!text)
                    um_probe_unread(p, id, at + 4, n + 8);
            } else {
                if (!text && crc32(0, b, (uInt)n + 4) != um_be32(b + 4 + n))
                    um_probe_mark(p, id, UM_MARK_BROKEN, "checksum of the chunk is wrong", "", 0);
                b[4 + n] = 0; /* texts end here, not with the checksum */
                if (c2pa)
                    um_probe_c2pa(p, b + 4, (size_t)n);
                else if (exif)
                    um_probe_exif(p, b + 4, (size_t)n);
                else
                    png_text_chunk(p, type, b + 4, (size_t)n);
                free(b);
            }
        }
        at += 12 + n;
    }
}

/* ---- RIFF ---- */

static void riff_info(um_probe_state *p, const char *type, const uint8_t *b, size_t n)
{
    const char key[5] = {type[0], type[1], type[2], type[3], 0};
    if (!strcmp(key, "ISFT")) {
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "software", b, n);
        um_probe_software(p, "software", b, n);
    } else if (!strcmp(key, "ITCH") || !strcmp(key, "IENG")) { /* persons */
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "by", b, n);
    } else {
        um_probe_text(p, key, b, n);
    }
}

static void riff_chunk(um_probe_state *p, const char *type, int64_t at, int64_t n, bool in_info)
{
    static const char *const wanted[] = {"C2PA", "EXIF", "XMP ", "_PMX", "bext", "id3 ", "ID3 ", "AIGC"};
    bool known = in_info;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        known |= !memcmp(type, wanted[i], 4);
    if (!known)
        return;
    uint8_t *b = um_probe_block(p, at, n);
    if (!b) {
        um_probe_mark_id id = *type == 'C'                   ? UM_MARK_C2PA
                              : *type == 'E'                 ? UM_MARK_EXIF
                              : *type == 'X' || *type == '_' ? UM_MARK_XMP
                                                             : UM_N_MARKS;
        if (id != UM_N_MARKS && !in_info)
            um_probe_unread(p, id, at, n);
        else
            um_probe_limit(p, "a chunk is too large or cut");
        return;
    }
    if (in_info) {
        riff_info(p, type, b, (size_t)n);
    } else if (*type == 'C') {
        um_probe_c2pa(p, b, (size_t)n);
    } else if (*type == 'E') { /* some programs keep the JPEG prefix */
        size_t skip = n >= 6 && !memcmp(b, "Exif\0", 6) ? 6 : 0;
        um_probe_exif(p, b + skip, (size_t)n - skip);
    } else if (*type == 'X' || *type == '_') {
        um_probe_xmp(p, b, (size_t)n);
    } else if (*type == 'b' && n >= 256 + 32) { /* EBU 3285: description, originator */
        um_probe_text(p, "comment", b, 256);
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "originator", b + 256, 32);
        um_probe_software(p, "originator", b + 256, 32);
    } else if (*type == 'A') {
        um_probe_text(p, "AIGC", b, (size_t)n);
    } else if (*type == 'i' || *type == 'I') {
        um_probe_id3(p, at);
    }
    free(b);
}

void um_probe_riff(um_probe_state *p)
{
    uint8_t head[12];
    int64_t info_end = 0; /* inside the chunks of LIST INFO up to here */
    uint64_t sound = 0;   /* of RF64: bytes of 'data' */
    for (int64_t at = 12; um_probe_step(p) && um_probe_read(p, at, head, 8);) {
        int64_t n = um_le32(head + 4);
        bool list = !memcmp(head, "LIST", 4) && um_probe_read(p, at, head, 12);
        if (list && !memcmp(head + 8, "INFO", 4)) {
            info_end = at + 8 + n;
            at += 12;
            continue;
        }
        if (!memcmp(head, "ds64", 4) && n >= 16) {
            uint8_t size[8];
            sound =
                um_probe_read(p, at + 16, size, 8) ? um_le32(size) | (uint64_t)um_le32(size + 4) << 32 : 0;
        }
        if (n == 0xFFFFFFFF) { /* the true length is in 'ds64'; else the sound goes on to the end */
            if (!sound || sound > (uint64_t)(p->size - at))
                break;
            n = (int64_t)sound;
        }
        riff_chunk(p, (char *)head, at + 8, n, at < info_end);
        at += 8 + n + (n & 1);
    }
}

/* ---- AIFF: the same chunks, big endian ---- */

void um_probe_aiff(um_probe_state *p)
{
    uint8_t head[8];
    for (int64_t at = 12; um_probe_step(p) && um_probe_read(p, at, head, 8);) {
        int64_t n = um_be32(head + 4);
        bool text = !memcmp(head, "ANNO", 4) || !memcmp(head, "NAME", 4) || !memcmp(head, "AIGC", 4);
        uint8_t *b = text ? um_probe_block(p, at + 8, n) : NULL;
        if (b)
            um_probe_text(p, *head == 'N' ? "title" : head[1] == 'N' ? "comment" : "AIGC", b, (size_t)n);
        free(b);
        if (!memcmp(head, "ID3 ", 4))
            um_probe_id3(p, at + 8);
        at += 8 + n + (n & 1);
    }
}
