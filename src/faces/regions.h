/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regions.h: places of a face as polygons between its 68 points, in pixels of the picture. */
#ifndef UM_FACE_REGIONS_H
#define UM_FACE_REGIONS_H
#include <unmask/faces.h>

typedef enum um_face_region {
    UM_CHEEK_LEFT, /* of the image */
    UM_CHEEK_RIGHT,
    UM_FOREHEAD,
    UM_FACE_REGIONS
} um_face_region;
enum { UM_REGION_CORNERS = 5 };

/* Bare skin, away from eyes, nose, lips and the contour: the corners, and how many. */
int um_face_region_of(um_point corner[UM_REGION_CORNERS], const um_face *face, um_face_region which);
/* The contour of the face: the jaw from ear to ear (points 0 to 16) and back over the forehead, whose top the
 * points do not say: an arch as high above the brows as a third of the way from there to the chin. Clockwise
 * in the image from point 0 down; UM_CONTOUR_JAW of them are the jaw. */
enum { UM_CONTOUR_JAW = 17, UM_CONTOUR_CORNERS = 32 };
void um_face_contour(um_point corner[UM_CONTOUR_CORNERS], const um_face *face);

typedef struct um_region_mean {
    double rgb[3]; /* 0..255 */
    int n;         /* pixels looked at; 0 = none */
} um_region_mean;
/* Mean colour of the pixels inside, at most about `most` of them (an even grid). Pixels with a channel below
 * 5 or above 250 are left out: clipped ones tell nothing. */
um_region_mean um_region_colour(const um_image *rgb, const um_point *corner, int n, int most);
#endif
