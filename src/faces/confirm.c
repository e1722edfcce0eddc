/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confirm.c: see confirm.h. */
#include "faces/confirm.h"
#include "media/geometry.h"

/* Of faces that the detector finds in frames of videos/train/real and of dfl_pairs, one a second, all real
 * ones stay (396; 4 places that are none do not); of 171 places of the training photos without people, found
 * at low scores and believed from the first angle, 20 %. */
static const float MOVED = 0.15f;
static const struct {
    float turn_rad, scale;
} SIDE[] = {{0.17f, 1.15f}, {-0.17f, 0.9f}};

/* One side. */
static um_status look(um_landmarks *seen, float *moved, const um_face *face, int side, um_net *net,
                      um_face_cut *cut, um_error *err)
{
    um_square q = um_landmarks_square(&net->man.landmarks.from_points, face->points);
    q.side = fmaxf(q.side * SIDE[side].scale, 4);
    q.angle_rad += SIDE[side].turn_rad;
    um_status st = um_landmarks_look_mirrored(net, cut, q, seen, err);
    if (st < 0)
        return st;
    float eyes = fmaxf(1, um_point_distance(face->points[36], face->points[45])), sum = 0;
    for (int i = 0; i < 68; i++)
        sum += um_point_distance(seen->points[i], face->points[i]);
    *moved = sum / 68 / eyes;
    return UM_OK;
}

static um_status look_there(um_face *face, const um_point points[68], um_net *net, um_face_cut *cut,
                            um_error *err)
{
    um_landmarks seen;
    um_face_cut_end(cut); /* what was cut for the other place */
    um_status st = um_landmarks_follow(net, cut, points, &seen, err);
    return st < 0 ? st : um_face_complete(face, &seen, cut, err);
}

um_status um_face_confirm(bool *yes, float *moved, um_face *face, um_net *net, um_face_cut *cut,
                          um_error *err)
{
    um_landmarks seen;
    um_status st;
    bool elsewhere = false;
    float most = 0;
    *yes = true;
    for (int side = 0; side < 2 && *yes; side++) {
        float far;
        if ((st = look(&seen, &far, face, side, net, cut, err)) < 0)
            return st;
        *yes = !(seen.confidence < 0.5f) && far <= MOVED;
        most = fmaxf(most, far);
        if (!*yes && !elsewhere && !(seen.confidence < 0.5f)) {
            if ((st = look_there(face, seen.points, net, cut, err)) < 0)
                return st;
            elsewhere = *yes = true;
            most = 0;
            side = -1;
        }
    }
    if (moved)
        *moved = most;
    *yes &= um_face_believed(face);
    return UM_OK;
}
