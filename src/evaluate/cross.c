/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cross.c: see cross.h. */
#include "evaluate/cross.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 5 };

/* Text that need not end where the value does. */
typedef struct value {
    const char *text;
    size_t n;
} value;

static value value_of(const um_example *x, const char *field)
{
    if (strcmp(field, "set") != 0) {
        const char *text = um_example_field(x, field);
        return (value){text, strlen(text)};
    }
    const char *slash = strchr(x->name, '/');
    return (value){x->name, slash ? (size_t)(slash - x->name) : 0};
}

static int by_text(const void *a, const void *b)
{
    const value *p = a, *q = b;
    const int order = memcmp(p->text, q->text, p->n < q->n ? p->n : q->n);
    return order ? order : (p->n > q->n) - (p->n < q->n);
}

/* One value left out. */
typedef struct view {
    um_evaluation *e;
    const char *field;
    const um_lesson *lesson;
    int n_parts, *part; /* [examples] */
    bool *mine, *use;   /* [examples] of the value; learnt from */
    bool has[2];        /* which classes it has */
    double *learnt;     /* [examples] what the lesson says without it */
    double *ratio;      /* [examples] */
    char *role;
} view;

static void free_view(view *v)
{
    free(v->part);
    free(v->mine);
    free(v->use);
    free(v->learnt);
    free(v->ratio);
    free(v->role);
}

static um_status open_view(view *v, um_error *err)
{
    um_evaluation *e = v->e;
    const size_t n = um_dataset_count(e->set);
    um_error few;
    v->part = um_calloc(n, sizeof *v->part);
    v->mine = um_calloc(n, sizeof *v->mine);
    v->use = um_calloc(n, sizeof *v->use);
    v->learnt = um_calloc(n, sizeof *v->learnt);
    v->ratio = um_calloc(n, sizeof *v->ratio);
    v->role = um_calloc(n, 1);
    if (!v->part || !v->mine || !v->use || !v->learnt || !v->ratio || !v->role)
        return um_fail_oom(err);
    if (v->lesson) {
        v->n_parts = (int)v->lesson->recipe.folds;
        memcpy(v->part, v->lesson->part, n * sizeof *v->part);
        return UM_OK;
    }
    um_status st = UM_EFORMAT; /* few groups: fewer parts; none: nothing can be fitted */
    for (v->n_parts = PARTS; v->n_parts > 1; v->n_parts--)
        if ((st = um_evaluation_parts(v->part, e, v->n_parts, 1, &few)) != UM_EFORMAT)
            break;
    return st == UM_ENOMEM ? um_fail_oom(err) : UM_OK;
}

/* --- values --- */

static um_status list_values(um_evaluation *e, const char *field, um_error *err)
{
    const size_t all = um_dataset_count(e->set);
    size_t n = 0;
    value *v = um_calloc(all, sizeof *v);
    if (!v || !(e->left_out = um_calloc(all, sizeof *e->left_out))) {
        free(v);
        return um_fail_oom(err);
    }
    for (size_t i = 0; i < all; i++) {
        const um_example *x = um_dataset_at(e->set, i);
        const value here = value_of(x, field);
        if (here.n && (x->label == UM_LABEL_REAL || x->label == UM_LABEL_FAKE))
            v[n++] = here;
    }
    if (n)
        qsort(v, n, sizeof *v, by_text);
    for (size_t i = 0; i < n; i++)
        if (!i || by_text(&v[i], &v[i - 1]) != 0)
            e->left_out[e->n_left_out++] = (um_left_out){.value = v[i].text, .length = v[i].n};
    free(v);
    return e->n_left_out ? UM_OK : um_fail(err, UM_EFORMAT, "no recording has a '%s' to leave out", field);
}

static void choose(view *v, const um_left_out *l)
{
    const value wanted = {l->value, l->length};
    v->has[0] = v->has[1] = false;
    for (size_t i = 0; i < um_dataset_count(v->e->set); i++) {
        const um_example *x = um_dataset_at(v->e->set, i);
        const value here = value_of(x, v->field);
        v->mine[i] = !by_text(&here, &wanted);
        if (v->mine[i] && x->label == UM_LABEL_REAL)
            v->has[0] = true;
        if (v->mine[i] && x->label == UM_LABEL_FAKE)
            v->has[1] = true;
    }
}

/* Its own classes alone, or the one and the other class of the rest. */
static void cast(view *v, bool own)
{
    for (size_t i = 0; i < um_dataset_count(v->e->set); i++) {
        const um_label label = um_dataset_at(v->e->set, i)->label;
        const bool fake = label == UM_LABEL_FAKE, mine = v->mine[i];
        const bool in = own ? mine : v->has[1] ? fake == mine : fake != mine;
        v->role[i] = (label == UM_LABEL_REAL || fake) && in ? (char)(fake ? 2 : 1) : 0;
    }
}

