/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_splices.c: where was the sound cut? Moments at which something jumps that does not jump by itself.
 *
 * - The wave: Cooper, "Detecting butt-spliced edits in forensic digital audio recordings", AES 39th
 * Conference, 2010 (dsp/predict.h).
 * - The background: noise levels before and after, as Pan, Zhang & Lyu, "Detecting splicing in digital audios
 *   using local noise level estimation", ICASSP 2012, but from the quietest moments of some seconds on each
 *   side, in bands (dsp/background.h). A change of bandwidth is one of the bands above it.
 * - Digital silence, and the line around which the sound swings (sound/standstill.h).
 *
 * What is found within MERGE_S becomes one boundary. Each mark has a strength: its number over the limit from
 * which it counts; a boundary has the sum of those of its marks. The score is the strongest boundary. */
#include "dsp/background.h"
#include "dsp/predict.h"
#include "dsp/stats.h"
#include "signals/figures.h"
#include "signals/sound/standstill.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

/* Limits. On the real recordings of the train rows each leaves the false alarms that the page tells. */
static const double STEP_DB = 15;       /* of the wave, above what is around */
static const double CHANGE_TIMES = 2.5; /* of the background, in its own deviations */
static const double LINE_TIMES = 4;     /* of the line, in its own deviations */
static const double LOUD = 1e-7;        /* of what cannot be foretold: a step of a thousandth of full scale */
/* Per minute, and more than FEW in all: silences are those of a gate or an encoder, and changes of the
 * background are notes of music that goes on without a rest. */
static const double OFTEN = 6, FEW = 2;
static const double HIGH_DB = 15,
                    LOW_DB = 5; /* a change of the band: above 4.4 kHz at least, below at most */

static const double MERGE_S = .15; /* marks of one boundary */
static const double EVERY_S = .1;  /* backgrounds are compared */
static const double ALONE_S = 1;   /* within so long, the moment of the greatest change is the moment */
static const double SERIES_S = .5; /* of the wave */
static const double EDGE_S = .25;  /* recordings begin and end with silence, and abruptly */
static const double NEEDED_S = 1;
enum { BOUNDARIES = 256, SILENCES = 32 };

typedef enum mark { STEP, SILENCE, LINE, BACKGROUND, BANDWIDTH, N_MARKS } mark; /* the sharpest first */

typedef struct boundary {
    double from_s, to_s, t_s;
    double strength[N_MARKS]; /* the number over its limit; 0: no such mark */
    double number[N_MARKS];
    um_change change;
} boundary;

typedef struct splices {
    int rate_hz, hop; /* 0: no sound yet; samples from frame to frame */
    um_background background;
    int64_t base, base_frame, expected; /* frame base_frame begins at sample base, the next one at expected */
    int64_t next, every;                /* frames: the next comparison, and from one to the next */
    um_change best;                     /* the greatest change within ALONE_S that is not told yet */
    int64_t best_at;
    um_jumps jumps;
    um_standstill still;
    double part_s, part_db;    /* of the series of the wave */
    um_standstill_event moved; /* the greatest move of the line, not told yet */
    boundary boundary[BOUNDARIES];
    int n;
    bool more; /* weaker ones, that had no room */
    int64_t n_silences;
    double silence[SILENCES][2]; /* from, to */
    double most;                 /* strength of any mark, also below its limit */
    int wave, changes;
    um_findings *out; /* only during a callback */
} splices;

/* ---- the list ---- */

static double strength(const boundary *b)
{
    double sum = 0;
    for (int k = 0; k < N_MARKS; k++)
        sum += b->strength[k];
    return sum;
}

static boundary *place(splices *s, double from_s, double to_s)
{
    boundary *weakest = s->boundary;
    for (int i = 0; i < s->n; i++) {
        boundary *b = &s->boundary[i];
        if (from_s <= b->to_s + MERGE_S && to_s >= b->from_s - MERGE_S)
            return b;
        if (strength(b) < strength(weakest))
            weakest = b;
    }
    if (s->n < BOUNDARIES)
        weakest = &s->boundary[s->n++];
    else
        s->more = true;
    *weakest = (boundary){.from_s = from_s, .to_s = to_s, .t_s = (from_s + to_s) / 2};
    return weakest;
}

