/* SPDX-License-Identifier: GPL-3.0-or-later */
/* associate.c: linear assignment by shortest augmenting paths (Jonker and Volgenant, "A shortest augmenting
 * path algorithm for dense and sparse linear assignment problems", Computing 38, 1987), without their
 * start-up. */
#include "faces/associate.h"
#include <math.h>

enum { N = UM_ASSOCIATE_MOST };

/* Every row has a column of its own behind the real ones, which costs nothing: not to be given any. */
struct problem {
    const float *worth;
    int columns, all;
    double row_price[N], column_price[2 * N];
    int row_of[2 * N]; /* -1: free */
};

static double cost(const struct problem *p, int row, int column)
{
    if (column >= p->columns)
        return 0;
    float worth = p->worth[row * p->columns + column];
    return worth > 0 ? -(double)worth : 1; /* dearer than none */
}

/* Finds a column for `row`, whose owners move on along the cheapest path (Dijkstra over reduced costs). */
static void augment(struct problem *p, int row)
{
    double far[2 * N];
    int before[2 * N]; /* column from which the path came, -1: from the row itself */
    bool done[2 * N] = {false};
    int at = -1, last = -1; /* column that was settled last, and a free one */
    double reached = 0;
    for (int c = 0; c < 2 * N; c++) {
        far[c] = INFINITY;
        before[c] = -1;
    }
    while (last < 0) {
        int from = at < 0 ? row : p->row_of[at], next = 0;
        double nearest = INFINITY;
        for (int c = 0; c < p->all; c++) {
            if (done[c])
                continue;
            double d = reached + cost(p, from, c) - p->row_price[from] - p->column_price[c];
            if (d < far[c]) {
                far[c] = d;
                before[c] = at;
            }
            if (far[c] < nearest) {
                nearest = far[c];
                next = c;
            }
        }
        reached = nearest;
        done[next] = true;
        at = next;
        if (p->row_of[next] < 0)
            last = next;
    }
    p->row_price[row] += reached;
    for (int c = 0; c < p->all; c++)
        if (done[c] && c != last) {
            p->column_price[c] -= reached - far[c];
            p->row_price[p->row_of[c]] += reached - far[c];
        }
    for (int c = last; c >= 0;) {
        int previous = before[c];
        p->row_of[c] = previous < 0 ? row : p->row_of[previous];
        c = previous;
    }
}

void um_associate(int *column_of, const float *worth, int rows, int columns)
{
    struct problem p = {.worth = worth, .columns = columns, .all = columns + rows};
    for (int c = 0; c < p.all; c++)
        p.row_of[c] = -1;
    for (int r = 0; r < rows; r++) {
        p.row_price[r] = INFINITY; /* reduced costs are never negative */
        for (int c = 0; c < p.all; c++)
            p.row_price[r] = fmin(p.row_price[r], cost(&p, r, c) - p.column_price[c]);
        augment(&p, r);
    }
    for (int r = 0; r < rows; r++)
        column_of[r] = -1;
    for (int c = 0; c < columns; c++)
        if (p.row_of[c] >= 0)
            column_of[p.row_of[c]] = c;
}
