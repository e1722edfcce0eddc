/* SPDX-License-Identifier: GPL-3.0-or-later */
/* truth.c: script and shots as JSON. */
#include "figure/truth.h"
#include <unmask/version.h>

static void set_numbers(um_json *object, const char *key, const float *v, int n, int digits)
{
    um_json *array = um_json_array();
    for (int i = 0; i < n; i++)
        um_json_add_num(array, (double)v[i], digits);
    um_json_set(object, key, array);
}

static um_json *person_truth(const actor *a)
{
    um_json *p = um_json_object(), *blinks = um_json_array();
    um_json_set_num(p, "pulse_hz", a->pulse_hz, 9);
    um_json_set_num(p, "pulse_bpm", a->pulse_hz * 60, 9);
    um_json_set_num(p, "pulse_phase_turns", a->pulse_phase, 9);
    set_numbers(p, "pulse_reflectance_rgb", script_pulse_rgb, 3, 6);
    um_json_set_num(p, "pitch_mean_hz", (double)a->look.f0_hz, 6);
    if (a->look.wears_glasses) {
        glasses g;
        um_json *worn = um_json_object();
        glasses_make(&g, &a->look);
        um_json_set_text(worn, "style", g.style);
        um_json_set_num(worn, "tint", (double)g.tint.x, 4);
        um_json_set_num(worn, "lamp", (double)g.lamp, 4);
        um_json_set_num(worn, "window", (double)g.window, 4);
        um_json_set_num(worn, "screen", (double)g.screen, 4);
        um_json_set(p, "glasses", worn);
    }
    for (int i = 0; i < a->n_blinks; i++) {
        um_json *b = um_json_object();
        um_json_set_num(b, "start_s", a->blink[i].start_s, 9);
        um_json_set_num(b, "closed_s", a->blink[i].closed_s, 9);
        um_json_set_num(b, "opening_s", a->blink[i].opening_s, 9);
        um_json_set_num(b, "end_s", a->blink[i].end_s, 9);
        um_json_add(blinks, b);
    }
    um_json_set(p, "blinks", blinks);
    return p;
}

um_json *truth_new(const script *s, const scene_options *picture, double focal_px, double fps,
                   const char *command)
{
    um_json *t = um_json_object(), *persons = um_json_array();
    um_json_set_text(t, "format", "unmask-sample-truth");
    um_json_set_int(t, "format_version", 1);
    um_json_set_bool(t, "synthetic", true);
    um_json_set_text(t, "made_by", "unmask-sample " UM_VERSION_STRING);
    um_json_set_text(t, "command", command);
    um_json_set_int(t, "seed", (int64_t)s->seed);
    um_json_set_int(t, "width", picture->width);
    um_json_set_int(t, "height", picture->height);
    um_json_set_num(t, "fps", fps, 9);
    um_json_set_num(t, "duration_s", s->seconds, 9);
    if (s->row.scene != GROUP_TALK)
        um_json_set_text(t, "scene", group_scene_name(s->row.scene));
    um_json_set_num(t, "focal_px", focal_px, 9);
    um_json_set_num(t, "noise_sigma_levels", SCENE_NOISE_LEVELS, 6);
    for (int i = 0; i < s->n_persons; i++)
        um_json_add(persons, person_truth(&s->actor[i]));
    um_json_set(t, "persons", persons);
    um_json_set(t, "frames", um_json_array());
    return t;
}

static um_json *shot_truth(const shot *h, bool in_group)
{
    um_json *p = um_json_object(), *points = um_json_array(), *visible = um_json_array();
    const moment_state *m = &h->state;
    set_numbers(p, "box", h->box, 4, 6);
    for (int i = 0; i < N_POINTS; i++) {
        um_json *xy = um_json_array();
        um_json_add_num(xy, (double)h->x[i], 6);
        um_json_add_num(xy, (double)h->y[i], 6);
        um_json_add(points, xy);
        um_json_add_num(visible, h->visible[i], 1);
    }
    um_json_set(p, "points", points);
    um_json_set(p, "visible", visible);
    if (in_group)
        um_json_set_num(p, "visible_share", (double)h->visible_share, 4);
    um_json_set_num(p, "yaw_deg", (double)m->yaw_deg, 6);
    um_json_set_num(p, "pitch_deg", (double)m->pitch_deg, 6);
    um_json_set_num(p, "roll_deg", (double)m->roll_deg, 6);
    set_numbers(p, "translation_mm", h->translation, 3, 7);
    um_json_set_num(p, "eye_opening", (double)m->pose.lid, 5);
    um_json_set_num(p, "ear", (double)h->ear, 5);
    um_json_set_num(p, "mouth_opening", (double)m->mouth, 5);
    um_json_set_num(p, "pulse", (double)m->pulse, 6);
    um_json_set_bool(p, "voiced", m->voiced);
    return p;
}

void truth_frame(um_json *t, const script *s, int64_t index, double t_s, const shot shots[MAX_PERSONS])
{
    um_json *f = um_json_object(), *faces = um_json_array(), *light = um_json_object();
    double azimuth, elevation, intensity;
    script_light(s, t_s, &azimuth, &elevation, &intensity);
    um_json_set_int(f, "index", index);
    um_json_set_num(f, "t_s", t_s, 12);
    um_json_set_num(light, "azimuth_deg", azimuth, 7);
    um_json_set_num(light, "elevation_deg", elevation, 7);
    um_json_set_num(light, "intensity", intensity, 7);
    um_json_set(f, "light", light);
    for (int i = 0; i < s->n_persons; i++)
        um_json_add(faces, shot_truth(&shots[i], s->row.scene != GROUP_TALK));
    um_json_set(f, "faces", faces);
    /* the object keeps its place in the parent: getters borrow, and this one is ours to change */
    um_json_add((um_json *)um_json_get(t, "frames"), f);
}

void truth_voice(um_json *t, const script *s, const voice *v)
{
    um_json *o = um_json_object(), *syllables = um_json_array(), *pitch = um_json_array(),
            *pulses = um_json_array();
    um_json_set_int(o, "rate_hz", VOICE_RATE_HZ);
    um_json_set_num(o, "jitter_sigma", VOICE_JITTER, 6);
    um_json_set_num(o, "shimmer_sigma", VOICE_SHIMMER, 6);
    for (int i = 0; i < s->n_syllables; i++) {
        const syllable *y = &s->syllable[i];
        um_json *q = um_json_object();
        um_json_set_int(q, "person", y->person);
        um_json_set_text(q, "consonant", speech_consonants[y->consonant].name);
        um_json_set_text(q, "vowel", speech_vowels[y->vowel].name);
        um_json_set_num(q, "start_s", y->start_s, 9);
        um_json_set_num(q, "vowel_s", y->vowel_s, 9);
        um_json_set_num(q, "end_s", y->end_s, 9);
        um_json_add(syllables, q);
    }
    um_json_set(o, "syllables", syllables);
    um_json_set_num(o, "f0_step_s", 0.01, 6);
    for (int i = 0; i * 0.01 < s->seconds; i++)
        um_json_add_num(pitch, voice_f0_hz(s, i * 0.01), 7);
    um_json_set(o, "f0_hz", pitch);
    for (int i = 0; i < v->n_pulses; i++)
        um_json_add_num(pulses, v->pulse_s[i], 9);
    um_json_set(o, "glottal_pulses_s", pulses);
    um_json_set(t, "voice", o);
}
