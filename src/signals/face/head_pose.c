/* SPDX-License-Identifier: GPL-3.0-or-later */
/* head_pose.c: does the whole face look where its centre looks?
 *
 * Yang, Li & Lyu, "Exposing Deep Fakes Using Inconsistent Head Poses", ICASSP 2019, arXiv:1811.00661: a face
 * that was pasted into a head leaves the jaw of one person around the middle of another. The paper fits a
 * mean head to points 1-36, 49 and 55 (jaw, brows, nose, corners of the mouth) and again to the central ones
 * (18-36, 49, 55), takes the cosine of the angle between the two directions v = R^T [0 0 1]^T, and the
 * differences of R and t, to an SVM picture by picture. Here the same two fits (faces/pose.c, our own mean
 * head) give numbers that can be said: the angle between the two directions, and its parts up or down and
 * sideways. They are medians over many looks, because in one picture the landmarks' own noise moves the angle
 * as much as a swap does; and there is no classifier, because nothing was found that it could rest on
 * (docs/signals/head_pose.md). */
#include "base/base.h"
#include "dsp/stats.h"
#include "faces/gallery.h"
#include "faces/pose.h"
#include "media/draw.h"
#include "signals/face/each_face.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

static const double STEP_S = .19;    /* between looks at a person, a fifth less rounding: heads turn slowly */
static const float MAX_YAW_DEG = 25; /* beyond, the landmarks guess half of the jaw */
static const float MIN_EYES_PX = 40; /* a pixel of noise in the jaw is a degree there */
static const float MIN_TRUST = .5f;  /* of the points, where the network states it */
static const double LARGE_DEG = 8;   /* shown: of 79 real train clips the median of one is beyond (8.6) */
enum { MIN_LOOKS = 10, BINS = 1800, PICTURE = 240, MAX_PICTURES = 8 };
static const double REACH_DEG = 45; /* of the histograms; larger differences count as this */
static const uint32_t WHOLE_COLOUR = 0xFF9800, CENTRE_COLOUR = 0x00E676;
enum { APART, UP, SIDEWAYS, PARTS }; /* degrees: angle between the two, and whole minus centre */

typedef struct person {
    int id, series;
    double next_s, largest_deg, largest_s;
    int64_t looks;
    um_histogram part[PARTS];
} person;

typedef struct head_pose {
    um_person_table persons;
    um_gallery pictures; /* of the largest angle */
    int64_t faces, turned, small, unsure;
} head_pose;

typedef struct directions {
    um_pose whole, centre;
} directions;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    ((head_pose *)state)->pictures.most = MAX_PICTURES;
    return UM_OK;
}

static person *person_at(const head_pose *h, int i)
{
    return um_person_table_at(&h->persons, sizeof(person), i);
}

static void end(void *state)
{
    head_pose *h = state;
    for (int i = 0; i < h->persons.n; i++)
        for (int k = 0; k < PARTS; k++)
            um_histogram_clear(&person_at(h, i)->part[k]);
    free(h->persons.entry);
    um_gallery_clear(&h->pictures);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(head_pose *h, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&h->persons, sizeof *p, id, &is_new, st, err);
    if (!is_new)
        return p;
    p->next_s = -INFINITY;
    *st = um_findings_series(out, &p->series, um_person_subject(id), "whole face against its centre",
                             "degrees", err);
    for (int k = 0; k < PARTS && *st == UM_OK; k++)
        *st = um_histogram_init(&p->part[k], BINS, -REACH_DEG, REACH_DEG, err);
    return *st < 0 ? NULL : p;
}

/* The paper's two sets: both hold what is rigid in the middle, one the jaw as well. False: no pose. */
static bool fit(directions *d, const um_face *face, const um_image *picture)
{
    const um_camera camera = um_camera_guess(picture->width, picture->height);
    float whole[UM_N_LANDMARKS], centre[UM_N_LANDMARKS];
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        whole[i] = i < 36 || i == 48 || i == 54;
        centre[i] = i < 17 ? 0 : whole[i];
    }
    return um_pose_fit(&d->whole, face->points, whole, &camera) &&
           um_pose_fit(&d->centre, face->points, centre, &camera);
}

static void compare(double part[PARTS], const directions *d)
{
    double cosine = 0; /* v = R^T [0 0 1]^T is the third row of R */
    for (int k = 0; k < 3; k++)
        cosine += (double)d->whole.rotation[6 + k] * (double)d->centre.rotation[6 + k];
    part[APART] = acos(um_clampd(cosine, -1, 1)) * 180 / acos(-1);
    part[UP] = (double)d->whole.pitch_deg - (double)d->centre.pitch_deg;
    part[SIDEWAYS] = (double)d->whole.yaw_deg - (double)d->centre.yaw_deg;
}

static bool usable(head_pose *h, const um_face *face)
{
    h->faces++;
    if (!(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG))
        h->turned++;
    else if (!(face->quality.eye_distance_px >= MIN_EYES_PX))
        h->small++;
    else if (face->trust < MIN_TRUST) /* not when it is not stated */
        h->unsure++;
    else
        return true;
    return false;
}

