/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_outline.c: do hairline, ears and jaw flicker, and what happens where something crosses the face?
 *
 * Faces that are made picture by picture end somewhere, and hold least still there: after "temporal flicker"
 * and "boundary" of Li et al., CVPR 2020, arXiv:1912.13458, and Gu et al., "Spatiotemporal inconsistency
 * learning for deepfake video detection", ACM MM 2021, arXiv:2109.01860, which leave it to networks. Here a
 * number that can be drawn: of three neighbouring pictures, held fast by nose and eyes (faces/patch.c), what
 * neither a shift nor a change of light explains, per block, against the square root of the texture there;
 * the blocks along the contour against those inside of it and those of the background, so that noise,
 * compression and a trembling camera, which all share, do not count. What crosses a face (hands, glasses put
 * on, a microphone) is where masks fail: such moments are found as blocks that lose their look together, and
 * shown, and count nothing. */
#include "base/base.h"
#include "faces/patch.h"
#include "signals/face/crossing.h"
#include "signals/face/each_face.h"
#include "signals/face/face_rings.h"
#include "signals/face/person_looks.h"
#include <math.h>
#include <stdlib.h>

enum { PICTURES = 3, PICTURE = 240 };
static const double MAX_STEP_S = .06; /* between neighbouring pictures: 17 a second or more */
static const double FROZEN = .05;     /* squared gray levels: a picture shown twice */
static const double MAX_SHIFT = .7;   /* places: beyond, a shift is no longer a gradient times a length */
/* Rings (twentieths of the way from the nose to the contour): the inner face; jaw, ears and hairline, which
 * lie on the contour and outside of it; and the background. */
static const float INNER_TO = 14, OUTLINE_FROM = 17, OUTLINE_TO = 26, BACK_FROM = 29;
enum { MIN_INNER = 6, MIN_OUTLINE = 10, MIN_BACK = 4, MIN_LOOKS = 5 };
/* Squared gray levels: what eight bits leave of no change, and of no texture. */
static const double NO_CHANGE = .02, NO_TEXTURE = .5;
static const double SHOWN_DB = 10;
static const um_person_looks_kind KIND = {"outline against face and background", "dB", 2.5, -40, 40, 8, .1};

enum { OUTLINE, INNER, BACK, ZONES };

typedef struct person {
    int id, n;
    double last_s, next_s; /* of the picture before; of the look that follows */
    float patch[PICTURES][UM_PATCH_N];
    um_crossing crossing;
} person;

typedef struct face_outline {
    um_person_looks looks;
    um_person_table persons;
    int64_t restless, cut; /* looks: moved too much or not at all; too little of it in the picture */
    int shown;             /* crossings */
} face_outline;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_person_looks_begin(&((face_outline *)state)->looks, &KIND);
    return UM_OK;
}

static person *person_at(const face_outline *o, int i)
{
    return um_person_table_at(&o->persons, sizeof(person), i);
}

static void end(void *state)
{
    face_outline *o = state;
    um_person_looks_end(&o->looks);
    for (int i = 0; i < o->persons.n; i++)
        um_crossing_end(&person_at(o, i)->crossing);
    free(o->persons.entry);
}

/* Ring of the middle of a block. */
static float ring_of(const um_face *placed, int block, float *dy)
{
    const um_point c = um_ring_centre(placed);
    const float x = (float)(block % UM_PATCH_ROW * UM_PATCH_BLOCK) + (UM_PATCH_BLOCK - 1) / 2.f - c.x;
    const float y = (float)(block / UM_PATCH_ROW * UM_PATCH_BLOCK) + (UM_PATCH_BLOCK - 1) / 2.f - c.y;
    *dy = y;
    return hypotf(x, y) / um_ring_reach(placed, atan2f(y, x)) * UM_RING_CONTOUR;
}

/* -1: between the zones, or below the face, where the body is. */
static int zone_of(const um_face *placed, int block)
{
    float dy;
    const float ring = ring_of(placed, block, &dy);
    return ring < INNER_TO                                 ? INNER
           : ring >= OUTLINE_FROM && ring < OUTLINE_TO     ? OUTLINE
           : ring >= BACK_FROM && isfinite(ring) && dy < 0 ? BACK
                                                           : -1;
}

typedef struct flicker {
    double db;                     /* outline against the mean of the others; NAN: not known */
    double block[UM_PATCH_BLOCKS]; /* dB against the same, 0 but along the outline */
} flicker;

/* dB. The power of what a shift leaves grows with the texture, more slowly than it: by its square root inside
 * and background of real train faces lie within half a decibel of each other. */
static double unexplained_db(const um_patch_change *c)
{
    return 10 * log10((double)c->power + NO_CHANGE) - 5 * log10((double)c->texture + NO_TEXTURE);
}

static flicker measure_flicker(face_outline *o, const um_patch_change *change, const um_face *placed)
{
    double db[ZONES][UM_PATCH_BLOCKS], shift[UM_PATCH_BLOCKS], moved = 0;
    size_t n[ZONES] = {0};
    flicker f = {.db = NAN};
    for (int k = 0; k < UM_PATCH_BLOCKS; k++) {
        const int zone = zone_of(placed, k);
        if (zone < 0 || !change[k].known)
            continue;
        if (zone == INNER) {
            shift[n[INNER]] = (double)change[k].shift;
            moved += (double)change[k].moved;
        }
        db[zone][n[zone]++] = unexplained_db(&change[k]);
    }
    if (n[INNER] < MIN_INNER || n[OUTLINE] < MIN_OUTLINE) {
        o->cut++;
        return f;
    }
    if (moved < FROZEN * (double)n[INNER] || um_median(shift, n[INNER]) > MAX_SHIFT) {
        o->restless++;
        return f;
    }
    double others = um_median(db[INNER], n[INNER]);
    if (n[BACK] >= MIN_BACK)
        others = (others + um_median(db[BACK], n[BACK])) / 2;
    f.db = um_median(db[OUTLINE], n[OUTLINE]) - others;
    for (int k = 0; k < UM_PATCH_BLOCKS; k++)
        if (change[k].known && zone_of(placed, k) == OUTLINE)
            f.block[k] = unexplained_db(&change[k]) - others;
    return f;
}

