/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pulse.c: does the heart beat in the colour of the skin, at the same time on both cheeks and the forehead?
 *
 * Wang, den Brinker, Stuijk & de Haan, "Algorithmic Principles of Remote PPG", IEEE TBME 64(7), 2017 (POS),
 * beside de Haan & Jeanne, IEEE TBME 60(10), 2013 (CHROM), as in dsp/pulse.c. Ciftci, Demir & Yin,
 * "FakeCatcher", IEEE TPAMI 2020, arXiv:1901.02212, compare such traces of several regions by a trained
 * classifier. We state what a person can check: the rate, by how much its line stands out, and how well three
 * regions beat together, each over 10 s. Seibold et al., Frontiers in Imaging 2025, found that good face
 * swaps carry over the heart beat of the driving video, and compression erases it from true ones: a pulse
 * speaks for a recording, and its absence says almost nothing. So the score has a floor: 0 for no evidence,
 * negative for a clear pulse. A patch of background on either side of the face is the control: what pulsates
 * there as well is the light or the encoder, not blood. */
#include "dsp/pulse.h"
#include "dsp/stats.h"
#include "faces/gallery.h"
#include "faces/regions.h"
#include "media/draw.h"
#include "signals/face/each_face.h"
#include "signals/face/person_table.h"
#include "signals/figures.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

enum { SKIN = UM_FACE_REGIONS, PLACES = SKIN + 1, BACKGROUND = SKIN, PAIRS = 3 };
static const double WINDOW_S = 10, HOP_S = 5; /* a line of 10 s is 6 per minute wide */
static const double NEEDED_S = 7.5;           /* five beats of the slowest heart */
static const double MIN_RATE_HZ = 12;         /* pictures: four per beat of the fastest heart */
static const double MIN_STEP_S = 1 / 70.;     /* more pictures a second are left out */
static const double MAX_STEP_S = .25;         /* a longer hole begins anew */
static const double SEGMENT_S = 4;            /* of coherence: four of them, half overlapping, in a window */
static const float MIN_EYES_PX = 40, MAX_YAW_DEG = 35;
enum { MIN_PIXELS = 100, MOST_PIXELS = 2500 }; /* per region; noise of a mean of 2500 is 1/50 of a pixel's */
enum { MAX_SAMPLES = 720, MAX_FFT = 4096, MAX_PICTURES = 8, PICTURE = 200 };
/* A window has a clear pulse when its line holds more power than the rest of the band (0 dB, de Haan's
 * measure), the skin beats together, both methods agree within a line, and the background does not beat
 * likewise. */
static const double CLEAR_DB = 0, TOGETHER = .7, AGREE_HZ = .1, BACKGROUND_DB = 0;

typedef struct sample {
    double t_s;
    float rgb[PLACES][3];
    bool control; /* the background was inside the picture */
} sample;

typedef struct person {
    int id, rate_series, snr_series;
    double next_s, usable_s, longest_s;
    sample *sample; /* of the window; [MAX_SAMPLES] */
    size_t capacity;
    int n;
    int64_t faces, windows, clear, flickers;
    double snr_db, evidence_db, coherence, lag_s,
        rate_hz; /* sums over windows; the last three over clear ones */
    double best_db, best_from_s, best_to_s, best_rate_hz;
} person;

typedef struct pulse {
    um_fft *fft; /* of the spectra, padded */
    um_gallery pictures;
    um_person_table persons;
    int64_t faces, turned, small;
} pulse;

/* What is seen in one window. */
typedef struct beat {
    double rate_hz, snr_db, other_hz, background_db, coherence, lag_s;
} beat;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    pulse *p = state;
    p->pictures.most = MAX_PICTURES;
    return um_fft_new(&p->fft, 1, MAX_FFT, err);
}

static person *person_at(const pulse *p, int i)
{
    return um_person_table_at(&p->persons, sizeof(person), i);
}

