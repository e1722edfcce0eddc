/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.c: the operators there are. */
#include "nn/ops/ops.h"
#include <string.h>

#define X(name) &um_op_##name,
static const um_op *const single[] = {UM_OPS(X)};
#undef X

const um_op *um_op_find(const char *type)
{
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (!strcmp(single[i]->name, type))
            return single[i];
    const um_op *const families[] = {um_ops_unary, um_ops_binary};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (const um_op *op = families[i]; op->name; op++)
            if (!strcmp(op->name, type))
                return op;
    return NULL;
}
