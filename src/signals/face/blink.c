/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blink.c: how often, how long and how completely each person blinks.
 *
 * Soukupova & Cech, "Real-Time Eye Blink Detection using Facial Landmarks", CVWW 2016: the eye aspect ratio
 * (EAR),
 *     (|p2 - p6| + |p3 - p5|) / (2 |p1 - p4|), mean of both eyes,
 * falls towards zero when the lids close. The paper classifies 13 ratios at a time with a trained SVM; we
 * compare each with the person's own open eyes, the 90th percentile over 10 s before and after, with
 * hysteresis: nothing is trained, and narrow eyes do not count as closed. Li, Chang & Lyu ("In Ictu Oculi",
 * WIFS 2018) saw early face swaps blink too seldom. People rest at 17 blinks a minute, talk at 26, read
 * at 4.5 (Bentivoglio et al., Movement Disorders 12, 1997); 95 % of adults stay above 8 in primary gaze,
 * above 1.4 when they read (Doughty, Optometry and Vision Science 78, 2001). So a low rate is weak evidence,
 * and a short clip is none. */
#include "base/base.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

static const double HALF_WINDOW_S = 10; /* the baseline looks this far both ways */
static const double OPEN_QUANTILE = .9; /* of the EAR in the window: the open eye */
static const double CLOSED = .65,
                    OPEN = .75; /* of the baseline: a blink passes below the first, ends above the other */
static const double BLINK_MIN_S = .05,
                    BLINK_MAX_S = .5;   /* shorter is a glitch, longer a closed or lowered eye */
static const double MIN_STEP_S = .008;  /* more than 125 frames a second add nothing */
static const double MAX_STEP_S = .085;  /* two frames at 25 a second: a longer hole may hide a blink */
static const double MIN_RATE_HZ = 19.5; /* 20 less rounding: two frames in the shortest usual blink */
static const double NEEDED_S = 20;
static const double QUIET_S = 20; /* an interval without a blink worth showing */
static const double USUAL_PER_MIN = 8;
static const double MAX_SCORE = 6; /* log10 odds */
static const float MAX_YAW_DEG = 35, MIN_EYES_PX = 40;
static const double MIN_BASELINE = .08; /* below, no open eye is seen at all */
enum { EAR_BINS = 1000, MAX_PERSONS = 256, MAX_QUEUE = 8192, SHOWN_BLINKS = 32 };
/* Pictures of closing eyes: until judged, and of the first blinks. */
enum { EYES_WIDTH = 240, EYES_HEIGHT = 96, MAX_HELD = 12, SHOWN_PICTURES = 12 };

typedef struct sample {
    double t_s, ear;
    um_image *eyes; /* of the deepest sample of a closing, until it is judged; else NULL */
} sample;

typedef struct person {
    int id, series;
    um_histogram window; /* of the EAR of queue[first..n) */
    sample *queue;       /* [n]; judged up to `now`, forgotten up to `first` */
    size_t capacity, n, first, now;
    /* the judge */
    bool any, closing;
    double last_s, last_ratio, from_s, least; /* of the sample judged last; of the closing eye */
    um_image *eyes;                           /* at `least`, may be NULL */
    double quiet_from_s;
    /* the sums */
    double usable_s, blink_s, closed_to;
    int64_t steps, blinks, closures;
} person;

typedef struct blink {
    person *person;
    size_t capacity;
    int n, shown, held;
    int64_t faces, turned, small; /* of all persons; the last two unusable */
} blink;

static void end(void *state)
{
    blink *b = state;
    for (int i = 0; i < b->n; i++) {
        person *p = &b->person[i];
        for (size_t k = p->now; k < p->n; k++)
            um_image_free(&p->queue[k].eyes);
        um_image_free(&p->eyes);
        um_histogram_clear(&p->window);
        free(p->queue);
    }
    free(b->person);
}

static double distance(um_point a, um_point b)
{
    return hypot((double)a.x - b.x, (double)a.y - b.y);
}

