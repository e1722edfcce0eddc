/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recode.c: two frames through an encoder and its decoder. */
#include "av/sink/recode.h"
#include "av/ffmpeg.h"
#include "av/quiet.h"
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <string.h>

enum { SMALLEST = 16, FRAMES = 2 };

typedef struct recoder {
    AVCodecContext *encoder, *decoder;
    AVFrame *in, *out;
    AVPacket *packet;
    struct SwsContext *to_yuv, *to_rgb;
} recoder;

static bool open_codecs(recoder *r, const AVCodec *encoder, int width, int height, int quantizer)
{
    AVCodecContext *e = r->encoder = avcodec_alloc_context3(encoder);
    const AVCodec *decoder = avcodec_find_decoder(encoder->id);
    AVDictionary *options = NULL;
    if (!e || !decoder || !(r->decoder = avcodec_alloc_context3(decoder)))
        return false;
    um_quiet_codec(e);
    um_quiet_codec(r->decoder);
    e->width = width;
    e->height = height;
    e->pix_fmt = AV_PIX_FMT_YUV420P;
    e->time_base = (AVRational){1, 25};
    e->gop_size = FRAMES;
    e->max_b_frames = 0;
    e->thread_count = r->decoder->thread_count = 1;
    e->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    e->global_quality = FF_QP2LAMBDA * quantizer;
    if (encoder->id == AV_CODEC_ID_H264) { /* its steps are finer: 51 of them */
        av_dict_set_int(&options, "qp", 13 + quantizer, 0);
        av_dict_set(&options, "preset", "veryfast", 0);
        av_dict_set(&options, "tune", "zerolatency", 0);
    }
    bool ok = avcodec_open2(e, encoder, &options) >= 0 && avcodec_open2(r->decoder, decoder, NULL) >= 0;
    av_dict_free(&options);
    return ok;
}

static bool open_frames(recoder *r)
{
    const AVCodecContext *e = r->encoder;
    const int w = e->width, h = e->height;
    r->in = av_frame_alloc();
    r->out = av_frame_alloc();
    r->packet = av_packet_alloc();
    r->to_yuv = sws_getContext(w, h, AV_PIX_FMT_RGB24, w, h, AV_PIX_FMT_YUV420P,
                               SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
    r->to_rgb = sws_getContext(w, h, AV_PIX_FMT_YUV420P, w, h, AV_PIX_FMT_RGB24,
                               SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
    if (!r->in || !r->out || !r->packet || !r->to_yuv || !r->to_rgb)
        return false;
    r->in->width = w;
    r->in->height = h;
    r->in->format = AV_PIX_FMT_YUV420P;
    return av_frame_get_buffer(r->in, 0) >= 0;
}

/* One plane moved by (dx, dy), its edge repeated. */
static void move(uint8_t *p, int stride, int w, int h, int dx, int dy)
{
    for (int k = 0; k < h; k++) {
        int y = dy > 0 ? h - 1 - k : k, from = um_clampi(y - dy, 0, h - 1);
        uint8_t *to = p + (ptrdiff_t)y * stride;
        const uint8_t *row = p + (ptrdiff_t)from * stride;
        int n = um_clampi(w - (dx < 0 ? -dx : dx), 0, w);
        memmove(to + (dx > 0 ? w - n : 0), row + (dx > 0 ? 0 : w - n), (size_t)n);
        memset(to + (dx > 0 ? 0 : n), dx > 0 ? row[0] : row[w - 1], (size_t)(w - n));
    }
}

static bool put(recoder *r, const um_image *rgb, int number, int dx, int dy)
{
    AVFrame *f = r->in;
    if (av_frame_make_writable(f) < 0 ||
        sws_scale(r->to_yuv, (const uint8_t *[4]){rgb->data}, (int[4]){(int)rgb->stride}, 0, f->height,
                  f->data, f->linesize) != f->height)
        return false;
    for (int i = 0; i < 3 && (dx || dy); i++)
        move(f->data[i], f->linesize[i], i ? f->width / 2 : f->width, i ? f->height / 2 : f->height,
             i ? dx / 2 : dx, i ? dy / 2 : dy);
    f->pts = number;
    f->quality = r->encoder->global_quality;
    return avcodec_send_frame(r->encoder, f) >= 0;
}

/* Hands what the encoder has to the decoder; the last frame that comes out stays in r->out (asking for one
 * more would clear it). */
static bool pass_on(recoder *r, bool end, int *n_out)
{
    if (end && avcodec_send_frame(r->encoder, NULL) < 0)
        return false;
    for (int k = 0; (k = avcodec_receive_packet(r->encoder, r->packet)) >= 0;) {
        k = avcodec_send_packet(r->decoder, r->packet);
        av_packet_unref(r->packet);
        if (k < 0)
            return false;
        while (*n_out < FRAMES && avcodec_receive_frame(r->decoder, r->out) >= 0)
            ++*n_out;
    }
    if (end && avcodec_send_packet(r->decoder, NULL) >= 0)
        while (*n_out < FRAMES && avcodec_receive_frame(r->decoder, r->out) >= 0)
            ++*n_out;
    return true;
}

um_status um_image_recode(um_image *rgb, const char *name, int quantizer, int dx, int dy, um_error *err)
{
    recoder r = {0};
    int n = 0;
    if (!um_ffmpeg_loads())
        return um_ffmpeg_missing(err);
    const AVCodec *encoder = avcodec_find_encoder_by_name(name);
    if (!encoder)
        return um_fail(err, UM_EUNSUPPORTED, "this FFmpeg has no encoder %s", name);
    if (rgb->pixel != UM_RGB24 || rgb->width < SMALLEST || rgb->height < SMALLEST)
        return um_fail(err, UM_EINVAL, "no picture of %d x %d for a video encoder", rgb->width, rgb->height);
    bool ok = open_codecs(&r, encoder, rgb->width & ~1, rgb->height & ~1, um_clampi(quantizer, 1, 31)) &&
              open_frames(&r) && put(&r, rgb, 0, dx, dy) && pass_on(&r, false, &n) && put(&r, rgb, 1, 0, 0) &&
              pass_on(&r, true, &n) && n == FRAMES &&
              sws_scale(r.to_rgb, (const uint8_t *const *)r.out->data, r.out->linesize, 0, r.in->height,
                        (uint8_t *[4]){rgb->data}, (int[4]){(int)rgb->stride}) == r.in->height;
    av_packet_free(&r.packet);
    av_frame_free(&r.in);
    av_frame_free(&r.out);
    sws_freeContext(r.to_yuv);
    sws_freeContext(r.to_rgb);
    avcodec_free_context(&r.encoder);
    avcodec_free_context(&r.decoder);
    return ok ? UM_OK
              : um_fail(err, UM_EINTERNAL, "%s made nothing of a picture of %d x %d", name, rgb->width,
                        rgb->height);
}
