/* SPDX-License-Identifier: GPL-3.0-or-later */
/* iris.h: both eyes of a face on one grid: where the iris is, its colour, what shines on the cornea, and the
 * pupil.
 *
 * The circle: Daugman, "High confidence visual recognition of persons by a test of statistical independence",
 * IEEE TPAMI 15(11), 1993: the greatest step of brightness across a circle. Differences: only its sides are
 * looked at (45 degrees up and down), as lids cover the rest, and both eyes share one radius, as a person's
 * do. Highlights: Hu, Li & Lyu, ICASSP 2021, arXiv:2009.11924. Pupil: Guo, Hu, Chang & Lyu, ICASSP 2022,
 * arXiv:2109.00162, with the ellipse of the moments instead of a fitted one. */
#ifndef UM_FACES_IRIS_H
#define UM_FACES_IRIS_H
#include <unmask/faces.h>

/* An eye on its grid: corner to corner UM_EYE_WIDTH, level, the middle of the corners at the grid's middle.
 */
enum { UM_EYE_COLS = 128, UM_EYE_ROWS = 80, UM_EYE_WIDTH = 96, UM_IRIS_CELLS = 32 };

typedef struct um_eye {
    float rgb[UM_EYE_ROWS][UM_EYE_COLS][3], luma[UM_EYE_ROWS][UM_EYE_COLS];
    float upper[UM_EYE_COLS], lower[UM_EYE_COLS]; /* rows of the lids; upper > lower: no eye there */
    float x, y, r;                                /* of the iris, in cells of the grid */
    float step;                                   /* brightness outside less inside of it, gray levels */
    float colour[3];                              /* median of the iris, 0..255 */
    bool shines;
    uint8_t shine[UM_IRIS_CELLS][UM_IRIS_CELLS]; /* highlights in the square around the iris: 1; 2 covered */
    float pupil; /* share of the pupil and its ellipse that both have; NAN: no pupil stands out */
} um_eye;

float um_eye_width(const um_face *face, int eye); /* corner to corner, pixels; eye 0: picture left */
/* The eye aspect ratio (Soukupova & Cech 2016): mean height of the lids over the width, by the points; 0 for
 * a width of 0. */
double um_eye_opening(const um_face *face, int eye);
/* False: the corners are not finite, or no iris was found in both. */
bool um_eyes_look(um_eye eye[2], const um_image *rgb, const um_face *face);
/* Distance of the colours of two irises, brightness left out: of ln(R/G) and ln(B/G). */
double um_iris_difference(const float a[3], const float b[3]);
/* Highlights of both, one moved by up to two cells: shared cells over all. Covered cells do not count. NAN
 * when nothing shines in either. */
double um_shine_agreement(const um_eye eye[2]);
#endif
