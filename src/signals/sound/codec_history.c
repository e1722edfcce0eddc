/* SPDX-License-Identifier: GPL-3.0-or-later */
/* codec_history.c: which lossy encoders the sound went through before, and do their frames run through?
 *
 * dsp/codec_grid.h: an encoder's rounding shows when the sound is transformed again on the same frames. Herre
 * & Schug, AES 109th Convention, 2000; Yang, Shi & Huang, ACM MM&Sec 2008: where something was cut out of a
 * decoded recording, its frames begin elsewhere from there on. Differences: one transform at every offset is
 * looked for in a stretch now and then, as nothing else is affordable; in between it is only asked whether
 * the frames are still where they were. */
#include "dsp/codec_grid.h"
#include "dsp/stats.h"
#include "signals/figures.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

static const double LOOK_S = 2;    /* from look to look */
static const double SEARCH_S = 30; /* from search to search: each costs as much as 25 looks */
/* Until the next search at first, and where frames that were known are not there any more: then twice as long
 * each time, so that a quilt of cuts costs little more, and less with each look at which they are there. */
static const double AGAIN_S = 4, AGAIN_LESS_S = .5;
static const double LOUD = 1e-6; /* mean square of a stretch: softer sound has no coefficients to lose */
/* MP3 and AAC, of which fewer frames are looked through. Speech taken to another rate, so that no frames are
 * left, was never beyond both (docs/signals/codec_history.md). */
static const double CLEAR[] = {7, 6};      /* um_grid_found.times */
static const double BESIDE[] = {1.5, 1.5}; /* ranges */
enum {
    CHECKED = 6, /* frames that are asked for */
    COARSE = 4,  /* frames in which AAC is looked for, every other one: */
    STEP = 2,    /* quiet and sharp beginnings have no zeros, and come together */
    APART = 13,  /* samples, the furthest offset beside */
    STRETCH = UM_GRID_REACH_MAX + (UM_GRID_FRAMES + 1) * UM_GRID_HOP_MAX,
    EARLY = 3, /* searches that come sooner: recordings are short, and begin softly */
    MOVES = 64
};
static const int OFFSETS[] = {-APART, -8, -5, -3, 3, 5, 8, APART, 0};
enum { N_OFFSETS = sizeof OFFSETS / sizeof *OFFSETS };

typedef enum encoder { MP3, AAC, ENCODERS } encoder;
typedef struct trace {
    um_grid_kind kind;
    int offset;      /* of a frame, modulo the hop, by samples of the recording; -1: not known */
    int64_t seen_at; /* the last stretch in which they were there; -1: none since a gap */
    int64_t looks;   /* in which they were */
    int last;        /* the offset, also when a gap came since */
} trace;

typedef struct history {
    um_codec_grid grid;
    int rate_hz, n, room;
    float *kept; /* [n], the first of them sample `first` */
    int64_t first, next, search_at, again_at;
    double again_s;
    int64_t looks, searches, moves;
    trace trace[ENCODERS], other[ENCODERS]; /* other: a second grid of the same encoder */
    int series;
    um_findings *out; /* only during a callback */
} history;

static const char *const NAME[ENCODERS] = {"MP3", "AAC"}, *const CODEC[ENCODERS] = {"mp3", "aac"};

static int offset_in(const trace *t, int64_t at)
{
    const int hop = um_grid_hop(t->kind), ahead = (int)((t->offset - at % hop + hop) % hop);
    return ahead < APART ? ahead + hop : ahead; /* room for what is beside it */
}

/* Do frames begin there? By how many ranges of the offsets beside it fewer coefficients are active. */
static double beside(history *h, const trace *t, int64_t at)
{
    const float *x = h->kept + (at - h->first) + offset_in(t, at);
    const int hop = um_grid_hop(t->kind);
    double low = INFINITY, high = 0, v = 0;
    um_codec_grid_weigh(&h->grid, t->kind, x);
    for (int i = 0; i < N_OFFSETS; i++) {
        v = 0;
        for (int f = 0; f < CHECKED; f++)
            v += um_codec_grid_active(&h->grid, t->kind, x + OFFSETS[i] + f * hop);
        if (OFFSETS[i]) {
            low = fmin(low, v);
            high = fmax(high, v);
        }
    }
    return (low - v) / (high - low + CHECKED); /* 0 is the last of them */
}

/* ---- where frames move ---- */

/* The sample between from and to at which the frames of the one offset end and those of the other begin: the
 * sum of what either says is greatest there. */
static int64_t border(history *h, const trace *old, const trace *new, int64_t from, int64_t to)
{
    const int hop = um_grid_hop(old->kind);
    double sum = 0, best = -INFINITY;
    int64_t found = from;
    um_codec_grid_weigh(&h->grid, new->kind, h->kept + (to - STRETCH - h->first));
    for (int64_t at = from; at + 4 * hop <= to; at += hop) {
        const float *x = h->kept + (at - h->first);
        sum += um_codec_grid_active(&h->grid, new->kind, x + offset_in(new, at)) -
               um_codec_grid_active(&h->grid, old->kind, x + offset_in(old, at));
        if (sum > best) {
            best = sum;
            found = at + hop;
        }
    }
    return found + um_grid_reach(old->kind) / 2;
}

