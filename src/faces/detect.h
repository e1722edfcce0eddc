/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detect.h: a detector over a whole picture, at one scale or several. */
#ifndef UM_DETECT_H
#define UM_DETECT_H
#include "faces/decode.h"
#include "networks/net.h"

typedef struct um_detect_plan {
    float min_side_px; /* smallest face looked for */
    float score_min;
    bool video; /* one pass, no tiles */
} um_detect_plan;
um_status um_detect(um_net *net, const um_image *rgb, const um_detect_plan *plan, um_found_list *list,
                    um_error *err);
#endif
