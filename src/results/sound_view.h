/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_view.h: what the sound of a recording looks like over time, in at most UM_VIEW_COLUMNS columns
 * whatever its length.
 *
 * A column begins as long as one frame of the products (10 ms). When the columns are full, each takes in its
 * neighbour, so that memory does not grow and of a long recording 501 to 1000 columns are left. */
#ifndef UM_SOUND_VIEW_H
#define UM_SOUND_VIEW_H
#include "base/base.h"
#include <unmask/products.h>

enum { UM_VIEW_COLUMNS = 1000, UM_VIEW_ROWS = 128, UM_VIEW_TOP_HZ = 8000, UM_VIEW_RANGE_DB = 70 };

typedef struct um_sound_view {
    int columns;        /* 0: no view */
    double column_s;    /* the length of each; the first begins at 0 */
    double *low, *high; /* [columns] least and greatest sample; NAN: no sound there */
    double *pitch_hz;   /* [columns] mean over its frames with a voice; NAN: none has one */
    uint8_t *level; /* [columns][UM_VIEW_ROWS] of frequency, the lowest first, raised by 6 dB per octave: 255
                       the strongest of all, 0 what is UM_VIEW_RANGE_DB or more below it */
} um_sound_view;

/* All of `columns` columns; to be cleared also when it fails. */
um_status um_sound_view_fit(um_sound_view *view, int columns, um_error *err);
void um_sound_view_clear(um_sound_view *view);

typedef struct um_sound_viewer um_sound_viewer;
um_status um_sound_viewer_new(um_sound_viewer **out, um_error *err);
void um_sound_viewer_free(um_sound_viewer **viewer);
/* What it asks of the products. */
#define UM_SOUND_VIEW_NEEDS (UM_NEED_SPECTROGRAM | UM_NEED_PITCH)
/* The next block with its products, in order; after the last with `sound` NULL, what products kept back. */
um_status um_sound_viewer_push(um_sound_viewer *viewer, um_products *products, const um_sound *sound,
                               um_error *err);
/* No columns when there was no sound. */
um_status um_sound_viewer_finish(um_sound_view *out, const um_sound_viewer *viewer, um_error *err);
#endif
