/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_generated.c: was the voice generated? What a network says of windows that cover the voiced time.
 *
 * Countermeasures against spoofed voices as in ASVspoof (Wang et al., Computer Speech & Language 64, 2020,
 * arXiv:1911.01601): a network hears some seconds at a time and gives the logarithm of the odds that they
 * were generated. Windows overlap by half; one counts when enough of it is voice (Sohn et al.), and the score
 * is the mean over those that count. A recording shorter than a window is repeated, never padded: silence
 * would tell. Which network, how long its window is and what it hears, its manifest says. */
#include "base/pool.h"
#include "dsp/frames.h"
#include "dsp/stats.h"
#include "signals/figures.h"
#include "signals/resources.h"
#include "signals/sound/voice_windows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 8, PADDED = 2 * (UM_FRAME_BINS - 1) };
static const float SPEAKS = .5f;       /* probability from which a frame counts as voice */
static const double VOICED_SHARE = .3; /* of the frames of a window, from which it is heard */
static const double NEEDED_S = .8;     /* of voice in all: a word or two */
static const double NEEDED_HZ = 4000;  /* a telephone's band leaves out most of what generators leave */
/* A channel: Opus codes a voice at low rates by a synthesizer of its own, and the network takes it for one.
 * Of 95 train recordings it calls 23 at 16 kbit/s, 13 at 24, 7 at 32, 2 at 48, 3 as they are. */
static const double NEEDED_OPUS_KBITS = 40;
static const double CODED = .5;    /* mean log odds, see docs/models/opus.md */
static const double BAND_DB = -50; /* a bin is in the band when it lies above this, against the mean bin */
/* Of a voice: */
static const double ITS_NEEDED_S = 6; /* of speech */
enum { HEARD_MOST = 1 << 16 };        /* windows that are given to voices: 20 hours */
/* Quality: full from so much voice, level and band on; none at the second of each. */
static const double LONG_S = 6, LOUD_DB = -35, FAINT_DB = -65, WIDE_HZ = 7000, NARROW_HZ = 2500;
static const double PICTURE_DB = 70; /* from black to white in the picture of a window */

typedef struct listener { /* shared */
    um_net *net;
    um_net *coded; /* did the voice go through Opus? */
    um_pool *pool;
} listener;

typedef struct window {
    float *sound; /* [samples] */
    float *part;  /* what the network of encoders hears of it */
    double t_s, logit;
    double coded; /* log odds; asked where the logit is above 0 */
    um_status st;
    um_error err;
} window;

typedef struct extreme {
    double logit, t_s;
    um_image *picture;
} extreme;

typedef struct voice_generated {
    const listener *by;
    int samples, hop; /* of a window; from one to the next */
    /* of the run of sound at hand, which has no gap */
    float *sound; /* [n_sound] from sample `first` on */
    size_t sound_capacity;
    int n_sound;
    int64_t first, begins, next; /* of `sound`, of the run, of the next window */
    uint8_t *voice;              /* [n_voice] 1: speaks; from frame first_frame on */
    size_t voice_capacity;
    int n_voice;
    int64_t first_frame;
    window batch[BATCH];
    int n_batch;
    /* of all */
    int series;
    double sum, coded;
    um_heard_window *heard; /* the first [n_heard] windows */
    size_t heard_capacity;
    int n_heard;
    int64_t windows, fake, voiced; /* fake: windows above 0; voiced: frames */
    double power[UM_FRAME_BINS];   /* sum over voiced frames */
    double coded_bits, channels_s; /* of the file; seconds of all channels that they gave */
    extreme highest, lowest;
    um_framer *framer;
} voice_generated;

static um_status open(void *shared, const um_resources *resources, um_error *err)
{
    listener *l = shared;
    l->pool = um_resources_pool(resources);
    const um_status st = um_resources_net(&l->net, resources, "voice_generated", err);
    return st < 0 ? st : um_resources_net(&l->coded, resources, "voice_coded", err);
}

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    voice_generated *v = state;
    v->by = shared;
    v->samples = v->by->net->man.input.sound.samples;
    v->hop = v->samples / 2;
    v->series = -1;
    v->highest.logit = -INFINITY;
    v->lowest.logit = INFINITY;
    return um_framer_new(&v->framer, UM_FRAME_WINDOW, PADDED, err);
}

static void end(void *state)
{
    voice_generated *v = state;
    for (int i = 0; i < BATCH; i++) {
        free(v->batch[i].sound);
        free(v->batch[i].part);
    }
    um_image_free(&v->highest.picture);
    um_image_free(&v->lowest.picture);
    um_framer_free(&v->framer);
    free(v->sound);
    free(v->voice);
    free(v->heard);
}

