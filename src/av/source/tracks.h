/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tracks.h: which of several tracks is decoded, and the list of all. */
#ifndef UM_AV_TRACKS_H
#define UM_AV_TRACKS_H
#include "av/ffmpeg.h"
#include "base/input.h"
#include <unmask/source.h>

/* An open file and the two of its tracks that are read; NULL: none. */
typedef struct um_tracks {
    const um_input *input;
    const AVFormatContext *format;
    AVStream *video, *sound;
} um_tracks;

/* Chooses: the tracks with these numbers (from 1), or with 0 the one that the file prefers, and among equals
 * the one with most pixels or channels. UM_EINVAL: there is no such track; UM_EUNSUPPORTED: it is encrypted.
 */
um_status um_tracks_choose(um_tracks *t, int video, int sound, um_error *err);
/* All of them, into the description of the file. */
void um_tracks_list(um_media *media, const um_tracks *t);
#endif
