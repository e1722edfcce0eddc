/* SPDX-License-Identifier: GPL-3.0-or-later */
/* patch.h: a face and its surroundings, held fast by bridge of the nose and corners of the eyes, and what of
 * its change over three pictures no motion explains. */
#ifndef UM_FACE_PATCH_H
#define UM_FACE_PATCH_H
#include <unmask/faces.h>

/* A square of 3.6 outer eye distances around the face, in blocks. */
enum { UM_PATCH_SIDE = 96, UM_PATCH_BLOCK = 8, UM_PATCH_ROW = UM_PATCH_SIDE / UM_PATCH_BLOCK };
enum { UM_PATCH_N = UM_PATCH_SIDE * UM_PATCH_SIDE, UM_PATCH_BLOCKS = UM_PATCH_ROW * UM_PATCH_ROW };

/* Luma under the similarity that brings the face to the mean one (steady.h), means over the pixels of a
 * place; NAN outside of the picture. In *placed, the face's points in the patch. False: points that are not
 * finite, or half of the patch is outside. */
bool um_face_patch(float out[UM_PATCH_N], um_face *placed, const um_image *luma, const um_face *face);

typedef struct um_patch_change {
    bool known;    /* enough of the block is inside the picture */
    float power;   /* squared gray levels per picture that neither a shift nor a change of light explains */
    float texture; /* mean squared gradient, gray levels per place */
    float shift;   /* that explained the rest, places */
    float moved;   /* mean squared difference of neighbouring pictures, gray levels */
} um_patch_change;
/* Of b against the mean of a and c, block by block: least squares on the gradient of b and a constant. */
void um_patch_changes(um_patch_change out[UM_PATCH_BLOCKS], const float *a, const float *b, const float *c);
/* The face and its surroundings in colour, `side` pixels square, with a line around the blocks of `part`. */
um_status um_patch_picture(um_image **out, const um_image *rgb, const um_face *face,
                           const bool part[UM_PATCH_BLOCKS], int side, um_error *err);
#endif
