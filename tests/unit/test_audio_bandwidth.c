/* Noise whose band is known by construction. */
#include "../check.h"
#include "signal_run.h"
#include <string.h>

enum { TAPS = 511, MAX_SAMPLES = 48000 * 4 };
static float sound[MAX_SAMPLES];
static double noise[MAX_SAMPLES + TAPS];

static void make_noise(void)
{
    uint64_t seed = 5;
    for (int i = 0; i < MAX_SAMPLES + TAPS; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        noise[i] = .2 * ((double)(seed >> 11) / 4503599627370496.0 - 1);
    }
}

/* Windowed sinc (Blackman): passes half at cutoff_hz; the fall takes 5.5 / TAPS of the rate. */
static void low_passed(int n, int rate_hz, double cutoff_hz)
{
    double tap[TAPS];
    for (int i = 0; i < TAPS; i++) {
        const double t = i - TAPS / 2, w = 2 * M_PI * i / (TAPS - 1), c = 2 * cutoff_hz / rate_hz;
        tap[i] = (t == 0 ? c : sin(M_PI * c * t) / (M_PI * t)) * (.42 - .5 * cos(w) + .08 * cos(2 * w));
    }
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < TAPS; k++)
            sum += tap[k] * noise[i + k];
        sound[i] = (float)sum;
    }
}

static um_findings *listen(int n, int rate_hz)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("audio_bandwidth")) == UM_OK);
    for (int i = 0; i < n; i += 1024) {
        um_sound block = {.first = i,
                          .rate_hz = rate_hz,
                          .channels = 1,
                          .n = n - i < 1024 ? n - i : 1024,
                          .mono = sound + i};
        CHECK(runner_sound(&r, &block) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

static void walls(void)
{
    static const struct {
        int rate_hz;
        double cutoff_hz;
    } known[] = {{44100, 16000}, {16000, 4000}, {22050, 5512}, {48000, 20000}, {16000, 7000}, {48000, 3400}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const int n = 3 * known[i].rate_hz;
        low_passed(n, known[i].rate_hz, known[i].cutoff_hz);
        um_findings *f = listen(n, known[i].rate_hz);
        const um_result *r = result_of(f, UM_FILE);
        CHECK(f->outcome == UM_SCORED && r && strstr(r->text, "The sound ends abruptly at") &&
              !strcmp(r->text + strlen(r->text) - 3, " dB")); /* whole */
        /* the transition is 1.1 % of the rate wide, and the half-way point in dB lies inside it */
        const double expected = log2(known[i].rate_hz / 2. / known[i].cutoff_hz);
        CHECK_NEAR(r ? r->score : -1, expected, log2(1 + .011 * known[i].rate_hz / known[i].cutoff_hz));
        CHECK(f->n_evidence == 1);
        /* 99 % of flat power lies below 99 % of the band */
        CHECK_NEAR(f->series[0].sample[1].value, .99 * known[i].cutoff_hz, .02 * known[i].cutoff_hz);
        CHECK_NEAR(f->series[0].sample[1].t_s, .75, 1e-9);
        um_findings_free(&f);
    }
}

static void no_walls(void)
{
    for (int i = 0; i < 3 * 16000; i++)
        sound[i] = (float)noise[i];
    um_findings *f = listen(3 * 16000, 16000);
    CHECK(f->outcome == UM_SCORED && result_of(f, UM_FILE)->score == 0 && f->n_evidence == 0);
    um_findings_free(&f);

    double a = 0, b = 0; /* twice 6 dB per octave, as voices fade */
    for (int i = 0; i < 3 * 44100; i++) {
        a += .1 * (noise[i] - a);
        b += .1 * (a - b);
        sound[i] = (float)b;
    }
    f = listen(3 * 44100, 44100);
    CHECK(f->outcome == UM_SCORED && result_of(f, UM_FILE)->score == 0);
    um_findings_free(&f);

    low_passed(3 * 44100, 44100, 8000); /* a notch is no wall: what lies above 8 kHz comes back at 12 kHz */
    static float low[3 * 44100];
    for (int i = 0; i < 3 * 44100; i++)
        low[i] = sound[i];
    low_passed(3 * 44100, 44100, 12000);
    for (int i = 0; i < 3 * 44100; i++)
        sound[i] = low[i] + (float)noise[i + TAPS / 2] - sound[i];
    f = listen(3 * 44100, 44100);
    CHECK(f->outcome == UM_SCORED && result_of(f, UM_FILE)->score == 0);
    um_findings_free(&f);
}

static void gates(void)
{
    for (int i = 0; i < 16000 * 3; i++)
        sound[i] = 0;
    um_findings *f = listen(3 * 16000, 16000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too short or silent: 0.0 s"));
    um_findings_free(&f);
    for (int i = 0; i < 16000; i++)
        sound[i] = (float)noise[i];
    f = listen(14000, 16000);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "1 s needed"));
    um_findings_free(&f);

    /* wild values and a rate that changes */
    for (int i = 0; i < 48000; i++)
        sound[i] = i % 3 ? 3e38f : i % 2 ? -INFINITY : NAN;
    runner r;
    CHECK(runner_begin(&r, um_signal_find("audio_bandwidth")) == UM_OK);
    for (int i = 0; i < 8; i++) {
        um_sound block = {.first = i == 5 ? INT64_MAX - 90000 : i * 40000,
                          .rate_hz = i % 2 ? 8000 : 16000,
                          .channels = 1,
                          .n = 48000,
                          .mono = sound};
        CHECK(runner_sound(&r, &block) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);

    CHECK(runner_begin(&r, um_signal_find("audio_bandwidth")) == UM_OK);
    um_sound block = {.rate_hz = 3, .channels = 1, .n = 10, .mono = sound};
    CHECK(runner_sound(&r, &block) == UM_EINVAL);
    f = runner_end(&r);
    um_findings_free(&f);
}

int main(void)
{
    make_noise();
    walls();
    no_walls();
    gates();
    return check_done();
}
