/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_prosody.c: does the voice move as people's do?
 *
 * People's pitch wavers from period to period and from word to word, they pause for breath, and no two pauses
 * are alike (Titze, "Principles of Voice Production", 1994; Goldman-Eisler, "Psycholinguistics", 1968).
 * Models that draw the pitch as a smooth curve, and cuts that take breaths out or put equal silences in,
 * differ. The pitch is that of um_product_pitch; roughness is how far it lies from a parabola through 90 ms
 * of it (dsp/contour.h). No paper measured this number: docs/signals/voice_prosody.md says what it is worth.
 */
#include "base/base.h"
#include "dsp/contour.h"
#include "dsp/stats.h"
#include "signals/figures.h"
#include <math.h>
#include <string.h>
#include <unmask/signal.h>

enum {
    STRETCH = 512, /* frames: what is longer goes on as another one */
    LEAST = 5,     /* frames of voice: less is a stray one in noise */
    BLOCK = 100,   /* deviations: a second of voice */
    TOLD = 16,     /* pieces of evidence of a kind */
    PAUSES = 8     /* before their spread is told */
};
static const double FRAME_S = (double)UM_FRAME_HOP / UM_SOUND_HZ;
static const double NEEDED_S = 1.5;    /* of voice in stretches of 90 ms or more */
static const double TYPICAL_CENTS = 7; /* the median of real voices of train */
static const double SMOOTH_CENTS = 2;  /* the least in a second of them was 2.9 */
static const double FINEST_CENTS = .1; /* what pitch is told to */
static const double GLIDE_CENTS = 15; /* in 80 ms, the median: pitch that stands still is music or a monk's */
static const double SPOKEN_S = .6;    /* the mean voiced stretch of speech is shorter, of song longer */
static const double PAUSE_S = .3;     /* without voice: longer than any consonant */
static const double BREATH_S = 20; /* people breathe every 3 to 6 s as they speak, and hardly later than 15 */
static const double VOICED_LOW = .3, VOICED_HIGH = .85; /* of speech without pauses; beyond it is none */
static const double ALIKE = .1;                         /* half of the pauses within so much of the median */
static const double LONGEST_S = 5;                      /* of pauses, more is another part of the recording */
static const double RATE_S = 5;                         /* for which the rate is told */
static const double MOST_CENTS = 100;                   /* of deviations */

typedef struct run { /* of voice without a pause */
    double from_s, to_s, voiced_s;
} run;

typedef struct prosody {
    double cents[STRETCH];
    int n;                  /* of the stretch that is under way */
    int64_t next;           /* index of the frame that follows */
    double block[BLOCK];    /* deviations, cents */
    double glide[BLOCK];    /* by which the pitch moves in 80 ms there */
    int n_block, stretches; /* stretches: that the block has a part of */
    double block_s, stretches_s;
    double smooth_from_s, smooth_to_s, smooth_cents; /* blocks in a row; to 0: none */
    int n_smooth, n_breathless;
    run run;
    um_histogram deviations, pauses, pitch;
    double voiced_s, first_s, last_s; /* of all stretches */
    int64_t n_stretches;
    int n_rate; /* stretches since rate_s */
    double rate_s;
    int rough, rate;
    um_findings *out; /* only during a callback */
} prosody;

static double time_of(int64_t index)
{
    return um_frame_time(index);
}

/* ---- evidence ---- */

static um_status tell_smooth(prosody *s, um_error *err)
{
    const bool any = s->smooth_to_s > 0 && s->n_smooth++ < TOLD;
    const double to_s = s->smooth_to_s;
    s->smooth_to_s = 0;
    return any ? um_findings_evidence(
                     s->out, um_file_subject(), s->smooth_from_s, to_s, NULL, err,
                     "the pitch glides, and wavers by %.1f cents only; of people's voices by "
                     "4 to 14. Models draw such curves, and so do song, music and software that corrects "
                     "pitch",
                     s->smooth_cents)
               : UM_OK;
}

static um_status end_run(prosody *s, um_error *err)
{
    const run r = s->run;
    const double length = r.to_s - r.from_s, share = r.voiced_s / fmax(length, FRAME_S);
    s->run = (run){0};
    if (length < BREATH_S || share < VOICED_LOW || share > VOICED_HIGH || s->n_breathless++ >= TOLD)
        return UM_OK;
    return um_findings_evidence(
        s->out, um_file_subject(), r.from_s, r.to_s, NULL, err,
        "nobody pauses for breath (%.1f s) in %.0f s of speech: people do every few "
        "seconds. Cut, speeded up or made, or several speak, or music fills the pauses",
        PAUSE_S, length);
}

