/* SPDX-License-Identifier: GPL-3.0-or-later */
/* photo.h: a file that is one picture, as a moment. */
#ifndef UM_AV_PHOTO_H
#define UM_AV_PHOTO_H
#include "av/still/still.h"

/* The reader of this file; NULL: it is no photo, or the demuxer knows it. */
const um_still_reader *um_photo_reader(const um_input *input);
/* Fills media (path stays) and, when pictures are wanted, gives the one moment and its damage. */
um_status um_photo_read(um_moment **out, um_media *media, um_damage *damage, const um_still_reader *reader,
                        const um_input *input, unsigned want, um_error *err);
#endif
