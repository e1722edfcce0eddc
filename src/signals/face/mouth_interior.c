/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mouth_interior.c: is anything drawn inside of an open mouth?
 *
 * Matern, Riess & Stamminger, "Exploiting visual artifacts to expose deepfakes and face manipulations", WACVW
 * 2019: teeth that are one white patch, because what draws the face has seen few open mouths; they gave
 * texture and colour of the teeth to a classifier. Programs that move the lips of a recording draw the mouth
 * anew, often at a resolution below the recording's (Prajwal et al., ACM MM 2020: 96 pixels for a face). Here
 * one number is kept that can be said: the fine detail inside of the lips against that of the lips, so that
 * sharpness, noise and compression, which both share, do not count. Only pictures in which the mouth is open
 * are looked at. */
#include "base/base.h"
#include "media/geometry.h"
#include "media/polygon.h"
#include "signals/face/each_face.h"
#include "signals/face/person_looks.h"
#include <math.h>
#include <unmask/products.h>

enum { OUTER = 48, N_OUTER = 12, INNER = 60, N_INNER = 8, UPPER = 62, LOWER = 66 }; /* landmarks */
enum { PICTURE = 200, MIN_PIXELS = 20, MIN_LOOKS = 3 };
static const double MIN_OPEN = .08;     /* between the lips, outer eye distances */
static const double ROUNDING = 1 / 12.; /* squared gray levels: what eight bits add to nothing */
static const float SHOWN = .8f;         /* of the width of the mouth, from its middle */
static const um_person_looks_kind KIND = {
    "detail of the lips against the open mouth", "dB", 4, -40, 40, 8, .1};

enum { INSIDE, LIPS }; /* of um_looked_at.sum */

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_person_looks_begin(state, &KIND);
    return UM_OK;
}

static void end(void *state)
{
    um_person_looks_end(state);
}

typedef struct detail {
    double squares; /* sum of (v - v smoothed)^2, gray levels */
    int64_t n;
} detail;

/* What differs from its mean under 1 2 1 by 1 2 1, a Gaussian of 0.7 pixels. */
static double fine(const um_image *luma, int x, int y)
{
    int sum = 0;
    for (int j = -1; j <= 1; j++) {
        const uint8_t *v = luma->data + (y + j) * luma->stride + x;
        sum += (2 - (j & 1)) * (v[-1] + 2 * v[0] + v[1]);
    }
    return luma->data[y * luma->stride + x] - sum / 16.;
}

static detail detail_inside(const um_image *luma, const um_point *corner, int n)
{
    detail d = {0, 0};
    float x[UM_POLYGON_MOST];
    const um_polygon_edges box = um_polygon_box(corner, n);
    const int from = (int)um_clampd(ceil((double)box.top), 1, luma->height - 1);
    const int to = (int)um_clampd(floor((double)box.bottom) + 1, 1, luma->height - 1);
    for (int y = from; y < to; y++) {
        const int crossings = um_polygon_row(x, corner, n, (float)y);
        for (int k = 0; k + 1 < crossings; k += 2) {
            const int first = (int)um_clampd(ceil((double)x[k]), 1, luma->width - 1);
            const int end = (int)um_clampd(floor((double)x[k + 1]) + 1, 1, luma->width - 1);
            for (int i = first; i < end; i++) {
                const double v = fine(luma, i, y);
                d.squares += v * v;
                d.n++;
            }
        }
    }
    return d;
}

/* Lips against what is between them, dB. NAN: too little of either is in the picture. */
static double compare(double out[2], const um_image *luma, const um_face *face)
{
    const detail all = detail_inside(luma, face->points + OUTER, N_OUTER);
    const detail inside = detail_inside(luma, face->points + INNER, N_INNER);
    const detail lips = {fmax(all.squares - inside.squares, 0), all.n - inside.n};
    if (inside.n < MIN_PIXELS || lips.n < MIN_PIXELS)
        return NAN;
    out[INSIDE] = inside.squares / (double)inside.n;
    out[LIPS] = lips.squares / (double)lips.n;
    return 10 * log10((out[LIPS] + ROUNDING) / (out[INSIDE] + ROUNDING));
}

static um_status picture(um_image **out, const um_image *rgb, const um_face *face, um_error *err)
{
    const um_point *p = face->points + OUTER, c = um_points_mean(p, N_OUTER);
    const float half = fmaxf(SHOWN * um_point_distance(p[0], p[6]), 4);
    return um_image_crop_resize(out, rgb, (um_rect){c.x - half, c.y - half, 2 * half, 2 * half}, PICTURE,
                                PICTURE, err);
}

static um_status look(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    um_person_looks *l = state;
    const um_image *luma;
    um_looked_at *p;
    um_image **place;
    double level[2];
    if (!um_person_looks_usable(l, face))
        return UM_OK;
    um_status st = um_person_looks_due(&p, l, face->person, in->frame->t_s, out, err);
    const double open = (double)um_point_distance(face->points[UPPER], face->points[LOWER]);
    if (st < 0 || !p || !(open >= MIN_OPEN * (double)face->quality.eye_distance_px))
        return st;
    if ((st = um_product_luma(&luma, in->products, err)) < 0)
        return st;
    const double db = compare(level, luma, face);
    if (isnan(db))
        return UM_OK;
    p->sum[INSIDE] += sqrt(level[INSIDE]);
    p->sum[LIPS] += sqrt(level[LIPS]);
    st = um_person_looks_add(&place, l, p, in->frame->t_s, db, out, err);
    return st < 0 || !place ? st : picture(place, in->frame->rgb, face, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, look, out, err);
}

static um_status conclude(const um_person_looks *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    const double n = (double)p->n, db = um_person_looks_median(p);
    if (p->n < MIN_LOOKS)
        return um_findings_skip(out, who, err, "the mouth was seen open %lld time%s, %d needed",
                                (long long)p->n, p->n == 1 ? "" : "s", MIN_LOOKS);
    um_status st = um_findings_evidence(
        out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
        "the open mouth with the least inside, lips %+.1f dB against it", um_round(p->highest, KIND.step));
    if (st < 0)
        return st;
    return um_findings_score(
        out, who, db, err,
        "There is %.1f dB %s fine detail inside of the open mouth than on the lips (%.2f and "
        "%.2f gray levels), in %lld pictures",
        um_round(fabs(db), KIND.step), db > 0 ? "less" : "more", p->sum[INSIDE] / n, p->sum[LIPS] / n,
        (long long)p->n);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return um_person_looks_finish(state, conclude, out, err);
}

const um_signal um_signal_mouth_interior = {
    .name = "mouth_interior",
    .family = "face",
    .question = "Is anything drawn inside of an open mouth?",
    .meaning =
        "High: between the lips there is less fine detail than on them, as where teeth and tongue were "
        "drawn by a network that knows them poorly. A dark mouth without visible teeth does the same, and "
        "so do motion blur and shallow focus: look at the picture.",
    .score_unit = "dB of fine detail, lips against the inside of the mouth",
    .paper = "Matern, Riess & Stamminger, WACVW 2019, 10.1109/WACVW.2019.00020",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY | UM_NEED_MOTION,
    .state_size = sizeof(um_person_looks),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
