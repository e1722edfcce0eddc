/* SPDX-License-Identifier: GPL-3.0-or-later */
/* predict.c: a trained detector at work. */
#include "base/json.h"
#include "evaluate/answer.h"
#include "evaluate/features.h"
#include "fusion/fusion.h"
#include "learn/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/learn.h>
#include <unmask/signal.h>

enum { DIGITS = 6 };
static const size_t MOST_BYTES = (size_t)64 << 20;

struct um_model {
    um_learnt *learnt;
    um_calibration *calibration;
    char *signals;
};

static um_status name_signals(um_model *m, const char *file, um_error *err)
{
    um_buf b;
    um_buf_init(&b, (size_t)1 << 16);
    for (size_t c = 0; c < m->learnt->columns; c++) {
        const char *name = m->learnt->name[c];
        char signal[64];
        snprintf(signal, sizeof signal, "%.*s", (int)strcspn(name, "."), name);
        if (!um_signal_find(signal)) {
            um_buf_free(&b);
            return um_fail(err, UM_EFORMAT, "%s: wants the signal '%s', which is not there", file, signal);
        }
        bool known = false;
        for (size_t k = 0; k < c && !known; k++)
            known = strcspn(m->learnt->name[k], ".") == strlen(signal) &&
                    !strncmp(m->learnt->name[k], signal, strlen(signal));
        if (!known)
            um_buf_printf(&b, "%s%s", c ? "," : "", signal);
    }
    m->signals = um_buf_take(&b);
    return m->signals ? UM_OK : um_fail_oom(err);
}

um_status um_model_open(um_model **out, const char *folder, um_error *err)
{
    char path[4200];
    um_json *j = NULL;
    um_model *m = um_calloc(1, sizeof *m);
    *out = NULL;
    if (!m)
        return um_fail_oom(err);
    snprintf(path, sizeof path, "%s/model.json", folder);
    um_status st = um_json_read(&j, path, MOST_BYTES, err);
    if (st == UM_OK)
        st = um_learnt_read(&m->learnt, j, path, err);
    if (st == UM_OK)
        st = name_signals(m, path, err);
    snprintf(path, sizeof path, "%s/calibration.json", folder);
    if (st == UM_OK)
        st = um_calibration_load(&m->calibration, path, err);
    um_json_free(&j);
    if (st < 0)
        um_model_free(&m);
    *out = m;
    return st;
}

void um_model_free(um_model **model)
{
    um_model *m = *model;
    if (!m)
        return;
    um_learnt_free(&m->learnt);
    um_calibration_free(&m->calibration);
    free(m->signals);
    free(m);
    *model = NULL;
}

const char *um_model_signals(const um_model *m)
{
    return m->signals;
}

um_status um_model_predict(um_prediction *out, const um_model *m, const um_results *results, um_error *err)
{
    char *text = NULL;
    um_json *answer = NULL;
    double *row = um_calloc(m->learnt->columns, sizeof *row);
    bool any = false;
    *out = (um_prediction){.score = NAN};
    um_status st = row ? um_answer_of(&text, results, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = um_json_parse(&answer, text, strlen(text), "answer", err);
    for (size_t c = 0; c < m->learnt->columns && st == UM_OK; c++)
        any |= isfinite(row[c] = um_feature(answer, m->learnt->name[c]));
    if (st == UM_OK && any)
        st = um_learnt_score(&out->score, m->learnt, row, err);
    const um_calibration_entry *e = um_calibration_find(m->calibration, UM_TRAINED, 1, "");
    if (st == UM_OK) {
        out->verdict = um_fusion_of_score(e, out->score);
        if (!any)
            snprintf(out->verdict.reason, sizeof out->verdict.reason,
                     "none of the signals that this detector asks applies to the recording");
        else if (!e)
            snprintf(out->verdict.reason, sizeof out->verdict.reason,
                     "this detector has no calibration (its card.md says why)");
        if (e)
            snprintf(out->measured, sizeof out->measured, "%s", e->known);
    }
    um_json_free(&answer);
    free(text);
    free(row);
    return st;
}

um_status um_prediction_json(char **out, const um_prediction *p, const char *path, um_error *err)
{
    const um_verdict *v = &p->verdict;
    um_json *j = um_json_object(), *interval = um_json_array();
    um_json_add_num(interval, v->lo, DIGITS);
    um_json_add_num(interval, v->hi, DIGITS);
    um_json_set_text(j, "path", path);
    um_json_set_num(j, "score", p->score, DIGITS);
    um_json_set_num(j, "log_lr", v->log_lr, DIGITS);
    um_json_set(j, "interval", interval);
    um_json_set_text(j, "words", v->words);
    um_json_set_bool(j, "inconclusive", v->inconclusive);
    um_json_set_text(j, "inconclusive_reason", v->reason);
    um_json_set_text(j, "measured", p->measured);
    um_status st = um_json_text(out, j, 0, err);
    um_json_free(&j);
    return st;
}
