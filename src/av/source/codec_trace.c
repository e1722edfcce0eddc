/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codec_trace.c: quantisers and motion vectors on one upright grid.
 *
 * Decoders give both in stored pixels, counted from the top left of what is coded, before anything is cut
 * off. What they say is brought to blocks of 16 x 16 (smaller parts: the mean of their vectors, by area;
 * larger ones: repeated) and turned with the picture, so that nobody else needs to know how it was stored.
 * Nothing is taken at its word: a vector that begins outside is left out, one that is longer than any codec
 * allows is shortened, a table that is shorter than it says is read as far as it goes. */
#include "av/source/codec_trace.h"
#include <libavutil/motion_vector.h>
#include <libavutil/video_enc_params.h>
#include <stdlib.h>

enum { BLOCK = 16 };
/* Pixels: the longest of H.264 are 2048 across, 512 down (ITU-T H.264, table A-1). */
static const float LONGEST = 4096;

typedef struct grid {
    int cols, rows; /* as stored */
    um_codec_block *block;
} grid;

/* Of the blocks while vectors are added: the area that has one. */
typedef struct covered {
    uint16_t past, future;
} covered;

static um_codec_block *at(const grid *g, int col, int row)
{
    return col < 0 || row < 0 || col >= g->cols || row >= g->rows ? NULL : &g->block[row * g->cols + col];
}

static char type_of(const AVFrame *f)
{
    switch (f->pict_type) {
    case AV_PICTURE_TYPE_I:
        return 'I';
    case AV_PICTURE_TYPE_P:
    case AV_PICTURE_TYPE_S: /* of MPEG-4: from an earlier picture, as a whole */
        return 'P';
    case AV_PICTURE_TYPE_B:
        return 'B';
    default:
        return '?';
    }
}

/* ---- quantisers ---- */

static um_quantisers quantisers_of(enum AVVideoEncParamsType type)
{
    switch (type) {
    case AV_VIDEO_ENC_PARAMS_H264:
        return UM_QUANTISERS_H264;
    case AV_VIDEO_ENC_PARAMS_MPEG2:
        return UM_QUANTISERS_MPEG;
    case AV_VIDEO_ENC_PARAMS_VP9:
        return UM_QUANTISERS_VP9;
    default:
        return UM_QUANTISERS_NONE;
    }
}

/* The first and last block whose middle lies in `n` pixels from `from` on. */
static void middles(int *first, int *last, int from, int n, int count)
{
    const int64_t middle = BLOCK / 2, end = (int64_t)from + n;
    *first = from <= middle ? 0 : um_clampi((int)((from - middle + BLOCK - 1) / BLOCK), 0, count);
    *last = end <= middle ? -1 : (int)((end - middle - 1) / BLOCK);
    *last = *last >= count ? count - 1 : *last;
}

static void add_quantisers(const grid *g, const AVVideoEncParams *told, size_t size)
{
    for (size_t i = 0; i < told->nb_blocks; i++) {
        const size_t from = told->blocks_offset + i * told->block_size;
        if (told->block_size < sizeof(AVVideoBlockParams) || from + sizeof(AVVideoBlockParams) > size)
            return;
        const AVVideoBlockParams *b = (const void *)((const uint8_t *)told + from);
        int left, right, top, bottom;
        middles(&left, &right, b->src_x, b->w, g->cols);
        middles(&top, &bottom, b->src_y, b->h, g->rows);
        const int64_t q = (int64_t)told->qp + b->delta_qp;
        for (int row = top; row <= bottom; row++)
            for (int col = left; col <= right; col++)
                at(g, col, row)->quantiser = (int16_t)(q < 0 ? 0 : q > 255 ? 255 : q);
    }
}

static um_quantisers read_quantisers(const grid *g, const AVFrame *f)
{
    const AVFrameSideData *side = av_frame_get_side_data(f, AV_FRAME_DATA_VIDEO_ENC_PARAMS);
    if (!side || side->size < sizeof(AVVideoEncParams))
        return UM_QUANTISERS_NONE;
    const AVVideoEncParams *told = (const void *)side->data;
    const um_quantisers kind = quantisers_of(told->type);
    if (!told->nb_blocks && kind == UM_QUANTISERS_VP9) { /* no segments: one for all */
        for (int i = 0; i < g->cols * g->rows; i++)
            g->block[i].quantiser = (int16_t)um_clampi(told->qp, 0, 255);
        return kind;
    }
    add_quantisers(g, told, side->size);
    return told->nb_blocks ? kind : UM_QUANTISERS_NONE;
}

/* ---- motion ---- */

static float moved(int motion, int scale)
{
    const float d = -(float)motion / (float)(scale ? scale : 1);
    return d > LONGEST ? LONGEST : d < -LONGEST ? -LONGEST : d;
}

