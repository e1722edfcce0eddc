/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turns.c: stretches of speech put together to voices. */
#include "voice/turns.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = UM_SPEAKER_SIZE, ITEMS = UM_TURNS_ITEMS, VOICES = UM_TURNS_VOICES };

/* Chosen on conversations made of speakers of train rows (docs/signals/speaker_turns.md). */
static const double SAME = .35;        /* mean cosine from which two clusters are one voice */
static const int LEAST = 6;            /* steps: what speaks less is no voice of its own */
static const double CHANGE = 1.5;      /* cosines that a change of the voice costs, */
static const int PAUSE = 2;            /* but for one after so many steps of silence: half of it */
static const int ROUNDS = 2;           /* of paths, each with the voices of the one before */
static const double POINT_SCALE = 127; /* of what is kept of a point */

typedef struct item { /* a cluster */
    double sum[SIZE];
    int n, near;     /* near: the one most like it, -1: there is no other */
    double likeness; /* to that */
    int into;        /* what it has become, by number; its own */
} item;

typedef struct step {
    um_turn_step told;
    int item;
    int8_t point[SIZE];
} step;

struct um_turns {
    item item[ITEMS];
    int n_items;
    step *step;
    size_t capacity;
    int n;
    um_turn_step *told;
};

um_status um_turns_new(um_turns **out, um_error *err)
{
    *out = um_calloc(1, sizeof **out);
    return *out ? UM_OK : um_fail_oom(err);
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

static double likeness(const item *a, const item *b)
{
    double sum = 0;
    for (int k = 0; k < SIZE; k++)
        sum += a->sum[k] * b->sum[k];
    return sum / a->n / b->n;
}

static void find_near(um_turns *t, int i)
{
    item *a = &t->item[i];
    a->near = -1;
    a->likeness = -INFINITY;
    for (int j = 0; j < t->n_items; j++) {
        if (j == i || !alive(t, j))
            continue;
        const double like = likeness(a, &t->item[j]);
        if (like > a->likeness) {
            a->likeness = like;
            a->near = j;
        }
    }
}

static void merge(um_turns *t, int a, int b)
{
    item *to = &t->item[a];
    for (int k = 0; k < SIZE; k++)
        to->sum[k] += t->item[b].sum[k];
    to->n += t->item[b].n;
    t->item[b].into = a;
    find_near(t, a);
    for (int i = 0; i < t->n_items; i++) {
        item *c = &t->item[i];
        if (i == a || !alive(t, i))
            continue;
        if (c->near == a || c->near == b)
            find_near(t, i);
        else if (likeness(c, to) > c->likeness) {
            c->likeness = likeness(c, to);
            c->near = a;
        }
    }
}

/* The nearest first, as long as they are at least so alike and there are more than `stop`. */
static void gather(um_turns *t, double at_least, int stop)
{
    for (int i = 0; i < t->n_items; i++)
        find_near(t, i);
    for (int left = t->n_items; left > stop; left--) {
        int best = -1;
        for (int i = 0; i < t->n_items; i++)
            if (alive(t, i) && t->item[i].near >= 0 &&
                (best < 0 || t->item[i].likeness > t->item[best].likeness))
                best = i;
        if (best < 0 || t->item[best].likeness < at_least)
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

um_status um_turns_add(um_turns *t, int64_t at, const float point[SIZE], um_error *err)
{
    if (t->n == UM_TURNS_STEPS)
        return UM_OK;
    if (!um_grow(&t->step, &t->capacity, (size_t)t->n + 1, UM_TURNS_STEPS, sizeof *t->step))
        return um_fail_oom(err);
    if (t->n_items == ITEMS) {
        gather(t, -INFINITY, ITEMS / 2);
        compact(t);
    }
    step *s = &t->step[t->n++];
    item *i = &t->item[t->n_items];
    *i = (item){.n = 1, .into = t->n_items};
    *s = (step){.told.at = at, .item = t->n_items++};
    for (int k = 0; k < SIZE; k++) {
        i->sum[k] = (double)point[k];
        s->point[k] = (int8_t)lrint(um_clampd((double)point[k], -1, 1) * POINT_SCALE);
    }
    return UM_OK;
}

/* ---- voices ---- */

typedef struct voices {
    double centre[VOICES][SIZE]; /* of length 1 / POINT_SCALE: times a kept point, the cosine */
    int steps[VOICES], n;
} voices;

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
    for (int j = 0; j < v->n; j++) {
        double square = 1e-12;
        for (int k = 0; k < SIZE; k++)
            square += v->centre[j][k] * v->centre[j][k];
        for (int k = 0; k < SIZE; k++)
            v->centre[j][k] /= sqrt(square) * POINT_SCALE;
    }
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
        const bool counts = v->n < VOICES && (!i || t->item[i].n >= LEAST);
        number[t->item[i].into] = counts ? v->n++ : VOICES;
    }
    for (int i = 0; i < t->n; i++)
        t->step[i].item = number[t->step[i].item];
    find_centres(v, t);
}

static double cosine(const voices *v, int voice, const step *s)
{
    double sum = 0;
    for (int k = 0; k < SIZE; k++)
        sum += v->centre[voice][k] * s->point[k];
    return sum;
}

/* The path of the greatest sum of cosines less what changes cost. */
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
            next[j] = (changes ? best[top] - cost : best[j]) + cosine(v, j, &t->step[i]);
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
        number[j] = j == most || v->steps[j] >= LEAST ? n++ : VOICES;
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
    gather(t, SAME, 1);
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
