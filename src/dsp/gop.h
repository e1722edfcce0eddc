/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gop.h: the rhythm that an earlier encoding leaves in how well pictures are predicted. */
#ifndef UM_DSP_GOP_H
#define UM_DSP_GOP_H
#include "base/base.h"

typedef struct um_gop_picture {
    char type;           /* 'I', 'P'; all else is between them and says nothing */
    float intra, copied; /* shares of the blocks of a P picture: coded anew; taken over as they are */
} um_gop_picture;

typedef struct um_gop_rhythm {
    int predicted;   /* P pictures that could be compared with their neighbours */
    int own;         /* I pictures of this encoding follow each other at that distance; 0: at none */
    double strength; /* of the strongest rhythm, in standard deviations; 0: there is none */
    int period, phase, places;
} um_gop_rhythm;

enum { UM_GOP_LEAST = 4, UM_GOP_MOST = 300, UM_GOP_PLACES = 4 }; /* periods in pictures; places of each */

/* Pictures in the order in which they are shown. */
um_status um_gop_find(um_gop_rhythm *out, const um_gop_picture *picture, int n, um_error *err);
#endif
