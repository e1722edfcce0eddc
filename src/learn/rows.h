/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows.h: rows of numbers in JSON. */
#ifndef UM_LEARN_ROWS_H
#define UM_LEARN_ROWS_H
#include "base/json.h"
#include <math.h>

static inline um_json *um_row_json(const double *v, size_t n)
{
    um_json *row = um_json_array();
    for (size_t i = 0; i < n; i++)
        um_json_add_num(row, v[i], 17);
    return row;
}

/* False: not n finite numbers from `least` on. */
static inline bool um_row_read(double *to, const um_json *row, size_t n, double least)
{
    bool right = um_json_count(row) == n;
    for (size_t i = 0; i < n && right; i++) {
        to[i] = um_json_as_num(um_json_at(row, i), NAN);
        right = isfinite(to[i]) && to[i] >= least && to[i] < 1e300;
    }
    return right;
}
#endif
