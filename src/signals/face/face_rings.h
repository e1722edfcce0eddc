/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_rings.h: a face and its surroundings in rings along its contour, each divided into sectors: what
 * changes from the inside to the outside, and where. */
#ifndef UM_SIGNALS_FACE_RINGS_H
#define UM_SIGNALS_FACE_RINGS_H
#include <unmask/products.h>

/* Ring k reaches from k to k + 1 twentieths of the way from the centre (the nose, point 29) to the contour
 * (um_face_contour), which lies between rings 19 and 20. Sector 0 begins at the image's right and they turn
 * clockwise. */
enum { UM_RINGS = 32, UM_RING_SECTORS = 24, UM_RING_CONTOUR = 20 };

typedef struct um_ring_cell {
    int n;           /* pixels looked at; the rest is 0 without any */
    double luma;     /* mean, 0..255 */
    double gradient; /* mean of |x| + |y| of um_product_gradient, gray levels */
    double noise;    /* standard deviation of the residual, gray levels */
    double rgb[3];   /* mean, 0..255 */
} um_ring_cell;

typedef um_ring_cell um_face_rings[UM_RINGS][UM_RING_SECTORS];

/* `frame` as the products were made of, with rgb. Every pixel when the contour is up to 256 pixels high, else
 * an even grid. False in *seen: points that are not finite, or a centre outside its contour. */
um_status um_face_rings_measure(um_face_rings out, bool *seen, const um_frame *frame, const um_face *face,
                                um_products *products, um_error *err);
/* Centre, and distance from it to the contour in a direction (radians, clockwise from the image's right); 0
 * when it is not met. */
um_point um_ring_centre(const um_face *face);
float um_ring_reach(const um_face *face, float angle_rad);

/* 20 log10 of how much `level` is beyond `floor`: (level + floor) / floor. The floor keeps even places
 * finite, and is what eight bits leave of nothing: UM_RING_NOISE_FLOOR gray levels of noise,
 * UM_RING_GRADIENT_FLOOR of gradient. */
#define UM_RING_NOISE_FLOOR .25
#define UM_RING_GRADIENT_FLOOR 2.
double um_ring_db(double level, double floor);
/* Median over rings [from, to) of those cells of at least UM_RING_PIXELS pixels, of one sector or (sector -1)
 * of all: noise in dB, or gradient. NAN without any. */
enum { UM_RING_PIXELS = 6 };
double um_ring_noise_db(um_face_rings rings, int from, int to, int sector);
double um_ring_gradient_db(um_face_rings rings, int from, int to, int sector);

/* The face and its surroundings, `side` pixels square, coloured by a value per cell: 0 or NAN not at all, 1
 * or more fully orange. */
um_status um_face_rings_picture(um_image **out, const um_image *rgb, const um_face *face,
                                double value[UM_RINGS][UM_RING_SECTORS], int side, um_error *err);
#endif
