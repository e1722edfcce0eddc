/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mains_hum.c: the hum of the electricity grid (electric network frequency, ENF): its frequency over time,
 * and moments at which its phase jumps.
 *
 * Grigoras, "Digital audio recording analysis: the electric network frequency criterion", IJSLL 12(1), 2005:
 * spectra of 16 s every second at 1 kHz, the peak between bins by a parabola. Rodriguez, Apolinario &
 * Biscainho, "Audio authenticity: detecting ENF discontinuity with high precision phase analysis", IEEE TIFS
 * 5(3), 2010: a cut leaves a jump of phase. Differences: the phase is that of blocks of 10 cycles of 50 Hz or
 * 12 of 60 (IEC 61000-4-30), and a jump is what lines through two seconds before and after a block differ by
 * in its middle; the clearest of four harmonics is followed. */
#include "dsp/fft.h"
#include "dsp/resample.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include "signals/figures.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

enum {
    RATE = 1000,        /* Hz: beyond the harmonics that are looked at, and whole samples per block */
    WINDOW = 16 * RATE, /* grids change slowly, and the longer the window the less of a voice is in a bin */
    PADDED = 32768,     /* so that the parabola errs by less than a thousandth of a hertz */
    HOP = RATE,
    BLOCK = 200,   /* whole cycles of every harmonic below */
    SIDE = 10,     /* blocks on each side */
    HARMONICS = 4, /* of 50 and of 60 Hz, none of which coincide */
    LINES = 2 * HARMONICS,
    JUMPS = 64
};
static const double MAINS_HZ[2] = {50, 60};
static const double AROUND_HZ = .5;          /* grids stay within; times the harmonic */
static const double NEAR_HZ = 1, FAR_HZ = 4; /* from the peak: what it is compared with */
static const double CLEAR_DB = 20;           /* above the median there: hum. Noise gives 10 at most */
static const double CLEAR_SHARE = .5;        /* of the windows */
/* A line that is this loud (-20 dBFS) and most of the sound is a tone that somebody made: hum is a
 * background. */
static const double TONE_AMPLITUDE = .1, TONE_SHARE = .5;
static const double JUMP_DEG = 20, JUMP_TIMES = 5; /* at least, and in deviations from both lines */
static const double ALONE_S = 2;                   /* of jumps within so long the greatest is told */

typedef struct jump {
    double t_s, deg;
} jump;

typedef struct hum {
    um_resampler *resampler;
    um_fft *fft;
    double *window, *power, shape[BLOCK];
    double *sound;                               /* [n] at 1 kHz from sample `first` on */
    int n, due;                                  /* due: samples at which the next window is full */
    int64_t first, judged;                       /* the next block to judge begins at `judged` */
    int64_t windows, clear[LINES], tones[LINES]; /* tones: windows in which the line is one */
    int64_t heard_from, heard_to;                /* of the run, by samples of the recording */
    double snr_db[LINES];                        /* sum over the windows */
    double lowest_hz, highest_hz, sum_hz;
    int64_t n_hz;
    jump best, told[JUMPS]; /* told: the greatest, in order of time */
    int n_told;
    int64_t n_jumps;
    int series;
} hum;

static double line_hz(int line)
{
    return MAINS_HZ[line / HARMONICS] * (line % HARMONICS + 1);
}

/* The strongest line near a multiple of 50 or 60 Hz: its frequency, and how far it is above what is around.
 */
static double find_line(double *hz, const hum *h, int line)
{
    const double bin = (double)RATE / PADDED, middle = line_hz(line),
                 around = AROUND_HZ * (line % HARMONICS + 1);
    const int from = (int)ceil((middle - 2 * around) / bin), to = (int)floor((middle + 2 * around) / bin);
    int at = from;
    for (int k = from; k <= to; k++)
        at = h->power[k] > h->power[at] ? k : at;
    *hz = at * bin;
    if (fabs(*hz - middle) > around)
        return 0; /* something else is there, and what it leaves at the grid's frequency is not the grid */
    double other[2 * (4 * PADDED / RATE + 1)];
    size_t n = 0;
    for (int k = (int)ceil(NEAR_HZ / bin); k <= (int)floor(FAR_HZ / bin); k++) {
        other[n++] = h->power[at - k];
        other[n++] = h->power[at + k];
    }
    const double floor_power = um_median(other, n) + 1e-20;
    const double a = log(h->power[at - 1] + 1e-30), b = log(h->power[at] + 1e-30),
                 c = log(h->power[at + 1] + 1e-30);
    const double bend = a - 2 * b + c;
    *hz += bend < 0 ? um_clampd((a - c) / (2 * bend), -1, 1) * bin : 0;
    return 10 * log10(h->power[at] / floor_power + 1e-20);
}