/* ---- a batch of windows ---- */

static um_status ask(double *logit, um_net *net, const float *sound, um_error *err)
{
    um_lease *lease = NULL;
    um_status st = um_net_lease(&lease, net, err);
    if (st == UM_OK)
        st = um_net_hear(lease, sound, err);
    if (st == UM_OK)
        st = um_net_answer(logit, lease, err);
    um_net_return(&lease);
    return st;
}

/* The first n of `to` from `sound`, over and over. */
static void repeat(float *to, int n, const float *sound, int period)
{
    for (int at = 0; at < n; at += period)
        memcpy(to + at, sound, (size_t)(period < n - at ? period : n - at) * sizeof *to);
}

static void hear(void *context, int i)
{
    voice_generated *v = context;
    window *w = &v->batch[i];
    um_net *coded = v->by->coded;
    const int n = coded->man.input.sound.samples;
    w->st = ask(&w->logit, v->by->net, w->sound, &w->err);
    if (w->st < 0 || !(w->logit > 0))
        return;
    if (!w->part && !(w->part = um_calloc((size_t)n, sizeof *w->part))) {
        w->st = um_fail_oom(&w->err);
        return;
    }
    repeat(w->part, n, w->sound, v->samples);
    w->st = ask(&w->coded, coded, w->part, &w->err);
}

/* Time to the right, frequency upwards, dark where it is loud. */
static um_status draw(um_image **out, const voice_generated *v, const window *w, um_error *err)
{
    const int n = (v->samples - UM_FRAME_WINDOW) / UM_FRAME_HOP + 1;
    float *power = um_calloc((size_t)n, UM_FRAME_BINS * sizeof *power), most = 0;
    um_image_free(out);
    um_status st = power ? um_image_new(out, n, UM_FRAME_BINS - 1, UM_GRAY8, err) : um_fail_oom(err);
    for (int f = 0; f < n && st == UM_OK; f++) {
        um_framer_power(v->framer, power + (ptrdiff_t)f * UM_FRAME_BINS, w->sound + f * UM_FRAME_HOP);
        for (int k = 1; k < UM_FRAME_BINS; k++)
            most = fmaxf(most, power[f * UM_FRAME_BINS + k]);
    }
    for (int f = 0; f < n && st == UM_OK; f++)
        for (int k = 1; k < UM_FRAME_BINS; k++) {
            const double db = 10 * log10(((double)power[f * UM_FRAME_BINS + k] + 1e-20) / (most + 1e-20));
            (*out)->data[(UM_FRAME_BINS - 1 - k) * (*out)->stride + f] =
                (uint8_t)lrint(um_clampd(-db / PICTURE_DB, 0, 1) * 255);
        }
    free(power);
    return st;
}

static um_status note(voice_generated *v, const window *w, um_findings *out, um_error *err)
{
    const double middle_s = w->t_s + .5 * v->samples / UM_SOUND_HZ;
    um_status st = w->st < 0 ? um_fail(err, w->st, "%s", w->err.text) : UM_OK;
    if (st == UM_OK && v->series < 0)
        st = um_findings_series(out, &v->series, um_file_subject(), "generated rather than recorded",
                                "log odds", err);
    if (st == UM_OK)
        st = um_findings_point(out, v->series, middle_s, w->logit, err);
    if (st == UM_OK && w->logit > v->highest.logit) {
        v->highest.logit = w->logit;
        v->highest.t_s = w->t_s;
        st = draw(&v->highest.picture, v, w, err);
    }
    if (st == UM_OK && w->logit < v->lowest.logit) {
        v->lowest.logit = w->logit;
        v->lowest.t_s = w->t_s;
        st = draw(&v->lowest.picture, v, w, err);
    }
    if (st == UM_OK && v->n_heard < HEARD_MOST) {
        if (!um_grow(&v->heard, &v->heard_capacity, (size_t)v->n_heard + 1, HEARD_MOST, sizeof *v->heard))
            return um_fail_oom(err);
        v->heard[v->n_heard++] = (um_heard_window){(float)w->t_s, (float)w->logit};
    }
    v->sum += w->logit;
    v->windows++;
    v->fake += w->logit > 0;
    v->coded += w->logit > 0 ? w->coded : 0;
    return st;
}

