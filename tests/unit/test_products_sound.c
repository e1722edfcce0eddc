/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of sound: the same bytes for any blocks, a jump in time, bad input, and every allocation may fail.
 */
#include "../check.h"
#include "dsp/resample.h"
#include "products/products_internal.h"
#include <string.h>

enum { RATE = 44100, LENGTH = 70000, MAX_VALUES = 1 << 18 };

/* What came out, one after the other. */
typedef struct record {
    float *value; /* [MAX_VALUES] */
    int n;
    int jumps, last_jump; /* frames or samples that say they restarted */
} record;
enum { SAMPLES, POWER, MEL, VOICE, PITCH, TURNS, SPECTRA, KINDS };

static float sound_at(int i)
{
    const double t = (double)i / RATE;
    return (float)(fmod(t, .4) < .2 ? .2 * sin(2 * M_PI * 150 * t) + .1 * sin(2 * M_PI * 300 * t) : 0) +
           .01f * (float)sin(i * (double)i * .37);
}

static void add(record *r, const void *from, int n)
{
    CHECK(r->n + n <= MAX_VALUES);
    if (n) /* `from` may be NULL */
        memcpy(r->value + r->n, from, (size_t)n * sizeof(float));
    r->n += n;
}

static void mark(record *r, int64_t first, int n, bool restarted)
{
    const float index[2] = {(float)first, (float)n};
    if (restarted) {
        add(r, index, 1); /* where each run begins; its length depends on the blocks */
        r->jumps++;
        r->last_jump = (int)first;
    }
}

/* As floats, which tell any difference of more than 6e-8. */
static void add_spectra(record *r, const um_spectra *s)
{
    for (int i = 0; i < s->n * s->bins; i++) {
        const float power = (float)s->power[i];
        add(r, &power, 1);
    }
}

static um_status take(um_products *p, record out[KINDS], um_error *err)
{
    const um_samples *samples;
    const um_sound_frames *power, *mel;
    const um_voice_frames *voice;
    const um_pitch_frames *pitch;
    const um_turns_told *turns;
    const um_spectra *spectra;
    um_status st;
    if ((st = um_product_sound16k(&samples, p, err)) < 0 ||
        (st = um_product_spectrogram(&power, p, err)) < 0 || (st = um_product_logmel(&mel, p, err)) < 0 ||
        (st = um_product_voice(&voice, p, err)) < 0 || (st = um_product_pitch(&pitch, p, err)) < 0 ||
        (st = um_product_turns(&turns, p, err)) < 0 || (st = um_product_spectra(&spectra, p, err)) < 0)
        return st;
    if (!out)
        return UM_OK;
    mark(&out[SAMPLES], samples->first, samples->n, samples->n && samples->restarted);
    mark(&out[POWER], power->first, power->n, power->n && power->restarted);
    mark(&out[MEL], mel->first, mel->n, mel->n && mel->restarted);
    mark(&out[VOICE], voice->first, voice->n, voice->n && voice->restarted);
    add(&out[SAMPLES], samples->value, samples->n);
    add_spectra(&out[SPECTRA], spectra);
    add(&out[POWER], power->value, power->n * power->size);
    add(&out[MEL], mel->value, mel->n * mel->size);
    add(&out[VOICE], voice->frame, voice->n * 2);
    for (int i = 0; i < pitch->n; i++) {
        const um_pitch_frame *f = &pitch->frame[i];
        const float row[] = {(float)f->index, f->hz, f->strength};
        add(&out[PITCH], row, 3);
    }
    for (int i = 0; i < turns->n; i++) {
        const float row[] = {(float)turns->step[i].from_s, (float)turns->step[i].voice};
        add(&out[TURNS], row, 2);
    }
    return UM_OK;
}

/* The sound in blocks of 1..`most` samples, with `gap` samples left out after half of it; NULL: nothing kept.
 */
