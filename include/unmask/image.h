/* SPDX-License-Identifier: GPL-3.0-or-later */
/** image.h: pictures, sound blocks and the moments of a recording that carry them. */
#ifndef UNMASK_IMAGE_H
#define UNMASK_IMAGE_H

#include <unmask/codec.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum um_pixel {
    UM_GRAY8, ///< 1 byte per pixel: luma, full range 0..255
    UM_RGB24, ///< 3 bytes per pixel: R, G, B, full range, as displayed (no colour management)
    UM_LUMA8, ///< 1 byte per pixel: luma, limited range 16..235; um_canny_run, um_image_to_gray and the crops
              ///< read it, what writes or draws refuses it
} um_pixel;

/** A reference-counted picture of 8-bit samples. Rows are `stride` bytes apart, at least 64 readable bytes
 * follow the last row, and row starts are 64-byte aligned for images made by um_image_new. Treat a shared
 * image (more than one reference) as read-only. */
typedef struct um_image {
    int width, height; ///< pixels, 1..UM_IMAGE_MAX_SIDE
    um_pixel pixel;
    ptrdiff_t stride; ///< bytes, >= width * channels
    uint8_t *data;
    /* private */
    int refs;
    void (*release)(void *opaque);
    void *opaque;
} um_image;

#define UM_IMAGE_MAX_SIDE 32768
#define UM_IMAGE_MAX_PIXELS (1 << 28)

/** A new picture with undefined content, reference count 1. UM_ENOMEM, UM_EINVAL for a size out of range. */
UM_API um_status um_image_new(um_image **out, int width, int height, um_pixel pixel, um_error *err);
UM_API um_image *um_image_ref(um_image *image);
UM_API void um_image_free(um_image **image);  ///< drops one reference
UM_API int um_image_channels(um_pixel pixel); ///< 1 or 3; 0 for what is no um_pixel
/** RGB to gray exactly as cv2.cvtColor (BT.601, 15-bit fixed point); a gray image gives a new reference, one
 * of UM_LUMA8 is stretched to full range. */
UM_API um_status um_image_to_gray(um_image **out, const um_image *image, um_error *err);
/** Resample `from` (any rectangle, edge pixels repeated outside) to a new width x height image.
 * Area-averaging when it shrinks, bilinear when it grows (each axis for itself). {0, 0, width, height} is the
 * whole image: output pixel (i, j) has its centre at x = from.x + (i + 0.5) * from.w / width - 0.5, y alike.
 */
UM_API um_status um_image_crop_resize(um_image **out, const um_image *image, um_rect from, int width,
                                      int height, um_error *err);
/** A block of sound, planar float samples, nominal range -1..1. */
typedef struct um_sound {
    int64_t first; ///< index of the first sample since the start of the stream: first / rate_hz is exact time
    int rate_hz;
    int channels;       ///< 1..8
    int n;              ///< samples per channel
    const float *mono;  ///< [n] mean of all channels
    const float *ch[8]; ///< [channels][n]
    int coded_bytes;    ///< of the packet that this was decoded from; 0 when unknown
} um_sound;

/** One decoded picture of a video or photo, upright (rotation metadata applied), deinterlaced. */
typedef struct um_frame {
    int64_t index;                 ///< 0, 1, 2, ... in presentation order
    double t_s;                    ///< presentation time in seconds since the start of the file's timeline
    double duration_s;             ///< time until the next frame, 0 when unknown
    bool key;                      ///< a key (intra) frame
    bool damaged;                  ///< the decoder concealed errors in it
    um_image *gray;                ///< NULL unless wanted (UM_WANT_GRAY, UM_WANT_LUMA)
    um_image *rgb;                 ///< NULL unless wanted (UM_WANT_RGB)
    const um_codec_picture *codec; ///< NULL unless wanted (UM_WANT_CODEC), in a photo, and when interlaced
} um_frame;

#ifdef __cplusplus
}
#endif
#endif
