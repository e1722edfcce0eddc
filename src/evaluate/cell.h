/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell.h: measures as text and as JSON. */
#ifndef UM_EVALUATE_CELL_H
#define UM_EVALUATE_CELL_H
#include "base/json_write.h"
#include "evaluate/evaluation.h"

enum { UM_CELL_NAME = 28 }; /* characters of a name at the left of a table */

/* A column of a table, 21 wide: the value and its interval, or a dash. */
void um_cell_measured_text(um_buf *b, const um_measured *m);
/* [value, lo, hi]; nothing where it is not defined. */
void um_cell_measured_json(um_json_writer *w, const char *key, const um_measured *m);
/* A column 30 wide: by what the slice was cut. */
void um_cell_slice_text(um_buf *b, const um_slice *s);
/* An object: the slice, and what was measured on it. */
void um_cell_slice_json(um_json_writer *w, const um_slice *s, const um_cell *c);
/* The members of an object. */
void um_cell_json(um_json_writer *w, const um_cell *c);
#endif
