/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slices.c: the set as a whole, and cut by its fields. */
#include "evaluate/evaluation.h"
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static um_status add_slice(um_evaluation *e, const char *field, const char *value, um_error *err)
{
    if (!um_grow(&e->slice, &e->slice_capacity, e->n_slices + 1, UM_EVALUATION_SLICES, sizeof *e->slice))
        return e->n_slices == UM_EVALUATION_SLICES
                   ? um_fail(err, UM_ENOMEM, "'%s' has too many values to divide by", field)
                   : um_fail_oom(err);
    um_slice *s = &e->slice[e->n_slices++];
    snprintf(s->field, sizeof s->field, "%s", field);
    s->value = value;
    return UM_OK;
}

/* A slice for each value that a fake has. */
static um_status cut_by(um_evaluation *e, const char *field, um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    size_t n = 0;
    const char **value = um_calloc(all, sizeof *value);
    um_status st = value ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < all && st == UM_OK; i++) {
        const um_example *x = um_dataset_at(e->set, i);
        const char *text = um_example_field(x, field);
        if (!text)
            st = um_fail(err, UM_EINVAL, "'%s': no field of a labelled set", field);
        else if (x->label == UM_LABEL_FAKE && *text)
            value[n++] = text;
    }
    if (st == UM_OK && n)
        qsort(value, n, sizeof *value, by_text);
    for (size_t i = 0; i < n && st == UM_OK; i++)
        if (!i || strcmp(value[i], value[i - 1]) != 0)
            st = add_slice(e, field, value[i], err);
    free(value);
    return st;
}

static um_status cut(um_evaluation *e, const char *by, um_error *err)
{
    um_status st = add_slice(e, "", "", err);
    while (by && *by && st == UM_OK) {
        char field[sizeof e->slice->field];
        const size_t n = strcspn(by, ",");
        if (n >= sizeof field)
            return um_fail(err, UM_EINVAL, "--by: no such field");
        memcpy(field, by, n);
        field[n] = 0;
        by += n + (by[n] == ',');
        st = cut_by(e, field, err);
    }
    return st;
}

static void cast(char *role, const um_evaluation *e, um_slice *s)
{
    const size_t n = um_dataset_count(e->set);
    s->own_reals = false;
    for (int pass = 0; pass < 2; pass++) /* which reals depends on whether the slice has its own */
        for (size_t i = 0; i < n; i++) {
            const um_example *x = um_dataset_at(e->set, i);
            const bool same = !*s->field || !strcmp(um_example_field(x, s->field), s->value);
            const bool real = x->label == UM_LABEL_REAL, fake = x->label == UM_LABEL_FAKE;
            s->own_reals |= real && same;
            role[i] = fake && same ? 2 : real && (same || !s->own_reals) ? 1 : 0;
        }
}

static void count(um_slice *s, const um_evaluation *e, const char *role)
{
    for (size_t i = 0; e->call && i < um_dataset_count(e->set); i++) {
        um_calls *c = role[i] == 2 ? &s->fake : &s->real;
        if (role[i])
            (*(e->call[i] > 0 ? &c->manipulated : e->call[i] < 0 ? &c->untouched : &c->undecided))++;
    }
}

static um_status measure(um_cell **out, const um_evaluation *e, const um_detector *d, size_t n,
                         const char *role, um_error *err)
{
    um_status st = (*out = um_calloc(n, sizeof **out)) ? UM_OK : um_fail_oom(err);
    for (size_t k = 0; k < n && st == UM_OK; k++)
        st = um_evaluation_cell(&(*out)[k], e, &d[k], role, err);
    return st;
}

um_status um_evaluation_measure(um_evaluation *e, const char *by, um_error *err)
{
    char *role = um_calloc(um_dataset_count(e->set), 1);
    um_status st = role ? cut(e, by, err) : um_fail_oom(err);
    for (size_t i = 0; i < e->n_slices && st == UM_OK; i++) {
        um_slice *s = &e->slice[i];
        cast(role, e, s);
        count(s, e, role);
        st = measure(&s->cell, e, e->detector, e->n_detectors, role, err);
        if (st == UM_OK)
            st = measure(&s->cue, e, e->cue, e->n_cues, role, err);
    }
    free(role);
    return st;
}
