/* SPDX-License-Identifier: GPL-3.0-or-later */
/* condition.c: see condition.h. Videos keep their sound, which AAC codes anew; what has no pictures becomes a
 * mono WAV file. */
#define _GNU_SOURCE /* asprintf */
#include "evaluate/condition.h"
#include "av/sink/encode.h"
#include "av/sink/recode_sound.h"
#include "base/random.h"
#include "dsp/resample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/sink.h>

/* The grades are those that the field reports: H.264 as in FaceForensics++ (Roessler et al. 2019), the others
 * round numbers; 12 is beyond sight, so that only pixels differ. */
enum { CRF_FINE = 12, MOST_SAMPLES = 1 << 26, MOST_BYTES = 1 << 30, RADIUS = 8 };

#define PICTURES                                           \
    {                                                      \
        [UM_MEDIUM_PHOTO] = true, [UM_MEDIUM_VIDEO] = true \
    }
#define PHOTOS                   \
    {                            \
        [UM_MEDIUM_PHOTO] = true \
    }
#define VIDEOS                   \
    {                            \
        [UM_MEDIUM_VIDEO] = true \
    }
#define SOUNDS                   \
    {                            \
        [UM_MEDIUM_SOUND] = true \
    }
const um_condition um_conditions[] = {
    {.name = "jpeg-90", .title = "JPEG 90", .of = PHOTOS, .jpeg = 90},
    {.name = "jpeg-70", .title = "JPEG 70", .of = PHOTOS, .jpeg = 70},
    {.name = "jpeg-50", .title = "JPEG 50", .of = PHOTOS, .jpeg = 50},
    {.name = "h264-23", .title = "H.264 crf 23", .of = VIDEOS, .crf = 23},
    {.name = "h264-40", .title = "H.264 crf 40", .of = VIDEOS, .crf = 40},
    {.name = "half", .title = "half size", .of = PICTURES, .crf = CRF_FINE, .down = 2},
    {.name = "blur", .title = "blur 1.5 px", .of = PICTURES, .crf = CRF_FINE, .blur_px = 1.5},
    {.name = "noise", .title = "noise 8", .of = PICTURES, .crf = CRF_FINE, .noise = 8},
    {.name = "mp3", .title = "MP3 64 kbit/s", .of = SOUNDS, .sound_encoder = "libmp3lame", .bit_rate = 64000},
    {.name = "opus",
     .title = "Opus 16 kbit/s",
     .of = SOUNDS,
     .sound_encoder = "libopus",
     .bit_rate = 16000,
     .rate_hz = 48000},
    {.name = "telephone",
     .title = "telephone",
     .of = SOUNDS,
     .sound_encoder = "pcm_mulaw",
     .rate_hz = 8000,
     .low_hz = 300,
     .high_hz = 3400},
    {.name = "noise-15db", .title = "noise 15 dB", .of = SOUNDS, .snr_db = 15},
    {0},
};

/* --- pictures --- */

static void blur_line(uint8_t *to, const uint8_t *from, int n, ptrdiff_t step, const float *weight,
                      int radius)
{
    for (int i = 0; i < n; i++) {
        float sum = 0;
        for (int k = -radius; k <= radius; k++)
            sum += weight[k < 0 ? -k : k] * (float)from[um_clampi(i + k, 0, n - 1) * step];
        to[i * step] = (uint8_t)lrintf(sum);
    }
}

/* Gaussian; in place by way of `other`, of the same size. */
static void blur(um_image *image, um_image *other, double deviation)
{
    float weight[RADIUS + 1], sum = 0;
    const int radius = um_clampi((int)ceil(3 * deviation), 1, RADIUS);
    for (int k = 0; k <= radius; k++) {
        weight[k] = (float)exp(-.5 * k * k / (deviation * deviation));
        sum += k ? 2 * weight[k] : weight[k];
    }
    for (int k = 0; k <= radius; k++)
        weight[k] /= sum;
    for (int y = 0; y < image->height; y++)
        for (int c = 0; c < 3; c++)
            blur_line(other->data + y * other->stride + c, image->data + y * image->stride + c, image->width,
                      3, weight, radius);
    for (int x = 0; x < 3 * image->width; x++)
        blur_line(image->data + x, other->data + x, image->height, image->stride, weight, radius);
}

static void add_noise(um_image *image, double deviation, uint64_t *state)
{
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < 3 * image->width; x++) {
            uint8_t *v = image->data + y * image->stride + x;
            *v = (uint8_t)um_clampi((int)lrint(*v + deviation * um_random_normal(state)), 0, 255);
        }
}

