/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extent.c: the outermost lengths of RIFF, RF64, W64, AIFF, CAF, AU, ISO files, Matroska, ASF, FLV and Ogg.
 * Only lengths that the format demands of a finished file count; what lies behind them (tags, padding) is
 * nobody's business. */
#include "av/source/extent.h"
#include "probe/bytes.h"
#include <string.h>

enum {
    MOST_STEPS = 1 << 20,
    OGG_PAGE_MOST = 27 + 255 + 255 * 255,
    EBML_SEGMENT = 0x18538067,
    EBML_CLUSTER = 0x1F43B675
};

typedef struct reader {
    const um_input *in;
    um_extent *out;
    int steps;
} reader;

static bool get(reader *r, int64_t at, void *to, size_t n)
{
    return r->steps-- > 0 && um_input_read_all(r->in, at, to, n);
}

static uint64_t le64(const uint8_t *b)
{
    return (uint64_t)um_le32(b + 4) << 32 | um_le32(b);
}

static void put_number(reader *r, int64_t at, uint64_t value, int n, bool little)
{
    um_patch *p = &r->out->patch[r->out->n_patches];
    if (r->out->n_patches == UM_EXTENT_PATCHES || (n == 4 && value > UINT32_MAX))
        return;
    r->out->n_patches++;
    *p = (um_patch){.at = at, .n = n};
    for (int i = 0; i < n; i++)
        p->bytes[little ? i : n - 1 - i] = (uint8_t)(value >> 8 * i);
}

/* A length that nobody measured: nothing although content follows, the end of the range of a 32- or 64-bit
 * number (less the headers that some programs subtract), or a round number beyond a gigabyte. */
static bool is_placeholder(uint64_t length, int64_t follows)
{
    const uint64_t headers = 1 << 16;
    if (!length)
        return follows > 1;
    if (length <= (uint64_t)follows)
        return false;
    return (length >= INT32_MAX - headers && length <= INT32_MAX + headers) ||
           (length >= UINT32_MAX - headers && length <= UINT32_MAX + headers) || length > (uint64_t)1 << 62 ||
           (length >= 1000000000 && length % 1000000 == 0);
}

static int64_t sum(int64_t at, uint64_t length)
{
    return length > (uint64_t)(INT64_MAX - at) ? INT64_MAX : at + (int64_t)length;
}

/* The length of the sound, in a field of n bytes at `field`; its content starts at `at`. `outer` is where the
 * chunk around it ends: 0 when it does not say. */
static void sound_length(reader *r, uint64_t length, int64_t field, int n, bool little, int64_t at,
                         int64_t outer)
{
    if (is_placeholder(length, r->in->size - at)) {
        r->out->open = true;
        if (r->in->size > at)
            put_number(r, field, (uint64_t)(r->in->size - at), n, little);
    } else if (outer && outer <= r->in->size && sum(at, length) > r->in->size) {
        r->out->open = true; /* two lengths that contradict each other: none holds */
    } else {
        r->out->end = sum(at, length);
    }
}

/* RIFF, RF64 and BW64 with WAVE inside. */
static void wave(reader *r, const uint8_t *head)
{
    bool wide = memcmp(head, "RIFF", 4) != 0;
    uint64_t outer = um_le32(head + 4), sound = 0;
    int64_t at = 12, long_field = 0;
    uint8_t b[24];
    while (get(r, at, b, 8)) {
        uint32_t length = um_le32(b + 4);
        if (!memcmp(b, "ds64", 4) && wide && get(r, at + 8, b + 8, 16)) {
            outer = le64(b + 8);
            sound = le64(b + 16);
            long_field = at + 16;
        }
        if (!memcmp(b, "data", 4)) {
            bool is_long = long_field && length == UINT32_MAX;
            uint64_t n = is_long ? sound : length;
            int64_t end = is_placeholder(outer, r->in->size - 8) ? 0 : sum(8, outer + (n & 1));
            sound_length(r, n, is_long ? long_field : at + 4, is_long ? 8 : 4, true, at + 8, end);
            return;
        }
        at = sum(at, 8 + (uint64_t)length + (length & 1));
    }
    r->out->end = is_placeholder(outer, r->in->size - 8) || sum(8, outer) < at ? at : sum(8, outer);
}

/* RIFF with AVI inside; OpenDML has several behind each other. */
static void avi(reader *r)
{
    int64_t at = 0;
    uint8_t b[12];
    while (get(r, at, b, 12) && !memcmp(b, "RIFF", 4) && !memcmp(b + 8, "AVI", 3)) {
        uint32_t length = um_le32(b + 4);
        if (is_placeholder(length, r->in->size - at - 8)) {
            r->out->open = true;
            return;
        }
        at = r->out->end = at + 8 + length + (length & 1);
        if (at - (length & 1) == r->in->size) /* without the padding at its very end */
            r->out->end = r->in->size;
    }
}

