/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_hash.h: sounds that sound alike have hashes that differ in few bits: Haitsma & Kalker, "A highly
 * robust audio fingerprinting system", ISMIR 2002: 33 bands from 300 to 2000 Hz, a bit where the difference
 * of two neighbours grew since the frame before. Here a frame is half a second and the next begins 64 ms
 * later, a sixth of the frames of the paper, and only the first 8 s count, so that all pairs of a set can be
 * compared; frames 40 dB below the loudest do not count. */
#ifndef UM_DATA_SOUND_HASH_H
#define UM_DATA_SOUND_HASH_H
#include "base/base.h"

enum { UM_SOUND_FRAMES = 128, UM_SOUND_SHIFTS = 3, UM_SOUND_HASH_TEXT = 9 * UM_SOUND_FRAMES + 1 };

typedef struct um_sound_hash {
    int n; /* frames */
    uint32_t bits[UM_SOUND_FRAMES];
    bool heard[UM_SOUND_FRAMES];
} um_sound_hash;

/* Of samples at 8 kHz, as many as there are. UM_EOF: less than a second is heard. */
um_status um_sound_hash_of(um_sound_hash *out, const float *samples, size_t n, um_error *err);
/* Of a recording without pictures. UM_EOF: it has none of its own, or too little is heard. */
um_status um_sound_hash_file(um_sound_hash *out, const char *path, um_error *err);

/* The share of bits in which two differ, at the best of few shifts, over frames heard in both; 1 where their
 * lengths differ, or less than a second is heard in both. Recordings of different things lie at one half. */
double um_sound_hash_distance(const um_sound_hash *a, const um_sound_hash *b);

/* As text and back; false: it is none. */
void um_sound_hash_text(char out[UM_SOUND_HASH_TEXT], const um_sound_hash *h);
bool um_sound_hash_read(um_sound_hash *out, const char *text);
#endif
