/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jp2.c: JPEG 2000 (ISO 15444), as a file of boxes or the bare codestream, by FFmpeg's decoder. It hides what
 * is missing; the lengths of the tile parts tell that. */
#include "av/source/damage.h"
#include "av/still/readers.h"
#include "base/base.h"
#include "probe/bytes.h"
#include <libavcodec/avcodec.h>
#include <string.h>

enum {
    SOC = 0xFF4F,
    SIZ = 0xFF51,
    SOT = 0xFF90,
    SOD = 0xFF93,
    EOC = 0xFFD9,
    BOXES_MAX = 4096,
    PARTS_MAX = 1 << 20
};

static bool is_jp2(const um_input *input)
{
    uint8_t b[12];
    return um_input_read_all(input, 0, b, sizeof b) &&
           (!memcmp(b, "\xFF\x4F\xFF\x51", 4) || !memcmp(b, "\0\0\0\x0CjP  \r\n\x87\n", 12));
}

/* Where the codestream begins and, as far as its box says, ends; -1: nowhere. */
static int64_t codestream(const um_input *in, int64_t *end)
{
    uint8_t b[16];
    *end = in->size;
    if (um_input_read_all(in, 0, b, 4) && um_be16(b) == SOC)
        return 0;
    int64_t at = 0;
    for (int i = 0; i < BOXES_MAX && um_input_read_all(in, at, b, 8); i++) {
        int64_t n = um_be32(b), head = 8;
        if (n == 1 && um_input_read_all(in, at, b, 16)) {
            n = (int64_t)(um_be64(b + 8) & INT64_MAX);
            head = 16;
        }
        if (!memcmp(b + 4, "jp2c", 4)) {
            if (n >= head && n <= INT64_MAX - at)
                *end = at + n; /* 0: to the end of the file */
            return at + head;
        }
        if (n < head || n > in->size - at)
            return -1;
        at += n;
    }
    return -1;
}

static um_status look(um_still *s, um_error *err)
{
    uint8_t b[44];
    int64_t end, at = codestream(s->input, &end);
    s->container = "j2k";
    s->codec = "jpeg2000";
    if (at < 0 || !um_input_read_all(s->input, at, b, sizeof b) || um_be16(b) != SOC || um_be16(b + 2) != SIZ)
        return um_fail(err, UM_EFORMAT, "%s: a JPEG 2000 file without a picture in it", s->input->path);
    const int64_t width = (int64_t)um_be32(b + 8) - um_be32(b + 16),
                  height = (int64_t)um_be32(b + 12) - um_be32(b + 20);
    s->width = (int)(width < 0 || width > INT32_MAX ? 0 : width);
    s->height = (int)(height < 0 || height > INT32_MAX ? 0 : height);
    s->pixel_format = (b[42] & 0x7F) + 1 > 8 ? "more than 8 bits" : "8 bits";
    return UM_OK;
}

/* The tile parts (annex A.4.2): each says how long it is, and the next one or the end follows. */
static void check(um_still *s)
{
    int64_t end, at = codestream(s->input, &end);
    uint8_t b[12];
    if (end > s->input->size) {
        s->damage.truncated = true;
        um_still_damaged(s, "the picture ends early");
        return;
    }
    for (at += 2; at >= 0 && um_input_read_all(s->input, at, b, 4) && um_be16(b) != SOT;)
        at += 2 + (int64_t)um_be16(b + 2);
    for (int i = 0; i < PARTS_MAX; i++) {
        const bool more = um_input_read_all(s->input, at, b, 2);
        if (more && um_be16(b) == EOC)
            return;
        if (!more || !um_input_read_all(s->input, at, b, 12)) {
            s->damage.truncated = true;
            um_still_damaged(s, "the picture ends early");
            return;
        }
        if (um_be16(b) != SOT) {
            um_still_damaged(s, "a part of the picture is not where it should be");
            return;
        }
        const int64_t n = um_be32(b + 6);
        if (!n) /* the last one, to the end */
            return;
        at += n < 14 ? 14 : n;
    }
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    um_status st = um_still_load(s, err);
    if (st < 0)
        return st;
    check(s);
    return um_still_packet(out, s, AV_CODEC_ID_JPEG2000, err);
}

const um_still_reader um_still_jp2 = {is_jp2, look, decode};
