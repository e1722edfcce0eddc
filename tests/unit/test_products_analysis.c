/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products reach signals through an analysis: many signals ask for everything on several threads, and get the
 * same numbers for any number of threads. */
#include "../check.h"
#include "base/base.h"
#include <string.h>
#include <unistd.h>
#include <unmask/unmask.h>

enum {
    PICTURES = 40,
    FPS = 20,
    RATE = 48000,
    PER_PICTURE = RATE / FPS,
    SIGNALS = 8,
    WIDTH = 192,
    HEIGHT = 108
};
static const double TONE_HZ = 200;

typedef struct heard {
    double chain;
    int64_t next_sample, next_frame, next_pitch;
    int voiced, pitched, moved, series;
} heard;

static double of_picture(const um_signal_input *in, int *moved, um_error *err)
{
    const um_image *luma, *cb, *cr;
    const um_plane *residual;
    const um_dct_blocks *dct;
    const um_gradient *gradient;
    const um_flow *flow;
    if (um_product_residual(&residual, in->products, err) < 0 ||
        um_product_luma(&luma, in->products, err) < 0 || um_product_dct(&dct, in->products, err) < 0 ||
        um_product_gradient(&gradient, in->products, err) < 0 ||
        um_product_chroma(&cb, &cr, in->products, err) < 0 || um_product_flow(&flow, in->products, err) < 0)
        return NAN;
    double sum = luma->data[99] + cb->data[99] + cr->data[99];
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        sum += (double)residual->value[i] + gradient->x[i];
    for (int i = 0; i < dct->rows * dct->cols; i++)
        sum += (double)dct->value[64 * i + 9];
    *moved = flow != NULL;
    for (int i = 0; flow && i < flow->width * flow->height; i++)
        sum += (double)flow->dx[i];
    return sum;
}

typedef struct seen {
    double sum;
    int moved;
} seen;

static um_status measure(void *measure, const void *shared, const um_signal_input *in, um_error *err)
{
    seen *s = measure;
    if (in->frame)
        s->sum = of_picture(in, &s->moved, err);
    return isnan(s->sum) ? err->code : UM_OK;
}

/* Checks fail as errors of the signal: CHECK is for one thread. */
static um_status hear_pitch(heard *h, const um_pitch_frames *pitch, um_error *err)
{
    for (int i = 0; i < pitch->n; i++) {
        if (h->next_pitch && pitch->frame[i].index != h->next_pitch)
            return um_fail(err, UM_EINTERNAL, "a frame of pitch is missing");
        h->next_pitch = pitch->frame[i].index + 1;
        h->pitched += fabs((double)pitch->frame[i].hz - TONE_HZ) < 2;
        h->chain = .75 * h->chain + (double)pitch->frame[i].hz;
    }
    return UM_OK;
}

