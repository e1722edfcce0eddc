/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibrate.c: the scores of signals on a labelled set, fitted into a calibration. */
#include "evaluate/evaluation.h"
#include "fusion/calibration_write.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

/* What is drawn together: the source, or else what hangs together by group or pair. */
typedef struct unit {
    const char *source; /* "": by cluster */
    uint32_t cluster;
    size_t score; /* its place among the scores */
    bool fake;
} unit;

static int by_unit(const void *a, const void *b)
{
    const unit *p = a, *q = b;
    const int order = strcmp(p->source, q->source);
    return p->fake != q->fake         ? p->fake - q->fake
           : order                    ? order
           : *p->source               ? 0
           : p->cluster != q->cluster ? (p->cluster > q->cluster) - (p->cluster < q->cluster)
                                      : 0;
}

/* Of the recordings that may be learnt from, and of them those with use[i]; NULL: all. */
static void gather(um_fit_score *score, unit *unit_of, size_t *n, const um_evaluation *e,
                   const double *score_of, const bool *use)
{
    *n = 0;
    for (size_t i = 0; i < um_dataset_count(e->set); i++) {
        const um_example *x = um_dataset_at(e->set, i);
        if (!um_example_is_train(x) || !isfinite(score_of[i]) || (use && !use[i]))
            continue;
        score[*n] = (um_fit_score){score_of[i], x->label == UM_LABEL_FAKE, 0};
        unit_of[*n] = (unit){x->source, e->cluster[i], *n, x->label == UM_LABEL_FAKE};
        (*n)++;
    }
    if (*n)
        qsort(unit_of, *n, sizeof *unit_of, by_unit);
    for (size_t i = 0; i < *n; i++) {
        const bool first = !i || unit_of[i].fake != unit_of[i - 1].fake;
        score[unit_of[i].score].group =
            first ? 0 : score[unit_of[i - 1].score].group + (by_unit(&unit_of[i], &unit_of[i - 1]) != 0);
    }
}

static void tell(um_buf *b, const char *name, const um_fit *f)
{
    um_buf_printf(b, "%-20s ", name);
    if (f->outcome == UM_FIT_FEW) {
        um_buf_printf(b, "left out: %zu real, %zu fake recordings of train\n", f->n[0], f->n[1]);
        return;
    }
    if (f->outcome == UM_FIT_WEAK) {
        um_buf_printf(b, "left out: AUC %.3f, slope %+.3f on %zu real, %zu fake recordings\n", f->auc,
                      f->slope, f->n[0], f->n[1]);
        return;
    }
    um_buf_printf(
        b, "AUC %.3f, EER %.3f on %zu real (%d sources), %zu fake (%d); log10 LR %.2f to %.2f, sigma %.2f; ",
        f->auc, f->equal_error, f->n[0], f->groups[0], f->n[1], f->groups[1],
        um_calibration_log_lr(&f->line, f->line.score_min),
        um_calibration_log_lr(&f->line, f->line.score_max), f->line.sigma);
    if (f->manipulated.from < UM_CALL_NEVER)
        um_buf_printf(b, "manipulated from %.2f (%d fake, %d real), ", f->manipulated.from,
                      f->manipulated.n_right, f->manipulated.n_wrong);
    else
        um_buf_text(b, "manipulated never, ");
    if (f->untouched.from < UM_CALL_NEVER)
        um_buf_printf(b, "untouched from %.2f (%d real, %d fake)\n", -f->untouched.from, f->untouched.n_right,
                      f->untouched.n_wrong);
    else
        um_buf_text(b, "untouched never\n");
}

/* Fits of all detectors that are signals. */
static um_status fit_all(um_fitted *fitted, size_t *n, um_buf *said, const um_evaluation *e, um_error *err)
{
    const size_t most = um_dataset_count(e->set);
    um_fit_score *score = um_calloc(most, sizeof *score);
    unit *unit_of = um_calloc(most, sizeof *unit_of);
    um_status st = score && unit_of ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; st == UM_OK && i < e->n_detectors; i++) {
        const um_detector *d = &e->detector[i];
        const um_signal *signal = um_signal_find(d->name);
        size_t n_scores;
        if (!signal)
            continue;
        um_fitted *f = &fitted[*n];
        *f = (um_fitted){.signal = signal->name, .network = d->network, .version = signal->version};
        gather(score, unit_of, &n_scores, e, d->score, NULL);
        st = um_fit_scores(&f->fit, score, n_scores, err);
        if (st == UM_OK) {
            tell(said, d->name, &f->fit);
            *n += f->fit.outcome == UM_FIT_DONE;
        }
    }
    free(score);
    free(unit_of);
    return st;
}

um_status um_evaluation_line(um_fit *out, const um_evaluation *e, const double *score_of, const bool *use,
                             um_error *err)
{
    const size_t most = um_dataset_count(e->set);
    um_fit_score *score = um_calloc(most, sizeof *score);
    unit *unit_of = um_calloc(most, sizeof *unit_of);
    size_t n;
    um_status st = score && unit_of ? UM_OK : um_fail_oom(err);
    if (st == UM_OK) {
        gather(score, unit_of, &n, e, score_of, use);
        st = um_fit_line(out, score, n, err);
    }
    free(score);
    free(unit_of);
    return st;
}

um_status um_evaluation_calibration(char **out, char **said, const um_evaluation *e, const char *base,
                                    const char *name, const char *data, const char *command, um_error *err)
{
    um_buf b;
    size_t n = 0;
    um_buf_init(&b, (size_t)1 << 20);
    um_fitted *fitted = um_calloc(e->n_detectors, sizeof *fitted);
    *out = *said = NULL;
    um_status st = fitted ? fit_all(fitted, &n, &b, e, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = um_calibration_write(out, base, name, fitted, n, data, command, err);
    free(fitted);
    *said = um_buf_take(&b);
    if (st == UM_OK && !*said)
        st = um_fail_oom(err);
    if (st < 0) {
        free(*out);
        free(*said);
        *out = *said = NULL;
    }
    return st;
}