static void add(splices *s, mark kind, double from_s, double to_s, double number, double limit,
                const um_change *change)
{
    s->most = fmax(s->most, number / limit);
    if (number < limit || from_s < EDGE_S)
        return;
    boundary *b = place(s, from_s, to_s);
    if (number / limit <= b->strength[kind])
        return;
    int sharpest = 0;
    while (sharpest < N_MARKS && !(b->strength[sharpest] > 0))
        sharpest++;
    b->strength[kind] = number / limit;
    b->number[kind] = number;
    if (change)
        b->change = *change;
    if ((int)kind <= sharpest) { /* it says best where the boundary is */
        b->from_s = from_s;
        b->to_s = to_s;
        b->t_s = (from_s + to_s) / 2;
    }
}

/* ---- marks ---- */

static um_status take_jump(void *user, int64_t sample, double contrast_db, double power, um_error *err)
{
    splices *s = user;
    const double t_s = (double)sample / s->rate_hz;
    um_status st = UM_OK;
    if (t_s >= s->part_s + SERIES_S || t_s < s->part_s) {
        if (s->part_db > 0)
            st = um_findings_point(s->out, s->wave, s->part_s + SERIES_S / 2, s->part_db, err);
        s->part_s = SERIES_S * floor(t_s / SERIES_S);
        s->part_db = 0;
    }
    s->part_db = fmax(s->part_db, power >= LOUD ? contrast_db : 0);
    if (power >= LOUD && t_s >= EDGE_S)
        add(s, STEP, t_s, t_s, fmax(contrast_db, 0), STEP_DB, NULL);
    return st;
}

static void tell_line(splices *s)
{
    const double t_s = (double)s->moved.at / s->rate_hz;
    if (s->moved.compared)
        add(s, LINE, t_s, t_s, s->moved.times, LINE_TIMES, NULL);
    s->moved = (um_standstill_event){0};
}

static um_status take_still(void *user, const um_standstill_event *e, um_error *err)
{
    splices *s = user;
    (void)err;
    if (e->compared) {
        if (s->moved.compared && e->at > s->moved.at + ALONE_S * s->rate_hz)
            tell_line(s);
        if (e->times > s->moved.times)
            s->moved = *e;
        return UM_OK;
    }
    if (s->n_silences < SILENCES) {
        s->silence[s->n_silences][0] = (double)e->from / s->rate_hz;
        s->silence[s->n_silences][1] = (double)e->to / s->rate_hz;
    }
    s->n_silences++;
    return UM_OK;
}

/* Seconds at the centre of a frame. */
static double time_of(const splices *s, int64_t frame)
{
    return (double)(s->base + (frame - s->base_frame) * s->hop + s->hop) / s->rate_hz;
}

static void tell_change(splices *s)
{
    const um_change *c = &s->best;
    if (s->best.times > 0)
        add(s, fabs(c->high_db) >= HIGH_DB && fabs(c->low_db) <= LOW_DB ? BANDWIDTH : BACKGROUND,
            time_of(s, c->from), time_of(s, c->to), c->times, CHANGE_TIMES, c);
    s->best.times = 0;
}

/* Backgrounds are compared up to the frame behind which `behind` frames are known. */
static um_status compare(splices *s, int behind, um_error *err)
{
    um_status st = UM_OK;
    um_change c;
    for (; s->next + behind <= s->background.first + s->background.n && st == UM_OK; s->next += s->every) {
        if (!um_background_compare(&c, &s->background, s->next))
            continue;
        st = um_findings_point(s->out, s->changes, time_of(s, s->next), c.times, err);
        if (s->next > s->best_at + ALONE_S / EVERY_S * s->every)
            tell_change(s);
        if (c.times > s->best.times) {
            s->best = c;
            s->best_at = s->next;
        }
    }
    return st;
}

static um_status end_run(splices *s, um_error *err)
{
    const um_status st = compare(s, s->background.least, err);
    tell_change(s);
    tell_line(s);
    return st;
}

