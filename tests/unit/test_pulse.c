/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spectra by hand, and faces whose skin beats as drawn: the signal must find the rate, and must find none in
 * a photograph, in flickering light, in skin that beats out of step. */
#include "../check.h"
#include "dsp/pulse.h"
#include "made_skin.h"
#include "signal_run.h"
#include <string.h>

enum { WIDTH = 250, HEIGHT = 160, CENTRE_X = 125, CENTRE_Y = 70 };
static uint32_t seed;

static double noise(void) /* -1..1 */
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) / 8388608. - 1;
}

static void spectra(void)
{
    /* bins of 0.09 Hz: 5 at 1.08 Hz between 1 and 3, 2 at 2.25 and 4 at 2.43 Hz, 1 at 3.15 Hz, 9 beyond the
     * band */
    double power[64] = {0};
    power[12] = 5, power[13] = 3, power[11] = 1, power[25] = 2, power[27] = 4, power[35] = 1;
    power[7] = 9, power[45] = 9;
    const double peak = um_pulse_peak(power, 64, .09);
    CHECK_NEAR(peak, .09 * (12 + .5 * (1 - 3) / (1 - 10. + 3)), 1e-12); /* a parabola through 1, 5, 3 */
    /* within .1 of 1.08 Hz: 5 + 3 + 1, within .2 of 2.16: 2; the rest 4 + 1 */
    CHECK_NEAR(um_pulse_snr_db(power, 64, .09, 1.08), 10 * log10(11 / 5.), 1e-9);
    CHECK_NEAR(um_pulse_snr_db(power, 64, .09, 3.15), 10 * log10(1 / 15.), 1e-9);
    CHECK_NEAR(um_pulse_snr_db(power, 64, .09, 1.8), -60, 0); /* no power there */
    memset(power, 0, sizeof power);
    CHECK(um_pulse_peak(power, 64, .1) == 0);
    power[12] = 4;
    CHECK_NEAR(um_pulse_snr_db(power, 64, .1, 1.2), 60, 0);
    /* the skirt of something slower is no peak, nor what is beyond 180 per minute */
    for (int i = 0; i < 64; i++)
        power[i] = 64 - i;
    power[20] = 45.5, power[31] = 60;
    CHECK_NEAR(um_pulse_peak(power, 64, .1), .1 * (20 + .5 * (45 - 43) / (45 - 91. + 43)), 1e-12);
}

/* Three samples at 1.8 a second are one window of POS; 20 at 5 a second, channels (i^2 mod 7, 2 (3 i mod 5),
 * 5 i mod 11) above 100, 100, 90: what pulse_numpy.py says of them. */
static void methods(void)
{
    enum { N = 20 };
    const double three[3][3] = {{100, 100, 100}, {104, 110, 102}, {101, 97, 99}};
    double rgb[N][3], out[N], work[2 * N];
    um_fft *fft = NULL;
    um_pulse_pos(out, three, 3, 1.8);
    CHECK_NEAR(out[0], -0.01252982, 1e-8);
    CHECK_NEAR(out[1], 0.10589324, 1e-8);
    for (int i = 0; i < N; i++) {
        rgb[i][0] = 100 + i * i % 7;
        rgb[i][1] = 100 + 2 * (3 * i % 5);
        rgb[i][2] = 90 + 5 * i % 11;
    }
    CHECK(um_fft_new(&fft, 1, N, NULL) == UM_OK);
    um_pulse_chrom(out, work, (const double(*)[3])rgb, N, 5, fft);
    CHECK_NEAR(out[5], 0.0589112080487, 1e-9);
    CHECK_NEAR(out[9], -0.0337955037022, 1e-9);
    CHECK_NEAR(out[14], -0.0761764817683, 1e-9);
    um_fft_free(&fft);
}

static void coherences(void)
{
    enum { N = 300, SEGMENT = 120 };
    double a[N], b[N], c[N], behind;
    seed = 5;
    for (int i = 0; i < N; i++) {
        a[i] = sin(2 * M_PI * .04 * i);
        b[i] = 3 * sin(2 * M_PI * .04 * i - .7);
        c[i] = noise();
    }
    CHECK_NEAR(um_pulse_coherence(&behind, a, b, N, SEGMENT, .04), 1, 1e-3);
    CHECK_NEAR(behind, .7, 1e-2);
    CHECK_NEAR(um_pulse_coherence(&behind, b, a, N, SEGMENT, .04), 1, 1e-3);
    CHECK_NEAR(behind, -.7, 1e-2);
    CHECK(um_pulse_coherence(&behind, a, c, N, SEGMENT, .04) < .75);
    memset(c, 0, sizeof c);
    CHECK(um_pulse_coherence(&behind, a, c, N, SEGMENT, .04) == 0);
}

