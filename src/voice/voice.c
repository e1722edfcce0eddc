/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice.c: see unmask/voice.h. */
#include "base/json.h"
#include "base/text.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

enum { LEAST_HZ = 1000, MOST_HZ = 768000, DIGITS = 6 };

void um_voice_free(um_measured_voice **voice)
{
    if (!voice || !*voice)
        return;
    free((*voice)->frame);
    free((*voice)->pulse);
    free((*voice)->heard);
    free(*voice);
    *voice = NULL;
}

static size_t most_samples(int rate_hz)
{
    const size_t all = (size_t)rate_hz * UM_VOICE_MAX_S;
    return all < UM_VOICE_MAX_SAMPLES ? all : UM_VOICE_MAX_SAMPLES;
}

um_status um_voice_measure(um_measured_voice **out, const float *samples, size_t n, int rate_hz,
                           um_error *err)
{
    *out = NULL;
    if (rate_hz < LEAST_HZ || rate_hz > MOST_HZ)
        return um_fail(err, UM_EINVAL, "a sampling rate of %d Hz; %d to %d can be measured", rate_hz,
                       LEAST_HZ, MOST_HZ);
    if ((double)n / rate_hz < 3 / UM_VOICE_FLOOR_HZ || n > most_samples(rate_hz))
        return um_fail(err, UM_EINVAL, "%.3f s of sound; from %.2f s to %.0f s can be measured",
                       (double)n / rate_hz, 3 / UM_VOICE_FLOOR_HZ, (double)most_samples(rate_hz) / rate_hz);
    um_measured_voice *v = um_calloc(1, sizeof *v);
    if (!v)
        return um_fail_oom(err);
    um_lowered lowered[UM_VOICE_LOWERED] = {0};
    v->x = samples;
    v->n = n;
    v->rate_hz = rate_hz;
    um_status st = um_voice_find_pitch(v, err);
    if (st == UM_OK)
        st = um_voice_find_pulses(v, err);
    if (st == UM_OK)
        st = um_voice_judge(v, err);
    if (st == UM_OK)
        st = um_voice_lower(lowered, v, err);
    if (st == UM_OK)
        st = um_voice_find_formants(v, &lowered[0], err);
    if (st == UM_OK)
        st = um_voice_find_cepstral_peak(v, &lowered[1], err);
    for (int i = 0; i < UM_VOICE_LOWERED; i++)
        free(lowered[i].x);
    if (st == UM_OK)
        st = um_voice_time(v, err);
    if (st == UM_OK)
        st = um_voice_find_movement(v, err);
    if (st < 0)
        um_voice_free(&v);
    *out = v;
    return st;
}

/* All that is heard, up to the longest that is measured; what a jump in time leaves out is silence. */
static um_status listen(float **samples, size_t *n, um_source *source, um_error *err)
{
    const int rate = um_source_media(source)->rate_hz;
    const size_t most = most_samples(rate);
    size_t capacity = 0;
    um_moment *m = NULL;
    um_status st;
    while ((st = um_source_next(&m, source, err)) == UM_OK) {
        const um_sound *s = m->sound;
        const int64_t first = s && s->rate_hz == rate && s->first > 0 ? s->first : 0;
        const size_t end = s && s->rate_hz == rate ? (size_t)first + (size_t)s->n : 0;
        const size_t to = end < most ? end : most, before = capacity;
        if (to > (size_t)first && !um_grow(samples, &capacity, to, most, sizeof **samples))
            st = um_fail_oom(err);
        else if (to > (size_t)first) {
            if (capacity > before)
                memset(*samples + before, 0, (capacity - before) * sizeof **samples);
            memcpy(*samples + first, s->mono, (to - (size_t)first) * sizeof **samples);
            *n = to > *n ? to : *n;
        }
        um_moment_free(&m);
        if (st < 0 || *n == most)
            break;
    }
    return st < 0 ? st : UM_OK;
}

um_status um_voice_measure_file(um_measured_voice **out, const char *path, um_error *err)
{
    const um_source_options opt = {.want = UM_WANT_SOUND, .threads = 1};
    um_source *source = NULL;
    float *samples = NULL;
    size_t n = 0;
    um_error why = {0};
    *out = NULL;
    um_status st = um_source_open(&source, path, &opt, err);
    if (st < 0)
        return st;
    const int rate = um_source_media(source)->rate_hz;
    if (rate <= 0)
        st = um_fail(err, UM_EUNSUPPORTED, "%s: the file has no sound", path);
    else if ((st = listen(&samples, &n, source, err)) == UM_OK &&
             (st = um_voice_measure(out, samples, n, rate, &why)) < 0)
        st = um_fail(err, st == UM_EINVAL ? UM_EUNSUPPORTED : st, "%s: %s", path, why.text);
    um_source_close(&source);
    if (st == UM_OK)
        (*out)->heard = samples;
    else
        free(samples);
    return st;
}