static double aspect(const um_point *eye)
{
    const double width = distance(eye[0], eye[3]);
    return width > 0 ? (distance(eye[1], eye[5]) + distance(eye[2], eye[4])) / (2 * width) : 0;
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(blink *b, int id, um_findings *out, um_status *st, um_error *err)
{
    *st = UM_OK;
    for (int i = 0; i < b->n; i++)
        if (b->person[i].id == id)
            return &b->person[i];
    if (b->n == MAX_PERSONS)
        return NULL;
    if (!um_grow(&b->person, &b->capacity, (size_t)b->n + 1, MAX_PERSONS, sizeof *b->person)) {
        *st = um_fail_oom(err);
        return NULL;
    }
    person *p = &b->person[b->n++];
    *p = (person){.id = id};
    *st = um_findings_series(out, &p->series, um_person_subject(id), "eye aspect ratio", "ratio", err);
    return *st < 0 ? NULL : p;
}

static um_status end_quiet(person *p, double to_s, um_findings *out, um_error *err)
{
    const double from_s = p->quiet_from_s;
    p->quiet_from_s = to_s;
    if (to_s - from_s < QUIET_S)
        return UM_OK;
    return um_findings_evidence(out, um_person_subject(p->id), from_s, to_s, NULL, err, "no blink for %.0f s",
                                to_s - from_s);
}

/* Time at which the ratio passed OPEN between the last sample and this one. */
static double crossing(const person *p, double t_s, double ratio)
{
    const double part = (OPEN - p->last_ratio) / (ratio - p->last_ratio);
    return p->last_s + um_clampd(part, 0, 1) * (t_s - p->last_s);
}

static um_status opened(blink *b, person *p, double to_s, um_findings *out, um_error *err)
{
    const double duration_s = to_s - p->from_s;
    p->closing = false;
    if (p->least >= CLOSED || duration_s < BLINK_MIN_S)
        return UM_OK;
    um_status st = end_quiet(p, p->from_s, out, err);
    p->quiet_from_s = to_s;
    if (duration_s > BLINK_MAX_S) {
        p->closures++;
        return st;
    }
    p->blinks++;
    p->blink_s += duration_s;
    p->closed_to += p->least;
    if (st == UM_OK && b->shown < SHOWN_BLINKS) {
        b->shown++;
        st = um_findings_evidence(out, um_person_subject(p->id), p->from_s, to_s, p->eyes, err,
                                  "blink of %.0f ms, closing to %.0f %% of the open eye", 1000 * duration_s,
                                  100 * p->least);
    }
    return st;
}

/* One sample, once its whole window is known. */
static um_status judge(blink *b, person *p, um_findings *out, um_error *err)
{
    const sample s = p->queue[p->now];
    um_image *eyes = s.eyes;
    p->queue[p->now++].eyes = NULL;
    b->held -= eyes != NULL;
    while (p->queue[p->first].t_s < s.t_s - HALF_WINDOW_S)
        um_histogram_remove(&p->window, p->queue[p->first++].ear);
    const double baseline = um_histogram_quantile(&p->window, OPEN_QUANTILE);
    if (baseline < MIN_BASELINE) {
        um_image_free(&eyes);
        return UM_OK;
    }
    const double ratio = s.ear / baseline, step_s = s.t_s - p->last_s;
    um_status st = UM_OK;
    if (!p->any || step_s > MAX_STEP_S) {
        if (p->any)
            st = end_quiet(p, p->last_s, out, err);
        p->any = true;
        p->quiet_from_s = s.t_s;
        /* an eye first seen closed is no blink: its beginning is not known */
        p->closing = false;
    } else {
        p->usable_s += step_s;
        p->steps++;
        if (!p->closing && ratio < OPEN && p->last_ratio >= OPEN) {
            p->closing = true;
            p->from_s = crossing(p, s.t_s, ratio);
            p->least = INFINITY;
        }
        if (p->closing && ratio < p->least) {
            p->least = ratio;
            um_image_free(&p->eyes);
            p->eyes = eyes;
            eyes = NULL;
        } else if (p->closing) {
            if (ratio >= OPEN)
                st = opened(b, p, crossing(p, s.t_s, ratio), out, err);
        }
    }
    um_image_free(&eyes);
    p->last_s = s.t_s;
    p->last_ratio = ratio;
    return st;
}

/* A picture for the report, should the newest sample be the deepest of a blink. */
static um_status keep_eyes(blink *b, person *p, const um_image *rgb, const um_face *face, um_error *err)
{
    sample *s = &p->queue[p->n - 1], *before = p->n - 1 > p->now ? s - 1 : NULL;
    if (!rgb || s->ear >= OPEN * um_histogram_quantile(&p->window, OPEN_QUANTILE))
        return UM_OK;
    if (before && before->eyes) {
        if (before->ear <= s->ear)
            return UM_OK;
        um_image_free(&before->eyes);
        b->held--;
    }
    if (b->held == MAX_HELD || b->shown >= SHOWN_PICTURES)
        return UM_OK;
    const um_point l = face->five[0], r = face->five[1];
    const float w = 1.7f * face->quality.eye_distance_px, h = w * EYES_HEIGHT / EYES_WIDTH;
    const um_rect from = {(l.x + r.x) / 2 - w / 2, (l.y + r.y) / 2 - h / 2, w, h};
    um_status st = um_image_crop_resize(&s->eyes, rgb, from, EYES_WIDTH, EYES_HEIGHT, err);
    b->held += st == UM_OK;
    return st;
}

static um_status see(blink *b, person *p, const um_frame *frame, const um_face *face, double ear,
                     um_findings *out, um_error *err)
{
    const double t_s = frame->t_s;
    if (p->n > p->first && t_s - p->queue[p->n - 1].t_s < MIN_STEP_S)
        return UM_OK;
    if (p->first > p->n / 2) { /* moves at most as much as was forgotten since the last time */
        for (size_t i = p->first; i < p->n; i++)
            p->queue[i - p->first] = p->queue[i];
        p->n -= p->first;
        p->now -= p->first;
        p->first = 0;
    }
    um_status st = p->window.count ? UM_OK : um_histogram_init(&p->window, EAR_BINS, 0, 1, err);
    if (st < 0)
        return st;
    if (!um_grow(&p->queue, &p->capacity, p->n + 1, MAX_QUEUE, sizeof *p->queue))
        return um_fail_oom(err);
    p->queue[p->n++] = (sample){t_s, ear, NULL};
    um_histogram_add(&p->window, ear);
    if ((st = keep_eyes(b, p, frame->rgb, face, err)) < 0)
        return st;
    st = um_findings_point(out, p->series, t_s, ear, err);
    while (st == UM_OK && p->now < p->n && p->queue[p->now].t_s <= t_s - HALF_WINDOW_S)
        st = judge(b, p, out, err);
    return st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    blink *b = state;
    if (!in->frame || !in->faces || in->frame->damaged || !isfinite(in->frame->t_s))
        return UM_OK;
    for (int i = 0; i < in->faces->n; i++) {
        const um_face *face = &in->faces->face[i];
        if (face->person < 0 || !face->has_points)
            continue;
        um_status st;
        b->faces++;
        person *p = find(b, face->person, out, &st, err);
        if (!p) {
            if (st < 0)
                return st;
            continue;
        }
        const double ear = (aspect(face->points + 36) + aspect(face->points + 42)) / 2;
        if (!(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG)) {
            b->turned++;
            continue;
        }
        if (!(face->quality.eye_distance_px >= MIN_EYES_PX)) {
            b->small++;
            continue;
        }
        if (isfinite(ear) && (st = see(b, p, in->frame, face, ear, out, err)) < 0)
            return st;
    }
    return UM_OK;
}

/* Jeffreys' prior and k blinks in T minutes give Gamma(k + 1/2, T) for the rate. */
static um_status conclude(const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (p->usable_s < NEEDED_S)
        return um_findings_skip(out, who, err, "too short: %.1f s of usable face, %.0f s needed", p->usable_s,
                                NEEDED_S);
    const double rate_hz = (double)p->steps / p->usable_s, minutes = p->usable_s / 60, k = (double)p->blinks;
    if (rate_hz < MIN_RATE_HZ)
        return um_findings_skip(out, who, err, "too few pictures: %.1f usable ones a second, 20 needed",
                                rate_hz);
    double below, above;
    um_gamma_pq(&below, &above, k + .5, USUAL_PER_MIN * minutes);
    const double score =
        um_clampd(log10(fmax(below, 1e-300)) - log10(fmax(above, 1e-300)), -MAX_SCORE, MAX_SCORE);
    char detail[96] = "";
    if (p->blinks)
        snprintf(detail, sizeof detail, "; mean length %.0f ms, closing to %.0f %%", 1000 * p->blink_s / k,
                 100 * p->closed_to / k);
    return um_findings_score(
        out, who, score, err,
        "%lld blinks in %.1f s of usable face (%.1f a minute); chance of a rate below %.0f: %.0f %%%s",
        (long long)p->blinks, p->usable_s, k / minutes, USUAL_PER_MIN, 100 * below, detail);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    blink *b = state;
    um_status st = UM_OK;
    for (int i = 0; i < b->n && st == UM_OK; i++) {
        person *p = &b->person[i];
        while (st == UM_OK && p->now < p->n)
            st = judge(b, p, out, err);
        if (st == UM_OK && p->any)
            st = end_quiet(p, p->last_s, out, err);
        if (st == UM_OK)
            st = conclude(p, out, err);
    }
    if (st < 0)
        return st;
    double longest_s = 0;
    for (int i = 0; i < b->n; i++)
        longest_s = fmax(longest_s, b->person[i].usable_s);
    if (!b->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    if (longest_s < NEEDED_S)
        return um_findings_skip(
            out, um_file_subject(), err,
            "too short: %.1f s of usable face, %.0f s needed (unusable faces: %lld turned away, %lld "
            "too small)",
            longest_s, NEEDED_S, (long long)b->turned, (long long)b->small);
    return UM_OK;
}

const um_signal um_signal_blink = {
    .name = "blink",
    .family = "face",
    .question = "Does each person blink as often as people do?",
    .meaning =
        "Positive: the person probably blinks less than 8 times a minute, as some face swaps and animated "
        "portraits do. People who read, stare or play also do; and most recent fakes blink normally, so a "
        "low score "
        "clears nobody.",
    .score_unit = "log10 odds of a rate below 8 blinks/min",
    .paper = "Soukupova & Cech, CVWW 2016; Li, Chang & Lyu, WIFS 2018, arXiv:1806.02877",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION,
    .state_size = sizeof(blink),
    .push = push,
    .finish = finish,
    .end = end,
};