/* A clip as drawn. Rates per minute; 0 = does not beat. */
typedef struct clip {
    double fps, seconds, left, right, forehead, wall; /* the wall flickers in all channels alike */
    double strength, noise_levels, hole_s;            /* strength: of green; a hole after 4 s */
    float scale, yaw_deg;
    double lag_s; /* of the forehead */
} clip;
static const clip plain = {25, 10.2, 66, 66, 66, 0, .008, 8, 0, .9f, 0, 0};

static double beat(double per_minute, double t_s)
{
    return per_minute > 0 ? sin(2 * M_PI * per_minute / 60 * t_s) : 0;
}

/* Forehead, the two cheeks, and a gray wall behind, each of one colour but for the noise of the camera. */
static void draw(um_image *image, const clip *c, double t_s)
{
    static const double skin[3] = {180, 130, 110}, blood[3] = {.43, 1, .69};
    const double p[4] = {beat(c->forehead, t_s - c->lag_s), beat(c->left, t_s), beat(c->right, t_s),
                         beat(c->wall, t_s)};
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *v = image->data + y * image->stride + 3 * x;
            const float mm_x = (x - CENTRE_X) / c->scale, mm_y = (y - CENTRE_Y) / c->scale;
            const bool inside = fabsf(mm_x) < 74 && fabsf(mm_y) < 120;
            const int place = !inside ? 3 : mm_y < -30 ? 0 : mm_x < 0 ? 1 : 2;
            for (int k = 0; k < 3; k++) {
                const double clean = inside ? skin[k] * (1 + c->strength * blood[k] * p[place])
                                            : 120 * (1 + c->strength * p[place]);
                v[k] = (uint8_t)(clean + c->noise_levels * noise() + .5);
            }
        }
}

static um_findings *run(const clip *c)
{
    runner r;
    um_image *image = NULL;
    CHECK(runner_begin(&r, um_signal_find("pulse")) == UM_OK);
    CHECK(um_image_new(&image, WIDTH, HEIGHT, UM_RGB24, NULL) == UM_OK);
    um_face face = mean_face(CENTRE_X, CENTRE_Y, c->scale);
    face.pose.yaw_deg = c->yaw_deg;
    seed = 77;
    const int n = (int)lround(c->fps * c->seconds);
    for (int i = 0; i <= n; i++) {
        const double t_s = i / c->fps + (i >= 4 * c->fps ? c->hole_s : 0);
        um_frame frame = {.index = i, .t_s = t_s, .rgb = image};
        draw(image, c, t_s);
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&image);
    return runner_end(&r);
}

static double score(const clip *c)
{
    um_findings *f = run(c);
    const um_result *r = result_of(f, 0);
    const double s = r && r->outcome == UM_SCORED ? r->score : NAN;
    um_findings_free(&f);
    return s;
}

static void rates(void)
{
    static const double known[] = {47, 66, 95, 151};
    for (int i = 0; i < 4; i++) {
        clip c = plain;
        c.left = c.right = c.forehead = known[i];
        um_findings *f = run(&c);
        const um_result *r = result_of(f, 0);
        CHECK(r && r->outcome == UM_SCORED && r->score < -3);
        CHECK(f->n_series == 2 && f->series[0].n == 1);
        CHECK_NEAR(f->series[0].sample[0].value, known[i], 1);
        CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->height == 200);
        um_findings_free(&f);
    }
    clip late = plain;
    late.lag_s = .08;
    late.strength = .02;
    late.noise_levels = 2;
    um_findings *f = run(&late);
    const um_result *r = result_of(f, 0);
    const char *lag = r ? strstr(r->text, "forehead ") : NULL;
    lag = lag && strstr(lag + 1, "forehead ") ? strstr(lag + 1, "forehead ") : lag;
    CHECK(lag && abs(atoi(lag + 9) - 80) <= 6);
    um_findings_free(&f);
    clip strong = plain;
    strong.strength = .08, strong.noise_levels = 1;
    CHECK_NEAR(score(&strong), -10.4, .2); /* a tenth of a steady line lies beyond it under this window */
}

