/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prnu_internal.h: sums over the pictures of one sensor. */
#ifndef UM_PRNU_INTERNAL_H
#define UM_PRNU_INTERNAL_H
#include "base/base.h"
#include <unmask/prnu.h>

enum { UM_PRNU_LEAST = 64, UM_PRNU_MOST = 4096 }; /* pixels of a side */

struct um_prnu {
    int width, height, pictures;
    /* [height][width] over the pictures: noise times scaled level, and the square of the scaled level */
    float *noise, *level;
    float *clean; /* the fingerprint, cleaned when it was first compared; NULL: not yet, or pictures were
                     added */
};

static inline size_t um_prnu_count(const um_prnu *p)
{
    return (size_t)p->width * (size_t)p->height;
}
/* Room for the sums of pictures of this size. UM_ENOMEM. */
um_status um_prnu_size(um_prnu *p, int width, int height, um_error *err);
#endif
