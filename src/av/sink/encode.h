/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encode.h: pictures as PNG or JPEG bytes. */
#ifndef UM_AV_ENCODE_H
#define UM_AV_ENCODE_H

#include "base/base.h"
#include <unmask/sink.h>

/* Appends the file to `out` (initialised, with a maximum). `format` is "png" (lossless, quality unused) or
 * "jpeg" (quality 1..100 as libjpeg counts it, colours at full resolution). UM_ENOMEM when it exceeds the
 * maximum. */
um_status um_image_encode(um_buf *out, const um_image *image, const char *format, int quality, um_error *err);
/* One of the two, for um_image_encode. */
um_status um_jpeg_encode(um_buf *out, const um_image *image, int quality, um_error *err);

#endif
