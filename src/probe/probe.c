/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.c: what kind of file it is, then the parser of that format. */
#include "probe/probe.h"
#include "base/signature.h"
#include "probe/hash.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SCAN_BYTES = 1 << 20, ENCODER_NAME_MAX = 48 };

/* ---- what kind of file ---- */

static const struct magic {
    const char *kind;
    int at;
    const char *bytes;
    int n;
} magics[] = {
    {"jpeg", 0, "\xFF\xD8\xFF", 3},
    {"png", 0, "\x89PNG\r\n\x1a\n", 8},
    {"gif", 0, "GIF8", 4},
    {"webp", 8, "WEBP", 4},
    {"wav", 8, "WAVE", 4},
    {"avi", 8, "AVI ", 4},
    {"jxl", 0, "\0\0\0\x0CJXL \r\n\x87\n", 12},
    {"jxl", 0, "\xFF\x0A", 2},
    {"tiff", 0, "II*\0", 4},
    {"tiff", 0, "MM\0*", 4},
    {"flac", 0, "fLaC", 4},
    {"ogg", 0, "OggS", 4},
    {"matroska", 0, "\x1A\x45\xDF\xA3", 4},
    {"mpeg-ps", 0, "\0\0\1\xBA", 4},
    {"mpeg-video", 0, "\0\0\1\xB3", 4},
    {"flv", 0, "FLV\1", 4},
    {"asf", 0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", 8},
    {"caf", 0, "caff", 4},
    {"aiff", 8, "AIFF", 4},
    {"amr", 0, "#!AMR", 5},
    {"aifc", 8, "AIFC", 4},
    {"au", 0, ".snd", 4},
    {"psd", 0, "8BPS", 4},
    {"tiff", 0, "II+\0", 4}, /* BigTIFF */
    {"tiff", 0, "MM\0+", 4},
    {"mxf", 0, "\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02", 11},
    {"y4m", 0, "YUV4MPEG2", 9},
    {"jp2", 4, "jP  \r\n\x87\n", 8},
    {"j2k", 0, "\xFF\x4F\xFF\x51", 4},
    {"exr", 0, "\x76\x2F\x31\x01", 4},
    {"dpx", 0, "SDPX", 4},
    {"dpx", 0, "XPDS", 4},
    {"qoi", 0, "qoif", 4},
    {"sun", 0, "\x59\xA6\x6A\x95", 4},
    {"sgi", 0, "\x01\xDA", 2},
    {"w64", 0, "riff\x2E\x91\xCF\x11", 8},
    {"nut", 0, "nut/multimedia container", 24},
    {"rm", 0, ".RMF", 4},
    {"ivf", 0, "DKIF", 4},
    {"dv", 0, "\x1F\x07\x00", 3},
    {"swf", 1, "WS", 2},
    {"ape", 0, "MAC ", 4},
    {"wavpack", 0, "wvpk", 4},
    {"tta", 0, "TTA1", 4},
    {"tak", 0, "tBaK", 4},
    {"mpc", 0, "MPCK", 4},
    {"mpc", 0, "MP+", 3},
    {"voc", 0, "Creative Voice File\x1A", 20},
    {"dts", 0, "\x7F\xFE\x80\x01", 4},
    {"truehd", 4, "\xF8\x72\x6F\xBA", 4},
    {"mlp", 4, "\xF8\x72\x6F\xBB", 4},
    {"dirac", 0, "BBCD", 4},
    {"mpeg4-video", 0, "\0\0\1\xB0", 4},
    {"vc1", 0, "\0\0\1\x0F", 4},
    {"obu", 0, "\x12\0\x0A", 3},
};

/* Raw AVC and HEVC: a start code, and a unit that may come first (parameters, a delimiter, a message). */
static const char *nal_kind(const uint8_t *b)
{
    const uint8_t *unit = b[2] == 1 ? b + 3 : b + 4;
    if (b[0] || b[1] || (b[2] != 1 && (b[2] || b[3] != 1)))
        return NULL;
    int hevc = unit[0] >> 1, avc = unit[0] & 0x1F;
    if (!(unit[0] & 0x81) && unit[1] == 1 && (hevc == 32 || hevc == 33 || hevc == 35 || hevc == 39))
        return "hevc";
    return !(unit[0] & 0x80) && (avc == 6 || avc == 7 || avc == 9) ? "h264" : NULL;
}

/* AC-3: version 8 or less of the syntax; above it E-AC-3. */
static const char *ac3_kind(const uint8_t *b)
{
    return b[0] != 0x0B || b[1] != 0x77 ? NULL : b[5] >> 3 <= 10 ? "ac3" : "eac3";
}

/* Portable any map: P, a digit, white space. */
static const char *pnm_kind(const uint8_t *b)
{
    static const char *const kinds[] = {"pbm", "pgm", "ppm", "pbm", "pgm", "ppm", "pam"};
    return b[0] == 'P' && b[1] >= '1' && b[1] <= '7' && isspace(b[2]) ? kinds[b[1] - '1'] : NULL;
}

/* PCX: version, run lengths, bits per plane. */
static bool is_pcx(const uint8_t *b)
{
    return b[0] == 10 && b[1] <= 5 && b[2] <= 1 && (b[3] == 1 || b[3] == 2 || b[3] == 4 || b[3] == 8);
}

static const char *bmff_kind(const uint8_t *b)
{
    static const struct {
        const char brand[5], *kind;
    } brands[] = {{"qt  ", "mov"},  {"heic", "heic"}, {"heix", "heic"}, {"heim", "heic"}, {"heis", "heic"},
                  {"hevc", "heic"}, {"mif1", "heif"}, {"msf1", "heif"}, {"avif", "avif"}, {"avis", "avif"},
                  {"M4A ", "m4a"},  {"M4B ", "m4a"},  {"jxl ", "jxl"},  {"crx ", "cr3"}};
    static const char first[][5] = {"moov", "mdat", "wide", "free", "skip", "pnot"};
    if (!memcmp(b + 4, "ftyp", 4)) {
        for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
            if (!memcmp(b + 8, brands[i].brand, 4))
                return brands[i].kind;
        return !memcmp(b + 8, "3g", 2) ? "3gp" : "mp4";
    }
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (!memcmp(b + 4, first[i], 4)) /* QuickTime before it had a file type */
            return "mov";
    return NULL;
}

/* MPEG audio: a sync word, and a header without reserved values. */
static bool is_mpeg_audio(const uint8_t *b)
{
    return b[0] == 0xFF && (b[1] & 0xE0) == 0xE0 && (b[1] & 0x18) != 0x08 && (b[1] & 0x06) != 0 &&
           (b[2] & 0xF0) != 0xF0 && (b[2] & 0x0C) != 0x0C;
}

static const char *kind_of(um_probe_state *p, int64_t start)
{
    uint8_t b[189 * 2] = {0};
    size_t n = p->size < (int64_t)sizeof b ? (size_t)p->size : sizeof b;
    const char *kind;
    if (!um_probe_read(p, start, b, n > (size_t)(p->size - start) ? (size_t)(p->size - start) : n))
        return "unknown";
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (!memcmp(b + magics[i].at, magics[i].bytes, (size_t)magics[i].n)) {
            if (!strcmp(magics[i].kind, "matroska"))
                return um_probe_find(b, sizeof b, "webm") ? "webm" : "mkv";
            return magics[i].kind;
        }
    if ((kind = bmff_kind(b)))
        return kind;
    if (!memcmp(b, "BM", 2) && !memcmp(b + 6, "\0\0\0\0", 4)) /* two letters alone may start a text */
        return "bmp";
    if (b[0] == 'G' && start == 0) { /* 0x47: packets of 188 bytes */
        if (b[188] == 'G')
            return "mpeg-ts";
    }
    if (b[4] == 'G' && b[196] == 'G') /* a time in front of each packet: AVCHD, Blu-ray */
        return "mts";
    if ((kind = nal_kind(b)) || (kind = ac3_kind(b)) || (kind = pnm_kind(b)))
        return kind;
    if (is_pcx(b))
        return "pcx";
    if (b[0] == 0x56 && (b[1] & 0xE0) == 0xE0)
        return "loas";
    if (b[0] == 0xFF && (b[1] & 0xF6) == 0xF0)
        return "aac";
    if (is_mpeg_audio(b))
        return "mp3";
    return "unknown";
}

/* ---- names that encoders leave in the stream ---- */

static void scan_encoders(um_probe_state *p, int64_t at)
{
    static const struct {
        const char *start;
        size_t most; /* bytes of the name; LAME's is a field of 9 without end */
    } names[] = {{"x264 - core ", ENCODER_NAME_MAX},
                 {"x265 (build ", ENCODER_NAME_MAX},
                 {"Lavc", ENCODER_NAME_MAX},
                 {"Lavf", ENCODER_NAME_MAX},
                 {"LAME3.", 9}};
    int64_t left = p->size - at, n = left < SCAN_BYTES ? left : SCAN_BYTES;
    uint8_t *b = um_probe_block(p, at, n);
    for (size_t i = 0; b && i < sizeof names / sizeof *names; i++) {
        const uint8_t *found = b;
        size_t k = strlen(names[i].start), length = 0;
        while ((found = um_probe_find(found, (size_t)(b + n - found), names[i].start))) {
            if (isdigit(found[k])) /* a version follows; the block ends with a zero */
                break;
            found += k;
        }
        if (!found)
            continue;
        while (length < names[i].most && found[length] >= ' ' && found[length] < 0x7F &&
               (length < 4 || strncmp((const char *)found + length, " - H", 4)))
            length++;
        if (*found == 'L' && found[1] == 'a') { /* Lavf59.27.100, and what container bytes follow it */
            size_t version = k;
            while (version < length && (isdigit(found[version]) || found[version] == '.'))
                version++;
            if (version < length && found[version] != ' ')
                length = version;
        }
        while (length && found[length - 1] == 'U') /* LAME fills with it */
            length--;
        um_probe_mark(p, UM_MARK_ENCODER, UM_MARK_PRESENT, "in the stream", found, length);
    }
    free(b);
}

static void parse(um_probe_state *p)
{
    int64_t start = um_probe_id3(p, 0); /* in front of MP3, but also of AAC and FLAC */
    if (start > p->size)
        start = p->size;
    const char *kind = kind_of(p, start);
    if (start && !strcmp(kind, "unknown"))
        kind = "mp3"; /* junk behind a tag is common */
    snprintf(p->out->kind, sizeof p->out->kind, "%s", kind);

    static const struct {
        const char *kinds; /* each between spaces */
        void (*parse)(um_probe_state *p);
        bool scan;
    } parsers[] = {
        {" jpeg ", um_probe_jpeg, false},
        {" png ", um_probe_png, false},
        {" webp ", um_probe_riff, false},
        {" wav avi ", um_probe_riff, true},
        {" heic heif avif jxl ", um_probe_bmff, false},
        {" mp4 mov m4a 3gp cr3 ", um_probe_bmff, true},
        {" mkv webm ", um_probe_matroska, true},
        {" ogg ", um_probe_ogg, true},
        {" gif ", um_probe_gif, false},
        {" aiff aifc ", um_probe_aiff, false},
        {" mp3 ", um_probe_id3_end, true},
        {" aac mpeg-ps mpeg-ts mts mpeg-video mpeg4-video flv asf mxf nut h264 hevc ivf wavpack ", NULL,
         true},
    };
    static const char read[] =
        " jpeg png webp wav avi heic heif avif jxl mp4 mov m4a 3gp cr3 mkv webm ogg gif aiff aifc mp3 "
        "aac flac tiff bmp amr "; /* the last two have no place for marks */
    char spaced[40];
    snprintf(spaced, sizeof spaced, " %s ", kind);
    if (!strstr(read, spaced))
        um_probe_limit(p, strcmp(kind, "unknown") ? "marks of this kind of file are not read"
                                                  : "unknown kind of file");
    if (!strcmp(kind, "flac"))
        um_probe_flac(p, start);
    if (!strcmp(kind, "tiff")) {
        uint8_t *b = um_probe_block(p, 0, p->size < UM_PROBE_BLOCK_MAX ? p->size : UM_PROBE_BLOCK_MAX);
        if (b)
            um_probe_exif(p, b, p->size < UM_PROBE_BLOCK_MAX ? (size_t)p->size : UM_PROBE_BLOCK_MAX);
        free(b);
    }
    for (size_t i = 0; i < sizeof parsers / sizeof *parsers; i++) {
        if (!strstr(parsers[i].kinds, spaced))
            continue;
        if (parsers[i].parse)
            parsers[i].parse(p);
        if (parsers[i].scan)
            scan_encoders(p, start);
        if (parsers[i].scan && p->media_at > start)
            scan_encoders(p, p->media_at);
    }
}

/* ---- the file ---- */

um_status um_probe_input(um_probe *out, const um_input *input, const struct um_trust *trust, um_error *err)
{
    um_probe_state p = {
        .out = out, .input = input, .size = input->size, .steps = UM_PROBE_STEPS, .trust = trust};
    *out = (um_probe){.kind = "unknown", .bytes = input->size};
    um_probe_marks_init(out);
    parse(&p);
    um_probe_marks_end(&p);
    return p.out_of_memory ? um_fail_oom(err) : UM_OK;
}

um_status um_probe_file(um_probe *out, const char *path, const um_probe_options *options, um_error *err)
{
    const um_probe_options o = options ? *options : (um_probe_options){0};
    um_input *input = NULL;
    um_trust *trusted = NULL;
    *out = (um_probe){.kind = "unknown"};
    um_status st = o.trust ? um_trust_open(&trusted, o.trust, err) : UM_OK;
    if (st == UM_OK && (st = um_input_open(&input, path, err)) == UM_OK &&
        (st = um_probe_input(out, input, trusted, err)) == UM_OK)
        st = um_hash_now(out->sha256, input, o.progress, o.user, err);
    um_input_free(&input);
    um_trust_free(&trusted);
    return st;
}