/* Sony Wave64: identifiers of 16 bytes, lengths that include their own head. */
static void wave64(reader *r, const uint8_t *head)
{
    int64_t at = 40, outer = (int64_t)le64(head + 16);
    bool open = is_placeholder((uint64_t)outer, r->in->size);
    uint8_t b[24];
    if (open)
        put_number(r, 16, (uint64_t)r->in->size, 8, true);
    while (get(r, at, b, 24)) {
        uint64_t length = le64(b + 16);
        if (!memcmp(b, "data", 4)) {
            bool unmeasured = length <= 24 || is_placeholder(length, r->in->size - at);
            r->out->open = unmeasured;
            if (unmeasured)
                put_number(r, at + 16, (uint64_t)(r->in->size - at), 8, true);
            else
                r->out->end = sum(at, length);
            return;
        }
        if (length < 24)
            return;
        at = sum(at, length + (8 - length % 8) % 8);
    }
}

static void aiff(reader *r, const uint8_t *head)
{
    uint32_t outer = um_be32(head + 4);
    int64_t at = 12, frames_at = 0, frame_bytes = 0;
    uint8_t b[18];
    if (is_placeholder(outer, r->in->size - 8))
        put_number(r, 4, (uint64_t)r->in->size - 8, 4, false);
    while (get(r, at, b, 8)) {
        uint32_t length = um_be32(b + 4);
        if (!memcmp(b, "COMM", 4) && get(r, at + 8, b + 8, 8)) {
            frames_at = at + 10;
            frame_bytes = (int64_t)um_be16(b + 8) * ((um_be16(b + 14) + 7) / 8);
        }
        if (!memcmp(b, "SSND", 4)) {
            int64_t content = at + 16;
            sound_length(r, length, at + 4, 4, false, at + 8, 0);
            if (r->out->open && frames_at && frame_bytes > 0)
                put_number(r, frames_at, (uint64_t)((r->in->size - content) / frame_bytes), 4, false);
            return;
        }
        at = sum(at, 8 + (uint64_t)length + (length & 1));
    }
}

static void caf(reader *r)
{
    int64_t at = 8;
    uint8_t b[12];
    while (get(r, at, b, 12)) {
        uint64_t length = um_be64(b + 4);
        if (!memcmp(b, "data", 4)) {
            sound_length(r, length, at + 4, 8, false, at + 12, 0);
            return;
        }
        at = sum(sum(at, 12), length);
    }
}

static void au(reader *r, const uint8_t *head)
{
    sound_length(r, um_be32(head + 8), 8, 4, false, um_be32(head + 4), 0);
}

/* ISO files: the boxes that a recording is made of; what else lies behind them may be anything. */
static void iso(reader *r)
{
    int64_t at = 0;
    uint8_t b[16];
    while (get(r, at, b, 8)) {
        uint64_t length = um_be32(b);
        if (length == 1)
            length = get(r, at + 8, b + 8, 8) ? um_be64(b + 8) : 0;
        if (length < 8)
            return;
        if (!memcmp(b + 4, "mdat", 4) || !memcmp(b + 4, "moov", 4) || !memcmp(b + 4, "moof", 4))
            r->out->end = sum(at, length);
        at = sum(at, length);
    }
}

/* A variable-length number of EBML; its bytes, 0 when it is none. */
static int ebml(reader *r, int64_t at, bool keep_marker, uint64_t *value)
{
    uint8_t b[8];
    int n = 1;
    if (!get(r, at, b, 1) || !b[0])
        return 0;
    while (!(b[0] & 0x80 >> (n - 1)))
        n++;
    if (n > 1 && !get(r, at, b, (size_t)n))
        return 0;
    *value = keep_marker ? b[0] : b[0] & ((0x80u >> (n - 1)) - 1);
    for (int i = 1; i < n; i++)
        *value = *value << 8 | b[i];
    if (!keep_marker && *value == ((uint64_t)1 << 7 * n) - 1)
        *value = UINT64_MAX; /* not known when it was written */
    return n;
}

/* Of a finished segment its length tells. Of a live recording (segments, often clusters of unknown length)
 * the children do: those that may stand there. */
static void matroska(reader *r)
{
    static const uint32_t children[] = {
        EBML_CLUSTER, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1254C367, 0x1043A770, 0x1941A469,
        0xEC,         0xBF,       0xE7,       0xA3,       0xA0,       0xAB,       0xA7,       0x5854};
    int64_t at = 0;
    bool live = false;
    for (;;) {
        uint64_t id, length;
        int n = ebml(r, at, true, &id), m = n ? ebml(r, at + n, false, &length) : 0;
        bool known = !live;
        for (size_t i = 0; i < sizeof children / sizeof *children; i++)
            known |= id == children[i];
        if (!m || !known)
            return;
        at += n + m;
        live |= id == EBML_SEGMENT;
        if (length == UINT64_MAX && (id == EBML_SEGMENT || id == EBML_CLUSTER))
            continue;
        if (length == UINT64_MAX)
            return;
        at = r->out->end = sum(at, length);
        if (id == EBML_SEGMENT)
            return;
    }
}

