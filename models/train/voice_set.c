/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_set.c: lists of voices: their strata, and which of them are set aside. */
#include "voice_set.h"
#include "voice_store.h"
#include <stdlib.h>
#include <string.h>

enum { LEAST = VOICE_STORE_HZ * 3 / 4 }; /* samples: shorter ones would mostly be heard repeating */

/* Of a set that does not say where each recording comes from: the folder below the root. */
static const char *source_of(const um_example *e)
{
    static _Thread_local char folder[128];
    if (*e->source)
        return e->source;
    snprintf(folder, sizeof folder, "%.*s", (int)strcspn(e->name, "/"), e->name);
    return folder;
}

static um_status add_list(voice_set *set, um_dataset *list, const char *held, um_error *err)
{
    const size_t n = um_dataset_count(list);
    voice *grown = realloc(set->voice, ((size_t)set->n + n + 1) * sizeof *grown);
    if (!grown)
        return um_fail_oom(err);
    set->voice = grown;
    for (size_t i = 0; i < n; i++) {
        const um_example *e = um_dataset_at(list, i);
        um_error why = {0};
        voice v = {.about = e, .fake = e->label == UM_LABEL_FAKE};
        if (e->label != UM_LABEL_FAKE && e->label != UM_LABEL_REAL)
            continue;
        if (voice_store_length(&v.n, set->store, e->path, &why) < 0) {
            fprintf(stderr, "left out: %s\n", why.text);
            continue;
        }
        if (v.n < LEAST)
            continue;
        const char *source = source_of(e);
        v.held = held_out(held, source);
        if (!(v.source = source == e->source ? source : um_strdup(source)))
            return um_fail_oom(err);
        set->voice[set->n++] = v;
    }
    return UM_OK;
}

/* ---- strata ---- */

typedef struct keyed {
    const voice *v;
    int number;
    bool by_group;
} keyed;

static const char *second_key(const keyed *k)
{
    return k->by_group ? k->v->about->group : k->v->about->generator;
}

static int by_key(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    int order = strcmp(x->v->source, y->v->source);
    if (!order)
        order = strcmp(second_key(x), second_key(y));
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Recordings by source and speaker, fakes by source and generator. Of a source of n voices, drawn with the
 * weight sqrt(n), strata are drawn with the square root of their size, too: neither does the largest page
 * drown the others, nor is a stratum of one heard all the time. */
static um_status stratify(voice_strata *s, const voice_set *set, bool fake, bool paired, um_error *err)
{
    keyed *key = um_calloc((size_t)set->n + 1, sizeof *key);
    s->item = um_calloc((size_t)set->n + 1, sizeof *s->item);
    s->stratum = um_calloc((size_t)set->n + 1, sizeof *s->stratum);
    if (!key || !s->item || !s->stratum) {
        free(key);
        return um_fail_oom(err);
    }
    for (int i = 0; i < set->n; i++) {
        const voice *v = &set->voice[i];
        if (v->fake == fake && !v->held && (!paired || v->n_pairs))
            key[s->n_items++] = (keyed){v, i, !fake};
    }
    qsort(key, (size_t)s->n_items, sizeof *key, by_key);
    double up_to = 0;
    for (int i = 0, end; i < s->n_items; i = end) { /* a source */
        double roots = 0;
        const int first = s->n;
        for (end = i; end < s->n_items && !strcmp(key[end].v->source, key[i].v->source); end++) {
            if (end == i || strcmp(second_key(&key[end]), second_key(&key[end - 1])) != 0)
                s->stratum[s->n++].first = end;
            s->stratum[s->n - 1].n++;
            s->item[end] = key[end].number;
        }
        for (int k = first; k < s->n; k++)
            roots += sqrt(s->stratum[k].n);
        for (int k = first; k < s->n; k++)
            s->stratum[k].up_to = up_to += sqrt(end - i) * sqrt(s->stratum[k].n) / roots;
    }
    free(key);
    return UM_OK;
}

int voice_set_draw(const voice_strata *s, rng *r)
{
    if (!s->n)
        return -1;
    const double at = rng_float(r, 0, 1) * s->stratum[s->n - 1].up_to;
    int low = 0, high = s->n - 1;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (s->stratum[middle].up_to > at)
            high = middle;
        else
            low = middle + 1;
    }
    return s->item[s->stratum[low].first + rng_int(r, s->stratum[low].n)];
}

/* ---- pairs ---- */

static um_status find_pairs(voice_set *set, um_error *err)
{
    size_t capacity = 0, n = 0;
    for (int i = 0; i < set->n; i++) {
        voice *v = &set->voice[i];
        v->first_pair = (int)n;
        for (int j = 0; v->fake && *v->about->pair_id && j < set->n; j++) {
            const voice *w = &set->voice[j];
            if (w->fake || strcmp(w->about->pair_id, v->about->pair_id) != 0)
                continue;
            if (!um_grow(&set->pair, &capacity, n + 1, (size_t)1 << 26, sizeof *set->pair))
                return um_fail_oom(err);
            set->pair[n++] = j;
            v->n_pairs++;
        }
    }
    return UM_OK;
}

um_status voice_set_read(voice_set *set, const char *const *lists, int n, const char *filter,
                         const char *store, const char *held, um_error *err)
{
    um_status st = UM_OK;
    memset(set, 0, sizeof *set);
    snprintf(set->store, sizeof set->store, "%s", store);
    if (n > VOICE_LISTS)
        return um_fail(err, UM_EINVAL, "more than %d lists of voices", VOICE_LISTS);
    for (int i = 0; i < n && st == UM_OK; i++) {
        if ((st = um_dataset_open(&set->list[i], lists[i], err)) < 0)
            break;
        set->n_lists = i + 1;
        if (filter)
            st = um_dataset_filter(set->list[i], filter, err);
        if (st == UM_OK)
            st = add_list(set, set->list[i], held, err);
    }
    if (st == UM_OK)
        st = find_pairs(set, err);
    if (st == UM_OK)
        st = stratify(&set->real, set, false, false, err);
    if (st == UM_OK)
        st = stratify(&set->fake, set, true, false, err);
    if (st == UM_OK)
        st = stratify(&set->paired, set, true, true, err);
    if (st < 0)
        voice_set_free(set);
    return st;
}

static void strata_free(voice_strata *s)
{
    free(s->item);
    free(s->stratum);
}

void voice_set_free(voice_set *set)
{
    for (int i = 0; i < set->n; i++)
        if (set->voice[i].source != set->voice[i].about->source)
            free((void *)set->voice[i].source);
    strata_free(&set->real);
    strata_free(&set->fake);
    strata_free(&set->paired);
    free(set->pair);
    free(set->voice);
    for (int i = 0; i < set->n_lists; i++)
        um_dataset_free(&set->list[i]);
    memset(set, 0, sizeof *set);
}

void voice_set_add_held(held_list *list, const voice_set *set)
{
    for (int i = 0; i < set->n; i++)
        if (set->voice[i].held)
            held_list_add(list, set->voice[i].about, set->voice[i].source);
}

um_status voice_set_samples(float *out, const voice_set *set, int which, int start, int n, um_error *err)
{
    const voice *v = &set->voice[which];
    int done = 0;
    for (int at = start % v->n; done < n; at = 0) {
        const int some = v->n - at < n - done ? v->n - at : n - done;
        um_status st = voice_store_read(out + done, set->store, v->about->path, at, some, err);
        if (st < 0)
            return st;
        done += some;
    }
    return UM_OK;
}
