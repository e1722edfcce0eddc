/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moment.h: how a moment is made; its life is in the public source.h. */
#ifndef UM_AV_MOMENT_H
#define UM_AV_MOMENT_H
#include <unmask/source.h>

/* A moment with its frame or sound in one allocation; NULL when memory is exhausted. */
um_moment *um_moment_of_picture(void);
um_moment *um_moment_of_sound(int channels, int n);
/* The samples of channel c (or of mono, c = channels), to be written before the moment is shared. */
float *um_moment_samples(um_moment *moment, int c);
size_t um_moment_bytes(const um_moment *moment);
#endif
