/* SPDX-License-Identifier: GPL-3.0-or-later */
/* embedding.h: who a face is, by a recognition network. */
#ifndef UM_EMBEDDING_H
#define UM_EMBEDDING_H
#include "faces/cut.h"
#include "faces/finder.h"

enum { UM_EMBEDDING_MAX = 1024 };

/* Unit length; n = 0 when there is no network. Dear. */
typedef struct um_embedding {
    int n;
    float v[UM_EMBEDDING_MAX];
} um_embedding;
um_status um_embedding_of(um_embedding *out, um_net *net, um_face_cut *cut, const um_face *face,
                          um_error *err);
/* By the finder's network, if it has one. */
um_status um_embedding_take(um_embedding *out, um_face_finder *finder, um_face_cut *cut, const um_face *face,
                            um_error *err);
float um_embedding_similarity(const um_embedding *a, const um_embedding *b); /* cosine; 0 without a network */
#endif
