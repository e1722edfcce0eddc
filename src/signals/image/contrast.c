/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contrast.c: were the tones of a photo changed after it was made?
 *
 * Stamm & Liu, "Forensic detection of image manipulation using statistical intrinsic fingerprints", IEEE TIFS
 * 5(3), 2010, doi:10.1109/TIFS.2010.2053202: a camera's histogram is smooth; a curve laid over eight bits
 * leaves levels that nothing falls on and others on which two fall, and so high frequencies in the histogram.
 * The ends are faded out, because clipped tones are a peak by themselves. Differences: each colour is looked
 * at, as luma of three colours fills the gaps; the measure is held against the chance of counting that many
 * pixels, so that small photos are not rough by themselves. */
#include "base/base.h"
#include "dsp/fft.h"
#include "dsp/stats.h"
#include "media/draw.h"
#include "signals/image/stored.h"
#include <math.h>

enum { LEVELS = 256, FADED = 8 /* at each end */, FIRST_BIN = 112, LAST_BIN = 128, CHANNELS = 3 };
enum { LEAST_SIDE = 256, LEAST_LEVELS = 64 };
enum { BAR = 2, PICTURE_HEIGHT = 160 };
static const double CALLED_DB =
    25; /* 13 of 117 real train photos, and half of those that were brightened, lie above */
static const char *const names[CHANNELS] = {"red", "green", "blue"};

typedef struct tones {
    int64_t count[LEVELS], n;
    int used, from, to, empty; /* levels with a pixel; the first and last of them; those without between */
    double db;                 /* of the high frequencies over chance */
} tones;

typedef struct contrast {
    bool seen;
} contrast;

static double fade(int level)
{
    const int end = level < LEVELS - 1 - level ? level : LEVELS - 1 - level;
    return end >= FADED ? 1 : .5 - .5 * cos(M_PI * end / FADED);
}

/* The transform of counts that chance spreads about a smooth curve has everywhere the power of their sum. */
static double roughness_db(const int64_t *count, um_fft *fft)
{
    double chance = 0, power = 0;
    for (int i = 0; i < LEVELS; i++) {
        fft->in[i] = fade(i) * (double)count[i];
        chance += fade(i) * fade(i) * (double)count[i];
    }
    um_fft_run(fft);
    for (int k = FIRST_BIN; k <= LAST_BIN; k++)
        power +=
            (fft->out[k][0] * fft->out[k][0] + fft->out[k][1] * fft->out[k][1]) / (LAST_BIN - FIRST_BIN + 1);
    return chance > 0 ? 10 * log10(fmax(power / chance, 1e-3)) : 0;
}

static um_status measure_tones(tones out[CHANNELS], const um_image *rgb, um_error *err)
{
    um_fft *fft = NULL;
    um_status st = um_fft_new(&fft, 1, LEVELS, err);
    for (int y = 0; st == UM_OK && y < rgb->height; y++) {
        const uint8_t *v = rgb->data + y * rgb->stride;
        for (int x = 0; x < CHANNELS * rgb->width; x += CHANNELS)
            for (int c = 0; c < CHANNELS; c++)
                out[c].count[v[x + c]]++;
    }
    for (int c = 0; st == UM_OK && c < CHANNELS; c++) {
        tones *t = &out[c];
        t->from = LEVELS;
        for (int i = 0; i < LEVELS; i++)
            if (t->count[i]) {
                t->n += t->count[i];
                t->used++;
                t->from = t->from < i ? t->from : i;
                t->to = i;
            }
        t->empty = t->to - t->from + 1 - t->used;
        t->db = roughness_db(t->count, fft);
    }
    um_fft_free(&fft);
    return st;
}

/* Bars on white, the highest of those that are not faded as high as the picture; empty levels red. */
static um_status show(um_image **out, const tones *t, um_error *err)
{
    int64_t most = 1;
    um_status st = um_image_new(out, LEVELS * BAR, PICTURE_HEIGHT, UM_RGB24, err);
    if (st < 0)
        return st;
    for (int i = FADED; i < LEVELS - FADED; i++)
        most = t->count[i] > most ? t->count[i] : most;
    um_draw_fill(*out, (um_rect){0, 0, LEVELS * BAR, PICTURE_HEIGHT}, 0xffffff, 1);
    for (int i = 0; i < LEVELS; i++) {
        const double part = um_clampd((double)t->count[i] / (double)most, 0, 1);
        const float high = (float)(part * PICTURE_HEIGHT);
        if (t->count[i])
            um_draw_fill(*out, (um_rect){(float)(i * BAR), PICTURE_HEIGHT - high, BAR, high}, 0x305070, 1);
        else if (i > t->from && i < t->to)
            um_draw_fill(*out, (um_rect){(float)(i * BAR), 0, BAR, PICTURE_HEIGHT}, 0xf0b0a0, 1);
    }
    return UM_OK;
}

static um_status judge(const tones all[CHANNELS], um_findings *out, um_error *err)
{
    int worst = 0;
    um_image *picture = NULL;
    for (int c = 1; c < CHANNELS; c++)
        worst = all[c].db > all[worst].db ? c : worst;
    const tones *t = &all[worst];
    if (t->used < LEAST_LEVELS)
        return um_findings_skip(out, um_file_subject(), err, "too few tones: %d levels of %s, %d needed",
                                t->used, names[worst], LEAST_LEVELS);
    um_status st = show(&picture, t, err);
    if (st == UM_OK)
        st = um_findings_evidence(out, um_file_subject(), 0, 0, picture, err,
                                  "How many pixels have each level of %s, dark to bright; light red: levels "
                                  "that none has",
                                  names[worst]);
    um_image_free(&picture);
    if (st < 0)
        return st;
    if (t->db < CALLED_DB)
        return um_findings_score(out, um_file_subject(), t->db, err,
                                 "The tones run smoothly: the histogram of %s is %.1f dB rougher than chance "
                                 "makes it, %d of %d levels are empty",
                                 names[worst], um_round(t->db, .1), t->empty, t->to - t->from + 1);
    return um_findings_score(
        out, um_file_subject(), t->db, err,
        "The histogram of %s has gaps or peaks (%.1f dB rougher than chance makes it, %d of "
        "%d levels are empty), as brightening or stretching leaves. Most published photos "
        "were brightened",
        names[worst], um_round(t->db, .1), t->empty, t->to - t->from + 1);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    contrast *k = state;
    tones all[CHANNELS] = {0};
    if (!in->media->is_photo || !in->frame || !in->frame->rgb || k->seen)
        return UM_OK;
    const um_image *rgb = in->frame->rgb;
    if (rgb->width < LEAST_SIDE || rgb->height < LEAST_SIDE)
        return UM_OK;
    k->seen = true;
    const um_status st = measure_tones(all, rgb, err);
    return st < 0 ? st : judge(all, out, err);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return ((const contrast *)state)->seen ? UM_OK : um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_contrast = {
    .name = "contrast",
    .family = "image",
    .question = "Were the tones of the photo changed after it was made?",
    .meaning =
        "Below 25: no clear trace. Beyond: gaps and peaks in the histogram, as brightening, stretching or a "
        "curve leaves. It tells of retouching, which most published photos have seen, and not of "
        "forgery; saving as JPEG or resizing fills the gaps.",
    .score_unit = "dB of the histogram's high frequencies over chance",
    .paper = "Stamm & Liu, IEEE TIFS 5(3), 2010, doi:10.1109/TIFS.2010.2053202",
    .version = 1,
    .needs = UM_NEED_RGB,
    .state_size = sizeof(contrast),
    .push = push,
    .finish = finish,
};
