/* SPDX-License-Identifier: GPL-3.0-or-later */
/* webp_film.c: animated WebP, whose pictures are laid over each other by libwebpdemux. */
#include "av/still/webp_film.h"
#include "av/still/still.h"
#include "base/base.h"
#include "base/lazy.h"
#include "probe/bytes.h"
#include <libavutil/pixfmt.h>
#include <stdlib.h>
#include <string.h>
#include <webp/demux.h>

#define LIBRARY "libwebpdemux.so.2"
#define FUNCTIONS(F)                \
    F(WebPAnimDecoderDelete)        \
    F(WebPAnimDecoderGetInfo)       \
    F(WebPAnimDecoderGetNext)       \
    F(WebPAnimDecoderHasMoreFrames) \
    F(WebPAnimDecoderNewInternal)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

enum { PIXELS_MAX = 1 << 26 }; /* of a picture, as of a video */

struct um_webp_film {
    um_still file;
    WebPAnimDecoder *decoder;
    int last_ms; /* when the next picture begins */
};

/* WebP container specification: "VP8X", flag 2 of its first byte. */
bool um_webp_film_is(const um_input *input)
{
    uint8_t b[21];
    return um_input_read_all(input, 0, b, sizeof b) && !memcmp(b, "RIFF", 4) &&
           !memcmp(b + 8, "WEBPVP8X", 8) && b[20] & 2;
}

static um_status open_film(um_webp_film *f, um_media *media, um_error *err)
{
    const char *path = f->file.input->path;
    uint8_t b[30];
    WebPAnimInfo info;
    um_status st;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: animated WebP needs " LIBRARY ", which cannot be loaded",
                       path);
    if (!um_input_read_all(f->file.input, 0, b, sizeof b))
        return um_fail(err, UM_EFORMAT, "%s: the file ends early", path);
    const int64_t width = 1 + (int64_t)(um_le32(b + 24) & 0xFFFFFF),
                  height = 1 + (int64_t)(um_le32(b + 26) >> 8);
    if (width * height > PIXELS_MAX)
        return um_fail(err, UM_EUNSUPPORTED, "%s: pictures of %d x %d are too large", path, (int)width,
                       (int)height);
    if ((st = um_still_load(&f->file, err)) < 0)
        return st;
    const WebPData data = {f->file.bytes, f->file.n};
    f->decoder = lib.WebPAnimDecoderNewInternal(&data, NULL, WEBP_DEMUX_ABI_VERSION);
    if (!f->decoder || !lib.WebPAnimDecoderGetInfo(f->decoder, &info))
        return um_fail(err, UM_EFORMAT, "%s: an animated WebP that is damaged or ends early", path);
    *media = (um_media){
        .path = media->path,
        .container = "webp",
        .video_codec = "webp",
        .pixel_format = "rgba",
        .audio_codec = "",
        .colour = "",
        .remark = "",
        .pixel_aspect = 1,
        .is_photo = info.frame_count == 1,
        .has_video = true,
        .width = (int)info.canvas_width,
        .height = (int)info.canvas_height,
    };
    return UM_OK;
}

um_status um_webp_film_open(um_webp_film **out, um_media *media, const um_input *input, um_error *err)
{
    um_webp_film *f = um_calloc(1, sizeof *f);
    *out = NULL;
    if (!f)
        return um_fail_oom(err);
    f->file.input = input;
    um_status st = open_film(f, media, err);
    if (st < 0)
        um_webp_film_close(&f);
    *out = f;
    return st;
}

um_status um_webp_film_next(AVFrame *out, double *t_s, double *duration_s, um_webp_film *f, um_error *err)
{
    WebPAnimInfo info;
    uint8_t *pixels = NULL;
    int end_ms = 0;
    if (!lib.WebPAnimDecoderHasMoreFrames(f->decoder))
        return UM_EOF;
    if (!lib.WebPAnimDecoderGetInfo(f->decoder, &info) ||
        !lib.WebPAnimDecoderGetNext(f->decoder, &pixels, &end_ms) || !pixels)
        return um_fail(err, UM_EFORMAT, "%s: a picture does not decode", f->file.input->path);
    um_status st = um_still_frame(out, AV_PIX_FMT_RGBA, (int)info.canvas_width, (int)info.canvas_height, err);
    for (int y = 0; st == UM_OK && y < out->height; y++)
        memcpy(out->data[0] + (ptrdiff_t)y * out->linesize[0], pixels + 4 * (size_t)y * info.canvas_width,
               4 * (size_t)info.canvas_width);
    *t_s = f->last_ms / 1000.;
    *duration_s = (end_ms - f->last_ms) / 1000.;
    f->last_ms = end_ms;
    return st;
}

void um_webp_film_close(um_webp_film **film)
{
    um_webp_film *f = *film;
    if (f && f->decoder)
        lib.WebPAnimDecoderDelete(f->decoder);
    if (f)
        free(f->file.bytes);
    free(f);
    *film = NULL;
}
