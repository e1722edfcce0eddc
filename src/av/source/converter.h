/* SPDX-License-Identifier: GPL-3.0-or-later */
/* converter.h: decoded sound as planar float samples of one rate. */
#ifndef UM_AV_CONVERTER_H
#define UM_AV_CONVERTER_H
#include "base/base.h"
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <unmask/source.h>

typedef struct um_sound_converter {
    int rate_hz, channels;
    struct SwrContext *swr;
    AVChannelLayout from, to;
    int from_format, from_rate;
    bool placed;
    double power[9];  /* of each channel and of their mean, lately */
    int alone;        /* 1 + the channel that stands for all; 0: their mean does */
    double offset[8]; /* DC of each channel, lately */
    double removed[8];
    int64_t heard; /* samples that `offset` has seen */
    int64_t next;  /* index of the sample that follows */
} um_sound_converter;
/* *out is NULL when the frame holds no sample. `t_s` may be NAN: right after the samples before. */
um_status um_sound_convert(um_sound_converter *s, um_moment **out, const AVFrame *frame, double t_s,
                           um_error *err);
void um_sound_converter_end(um_sound_converter *s);
#endif
