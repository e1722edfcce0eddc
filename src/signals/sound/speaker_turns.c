/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speaker_turns.c: who speaks when? How many voices take turns, and when each of them speaks.
 *
 * Tranter & Reynolds, "An overview of automatic speaker diarization systems", IEEE TASLP 14(5), 2006: voice
 * activity, points of short windows (voice/speaker.h), clusters and a path through them (voice/turns.h).
 * Steps of half a second, each with the point of 1.5 s around it, so that a word of another voice in between
 * is not told. It accuses nobody: other findings speak of these voices. */
#include "signals/figures.h"
#include "voice/turns.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

enum {
    STEP = 50,   /* frames: half a second */
    AROUND = 5,  /* steps whose frames make a point: it belongs to the middle one */
    SPOKEN = 10, /* frames of voice from which somebody speaks in a step */
    ENOUGH = 50, /* frames of voice from which a point says who */
    CONTEXT = 5  /* frames from which a slope is taken */
};
static const float SPEAKS = .5f;  /* probability from which a frame counts as voice */
static const double NEEDED_S = 3; /* of voice */
static const double STEP_S = (double)STEP * UM_FRAME_HOP / UM_SOUND_HZ;

_Static_assert((int)UM_SPEAKER_BANDS == (int)UM_MEL_BANDS, "bands of the product");

typedef struct part { /* a step */
    int64_t at;
    um_speaker_sums sums;
} part;

typedef struct listener { /* shared */
    um_speaker_model model;
    um_cepstra cepstra;
} listener;

typedef struct speaker_turns {
    const listener *by;
    um_turns *turns;
    float cepstra[CONTEXT][UM_SPEAKER_CEPSTRA]; /* the newest last */
    bool speaks[CONTEXT];
    int n_context;
    part part[AROUND]; /* the newest last */
    int n_parts;
} speaker_turns;

static um_status open(void *shared, const um_resources *resources, um_error *err)
{
    listener *l = shared;
    const um_status st = um_speaker_cepstra_init(&l->cepstra, err);
    return st < 0 ? st : um_speaker_model_own(&l->model, err);
}

static void close(void *shared)
{
    um_cepstra_clear(&((listener *)shared)->cepstra);
}

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    speaker_turns *s = state;
    s->by = shared;
    return um_turns_new(&s->turns, err);
}

static void end(void *state)
{
    speaker_turns *s = state;
    um_turns_free(&s->turns);
}

/* ---- from frames to points ---- */

/* The point of part i, with what is known of its neighbours. */
static um_status tell_part(speaker_turns *s, int i, um_error *err)
{
    um_speaker_sums sums = {0};
    float point[UM_SPEAKER_SIZE];
    const int64_t at = s->part[i].at;
    if (s->part[i].sums.n < SPOKEN)
        return UM_OK;
    for (int k = 0; k < s->n_parts; k++)
        if (llabs(s->part[k].at - at) <= AROUND / 2)
            um_speaker_sums_add(&sums, &s->part[k].sums);
    if (sums.n < ENOUGH)
        return UM_OK;
    um_speaker_point(point, &s->by->model, &sums);
    return um_turns_add(s->turns, at, point, err);
}

/* The last part is complete, and so is what is around the one in the middle. */
static um_status next_part(speaker_turns *s, int64_t at, um_error *err)
{
    const int known = s->n_parts - 1 - AROUND / 2;
    um_status st = known >= 0 ? tell_part(s, known, err) : UM_OK;
    if (s->n_parts == AROUND)
        memmove(s->part, s->part + 1, (size_t)--s->n_parts * sizeof *s->part);
    s->part[s->n_parts++] = (part){.at = at};
    return st;
}

static um_status end_run(speaker_turns *s, um_error *err)
{
    um_status st = UM_OK;
    for (int i = um_clampi(s->n_parts - 1 - AROUND / 2, 0, AROUND); i < s->n_parts && st == UM_OK; i++)
        st = tell_part(s, i, err);
    s->n_parts = s->n_context = 0;
    return st;
}

/* The frame in the middle of the context is `frame`. */
static um_status take_middle(speaker_turns *s, int64_t frame, um_error *err)
{
    um_status st = UM_OK;
    const float *around[CONTEXT];
    const int64_t at = frame / STEP;
    if (!s->n_parts || s->part[s->n_parts - 1].at != at)
        st = next_part(s, at, err);
    for (int k = 0; k < CONTEXT; k++)
        around[k] = s->cepstra[k];
    if (st == UM_OK && s->speaks[CONTEXT / 2])
        um_speaker_sums_frame(&s->part[s->n_parts - 1].sums, around);
    return st;
}

