/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.c: decoded frames become upright 8-bit images.
 *
 * Gray is luma. For 8-bit YUV of full range that is the decoder's own plane, shared without a copy; limited
 * range is stretched by an exact integer formula, or shared, too, when luma as stored is wanted. Pictures
 * coded as RGB, palette or with transparency become gray by way of RGB. RGB follows the matrix and range of
 * the stream; a stream that does not name its matrix is BT.709 from 720 lines (or 1280 columns) on, BT.601
 * below. Transparent pixels are laid over white, as a viewer shows them. Pixels that are not square become
 * so: the width is scaled. */
#include "av/source/picture.h"
#include "av/source/colour.h"
#include "media/gray.h"
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRAY, RGB, TILE = 32, PADDING = 64 };

/* ---- orientation ---- */

/* FFmpeg's display matrix. */
static um_orientation of_matrix(const int32_t m[9])
{
    /* x' = m[0] x + m[3] y, y' = m[1] x + m[4] y */
    if (llabs(m[0]) >= llabs(m[3]))
        return (um_orientation){false, m[0] < 0, m[4] < 0};
    return (um_orientation){true, m[3] < 0, m[1] < 0};
}

um_orientation um_orientation_of_exif(int exif)
{
    static const um_orientation of[9] = {
        [2] = {false, true, false}, [3] = {false, true, true}, [4] = {false, false, true},
        [5] = {true, false, false}, [6] = {true, true, false}, [7] = {true, true, true},
        [8] = {true, false, true},
    };
    return of[exif >= 1 && exif <= 8 ? exif : 0];
}

int um_orientation_degrees(um_orientation o)
{
    if (o.transpose)
        return o.flip_x ? 90 : 270;
    return o.flip_y ? 180 : 0;
}

static um_orientation orientation_of(const AVFrame *f, const int32_t *matrix)
{
    const AVFrameSideData *side = av_frame_get_side_data(f, AV_FRAME_DATA_DISPLAYMATRIX);
    const AVDictionaryEntry *exif = av_dict_get(f->metadata, "Orientation", NULL, 0);
    if (side && side->size >= 9 * sizeof(int32_t))
        matrix = (const int32_t *)side->data;
    if (matrix)
        return of_matrix(matrix);
    return um_orientation_of_exif(exif ? atoi(exif->value) : 1);
}

static void orient(um_image *to, const um_image *from, um_orientation o)
{
    int channels = um_image_channels(from->pixel);
    /* walk over the result; (0, 0) of it is this corner of the source, dx and dy are its steps there */
    bool from_right = o.transpose ? o.flip_y : o.flip_x, from_bottom = o.transpose ? o.flip_x : o.flip_y;
    const uint8_t *origin = from->data + (from_right ? (ptrdiff_t)(from->width - 1) * channels : 0) +
                            (from_bottom ? (from->height - 1) * from->stride : 0);
    ptrdiff_t step_x = from_right ? -channels : channels, step_y = from_bottom ? -from->stride : from->stride;
    ptrdiff_t dx = o.transpose ? step_y : step_x, dy = o.transpose ? step_x : step_y;
    for (int y0 = 0; y0 < to->height; y0 += TILE)
        for (int x0 = 0; x0 < to->width; x0 += TILE)
            for (int y = y0; y < to->height && y < y0 + TILE; y++) {
                const uint8_t *s = origin + y * dy + x0 * dx;
                uint8_t *d = to->data + y * to->stride + (ptrdiff_t)x0 * channels;
                int n = to->width - x0 < TILE ? to->width - x0 : TILE;
                if (channels == 1)
                    for (int x = 0; x < n; x++)
                        d[x] = s[x * dx];
                else
                    for (int x = 0; x < n; x++)
                        memcpy(d + 3 * x, s + x * dx, 3);
            }
}

/* ---- images over FFmpeg's buffers ---- */

static void drop_buffer(void *opaque)
{
    AVBufferRef *buffer = opaque;
    av_buffer_unref(&buffer);
}

