/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.h: what is known of each recording, a row of numbers; and the preparation of such rows for a
 * classifier. */
#ifndef UM_LEARN_TABLE_H
#define UM_LEARN_TABLE_H
#include "base/base.h"
#include "base/json.h"

enum { UM_TABLE_COLUMNS = 512 };

typedef struct um_table {
    size_t n, columns;
    char (*name)[64];  /* [columns]; "signal" or "signal.quality" */
    double *x;         /* [n][columns]; NAN: missing */
    bool *fake;        /* [n] */
    uint32_t *cluster; /* [n] what hangs together is never divided */
} um_table;

um_status um_table_new(um_table **out, size_t n, size_t columns, um_error *err);
void um_table_free(um_table **table);

/* Learnt of the rows that are trained on: what stands for a missing value (the median), and mean and
 * deviation by which a column is made comparable. A column that lacks values gets a second one that says so.
 */
typedef struct um_preparation {
    size_t columns, inputs;            /* inputs: columns, and one for each that may lack values */
    double *median, *mean, *deviation; /* [columns]; a column without deviation becomes 0. NULL: none */
    double *lacking;                   /* [columns] share of rows that lack it; 0: never, no second input */
} um_preparation;

/* Of the rows i with use[i] (NULL: all). */
um_status um_preparation_learn(um_preparation *out, const um_table *t, const bool *use, um_error *err);
/* Columns as they are; what is missing or infinite becomes NAN. */
um_preparation um_preparation_none(size_t columns);
void um_preparation_free(um_preparation *p);
/* One row [columns] to inputs [p->inputs]. */
void um_preparation_apply(double *inputs, const um_preparation *p, const double *row);
um_json *um_preparation_json(const um_preparation *p);
um_status um_preparation_read(um_preparation *out, const um_json *j, size_t columns, const char *file,
                              um_error *err);
#endif