static um_status change(um_image **out, const um_condition *c, const um_image *rgb, uint64_t *state,
                        um_error *err)
{
    const int down = c->down ? c->down : 1;
    const um_rect all = {0, 0, (float)rgb->width, (float)rgb->height};
    um_image *other = NULL;
    um_status st = um_image_crop_resize(out, rgb, all, (rgb->width + down - 1) / down,
                                        (rgb->height + down - 1) / down, err);
    if (st == UM_OK && c->blur_px > 0 &&
        (st = um_image_new(&other, (*out)->width, (*out)->height, UM_RGB24, err)) == UM_OK)
        blur(*out, other, c->blur_px);
    if (st == UM_OK && c->noise > 0)
        add_noise(*out, c->noise, state);
    um_image_free(&other);
    return st;
}

/* --- what is written --- */

typedef struct copy {
    const um_condition *c;
    um_source *source;
    const um_media *media;
    um_medium medium;
    char *path;
    um_writer *writer;
    float *sound;
    size_t n, capacity;
    uint64_t state; /* of the noise */
} copy;

static um_status photo(copy *k, const um_image *rgb, um_error *err)
{
    um_buf b;
    um_image *changed = NULL;
    um_buf_init(&b, MOST_BYTES);
    um_status st = change(&changed, k->c, rgb, &k->state, err);
    if (st == UM_OK)
        st = um_image_encode(&b, changed, k->c->jpeg ? "jpeg" : "png", k->c->jpeg, err);
    if (st == UM_OK)
        st = um_file_write(k->path, b.data, b.n, err);
    um_image_free(&changed);
    um_buf_free(&b);
    return st;
}

static um_status frame(copy *k, const um_frame *f, um_error *err)
{
    um_image *changed = NULL;
    um_status st = change(&changed, k->c, f->rgb, &k->state, err);
    if (st == UM_OK && !k->writer) {
        const um_writer_options opt = {.width = changed->width,
                                       .height = changed->height,
                                       .fps = um_writer_fps(k->media),
                                       .rate_hz = k->media->has_sound ? k->media->rate_hz : 0,
                                       .channels = 1,
                                       .crf = k->c->crf};
        st = um_writer_open(&k->writer, k->path, &opt, err);
    }
    if (st == UM_OK)
        st = um_writer_frame(k->writer, changed, fmax(f->t_s, 0), err);
    um_image_free(&changed);
    return st;
}

static um_status hear(copy *k, const um_sound *s, um_error *err)
{
    if (k->medium == UM_MEDIUM_VIDEO) /* what comes before the first picture is left out */
        return k->writer ? um_writer_sound(k->writer, s->mono, s->n, err) : UM_OK;
    if (!um_grow(&k->sound, &k->capacity, k->n + (size_t)s->n, MOST_SAMPLES, sizeof *k->sound))
        return um_fail_oom(err);
    memcpy(k->sound + k->n, s->mono, (size_t)s->n * sizeof *k->sound);
    k->n += (size_t)s->n;
    return UM_OK;
}

/* --- sound --- */

/* From one rate to another, the same length of time: the resampler owes its last samples, so silence
 * follows. */
static um_status to_rate(float **samples, size_t *n, int from_hz, int to_hz, um_error *err)
{
    enum { BLOCK = 1 << 16 };
    static const float silence[BLOCK];
    const size_t wanted = (size_t)((double)*n * to_hz / from_hz);
    um_resampler *r = NULL;
    float *out = um_calloc(wanted, sizeof *out);
    if (!out)
        return um_fail_oom(err);
    um_status st = um_resampler_new(&r, from_hz, to_hz, err);
    for (size_t at = 0, done = 0; st == UM_OK && done < wanted; at += BLOCK) {
        float *block = NULL;
        int got = 0;
        int64_t first;
        const size_t left = at < *n ? *n - at : 0;
        const bool sound = left >= BLOCK;
        if (!sound && left) {
            st = um_resampler_push(r, &block, &got, &first, (int64_t)at, *samples + at, (int)left, err);
            at -= BLOCK - left; /* the silence begins at the end of the sound */
        } else {
            st = um_resampler_push(r, &block, &got, &first, (int64_t)at, sound ? *samples + at : silence,
                                   BLOCK, err);
        }
        for (int i = 0; i < got && done < wanted; i++)
            out[done++] = block[i];
        free(block);
    }
    um_resampler_free(&r);
    if (st < 0) {
        free(out);
        return st;
    }
    free(*samples);
    *samples = out;
    *n = wanted;
    return UM_OK;
}

/* A low or a high pass of second order (Zoelzer, "DAFX", 2011, table 2.3). */
static void pass(float *samples, size_t n, int rate_hz, double edge_hz, bool high)
{
    const double k = tan(M_PI * edge_hz / rate_hz), q = M_SQRT1_2, d = k * k * q + k + q;
    const double b0 = high ? q / d : k * k * q / d, b1 = high ? -2 * b0 : 2 * b0;
    const double a1 = 2 * q * (k * k - 1) / d, a2 = (k * k * q - k + q) / d;
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = samples[i], y = b0 * x + b1 * x1 + b0 * x2 - a1 * y1 - a2 * y2;
        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = y;
        samples[i] = (float)y;
    }
}

