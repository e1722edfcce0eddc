/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow.c: how the picture has moved since the one before, on a grid of bounded size. */
#include "dsp/flow.h"
#include "products/products_internal.h"
#include <stdlib.h>

enum { MAX_SIDE = 320 };

/* Luma at the size of the grid. */
static um_status reduce(float *out, const um_image *image, int width, int height, um_error *err)
{
    um_image *gray = NULL, *small = NULL;
    const um_rect whole = {0, 0, (float)image->width, (float)image->height};
    um_status st = um_image_to_gray(&gray, image, err);
    if (st == UM_OK)
        st = um_image_crop_resize(&small, gray, whole, width, height, err);
    for (int y = 0; st == UM_OK && y < height; y++)
        for (int x = 0; x < width; x++)
            *out++ = small->data[y * small->stride + x];
    um_image_free(&gray);
    um_image_free(&small);
    return st;
}

static int grid_side(int side, int longest)
{
    const int n = longest > MAX_SIDE ? (int)((int64_t)side * MAX_SIDE / longest) : side;
    return n > 2 ? n : 2;
}

static um_status make_flow(um_products *p, void *user, um_error *err)
{
    const um_image *image = um_product_picture(p->frame), *before = p->before;
    if (!p->flow_declared || !image)
        return um_fail(err, UM_EINVAL,
                       image ? "optical flow was not declared" : "this moment has no picture");
    if (!before || before->width != image->width || before->height != image->height)
        return UM_OK; /* the first, or a picture of another size */
    const int longest = image->width > image->height ? image->width : image->height;
    const int width = grid_side(image->width, longest), height = grid_side(image->height, longest);
    const size_t n = (size_t)width * (size_t)height;
    float *motion = um_calloc(2 * n, sizeof *motion), *luma = um_calloc(2 * n, sizeof *luma);
    um_status st = motion && luma ? UM_OK : um_fail_oom(err);
    if (st < 0 || (st = reduce(luma, image, width, height, err)) < 0 ||
        (st = reduce(luma + n, before, width, height, err)) < 0 ||
        (st = um_flow_farneback(motion, motion + n, luma, luma + n, width, height, err)) < 0) {
        free(motion);
        free(luma);
        return st;
    }
    free(luma);
    const float scale_x = (float)image->width / (float)width, scale_y = (float)image->height / (float)height;
    for (size_t i = 0; i < n; i++) { /* it came from there: it has moved the other way */
        motion[i] *= -scale_x;
        motion[n + i] *= -scale_y;
    }
    p->flow = (um_flow){width, height, scale_x, scale_y, p->frame->t_s - p->before_s, motion, motion + n};
    return UM_OK;
}

um_status um_product_flow(const um_flow **out, um_products *p, um_error *err)
{
    const um_status st = um_product_once(p, &p->flow_once, make_flow, NULL, err);
    *out = st == UM_OK && p->flow.dx ? &p->flow : NULL;
    return st;
}
