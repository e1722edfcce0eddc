/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer.c: see answer.h. Over time a subject has seven numbers, from which all rules follow:
 * how many moments, their sum and maximum, and how many lie above .8 and below .2, with their sums. */
#include "evaluate/answer.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/numbers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 17, SURE_MOMENTS = 11 };
static const double FAKE = .8, REAL = .2, SURE_SHARE = 2. / 5, REAL_SHARE = 9. / 10;

bool um_aggregate_from(um_aggregate *out, const char *name)
{
    static const char *const names[UM_AGGREGATES] = {"score", "mean", "confident", "max", "person"};
    *out = UM_AGGREGATE_SCORE;
    for (int i = 0; name && i < UM_AGGREGATES; i++)
        if (!strcmp(name, names[i])) {
            *out = (um_aggregate)i;
            return true;
        }
    return !name || !*name;
}

typedef struct moments {
    double n, sum, most, n_fake, sum_fake, n_real, sum_real;
} moments;

static void add_moment(moments *m, double value, double times)
{
    m->most = m->n > 0 ? fmax(m->most, value) : value;
    m->n += times;
    m->sum += times * value;
    if (value > FAKE) {
        m->n_fake += times;
        m->sum_fake += times * value;
    }
    if (value < REAL) {
        m->n_real += times;
        m->sum_real += times * value;
    }
}

static void add_moments(moments *to, const moments *m)
{
    to->most = to->n > 0 ? fmax(to->most, m->most) : m->most;
    to->n += m->n;
    to->sum += m->sum;
    to->n_fake += m->n_fake;
    to->sum_fake += m->sum_fake;
    to->n_real += m->n_real;
    to->sum_real += m->sum_real;
}

/* What the score of a subject was made of: the series in the unit of the score, or the score itself. */
static moments over_time(const um_findings *f, const um_result *r)
{
    const char *unit = um_findings_signal(f)->score_unit;
    const bool odds = !strcmp(unit, "log odds");
    moments m = {0};
    um_series_info s;
    for (int i = 0; um_findings_series_at(f, i, &s); i++)
        if (!strcmp(s.unit, unit) && um_subject_equal(s.subject, r->subject))
            for (size_t k = 0; k < s.n; k++)
                add_moment(&m, odds ? um_logistic(s.sample[k].value) : s.sample[k].value, s.mean_of);
    if (!(m.n > 0))
        add_moment(&m, odds ? um_logistic(r->score) : r->score, 1);
    return m;
}

static um_json *subjects_of(const um_findings *f)
{
    static const char *const kinds[] = {"file", "person", "voice", "interval", "region"};
    um_json *subjects = um_json_array();
    for (int i = 0; i < um_findings_n_results(f); i++) {
        const um_result *r = um_findings_result(f, i);
        if (r->outcome != UM_SCORED ||
            r->subject.kind == UM_SUBJECT_VOICE) /* a recording is measured, not a part of it */
            continue;
        const moments m = over_time(f, r);
        const double row[] = {m.n, m.sum, m.most, m.n_fake, m.sum_fake, m.n_real, m.sum_real};
        um_json *subject = um_json_object(), *moment = um_json_array();
        um_json_set_text(subject, "about", kinds[r->subject.kind]);
        um_json_set_num(subject, "score", r->score, DIGITS);
        um_json_set_num(subject, "quality", r->quality, DIGITS);
        for (size_t k = 0; k < sizeof row / sizeof *row; k++)
            um_json_add_num(moment, row[k], DIGITS);
        um_json_set(subject, "moments", moment);
        um_json_add(subjects, subject);
    }
    return subjects;
}

