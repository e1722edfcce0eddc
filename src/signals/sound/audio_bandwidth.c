/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audio_bandwidth.c: does the sound fill the band that its sampling rate offers?
 *
 * Long-term average spectrum (LTAS; Byrne et al., JASA 96, 1994) of the sounding parts. Speech that was made,
 * sent or stored at a lower rate and then up-sampled, and most lossy codecs, end at a brick wall: the
 * spectrum falls by tens of dB within a small part of an octave, and nothing is above. Voices out of a
 * microphone fade; anti-alias filters end close to half the rate. The score is the empty part of the band
 * above such a wall, in octaves. */
#include "base/base.h"
#include "dsp/stats.h"
#include "dsp/stft.h"
#include "signals/figures.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

static const double FLOOR = 1e-14; /* -140 dBFS per bin: far below 16-bit rounding; keeps zeros finite */
static const double NEEDED_S = 1;  /* of sound */
static const double SERIES_STEP_S = .5;
static const double LOWEST_WALL_HZ = 1500;
/* Of half the rate: above, the wall is the anti-alias filter that every converter and resampler needs. */
static const double HIGHEST_WALL = .9;
static const double BELOW_OCT = .25, GAP_OCT = 1. / 12, ABOVE_OCT = .25; /* bands on both sides of a wall */
static const double WALL_DB = 18; /* the fall over the gap; voices fall by 6 to 12 dB per octave */
enum { MIN_BINS = 4, N_LIMITS = 4 };
static const double LIMITS_HZ[N_LIMITS] = {4000, 8000, 11000, 16000};

typedef struct audio_bandwidth {
    int rate_hz, window, n_bins; /* of the spectra; 0: no sound yet */
    int series;
    um_ltas whole, part; /* of the file; of the current step of the series */
    double first_s, last_s, part_from_s;
    um_findings *out; /* only during push */
} audio_bandwidth;

static void end(void *state)
{
    audio_bandwidth *a = state;
    um_ltas_clear(&a->whole);
    um_ltas_clear(&a->part);
}

static um_status flush_part(audio_bandwidth *a, um_error *err)
{
    if (!a->part.frames)
        return UM_OK;
    const double hz = um_rolloff(a->part.sum, a->n_bins, .99) * a->rate_hz / a->window;
    for (int k = 0; k < a->n_bins; k++)
        a->part.sum[k] = 0;
    a->part.frames = 0;
    return um_findings_point(a->out, a->series, a->part_from_s + SERIES_STEP_S / 2, hz, err);
}

static um_status take(audio_bandwidth *a, int64_t first, const double *power, um_error *err)
{
    const double t_s = ((double)first + a->window / 2.) / a->rate_hz;
    if (!um_is_sounding(power, a->n_bins))
        return UM_OK;
    if (!a->whole.frames)
        a->first_s = t_s;
    a->last_s = t_s;
    um_status st = UM_OK;
    if (t_s >= a->part_from_s + SERIES_STEP_S || t_s < a->part_from_s) {
        st = flush_part(a, err);
        a->part_from_s = SERIES_STEP_S * floor(t_s / SERIES_STEP_S);
    }
    um_ltas_add(&a->whole, power);
    um_ltas_add(&a->part, power);
    return st;
}

