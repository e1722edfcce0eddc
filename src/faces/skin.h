/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skin.h: the tone of skin without how brightly it is lit, and the neck below a face. */
#ifndef UM_FACE_SKIN_H
#define UM_FACE_SKIN_H
#include <unmask/faces.h>

/* Medians over pixels in linear light (IEC 61966-2-1). Log-chromaticity (Finlayson, Hordley, Lu & Drew, IEEE
 * TPAMI 28(1), 2006): how strongly a surface is lit, and so its shading, cancels; the colour of the light
 * adds the same to all that it falls on. */
typedef struct um_skin {
    double red, blue; /* ln of red, and of blue, over green */
    double spread[2]; /* of each, as a standard deviation: 1.4826 times the median absolute deviation */
    double light;     /* ln of green, 0 = white */
    int n, seen;      /* pixels used, and looked at */
} um_skin;

enum { UM_SKIN_MOST = 1200 }; /* pixels looked at, about, on an even grid */
/* Of a polygon. Pixels with a channel below 5 or above 250 are left out, and with `like`, those that are no
 * such skin: see um_skin_like. n = 0: none. */
um_skin um_skin_of(const um_image *rgb, const um_point *corner, int n, const um_skin *like);
/* Could this be skin of the person whose face is `face`, in its shade or another tone? */
bool um_skin_like(const um_skin *face, double red, double blue, double light);
/* How far two tones lie from each other: 1 = a factor e of one colour against green. */
double um_skin_distance(const um_skin *a, const um_skin *b);

/* Below the jaw, as the head is turned in the picture; corners clockwise. */
enum { UM_NECK_CORNERS = 7 };
void um_neck_of(um_point corner[UM_NECK_CORNERS], const um_face *face);
#endif
