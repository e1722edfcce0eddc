/* SPDX-License-Identifier: GPL-3.0-or-later */
/* colour.c: the two conversions that every picture of a video needs, in whole rows of 8-bit samples.
 *
 * swscale offers speed (0.6 ms for 1280 x 720, but on average 0.8 levels too dark and up to 2.8 wrong) or
 * exactness (within rounding, in 6.5 ms). Rows of 16-bit fixed point with 5 fractional bits are both. */
#include "av/source/colour.h"
#include "base/fast.h"
#include <libavutil/pixfmt.h>

enum { BLOCK = 256, HALF = 16 };

um_colour um_colour_of(int space, bool full)
{
    double kr = .299, kb = .114; /* BT.601 */
    if (space == AVCOL_SPC_BT709)
        kr = .2126, kb = .0722;
    else if (space == AVCOL_SPC_FCC)
        kr = .30, kb = .11;
    else if (space == AVCOL_SPC_SMPTE240M)
        kr = .212, kb = .087;
    else if (space == AVCOL_SPC_BT2020_NCL)
        kr = .2627, kb = .0593;
    double y = full ? 1 : 255. / 219, c = full ? 1 : 255. / 224, kg = 1 - kr - kb;
    /* scaled so that the high 16 bits of the product with 128 luma or 256 chroma have 5 fractional bits */
    return (um_colour){
        .black = full ? 0 : 16,
        .y = (int16_t)(y * 16384 + .5),
        .rv = (int16_t)(2 * (1 - kr) * c * 8192 + .5),
        .gu = (int16_t)(2 * (1 - kb) * kb / kg * c * 8192 + .5),
        .gv = (int16_t)(2 * (1 - kr) * kr / kg * c * 8192 + .5),
        .bu = (int16_t)(2 * (1 - kb) * c * 8192 + .5),
    };
}

static inline int16_t high(int16_t a, int16_t b)
{
    return (int16_t)((a * b) >> 16);
}

static inline uint8_t level(int v)
{
    v >>= 5;
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

UM_KERNEL(block,
          (uint8_t *restrict rgb, const uint8_t *restrict y, const uint8_t *restrict u,
           const uint8_t *restrict v, int n, int shift, const um_colour *c),
          (rgb, y, u, v, n, shift, c))
{
    int16_t red[BLOCK], green[BLOCK], blue[BLOCK];
    uint8_t r[BLOCK], g[BLOCK], b[BLOCK];
    /* + 1 for what two products lose by rounding down; in green, subtracted, they make up for it themselves
     */
    for (int i = 0, m = (n + shift) >> shift; i < m; i++) {
        int16_t cb = (int16_t)((u[i] - 128) * 256), cr = (int16_t)((v[i] - 128) * 256);
        int16_t dr = (int16_t)(high(cr, c->rv) + HALF + 1), db = (int16_t)(high(cb, c->bu) + HALF + 1);
        int16_t dg = (int16_t)(HALF - high(cb, c->gu) - high(cr, c->gv));
        if (shift) {
            red[2 * i] = red[2 * i + 1] = dr;
            green[2 * i] = green[2 * i + 1] = dg;
            blue[2 * i] = blue[2 * i + 1] = db;
        } else {
            red[i] = dr;
            green[i] = dg;
            blue[i] = db;
        }
    }
    for (int i = 0; i < n; i++) {
        int16_t luma = high((int16_t)((y[i] - c->black) * 128), c->y);
        r[i] = level(luma + red[i]);
        g[i] = level(luma + green[i]);
        b[i] = level(luma + blue[i]);
    }
    for (int i = 0; i < n; i++) {
        rgb[3 * i] = r[i];
        rgb[3 * i + 1] = g[i];
        rgb[3 * i + 2] = b[i];
    }
}

void um_colour_row(uint8_t *rgb, const uint8_t *y, const uint8_t *u, const uint8_t *v, int n, int shift,
                   const um_colour *c)
{
    for (int i = 0; i < n; i += BLOCK)
        block(rgb + 3 * (ptrdiff_t)i, y + i, u + (i >> shift), v + (i >> shift),
              n - i < BLOCK ? n - i : BLOCK, shift, c);
}