static void end(void *state)
{
    pulse *p = state;
    um_fft_free(&p->fft);
    for (int i = 0; i < p->persons.n; i++)
        free(person_at(p, i)->sample);
    free(p->persons.entry);
    um_gallery_clear(&p->pictures);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(pulse *p, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *one = um_person_table_find(&p->persons, sizeof *one, id, &is_new, st, err);
    if (!is_new)
        return one;
    one->best_db = -INFINITY;
    const um_subject who = um_person_subject(id);
    *st = um_findings_series(out, &one->rate_series, who, "strongest rate in the skin", "1/min", err);
    if (*st == UM_OK)
        *st = um_findings_series(out, &one->snr_series, who, "how far the pulse stands out", "dB", err);
    return *st < 0 ? NULL : one;
}

/* Left and right of the upper half of the head, as far from it as a seventh of its width. */
static um_region_mean background(const um_image *rgb, um_rect box)
{
    um_region_mean both = {{0}, 0};
    for (int side = 0; side < 2; side++) {
        const float near = side ? box.x + 1.15f * box.w : box.x - .15f * box.w;
        const float far = side ? box.x + 1.45f * box.w : box.x - .45f * box.w;
        const um_point corner[4] = {
            {near, box.y}, {far, box.y}, {far, box.y + .4f * box.h}, {near, box.y + .4f * box.h}};
        const um_region_mean one = um_region_colour(rgb, corner, 4, MOST_PIXELS);
        for (int c = 0; c < 3; c++)
            both.rgb[c] += one.rgb[c] * one.n;
        both.n += one.n;
    }
    for (int c = 0; c < 3 && both.n; c++)
        both.rgb[c] /= both.n;
    return both;
}

/* The colours of one face; false when a region has too few pixels. */
static bool look(sample *s, const um_image *rgb, const um_face *face)
{
    um_point corner[UM_REGION_CORNERS];
    for (int r = 0; r < SKIN; r++) {
        const int n = um_face_region_of(corner, face, (um_face_region)r);
        const um_region_mean mean = um_region_colour(rgb, corner, n, MOST_PIXELS);
        if (mean.n < MIN_PIXELS)
            return false;
        for (int c = 0; c < 3; c++)
            s->rgb[r][c] = (float)mean.rgb[c];
    }
    const um_region_mean behind = background(rgb, face->box);
    s->control = behind.n >= MIN_PIXELS;
    for (int c = 0; c < 3; c++)
        s->rgb[BACKGROUND][c] = s->control ? (float)behind.rgb[c] : 1;
    return true;
}

/* The samples of a place on an even grid of the window's own rate; *n of them. */
static void even(double (*rgb)[3], const person *p, int place, int n)
{
    const sample *s = p->sample;
    const double from = s[0].t_s, step = (s[p->n - 1].t_s - from) / (n - 1);
    for (int i = 0, k = 0; i < n; i++) {
        const double t = from + i * step;
        while (k + 2 < p->n && s[k + 1].t_s < t)
            k++;
        const double part = um_clampd((t - s[k].t_s) / (s[k + 1].t_s - s[k].t_s), 0, 1);
        for (int c = 0; c < 3; c++)
            rgb[i][c] = (1 - part) * (double)s[k].rgb[place][c] + part * (double)s[k + 1].rgb[place][c];
    }
}

/* To a mean square of 1, so that no region drowns the others. */
static void level(double *v, int n)
{
    const double sigma = sqrt(um_variance(v, (size_t)n));
    for (int i = 0; i < n; i++)
        v[i] = sigma > 0 ? v[i] / sigma : 0;
}

typedef struct workspace {
    double rgb[MAX_SAMPLES][3], pos[PLACES][MAX_SAMPLES], chrom[MAX_SAMPLES], work[2 * MAX_SAMPLES];
    double sum[2][MAX_SAMPLES], power[MAX_FFT / 2 + 1];
} workspace;

static um_status traces(workspace *w, const person *p, double rate_hz, um_error *err)
{
    um_fft *fft = NULL;
    um_status st = um_fft_new(&fft, 1, p->n, err);
    if (st < 0)
        return st;
    for (int place = 0; place < PLACES; place++) {
        even(w->rgb, p, place, p->n);
        um_pulse_pos(w->pos[place], (const double(*)[3])w->rgb, p->n, rate_hz);
        level(w->pos[place], p->n);
        if (place == BACKGROUND)
            continue;
        um_pulse_chrom(w->chrom, w->work, (const double(*)[3])w->rgb, p->n, rate_hz, fft);
        level(w->chrom, p->n);
        for (int i = 0; i < p->n; i++) {
            w->sum[0][i] += w->pos[place][i];
            w->sum[1][i] += w->chrom[i];
        }
    }
    um_fft_free(&fft);
    return UM_OK;
}

static um_status listen(beat *b, const pulse *all, const person *p, um_error *err)
{
    const double rate_hz = (p->n - 1) / (p->sample[p->n - 1].t_s - p->sample[0].t_s);
    const double bin_hz = rate_hz / MAX_FFT;
    const int bins = um_fft_bins(all->fft), segment = (int)(SEGMENT_S * rate_hz) / 2 * 2;
    workspace *w = um_calloc(1, sizeof *w);
    if (!w)
        return um_fail_oom(err);
    um_status st = traces(w, p, rate_hz, err);
    if (st < 0)
        goto done;
    um_pulse_spectrum(w->power, all->fft, w->sum[1], p->n);
    b->other_hz = um_pulse_peak(w->power, bins, bin_hz);
    um_pulse_spectrum(w->power, all->fft, w->sum[0], p->n);
    b->rate_hz = um_pulse_peak(w->power, bins, bin_hz);
    b->snr_db = um_pulse_snr_db(w->power, bins, bin_hz, b->rate_hz);
    um_pulse_spectrum(w->power, all->fft, w->pos[BACKGROUND], p->n);
    b->background_db = um_pulse_snr_db(w->power, bins, bin_hz, b->rate_hz);
    for (int i = 0; i < p->n;
         i++) /* of the background, the last one: flicker on a gray wall shows in green alone */
        w->work[i] = w->rgb[i][1];
    um_pulse_spectrum(w->power, all->fft, w->work, p->n);
    b->background_db = fmax(b->background_db, um_pulse_snr_db(w->power, bins, bin_hz, b->rate_hz));
    b->coherence = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
        static const int of[PAIRS][2] = {
            {UM_FOREHEAD, UM_CHEEK_LEFT}, {UM_FOREHEAD, UM_CHEEK_RIGHT}, {UM_CHEEK_LEFT, UM_CHEEK_RIGHT}};
        double behind, turn = b->rate_hz / rate_hz;
        b->coherence +=
            um_pulse_coherence(&behind, w->pos[of[pair][0]], w->pos[of[pair][1]], p->n, segment, turn) /
            PAIRS;
        if (pair < 2 && b->rate_hz > 0)
            b->lag_s += behind / (2 * M_PI * b->rate_hz) / 2;
    }
done:
    free(w);
    return st;
}

