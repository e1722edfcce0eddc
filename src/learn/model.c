/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model.c: what was learnt, to JSON and back, and at work. */
#include "learn/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void um_learnt_free(um_learnt **model)
{
    um_learnt *m = *model;
    if (!m)
        return;
    if (m->classifier)
        m->kind->free(m->classifier);
    um_preparation_free(&m->preparation);
    free(m->name);
    free(m);
    *model = NULL;
}

um_status um_learnt_score(double *out, const um_learnt *m, const double *row, um_error *err)
{
    double *inputs = um_calloc(m->preparation.inputs, sizeof *inputs);
    if (!inputs)
        return um_fail_oom(err);
    um_preparation_apply(inputs, &m->preparation, row);
    *out = m->kind->score(m->classifier, inputs);
    free(inputs);
    return UM_OK;
}

um_json *um_learnt_json(const um_learnt *m)
{
    um_json *j = um_json_object(), *columns = um_json_array();
    for (size_t c = 0; c < m->columns; c++) {
        um_json *one = um_json_object();
        um_json_set_text(one, "name", m->name[c]);
        um_json_add(columns, one);
    }
    um_json_set_int(j, "unmask_model", 1);
    um_json_set_text(j, "kind", m->kind->name);
    um_json_set(j, "columns", columns);
    if (!m->kind->takes_missing)
        um_json_set(j, "preparation", um_preparation_json(&m->preparation));
    um_json_set(j, "classifier", m->kind->to_json(m->classifier));
    return j;
}

static um_status read_columns(um_learnt *m, const um_json *list, const char *file, um_error *err)
{
    m->columns = um_json_count(list);
    if (m->columns < 1 || m->columns > UM_TABLE_COLUMNS)
        return um_fail(err, UM_EFORMAT, "%s: 1 to %d columns are possible", file, UM_TABLE_COLUMNS);
    if (!(m->name = um_calloc(m->columns, sizeof *m->name)))
        return um_fail_oom(err);
    for (size_t c = 0; c < m->columns; c++) {
        const char *name = um_json_get_text(um_json_at(list, c), "name", "");
        if (!*name || strlen(name) >= sizeof *m->name)
            return um_fail(err, UM_EFORMAT, "%s: column %zu has no name", file, c + 1);
        snprintf(m->name[c], sizeof m->name[c], "%s", name);
    }
    return UM_OK;
}

um_status um_learnt_read(um_learnt **out, const um_json *j, const char *file, um_error *err)
{
    um_learnt *m = um_calloc(1, sizeof *m);
    *out = NULL;
    if (!m)
        return um_fail_oom(err);
    um_status st = UM_OK;
    if (um_json_get_int(j, "unmask_model", 0) != 1)
        st = um_fail(err, UM_EFORMAT, "%s: not a model of version 1", file);
    else if (!(m->kind = um_classifier_find(um_json_get_text(j, "kind", ""))))
        st = um_fail(err, UM_EFORMAT, "%s: no such kind of classifier", file);
    if (st == UM_OK)
        st = read_columns(m, um_json_get(j, "columns"), file, err);
    if (st == UM_OK && m->kind->takes_missing)
        m->preparation = um_preparation_none(m->columns);
    else if (st == UM_OK)
        st = um_preparation_read(&m->preparation, um_json_get(j, "preparation"), m->columns, file, err);
    if (st == UM_OK)
        st = m->kind->from_json(&m->classifier, um_json_get(j, "classifier"), m->preparation.inputs, file,
                                err);
    if (st < 0)
        um_learnt_free(&m);
    *out = m;
    return st;
}
