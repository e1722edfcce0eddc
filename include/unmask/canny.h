/* SPDX-License-Identifier: GPL-3.0-or-later */
/** canny.h: Canny's edge detector, bit for bit as cv2.Canny of OpenCV 4.6.
 *
 * Canny, "A Computational Approach to Edge Detection", IEEE TPAMI 8(6), 1986. No blur is applied inside, as
 * in OpenCV. */
#ifndef UNMASK_CANNY_H
#define UNMASK_CANNY_H

#include <unmask/image.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct um_canny um_canny; ///< buffers kept between pictures

typedef struct um_canny_options {
    double low, high; ///< thresholds on the gradient norm; swapped if low > high; fractions are dropped
    int aperture;     ///< of the Sobel operator: 3, 5 or 7
    bool l2;          ///< sqrt(dx^2 + dy^2) instead of |dx| + |dy|
} um_canny_options;

/** UM_EINVAL for another aperture or a threshold that is not a number. */
UM_API um_status um_canny_new(um_canny **out, const um_canny_options *opt, um_error *err);
UM_API void um_canny_free(um_canny **canny);
/** `edges` is a gray image of the same size: 255 on edges, else 0. `image` gray, luma (which is
 * stretched to gray on the way) or RGB. Returns the number of edge pixels through `n_edges` (may be NULL).
 * Buffers are made for the first picture of a size and kept.
 *
 * RGB: the channel with the largest norm counts, of equal ones the first in memory, as cv2.Canny does for the
 * same bytes. (OpenCV's own pictures are B, G, R in memory, so where norms tie the two may pick other
 * channels.)
 */
UM_API um_status um_canny_run(um_canny *canny, um_image *edges, const um_image *image, int64_t *n_edges,
                              um_error *err);

#ifdef __cplusplus
}
#endif
#endif
