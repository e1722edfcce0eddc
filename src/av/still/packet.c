/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packet.c: a photo as one packet of a decoder of FFmpeg. */
#include "av/ffmpeg.h"
#include "av/quiet.h"
#include "av/still/still.h"
#include "base/base.h"

static void keep(void *opaque, uint8_t *data)
{
}

static AVPacket *packet_over(const um_still *s)
{
    AVPacket *p = av_packet_alloc();
    AVBufferRef *b =
        av_buffer_create(s->bytes, s->n + AV_INPUT_BUFFER_PADDING_SIZE, keep, NULL, AV_BUFFER_FLAG_READONLY);
    if (!p || !b) {
        av_packet_free(&p);
        av_buffer_unref(&b);
        return NULL;
    }
    p->buf = b;
    p->data = s->bytes;
    p->size = (int)s->n;
    p->flags = AV_PKT_FLAG_KEY;
    return p;
}

/* An error of FFmpeg. */
static int decode(AVFrame *out, const um_still *s, const AVCodec *decoder, int recognition)
{
    AVCodecContext *codec = avcodec_alloc_context3(decoder);
    AVPacket *packet = packet_over(s);
    int r = AVERROR(ENOMEM);
    if (!codec || !packet)
        goto done;
    um_quiet_codec(codec);
    codec->max_pixels = UM_IMAGE_MAX_PIXELS;
    codec->thread_count = 1;
    codec->err_recognition = recognition;
    av_frame_unref(out);
    if ((r = avcodec_open2(codec, decoder, NULL)) >= 0 && (r = avcodec_send_packet(codec, packet)) >= 0 &&
        (r = avcodec_receive_frame(codec, out)) == AVERROR(EAGAIN) &&
        (r = avcodec_send_packet(codec, NULL)) >= 0)
        r = avcodec_receive_frame(codec, out);
done:
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    return r;
}

um_status um_still_packet(AVFrame *out, um_still *s, int id, um_error *err)
{
    if (!um_ffmpeg_loads())
        return um_ffmpeg_missing(err);
    const AVCodec *decoder = avcodec_find_decoder(id);
    if (!decoder)
        return um_fail(err, UM_EUNSUPPORTED, "%s: no decoder for %s", s->input->path, avcodec_get_name(id));
    int r = decode(out, s, decoder, AV_EF_EXPLODE | AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER);
    if (r < 0 && r != AVERROR(ENOMEM) && (r = decode(out, s, decoder, 0)) >= 0)
        um_still_damaged(s, "the decoder meets errors");
    if (r == AVERROR(ENOMEM))
        return um_fail_oom(err);
    if (r < 0)
        return um_fail(err, UM_EFORMAT, "%s: the picture is damaged: nothing of it can be decoded",
                       s->input->path);
    if (out->decode_error_flags || out->flags & AV_FRAME_FLAG_CORRUPT)
        um_still_damaged(s, "the decoder meets errors");
    return UM_OK;
}
