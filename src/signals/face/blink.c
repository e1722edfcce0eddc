/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blink.c: how often, how long and how completely each person blinks.
 *
 * Soukupova & Cech, "Real-Time Eye Blink Detection using Facial Landmarks", CVWW 2016: the eye aspect ratio
 * (EAR),
 *     (|p2 - p6| + |p3 - p5|) / (2 |p1 - p4|),
 * falls towards zero when the lids close. The paper classifies 13 ratios at a time with a trained SVM; we
 * compare each eye's ratio, and the opening that the landmark network states, with the person's own open eye
 * over 10 s before and after. What swings much while the eye is open weighs little: points behind glasses
 * or under make-up, openings in blur. So narrow eyes do not count as closed, and how deep a closing must be
 * is a matter of the person. Li, Chang & Lyu ("In Ictu Oculi", WIFS 2018) saw early face swaps blink too
 * seldom. People rest at 17 blinks a minute, talk at 26, read at 4.5 (Bentivoglio et al., Movement Disorders
 * 12, 1997); 95 % of adults stay above 8 in primary gaze, above 1.4 when they read (Doughty, Optometry and
 * Vision Science 78, 2001). So a low rate is weak evidence, and a short clip is none. */
#include "base/base.h"
#include "dsp/stats.h"
#include "faces/iris.h"
#include "signals/face/person_table.h"
#include "signals/figures.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

static const double HALF_WINDOW_S = 10; /* the baseline looks this far both ways */
/* The open eye in the window, and its spread: of a normal variable these two are 0.6071 sigma apart. Blinks
 * and lowered eyes fill the lower half of the window, so it is not asked. Chosen, as the six constants below,
 * on 12 train clips with 129 blinks and on rendered heads; docs/signals/blink.md says how little they matter.
 */
static const double OPEN_QUANTILE = .75, TOP_QUANTILE = .9, SIGMAS_APART = .6071;
static const double NOISE_FLOOR = .04; /* of the open eye, added to each spread: lids are never stiller */
static const double SIGMAS = 1.6,
                    LEAST_DEPTH = .15;  /* a blink closes this many spreads, at least this share */
static const double POINTS_DEPTH = .22; /* of the points alone: the network also calls blurred eyes narrow */
static const double START = .6;         /* of the depth needed: something begins */
static const double HALF = .5;  /* of the depth reached: a blink begins and ends there, another may follow */
static const double AGREE = .5; /* of the depth needed: the eye that closes less; else a glint or a wink */
static const double BLINK_MIN_S = .05,
                    BLINK_MAX_S = .5;   /* shorter is a glitch, longer a closed or lowered eye */
static const double MIN_STEP_S = .008;  /* more than 125 frames a second add nothing */
static const double MAX_STEP_S = .085;  /* two frames at 25 a second: a longer hole may hide a blink */
static const double MIN_RATE_HZ = 14.5; /* 15 less rounding: a blink of 100 ms, the shortest, meets a frame */
static const double NEEDED_S = 20;
static const double QUIET_S = 20; /* an interval without a blink worth showing */
static const double USUAL_PER_MIN = 8;
static const double MAX_SCORE = 6; /* log10 odds */
static const float MAX_YAW_DEG = 35, MIN_EYES_PX = 40;
static const double MIN_BASELINE = .08; /* EAR; below, no open eye is seen at all */
/* Each eye twice: its aspect ratio, its opening as the network says. Even: picture left. */
enum { ASPECT, OPENING = 2, CHANNELS = 4 };
enum { BINS = 1000, MAX_QUEUE = 8192, SHOWN_BLINKS = 32 };
/* Pictures of closing eyes: until judged, and of the first blinks. */
enum { EYES_WIDTH = 240, EYES_HEIGHT = 96, MAX_HELD = 12, SHOWN_PICTURES = 12 };

/* How far the lids are from the open eye: 0 open, 1 no height at all. */
typedef struct closure {
    double depth, eye[2], points;
    double needed; /* depth of a blink at this time */
} closure;

typedef struct sample {
    double t_s, height[CHANNELS]; /* NAN: not stated */
    closure lids;                 /* by the window up to it, then by the whole */
    um_image *eyes;               /* of the deepest sample of a closing, until it is judged; else NULL */
} sample;

typedef struct person {
    int id, series;
    um_histogram window[CHANNELS]; /* of the heights of queue[first..n) */
    sample *queue;                 /* [n]; judged up to `now`, forgotten up to `first` */
    size_t capacity, n, first, now;
    /* the judge */
    bool any, closing;
    double last_s;
    double shallow;  /* the least depth since the last closing, at least 0 */
    size_t deep;     /* where in the queue this closing is deepest */
    closure deepest; /* then */
    um_image *eyes;  /* then, may be NULL */
    double quiet_from_s;
    /* the sums */
    double usable_s, blink_s, closed_to;
    int64_t steps, blinks, closures;
} person;

typedef struct blink {
    um_person_table persons;
    int shown, held;
    int64_t faces, turned, small; /* of all persons; the last two unusable */
} blink;