/* Takes over `buffer`, also in failure. */
static um_status image_over(um_image **out, AVBufferRef *buffer, uint8_t *data, ptrdiff_t stride, int width,
                            int height, um_pixel pixel, um_error *err)
{
    um_image *image = buffer ? um_calloc(1, sizeof *image) : NULL;
    if (!image) {
        av_buffer_unref(&buffer);
        return um_fail_oom(err);
    }
    *image = (um_image){width, height, pixel, stride, data, 1, drop_buffer, buffer};
    *out = image;
    return UM_OK;
}

static void free_aligned(void *opaque, uint8_t *data)
{
    free(data);
}

static AVBufferRef *new_buffer(size_t size)
{
    uint8_t *data = um_calloc_aligned(size, 1);
    AVBufferRef *buffer = data ? av_buffer_create(data, size, free_aligned, NULL, 0) : NULL;
    if (!buffer)
        free(data);
    return buffer;
}

/* Buffers of the size that every picture of this source has come from a pool: their pages stay mapped. */
static um_status new_image(um_picture *p, um_image **out, int width, int height, um_pixel pixel,
                           um_error *err)
{
    ptrdiff_t stride = FFALIGN((ptrdiff_t)width * um_image_channels(pixel), 64);
    size_t size = (size_t)stride * (size_t)height + PADDING;
    int kind = pixel == UM_RGB24 ? RGB : GRAY;
    AVBufferRef *buffer;
    if (width == p->width && height == p->height) {
        if (!p->pool[kind] && !(p->pool[kind] = av_buffer_pool_init(size, new_buffer)))
            return um_fail_oom(err);
        buffer = av_buffer_pool_get(p->pool[kind]);
    } else {
        buffer = new_buffer(size);
    }
    return image_over(out, buffer, buffer ? buffer->data : NULL, stride, width, height, pixel, err);
}

/* ---- luma ---- */

static bool is_full_range(const AVFrame *f, const AVPixFmtDescriptor *desc)
{
    switch (f->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
        return true;
    default:
        if (desc->flags & AV_PIX_FMT_FLAG_RGB ||
            (desc->nb_components < 3 && f->color_range != AVCOL_RANGE_MPEG))
            return true;
        return f->color_range == AVCOL_RANGE_JPEG;
    }
}

static bool has_luma(const AVPixFmtDescriptor *desc)
{
    const uint64_t other = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                           AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER |
                           AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_BE;
    return !(desc->flags & other) && strncmp(desc->name, "xyz", 3) && desc->comp[0].plane == 0;
}

/* 9 to 16 bits per sample, or 8 bits in a packed format. */
static void luma_row(uint8_t *to, const uint8_t *from, int n, const AVComponentDescriptor *c, bool full)
{
    if (c->depth == 8) {
        for (int i = 0; i < n; i++)
            to[i] = from[c->offset + i * c->step];
        if (!full)
            um_gray_from_limited(to, to, n);
        return;
    }
    int black = full ? 0 : 16 << (c->depth - 8);
    int span = full ? (1 << c->depth) - 1 : 219 << (c->depth - 8);
    for (int i = 0; i < n; i++) {
        uint16_t sample;
        memcpy(&sample, from + c->offset + i * c->step, sizeof sample);
        int v = um_clampi(((sample >> c->shift) & ((1 << c->depth) - 1)) - black, 0, span);
        to[i] = (uint8_t)((v * 255 + span / 2) / span);
    }
}

static AVBufferRef *shareable(const AVFrame *f)
{
    const uint8_t *end = f->data[0] + (ptrdiff_t)f->linesize[0] * (f->height - 1) + f->width + PADDING;
    AVBufferRef *b = f->linesize[0] >= f->width ? av_frame_get_plane_buffer((AVFrame *)f, 0) : NULL;
    return b && end <= b->data + b->size ? av_buffer_ref(b) : NULL;
}

