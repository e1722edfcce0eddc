/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parts.c: see parts.h. */
#include "signals/image/parts.h"
#include <stdlib.h>

um_part um_part_take(bool *todo, const float *value, int cols, int rows, int start, int *stack)
{
    um_part r = {.x0 = cols, .y0 = rows};
    int n = 0;
    if (todo[start])
        stack[n++] = start;
    todo[start] = false;
    while (n > 0) {
        const int b = stack[--n], x = b % cols, y = b / cols;
        const int next[4] = {x > 0 ? b - 1 : b, x + 1 < cols ? b + 1 : b, y > 0 ? b - cols : b,
                             y + 1 < rows ? b + cols : b};
        r.sum += (double)value[b];
        r.n++;
        r.x0 = x < r.x0 ? x : r.x0;
        r.y0 = y < r.y0 ? y : r.y0;
        r.x1 = x > r.x1 ? x : r.x1;
        r.y1 = y > r.y1 ? y : r.y1;
        for (int i = 0; i < 4; i++)
            if (todo[next[i]]) {
                todo[next[i]] = false;
                stack[n++] = next[i];
            }
    }
    return r;
}

um_status um_part_strongest(um_part *best, const float *value, int cols, int rows, int window, int least,
                            um_error *err)
{
    const size_t n = (size_t)cols * (size_t)rows;
    bool *todo = um_calloc(n, sizeof *todo);
    int *stack = um_calloc(n, sizeof *stack);
    *best = (um_part){0};
    if (!todo || !stack) {
        free(todo);
        free(stack);
        return um_fail_oom(err);
    }
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++) {
            float sum = 0;
            for (int v = y - window / 2; v <= y + window / 2; v++)
                for (int u = x - window / 2; u <= x + window / 2; u++)
                    if (u >= 0 && v >= 0 && u < cols && v < rows)
                        sum += value[v * cols + u];
            todo[y * cols + x] = sum > 0;
        }
    for (int start = 0; start < cols * rows; start++) {
        const um_part r = um_part_take(todo, value, cols, rows, start, stack);
        if (r.n >= least && r.sum > best->sum)
            *best = r;
    }
    free(todo);
    free(stack);
    return UM_OK;
}
