/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers requests of products_cv2.py and products_scipy.py: a line of numbers and raw data on stdin, raw
 * data on stdout. */
#include "products/products_internal.h"
#include <stdlib.h>
#include <string.h>

static void must(um_status st, const um_error *err)
{
    if (st < 0) {
        fprintf(stderr, "products_driver: %s\n", err->text);
        exit(1);
    }
}

static void get(void *to, size_t n)
{
    if (fread(to, 1, n, stdin) != n)
        exit(1);
}

static void put(const void *from, size_t n)
{
    fwrite(from, 1, n, stdout);
}

static um_image *get_image(int width, int height, um_pixel pixel)
{
    um_error err;
    um_image *image = NULL;
    must(um_image_new(&image, width, height, pixel, &err), &err);
    for (int y = 0; y < height; y++)
        get(image->data + y * image->stride, (size_t)(width * um_image_channels(pixel)));
    return image;
}

static void put_image(const um_image *image)
{
    for (int y = 0; y < image->height; y++)
        put(image->data + y * image->stride, (size_t)image->width);
}

/* Residual, blocks and gradient of a gray picture; both colour planes of one in colour. */
static void picture(int width, int height, bool colour)
{
    um_error err;
    um_products *p = NULL;
    um_image *image = get_image(width, height, colour ? UM_RGB24 : UM_GRAY8);
    um_frame frame = {.gray = colour ? NULL : image, .rgb = colour ? image : NULL};
    const size_t n = (size_t)(width * height);
    must(um_products_new(&p, NULL, &frame, NULL, NULL, &err), &err);
    if (colour) {
        const um_image *cb, *cr;
        must(um_product_chroma(&cb, &cr, p, &err), &err);
        put_image(cb);
        put_image(cr);
    } else {
        const um_plane *residual;
        const um_dct_blocks *dct;
        const um_gradient *gradient;
        must(um_product_residual(&residual, p, &err), &err);
        must(um_product_dct(&dct, p, &err), &err);
        must(um_product_gradient(&gradient, p, &err), &err);
        put(residual->value, n * sizeof(float));
        put(dct->value, (size_t)(dct->rows * dct->cols) * 64 * sizeof(float));
        put(gradient->x, n * sizeof(int16_t));
        put(gradient->y, n * sizeof(int16_t));
    }
    um_products_free(&p);
    um_image_free(&image);
}

int main(void)
{
    char line[256], what[16];
    int a, b, c, d;
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%15s %d %d %d %d", what, &a, &b, &c, &d) == 5) {
        if (!strcmp(what, "gray") || !strcmp(what, "rgb"))
            picture(a, b, *what == 'r');
        fflush(stdout);
    }
    return 0;
}