static um_status luma(um_picture *p, um_image **out, const AVFrame *f, const AVPixFmtDescriptor *desc,
                      bool as_stored, um_error *err)
{
    um_status st;
    AVBufferRef *shared;
    const AVComponentDescriptor *c = &desc->comp[0];
    bool full = is_full_range(f, desc), plain = c->depth == 8 && c->step == 1;
    if ((full || as_stored) && plain && (shared = shareable(f)))
        return image_over(out, shared, f->data[0], f->linesize[0], f->width, f->height,
                          full ? UM_GRAY8 : UM_LUMA8, err);
    if ((st = new_image(p, out, f->width, f->height, UM_GRAY8, err)) < 0)
        return st;
    for (int y = 0; y < f->height; y++) {
        uint8_t *to = (*out)->data + y * (*out)->stride;
        const uint8_t *from = f->data[0] + (ptrdiff_t)y * f->linesize[0];
        if (!plain)
            luma_row(to, from, f->width, c, full);
        else if (full)
            memcpy(to, from, (size_t)f->width);
        else
            um_gray_from_limited(to, from, f->width);
    }
    return UM_OK;
}

/* ---- swscale ---- */

/* An AVCOL_SPC_*; swscale's SWS_CS_* are the same numbers. */
static int matrix_of(const AVFrame *f)
{
    switch (f->colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_FCC:
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_SMPTE240M:
    case AVCOL_SPC_BT2020_NCL:
        return f->colorspace;
    case AVCOL_SPC_BT2020_CL:
        return AVCOL_SPC_BT2020_NCL;
    default:
        return f->height >= 720 || f->width >= 1280 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    }
}

static enum AVPixelFormat without_j(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    default:
        return format;
    }
}

static um_status scale(struct SwsContext **sws, uint8_t *const to[4], const int stride[4], int width,
                       int height, enum AVPixelFormat format, const AVFrame *f, um_error *err)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
    const int flags = SWS_BILINEAR | SWS_FULL_CHR_H_INT | SWS_ACCURATE_RND;
    if (!sws_isSupportedInput(without_j(f->format)))
        return um_fail(err, UM_EUNSUPPORTED, "pixel format %s cannot be converted", desc->name);
    *sws = sws_getCachedContext(*sws, f->width, f->height, without_j(f->format), width, height, format, flags,
                                NULL, NULL, NULL);
    if (!*sws)
        return um_fail_oom(err);
    const int *coefficients = sws_getCoefficients(matrix_of(f));
    const int full = is_full_range(f, desc); /* YUV stays as it is */
    sws_setColorspaceDetails(*sws, coefficients, full, coefficients,
                             format == AV_PIX_FMT_YUV444P16LE ? full : 1, 0, 1 << 16, 1 << 16);
    const uint8_t *planes[4] = {f->data[0], f->data[1], f->data[2], f->data[3]};
    if (sws_scale(*sws, planes, f->linesize, 0, f->height, to, stride) != height)
        return um_fail(err, UM_EINTERNAL, "pixel format %s: conversion failed", desc->name);
    return UM_OK;
}

void um_over_white(uint8_t *restrict to, const uint8_t *restrict rgba, int n)
{
    for (int i = 0; i < n; i++)
        for (int c = 0, a = rgba[4 * i + 3]; c < 3; c++)
            to[3 * i + c] = (uint8_t)((rgba[4 * i + c] * a + 255 * (255 - a) + 127) / 255);
}

/* 8-bit planar YUV with at most halved chroma, each chroma sample standing for all its pixels, as OpenCV
 * reads video. Photos go the slow way: there chroma is interpolated, as JPEG decoders do. */
static bool is_common(const um_picture *p, const AVFrame *f, const AVPixFmtDescriptor *d, int width,
                      int height)
{
    return !p->is_photo && !*p->colour && has_luma(d) && d->nb_components == 3 && d->comp[0].depth == 8 &&
           d->comp[1].step == 1 && d->comp[0].step == 1 && d->comp[1].plane == 1 && d->comp[2].plane == 2 &&
           d->log2_chroma_w <= 1 && f->width == width && f->height == height;
}

