/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_windows.h: windows that were heard, each given to the voice that speaks in most of it. */
#ifndef UM_VOICE_WINDOWS_H
#define UM_VOICE_WINDOWS_H
#include <unmask/products.h>

typedef struct um_heard_window {
    float t_s, logit; /* where it begins; what was said of it */
} um_heard_window;

typedef struct um_voice_windows { /* of a voice */
    double sum, speech_s;         /* of what was said; speech in all */
    int n, fake;                  /* windows; above 0 */
} um_voice_windows;

/* Windows of `length_s` in the order of time. One in which other voices have more than a third of the speech
 * is nobody's. */
void um_voice_windows_share(um_voice_windows by[UM_MAX_SPEAKERS], const um_heard_window *w, int n,
                            double length_s, const um_turns_told *turns);
#endif
