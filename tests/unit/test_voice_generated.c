/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which windows a network is given, and what is made of its answers: with a network that was never trained,
 * whose answers the test asks for itself. */
#include "base/pool.h"
#include "detector_models.h"
#include "dsp/stats.h"
#include "signal_run.h"

enum { WINDOW = 31 * 160 + 400, HOP = WINDOW / 2, MOST = 16000 * 12 };
static float sound[MOST];
static um_network_store *store;

/* A voice as far as the detector of voices can tell: vowels of half a second whose pitch glides, over faint
 * noise; none from `pause` to `resume` (samples). */
static void make_voice(int n, double level, double top_hz, int pause, int resume)
{
    uint64_t seed = 9;
    double phase = 0;
    for (int i = 0; i < n; i++) {
        const double t = i / 16000., f0 = 150 + 50 * sin(2 * M_PI * .7 * t);
        const bool talks = !(i >= pause && i < resume);
        const double at = fmod(t, .7) - .2, ramp = fmin(fmin(at, .5 - at) / .03, 1); /* no clicks */
        const double swell = ramp > 0 ? .5 - .5 * cos(M_PI * ramp) : 0;
        double v = 0;
        phase += 2 * M_PI * f0 / 16000;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        for (int h = 1; talks && h <= top_hz / 200; h++) /* the highest pitch is 200 Hz */
            v += sin(phase * h) / sqrt(h);
        sound[i] = (float)(level * (swell * v / 8 + 2e-4 * ((double)(seed >> 11) / 4503599627370496.0 - 1)));
    }
}

static const char *codec;             /* of the file; NULL: not known */
static int coded_bytes, channels = 1; /* of each block */

