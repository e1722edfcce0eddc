/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mouth.h: how far a mouth is open, by its points and by how dark it is inside. */
#ifndef UM_FACE_MOUTH_H
#define UM_FACE_MOUTH_H
#include <unmask/faces.h>

/* From the base of the nose (point 33) to the lower rim of the lower lip (57), over the distance of the outer
 * eye corners: it follows jaw and lower lip. NAN when points are missing or lie on each other. */
double um_mouth_opening(const um_face *face);
/* How much darker the middle of the mouth is than mouth and skin around it: 1 - luma of a box of .28 x .25
 * eye distances over that of one of .9 x .675, along the line of the eyes; 1 = black, 0 = as bright. */
double um_mouth_dark(const um_image *rgb, const um_face *face);

enum { UM_MOUTH_ACROSS = 32, UM_MOUTH_DOWN = 24 };
/* Luma of .9 x .675 eye distances around the middle of the outer lips, along the line of the eyes, between
 * pixels by straight lines; outside of the picture its edge goes on. false: the points are nowhere. */
bool um_mouth_picture(uint8_t out[UM_MOUTH_DOWN][UM_MOUTH_ACROSS], const um_image *rgb, const um_face *face);
#endif
