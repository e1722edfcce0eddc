/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view.c: see view.h. */
#include "media/view.h"
#include "base/base.h"

static void release(void *parent)
{
    um_image *image = parent;
    um_image_free(&image);
}

um_status um_image_view(um_image **out, const um_image *image, int x, int y, int width, int height,
                        um_error *err)
{
    *out = NULL;
    if (x < 0 || y < 0 || width < 1 || height < 1 || x > image->width - width || y > image->height - height)
        return um_fail(err, UM_EINVAL, "a part of %d x %d pixels at %d, %d lies outside of %d x %d", width,
                       height, x, y, image->width, image->height);
    um_image *view = um_calloc(1, sizeof *view);
    if (!view)
        return um_fail_oom(err);
    *view =
        (um_image){.width = width,
                   .height = height,
                   .pixel = image->pixel,
                   .stride = image->stride,
                   .data = image->data + y * image->stride + (ptrdiff_t)x * um_image_channels(image->pixel),
                   .refs = 1,
                   .release = release,
                   .opaque = um_image_ref((um_image *)image)};
    *out = view;
    return UM_OK;
}
