/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cues.c: see cues.h. Of videos no picture is decoded, so that their size is that of the stored one. */
#include "evaluate/cues.h"
#include "av/source/source.h"
#include "base/json.h"
#include "dsp/stft.h"
#include "evaluate/sweep.h"
#include "learn/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Raised when a value changes; answers of the signals are kept under another name. */
static const char producer[] = "cues 1";

static const double HEARD_S = 10;
static const double PART = .99; /* of the power, below the bandwidth */
static const char all_together[] = "all together";
enum { DIGITS = 17, CODECS = 64, FOLDS = 5, SEED = 1 };

/* Sizes and rates are compared by ratio: the regression sees their logarithm. */
static const struct number {
    const char *name;
    bool is_ratio;
} numbers[] = {
    {"bytes", true},        {"duration_s", true}, {"bits_per_second", true}, {"bits_per_pixel", true},
    {"width", true},        {"height", true},     {"aspect", true},          {"fps", true},
    {"has_sound", false},   {"channels", false},  {"level_db", false},       {"rate_hz", true},
    {"bandwidth_hz", true},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* --- one recording --- */

typedef struct heard {
    um_stft *stft;
    um_ltas ltas; /* of the frames that sound */
} heard;

static um_status take(void *user, int64_t first, const double *power, um_error *err)
{
    heard *h = user;
    if (um_is_sounding(power, h->ltas.n_bins))
        um_ltas_add(&h->ltas, power);
    return UM_OK;
}

static um_status hear(heard *h, const um_sound *s, const char *path, um_error *err)
{
    um_status st = UM_OK;
    if (!h->stft && (st = um_stft_new(&h->stft, s->rate_hz, err)) == UM_EINVAL)
        return um_fail(err, UM_EUNSUPPORTED, "%s: a sampling rate of %d Hz", path, s->rate_hz);
    if (st == UM_OK && !h->ltas.sum)
        st = um_ltas_init(&h->ltas, h->stft->n / 2 + 1, err);
    if (st < 0 || s->rate_hz != h->stft->rate_hz) /* a damaged stream: the first rate counts */
        return st;
    return um_stft_push(h->stft, s->first, s->mono, s->n, take, h, err);
}

static um_status listen(heard *h, um_source *source, const char *path, um_error *err)
{
    um_moment *m;
    um_status st = UM_OK;
    while (st == UM_OK && (st = um_source_next(&m, source, err)) == UM_OK) {
        if (m->sound)
            st = hear(h, m->sound, path, err);
        um_moment_free(&m);
    }
    return st < 0 ? st : UM_OK;
}

static void set(um_json *to, const char *name, double value, bool known)
{
    if (known)
        um_json_set_num(to, name, value, DIGITS);
}

static um_status tell(char **out, const um_media *m, const heard *h, int64_t bytes, um_error *err)
{
    um_json *json = um_json_object();
    const double pixels = (double)m->width * m->height, bits = 8 * (double)bytes;
    const bool seen = pixels > 0, moves = !m->is_photo && m->duration_s > 0;
    char codec[120];
    snprintf(codec, sizeof codec, "%.50s%s%.50s", m->has_video ? m->video_codec : "",
             m->has_video && m->has_sound ? "+" : "", m->has_sound ? m->audio_codec : "");
    um_json_set_text(json, "codec", codec);
    set(json, "bytes", (double)bytes, bytes > 0);
    set(json, "duration_s", m->duration_s, moves);
    set(json, "bits_per_second", bits / m->duration_s, moves);
    set(json, "bits_per_pixel", bits / pixels, m->is_photo && seen);
    set(json, "width", m->width, seen);
    set(json, "height", m->height, seen);
    set(json, "aspect", (double)m->width / m->height, seen);
    set(json, "fps", m->fps, m->fps > 0);
    set(json, "has_sound", m->has_sound, true);
    set(json, "channels", m->channels, m->has_sound);
    set(json, "rate_hz", m->rate_hz, m->rate_hz > 0);
    if (h->ltas.frames) {
        const double power = um_power_without_dc(h->ltas.sum, h->ltas.n_bins) / (double)h->ltas.frames;
        set(json, "level_db", 10 * log10(power), true);
        set(json, "bandwidth_hz", um_rolloff(h->ltas.sum, h->ltas.n_bins, PART) * um_stft_hz(h->stft, 1),
            true);
    }
    const um_status st = um_json_text(out, json, 0, err);
    um_json_free(&json);
    return st;
}

/* A photo that FFmpeg reads tells its size only when it is decoded. */
static um_status look(um_source **source, um_input *input, um_error *err)
{
    const um_source_options opt = {.want = UM_WANT_LUMA, .threads = 1};
    const um_media *m = um_source_media(*source);
    if (!m->is_photo || m->width)
        return UM_OK;
    um_source_close(source);
    return um_source_open_input(source, input, &opt, err);
}

static um_status make(char **out, void *user, const char *path, um_error *err)
{
    const um_source_options opt = {.want = UM_WANT_SOUND, .threads = 1, .max_s = HEARD_S};
    um_input *input = NULL;
    um_source *source = NULL;
    heard h = {0};
    um_status st = um_input_open(&input, path, err);
    if (st == UM_OK)
        st = um_source_open_input(&source, input, &opt, err);
    if (st == UM_OK)
        st = listen(&h, source, path, err);
    if (st == UM_OK)
        st = look(&source, input, err);
    if (st == UM_OK)
        st = tell(out, um_source_media(source), &h, input->size, err);
    um_stft_free(&h.stft);
    um_ltas_clear(&h.ltas);
    um_source_close(&source);
    um_input_free(&input);
    return st;
}

/* --- columns --- */

static um_detector *add_cue(um_evaluation *e, const char *name)
{
    const size_t n = um_dataset_count(e->set);
    um_detector *d = &e->cue[e->n_cues];
    *d = (um_detector){.kind = UM_SCORE_RANK, .score = um_calloc(n, sizeof *d->score)};
    if (!d->score)
        return NULL;
    um_printable(d->name, sizeof d->name, name);
    for (size_t i = 0; i < n; i++)
        d->score[i] = NAN;
    e->n_cues++;
    return d;
}

/* Those that any recording has. */
static um_status take_numbers(um_evaluation *e, um_json *const *seen, um_error *err)
{
    for (int k = 0; k < NUMBERS; k++) {
        um_detector *d = add_cue(e, numbers[k].name);
        bool any = false;
        if (!d)
            return um_fail_oom(err);
        for (size_t i = 0; i < um_dataset_count(e->set); i++)
            any |= isfinite(d->score[i] = um_json_get_num(seen[i], d->name, NAN));
        if (!any) {
            free(d->score);
            e->n_cues--;
        }
    }
    return UM_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Coded so or otherwise: a column per codec, where there are several. */
static um_status take_codecs(um_evaluation *e, um_json *const *seen, um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    size_t n = 0, distinct = 0;
    const char **codec = um_calloc(all, sizeof *codec);
    um_status st = codec ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < all && codec; i++)
        if (seen[i])
            codec[n++] = um_json_get_text(seen[i], "codec", "");
    if (n)
        qsort(codec, n, sizeof *codec, by_text);
    for (size_t i = 0; i < n; i++)
        if (!i || strcmp(codec[i], codec[i - 1]) != 0)
            codec[distinct++] = codec[i]; /* never ahead of i */
    for (size_t k = 0; distinct > 1 && k < distinct && k < CODECS && st == UM_OK; k++) {
        char name[64];
        snprintf(name, sizeof name, "codec %.50s", *codec[k] ? codec[k] : "unknown");
        um_detector *d = add_cue(e, name);
        if (!d)
            st = um_fail_oom(err);
        for (size_t i = 0; i < all && d; i++)
            if (seen[i])
                d->score[i] = !strcmp(um_json_get_text(seen[i], "codec", ""), codec[k]);
    }
    free(codec);
    return st;
}

/* --- all together --- */

static bool is_ratio(const char *name)
{
    for (int k = 0; k < NUMBERS; k++)
        if (!strcmp(name, numbers[k].name))
            return numbers[k].is_ratio;
    return false;
}

static um_status table_of(um_table **out, const um_evaluation *e, um_json *const *seen, um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    size_t n = 0;
    for (size_t i = 0; i < all; i++)
        n += seen[i] != NULL;
    um_status st = um_table_new(out, n, e->n_cues, err);
    if (st < 0)
        return st;
    um_table *t = *out;
    for (size_t c = 0; c < e->n_cues; c++)
        memcpy(t->name[c], e->cue[c].name, sizeof t->name[c]);
    n = 0;
    for (size_t i = 0; i < all; i++) {
        if (!seen[i])
            continue;
        for (size_t c = 0; c < e->n_cues; c++) {
            const double v = e->cue[c].score[i];
            t->x[n * t->columns + c] = !is_ratio(e->cue[c].name) ? v : v > 0 ? log(v) : NAN;
        }
        t->fake[n] = um_dataset_at(e->set, i)->label == UM_LABEL_FAKE;
        t->cluster[n++] = e->cluster[i];
    }
    return UM_OK;
}

/* Out of fold, in fewer folds where groups are few; no score where they do not even fill two. What is learnt
 * is thrown away, so rows of any split may teach it. */
static um_status learn(um_evaluation *e, um_json *const *seen, um_error *err)
{
    const um_learn_options options = {.penalty = 1, .seed = SEED};
    um_error why = {0};
    um_table *t = NULL;
    um_learnt *m = NULL;
    um_validation v = {0};
    um_status st = table_of(&t, e, seen, err);
    um_detector *all = st == UM_OK ? add_cue(e, all_together) : NULL;
    if (!all) {
        um_table_free(&t);
        return st < 0 ? st : um_fail_oom(err);
    }
    for (int folds = FOLDS; folds > 1; folds--)
        if ((st = um_learn(&m, &v, t, &um_classifier_logistic, &options, folds, &why)) != UM_EFORMAT)
            break;
    for (size_t i = 0, row = 0; i < um_dataset_count(e->set) && st == UM_OK; i++)
        if (seen[i])
            all->score[i] = v.score[row++];
    um_learnt_free(&m);
    um_validation_free(&v);
    um_table_free(&t);
    if (st < 0 && st != UM_EFORMAT && err)
        *err = why;
    return st == UM_EFORMAT ? UM_OK : st;
}

um_status um_evaluation_cues(um_evaluation *e, const um_evaluate_options *opt, const um_pass *pass,
                             um_error *err)
{
    const um_maker maker = {producer, make, NULL};
    const size_t n = um_dataset_count(e->set);
    char **text = um_calloc(n, sizeof *text);
    um_json **seen = um_calloc(n, sizeof *seen);
    e->cue = um_calloc(NUMBERS + CODECS + 1, sizeof *e->cue);
    um_status st =
        text && seen && e->cue ? um_evaluation_sweep(text, e, opt, pass, &maker, err) : um_fail_oom(err);
    for (size_t i = 0; i < n && st == UM_OK; i++)
        if (text[i])
            st = um_json_parse(&seen[i], text[i], strlen(text[i]), um_dataset_at(e->set, i)->path, err);
    if (st == UM_OK)
        st = take_numbers(e, seen, err);
    if (st == UM_OK)
        st = take_codecs(e, seen, err);
    if (st == UM_OK)
        st = learn(e, seen, err);
    for (size_t i = 0; i < n; i++) {
        if (text)
            free(text[i]);
        if (seen)
            um_json_free(&seen[i]);
    }
    free(text);
    free(seen);
    return st;
}
