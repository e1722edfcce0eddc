/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turns.c: stretches of speech put together to voices. */
#include "voice/turns.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = UM_SPEAKER_SIZE, ITEMS = UM_TURNS_ITEMS, VOICES = UM_TURNS_VOICES, AROUND = UM_TURNS_AROUND };

/* Chosen on conversations made of speakers of train rows (docs/signals/speaker_turns.md). */
static const double LIMIT = 0; /* log odds from which two clusters are two voices */
/* variance of a voice that does not fall with more of it (mood, distance): in any number, and per spread */
static const double DRIFT = .05, DRIFTS = .05;
/* what speaks less is no voice of its own: steps, or this part of all of them, but no more than so many */
enum { LEAST = 6, PART = 50, ENOUGH = 20 };
static const double SHARE = .1; /* of a step in the likelihood of a path: steps overlap, and are no normal */
static const double CHANGE = 4; /* what a change of the voice costs in it, */
static const int PAUSE = 2;     /* but for one after so many steps of silence: half of it */
static const int ROUNDS = 2;    /* of paths, each with the voices of the one before */
/* squared distance below which a step is heard again; others are 10 to 30 and more, of clean sound 4 and more
 */
static const double REPEATED = 6;
/* Points of some recordings vary more within a turn than those the model is learnt from, of others less: as a
 * variance, of which the root counts, from so many pairs of steps on, and not below the steadiest. */
enum { BINS = 64, OF_ONE = 32, PAIRS = 5 }; /* OF_ONE: bins up to 1; so up to 2 */
static const double STEADIEST = .5;
static const double PARTS = 256; /* in which a number of a point is kept */
static const double FARTHEST = INT16_MAX / 256;

typedef struct item { /* a cluster */
    double mean[SIZE];
    int n, near;   /* near: the one most like it, -1: there is no other */
    double unlike; /* log odds that it is another voice */
    int into;      /* what it has become, by number; its own */
} item;

typedef struct step {
    um_turn_step told;
    int item;
    int16_t point[SIZE];
    bool again; /* is an earlier one, played once more: no new evidence */
} step;

struct um_turns {
    double spread[SIZE];
    item item[ITEMS];
    int n_items;
    int varies[BINS + 1], n_varies; /* histogram; its last bin: more */
    double unrest;                  /* as of the last gather() */
    step *step;
    size_t capacity;
    int n, n_new; /* n_new: without those heard again */
    um_turn_step *told;
};

um_status um_turns_new(um_turns **out, const double spread[SIZE], um_error *err)
{
    if (!(*out = um_calloc(1, sizeof **out)))
        return um_fail_oom(err);
    memcpy((*out)->spread, spread, sizeof(*out)->spread);
    return UM_OK;
}

void um_turns_free(um_turns **turns)
{
    if (*turns) {
        free((*turns)->step);
        free((*turns)->told);
    }
    free(*turns);
    *turns = NULL;
}

/* ---- clusters ---- */

static bool alive(const um_turns *t, int i)
{
    return t->item[i].into == i;
}

/* Of the mean of n points. Neighbours share most of their sound: n steps in a row are that of n + AROUND - 1.
 */
static double variance(int n)
{
    return (double)AROUND / (n + AROUND - 1);
}

/* log p(difference | two voices) / p(difference | one) */
static double odds(const um_turns *t, const item *a, const item *b)
{
    const double steps = variance(a->n) + variance(b->n);
    double sum = 0, ratio = 1;
    for (int k = 0; k < SIZE; k++) {
        const double d = a->mean[k] - b->mean[k], more = 2 * t->spread[k];
        const double one = steps + 2 * (DRIFT + DRIFTS * t->spread[k]), two = one + more;
        sum += d * d * more / (one * two);
        ratio *= two / one;
    }
    return (sum / t->unrest - log(ratio)) / 2;
}

static void find_near(um_turns *t, int i)
{
    item *a = &t->item[i];
    a->near = -1;
    a->unlike = INFINITY;
    for (int j = 0; j < t->n_items; j++) {
        if (j == i || !alive(t, j))
            continue;
        const double unlike = odds(t, a, &t->item[j]);
        if (unlike < a->unlike) {
            a->unlike = unlike;
            a->near = j;
        }
    }
}

static void merge(um_turns *t, int a, int b)
{
    item *to = &t->item[a], *from = &t->item[b];
    const int n = to->n + from->n;
    for (int k = 0; k < SIZE; k++)
        to->mean[k] = (to->n * to->mean[k] + from->n * from->mean[k]) / n;
    to->n = n;
    from->into = a;
    find_near(t, a);
    for (int i = 0; i < t->n_items; i++) {
        item *c = &t->item[i];
        if (i == a || !alive(t, i))
            continue;
        if (c->near == a || c->near == b) {
            find_near(t, i);
            continue;
        }
        const double unlike = odds(t, c, to);
        if (unlike < c->unlike) {
            c->unlike = unlike;
            c->near = a;
        }
    }
}

