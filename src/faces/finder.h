/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finder.h: the networks of a face finder, and what the tracker asks of them. */
#ifndef UM_FINDER_H
#define UM_FINDER_H
#include "faces/cut.h"
#include "faces/decode.h"
#include "faces/net.h"
#include <unmask/faces.h>

struct um_face_finder {
    um_net net[UM_N_ROLES];
    bool has[UM_N_ROLES];
    float min_score, min_side_px;
};
um_status um_finder_detect(um_face_finder *finder, const um_image *rgb, bool video, um_found_list *list,
                           um_error *err);
/* Landmarks and all that follows for one detection. */
um_status um_finder_complete(um_face_finder *finder, um_face_cut *cut, const um_found *found, um_face *out,
                             um_error *err);
#endif
