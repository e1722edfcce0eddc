/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound.c: the products of sound: 16 kHz, and frames on one grid: spectrum, mel bands, voice, pitch; and
 * who speaks when. */
#include "dsp/frames.h"
#include "dsp/mel.h"
#include "dsp/pitch.h"
#include "dsp/resample.h"
#include "dsp/voice.h"
#include "products/products_internal.h"
#include "voice/conversation.h"
#include <stdlib.h>
#include <string.h>

enum { PADDED = 2 * (UM_FRAME_BINS - 1), PITCH_BEFORE = (UM_PITCH_WINDOW - UM_FRAME_WINDOW) / 2 };
static const double STEP_S = (double)UM_CONVERSATION_STEP * UM_FRAME_HOP / UM_SOUND_HZ; /* of turns */
_Static_assert((int)UM_SPEAKER_BANDS == (int)UM_MEL_BANDS && (int)UM_TURNS_VOICES == (int)UM_MAX_SPEAKERS,
               "what turns are told of, and what is told");
static const float MEL_FLOOR = 1e-10f; /* -100 dB below a full square wave: under the noise of 16 bits */

struct um_sound_streams {
    unsigned needs;
    um_status status; /* a failure stays */
    um_error error;
    int rate_hz;
    um_resampler *resampler;
    int64_t runs;   /* of the resampler, as far as they were seen */
    float *waiting; /* [n] at 16 kHz from index `first` on */
    size_t capacity;
    int n;
    int64_t first, next_frame, next_pitch, next_pitch_out;
    bool samples_jump, frames_jump; /* since the last of them was given */
    um_framer *framer;
    um_mel mel;
    um_voice_detector voice;
    um_pitch_tracker *pitch;
    um_conversation *conversation;
    um_spectra_stream *spectra; /* NULL: not asked for */
};

um_sound_streams *um_sound_streams_new(unsigned needs)
{
    um_sound_streams *s = um_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    if (needs & UM_NEED_TURNS)
        needs |= UM_NEED_LOGMEL | UM_NEED_VOICE;
    if (needs & (UM_NEED_LOGMEL | UM_NEED_VOICE))
        needs |= UM_NEED_SPECTROGRAM;
    if (needs & (UM_NEED_SPECTROGRAM | UM_NEED_PITCH))
        needs |= UM_NEED_SOUND16K;
    s->needs = needs & UM_NEED_STREAMS & ~(unsigned)UM_NEED_FLOW;
    if (s->needs & UM_NEED_SPECTRA && !(s->spectra = um_spectra_stream_new())) {
        free(s);
        return NULL;
    }
    return s;
}

void um_sound_streams_free(um_sound_streams *s)
{
    if (!s)
        return;
    um_resampler_free(&s->resampler);
    um_framer_free(&s->framer);
    um_mel_clear(&s->mel);
    um_voice_clear(&s->voice);
    um_pitch_free(&s->pitch);
    um_conversation_free(&s->conversation);
    um_spectra_stream_free(s->spectra);
    free(s->waiting);
    free(s);
}

void um_sound_products_clear(um_sound_products *made)
{
    free((void *)made->samples.value);
    free((void *)made->spectrogram.value);
    free((void *)made->logmel.value);
    free((void *)made->voice.frame);
    free((void *)made->pitch.frame);
    free((void *)made->turns.step);
    free((void *)made->spectra.power);
    *made = (um_sound_products){0};
}

