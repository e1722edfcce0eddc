/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codec_trace.h: what a decoder exports of a frame, as a um_codec_picture. */
#ifndef UM_AV_CODEC_TRACE_H
#define UM_AV_CODEC_TRACE_H
#include "av/source/picture.h"
#include <unmask/codec.h>

typedef struct um_codec_trace {
    bool has_motion; /* this decoder has told a vector before: a picture without any is intra */
} um_codec_trace;

/* `crop_x`, `crop_y`: stored pixels that were cut off at the left and the top of the frame. *out is one
 * allocation, to be freed. */
um_status um_codec_trace_read(const um_codec_picture **out, um_codec_trace *trace, const um_picture *picture,
                              const AVFrame *frame, int crop_x, int crop_y, um_error *err);
size_t um_codec_picture_bytes(const um_codec_picture *codec); /* NULL: 0 */
#endif
