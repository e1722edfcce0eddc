/* SPDX-License-Identifier: GPL-3.0-or-later */
/* script.h: what happens when: blinks, motion, light, speech and pulse, all drawn from the seed. */
#ifndef UM_SYNTH_SCRIPT_H
#define UM_SYNTH_SCRIPT_H
#include "figure/figure.h"
#include "figure/group.h"
#include "figure/shade.h"

enum { MAX_PERSONS = 6, MAX_BLINKS = 400, MAX_SYLLABLES = 2400 };

typedef struct blink {
    double start_s, closed_s, opening_s, end_s; /* lids start to fall, meet, start to rise, are open again */
} blink;

typedef struct syllable {
    double start_s, vowel_s, end_s; /* the vowel begins at vowel_s */
    int person;
    int vowel, consonant; /* indices of speech_vowels, speech_consonants */
    double f0_hz;         /* at the middle of the vowel */
} syllable;

typedef struct vowel {
    const char *name;
    float formant_hz[4]; /* of a tract of 17 cm */
    float open, round;   /* jaw 0..1, lips -1..1 */
} vowel;

typedef struct consonant {
    const char *name;
    float noise_hz; /* centre of the noise, 0 = none */
    float voice;    /* loudness of the voice inside it, 0..1 */
    float open;     /* jaw 0..1 */
    float round;
} consonant;
extern const vowel speech_vowels[];
extern const consonant speech_consonants[];

typedef struct actor {
    person look;
    int n_blinks;
    blink blink[MAX_BLINKS];
    double pulse_hz, pulse_phase;
    float phase[10]; /* of the slow motions */
    vec3 place;      /* of the figure in GROUP_TALK, mm */
} actor;

typedef struct script {
    uint64_t seed;
    double seconds, yaw_range_deg;
    int n_persons;
    group row;
    actor actor[MAX_PERSONS];
    int n_syllables;
    syllable syllable[MAX_SYLLABLES];
    float light_phase;
} script;

/* How a person is at a time, with the angles behind the matrix. */
typedef struct moment_state {
    pose_state pose;
    float yaw_deg, pitch_deg, roll_deg; /* as in um_pose */
    float mouth;                        /* 0 closed .. 1 widest */
    float pulse;                        /* -1..1 */
    bool voiced;
} moment_state;

/* A scene of GROUP_TALK; for another one set `row` behind it. */
void script_make(script *out, uint64_t seed, double seconds, int persons, double yaw_range_deg);
moment_state script_at(const script *s, int who, double t_s);
/* Sets the head's rotation from the angles of `m`. */
void script_turn(moment_state *m);
/* Azimuth to the picture's right and elevation of the main light; intensity around 1. */
void script_light(const script *s, double t_s, double *azimuth_deg, double *elevation_deg, double *intensity);
/* The syllable at a time, or NULL in a pause. */
const syllable *script_syllable(const script *s, double t_s);
/* Relative change of the skin's reflectance per unit of pulse, R, G, B. */
extern const float script_pulse_rgb[3];
#endif
