/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_boundary.c: is there a seam along the contour of the face?
 *
 * What Li et al., "Face X-ray for More General Face Forgery Detection", CVPR 2020, arXiv:1912.13458, teach a
 * network to see - that a pasted face ends in a border where noise, sharpness and colour change - measured as
 * such, as Mahdian & Saic (2009) do for noise: rings along the contour, where each is compared with those
 * inside and outside of it. The outline of a head is an edge in every true picture, too: this says how strong
 * the border is, and not whose. */
#include "base/base.h"
#include "signals/face/each_face.h"
#include "signals/face/face_rings.h"
#include "signals/face/person_looks.h"
#include <math.h>

/* Rings (twentieths of the way from the nose to the contour): the border, and as far from it on either side
 * that a seam two rings wide does not reach. */
enum { SEAM_FROM = 19, SEAM_TO = 22, IN_FROM = 15, IN_TO = 18, OUT_FROM = 23, OUT_TO = 26, PICTURE = 200 };
static const double MIN_SECTORS = .5; /* of the contour, in the picture */
static const double SHOWN_DB = 12;    /* fully coloured: a border four times as strong as what is beside it */
static const um_person_looks_kind KIND = {"border along the contour of the face", "dB", 1, -60, 60, 8, .1};

enum { NOISE, GRADIENT, COLOUR }; /* of um_looked_at.sum */

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_person_looks_begin(state, &KIND);
    return UM_OK;
}

static void end(void *state)
{
    um_person_looks_end(state);
}

/* By how much the border of one sector stands above the mean of what lies inside and outside of it. */
static double excess(um_face_rings rings, double (*level)(um_face_rings, int, int, int), int sector)
{
    return level(rings, SEAM_FROM, SEAM_TO, sector) -
           (level(rings, IN_FROM, IN_TO, sector) + level(rings, OUT_FROM, OUT_TO, sector)) / 2;
}

/* The step of colour across the border: of the shares of red, green and blue, in percent. */
static double colour_step(um_face_rings rings, int sector)
{
    double side[2][3] = {{0}}, sum[2] = {0}, step = 0;
    for (int k = 0; k < OUT_TO - OUT_FROM; k++)
        for (int c = 0; c < 3; c++) {
            side[0][c] += rings[IN_FROM + k][sector].rgb[c];
            side[1][c] += rings[OUT_FROM + k][sector].rgb[c];
        }
    for (int c = 0; c < 3; c++) {
        sum[0] += side[0][c];
        sum[1] += side[1][c];
    }
    if (!(sum[0] > 0 && sum[1] > 0))
        return 0;
    for (int c = 0; c < 3; c++)
        step += fabs(side[0][c] / sum[0] - side[1][c] / sum[1]) / 2;
    return 100 * step;
}

typedef struct border {
    double noise_db, gradient_db, colour; /* means over sectors */
    double sector_db[UM_RING_SECTORS];    /* NAN outside the picture */
    int sectors;
} border;

static border measure_border(um_face_rings rings)
{
    border b = {0};
    for (int s = 0; s < UM_RING_SECTORS; s++) {
        const double noise = excess(rings, um_ring_noise_db, s),
                     gradient = excess(rings, um_ring_gradient_db, s);
        b.sector_db[s] = (noise + gradient) / 2;
        if (isnan(b.sector_db[s]))
            continue;
        b.noise_db += noise;
        b.gradient_db += gradient;
        b.colour += colour_step(rings, s);
        b.sectors++;
    }
    if (b.sectors) {
        b.noise_db /= b.sectors;
        b.gradient_db /= b.sectors;
        b.colour /= b.sectors;
    }
    return b;
}

static um_status picture(um_image **out, const border *b, const um_signal_input *in, const um_face *face,
                         um_error *err)
{
    double value[UM_RINGS][UM_RING_SECTORS] = {{0}};
    for (int k = SEAM_FROM; k < SEAM_TO; k++)
        for (int s = 0; s < UM_RING_SECTORS; s++)
            value[k][s] = isnan(b->sector_db[s]) ? 0 : b->sector_db[s] / SHOWN_DB;
    return um_face_rings_picture(out, in->frame->rgb, face, value, PICTURE, err);
}

static um_status look(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    um_person_looks *l = state;
    um_face_rings rings;
    um_looked_at *p;
    um_image **place;
    bool seen;
    if (!um_person_looks_usable(l, face))
        return UM_OK;
    um_status st = um_person_looks_due(&p, l, face->person, in->frame->t_s, out, err);
    if (st < 0 || !p || (st = um_face_rings_measure(rings, &seen, in->frame, face, in->products, err)) < 0)
        return st;
    const border b = measure_border(rings);
    if (!seen || b.sectors < MIN_SECTORS * UM_RING_SECTORS) {
        l->refused++;
        return UM_OK;
    }
    p->sum[NOISE] += b.noise_db;
    p->sum[GRADIENT] += b.gradient_db;
    p->sum[COLOUR] += b.colour;
    st = um_person_looks_add(&place, l, p, in->frame->t_s, (b.noise_db + b.gradient_db) / 2, out, err);
    return st < 0 || !place ? st : picture(place, &b, in, face, err);
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
    if (!p->n)
        return um_findings_skip(out, who, err,
                                "no usable look: half of the face's contour lies outside the picture");
    um_status st = um_findings_evidence(
        out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
        "where the border of the face is stronger than what lies beside it (orange), at its "
        "strongest, %+.1f dB",
        um_round(p->highest, KIND.step));
    return st < 0 ? st
                  : um_findings_score(out, who, db, err,
                                      "Along the contour of the face noise is %+.1f dB and sharpness %+.1f "
                                      "dB from what lies on "
                                      "both sides, and the colour changes by %.1f %%; in %lld picture%s",
                                      um_round(p->sum[NOISE] / n, KIND.step),
                                      um_round(p->sum[GRADIENT] / n, KIND.step), p->sum[COLOUR] / n,
                                      (long long)p->n, p->n == 1 ? "" : "s");
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return um_person_looks_finish(state, conclude, out, err);
}

const um_signal um_signal_face_boundary = {
    .name = "face_boundary",
    .family = "face",
    .question = "Is there a seam along the contour of the face?",
    .meaning = "High: noise and sharpness jump right at the contour of the face, more than on either side, "
               "as where a face was "
               "pasted in. Dark hair, collars and a sharp outline before an even wall do the same; a well "
               "blended seam does "
               "not show. Look at the picture: a seam runs across skin.",
    .score_unit = "dB above what lies beside the contour",
    .paper =
        "Li et al., CVPR 2020, arXiv:1912.13458; Mahdian & Saic, Image and Vision Computing 27(10), 2009",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY,
    .state_size = sizeof(um_person_looks),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
