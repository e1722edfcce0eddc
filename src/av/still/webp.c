/* SPDX-License-Identifier: GPL-3.0-or-later */
/* webp.c: WebP without animation, by libwebp: a lossy picture as the planes that are coded, a lossless one as
 * RGBA. */
#include "av/source/damage.h"
#include "av/still/readers.h"
#include "base/base.h"
#include "base/lazy.h"
#include "probe/bytes.h"
#include "probe/orientation.h"
#include <libavutil/pixfmt.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

#define LIBRARY "libwebp.so.7"
#define FUNCTIONS(F)           \
    F(WebPGetFeaturesInternal) \
    F(WebPIDecGetRGB)          \
    F(WebPIDecGetYUVA)         \
    F(WebPIDecode)             \
    F(WebPIDelete)             \
    F(WebPIUpdate)             \
    F(WebPInitDecoderConfigInternal)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

enum { LOSSY = 1, LOSSLESS = 2, EXIF_MAX = 1 << 20, CHUNKS_MAX = 4096, HEAD = 64, LEFT_MAX = 4 };

static bool is_webp(const um_input *input)
{
    uint8_t b[21];
    return um_input_read_all(input, 0, b, sizeof b) && !memcmp(b, "RIFF", 4) &&
           !memcmp(b + 8, "WEBPVP8", 7) && !(b[15] == 'X' && b[20] & 2); /* the flag of an animation */
}

/* The EXIF chunk, which stands behind the picture. */
static um_status read_chunks(um_still *s, um_error *err)
{
    uint8_t head[8];
    int64_t at = 12;
    for (int i = 0; i < CHUNKS_MAX && um_input_read_all(s->input, at, head, 8); i++) {
        const int64_t n = um_le32(head + 4);
        if (!memcmp(head, "EXIF", 4) && n <= EXIF_MAX) {
            uint8_t *exif = um_calloc((size_t)n + 8, 1);
            if (!exif)
                return um_fail_oom(err);
            if (um_input_read_all(s->input, at + 8, exif, (size_t)n)) {
                const size_t skip = n >= 6 && !memcmp(exif, "Exif\0", 6) ? 6 : 0; /* as in JPEG */
                s->orientation = um_exif_orientation(exif + skip, (size_t)n - skip);
            }
            free(exif);
        }
        at += 8 + n + (n & 1);
    }
    return UM_OK;
}

static um_status features(WebPBitstreamFeatures *f, const um_still *s, um_error *err)
{
    uint8_t b[HEAD];
    const ssize_t n = um_input_read(s->input, 0, b, sizeof b);
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: WebP needs " LIBRARY ", which cannot be loaded",
                       s->input->path);
    if (n <= 0 || lib.WebPGetFeaturesInternal(b, (size_t)n, f, WEBP_DECODER_ABI_VERSION) != VP8_STATUS_OK)
        return um_fail(err, UM_EFORMAT, "%s: a WebP file without a picture in it", s->input->path);
    return UM_OK;
}

static um_status look(um_still *s, um_error *err)
{
    WebPBitstreamFeatures f;
    um_status st = features(&f, s, err);
    s->container = s->codec = "webp";
    if (st < 0)
        return st;
    s->width = f.width;
    s->height = f.height;
    s->pixel_format = f.format == LOSSLESS ? "argb" : f.has_alpha ? "yuva420p" : "yuv420p";
    return read_chunks(s, err);
}

/* Where the coded picture ends, its bytes being the last that a decoder may want; 0 when that is not sure. */
static size_t end_of_picture(const um_still *s)
{
    for (size_t at = 12, i = 0; i < CHUNKS_MAX && at + 8 <= s->n; i++) {
        const uint64_t n = um_le32(s->bytes + at + 4), end = at + 8 + n;
        if (!memcmp(s->bytes + at, "VP8 ", 4) || !memcmp(s->bytes + at, "VP8L", 4))
            return end <= s->n ? (size_t)end : 0;
        if (end > s->n)
            break;
        at = (size_t)(end + (n & 1));
    }
    return 0;
}

static void set_planes(WebPDecBuffer *to, const AVFrame *f, bool lossless, bool alpha)
{
    const size_t rows = (size_t)f->height, half = (rows + 1) / 2;
    to->is_external_memory = 1;
    if (lossless) {
        to->colorspace = MODE_RGBA;
        to->u.RGBA = (WebPRGBABuffer){f->data[0], f->linesize[0], (size_t)f->linesize[0] * rows};
        return;
    }
    to->colorspace = alpha ? MODE_YUVA : MODE_YUV;
    to->u.YUVA = (WebPYUVABuffer){
        .y = f->data[0],
        .u = f->data[1],
        .v = f->data[2],
        .a = f->data[3],
        .y_stride = f->linesize[0],
        .u_stride = f->linesize[1],
        .v_stride = f->linesize[2],
        .a_stride = f->linesize[3],
        .y_size = (size_t)f->linesize[0] * rows,
        .u_size = (size_t)f->linesize[1] * half,
        .v_size = (size_t)f->linesize[2] * half,
        .a_size = (size_t)f->linesize[3] * rows,
    };
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    WebPBitstreamFeatures f;
    WebPDecoderConfig config;
    um_status st;
    if ((st = um_still_load(s, err)) < 0 || (st = features(&f, s, err)) < 0)
        return st;
    const bool lossless = f.format == LOSSLESS;
    const int format = lossless ? AV_PIX_FMT_RGBA : f.has_alpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P;
    if ((st = um_still_frame(out, format, f.width, f.height, err)) < 0)
        return st;
    if (!lib.WebPInitDecoderConfigInternal(&config, WEBP_DECODER_ABI_VERSION))
        return um_fail(err, UM_EUNSUPPORTED, "%s: " LIBRARY " is of another version", s->input->path);
    set_planes(&config.output, out, lossless, f.has_alpha);
    WebPIDecoder *decoder = lib.WebPIDecode(NULL, 0, &config);
    if (!decoder)
        return um_fail_oom(err);
    /* Noise amid the coded data decodes to something, but hardly ever ends where the data end. */
    const size_t end = end_of_picture(s);
    if (end > LEFT_MAX && lib.WebPIUpdate(decoder, s->bytes, end - LEFT_MAX) == VP8_STATUS_OK)
        um_still_damaged(s, "coded data is left over");
    const VP8StatusCode r = lib.WebPIUpdate(decoder, s->bytes, s->n);
    int rows = 0;
    if (r == VP8_STATUS_OK)
        rows = out->height;
    else if (lossless)
        lib.WebPIDecGetRGB(decoder, &rows, NULL, NULL, NULL);
    else
        lib.WebPIDecGetYUVA(decoder, &rows, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    lib.WebPIDelete(decoder);
    if (r == VP8_STATUS_OUT_OF_MEMORY)
        return um_fail_oom(err);
    if (r == VP8_STATUS_UNSUPPORTED_FEATURE)
        return um_fail(err, UM_EUNSUPPORTED, "%s: a WebP file of a kind that " LIBRARY " does not know",
                       s->input->path);
    if (r != VP8_STATUS_OK && r != VP8_STATUS_SUSPENDED)
        um_still_damaged(s, "coded data is wrong");
    return um_still_cut(out, s, rows, err);
}

const um_still_reader um_still_webp = {is_webp, look, decode};
