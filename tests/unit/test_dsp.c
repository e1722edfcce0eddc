/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transforms and statistics against their definitions; constants against closed forms and scipy. */
#include "../check.h"
#include "dsp/frames.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include "dsp/stft.h"
#include <pthread.h>
#include <string.h>

static uint64_t seed = 1;

static double uniform(void) /* 0..1 */
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform());
}

/* The textbook sum. FFTW's error grows like log n * epsilon; the slow sum's like n * epsilon. */
static void fft_definition(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 2}, {1, 7}, {1, 64}, {8, 8}, {6, 10}, {5, 9}, {16, 3}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const int rows = sizes[k][0], cols = sizes[k][1];
        um_fft *fft = NULL;
        CHECK(um_fft_new(&fft, rows, cols, NULL) == UM_OK);
        double in[256];
        for (int i = 0; i < rows * cols; i++)
            fft->in[i] = in[i] = normal();
        um_fft_run(fft);
        double worst = 0;
        for (int u = 0; u < rows; u++)
            for (int v = 0; v < um_fft_bins(fft); v++) {
                double re = 0, im = 0;
                for (int y = 0; y < rows; y++)
                    for (int x = 0; x < cols; x++) {
                        const double phase = -2 * M_PI * ((double)u * y / rows + (double)v * x / cols);
                        re += in[y * cols + x] * cos(phase);
                        im += in[y * cols + x] * sin(phase);
                    }
                const double *got = fft->out[u * um_fft_bins(fft) + v];
                worst = fmax(worst, hypot(got[0] - re, got[1] - im));
            }
        CHECK(worst < 1e-13 * rows * cols);
        um_fft_free(&fft);
        CHECK(!fft);
    }
    um_fft *fft = NULL;
    um_error err;
    CHECK(um_fft_new(&fft, 0, 4, &err) == UM_EINVAL && !fft);
    CHECK(um_fft_new(&fft, 1 << 20, 1 << 20, &err) == UM_EINVAL && !fft);
    um_fft_free(&fft);
}

/* Forward and back are the data again. */
static void fft_back(void)
{
    static const int sizes[] = {1, 2, 7, 64, 90, 105};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        um_fft *fft = NULL;
        double in[128], worst = 0;
        CHECK(um_fft_new(&fft, 1, sizes[k], NULL) == UM_OK);
        for (int i = 0; i < sizes[k]; i++)
            fft->in[i] = in[i] = normal();
        um_fft_run(fft);
        memset(fft->in, 0, (size_t)sizes[k] * sizeof *fft->in);
        um_fft_back(fft);
        for (int i = 0; i < sizes[k]; i++)
            worst = fmax(worst, fabs(fft->in[i] - in[i]));
        CHECK(worst < 1e-14 * sizes[k]);
        um_fft_free(&fft);
    }
}

/* The power of a frame is the mean square under its window; of the map neither level nor a fixed colour is
 * left. */
static void frames(void)
{
    enum { WINDOW = 400, PADDED = 512, BINS = PADDED / 2 + 1, FRAMES = 6 };
    static float power[FRAMES * BINS], map[BINS * FRAMES], other[BINS * FRAMES], x[WINDOW];
    um_framer *f = NULL;
    double square = 0, weight = 0, sum = 0, worst = 0;
    CHECK(um_framer_new(&f, WINDOW, PADDED, NULL) == UM_OK);
    for (int i = 0; i < WINDOW; i++) {
        const double w = .5 - .5 * cos(2 * M_PI * i / WINDOW);
        x[i] = (float)normal();
        square += w * w * x[i] * x[i];
        weight += w * w;
    }
    um_framer_power(f, power, x);
    for (int k = 0; k < BINS; k++)
        sum += power[k];
    CHECK_NEAR(sum, square / weight, 1e-5 * sum);
    um_framer_free(&f);
    CHECK(!f && um_framer_new(&f, 500, 400, NULL) == UM_EINVAL && !f);

    for (int i = 0; i < FRAMES * BINS; i++)
        power[i] = (float)exp(normal());
    um_frames_map(map, power, FRAMES, BINS);
    for (int i = 0; i < FRAMES * BINS; i++)
        power[i] *= 7e-4f * (1 + .5f * sinf((float)(i % BINS)));
    um_frames_map(other, power, FRAMES, BINS);
    for (int i = 0; i < FRAMES * BINS; i++)
        worst = fmax(worst, fabs(map[i] - other[i]));
    CHECK(worst < 1e-4); /* the floor, 66 dB below, is not coloured with the rest */
    memset(power, 0, sizeof power);
    um_frames_map(map, power, FRAMES, BINS);
    for (int i = 0; i < FRAMES * BINS; i++)
        CHECK(map[i] == 0);
}

