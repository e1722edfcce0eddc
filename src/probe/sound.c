/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound.c: ID3 tags, FLAC blocks, Ogg pages. */
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OGG_HEAD = 1 << 20 };

/* "key=value" of Vorbis comments and texts of the same kind elsewhere */
static void tag(um_probe_state *p, const char *key, const void *value, size_t n)
{
    static const char *const software[] = {"encoder",  "encoded-by", "encoded_by", "encoding_tool",
                                           "software", "TSSE",       "TENC",       "writing_application"};
    for (size_t i = 0; i < sizeof software / sizeof *software; i++)
        if (!strcasecmp(key, software[i])) {
            um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "encoder", value, n);
            um_probe_software(p, "encoder", value, n);
            return;
        }
    um_probe_text(p, key, value, n);
}

/* ---- ID3 version 2 ---- */

static uint32_t synchsafe(const uint8_t *b)
{
    return (b[0] & 127u) << 21 | (b[1] & 127u) << 14 | (b[2] & 127u) << 7 | (b[3] & 127u);
}

/* Text in the encoding of the byte before it, as UTF-8; Latin-1 is left to the reader of the bytes. */
static char *id3_text(um_probe_state *p, int encoding, const uint8_t *b, size_t n)
{
    bool utf16 = encoding == 1 || encoding == 2;
    char *out = utf16 ? um_probe_utf16(b, n, encoding == 2 ? 'b' : 0) : um_calloc(n + 1, 1);
    p->out_of_memory |= !out;
    for (size_t i = 0; out && !utf16 && i < n; i++) /* several texts are parted by zeros */
        out[i] = b[i] ? (char)b[i] : ' ';
    return out;
}

/* Bytes of the text that a zero ends, the zero with it; all of them when there is none. */
static size_t behind_zero(int encoding, const uint8_t *b, size_t n)
{
    size_t wide = encoding == 1 || encoding == 2 ? 2 : 1;
    for (size_t i = 0; i + wide <= n; i += wide)
        if (!b[i] && (wide == 1 || !b[i + 1]))
            return i + wide;
    return n;
}

/* A text frame, or one that has a description first: TXXX, COMM (language too). */
static void id3_words(um_probe_state *p, const char *id, const uint8_t *b, size_t n)
{
    bool comment = !memcmp(id, "COMM", 4), described = comment || !memcmp(id, "TXXX", 4);
    size_t skip = comment ? 4 : 1;
    if (n < skip)
        return;
    size_t length = described ? behind_zero(b[0], b + skip, n - skip) : 0;
    char *name = described ? id3_text(p, b[0], b + skip, length) : NULL;
    char *text = id3_text(p, b[0], b + skip + length, n - skip - length);
    size_t k = name ? strlen(name) : 0;
    while (k && name[k - 1] == ' ')
        name[--k] = 0;
    const char *key = k ? name : comment ? "comment" : id;
    if (text)
        tag(p, key, text, strlen(text));
    if (text && comment && k) /* whatever it describes itself as */
        um_probe_text(p, "comment", text, strlen(text));
    free(name);
    free(text);
}

static void id3_frame(um_probe_state *p, const char *id, const uint8_t *b, size_t n)
{
    static const char mime[] = "application/x-c2pa-manifest-store";
    if (!memcmp(id, "GEOB", 4) && n > sizeof mime && !strcmp((const char *)b + 1, mime)) {
        /* encoding, type, file name 0, description 0, object: the object starts at its first box */
        const uint8_t *box = um_probe_find(b + 1 + sizeof mime, n - 1 - sizeof mime, "jumb");
        if (box && box - b >= 1 + (ptrdiff_t)sizeof mime + 4)
            um_probe_c2pa(p, box - 4, n - (size_t)(box - 4 - b));
        else
            um_probe_mark(p, UM_MARK_C2PA, UM_MARK_BROKEN, "no manifest store", "", 0);
    } else if (!memcmp(id, "PRIV", 4) && n > 4 && !memcmp(b, "XMP", 4)) {
        um_probe_xmp(p, b + 4, n - 4);
    } else if (*id == 'T' || !memcmp(id, "COMM", 4)) {
        id3_words(p, id, b, n);
    }
}

