/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_sample.c: pairs of voices, drawn, spoiled and brought before the network. */
#include "voice_sample.h"
#include <stdlib.h>
#include <string.h>

/* A tape runs by up to three twenty-fifths faster or slower: other speakers, traces elsewhere. Of few speeds,
 * because a resampler of an odd ratio is dear to make. */
enum { SPEEDS = 3, SPEED_PARTS = 25 };

voice_mix voice_mix_usual(void)
{
    return (voice_mix){.matched = .35f, .copied = .3f, .strength = 1, .masks = .5f, .tapes = .5f};
}

um_front_spec voice_front(um_front_kind kind)
{
    um_front_spec s = um_front_usual(kind);
    if (kind == UM_FRONT_LOG_POWER) {
        s.frames = VOICE_FRAMES;
        return s;
    }
    s.frames = (VOICE_WINDOW - um_front_window(&s)) / s.hop + 1;
    s.level = UM_LEVEL_DEVIATION; /* as with log power: what a channel adds is gone */
    return s;
}

um_status voice_maker_new(voice_maker **out, const um_front_spec *front, um_error *err)
{
    voice_maker *m = *out = um_calloc(1, sizeof *m);
    if (!m)
        return um_fail_oom(err);
    um_status st = channel_new(&m->channel, VOICE_PIECE, err);
    if (st == UM_OK)
        st = vocoder_new(&m->vocoder, VOICE_PIECE, err);
    if (st == UM_OK)
        st = um_front_new(&m->front, front, err);
    if (st == UM_OK &&
        (!(m->piece = um_calloc(VOICE_PIECE, sizeof *m->piece)) ||
         !(m->tape = um_calloc(VOICE_PIECE * (SPEED_PARTS + SPEEDS) / SPEED_PARTS + 2, sizeof *m->tape))))
        st = um_fail_oom(err);
    if (st < 0)
        voice_maker_free(out);
    return st;
}

void voice_maker_free(voice_maker **maker)
{
    voice_maker *m = *maker;
    if (!m)
        return;
    channel_free(&m->channel);
    vocoder_free(&m->vocoder);
    um_front_free(&m->front);
    free(m->piece);
    free(m->tape);
    free(m);
    *maker = NULL;
}

/* The recording and the fake of a pair; what is lacking is made up for by another kind of pair. */
static void draw_two(int two[2], voice_origin *o, const voice_set *set, const voice_mix *mix, rng *r)
{
    const float at = rng_float(r, 0, 1);
    o->how = at < mix->matched && set->paired.n                ? VOICE_MATCHED
             : at < mix->matched + mix->copied || !set->fake.n ? VOICE_COPIED
                                                               : VOICE_FREE;
    if (o->how == VOICE_MATCHED) {
        two[1] = voice_set_draw(&set->paired, r);
        const voice *v = &set->voice[two[1]];
        two[0] = set->pair[v->first_pair + rng_int(r, v->n_pairs)];
    } else {
        two[0] = voice_set_draw(&set->real, r);
        two[1] = o->how == VOICE_COPIED ? two[0] : voice_set_draw(&set->fake, r);
    }
}

/* A piece of a voice, perhaps from a tape that runs at another speed. */
static um_status play(voice_maker *m, const voice_set *set, int which, int start, int faster, um_error *err)
{
    if (!faster)
        return voice_set_samples(m->piece, set, which, start, VOICE_PIECE, err);
    const int rate = CHANNEL_RATE_HZ / SPEED_PARTS * (SPEED_PARTS + faster),
              n = VOICE_PIECE * (SPEED_PARTS + faster) / SPEED_PARTS + 1;
    const um_status st = voice_set_samples(m->tape, set, which, start, n, err);
    return st < 0 ? st : channel_resample(m->piece, VOICE_PIECE, CHANNEL_RATE_HZ, m->tape, n, rate, err);
}

um_status voice_draw(voice_maker *m, voice_origin *o, const voice_set *set, const voice_mix *mix, bool fake,
                     uint64_t seed, um_error *err)
{
    rng r = {seed};
    int two[2];
    *o = (voice_origin){.fake = fake};
    draw_two(two, o, set, mix, &r);
    if (mix->opus) /* of a recording or of a fake; in neither a copy by a vocoder */
        two[0] = two[1] = two[rng_chance(&r, .5f)];
    o->voice = two[fake];
    o->vocoder = (vocoder_kind)rng_int(&r, VOCODER_KINDS);
    if (o->voice < 0)
        return um_fail(err, UM_EINVAL, "no %s voices to train on", fake ? "fake" : "real");
    /* the same place in both, as far as the shorter goes */
    const int a = set->voice[two[0]].n, b = set->voice[two[1]].n, room = (a < b ? a : b) - VOICE_PIECE;
    const int start = room > 0 ? rng_int(&r, room) : 0;
    const int faster = rng_chance(&r, mix->tapes) ? rng_int(&r, 2 * SPEEDS + 1) - SPEEDS : 0;
    um_status st = play(m, set, o->voice, start, faster, err);
    rng spoken = {rng_next(&r)};
    if (st == UM_OK && o->how == VOICE_COPIED && fake && !mix->opus)
        st = vocoder_run(m->vocoder, m->piece, o->vocoder, &spoken, err);
    /* from one that is hardly touched to the worst: what is easy is learnt first, and stays known */
    const float strength = mix->strength * rng_float(&r, 0, 1);
    if (st < 0)
        return st;
    return mix->opus ? channel_run_opus(m->channel, m->piece, strength, fake, &r, err)
                     : channel_run(m->channel, m->piece, strength, &r, err);
}

um_status voice_window(voice_maker *m, const voice_set *set, int which, int start, float strength, bool opus,
                       uint64_t seed, um_error *err)
{
    rng r = {seed};
    um_status st = voice_set_samples(m->piece, set, which, start, VOICE_PIECE, err);
    if (st < 0)
        return st;
    return opus ? channel_run_opus(m->channel, m->piece, strength, true, &r, err)
                : channel_run(m->channel, m->piece, strength, &r, err);
}

void voice_map(voice_maker *m, float *planes)
{
    um_front_hear(m->front, planes, m->piece + VOICE_MARGIN);
}

static void cover(float *planes, int n_frames, int row, int rows, int frame, int frames)
{
    for (int k = row; k < row + rows; k++)
        memset(planes + k * n_frames + frame, 0, (size_t)frames * sizeof *planes);
}

/* Rows of log power are frequencies: what is said below is of 256 of them. */
void voice_cover(float *planes, const um_front_spec *front, float masks, rng *r)
{
    const int rows = um_front_rows(front), frames = front->frames;
    for (int i = 0; i < 2; i++) {
        if (rng_chance(r, masks)) { /* a band */
            const int n = 4 * rows / VOICE_BINS + rng_int(r, 36 * rows / VOICE_BINS);
            cover(planes, frames, rng_int(r, rows - n), n, 0, frames);
        }
        if (rng_chance(r, masks)) { /* a moment */
            const int n = 2 + rng_int(r, 28);
            cover(planes, frames, 0, rows, rng_int(r, frames - n), n);
        }
    }
    if (front->kind == UM_FRONT_LOG_POWER && rng_chance(r, masks * .6f)) { /* all above */
        const int k = 100 + rng_int(r, rows - 100);
        cover(planes, frames, k, rows - k, 0, frames);
    }
}