/* ---- phase ---- */

static double wrap(double deg)
{
    return deg - 360 * floor((deg + 180) / 360);
}

/* Degrees by which the line is ahead of one of hz that began with the recording, in the block from `at` on.
 */
static double phase_deg(const hum *h, int64_t at, double hz)
{
    double re = 0, im = 0;
    const double *x = h->sound + (at - h->first);
    for (int i = 0; i < BLOCK; i++) {
        const double turn = 2 * M_PI * fmod(hz * (double)(at + i) / RATE, 1);
        re += h->shape[i] * x[i] * cos(turn);
        im -= h->shape[i] * x[i] * sin(turn);
    }
    return atan2(im, re) * 180 / M_PI;
}

/* A line through the phases of SIDE blocks, the nearest first: where it is at the block they lie beside; adds
 * to *squares what is left. */
static double meet(double *squares, const hum *h, int64_t at, int step, double hz)
{
    double x[SIDE], y[SIDE], slope, offset;
    for (int i = 0; i < SIDE; i++) {
        x[i] = i + 1;
        y[i] = phase_deg(h, at + (int64_t)(i + 1) * step, hz);
        if (i)
            y[i] = y[i - 1] + wrap(y[i] - y[i - 1]);
    }
    um_line_fit(&slope, &offset, x, y, SIDE);
    for (int i = 0; i < SIDE; i++)
        *squares += (y[i] - offset - slope * x[i]) * (y[i] - offset - slope * x[i]);
    return offset;
}

static void tell_best(hum *h)
{
    int least = 0;
    if (!(h->best.deg > 0))
        return;
    h->n_jumps++;
    for (int i = 1; i < h->n_told; i++)
        least = h->told[i].deg < h->told[least].deg ? i : least;
    if (h->n_told == JUMPS && h->told[least].deg < h->best.deg)
        memmove(&h->told[least], &h->told[least + 1], (size_t)(--h->n_told - least) * sizeof *h->told);
    if (h->n_told < JUMPS)
        h->told[h->n_told++] = h->best;
    h->best.deg = 0;
}

/* The blocks from `judged` on that begin before `to`. */
static void judge(hum *h, int64_t to, double hz, bool clear)
{
    const int64_t least = h->first + SIDE * BLOCK;
    if (h->judged < least)
        h->judged = least;
    for (; h->judged < to; h->judged += BLOCK) {
        double squares = 0;
        if (!clear)
            continue;
        const double left = meet(&squares, h, h->judged, -BLOCK, hz),
                     right = meet(&squares, h, h->judged, BLOCK, hz);
        const double deg = fabs(wrap(right - left)), t_s = ((double)h->judged + BLOCK / 2.) / RATE;
        if (t_s > h->best.t_s + ALONE_S)
            tell_best(h);
        if (deg >= JUMP_DEG && deg >= JUMP_TIMES * sqrt(squares / (2 * SIDE)) && deg > h->best.deg)
            h->best = (jump){t_s, deg};
    }
}

/* ---- windows ---- */

static int clearest(const hum *h)
{
    int best = 0;
    for (int k = 1; k < LINES; k++)
        best = h->snr_db[k] > h->snr_db[best] ? k : best;
    return best;
}

/* The sum of Hann's window is half its length, and half of an amplitude is in either half of a spectrum. */
static bool is_tone(const hum *h, double hz, double mean_square)
{
    const double amplitude = 4 * sqrt(h->power[(int)round(hz * PADDED / RATE)]) / WINDOW;
    return amplitude >= TONE_AMPLITUDE && amplitude * amplitude / 2 >= TONE_SHARE * mean_square;
}

