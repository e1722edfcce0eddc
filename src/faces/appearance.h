/* SPDX-License-Identifier: GPL-3.0-or-later */
/* appearance.h: what a face looks like in one scene. */
#ifndef UM_APPEARANCE_H
#define UM_APPEARANCE_H
#include "faces/cut.h"

enum { UM_APPEARANCE_SIDE = 12, UM_APPEARANCE_N = UM_APPEARANCE_SIDE * UM_APPEARANCE_SIDE * 3 };

/* Colours of the aligned face relative to its brightness, unit length: cheap, tells faces of one scene apart.
 */
typedef struct um_appearance {
    float v[UM_APPEARANCE_N];
} um_appearance;
um_status um_appearance_take(um_appearance *out, um_face_cut *cut, const um_face *face, um_error *err);
float um_appearance_similarity(const um_appearance *a, const um_appearance *b); /* cosine, -1..1 */
#endif