static um_status look(face_outline *o, person *p, const um_face *face, const um_face *placed,
                      const um_signal_input *in, um_findings *out, um_error *err)
{
    um_patch_change change[UM_PATCH_BLOCKS];
    um_looked_at *seen;
    um_image **place;
    bool part[UM_PATCH_BLOCKS];
    um_status st = um_person_looks_due(&seen, &o->looks, p->id, in->frame->t_s, out, err);
    if (st < 0 || !seen)
        return st;
    seen->next_s = in->frame->t_s; /* bursts are counted out in `take` */
    st = um_crossing_look(&p->crossing, p->patch[2], placed, face, in->frame, &o->shown, out, err);
    if (st < 0)
        return st;
    um_patch_changes(change, p->patch[0], p->patch[1], p->patch[2]);
    const flicker f = measure_flicker(o, change, placed);
    if (isnan(f.db))
        return UM_OK;
    st = um_person_looks_add(&place, &o->looks, seen, in->frame->t_s, f.db, out, err);
    seen->next_s = in->frame->t_s;
    for (int k = 0; k < UM_PATCH_BLOCKS; k++)
        part[k] = f.block[k] >= SHOWN_DB;
    return st < 0 || !place ? st : um_patch_picture(place, in->frame->rgb, face, part, PICTURE, err);
}

static um_status take(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    face_outline *o = state;
    const double t_s = in->frame->t_s;
    const um_image *luma;
    um_face placed;
    bool is_new;
    um_status st;
    if (!um_person_looks_usable(&o->looks, face))
        return UM_OK;
    person *p = um_person_table_find(&o->persons, sizeof *p, face->person, &is_new, &st, err);
    if (!p)
        return st;
    if (p->n && !(t_s > p->last_s && t_s - p->last_s <= MAX_STEP_S))
        p->n = 0;
    if (!p->n && t_s < p->next_s && t_s >= p->next_s - 2 / KIND.per_s)
        return UM_OK;
    if (!p->n)
        p->next_s = t_s + 1 / KIND.per_s;
    p->last_s = t_s;
    if ((st = um_product_luma(&luma, in->products, err)) < 0)
        return st;
    if (!um_face_patch(p->patch[p->n], &placed, luma, face)) {
        p->n = 0;
        return UM_OK;
    }
    if (++p->n < PICTURES)
        return UM_OK;
    p->n = 0;
    return look(o, p, face, &placed, in, out, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, take, out, err);
}

static um_status conclude(const um_person_looks *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    const double db = um_person_looks_median(p);
    if (p->n < MIN_LOOKS)
        return um_findings_skip(
            out, who, err,
            "the outline was seen steadily in three neighbouring pictures %lld time%s, %d "
            "needed",
            (long long)p->n, p->n == 1 ? "" : "s", MIN_LOOKS);
    um_status st =
        um_findings_evidence(out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
                             "the outline at its most restless, %+.1f dB: does hairline, ear or jaw (framed "
                             "where it changes ten times "
                             "as much as the rest) dance from picture to picture?",
                             um_round(p->highest, KIND.step));
    return st < 0 ? st
                  : um_findings_score(
                        out, who, db, err,
                        "Hairline, ears and jaw change from picture to picture %.1f dB %s than inner "
                        "face and background, beyond what motion explains (%lld looks)",
                        fabs(um_round(db, KIND.step)), db < 0 ? "less" : "more", (long long)p->n);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    face_outline *o = state;
    um_status st = UM_OK;
    int64_t looks = 0;
    for (int i = 0; i < o->persons.n && st == UM_OK; i++)
        st = um_crossing_finish(&person_at(o, i)->crossing, person_at(o, i)->id, &o->shown, out, err);
    for (int i = 0; i < o->looks.persons.n && st == UM_OK; i++) {
        const um_looked_at *p = um_person_looks_at(&o->looks, i);
        st = conclude(&o->looks, p, out, err);
        looks += p->n;
    }
    if (st < 0 || looks)
        return st;
    if (!o->persons.n)
        return um_person_looks_skip(&o->looks, out, err);
    return um_findings_skip(
        out, um_file_subject(), err,
        "no three neighbouring pictures of a steady outline (17 a second or more): %lld times "
        "it moved too fast or stood still, %lld times it lay outside",
        (long long)o->restless, (long long)o->cut);
}

const um_signal um_signal_face_outline = {
    .name = "face_outline",
    .family = "face",
    .question = "Do hairline, ears and jaw flicker, and does the face hold when something crosses it?",
    .meaning = "High: along the contour of the head pictures differ more than inside of it and behind it, as "
               "where a "
               "face is put in picture by picture. Loose hair, ear-rings, quick turns and coarse compression "
               "do the same. "
               "Moments when a hand or a thing crosses the face are shown and count nothing.",
    .score_unit = "dB, outline against face and background",
    .paper = "Gu et al., ACM MM 2021, arXiv:2109.01860; Li et al., CVPR 2020, arXiv:1912.13458",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY | UM_NEED_MOTION,
    .state_size = sizeof(face_outline),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
