/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stored.h: a photo as it lies in its file, for what depends on its pixels and blocks, and pictures that show
 * where in it something was found. */
#ifndef UM_STORED_H
#define UM_STORED_H
#include "base/base.h"
#include <unmask/signal.h>

typedef struct um_stored {
    const um_image *shown; /* luma, borrowed */
    um_image *luma;        /* as stored: what um_stored_take turned back */
    int turn;              /* degrees clockwise from stored to shown */
} um_stored;

/* A mirrored photo is turned back, too, but stays mirrored: its orientation is not told. */
um_status um_stored_take(um_stored *out, const um_signal_input *in, um_error *err);
void um_stored_free(um_stored *stored);
/* A rectangle of the stored picture in the shown one. */
um_rect um_stored_shown(const um_stored *stored, um_rect stored_rect);

/* Why a signal of photos looked at nothing: it is none, or has a side below `least_side` pixels. */
um_status um_photo_skip(const um_signal_input *in, int least_side, um_findings *out, um_error *err);

/* Values 0..1 over cells of `cell` x `cell` stored pixels, from the top left one on. */
typedef struct um_cells {
    int cols, rows;
    float cell;
    const float *value;
} um_cells;
enum { UM_STORED_PICTURE = 480 };
/* As shown, the longer side at most UM_STORED_PICTURE pixels. `alone`: the values as gray; else as red on the
 * pale picture. */
um_status um_stored_picture(um_image **out, const um_stored *stored, const um_cells *cells, bool alone,
                            um_error *err);
#endif