const um_voice_report *um_voice_numbers(const um_measured_voice *voice)
{
    return &voice->report;
}

size_t um_voice_contour(const um_measured_voice *voice, const um_voice_point **frames)
{
    *frames = voice->frame;
    return voice->n_frames;
}

size_t um_voice_pulses(const um_measured_voice *voice, const double **times_s)
{
    *times_s = voice->pulse;
    return voice->n_pulses;
}

/* ---- told ---- */

const um_voice_line um_voice_line_of[UM_VOICE_LINES] = {
#define LINE(part, field, words, unit, factor, digits)                              \
    {                                                                               \
        part, #field, words, unit, factor, digits, offsetof(um_voice_report, field) \
    }
    LINE("Pitch", median_hz, "median pitch", "Hz", 1, 3),
    LINE("Pitch", mean_hz, "mean pitch", "Hz", 1, 3),
    LINE("Pitch", sd_hz, "standard deviation", "Hz", 1, 3),
    LINE("Pitch", min_hz, "minimum pitch", "Hz", 1, 3),
    LINE("Pitch", max_hz, "maximum pitch", "Hz", 1, 3),
    LINE("Periods", mean_period_s, "mean period", "ms", 1000, 3),
    LINE("Periods", sd_period_s, "standard deviation of period", "ms", 1000, 3),
    LINE("Voicing", unvoiced_share, "locally unvoiced frames", "%", 100, 3),
    LINE("Voicing", breaks_share, "degree of voice breaks", "%", 100, 3),
    LINE("Jitter", jitter_local, "local", "%", 100, 3),
    LINE("Jitter", jitter_absolute_s, "local, absolute", "\xC2\xB5s", 1e6, 3),
    LINE("Jitter", jitter_rap, "rap", "%", 100, 3),
    LINE("Jitter", jitter_ppq5, "ppq5", "%", 100, 3),
    LINE("Jitter", jitter_ddp, "ddp", "%", 100, 3),
    LINE("Shimmer", shimmer_local, "local", "%", 100, 3),
    LINE("Shimmer", shimmer_db, "local, dB", "dB", 1, 3),
    LINE("Shimmer", shimmer_apq3, "apq3", "%", 100, 3),
    LINE("Shimmer", shimmer_apq5, "apq5", "%", 100, 3),
    LINE("Shimmer", shimmer_apq11, "apq11", "%", 100, 3),
    LINE("Shimmer", shimmer_dda, "dda", "%", 100, 3),
    LINE("Harmonicity of the voiced parts", autocorrelation, "mean autocorrelation", "", 1, 6),
    LINE("Harmonicity of the voiced parts", noise_to_harmonics, "mean noise-to-harmonics ratio", "", 1, 6),
    LINE("Harmonicity of the voiced parts", harmonics_db, "mean harmonics-to-noise ratio", "dB", 1, 3),
    LINE("Cepstral peak, whole recording", cpps_db, "smoothed prominence (CPPS)", "dB", 1, 3),
#define FORMANT(k, key, words, field)                                                    \
    {                                                                                    \
        "Formants of the voiced parts, medians", "formant" #k key, words #k, "Hz", 1, 1, \
            offsetof(um_voice_report, field) + (k - 1) * sizeof(double)                  \
    }
    FORMANT(1, "_hz", "F", formant_hz),
    FORMANT(1, "_width_hz", "bandwidth of F", formant_width_hz),
    FORMANT(2, "_hz", "F", formant_hz),
    FORMANT(2, "_width_hz", "bandwidth of F", formant_width_hz),
    FORMANT(3, "_hz", "F", formant_hz),
    FORMANT(3, "_width_hz", "bandwidth of F", formant_width_hz),
    FORMANT(4, "_hz", "F", formant_hz),
    FORMANT(4, "_width_hz", "bandwidth of F", formant_width_hz),
#undef FORMANT
    LINE("Timing", sounding_s, "time that is not silent", "s", 1, 3),
    LINE("Timing", pauses, "pauses of 0.3 s or more", "", 1, 0),
    LINE("Timing", pauses_per_minute, "pauses per minute", "", 1, 2),
    LINE("Timing", pause_median_s, "median pause", "s", 1, 3),
    LINE("Timing", pause_low_s, "a quarter is shorter than", "s", 1, 3),
    LINE("Timing", pause_high_s, "a quarter is longer than", "s", 1, 3),
    LINE("Timing", pause_longest_s, "longest pause", "s", 1, 3),
    LINE("Timing", syllables, "syllables", "", 1, 0),
    LINE("Timing", speaking_rate, "speaking rate", "per s", 1, 2),
    LINE("Timing", articulation_rate, "articulation rate", "per s", 1, 2),
    LINE("Movement of the pitch", voiced_stretches, "voiced stretches", "", 1, 0),
    LINE("Movement of the pitch", voiced_median_s, "median voiced stretch", "s", 1, 3),
    LINE("Movement of the pitch", roughness_cents, "roughness", "cents", 1, 2),
    LINE("Movement of the pitch", vibrato_share, "held notes with vibrato", "%", 100, 1),
    LINE("Movement of the pitch", vibrato_rate_hz, "vibrato, rate", "Hz", 1, 2),
    LINE("Movement of the pitch", vibrato_extent_cents, "vibrato, extent", "cents", 1, 1),
    LINE("Movement of the pitch", vibrato_regularity, "vibrato, regularity", "", 1, 3),
#undef LINE
};

