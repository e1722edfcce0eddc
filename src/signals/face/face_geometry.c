/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_geometry.c: do the parts of the face keep their sizes?
 *
 * Bones do not change: the length and width of the nose, the eyes and the gap between them, the width of face
 * and jaw stay what they are against the distance of the eye corners, but for the slow change by a turn of
 * the head. A face that is drawn anew for each picture, or pasted into a head, changes them by little and
 * often. Demir & Ciftci, "Where Do Deep Fakes Look?", ETRA 2021, and others give sizes and symmetry of parts
 * to a classifier; here one number is kept that can be said. The points are freed of the head's motion in the
 * picture (faces/steady.c). The flicker of a size is the median deviation of a picture from the mean of its
 * two neighbours; it is compared with the standard deviation of this size, so that neither the size of the
 * face nor its liveliness counts. Asymmetry is told beside it, of faces that look ahead: nobody is symmetric,
 * so it scores nothing. */
#include "base/base.h"
#include "dsp/stats.h"
#include "faces/steady.h"
#include "media/geometry.h"
#include "signals/face/each_face.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

static const float MAX_YAW_DEG = 25;    /* beyond, half of the contour is guessed */
static const float AHEAD_DEG = 10;      /* of yaw, for asymmetry */
static const float MIN_EYES_PX = 40;    /* as in face_motion.c */
static const double MIN_STEP_S = .0141; /* more than 70 pictures a second are thinned */
static const double MAX_STEP_S = .06;   /* neighbours are no further apart */
static const double FLICKER_REACH = .1; /* of the histograms; eye distances */
static const double LEAST = 1e-4;       /* eye distances: what changes by less, rests */
enum { MIN_TRIPLES = 40, BINS = 3000, SIZES = 6, BEFORE = 2 };

static const struct {
    const char *name;
    int from, to;
} sizes[SIZES] = {{"nose length", 27, 33}, {"nose width", 31, 35}, {"eye width", 36, 39},
                  {"eye gap", 39, 42},     {"face width", 2, 14},  {"jaw width", 4, 12}};

typedef struct person {
    int id, series;
    int n;                        /* pictures in a row, up to BEFORE */
    double before[BEFORE][SIZES]; /* the one before last, the last; eye distances */
    double last_s;
    int64_t usable, triples, ahead;
    double asymmetry;
    double first[SIZES], sum[SIZES], squares[SIZES]; /* of what differs from the first */
    um_histogram flicker[SIZES];
} person;

typedef struct face_geometry {
    um_person_table persons;
    int64_t faces, turned, small;
} face_geometry;

static person *person_at(const face_geometry *g, int i)
{
    return um_person_table_at(&g->persons, sizeof(person), i);
}

static void end(void *state)
{
    face_geometry *g = state;
    for (int i = 0; i < g->persons.n; i++)
        for (int k = 0; k < SIZES; k++)
            um_histogram_clear(&person_at(g, i)->flicker[k]);
    free(g->persons.entry);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(face_geometry *g, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&g->persons, sizeof *p, id, &is_new, st, err);
    if (!is_new)
        return p;
    for (int k = 0; k < SIZES && *st == UM_OK; k++)
        *st = um_histogram_init(&p->flicker[k], BINS, 0, FLICKER_REACH, err);
    if (*st == UM_OK)
        *st = um_findings_series(out, &p->series, um_person_subject(id), "flicker of sizes",
                                 "% of the eye distance", err);
    return *st < 0 ? NULL : p;
}

/* Of the contour (points 3-7 against 15-11, counted from 1) about the bridge of the nose: 0 symmetric, 1: one
 * side has no width. */
static double asymmetry(const um_point *p)
{
    const double middle = ((double)p[27].x + (double)p[28].x + (double)p[29].x + (double)p[30].x) / 4;
    double sum = 0;
    for (int i = 2; i < 7; i++) {
        const double left = middle - (double)p[i].x, right = (double)p[16 - i].x - middle;
        sum += fabs(right - left) / fmax(fabs(right) + fabs(left), LEAST) / 5;
    }
    return sum;
}

