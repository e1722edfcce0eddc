/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blocks.c: the cosine transform of all blocks of 8 x 8 pixels, as JPEG sees the luma. */
#include "dsp/dct.h"
#include "products/products_internal.h"
#include <stdlib.h>

static um_status make_dct(um_products *p, void *user, um_error *err)
{
    const um_image *luma;
    um_status st = um_product_luma(&luma, p, err);
    if (st < 0 || (st = um_product_fits(luma, err)) < 0)
        return st;
    const int rows = luma->height / UM_DCT_SIDE, cols = luma->width / UM_DCT_SIDE;
    float *out = um_calloc((size_t)rows * (size_t)cols, UM_DCT_N * sizeof *out);
    if (!out)
        return um_fail_oom(err);
    p->dct = (um_dct_blocks){rows, cols, out};
    um_dct8_plane(out, luma->data, luma->stride, rows, cols);
    return UM_OK;
}

um_status um_product_dct(const um_dct_blocks **out, um_products *p, um_error *err)
{
    const um_status st = um_product_once(p, &p->dct_once, make_dct, NULL, err);
    *out = st == UM_OK ? &p->dct : NULL;
    return st;
}
