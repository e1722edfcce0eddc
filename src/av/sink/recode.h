/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recode.h: what a video encoder leaves of a picture, for training and tests. */
#ifndef UM_AV_RECODE_H
#define UM_AV_RECODE_H
#include "base/base.h"
#include <unmask/image.h>

/* The picture as the second frame of a video whose first frame is the same, moved by (dx, dy) pixels: so
 * blocks are predicted from a frame that was coded before, with what is left of the difference. `encoder`:
 * "libx264" or "mpeg4", as in um_writer; `quantizer` 1..31, higher = worse; both frames use it. RGB, in
 * place; of an odd number of columns or rows the last is left as it is. At least 16 x 16 pixels. The same
 * input gives the same pixels. UM_EUNSUPPORTED when FFmpeg was built without that encoder. */
um_status um_image_recode(um_image *rgb, const char *encoder, int quantizer, int dx, int dy, um_error *err);
#endif