static um_status hear(heard *h, um_products *products, um_error *err)
{
    const um_samples *samples;
    const um_sound_frames *power, *mel;
    const um_voice_frames *voice;
    const um_pitch_frames *pitch;
    um_status st;
    if ((st = um_product_sound16k(&samples, products, err)) < 0 ||
        (st = um_product_spectrogram(&power, products, err)) < 0 ||
        (st = um_product_logmel(&mel, products, err)) < 0 ||
        (st = um_product_voice(&voice, products, err)) < 0 ||
        (st = um_product_pitch(&pitch, products, err)) < 0)
        return st;
    if (samples->n && (samples->first != h->next_sample || samples->restarted))
        return um_fail(err, UM_EINTERNAL, "samples are missing");
    if (power->n && (power->first != h->next_frame || mel->first != power->first || mel->n != power->n))
        return um_fail(err, UM_EINTERNAL, "frames are missing");
    h->next_sample += samples->n;
    h->next_frame += power->n;
    for (int i = 0; i < samples->n; i++)
        h->chain = .75 * h->chain + (double)samples->value[i];
    for (int i = 0; i < power->n * power->size; i++)
        h->chain = .75 * h->chain + (double)power->value[i];
    for (int i = 0; i < mel->n * mel->size; i++)
        h->chain = .75 * h->chain + (double)mel->value[i];
    for (int i = 0; i < voice->n; i++)
        h->voiced += voice->frame[i].probability > .5f;
    return hear_pitch(h, pitch, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    heard *h = state;
    const seen *s = measure;
    um_status st;
    if ((st = hear(h, in->products, err)) < 0 || !in->frame)
        return st;
    h->chain = .75 * h->chain + s->sum;
    h->moved += s->moved;
    if ((st = um_findings_series(out, &h->series, um_file_subject(), "chain", "", err)) < 0)
        return st;
    return um_findings_point(out, h->series, in->frame->t_s, h->chain, err);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    heard *h = state;
    const um_pitch_frames *pitch;
    um_status st = um_product_pitch(&pitch, in->products, err); /* the last half second */
    if (st < 0 || (st = hear_pitch(h, pitch, err)) < 0)
        return st;
    if (pitch->n != 50)
        return um_fail(err, UM_EINTERNAL, "%d frames of pitch were kept back", pitch->n);
    return um_findings_score(out, um_file_subject(), h->chain, err,
                             "%d moved, %d frames, %d voiced, %d pitched", h->moved, (int)h->next_frame,
                             h->voiced, h->pitched);
}

static um_signal made[SIGNALS];
static char names[SIGNALS][16];

static void make_signals(void)
{
    um_error err;
    for (int i = 0; i < SIGNALS; i++) {
        snprintf(names[i], sizeof names[i], "sharing_%d", i);
        made[i] = (um_signal){.name = names[i],
                              .family = "image",
                              .question = "Is it shared?",
                              .meaning = "Made.",
                              .score_unit = "none",
                              .paper = "none",
                              .version = 1,
                              .needs = UM_NEED_GRAY | UM_NEED_RGB | UM_NEED_SOUND | UM_NEED_STREAMS,
                              .state_size = sizeof(heard),
                              .measure_size = sizeof(seen),
                              .measure = measure,
                              .push = push,
                              .finish = finish};
        CHECK(um_signal_register(&made[i], &err) == UM_OK);
    }
}

static void make_clip(const char *path)
{
    um_error err = {0};
    um_writer *w = NULL;
    um_image *image = NULL;
    float tone[PER_PICTURE];
    const um_writer_options opt = {
        .width = WIDTH, .height = HEIGHT, .fps = FPS, .rate_hz = RATE, .channels = 1};
    CHECK(um_writer_open(&w, path, &opt, &err) == UM_OK &&
          um_image_new(&image, WIDTH, HEIGHT, UM_RGB24, &err) == UM_OK);
    for (int k = 0; k < PICTURES; k++) {
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < 3 * WIDTH; x++)
                image->data[y * image->stride + x] =
                    (uint8_t)(128 + 90 * sin((x / 3 + 2 * k) * .1 + x % 3) * cos(y * .15));
        for (int i = 0; i < PER_PICTURE; i++)
            tone[i] = .3f * (float)sin(2 * M_PI * TONE_HZ * (k * PER_PICTURE + i) / RATE);
        CHECK(um_writer_frame(w, image, (double)k / FPS, &err) == UM_OK &&
              um_writer_sound(w, tone, PER_PICTURE, &err) == UM_OK);
    }
    CHECK(um_writer_finish(w, &err) == UM_OK);
    um_writer_close(&w);
    um_image_free(&image);
}

static char *analyse(const char *path, int threads)
{
    um_error err = {0};
    um_analyzer *a = NULL;
    um_results *r = NULL;
    char *json = NULL;
    um_buf list;
    um_buf_init(&list, 1024);
    for (int i = 0; i < SIGNALS; i++)
        um_buf_printf(&list, "%s%s", i ? "," : "", names[i]);
    const um_analysis_options opt = {.threads = threads, .signals = list.data};
    if (um_analyzer_new(&a, &opt, &err) == UM_OK && um_analyzer_run(&r, a, path, &err) == UM_OK)
        CHECK(um_results_json(&json, r, false, &err) == UM_OK);
    else
        fprintf(stderr, "%s\n", err.text);
    um_results_free(&r);
    um_analyzer_free(&a);
    um_buf_free(&list);
    return json;
}

int main(void)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/unmask-products-%d.avi", (int)getpid());
    make_signals();
    make_clip(path);
    char *one = analyse(path, 1), *many = analyse(path, 8);
    CHECK(one && many && !strcmp(one, many));
    const char *said = one ? strstr(one, " moved, ") : NULL;
    int moved = 0, frames = 0, voiced = 0, pitched = 0;
    while (said && said > one && said[-1] >= '0' && said[-1] <= '9')
        said--;
    CHECK(said && sscanf(said, "%d moved, %d frames, %d voiced, %d pitched", &moved, &frames, &voiced,
                         &pitched) == 4);
    CHECK(moved == PICTURES - 1);
    CHECK(abs(frames - 198) <= 4); /* 2 s of 100 frames, and what the codec adds or takes */
    CHECK(pitched >= frames * .9); /* all but the ends */
    free(one);
    free(many);
    unlink(path);
    return check_done();
}