static void *plan_and_run(void *arg)
{
    double *sum = arg;
    for (int n = 1; n < 200; n++) {
        um_fft *fft = NULL;
        if (um_fft_new(&fft, 1, n, NULL) < 0)
            break;
        for (int i = 0; i < n; i++)
            fft->in[i] = i;
        um_fft_run(fft);
        for (int k = 0; k < um_fft_bins(fft); k++)
            *sum += hypot(fft->out[k][0], fft->out[k][1]);
        um_fft_free(&fft);
    }
    return NULL;
}

static void fft_threads(void)
{
    double sum[4] = {0};
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        CHECK(!pthread_create(&thread[i], NULL, plan_and_run, &sum[i]));
    for (int i = 0; i < 4; i++)
        CHECK(!pthread_join(thread[i], NULL));
    for (int i = 1; i < 4; i++)
        CHECK(sum[i] == sum[0] && sum[0] > 0);
}

static void windows(void)
{
    double w[64];
    CHECK_NEAR(um_window_hann(w, 64), 3. / 8 * 64, 1e-12); /* mean of Hann squared is 3/8 */
    CHECK(w[0] == 0);
    CHECK_NEAR(w[32], 1, 1e-15);
    for (int i = 1; i < 64; i++)
        CHECK_NEAR(w[i], w[64 - i], 1e-15);
    for (int i = 0; i < 32; i++) /* constant overlap-add at half steps */
        CHECK_NEAR(w[i] + w[i + 32], 1, 1e-14);
}

