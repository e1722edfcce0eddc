/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cut.h: the surroundings of one face in one frame, cut once for all who look at that face.
 *
 * Landmarks, quality, appearance and embedding take their pictures from here. The RGB pixels are the frame's
 * own (a view, no copy); the gray ones are made once. Nothing is resampled twice: what comes out is, pixel
 * for pixel, what the whole frame would have given. */
#ifndef UM_CUT_H
#define UM_CUT_H
#include "faces/crop.h"

typedef struct um_face_cut {
    const um_image *frame; /* borrowed, RGB */
    /* private */
    um_image *rgb; /* view of the surroundings; NULL until somebody asks */
    int x, y;      /* where it begins in the frame */
    um_image *gray;
    int gray_x, gray_y;
} um_face_cut;

/* Begins empty: um_face_cut cut = {.frame = rgb}; */
void um_face_cut_end(um_face_cut *cut); /* of zeros: does nothing */
/* As um_square_crop of the frame. */
um_status um_face_cut_square(um_image **out, um_face_cut *cut, um_square square, int n, um_error *err);
/* Gray pixels of the frame around a box of the face, three quarters of its longer side from its centre, as
 * far as the frame goes; borrowed, and the same at every call. (*x, *y) is where they begin. NULL when fewer
 * than 8 pixels in a row or a column are left. */
um_status um_face_cut_gray(const um_image **out, int *x, int *y, um_face_cut *cut, um_rect box,
                           um_error *err);
#endif
