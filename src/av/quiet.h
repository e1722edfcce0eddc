/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quiet.h: FFmpeg's log, whose level is one for the whole process. */
#ifndef UM_AV_QUIET_H
#define UM_AV_QUIET_H
#include <libavcodec/avcodec.h>
#include <stdio.h>

/* What a codec of ours says (an encoder describes itself at length) is below every level but the last; the
 * level itself is the program's: um_media_quiet. */
static inline void um_quiet_codec(AVCodecContext *codec)
{
    codec->log_level_offset = AV_LOG_TRACE;
}
/* Around a call of a library that writes to standard error whatever it is told: where um_media_quiet was
 * called, that goes nowhere. */
FILE *um_quiet_begin(void);
void um_quiet_end(FILE *kept);
#endif
