/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wear.h: masks and glasses drawn over a face whose points are known. */
#ifndef UNMASK_WEAR_H
#define UNMASK_WEAR_H
#include "degrade/random.h"
#include <unmask/faces.h>

/* A mask from the bridge of the nose to the chin, with straps. `p`: pixels of the picture. */
void wear_mask(um_image *rgb, const um_point p[UM_N_LANDMARKS], rng *r);
/* Rims, a bridge and temples; lenses from clear to dark. True: nothing of the eyes can be seen. */
bool wear_glasses(um_image *rgb, const um_point p[UM_N_LANDMARKS], rng *r);
#endif