static um_status look(hum *h, bool last, um_findings *out, um_error *err)
{
    double hz[LINES], snr_db[LINES];
    memset(h->fft->in, 0, PADDED * sizeof *h->fft->in);
    for (int i = 0; i < WINDOW; i++)
        h->fft->in[i] = h->window[i] * h->sound[h->n - WINDOW + i];
    double squares = 0;
    for (int i = 0; i < WINDOW; i++)
        squares += h->sound[h->n - WINDOW + i] * h->sound[h->n - WINDOW + i];
    um_fft_run(h->fft);
    um_fft_power(h->power, h->fft, 1);
    for (int k = 0; k < LINES; k++) {
        snr_db[k] = find_line(&hz[k], h, k);
        h->snr_db[k] += last ? 0 : snr_db[k]; /* the last window has been counted */
        h->clear[k] += !last && snr_db[k] >= CLEAR_DB;
        h->tones[k] += !last && is_tone(h, hz[k], squares / WINDOW);
    }
    const int line = clearest(h);
    const bool clear = snr_db[line] >= CLEAR_DB;
    const int64_t stop = h->first + h->n;
    judge(h, last ? stop - (SIDE + 1) * BLOCK : stop - WINDOW / 2, line_hz(line), clear);
    if (last || !clear)
        return UM_OK;
    const double grid_hz = hz[line] / (line % HARMONICS + 1);
    h->lowest_hz = h->n_hz ? fmin(h->lowest_hz, grid_hz) : grid_hz;
    h->highest_hz = fmax(h->highest_hz, grid_hz);
    h->sum_hz += grid_hz;
    h->n_hz++;
    return um_findings_point(out, h->series, (double)(stop - WINDOW / 2) / RATE, grid_hz, err);
}

static um_status end_run(hum *h, um_findings *out, um_error *err)
{
    const um_status st = h->n >= WINDOW ? look(h, true, out, err) : UM_OK;
    tell_best(h);
    h->n = 0;
    h->due = WINDOW;
    return st;
}

static um_status take(hum *h, int64_t first, const float *samples, int n, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    if (first != h->first + h->n) {
        st = end_run(h, out, err);
        h->first = h->judged = first;
    }
    for (int i = 0; i < n && st == UM_OK; i++) {
        if (h->n == WINDOW + HOP) {
            memmove(h->sound, h->sound + HOP, WINDOW * sizeof *h->sound);
            h->n -= HOP;
            h->first += HOP;
            h->due -= HOP;
        }
        h->sound[h->n++] = (double)samples[i];
        if (h->n == h->due) {
            h->windows++;
            st = look(h, false, out, err);
            h->due += HOP;
        }
    }
    return st;
}

