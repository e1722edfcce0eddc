/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heat.h: levels as colours: black, violet, red, yellow. Told apart by the colour-blind and in print. */
#ifndef UM_HEAT_H
#define UM_HEAT_H
#include <unmask/image.h>

/* Power at a frequency in dB, raised by 6 dB per octave (0 at 1 kHz), by which voices fall: so Praat draws
 * them, too. -INFINITY for no power. */
float um_heat_db(double power, double hz);
/* 255: the strongest of all; 0: `range_db` or more below it, or nothing there. */
void um_heat_levels(uint8_t *level, const float *db, size_t n, double range_db);
void um_heat_colour(uint8_t rgb[3], uint8_t level);
/* level[column][row] as RGB, row 0 at the bottom. */
um_status um_heat_picture(um_image **out, const uint8_t *level, int columns, int rows, um_error *err);
#endif
