/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice.c: a source and a filter.
 *
 * Source: Rosenberg's pulse C ("Effect of Glottal Pulse Shape on the Quality of Natural Vowels", JASA 49,
 * 1971), differentiated by radiation at the lips, with noise for breath and fricatives. Filter: five
 * resonators in cascade (Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67, 1980). */
#include <stdlib.h>

#include "figure/voice.h"

enum { N_FORMANTS = 5, STEP = 48 }; /* the filter is set anew every millisecond */
static const double PI = 3.14159265358979;

double voice_f0_hz(const script *s, double t_s)
{
    const syllable *y = script_syllable(s, t_s);
    if (!y || (t_s < y->vowel_s && speech_consonants[y->consonant].voice <= 0))
        return 0;
    /* from syllable to syllable of one phrase the pitch glides; a small rise inside each */
    double middle = 0.5 * (y->vowel_s + y->end_s), f0 = y->f0_hz;
    const syllable *other = t_s < middle ? y - 1 : y + 1, *first = s->syllable,
                   *last = first + s->n_syllables;
    if (other >= first && other < last && other->person == y->person &&
        fabs(other->start_s - y->start_s) < 0.5) {
        double there = 0.5 * (other->vowel_s + other->end_s), x = (t_s - middle) / (there - middle);
        f0 += (other->f0_hz - y->f0_hz) * x;
    }
    return f0 * (1 + 0.01 * sin(2 * PI * 5.1 * t_s)); /* a natural quiver of 1 % */
}

typedef struct sound_target {
    double formant[N_FORMANTS], voice, noise, noise_hz;
} sound_target;

static sound_target target_at(const script *s, double t_s)
{
    sound_target g = {{500, 1500, 2500, 3500, 4300}, 0, 0, 3000};
    const syllable *y = script_syllable(s, t_s);
    if (!y)
        return g;
    const vowel *v = &speech_vowels[y->vowel];
    const consonant *c = &speech_consonants[y->consonant];
    double tract = s->actor[y->person].look.tract;
    bool in_vowel = t_s >= y->vowel_s;
    for (int i = 0; i < 4; i++)
        g.formant[i] = v->formant_hz[i] / tract;
    g.formant[4] = 4300 / tract;
    if (in_vowel) {
        g.voice = fmin((t_s - y->vowel_s) / 0.02, 1) * fmin((y->end_s - t_s) / 0.04, 1);
        return g;
    }
    double along = (t_s - y->start_s) / (y->vowel_s - y->start_s);
    if (c->noise_hz <= 0) /* closed lips or tongue: the first formant falls */
        g.formant[0] = 250, g.formant[1] *= 0.8;
    g.voice = c->voice * fmin(along * 4, 1);
    g.noise = c->noise_hz > 0 ? sin(PI * along) : 0;
    g.noise_hz = c->noise_hz > 0 ? c->noise_hz : 3000;
    return g;
}

typedef struct resonator {
    double a, b, c, y1, y2;
} resonator;

static void tune(resonator *r, double hz, double bandwidth_hz)
{
    double radius = exp(-PI * bandwidth_hz / VOICE_RATE_HZ);
    r->c = -radius * radius;
    r->b = 2 * radius * cos(2 * PI * hz / VOICE_RATE_HZ);
    r->a = 1 - r->b - r->c; /* unity at 0 Hz */
}

static double run(resonator *r, double x)
{
    double y = r->a * x + r->b * r->y1 + r->c * r->y2;
    r->y2 = r->y1, r->y1 = y;
    return y;
}

/* Flow through the glottis at `phase` of a period, 0..1. */
static double rosenberg(double phase)
{
    static const double opening = 0.42, closing = 0.18;
    if (phase < opening)
        return 0.5 * (1 - cos(PI * phase / opening));
    if (phase < opening + closing)
        return cos(0.5 * PI * (phase - opening) / closing);
    return 0;
}

