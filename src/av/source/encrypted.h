/* SPDX-License-Identifier: GPL-3.0-or-later */
/* encrypted.h: content that nobody can see without a key, told before it is decoded to noise. */
#ifndef UM_AV_ENCRYPTED_H
#define UM_AV_ENCRYPTED_H
#include "av/ffmpeg.h"
#include "base/input.h"

/* The scheme in words, NULL when the track is not encrypted. `format` is what the track belongs to. */
const char *um_encrypted_track(const um_input *input, const AVFormatContext *format, const AVStream *stream);
/* The same of formats that encrypt as a whole: ASF, transport and program streams, FLV, MXF, OMA DRM. */
um_status um_encrypted_file(const char **scheme, const um_input *input, um_error *err);
#endif