/* The tags of FLV, each with its length; the number behind the last one may be missing. */
static void flv(reader *r, const uint8_t *head)
{
    enum { HEAD = 11 };
    uint8_t b[HEAD];
    int64_t at = um_be32(head + 5) + (int64_t)4;
    for (; get(r, at, b, HEAD); at = r->out->end + 4) {
        int type = b[0] & 0x1F;
        if (type != 8 && type != 9 && type != 18)
            return;
        r->out->end = at + HEAD + (um_be32(b) & 0xFFFFFF);
    }
    if (at < r->in->size)
        r->out->end = at + HEAD;
}

static void asf(reader *r, const uint8_t *head)
{
    static const uint8_t file_properties[] = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53",
                         data[] = "\x36\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE";
    int64_t at = 30, end = sum(0, le64(head + 16));
    uint8_t b[24], flags[4];
    while (at < end && get(r, at, b, 24) && le64(b + 16) >= 24) {
        if (!memcmp(b, file_properties, 15) && get(r, at + 88, flags, 4))
            r->out->open = flags[0] & 1; /* a broadcast: its sizes are invalid */
        at = sum(at, le64(b + 16));
    }
    if (r->out->open || !get(r, end, b, 24) || memcmp(b, data, 15) != 0)
        return;
    uint64_t length = le64(b + 16);
    if (is_placeholder(length, r->in->size - end) || length <= 50)
        r->out->open = true;
    else
        r->out->end = sum(end, length);
}

/* Ogg declares the length of pages only: that of the last one. */
static void ogg(reader *r)
{
    uint8_t b[27 + 255];
    for (int64_t at = r->in->size - 4; at >= 0 && at > r->in->size - OGG_PAGE_MOST; at--) {
        if (!get(r, at, b, 4))
            return;
        if (memcmp(b, "OggS", 4) != 0)
            continue;
        r->out->end = at + 27;
        if (!get(r, at, b, 27))
            return;
        r->out->end += b[26];
        if (!get(r, at + 27, b + 27, b[26]))
            return;
        for (int i = 0; i < b[26]; i++)
            r->out->end += b[27 + i];
        return;
    }
}

/* Behind MPEG audio, AAC, AC-3 and FLAC people put tags that are no part of the stream: ID3v1, APEv2 and
 * Lyrics3v2, in any order. */
static void without_tags(reader *r)
{
    enum { MOST_TAGS = 8 };
    int64_t *end = &r->out->size;
    uint8_t b[32];
    for (int i = 0; i < MOST_TAGS; i++) {
        int64_t length = 0;
        if (get(r, *end - 128, b, 3) && !memcmp(b, "TAG", 3))
            length = 128;
        else if (get(r, *end - 32, b, 32) && !memcmp(b, "APETAGEX", 8))
            length = (int64_t)um_le32(b + 12) + (b[23] & 0x80 ? 32 : 0);
        else if (get(r, *end - 15, b, 15) && !memcmp(b + 6, "LYRICS200", 9))
            for (int k = length = 0; k < 6; k++)
                length = 10 * length + (b[k] - '0');
        if (length < 1 || length > *end)
            return;
        *end -= length;
    }
}

um_extent um_extent_of(const um_input *input)
{
    um_extent e = {.size = input->size};
    reader r = {input, &e, MOST_STEPS};
    uint8_t b[30] = {0};
    if (!um_input_read_all(input, 0, b, input->size < 30 ? (size_t)(input->size > 0 ? input->size : 0) : 30))
        return e;
    if (!memcmp(b + 8, "WAVE", 4) &&
        (!memcmp(b, "RIFF", 4) || !memcmp(b, "RF64", 4) || !memcmp(b, "BW64", 4)))
        wave(&r, b);
    else if (!memcmp(b, "RIFF", 4) && !memcmp(b + 8, "AVI ", 4))
        avi(&r);
    else if (!memcmp(b, "riff\x2E\x91\xCF\x11", 8))
        wave64(&r, b);
    else if (!memcmp(b, "FORM", 4) && !memcmp(b + 8, "AIF", 3))
        aiff(&r, b);
    else if (!memcmp(b, "caff", 4))
        caf(&r);
    else if (!memcmp(b, ".snd", 4))
        au(&r, b);
    else if (!memcmp(b, "\x1A\x45\xDF\xA3", 4))
        matroska(&r);
    else if (!memcmp(b, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", 8))
        asf(&r, b);
    else if (!memcmp(b, "OggS", 4))
        ogg(&r);
    else if (!memcmp(b + 4, "ftyp", 4) || !memcmp(b + 4, "moov", 4) || !memcmp(b + 4, "mdat", 4))
        iso(&r);
    else if (!memcmp(b, "FLV\1", 4))
        flv(&r, b);
    else
        without_tags(&r);
    return e;
}

void um_extent_apply(const um_extent *e, int64_t at, uint8_t *bytes, size_t n)
{
    for (int i = 0; i < e->n_patches; i++)
        for (int k = 0; k < e->patch[i].n; k++) {
            int64_t where = e->patch[i].at + k - at;
            if (where >= 0 && where < (int64_t)n)
                bytes[where] = e->patch[i].bytes[k];
        }
}