static um_status run(record out[KINDS], int length, int most, int gap, um_error *err)
{
    um_product_streams *streams = NULL;
    float *x = calloc((size_t)most, sizeof *x);
    uint32_t seed = 7;
    um_status st = um_product_streams_new(&streams, UM_NEED_STREAMS, err);
    for (int at = 0; st == UM_OK && at <= length;) {
        um_products *p = NULL;
        const int limit = at < length / 2 ? length / 2 : length;
        int n = 1 + (int)((seed = seed * 1664525 + 1013904223) >> 8) % most;
        n = n < limit - at ? n : limit - at;
        for (int i = 0; i < n; i++)
            x[i] = sound_at(at + i);
        const um_sound sound = {at + (at < length / 2 ? 0 : gap), RATE, 1, n, x, {x}};
        st = at < length ? um_products_new(&p, streams, NULL, &sound, NULL, err)
                         : um_products_end(&p, streams, err);
        at += n ? n : 1;
        if (st == UM_OK)
            st = take(p, out, err);
        um_products_free(&p);
    }
    um_product_streams_free(&streams);
    free(x);
    return st;
}

static void records_init(record r[KINDS])
{
    for (int i = 0; i < KINDS; i++)
        r[i] = (record){.value = calloc(MAX_VALUES, sizeof(float))};
}

static void records_free(record r[KINDS])
{
    for (int i = 0; i < KINDS; i++)
        free(r[i].value);
}

static void blocks_do_not_matter(void)
{
    static const int most[] = {3, 160, 1024, 20000};
    for (int gap = 0; gap <= RATE; gap += RATE) {
        record whole[KINDS];
        records_init(whole);
        CHECK(run(whole, LENGTH, LENGTH, gap, NULL) == UM_OK);
        for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
            record parts[KINDS];
            records_init(parts);
            CHECK(run(parts, LENGTH, most[i], gap, NULL) == UM_OK);
            for (int k = 0; k < KINDS; k++)
                CHECK(parts[k].n == whole[k].n &&
                      !memcmp(parts[k].value, whole[k].value, (size_t)whole[k].n * sizeof(float)));
            records_free(parts);
        }
        for (int k = 0; k < PITCH; k++)
            CHECK(whole[k].jumps == (gap > 0));
        /* 0.5 s of voice say who it is: with a jump in the middle neither half has as much */
        CHECK(gap ? !whole[TURNS].n : whole[TURNS].n >= 4 && whole[TURNS].value[1] == 0);
        if (gap) { /* the second half begins at 35000 + 44100 samples: the first output at or after that */
            CHECK(whole[SAMPLES].last_jump == (int)ceil((LENGTH / 2. + RATE) * 16000 / RATE));
            CHECK(whole[POWER].last_jump == (int)ceil(ceil((LENGTH / 2. + RATE) * 16000 / RATE) / 160));
        }
        int backwards = 0, last = 0;
        for (int i = 0; i < whole[PITCH].n; i += 3) {
            backwards += (int)whole[PITCH].value[i] <= last;
            last = (int)whole[PITCH].value[i];
        }
        /* no frame of pitch is lost: those that fit into each half, from the one that begins 120 samples
         * early */
        const int half = LENGTH / 2, n16k = whole[SAMPLES].n;
        CHECK(!backwards && whole[PITCH].n / 3 >= (n16k - 2 * 800) / 160 && half > 0);
        records_free(whole);
    }
}