static void common(um_image *to, const AVFrame *f, const AVPixFmtDescriptor *d)
{
    um_colour colour = um_colour_of(matrix_of(f), is_full_range(f, d));
    for (int y = 0; y < f->height; y++) {
        ptrdiff_t chroma = y >> d->log2_chroma_h;
        um_colour_row(to->data + y * to->stride, f->data[0] + (ptrdiff_t)y * f->linesize[0],
                      f->data[1] + chroma * f->linesize[1], f->data[2] + chroma * f->linesize[2], f->width,
                      d->log2_chroma_w, &colour);
    }
}

static um_status grow_scratch(um_picture *p, size_t bytes, um_error *err)
{
    if (bytes <= p->scratch_bytes)
        return UM_OK;
    free(p->scratch);
    p->scratch = um_calloc_aligned(bytes + PADDING, 1);
    p->scratch_bytes = p->scratch ? bytes : 0;
    return p->scratch ? UM_OK : um_fail_oom(err);
}

static bool is_ycgco(const AVFrame *f, const AVPixFmtDescriptor *desc)
{
    return f->colorspace == AVCOL_SPC_YCGCO && !(desc->flags & AV_PIX_FMT_FLAG_RGB) &&
           desc->nb_components >= 3;
}

/* ITU-T H.273, 8.3, matrix 8, which swscale does not know: a row of three planes of 16 bits to RGB. It is
 * taken of RGB in its range, so that chroma, too, spans 219 steps of 256. */
static void from_ycgco(uint16_t *restrict to, const uint16_t *y, const uint16_t *cg, const uint16_t *co,
                       int n, bool full)
{
    const int black = full ? 0 : 16 << 8;
    const float unit = full ? 1 : 65535.f / (219 << 8);
    for (int x = 0; x < n; x++) {
        const float l = (float)(y[x] - black) * unit, g = (float)(cg[x] - 32768) * unit,
                    o = (float)(co[x] - 32768) * unit;
        const float c[3] = {l - g + o, l + g, l - g - o};
        for (int i = 0; i < 3; i++)
            to[3 * x + i] = (uint16_t)(c[i] < 0 ? 0 : c[i] > 65535 ? 65535 : c[i] + .5f);
    }
}

/* By way of 16 bits: what is not BT.709's, shown by p->tone, or coded as YCgCo. */
static um_status wide(um_picture *p, um_image *to, const AVFrame *f, const AVPixFmtDescriptor *desc,
                      um_error *err)
{
    const bool planes = is_ycgco(f, desc);
    const int width = to->width, channels = !planes && desc->flags & AV_PIX_FMT_FLAG_ALPHA ? 4 : 3;
    const size_t row = (size_t)width * (size_t)channels, plane = (size_t)width * (size_t)to->height;
    const int format = planes          ? AV_PIX_FMT_YUV444P16LE
                       : channels == 4 ? AV_PIX_FMT_RGBA64LE
                                       : AV_PIX_FMT_RGB48LE;
    const int stride = (int)(sizeof(uint16_t) * (planes ? (size_t)width : row));
    um_status st = grow_scratch(p, sizeof(uint16_t) * (row * (size_t)to->height + row), err);
    if (st < 0)
        return st;
    uint16_t *const b = (uint16_t *)(void *)p->scratch;
    uint8_t *const all[4] = {p->scratch, planes ? (uint8_t *)(b + plane) : NULL,
                             planes ? (uint8_t *)(b + 2 * plane) : NULL};
    const int strides[4] = {stride, planes ? stride : 0, planes ? stride : 0};
    if ((st = scale(&p->sws[RGB], all, strides, width, to->height, format, f, err)) < 0)
        return st;
    for (int y = 0; y < to->height; y++) {
        const uint16_t *from = b + (size_t)y * row;
        uint8_t *d = to->data + y * to->stride;
        if (planes) {
            uint16_t *mixed = b + 3 * plane;
            const uint16_t *luma = b + (size_t)y * (size_t)width;
            from_ycgco(mixed, luma, luma + plane, luma + 2 * plane, width, is_full_range(f, desc));
            from = mixed;
        }
        if (p->tone)
            um_tone_row(p->tone, d, from, channels, width);
        else
            for (size_t i = 0; i < row; i++)
                d[i] = (uint8_t)((from[i] * 255u + 32767) / 65535);
    }
    return UM_OK;
}

