/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.h: decoded frames as upright gray and RGB images. */
#ifndef UM_AV_PICTURE_H
#define UM_AV_PICTURE_H
#include "av/source/tone.h"
#include "base/base.h"
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <unmask/source.h>

/* How stored pixels become upright ones: transposed first (x and y change places), then mirrored. */
typedef struct um_orientation {
    bool transpose, flip_x, flip_y;
} um_orientation;
um_orientation um_orientation_of_exif(int exif); /* 1..8; as stored for all else */
int um_orientation_degrees(um_orientation o);    /* clockwise; mirroring is not told */

typedef struct um_picture {
    int width, height; /* of every image that leaves, upright */
    um_orientation orientation;
    double pixel_aspect; /* of stored pixels; 1 = square, as all images that leave */
    bool is_photo;
    um_tone *tone;      /* NULL: colours are shown as they are */
    const char *colour; /* what is done about them; a constant, "" */
    struct SwsContext *sws[2];
    AVBufferPool *pool[2]; /* gray, RGB */
    uint8_t *scratch;      /* RGBA, or 16-bit samples */
    size_t scratch_bytes;
} um_picture;
/* Takes the orientation from the first frame and the size, too, unless `width` and `height` (as stored) name
 * another; `matrix` is the stream's display matrix or NULL, `pixel_aspect` what it says of the shape of its
 * pixels, 0 when nothing. */
um_status um_picture_begin(um_picture *p, const AVFrame *first, int width, int height, const int32_t *matrix,
                           double pixel_aspect, um_error *err);
/* Where the pixels of a frame go in the images before these are turned: {x, y, width, height}. */
um_rect um_picture_place(const um_picture *p, const AVFrame *frame);
/* Gives the images that are wanted; a gray one may share the memory of the decoder. */
um_status um_picture_convert(um_picture *p, um_image **gray, um_image **rgb, const AVFrame *frame,
                             unsigned want, um_error *err);
void um_picture_end(um_picture *p);
/* n pixels RGBA over white to RGB. */
void um_over_white(uint8_t *restrict rgb, const uint8_t *restrict rgba, int n);
#endif
