/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.h: the small pictures that results carry, encoded once: page and JSON hold the same bytes. */
#ifndef UM_PICTURE_H
#define UM_PICTURE_H
#include "base/base.h"
#include <unmask/image.h>
#include <unmask/results.h>

enum { UM_PICTURE_SIDE = 480, UM_PORTRAIT_SIDE = 176, UM_PICTURE_BYTES = 1 << 20 };

/* At most `side` pixels a side, as JPEG of quality 85. */
um_status um_picture_make(um_picture *out, const um_image *image, int side, um_error *err);
/* From foreign base64 and sizes: UM_EFORMAT for what cannot be such a picture. */
um_status um_picture_read(um_picture *out, const char *base64, int64_t width, int64_t height, um_error *err);
void um_picture_clear(um_picture *picture);
#endif
