/* SPDX-License-Identifier: GPL-3.0-or-later */
/** products.h: what several signals want of the same moment, made once and shared.
 *
 * Products of a picture are made by whoever asks first, outside any lock; others who ask meanwhile wait. A
 * failure is remembered and given to all. Any number of threads may ask at once. What is returned is borrowed
 * and lives as long as the moment.
 *
 * Products of sound follow each other in time. They are made for every block, in order, when a signal
 * declares them in its needs; each block gives the frames that it completes. Cutting the sound into other
 * blocks gives the same frames, byte for byte. After a jump in time all windows start anew, none spans it,
 * and `restarted` is set.
 *
 * docs/products.md gives formula, paper, unit and cost of each. */
#ifndef UNMASK_PRODUCTS_H
#define UNMASK_PRODUCTS_H

#include <unmask/faces.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct um_products um_products;               ///< of one moment
typedef struct um_product_streams um_product_streams; ///< what products remember of a recording

/** Of `needs` of a signal (signal.h): products that follow each other in time. */
enum {
    UM_NEED_FLOW = 64,
    UM_NEED_SOUND16K = 128,
    UM_NEED_SPECTROGRAM = 256,
    UM_NEED_LOGMEL = 512,
    UM_NEED_VOICE = 1024,
    UM_NEED_PITCH = 2048,
    UM_NEED_STREAMS =
        UM_NEED_FLOW | UM_NEED_SOUND16K | UM_NEED_SPECTROGRAM | UM_NEED_LOGMEL | UM_NEED_VOICE | UM_NEED_PITCH
};

/* ---- life: for the scheduler, and for tests ---- */

/** `needs`: the needs of all signals together. */
UM_API um_status um_product_streams_new(um_product_streams **out, unsigned needs, um_error *err);
UM_API void um_product_streams_free(um_product_streams **streams); ///< products made before may live on
/** Products of one picture or one block of sound, called in presentation order from one thread at a time.
 * `streams` NULL: nothing that follows in time. `faces` may be NULL. All are borrowed and must outlive the
 * products. What fails in a stream is given to those who ask for it, from then on. */
UM_API um_status um_products_new(um_products **out, um_product_streams *streams, const um_frame *frame,
                                 const um_sound *sound, const um_faces *faces, um_error *err);
/** After the last moment: the frames that streams have kept back because they look ahead. */
UM_API um_status um_products_end(um_products **out, um_product_streams *streams, um_error *err);
UM_API void um_products_free(um_products **products);

/* ---- of a picture: UM_EINVAL when asked of a block of sound ---- */

/** um_face_crop of faces[face]: RGB, eyes level, `side` pixels (16..512), the face box scaled by `margin`.
 * UM_ENOMEM beyond 64 MiB of crops per moment. */
UM_API um_status um_product_face(const um_image **out, um_products *products, int face, int side,
                                 float margin, um_error *err);
/** UM_GRAY8, full range. From frame->gray, else from frame->rgb, which may differ by one level: a signal that
 * asks for luma, or for what is made of it, declares UM_NEED_GRAY. */
UM_API um_status um_product_luma(const um_image **out, um_products *products, um_error *err);
/** Blue and red difference (BT.601 full range, as JFIF), 128 = none, UM_GRAY8 of the size of the picture. The
 * signal declares UM_NEED_RGB. */
UM_API um_status um_product_chroma(const um_image **cb, const um_image **cr, um_products *products,
                                   um_error *err);

/* What follows is UM_EUNSUPPORTED for pictures of more than UM_PRODUCT_MAX_PIXELS. */
#define UM_PRODUCT_MAX_PIXELS (1 << 26)

typedef struct um_plane {
    int width, height;
    const float *value; ///< [height][width]
} um_plane;

typedef struct um_gradient {
    int width, height;
    const int16_t *x, *y; ///< [height][width], -1020..1020; y grows downwards
} um_gradient;

typedef struct um_dct_blocks {
    int rows, cols;     ///< of whole blocks, the first at the top left pixel
    const float *value; ///< [rows][cols][8][8]: frequency along y, then along x
} um_dct_blocks;

/** Noise: luma minus its wavelet denoised version, in gray levels (Mihcak 1999, as for sensor noise). */
UM_API um_status um_product_residual(const um_plane **out, um_products *products, um_error *err);
/** Orthonormal cosine transform of luma - 128 in blocks of 8 x 8, as JPEG. */
UM_API um_status um_product_dct(const um_dct_blocks **out, um_products *products, um_error *err);
/** Sobel's derivatives of luma, 3 x 3, unscaled: a ramp of 1 per pixel gives 8. */
UM_API um_status um_product_gradient(const um_gradient **out, um_products *products, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
