/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.h: faces that only a renderer knows exactly: far turns, side light, closed and half-closed eyes. */
#ifndef UNMASK_RENDER_H
#define UNMASK_RENDER_H
#include "photos.h"

/* Adds `n` stills of the project's own heads (forge/figure), before pieces of the photos that `p` already
 * holds. */
um_status photos_render(photos *p, int n, uint64_t seed, int threads, um_error *err);
#endif