/* White noise so far below the mean power of the whole recording, pauses included. */
static void hiss(float *samples, size_t n, double snr_db, uint64_t *state)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)samples[i] * (double)samples[i];
    const double deviation = sqrt(sum / (double)n * pow(10, -snr_db / 10));
    for (size_t i = 0; i < n; i++)
        samples[i] += (float)(deviation * um_random_normal(state));
}

static um_status write_wav(const copy *k, int rate_hz, um_error *err)
{
    const uint32_t data = 2 * (uint32_t)k->n,
                   head[] = {36 + data,     16,  1 | 1u << 16, (uint32_t)rate_hz, 2 * (uint32_t)rate_hz,
                             2 | 16u << 16, data};
    um_buf b;
    um_buf_init(&b, MOST_BYTES);
    um_buf_add(&b, "RIFF", 4);
    um_buf_add(&b, head, 4);
    um_buf_add(&b, "WAVEfmt ", 8);
    um_buf_add(&b, head + 1, 20);
    um_buf_add(&b, "data", 4);
    um_buf_add(&b, head + 6, 4);
    for (size_t i = 0; i < k->n; i++) {
        const int16_t s = (int16_t)lrintf(32767 * fmaxf(-1, fminf(1, k->sound[i])));
        um_buf_add(&b, &s, sizeof s);
    }
    um_status st = b.broken ? um_fail_oom(err) : um_file_write(k->path, b.data, b.n, err);
    um_buf_free(&b);
    return st;
}

static um_status sound(copy *k, um_error *err)
{
    const um_condition *c = k->c;
    const int own = k->media->rate_hz;
    const int rate_hz = c->rate_hz         ? c->rate_hz
                        : c->sound_encoder ? um_sound_encoder_rate(c->sound_encoder, own)
                                           : own;
    um_status st = UM_OK;
    if (!k->n)
        return um_fail(err, UM_EFORMAT, "%s: no sound", k->media->path);
    if (rate_hz != own)
        st = to_rate(&k->sound, &k->n, own, rate_hz, err);
    if (st == UM_OK && c->low_hz > 0)
        pass(k->sound, k->n, rate_hz, c->low_hz, true);
    if (st == UM_OK && c->high_hz > 0)
        pass(k->sound, k->n, rate_hz, c->high_hz, false);
    if (st == UM_OK && c->snr_db > 0)
        hiss(k->sound, k->n, c->snr_db, &k->state);
    if (st == UM_OK && c->sound_encoder)
        st = um_sound_recode(k->sound, (int)k->n, rate_hz, c->sound_encoder, c->bit_rate, err);
    if (st == UM_OK && rate_hz != own && !c->low_hz) /* a telephone's stays as it came */
        st = to_rate(&k->sound, &k->n, rate_hz, own, err);
    return st < 0 ? st : write_wav(k, c->low_hz > 0 ? rate_hz : own, err);
}

/* --- one recording --- */

static um_status go_through(copy *k, um_error *err)
{
    um_moment *m = NULL;
    um_status st;
    while ((st = um_source_next(&m, k->source, err)) == UM_OK) {
        if (m->frame && m->frame->rgb)
            st = k->medium == UM_MEDIUM_PHOTO ? photo(k, m->frame->rgb, err) : frame(k, m->frame, err);
        else if (m->sound)
            st = hear(k, m->sound, err);
        um_moment_free(&m);
        if (st < 0)
            return st;
        if (k->medium == UM_MEDIUM_PHOTO)
            return UM_OK;
    }
    if (st != UM_EOF)
        return st;
    if (k->medium == UM_MEDIUM_SOUND)
        return sound(k, err);
    return k->writer ? um_writer_finish(k->writer, err)
                     : um_fail(err, UM_EFORMAT, "%s: no picture", k->media->path);
}

um_status um_condition_copy(char **out, const um_condition *condition, const char *path, const char *folder,
                            double max_s, um_error *err)
{
    static const char *const extension[] = {"png", "mp4", "wav"};
    copy k = {.c = condition, .state = 1};
    const um_source_options opt = {.want = UM_WANT_RGB | UM_WANT_SOUND, .threads = 1, .max_s = max_s};
    *out = NULL;
    um_status st = um_source_open(&k.source, path, &opt, err);
    if (st < 0)
        return st;
    k.media = um_source_media(k.source);
    k.medium = k.media->is_photo ? UM_MEDIUM_PHOTO : k.media->has_video ? UM_MEDIUM_VIDEO : UM_MEDIUM_SOUND;
    if (!condition->of[k.medium])
        st = UM_EOF;
    else if (asprintf(&k.path, "%s/copy.%s", folder, condition->jpeg ? "jpg" : extension[k.medium]) < 0)
        st = um_fail_oom(err);
    if (st == UM_OK)
        st = go_through(&k, err);
    um_writer_close(&k.writer);
    um_source_close(&k.source);
    free(k.sound);
    if (st == UM_OK)
        *out = k.path;
    else
        free(k.path);
    return st;
}
