/* SPDX-License-Identifier: GPL-3.0-or-later */
/* front.c: sound into the tables that networks hear. */
#include "dsp/front.h"
#include "dsp/cepstra.h"
#include "dsp/frames.h"
#include "dsp/group_delay.h"
#include "dsp/mel.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ADDED = DBL_EPSILON; /* to a power before its logarithm, as in the baselines */
enum { FRAMES_LEAST = 8, FRAMES_MOST = 4096, BANDS_MOST = 512, EVEN_MOST = 1 << 14 };

struct um_front {
    um_front_spec spec;
    um_framer *framer; /* log power */
    float *power;
    um_mel bands; /* lfcc, mfcc */
    um_fft *fft;
    um_cqt cqt;
    um_group_delay delay;
    um_cepstra cepstra;
    double *window, *frame, *logs; /* logs: what the cosine transform takes */
    float *emphasised, *rows;
};

const char *um_front_name(um_front_kind kind)
{
    static const char *const name[UM_FRONTS] = {"log_power", "lfcc", "mfcc", "cqcc", "group_delay"};
    return name[kind];
}

/* ---- what there is ---- */

um_front_spec um_front_usual(um_front_kind kind)
{
    um_front_spec s = {
        .kind = kind, .window = 400, .hop = 160, .padded = 512, .coefficients = 20, .reach = 1};
    switch (kind) {
    case UM_FRONT_LFCC: /* logical access of ASVspoof 2021 */
        s.window = 480;
        s.hop = 240;
        s.padded = 1024;
        s.bands = 70;
        s.high_hz = 4000;
        s.log10 = true;
        s.deltas = 2;
        break;
    case UM_FRONT_MFCC:
        s.bands = 26;
        s.high_hz = UM_FRONT_HZ / 2;
        s.coefficients = 13;
        s.deltas = 2;
        s.reach = 2;
        break;
    case UM_FRONT_CQCC:
        s.low_hz = 62.5;
        s.high_hz = 4000;
        s.per_octave = 12;
        s.parts = 16;
        s.deltas = 2;
        break;
    case UM_FRONT_GROUP_DELAY:
        s.alpha = .4;
        s.gamma = .9;
        s.lifter = 8;
        break;
    default:
        s.coefficients = 0;
    }
    return s;
}

static um_cqt_scale octaves(const um_front_spec *s)
{
    return (um_cqt_scale){s->low_hz, s->high_hz, s->per_octave, s->gamma_hz};
}

/* Steps of low_hz / parts, from the first bin to the last. */
static int even_values(const um_front_spec *s)
{
    const um_cqt_scale c = octaves(s);
    const double width = um_cqt_hz(&c, um_cqt_bins(&c) - 1) - s->low_hz;
    return (int)lrint(width / (s->low_hz / s->parts)) + 1;
}

/* What the cosine transform takes. */
static int inputs(const um_front_spec *s)
{
    const um_cqt_scale c = octaves(s);
    return s->kind == UM_FRONT_CQCC          ? um_cqt_bins(&c)
           : s->kind == UM_FRONT_GROUP_DELAY ? s->padded / 2 + 1
                                             : s->bands;
}

int um_front_window(const um_front_spec *s)
{
    const um_cqt_scale c = octaves(s);
    return s->kind == UM_FRONT_CQCC ? um_cqt_window(&c, UM_FRONT_HZ) : s->window;
}

int um_front_samples(const um_front_spec *s)
{
    return (s->frames - 1) * s->hop + um_front_window(s);
}

int um_front_rows(const um_front_spec *s)
{
    return s->kind == UM_FRONT_LOG_POWER ? s->padded / 2 : s->coefficients * (1 + s->deltas);
}

int um_front_planes(const um_front_spec *s)
{
    return s->kind == UM_FRONT_LOG_POWER ? 2 : 1;
}

static const char *wrong_scale(const um_front_spec *s)
{
    if (!(s->low_hz >= 0) || !(s->high_hz > s->low_hz) || !(s->high_hz <= UM_FRONT_HZ / 2.))
        return "low_hz and high_hz are not two frequencies up to 8000";
    if (s->kind != UM_FRONT_CQCC)
        return s->bands < 1 || s->bands > BANDS_MOST ? "bands are not 1 to 512" : NULL;
    if (!(s->low_hz >= 10) || !(s->high_hz >= 2 * s->low_hz))
        return "low_hz is below 10, or high_hz less than an octave above it";
    if (s->per_octave < 4 || s->per_octave > 96 || s->parts < 1 || s->parts > 64)
        return "per_octave is not 4 to 96, or parts not 1 to 64";
    if (!(s->gamma_hz >= 0 && s->gamma_hz <= 1000))
        return "gamma_hz is not 0 to 1000";
    if (um_front_window(s) > UM_FRONT_HZ * 2)
        return "the window of low_hz is longer than 2 s: fewer bins per_octave, or a gamma_hz";
    return even_values(s) > EVEN_MOST ? "parts make more than 16384 steps up to high_hz" : NULL;
}

