/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_motion.c: does the face tremble within the head?
 *
 * Muscles move a face smoothly: what brows, lids, nose and jaw do lies below some 6 Hz. Faces that are made
 * picture by picture tremble above. After "BioLip", arXiv:2604.16808, which gives displacement, velocity,
 * acceleration and jerk of the points around the mouth to a network; here nothing is learnt. The points are
 * freed of the head's motion by a similarity on the bridge of the nose and the corners of the eyes
 * (faces/steady.c); velocity, acceleration and jerk are those of polynomials over seven pictures (Savitzky
 * & Golay, Analytical Chemistry 36, 1964), power that of windows of 64
 * pictures. The score compares the power above 6 Hz with that below, of points between jaw and lips, so that
 * neither the size of the face nor how much somebody moves counts; what the landmarks add by themselves is in
 * docs/signals/face_motion.md. Contour against inner face: how closely and how much later the chin follows
 * the lower lip. */
#include "base/base.h"
#include "dsp/fft.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include "faces/steady.h"
#include "signals/face/each_face.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

enum { N = 64, HOP = 32, WIDE = 7, BINS = 1000, MAX_LAG = 4 }; /* pictures; WIDE of the derivatives */
static const double LOW_HZ = .5, SPLIT_HZ = 6, HIGH_HZ = 11.5;
static const double MIN_RATE_HZ = 23.5; /* 24 less rounding: the upper band must be there */
static const double MIN_STEP_S = .0141; /* more than 70 pictures a second are thinned */
static const double MAX_STEP_S = .06;   /* a hole ends a window */
static const float MAX_YAW_DEG = 35, MIN_EYES_PX = 40;
static const double REACH_DB = 60; /* of the histogram, both ways */
static const double STILL = 1e-12; /* power that counts as none: of 1e-6 eye distances */
static const double PAIRED = .3;   /* correlation from which a lag is said */
/* Savitzky & Golay, seven values: first and second derivative of a parabola, third of a cubic. */
static const double DERIVATIVE[3][WIDE] = {{-3. / 28, -2. / 28, -1. / 28, 0, 1. / 28, 2. / 28, 3. / 28},
                                           {5. / 42, 0, -3. / 42, -4. / 42, -3. / 42, 0, 5. / 42},
                                           {-1. / 6, 1. / 6, 1. / 6, 0, -1. / 6, -1. / 6, 1. / 6}};

typedef struct person {
    int id, series;
    int n; /* in the window */
    double t_s[N];
    float x[UM_N_LANDMARKS][2][N]; /* eye distances */
    double last_s;
    int64_t windows, usable;
    um_histogram tremble;                 /* dB */
    double motion[3], chin, lag_s, chins; /* sums over windows */
} person;

typedef struct face_motion {
    um_fft *fft;
    double taper[N];
    um_person_table persons;
    int64_t faces, turned, small;
} face_motion;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    face_motion *m = state;
    um_window_hann(m->taper, N);
    return um_fft_new(&m->fft, 1, N, err);
}

static person *person_at(const face_motion *m, int i)
{
    return um_person_table_at(&m->persons, sizeof(person), i);
}

static void end(void *state)
{
    face_motion *m = state;
    for (int i = 0; i < m->persons.n; i++)
        um_histogram_clear(&person_at(m, i)->tremble);
    free(m->persons.entry);
    um_fft_free(&m->fft);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(face_motion *m, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&m->persons, sizeof *p, id, &is_new, st, err);
    if (!is_new)
        return p;
    *st = um_histogram_init(&p->tremble, BINS, -REACH_DB, REACH_DB, err);
    if (*st == UM_OK)
        *st = um_findings_series(out, &p->series, um_person_subject(id), "movement above 6 Hz against below",
                                 "dB", err);
    return *st < 0 ? NULL : p;
}

/* Brows, nostrils and lids: not what the similarity holds fast, nor what speech moves. */
static bool is_inner(int i)
{
    return (i >= 17 && i < 27) || (i >= 31 && i < 36) || (i >= 36 && i < 48 && i % 3);
}