static double distance(const int16_t a[SIZE], const int16_t b[SIZE], double most)
{
    double sum = 0;
    for (int k = 0; k < SIZE && sum < most * PARTS * PARTS; k++) {
        const double d = a[k] - b[k];
        sum += d * d;
    }
    return sum / (PARTS * PARTS);
}

/* The last step and the one AROUND before it, if all between speak: most often both are of one turn, so that
 * the median of such pairs is of one voice. They share no sound. */
static void count_pair(um_turns *t)
{
    const step *s = &t->step[t->n - 1];
    if (t->n <= AROUND || s->told.at - s[-AROUND].told.at != AROUND)
        return;
    const double varies = distance(s->point, s[-AROUND].point, INFINITY) / (2 * SIZE);
    t->varies[(int)lrint(fmin(varies * OF_ONE, BINS))]++;
    t->n_varies++;
}

static double find_unrest(const um_turns *t)
{
    int bin = 0;
    if (t->n_varies < PAIRS)
        return 1;
    for (int n = t->varies[0]; 2 * n < t->n_varies; n += t->varies[bin])
        bin++;
    return sqrt(fmax((double)bin / OF_ONE, STEADIEST));
}

/* The nearest first, as long as the odds are below the limit and there are more than `stop`. */
static void gather(um_turns *t, double limit, int stop)
{
    t->unrest = find_unrest(t);
    for (int i = 0; i < t->n_items; i++)
        find_near(t, i);
    for (int left = t->n_items; left > stop; left--) {
        int best = -1;
        for (int i = 0; i < t->n_items; i++)
            if (alive(t, i) && t->item[i].near >= 0 && (best < 0 || t->item[i].unlike < t->item[best].unlike))
                best = i;
        if (best < 0 || t->item[best].unlike >= limit)
            break;
        const int other = t->item[best].near;
        merge(t, best < other ? best : other, best < other ? other : best);
    }
}

/* Leaves only what is alive, and gives the steps the new numbers. */
static void compact(um_turns *t)
{
    int number[ITEMS] = {0}, n = 0;
    for (int i = 0; i < t->n_items; i++)
        if (alive(t, i))
            number[i] = n++;
    for (int i = 0; i < t->n; i++) {
        int k = t->step[i].item;
        while (!alive(t, k))
            k = t->item[k].into;
        t->step[i].item = number[k];
    }
    n = 0;
    for (int i = 0; i < t->n_items; i++)
        if (alive(t, i)) {
            t->item[n] = t->item[i];
            t->item[n].into = n;
            n++;
        }
    t->n_items = n;
}

/* The first step of the same sound, or NULL; steps nearer than AROUND share some of theirs in any case. */
static const step *heard_before(const um_turns *t, const step *s)
{
    for (int i = 0; i < t->n && s->told.at - t->step[i].told.at >= AROUND; i++)
        if (!t->step[i].again && distance(t->step[i].point, s->point, REPEATED) < REPEATED)
            return &t->step[i];
    return NULL;
}

static int add_item(um_turns *t, const float point[SIZE])
{
    item *i = &t->item[t->n_items];
    *i = (item){.n = 1, .into = t->n_items};
    for (int k = 0; k < SIZE; k++)
        i->mean[k] = um_clampd((double)point[k], -FARTHEST, FARTHEST);
    return t->n_items++;
}

um_status um_turns_add(um_turns *t, int64_t at, const float point[SIZE], um_error *err)
{
    if (t->n == UM_TURNS_STEPS)
        return UM_OK;
    if (!um_grow(&t->step, &t->capacity, (size_t)t->n + 1, UM_TURNS_STEPS, sizeof *t->step))
        return um_fail_oom(err);
    step s = {.told.at = at};
    for (int k = 0; k < SIZE; k++)
        s.point[k] = (int16_t)lrint(um_clampd((double)point[k], -FARTHEST, FARTHEST) * PARTS);
    const step *before = heard_before(t, &s);
    if (before) {
        s.again = true;
        s.item = before->item;
    } else {
        if (t->n_items == ITEMS) {
            gather(t, INFINITY, ITEMS / 2);
            compact(t);
        }
        s.item = add_item(t, point);
        t->n_new++;
    }
    t->step[t->n++] = s;
    count_pair(t);
    return UM_OK;
}

/* ---- voices ---- */

typedef struct voices {
    double centre[VOICES][SIZE]; /* in the parts of kept points */
    int steps[VOICES], n;
} voices;

static int least_steps(const um_turns *t)
{
    return um_clampi(t->n_new / PART, LEAST, ENOUGH);
}

/* From the steps, each with the number of its voice in `item`; those of a voice without a step are passed
 * over. */
