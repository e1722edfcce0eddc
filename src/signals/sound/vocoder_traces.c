/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vocoder_traces.c: does the sound hold a clock's rhythm or tone, as sound made in equal steps does?
 *
 * Vocoders draw the wave from features that come every 5 to 20 ms; layers that stretch them leave what
 * repeats itself with that step: replicas of the spectrum, a tone, noise that breathes (Odena, Dumoulin &
 * Olah, "Deconvolution and checkerboard artifacts", Distill 2016; Pons et al., "Upsampling artifacts in
 * neural audio synthesis", ICASSP 2021, arXiv:2010.14356). Differences: the rate is not known, so the
 * clearest of all from 48 to 510 Hz is told (dsp/modulation.h), against what chance gives. Codecs and the
 * mains have clocks, too: one that fits is named. */
#include "base/base.h"
#include "dsp/modulation.h"
#include "dsp/stats.h"
#include "dsp/tones.h"
#include "signals/figures.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

static const double CLEAR_TIMES = 6;  /* chance gives 5 at most; docs/signals/vocoder_traces.md */
static const double TONE_TIMES = 5.5; /* chance gives 4 at most */
static const double TONE_HZ = .6;     /* from a part of a sampling rate: half a bin, and some */
static const double SAME = .004;      /* of a rate: half a bin at 60 Hz */
static const double NEEDED_S = 2.1;   /* one segment */
enum { MULTIPLES = 4 };               /* of a clock: its own lines may be too weak, or slower than 48 Hz */

static const struct clock {
    double hz;
    const char *name;
} CLOCKS[] = {
    {50, "the mains, or frames of 20 ms as of Opus and telephones"},
    {60, "the mains at 60 Hz"},
    {44100. / 1152, "MP3 at 44.1 kHz"},
    {48000. / 1152, "MP3 at 48 kHz"},
    {44100. / 1024, "AAC at 44.1 kHz"},
    {48000. / 1024, "AAC at 48 kHz"},
};

typedef struct traces {
    um_modulation modulation;
    um_tones tones;
    int rate, strength;
    double heard_s;   /* of sound in all */
    um_findings *out; /* only during push */
} traces;

static um_status take(void *user, double t_s, const um_rhythm *rhythm, um_error *err)
{
    const traces *s = user;
    um_status st = um_findings_point(s->out, s->rate, t_s, rhythm->hz, err);
    if (st == UM_OK)
        st = um_findings_point(s->out, s->strength, t_s, rhythm->times, err);
    return st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    traces *s = state;
    const um_samples *sound;
    um_status st = um_product_sound16k(&sound, in->products, err);
    s->out = out;
    if (st < 0 || sound->n < 1)
        return st;
    if (!s->modulation.fft) {
        st = um_modulation_init(&s->modulation, err);
        if (st == UM_OK)
            st = um_tones_init(&s->tones, err);
        if (st == UM_OK)
            st = um_findings_series(out, &s->rate, um_file_subject(), "clearest rhythm", "Hz", err);
        if (st == UM_OK)
            st =
                um_findings_series(out, &s->strength, um_file_subject(), "its strength", "times chance", err);
    }
    if (st == UM_OK)
        st = um_modulation_push(&s->modulation, sound->first, sound->value, sound->n, take, s, err);
    if (st == UM_OK)
        um_tones_push(&s->tones, sound->first, sound->value, sound->n);
    s->heard_s += (double)sound->n / UM_SOUND_HZ;
    return st;
}

static const char *harmless(double hz)
{
    for (size_t i = 0; i < sizeof CLOCKS / sizeof *CLOCKS; i++)
        for (int k = 1; k <= MULTIPLES; k++)
            if (fabs(hz / (k * CLOCKS[i].hz) - 1) <= SAME)
                return CLOCKS[i].name;
    return NULL;
}

/* "22.05 kHz * 3 / 16" when the tone is such a part of a usual rate: layers that stretch by 2, 4, 8 leave it.
 */
static void say_part(char *words, size_t size, double hz)
{
    static const double rates_hz[] = {22050, 24000, 16000};
    words[0] = '\0';
    for (size_t i = 0; i < sizeof rates_hz / sizeof *rates_hz && !*words; i++)
        for (int under = 2; under <= 32 && !*words; under *= 2) {
            const double over = round(hz * under / rates_hz[i]);
            if (over >= 1 && fabs(hz - over * rates_hz[i] / under) <= TONE_HZ)
                snprintf(words, size, ", %g kHz * %.0f / %d", rates_hz[i] / 1000, over, under);
        }
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const traces *s = state;
    const um_subject file = um_file_subject();
    um_rhythm r;
    um_tone tone;
    char part[40];
    if (!s->modulation.fft)
        return um_findings_skip(out, file, err, "there is no sound");
    if (!um_modulation_rhythm(&r, &s->modulation) || !um_tones_steadiest(&tone, &s->tones))
        return um_findings_skip(out, file, err, "too short or silent: %.1f s of sound, %.1f s at once needed",
                                s->heard_s, NEEDED_S);
    const double rhythm = r.times / CLEAR_TIMES, whistle = tone.times / TONE_TIMES,
                 score = fmax(rhythm, whistle);
    if (score < 1)
        return um_findings_score(
            out, file, score, err,
            "No steady rhythm every 2 to 20 ms (clearest %.1f Hz, %.1f times the limit) and no "
            "steady tone from 1.5 to 7.6 kHz (clearest %.0f Hz, %.1f)",
            r.hz, um_short_of(rhythm, 1), tone.hz, um_short_of(whistle, 1));
    say_part(part, sizeof part, tone.hz);
    if (whistle > rhythm)
        return um_findings_score(
            out, file, score, err, "A steady tone at %.1f Hz%s, %.1f times the limit: %s", tone.hz, part,
            um_round(whistle, .1),
            *part ? "layers of a vocoder that stretch in steps leave it there; so may a device"
                  : "most likely a device or the room");
    const char *known = harmless(r.hz);
    return um_findings_score(
        out, file, score, err,
        "The energy rises and falls every %.2f ms (%.1f Hz), steadily, %.1f dB above what is "
        "around, %.1f times the limit: %s%s",
        1000 / r.hz, r.hz, r.db, um_round(rhythm, .1),
        known ? "most likely " : "sound made in steps, as vocoders do, or a machine", known ? known : "");
}

static void end(void *state)
{
    traces *s = state;
    um_modulation_clear(&s->modulation);
    um_tones_clear(&s->tones);
}

const um_signal um_signal_vocoder_traces = {
    .name = "vocoder_traces",
    .family = "sound",
    .question = "Does the sound hold a clock's rhythm or tone, as sound made in equal steps does?",
    .meaning =
        "How clearly the energy rises and falls at one steady rate between 48 and 510 Hz, or a tone stands "
        "still. Vocoders make "
        "sound in steps of 5 to 20 ms, and some leave their step in it. MP3, AAC, Opus and telephones have "
        "steps, the mains hum, machines and monotonous tones repeat, too. Most vocoders of today leave "
        "nothing here: silence of this signal says nothing.",
    .score_unit = "times the limit",
    .paper = "Pons et al., ICASSP 2021, arXiv:2010.14356",
    .version = 1,
    .needs = UM_NEED_SOUND | UM_NEED_SOUND16K,
    .state_size = sizeof(traces),
    .push = push,
    .finish = finish,
    .end = end,
};