static um_status take_spectrum(splices *s, int64_t first, const double *power, um_error *err)
{
    um_status st = UM_OK;
    if (first != s->expected) {
        st = end_run(s, err);
        um_background_restart(&s->background);
        s->base = first;
        s->base_frame = s->next = s->background.first;
    }
    s->expected = first + s->hop;
    um_background_push(&s->background, power);
    return st == UM_OK ? compare(s, s->background.side, err) : st;
}

static um_status start(splices *s, const um_spectra *spectra, um_error *err)
{
    const int rate_hz = s->rate_hz = spectra->rate_hz, window = spectra->window;
    const double per_s = 2. * rate_hz / window;
    um_status st = UM_OK;
    s->hop = window / 2;
    s->every = (int64_t)ceil(EVERY_S * per_s);
    um_standstill_init(&s->still, rate_hz);
    if (rate_hz >= UM_JUMP_MIN_HZ)
        st = um_jumps_init(&s->jumps, rate_hz, err);
    if (st == UM_OK)
        st = um_background_init(&s->background, spectra->bins, (double)rate_hz / window, per_s, err);
    if (st == UM_OK)
        st = um_findings_series(s->out, &s->wave, um_file_subject(), "jump of the wave", "dB", err);
    if (st == UM_OK)
        st = um_findings_series(s->out, &s->changes, um_file_subject(), "change of the background", "times",
                                err);
    return st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    splices *s = state;
    const um_sound *sound = in->sound;
    const um_spectra *spectra;
    um_status st;
    s->out = out;
    if (!sound || sound->n < 1)
        return UM_OK;
    if ((st = um_product_spectra(&spectra, in->products, err)) < 0)
        return st;
    if (!s->rate_hz && (st = start(s, spectra, err)) < 0)
        return st;
    if (sound->rate_hz != s->rate_hz)
        return UM_OK; /* a damaged stream that changes its rate: the first one is judged */
    if (s->jumps.block)
        st = um_jumps_push(&s->jumps, sound->first, sound->mono, sound->n, take_jump, s, err);
    if (st == UM_OK)
        st = um_standstill_push(&s->still, sound->first, sound->mono, sound->n, take_still, s, err);
    for (int i = 0; i < spectra->n && st == UM_OK; i++)
        st = take_spectrum(s, spectra->first + (int64_t)i * s->hop,
                           spectra->power + (ptrdiff_t)i * spectra->bins, err);
    return st;
}

/* ---- the end ---- */

static bool too_often(const splices *s, int64_t n)
{
    return (double)n > fmax(FEW, OFTEN * (double)s->still.n / s->rate_hz / 60);
}

static bool is_of_background(const boundary *b)
{
    return b->strength[BACKGROUND] > 0 || b->strength[BANDWIDTH] > 0;
}

/* Of boundaries that have a mark beside it, that one stays. */
static void drop_notes(splices *s)
{
    int changes = 0, n = 0;
    for (int i = 0; i < s->n; i++)
        changes += is_of_background(&s->boundary[i]);
    if (!too_often(s, changes))
        return;
    for (int i = 0; i < s->n; i++) {
        boundary *b = &s->boundary[i];
        b->strength[BACKGROUND] = b->strength[BANDWIDTH] = 0;
        if (strength(b) > 0)
            s->boundary[n++] = *b;
    }
    s->n = n;
}

static void add_silences(splices *s, double end_s)
{
    if (s->n_silences > SILENCES || too_often(s, s->n_silences))
        return;
    for (int i = 0; i < s->n_silences; i++)
        for (int k = 0; k < 2; k++)
            if (s->silence[i][0] >= EDGE_S && s->silence[i][1] <= end_s - EDGE_S)
                add(s, SILENCE, s->silence[i][k], s->silence[i][k], s->silence[i][1] - s->silence[i][0],
                    s->silence[i][1] - s->silence[i][0], NULL);
}

