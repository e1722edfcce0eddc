/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encrypted.c: how the containers mark encryption: ISO 23001-7 sample entries and FairPlay, Matroska's
 * content encodings (RFC 9559 5.1.4.1.31), ASF's encryption objects, the scrambling control of MPEG-2 systems
 * (ISO 13818-1 table 2-4), FLV's filter bit, and the label of encrypted essence in MXF (SMPTE 429-6). */
#include "av/source/encrypted.h"
#include "probe/bytes.h"
#include <stdlib.h>
#include <string.h>

/* ---- ISO files ---- */

typedef struct box {
    uint8_t type[4];
    int64_t at, end; /* of the content */
} box;

static bool next_box(const um_input *in, box *b, int64_t *at, int64_t end)
{
    uint8_t head[16];
    int header = 8;
    if (end - *at < 8 || !um_input_read_all(in, *at, head, 8))
        return false;
    uint64_t length = um_be32(head);
    if (length == 1 && um_input_read_all(in, *at + 8, head + 8, 8)) {
        length = um_be64(head + 8);
        header = 16;
    }
    if (!length)
        length = (uint64_t)(end - *at);
    if (length < (uint64_t)header)
        return false;
    memcpy(b->type, head + 4, 4);
    b->at = *at + header;
    b->end = length > (uint64_t)(end - *at) ? end : *at + (int64_t)length;
    *at = b->end;
    return true;
}

/* The first box of this type inside. */
static bool inside(const um_input *in, box *out, const box *parent, int64_t skip, const char *type)
{
    int64_t at = parent->at + skip;
    while (next_box(in, out, &at, parent->end))
        if (!memcmp(out->type, type, 4))
            return true;
    return false;
}

static const char *scheme_of_entry(const um_input *in, const box *entry, bool is_video)
{
    static const struct {
        const char type[5], *words;
    } schemes[] = {{"cenc", "Common Encryption, scheme cenc"},
                   {"cens", "Common Encryption, scheme cens"},
                   {"cbc1", "Common Encryption, scheme cbc1"},
                   {"cbcs", "Common Encryption, scheme cbcs"},
                   {"piff", "PlayReady, scheme piff"},
                   {"itun", "FairPlay"},
                   {"odkm", "OMA DRM"},
                   {"adkm", "Adobe Access"}};
    const int64_t fixed = is_video ? 78 : 28;
    box sinf, schm;
    uint8_t type[4];
    if (inside(in, &sinf, entry, fixed, "sinf") && inside(in, &schm, &sinf, 0, "schm") &&
        um_input_read_all(in, schm.at + 4, type, 4))
        for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
            if (!memcmp(type, schemes[i].type, 4))
                return schemes[i].words;
    return "Common Encryption";
}

static const char *sample_entry(const um_input *in, const box *trak)
{
    static const char entries[][5] = {"encv", "enca", "enct", "encs", "drms", "drmi", "p608", "aavd"};
    box mdia, minf, stbl, stsd, entry;
    if (!inside(in, &mdia, trak, 0, "mdia") || !inside(in, &minf, &mdia, 0, "minf") ||
        !inside(in, &stbl, &minf, 0, "stbl") || !inside(in, &stsd, &stbl, 0, "stsd"))
        return NULL;
    for (int64_t at = stsd.at + 8; next_box(in, &entry, &at, stsd.end);)
        for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
            if (!memcmp(entry.type, entries[i], 4))
                return i < 4 ? scheme_of_entry(in, &entry, !i) : i < 7 ? "FairPlay" : "Audible";
    return NULL;
}

static const char *iso_track(const um_input *in, int id)
{
    box moov, trak, tkhd, file = {.end = in->size};
    uint8_t version, b[4];
    if (!inside(in, &moov, &file, 0, "moov"))
        return NULL;
    for (int64_t at = moov.at; next_box(in, &trak, &at, moov.end);) {
        if (memcmp(trak.type, "trak", 4) != 0 || !inside(in, &tkhd, &trak, 0, "tkhd") ||
            !um_input_read_all(in, tkhd.at, &version, 1) ||
            !um_input_read_all(in, tkhd.at + (version == 1 ? 20 : 12), b, 4))
            continue;
        if ((int)um_be32(b) == id)
            return sample_entry(in, &trak);
    }
    return NULL;
}

const char *um_encrypted_track(const um_input *input, const AVFormatContext *format, const AVStream *s)
{
    if (!strncmp(format->iformat->name, "mov,", 4))
        return iso_track(input, s->id);
    return av_dict_get(s->metadata, "enc_key_id", NULL, 0) ? "content encryption" : NULL; /* Matroska */
}

/* ---- formats that encrypt as a whole ---- */

static uint64_t le64(const uint8_t *b)
{
    return (uint64_t)um_le32(b + 4) << 32 | um_le32(b);
}