static bool clear(const beat *b)
{
    return b->snr_db > CLEAR_DB && b->coherence > TOGETHER && fabs(b->other_hz - b->rate_hz) < AGREE_HZ &&
           b->background_db < BACKGROUND_DB;
}

/* The window that ends with the newest sample. */
static um_status judge(pulse *all, person *p, um_findings *out, um_error *err)
{
    beat b = {0};
    const double from_s = p->sample[0].t_s, to_s = p->sample[p->n - 1].t_s;
    um_status st = listen(&b, all, p, err);
    if (st < 0)
        return st;
    p->next_s = to_s + HOP_S;
    p->windows++;
    p->snr_db += b.snr_db;
    p->flickers += b.snr_db > CLEAR_DB && b.background_db >= BACKGROUND_DB;
    if (clear(&b)) {
        p->clear++;
        p->evidence_db += b.snr_db - CLEAR_DB;
        p->coherence += b.coherence;
        p->lag_s += b.lag_s;
        p->rate_hz += b.rate_hz;
        if (b.snr_db > p->best_db) {
            p->best_db = b.snr_db;
            p->best_from_s = from_s;
            p->best_to_s = to_s;
            p->best_rate_hz = b.rate_hz;
        }
    }
    if (b.rate_hz > 0)
        st = um_findings_point(out, p->rate_series, (from_s + to_s) / 2, 60 * b.rate_hz, err);
    return st < 0 ? st : um_findings_point(out, p->snr_series, (from_s + to_s) / 2, b.snr_db, err);
}