static void find_centres(voices *v, const um_turns *t)
{
    memset(v->centre, 0, sizeof v->centre);
    memset(v->steps, 0, sizeof v->steps);
    for (int i = 0; i < t->n; i++) {
        const step *s = &t->step[i];
        if (s->item >= v->n)
            continue; /* none as yet */
        v->steps[s->item]++;
        for (int k = 0; k < SIZE; k++)
            v->centre[s->item][k] += s->point[k];
    }
    for (int j = 0; j < v->n; j++)
        for (int k = 0; k < SIZE; k++)
            v->centre[j][k] /= v->steps[j] ? v->steps[j] : 1;
}

static int larger_first(const void *a, const void *b)
{
    const item *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : (x->into > y->into) - (x->into < y->into);
}

/* The clusters that speak enough, the largest one in any case; steps of the others have the number VOICES. */
static void choose(voices *v, um_turns *t)
{
    int number[ITEMS] = {0};
    qsort(t->item, (size_t)t->n_items, sizeof *t->item, larger_first);
    v->n = 0;
    for (int i = 0; i < t->n_items; i++) {
        const bool counts = v->n < VOICES && (!i || t->item[i].n >= least_steps(t));
        number[t->item[i].into] = counts ? v->n++ : VOICES;
    }
    for (int i = 0; i < t->n; i++)
        t->step[i].item = number[t->step[i].item];
    find_centres(v, t);
}

/* Log likelihood of a step, if that voice speaks. */
static double fits(const um_turns *t, const voices *v, int voice, const step *s)
{
    const double all = 1 + variance(v->steps[voice]);
    double sum = 0;
    for (int k = 0; k < SIZE; k++) {
        const double d = s->point[k] - v->centre[voice][k];
        sum += d * d;
    }
    return -(sum / (PARTS * PARTS * all * t->unrest) + SIZE * log(all)) / 2;
}

/* The likeliest path, less what changes cost. */
static um_status follow(um_turns *t, const voices *v, um_error *err)
{
    double best[VOICES] = {0}, next[VOICES];
    uint8_t(*from)[VOICES] = um_calloc((size_t)t->n, sizeof *from);
    if (!from)
        return um_fail_oom(err);
    for (int i = 0; i < t->n; i++) {
        const bool paused = i && t->step[i].told.at - t->step[i - 1].told.at > PAUSE;
        const double cost = paused ? CHANGE / 2 : CHANGE;
        int top = 0;
        for (int j = 1; j < v->n; j++)
            top = best[j] > best[top] ? j : top;
        for (int j = 0; j < v->n; j++) {
            const bool changes = best[top] - cost > best[j];
            from[i][j] = (uint8_t)(changes ? top : j);
            next[j] = (changes ? best[top] - cost : best[j]) + SHARE * fits(t, v, j, &t->step[i]);
        }
        memcpy(best, next, sizeof best);
    }
    int at = 0;
    for (int j = 1; j < v->n; j++)
        at = best[j] > best[at] ? j : at;
    for (int i = t->n - 1; i >= 0; i--) {
        t->step[i].item = at;
        at = from[i][at];
    }
    free(from);
    return UM_OK;
}

/* Voices that the path left with too little are none. */
static void drop_small(voices *v, um_turns *t)
{
    int number[VOICES] = {0}, n = 0, most = 0;
    for (int j = 1; j < v->n; j++)
        most = v->steps[j] > v->steps[most] ? j : most;
    for (int j = 0; j < v->n; j++)
        number[j] = j == most || v->steps[j] >= least_steps(t) ? n++ : VOICES;
    for (int i = 0; i < t->n; i++)
        t->step[i].item = number[t->step[i].item];
    v->n = n;
    find_centres(v, t);
}

static int number_in_order(um_turns *t)
{
    int number[VOICES], n = 0;
    for (int j = 0; j < VOICES; j++)
        number[j] = -1;
    for (int i = 0; i < t->n; i++) {
        int *own = &number[t->step[i].item];
        if (*own < 0)
            *own = n++;
        t->told[i] = (um_turn_step){t->step[i].told.at, *own};
    }
    return n;
}

um_status um_turns_finish(const um_turn_step **out, int *n, int *n_voices, um_turns *t, um_error *err)
{
    voices v = {0};
    um_status st = UM_OK;
    if (!(t->told = um_calloc((size_t)t->n + 1, sizeof *t->told)))
        return um_fail_oom(err);
    gather(t, LIMIT, 1);
    compact(t);
    choose(&v, t);
    for (int i = 0; i < ROUNDS && st == UM_OK; i++) {
        if ((st = follow(t, &v, err)) < 0)
            break;
        find_centres(&v, t);
        drop_small(&v, t);
        st = follow(t, &v, err);
    }
    if (st < 0)
        return st;
    *out = t->told;
    *n = t->n;
    *n_voices = number_in_order(t);
    return UM_OK;
}