/* At the first block, so that a recording without sound costs nothing. */
static um_status set_up(um_sound_streams *s, int rate_hz, um_error *err)
{
    um_status st = um_resampler_new(&s->resampler, rate_hz, UM_SOUND_HZ, err);
    if (st == UM_OK && s->needs & UM_NEED_SPECTROGRAM)
        st = um_framer_new(&s->framer, UM_FRAME_WINDOW, PADDED, err);
    if (st == UM_OK && s->needs & UM_NEED_LOGMEL)
        st = um_mel_init(&s->mel, UM_MEL_BANDS, UM_FRAME_BINS, UM_SOUND_HZ, err);
    if (st == UM_OK && s->needs & UM_NEED_VOICE)
        st = um_voice_init(&s->voice, UM_FRAME_BINS, err);
    if (st == UM_OK && s->needs & UM_NEED_PITCH)
        st = um_pitch_new(&s->pitch, err);
    if (st == UM_OK && s->needs & UM_NEED_TURNS)
        st = um_conversation_new(&s->conversation, err);
    s->rate_hz = rate_hz;
    return st;
}

/* ---- frames ---- */

static um_sound_frames frames_of(const um_sound_streams *s, int n, int size, const float *value)
{
    return (um_sound_frames){s->next_frame, n, size, s->frames_jump, value};
}

static um_status make_frames(um_sound_streams *s, um_sound_products *made, um_error *err)
{
    const int64_t end = s->first + s->n, last = end - UM_FRAME_WINDOW;
    const int64_t stop = last < 0 ? 0 : last / UM_FRAME_HOP + 1;
    const int n = stop > s->next_frame ? (int)(stop - s->next_frame) : 0;
    float *power = um_calloc((size_t)n, UM_FRAME_BINS * sizeof *power);
    made->spectrogram = frames_of(s, n, UM_FRAME_BINS, power);
    if (!power)
        return um_fail_oom(err);
    for (int i = 0; i < n; i++)
        um_framer_power(s->framer, power + (size_t)i * UM_FRAME_BINS,
                        s->waiting + ((s->next_frame + i) * UM_FRAME_HOP - s->first));
    if (s->needs & UM_NEED_LOGMEL) {
        float *bands = um_calloc((size_t)n, UM_MEL_BANDS * sizeof *bands);
        made->logmel = frames_of(s, n, UM_MEL_BANDS, bands);
        if (!bands)
            return um_fail_oom(err);
        for (int i = 0; i < n; i++)
            um_mel_log(&s->mel, bands + (size_t)i * UM_MEL_BANDS, power + (size_t)i * UM_FRAME_BINS,
                       MEL_FLOOR);
    }
    if (s->needs & UM_NEED_VOICE) {
        um_voice_frame *frame = um_calloc((size_t)n, sizeof *frame);
        made->voice = (um_voice_frames){s->next_frame, n, s->frames_jump, frame};
        if (!frame)
            return um_fail_oom(err);
        for (int i = 0; i < n; i++)
            frame[i].probability =
                um_voice_push(&s->voice, &frame[i].log_ratio, power + (size_t)i * UM_FRAME_BINS);
    }
    s->next_frame += n;
    s->frames_jump = s->frames_jump && !n;
    return UM_OK;
}

/* The frames that were just made go to those who tell who speaks. */
static um_status listen(um_sound_streams *s, const um_sound_products *made, um_error *err)
{
    const um_sound_frames *mel = &made->logmel;
    um_status st = mel->n && mel->restarted ? um_conversation_break(s->conversation, err) : UM_OK;
    for (int i = 0; i < mel->n && st == UM_OK; i++)
        st = um_conversation_frame(s->conversation, mel->first + i, mel->value + (size_t)i * UM_MEL_BANDS,
                                   made->voice.frame[i].probability, err);
    return st;
}

static um_status tell_turns(um_sound_streams *s, um_sound_products *made, um_error *err)
{
    const um_turn_step *told;
    um_told_step *step;
    int n = 0, n_voices = 0;
    um_status st = um_conversation_finish(&told, &n, &n_voices, s->conversation, err);
    if (st < 0)
        return st;
    if (!(step = um_calloc((size_t)n, sizeof *step)))
        return um_fail_oom(err);
    for (int i = 0; i < n; i++)
        step[i] = (um_told_step){(double)told[i].at * STEP_S, told[i].voice};
    made->turns = (um_turns_told){STEP_S, n, n_voices, step};
    return UM_OK;
}

