/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deinterlace.h: bwdif over whatever is interlaced. */
#ifndef UM_AV_DEINTERLACE_H
#define UM_AV_DEINTERLACE_H
#include "av/source/supply.h"
#include "base/base.h"
#include <libavutil/frame.h>

typedef struct um_deinterlacer um_deinterlacer;
um_status um_deinterlacer_new(um_deinterlacer **out, AVRational time_base, um_error *err);
/* Takes the content of `frame`; NULL ends the stream. The pts of frames is kept. */
um_status um_deinterlacer_push(um_deinterlacer *d, AVFrame *frame, um_error *err);
/* A frame, or NEEDS_PACKET: push first. A frame of another size than the one before may be pushed only then.
 */
um_supply um_deinterlacer_pull(um_deinterlacer *d, AVFrame *frame);
void um_deinterlacer_free(um_deinterlacer **d);
#endif
