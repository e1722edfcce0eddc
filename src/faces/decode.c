/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decode.c: what detectors answer, as boxes; and the choice among boxes that overlap. Knows no network, only
 * the decoder types of the manifest. */
#include "faces/decode.h"
#include "base/base.h"
#include "media/geometry.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static um_status add(um_found_list *list, const um_found *f, um_error *err)
{
    const um_rect *b = &f->box;
    if (!(b->w > 0 && b->h > 0) || !isfinite(b->x + b->y + b->w + b->h) || b->w > 1e6f || b->h > 1e6f ||
        fabsf(b->x) > 1e6f || fabsf(b->y) > 1e6f || list->n >= UM_MAX_FOUND)
        return UM_OK;
    if (!um_grow(&list->v, &list->capacity, (size_t)list->n + 1, UM_MAX_FOUND, sizeof *list->v))
        return um_fail_oom(err);
    list->v[list->n++] = *f;
    return UM_OK;
}

/* Numbers per row when the tensor is `rows` rows; 0 when it is not. */
static int columns(const um_tensor *t, int64_t rows)
{
    int64_t n = t ? um_tensor_count(t) : 0;
    return rows > 0 && n > 0 && n % rows == 0 && n / rows <= 1024 ? (int)(n / rows) : 0;
}

static float logistic(float x)
{
    return 1 / (1 + expf(-x));
}

/* Views of the tensors that describe one set of rows. */
struct rows {
    int64_t n;
    const float *score, *object, *box, *points;
    int score_columns, box_columns, point_columns;
    bool logits;
};

static um_status rows_of(struct rows *r, const um_decoder *d, const um_detector_outputs *out, int i,
                         int64_t n, um_error *err)
{
    *r = (struct rows){n,
                       out->score[i] ? out->score[i]->data : NULL,
                       out->object[i] ? out->object[i]->data : NULL,
                       out->box[i] ? out->box[i]->data : NULL,
                       out->points[i] ? out->points[i]->data : NULL,
                       columns(out->score[i], n),
                       columns(out->box[i], n),
                       columns(out->points[i], n),
                       d->logistic};
    bool joined = d->n_points && !r->points && r->box_columns == 4 + 2 * d->n_points;
    if (joined) { /* points follow the box in the same row */
        r->points = r->box + 4;
        r->point_columns = r->box_columns;
    }
    if (!r->score_columns || r->box_columns < 4 || (r->object && columns(out->object[i], n) != 1) ||
        (d->n_points && r->point_columns < 2 * d->n_points))
        return um_fail(err, UM_EFORMAT, "a face detector answers in another shape than its manifest says");
    return UM_OK;
}

/* Probability of a face: the last column of the scores (the first may be "background"). */
static float score_of(const struct rows *r, int64_t i)
{
    float s = r->score[(i + 1) * r->score_columns - 1];
    if (r->logits)
        s = logistic(s);
    if (r->object)
        s = sqrtf(fmaxf(0, s) * fmaxf(0, r->logits ? logistic(r->object[i]) : r->object[i]));
    return fminf(s, 1);
}

/* Points = base + value * unit. */
static void set_five(um_found *f, const um_decoder *d, const struct rows *r, int64_t i, um_point base,
                     um_point unit)
{
    if (!d->n_points)
        return;
    const float *p = r->points + i * r->point_columns;
    f->has_five = true;
    for (int k = 0; k < 5; k++) {
        const float *q = p + 2 * d->five[k];
        f->five[k] = (um_point){base.x + q[0] * unit.x, base.y + q[1] * unit.y};
        f->has_five &= isfinite(f->five[k].x) && isfinite(f->five[k].y);
    }
    if (!f->has_five) /* nobody shall turn a crop by NaN */
        memset(f->five, 0, sizeof f->five);
}

static um_rect centred(float cx, float cy, float w, float h)
{
    return (um_rect){cx - w / 2, cy - h / 2, w, h};
}

static um_status anchor_free(um_found_list *list, const um_decoder *d, const um_detector_outputs *out,
                             int width, int height, float score_min, um_error *err)
{
    for (int k = 0; k < d->n_strides; k++) {
        struct rows r;
        int s = d->stride[k], nx = width / s, ny = height / s;
        um_status st = rows_of(&r, d, out, k, (int64_t)nx * ny, err);
        if (st < 0)
            return st;
        for (int64_t i = 0; i < r.n; i++) {
            float score = score_of(&r, i), unit = (float)s;
            if (!(score >= score_min))
                continue;
            float x = (float)(i % nx), y = (float)(i / nx);
            const float *b = r.box + i * r.box_columns;
            um_found f = {.score = score};
            f.box = centred((x + b[0]) * unit, (y + b[1]) * unit, expf(b[2]) * unit, expf(b[3]) * unit);
            set_five(&f, d, &r, i, (um_point){x * unit, y * unit}, (um_point){unit, unit});
            if ((st = add(list, &f, err)) < 0)
                return st;
        }
    }
    return UM_OK;
}

