/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_report.c: sheets, cues and tables of voices. */
#include "voice_report.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/sink.h>

/* ---- sheet ---- */

enum { COLUMNS = 6, ROWS = 4, GAP = 4 }; /* a row: recordings above, their fakes below */

static void paint(um_image *sheet, const float *map, int x0, int y0)
{
    for (int k = 0; k < VOICE_BINS; k++)
        for (int f = 0; f < VOICE_FRAMES; f++) {
            const float v = 90 + 70 * map[k * VOICE_FRAMES + f];
            const uint8_t b = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            memset(sheet->data + (y0 + VOICE_BINS - 1 - k) * sheet->stride + 3 * (x0 + f), b, 3);
        }
}

um_status voice_sheet(const voice_set *set, const voice_mix *mix, uint64_t seed, const char *path,
                      um_error *err)
{
    static const char *const how[] = {"free", "matched", "copied"};
    um_image *sheet = NULL;
    voice_maker *m = NULL;
    const um_front_spec front = voice_front(UM_FRONT_LOG_POWER);
    float *planes = um_calloc(2 * VOICE_BINS, VOICE_FRAMES * sizeof *planes);
    um_status st = planes ? voice_maker_new(&m, &front, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = um_image_new(&sheet, COLUMNS * (VOICE_FRAMES + GAP), ROWS * (2 * VOICE_BINS + 3 * GAP), UM_RGB24,
                          err);
    for (int y = 0; st == UM_OK && y < sheet->height; y++)
        memset(sheet->data + y * sheet->stride, 255, (size_t)sheet->width * 3);
    for (int i = 0; i < COLUMNS * ROWS && st == UM_OK; i++)
        for (int fake = 0; fake < 2 && st == UM_OK; fake++) {
            voice_origin o;
            rng r = {seed + (uint64_t)i};
            if ((st = voice_draw(m, &o, set, mix, fake, rng_next(&r), err)) < 0)
                break;
            voice_map(m, planes);
            voice_cover(planes, &front, mix->masks, &r);
            paint(sheet, planes, i % COLUMNS * (VOICE_FRAMES + GAP),
                  i / COLUMNS * (2 * VOICE_BINS + 3 * GAP) + fake * (VOICE_BINS + GAP));
            printf("row %d column %d: %s %s %s%s%s\n", i / COLUMNS, i % COLUMNS, how[o.how],
                   fake ? "fake" : "real", set->voice[o.voice].about->name,
                   o.how == VOICE_COPIED && fake ? " through " : "",
                   o.how == VOICE_COPIED && fake ? vocoder_name(o.vocoder) : "");
        }
    if (st == UM_OK)
        st = um_image_write_png(sheet, path, "training samples", err);
    um_image_free(&sheet);
    voice_maker_free(&m);
    free(planes);
    return st;
}

/* ---- cues ---- */

enum { LEVEL, PEAK, CREST, BANDWIDTH, HIGH, QUIET, LENGTH, CUES };
static const char *const cue_name[CUES] = {"level",       "peak",          "crest",          "bandwidth",
                                           "above 4 kHz", "quietest part", "length of voice"};

/* Of the piece and its power, before the network's front end takes the level and the colour away. */
static void measure(double cue[CUES], const voice_maker *m, um_framer *framer, int length)
{
    double sum = 0, peak = 0, mean[VOICE_BINS + 1] = {0}, all = 0, high = 0, least = INFINITY;
    float power[VOICE_BINS + 1];
    for (int i = VOICE_MARGIN; i < VOICE_PIECE; i++) {
        sum += (double)m->piece[i] * m->piece[i];
        peak = fmax(peak, fabsf(m->piece[i]));
    }
    for (int f = 0; f < VOICE_FRAMES; f++) {
        double frame = 0;
        um_framer_power(framer, power, m->piece + VOICE_MARGIN + f * VOICE_HOP);
        for (int k = 1; k <= VOICE_BINS; k++) {
            mean[k] += power[k];
            frame += power[k];
            high += k > VOICE_BINS / 2 ? power[k] : 0;
        }
        all += frame;
        least = fmin(least, frame);
    }
    const double level = sqrt(sum / VOICE_WINDOW) + 1e-12;
    int top = VOICE_BINS; /* the highest bin within 50 dB of the mean */
    while (top > 1 && mean[top] < all / VOICE_BINS * 1e-5)
        top--;
    cue[LEVEL] = level;
    cue[PEAK] = peak;
    cue[CREST] = peak / level;
    cue[BANDWIDTH] = top;
    cue[HIGH] = high / (all + 1e-30);
    cue[QUIET] = least * VOICE_FRAMES / (all + 1e-30);
    cue[LENGTH] = length;
}

um_status voice_cues(const voice_set *set, const voice_mix *mix, int n, uint64_t seed, um_error *err)
{
    voice_maker *m = NULL;
    um_framer *framer = NULL;
    const um_front_spec front = voice_front(UM_FRONT_LOG_POWER);
    um_trial *trial = um_calloc((size_t)n * 2, CUES * sizeof *trial);
    float *planes = um_calloc(2 * VOICE_BINS, VOICE_FRAMES * sizeof *planes);
    um_status st = trial && planes ? voice_maker_new(&m, &front, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = um_framer_new(&framer, VOICE_FRAME, VOICE_PADDED, err);
    double busy = 0;
    for (int i = 0; i < 2 * n && st == UM_OK; i++) {
        voice_origin o;
        double cue[CUES];
        rng r = {seed + (uint64_t)i / 2};
        const double from = um_now_s();
        if ((st = voice_draw(m, &o, set, mix, i % 2, rng_next(&r), err)) < 0)
            break;
        voice_map(m, planes);
        voice_cover(planes, &front, mix->masks, &r);
        busy += um_now_s() - from;
        measure(cue, m, framer, set->voice[o.voice].n);
        for (int c = 0; c < CUES; c++)
            trial[c * 2 * n + i] = (um_trial){cue[c], i % 2};
    }
    for (int c = 0; c < CUES && st == UM_OK; c++) {
        um_trials_sort(trial + (ptrdiff_t)c * 2 * n, (size_t)n * 2);
        printf("%-16s AUC %.3f\n", cue_name[c], um_auc(trial + (ptrdiff_t)c * 2 * n, (size_t)n * 2));
    }
    if (st == UM_OK)
        printf("%.1f samples/s in one thread\n", 2 * n / busy);
    um_framer_free(&framer);
    voice_maker_free(&m);
    free(trial);
    free(planes);
    return st;
}

/* ---- tables ---- */

/* Fakes that `key` describes as `value` against the recordings: all, or those of the same source. */
static void line(const voice_set *set, const double *score, um_trial *trial, const char *key,
                 const char *value)
{
    size_t n = 0, fakes = 0;
    const bool by_source = !strcmp(key, "source");
    for (int i = 0; i < set->n; i++) {
        const voice *v = &set->voice[i];
        const char *is = by_source ? v->source : v->about->kind;
        const bool in = !*value || !strcmp(is, value) || (!v->fake && !by_source);
        if (!isfinite(score[i]) || !in)
            continue;
        trial[n++] = (um_trial){score[i], v->fake};
        fakes += v->fake;
    }
    um_trials_sort(trial, n);
    if (fakes && fakes < n)
        printf("%-8s %-44s %5zu fake %5zu real  AUC %.3f  EER %4.1f %%\n", key, value, fakes, n - fakes,
               um_auc(trial, n), 100 * um_equal_error(trial, n));
}

/* The share of pairs in which the fake scores above its recording. */
static void pairs(const voice_set *set, const double *score)
{
    double right = 0;
    int n = 0;
    for (int i = 0; i < set->n; i++)
        for (int k = 0; k < set->voice[i].n_pairs; k++) {
            const double real = score[set->pair[set->voice[i].first_pair + k]];
            if (!isfinite(real) || !isfinite(score[i]))
                continue;
            right += score[i] > real ? 1 : score[i] < real ? 0 : .5;
            n++;
        }
    if (n)
        printf("within %d pairs: AUC %.3f\n", n, right / n);
}

um_status voice_table(const voice_set *set, const double *score, um_error *err)
{
    um_trial *trial = um_calloc((size_t)set->n + 1, sizeof *trial);
    if (!trial)
        return um_fail_oom(err);
    line(set, score, trial, "all", "");
    for (int by = 0; by < 2; by++)
        for (int i = 0; i < set->n; i++) {
            const char *value = by ? set->voice[i].about->kind : set->voice[i].source;
            int first = 0;
            while (first < i &&
                   (!isfinite(score[first]) ||
                    strcmp(value, by ? set->voice[first].about->kind : set->voice[first].source) != 0))
                first++;
            if (first == i && isfinite(score[i]) && *value)
                line(set, score, trial, by ? "kind" : "source", value);
        }
    pairs(set, score);
    free(trial);
    return UM_OK;
}

um_status voice_write_scores(const voice_set *set, const double *score, const char *path, um_error *err)
{
    um_file f;
    um_status st = um_file_create(&f, path, err);
    if (st < 0)
        return st;
    fprintf(f.f, "path,score\n");
    for (int i = 0; i < set->n; i++)
        if (isfinite(score[i]))
            fprintf(f.f, "\"%s\",%.6g\n", set->voice[i].about->name, score[i]);
    return um_file_commit(&f, err);
}