static um_findings *listen(int n, int block)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("voice_generated")) == UM_OK);
    r.media.audio_codec = codec;
    for (int i = 0; i < n; i += block) {
        um_sound s = {.first = i,
                      .rate_hz = 16000,
                      .channels = channels,
                      .n = n - i < block ? n - i : block,
                      .mono = sound + i,
                      .coded_bytes = coded_bytes};
        CHECK(runner_sound(&r, &s) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

static double asked_of(const char *role, const float *window)
{
    um_net *net = NULL;
    um_lease *lease = NULL;
    um_error err = {0};
    double logit = NAN;
    CHECK(um_network_store_role(&net, store, role, &err) == UM_OK && net);
    CHECK(um_net_lease(&lease, net, &err) == UM_OK && um_net_hear(lease, window, &err) == UM_OK &&
          um_net_answer(&logit, lease, &err) == UM_OK);
    um_net_return(&lease);
    return logit;
}

static double asked(const float *window)
{
    return asked_of("voice_generated", window);
}

/* 1: this frame is voice. */
static int voiced(uint8_t *frame, int n)
{
    um_product_streams *streams = NULL;
    um_products *p = NULL;
    const um_voice_frames *f = NULL;
    um_sound all = {.rate_hz = 16000, .channels = 1, .n = n, .mono = sound};
    CHECK(um_product_streams_new(&streams, UM_NEED_VOICE, NULL) == UM_OK);
    CHECK(um_products_new(&p, streams, NULL, &all, NULL, NULL) == UM_OK);
    CHECK(um_product_voice(&f, p, NULL) == UM_OK && f);
    const int frames = f ? f->n : 0;
    for (int i = 0; i < frames; i++)
        frame[i] = f->frame[i].probability > .5f;
    um_products_free(&p);
    um_product_streams_free(&streams);
    return frames;
}

/* At least .3 of the frames of the window from sample `at` on are voice. */
static bool counts(const uint8_t *frame, int frames, int at)
{
    int in = 0, speaking = 0;
    for (int k = 0; k < frames; k++)
        if (k * 160 >= at && k * 160 + 400 <= at + WINDOW) {
            in++;
            speaking += frame[k];
        }
    return speaking >= .3 * in;
}

/* By the definition: every half window one whose voice is at least .3 of its frames, and one up to the end.
 */
static double expected(int *windows, int *fake, double *highest, double *highest_s, int n)
{
    static uint8_t frame[MOST / 160];
    const int frames = voiced(frame, n);
    double sum = 0;
    int last = 0;
    *windows = *fake = 0;
    *highest = -INFINITY;
    for (int at = 0;; at += HOP) {
        bool is_end = at + WINDOW > n;
        if (is_end && n - WINDOW < last + HOP - HOP / 2)
            break;
        at = is_end ? n - WINDOW : at;
        last = at;
        if (counts(frame, frames, at)) {
            const double logit = asked(sound + at);
            sum += logit;
            ++*windows;
            *fake += logit > 0;
            if (logit > *highest) {
                *highest = logit;
                *highest_s = at / 16000.;
            }
        }
        if (is_end)
            break;
    }
    return sum / *windows;
}

static void windows(void)
{
    static const struct {
        int n, pause, resume;
    } known[] = {{16000 * 5, 0, 0},
                 {16000 * 9, 40000, 100000},
                 {WINDOW * 4, 0, 0},
                 {WINDOW * 4 + HOP / 2 - 1, 0, 0}, /* the last window would hear too little that is new */
                 {WINDOW * 4 + HOP / 2, 0, 0}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int n = 0, fake = 0;
        char counted[160];
        double highest, highest_s = 0;
        make_voice(known[i].n, 1, 7500, known[i].pause, known[i].resume);
        const double score = expected(&n, &fake, &highest, &highest_s, known[i].n);
        um_findings *f = listen(known[i].n, 1024);
        const um_result *r = result_of(f, UM_FILE);
        CHECK(f->outcome == UM_SCORED && r && f->n_series == 1 && (int)f->series[0].n == n && n > 6);
        if (f->outcome != UM_SCORED)
            fprintf(stderr, "%s\n", f->reason);
        CHECK_NEAR(r ? r->score : NAN, score, 1e-9);
        CHECK(f->n_evidence == 2 && f->evidence[0].image && f->evidence[1].image &&
              f->evidence[0].image->width == 32 && f->evidence[0].image->height == 256);
        CHECK_NEAR(f->evidence[0].from_s, highest_s, 1e-9);
        CHECK_NEAR(f->evidence[0].to_s, highest_s + WINDOW / 16000., 1e-9);
        snprintf(counted, sizeof counted,
                 "'untrained voice' takes the voice for generated rather than recorded in %d of %d parts of",
                 fake, n);
        CHECK(r && strstr(r->text, counted));
        const char *warned = r ? strstr(r->text, "; real voice messages (Opus) score so, too") : NULL;
        CHECK(!warned == (score <= 0) && r && (warned ? warned : r->text + strlen(r->text))[-2] == '.');
        um_findings *other = listen(known[i].n, 777);
        CHECK(other->n_results == 1 && r && other->result[0].score == r->score &&
              !strcmp(other->result[0].text, r->text));
        um_findings_free(&other);
        um_findings_free(&f);
    }
}

/* What is shorter than a window is repeated from its first voice to its last. */
static void too_short_for_a_window(void)
{
    static float window[WINDOW];
    static uint8_t frame[100];
    const int n = WINDOW - 200;
    make_voice(n, 1, 7500, 0, 0);
    const int frames = voiced(frame, n);
    int first = 0, last = frames - 1;
    while (!frame[first])
        first++;
    while (!frame[last])
        last--;
    const int from = first * 160, length = last * 160 + 400 - from;
    for (int i = 0; i < WINDOW; i++)
        window[i] = sound[from + i % length];
    runner r;
    CHECK(runner_begin(&r, um_signal_find("voice_generated")) == UM_OK);
    for (int i = 0; i < 20; i++) { /* twenty runs, with gaps between: together enough voice */
        um_sound s = {.first = i * 32000, .rate_hz = 16000, .channels = 1, .n = n, .mono = sound};
        CHECK(runner_sound(&r, &s) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f->outcome == UM_SCORED && f->n_series == 1 && f->series[0].n == 20);
    CHECK_NEAR(f->n_series ? f->series[0].sample[0].value : NAN, asked(window), 1e-6);
    um_findings_free(&f);
}

static bool is_skipped(int n, const char *why)
{
    um_findings *f = listen(n, 4096);
    const bool so = f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, why);
    if (!so)
        fprintf(stderr, "%s\n", f->n_results ? f->result[0].text : f->reason);
    um_findings_free(&f);
    return so;
}

static void reasons(void)
{
    CHECK(is_skipped(0, "too little voice: 0.0 s"));
    make_voice(16000 * 4, 1, 7500, 8000, 16000 * 4);
    CHECK(is_skipped(16000 * 4, "too little voice: 0."));
    make_voice(16000 * 4, 1, 3700, 0, 0);
    CHECK(is_skipped(16000 * 4, "the band of the voice ends at 3."));
    make_voice(16000 * 4, 1, 7500, 0, 0);
    codec = "opus";
    coded_bytes = 1240; /* of blocks of 4096 samples, 16 to 64000: 39.68 kbit/s */
    CHECK(is_skipped(16000 * 4, "Opus with 39.7 kbit/s, as voice messages have"));
    coded_bytes = 1260; /* 40.32 */
    CHECK(!is_skipped(16000 * 4, "Opus"));
    channels = 2; /* 20.16 each */
    CHECK(is_skipped(16000 * 4, "Opus with 20.2 kbit/s"));
    channels = 1;
    codec = "aac";
    coded_bytes = 500;
    CHECK(!is_skipped(16000 * 4, "Opus"));
    codec = NULL;
}

/* The manifest of one of the networks once more: its answer is of what is `of`. */
static void answers(const char *file, const char *of)
{
    const size_t files = sizeof detector_files / sizeof *detector_files;
    char path[128], text[1000];
    size_t i = 0;
    while (i < files && strcmp(detector_files[i][0], file))
        i++;
    const char *at = i < files ? strstr(detector_files[i][1], "\"type\"") : NULL;
    CHECK(at != NULL);
    snprintf(text, sizeof text, "%.*s\"of\": \"%s\", %s", (int)(at - detector_files[i][1]),
             detector_files[i][1], of, at);
    snprintf(path, sizeof path, "%s/%s", detector_dir, file);
    CHECK(um_file_write(path, text, strlen(text), NULL) == UM_OK);
}

/* What is heard of each window that sounds generated, by a network whose own window is a fourth longer. */
static double heard_coded(int *of, int n)
{
    enum { LONGER = 39 * 160 + 400 };
    static float window[LONGER];
    static uint8_t frame[MOST / 160];
    const int frames = voiced(frame, n);
    double sum = 0;
    *of = 0;
    for (int at = 0; at + WINDOW <= n; at += HOP) {
        if (!counts(frame, frames, at) || !(asked(sound + at) > 0))
            continue;
        for (int i = 0; i < LONGER; i++)
            window[i] = sound[at + i % WINDOW];
        sum += asked_of("voice_coded", window);
        ++*of;
    }
    return *of ? sum / *of : 0;
}

/* Of four pairs of networks that say yes and no, one takes a voice for generated and for coded: it is not
 * accused, and the others' answers stand. */
static void through_opus(void)
{
    const int n = WINDOW + 8 * HOP;
    int skipped = 0, accused = 0;
    const char *net = "unmask-network 1 coded\n"
                      "sound = input 2 256 40\n"
                      "a = conv sound 4 k=5 s=4\n"
                      "mean = gap a\n"
                      "wide = linear mean 4 std=3\n"
                      "opus = linear wide 1 std=3\n"
                      "output opus\n";
    char path[128];
    snprintf(path, sizeof path, "%s/coded.net", detector_dir);
    CHECK(um_file_write(path, net, strlen(net), NULL) == UM_OK);
    make_voice(n, 1, 7500, 0, 0);
    for (int i = 0; i < 4; i++) {
        char said[120];
        int of;
        um_network_store_free(&store);
        answers("voice.json", i & 1 ? "real" : "fake");
        answers("coded.json", i & 2 ? "real" : "fake");
        CHECK(um_network_store_new(&store, detector_dir, NULL, NULL) == UM_OK);
        runner_lends.networks = store;
        um_findings *f = listen(n, 4096);
        const double coded = heard_coded(&of, n);
        snprintf(said, sizeof said,
                 "through Opus at the rate of voice messages (log odds %+.1f in the %d part%s generated)",
                 um_round(coded, .1), of, of == 1 ? " that sounds" : "s that sound");
        if (f->outcome == UM_NOT_APPLICABLE) {
            skipped++;
            CHECK(coded > 0 && strstr(f->reason, said));
        } else {
            CHECK(f->outcome == UM_SCORED && !(f->result[0].score > 0 && coded > 0));
            accused += f->result[0].score > 0;
        }
        um_findings_free(&f);
    }
    CHECK(skipped == 1 && accused == 1);
    answers("voice.json", "fake");
    answers("coded.json", "fake");
}

static double quality(int n)
{
    um_findings *f = listen(n, 4096);
    const double q = f->n_results && f->outcome == UM_SCORED ? f->result[0].quality : -1;
    um_findings_free(&f);
    return q;
}

static void qualities(void)
{
    make_voice(16000 * 12, 1, 7500, 0, 0);
    const double best = quality(16000 * 12);
    CHECK_NEAR(best, 1, 1e-9);
    const double shorter = quality(16000 * 4);
    CHECK(shorter > .2 && shorter < .67);
    make_voice(16000 * 12, .01, 7500, 0, 0); /* 40 dB less */
    const double faint = quality(16000 * 12);
    CHECK(faint >= 0 && faint < .6);
    make_voice(16000 * 12, 1, 5000, 0, 0);
    const double narrow = quality(16000 * 12);
    CHECK_NEAR(narrow, (5000 - 2500) / 4500., .05); /* a harmonic has a width */
}

/* The same bytes whoever runs the windows. */
static void threads(void)
{
    um_pool *pool = NULL;
    const um_resources alone = runner_lends;
    CHECK(um_pool_new(&pool, 4, NULL) == UM_OK);
    make_voice(MOST, 1, 7500, 30000, 50000);
    um_findings *a = listen(MOST, 5000);
    runner_lends.pool = pool;
    um_findings *b = listen(MOST, 5000);
    CHECK(a->n_results == 1 && b->n_results == 1 && a->result[0].score == b->result[0].score &&
          a->series[0].n == b->series[0].n &&
          !memcmp(a->series[0].sample, b->series[0].sample, a->series[0].n * sizeof *a->series[0].sample));
    um_findings_free(&a);
    um_findings_free(&b);
    runner_lends = alone;
    um_pool_free(&pool);
}

int main(void)
{
    store = detector_models(NULL);
    windows();
    too_short_for_a_window();
    reasons();
    qualities();
    threads();
    through_opus();
    um_network_store_free(&store);
    detector_models_remove();
    return check_done();
}
