/* SPDX-License-Identifier: GPL-3.0-or-later */
/* appearance.c: see appearance.h. */
#include "faces/appearance.h"
#include "faces/vector.h"

um_status um_appearance_take(um_appearance *out, um_face_cut *cut, const um_face *face, um_error *err)
{
    um_image *crop = NULL;
    um_status st = um_face_cut_square(&crop, cut, um_face_square(face, 0.9f), UM_APPEARANCE_SIDE, err);
    if (st < 0)
        return st;
    float mean = 1;
    for (int y = 0; y < UM_APPEARANCE_SIDE; y++)
        for (int x = 0; x < 3 * UM_APPEARANCE_SIDE; x++)
            mean += crop->data[y * crop->stride + x];
    mean /= UM_APPEARANCE_N;
    for (int y = 0; y < UM_APPEARANCE_SIDE; y++)
        for (int x = 0; x < 3 * UM_APPEARANCE_SIDE; x++)
            out->v[y * 3 * UM_APPEARANCE_SIDE + x] = (float)crop->data[y * crop->stride + x] / mean - 1;
    um_vector_normalize(out->v, UM_APPEARANCE_N);
    um_image_free(&crop);
    return UM_OK;
}

float um_appearance_similarity(const um_appearance *a, const um_appearance *b)
{
    return um_vector_dot(a->v, b->v, UM_APPEARANCE_N);
}