static um_status rgb(um_picture *p, um_image **out, const AVFrame *f, const AVPixFmtDescriptor *desc,
                     int width, int height, um_error *err)
{
    um_status st = new_image(p, out, width, height, UM_RGB24, err);
    if (st < 0)
        return st;
    if (is_common(p, f, desc, width, height)) {
        common(*out, f, desc);
        return UM_OK;
    }
    if (*p->colour)
        return wide(p, *out, f, desc, err);
    if (!(desc->flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL)))
        return scale(&p->sws[RGB], (uint8_t *[4]){(*out)->data}, (int[4]){(int)(*out)->stride}, width, height,
                     AV_PIX_FMT_RGB24, f, err);
    if ((st = grow_scratch(p, 4 * (size_t)width * (size_t)height, err)) < 0 ||
        (st = scale(&p->sws[RGB], (uint8_t *[4]){p->scratch}, (int[4]){4 * width}, width, height,
                    AV_PIX_FMT_RGBA, f, err)) < 0)
        return st;
    for (int y = 0; y < height; y++)
        um_over_white((*out)->data + y * (*out)->stride, p->scratch + 4 * (size_t)width * (size_t)y, width);
    return UM_OK;
}

/* ---- all together ---- */

um_status um_picture_begin(um_picture *p, const AVFrame *f, int stored_width, int stored_height,
                           const int32_t *matrix, double pixel_aspect, um_error *err)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
    um_status st = um_tone_new(&p->tone, f, err);
    if (st < 0)
        return st;
    p->colour = p->tone ? um_tone_text(p->tone) : desc && is_ycgco(f, desc) ? "YCgCo" : "";
    int columns = stored_width > 0 ? stored_width : f->width;
    int rows = stored_height > 0 ? stored_height : f->height;
    p->orientation = orientation_of(f, matrix);
    /* nearly square is square: not worth the loss of resampling; and no recording is beyond 8 */
    bool square = fabs(pixel_aspect - 1) <= .01 || !(pixel_aspect >= 1. / 8 && pixel_aspect <= 8);
    p->pixel_aspect = square ? 1 : pixel_aspect;
    int width = columns < 1 || columns > UM_IMAGE_MAX_SIDE ? columns : (int)lrint(columns * p->pixel_aspect);
    p->width = p->orientation.transpose ? rows : width;
    p->height = p->orientation.transpose ? width : rows;
    if (p->width < 1 || p->height < 1 || p->width > UM_IMAGE_MAX_SIDE || p->height > UM_IMAGE_MAX_SIDE ||
        (int64_t)p->width * p->height > UM_IMAGE_MAX_PIXELS)
        return um_fail(err, UM_EUNSUPPORTED, "pictures of %d x %d are too large", p->width, p->height);
    return UM_OK;
}

/* Where a stored picture goes in an image of width x height: all of it, or, when its shape is another, as
 * much as keeps its shape, in the middle of black. */
typedef struct place {
    int x, y, width, height;
} place;

static place place_of(const um_picture *p, const AVFrame *f, int width, int height)
{
    double across = f->width * p->pixel_aspect, k = fmin(width / across, (double)height / f->height);
    int w = um_clampi((int)lrint(across * k), 1, width), h = um_clampi((int)lrint(f->height * k), 1, height);
    if (w * 100 >= width * 99 && h * 100 >= height * 99) /* rounding to even sizes is no other shape */
        return (place){0, 0, width, height};
    return (place){(width - w) / 2, (height - h) / 2, w, h};
}

