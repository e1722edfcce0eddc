/* SPDX-License-Identifier: GPL-3.0-or-later */
/* landmarks.h: 68 points of one face. */
#ifndef UM_LANDMARKS_H
#define UM_LANDMARKS_H
#include "faces/cut.h"
#include "networks/net.h"

typedef struct um_landmarks {
    um_point points[68];
    float confidence, trust, opening[2]; /* as in um_face */
} um_landmarks;

/* One look at `square`. */
um_status um_landmarks_look(um_net *net, um_face_cut *cut, um_square square, um_landmarks *out,
                            um_error *err);
/* Where each of the 68 points goes when the picture is mirrored. */
extern const uint8_t um_landmarks_mirrored[68];
/* The same through a mirror: the crop is turned over, and its points are brought back. */
um_status um_landmarks_look_mirrored(um_net *net, um_face_cut *cut, um_square square, um_landmarks *out,
                                     um_error *err);
um_square um_square_of_box(const um_crop_rule *rule, um_rect box, float angle_rad);
/* The same for the tight box of 68 points, upright by the eyes. */
um_square um_landmarks_square(const um_crop_rule *rule, const um_point points[68]);
/* Two looks: the square from a detector's box (angle from the eyes when known), then from the first points;
 * the first stands if only it is believed. */
um_status um_landmarks_find(um_net *net, um_face_cut *cut, um_rect box, float angle_rad, um_landmarks *out,
                            um_error *err);
/* Eyes, tip of the nose and corners of the mouth, as in um_face. */
void um_landmarks_five(um_point five[5], const um_point points[68]);
/* One look around earlier points. */
um_status um_landmarks_follow(um_net *net, um_face_cut *cut, const um_point before[68], um_landmarks *out,
                              um_error *err);
/* Fills a face but for its score and person. */
um_status um_face_complete(um_face *face, const um_landmarks *seen, um_face_cut *cut, um_error *err);
/* False where the landmark network says that this is no face. */
bool um_face_believed(const um_face *face);
#endif
