/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory.c: places every array that is not a constant in one block, so that arrays which never live at the
 * same time share bytes. Largest first, each at the lowest offset that is free during its life. */
#include "nn/plan_data.h"
#include <stdlib.h>
#include <string.h>

static int larger_first(const void *a, const void *b)
{
    const um_array *x = *(um_array *const *)a, *y = *(um_array *const *)b;
    size_t n = um_array_bytes(x), m = um_array_bytes(y);
    return n != m ? (n < m ? 1 : -1) : x->made - y->made;
}

static void live(um_array *a, int call)
{
    um_array *r = um_array_root(a);
    if (r->made < 0)
        r->made = call;
    r->last = call;
}

/* The calls run again from last to first: call i of n at moment 2n - i, the loss at moment n. */
static void find_lives_backward(um_plan *p)
{
    for (int i = 0; i < p->graph->n_outputs; i++)
        if (p->outputs[i]->grad)
            live(p->outputs[i]->grad, (int)p->n_calls);
    for (size_t i = p->n_calls; i-- > 0;) {
        um_call *c = &p->calls[i];
        int now = (int)(2 * p->n_calls - i);
        if (!c->grad_in)
            continue;
        for (int k = 0; k < c->n_in && k < 2; k++)
            if (c->in[k] && c->op->flags & UM_OP_BACK_IN)
                live(c->in[k], now);
        if (c->op->flags & UM_OP_BACK_OUT || c->fusion.behind)
            live(c->out[0], now);
        for (int k = 0; k < c->n_out; k++)
            if (c->grad_out[k])
                live(c->grad_out[k], now);
        for (int k = 0; k < c->n_in; k++) {
            if (c->grad_in[k])
                live(c->grad_in[k], now);
            if (c->sum_in[k])
                live(c->sum_in[k], now);
        }
    }
}

static void find_lives(um_plan *p)
{
    for (size_t i = 0; i < p->n_arrays; i++)
        p->arrays[i]->made = p->arrays[i]->last = -1;
    for (size_t i = 0; i < p->n_calls; i++) {
        um_call *c = &p->calls[i];
        for (int k = 0; k < c->n_in; k++)
            if (c->in[k])
                live(c->in[k], (int)i);
        for (int k = 0; k < c->n_out; k++)
            if (c->out[k])
                live(c->out[k], (int)i);
    }
    for (int i = 0; i < p->graph->n_outputs; i++)
        live(p->outputs[i], (int)p->n_calls);
    if (p->training)
        find_lives_backward(p);
}

/* A call that may overwrite its first input does so when nobody reads that input later. */
static void reuse_in_place(um_plan *p)
{
    for (size_t i = 0; i < p->n_calls; i++) {
        um_call *c = &p->calls[i];
        if (c->skip || !(c->op->flags & UM_OP_IN_PLACE) || !c->in[0] || c->out[0]->root)
            continue;
        um_array *r = um_array_root(c->in[0]);
        if (um_array_is_foreign(r) || r->last != (int)i || c->in[0]->layout != c->out[0]->layout ||
            um_array_bytes(c->in[0]) != um_array_bytes(c->out[0]))
            continue;
        bool twice = false; /* x * x broadcast differently would read what it has overwritten */
        for (int k = 1; k < c->n_in; k++)
            twice |= c->in[k] && um_array_root(c->in[k]) == r;
        if (twice)
            continue;
        r->last = c->out[0]->last;
        c->out[0]->root = c->in[0];
    }
}

um_status um_plan_memory(um_plan *p, um_error *err)
{
    size_t n = 0, n_placed = 0;
    find_lives(p);
    reuse_in_place(p);
    for (int i = 0; i < p->graph->n_outputs && !p->training; i++)
        um_array_root(p->outputs[i])->kept = true;
    um_array **todo = um_calloc(p->n_arrays, sizeof *todo), **placed = um_calloc(p->n_arrays, sizeof *placed);
    um_status st = todo && placed ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; st == UM_OK && i < p->n_arrays; i++) {
        um_array *a = p->arrays[i];
        if (a->root || um_array_is_foreign(a) || a->made < 0)
            continue;
        if (a->kept) {
            a->offset = p->kept_bytes;
            p->kept_bytes += (um_array_bytes(a) + 63) / 64 * 64;
        } else {
            todo[n++] = a;
        }
    }
    if (st == UM_OK && p->kept_bytes > UM_NN_MAX_BYTES)
        st = um_fail(err, UM_ENOMEM, "%s: its results need more than %zu bytes", p->graph->file,
                     UM_NN_MAX_BYTES);
    if (st == UM_OK)
        qsort(todo, n, sizeof *todo, larger_first);
    for (size_t i = 0; i < n && st == UM_OK; i++) {
        um_array *a = todo[i];
        size_t bytes = (um_array_bytes(a) + 63) / 64 * 64, at = 0, k;
        for (k = 0; k < n_placed; k++) { /* sorted by offset */
            const um_array *b = placed[k];
            if (b->last < a->made || b->made > a->last)
                continue;
            if (b->offset >= at + bytes)
                break;
            size_t end = b->offset + (um_array_bytes(b) + 63) / 64 * 64;
            at = end > at ? end : at;
        }
        a->offset = at;
        for (k = n_placed; k > 0 && placed[k - 1]->offset > at; k--)
            placed[k] = placed[k - 1];
        placed[k] = a;
        n_placed++;
        if (at + bytes > p->memory_bytes)
            p->memory_bytes = at + bytes;
        if (p->memory_bytes > UM_NN_MAX_BYTES - p->kept_bytes)
            st = um_fail(err, UM_ENOMEM, "%s: running it needs more than %zu bytes", p->graph->file,
                         UM_NN_MAX_BYTES);
    }
    free(todo);
    free(placed);
    return st;
}
