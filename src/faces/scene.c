/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene.c: see scene.h. */
#include "faces/scene.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A cut changes the colours of the picture (half the L1 distance of histograms) and most of its pixels (mean
 * difference, levels). Motion changes pixels but few colours, a flash changes colours but keeps what is
 * where. All three by eye. */
static const float CUT_COLOURS = 0.35f, CUT_PIXELS = 25;
static const float CUT_PIXELS_ALONE = 70; /* so different that the colours do not matter */

bool um_scene_cut(um_scene *scene, const um_image *rgb)
{
    um_scene now = {.known = true};
    float histogram = 0, pixels = 0;
    for (int j = 0; j < UM_SCENE_HEIGHT; j++)
        for (int i = 0; i < UM_SCENE_WIDTH; i++) {
            int x = (2 * i + 1) * rgb->width / (2 * UM_SCENE_WIDTH),
                y = (2 * j + 1) * rgb->height / (2 * UM_SCENE_HEIGHT);
            const uint8_t *p = rgb->data + y * rgb->stride + 3 * x;
            memcpy(now.grid + 3 * (j * UM_SCENE_WIDTH + i), p, 3);
            now.histogram[(p[0] >> 6) * 16 + (p[1] >> 6) * 4 + (p[2] >> 6)] +=
                1.0f / (UM_SCENE_WIDTH * UM_SCENE_HEIGHT);
        }
    for (int i = 0; i < UM_SCENE_BINS; i++)
        histogram += fabsf(now.histogram[i] - scene->histogram[i]) / 2;
    for (size_t i = 0; i < sizeof now.grid; i++)
        pixels += (float)abs(now.grid[i] - scene->grid[i]) / (float)sizeof now.grid;
    bool cut =
        scene->known && ((histogram > CUT_COLOURS && pixels > CUT_PIXELS) || pixels > CUT_PIXELS_ALONE);
    *scene = now;
    return cut;
}