/* What is left of a stretch, when it was too short for another window or for any. */
static um_status close_stretch(pulse *all, person *p, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    if (p->n > 1) {
        const double length_s = p->sample[p->n - 1].t_s - p->sample[0].t_s;
        const bool fresh = p->sample[p->n - 1].t_s > p->next_s - HOP_S / 2;
        if (length_s >= NEEDED_S && fresh && (p->n - 1) / length_s >= MIN_RATE_HZ)
            st = judge(all, p, out, err);
    }
    p->n = 0;
    return st;
}

static um_status add(pulse *all, person *p, const sample *s, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    if (p->n && s->t_s - p->sample[p->n - 1].t_s < MIN_STEP_S && s->t_s >= p->sample[p->n - 1].t_s)
        return UM_OK;
    if (p->n && (s->t_s < p->sample[p->n - 1].t_s || s->t_s - p->sample[p->n - 1].t_s > MAX_STEP_S))
        st = close_stretch(all, p, out, err);
    if (st < 0)
        return st;
    if (!p->n) {
        p->next_s = s->t_s + WINDOW_S;
        p->usable_s = 0;
    } else {
        p->usable_s += s->t_s - p->sample[p->n - 1].t_s;
        p->longest_s = fmax(p->longest_s, p->usable_s);
    }
    if (p->n == MAX_SAMPLES || (p->n && s->t_s - p->sample[0].t_s > WINDOW_S + MAX_STEP_S)) {
        int drop = 1;
        while (drop < p->n && s->t_s - p->sample[drop].t_s > WINDOW_S)
            drop++;
        memmove(p->sample, p->sample + drop, (size_t)(p->n - drop) * sizeof *p->sample);
        p->n -= drop;
    }
    if (!um_grow(&p->sample, &p->capacity, (size_t)p->n + 1, MAX_SAMPLES, sizeof *p->sample))
        return um_fail_oom(err);
    p->sample[p->n++] = *s;
    if (s->t_s < p->next_s || (p->n - 1) / (s->t_s - p->sample[0].t_s) < MIN_RATE_HZ)
        return UM_OK;
    return judge(all, p, out, err);
}

/* The face with the regions drawn, once per person. */
static um_status portrait(pulse *all, person *p, const um_image *rgb, const um_face *face, um_error *err)
{
    um_image **place = um_gallery_place(&all->pictures, p->id, p->faces);
    if (!place || *place)
        return UM_OK;
    const um_rect b = face->box, from = {b.x - .5f * b.w, b.y - .1f * b.h, 2 * b.w, 1.2f * b.h};
    const int width = (int)um_clampd(PICTURE * (double)(from.w / from.h), 16, 4 * PICTURE);
    um_status st = um_image_crop_resize(place, rgb, from, width, PICTURE, err);
    const float scale = (float)PICTURE / from.h;
    for (int r = 0; st == UM_OK && r < SKIN; r++) {
        um_point corner[UM_REGION_CORNERS];
        const int n = um_face_region_of(corner, face, (um_face_region)r);
        for (int i = 0; i < n; i++)
            corner[i] = (um_point){(corner[i].x - from.x) * scale, (corner[i].y - from.y) * scale};
        for (int i = 0; i < n; i++)
            um_draw_line(*place, corner[i], corner[(i + 1) % n], 2, 0x33cc66);
    }
    return st;
}