static double value_of(const um_voice_report *r, const um_voice_line *l)
{
    double value;
    memcpy(&value, (const char *)r + l->offset, sizeof value);
    return value;
}

const char *um_voice_say(char out[48], const um_voice_report *r, const um_voice_line *l)
{
    const double value = value_of(r, l);
    if (isnan(value))
        return "undefined";
    snprintf(out, 48, "%.*f%s%s", l->digits, value * l->factor, *l->unit ? " " : "", l->unit);
    return out;
}

um_status um_voice_text(char **out, const um_measured_voice *voice, const char *path, um_error *err)
{
    const um_voice_report *r = &voice->report;
    um_buf b;
    um_buf_init(&b, (size_t)1 << 20);
    char shown[1000], said[48];
    um_buf_printf(&b, "%s: %.3f s, %d of %d frames voiced\n", um_printable(shown, sizeof shown, path),
                  r->seconds, r->n_voiced, r->n_frames);
    if (!r->n_voiced)
        um_buf_printf(&b, "No voice was found between %.0f and %.0f Hz: nothing can be measured.\n",
                      UM_VOICE_FLOOR_HZ, UM_VOICE_CEILING_HZ);
    for (int i = 0; i < UM_VOICE_LINES && r->n_voiced; i++) {
        const um_voice_line *l = &um_voice_line_of[i];
        if (!i || strcmp(l->part, l[-1].part) != 0)
            um_buf_printf(&b, "%s\n", l->part);
        if (!strcmp(l->key, "mean_period_s"))
            um_buf_printf(&b, "  %-30s %d\n  %-30s %d\n", "pulses", r->n_pulses, "periods", r->n_periods);
        if (!strcmp(l->key, "breaks_share"))
            um_buf_printf(&b, "  %-30s %d\n", "voice breaks", r->n_breaks);
        um_buf_printf(&b, "  %-30s %s\n", l->words, um_voice_say(said, r, l));
    }
    if (r->n_voiced)
        um_buf_text(&b, "Limits of clinics are meant for a vowel held for seconds, not for speech.\n");
    return (*out = um_buf_take(&b)) ? UM_OK : um_fail_oom(err);
}

um_status um_voice_json(char **out, const um_measured_voice *voice, const char *path, um_error *err)
{
    const um_voice_report *r = &voice->report;
    um_json *j = um_json_object();
    um_json_set_text(j, "path", path);
    um_json_set_num(j, "seconds", r->seconds, DIGITS);
    um_json_set_int(j, "frames", r->n_frames);
    um_json_set_int(j, "voiced_frames", r->n_voiced);
    um_json_set_int(j, "pulses", r->n_pulses);
    um_json_set_int(j, "periods", r->n_periods);
    um_json_set_int(j, "breaks", r->n_breaks);
    for (int i = 0; i < UM_VOICE_LINES; i++)
        if (um_voice_line_of[i].digits)
            um_json_set_num(j, um_voice_line_of[i].key, value_of(r, &um_voice_line_of[i]), DIGITS);
        else
            um_json_set_int(j, um_voice_line_of[i].key, (int64_t)value_of(r, &um_voice_line_of[i]));
    const um_status st = um_json_text(out, j, 0, err);
    um_json_free(&j);
    return st;
}
