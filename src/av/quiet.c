/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quiet.c: what libraries write to standard error is the program's to allow. */
#include "av/quiet.h"
#include <unmask/source.h>

static FILE *nowhere; /* stays open: another thread may be writing to it */

void um_media_quiet(void)
{
    av_log_set_level(AV_LOG_QUIET);
    if (!nowhere)
        nowhere = fopen("/dev/null", "we");
}

FILE *um_quiet_begin(void)
{
    FILE *kept = stderr;
    if (nowhere)
        stderr = nowhere;
    return kept;
}

void um_quiet_end(FILE *kept)
{
    stderr = kept;
}