static const char *wrong_cepstra(const um_front_spec *s)
{
    if (s->kind == UM_FRONT_GROUP_DELAY &&
        (!(s->alpha > 0 && s->alpha <= 2) || !(s->gamma > 0 && s->gamma <= 2) || s->lifter < 0 ||
         s->lifter > UM_LIFTER_MAX || s->lifter > s->padded / 2))
        return "alpha or gamma is not above 0 and up to 2, or lifter not 0 to 64 and half of padded";
    if (s->kind != UM_FRONT_GROUP_DELAY && wrong_scale(s))
        return wrong_scale(s);
    if (!(s->emphasis >= 0 && s->emphasis < 1))
        return "emphasis is not from 0 to below 1";
    if (s->deltas < 0 || s->deltas > 2 || s->reach < 1 || s->reach > 16)
        return "deltas is not 0 to 2, or reach not 1 to 16";
    if (s->coefficients < 1 || s->coefficients > inputs(s))
        return "coefficients is not from 1 to what they are made of";
    return NULL;
}

const char *um_front_wrong(const um_front_spec *s)
{
    if (s->frames < FRAMES_LEAST || s->frames > FRAMES_MOST || s->hop < 16 || s->hop > 4096)
        return "frames is not 8 to 4096, or hop not 16 to 4096";
    if (s->kind != UM_FRONT_CQCC &&
        (s->window < 16 || s->window > 4096 || s->padded < 16 || s->padded > 4096 || s->padded % 2))
        return "window or padded is not 16 to 4096, or padded odd";
    if (s->kind != UM_FRONT_CQCC && s->window > s->padded)
        return "window is longer than padded";
    const char *why = s->kind == UM_FRONT_LOG_POWER ? NULL : wrong_cepstra(s);
    return why ? why : um_front_samples(s) > UM_FRONT_SAMPLES ? "all of it is longer than 30 s" : NULL;
}

/* ---- working memory ---- */

static um_status prepare_bands(um_front *f, um_error *err)
{
    const um_front_spec *s = &f->spec;
    um_status st = um_fft_new(&f->fft, 1, s->padded, err);
    if (st == UM_OK)
        st = um_mel_init_between(&f->bands, s->bands, s->padded / 2 + 1, UM_FRONT_HZ, s->low_hz, s->high_hz,
                                 s->kind == UM_FRONT_LFCC, err);
    for (int b = 0; b < s->bands && st == UM_OK; b++)
        if (!f->bands.to[b])
            st = um_fail(err, UM_EINVAL, "band %d lies between two bins of a transform of %d samples", b,
                         s->padded);
    return st;
}

static um_status prepare_octaves(um_front *f, um_error *err)
{
    const um_cqt_scale c = octaves(&f->spec);
    double *hz = um_calloc((size_t)um_cqt_bins(&c), sizeof *hz);
    um_status st = hz ? um_cqt_init(&f->cqt, &c, UM_FRONT_HZ, err) : um_fail_oom(err);
    for (int k = 0; k < f->cqt.n_bins && st == UM_OK; k++)
        hz[k] = um_cqt_hz(&c, k);
    if (st == UM_OK)
        st = um_cepstra_init_even(&f->cepstra, hz, f->cqt.n_bins, even_values(&f->spec), f->spec.coefficients,
                                  err);
    free(hz);
    return st;
}

static um_status prepare_cepstra(um_front *f, um_error *err)
{
    const um_front_spec *s = &f->spec;
    const int window = um_front_window(s), padded = s->padded > window ? s->padded : window;
    f->window = um_calloc((size_t)window, sizeof *f->window);
    f->frame = um_calloc((size_t)padded, sizeof *f->frame);
    f->logs = um_calloc((size_t)inputs(s), sizeof *f->logs);
    f->emphasised = um_calloc((size_t)um_front_samples(s), sizeof *f->emphasised);
    f->rows = um_calloc((size_t)um_front_rows(s), (size_t)s->frames * sizeof *f->rows);
    if (!f->window || !f->frame || !f->logs || !f->emphasised || !f->rows)
        return um_fail_oom(err);
    for (int i = 0; i < window; i++) /* Hamming, symmetric */
        f->window[i] = .54 - .46 * cos(2 * M_PI * i / (window - 1));
    um_status st = s->kind == UM_FRONT_CQCC ? prepare_octaves(f, err)
                   : s->kind == UM_FRONT_GROUP_DELAY
                       ? um_group_delay_init(&f->delay, s->padded, s->alpha, s->gamma, s->lifter, err)
                       : prepare_bands(f, err);
    if (st == UM_OK && s->kind != UM_FRONT_CQCC)
        st = um_cepstra_init(&f->cepstra, inputs(s), s->coefficients, err);
    return st;
}

