/* SPDX-License-Identifier: GPL-3.0-or-later */
/* still.h: a photo as a file, read by the library of those who keep its format.
 *
 * A reader looks at the header first, which says size and orientation and decodes nothing; then it decodes,
 * and says what of the picture is not there. Animations and what has no reader are left to the demuxer. */
#ifndef UM_AV_STILL_H
#define UM_AV_STILL_H
#include "base/input.h"
#include <libavutil/frame.h>
#include <unmask/source.h>

typedef struct um_still {
    const um_input *input;
    uint8_t *bytes; /* all of the file, behind it zeros that decoders may read; after um_still_load */
    size_t n;
    /* what the header tells; constant strings */
    const char *container, *codec, *pixel_format, *remark;
    int width, height; /* as stored */
    int orientation;   /* EXIF's 1..8, of stored pixels */
    um_damage damage;
} um_still;

typedef struct um_still_reader {
    bool (*is)(const um_input *input); /* by content: a photo of this format */
    um_status (*look)(um_still *s, um_error *err);
    /* Fills the frame with what is there: of a picture that ends early the rows that came. */
    um_status (*decode)(AVFrame *out, um_still *s, um_error *err);
} um_still_reader;

enum { UM_STILL_LEAST_ROWS = 16 }; /* fewer are no picture of anything */

/* All of the file into s->bytes. */
um_status um_still_load(um_still *s, um_error *err);
/* Pixels for `format`; width and height are set before. */
um_status um_still_frame(AVFrame *frame, int format, int width, int height, um_error *err);
/* The picture ends after these rows: the frame ends there too, and that is said. Too few are refused. */
um_status um_still_cut(AVFrame *frame, um_still *s, int rows, um_error *err);
void um_still_damaged(um_still *s, const char *why);
/* FFmpeg's decoder of this codec (an AVCodecID) over s->bytes. First strictly; when it refuses, as far as it
 * gets, which is damage. */
um_status um_still_packet(AVFrame *out, um_still *s, int codec, um_error *err);
#endif