static double tremble_db(const face_motion *m, const person *p, double rate_hz)
{
    double low = STILL, high = STILL;
    for (int i = 0; i < 2 * UM_N_LANDMARKS; i++) {
        if (!is_inner(i / 2))
            continue;
        const float *v = p->x[i / 2][i % 2];
        double mean = 0;
        for (int k = 0; k < N; k++)
            mean += (double)v[k] / N;
        for (int k = 0; k < N; k++)
            m->fft->in[k] = ((double)v[k] - mean) * m->taper[k];
        um_fft_run(m->fft);
        for (int k = 1; k <= N / 2; k++) {
            const double hz = k * rate_hz / N, *z = m->fft->out[k];
            const double power = z[0] * z[0] + z[1] * z[1];
            if (hz > LOW_HZ && hz <= SPLIT_HZ)
                low += power;
            else if (hz > SPLIT_HZ && hz <= HIGH_HZ)
                high += power;
        }
    }
    return 10 * log10(high / low);
}

/* The median length of the derivatives of the inner points; eye distances per s, s^2, s^3. */
static double derivative(const person *p, int order, double rate_hz)
{
    double length[UM_N_LANDMARKS * (N - WIDE + 1)];
    size_t n = 0;
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        for (int k = 0; is_inner(i) && k + WIDE <= N; k++) {
            double v[2] = {0};
            for (int c = 0; c < 2; c++)
                for (int j = 0; j < WIDE; j++)
                    v[c] += DERIVATIVE[order][j] * (double)p->x[i][c][k + j];
            length[n++] = hypot(v[0], v[1]);
        }
    return um_median(length, n) * pow(rate_hz, order + 1);
}

/* Correlation of b, `lag` pictures later, with a. */
static double correlation(const double *a, const double *b, int lag)
{
    const int from = lag < 0 ? -lag : 0, to = lag > 0 ? N - lag : N;
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (int k = from; k < to; k++)
        ma += a[k] / (to - from), mb += b[k + lag] / (to - from);
    for (int k = from; k < to; k++) {
        ab += (a[k] - ma) * (b[k + lag] - mb);
        aa += (a[k] - ma) * (a[k] - ma);
        bb += (b[k + lag] - mb) * (b[k + lag] - mb);
    }
    return aa > STILL && bb > STILL ? ab / sqrt(aa * bb) : 0;
}

/* How the chin (8-10, counted from 1) follows the lower lip (57-59). */
static void follow(person *p, double rate_hz)
{
    double lip[N], chin[N], best = -1;
    int lag = 0;
    for (int k = 0; k < N; k++) {
        lip[k] = ((double)p->x[56][1][k] + (double)p->x[57][1][k] + (double)p->x[58][1][k]) / 3;
        chin[k] = ((double)p->x[7][1][k] + (double)p->x[8][1][k] + (double)p->x[9][1][k]) / 3;
    }
    for (int l = -MAX_LAG; l <= MAX_LAG; l++) {
        const double c = correlation(lip, chin, l);
        if (c > best)
            best = c, lag = l;
    }
    p->chin += best;
    if (best >= PAIRED)
        p->lag_s += lag / rate_hz, p->chins++;
}

static um_status window(face_motion *m, person *p, um_findings *out, um_error *err)
{
    const double rate_hz = (N - 1) / (p->t_s[N - 1] - p->t_s[0]);
    um_status st = UM_OK;
    if (rate_hz >= MIN_RATE_HZ) {
        const double db = tremble_db(m, p, rate_hz);
        p->windows++;
        um_histogram_add(&p->tremble, db);
        for (int k = 0; k < 3; k++)
            p->motion[k] += derivative(p, k, rate_hz);
        follow(p, rate_hz);
        st = um_findings_point(out, p->series, (p->t_s[0] + p->t_s[N - 1]) / 2, db, err);
    }
    p->n = N - HOP;
    memmove(p->t_s, p->t_s + HOP, (N - HOP) * sizeof *p->t_s);
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        for (int c = 0; c < 2; c++)
            memmove(p->x[i][c], p->x[i][c] + HOP, (N - HOP) * sizeof *p->x[i][c]);
    return st;
}