um_status um_answer_of(char **out, const um_results *results, um_error *err)
{
    um_json *answer = um_json_object(), *signals = um_json_object();
    const um_verdict *v = um_results_verdict(results);
    for (int i = 0; i < um_results_n_signals(results); i++) {
        const um_findings *f = um_results_signal(results, i);
        um_json *signal = um_json_object();
        um_json_set_text(signal, "network", um_findings_network(f));
        um_json_set(signal, "subjects", subjects_of(f));
        um_json_set(signals, um_findings_signal(f)->name, signal);
    }
    um_json_set(answer, "signals", signals);
    um_json_set_num(answer, "verdict_log_lr", v->n_weighed ? v->log_lr : NAN, DIGITS);
    um_json_set_int(answer, "call", v->inconclusive ? 0 : v->log_lr > 0 ? 1 : -1);
    um_status st = um_json_text(out, answer, 0, err);
    um_json_free(&answer);
    return st;
}

static moments moments_of(const um_json *subject)
{
    const um_json *row = um_json_get(subject, "moments");
    double v[7];
    for (size_t i = 0; i < 7; i++)
        v[i] = um_json_as_num(um_json_at(row, i), 0);
    return (moments){v[0], v[1], v[2], v[3], v[4], v[5], v[6]};
}

static double mean_of(const moments *m)
{
    return m->n > 0 ? m->sum / m->n : NAN;
}

static double confident(const moments *m)
{
    if (m->n_fake > SURE_MOMENTS && m->n_fake > SURE_SHARE * m->n)
        return m->sum_fake / m->n_fake;
    return m->n_real > REAL_SHARE * m->n ? m->sum_real / m->n_real : mean_of(m);
}

/* NAN: nothing was scored. */
static double aggregate(const um_json *subjects, um_aggregate rule)
{
    moments all = {0};
    double score = NAN, person = NAN;
    for (size_t i = 0; i < um_json_count(subjects); i++) {
        const um_json *subject = um_json_at(subjects, i);
        const moments m = moments_of(subject);
        score = fmax(score, um_json_get_num(subject, "score", NAN));
        person = fmax(person, mean_of(&m));
        add_moments(&all, &m);
    }
    switch (rule) {
    case UM_AGGREGATE_MEAN:
        return mean_of(&all);
    case UM_AGGREGATE_CONFIDENT:
        return confident(&all);
    case UM_AGGREGATE_MAX:
        return all.n > 0 ? all.most : NAN;
    case UM_AGGREGATE_PERSON:
        return person;
    default:
        return score;
    }
}

static um_status take_signal(um_evaluation *e, size_t i, const char *name, const um_json *signal,
                             um_aggregate rule, um_error *err)
{
    um_detector *d = um_evaluation_detector(e, name, UM_SCORE_RANK);
    const char *network = um_json_get_text(signal, "network", "");
    if (!d)
        return um_fail_oom(err);
    if (strlen(network) == UM_SHA256_HEX)
        memcpy(d->network, network, sizeof d->network);
    d->score[i] = aggregate(um_json_get(signal, "subjects"), rule);
    return UM_OK;
}

um_status um_answer_take(um_evaluation *e, size_t i, const char *text, um_aggregate rule, const char *name,
                         um_error *err)
{
    um_json *json;
    const char *signal;
    const um_json *said;
    um_status st = um_json_parse(&json, text, strlen(text), name, err);
    if (st < 0)
        return st;
    e->answered[i] = um_json_get(json, "signals") != NULL;
    for (size_t k = 0; st == UM_OK && um_json_member(um_json_get(json, "signals"), k, &signal, &said); k++)
        st = take_signal(e, i, signal, said, rule, err);
    um_detector *verdict = st < 0 ? NULL : um_evaluation_detector(e, "verdict_log_lr", UM_SCORE_RATIO);
    if (verdict)
        verdict->score[i] = um_json_get_num(json, "verdict_log_lr", NAN);
    else if (st == UM_OK)
        st = um_fail_oom(err);
    if (e->call)
        e->call[i] = (signed char)um_json_get_int(json, "call", 0);
    um_json_free(&json);
    return st;
}