static um_status follow(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                        um_error *err)
{
    pulse *all = state;
    um_status st;
    all->faces++;
    person *p = find(all, face->person, out, &st, err);
    if (!p)
        return st;
    const bool turned = !(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG);
    sample s = {.t_s = in->frame->t_s};
    if (turned || !(face->quality.eye_distance_px >= MIN_EYES_PX) || !look(&s, in->frame->rgb, face)) {
        all->turned += turned;
        all->small += !turned;
        return UM_OK;
    }
    p->faces++;
    st = portrait(all, p, in->frame->rgb, face, err);
    return st < 0 ? st : add(all, p, &s, out, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, follow, out, err);
}

static um_status conclude(const pulse *all, const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (!p->windows)
        return um_findings_skip(out, who, err,
                                "too short: %.1f s without a break at 12 pictures a second, %.1f s needed",
                                um_short_of(p->longest_s, NEEDED_S), NEEDED_S);
    const double windows = (double)p->windows, n = (double)p->clear;
    if (!p->clear)
        return um_findings_score(out, who, 0, err,
                                 "No clear pulse in the skin in %lld stretch%s of 10 s%s (strongest rhythm "
                                 "%+.1f dB): this is usual in "
                                 "compressed, moving or dark recordings and speaks neither way",
                                 (long long)p->windows, p->windows == 1 ? "" : "es",
                                 p->flickers ? ", as the background flickers at the same rate" : "",
                                 um_round(p->snr_db / windows, .1));
    um_status st = um_findings_evidence(
        out, who, p->best_from_s, p->best_to_s, um_gallery_of(&all->pictures, p->id), err,
        "the clearest pulse, %.0f beats a minute, in the outlined skin of cheeks and forehead",
        60 * p->best_rate_hz);
    if (st < 0)
        return st;
    return um_findings_score(out, who, -p->evidence_db / windows, err,
                             "A common pulse of %.0f beats a minute in both cheeks and the forehead in %lld "
                             "of %lld stretches of 10 s "
                             "(coherence %.2f, forehead %.0f ms from the cheeks), as living skin has it",
                             60 * p->rate_hz / n, (long long)p->clear, (long long)p->windows,
                             p->coherence / n, fabs(um_round(1000 * p->lag_s / n, 1)));
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    pulse *all = state;
    um_status st = UM_OK;
    double longest_s = 0;
    int64_t windows = 0;
    for (int i = 0; i < all->persons.n && st == UM_OK; i++) {
        person *p = person_at(all, i);
        if ((st = close_stretch(all, p, out, err)) == UM_OK)
            st = conclude(all, p, out, err);
        longest_s = fmax(longest_s, p->longest_s);
        windows += p->windows;
    }
    if (st < 0 || windows)
        return st;
    if (!all->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    return um_findings_skip(
        out, um_file_subject(), err,
        "too short: %.1f s of usable face without a break, %.1f s needed (unusable faces: %lld "
        "turned away, %lld too small)",
        um_short_of(longest_s, NEEDED_S), NEEDED_S, (long long)all->turned, (long long)all->small);
}

const um_signal um_signal_pulse = {
    .name = "pulse",
    .family = "face",
    .question = "Does a heart beat in the colour of the skin?",
    .meaning = "Negative: cheeks and forehead change colour together in the rhythm of a pulse, and the "
               "background does "
               "not, as in a recording of a living person. Zero: no clear pulse was seen. That is usual "
               "after compression, "
               "with movement or little light, and no sign of manipulation. A face swap can carry over the "
               "pulse of the "
               "actor beneath it.",
    .score_unit = "dB below a clear pulse",
    .paper = "Wang, den Brinker, Stuijk & de Haan, IEEE TBME 64(7), 2017, 10.1109/TBME.2016.2609282",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION,
    .state_size = sizeof(pulse),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