um_status um_front_new(um_front **out, const um_front_spec *spec, um_error *err)
{
    *out = NULL;
    if (um_front_wrong(spec))
        return um_fail(err, UM_EINVAL, "%s: %s", um_front_name(spec->kind), um_front_wrong(spec));
    um_front *f = um_calloc(1, sizeof *f);
    if (!f)
        return um_fail_oom(err);
    f->spec = *spec;
    um_status st = UM_OK;
    if (spec->kind != UM_FRONT_LOG_POWER)
        st = prepare_cepstra(f, err);
    else if ((st = um_framer_new(&f->framer, spec->window, spec->padded, err)) == UM_OK &&
             !(f->power = um_calloc((size_t)spec->frames, (size_t)spec->padded / 2 * sizeof *f->power)))
        st = um_fail_oom(err);
    if (st < 0)
        um_front_free(&f);
    *out = f;
    return st;
}

void um_front_free(um_front **front)
{
    um_front *f = front ? *front : NULL;
    if (!f)
        return;
    um_framer_free(&f->framer);
    um_mel_clear(&f->bands);
    um_fft_free(&f->fft);
    um_cqt_clear(&f->cqt);
    um_group_delay_clear(&f->delay);
    um_cepstra_clear(&f->cepstra);
    free(f->power);
    free(f->window);
    free(f->frame);
    free(f->logs);
    free(f->emphasised);
    free(f->rows);
    free(f);
    *front = NULL;
}

/* ---- hearing ---- */

static void windowed(um_front *f, double *into, const float *samples)
{
    for (int i = 0; i < f->spec.window; i++)
        into[i] = (double)samples[i] * f->window[i];
}

/* Logarithms of the power in bands. */
static void hear_bands(um_front *f, const float *samples)
{
    const um_mel *m = &f->bands;
    memset(f->fft->in, 0, (size_t)f->fft->cols * sizeof *f->fft->in);
    windowed(f, f->fft->in, samples);
    um_fft_run(f->fft);
    for (int b = 0; b < m->n_bands; b++) {
        const float *weight = m->weight + (size_t)b * (size_t)m->n_bins;
        double sum = ADDED;
        for (int k = m->from[b]; k < m->to[b]; k++) {
            const double *x = f->fft->out[k];
            sum += (double)weight[k] * (x[0] * x[0] + x[1] * x[1]);
        }
        f->logs[b] = f->spec.log10 ? log10(sum) : log(sum);
    }
}

static void hear_frame(um_front *f, const float *samples)
{
    if (f->spec.kind == UM_FRONT_CQCC) {
        um_cqt_power(&f->cqt, f->logs, samples);
        for (int k = 0; k < f->cqt.n_bins; k++)
            f->logs[k] = log(f->logs[k] + ADDED);
    } else if (f->spec.kind == UM_FRONT_GROUP_DELAY) {
        windowed(f, f->frame, samples);
        um_group_delay_run(&f->delay, f->logs, f->frame, f->spec.window);
    } else {
        hear_bands(f, samples);
    }
}

void um_front_hear(um_front *f, float *out, const float *samples)
{
    const um_front_spec *s = &f->spec;
    const int n_samples = um_front_samples(s), n_rows = um_front_rows(s), n = s->frames;
    const ptrdiff_t part = (ptrdiff_t)s->coefficients * n;
    if (s->kind == UM_FRONT_LOG_POWER) {
        um_frames_planes(out, f->framer, f->power, samples, n, s->hop);
        return;
    }
    for (int i = 0; i < n_samples; i++)
        f->emphasised[i] = (float)((double)samples[i] - (i ? s->emphasis * (double)samples[i - 1] : 0));
    for (int t = 0; t < n; t++) {
        hear_frame(f, f->emphasised + (ptrdiff_t)t * s->hop);
        um_cepstra_run(&f->cepstra, f->rows + t, n, f->logs);
    }
    for (int d = 0; d < s->deltas; d++)
        um_deltas(f->rows + (d + 1) * part, f->rows + d * part, s->coefficients, n, s->reach);
    if (s->level != UM_LEVEL_AS_IT_IS)
        um_rows_level(f->rows, n_rows, n, s->level == UM_LEVEL_DEVIATION);
    for (int r = 0; r < n_rows; r++)
        for (int t = 0; t < n; t++)
            out[s->frames_first ? (ptrdiff_t)t * n_rows + r : (ptrdiff_t)r * n + t] =
                f->rows[(ptrdiff_t)r * n + t];
}