int64_t um_probe_id3(um_probe_state *p, int64_t start)
{
    uint8_t head[10];
    if (!um_probe_read(p, start, head, 10) || memcmp(head, "ID3", 3) || head[3] < 2 || head[3] > 4)
        return start;
    int64_t end = start + 10 + synchsafe(head + 6);
    int version = head[3];
    if (version == 2) { /* three-letter frames of the 1990s */
        um_probe_limit(p, "an ID3 tag of version 2.2");
        return end;
    }
    if (version == 3 && (head[5] & 0x80))
        um_probe_limit(p, "an unsynchronised ID3 tag");
    int64_t at = start + 10;
    if ((head[5] & 0x40) && um_probe_read(p, at, head, 4)) /* extended header */
        at += version == 4 ? synchsafe(head) : um_be32(head) + (int64_t)4;
    while (at + 10 <= end && um_probe_step(p) && um_probe_read(p, at, head, 10) && head[0]) {
        int64_t n = version == 4 ? synchsafe(head + 4) : um_be32(head + 4);
        char id[5] = {(char)head[0], (char)head[1], (char)head[2], (char)head[3], 0};
        bool wanted = id[0] == 'T' || !strcmp(id, "COMM") || !strcmp(id, "GEOB") || !strcmp(id, "PRIV");
        if (n > end - at - 10) {
            if (!strcmp(id, "GEOB"))
                um_probe_mark(p, UM_MARK_C2PA, UM_MARK_BROKEN, "frame reaches beyond its tag", "", 0);
            break;
        }
        bool packed = version == 4 ? head[9] & 0x0F : head[9] & 0xC0; /* or encrypted, or unsynchronised */
        uint8_t *b = wanted && !packed ? um_probe_block(p, at + 10, n) : NULL;
        if (b)
            id3_frame(p, id, b, (size_t)n);
        else if (wanted && n)
            um_probe_limit(p, "an ID3 frame is packed or too large");
        free(b);
        at += 10 + n;
    }
    return end;
}

/* The tag of version 1 at the end (its comment: 30 bytes), and others that are not read. */
void um_probe_id3_end(um_probe_state *p)
{
    uint8_t b[128], ape[8];
    bool old = um_probe_read(p, p->size - 128, b, sizeof b) && !memcmp(b, "TAG", 3);
    if (old)
        um_probe_text(p, "comment", b + 97, 30);
    if (um_probe_read(p, p->size - (old ? 128 : 0) - 32, ape, 8) && !memcmp(ape, "APETAGEX", 8))
        um_probe_limit(p, "an APE tag");
}

/* ---- Vorbis comments in FLAC and Ogg ---- */

static void vorbis_comment(um_probe_state *p, const uint8_t *b, size_t n)
{
    char key[40];
    if (n < 8 || um_le32(b) > n - 8)
        return;
    size_t vendor = um_le32(b), at = 4 + vendor + 4;
    um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "encoder", b + 4, vendor);
    um_probe_software(p, "encoder", b + 4, vendor);
    for (uint32_t i = 0, count = um_le32(b + 4 + vendor); i < count && n - at >= 4 && um_probe_step(p); i++) {
        size_t length = um_le32(b + at);
        at += 4;
        if (length > n - at) {
            um_probe_limit(p, "comments go on beyond what was read");
            break;
        }
        const uint8_t *equals = memchr(b + at, '=', length);
        size_t k = equals ? (size_t)(equals - b) - at : 0;
        if (equals && k < sizeof key) {
            memcpy(key, b + at, k);
            key[k] = 0;
            tag(p, key, equals + 1, length - k - 1);
        }
        at += length;
    }
}

void um_probe_flac(um_probe_state *p, int64_t at)
{
    uint8_t head[4];
    for (at += 4; um_probe_step(p) && um_probe_read(p, at, head, 4);) {
        int64_t n = um_be32(head) & 0xFFFFFF;
        uint8_t *b = (head[0] & 127) == 4 ? um_probe_block(p, at + 4, n) : NULL;
        if (b)
            vorbis_comment(p, b, (size_t)n);
        free(b);
        if (head[0] & 128)
            break;
        at += 4 + n;
    }
}

/* The packets of the first pages, page headers taken out; comments follow a magic of their codec. */
void um_probe_ogg(um_probe_state *p)
{
    static const char *const magics[] = {"OpusTags", "\x03vorbis", "\x81theora"};
    uint8_t head[27 + 255], piece[255 * 255];
    um_buf all;
    um_buf_init(&all, OGG_HEAD + sizeof piece + 1);
    for (int64_t at = 0; all.n < OGG_HEAD && um_probe_step(p) && um_probe_read(p, at, head, 27);) {
        if (memcmp(head, "OggS", 4) || !um_probe_read(p, at, head, 27 + (size_t)head[26]))
            break;
        size_t n = 0;
        for (int i = 0; i < head[26]; i++)
            n += head[27 + i];
        at += 27 + head[26];
        if (!um_probe_read(p, at, piece, n))
            break;
        um_buf_add(&all, piece, n);
        at += (int64_t)n;
    }
    p->out_of_memory |= all.broken;
    for (size_t i = 0; i < sizeof magics / sizeof *magics && !all.broken && all.n; i++) {
        const char *found = um_probe_find(all.data, all.n, magics[i]);
        size_t skip = found ? (size_t)(found - all.data) + strlen(magics[i]) : 0;
        if (found)
            vorbis_comment(p, (uint8_t *)all.data + skip, all.n - skip);
    }
    um_buf_free(&all);
}
