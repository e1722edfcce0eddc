/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made photos for the signals of stills, and a signal fed with one. Included once per test program. */
#ifndef UM_STILL_PICTURES_H
#define UM_STILL_PICTURES_H
#include "base/random.h"
#include "dsp/jpeg.h"
#include "signal_run.h"
#include <string.h>

/* Soft texture: noise through a decaying filter along x and y, mean 128, deviation about `deviation`. */
static inline um_image *textured(int width, int height, double deviation, uint64_t seed)
{
    um_image *image = NULL;
    double *above = calloc((size_t)width, sizeof *above);
    if (!above || um_image_new(&image, width, height, UM_GRAY8, NULL) < 0)
        abort();
    for (int y = 0; y < height; y++) {
        double left = 0;
        for (int x = 0; x < width; x++) {
            left = .7 * left + um_random_normal(&seed);
            above[x] = .7 * above[x] + left;
            image->data[y * image->stride + x] =
                (uint8_t)um_clampi((int)lrint(128 + deviation * above[x] / 2), 1, 254);
        }
    }
    free(above);
    return image;
}

static inline void compressed(um_image *image, int quality)
{
    uint16_t table[UM_DCT_N];
    um_jpeg_table(table, quality);
    um_jpeg_again(image->data, image->stride, image->data, image->stride, image->width, image->height, table);
}

static inline void pasted(um_image *to, const um_image *from, int x, int y, int width, int height)
{
    for (int v = y; v < y + height; v++)
        memcpy(to->data + v * to->stride + x, from->data + v * from->stride + x, (size_t)width);
}

/* As a viewer shows it after turning it clockwise. */
static inline um_image *turned(const um_image *from, int degrees)
{
    um_image *to = NULL;
    const int w = from->width, h = from->height, across = degrees % 180;
    if (um_image_new(&to, across ? h : w, across ? w : h, UM_GRAY8, NULL) < 0)
        abort();
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const int to_x = degrees == 90 ? h - 1 - y : degrees == 180 ? w - 1 - x : degrees == 270 ? y : x;
            const int to_y = degrees == 90 ? x : degrees == 180 ? h - 1 - y : degrees == 270 ? w - 1 - x : y;
            to->data[to_y * to->stride + to_x] = from->data[y * from->stride + x];
        }
    return to;
}

/* The findings of a signal about a photo that is shown turned; the caller frees them. quality 0: no JPEG. */
static inline um_findings *asked_of(const char *signal, const um_image *stored, int quality, int degrees)
{
    um_image *shown = turned(stored, degrees);
    um_frame frame = {.gray = shown};
    um_probe probe = {.jpeg = {.quality = quality, .standard = true}};
    runner r;
    if (quality)
        um_jpeg_table(probe.jpeg.luma, quality);
    CHECK(runner_begin(&r, um_signal_find(signal)) == UM_OK);
    r.media.is_photo = true;
    r.media.rotation_deg = degrees;
    r.media.width = shown->width;
    r.media.height = shown->height;
    r.in.probe = &probe;
    CHECK(runner_push(&r, &(um_signal_input){.frame = &frame, .probe = &probe}) == UM_OK);
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&shown);
    return runner_end(&r);
}

/* What is said of the file. */
static inline const um_result *of_file(const um_findings *f)
{
    for (int i = 0; i < f->n_results; i++)
        if (f->result[i].subject.kind == UM_SUBJECT_FILE)
            return &f->result[i];
    return NULL;
}
#endif
