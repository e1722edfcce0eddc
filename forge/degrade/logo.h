/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logo.h: what people lay over pictures and what is no face: logos, letters, signs, captions. */
#ifndef UNMASK_LOGO_H
#define UNMASK_LOGO_H
#include "degrade/random.h"
#include <unmask/image.h>

/* A sign drawn at random, about as large as `where`: a plate or none, strokes like those of a pen, dots,
 * often the same left and right, as faces are. */
void logo_draw(um_image *rgb, um_rect where, rng *r);
/* With the chance `share` a sign somewhere on the picture, or a line of text, where it touches none of the
 * boxes [n]. */
void logo_overlay(um_image *rgb, const um_rect *boxes, int n, float share, rng *r);
#endif
