/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer.h: what the codes of FFmpeg and libheif mean for the file. */
#ifndef UM_AV_ANSWER_H
#define UM_AV_ANSWER_H
#include "base/fate.h"

um_fate um_answer_of_ffmpeg(int code);             /* a negative AVERROR */
um_fate um_answer_of_heif(int code, int sub_code); /* heif_error_*, heif_suberror_* */
#endif
