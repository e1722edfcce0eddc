/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures through a video encoder: worse with the quantizer, the same each time, whatever their size. */
#include "../check.h"
#include "av/sink/recode.h"
#include <string.h>

static um_image *picture(int width, int height)
{
    um_image *m = NULL;
    if (um_image_new(&m, width, height, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint8_t *p = m->data + y * m->stride + 3 * x;
            double wave = 60 * sin(x * .21) * cos(y * .17) + 20 * sin(x * 1.1 + y * .9);
            p[0] = (uint8_t)(128 + wave);
            p[1] = (uint8_t)(110 + wave + 10 * sin(y * .05));
            p[2] = (uint8_t)(100 + wave);
        }
    return m;
}

/* Peak signal-to-noise ratio in dB of the even part. */
static double psnr(const um_image *a, const um_image *b)
{
    double sum = 0;
    int w = a->width & ~1, h = a->height & ~1;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < 3 * w; x++)
            sum += pow(a->data[y * a->stride + x] - b->data[y * b->stride + x], 2);
    return 10 * log10(255. * 255 * w * h * 3 / (sum + 1e-9));
}

static double quality(const char *encoder, int width, int height, int quantizer, int dx, int dy)
{
    um_image *before = picture(width, height), *after = picture(width, height),
             *again = picture(width, height);
    um_error err = {0};
    CHECK(um_image_recode(after, encoder, quantizer, dx, dy, &err) == UM_OK);
    CHECK(um_image_recode(again, encoder, quantizer, dx, dy, &err) == UM_OK);
    for (int y = 0; y < height; y++) {
        size_t row = (size_t)(3 * width);
        CHECK(!memcmp(after->data + y * after->stride, again->data + y * again->stride, row));
        if (y >= (height & ~1)) /* the odd row is left */
            CHECK(!memcmp(after->data + y * after->stride, before->data + y * before->stride, row));
        if (width & 1)
            CHECK(!memcmp(after->data + y * after->stride + 3 * (width - 1),
                          before->data + y * before->stride + 3 * (width - 1), 3));
    }
    double db = psnr(before, after);
    um_image_free(&before);
    um_image_free(&after);
    um_image_free(&again);
    return db;
}

int main(void)
{
    static const char *const encoders[] = {"libx264", "mpeg4"};
    um_error err = {0};
    for (int k = 0; k < 2; k++) {
        double last = 100;
        for (int quantizer = 2; quantizer <= 31; quantizer += 29 / 3) {
            double db = quality(encoders[k], 128, 96, quantizer, 3, -2);
            fprintf(stderr, "%s, quantizer %d: %.1f dB\n", encoders[k], quantizer, db);
            CHECK(db < last - .5);
            last = db;
        }
        CHECK(last > 15 && last < 30);
        CHECK(quality(encoders[k], 128, 96, 2, 0, 0) > 35); /* colour at half size costs a little */
        for (int side = 16; side <= 19; side++)
            CHECK(quality(encoders[k], side, 35 - side, 4, -40, 40) > 20);
    }
    um_image *m = picture(15, 40);
    CHECK(um_image_recode(m, "libx264", 4, 0, 0, &err) == UM_EINVAL);
    um_image_free(&m);
    m = picture(40, 40);
    CHECK(um_image_recode(m, "no such encoder", 4, 0, 0, &err) == UM_EUNSUPPORTED);
    um_image_free(&m);
    return check_done();
}