static um_status tell(const splices *s, const boundary *b, um_error *err)
{
    char words[200] = "", change[UM_CHANGE_WORDS];
    size_t n = 0;
    const um_change *c = &b->change;
    if (b->strength[STEP] > 0)
        n += (size_t)snprintf(words + n, sizeof words - n, "; the wave jumps, %.0f dB above what is around",
                              b->number[STEP]);
    if (b->strength[SILENCE] > 0)
        n += (size_t)snprintf(words + n, sizeof words - n, "; digital silence of %.2f s", b->number[SILENCE]);
    if (b->strength[LINE] > 0)
        n += (size_t)snprintf(words + n, sizeof words - n, "; the zero line moves");
    if (b->strength[BACKGROUND] > 0)
        n += (size_t)snprintf(words + n, sizeof words - n, "; the background changes, %s",
                              um_change_words(change, c));
    if (b->strength[BANDWIDTH] > 0)
        snprintf(words + n, sizeof words - n, "; the background above 4.4 kHz changes by %.0f dB",
                 um_round(c->high_db, 1));
    return um_findings_evidence(s->out, um_file_subject(), b->from_s, b->to_s, NULL, err,
                                "at %.2f s%s (%.1f times the limit)", b->t_s, words + 1, strength(b));
}

static int by_time(const void *a, const void *b)
{
    const double x = ((const boundary *)a)->t_s, y = ((const boundary *)b)->t_s;
    return (x > y) - (x < y);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    splices *s = state;
    s->out = out;
    if (!s->rate_hz)
        return um_findings_skip(out, um_file_subject(), err, "there is no sound");
    um_status st = um_standstill_end(&s->still, take_still, s, err);
    if (st == UM_OK)
        st = end_run(s, err);
    if (st == UM_OK && s->part_db > 0)
        st = um_findings_point(out, s->wave, s->part_s + SERIES_S / 2, s->part_db, err);
    if (st < 0)
        return st;
    const double heard_s = (double)(s->still.n - s->still.silent) / s->rate_hz,
                 end_s = (double)s->still.next / s->rate_hz;
    if (heard_s < NEEDED_S)
        return um_findings_skip(out, um_file_subject(), err, "too short: %.1f s of sound, %.0f s needed",
                                um_short_of(heard_s, NEEDED_S), NEEDED_S);
    drop_notes(s);
    add_silences(s, end_s);
    int n = 0;
    for (int i = 0; i < s->n; i++) /* not at its end */
        if (s->boundary[i].to_s <= end_s - EDGE_S)
            s->boundary[n++] = s->boundary[i];
    qsort(s->boundary, (size_t)n, sizeof *s->boundary, by_time);
    const boundary *top = NULL;
    for (int i = 0; i < n && st == UM_OK; i++) {
        top = top && strength(top) >= strength(&s->boundary[i]) ? top : &s->boundary[i];
        st = tell(s, &s->boundary[i], err);
    }
    if (st < 0)
        return st;
    if (!top)
        return um_findings_score(
            out, um_file_subject(), fmin(s->most, 1), err,
            "Nothing in %.1f s of sound jumps as it does at a cut; cuts in pauses, and soft "
            "ones, leave no mark",
            heard_s);
    return um_findings_score(
        out, um_file_subject(), strength(top), err,
        "%s%d moment%s in %.1f s of sound that %s could have left, the clearest at %.2f s; cuts "
        "are common in edited recordings",
        s->more ? "More than " : "", n, n == 1 ? "" : "s", heard_s, n == 1 ? "a cut" : "cuts", top->t_s);
}

static void end(void *state)
{
    splices *s = state;
    um_background_clear(&s->background);
    um_jumps_clear(&s->jumps);
}

const um_signal um_signal_sound_splices = {
    .name = "sound_splices",
    .family = "sound",
    .question = "Where could the sound have been cut?",
    .meaning =
        "Moments at which the wave, the background noise, the zero line or silence jumps as recorded sound "
        "hardly does by itself, each with its time. Interviews, podcasts and films are full of honest cuts; "
        "doors, clicks and switched microphones jump, too; a cut in a pause or with a fade often leaves no "
        "mark. A number above 1 is a mark beyond its limit.",
    .score_unit = "times the limit",
    .paper =
        "Cooper, AES 39th Conference, 2010; Pan, Zhang & Lyu, ICASSP 2012, DOI 10.1109/ICASSP.2012.6288260",
    .version = 1,
    .needs = UM_NEED_SOUND | UM_NEED_SPECTRA,
    .state_size = sizeof(splices),
    .push = push,
    .finish = finish,
    .end = end,
};