/* The objects of the header: a DRM object, or a stream whose flags say so. */
static const char *asf(const uint8_t *b, size_t n)
{
    static const struct {
        const char guid[17], *scheme;
    } objects[] = {
        {"\xFB\xB3\x11\x22\x23\xBD\xD2\x11\xB4\xB7\x00\xA0\xC9\x55\xFC\x6E", "Windows Media DRM"},
        {"\x14\xE6\x8A\x29\x22\x26\x17\x4C\xB9\x35\xDA\xE0\x7E\xE9\x28\x9C", "Windows Media DRM"},
        {"\x33\x85\x05\x43\x81\x69\xE6\x49\x9B\x74\xAD\x12\xCB\x86\xD5\x8C", "Windows Media DRM, advanced"},
    };
    static const char stream[] = "\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65";
    for (size_t at = 30; at + 24 <= n;) {
        uint64_t length = le64(b + at + 16);
        for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
            if (!memcmp(b + at, objects[i].guid, 16))
                return objects[i].scheme;
        if (!memcmp(b + at, stream, 16) && at + 74 <= n && b[at + 73] & 0x80)
            return "an encrypted stream of ASF";
        if (length < 24 || length > n - at)
            break;
        at += length;
    }
    return NULL;
}

/* Most packets with content carry a key number. */
static const char *transport(const uint8_t *b, size_t n, size_t step, size_t first)
{
    int scrambled = 0, clear = 0;
    for (size_t at = first; at + 188 <= n && b[at] == 0x47; at += step) {
        bool tables = !(b[at + 1] & 0x1F) && b[at + 2] < 0x20;
        bool content = b[at + 3] & 0x10;
        if (tables || !content || ((b[at + 1] & 0x1F) == 0x1F && b[at + 2] == 0xFF))
            continue;
        scrambled += b[at + 3] >> 7;
        clear += !(b[at + 3] >> 7);
    }
    return scrambled > clear ? "a scrambled transport stream" : NULL;
}

/* Packets of pictures and sound: the two bits behind the marker '10'. */
static const char *program(const uint8_t *b, size_t n)
{
    int scrambled = 0, clear = 0;
    for (size_t at = 0; at + 9 <= n; at++) {
        bool packet = !b[at] && !b[at + 1] && b[at + 2] == 1 &&
                      (b[at + 3] == 0xBD || (b[at + 3] & 0xE0) == 0xC0 || (b[at + 3] & 0xF0) == 0xE0);
        if (!packet || b[at + 6] >> 6 != 2)
            continue;
        scrambled += (b[at + 6] & 0x30) != 0;
        clear += !(b[at + 6] & 0x30);
        at += 5 + um_be16(b + at + 4);
    }
    return scrambled > clear ? "a scrambled program stream" : NULL;
}

static const char *flv(const uint8_t *b, size_t n)
{
    for (size_t at = (size_t)um_be32(b + 5) + 4; at + 11 <= n;) {
        if ((b[at] & 0x1F) == 8 || (b[at] & 0x1F) == 9)
            return b[at] & 0x20 ? "Adobe Access" : NULL;
        at += 15 + (um_be32(b + at) & 0xFFFFFF);
    }
    return NULL;
}

static const char *mxf(const uint8_t *b, size_t n)
{
    static const char label[] = "\x06\x0E\x2B\x34\x04\x01\x01\x07\x0D\x01\x03\x01\x02\x0B\x01";
    const uint8_t *end = b + n - 15;
    for (const uint8_t *p = b; p < end && (p = memchr(p, 6, (size_t)(end - p))); p++)
        if (!memcmp(p, label, 15))
            return "encrypted essence";
    return NULL;
}

um_status um_encrypted_file(const char **out, const um_input *input, um_error *err)
{
    enum { LOOK = 1 << 20 };
    const char *scheme = NULL;
    size_t n = input->size < LOOK ? (size_t)input->size : LOOK;
    uint8_t *b = n < 200 ? NULL : um_calloc(n, 1);
    *out = NULL;
    if (n >= 200 && !b)
        return um_fail_oom(err);
    if (!b || !um_input_read_all(input, 0, b, n))
        n = 0;
    if (n && !memcmp(b, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", 8))
        scheme = asf(b, n);
    else if (n && b[0] == 0x47 && b[188] == 0x47)
        scheme = transport(b, n, 188, 0);
    else if (n && b[4] == 0x47 && b[196] == 0x47)
        scheme = transport(b, n, 192, 4);
    else if (n && !memcmp(b, "\0\0\1\xBA", 4))
        scheme = program(b, n);
    else if (n && !memcmp(b, "FLV\1", 4))
        scheme = flv(b, n);
    else if (n && !memcmp(b, "\x06\x0E\x2B\x34", 4))
        scheme = mxf(b, n);
    else if (n && !memcmp(b + 4, "ftypodcf", 8))
        scheme = "OMA DRM";
    free(b);
    *out = scheme;
    return UM_OK;
}
