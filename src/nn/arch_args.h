/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arch_args.h: what a block of the network language was written with: options, and names for its parts. */
#ifndef UM_NN_ARCH_ARGS_H
#define UM_NN_ARCH_ARGS_H
#include "nn/arch.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline const char *option(um_block_args *a, const char *key, const char *otherwise)
{
    for (int i = 0; i < a->n_options; i++)
        if (!strcmp(a->option[i].key, key)) {
            a->option[i].used = true;
            return a->option[i].text;
        }
    return otherwise;
}

static inline double option_number(um_block_args *a, const char *key, double otherwise, double low,
                                   double high)
{
    const char *text = option(a, key, NULL);
    char *end;
    double v = text ? strtod(text, &end) : otherwise;
    if (text && (end == text || *end || !(v >= low && v <= high)))
        a->problem = "an option is not a number, or out of range";
    return a->problem ? otherwise : v;
}

static inline int64_t option_int(um_block_args *a, const char *key, int64_t otherwise, int64_t low,
                                 int64_t high)
{
    double v = option_number(a, key, (double)otherwise, (double)low, (double)high);
    if (v != floor(v))
        a->problem = "an option must be a whole number";
    return (int64_t)v;
}

static inline bool needs(um_block_args *a, const um_wire *x, um_form form)
{
    static const char *const problem[] = {
        "this block needs a map", "this block needs a row: see gap, flatten", "this block needs rows"};
    if (x->form != form)
        a->problem = problem[form];
    return !a->problem;
}

/* "NAME.part": names of parameters and of nodes inside a block. */
typedef struct label {
    char text[112];
} label;
static inline label part(const um_block_args *a, const char *suffix)
{
    label l;
    snprintf(l.text, sizeof l.text, "%s%s%s", a->name, *suffix ? "." : "", suffix);
    return l;
}
static inline label join(label l, const char *suffix)
{
    label j;
    snprintf(j.text, sizeof j.text, "%.90s.%s", l.text, suffix);
    return j;
}
#endif
