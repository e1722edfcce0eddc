/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deinterlace.c: bwdif of libavfilter, one frame out for one frame in; progressive frames pass unchanged. */
#include "av/source/deinterlace.h"
#include "base/lazy.h"
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/macros.h>
#include <libavutil/mathematics.h>
#include <stdlib.h>

#define LIBRARY "libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR)
#define FUNCTIONS(F)                \
    F(avfilter_graph_alloc)         \
    F(avfilter_graph_free)          \
    F(avfilter_graph_create_filter) \
    F(avfilter_graph_config)        \
    F(avfilter_get_by_name)         \
    F(avfilter_link)                \
    F(av_buffersrc_add_frame)       \
    F(av_buffersink_get_frame)      \
    F(av_buffersink_get_time_base)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

struct um_deinterlacer {
    AVFilterGraph *graph;
    AVFilterContext *in, *out;
    AVRational time_base;
    int width, height, format;
    AVFrame *waiting; /* of another size: it waits until the old graph is drained */
    bool has_waiting, ended;
};

um_status um_deinterlacer_new(um_deinterlacer **out, AVRational time_base, um_error *err)
{
    *out = NULL;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "interlaced pictures need " LIBRARY ", which cannot be loaded");
    um_deinterlacer *d = *out = um_calloc(1, sizeof *d);
    if (!d || !(d->waiting = av_frame_alloc())) {
        um_deinterlacer_free(out);
        return um_fail_oom(err);
    }
    d->time_base = time_base;
    return UM_OK;
}

static um_status build(um_deinterlacer *d, const AVFrame *f, um_error *err)
{
    char args[160];
    AVFilterContext *bwdif = NULL;
    lib.avfilter_graph_free(&d->graph);
    if (!(d->graph = lib.avfilter_graph_alloc()))
        return um_fail_oom(err);
    d->graph->nb_threads = 1;
    snprintf(args, sizeof args, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=1/1", f->width,
             f->height, f->format, d->time_base.num, d->time_base.den);
    if (lib.avfilter_graph_create_filter(&d->in, lib.avfilter_get_by_name("buffer"), "in", args, NULL,
                                         d->graph) < 0 ||
        lib.avfilter_graph_create_filter(&bwdif, lib.avfilter_get_by_name("bwdif"), "bwdif",
                                         "mode=send_frame:parity=auto:deint=interlaced", NULL,
                                         d->graph) < 0 ||
        lib.avfilter_graph_create_filter(&d->out, lib.avfilter_get_by_name("buffersink"), "out", NULL, NULL,
                                         d->graph) < 0 ||
        lib.avfilter_link(d->in, 0, bwdif, 0) < 0 || lib.avfilter_link(bwdif, 0, d->out, 0) < 0 ||
        lib.avfilter_graph_config(d->graph, NULL) < 0)
        return um_fail(err, UM_EUNSUPPORTED, "interlaced pictures of %d x %d cannot be deinterlaced",
                       f->width, f->height);
    d->width = f->width;
    d->height = f->height;
    d->format = f->format;
    return UM_OK;
}

static um_status add(um_deinterlacer *d, AVFrame *f, um_error *err)
{
    int r = lib.av_buffersrc_add_frame(d->in, f);
    if (r == AVERROR(ENOMEM))
        return um_fail_oom(err);
    return r < 0 ? um_fail(err, UM_EFORMAT, "a picture cannot be deinterlaced") : UM_OK;
}

um_status um_deinterlacer_push(um_deinterlacer *d, AVFrame *frame, um_error *err)
{
    um_status st;
    if (!frame) {
        d->ended = true;
        return d->graph ? add(d, NULL, err) : UM_OK;
    }
    if (d->graph && (frame->width != d->width || frame->height != d->height || frame->format != d->format)) {
        av_frame_move_ref(d->waiting, frame);
        d->has_waiting = true;
        return add(d, NULL, err);
    }
    if (!d->graph && (st = build(d, frame, err)) < 0)
        return st;
    return add(d, frame, err);
}

um_supply um_deinterlacer_pull(um_deinterlacer *d, AVFrame *frame)
{
    for (;;) {
        if (d->graph && lib.av_buffersink_get_frame(d->out, frame) >= 0) {
            frame->pts = av_rescale_q(frame->pts, lib.av_buffersink_get_time_base(d->out), d->time_base);
            return UM_SUPPLY_READY;
        }
        if (!d->has_waiting)
            return d->ended ? UM_SUPPLY_END : UM_SUPPLY_NEEDS_PACKET;
        d->has_waiting = false;
        if (build(d, d->waiting, NULL) < 0 || add(d, d->waiting, NULL) < 0)
            return UM_SUPPLY_END;
    }
}

void um_deinterlacer_free(um_deinterlacer **deinterlacer)
{
    um_deinterlacer *d = *deinterlacer;
    if (!d)
        return;
    lib.avfilter_graph_free(&d->graph);
    av_frame_free(&d->waiting);
    free(d);
    *deinterlacer = NULL;
}