static um_status take_frame(speaker_turns *s, int64_t frame, const float *bands, bool speaks, um_error *err)
{
    if (s->n_context == CONTEXT) {
        memmove(s->cepstra, s->cepstra + 1, sizeof s->cepstra - sizeof *s->cepstra);
        memmove(s->speaks, s->speaks + 1, sizeof s->speaks - sizeof *s->speaks);
        s->n_context--;
    }
    um_speaker_cepstra(s->cepstra[s->n_context], &s->by->cepstra, bands);
    for (int k = 0; k < UM_SPEAKER_CEPSTRA; k++)
        speaks = speaks && isfinite(s->cepstra[s->n_context][k]);
    s->speaks[s->n_context++] = speaks;
    return s->n_context == CONTEXT ? take_middle(s, frame - CONTEXT / 2, err) : UM_OK;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    speaker_turns *s = state;
    const um_sound_frames *bands;
    const um_voice_frames *voice;
    if (!in->sound)
        return UM_OK;
    um_status st = um_product_logmel(&bands, in->products, err);
    if (st == UM_OK)
        st = um_product_voice(&voice, in->products, err);
    if (st == UM_OK && bands->n && bands->restarted)
        st = end_run(s, err);
    for (int i = 0; st == UM_OK && i < bands->n; i++)
        st = take_frame(s, bands->first + i, bands->value + (ptrdiff_t)i * bands->size,
                        voice->frame[i].probability > SPEAKS, err);
    return st;
}

/* ---- the end ---- */

typedef struct spoken {                             /* by a voice */
    int steps, turns, first, longest, longest_from; /* longest: steps of its longest turn; indices of steps */
    int series;
} spoken;

static void sum_up(spoken by[UM_TURNS_VOICES], const um_turn_step *step, int n)
{
    for (int i = 0, from = 0; i < n; i++) {
        spoken *v = &by[step[i].voice];
        if (!i || step[i].voice != step[i - 1].voice) {
            from = i;
            v->turns++;
        }
        if (!v->steps++)
            v->first = i;
        if (i - from + 1 > v->longest) {
            v->longest = i - from + 1;
            v->longest_from = from;
        }
    }
}

static double begins_s(const um_turn_step *step)
{
    return (double)step->at * STEP_S;
}

/* Of each voice where it speaks: 1, and 0 on either side. */
static um_status draw(spoken by[UM_TURNS_VOICES], int n_voices, const um_turn_step *step, int n,
                      um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    for (int k = 0; k < n_voices && st == UM_OK; k++)
        st = um_findings_series(out, &by[k].series, um_voice_subject(k), "speaks", "share of time", err);
    for (int i = 0; i < n && st == UM_OK; i++)
        for (int k = 0; k < n_voices && st == UM_OK; k++)
            st = um_findings_point(out, by[k].series, begins_s(&step[i]) + STEP_S / 2, step[i].voice == k,
                                   err);
    return st;
}

static um_status tell_voice(const spoken *v, int voice, const um_turn_step *step, um_findings *out,
                            um_error *err)
{
    const um_turn_step *from = &step[v->longest_from], *to = from + v->longest - 1;
    return um_findings_score(
        out, um_voice_subject(voice), 0, err,
        "%.1f s of speech in %d turn%s, the first at %.1f s; the longest stretch of this voice alone "
        "is from %.1f to %.1f s",
        v->steps * STEP_S, v->turns, v->turns == 1 ? "" : "s", begins_s(&step[v->first]), begins_s(from),
        begins_s(to) + STEP_S);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    speaker_turns *s = state;
    const um_subject file = um_file_subject();
    const um_turn_step *step;
    spoken by[UM_TURNS_VOICES] = {0};
    int n = 0, n_voices = 0, turns = 0;
    um_status st = end_run(s, err);
    if (st == UM_OK)
        st = um_turns_finish(&step, &n, &n_voices, s->turns, err);
    if (st < 0)
        return st;
    if (n * STEP_S < NEEDED_S)
        return um_findings_skip(out, file, err, "too little voice: %.1f s, %.0f s needed",
                                um_short_of(n * STEP_S, NEEDED_S), NEEDED_S);
    sum_up(by, step, n);
    if (n_voices == 1)
        return um_findings_score(
            out, file, 0, err,
            "%.1f s of voice sound like one. That proves little: about half of all pairs of speakers are "
            "taken for one voice",
            n * STEP_S);
    for (int k = 0; k < n_voices; k++)
        turns += by[k].turns;
    st = um_findings_score(
        out, file, 0, err,
        "%.1f s of speech sound like %d voices that take %d turns; a voice that changes much, and "
        "music, may be taken for another voice",
        n * STEP_S, n_voices, turns);
    for (int k = 0; k < n_voices && st == UM_OK; k++)
        st = tell_voice(&by[k], k, step, out, err);
    return st == UM_OK ? draw(by, n_voices, step, n, out, err) : st;
}

const um_signal um_signal_speaker_turns = {
    .name = "speaker_turns",
    .family = "sound",
    .question = "Who speaks when?",
    .meaning =
        "How many voices take turns, and when each of them speaks, by the sound of the voice alone: it knows "
        "no names, accuses nobody and weighs nothing. Steps of half a second; words shorter than that, "
        "people "
        "who speak at once, and voices that are alike are not told apart. Shouting, another microphone or "
        "music "
        "may look like another voice.",
    .score_unit = "(no score)",
    .paper = "Tranter & Reynolds, IEEE TASLP 14(5), 2006, DOI 10.1109/TASL.2006.878256; Sell & "
             "Garcia-Romero, SLT 2014",
    .version = 1,
    .needs = UM_NEED_SOUND | UM_NEED_LOGMEL | UM_NEED_VOICE,
    .shared_size = sizeof(listener),
    .state_size = sizeof(speaker_turns),
    .open = open,
    .close = close,
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
