/* SPDX-License-Identifier: GPL-3.0-or-later */
/* orientation.h: how the pixels of a picture lie, as EXIF says it: the one reader of that fact. */
#ifndef UM_PROBE_ORIENTATION_H
#define UM_PROBE_ORIENTATION_H
#include <stddef.h>
#include <stdint.h>

/* 1..8 by the first directory of an EXIF block (a TIFF header and what follows); 1 when it does not say. */
int um_exif_orientation(const uint8_t *tiff, size_t n);
#endif
