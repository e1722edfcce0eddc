/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heat.c: see heat.h. Nine colours of the map magma (van der Walt & Smith, 2015, public domain), whose
 * lightness grows evenly, and straight lines between them. */
#include "media/heat.h"
#include "base/base.h"
#include <math.h>

enum { STEP = 32, STOPS = 9 };
static const uint8_t stop[STOPS][3] = {{0, 0, 4},      {28, 16, 68},    {79, 18, 123},
                                       {129, 37, 129}, {181, 54, 122},  {229, 80, 100},
                                       {251, 135, 97}, {254, 194, 135}, {252, 253, 191}};

float um_heat_db(double power, double hz)
{
    return (float)(10 * log10(power) + 20 * log10(hz / 1000));
}

void um_heat_levels(uint8_t *level, const float *db, size_t n, double range_db)
{
    float most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        most = isfinite(db[i]) ? fmaxf(most, db[i]) : most;
    for (size_t i = 0; i < n; i++) {
        const double share = isfinite(db[i]) ? 1 + ((double)db[i] - (double)most) / range_db : 0;
        level[i] = (uint8_t)(um_clampd(share, 0, 1) * UINT8_MAX + .5);
    }
}

void um_heat_colour(uint8_t rgb[3], uint8_t level)
{
    const int at = level * STEP * (STOPS - 1) / UINT8_MAX, k = at / STEP < STOPS - 1 ? at / STEP : STOPS - 2,
              part = at - k * STEP;
    for (int c = 0; c < 3; c++)
        rgb[c] = (uint8_t)((stop[k][c] * (STEP - part) + stop[k + 1][c] * part + STEP / 2) / STEP);
}

um_status um_heat_picture(um_image **out, const uint8_t *level, int columns, int rows, um_error *err)
{
    const um_status st = um_image_new(out, columns, rows, UM_RGB24, err);
    for (int y = 0; st == UM_OK && y < rows; y++)
        for (int x = 0; x < columns; x++)
            um_heat_colour((*out)->data + y * (*out)->stride + (ptrdiff_t)x * 3,
                           level[(ptrdiff_t)x * rows + rows - 1 - y]);
    return st;
}