static um_status note_pulse(voice *v, double t_s, um_error *err)
{
    if (!um_grow(&v->pulse_s, &v->cap_pulses, (size_t)v->n_pulses + 1, (size_t)1 << 24, sizeof *v->pulse_s))
        return um_fail_oom(err);
    v->pulse_s[v->n_pulses++] = t_s;
    return UM_OK;
}

/* A small furnished room: four early echoes and a quiet floor; then the loudest sample is set to 0.5. */
static void room(voice *v, uint64_t seed)
{
    static const struct {
        int delay;
        float gain;
    } echo[4] = {{331, 0.16f}, {587, -0.11f}, {911, 0.08f}, {1423, -0.05f}};
    float peak = 1e-6f;
    for (int i = v->n_samples - 1; i >= 0; i--)
        for (int k = 0; k < 4; k++)
            if (i >= echo[k].delay)
                v->sound[i] += echo[k].gain * v->sound[i - echo[k].delay];
    for (int i = 0; i < v->n_samples; i++)
        peak = maxf(peak, fabsf(v->sound[i]));
    uint64_t r = seed + 99;
    float low = 0;
    for (int i = 0; i < v->n_samples; i++) {
        low += 0.12f * (rng_normal(&r) - low);
        v->sound[i] = v->sound[i] * 0.5f / peak + 0.0016f * low;
    }
}

um_status voice_make(voice *v, const script *s, um_error *err)
{
    um_status st = UM_OK;
    *v = (voice){.n_samples = (int)lround(s->seconds * VOICE_RATE_HZ)};
    if (!(v->sound = um_calloc((size_t)v->n_samples, sizeof *v->sound)))
        return um_fail_oom(err);
    static const double width_hz[N_FORMANTS] = {70, 90, 130, 200, 260};
    resonator formant[N_FORMANTS] = {0}, hiss = {0};
    sound_target now = target_at(s, 0);
    double phase = 0, period_scale = 1, strength = 1, flow = 0, last_noise = 0;
    bool voiced = false;
    uint64_t r = s->seed + 7;
    for (int i = 0; i < v->n_samples; i++) {
        double t = (double)i / VOICE_RATE_HZ, f0 = voice_f0_hz(s, t);
        if (i % STEP == 0) { /* the articulators lag by 12 ms */
            sound_target to = target_at(s, t);
            for (int k = 0; k < N_FORMANTS; k++) {
                now.formant[k] += 0.08 * (to.formant[k] - now.formant[k]);
                tune(&formant[k], now.formant[k], width_hz[k]);
            }
            now.voice += 0.2 * (to.voice - now.voice);
            now.noise += 0.25 * (to.noise - now.noise);
            if (to.noise > 0)
                now.noise_hz = to.noise_hz;
            tune(&hiss, now.noise_hz, 0.25 * now.noise_hz);
        }
        if (f0 <= 0) {
            voiced = false;
        } else {
            phase += f0 / (period_scale * VOICE_RATE_HZ);
            if (!voiced || phase >= 1) {
                double late = voiced ? (phase - 1) * period_scale / f0 : 0;
                if ((st = note_pulse(v, t - late, err)) < 0)
                    break;
                phase = voiced ? phase - 1 : 0;
                period_scale = 1 + VOICE_JITTER * rng_normal(&r);
                strength = 1 + VOICE_SHIMMER * rng_normal(&r);
                voiced = true;
            }
        }
        double flow_now = voiced ? rosenberg(phase) * strength : 0, white = rng_normal(&r);
        double source = (flow_now - flow) * 12 * now.voice + 0.012 * white * now.voice * (0.3 + flow_now);
        flow = flow_now;
        for (int k = 0; k < N_FORMANTS; k++)
            source = run(&formant[k], source);
        double noise = run(&hiss, white * now.noise);
        v->sound[i] = (float)(source + 0.55 * (noise - last_noise)); /* radiation lifts the hiss */
        last_noise = noise;
    }
    if (st < 0)
        voice_free(v);
    else
        room(v, s->seed);
    return st;
}

void voice_free(voice *v)
{
    free(v->sound);
    free(v->pulse_s);
    *v = (voice){0};
}
