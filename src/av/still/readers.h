/* SPDX-License-Identifier: GPL-3.0-or-later */
/* readers.h: one for each format, in the file of its name. */
#ifndef UM_AV_READERS_H
#define UM_AV_READERS_H
#include "av/still/still.h"

extern const um_still_reader um_still_heif, um_still_jp2, um_still_jpeg, um_still_jxl, um_still_png,
    um_still_tiff, um_still_webp;
#endif
