/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bmff.h: what a demuxer wants to know of an ISO file that it cannot read. */
#ifndef UM_PROBE_BMFF_H
#define UM_PROBE_BMFF_H
#include "base/input.h"

/* An MP4 or QuickTime file that ends inside or before its index. */
bool um_bmff_is_cut(const um_input *input);
#endif