/* ---- pitch: frames come out later than they go in, and all at once at a jump or at the end ---- */

static void add_pitch(um_sound_streams *s, um_sound_products *made, um_pitch_candidate c)
{
    um_pitch_frame *frame = (um_pitch_frame *)made->pitch.frame;
    frame[made->pitch.n++] = (um_pitch_frame){s->next_pitch_out++, c.hz, c.strength};
}

static void flush_pitch(um_sound_streams *s, um_sound_products *made)
{
    um_pitch_candidate owed[UM_PITCH_LAG];
    const int n = um_pitch_flush(s->pitch, owed);
    for (int i = 0; i < n; i++)
        add_pitch(s, made, owed[i]);
}

/* The first sample of a frame's window, which is longer than that of the spectrum around the same centre. */
static int64_t pitch_begins(int64_t frame)
{
    return frame * UM_FRAME_HOP - PITCH_BEFORE;
}

static int64_t first_pitch_from(int64_t sample)
{
    return (sample + PITCH_BEFORE + UM_FRAME_HOP - 1) / UM_FRAME_HOP;
}

static void make_pitch(um_sound_streams *s, um_sound_products *made)
{
    for (; pitch_begins(s->next_pitch) + UM_PITCH_WINDOW <= s->first + s->n; s->next_pitch++) {
        um_pitch_candidate c;
        if (um_pitch_push(s->pitch, &c, s->waiting + (pitch_begins(s->next_pitch) - s->first)))
            add_pitch(s, made, c);
    }
}

/* ---- blocks ---- */

/* Windows start anew at sample `first`. */
static void restart(um_sound_streams *s, um_sound_products *made, int64_t first)
{
    if (s->needs & UM_NEED_PITCH) {
        flush_pitch(s, made);
        s->next_pitch = s->next_pitch_out = first_pitch_from(first);
    }
    if (s->needs & UM_NEED_VOICE)
        um_voice_restart(&s->voice);
    s->samples_jump = s->frames_jump = s->runs > 0;
    s->next_frame = (first + UM_FRAME_HOP - 1) / UM_FRAME_HOP;
    s->first = first;
    s->n = 0;
    s->runs = s->resampler->runs;
}

/* Keeps what the frames to come still need. */
static void drop_used(um_sound_streams *s)
{
    int64_t from = s->first + s->n;
    if (s->needs & UM_NEED_SPECTROGRAM && s->next_frame * UM_FRAME_HOP < from)
        from = s->next_frame * UM_FRAME_HOP;
    if (s->needs & UM_NEED_PITCH && pitch_begins(s->next_pitch) < from)
        from = pitch_begins(s->next_pitch);
    const int gone = (int)(from - s->first);
    s->n -= gone;
    s->first = from;
    if (s->n)
        memmove(s->waiting, s->waiting + gone, (size_t)s->n * sizeof *s->waiting);
}

static um_status push(um_sound_streams *s, um_sound_products *made, const um_sound *sound, um_error *err)
{
    um_status st;
    int n = 0;
    int64_t first = 0;
    float *samples = NULL;
    if (!s->resampler && (st = set_up(s, sound->rate_hz, err)) < 0)
        return st;
    if (sound->rate_hz != s->rate_hz)
        return um_fail(err, UM_EUNSUPPORTED, "the sampling rate changes from %d to %d Hz", s->rate_hz,
                       sound->rate_hz);
    if ((st = um_resampler_push(s->resampler, &samples, &n, &first, sound->first, sound->mono, sound->n,
                                err)) < 0)
        return st;
    made->samples.value = samples;
    if (s->needs & UM_NEED_PITCH) { /* what goes in, and what a jump brings out */
        um_pitch_frame *frame =
            um_calloc((size_t)(n / UM_FRAME_HOP) + 2 + UM_PITCH_LAG, sizeof *made->pitch.frame);
        made->pitch.frame = frame;
        if (!frame)
            return um_fail_oom(err);
    }
    if (s->resampler->runs != s->runs)
        restart(s, made, first);
    made->samples = (um_samples){first, n, s->samples_jump, samples};
    s->samples_jump = s->samples_jump && !n;
    if (!(s->needs & (UM_NEED_SPECTROGRAM | UM_NEED_PITCH)))
        return UM_OK;
    if (!um_grow(&s->waiting, &s->capacity, (size_t)s->n + (size_t)n, SIZE_MAX, sizeof *s->waiting))
        return um_fail_oom(err);
    for (int i = 0; i < n; i++)
        s->waiting[s->n++] = samples[i];
    if (s->needs & UM_NEED_SPECTROGRAM && (st = make_frames(s, made, err)) < 0)
        return st;
    if (s->needs & UM_NEED_TURNS && (st = listen(s, made, err)) < 0)
        return st;
    if (s->needs & UM_NEED_PITCH)
        make_pitch(s, made);
    drop_used(s);
    return UM_OK;
}

