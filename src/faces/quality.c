/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quality.c: how far a face can be trusted as material. Each measure is 0..1, bounded and monotone in what it
 * names; the constants put an ordinary good portrait near 0.7 to 1. */
#include "faces/quality.h"
#include "base/base.h"
#include "faces/crop.h"
#include "media/geometry.h"
#include <stdlib.h>

enum { SIDE = 96, MAX_BLOCK_SIDE = 512 };

static float unit(float v)
{
    return isfinite(v) ? fminf(1, fmaxf(0, v)) : 0;
}

/* Variance of the Laplacian of the aligned crop, v / (v + 60): a blurred or enlarged face has none. */
static um_status sharpness(float *out, const um_face *face, const um_image *gray, um_error *err)
{
    um_image *crop = NULL;
    um_status st = um_face_crop(&crop, gray, face, SIDE, 1, err);
    if (st < 0)
        return st;
    double sum = 0, squares = 0;
    int n = (SIDE - 2) * (SIDE - 2);
    for (int y = 1; y < SIDE - 1; y++) {
        const uint8_t *p = crop->data + y * crop->stride, *up = p - crop->stride, *down = p + crop->stride;
        int row = 0, row_squares = 0;
        for (int x = 1; x < SIDE - 1; x++) {
            int l = 4 * p[x] - p[x - 1] - p[x + 1] - up[x] - down[x];
            row += l;
            row_squares += l * l;
        }
        sum += row;
        squares += row_squares;
    }
    double v = squares / n - sum / n * (sum / n);
    *out = unit((float)(v / (v + 60)));
    um_image_free(&crop);
    return UM_OK;
}

/* Steps between neighbours at each of the eight phases of a grid: at block borders the second difference is
 * larger than elsewhere. Returns the largest phase over the median of all. */
static double phase_ratio(double phase[8])
{
    double most = 0, sorted[8];
    for (int i = 0; i < 8; i++) {
        int k = i;
        for (; k > 0 && sorted[k - 1] > phase[i]; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = phase[i];
        most = fmax(most, phase[i]);
    }
    double median = (sorted[3] + sorted[4]) / 2;
    return (most + 0.2) / (median + 0.2); /* 0.2 levels: below, there is nothing to see */
}

static float compression(const um_face *face, const um_image *gray)
{
    int x0 = um_clampi((int)face->box.x, 2, gray->width), y0 = um_clampi((int)face->box.y, 2, gray->height);
    int x1 = (int)fminf(face->box.x + face->box.w, (float)gray->width - 2);
    int y1 = (int)fminf(face->box.y + face->box.h, (float)gray->height - 2);
    x1 = x1 > x0 + MAX_BLOCK_SIDE ? x0 + MAX_BLOCK_SIDE : x1;
    y1 = y1 > y0 + MAX_BLOCK_SIDE ? y0 + MAX_BLOCK_SIDE : y1;
    if (x1 - x0 < 24 || y1 - y0 < 24)
        return 0.5f; /* too small to tell */
    double across[8] = {0}, down[8] = {0}, n_across[8] = {0}, n_down[8] = {0};
    ptrdiff_t s = gray->stride;
    for (int y = y0; y < y1; y++) {
        const uint8_t *p = gray->data + y * s;
        int row[8] = {0};
        int below = 0;
        for (int x = x0; x < x1; x++) {
            /* the step between x - 1 and x beyond the slope around it */
            row[x & 7] += abs(3 * (p[x] - p[x - 1]) - (p[x + 1] - p[x - 2]));
            below += abs(3 * (p[x] - p[x - s]) - (p[x + s] - p[x - 2 * s]));
        }
        for (int k = 0; k < 8; k++)
            across[k] += row[k];
        down[y & 7] += below;
        n_down[y & 7] += x1 - x0;
    }
    for (int x = x0; x < x1; x++)
        n_across[x & 7] += y1 - y0;
    for (int k = 0; k < 8; k++) {
        across[k] /= n_across[k] * 4;
        down[k] /= n_down[k] * 4;
    }
    double ratio = sqrt(phase_ratio(across) * phase_ratio(down));
    return unit((float)(1 / (1 + 2 * fmax(0, ratio - 1.1))));
}

/* Share of the box inside the picture, how well a rigid head explains the points, and whether the network
 * trusts them. */
static float visible(const um_face *face, const um_image *image, float eyes)
{
    um_rect b = face->box;
    float w = fminf(b.x + b.w, (float)image->width) - fmaxf(b.x, 0);
    float h = fminf(b.y + b.h, (float)image->height) - fmaxf(b.y, 0);
    float inside = b.w > 0 && b.h > 0 ? unit(w / b.w) * unit(h / b.h) : 0;
    float misfit = face->pose.error_px / fmaxf(eyes, 1) / 0.1f;
    float trust = isnan(face->trust) ? 1 : face->trust;
    return unit(trust * inside / (1 + misfit * misfit * misfit * misfit));
}

um_status um_face_measure(um_face_quality *out, const um_face *face, um_face_cut *cut, um_error *err)
{
    const um_image *gray; /* at the scale of the frame: the grid of blocks is seen */
    const um_point *p = face->points;
    const float radians = 0.01745329f;
    um_face local = *face; /* in pixels of `gray` */
    int x, y;
    *out = (um_face_quality){0};
    um_status st = um_face_cut_gray(&gray, &x, &y, cut, face->box, err);
    if (st < 0 || !gray)
        return st;
    local.box.x -= (float)x;
    local.box.y -= (float)y;
    if ((st = sharpness(&out->sharpness, &local, gray, err)) < 0)
        return st;
    out->compression = compression(&local, gray);
    out->eye_distance_px = um_point_distance(p[36], p[45]);
    out->frontal = unit(cosf(face->pose.yaw_deg * radians) * cosf(face->pose.pitch_deg * radians));
    out->visible = visible(face, cut->frame, out->eye_distance_px);
    float size = unit(out->eye_distance_px / 60);
    out->overall =
        unit(sqrtf(size * out->sharpness) * out->frontal * out->visible * (0.5f + 0.5f * out->compression));
    return UM_OK;
}