/* A second of voice is complete at to_s. */
static um_status end_block(prosody *s, double to_s, um_error *err)
{
    const double rough = um_median(s->block, BLOCK), glide = um_median(s->glide, BLOCK);
    um_status st = um_findings_point(s->out, s->rough, (s->block_s + to_s) / 2, rough, err);
    const bool smooth =
        rough < SMOOTH_CENTS && glide >= GLIDE_CENTS && s->stretches_s <= SPOKEN_S * s->stretches;
    if (st == UM_OK && smooth) {
        s->smooth_from_s = s->smooth_to_s > 0 ? s->smooth_from_s : s->block_s;
        s->smooth_cents = s->smooth_to_s > 0 ? fmax(s->smooth_cents, rough) : rough;
        s->smooth_to_s = to_s;
    } else if (st == UM_OK)
        st = tell_smooth(s, err);
    s->n_block = s->stretches = 0;
    s->stretches_s = 0;
    return st;
}

/* ---- stretches of voice ---- */

static um_status measure(prosody *s, double from_s, um_error *err)
{
    double off[STRETCH];
    const int n = um_contour_deviations(off, s->cents, s->n);
    um_status st = UM_OK;
    bool counted = false; /* among the stretches of the block */
    for (int i = 0; i < n && st == UM_OK; i++) {
        const double at_s = from_s + (i + UM_CONTOUR_REACH) * FRAME_S;
        um_histogram_add(&s->deviations, fabs(off[i]));
        if (!s->n_block)
            s->block_s = at_s;
        if (!counted) {
            s->stretches++;
            s->stretches_s += s->n * FRAME_S;
        }
        counted = true;
        s->glide[s->n_block] = fabs(s->cents[i + 2 * UM_CONTOUR_REACH] - s->cents[i]);
        s->block[s->n_block++] = fabs(off[i]);
        if (s->n_block == BLOCK) {
            st = end_block(s, at_s, err);
            counted = false;
        }
    }
    s->voiced_s += n * FRAME_S;
    return st;
}

/* Of the stretch that began at from_s. */
static um_status follow_rate(prosody *s, double from_s, bool goes_on, um_error *err)
{
    const double since_s = s->rate_s;
    const int n = s->n_rate;
    if (!n || from_s < since_s + RATE_S) {
        s->rate_s = n ? since_s : from_s;
        s->n_rate += !goes_on;
        return UM_OK;
    }
    s->rate_s = from_s;
    s->n_rate = !goes_on;
    return um_findings_point(s->out, s->rate, (since_s + from_s) / 2, n / (from_s - since_s), err);
}

/* The stretch that ends before the frame `stop`. */
static um_status end_stretch(prosody *s, int64_t stop, bool goes_on, um_error *err)
{
    const double from_s = time_of(stop - s->n), to_s = time_of(stop), gap_s = from_s - s->last_s;
    um_status st = UM_OK;
    if (s->n >= LEAST && s->run.voiced_s > 0 && gap_s >= PAUSE_S) {
        if (gap_s < LONGEST_S)
            um_histogram_add(&s->pauses, gap_s);
        st = end_run(s, err);
    }
    if (s->n >= LEAST && st == UM_OK) {
        s->first_s = s->n_stretches ? s->first_s : from_s;
        s->run.from_s = s->run.voiced_s > 0 ? s->run.from_s : from_s;
        s->run.to_s = s->last_s = to_s;
        s->run.voiced_s += s->n * FRAME_S;
        s->n_stretches += !goes_on;
        st = follow_rate(s, from_s, goes_on, err);
    }
    if (s->n >= LEAST && st == UM_OK)
        st = measure(s, from_s, err);
    s->n = 0;
    return st;
}

static um_status start(prosody *s, um_error *err)
{
    um_status st = um_histogram_init(&s->deviations, 1000, 0, MOST_CENTS, err);
    if (st == UM_OK)
        st = um_histogram_init(&s->pauses, 500, 0, LONGEST_S, err);
    if (st == UM_OK)
        st = um_histogram_init(&s->pitch, 600, 0, 600, err);
    if (st == UM_OK)
        st = um_findings_series(s->out, &s->rough, um_file_subject(), "roughness of the pitch", "cents", err);
    if (st == UM_OK)
        st = um_findings_series(s->out, &s->rate, um_file_subject(), "voiced stretches", "per s", err);
    return st;
}