static um_status start(hum *h, int rate_hz, um_findings *out, um_error *err)
{
    um_status st = um_resampler_new(&h->resampler, rate_hz, RATE, err);
    if (st == UM_OK)
        st = um_fft_new(&h->fft, 1, PADDED, err);
    if (st < 0)
        return st;
    h->due = WINDOW;
    h->window = um_calloc(WINDOW, sizeof *h->window);
    h->power = um_calloc((size_t)um_fft_bins(h->fft), sizeof *h->power);
    h->sound = um_calloc(WINDOW + HOP, sizeof *h->sound);
    if (!h->window || !h->power || !h->sound)
        return um_fail_oom(err);
    um_window_hann(h->window, WINDOW);
    um_window_hann(h->shape, BLOCK); /* else a voice leaks into the block */
    return um_findings_series(out, &h->series, um_file_subject(), "frequency of the grid", "Hz", err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    hum *h = state;
    const um_sound *sound = in->sound;
    float *samples = NULL;
    int n = 0;
    int64_t first = 0;
    um_status st = UM_OK;
    if (!sound || sound->n < 1)
        return UM_OK;
    if (!h->sound && (st = start(h, sound->rate_hz, out, err)) < 0)
        return st;
    if (sound->rate_hz != h->resampler->rate_in)
        return UM_OK; /* a damaged stream that changes its rate: the first one is judged */
    if (sound->first != h->heard_to)
        h->heard_from = sound->first;
    h->heard_to = sound->first + sound->n;
    st = um_resampler_push(h->resampler, &samples, &n, &first, sound->first, sound->mono, sound->n, err);
    if (st == UM_OK && n)
        st = take(h, first, samples, n, out, err);
    free(samples);
    return st;
}

/* ---- the end ---- */

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    hum *h = state;
    const um_subject file = um_file_subject();
    if (!h->sound)
        return um_findings_skip(out, file, err, "there is no sound");
    const double at_hand_s = (double)(h->heard_to - h->heard_from) / h->resampler->rate_in;
    um_status st = end_run(h, out, err);
    if (st < 0)
        return st;
    if (!h->windows)
        return um_findings_skip(out, file, err, "too short: %.1f s of sound at once, %d s needed",
                                um_short_of(at_hand_s, WINDOW / RATE), WINDOW / RATE);
    const int line = clearest(h);
    const double snr_db = h->snr_db[line] / (double)h->windows,
                 share = (double)h->clear[line] / (double)h->windows;
    if (share < CLEAR_SHARE || !h->n_hz)
        return um_findings_skip(
            out, file, err,
            "no hum of 50 or 60 Hz: the clearest line is %.0f dB above what is around, and "
            "%.0f dB in %.0f %% of the time, %.0f %% needed",
            um_round(snr_db, 1), CLEAR_DB, 100 * um_short_of(share, CLEAR_SHARE), 100 * CLEAR_SHARE);
    if (2 * h->tones[line] > h->clear[line])
        return um_findings_skip(out, file, err,
                                "a tone near %.0f Hz is most of the sound: hum of the grid is softer than "
                                "%.0f dBFS, or beside what was recorded",
                                line_hz(line), 20 * log10(TONE_AMPLITUDE));
    const jump *top = NULL;
    for (int i = 0; i < h->n_told && st == UM_OK; i++) {
        const jump *j = &h->told[i];
        top = top && top->deg >= j->deg ? top : j;
        st = um_findings_evidence(
            out, file, j->t_s - .5 * BLOCK / RATE, j->t_s + .5 * BLOCK / RATE, NULL, err,
            "at %.1f s the hum jumps by %.0f degrees: sound was cut, or a device switched", j->t_s, j->deg);
    }
    if (st < 0)
        return st;
    char words[100] = "its phase does not jump";
    if (h->n_jumps == 1)
        snprintf(words, sizeof words, "its phase jumps once, by %.0f degrees at %.1f s", top->deg, top->t_s);
    else if (top)
        snprintf(words, sizeof words, "its phase jumps %lld times, by up to %.0f degrees at %.1f s",
                 (long long)h->n_jumps, top->deg, top->t_s);
    return um_findings_score(
        out, file, top ? top->deg : 0, err,
        "Hum of the %.0f Hz grid, %.0f dB above what is around at %.0f Hz; %.3f Hz on average, "
        "from %.3f to %.3f; %s",
        MAINS_HZ[line / HARMONICS], um_round(snr_db, 1), line_hz(line), h->sum_hz / (double)h->n_hz,
        h->lowest_hz, h->highest_hz, words);
}

static void end(void *state)
{
    hum *h = state;
    um_resampler_free(&h->resampler);
    um_fft_free(&h->fft);
    free(h->window);
    free(h->power);
    free(h->sound);
}

const um_signal um_signal_mains_hum = {
    .name = "mains_hum",
    .family = "sound",
    .question = "Does the hum of the electricity grid run through without a break?",
    .meaning = "The greatest jump of the phase of the hum, degrees. Devices near the mains hum at 50 or 60 "
               "Hz and its "
               "multiples; where a part is missing or was put in, the hum hardly ever fits. Lamps and "
               "devices that are "
               "switched, cuts known to everybody and repaired sound jump, too; most recordings have no hum.",
    .score_unit = "degrees",
    .paper = "Grigoras, IJSLL 12(1), 2005; Rodriguez, Apolinario & Biscainho, IEEE TIFS 5(3), 2010, DOI "
             "10.1109/TIFS.2010.2051270",
    .version = 1,
    .needs = UM_NEED_SOUND,
    .state_size = sizeof(hum),
    .push = push,
    .finish = finish,
    .end = end,
};
