/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_input.c: see face_input.h. */
#include "faces/face_input.h"
#include "base/base.h"
#include "faces/landmarks.h"
#include "media/geometry.h"
#include <math.h>

enum { LEAST_SIDE = 16 };
static const float BELIEVED = .5f, SURELY_A_FACE = .7f;

bool um_face_is_clear(const um_face *face, float least_px)
{
    if (!face->has_points)
        return false;
    const um_rect box = um_points_box(face->points, UM_N_LANDMARKS);
    const float side_px = fmaxf(box.w, box.h);
    return isfinite(box.x + box.y) && isfinite(side_px) && side_px >= least_px &&
           isfinite(face->box.x + face->box.y + face->box.w + face->box.h) && !(face->trust < BELIEVED) &&
           !(face->confidence < SURELY_A_FACE);
}

um_status um_face_surroundings(um_image **out, um_square *square, const um_image *rgb, const um_face *face,
                               float margin, int most, um_error *err)
{
    *square = um_landmarks_square(&(um_crop_rule){.scale = margin}, face->points);
    const int side = um_clampi((int)um_clampd((double)square->side, 0, most), LEAST_SIDE, most);
    return um_square_crop(out, rgb, *square, side, err);
}

um_status um_face_middle(um_image **out, const um_image *surroundings, float part, int n, um_error *err)
{
    const float side = (float)surroundings->width;
    const um_square middle = {{side * .5f - .5f, side * .5f - .5f}, side * part, 0};
    return um_square_crop(out, surroundings, middle, n, err);
}

um_status um_face_input_cut(um_image **out, const um_net_input *in, const um_image *rgb, const um_face *face,
                            um_error *err)
{
    const um_face_input *f = &in->face;
    um_image *around = NULL;
    um_square square;
    *out = NULL;
    if (f->of_box)
        return um_face_crop(out, rgb, face, in->width, f->margin, err);
    if (!(f->around > 0)) {
        square = um_landmarks_square(&(um_crop_rule){.scale = f->margin}, face->points);
        return um_square_crop(out, rgb, square, in->width, err);
    }
    um_status st = um_face_surroundings(&around, &square, rgb, face, f->around, f->most, err);
    if (st == UM_OK)
        st = um_face_middle(out, around, f->margin / f->around, in->width, err);
    um_image_free(&around);
    return st;
}