/* Cells of all strides in one list of rows: stride by stride, row by row, `n_sizes` boxes per cell. */
static int64_t count_priors(const um_decoder *d, int width, int height)
{
    int64_t n = 0;
    for (int k = 0; k < d->n_strides; k++) {
        int64_t nx = (width + d->stride[k] - 1) / d->stride[k],
                ny = (height + d->stride[k] - 1) / d->stride[k];
        n += nx * ny * d->n_sizes[k];
    }
    return n;
}

static um_status priors(um_found_list *list, const um_decoder *d, const um_detector_outputs *out, int width,
                        int height, float score_min, um_error *err)
{
    struct rows r;
    um_status st = rows_of(&r, d, out, 0, count_priors(d, width, height), err);
    if (st < 0)
        return st;
    int64_t i = 0;
    for (int k = 0; k < d->n_strides; k++) {
        int s = d->stride[k], nx = (width + s - 1) / s, ny = (height + s - 1) / s;
        for (int y = 0; y < ny; y++)
            for (int x = 0; x < nx; x++)
                for (int z = 0; z < d->n_sizes[k]; z++, i++) {
                    float score = score_of(&r, i);
                    if (!(score >= score_min))
                        continue;
                    um_point c = {((float)x + 0.5f) * (float)s, ((float)y + 0.5f) * (float)s};
                    const float *b = r.box + i * r.box_columns;
                    um_found f = {.score = score};
                    if (d->type == UM_DECODE_PRIORS) {
                        float size = d->size[k][z], v0 = d->variance[0], v1 = d->variance[1];
                        f.box = centred(c.x + b[0] * v0 * size, c.y + b[1] * v0 * size,
                                        size * expf(b[2] * v1), size * expf(b[3] * v1));
                        set_five(&f, d, &r, i, c, (um_point){v0 * size, v0 * size});
                    } else {
                        f.box = centred(c.x + b[0], c.y + b[1], b[2], b[3]);
                        set_five(&f, d, &r, i, c, (um_point){1, 1});
                    }
                    if ((st = add(list, &f, err)) < 0)
                        return st;
                }
    }
    return UM_OK;
}

static um_status corners(um_found_list *list, const um_decoder *d, const um_detector_outputs *out, int width,
                         int height, float score_min, um_error *err)
{
    struct rows r;
    um_point unit = {(float)width, (float)height};
    um_status st = rows_of(&r, d, out, 0, out->box[0] ? um_tensor_count(out->box[0]) / 4 : 0, err);
    if (st < 0)
        return st;
    for (int64_t i = 0; i < r.n; i++) {
        um_found f = {.score = score_of(&r, i)};
        const float *b = r.box + i * r.box_columns;
        if (!(f.score >= score_min))
            continue;
        f.box = (um_rect){b[0] * unit.x, b[1] * unit.y, (b[2] - b[0]) * unit.x, (b[3] - b[1]) * unit.y};
        set_five(&f, d, &r, i, (um_point){0, 0}, unit);
        if ((st = add(list, &f, err)) < 0)
            return st;
    }
    return UM_OK;
}

um_status um_decode_faces(um_found_list *list, const um_decoder *d, const um_detector_outputs *out, int width,
                          int height, float score_min, um_error *err)
{
    switch (d->type) {
    case UM_DECODE_ANCHOR_FREE:
        return anchor_free(list, d, out, width, height, score_min, err);
    case UM_DECODE_PRIORS:
    case UM_DECODE_CELLS:
        return priors(list, d, out, width, height, score_min, err);
    case UM_DECODE_CORNERS:
        return corners(list, d, out, width, height, score_min, err);
    }
    return um_fail(err, UM_EINTERNAL, "unknown decoder");
}

static int by_score(const void *a, const void *b)
{
    const um_found *p = a, *q = b;
    if (p->score != q->score)
        return p->score < q->score ? 1 : -1;
    if (p->box.x != q->box.x) /* equal scores: any fixed order */
        return p->box.x < q->box.x ? -1 : 1;
    return (p->box.y > q->box.y) - (p->box.y < q->box.y);
}

bool um_same_place(um_rect a, um_rect b, float iou, float inside)
{
    return um_rect_iou(a, b) > iou || um_rect_shared_area(a, b) > inside * fminf(a.w * a.h, b.w * b.h);
}

void um_suppress(um_found_list *list, float iou, float inside)
{
    int n = 0;
    if (list->n)
        qsort(list->v, (size_t)list->n, sizeof *list->v, by_score);
    for (int i = 0; i < list->n; i++) {
        um_rect b = list->v[i].box;
        bool keep = true;
        for (int k = 0; k < n && keep; k++) {
            keep = !um_same_place(list->v[k].box, b, iou, inside);
        }
        if (keep)
            list->v[n++] = list->v[i];
    }
    list->n = n;
}
