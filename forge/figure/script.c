/* SPDX-License-Identifier: GPL-3.0-or-later */
/* script.c: drawing the events of a clip. */
#include <string.h>

#include "figure/script.h"

/* Formants: Peterson and Barney, "Control Methods Used in a Study of the Vowels", JASA 24, 1952 (men); F4 by
 * convention. */
const vowel speech_vowels[] = {
    {"a", {730, 1090, 2440, 3400}, 1.00f, 0.0f},   {"e", {530, 1840, 2480, 3500}, 0.60f, -0.45f},
    {"i", {270, 2290, 3010, 3600}, 0.32f, -0.80f}, {"o", {570, 840, 2410, 3300}, 0.62f, 0.70f},
    {"u", {300, 870, 2240, 3200}, 0.30f, 1.00f},
};
const consonant speech_consonants[] = {
    {"m", 0, 0.45f, 0.00f, 0},    {"b", 0, 0.18f, 0.00f, 0},    {"s", 6200, 0, 0.14f, -0.4f},
    {"sh", 3000, 0, 0.20f, 0.6f}, {"l", 0, 0.6f, 0.35f, -0.1f}, {"d", 3800, 0.2f, 0.20f, -0.2f},
};
enum { N_VOWELS = 5, N_CONSONANTS = 6 };

/* Ratios of the pulse in the three channels: de Haan and van Leest, "Improved motion robustness of
 * remote-PPG", Physiol. Meas. 35, 2014: (0.33, 0.77, 0.53). */
const float script_pulse_rgb[3] = {0.33f * 0.026f, 0.77f * 0.026f, 0.53f * 0.026f};

static void draw_blinks(actor *a, uint64_t *r, double seconds)
{
    double t = rng_range(r, 0.7f, 1.5f);
    while (a->n_blinks < MAX_BLINKS && t + 0.35 < seconds) {
        blink *b = &a->blink[a->n_blinks++];
        b->start_s = t;
        b->closed_s = b->start_s + rng_range(r, 0.07f, 0.09f); /* lids fall faster than they rise */
        b->opening_s = b->closed_s + rng_range(r, 0.04f, 0.06f);
        b->end_s = b->opening_s + rng_range(r, 0.14f, 0.18f);
        t = b->end_s + rng_range(r, 1.6f, 3.8f);
    }
}

static void draw_speech(script *s, uint64_t *r)
{
    double t = 0.35;
    int speaker = 0;
    while (s->n_syllables + 8 < MAX_SYLLABLES) {
        int n = 4 + (int)(um_random(r) % 4);
        float base = s->actor[speaker].look.f0_hz, lift = rng_range(r, 1.08f, 1.18f);
        for (int i = 0; i < n; i++) {
            syllable *y = &s->syllable[s->n_syllables];
            y->start_s = t;
            y->vowel_s = t + rng_range(r, 0.06f, 0.09f);
            y->end_s = y->vowel_s + rng_range(r, 0.13f, 0.20f) + (i == n - 1 ? 0.09 : 0);
            y->person = speaker;
            y->vowel = (int)(um_random(r) % N_VOWELS);
            y->consonant = (int)(um_random(r) % N_CONSONANTS);
            y->f0_hz = base * mixf(lift, 0.88f, (float)i / (float)(n - 1)) * rng_range(r, 0.96f, 1.04f);
            if (y->end_s + 0.1 > s->seconds)
                return;
            s->n_syllables++;
            t = y->end_s;
        }
        t += rng_range(r, 0.28f, 0.55f);
        speaker = (speaker + 1) % s->n_persons;
    }
}

void script_make(script *s, uint64_t seed, double seconds, int persons, double yaw_range_deg)
{
    uint64_t r = seed ^ 0x756e6d61736bu;
    *s = (script){.seed = seed, .seconds = seconds, .n_persons = persons, .yaw_range_deg = yaw_range_deg};
    for (int i = 0; i < persons; i++) {
        actor *a = &s->actor[i];
        person_make(&a->look, seed, i);
        a->pulse_hz = rng_range(&r, 62, 84) / 60;
        a->pulse_phase = rng_range(&r, 0, 1);
        for (int k = 0; k < 10; k++)
            a->phase[k] = rng_range(&r, 0, 6.2831853f);
        a->phase[0] = i == 0 ? -0.9f : 1.6f; /* starts near the front */
        if (persons > 1)
            a->place = v3(i == 0 ? -150 : 150, i == 0 ? 4 : -10, i == 0 ? -260 : -300);
        draw_blinks(a, &r, seconds);
    }
    s->light_phase = rng_range(&r, 0, 6.2831853f);
    draw_speech(s, &r);
}