static void give_status(um_sound_streams *s, um_sound_products *made)
{
    made->needs = s->needs;
    made->status = s->status;
    made->error = s->error;
}

void um_sound_streams_push(um_sound_streams *s, um_sound_products *made, const um_sound *sound)
{
    if (s->status == UM_OK && s->needs & ~(unsigned)UM_NEED_SPECTRA && sound)
        s->status = push(s, made, sound, &s->error);
    if (s->spectra)
        um_spectra_stream_push(s->spectra, made, sound);
    give_status(s, made);
}

void um_sound_streams_end(um_sound_streams *s, um_sound_products *made)
{
    if (s->status == UM_OK && s->pitch) {
        made->pitch.frame = um_calloc(UM_PITCH_LAG, sizeof *made->pitch.frame);
        if (made->pitch.frame)
            flush_pitch(s, made);
        else
            s->status = um_fail_oom(&s->error);
    }
    if (s->status == UM_OK && s->conversation)
        s->status = tell_turns(s, made, &s->error);
    give_status(s, made);
}

/* ---- what signals ask ---- */

static um_status check(um_products *p, unsigned need, um_error *err)
{
    const um_sound_products *made = &p->of_sound;
    if (!(made->needs & need))
        return um_fail(err, UM_EINVAL, "this product of sound was not declared");
    return made->status < 0 ? um_fail(err, made->status, "%s", made->error.text) : UM_OK;
}

um_status um_product_sound16k(const um_samples **out, um_products *p, um_error *err)
{
    const um_status st = check(p, UM_NEED_SOUND16K, err);
    *out = st == UM_OK ? &p->of_sound.samples : NULL;
    return st;
}

um_status um_product_spectrogram(const um_sound_frames **out, um_products *p, um_error *err)
{
    const um_status st = check(p, UM_NEED_SPECTROGRAM, err);
    *out = st == UM_OK ? &p->of_sound.spectrogram : NULL;
    return st;
}

um_status um_product_logmel(const um_sound_frames **out, um_products *p, um_error *err)
{
    const um_status st = check(p, UM_NEED_LOGMEL, err);
    *out = st == UM_OK ? &p->of_sound.logmel : NULL;
    return st;
}

um_status um_product_voice(const um_voice_frames **out, um_products *p, um_error *err)
{
    const um_status st = check(p, UM_NEED_VOICE, err);
    *out = st == UM_OK ? &p->of_sound.voice : NULL;
    return st;
}

um_status um_product_pitch(const um_pitch_frames **out, um_products *p, um_error *err)
{
    const um_status st = check(p, UM_NEED_PITCH, err);
    *out = st == UM_OK ? &p->of_sound.pitch : NULL;
    return st;
}

um_status um_product_turns(const um_turns_told **out, um_products *p, um_error *err)
{
    const um_status st = check(p, UM_NEED_TURNS, err);
    *out = st == UM_OK ? &p->of_sound.turns : NULL;
    return st;
}
