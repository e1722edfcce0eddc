/* SPDX-License-Identifier: GPL-3.0-or-later */
/* light.h: from where a face is lit, by its shading.
 *
 * Johnson & Farid, "Exposing Digital Forgeries in Complex Lighting Environments", IEEE TIFS 2(3), 2007; Kee &
 * Farid, "Exposing Digital Forgeries from 3-D Lighting Environments", WIFS 2010. */
#ifndef UM_FACE_LIGHT_H
#define UM_FACE_LIGHT_H
#include "faces/pose.h"

enum { UM_LIGHT_ORDERS = 9 };

typedef struct um_face_light {
    double
        coefficient[UM_LIGHT_ORDERS];  /* of the real spherical harmonics 1, y, z, x, xy, yz, 3z2-1, xz, x2-y2
                                          of  the normal in the camera's frame: linear light, 1 = white */
    double towards[3];                 /* unit, to the light: x right, y down, z away from the camera */
    double azimuth_deg, elevation_deg; /* of it: to the right of the image, upwards; 0, 0 = from the camera */
    double fit;                        /* share of the shading's variance that it explains, 0..1 */
    int places;                        /* of the face that were looked at */
} um_face_light;

/* What the light of order 0 to 2 does to a matt surface: the nine values whose sum with the coefficients is
 * the brightness under the unit normal n. */
void um_light_basis(double out[UM_LIGHT_ORDERS], const double n[3]);
/* Least squares over cheeks, forehead and the ridge of the nose of a frontal or half turned face with a pose,
 * by a head that is an ellipsoid. False: fewer than a third of the places are seen, or all are equally
 * bright. `gray`: full range. */
bool um_face_light_fit(um_face_light *out, const um_image *gray, const um_face *face,
                       const um_camera *camera);
/* Between the directions of two lights, 0..180. */
double um_light_angle_deg(const double a[3], const double b[3]);
#endif
