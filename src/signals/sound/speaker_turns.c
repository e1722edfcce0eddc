/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speaker_turns.c: who speaks when? How many voices take turns, and when each of them speaks.
 *
 * Tranter & Reynolds, "An overview of automatic speaker diarization systems", IEEE TASLP 14(5), 2006: voice
 * activity, points of short windows, clusters and a path through them; the product um_product_turns, made in
 * src/voice. It accuses nobody: other findings speak of these voices. */
#include "signals/figures.h"
#include <unmask/signal.h>

static const double NEEDED_S = 3; /* of voice */

typedef struct spoken {                             /* by a voice */
    int steps, turns, first, longest, longest_from; /* longest: steps of its longest turn; indices of steps */
    int series;
} spoken;

static void sum_up(spoken by[UM_MAX_SPEAKERS], const um_turns_told *t)
{
    for (int i = 0, from = 0; i < t->n; i++) {
        spoken *v = &by[t->step[i].voice];
        if (!i || t->step[i].voice != t->step[i - 1].voice) {
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

/* Of each voice where it speaks: 1, and 0 on either side. */
static um_status draw(spoken by[UM_MAX_SPEAKERS], const um_turns_told *t, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    for (int k = 0; k < t->n_voices && st == UM_OK; k++)
        st = um_findings_series(out, &by[k].series, um_voice_subject(k), "speaks", "share of time", err);
    for (int i = 0; i < t->n && st == UM_OK; i++)
        for (int k = 0; k < t->n_voices && st == UM_OK; k++)
            st = um_findings_point(out, by[k].series, t->step[i].from_s + t->step_s / 2,
                                   t->step[i].voice == k, err);
    return st;
}

static um_status tell_voice(const spoken *v, int voice, const um_turns_told *t, um_findings *out,
                            um_error *err)
{
    const um_told_step *from = &t->step[v->longest_from], *to = from + v->longest - 1;
    return um_findings_score(
        out, um_voice_subject(voice), 0, err,
        "%.1f s of speech in %d turn%s, the first at %.1f s; the longest stretch of this voice alone "
        "is from %.1f to %.1f s",
        v->steps * t->step_s, v->turns, v->turns == 1 ? "" : "s", t->step[v->first].from_s, from->from_s,
        to->from_s + t->step_s);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const um_subject file = um_file_subject();
    const um_turns_told *t;
    spoken by[UM_MAX_SPEAKERS] = {0};
    int turns = 0;
    um_status st = um_product_turns(&t, in->products, err);
    if (st < 0)
        return st;
    const double spoken_s = t->n * t->step_s;
    if (spoken_s < NEEDED_S)
        return um_findings_skip(out, file, err, "too little voice: %.1f s, %.0f s needed",
                                um_short_of(spoken_s, NEEDED_S), NEEDED_S);
    sum_up(by, t);
    if (t->n_voices == 1)
        return um_findings_score(
            out, file, 0, err,
            "%.1f s of voice sound like one. That proves little: two speakers who are alike, or who "
            "say little, are taken for one voice",
            spoken_s);
    for (int k = 0; k < t->n_voices; k++)
        turns += by[k].turns;
    st = um_findings_score(
        out, file, 0, err,
        "%.1f s of speech sound like %d voices that take %d turns; a voice that changes much, and "
        "music, may be taken for another voice",
        spoken_s, t->n_voices, turns);
    for (int k = 0; k < t->n_voices && st == UM_OK; k++)
        st = tell_voice(&by[k], k, t, out, err);
    return st == UM_OK ? draw(by, t, out, err) : st;
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
    .needs = UM_NEED_SOUND | UM_NEED_TURNS,
    .finish = finish,
};
