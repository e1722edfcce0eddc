/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.h: printed pages, receipts and screens full of text, drawn at random: much that is small, dark and in
 * rows, and no face. */
#ifndef UNMASK_PAGE_H
#define UNMASK_PAGE_H
#include "degrade/random.h"
#include <unmask/image.h>

um_status page_draw(um_image **out, int width, int height, rng *r, um_error *err);
#endif
