/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.c: see picture.h. */
#include "results/picture.h"
#include "av/sink/encode.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { JPEG_QUALITY = 85 };

void um_picture_clear(um_picture *picture)
{
    void *bytes;
    memcpy(&bytes, &picture->jpeg, sizeof bytes); /* const only for readers */
    free(bytes);
    *picture = (um_picture){0};
}

um_status um_picture_make(um_picture *out, const um_image *image, int side, um_error *err)
{
    um_image *small = NULL;
    um_buf file;
    um_status st = UM_OK;
    const int longest = image->width > image->height ? image->width : image->height;
    const double factor = longest > side ? (double)side / longest : 1;
    const int width = um_clampi((int)(image->width * factor + .5), 1, side),
              height = um_clampi((int)(image->height * factor + .5), 1, side);
    *out = (um_picture){0};
    um_buf_init(&file, UM_PICTURE_BYTES);
    if (factor < 1) {
        const um_rect all = {0, 0, (float)image->width, (float)image->height};
        st = um_image_crop_resize(&small, image, all, width, height, err);
    }
    if (st == UM_OK)
        st = um_image_encode(&file, small ? small : image, "jpeg", JPEG_QUALITY, err);
    um_image_free(&small);
    if (st == UM_OK) {
        const size_t n = file.n;
        unsigned char *bytes = (unsigned char *)um_buf_take(&file);
        if (!bytes)
            return um_fail_oom(err);
        *out = (um_picture){width, height, n, bytes};
    }
    um_buf_free(&file);
    return st;
}

um_status um_picture_read(um_picture *out, const char *base64, int64_t width, int64_t height, um_error *err)
{
    size_t n = strlen(base64);
    unsigned char *bytes;
    *out = (um_picture){0};
    if (width < 1 || height < 1 || width > UM_PICTURE_SIDE || height > UM_PICTURE_SIDE)
        return um_fail(err, UM_EFORMAT, "a picture of %lld x %lld", (long long)width, (long long)height);
    if (n / 4 * 3 > UM_PICTURE_BYTES)
        return um_fail(err, UM_ENOMEM, "a picture of more than %d bytes", UM_PICTURE_BYTES);
    if (!(bytes = um_calloc(n / 4 * 3 + 1, 1)))
        return um_fail_oom(err);
    if (!um_base64_decode(bytes, &n, base64) || n < 4 || memcmp(bytes, "\xFF\xD8\xFF", 3) ||
        memcmp(bytes + n - 2, "\xFF\xD9", 2)) {
        free(bytes);
        return um_fail(err, UM_EFORMAT, "a picture that is not JPEG in base64");
    }
    *out = (um_picture){(int)width, (int)height, n, bytes};
    return UM_OK;
}
