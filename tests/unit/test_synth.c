/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_synth.c: the sample shows and says what its truth claims. */
#define _GNU_SOURCE
#include <string.h>
#include <unmask/probe.h>
#include <unmask/source.h>

#include "../check.h"
#include "figure/sample.h"
#include "figure/scene.h"
#include "figure/voice.h"

enum { WIDTH = 128, HEIGHT = 96, N = 160, FPS = 20 };
static const double PI = 3.14159265358979;

static script plan;

/* Mean green between brows and hairline, found through the brow points. */
static double forehead_green(const um_image *rgb, const shot *h)
{
    float left = h->x[20], right = h->x[23], height = 0.45f * (h->y[33] - h->y[27]);
    double sum = 0;
    int n = 0;
    for (int y = (int)(h->y[21] - 1.5f * height); y < (int)(h->y[21] - 0.4f * height); y++)
        for (int x = (int)left; x <= (int)right; x++, n++)
            sum += rgb->data[y * rgb->stride + 3 * x + 1];
    return sum / n;
}

/* Power of a series at a frequency after a straight line and the slow motions were taken out by differences.
 */
static double power_at(const double *v, int n, double hz)
{
    double re = 0, im = 0;
    for (int i = 1; i < n; i++) {
        double window = 0.5 - 0.5 * cos(2 * PI * i / n), turn = 2 * PI * hz * i / FPS;
        re += window * (v[i] - v[i - 1]) * cos(turn), im += window * (v[i] - v[i - 1]) * sin(turn);
    }
    return re * re + im * im;
}

static void check_pictures(void)
{
    static double green[N], ear[N];
    um_error err;
    scene *s = NULL;
    um_image *rgb = NULL;
    shot shots[MAX_PERSONS];
    scene_options opt = {WIDTH, HEIGHT, 3.5f, 2};
    script_make(&plan, 5, (double)N / FPS, 1, 4);
    plan.seconds = (double)N / FPS;
    CHECK(scene_new(&s, &plan, &opt, &err) == UM_OK &&
          um_image_new(&rgb, WIDTH, HEIGHT, UM_RGB24, &err) == UM_OK);
    int outside = 0, turned = 0;
    for (int i = 0; i < N; i++) {
        CHECK(scene_draw(s, rgb, (double)i / FPS, i, shots, &err) == UM_OK);
        for (int k = 0; k < N_POINTS; k++)
            outside +=
                !(shots[0].x[k] > 0 && shots[0].x[k] < WIDTH && shots[0].y[k] > 0 && shots[0].y[k] < HEIGHT);
        /* yaw > 0: the nose lies to the right of the middle between the jaw's ends */
        float nose = shots[0].x[30] - 0.5f * (shots[0].x[0] + shots[0].x[16]);
        turned += fabsf(shots[0].state.yaw_deg) > 2 && (nose > 0) != (shots[0].state.yaw_deg > 0);
        green[i] = forehead_green(rgb, &shots[0]);
        ear[i] = (double)shots[0].ear;
    }
    CHECK(outside == 0);
    CHECK(turned == 0);
    /* eyes are shut exactly while the script says so */
    const actor *a = &plan.actor[0];
    CHECK(a->n_blinks >= 2);
    for (int i = 0; i < N; i++) {
        double t = (double)i / FPS, open = 1;
        for (int b = 0; b < a->n_blinks; b++) {
            if (t >= a->blink[b].closed_s && t < a->blink[b].opening_s)
                open = 0;
            else if (t >= a->blink[b].start_s && t < a->blink[b].end_s)
                open = -1;
        }
        if (open == 1)
            CHECK(ear[i] > 0.2);
        else if (open == 0)
            CHECK(ear[i] < 0.05);
    }
    for (int b = 0; b < a->n_blinks; b++)
        CHECK(a->blink[b].closed_s - a->blink[b].start_s < a->blink[b].end_s - a->blink[b].opening_s);
    /* the strongest period between 50 and 150 per minute is the pulse; resolution of 8 s: 0.125 Hz */
    double best = 0, best_hz = 0;
    for (double hz = 50 / 60.; hz <= 150 / 60.; hz += 0.01) {
        double p = power_at(green, N, hz);
        if (p > best)
            best = p, best_hz = hz;
    }
    CHECK_NEAR(best_hz, a->pulse_hz, 0.06);
    um_image_free(&rgb);
    scene_free(&s);
}

