/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hevc.h: what libheif's decoder of HEVC does not say of a damaged HEIC. */
#ifndef UM_AV_HEVC_H
#define UM_AV_HEVC_H
#include "base/input.h"

/* Pictures of this file hold what HEVC (ITU-T H.265, 7.4.2) forbids: units whose lengths do not fill the
 * item, or the pattern of a start code inside of a unit. False, too, when none is found to look at. */
bool um_hevc_is_wrong(const um_input *input);
#endif
