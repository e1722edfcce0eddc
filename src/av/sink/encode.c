/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encode.c: PNG and JPEG by FFmpeg's encoders. */
#include "av/sink/encode.h"
#include "av/ffmpeg.h"
#include "av/quiet.h"
#include <libavutil/crc.h>
#include <libswscale/swscale.h>
#include <string.h>

/* The JPEG encoder of FFmpeg counts in steps of quantization, 1 (best) to 31. */
static int quantizer_of(int quality)
{
    return um_clampi(1 + (100 - quality) * 3 / 10, 1, 31);
}

static void png_frame(AVFrame *f, const um_image *image)
{
    size_t row = (size_t)image->width * (size_t)um_image_channels(image->pixel);
    for (int y = 0; y < image->height; y++)
        memcpy(f->data[0] + (ptrdiff_t)y * f->linesize[0], image->data + y * image->stride, row);
}

static um_status jpeg_frame(AVFrame *f, const um_image *image)
{
    if (image->pixel == UM_GRAY8) {
        for (int y = 0; y < image->height; y++) {
            memcpy(f->data[0] + (ptrdiff_t)y * f->linesize[0], image->data + y * image->stride,
                   (size_t)image->width);
            memset(f->data[1] + (ptrdiff_t)y * f->linesize[1], 128, (size_t)image->width);
            memset(f->data[2] + (ptrdiff_t)y * f->linesize[2], 128, (size_t)image->width);
        }
        return UM_OK;
    }
    struct SwsContext *sws = sws_getContext(
        image->width, image->height, AV_PIX_FMT_RGB24, image->width, image->height, AV_PIX_FMT_YUV444P,
        SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
    if (!sws)
        return UM_ENOMEM;
    const int *jfif = sws_getCoefficients(SWS_CS_ITU601);
    sws_setColorspaceDetails(sws, jfif, 1, jfif, 1, 0, 1 << 16, 1 << 16);
    int rows = sws_scale(sws, (const uint8_t *[4]){image->data}, (int[4]){(int)image->stride}, 0,
                         image->height, f->data, f->linesize);
    sws_freeContext(sws);
    return rows == image->height ? UM_OK : UM_EINTERNAL;
}

static um_status pixel_format(enum AVPixelFormat *out, const um_image *image, bool jpeg, um_error *err)
{
    switch (image->pixel) {
    case UM_GRAY8:
        *out = jpeg ? AV_PIX_FMT_YUVJ444P : AV_PIX_FMT_GRAY8;
        return UM_OK;
    case UM_RGB24:
        *out = jpeg ? AV_PIX_FMT_YUVJ444P : AV_PIX_FMT_RGB24;
        return UM_OK;
    case UM_LUMA8: /* of video range: no picture file says so */
        break;
    }
    return um_fail(err, UM_EINVAL, "pictures of this pixel format cannot be written");
}

um_status um_image_encode(um_buf *out, const um_image *image, const char *format, int quality, um_error *err)
{
    bool jpeg = !strcmp(format, "jpeg");
    um_status st = UM_OK;
    if (!um_ffmpeg_loads())
        return um_ffmpeg_missing(err);
    const AVCodec *encoder = avcodec_find_encoder(jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_PNG);
    AVCodecContext *codec = encoder ? avcodec_alloc_context3(encoder) : NULL;
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    enum AVPixelFormat pixel = AV_PIX_FMT_NONE;
    if (!jpeg && strcmp(format, "png")) {
        st = um_fail(err, UM_EINVAL, "no picture format '%s'", format);
        goto done;
    }
    if ((st = pixel_format(&pixel, image, jpeg, err)) < 0)
        goto done;
    if (!codec || !frame || !packet) {
        st = encoder ? um_fail_oom(err)
                     : um_fail(err, UM_EUNSUPPORTED, "FFmpeg was built without a %s encoder", format);
        goto done;
    }
    um_quiet_codec(codec);
    codec->width = frame->width = image->width;
    codec->height = frame->height = image->height;
    codec->pix_fmt = frame->format = pixel;
    codec->color_range = frame->color_range = AVCOL_RANGE_JPEG;
    codec->time_base = (AVRational){1, 25};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    codec->global_quality = frame->quality = FF_QP2LAMBDA * quantizer_of(quality);
    if (avcodec_open2(codec, encoder, NULL) < 0 || av_frame_get_buffer(frame, 0) < 0) {
        st = um_fail(err, UM_EINTERNAL, "a picture of %d x %d cannot be encoded as %s", image->width,
                     image->height, format);
        goto done;
    }
    if (jpeg)
        st = jpeg_frame(frame, image);
    else
        png_frame(frame, image);
    if (st == UM_OK && (avcodec_send_frame(codec, frame) < 0 || avcodec_send_frame(codec, NULL) < 0 ||
                        avcodec_receive_packet(codec, packet) < 0))
        st = UM_EINTERNAL;
    if (st < 0) {
        um_fail(err, st, "a picture of %d x %d cannot be encoded as %s", image->width, image->height, format);
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
