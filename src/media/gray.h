/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gray.h: luma as it leaves decoders. */
#ifndef UM_GRAY_H
#define UM_GRAY_H
#include <stdint.h>

/* Luma of limited range (16..235) to full range: round((y - 16) * 255 / 219), clamped. That is v + round(v *
 * 36 / 219) with v = y - 16, the latter in units of 2^-15; no tie occurs as 219 is odd. */
enum { UM_LUMA_BLACK = 16, UM_LUMA_SPAN = 219, UM_LUMA_STRETCH = 5387 };
void um_gray_from_limited(uint8_t *to, const uint8_t *from, int n);
#endif
