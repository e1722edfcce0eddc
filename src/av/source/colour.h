/* SPDX-License-Identifier: GPL-3.0-or-later */
/* colour.h: rows of YUV samples to RGB. */
#ifndef UM_AV_COLOUR_H
#define UM_AV_COLOUR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct um_colour {
    int black;
    int16_t y, rv, gu, gv, bu;
} um_colour;
um_colour um_colour_of(int space, bool full); /* AVCOL_SPC_* */
/* n pixels of 8-bit planar YUV; `shift` 1: each chroma sample stands for two pixels. Within 0.6 of the
 * formula. */
void um_colour_row(uint8_t *rgb, const uint8_t *y, const uint8_t *u, const uint8_t *v, int n, int shift,
                   const um_colour *c);
#endif
