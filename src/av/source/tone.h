/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tone.h: pictures of high dynamic range or wide gamut as a display of BT.709 shows them. */
#ifndef UM_AV_TONE_H
#define UM_AV_TONE_H
#include "base/base.h"
#include <libavutil/frame.h>

typedef struct um_tone um_tone;

/* *out is NULL when the colours of this frame need none. */
um_status um_tone_new(um_tone **out, const AVFrame *frame, um_error *err);
void um_tone_free(um_tone **tone);
const char *um_tone_text(const um_tone *tone); /* what is done, for people: a constant */
/* n pixels of `channels` (3, or 4 with alpha, laid over white) 16-bit samples, full range. */
void um_tone_row(const um_tone *tone, uint8_t *restrict rgb, const uint16_t *restrict wide, int channels,
                 int n);

/* ---- the curves themselves, for tests ---- */
double um_pq_nits(double signal);   /* BT.2100 table 4: EOTF */
double um_pq_signal(double nits);   /* and its inverse */
double um_hlg_scene(double signal); /* BT.2100 table 5: inverse OETF */
/* BT.2390-10, 5.4: light of a display of `peak` nits on one of 203 nits, which is SDR's white (BT.2408) */
double um_rolled_off(double nits, double peak);
#endif