/* The face, and from its nose where whole and centre look: what looks straight ahead is a dot. */
static um_status draw(um_image **out, const um_image *rgb, const um_face *face, const directions *d,
                      um_error *err)
{
    const float side = 1.4f * fmaxf(face->box.w, face->box.h), scale = PICTURE / side;
    const um_rect from = {face->box.x + face->box.w / 2 - side / 2, face->box.y + face->box.h / 2 - side / 2,
                          side, side};
    um_status st = um_image_crop_resize(out, rgb, from, PICTURE, PICTURE, err);
    if (st < 0)
        return st;
    const um_point nose = {(face->points[30].x - from.x) * scale, (face->points[30].y - from.y) * scale};
    const float *r[2] = {d->whole.rotation, d->centre.rotation};
    for (int k = 0; k < 2; k++)
        um_draw_line(*out, nose, (um_point){nose.x - PICTURE * r[k][2], nose.y - PICTURE * r[k][5]}, 3,
                     k ? CENTRE_COLOUR : WHOLE_COLOUR);
    return UM_OK;
}

static um_status look(head_pose *h, person *p, const um_frame *frame, const um_face *face, um_findings *out,
                      um_error *err)
{
    directions d;
    double part[PARTS];
    /* further back than that: time itself has jumped back */
    if ((frame->t_s < p->next_s && frame->t_s > p->next_s - 2 * STEP_S) || !usable(h, face) ||
        !fit(&d, face, frame->rgb))
        return UM_OK;
    compare(part, &d);
    p->next_s = frame->t_s + STEP_S;
    p->looks++;
    for (int k = 0; k < PARTS; k++)
        um_histogram_add(&p->part[k], part[k]);
    um_status st = um_findings_point(out, p->series, frame->t_s, part[APART], err);
    um_image **place = um_gallery_place(&h->pictures, p->id, p->looks);
    if (st < 0 || part[APART] <= fmax(p->largest_deg, LARGE_DEG))
        return st;
    p->largest_deg = part[APART];
    p->largest_s = frame->t_s;
    if (!place || !isfinite(face->box.x + face->box.y) || !(face->box.w > 0 && face->box.h > 0))
        return UM_OK;
    um_image_free(place);
    return draw(place, frame->rgb, face, &d, err);
}

/* A face of the person, if as many are followed. */
static um_status follow(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                        um_error *err)
{
    um_status st;
    person *p = find(state, face->person, out, &st, err);
    return p ? look(state, p, in->frame, face, out, err) : st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, follow, out, err);
}

static um_status conclude(const head_pose *h, const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (p->looks < MIN_LOOKS)
        return um_findings_skip(out, who, err, "too short: %lld usable looks at the face, %d needed",
                                (long long)p->looks, MIN_LOOKS);
    const double apart = um_histogram_quantile(&p->part[APART], .5);
    const double up = um_histogram_quantile(&p->part[UP], .5),
                 sideways = um_histogram_quantile(&p->part[SIDEWAYS], .5);
    um_status st = UM_OK;
    if (p->largest_deg > 0)
        st = um_findings_evidence(
            out, who, p->largest_s, p->largest_s, um_gallery_of(&h->pictures, p->id), err,
            "the largest difference: the whole face (orange) looks %.0f degrees away from where its centre "
            "(green) looks",
            p->largest_deg);
    return st < 0
               ? st
               : um_findings_score(
                     out, who, apart, err,
                     "Jaw and all look %.1f degrees away from where the centre of the face looks (%.1f %s, "
                     "%.1f to image %s); median of %lld looks, half of them between %.1f and %.1f",
                     apart, fabs(up), up < 0 ? "down" : "up", fabs(sideways), sideways < 0 ? "left" : "right",
                     (long long)p->looks, um_histogram_quantile(&p->part[APART], .25),
                     um_histogram_quantile(&p->part[APART], .75));
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const head_pose *h = state;
    um_status st = UM_OK;
    int64_t most = 0;
    for (int i = 0; i < h->persons.n && st == UM_OK; i++) {
        const person *p = person_at(h, i);
        st = conclude(h, p, out, err);
        most = p->looks > most ? p->looks : most;
    }
    if (st < 0 || most >= MIN_LOOKS)
        return st;
    if (!h->persons.n)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    return um_findings_skip(out, um_file_subject(), err,
                            "too short: %lld usable looks at a face, %d needed (unusable: %lld turned away, "
                            "%lld too small, %lld with unsure landmarks)",
                            (long long)most, MIN_LOOKS, (long long)h->turned, (long long)h->small,
                            (long long)h->unsure);
}

const um_signal um_signal_head_pose = {
    .name = "head_pose",
    .family = "face",
    .question = "Does the whole face look where its centre looks?",
    .meaning =
        "Large: the jaw and the middle of the face fit heads that look in different directions, as when "
        "a face was pasted into a head. A long or crooked face, a wide-angle lens, a beard or a mistake "
        "of the landmarks do that, too, and recent swaps do not: it is shown, and clears nobody.",
    .score_unit = "degrees between the two directions, median",
    .paper = "Yang, Li & Lyu, ICASSP 2019, arXiv:1811.00661",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION,
    .state_size = sizeof(head_pose),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
