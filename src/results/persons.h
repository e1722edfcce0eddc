/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persons.h: who was seen, when, how well, and the best picture of each. */
#ifndef UM_PERSONS_H
#define UM_PERSONS_H
#include "faces/gallery.h"
#include "results/results.h"

/* Adds the faces of one frame to the persons (beyond UM_MAX_PERSONS counts in n_persons_dropped). */
um_status um_persons_add(um_results *results, um_gallery *portraits, const um_frame *frame,
                         const um_faces *faces, um_error *err);
/* Sums to means; the gallery's pictures become the persons'. */
um_status um_persons_finish(um_results *results, const um_gallery *portraits, um_error *err);
#endif