/* Beside each other; noted in their order, so that threads do not matter. */
static um_status hear_batch(voice_generated *v, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    um_pool_run(v->by->pool, hear, v, v->n_batch);
    for (int i = 0; i < v->n_batch && st == UM_OK; i++)
        st = note(v, &v->batch[i], out, err);
    v->n_batch = 0;
    return st;
}

/* `n` samples from `sound` on, over and over until the window is full. */
static um_status add_window(voice_generated *v, const float *sound, int n, double t_s, um_findings *out,
                            um_error *err)
{
    window *w = &v->batch[v->n_batch];
    if (!w->sound && !(w->sound = um_calloc((size_t)v->samples, sizeof *w->sound)))
        return um_fail_oom(err);
    repeat(w->sound, v->samples, sound, n);
    w->t_s = t_s;
    return ++v->n_batch == BATCH ? hear_batch(v, out, err) : UM_OK;
}

/* ---- from blocks to windows ---- */

/* Frames from sample `from` to sample `to`: how many, and how many of them are voice. */
static void count_voice(const voice_generated *v, int *n, int *voiced, int64_t from, int64_t to)
{
    *n = *voiced = 0;
    for (int i = 0; i < v->n_voice; i++) {
        const int64_t at = (v->first_frame + i) * UM_FRAME_HOP;
        if (at < from || at + UM_FRAME_WINDOW > to)
            continue;
        ++*n;
        *voiced += v->voice[i];
    }
}

static um_status take(voice_generated *v, int64_t from, um_findings *out, um_error *err)
{
    int n, voiced;
    count_voice(v, &n, &voiced, from, from + v->samples);
    if (!n || voiced < VOICED_SHARE * n)
        return UM_OK;
    return add_window(v, v->sound + (from - v->first), v->samples, (double)from / UM_SOUND_HZ, out, err);
}

/* A run shorter than a window: from its first voice to its last. */
static um_status take_short(voice_generated *v, um_findings *out, um_error *err)
{
    int first = 0, last = v->n_voice - 1;
    while (first <= last && !v->voice[first])
        first++;
    while (last > first && !v->voice[last])
        last--;
    if (first > last)
        return UM_OK;
    const int64_t from = (v->first_frame + first) * UM_FRAME_HOP,
                  to = (v->first_frame + last) * UM_FRAME_HOP + UM_FRAME_WINDOW;
    return add_window(v, v->sound + (from - v->first), (int)(to - from), (double)from / UM_SOUND_HZ, out,
                      err);
}

/* What is left at the end of a run: a window up to its end, if it hears anything new. */
static um_status end_run(voice_generated *v, um_findings *out, um_error *err)
{
    const int64_t stop = v->first + v->n_sound;
    um_status st = UM_OK;
    if (v->next == v->begins)
        st = take_short(v, out, err);
    else if (stop - v->samples >= v->next - v->hop / 2)
        st = take(v, stop - v->samples, out, err);
    v->n_sound = v->n_voice = 0;
    return st;
}

static um_status keep(voice_generated *v, const um_samples *s, const um_voice_frames *f, um_error *err)
{
    if (!v->n_sound)
        v->first = v->begins = v->next = s->first;
    if (!v->n_voice)
        v->first_frame = f->first;
    if (!um_grow(&v->sound, &v->sound_capacity, (size_t)v->n_sound + (size_t)s->n, SIZE_MAX,
                 sizeof *v->sound) ||
        !um_grow(&v->voice, &v->voice_capacity, (size_t)v->n_voice + (size_t)f->n, SIZE_MAX,
                 sizeof *v->voice))
        return um_fail_oom(err);
    for (int i = 0; i < s->n; i++)
        v->sound[v->n_sound++] = s->value[i];
    for (int i = 0; i < f->n; i++)
        v->voice[v->n_voice++] = f->frame[i].probability > SPEAKS;
    return UM_OK;
}

/* All but what the window at the end of the run may still need. */
static void drop(voice_generated *v)
{
    const int64_t stop = v->first + v->n_sound,
                  from = stop - v->samples < v->next ? stop - v->samples : v->next;
    if (from <= v->first)
        return;
    const int gone = (int)(from - v->first);
    v->n_sound -= gone;
    v->first = from;
    memmove(v->sound, v->sound + gone, (size_t)v->n_sound * sizeof *v->sound);
    int past = 0;
    while (past < v->n_voice && (v->first_frame + past) * UM_FRAME_HOP < from)
        past++;
    v->n_voice -= past;
    v->first_frame += past;
    memmove(v->voice, v->voice + past, (size_t)v->n_voice);
}