static um_status start(audio_bandwidth *a, const um_spectra *spectra, um_findings *out, um_error *err)
{
    um_status st;
    a->rate_hz = spectra->rate_hz;
    a->window = spectra->window;
    a->n_bins = spectra->bins;
    if ((st = um_findings_series(out, &a->series, um_file_subject(), "roll-off (99 % of the power)", "Hz",
                                 err)) < 0 ||
        (st = um_ltas_init(&a->whole, a->n_bins, err)) < 0)
        return st;
    return um_ltas_init(&a->part, a->n_bins, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    audio_bandwidth *a = state;
    const um_spectra *spectra;
    um_status st;
    if (!in->sound || in->sound->n < 1)
        return UM_OK;
    if ((st = um_product_spectra(&spectra, in->products, err)) < 0)
        return st;
    if (!a->n_bins && (st = start(a, spectra, out, err)) < 0)
        return st;
    a->out = out;
    for (int i = 0; i < spectra->n && st == UM_OK; i++)
        st = take(a, spectra->first + (int64_t)i * (a->window / 2), spectra->power + (ptrdiff_t)i * a->n_bins,
                  err);
    return st;
}

/* ---- the wall ---- */

typedef struct wall {
    double hz, fall_db, slope_db_oct;
    bool found;
} wall;

static double mean_between(const double *db, int n, double from, double to)
{
    const int first = (int)ceil(from), last = (int)um_clampd(floor(to), 0, n - 1);
    return last - first + 1 >= MIN_BINS ? um_mean(db + first, (size_t)(last - first + 1)) : NAN;
}

/* The steepest fall: mean level of the quarter octave below f against that of a quarter octave (or what the
 * band leaves of it) above f + 1/12 octave. Then the frequency at which the level passes half way. */
static wall find_wall(const double *db, int n, double hz_per_bin)
{
    wall w = {0};
    int at = 0;
    double upper = 0, lower = 0;
    for (int k = (int)ceil(LOWEST_WALL_HZ / hz_per_bin); k < n - 1; k++) {
        const double below = mean_between(db, n, k * exp2(-BELOW_OCT), k);
        const double above = mean_between(db, n, k * exp2(GAP_OCT), k * exp2(GAP_OCT + ABOVE_OCT));
        if (below - above > w.fall_db) {
            w.fall_db = below - above;
            upper = below;
            lower = above;
            at = k;
        }
    }
    if (!at)
        return w;
    double rest = 0; /* mean power above the wall */
    const int from_bin = (int)ceil(at * exp2(GAP_OCT));
    for (int k = from_bin; k < n; k++)
        rest += pow(10, db[k] / 10) / (n - from_bin);
    int k = at;
    while (k + 1 < n && db[k] > (upper + lower) / 2)
        k++;
    w.hz = k * hz_per_bin;
    /* 80 % of the fall, between the points at which 10 and 90 % of it have passed */
    int from = k, to = k;
    while (from > 1 && db[from] < upper - .1 * w.fall_db)
        from--;
    while (to + 1 < n && db[to] > upper - .9 * w.fall_db)
        to++;
    w.slope_db_oct = to > from ? .8 * w.fall_db / log2((double)to / from) : 0;
    /* a notch is no wall: above it, it must stay quiet up to the end */
    w.found = w.fall_db >= WALL_DB && k <= HIGHEST_WALL * (n - 1) && 10 * log10(rest) <= upper - WALL_DB;
    return w;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    audio_bandwidth *a = state;
    if (!a->n_bins)
        return um_findings_skip(out, um_file_subject(), err, "there is no sound");
    a->out = out;
    um_status st = flush_part(a, err);
    if (st < 0)
        return st;
    const double half_hz = a->rate_hz / 2., hz_per_bin = (double)a->rate_hz / a->window;
    const double sounding_s = (double)a->whole.frames * (a->window / 2) / a->rate_hz;
    if (sounding_s < NEEDED_S)
        return um_findings_skip(out, um_file_subject(), err,
                                "too short or silent: %.1f s above -60 dBFS, %.0f s needed",
                                um_short_of(sounding_s, NEEDED_S), NEEDED_S);
    double *db = um_calloc((size_t)a->n_bins, sizeof *db), total = 0;
    if (!db)
        return um_fail_oom(err);
    for (int k = 0; k < a->n_bins; k++) {
        const double power = a->whole.sum[k] / (double)a->whole.frames;
        db[k] = 10 * log10(power + FLOOR);
        total += k ? power : 0;
    }
    char shares[96] = "";
    size_t used = 0;
    for (int i = 0; i < N_LIMITS && LIMITS_HZ[i] < half_hz; i++) {
        double above = 0;
        for (int k = (int)ceil(LIMITS_HZ[i] / hz_per_bin); k < a->n_bins; k++)
            above += a->whole.sum[k] / (double)a->whole.frames;
        used +=
            (size_t)snprintf(shares + used, sizeof shares - used, "%s%.0f kHz %.0f dB", i ? ", " : "; above ",
                             LIMITS_HZ[i] / 1000, um_round(10 * log10(above / total + FLOOR), 1));
    }
    const double rolloff_hz = um_rolloff(a->whole.sum, a->n_bins, .99) * hz_per_bin;
    const wall w = find_wall(db, a->n_bins, hz_per_bin);
    free(db);
    if (!w.found)
        st = um_findings_score(
            out, um_file_subject(), 0, err,
            "The sound does not end abruptly below %.1f kHz: 99 %% of the power below %.1f kHz%s",
            half_hz / 1000, rolloff_hz / 1000, shares);
    else {
        const double octaves = log2(half_hz / w.hz);
        st = um_findings_evidence(
            out, um_file_subject(), a->first_s, a->last_s, NULL, err,
            "the band ends at %.2f kHz: a fall of %.0f dB at %.0f dB per octave, while %d Hz offers "
            "%.2f kHz",
            w.hz / 1000, w.fall_db, w.slope_db_oct, a->rate_hz, half_hz / 1000);
        if (st == UM_OK)
            st = um_findings_score(out, um_file_subject(), octaves, err,
                                   "The sound ends abruptly at %.2f kHz, though its sampling rate has room "
                                   "up to %.2f kHz: it was "
                                   "up-sampled, low-passed or coded; 99 %% of the power below %.1f kHz%s",
                                   w.hz / 1000, half_hz / 1000, rolloff_hz / 1000, shares);
    }
    return st;
}

const um_signal um_signal_audio_bandwidth = {
    .name = "audio_bandwidth",
    .family = "sound",
    .question = "Does the sound fill the band that its sampling rate offers?",
    .meaning = "Octaves that stay empty above the pitch at which the sound ends abruptly. Half an octave or "
               "more: the sound was made, sent "
               "or stored at "
               "a lower rate, as many voice generators do, but so do telephones, meetings and lossy codecs "
               "(MP3 at 128 "
               "kbit/s ends at 16 kHz). It tells of processing, not of forgery.",
    .score_unit = "empty octaves",
    .paper = "Byrne et al., JASA 96, 1994, DOI 10.1121/1.410152 (LTAS)",
    .version = 1,
    .needs = UM_NEED_SOUND | UM_NEED_SPECTRA,
    .state_size = sizeof(audio_bandwidth),
    .push = push,
    .finish = finish,
    .end = end,
};