/* Every bin of the full plane visited once, against the half plane with mirrored weights. */
static void radial(void)
{
    enum { N = 16, HALF = N / 2 };
    um_fft *fft = NULL;
    double power[N * (HALF + 1)], profile[HALF + 1], in[N * N];
    CHECK(um_fft_new(&fft, N, N, NULL) == UM_OK);
    for (int i = 0; i < N * N; i++)
        fft->in[i] = in[i] = normal();
    um_fft_run(fft);
    um_fft_power(power, fft, 2);
    um_radial_profile(profile, power, N);
    double sum[HALF + 1] = {0};
    int count[HALF + 1] = {0};
    for (int u = -HALF + 1; u <= HALF; u++)
        for (int v = -HALF + 1; v <= HALF; v++) {
            double re = 0, im = 0;
            for (int y = 0; y < N; y++)
                for (int x = 0; x < N; x++) {
                    const double phase = -2 * M_PI * (u * y + v * x) / N;
                    re += in[y * N + x] * cos(phase);
                    im += in[y * N + x] * sin(phase);
                }
            const int r = (int)floor(hypot(u, v) + .5);
            if (r <= HALF) {
                sum[r] += 2 * (re * re + im * im);
                count[r]++;
            }
        }
    for (int r = 0; r <= HALF; r++)
        CHECK_NEAR(profile[r], sum[r] / count[r], 1e-9 * (1 + sum[r]));
    um_fft_free(&fft);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void order_statistics(void)
{
    for (size_t n = 1; n < 70; n++)
        for (int kind = 0; kind < 4; kind++) {
            double v[70], sorted[70];
            for (size_t i = 0; i < n; i++)
                sorted[i] = kind == 0   ? normal()
                            : kind == 1 ? (double)i
                            : kind == 2 ? floor(uniform() * 3)
                                        : -(double)i;
            memcpy(v, sorted, n * sizeof *v);
            double *in_order = sorted;
            qsort(in_order, n, sizeof *in_order, ascending);
            for (size_t k = 0; k < n; k++) {
                CHECK(um_select(v, n, k) == sorted[k]);
                for (size_t i = 0; i < n; i++)
                    CHECK(i < k ? v[i] <= v[k] : v[i] >= v[k]);
            }
            for (double q = 0; q <= 1; q += .0625) {
                const double at = q * (double)(n - 1);
                const size_t k = (size_t)at, up = k + 1 < n ? k + 1 : k;
                CHECK_NEAR(um_quantile(v, n, q), sorted[k] + (at - (double)k) * (sorted[up] - sorted[k]),
                           1e-12);
            }
            CHECK_NEAR(um_median(v, n), (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, 1e-12);
        }
    CHECK(um_median(NULL, 0) == 0 && um_mean(NULL, 0) == 0);
}

static void moments_and_lines(void)
{
    const double v[] = {2, 4, 4, 4, 5, 5, 7, 9};
    CHECK_NEAR(um_mean(v, 8), 5, 1e-15);
    CHECK_NEAR(um_variance(v, 8), 4, 1e-15);
    double x[50], y[50], slope, offset;
    for (int i = 0; i < 50; i++) {
        x[i] = i * .3 - 2;
        y[i] = -1.7 * x[i] + 4;
    }
    um_line_fit(&slope, &offset, x, y, 50);
    CHECK_NEAR(slope, -1.7, 1e-12);
    CHECK_NEAR(offset, 4, 1e-12);
    for (int i = 0; i < 50; i++)
        y[i] = normal() + x[i];
    um_line_fit(&slope, &offset, x, y, 50); /* residuals of least squares are orthogonal to 1 and x */
    double r1 = 0, rx = 0;
    for (int i = 0; i < 50; i++) {
        r1 += y[i] - slope * x[i] - offset;
        rx += x[i] * (y[i] - slope * x[i] - offset);
    }
    CHECK_NEAR(r1, 0, 1e-10);
    CHECK_NEAR(rx, 0, 1e-10);
    um_line_fit(&slope, &offset, (double[]){3, 3}, (double[]){1, 2}, 2);
    CHECK(slope == 0 && offset == 1.5);
}

/* Closed forms: P(1, x) = 1 - exp(-x), P(1/2, x) = erf(sqrt x); Q of an integer a is a Poisson sum. */
static void gamma_function(void)
{
    double p, q;
    for (double x = .001; x < 60; x *= 1.37) {
        um_gamma_pq(&p, &q, 1, x);
        CHECK_NEAR(p, -expm1(-x), 1e-14);
        CHECK_NEAR(q / exp(-x), 1, 1e-11);
        um_gamma_pq(&p, &q, .5, x);
        CHECK_NEAR(p, erf(sqrt(x)), 1e-13);
        CHECK_NEAR(q / erfc(sqrt(x)), 1, 1e-10);
        double poisson = 0, term = exp(-x);
        for (int k = 0; k < 12; term *= x / ++k)
            poisson += term;
        um_gamma_pq(&p, &q, 12, x);
        CHECK_NEAR(q, poisson, 1e-12);
        CHECK_NEAR(p + q, 1, 1e-15);
    }
    um_gamma_pq(&p, &q, 3, 0);
    CHECK(p == 0 && q == 1);
    um_gamma_pq(&p, &q, 1e5, 1e5); /* the median is a - 1/3 + O(1/a) */
    CHECK_NEAR(p, .5, 1e-3);
    um_gamma_pq(&p, &q, .5, 1e6);
    CHECK(p == 1 && q == 0);
}

static void histograms(void)
{
    um_histogram h;
    CHECK(um_histogram_init(&h, 200, -10, 10, NULL) == UM_OK);
    CHECK(um_histogram_quantile(&h, .5) == -10);
    double v[1000], w[1000];
    for (int i = 0; i < 1000; i++) {
        v[i] = normal();
        um_histogram_add(&h, v[i]);
        um_histogram_add(&h, 99);
    }
    for (int i = 0; i < 1000; i++)
        um_histogram_remove(&h, 99);
    memcpy(w, v, sizeof w);
    for (double q = .05; q < 1; q += .05)
        CHECK_NEAR(um_histogram_quantile(&h, q), um_quantile(w, 1000, q), .1 + .02);
    for (int i = 0; i < 1000; i++)
        um_histogram_remove(&h, v[i]);
    CHECK(h.n == 0);
    um_histogram_clear(&h);
}

typedef struct gather {
    int64_t first[64];
    int n_frames, n_bins;
    double power[64][2049];
    um_ltas ltas;
} gather;

static um_status take(void *user, int64_t first, const double *power, um_error *err)
{
    gather *g = user;
    if (g->n_frames < 64) {
        g->first[g->n_frames] = first;
        memcpy(g->power[g->n_frames], power, (size_t)g->n_bins * sizeof *power);
    }
    g->n_frames++;
    um_ltas_add(&g->ltas, power);
    return UM_OK;
}

static void short_time(void)
{
    static gather g;
    static float sound[16000];
    um_stft *stft = NULL;
    CHECK(um_stft_new(&stft, 999, NULL) == UM_EINVAL && um_stft_new(&stft, 1 << 30, NULL) == UM_EINVAL);
    CHECK(um_stft_new(&stft, 16000, NULL) == UM_OK && stft->n == 1024);
    g.n_bins = stft->n / 2 + 1;
    CHECK(um_ltas_init(&g.ltas, g.n_bins, NULL) == UM_OK);
    for (int i = 0; i < 16000; i++)
        sound[i] = (float)sin(2 * M_PI * 1000. / 16000 * i);
    /* blocks of odd sizes give the same frames as one block */
    for (int i = 0, n = 1; i < 16000; i += n, n = n * 7 % 1013 + 1)
        CHECK(um_stft_push(stft, i, sound + i, i + n > 16000 ? 16000 - i : n, take, &g, NULL) == UM_OK);
    CHECK(g.n_frames == (16000 - 1024) / 512 + 1);
    double total = 0, near = 0, expect[513] = {0};
    for (int k = 0; k < g.n_bins; k++) {
        total += g.power[3][k];
        near += abs(k - 64) <= 1 ? g.power[3][k] : 0;
    }
    CHECK_NEAR(total, .5, 1e-6); /* a sine of amplitude 1 */
    CHECK_NEAR(near, .5, 1e-6);  /* Hann spreads a bin-centred sine over three bins */
    CHECK(g.first[0] == 0 && g.first[5] == 5 * 512);
    /* the definition, for one frame */
    for (int k = 0; k < 513; k += 37) {
        double re = 0, im = 0, squares = 0;
        for (int i = 0; i < 1024; i++) {
            const double w = .5 - .5 * cos(2 * M_PI * i / 1024);
            re += w * sound[512 * 3 + i] * cos(2 * M_PI * k * i / 1024);
            im += w * sound[512 * 3 + i] * sin(2 * M_PI * k * i / 1024);
            squares += w * w;
        }
        expect[k] = (k == 0 || k == 512 ? 1 : 2) * (re * re + im * im) / (1024 * squares);
        CHECK_NEAR(g.power[3][k], expect[k], 1e-12);
    }
    /* a gap starts anew; bad values count as zero */
    g.n_frames = 0;
    CHECK(um_stft_push(stft, 50000, sound, 1023, take, &g, NULL) == UM_OK && g.n_frames == 0);
    CHECK(um_stft_push(stft, 60000, sound, 1024, take, &g, NULL) == UM_OK && g.n_frames == 1);
    CHECK(g.first[0] == 60000);
    sound[0] = NAN;
    sound[1] = INFINITY;
    CHECK(um_stft_push(stft, 90000, sound, 1024, take, &g, NULL) == UM_OK && isfinite(g.power[1][9]));
    um_ltas_clear(&g.ltas);

    /* the LTAS of white noise sums to its variance and is flat */
    CHECK(um_ltas_init(&g.ltas, g.n_bins, NULL) == UM_OK);
    for (int block = 0; block < 100; block++) {
        for (int i = 0; i < 16000; i++)
            sound[i] = (float)(.25 * normal());
        CHECK(um_stft_push(stft, 100000 + 16000 * block, sound, 16000, take, &g, NULL) == UM_OK);
    }
    double sum = 0, low = 0;
    for (int k = 0; k < g.n_bins; k++)
        sum += g.ltas.sum[k] / (double)g.ltas.frames;
    for (int k = 0; k < 256; k++)
        low += g.ltas.sum[k] / (double)g.ltas.frames;
    CHECK_NEAR(sum, .0625, .0625 * .01); /* 1.6e6 samples: standard error 0.1 % */
    CHECK_NEAR(low / sum, .5, .01);
    CHECK_NEAR(um_rolloff(g.ltas.sum, g.n_bins, .99), .99 * 512, 2);
    um_ltas_clear(&g.ltas);
    um_stft_free(&stft);
}

static void rounding(void)
{
    static const double zeros[] = {-.0, -.01, -.0499, .0499};
    char text[32];
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
        snprintf(text, sizeof text, "%+.1f", um_round(zeros[i], .1));
        CHECK(!strcmp(text, "+0.0"));
    }
    for (int i = 0; i < 1000; i++) {
        const double v = 100 * normal();
        CHECK(fabs(um_round(v, .1) - v) <= .05 + 1e-9 && fabs(um_round(v, 1) - v) <= .5 + 1e-9);
    }
}

static void rolloff(void)
{
    const double power[] = {0, 1, 2, 1, 0};
    CHECK_NEAR(um_rolloff(power, 5, .5), 2, 1e-12);
    CHECK_NEAR(um_rolloff(power, 5, .25), 1.5, 1e-12);
    CHECK_NEAR(um_rolloff(power, 5, 1), 3.5, 1e-12);
    CHECK(um_rolloff((double[5]){0}, 5, .99) == 0);
}

static um_status build_all(void)
{
    um_fft *fft = NULL;
    um_stft *stft = NULL;
    um_histogram h = {0};
    um_ltas ltas = {0};
    um_status st = um_fft_new(&fft, 8, 8, NULL);
    st = st < 0 ? st : um_stft_new(&stft, 8000, NULL);
    st = st < 0 ? st : um_histogram_init(&h, 10, 0, 1, NULL);
    st = st < 0 ? st : um_ltas_init(&ltas, 10, NULL);
    um_fft_free(&fft);
    um_stft_free(&stft);
    um_histogram_clear(&h);
    um_ltas_clear(&ltas);
    return st;
}

static void no_memory(void)
{
    for (long n = 0;; n++) {
        um_alloc_fail_at(n);
        const um_status st = build_all();
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(st == (failed ? UM_ENOMEM : UM_OK));
        if (!failed)
            break;
    }
}

int main(void)
{
    fft_definition();
    fft_back();
    frames();
    fft_threads();
    windows();
    radial();
    order_statistics();
    moments_and_lines();
    rounding();
    gamma_function();
    histograms();
    short_time();
    rolloff();
    no_memory();
    return check_done();
}
