/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.c: see table.h. */
#include "learn/table.h"
#include "dsp/stats.h"
#include "learn/rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

um_status um_table_new(um_table **out, size_t n, size_t columns, um_error *err)
{
    um_table *t = *out = um_calloc(1, sizeof *t);
    if (!t)
        return um_fail_oom(err);
    *t = (um_table){.n = n, .columns = columns};
    t->name = um_calloc(columns, sizeof *t->name);
    t->x = um_calloc(n, columns * sizeof *t->x);
    t->fake = um_calloc(n, sizeof *t->fake);
    t->cluster = um_calloc(n, sizeof *t->cluster);
    if (t->name && t->x && t->fake && t->cluster)
        return UM_OK;
    um_table_free(out);
    return um_fail_oom(err);
}

void um_table_free(um_table **table)
{
    um_table *t = *table;
    if (!t)
        return;
    free(t->name);
    free(t->x);
    free(t->fake);
    free(t->cluster);
    free(t);
    *table = NULL;
}

static um_status make(um_preparation *p, size_t columns, um_error *err)
{
    *p = (um_preparation){.columns = columns, .inputs = columns};
    double *all = um_calloc(4, columns * sizeof *all);
    if (!all)
        return um_fail_oom(err);
    p->median = all;
    p->mean = all + columns;
    p->deviation = all + 2 * columns;
    p->lacking = all + 3 * columns;
    return UM_OK;
}

um_preparation um_preparation_none(size_t columns)
{
    return (um_preparation){.columns = columns, .inputs = columns};
}

void um_preparation_free(um_preparation *p)
{
    free(p->median); /* and the others behind it */
    *p = (um_preparation){0};
}

um_status um_preparation_learn(um_preparation *out, const um_table *t, const bool *use, um_error *err)
{
    double *value = um_calloc(t->n, sizeof *value);
    um_status st = value ? make(out, t->columns, err) : um_fail_oom(err);
    for (size_t c = 0; c < t->columns && st == UM_OK; c++) {
        size_t n = 0, rows = 0;
        for (size_t i = 0; i < t->n; i++) {
            const double v = t->x[i * t->columns + c];
            rows += !use || use[i];
            if ((!use || use[i]) && isfinite(v))
                value[n++] = v;
        }
        out->lacking[c] = rows ? (double)(rows - n) / (double)rows : 0;
        out->median[c] = n ? um_quantile(value, n, .5) : 0;
        for (; n < rows; n++)
            value[n] = out->median[c];
        out->mean[c] = n ? um_mean(value, n) : 0;
        out->deviation[c] = n ? sqrt(um_variance(value, n)) : 0;
        out->inputs += out->lacking[c] > 0 && out->lacking[c] < 1;
    }
    free(value);
    return st;
}

/* An input beyond is no more unusual, and sums and squares of such inputs stay finite. */
static const double MOST_DEVIATIONS = 1e6;

void um_preparation_apply(double *inputs, const um_preparation *p, const double *row)
{
    double *second = inputs + p->columns;
    for (size_t c = 0; c < p->columns && !p->median; c++)
        inputs[c] = isfinite(row[c]) ? row[c] : NAN;
    for (size_t c = 0; c < p->columns && p->median; c++) {
        const bool lacks = !isfinite(row[c]);
        const double v = lacks ? p->median[c] : row[c];
        const double z = p->deviation[c] > 0 ? (v - p->mean[c]) / p->deviation[c] : 0;
        inputs[c] = fmin(fmax(z, -MOST_DEVIATIONS), MOST_DEVIATIONS);
        if (p->lacking[c] > 0 && p->lacking[c] < 1)
            *second++ = ((double)lacks - p->lacking[c]) / sqrt(p->lacking[c] * (1 - p->lacking[c]));
    }
}

um_json *um_preparation_json(const um_preparation *p)
{
    um_json *j = um_json_object();
    um_json_set(j, "median", um_row_json(p->median, p->columns));
    um_json_set(j, "mean", um_row_json(p->mean, p->columns));
    um_json_set(j, "deviation", um_row_json(p->deviation, p->columns));
    um_json_set(j, "lacking", um_row_json(p->lacking, p->columns));
    return j;
}

um_status um_preparation_read(um_preparation *out, const um_json *j, size_t columns, const char *file,
                              um_error *err)
{
    um_status st = make(out, columns, err);
    if (st < 0)
        return st;
    bool right = um_row_read(out->median, um_json_get(j, "median"), columns, -1e300) &&
                 um_row_read(out->mean, um_json_get(j, "mean"), columns, -1e300) &&
                 um_row_read(out->deviation, um_json_get(j, "deviation"), columns, -1e300) &&
                 um_row_read(out->lacking, um_json_get(j, "lacking"), columns, -1e300);
    for (size_t c = 0; c < columns && right; c++) {
        right = out->deviation[c] >= 0 && out->lacking[c] >= 0 && out->lacking[c] <= 1;
        out->inputs += out->lacking[c] > 0 && out->lacking[c] < 1;
    }
    if (right)
        return UM_OK;
    um_preparation_free(out);
    return um_fail(err, UM_EFORMAT, "%s: the preparation of %zu columns is not one", file, columns);
}
