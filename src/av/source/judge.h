/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge.h: is anything missing? */
#ifndef UM_AV_JUDGE_H
#define UM_AV_JUDGE_H
#include "av/source/demux.h"

/* After the end: compares what was declared with what came, and writes the note. */
void um_demux_judge(um_demux *d, bool stopped_early);
#endif