static um_status tell_move(history *h, encoder e, const trace *new, int64_t at, um_error *err)
{
    const trace *old = &h->trace[e];
    const int hop = um_grid_hop(new->kind);
    double from_s = (double)old->seen_at / h->rate_hz, to_s = (double)(at + STRETCH) / h->rate_hz;
    if (h->moves++ >= MOVES)
        return UM_OK;
    if (old->seen_at >= h->first) {
        const double s = (double)border(h, old, new, old->seen_at, at + STRETCH) / h->rate_hz;
        from_s = s - (double)hop / h->rate_hz;
        to_s = s + (double)hop / h->rate_hz;
    }
    return um_findings_evidence(
        h->out, um_file_subject(), fmax(from_s, 0), to_s, NULL, err,
        "the frames of %s move by %d samples near %.2f s: sound was taken out or put in there after it "
        "had been decoded",
        NAME[e], (new->offset - old->offset + hop) % hop, (from_s + to_s) / 2);
}

/* ---- looks ---- */

static um_status found(history *h, encoder e, const trace *new, int64_t at, um_error *err)
{
    trace *t = &h->trace[e];
    um_status st = UM_OK;
    if (t->seen_at == at) /* by another window */
        return UM_OK;
    if (t->offset >= 0 && t->offset != new->offset && t->seen_at >= 0)
        st = tell_move(h, e, new, at, err);
    t->kind = new->kind;
    t->offset = t->last = new->offset;
    t->seen_at = at;
    return st;
}

/* Of those that are known alone where their frames are lost: it costs less. */
static um_status search(history *h, int64_t at, bool lost, um_error *err)
{
    double active[UM_GRID_HOP_MAX];
    um_status st = UM_OK;
    for (encoder e = 0; e < ENCODERS && st == UM_OK; e++) {
        if (lost && h->trace[e].offset < 0)
            continue;
        const um_grid_kind kind = e == MP3                  ? UM_GRID_MP3
                                  : h->trace[e].offset >= 0 ? h->trace[e].kind
                                  : h->searches & 1         ? UM_GRID_AAC_SINE
                                                            : UM_GRID_AAC_KBD; /* in turn */
        const int hop = um_grid_hop(kind);
        int n = 0;
        um_grid_found clear[2];
        um_codec_grid_weigh(&h->grid, kind, h->kept + (at - h->first));
        um_codec_grid_search(&h->grid, active, kind, h->kept + (at - h->first),
                             e == MP3 ? UM_GRID_FRAMES : COARSE, e == MP3 ? 1 : STEP);
        um_grid_clearest(clear, active, hop);
        for (int i = 0; i < 2 && st == UM_OK; i++) {
            const trace here = {.kind = kind, .offset = (int)((at + clear[i].offset) % hop), .seen_at = at};
            if (clear[i].times < CLEAR[e] || beside(h, &here, at) < BESIDE[e])
                continue;
            if (n++ == 0)
                st = found(h, e, &here, at, err);
            else
                h->other[e] = here;
        }
    }
    h->searches++;
    return st;
}

static bool is_known(const history *h)
{
    return h->trace[MP3].offset >= 0 || h->trace[AAC].offset >= 0;
}

static um_status look(history *h, int64_t at, um_error *err)
{
    const float *x = h->kept + (at - h->first);
    double power = 0, most = -INFINITY;
    bool known = false, there = false;
    um_status st = UM_OK;
    for (int i = 0; i < STRETCH; i++)
        power += (double)x[i] * (double)x[i];
    if (power < LOUD * STRETCH)
        return UM_OK;
    h->looks++;
    for (encoder e = 0; e < ENCODERS; e++) {
        trace *t = &h->trace[e];
        if (t->offset < 0)
            continue;
        const double times = beside(h, t, at);
        known = true;
        most = fmax(most, times);
        if (times >= BESIDE[e]) {
            t->seen_at = at;
            there = true;
        }
    }
    if (known)
        st = um_findings_point(h->out, h->series, (double)(at + STRETCH / 2) / h->rate_hz, most, err);
    if (there)
        h->again_s = fmax(h->again_s - AGAIN_LESS_S, AGAIN_S);
    const bool due = at >= h->search_at, lost = known && !there && at >= h->again_at;
    if (st == UM_OK && (due || lost)) {
        st = search(h, at, !due, err);
        h->again_at = at + (int64_t)(h->again_s * h->rate_hz);
        if (lost)
            h->again_s = fmin(2 * h->again_s, SEARCH_S);
        if (due)
            h->search_at =
                at + (int64_t)((is_known(h) || h->searches >= EARLY ? SEARCH_S : AGAIN_S) * h->rate_hz);
    }
    for (encoder e = 0; e < ENCODERS; e++)
        h->trace[e].looks += h->trace[e].seen_at == at;
    return st;
}