static person *at(const blink *b, int i)
{
    return um_person_table_at(&b->persons, sizeof(person), i);
}

static void end(void *state)
{
    blink *b = state;
    for (int i = 0; i < b->persons.n; i++) {
        person *p = at(b, i);
        for (size_t k = p->now; k < p->n; k++)
            um_image_free(&p->queue[k].eyes);
        um_image_free(&p->eyes);
        for (int k = 0; k < CHANNELS; k++)
            um_histogram_clear(&p->window[k]);
        free(p->queue);
    }
    free(b->persons.entry);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(blink *b, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&b->persons, sizeof *p, id, &is_new, st, err);
    if (!p || !is_new)
        return p;
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

/* False: no open eye is seen at all. */
static bool measure(closure *out, const person *p, const sample *s)
{
    double weight[CHANNELS], depth[CHANNELS], all = 0, sum = 0;
    int n = 0;
    for (int k = 0; k < CHANNELS; k++) {
        const double open = um_histogram_quantile(&p->window[k], OPEN_QUANTILE);
        weight[k] = depth[k] = 0;
        if (isnan(s->height[k]) || open < MIN_BASELINE)
            continue;
        const double top = um_histogram_quantile(&p->window[k], TOP_QUANTILE);
        weight[k] = 1 / ((top / open - 1) / SIGMAS_APART + NOISE_FLOOR);
        depth[k] = fmin(1 - s->height[k] / open, 1);
        all += weight[k];
        sum += weight[k] * depth[k];
        n++;
    }
    *out = (closure){0};
    const double by_points = weight[ASPECT] + weight[ASPECT + 1];
    if (by_points <= 0)
        return false;
    out->depth = sum / all;
    for (int e = 0; e < 2; e++)
        out->eye[e] = (weight[ASPECT + e] * depth[ASPECT + e] + weight[OPENING + e] * depth[OPENING + e]) /
                      (weight[ASPECT + e] + weight[OPENING + e]);
    out->points = (weight[ASPECT] * depth[ASPECT] + weight[ASPECT + 1] * depth[ASPECT + 1]) / by_points;
    out->needed = fmax(LEAST_DEPTH, SIGMAS * n / all); /* of the harmonic mean of the spreads */
    return true;
}

/* Time at which the depth passed `level` between two samples. */
static double crossing(const sample *a, const sample *b, double level)
{
    const double part = (level - a->lids.depth) / (b->lids.depth - a->lids.depth);
    return a->t_s + um_clampd(part, 0, 1) * (b->t_s - a->t_s);
}

/* The sample judged last is the first one beyond half of the way back. */
static um_status opened(blink *b, person *p, um_findings *out, um_error *err)
{
    const sample *last = &p->queue[p->now - 1];
    const double way = p->deepest.depth - p->shallow, level = p->shallow + HALF * way;
    const double to_s = crossing(last - 1, last, level);
    const double least_eye = fmin(p->deepest.eye[0], p->deepest.eye[1]) - p->shallow;
    size_t i = p->deep;
    while (i > p->first && p->queue[i].lids.depth > level) /* not beyond where it was shallow */
        i--;
    const double from_s =
        p->queue[i].lids.depth > level ? p->queue[i].t_s : crossing(&p->queue[i], &p->queue[i + 1], level);
    const double duration_s = to_s - from_s;
    p->closing = false;
    p->shallow = fmax(last->lids.depth, 0);
    const closure *d = &p->deepest;
    if (d->depth < d->needed || d->points < POINTS_DEPTH || least_eye < AGREE * d->needed ||
        duration_s < BLINK_MIN_S)
        return UM_OK;
    um_status st = end_quiet(p, from_s, out, err);
    p->quiet_from_s = to_s;
    if (duration_s > BLINK_MAX_S) {
        p->closures++;
        return st;
    }
    p->blinks++;
    p->blink_s += duration_s;
    p->closed_to += 1 - p->deepest.depth;
    if (st == UM_OK && b->shown < SHOWN_BLINKS) {
        b->shown++;
        st = um_findings_evidence(out, um_person_subject(p->id), from_s, to_s, p->eyes, err,
                                  "blink of %.0f ms, closing to %.0f %% of the open eye", 1000 * duration_s,
                                  100 * (1 - p->deepest.depth));
    }
    return st;
}

static void forget(person *p)
{
    const sample *s = &p->queue[p->first++];
    for (int k = 0; k < CHANNELS; k++)
        if (!isnan(s->height[k]))
            um_histogram_remove(&p->window[k], s->height[k]);
}

/* One sample, once its whole window is known. */
static um_status judge(blink *b, person *p, um_findings *out, um_error *err)
{
    sample *s = &p->queue[p->now++];
    um_image *eyes = s->eyes;
    s->eyes = NULL;
    b->held -= eyes != NULL;
    while (p->queue[p->first].t_s < s->t_s - HALF_WINDOW_S)
        forget(p);
    if (!measure(&s->lids, p, s)) {
        um_image_free(&eyes);
        return UM_OK;
    }
    const double depth = s->lids.depth, step_s = s->t_s - p->last_s;
    um_status st = UM_OK;
    p->last_s = s->t_s;
    if (!p->any || step_s > MAX_STEP_S) {
        if (p->any)
            st = end_quiet(p, s->t_s - step_s, out, err);
        p->any = true;
        p->quiet_from_s = s->t_s;
        /* an eye first seen closed is no blink: its beginning is not known */
        p->closing = false;
        p->shallow = fmax(depth, 0);
        um_image_free(&eyes);
        return st;
    }
    p->usable_s += step_s;
    p->steps++;
    const bool begins = !p->closing && depth >= p->shallow + START * s->lids.needed;
    if (begins || (p->closing && depth > p->deepest.depth)) {
        p->closing = true;
        p->deep = p->now - 1;
        p->deepest = s->lids;
        um_image_free(&p->eyes);
        p->eyes = eyes;
        eyes = NULL;
    } else if (!p->closing) {
        p->shallow = fmax(fmin(p->shallow, depth), 0);
    } else if (depth < p->shallow + HALF * (p->deepest.depth - p->shallow)) {
        st = opened(b, p, out, err);
    }
    um_image_free(&eyes);
    return st;
}

/* A picture for the report, should the newest sample be the deepest of a blink. */
static um_status keep_eyes(blink *b, person *p, const um_image *rgb, const um_face *face, um_error *err)
{
    sample *s = &p->queue[p->n - 1], *before = p->n - 1 > p->now ? s - 1 : NULL;
    if (!rgb || !measure(&s->lids, p, s) || s->lids.depth < START * s->lids.needed)
        return UM_OK;
    if (before && before->eyes) {
        if (before->lids.depth >= s->lids.depth)
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

static um_status see(blink *b, person *p, const um_frame *frame, const um_face *face, const sample *seen,
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
        p->deep = p->deep > p->first ? p->deep - p->first : 0;
        p->first = 0;
    }
    um_status st = UM_OK;
    for (int k = 0; k < CHANNELS; k++)
        if (!p->window[k].count && (st = um_histogram_init(&p->window[k], BINS, 0, 1, err)) < 0)
            return st;
    if (!um_grow(&p->queue, &p->capacity, p->n + 1, MAX_QUEUE, sizeof *p->queue))
        return um_fail_oom(err);
    p->queue[p->n++] = *seen;
    for (int k = 0; k < CHANNELS; k++)
        if (!isnan(seen->height[k]))
            um_histogram_add(&p->window[k], seen->height[k]);
    if ((st = keep_eyes(b, p, frame->rgb, face, err)) < 0)
        return st;
    st = um_findings_point(out, p->series, t_s, (seen->height[ASPECT] + seen->height[ASPECT + 1]) / 2, err);
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
        if (!(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG)) {
            b->turned++;
            continue;
        }
        if (!(face->quality.eye_distance_px >= MIN_EYES_PX)) {
            b->small++;
            continue;
        }
        sample s = {.t_s = in->frame->t_s};
        for (int e = 0; e < 2; e++) {
            s.height[ASPECT + e] = um_eye_opening(face, e);
            const double stated = (double)face->eye_opening[e];
            s.height[OPENING + e] = isfinite(stated) ? stated : NAN;
        }
        if (isfinite(s.height[ASPECT]) && isfinite(s.height[ASPECT + 1]) &&
            (st = see(b, p, in->frame, face, &s, out, err)) < 0)
            return st;
    }
    return UM_OK;
}

/* Jeffreys' prior and k blinks in T minutes give Gamma(k + 1/2, T) for the rate. */
static um_status conclude(const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (p->usable_s < NEEDED_S)
        return um_findings_skip(out, who, err, "too short: %.1f s of usable face, %.0f s needed",
                                um_short_of(p->usable_s, NEEDED_S), NEEDED_S);
    const double rate_hz = (double)p->steps / p->usable_s, minutes = p->usable_s / 60, k = (double)p->blinks;
    if (rate_hz < MIN_RATE_HZ)
        return um_findings_skip(out, who, err, "too few pictures: %.1f usable ones a second, 15 needed",
                                um_short_of(rate_hz, MIN_RATE_HZ));
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
    for (int i = 0; i < b->persons.n && st == UM_OK; i++) {
        person *p = at(b, i);
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
    for (int i = 0; i < b->persons.n; i++)
        longest_s = fmax(longest_s, at(b, i)->usable_s);
    if (!b->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    if (longest_s < NEEDED_S)
        return um_findings_skip(
            out, um_file_subject(), err,
            "too short: %.1f s of usable face, %.0f s needed (unusable faces: %lld turned away, %lld "
            "too small)",
            um_short_of(longest_s, NEEDED_S), NEEDED_S, (long long)b->turned, (long long)b->small);
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
    .version = 2,
    .needs = UM_NEED_FACES | UM_NEED_MOTION,
    .state_size = sizeof(blink),
    .push = push,
    .finish = finish,
    .end = end,
};
