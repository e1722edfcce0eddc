/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_noise.c: is the noise of the face that of its surroundings?
 *
 * Mahdian & Saic, "Using noise inconsistencies for blind image forensics", Image and Vision Computing 27(10),
 * 2009: the standard deviation of the finest diagonal wavelet band, block by block; blocks of another level
 * were pasted. A face from elsewhere brings its own noise, one out of a network has mostly less. Differences:
 * the residual that all share (Mihcak 1999, four levels, which already leaves out most texture) instead of
 * one band; cells in rings along the contour of the face instead of square blocks merged by similarity;
 * medians, so that eyes, lips and strands of hair do not count; and one question, inside against just
 * outside. */
#include "base/base.h"
#include "signals/face/each_face.h"
#include "signals/face/face_rings.h"
#include "signals/face/person_looks.h"
#include <math.h>

/* Rings: 30 to 80 % of the way to the contour; 5 to 25 % beyond it. Nearer to the contour both are mixed;
 * farther the background lies at another distance from the lens. */
enum { INSIDE_FROM = 6, INSIDE_TO = 16, OUTSIDE_FROM = 21, OUTSIDE_TO = 25, PICTURE = 200 };
static const double MIN_OUTSIDE = .5; /* of the sectors of the surroundings, in the picture */
static const double SHOWN_DB = 6;     /* fully coloured: noise half or twice the face's */
static const um_person_looks_kind KIND = {"noise around the face against the face", "dB", 1, -60, 60, 8, .1};

enum { INSIDE, OUTSIDE }; /* of um_looked_at.sum */

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_person_looks_begin(state, &KIND);
    return UM_OK;
}

static void end(void *state)
{
    um_person_looks_end(state);
}

/* How much of the surroundings is in the picture, 0..1. */
static double surroundings(um_face_rings rings)
{
    int n = 0;
    for (int s = 0; s < UM_RING_SECTORS; s++)
        n += !isnan(um_ring_noise_db(rings, OUTSIDE_FROM, OUTSIDE_TO, s));
    return (double)n / UM_RING_SECTORS;
}

static um_status picture(um_image **out, um_face_rings rings, double inside_db, const um_signal_input *in,
                         const um_face *face, um_error *err)
{
    double value[UM_RINGS][UM_RING_SECTORS];
    for (int k = 0; k < UM_RINGS; k++)
        for (int s = 0; s < UM_RING_SECTORS; s++) {
            const um_ring_cell *c = &rings[k][s];
            const double db = um_ring_db(c->noise, UM_RING_NOISE_FLOOR) - inside_db;
            value[k][s] = c->n >= UM_RING_PIXELS && k >= INSIDE_FROM ? fmax(db, 0) / SHOWN_DB : 0;
        }
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
    if (!seen || surroundings(rings) < MIN_OUTSIDE) {
        l->refused++;
        return UM_OK;
    }
    const double inside = um_ring_noise_db(rings, INSIDE_FROM, INSIDE_TO, -1);
    const double outside = um_ring_noise_db(rings, OUTSIDE_FROM, OUTSIDE_TO, -1);
    if (isnan(inside))
        return UM_OK;
    p->sum[INSIDE] += inside;
    p->sum[OUTSIDE] += outside;
    st = um_person_looks_add(&place, l, p, in->frame->t_s, outside - inside, out, err);
    return st < 0 || !place ? st : picture(place, rings, inside, in, face, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, look, out, err);
}

/* Of um_ring_db, back to gray levels. */
static double levels(double db)
{
    return UM_RING_NOISE_FLOOR * (pow(10, db / 20) - 1);
}

static um_status conclude(const um_person_looks *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    const double n = (double)p->n, db = um_person_looks_median(p);
    if (!p->n)
        return um_findings_skip(out, who, err,
                                "no usable look: half of the face's surroundings lie outside the picture");
    um_status st = um_findings_evidence(
        out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
        "where the noise is stronger than in the face (orange), at the largest difference, "
        "%+.1f dB",
        um_round(p->highest, KIND.step));
    return st < 0
               ? st
               : um_findings_score(
                     out, who, db, err,
                     "The noise just outside the face is %+.1f dB from that of the face (%.2f and %.2f gray "
                     "levels), in %lld picture%s",
                     um_round(db, KIND.step), levels(p->sum[OUTSIDE] / n), levels(p->sum[INSIDE] / n),
                     (long long)p->n, p->n == 1 ? "" : "s");
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return um_person_looks_finish(state, conclude, out, err);
}

const um_signal um_signal_face_noise = {
    .name = "face_noise",
    .family = "face",
    .question = "Has the face the same noise as its surroundings?",
    .meaning = "High: the face is smoother than what lies around it, as faces out of a network and retouched "
               "ones are. Hair "
               "and patterned clothes beside soft skin do the same, and so does compression, so a single "
               "picture says "
               "little. Low: the face is rougher than its surroundings, as before a blurred background.",
    .score_unit = "dB of noise, around against in the face",
    .paper = "Mahdian & Saic, Image and Vision Computing 27(10), 2009, 10.1016/j.imavis.2009.02.001",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY,
    .state_size = sizeof(um_person_looks),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
