/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crop.c: turned squares of a picture. */
#include "faces/crop.h"
#include "base/base.h"
#include <math.h>
#include <stdlib.h>

um_point um_square_point(um_square s, float u, float v)
{
    float c = cosf(s.angle_rad), t = sinf(s.angle_rad), x = (u - 0.5f) * s.side, y = (v - 0.5f) * s.side;
    return (um_point){s.centre.x + c * x - t * y, s.centre.y + t * x + c * y};
}

float um_eye_angle(const um_face *face)
{
    return atan2f(face->five[1].y - face->five[0].y, face->five[1].x - face->five[0].x);
}

/* Bilinear, edge pixels repeated outside; `origin` and the steps in pixels of `from`, 16.16 fixed point. */
static void turn(um_image *to, const um_image *from, double x0, double y0, double dx, double dy)
{
    int channels = um_image_channels(from->pixel);
    for (int j = 0; j < to->height; j++) {
        uint8_t *out = to->data + j * to->stride;
        int64_t x = llrint((x0 - dy * j) * 65536), y = llrint((y0 + dx * j) * 65536);
        int64_t sx = llrint(dx * 65536), sy = llrint(dy * 65536);
        for (int i = 0; i < to->width; i++, x += sx, y += sy) {
            int64_t ix = x >> 16, iy = y >> 16;
            int fx = (int)(x >> 8 & 255), fy = (int)(y >> 8 & 255);
            int64_t right = from->width - 1, low = from->height - 1;
            int64_t xa = ix < 0       ? 0
                         : ix > right ? right
                                      : ix,
                    xb = ix < -1       ? 0
                         : ix >= right ? right
                                       : ix + 1;
            int64_t ya = iy < 0 ? 0 : iy > low ? low : iy, yb = iy < -1 ? 0 : iy >= low ? low : iy + 1;
            const uint8_t *p = from->data + ya * from->stride, *q = from->data + yb * from->stride;
            for (int c = 0; c < channels; c++) {
                int top = p[xa * channels + c] * (256 - fx) + p[xb * channels + c] * fx;
                int bottom = q[xa * channels + c] * (256 - fx) + q[xb * channels + c] * fx;
                *out++ = (uint8_t)((top * (256 - fy) + bottom * fy + 32768) >> 16);
            }
        }
    }
}

/* Sums of large coordinates round: they are taken in pixels of the picture, and moved, exactly, to the part.
 */
um_status um_square_crop_part(um_image **out, const um_image *part, int x, int y, um_square s, int n,
                              um_error *err)
{
    *out = NULL;
    const float far = 2.0f * UM_IMAGE_MAX_SIDE, left = (float)x, top = (float)y;
    if (!(s.side > 0) || !isfinite(s.side + s.centre.x + s.centre.y + s.angle_rad))
        return um_fail(err, UM_EINVAL, "a square of %g pixels at %g, %g cannot be cut out", s.side,
                       s.centre.x, s.centre.y);
    s.side = fminf(s.side, far);
    s.centre = (um_point){fminf(fmaxf(s.centre.x, -far), far), fminf(fmaxf(s.centre.y, -far), far)};
    float half = s.side / 2;
    if (fabsf(s.angle_rad) < 0.002f) { /* a tenth of a degree moves a corner of 160 pixels by 0.2 */
        um_rect from = {s.centre.x - half + 0.5f, s.centre.y - half + 0.5f, s.side, s.side};
        return um_image_crop_resize(out, part, (um_rect){from.x - left, from.y - top, from.w, from.h}, n, n,
                                    err);
    }

    /* Shrink first (area mean), then turn at about one sample per pixel. */
    um_image *small = NULL;
    um_status st;
    double step = (double)s.side / n, cx = (double)s.centre.x - x, cy = (double)s.centre.y - y;
    if (step > 1) {
        float around = s.side * 1.45f;
        int m = (int)ceil(around / step);
        um_rect from = {s.centre.x - around / 2 + 0.5f, s.centre.y - around / 2 + 0.5f, around, around};
        from.x -= left;
        from.y -= top;
        if ((st = um_image_crop_resize(&small, part, from, m, m, err)) < 0)
            return st;
        part = small;
        step *= m / (double)around;
        cx = cy = (m - 1) / 2.0;
    }
    if ((st = um_image_new(out, n, n, part->pixel, err)) == UM_OK) {
        double dx = cos(s.angle_rad) * step, dy = sin(s.angle_rad) * step, m = (n - 1) / 2.0;
        turn(*out, part, cx - dx * m + dy * m, cy - dy * m - dx * m, dx, dy);
    }
    um_image_free(&small);
    return st;
}

um_status um_square_crop(um_image **out, const um_image *image, um_square square, int n, um_error *err)
{
    return um_square_crop_part(out, image, 0, 0, square, n, err);
}

um_square um_face_square(const um_face *face, float margin)
{
    um_rect b = face->box;
    return (um_square){
        {b.x + b.w / 2 - 0.5f, b.y + b.h / 2 - 0.5f}, fmaxf(b.w, b.h) * margin, um_eye_angle(face)};
}

um_status um_face_crop(um_image **out, const um_image *image, const um_face *face, int side, float margin,
                       um_error *err)
{
    return um_square_crop(out, image, um_face_square(face, margin), side, err);
}
