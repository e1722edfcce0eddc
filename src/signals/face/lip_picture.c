/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals/face/lip_picture.h"
#include "base/base.h"
#include "media/draw.h"
#include <math.h>
#include <string.h>

enum { WIDTH = UM_LIP_SHOWN * UM_LIP_WIDTH, PLOT = 72, HEIGHT = UM_LIP_HEIGHT + PLOT, MARGIN = 3 };
static const double SPREADS = 2.5; /* from the middle to the border; speech rarely goes beyond */
static const uint32_t MOUTH_COLOUR = 0xd1495b, SOUND_COLOUR = 0x1f6f8b;

static void curve(um_image *to, const double *v, int n, uint32_t colour)
{
    double mean = 0, spread = 0;
    int known = 0;
    for (int i = 0; i < n; i++)
        if (!isnan(v[i]))
            mean += v[i], known++;
    mean /= known ? known : 1;
    for (int i = 0; i < n; i++)
        if (!isnan(v[i]))
            spread += (v[i] - mean) * (v[i] - mean) / known;
    spread = spread > 0 ? sqrt(spread) : 1;
    um_point before = {0, 0};
    for (int i = 0; i < n; i++) {
        if (isnan(v[i]))
            continue;
        const double up = um_clampd((v[i] - mean) / spread / SPREADS, -1, 1);
        const um_point at = {(float)((i + .5) * WIDTH / n - .5),
                             (float)(UM_LIP_HEIGHT + PLOT / 2. - up * (PLOT / 2. - MARGIN))};
        if (i && !isnan(v[i - 1]))
            um_draw_line(to, before, at, 1.6f, colour);
        before = at;
    }
}

um_status um_lip_picture(um_image **out, um_image *const *lips, const double *mouth, const double *sound,
                         int n, um_error *err)
{
    um_status st = um_image_new(out, WIDTH, HEIGHT, UM_RGB24, err);
    if (st < 0)
        return st;
    for (int y = 0; y < HEIGHT; y++)
        memset((*out)->data + y * (*out)->stride, 255, (size_t)WIDTH * 3);
    for (int i = 0; i < UM_LIP_SHOWN; i++)
        for (int y = 0; lips[i] && y < UM_LIP_HEIGHT; y++)
            memcpy((*out)->data + y * (*out)->stride + (ptrdiff_t)3 * i * UM_LIP_WIDTH,
                   lips[i]->data + y * lips[i]->stride, (size_t)UM_LIP_WIDTH * 3);
    curve(*out, sound, n, SOUND_COLOUR);
    curve(*out, mouth, n, MOUTH_COLOUR);
    um_draw_text(*out, MARGIN, HEIGHT - UM_TEXT_HEIGHT - 2, 1, MOUTH_COLOUR, "mouth");
    um_draw_text(*out, MARGIN + um_text_width("mouth ", 1), HEIGHT - UM_TEXT_HEIGHT - 2, 1, SOUND_COLOUR,
                 "sound");
    return UM_OK;
}
