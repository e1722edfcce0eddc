/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crossing.h: moments when something passes before a face: blocks of it that lose their look together, from
 * the contour inwards. Nothing is learnt, and no score follows: a person looks. */
#ifndef UM_CROSSING_H
#define UM_CROSSING_H
#include "faces/patch.h"
#include <unmask/signal.h>

/* Of one person. All zero = nothing seen yet. */
typedef struct um_crossing {
    int looks;                     /* that the memory is made of */
    float usual[UM_PATCH_N];       /* the face as it was lately; NAN = never seen */
    float change[UM_PATCH_BLOCKS]; /* mean squared difference from it that is usual there, gray levels */
    float yaw_deg, pitch_deg;
    int lasting; /* looks of the crossing that goes on */
    double from_s, to_s, largest;
    um_image *picture;
} um_crossing;

enum { UM_CROSSINGS_SHOWN = 8 }; /* of a recording */
/* The next look: `placed` and patch of um_face_patch(face). Evidence when a crossing has ended; *shown counts
 * it. */
um_status um_crossing_look(um_crossing *c, const float patch[UM_PATCH_N], const um_face *placed,
                           const um_face *face, const um_frame *frame, int *shown, um_findings *out,
                           um_error *err);
um_status um_crossing_finish(um_crossing *c, int person, int *shown, um_findings *out, um_error *err);
void um_crossing_end(um_crossing *c);
#endif
