/* SPDX-License-Identifier: GPL-3.0-or-later */
/* image.c: life of a picture. */
#include "base/base.h"
#include <stdlib.h>
#include <unmask/image.h>

int um_image_channels(um_pixel pixel)
{
    switch (pixel) {
    case UM_GRAY8:
    case UM_LUMA8:
        return 1;
    case UM_RGB24:
        return 3;
    }
    return 0;
}

um_status um_image_new(um_image **out, int width, int height, um_pixel pixel, um_error *err)
{
    *out = NULL;
    if (width < 1 || height < 1 || width > UM_IMAGE_MAX_SIDE || height > UM_IMAGE_MAX_SIDE ||
        (int64_t)width * height > UM_IMAGE_MAX_PIXELS)
        return um_fail(err, UM_EINVAL, "a picture of %d x %d is out of range", width, height);
    if (!um_image_channels(pixel))
        return um_fail(err, UM_EINVAL, "%d is no pixel format", (int)pixel);
    ptrdiff_t stride = ((ptrdiff_t)width * um_image_channels(pixel) + 63) / 64 * 64;
    um_image *image = um_calloc(1, sizeof *image);
    uint8_t *data =
        um_calloc_aligned((size_t)height + 1, (size_t)stride); /* one row more: readable bytes at the end */
    if (!image || !data) {
        free(image);
        free(data);
        return um_fail_oom(err);
    }
    *image = (um_image){width, height, pixel, stride, data, 1, free, data};
    *out = image;
    return UM_OK;
}

um_image *um_image_ref(um_image *image)
{
    if (image)
        __atomic_add_fetch(&image->refs, 1, __ATOMIC_RELAXED);
    return image;
}

void um_image_free(um_image **image)
{
    if (!image || !*image)
        return;
    if (__atomic_sub_fetch(&(*image)->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        if ((*image)->release)
            (*image)->release((*image)->opaque);
        free(*image);
    }
    *image = NULL;
}