/* What does not beat as skin does gives 0 and never more than that. */
static void nothing(void)
{
    clip c = plain;
    c.left = c.right = c.forehead = 0;
    CHECK_NEAR(score(&c), 0, 0); /* a photograph before a noisy camera */
    c.noise_levels = 0;
    CHECK_NEAR(score(&c), 0, 0); /* one picture, repeated */
    c = plain;
    c.wall = 66;
    CHECK_NEAR(score(&c), 0, 0); /* the light flickers */
    um_findings *f = run(&c);
    CHECK(strstr(result_of(f, 0)->text, "the background flickers at the same rate"));
    um_findings_free(&f);
    c.wall = 110;
    CHECK(score(&c) < -1);
    c = plain;
    c.left = 0, c.right = 0; /* only the forehead beats */
    CHECK_NEAR(score(&c), 0, 0);
    c = plain;
    c.left = 101, c.right = 83; /* each for itself */
    CHECK_NEAR(score(&c), 0, 0);
    c = plain;
    c.strength = .0002;
    CHECK_NEAR(score(&c), 0, 0);
}

static void limits(void)
{
    clip c = plain;
    c.seconds = 7.4;
    CHECK(isnan(score(&c)));
    um_findings *f = run(&c);
    CHECK(strstr(result_of(f, 0)->text,
                 "too short: 7.4 s without a break at 12 pictures a second, 7.5 s needed"));
    um_findings_free(&f);
    c.seconds = 7.6;
    CHECK(score(&c) < -1);
    c = plain, c.fps = 11.8;
    CHECK(isnan(score(&c)));
    c.fps = 12.2;
    CHECK(score(&c) < -1);
    c = plain, c.hole_s = .2;
    CHECK(score(&c) < -1);
    c.hole_s = .22; /* and the usual .04 */
    CHECK(isnan(score(&c)));
    c = plain, c.yaw_deg = 34;
    CHECK(score(&c) < -1);
    c.yaw_deg = 36;
    CHECK(isnan(score(&c)));
    c = plain, c.scale = 39.9f / 90;
    CHECK(isnan(score(&c)));
    c.scale = 40.1f / 90;
    c.noise_levels = 2;
    CHECK(score(&c) < 0);
    /* windows end after 10 s and every 5 s; what is left from 2.5 s on is one more */
    static const struct {
        double seconds;
        size_t windows;
    } known[] = {{10.1, 1}, {12.3, 1}, {12.7, 2}, {14.9, 2}, {15.1, 2}, {20.1, 3}};
    for (int i = 0; i < 6; i++) {
        c = plain;
        c.seconds = known[i].seconds;
        f = run(&c);
        CHECK(f->series[0].n == known[i].windows);
        um_findings_free(&f);
    }
    /* 90 pictures a second: every second one */
    c = plain, c.fps = 90;
    f = run(&c);
    CHECK(f->series[0].n == 1);
    CHECK_NEAR(f->series[0].sample[0].t_s, 5, .1);
    um_findings_free(&f);
}

/* Numbers that are none, times that run back, a picture that changes its size. */
static void hostile(void)
{
    runner r;
    um_image *image = NULL;
    CHECK(runner_begin(&r, um_signal_find("pulse")) == UM_OK);
    CHECK(um_image_new(&image, WIDTH, HEIGHT, UM_RGB24, NULL) == UM_OK);
    for (int i = 0; i < 400; i++) {
        um_face face = mean_face(CENTRE_X, CENTRE_Y, .9f);
        um_frame frame = {.index = i, .t_s = i == 150 ? NAN : i < 300 ? i / 25. : i / 25. - 3, .rgb = image};
        clip c = plain;
        draw(image, &c, frame.t_s);
        if (i % 7 == 0)
            face.points[3].x = NAN;
        if (i % 11 == 0)
            face.box.w = INFINITY;
        face.person = i % 50 == 0 ? -1 : 0;
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_findings_free(&f);
    um_image_free(&image);
}

int main(void)
{
    spectra();
    coherences();
    methods();
    rates();
    nothing();
    limits();
    hostile();
    return check_done();
}
