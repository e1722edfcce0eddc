/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recompressed.h: a photo beside itself compressed once more, as pictures for people. They follow texture as
 * much as history, so they are shown and weigh nothing.
 *
 * JPEG ghosts: Farid, "Exposing digital forgeries from JPEG ghosts", IEEE TIFS 4(1), 2009. The differences
 * are summed over coefficients instead of pixels (the same, by Parseval, but for the rounding of pixels),
 * over windows of 2 x 2 whole blocks (the paper: 16 pixels), and normalised over the qualities. Of the
 * qualities that is shown whose picture falls best into two groups; the paper leaves the choice to the eye.
 * Error level analysis: Krawetz, "A picture's worth", Black Hat 2007: the difference for one quality, luma
 * only, mean over the pixels that a dot of the picture stands for. */
#ifndef UM_RECOMPRESSED_H
#define UM_RECOMPRESSED_H
#include "signals/image/stored.h"

/* Mean square per pixel of what compression at a quality changes, in the window that begins at each block.
 * dct: [rows][cols][8][8]. */
void um_ghost(float *out, const float *dct, int cols, int rows, int quality);
/* Mean distance, in gray levels, of luma and luma compressed at a quality, over squares of `cell` pixels (the
 * last ones may be cut): [ceil(height / cell)][ceil(width / cell)]. */
um_status um_error_level(float *out, const um_image *luma, int cell, int quality, um_error *err);
um_status um_show_ghost(const um_stored *stored, const float *dct, int cols, int rows, um_findings *out,
                        um_error *err);
um_status um_show_error_level(const um_stored *stored, um_findings *out, um_error *err);
#endif