static um_status see(face_motion *m, person *p, double t_s, const um_face *face, um_findings *out,
                     um_error *err)
{
    um_point steady[UM_N_LANDMARKS];
    m->faces++;
    if (!(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG)) {
        m->turned++;
        return UM_OK;
    }
    if (!(face->quality.eye_distance_px >= MIN_EYES_PX)) {
        m->small++;
        return UM_OK;
    }
    const double step_s = t_s - p->last_s;
    if ((p->n && step_s >= 0 && step_s < MIN_STEP_S) || !um_face_steady(steady, face->points))
        return UM_OK;
    if (!(step_s >= 0 && step_s <= MAX_STEP_S))
        p->n = 0;
    p->last_s = t_s;
    p->usable++;
    p->t_s[p->n] = t_s;
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        p->x[i][0][p->n] = steady[i].x, p->x[i][1][p->n] = steady[i].y;
    return ++p->n == N ? window(m, p, out, err) : UM_OK;
}

/* A face of the person, if as many are followed. */
static um_status take(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    um_status st;
    person *p = find(state, face->person, out, &st, err);
    return p ? see(state, p, in->frame->t_s, face, out, err) : st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, take, out, err);
}

static um_status conclude(const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (!p->windows)
        return um_findings_skip(out, who, err,
                                "no %d usable pictures in a row at 24 a second or more (%lld usable ones)", N,
                                (long long)p->usable);
    const double db = um_histogram_quantile(&p->tremble, .5), n = (double)p->windows;
    const double lag_ms = p->chins > 0 ? um_round(1000 * p->lag_s / p->chins, 1) : 0;
    char lag[64] = "";
    if (lag_ms != 0)
        snprintf(lag, sizeof lag, ", %.0f ms %s", fabs(lag_ms), lag_ms > 0 ? "later" : "earlier");
    return um_findings_score(out, who, db, err,
                             "Brows, nostrils and lids move %.1f dB %s above 6 Hz than below, in %lld "
                             "stretches; velocity %.2f, acceleration "
                             "%.1f, jerk %.0f eye distances per s, s^2, s^3; the chin follows the lower lip "
                             "with a correlation of %.2f%s",
                             fabs(um_round(db, .1)), db > 0 ? "more" : "less", (long long)p->windows,
                             p->motion[0] / n, p->motion[1] / n, p->motion[2] / n, p->chin / n, lag);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const face_motion *m = state;
    um_status st = UM_OK;
    int64_t windows = 0, usable = 0;
    for (int i = 0; i < m->persons.n && st == UM_OK; i++) {
        const person *p = person_at(m, i);
        st = conclude(p, out, err);
        windows += p->windows;
        usable = p->usable > usable ? p->usable : usable;
    }
    if (st < 0 || windows)
        return st;
    if (!m->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    return um_findings_skip(out, um_file_subject(), err,
                            "no %d usable pictures of a face in a row at 24 a second or more (%lld usable "
                            "ones; %lld turned away, %lld too small)",
                            N, (long long)usable, (long long)m->turned, (long long)m->small);
}

const um_signal um_signal_face_motion = {
    .name = "face_motion",
    .family = "face",
    .question = "Does the face tremble within the head?",
    .meaning =
        "High: brows, nostrils and lids move much above 6 Hz compared with what they do more slowly, as "
        "in faces that are made picture by picture. A still face does so too, because then the "
        "landmarks' own noise is all that moves; strong compression and faces driven by a real "
        "performance hide it.",
    .score_unit = "dB, power above 6 Hz against below",
    .paper = "BioLip, arXiv:2604.16808; Savitzky & Golay, Analytical Chemistry 36, 1964",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION,
    .state_size = sizeof(face_motion),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
