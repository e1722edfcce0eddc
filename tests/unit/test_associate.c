/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assignment of largest worth against all assignments there are. */
#include "../check.h"
#include "faces/associate.h"

static unsigned state = 11;
static float number(void)
{
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8 & 4095) / 2048 - .7f; /* a third of them below 0 */
}

/* Most worth of rows from `row` on, columns in the bits of `used` being given away. */
static double most(const float *worth, int rows, int columns, int row, unsigned used)
{
    if (row == rows)
        return 0;
    double best = most(worth, rows, columns, row + 1, used);
    for (int c = 0; c < columns; c++)
        if (!(used >> c & 1) && worth[row * columns + c] > 0)
            best = fmax(best, worth[row * columns + c] + most(worth, rows, columns, row + 1, used | 1u << c));
    return best;
}

static double sum_of(const int *column_of, const float *worth, int rows, int columns)
{
    double sum = 0;
    unsigned long long used = 0;
    for (int r = 0; r < rows; r++) {
        int c = column_of[r];
        CHECK(c >= -1 && c < columns);
        if (c < 0)
            continue;
        CHECK(!(used >> c & 1) && worth[r * columns + c] > 0);
        used |= 1ull << c;
        sum += worth[r * columns + c];
    }
    return sum;
}

static void all_assignments(void)
{
    for (int trial = 0; trial < 2000; trial++) {
        float worth[36];
        int column_of[6], rows = trial % 7, columns = trial / 7 % 7;
        for (int i = 0; i < rows * columns; i++)
            worth[i] = i % 5 == 3 ? 0 : number();
        um_associate(column_of, worth, rows, columns);
        CHECK_NEAR(sum_of(column_of, worth, rows, columns), most(worth, rows, columns, 0, 0), 1e-5);
    }
}

/* The best pair first, and so on, ends at 1.1 here. */
static void not_greedy(void)
{
    static const float worth[4] = {.9f, 1, .1f, .9f};
    int column_of[2];
    um_associate(column_of, worth, 2, 2);
    CHECK(column_of[0] == 0 && column_of[1] == 1);
}

static void largest(void)
{
    enum { N = UM_ASSOCIATE_MOST };
    static float worth[N * N];
    int column_of[N];
    for (int i = 0; i < N * N; i++)
        worth[i] = .5f * fabsf(number());
    for (int r = 0; r < N; r++)
        worth[r * N + (r * 5 + 3) % N] = 2; /* more than any other pair: this permutation */
    um_associate(column_of, worth, N, N);
    for (int r = 0; r < N; r++)
        CHECK(column_of[r] == (r * 5 + 3) % N);
}

int main(void)
{
    all_assignments();
    not_greedy();
    largest();
    return check_done();
}
