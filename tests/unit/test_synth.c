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
    CHECK(text[2] && !strstr(text[2], "\"glasses\""));
    for (int i = 0; i < 4; i++)
        free(text[i]);

    um_probe probe;
    bool labelled = false;
    CHECK(sample_write("test_synth.png", &opt, &err) == UM_OK);
    CHECK(um_probe_file(&probe, "test_synth.png", NULL, &err) == UM_OK);
    for (int i = 0; i < probe.n_marks; i++)
        labelled |= !strcmp(probe.marks[i].name, "unmask_label") &&
                    probe.marks[i].state == UM_MARK_DECLARES_SYNTHETIC;
    CHECK(labelled);
    remove("test_synth.png");
    opt.glasses = true;
    CHECK(sample_write("test_synth.png", &opt, &err) == UM_OK);
    text[0] = read_all("test_synth.png.truth.json", &n[0]);
    CHECK(text[0] && strstr(text[0], "\"glasses\": {\"style\": \""));
    free(text[0]);
    remove("test_synth.png");
    remove("test_synth.png.truth.json");
}

/* A lens that lets half through mirrors nothing; one that lets all through shows the lamp where the angles
 * say. */
static void check_lenses(void)
{
    glasses g;
    person a;
    pose_state front = {.head = {{1, 0, 0, 0, 1, 0, 0, 0, 1}}};
    lighting light = {.to_key = v3(0, 0, 1), .key = v3(1, 1, 1)};
    person_make(&a, 2, 0);
    glasses_make(&g, &a);
    const vec3 camera = v3(0, 0, 860), white = v3(1, 1, 1), at = g.centre[1];
    const float far = 860 - at.z;
    const vec3 along = v3(at.x / far, at.y / far, -1);
    g.lamp = g.window = g.screen = 0, g.tint = v3(.5f, .25f, .125f);
    vec3 c = shade_lenses(&g, &front, &light, camera, along, far + 1, white);
    CHECK(c.x == .5f && c.y == .25f && c.z == .125f);
    c = shade_lenses(&g, &front, &light, camera, along, far - 1, white); /* a thing before the lens */
    CHECK(c.x == 1);
    c = shade_lenses(&g, &front, &light, camera, v3(0, at.y / far, -1), far + 1,
                     white); /* between the lenses */
    CHECK(c.x == 1);
    front.shift = v3(-at.x, 0, 0); /* the lens moves with the head */
    c = shade_lenses(&g, &front, &light, camera, v3(0, at.y / far, -1), far + 1, white);
    CHECK(c.x == .5f);
    front.shift = v3(0, 0, 0);
    /* a flat lens that faces the camera mirrors the lamp behind the camera, and no longer when it is turned
     * by .2 rad: the mirrored ray then leaves by .4, the lamp is .2 wide to each side */
    g.lamp = .5f, g.coat = v3(1, .5f, 1), g.curve_mm = 1e9f;
    g.right[1] = v3(1, 0, 0), g.up[1] = v3(0, 1, 0), g.out[1] = v3(0, 0, 1);
    c = shade_lenses(&g, &front, &light, camera, along, far + 1, v3(0, 0, 0));
    CHECK_NEAR((double)c.x, .5, 1e-3);
    CHECK_NEAR((double)c.y, .25, 1e-3);
    g.right[1] = v3(cosf(.2f), 0, -sinf(.2f)), g.out[1] = v3(sinf(.2f), 0, cosf(.2f));
    c = shade_lenses(&g, &front, &light, camera, along, far + 1, v3(0, 0, 0));
    CHECK(c.x == 0);
}

/* Every pair stands clear of the skin, and pairs differ. */
static void check_fit(void)
{
    const char *seen[5] = {0};
    int n_seen = 0;
    for (uint64_t seed = 1; seed <= 8; seed++)
        for (int kind = 0; kind < 2; kind++) {
            person a;
            glasses g;
            wire w[WIRES];
            person_make(&a, seed, kind);
            glasses_make(&g, &a);
            glasses_wires(w, &g, &a);
            for (int k = 0; k < WIRES; k++)
                for (int i = 0; i < w[k].n; i++)
                    if (k != 2 && k != 3) /* temples end between ear and hair */
                        CHECK(sculpt_head(&a, w[k].at[i], true) > w[k].deep[i]);
            CHECK(g.centre[1].z < 105 && g.centre[0].x == -g.centre[1].x);
            CHECK(fabsf(g.centre[1].x - a.eye_x) < 4);
            int known = 0;
            while (known < n_seen && strcmp(seen[known], g.style))
                known++;
            if (known == n_seen)
                seen[n_seen++] = g.style;
        }
    CHECK(n_seen == 5);
}

/* Glasses change the picture around the eyes, and neither points nor mouth. */
static void check_glasses(void)
{
    um_error err;
    um_image *rgb[2] = {0};
    shot shots[2][MAX_PERSONS];
    for (int worn = 0; worn < 2; worn++) {
        scene *s = NULL;
        scene_options opt = {WIDTH, HEIGHT, 3.5f, 2};
        script_make(&plan, 4, 1, 1, 0);
        CHECK(!plan.actor[0].look.wears_glasses);
        plan.actor[0].look.wears_glasses = worn;
        CHECK(scene_new(&s, &plan, &opt, &err) == UM_OK &&
              um_image_new(&rgb[worn], WIDTH, HEIGHT, UM_RGB24, &err) == UM_OK);
        CHECK(scene_draw(s, rgb[worn], .5, 0, shots[worn], &err) == UM_OK);
        scene_free(&s);
    }
    CHECK(!memcmp(shots[0][0].x, shots[1][0].x, sizeof shots[0][0].x));
    int around = 0, below = 0;
    const int mouth = (int)shots[0][0].y[48];
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const uint8_t *p = rgb[0]->data + y * rgb[0]->stride + 3 * x,
                          *q = rgb[1]->data + y * rgb[1]->stride + 3 * x;
            const bool differs = memcmp(p, q, 3) != 0;
            around += differs && y < mouth;
            below += differs && y >= mouth;
        }
    CHECK(around > 200 && below == 0);
    um_image_free(&rgb[0]);
    um_image_free(&rgb[1]);
}

int main(void)
{
    check_pictures();
    check_voice();
    check_files();
    check_lenses();
    check_fit();
    check_glasses();
    return check_done();
}