static void add_power(voice_generated *v, const um_sound_frames *frames, const um_voice_frames *voice)
{
    for (int i = 0; i < frames->n && i < voice->n; i++) {
        if (!(voice->frame[i].probability > SPEAKS))
            continue;
        v->voiced++;
        for (int k = 0; k < UM_FRAME_BINS; k++)
            v->power[k] += (double)frames->value[(ptrdiff_t)i * frames->size + k];
    }
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    voice_generated *v = state;
    const um_samples *s;
    const um_sound_frames *frames;
    const um_voice_frames *voice;
    if (!in->sound)
        return UM_OK;
    v->coded_bits += 8. * in->sound->coded_bytes;
    v->channels_s += (double)in->sound->n * in->sound->channels / in->sound->rate_hz;
    um_status st = um_product_sound16k(&s, in->products, err);
    if (st == UM_OK)
        st = um_product_spectrogram(&frames, in->products, err);
    if (st == UM_OK)
        st = um_product_voice(&voice, in->products, err);
    if (st == UM_OK && s->restarted)
        st = end_run(v, out, err);
    if (st == UM_OK)
        st = keep(v, s, voice, err);
    if (st < 0)
        return st;
    add_power(v, frames, voice);
    for (; st == UM_OK && v->next + v->samples <= v->first + v->n_sound; v->next += v->hop)
        st = take(v, v->next, out, err);
    drop(v);
    return st;
}

/* ---- the end ---- */

/* The upper end of the band of what is voiced. */
static double band_hz(const voice_generated *v)
{
    double mean = 0;
    int top = UM_FRAME_BINS - 1;
    for (int k = 1; k < UM_FRAME_BINS; k++)
        mean += v->power[k] / (UM_FRAME_BINS - 1);
    while (top > 0 && !(v->power[top] > mean * pow(10, BAND_DB / 10)))
        top--;
    return (double)top * UM_SOUND_HZ / PADDED;
}

static double level_db(const voice_generated *v)
{
    double sum = 0;
    for (int k = 1; k < UM_FRAME_BINS; k++)
        sum += v->power[k];
    return 10 * log10(sum / (double)v->voiced + 1e-20);
}

static double share(double value, double none, double full)
{
    return um_clampd((value - none) / (full - none), 0, 1);
}

static um_status tell_voice(const voice_generated *v, const um_voice_windows *o, int voice, double quality,
                            um_findings *out, um_error *err)
{
    const um_subject who = um_voice_subject(voice);
    if (o->speech_s < ITS_NEEDED_S || !o->n)
        return um_findings_skip(
            out, who, err, "too little of voice %d to judge it by itself: %.1f s in %d part%s, %.0f s needed",
            voice + 1, o->speech_s, o->n, o->n == 1 ? "" : "s", ITS_NEEDED_S);
    um_status st = um_findings_score(out, who, o->sum / o->n, err,
                                     "The network '%s' takes voice %d for generated rather than recorded in "
                                     "%d of the %d part%s that are its own: "
                                     "log odds %+.1f on average",
                                     v->by->net->man.name, voice + 1, o->fake, o->n, o->n == 1 ? "" : "s",
                                     um_round(o->sum / o->n, .1));
    return st < 0 ? st : um_findings_quality(out, who, quality, err);
}

static um_status tell_voices(const voice_generated *v, const um_turns_told *t, double level_and_band,
                             um_findings *out, um_error *err)
{
    um_voice_windows by[UM_MAX_SPEAKERS];
    um_status st = UM_OK;
    if (t->n_voices < 2)
        return UM_OK;
    um_voice_windows_share(by, v->heard, v->n_heard, (double)v->samples / UM_SOUND_HZ, t);
    for (int k = 0; k < t->n_voices && st == UM_OK; k++)
        st = tell_voice(v, &by[k], k, share(by[k].speech_s, 0, LONG_S) * level_and_band, out, err);
    return st;
}