static um_status see(face_geometry *g, person *p, double t_s, const um_face *face, um_findings *out,
                     um_error *err)
{
    um_point steady[UM_N_LANDMARKS];
    double size[SIZES], sum = 0;
    um_status st = UM_OK;
    g->faces++;
    if (!(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG)) {
        g->turned++;
        return UM_OK;
    }
    if (!(face->quality.eye_distance_px >= MIN_EYES_PX)) {
        g->small++;
        return UM_OK;
    }
    const double step_s = t_s - p->last_s;
    if ((p->n && step_s >= 0 && step_s < MIN_STEP_S) || !um_face_steady(steady, face->points))
        return UM_OK;
    if (!(step_s >= 0 && step_s <= MAX_STEP_S))
        p->n = 0;
    p->last_s = t_s;
    p->usable++;
    for (int k = 0; k < SIZES; k++) {
        size[k] = (double)um_point_distance(steady[sizes[k].from], steady[sizes[k].to]);
        if (p->usable == 1)
            p->first[k] = size[k];
        p->sum[k] += size[k] - p->first[k];
        p->squares[k] += (size[k] - p->first[k]) * (size[k] - p->first[k]);
    }
    if (fabsf(face->pose.yaw_deg) <= AHEAD_DEG) {
        p->ahead++;
        p->asymmetry += asymmetry(steady);
    }
    if (p->n == BEFORE) {
        p->triples++;
        for (int k = 0; k < SIZES; k++) {
            const double flicker = fabs(p->before[1][k] - (p->before[0][k] + size[k]) / 2);
            um_histogram_add(&p->flicker[k], flicker);
            sum += flicker / SIZES;
        }
        st = um_findings_point(out, p->series, t_s, 100 * sum, err);
    }
    for (int k = 0; k < SIZES; k++) {
        p->before[0][k] = p->before[1][k];
        p->before[1][k] = size[k];
    }
    p->n += p->n < BEFORE;
    return st;
}

/* A face of the person, if as many are followed. */
static um_status follow(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                        um_error *err)
{
    um_status st;
    person *p = find(state, face->person, out, &st, err);
    return p ? see(state, p, in->frame->t_s, face, out, err) : st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, follow, out, err);
}

static um_status conclude(const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (p->triples < MIN_TRIPLES)
        return um_findings_skip(out, who, err,
                                "too short: %lld pictures between usable neighbours, %d needed",
                                (long long)p->triples, MIN_TRIPLES);
    double db = 0, percent = 0, largest = -1;
    int worst = 0;
    for (int k = 0; k < SIZES; k++) {
        const double flicker = um_histogram_quantile(&p->flicker[k], .5);
        const double mean = p->sum[k] / (double)p->usable;
        const double change = sqrt(fmax(p->squares[k] / (double)p->usable - mean * mean, 0));
        const double share = flicker / fmax(p->first[k] + mean, LEAST);
        db += 20 * log10(fmax(flicker, LEAST) / fmax(change, LEAST)) / SIZES;
        percent += 100 * share / SIZES;
        if (share > largest)
            largest = share, worst = k;
    }
    char uneven[80] = "";
    if (p->ahead)
        snprintf(uneven, sizeof uneven, "; both sides of the contour differ by %.0f %%",
                 um_round(100 * p->asymmetry / (double)p->ahead, 1));
    return um_findings_score(
        out, who, db, err,
        "From picture to picture the sizes of nose, eyes, face and jaw change by %.2f %% "
        "(most: %s, %.2f %%), %.1f dB against all of their change, in %lld pictures%s",
        percent, sizes[worst].name, 100 * largest, um_round(db, .1), (long long)p->triples, uneven);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const face_geometry *g = state;
    um_status st = UM_OK;
    int64_t most = 0;
    for (int i = 0; i < g->persons.n && st == UM_OK; i++) {
        const person *p = person_at(g, i);
        st = conclude(p, out, err);
        most = p->triples > most ? p->triples : most;
    }
    if (st < 0 || most >= MIN_TRIPLES)
        return st;
    if (!g->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    return um_findings_skip(out, um_file_subject(), err,
                            "too short: %lld pictures of a face between usable neighbours, %d needed "
                            "(unusable: %lld turned away, %lld too small)",
                            (long long)most, MIN_TRIPLES, (long long)g->turned, (long long)g->small);
}

const um_signal um_signal_face_geometry = {
    .name = "face_geometry",
    .family = "face",
    .question = "Do the parts of the face keep their sizes?",
    .meaning =
        "High: most of the change of nose, eyes, face and jaw goes to and fro from one picture to the next, "
        "as where a face is drawn anew for each picture. A face that rests does so too, because only the "
        "landmarks' own noise is left: it is shown, and clears nobody.",
    .score_unit = "dB, flicker against all change of sizes",
    .paper = "Demir & Ciftci, ETRA 2021, arXiv:2101.01165",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION,
    .state_size = sizeof(face_geometry),
    .push = push,
    .finish = finish,
    .end = end,
};
