/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encode.c: pictures as files; PNG by FFmpeg's encoder. */
#include "av/sink/encode.h"
#include "av/ffmpeg.h"
#include "av/quiet.h"
#include <libavutil/crc.h>
#include <string.h>

static void png_frame(AVFrame *f, const um_image *image)
{
    size_t row = (size_t)image->width * (size_t)um_image_channels(image->pixel);
    for (int y = 0; y < image->height; y++)
        memcpy(f->data[0] + (ptrdiff_t)y * f->linesize[0], image->data + y * image->stride, row);
}

static um_status png_encode(um_buf *out, const um_image *image, um_error *err)
{
    um_status st = UM_OK;
    if (!um_ffmpeg_loads())
        return um_ffmpeg_missing(err);
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
    AVCodecContext *codec = encoder ? avcodec_alloc_context3(encoder) : NULL;
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    if (!codec || !frame || !packet) {
        st = encoder ? um_fail_oom(err)
                     : um_fail(err, UM_EUNSUPPORTED, "FFmpeg was built without a PNG encoder");
        goto done;
    }
    um_quiet_codec(codec);
    codec->width = frame->width = image->width;
    codec->height = frame->height = image->height;
    codec->pix_fmt = frame->format = image->pixel == UM_GRAY8 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
    codec->time_base = (AVRational){1, 25};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_BITEXACT;
    bool good = avcodec_open2(codec, encoder, NULL) >= 0 && av_frame_get_buffer(frame, 0) >= 0;
    if (good) {
        png_frame(frame, image);
        good = avcodec_send_frame(codec, frame) >= 0 && avcodec_send_frame(codec, NULL) >= 0 &&
               avcodec_receive_packet(codec, packet) >= 0;
    }
    if (!good) {
        st = um_fail(err, UM_EINTERNAL, "a picture of %d x %d cannot be encoded as png", image->width,
                     image->height);
        goto done;
    }
    um_buf_add(out, packet->data, (size_t)packet->size);
    if (out->broken)
        st = um_fail(err, UM_ENOMEM, "a picture of %d bytes is too large to keep", packet->size);
done:
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&codec);
    return st;
}

um_status um_image_encode(um_buf *out, const um_image *image, const char *format, int quality, um_error *err)
{
    const bool jpeg = !strcmp(format, "jpeg");
    if (!jpeg && strcmp(format, "png") != 0)
        return um_fail(err, UM_EINVAL, "no picture format '%s'", format);
    if (image->pixel != UM_GRAY8 &&
        image->pixel != UM_RGB24) /* luma of video range: no picture file says so */
        return um_fail(err, UM_EINVAL, "pictures of this pixel format cannot be written");
    return jpeg ? um_jpeg_encode(out, image, quality, err) : png_encode(out, image, err);
}

static void add_be32(um_buf *b, size_t v)
{
    const uint8_t bytes[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    um_buf_add(b, bytes, 4);
}

/* PNG 1.2, section 4.2.3.1: keyword, zero, Latin-1 text; our comments are ASCII. */
static void add_text_chunk(um_buf *b, const char *text)
{
    static const char type_and_keyword[] = "tEXtComment"; /* its terminating zero is the separator */
    size_t start = b->n + 4, n = strlen(text);
    add_be32(b, n + sizeof type_and_keyword - 4);
    um_buf_add(b, type_and_keyword, sizeof type_and_keyword);
    um_buf_add(b, text, n);
    if (!b->broken)
        add_be32(b, ~av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), UINT32_MAX, (const uint8_t *)b->data + start,
                            b->n - start));
}

um_status um_image_write_png(const um_image *image, const char *path, const char *comment, um_error *err)
{
    enum { UP_TO_IHDR = 8 + 25 };
    um_buf plain, b;
    um_error why = {0};
    um_buf_init(&plain, (size_t)1 << 31);
    um_buf_init(&b, (size_t)1 << 31);
    um_status st = um_image_encode(&plain, image, "png", 0, &why);
    if (st < 0) {
        um_fail(err, st, "%s: %s", path, why.text);
    } else {
        um_buf_add(&b, plain.data, UP_TO_IHDR);
        if (comment)
            add_text_chunk(&b, comment);
        um_buf_add(&b, plain.data + UP_TO_IHDR, plain.n - UP_TO_IHDR);
        st = b.broken ? um_fail_oom(err) : um_file_write(path, b.data, b.n, err);
    }
    um_buf_free(&plain);
    um_buf_free(&b);
    return st;
}
