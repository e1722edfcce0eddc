/* SPDX-License-Identifier: GPL-3.0-or-later */
/* robustness.c: the set once more under each condition; a detector is measured on the recordings of which it
 * said something as they are, so that the difference is the condition's. */
#include "evaluate/evaluation.h"
#include "evaluate/scratch.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_named(const char *names, const char *name)
{
    const size_t n = strlen(name);
    if (!strcmp(names, "all"))
        return true;
    for (const char *at = names; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, name, n) && (!at[n] || at[n] == ','))
            return true;
    }
    return false;
}

um_status um_evaluation_conditions(size_t *n, const char *names, um_error *err)
{
    char shown[120];
    size_t wanted = 1;
    *n = 0;
    for (const char *at = names; *at; at++)
        wanted += *at == ',';
    for (const um_condition *c = um_conditions; c->name; c++)
        *n += is_named(names, c->name);
    if (*n < wanted)
        return um_fail(err, UM_EINVAL, "'%s': not all of these are conditions",
                       um_printable(shown, sizeof shown, names));
    return UM_OK;
}

/* One detector, as it is and under the condition. What is silent under it is counted. */
static um_status compare(um_robust *r, const um_evaluation *e, um_evaluation *under, size_t k, char *role,
                         um_error *err)
{
    const um_detector *plain = &e->detector[k],
                      *changed = um_evaluation_detector(under, plain->name, plain->kind);
    for (size_t i = 0; i < um_dataset_count(e->set); i++) {
        const um_example *x = um_dataset_at(e->set, i);
        const bool in = under->answered[i] && !isnan(plain->score[i]);
        role[i] = !in ? 0 : x->label == UM_LABEL_FAKE ? 2 : 1;
    }
    um_status st = changed ? um_evaluation_cell(&r->plain[k], e, plain, role, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = um_evaluation_cell(&r->under[k], e, changed, role, err);
    return st;
}

static um_status under_one(um_robust *r, um_evaluation *e, const um_evaluate_options *opt,
                           const um_pass *pass, um_error *err)
{
    const size_t n = um_dataset_count(e->set);
    um_evaluation *under = um_calloc(1, sizeof *under);
    char *role = um_calloc(n, 1);
    um_status st = UM_OK;
    r->condition = pass->condition;
    r->plain = um_calloc(e->n_detectors, sizeof *r->plain);
    r->under = um_calloc(e->n_detectors, sizeof *r->under);
    if (!under || !role || !r->plain || !r->under || !(under->answered = um_calloc(n, 1)))
        st = um_fail_oom(err);
    if (st == UM_OK) {
        under->set = e->set; /* lent */
        st = um_evaluation_analyse(under, opt, pass, err);
        r->n_failures = under->n_failures;
    }
    for (size_t k = 0; k < e->n_detectors && st == UM_OK; k++)
        st = compare(r, e, under, k, role, err);
    if (under)
        under->set = NULL;
    um_evaluation_free(&under);
    free(role);
    return st;
}

um_status um_evaluation_robustness(um_evaluation *e, const um_evaluate_options *opt, um_error *err)
{
    size_t n;
    um_scratch_sweep();
    um_status st = um_evaluation_conditions(&n, opt->robustness, err);
    if (st == UM_OK && !(e->robust = um_calloc(n, sizeof *e->robust)))
        st = um_fail_oom(err);
    for (const um_condition *c = um_conditions; c->name && st == UM_OK; c++)
        if (is_named(opt->robustness, c->name)) {
            const size_t before = opt->cues ? 2 : 1;
            const um_pass pass = {c, e->n_robust + before, n + before};
            st = under_one(&e->robust[e->n_robust++], e, opt, &pass, err);
        }
    return st;
}
