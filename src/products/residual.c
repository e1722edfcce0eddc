/* SPDX-License-Identifier: GPL-3.0-or-later */
/* residual.c: the noise of a picture: what a wavelet denoiser takes away from its luma (dsp/noise.h). Left to
 * those who need it: removing what all pictures share (row and column means, peaks of the spectrum). */
#include "dsp/noise.h"
#include "products/products_internal.h"
#include <stdlib.h>

static um_status make_residual(um_products *p, void *user, um_error *err)
{
    const um_image *luma;
    um_status st = um_product_luma(&luma, p, err);
    if (st < 0 || (st = um_product_fits(luma, err)) < 0)
        return st;
    const size_t width = (size_t)luma->width;
    float *value = um_calloc(width * (size_t)luma->height, sizeof *value);
    if (!value)
        return um_fail_oom(err);
    for (int y = 0; y < luma->height; y++)
        for (size_t x = 0; x < width; x++)
            value[(size_t)y * width + x] = luma->data[y * luma->stride + (ptrdiff_t)x];
    if ((st = um_noise_of(value, luma->width, luma->height, err)) < 0) {
        free(value);
        return st;
    }
    p->residual = (um_plane){luma->width, luma->height, value};
    return UM_OK;
}

um_status um_product_residual(const um_plane **out, um_products *p, um_error *err)
{
    const um_status st = um_product_once(p, &p->residual_once, make_residual, NULL, err);
    *out = st == UM_OK ? &p->residual : NULL;
    return st;
}
