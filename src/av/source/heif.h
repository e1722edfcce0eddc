/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heif.h: HEIC and AVIF stills, read by libheif. */
#ifndef UM_AV_HEIF_H
#define UM_AV_HEIF_H
#include "base/input.h"
#include <unmask/source.h>

bool um_heif_is(const um_input *input); /* by content: a HEIC or AVIF still */
/* Reads the primary picture and fills media, with constant strings. */
um_status um_heif_read(um_moment **out, um_media *media, const um_input *input, unsigned want, um_error *err);
#endif