static void add_vectors(const grid *g, covered *area, const AVMotionVector *v, size_t n)
{
    for (size_t i = 0; i < n; i++, v++) {
        um_codec_block *b = v->dst_x < 0 || v->dst_y < 0 ? NULL : at(g, v->dst_x / BLOCK, v->dst_y / BLOCK);
        const int part = v->w * v->h;
        if (!b || part < 1 || part > BLOCK * BLOCK)
            continue;
        covered *a = &area[b - g->block];
        uint16_t *sum = v->source > 0 ? &a->future : &a->past;
        if (*sum + part > BLOCK * BLOCK) /* said twice */
            continue;
        *sum = (uint16_t)(*sum + part);
        if (v->source > 0)
            continue;
        b->dx += moved(v->motion_x, v->motion_scale) * (float)part;
        b->dy += moved(v->motion_y, v->motion_scale) * (float)part;
    }
}

/* False: no memory. */
static bool read_motion(const grid *g, um_codec_trace *trace, const AVFrame *f)
{
    const AVFrameSideData *side = av_frame_get_side_data(f, AV_FRAME_DATA_MOTION_VECTORS);
    const size_t n = side ? side->size / sizeof(AVMotionVector) : 0,
                 blocks = (size_t)g->cols * (size_t)g->rows;
    trace->has_motion |= n > 0;
    if (!trace->has_motion)
        return true;
    covered *area = um_calloc(blocks, sizeof *area);
    if (!area)
        return false;
    if (n)
        add_vectors(g, area, (const void *)side->data, n);
    for (size_t i = 0; i < blocks; i++) {
        um_codec_block *b = &g->block[i];
        const covered a = area[i];
        b->kind = a.past ? (a.future ? UM_BLOCK_BOTH : UM_BLOCK_PAST)
                         : (a.future ? UM_BLOCK_FUTURE : UM_BLOCK_INTRA);
        b->dx = a.past ? b->dx / (float)a.past : 0;
        b->dy = a.past ? b->dy / (float)a.past : 0;
    }
    free(area);
    return true;
}

/* ---- upright ---- */

/* The grid as stored into the one of the picture; its place is set, too. */
static void turn(um_codec_picture *to, um_codec_block *block, const grid *g, const um_picture *p,
                 const AVFrame *f, int crop_x, int crop_y)
{
    const um_orientation o = p->orientation;
    const um_rect all = um_picture_place(p, f);
    const float scale_x = all.w / (float)f->width, scale_y = all.h / (float)f->height;
    const float w = BLOCK * scale_x, h = BLOCK * scale_y;
    const float x = all.x - (float)crop_x * scale_x, y = all.y - (float)crop_y * scale_y;
    to->cols = o.transpose ? g->rows : g->cols;
    to->rows = o.transpose ? g->cols : g->rows;
    to->w = o.transpose ? h : w;
    to->h = o.transpose ? w : h;
    to->x = o.transpose ? y : x;
    to->y = o.transpose ? x : y;
    if (o.flip_x)
        to->x = (float)p->width - to->x - to->w * (float)to->cols;
    if (o.flip_y)
        to->y = (float)p->height - to->y - to->h * (float)to->rows;
    for (int row = 0; row < to->rows; row++)
        for (int col = 0; col < to->cols; col++) {
            const int c = o.flip_x ? to->cols - 1 - col : col, r = o.flip_y ? to->rows - 1 - row : row;
            um_codec_block b = *at(g, o.transpose ? r : c, o.transpose ? c : r);
            const float dx = b.dx * scale_x, dy = b.dy * scale_y;
            b.dx = (o.transpose ? dy : dx) * (o.flip_x ? -1 : 1);
            b.dy = (o.transpose ? dx : dy) * (o.flip_y ? -1 : 1);
            block[row * to->cols + col] = b;
        }
}

size_t um_codec_picture_bytes(const um_codec_picture *codec)
{
    return codec ? sizeof *codec + sizeof *codec->block * (size_t)codec->cols * (size_t)codec->rows : 0;
}

um_status um_codec_trace_read(const um_codec_picture **out, um_codec_trace *trace, const um_picture *p,
                              const AVFrame *f, int crop_x, int crop_y, um_error *err)
{
    const grid size = {(f->width + crop_x + BLOCK - 1) / BLOCK, (f->height + crop_y + BLOCK - 1) / BLOCK,
                       NULL};
    const size_t n = (size_t)size.cols * (size_t)size.rows;
    um_codec_picture *c = um_calloc(1, sizeof *c + n * sizeof *c->block);
    grid g = {size.cols, size.rows, um_calloc(n, sizeof *g.block)};
    *out = NULL;
    if (!c || !g.block)
        goto no_memory;
    for (size_t i = 0; i < n; i++)
        g.block[i].quantiser = -1;
    c->type = type_of(f);
    c->bytes = f->pkt_size > 0 ? f->pkt_size : 0;
    c->quantisers = read_quantisers(&g, f);
    if (!read_motion(&g, trace, f))
        goto no_memory;
    c->has_motion = trace->has_motion;
    if (c->has_motion || c->quantisers) {
        um_codec_block *block = (um_codec_block *)(void *)(c + 1);
        turn(c, block, &g, p, f, crop_x, crop_y);
        c->block = block;
    }
    free(g.block);
    *out = c;
    return UM_OK;
no_memory:
    free(g.block);
    free(c);
    return um_fail_oom(err);
}
