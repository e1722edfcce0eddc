/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture_hash.c: see picture_hash.h. */
#include "data/picture_hash.h"
#include <math.h>
#include <unmask/source.h>

enum { COLUMNS = 9, ROWS = 8 };
static const double FROM_S = 1;   /* titles and black beginnings are alike in many */
static const double FLATTEST = 4; /* gray levels of deviation: by eye, below it the bits are noise */

static double mean_of(const um_image *gray, int column, int row)
{
    const int x0 = gray->width * column / COLUMNS, x1 = gray->width * (column + 1) / COLUMNS;
    const int y0 = gray->height * row / ROWS, y1 = gray->height * (row + 1) / ROWS;
    double sum = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            sum += gray->data[y * gray->stride + x];
    return sum / ((double)(x1 - x0) * (y1 - y0));
}

bool um_picture_hash(uint64_t *out, const um_image *gray)
{
    double mean[ROWS][COLUMNS], sum = 0, squares = 0;
    const double n = ROWS * COLUMNS;
    *out = 0;
    if (gray->width < COLUMNS || gray->height < ROWS)
        return false;
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLUMNS; x++) {
            mean[y][x] = mean_of(gray, x, y);
            sum += mean[y][x];
            squares += mean[y][x] * mean[y][x];
        }
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x + 1 < COLUMNS; x++)
            *out = *out << 1 | (mean[y][x] < mean[y][x + 1]);
    return squares / n - sum / n * (sum / n) >= FLATTEST * FLATTEST;
}

um_status um_picture_hash_file(uint64_t *out, const char *path, um_error *err)
{
    const um_source_options opt = {.want = UM_WANT_GRAY, .threads = 1, .max_s = 2 * FROM_S};
    um_source *source = NULL;
    um_moment *m;
    bool good = false, enough = false;
    um_status st = um_source_open(&source, path, &opt, err);
    while (st == UM_OK && !enough && (st = um_source_next(&m, source, err)) == UM_OK) {
        if (m->frame && m->frame->gray) {
            good = um_picture_hash(out, m->frame->gray);
            enough = m->t_s >= FROM_S;
        }
        um_moment_free(&m);
    }
    um_source_close(&source);
    return st < 0 ? st : good ? UM_OK : UM_EOF;
}