static um_status say(const voice_generated *v, const um_turns_told *turns, double voiced_s, double band,
                     um_findings *out, um_error *err)
{
    const um_subject file = um_file_subject();
    const double window_s = (double)v->samples / UM_SOUND_HZ;
    const double level_and_band = share(level_db(v), FAINT_DB, LOUD_DB) * share(band, NARROW_HZ, WIDE_HZ);
    const extreme *of[] = {&v->highest, &v->lowest};
    um_status st = UM_OK;
    for (int i = 0; i < (v->windows > 1 ? 2 : 1) && st == UM_OK; i++)
        st = um_findings_evidence(out, file, of[i]->t_s, of[i]->t_s + window_s, of[i]->picture, err,
                                  "the %s suspicious part of the voice: log odds %+.1f", i ? "least" : "most",
                                  um_round(of[i]->logit, .1));
    char spread[80] = "";
    if (v->windows > 1)
        snprintf(spread, sizeof spread, " on average, from %+.1f to %+.1f", um_round(v->lowest.logit, .1),
                 um_round(v->highest.logit, .1));
    if (st == UM_OK)
        st = um_findings_score(out, file, v->sum / (double)v->windows, err,
                               "The network '%s' takes the voice for generated rather than recorded in %lld "
                               "of %lld part%s of %.1f s, "
                               "with %.1f s of voice in all: log odds (0: undecided) %+.1f%s%s",
                               v->by->net->man.name, (long long)v->fake, (long long)v->windows,
                               v->windows == 1 ? "" : "s", window_s, voiced_s,
                               um_round(v->sum / (double)v->windows, .1), spread,
                               v->sum > 0 ? "; real voice messages (Opus) score so, too" : "");
    if (st == UM_OK)
        st = um_findings_quality(out, file, share(voiced_s, 0, LONG_S) * level_and_band, err);
    return st < 0 ? st : tell_voices(v, turns, level_and_band, out, err);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    voice_generated *v = state;
    const um_turns_told *turns;
    um_status st = um_product_turns(&turns, in->products, err);
    if (st == UM_OK && v->n_sound)
        st = end_run(v, out, err);
    if (st == UM_OK)
        st = hear_batch(v, out, err);
    if (st < 0)
        return st;
    const double voiced_s = (double)v->voiced * UM_FRAME_HOP / UM_SOUND_HZ, band = band_hz(v);
    if (voiced_s < NEEDED_S)
        return um_findings_skip(out, um_file_subject(), err, "too little voice: %.1f s, %.1f s needed",
                                um_short_of(voiced_s, NEEDED_S), NEEDED_S);
    if (!v->windows)
        return um_findings_skip(out, um_file_subject(), err,
                                "too little voice at once: %.1f s, scattered over the recording", voiced_s);
    if (band < NEEDED_HZ)
        return um_findings_skip(out, um_file_subject(), err,
                                "the band of the voice ends at %.1f kHz, %.0f kHz needed",
                                um_short_of(band / 1000, NEEDED_HZ / 1000), NEEDED_HZ / 1000);
    const double kbits = v->coded_bits / fmax(v->channels_s, 1e-9) / 1000;
    if (in->media && in->media->audio_codec && !strcmp(in->media->audio_codec, "opus") &&
        kbits < NEEDED_OPUS_KBITS)
        return um_findings_skip(
            out, um_file_subject(), err,
            "Opus with %.1f kbit/s, as voice messages have: recorded voices sound generated "
            "then; %.0f needed",
            um_short_of(kbits, NEEDED_OPUS_KBITS), NEEDED_OPUS_KBITS);
    if (v->sum > 0 && v->coded > CODED * (double)v->fake)
        return um_findings_skip(
            out, um_file_subject(), err,
            "sounds as if it had been through Opus at the rate of voice messages (log odds %+.1f in the %lld "
            "part%s generated), which makes recorded voices sound generated, too",
            um_round(v->coded / (double)v->fake, .1), (long long)v->fake,
            v->fake == 1 ? " that sounds" : "s that sound");
    return say(v, turns, voiced_s, band, out, err);
}

static const um_network_need needs[] = {{"voice_generated"}, {"voice_coded"}, {NULL}};

const um_signal um_signal_voice_generated = {
    .name = "voice_generated",
    .family = "sound",
    .question = "Was the voice generated by a machine?",
    .meaning =
        "Above 0: a network that has heard real and generated voices takes this one for generated, the "
        "more the higher; below 0: for recorded. It knows the generators that it was trained on, and "
        "those like them. Strong noise, music, effects and encoders of voice messages (Opus below "
        "40 kbit/s, also when it was encoded again since) mislead it, and a voice that was generated and "
        "then played to a microphone may pass.",
    .score_unit = "log odds",
    .paper = "Wang et al., Computer Speech & Language 64, 2020, arXiv:1911.01601 (ASVspoof 2019)",
    .version = 1,
    .needs = UM_NEED_SOUND | UM_NEED_SOUND16K | UM_NEED_SPECTROGRAM | UM_NEED_VOICE | UM_NEED_TURNS,
    .networks = needs,
    .shared_size = sizeof(listener),
    .state_size = sizeof(voice_generated),
    .open = open,
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
