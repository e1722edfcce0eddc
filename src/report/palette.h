/* SPDX-License-Identifier: GPL-3.0-or-later */
/* palette.h: the colours of persons, the same in drawn pictures, overlays and the page. */
#ifndef UM_PALETTE_H
#define UM_PALETTE_H
#include <stdint.h>

/* 0xRRGGBB of a person, 0-based; one unknown (below 0) has the first. page.css states the same colours for
 * dark paper, and darker ones of the same hue for light paper; tests/unit/test_palette.c compares. */
enum { UM_PERSON_COLOURS = 6 };
uint32_t um_person_colour(int person);
#endif
