/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals/face/lip_voices.h"
#include <math.h>
#include <stdlib.h>

static const double MOUTH_SCALE = 1e4,
                    SOUND_SCALE = 1e3; /* of what is kept: +-3.2 eye distances, +-32 nats */
static const int16_t UNKNOWN = INT16_MIN;
/* By which the lips must agree better with a voice than those of anybody else: as much as a peak over chance.
 */
static const double AHEAD = .15;
/* Deviation of the agreement of lips with foreign sound, times the root of the seconds. */
static const double CHANCE_S = .5;

struct um_lip_block {
    int64_t first;
    int person;
    uint32_t speech, moves; /* bit i: step i */
    int16_t mouth[UM_LIP_BLOCK], sound[UM_LIP_HEARD];
};

static int16_t packed(double value, double scale)
{
    return isnan(value) ? UNKNOWN : (int16_t)lrint(um_clampd(value * scale, -INT16_MAX, INT16_MAX));
}

um_status um_lip_voices_add(um_lip_voices *v, const um_lip_second *s, um_error *err)
{
    int known = 0;
    for (int i = 0; i < UM_LIP_BLOCK; i++)
        known += !isnan(s->mouth[i]);
    if (!known || v->n == UM_LIP_BLOCKS)
        return UM_OK;
    if (!um_grow(&v->block, &v->capacity, (size_t)v->n + 1, UM_LIP_BLOCKS, sizeof *v->block))
        return um_fail_oom(err);
    um_lip_block *b = &v->block[v->n++];
    *b = (um_lip_block){.first = s->first, .person = s->person};
    for (int i = 0; i < UM_LIP_BLOCK; i++) {
        b->mouth[i] = packed(s->mouth[i], MOUTH_SCALE);
        b->speech |= (uint32_t)s->speech[i] << i;
        b->moves |= (uint32_t)s->moves[i] << i;
    }
    for (int i = 0; i < UM_LIP_HEARD; i++)
        b->sound[i] = packed(s->sound[i], SOUND_SCALE);
    return UM_OK;
}

void um_lip_voices_clear(um_lip_voices *v)
{
    free(v->block);
    *v = (um_lip_voices){0};
}

/* Who speaks at this time; -1: nobody. */
static int voice_at(const um_turns_told *t, double t_s)
{
    int lo = 0, hi = t->n; /* the first that begins later */
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (t->step[mid].from_s <= t_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo && t_s < t->step[lo - 1].from_s + t->step_s ? t->step[lo - 1].voice : -1;
}

static void add_step(um_lip_seen *sum, const um_lip_block *b, int i)
{
    const double x = b->mouth[i] / MOUTH_SCALE;
    for (int lag = 0; lag < UM_LIP_LAGS; lag++)
        if (b->sound[i + lag] != UNKNOWN)
            um_pair_add(&sum->at[lag], x, b->sound[i + lag] / SOUND_SCALE);
    if (b->sound[i + UM_LIP_MOST] == UNKNOWN)
        return;
    const bool speech = b->speech >> i & 1, moves = b->moves >> i & 1;
    sum->steps++;
    sum->speech += speech;
    sum->rest += speech && !moves;
}

void um_lip_voices_sum(um_lip_seen *sum, const um_lip_voices *v, const um_turns_told *turns, int voice, int i,
                       const um_lip_person *person)
{
    *sum = (um_lip_seen){.pictures = person->seen->pictures, .pictures_s = person->seen->pictures_s};
    for (const um_lip_block *b = v->block; b < v->block + v->n; b++)
        for (int k = 0; b->person == i && k < UM_LIP_BLOCK; k++)
            if (b->mouth[k] != UNKNOWN && voice_at(turns, (double)(b->first + k) / UM_LIP_RATE) == voice)
                add_step(sum, b, k);
}

/* ---- one voice ---- */

typedef struct rivals {
    int best;            /* whose lips agree best, of those that fit: index; -1: nobody's */
    um_lip_verdict with; /* of that one */
    double second;       /* the best agreement of the others; -1: there is none */
    double longest_s;    /* that a mouth was seen */
} rivals;

static void compare(rivals *r, const um_lip_verdict *v, int i)
{
    r->longest_s = fmax(r->longest_s, v->seconds);
    if (v->fits && (r->best < 0 || v->inside > r->with.inside)) {
        r->second = r->best < 0 ? r->second : fmax(r->second, r->with.inside);
        r->best = i;
        r->with = *v;
    } else
        r->second = fmax(r->second, v->inside); /* NAN: unknown, passed over */
}

static double confidence(const rivals *r)
{
    const double ahead = r->with.inside - fmax(r->second, r->with.second);
    return .5 * erfc(-ahead * sqrt(r->with.seconds) / CHANCE_S / 2); /* of a difference of two: root 2 more */
}

static um_status tell_link(const rivals *r, int voice, const um_lip_person *p, um_findings *out,
                           um_error *err)
{
    char others[60] = "";
    if (r->second > -1)
        snprintf(others, sizeof others, ", that of others at most %.2f", r->second);
    const um_subject who = um_voice_subject(voice);
    um_status st =
        um_findings_score(out, who, r->with.outside - r->with.inside, err,
                          "The mouth of person %d moves during %.0f %% of %.1f s of this voice, and with it "
                          "(agreement %.2f%s): it is "
                          "linked to this person",
                          p->id + 1, 100 * (1 - r->with.rest), r->with.speech_s, r->with.inside, others);
    return st < 0 ? st : um_findings_link(out, voice, p->id, confidence(r), err);
}

static um_status tell_voice(bool *linked, const rivals *r, int voice, const um_lip_person *person,
                            um_findings *out, um_error *err)
{
    const um_subject who = um_voice_subject(voice);
    if (r->best >= 0 && r->with.inside - r->second >= AHEAD) {
        *linked = true;
        return tell_link(r, voice, &person[r->best], out, err);
    }
    if (r->best >= 0)
        return um_findings_skip(
            out, who, err,
            "lips of more than one person move with voice %d, those of person %d best (agreement "
            "%.2f, another %.2f): perhaps two voices that sound alike",
            voice + 1, person[r->best].id + 1, r->with.inside, r->second);
    return um_findings_skip(
        out, who, err,
        "nobody's lips move clearly with voice %d; the mouth that is seen most is seen during "
        "%.1f s of it: somebody off screen, or lips that are hard to see",
        voice + 1, r->longest_s);
}

um_status um_lip_voices_tell(bool *linked, const um_lip_voices *v, const um_turns_told *turns,
                             const um_lip_person *person, int n, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    *linked = false;
    for (int voice = 0; voice < turns->n_voices && turns->n_voices > 1 && n && st == UM_OK; voice++) {
        rivals r = {.best = -1, .second = -1};
        for (int i = 0; i < n; i++) {
            um_lip_seen sum;
            um_lip_voices_sum(&sum, v, turns, voice, i, &person[i]);
            const um_lip_verdict with = um_lip_weigh(&sum);
            compare(&r, &with, i);
        }
        st = tell_voice(linked, &r, voice, person, out, err);
    }
    return st;
}