const syllable *script_syllable(const script *s, double t_s)
{
    int lo = 0, hi = s->n_syllables;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (s->syllable[mid].end_s <= t_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n_syllables && s->syllable[lo].start_s <= t_s ? &s->syllable[lo] : NULL;
}

/* Jaw and lips: the target of the sound at this moment, blended over 60 ms by sampling around it. */
static void mouth_target(const script *s, int who, double t_s, float *open, float *round)
{
    *open = *round = 0;
    float total = 0;
    for (int k = -3; k <= 3; k++) {
        float weight = bellf((float)k, 2.2f);
        const syllable *y = script_syllable(s, t_s + 0.014 * k);
        total += weight;
        if (!y || y->person != who)
            continue;
        const vowel *v = &speech_vowels[y->vowel];
        const consonant *c = &speech_consonants[y->consonant];
        bool in_vowel = t_s + 0.014 * k >= y->vowel_s;
        *open += weight * (in_vowel ? v->open : c->open);
        *round += weight * (in_vowel ? v->round : c->round);
    }
    *open /= total;
    *round /= total;
}

static float lid_at(const actor *a, double t_s)
{
    for (int i = 0; i < a->n_blinks; i++) {
        const blink *b = &a->blink[i];
        if (t_s < b->start_s || t_s >= b->end_s)
            continue;
        if (t_s < b->closed_s)
            return 1 - stepf(0, 1, (float)((t_s - b->start_s) / (b->closed_s - b->start_s)));
        if (t_s < b->opening_s)
            return 0;
        return stepf(0, 1, (float)((t_s - b->opening_s) / (b->end_s - b->opening_s)));
    }
    return 1;
}

static float swing(const actor *a, int k, double t_s, double period_s)
{
    return sinf((float)(6.283185307 * t_s / period_s) + a->phase[k]);
}

/* A pulse wave: the fundamental and a second harmonic that gives the dicrotic shoulder. */
static float pulse_at(const actor *a, double t_s)
{
    double turn = 6.283185307 * (a->pulse_hz * t_s + a->pulse_phase);
    return (float)(0.85 * sin(turn) + 0.25 * sin(2 * turn + 0.9));
}

void script_turn(moment_state *m)
{
    float yaw = m->yaw_deg * 0.01745329f, pitch = -m->pitch_deg * 0.01745329f,
          roll = -m->roll_deg * 0.01745329f;
    float cy = cosf(yaw), sy = sinf(yaw), cp = cosf(pitch), sp = sinf(pitch), cr = cosf(roll),
          sr = sinf(roll);
    /* R = Ry(yaw) Rx(pitch) Rz(roll) with y up */
    m->pose.head = (mat3){{cy * cr + sy * sp * sr, -cy * sr + sy * sp * cr, sy * cp, cp * sr, cp * cr, -sp,
                           -sy * cr + cy * sp * sr, sy * sr + cy * sp * cr, cy * cp}};
}

moment_state script_at(const script *s, int who, double t_s)
{
    const actor *a = &s->actor[who];
    moment_state m = {0};
    float range = (float)s->yaw_range_deg;
    m.yaw_deg = range * (0.82f * swing(a, 0, t_s, 6.1) + 0.18f * swing(a, 1, t_s, 2.3));
    m.pitch_deg = -1.5f + 3.2f * swing(a, 2, t_s, 4.3) + 1.0f * swing(a, 3, t_s, 1.7);
    m.roll_deg = 2.4f * swing(a, 4, t_s, 5.2) + 0.5f * swing(a, 5, t_s, 1.9);
    float open, round;
    mouth_target(s, who, t_s, &open, &round);
    m.mouth = open;
    m.pulse = pulse_at(a, t_s);
    const syllable *y = script_syllable(s, t_s);
    m.voiced = y && y->person == who && (t_s >= y->vowel_s || speech_consonants[y->consonant].voice > 0.3f);
    m.pitch_deg -= 0.8f * open;
    pose_state *p = &m.pose;
    float yaw = m.yaw_deg * 0.01745329f, pitch = -m.pitch_deg * 0.01745329f;
    script_turn(&m);
    vec3 place = s->row.scene == GROUP_TALK ? a->place : group_place(&s->row, who, t_s);
    p->shift = v_add(
        place, v3(2.5f * swing(a, 6, t_s, 7.3), 0.8f * swing(a, 7, t_s, 3.9), 3 * swing(a, 8, t_s, 8.1)));
    p->sway = v3(0.10f * m.yaw_deg, 0, 0.6f * swing(a, 9, t_s, 2.9));
    p->lid = lid_at(a, t_s);
    p->jaw_rad = 0.155f * open;
    p->round = round;
    p->brow = 1.1f * maxf(swing(a, 3, t_s, 3.1), 0) * (y && y->person == who ? 1 : 0.3f);
    /* eyes stay on the camera up to 25 degrees, with small jumps */
    int jump = (int)(t_s / 0.9);
    float jx = noise3((float)jump * 7.3f, (float)who, 0.5f),
          jy = noise3((float)jump * 5.1f, (float)who, 8.5f);
    p->gaze_x = clampf(-yaw, -0.36f, 0.36f) + 0.030f * jx;
    p->gaze_y = clampf(pitch, -0.25f, 0.25f) + 0.018f * jy;
    return m;
}

void script_light(const script *s, double t_s, double *azimuth_deg, double *elevation_deg, double *intensity)
{
    double turn = 6.283185307 * t_s / 9 + s->light_phase;
    *azimuth_deg = -34 + 9 * sin(turn);
    *elevation_deg = 33 + 3 * cos(turn * 0.7);
    *intensity = 1 + 0.04 * sin(turn * 1.3 + 1);
}
