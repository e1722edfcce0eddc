/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_copy.h: the sound itself, to be heard in the page, when the user asks for it: mono, 16 kHz, 16 bits.
 */
#ifndef UM_SOUND_COPY_H
#define UM_SOUND_COPY_H
#include "base/base.h"
#include <unmask/products.h>

enum { UM_COPY_BYTES = 2, UM_COPY_MOST_S = 120 }; /* of a sample; 3.8 MB in all, a third more in a report */

typedef struct um_sound_copy {
    uint8_t *pcm; /* [2 n], least byte first; NULL: no copy */
    size_t n, capacity;
} um_sound_copy;

void um_sound_copy_clear(um_sound_copy *copy);
/* The next samples; what a jump in time leaves out is silence. UM_EUNSUPPORTED beyond UM_COPY_MOST_S. */
um_status um_sound_copy_add(um_sound_copy *copy, const um_samples *samples, um_error *err);
/* As a WAV file. */
void um_sound_copy_wav(um_buf *b, const um_sound_copy *copy);
#endif
