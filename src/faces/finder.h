/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finder.h: the networks of a face finder, and what the tracker asks of them. */
#ifndef UM_FINDER_H
#define UM_FINDER_H
#include "faces/cut.h"
#include "faces/decode.h"
#include "networks/store.h"
#include <unmask/faces.h>

struct um_face_finder {
    um_net *net[UM_N_FACE_ROLES]; /* of a store; NULL: there is none */
    um_network_store *networks;   /* its own, when it was made from a folder; else NULL */
    um_pool *pool;
    float min_score, min_side_px;
};
/* With the networks of a store, which must outlive it: models_dir and threads of `opt` do not count. */
um_status um_face_finder_with(um_face_finder **out, const um_face_options *opt, um_network_store *networks,
                              um_error *err);
/* Score from which a detection is a face by itself. */
float um_finder_score(const um_face_finder *finder);
/* Best scores first; of a video also lower ones. */
um_status um_finder_detect(um_face_finder *finder, const um_image *rgb, bool video, um_found_list *list,
                           um_error *err);
/* Landmarks and all that follows for one detection. */
um_status um_finder_complete(um_face_finder *finder, um_face_cut *cut, const um_found *found, um_face *out,
                             um_error *err);
/* Do both lie on one face? Points that coincide have boxes that do: the box is theirs. */
bool um_same_face(const um_face *a, const um_face *b);
/* For qsort of faces: the largest first; equal ones by person, then from left to right. */
int um_face_by_size(const void *a, const void *b);
#endif