static void bad_sound(void)
{
    um_error err;
    float x[512];
    const um_samples *samples;
    um_product_streams *streams = NULL;
    um_products *p = NULL;
    for (int i = 0; i < 512; i++)
        x[i] = i % 3 ? NAN : INFINITY;
    CHECK(um_product_streams_new(&streams, UM_NEED_SOUND16K, NULL) == UM_OK);
    um_sound sound = {0, 16000, 1, 512, x, {x}};
    CHECK(um_products_new(&p, streams, NULL, &sound, NULL, NULL) == UM_OK);
    CHECK(um_product_sound16k(&samples, p, NULL) == UM_OK && samples->n == 512);
    for (int i = 0; i < 512; i++)
        CHECK(samples->value[i] == 0);
    um_products_free(&p);
    sound.rate_hz = 8000; /* fails, and stays so */
    for (int i = 0; i < 2; i++) {
        CHECK(um_products_new(&p, streams, NULL, &sound, NULL, &err) == UM_OK);
        CHECK(um_product_sound16k(&samples, p, &err) == UM_EUNSUPPORTED && !samples &&
              strstr(err.text, "8000"));
        um_products_free(&p);
        sound.rate_hz = 16000;
    }
    um_product_streams_free(&streams);

    static const struct {
        int rate, n;
        int64_t first;
    } wrong[] = {{999, 512, 0}, {768001, 512, 0}, {48000, 512, -1}, {48000, 512, INT64_MAX}, {48000, -1, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        sound = (um_sound){wrong[i].first, wrong[i].rate, 1, wrong[i].n, x, {x}};
        CHECK(um_product_streams_new(&streams, UM_NEED_STREAMS, NULL) == UM_OK);
        CHECK(um_products_new(&p, streams, NULL, &sound, NULL, NULL) == UM_OK);
        CHECK(um_product_sound16k(&samples, p, &err) == UM_EUNSUPPORTED);
        const um_spectra *spectra;
        CHECK(wrong[i].rate != 48000 ||
              (um_product_spectra(&spectra, p, &err) == UM_OK && spectra && !spectra->n));
        um_products_free(&p);
        um_product_streams_free(&streams);
    }
}

/* A tone of 1 kHz in one second of the recording, then a gap, another rate, and the first one again. */
static void spectra_at_the_own_rate(void)
{
    static const struct {
        int64_t first;
        int rate, n;
    } block[] = {{0, RATE, RATE},
                 {3 * RATE, RATE, 2047},
                 {3 * RATE + 2047, 48000, 9000},
                 {3 * RATE + 2047, RATE, 1},
                 {3 * RATE + 2048, RATE, 0}};
    static const int frames[] = {42, 0, 0, 1, 0}; /* (44100 - 2048) / 1024 + 1 */
    float *x = calloc(RATE, sizeof *x);
    um_product_streams *streams = NULL;
    um_products *p = NULL;
    const um_spectra *s = NULL;
    um_error err = {0};
    for (int i = 0; i < RATE; i++)
        x[i] = (float)sin(2 * M_PI * 1000 * i / RATE);
    CHECK(um_product_streams_new(&streams, UM_NEED_SPECTRA, NULL) == UM_OK);
    for (int k = 0; k < 5; k++) {
        const um_sound sound = {block[k].first, block[k].rate, 1, block[k].n, x, {x}};
        CHECK(um_products_new(&p, streams, NULL, &sound, NULL, NULL) == UM_OK);
        CHECK(um_product_spectra(&s, p, NULL) == UM_OK && s->n == frames[k]);
        if (frames[k]) {
            const double *last = s->power + (size_t)(s->n - 1) * (size_t)s->bins;
            double sum = 0;
            for (int i = 0; i < s->bins; i++)
                sum += last[i];
            CHECK(s->rate_hz == RATE && s->window == 2048 && s->bins == 1025);
            CHECK(s->first == (k ? 3 * RATE : 0)); /* none spans the gap */
            if (!k)
                CHECK_NEAR(sum, .5, .001); /* the mean square of a sine, at bin 46.4: */
            if (!k)
                CHECK(last[46] > .2 && last[40] < 1e-4 && last[53] < 1e-4);
        }
        um_products_free(&p);
    }
    um_product_streams_free(&streams);
    /* what fails stays so, and leaves the other products alone */
    CHECK(um_product_streams_new(&streams, UM_NEED_SPECTRA, NULL) == UM_OK);
    for (int k = 0; k < 2; k++) {
        const um_sound sound = {0, k ? RATE : 999, 1, 512, x, {x}};
        CHECK(um_products_new(&p, streams, NULL, &sound, NULL, NULL) == UM_OK);
        CHECK(um_product_spectra(&s, p, &err) == UM_EINVAL && !s && strstr(err.text, "999"));
        um_products_free(&p);
    }
    um_product_streams_free(&streams);
    CHECK(um_product_streams_new(&streams, UM_NEED_PITCH, NULL) == UM_OK);
    const um_sound sound = {0, RATE, 1, 512, x, {x}};
    CHECK(um_products_new(&p, streams, NULL, &sound, NULL, NULL) == UM_OK);
    CHECK(um_product_spectra(&s, p, &err) == UM_EINVAL && !s); /* nobody has declared it */
    um_products_free(&p);
    um_product_streams_free(&streams);
    free(x);
}

/* The greatest rates and indices there are: a constant stays constant, and the index is exact. */
static void far_and_fast(void)
{
    static const int rate[] = {1000, 44101, 767999, 768000};
    enum { N = 1 << 16 };
    float *x = calloc(N, sizeof *x);
    for (int i = 0; i < N; i++)
        x[i] = .5f;
    for (int i = 0; i < 4; i++) {
        um_resampler *r = NULL;
        float *out = NULL;
        int n = 0;
        int64_t first = 0;
        CHECK(um_resampler_new(&r, rate[i], 16000, NULL) == UM_OK);
        CHECK(um_resampler_push(r, &out, &n, &first, UM_RESAMPLE_MAX_INDEX, x, N, NULL) == UM_OK);
        const double exact = (double)UM_RESAMPLE_MAX_INDEX / rate[i] * 16000;
        CHECK(fabs((double)first - exact) < 1 + exact * 1e-15 && n > 0);
        /* past the start, where zeros lie before; images of a constant are stopped by 85 dB */
        for (int k = n / 2; k < n; k++)
            if (fabs(out[k] - .5) > .5e-4)
                CHECK_NEAR(out[k], .5, .5e-4);
        free(out);
        um_resampler_free(&r);
    }
    free(x);
}

static um_status everything_once(um_error *err)
{
    um_status st = run(NULL, 6000, 1500, 1000, err);
    um_image *gray = NULL;
    um_product_streams *streams = NULL;
    if (st == UM_OK)
        st = um_image_new(&gray, 70, 70, UM_RGB24, err);
    if (st == UM_OK)
        st = um_product_streams_new(&streams, UM_NEED_FLOW, err);
    for (int i = 0; i < 2 && st == UM_OK; i++) {
        um_products *p = NULL;
        um_face face = {.box = {10, 10, 40, 40}, .five = {{20, 20}, {40, 22}}};
        const um_faces faces = {1, &face};
        const um_frame frame = {.rgb = gray};
        const um_image *cb, *cr, *cut;
        const um_plane *residual;
        const um_dct_blocks *dct;
        const um_gradient *gradient;
        const um_flow *flow;
        if ((st = um_products_new(&p, streams, &frame, NULL, &faces, err)) == UM_OK &&
            (st = um_product_residual(&residual, p, err)) == UM_OK &&
            (st = um_product_dct(&dct, p, err)) == UM_OK &&
            (st = um_product_gradient(&gradient, p, err)) == UM_OK &&
            (st = um_product_chroma(&cb, &cr, p, err)) == UM_OK &&
            (st = um_product_face(&cut, p, 0, 64, 1, err)) == UM_OK)
            st = um_product_flow(&flow, p, err);
        um_products_free(&p);
    }
    um_product_streams_free(&streams);
    um_image_free(&gray);
    return st;
}

static void every_allocation_may_fail(void)
{
    int n = 0;
    for (bool failed = true; failed; n++) {
        um_error err = {0};
        um_alloc_fail_at(n);
        const um_status st = everything_once(&err);
        failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && err.code == UM_ENOMEM && *err.text : st == UM_OK);
    }
    CHECK(n > 50);
}

int main(void)
{
    blocks_do_not_matter();
    bad_sound();
    spectra_at_the_own_rate();
    far_and_fast();
    every_allocation_may_fail();
    return check_done();
}
