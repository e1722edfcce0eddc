/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gradient.c: Sobel's derivatives of the luma, the edge pixel repeated outside (as cv2.Sobel with
 * BORDER_REPLICATE). */
#include "products/products_internal.h"
#include <stdlib.h>

/* Columns -1 and width of the two rows that are summed along y repeat their neighbours. */
static void repeat_ends(int16_t *row, int width)
{
    row[0] = row[1];
    row[width + 1] = row[width];
}

static um_status make_gradient(um_products *p, void *user, um_error *err)
{
    const um_image *luma;
    um_status st = um_product_luma(&luma, p, err);
    if (st < 0 || (st = um_product_fits(luma, err)) < 0)
        return st;
    const int width = luma->width, height = luma->height;
    const size_t n = (size_t)width * (size_t)height;
    int16_t *out = um_calloc(2 * n, sizeof *out);
    int16_t *space = um_calloc(2 * ((size_t)width + 2), sizeof *space);
    if (!out || !space) {
        free(out);
        free(space);
        return um_fail_oom(err);
    }
    int16_t *restrict smooth = space, *restrict slope = space + width + 2;
    for (int y = 0; y < height; y++) {
        const uint8_t *row = luma->data + y * luma->stride;
        const uint8_t *above = y ? row - luma->stride : row,
                      *below = y + 1 < height ? row + luma->stride : row;
        int16_t *restrict gx = out + (size_t)y * (size_t)width, *restrict gy = gx + n;
        for (int x = 0; x < width; x++) {
            smooth[x + 1] = (int16_t)(above[x] + 2 * row[x] + below[x]);
            slope[x + 1] = (int16_t)(below[x] - above[x]);
        }
        repeat_ends(smooth, width);
        repeat_ends(slope, width);
        for (int x = 0; x < width; x++) {
            gx[x] = (int16_t)(smooth[x + 2] - smooth[x]);
            gy[x] = (int16_t)(slope[x] + 2 * slope[x + 1] + slope[x + 2]);
        }
    }
    free(space);
    p->gradient = (um_gradient){width, height, out, out + n};
    return UM_OK;
}

um_status um_product_gradient(const um_gradient **out, um_products *p, um_error *err)
{
    const um_status st = um_product_once(p, &p->gradient_once, make_gradient, NULL, err);
    *out = st == UM_OK ? &p->gradient : NULL;
    return st;
}
