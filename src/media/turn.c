/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn.c: see turn.h. */
#include "media/turn.h"
#include <string.h>

void um_stored_at(int degrees, int width, int height, int x, int y, int *stored_x, int *stored_y)
{
    *stored_x = degrees == 90 ? y : degrees == 180 ? width - 1 - x : degrees == 270 ? height - 1 - y : x;
    *stored_y = degrees == 90 ? width - 1 - x : degrees == 180 ? height - 1 - y : degrees == 270 ? x : y;
}

um_status um_image_turn_back(um_image **out, const um_image *shown, int degrees, um_error *err)
{
    const int w = shown->width, h = shown->height;
    const bool upright = degrees % 180 == 0;
    um_status st = um_image_new(out, upright ? w : h, upright ? h : w, UM_GRAY8, err);
    if (degrees == 0) { /* most photos, and large ones */
        for (int y = 0; st == UM_OK && y < h; y++)
            memcpy((*out)->data + y * (*out)->stride, shown->data + y * shown->stride, (size_t)w);
        return st;
    }
    for (int y = 0; st == UM_OK && y < h; y++)
        for (int x = 0; x < w; x++) {
            int sx, sy;
            um_stored_at(degrees, w, h, x, y, &sx, &sy);
            (*out)->data[sy * (*out)->stride + sx] = shown->data[y * shown->stride + x];
        }
    return st;
}