um_rect um_picture_place(const um_picture *p, const AVFrame *f)
{
    const bool turned = p->orientation.transpose;
    const place at = place_of(p, f, turned ? p->height : p->width, turned ? p->width : p->height);
    return (um_rect){(float)at.x, (float)at.y, (float)at.width, (float)at.height};
}

/* A smaller image into its place in a black one of the size that all have. */
static um_status lay(um_picture *p, um_image **image, place at, int width, int height, um_error *err)
{
    um_image *whole = NULL;
    um_status st;
    if (at.width == width && at.height == height)
        return UM_OK;
    if ((st = new_image(p, &whole, width, height, (*image)->pixel, err)) < 0)
        return st;
    ptrdiff_t channels = um_image_channels(whole->pixel);
    for (int y = 0; y < height; y++)
        memset(whole->data + y * whole->stride, 0, (size_t)(width * channels));
    for (int y = 0; y < at.height; y++)
        memcpy(whole->data + (at.y + y) * whole->stride + at.x * channels,
               (*image)->data + y * (*image)->stride, (size_t)(at.width * channels));
    um_image_free(image);
    *image = whole;
    return UM_OK;
}

static um_status upright(um_picture *p, um_image **image, um_error *err)
{
    um_orientation o = p->orientation;
    um_image *turned = NULL;
    um_status st;
    if (!o.transpose && !o.flip_x && !o.flip_y)
        return UM_OK;
    if ((st = new_image(p, &turned, p->width, p->height, (*image)->pixel, err)) < 0)
        return st;
    orient(turned, *image, o);
    um_image_free(image);
    *image = turned;
    return UM_OK;
}

um_status um_picture_convert(um_picture *p, um_image **gray_out, um_image **rgb_out, const AVFrame *f,
                             unsigned want, um_error *err)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
    um_image *gray = NULL, *colour = NULL;
    um_status st = UM_OK;
    /* as stored, before it is turned; a stream that changes size is brought to this one */
    int width = p->orientation.transpose ? p->height : p->width;
    int height = p->orientation.transpose ? p->width : p->height;
    *gray_out = *rgb_out = NULL;
    if (!desc || !f->data[0] || f->width < 1 || f->height < 1)
        return um_fail(err, UM_EFORMAT, "a picture of unknown pixel format");
    place at = place_of(p, f, width, height);
    bool by_rgb = want & UM_WANT_GRAY && (!has_luma(desc) || *p->colour);
    if (want & UM_WANT_GRAY && !by_rgb) {
        if (f->width == width && f->height == height)
            st = luma(p, &gray, f, desc, (want & UM_WANT_LUMA) == UM_WANT_LUMA, err);
        else if ((st = new_image(p, &gray, at.width, at.height, UM_GRAY8, err)) == UM_OK)
            st = scale(&p->sws[GRAY], (uint8_t *[4]){gray->data}, (int[4]){(int)gray->stride}, at.width,
                       at.height, AV_PIX_FMT_GRAY8, f, err);
        if (st == UM_OK)
            st = lay(p, &gray, at, width, height, err);
    }
    if (st == UM_OK && (want & UM_WANT_RGB || by_rgb))
        st = rgb(p, &colour, f, desc, at.width, at.height, err);
    if (st == UM_OK && colour)
        st = lay(p, &colour, at, width, height, err);
    if (st == UM_OK && by_rgb)
        st = um_image_to_gray(&gray, colour, err);
    if (st == UM_OK && !(want & UM_WANT_RGB))
        um_image_free(&colour);
    if (st == UM_OK && gray)
        st = upright(p, &gray, err);
    if (st == UM_OK && colour)
        st = upright(p, &colour, err);
    if (st < 0) {
        um_image_free(&gray);
        um_image_free(&colour);
    }
    *gray_out = gray;
    *rgb_out = colour;
    return st;
}

void um_picture_end(um_picture *p)
{
    for (int i = 0; i < 2; i++) {
        sws_freeContext(p->sws[i]);
        av_buffer_pool_uninit(&p->pool[i]);
    }
    free(p->scratch);
    um_tone_free(&p->tone);
    *p = (um_picture){0};
}