/* --- calibrated without it --- */

/* Ratios of a part; a calibration that leaves the signal out says nothing either way. */
static um_status calibrate_part(view *v, const double *score, int part, um_error *err)
{
    const size_t n = um_dataset_count(v->e->set);
    um_fit fit;
    for (size_t i = 0; i < n; i++)
        v->use[i] = !v->mine[i] && v->part[i] != part;
    um_status st = um_evaluation_line(&fit, v->e, score, v->use, err);
    for (size_t i = 0; i < n && st == UM_OK; i++)
        if (v->part[i] == part && isfinite(score[i]))
            v->ratio[i] = fit.outcome == UM_FIT_DONE   ? um_calibration_log_lr(&fit.line, score[i])
                          : fit.outcome == UM_FIT_WEAK ? 0
                                                       : NAN;
    return st;
}

static um_status measure_ratios(um_cell *out, view *v, const um_detector *d, um_error *err)
{
    um_detector calibrated = *d;
    um_status st = UM_OK;
    for (size_t i = 0; i < um_dataset_count(v->e->set); i++)
        v->ratio[i] = NAN;
    for (int p = 0; p < v->n_parts && v->n_parts > 1 && d->kind == UM_SCORE_RANK && st == UM_OK; p++)
        st = calibrate_part(v, d->score, p, err);
    if (d->kind == UM_SCORE_RANK) {
        calibrated.kind = UM_SCORE_RATIO;
        calibrated.score = v->ratio;
    }
    cast(v, v->has[0] && v->has[1]);
    return st < 0 ? st : um_evaluation_cell(out, v->e, &calibrated, v->role, err);
}

/* --- all detectors --- */

static um_status leave_out(um_left_out *l, view *v, um_error *err)
{
    um_evaluation *e = v->e;
    um_status st = UM_OK;
    if (!(l->of = um_calloc(e->n_detectors, sizeof *l->of)))
        return um_fail_oom(err);
    choose(v, l);
    if (v->lesson)
        st = um_lesson_scores(v->learnt, v->lesson, e, v->mine, err);
    for (size_t k = 0; k < e->n_detectors && st == UM_OK; k++) {
        um_detector d = e->detector[k];
        if (v->lesson && !strcmp(d.name, UM_TRAINED))
            d.score = v->learnt;
        cast(v, true);
        st = um_evaluation_cell(&l->of[k].own, e, &d, v->role, err);
        cast(v, false);
        if (st == UM_OK)
            st = um_evaluation_cell(&l->of[k].others, e, &d, v->role, err);
        if (st == UM_OK)
            st = measure_ratios(&l->of[k].ratios, v, &d, err);
    }
    return st;
}

static um_status forecast(um_forecast *f, const um_evaluation *e, size_t k, um_error *err)
{
    double *auc = um_calloc(e->n_left_out, sizeof *auc);
    if (!auc)
        return um_fail_oom(err);
    f->lowest = INFINITY;
    for (size_t i = 0; i < e->n_left_out; i++) {
        const um_left_out *l = &e->left_out[i];
        const um_crossed *c = &l->of[k];
        const double own = c->own.measure[UM_MEASURE_AUC].value;
        const double here = isnan(own) ? c->others.measure[UM_MEASURE_AUC].value : own;
        if (isnan(here) || !c->own.n_fake) /* what has no fakes forecasts no fakes */
            continue;
        auc[f->n++] = here;
        if (here < f->lowest) {
            f->lowest = here;
            f->of = l->value;
            f->of_length = l->length;
        }
    }
    const um_status st = um_evaluation_mean(&f->auc, e, auc, f->n, err);
    free(auc);
    return st;
}

um_status um_evaluation_cross(um_evaluation *e, const char *field, const um_lesson *lesson, um_error *err)
{
    view v = {.e = e, .field = field, .lesson = lesson};
    char shown[120];
    if (strlen(field) >= sizeof e->cross ||
        (strcmp(field, "set") != 0 && !um_example_field(um_dataset_at(e->set, 0), field)))
        return um_fail(err, UM_EINVAL, "'%s': no field of a labelled set",
                       um_printable(shown, sizeof shown, field));
    snprintf(e->cross, sizeof e->cross, "%s", field);
    um_status st = list_values(e, field, err);
    if (st == UM_OK && !(e->forecast = um_calloc(e->n_detectors, sizeof *e->forecast)))
        st = um_fail_oom(err);
    if (st == UM_OK)
        st = open_view(&v, err);
    for (size_t i = 0; i < e->n_left_out && st == UM_OK; i++)
        st = leave_out(&e->left_out[i], &v, err);
    for (size_t k = 0; k < e->n_detectors && st == UM_OK; k++)
        st = forecast(&e->forecast[k], e, k, err);
    free_view(&v);
    return st;
}
