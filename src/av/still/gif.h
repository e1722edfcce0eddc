/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gif.h: what FFmpeg does not say of a damaged GIF. */
#ifndef UM_AV_GIF_H
#define UM_AV_GIF_H
#include "base/input.h"
#include <unmask/source.h>

/* Unpacks the pictures of a GIF, by giflib, and adds what is wrong with them to the damage. */
void um_gif_check(um_damage *damage, const um_input *input);
#endif