static um_status take(prosody *s, const um_signal_input *in, um_error *err)
{
    const um_pitch_frames *pitch;
    um_status st = um_product_pitch(&pitch, in->products, err);
    if (st == UM_OK && pitch->n && !s->deviations.count)
        st = start(s, err);
    for (int i = 0; st == UM_OK && i < pitch->n; i++) {
        const um_pitch_frame *f = &pitch->frame[i];
        const bool jumps = f->index != s->next;
        if (s->n && (jumps || f->hz <= 0 || s->n == STRETCH))
            st = end_stretch(s, s->next, !jumps && f->hz > 0, err);
        if (st == UM_OK && jumps) { /* nobody knows what was said in between */
            s->n_rate = 0;
            st = end_run(s, err);
        }
        s->next = f->index + 1;
        if (st < 0 || f->hz <= 0)
            continue;
        s->cents[s->n++] = um_cents(f->hz);
        um_histogram_add(&s->pitch, f->hz);
    }
    return st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure_, um_findings *out,
                      um_error *err)
{
    prosody *s = state;
    s->out = out;
    return in->sound ? take(s, in, err) : UM_OK;
}

/* ---- told ---- */

static um_status tell_pauses(const prosody *s, um_error *err)
{
    const um_histogram *h = &s->pauses;
    const double low = um_histogram_quantile(h, .25), middle = um_histogram_quantile(h, .5),
                 high = um_histogram_quantile(h, .75);
    if (h->n < PAUSES || high - low > ALIKE * middle)
        return UM_OK;
    return um_findings_evidence(
        s->out, um_file_subject(), s->first_s, s->last_s, NULL, err,
        "the %d pauses are nearly all alike: half of them last %.2f to %.2f s. People's "
        "differ; equal silences are put in by software, or keep the beat of music",
        (int)h->n, low, high);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    prosody *s = state;
    char pauses[60] = "no pause";
    s->out = out;
    um_status st = take(s, in, err);
    if (st < 0)
        return st;
    if (!s->deviations.count)
        return um_findings_skip(out, um_file_subject(), err, "there is no sound");
    if (s->n && (st = end_stretch(s, s->next, false, err)) < 0)
        return st;
    if ((st = end_run(s, err)) < 0 || (st = tell_smooth(s, err)) < 0)
        return st;
    if (s->voiced_s < NEEDED_S)
        return um_findings_skip(out, um_file_subject(), err, "too little voice: %.1f s, %.1f s needed",
                                um_short_of(s->voiced_s, NEEDED_S), NEEDED_S);
    if ((st = tell_pauses(s, err)) < 0)
        return st;
    const double rough = um_histogram_quantile(&s->deviations, .5);
    if (s->pauses.n)
        snprintf(pauses, sizeof pauses, "%d pause%s, median %.2f s", (int)s->pauses.n,
                 s->pauses.n > 1 ? "s" : "", um_histogram_quantile(&s->pauses, .5));
    return um_findings_score(
        out, um_file_subject(), log2(TYPICAL_CENTS / fmax(rough, FINEST_CENTS)), err,
        "The pitch wavers by %.1f cents around a smooth curve (real voices mostly 4 to 14); "
        "median %.0f Hz, %.1f voiced stretches per second, %s",
        um_round(rough, .1), um_round(um_histogram_quantile(&s->pitch, .5), 1),
        (double)s->n_stretches / (s->last_s - s->first_s), pauses);
}

static void end(void *state)
{
    prosody *s = state;
    um_histogram_clear(&s->deviations);
    um_histogram_clear(&s->pauses);
    um_histogram_clear(&s->pitch);
}

const um_signal um_signal_voice_prosody = {
    .name = "voice_prosody",
    .family = "sound",
    .question = "Does the voice move as people's voices do?",
    .meaning =
        "How much smoother the pitch is than that of most real voices, in octaves: some generators draw it "
        "as a smooth curve. Noise, telephones, hoarse voices and vocoders roughen it: below 0 says nothing. "
        "Song and music move otherwise than speech, which is no sign of forgery. By itself it decides "
        "nothing.",
    .score_unit = "octaves smoother than real voices",
    .paper = "Titze, Principles of Voice Production, 1994; Goldman-Eisler, Psycholinguistics, 1968",
    .version = 1,
    .needs = UM_NEED_SOUND | UM_NEED_PITCH,
    .state_size = sizeof(prosody),
    .push = push,
    .finish = finish,
    .end = end,
};
