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

/* Of the second of two gray pictures: size of the grid, dx, dy. */
static void flow(int width, int height)
{
    um_error err;
    um_product_streams *streams = NULL;
    const um_flow *out = NULL;
    must(um_product_streams_new(&streams, UM_NEED_FLOW, &err), &err);
    for (int i = 0; i < 2; i++) {
        um_products *p = NULL;
        um_image *image = get_image(width, height, UM_GRAY8);
        um_frame frame = {.gray = image, .t_s = i};
        must(um_products_new(&p, streams, &frame, NULL, NULL, &err), &err);
        must(um_product_flow(&out, p, &err), &err);
        if (out) {
            const int32_t size[2] = {out->width, out->height};
            put(size, sizeof size);
            put(out->dx, (size_t)(out->width * out->height) * sizeof(float));
            put(out->dy, (size_t)(out->width * out->height) * sizeof(float));
        }
        um_products_free(&p);
        um_image_free(&image);
    }
    um_product_streams_free(&streams);
}

static void keep(um_buf *to, const void *values, int n)
{
    if (n) /* `values` may be NULL */
        um_buf_add(to, values, (size_t)n * sizeof(float));
}

/* All frames of a sound pushed in blocks: for each product the number of values, then the values. */
static void sound(int rate_hz, int n, int block)
{
    enum { SAMPLES, POWER, MEL, VOICE, PITCH, KINDS };
    um_error err;
    um_product_streams *streams = NULL;
    um_buf out[KINDS];
    float *x = calloc((size_t)n + 1, sizeof *x);
    get(x, (size_t)n * sizeof *x);
    for (int i = 0; i < KINDS; i++)
        um_buf_init(&out[i], (size_t)1 << 30);
    must(um_product_streams_new(&streams, UM_NEED_STREAMS, &err), &err);
    for (int at = 0, done = 0; !done; at += block) {
        um_products *p = NULL;
        const um_samples *samples;
        const um_sound_frames *power, *mel;
        const um_voice_frames *voice;
        const um_pitch_frames *pitch;
        const um_sound s = {at, rate_hz, 1, n - at < block ? n - at : block, x + at, {x + at}};
        done = at >= n;
        must(done ? um_products_end(&p, streams, &err) : um_products_new(&p, streams, NULL, &s, NULL, &err),
             &err);
        must(um_product_sound16k(&samples, p, &err), &err);
        must(um_product_spectrogram(&power, p, &err), &err);
        must(um_product_logmel(&mel, p, &err), &err);
        must(um_product_voice(&voice, p, &err), &err);
        must(um_product_pitch(&pitch, p, &err), &err);
        keep(&out[SAMPLES], samples->value, samples->n);
        keep(&out[POWER], power->value, power->n * power->size);
        keep(&out[MEL], mel->value, mel->n * mel->size);
        keep(&out[VOICE], voice->frame, voice->n * 2);
        for (int i = 0; i < pitch->n; i++) {
            const float row[3] = {(float)pitch->frame[i].index, pitch->frame[i].hz, pitch->frame[i].strength};
            keep(&out[PITCH], row, 3);
        }
        um_products_free(&p);
    }
    for (int i = 0; i < KINDS; i++) {
        const int32_t values = (int32_t)(out[i].n / sizeof(float));
        put(&values, sizeof values);
        put(out[i].data, out[i].n);
        um_buf_free(&out[i]);
    }
    um_product_streams_free(&streams);
    free(x);
}

int main(void)
{
    char line[256], what[16];
    int a, b, c, d;
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%15s %d %d %d %d", what, &a, &b, &c, &d) == 5) {
        if (!strcmp(what, "gray") || !strcmp(what, "rgb"))
            picture(a, b, *what == 'r');
        else if (!strcmp(what, "flow"))
            flow(a, b);
        else if (!strcmp(what, "sound"))
            sound(a, b, c);
        fflush(stdout);
    }
    return 0;
}
