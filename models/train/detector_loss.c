/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector_loss.c: which cell answers for which face, and what its error costs. */
#include "detector_loss.h"
#include "base/base.h"
#include "train/loss.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const int det_stride[DET_STRIDES] = {8, 16, 32};

/* Sizes (geometric mean of width and height, pixels) that a stride answers for; they overlap. */
static const float smallest[DET_STRIDES] = {0, 40, 96}, largest[DET_STRIDES] = {56, 128, INFINITY};

enum { NOBODY = -1, IGNORED = -2 };
static const float RADIUS = 1.1f; /* cells this near (in strides) to the centre of a face answer for it */
/* Of a score: a small face is as surely one as a large one, though its box is less right. */
static const float LEAST_TARGET = .5f;
static const float BOX_WEIGHT = 2, POINTS_WEIGHT = 1, POINTS_KNEE = .05f;

static bool is_of_level(const det_face *f, int k)
{
    float size = sqrtf(f->box.w * f->box.h);
    return size >= smallest[k] && size < largest[k];
}

/* Which face each cell answers for. Among several the smallest. */
static void assign(int *owner, const det_level *l, int k, const det_truth *truth)
{
    float s = (float)det_stride[k];
    for (int i = 0; i < l->nx * l->ny; i++)
        owner[i] = NOBODY;
    for (int pass = 0; pass < 2; pass++) /* faces of other strides and ignored ones first: real owners win */
        for (int i = 0; i < truth->n; i++) {
            const det_face *f = &truth->face[i];
            bool owns = !f->ignore && is_of_level(f, k);
            um_rect b = f->box;
            if (owns != (pass == 1))
                continue;
            float cx = b.x + b.w / 2, cy = b.y + b.h / 2, rx = RADIUS * s, ry = rx;
            if (owns) {
                rx = fminf(rx, fmaxf(b.w / 2, s / 2));
                ry = fminf(ry, fmaxf(b.h / 2, s / 2));
            } else if (f->ignore) {
                rx = b.w / 2;
                ry = b.h / 2;
            } /* else: the centre of a face of another size is not background either */
            int x0 = (int)fmaxf(0, ceilf((cx - rx) / s - .5f)),
                y0 = (int)fmaxf(0, ceilf((cy - ry) / s - .5f));
            int x1 = (int)fminf((float)(l->nx - 1), floorf((cx + rx) / s - .5f)),
                y1 = (int)fminf((float)(l->ny - 1), floorf((cy + ry) / s - .5f));
            for (int y = y0; y <= y1; y++)
                for (int x = x0; x <= x1; x++) {
                    int *o = &owner[y * l->nx + x];
                    if (!owns)
                        *o = IGNORED;
                    else if (*o < 0 || b.w * b.h < truth->face[*o].box.w * truth->face[*o].box.h)
                        *o = i;
                }
        }
}

/* The box of a positive cell; gradients are scaled by `weight`. Returns the overlap. */
static float box_loss(const det_level *l, int k, int cell, const det_face *f, float weight, double *loss)
{
    float s = (float)det_stride[k], x = (float)(cell % l->nx), y = (float)(cell / l->nx);
    const float *b = l->box + 4 * cell;
    float w = expf(fminf(b[2], 6)) * s, h = expf(fminf(b[3], 6)) * s, cx = (x + b[0]) * s,
          cy = (y + b[1]) * s;
    const float got[4] = {cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2},
                want[4] = {f->box.x, f->box.y, f->box.x + f->box.w, f->box.y + f->box.h};
    float g[4] = {0}, *to = l->box_grad + 4 * cell;
    *loss += um_loss_iou(UM_GIOU, g, got, want, NULL, 1, 1);
    weight *= BOX_WEIGHT;
    to[0] = weight * s * (g[0] + g[2]);
    to[1] = weight * s * (g[1] + g[3]);
    to[2] = weight * w / 2 * (g[2] - g[0]);
    to[3] = weight * h / 2 * (g[3] - g[1]);
    return 1 - (float)um_loss_iou(UM_IOU, NULL, got, want, NULL, 1, 1);
}

static void points_loss(const det_level *l, int k, int cell, const det_face *f, float weight, double *loss)
{
    float s = (float)det_stride[k], size = sqrtf(f->box.w * f->box.h);
    const float base[2] = {(float)(cell % l->nx), (float)(cell / l->nx)};
    weight *= POINTS_WEIGHT / (2 * DET_POINTS);
    for (int i = 0; i < 2 * DET_POINTS; i++) {
        float want = i & 1 ? f->five[i / 2].y : f->five[i / 2].x;
        float e = ((base[i & 1] + l->points[2 * DET_POINTS * cell + i]) * s - want) / size;
        bool near = fabsf(e) < POINTS_KNEE;
        *loss += (near ? e * e / (2 * POINTS_KNEE) : fabsf(e) - POINTS_KNEE / 2) / (2 * DET_POINTS);
        l->points_grad[2 * DET_POINTS * cell + i] = weight * s / size *
                                                    (near    ? e / POINTS_KNEE
                                                     : e < 0 ? -1.f
                                                             : 1.f);
    }
}

/* |sigma - y|^2 times the cross-entropy of sigma and y. */
static void score_loss(float x, float y, float weight, float *grad, double *loss)
{
    float p = 1 / (1 + expf(-x)), d = p - y;
    float cross = fmaxf(x, 0) - x * y + log1pf(expf(-fabsf(x)));
    *loss += d * d * cross;
    *grad = weight * (d * d * d + 2 * d * p * (1 - p) * cross);
}

um_status det_loss(const det_level *level, const det_truth *truth, int n, det_terms *terms, um_error *err)
{
    int cells = 0;
    *terms = (det_terms){0};
    for (int i = 0; i < n * DET_STRIDES; i++)
        cells += level[i].nx * level[i].ny;
    int *owner = um_calloc((size_t)cells, sizeof *owner), *o = owner;
    if (!owner)
        return um_fail_oom(err);
    for (int i = 0; i < n * DET_STRIDES; i++) {
        const det_level *l = &level[i];
        assign(o, l, i % DET_STRIDES, &truth[i / DET_STRIDES]);
        for (int c = 0; c < l->nx * l->ny; c++)
            terms->positives += o[c] >= 0;
        o += l->nx * l->ny;
    }
    float weight = 1 / fmaxf(1, (float)terms->positives);
    o = owner;
    for (int i = 0; i < n * DET_STRIDES; i++) {
        const det_level *l = &level[i];
        int k = i % DET_STRIDES, count = l->nx * l->ny;
        memset(l->box_grad, 0, (size_t)count * 4 * sizeof(float));
        memset(l->points_grad, 0, (size_t)count * 2 * DET_POINTS * sizeof(float));
        for (int c = 0; c < count; c++) {
            float target = 0;
            l->score_grad[c] = 0;
            if (o[c] == IGNORED)
                continue;
            if (o[c] >= 0) {
                const det_face *f = &truth[i / DET_STRIDES].face[o[c]];
                float overlap = box_loss(l, k, c, f, weight, &terms->box);
                target = LEAST_TARGET + (1 - LEAST_TARGET) * overlap;
                if (f->has_five)
                    points_loss(l, k, c, f, weight, &terms->points);
            }
            score_loss(l->score[c], target, weight, &l->score_grad[c], &terms->score);
        }
        o += count;
    }
    free(owner);
    terms->score *= weight;
    terms->box *= BOX_WEIGHT * weight;
    terms->points *= POINTS_WEIGHT * weight;
    return UM_OK;
}