/* ---- samples ---- */

static void restart(history *h, int64_t first)
{
    h->n = 0;
    h->first = h->next = h->again_at = h->search_at = first;
    for (int k = 0; k < ENCODERS; k++) /* frames may begin elsewhere: it is another part of the stream */
        h->trace[k].offset = h->trace[k].seen_at = -1;
}

static um_status start(history *h, int rate_hz, um_error *err)
{
    const um_status st = um_codec_grid_init(&h->grid, err);
    if (st < 0)
        return st;
    h->rate_hz = rate_hz;
    h->again_s = AGAIN_S;
    h->room = (int)(2 * LOOK_S * rate_hz) + 2 * STRETCH;
    h->kept = um_calloc((size_t)h->room, sizeof *h->kept);
    if (!h->kept)
        return um_fail_oom(err);
    restart(h, 0);
    return um_findings_series(h->out, &h->series, um_file_subject(), "zeros on an encoder's frames", "times",
                              err);
}

static um_status take(history *h, const float *samples, int n, um_error *err)
{
    um_status st = UM_OK;
    while (n > 0 && st == UM_OK) {
        if (h->n == h->room) { /* what is kept reaches back to the look before */
            const int drop = h->room / 2 - STRETCH;
            memmove(h->kept, h->kept + drop, (size_t)(h->n - drop) * sizeof *h->kept);
            h->n -= drop;
            h->first += drop;
        }
        const int part = n < h->room - h->n ? n : h->room - h->n;
        for (int i = 0; i < part; i++)
            h->kept[h->n + i] = isfinite(samples[i]) ? (float)um_clampd((double)samples[i], -8, 8) : 0;
        h->n += part;
        samples += part;
        n -= part;
        for (; h->next + STRETCH <= h->first + h->n && st == UM_OK; h->next += (int64_t)(LOOK_S * h->rate_hz))
            st = look(h, h->next, err);
    }
    return st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    history *h = state;
    const um_sound *sound = in->sound;
    um_status st = UM_OK;
    h->out = out;
    if (!sound || sound->n < 1)
        return UM_OK;
    if (!h->kept && (st = start(h, sound->rate_hz, err)) < 0)
        return st;
    if (sound->rate_hz != h->rate_hz)
        return UM_OK; /* a damaged stream that changes its rate: the first one is judged */
    if (sound->first != h->first + h->n)
        restart(h, sound->first);
    return take(h, sound->mono, sound->n, err);
}

/* ---- the end ---- */

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    history *h = state;
    const um_subject file = um_file_subject();
    const char *own = in->media && in->media->audio_codec ? in->media->audio_codec : "";
    char words[200] = "", *end = words;
    if (!h->kept)
        return um_findings_skip(out, file, err, "there is no sound");
    if (!h->looks)
        return um_findings_skip(out, file, err, "too short or too soft: %.1f s at once above -60 dBFS needed",
                                ceil(10. * STRETCH / h->rate_hz) / 10);
    for (encoder e = 0; e < ENCODERS; e++) {
        const trace *t = &h->trace[e];
        if (!t->looks)
            continue;
        end += snprintf(end, sizeof words - (size_t)(end - words),
                        "%s%s%s from sample %d on (%lld of %lld stretches%s)", end > words ? " and " : "",
                        NAME[e], strcmp(own, CODEC[e]) ? "" : " of the file itself", t->last,
                        (long long)t->looks, (long long)h->looks, h->other[e].seen_at ? ", twice" : "");
    }
    if (end == words)
        return um_findings_score(out, file, 0, err,
                                 "No frames of MP3 or AAC show in %lld stretches of sound: it was not "
                                 "encoded so, or resampled, mixed or encoded again since",
                                 (long long)h->looks);
    return um_findings_score(
        out, file, (double)h->moves, err, "The sound went through %s; that is common. Its frames %s", words,
        h->moves ? "move, as they do where decoded sound was cut" : "run through without a break");
}

static void end(void *state)
{
    history *h = state;
    um_codec_grid_clear(&h->grid);
    free(h->kept);
}

const um_signal um_signal_codec_history = {
    .name = "codec_history",
    .family = "sound",
    .question = "Which lossy encoders did the sound go through, and do their frames run through?",
    .meaning =
        "How often the frames of an earlier MP3 or AAC encoding move. Encoders cut sound into frames of one "
        "length and leave zeros that show on these frames alone; what is cut out of decoded sound moves "
        "them. That sound was an MP3 before is common and says nothing; jingles, music beds and edited "
        "broadcasts are honest cuts.",
    .score_unit = "moves",
    .paper = "Herre & Schug, AES 109th Convention, 2000; Yang, Shi & Huang, ACM MM&Sec, 2008, DOI "
             "10.1145/1411328.1411334",
    .version = 1,
    .needs = UM_NEED_SOUND,
    .state_size = sizeof(history),
    .push = push,
    .finish = finish,
    .end = end,
};
