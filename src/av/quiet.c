/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quiet.c: the one setting of FFmpeg that is the program's. */
#include "av/quiet.h"
#include <unmask/source.h>

void um_media_quiet(void)
{
    av_log_set_level(AV_LOG_QUIET);
}
