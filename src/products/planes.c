/* SPDX-License-Identifier: GPL-3.0-or-later */
/* planes.c: brightness and colour of a picture as planes of 8 bits. */
#include "products/products_internal.h"

um_status um_product_make_luma(um_products *p, void *user, um_error *err)
{
    const um_image *picture = um_product_picture(p->frame);
    if (!picture)
        return um_fail(err, UM_EINVAL, "this moment has no picture");
    return um_image_to_gray(&p->luma, picture, err);
}

/* JFIF (ITU-T T.871, 7): Cb = 128 + (B - Y) / 1.772, Cr = 128 + (R - Y) / 1.402, in units of 2^-16; the
 * weights of each add up to 0, so that gray gives exactly 128. */
enum { SHIFT = 16, HALF = 1 << 15, MIDDLE = 128 << SHIFT };
enum { CB_R = -11058, CB_G = -21710, CB_B = 32768, CR_R = 32768, CR_G = -27439, CR_B = -5329 };

static uint8_t byte_of(int v)
{
    return (uint8_t)(v >> SHIFT > 255 ? 255 : v >> SHIFT); /* never below 0: 128 - 127.5 */
}

static um_status make_chroma(um_products *p, void *user, um_error *err)
{
    const um_image *rgb = p->frame ? p->frame->rgb : NULL;
    um_status st;
    if (!rgb || rgb->pixel != UM_RGB24)
        return um_fail(err, UM_EINVAL, "this moment has no picture in colour");
    if ((st = um_image_new(&p->cb, rgb->width, rgb->height, UM_GRAY8, err)) < 0 ||
        (st = um_image_new(&p->cr, rgb->width, rgb->height, UM_GRAY8, err)) < 0)
        return st;
    for (int y = 0; y < rgb->height; y++) {
        const uint8_t *from = rgb->data + y * rgb->stride;
        uint8_t *cb = p->cb->data + y * p->cb->stride, *cr = p->cr->data + y * p->cr->stride;
        for (int x = 0; x < rgb->width; x++, from += 3) {
            const int r = from[0], g = from[1], b = from[2];
            cb[x] = byte_of(CB_R * r + CB_G * g + CB_B * b + MIDDLE + HALF);
            cr[x] = byte_of(CR_R * r + CR_G * g + CR_B * b + MIDDLE + HALF);
        }
    }
    return UM_OK;
}

um_status um_product_luma(const um_image **out, um_products *p, um_error *err)
{
    const um_status st = um_product_once(p, &p->luma_once, um_product_make_luma, NULL, err);
    *out = st == UM_OK ? p->luma : NULL;
    return st;
}

um_status um_product_chroma(const um_image **cb, const um_image **cr, um_products *p, um_error *err)
{
    const um_status st = um_product_once(p, &p->chroma_once, make_chroma, NULL, err);
    *cb = st == UM_OK ? p->cb : NULL;
    *cr = st == UM_OK ? p->cr : NULL;
    return st;
}