/* The lag with the highest normalised autocorrelation around a time, by parabola. */
static double measured_f0(const voice *v, double t_s, double expected)
{
    int centre = (int)(t_s * VOICE_RATE_HZ), half = 960, lo = (int)(VOICE_RATE_HZ / expected * 0.75),
        hi = (int)(VOICE_RATE_HZ / expected * 1.33);
    double r[2048], best = -1;
    int at = lo;
    for (int lag = lo; lag <= hi; lag++) {
        double xy = 0, xx = 1e-12, yy = 1e-12;
        for (int i = -half; i < half; i++) {
            double x = (double)v->sound[centre + i - lag / 2],
                   y = (double)v->sound[centre + i - lag / 2 + lag];
            xy += x * y, xx += x * x, yy += y * y;
        }
        r[lag - lo] = xy / sqrt(xx * yy);
        if (r[lag - lo] > best)
            best = r[lag - lo], at = lag;
    }
    double shift = 0;
    if (at > lo && at < hi) {
        double a = r[at - lo - 1], b = r[at - lo], c = r[at - lo + 1];
        shift = 0.5 * (a - c) / (a - 2 * b + c);
    }
    return VOICE_RATE_HZ / (at + shift);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_voice(void)
{
    um_error err;
    voice v;
    double error[MAX_SYLLABLES];
    int n = 0;
    script_make(&plan, 5, 8, 1, 4);
    CHECK(voice_make(&v, &plan, &err) == UM_OK);
    for (int i = 0; i < plan.n_syllables; i++) {
        const syllable *y = &plan.syllable[i];
        double t = 0.5 * (y->vowel_s + y->end_s), truth = voice_f0_hz(&plan, t);
        error[n++] = fabs(measured_f0(&v, t, truth) / truth - 1);
    }
    CHECK(n > 10);
    qsort(error, (size_t)n, sizeof *error, by_size);
    CHECK(error[n / 2] < 0.01); /* jitter of 0.6 % per period, a handful of periods in the window */
    CHECK(error[n * 9 / 10] < 0.025);
    /* pulses follow the intended pitch */
    double ratio = 0;
    int counted = 0;
    for (int i = 1; i < v.n_pulses; i++) {
        double period = v.pulse_s[i] - v.pulse_s[i - 1], f0 = voice_f0_hz(&plan, v.pulse_s[i - 1]);
        if (f0 > 0 && period < 1.5 / f0 && period > 0.7 / f0)
            ratio += period * f0, counted++;
    }
    CHECK(counted > 200);
    CHECK_NEAR(ratio / counted, 1, 0.005);
    /* silence between phrases is quiet, speech is not */
    double quiet = 0, loud = 0;
    int n_quiet = 0, n_loud = 0;
    for (int i = 0; i < v.n_samples; i++) {
        double t = (double)i / VOICE_RATE_HZ, e = (double)v.sound[i] * (double)v.sound[i];
        if (voice_f0_hz(&plan, t) > 0)
            loud += e, n_loud++;
        else if (!script_syllable(&plan, t) && !script_syllable(&plan, t - 0.15))
            quiet += e, n_quiet++;
    }
    CHECK(n_quiet > 0 && 10 * log10(loud / n_loud / (quiet / n_quiet)) > 30);
    voice_free(&v);
}

static char *read_all(const char *path, size_t *n)
{
    char *text = NULL;
    um_error err;
    CHECK(um_file_read(&text, n, path, (size_t)1 << 26, &err) == UM_OK);
    return text;
}

/* The same seed gives the same bytes, and the file says that it is synthetic. */
static void check_files(void)
{
    um_error err;
    sample_options opt = {.width = 96,
                          .height = 80,
                          .persons = 2,
                          .threads = 2,
                          .seconds = 0.3,
                          .fps = 10,
                          .yaw_range_deg = 10,
                          .cell_mm = 5,
                          .seed = 3,
                          .command = "test"};
    size_t n[4];
    char *text[4];
    CHECK(sample_write("test_synth_a.mp4", &opt, &err) == UM_OK);
    opt.threads = 1;
    CHECK(sample_write("test_synth_b.mp4", &opt, &err) == UM_OK);
    static const char *const names[4] = {"test_synth_a.mp4", "test_synth_b.mp4",
                                         "test_synth_a.mp4.truth.json", "test_synth_b.mp4.truth.json"};
    for (int i = 0; i < 4; i++) {
        text[i] = read_all(names[i], &n[i]);
        remove(names[i]);
    }
    CHECK(n[0] == n[1] && text[0] && text[1] && !memcmp(text[0], text[1], n[0]));
    CHECK(n[2] == n[3] && text[2] && text[3] && !memcmp(text[2], text[3], n[2]));
    CHECK(text[0] && memmem(text[0], n[0], "unmask synthetic", 16));
    CHECK(text[2] && strstr(text[2], "\"synthetic\": true"));
    for (int i = 0; i < 4; i++)
        free(text[i]);

    um_probe probe;
    bool labelled = false;
    CHECK(sample_write("test_synth.png", &opt, &err) == UM_OK);
    CHECK(um_probe_file(&probe, "test_synth.png", &err) == UM_OK);
    for (int i = 0; i < probe.n_marks; i++)
        labelled |= !strcmp(probe.marks[i].name, "unmask_label") &&
                    probe.marks[i].state == UM_MARK_DECLARES_SYNTHETIC;
    CHECK(labelled);
    remove("test_synth.png");
    remove("test_synth.png.truth.json");
}

int main(void)
{
    check_pictures();
    check_voice();
    check_files();
    return check_done();
}
