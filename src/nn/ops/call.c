/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call.c: what operators call: errors, numbers of their inputs and attributes, views, scratch memory. */
#include "nn/ops/ops.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

um_status um_call_fail(const um_call *c, um_error *err, um_status code, const char *format, ...)
{
    char text[256], name[96];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return um_fail(err, code, "%s: node '%s' (%s): %s", c->graph->file,
                   um_printable(name, sizeof name, c->node->name), c->op->name, text);
}

um_status um_call_ints(const um_call *c, int input, const char *attr, int64_t *out, int max, int *n,
                       um_error *err)
{
    *n = -1;
    if (input >= 0 && um_has(c, input)) {
        const um_array *a = c->in[input];
        if (!a->constant)
            return um_call_fail(c, err, UM_EUNSUPPORTED, "input %d must be known before running", input);
        int64_t count = um_array_count(a);
        if ((a->dtype != UM_I64 && a->dtype != UM_I32) || count > max)
            return um_call_fail(c, err, UM_EFORMAT, "input %d must be at most %d integers", input, max);
        for (int64_t i = 0; i < count; i++)
            out[i] = a->dtype == UM_I64 ? ((const int64_t *)a->data)[i] : ((const int32_t *)a->data)[i];
        *n = (int)count;
        return UM_OK;
    }
    const um_attr *a = attr ? um_attr_find(c->node, attr, UM_ATTR_INTS) : NULL;
    if (!a)
        return UM_OK;
    if (a->n > (size_t)max)
        return um_call_fail(c, err, UM_EFORMAT, "attribute %s has too many numbers", attr);
    for (size_t i = 0; i < a->n; i++)
        out[i] = a->ints[i];
    *n = (int)a->n;
    return UM_OK;
}

bool um_axis(int64_t *axis, int rank)
{
    if (*axis < -rank || *axis >= rank)
        return false;
    if (*axis < 0)
        *axis += rank;
    return true;
}

um_status um_call_same(um_call *c, um_error *err)
{
    c->out[0]->dtype = c->in[0]->dtype;
    c->out[0]->rank = c->in[0]->rank;
    memcpy(c->out[0]->dim, c->in[0]->dim, sizeof c->in[0]->dim);
    return UM_OK;
}

bool um_view_always(um_call *c)
{
    return true;
}

um_status um_view_copy(um_call *c, um_error *err)
{
    if (c->out[0]->data != c->in[0]->data && um_array_bytes(c->in[0]))
        memcpy(c->out[0]->data, c->in[0]->data, um_array_bytes(c->in[0]));
    return UM_OK;
}

um_status um_view_back(um_call *c, um_error *err)
{
    if (um_array_bytes(c->grad_in[0]))
        memcpy(c->grad_in[0]->data, c->grad_out[0]->data, um_array_bytes(c->grad_in[0]));
    return UM_OK;
}

um_status um_scratch_fit(um_scratch *s, size_t bytes, um_error *err)
{
    if (bytes <= s->bytes)
        return UM_OK;
    if (s->promised) {
        s->bytes = bytes;
        return UM_OK;
    }
    void *data = um_calloc_aligned(bytes, 1);
    if (!data)
        return um_fail_oom(err);
    free(s->data);
    *s = (um_scratch){.data = data, .bytes = bytes};
    return UM_OK;
}
