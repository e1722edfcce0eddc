/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resize.c: any rectangle of a picture at a new size.
 *
 * Two one-dimensional filters in fixed point: rows are blended first (long vectors), then columns. Along an
 * axis that shrinks, an output pixel is the mean of the input it covers; along one that grows, it is
 * interpolated between the two nearest centres. Input outside the picture repeats the nearest edge pixel. */
#include "base/base.h"
#include "base/cpu.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/image.h>

enum {
    ONE_BITS = 14,                   /* a weight of 1 is 1 << ONE_BITS and fits int16_t */
    ROW_BITS = 7,                    /* fraction kept between the passes: 255 << 7 fits int16_t */
    PAD = 16,                        /* readable samples after a row of the first pass */
    LAST_BITS = ONE_BITS + ROW_BITS, /* fraction of the final sum */
};

/* For each output sample: which input samples, with which weights (their sum is exactly 1). */
struct tap {
    int first, n, at; /* weights[at .. at + n - 1] belong to samples first .. */
};
struct filter {
    int n_out, lo, hi; /* input samples lo..hi are used */
    struct tap *tap;
    int16_t *weight;
};

static void filter_free(struct filter *f)
{
    free(f->tap);
    free(f->weight);
}

/* How much of sample p (the interval [p, p+1), the first and last reach to infinity) lies in [a, b). */
static double overlap(int p, int n_in, double a, double b)
{
    double lo = p == 0 ? a : fmax(a, p), hi = p == n_in - 1 ? b : fmin(b, p + 1);
    return fmax(0, hi - lo);
}

/* Weight of sample p, unscaled, when the output covers [a, b). */
static double weight_at(int p, int n_in, double a, double b, bool shrink)
{
    if (shrink)
        return overlap(p, n_in, a, b) / (b - a);
    double centre = um_clampd((a + b) / 2 - 0.5, 0, n_in - 1);
    return fmax(0, 1 - fabs(centre - p));
}

static bool filter_make(struct filter *f, int n_in, int n_out, double from, double length)
{
    double step = length / n_out;
    bool shrink = step > 1;
    /* Covered samples overlap by at most two from one output to the next. */
    size_t most = (size_t)n_in + 4 * (size_t)n_out;
    f->n_out = n_out;
    f->tap = um_calloc((size_t)n_out, sizeof *f->tap);
    f->weight = um_calloc(most, sizeof *f->weight);
    if (!f->tap || !f->weight)
        return false;
    f->lo = n_in - 1;
    f->hi = 0;
    int at = 0;
    for (int i = 0; i < n_out; i++) {
        double a = from + i * step, b = a + step, reach = shrink ? 0 : 0.5;
        int first = (int)um_clampd(floor((shrink ? a : (a + b) / 2 - 0.5) + 1e-9), 0, n_in - 1);
        int last = (int)um_clampd(shrink ? ceil(b - 1e-9) - 1 : floor((a + b) / 2 + reach), first, n_in - 1);
        if (!shrink)
            last = um_clampi(last, first, first + 1);
        struct tap *t = &f->tap[i];
        int sum = 0, largest = at;
        *t = (struct tap){first, last - first + 1, at};
        for (int p = first; p <= last; p++, at++) {
            f->weight[at] = (int16_t)lrint(weight_at(p, n_in, a, b, shrink) * (1 << ONE_BITS));
            sum += f->weight[at];
            if (f->weight[at] > f->weight[largest])
                largest = at;
        }
        f->weight[largest] = (int16_t)(f->weight[largest] + (1 << ONE_BITS) - sum);
        if (first < f->lo)
            f->lo = first;
        if (last > f->hi)
            f->hi = last;
    }
    return true;
}

/* ---- first pass: blend `n` rows of `count` bytes into 16-bit samples with ROW_BITS of fraction ---- */

static inline __attribute__((always_inline)) void blend_rows(int16_t *restrict out, int32_t *restrict sum,
                                                             const uint8_t *row, ptrdiff_t stride,
                                                             const int16_t *weight, int n, int count)
{
    const int half = 1 << (ONE_BITS - ROW_BITS - 1);
    if (n == 1) {
        for (int i = 0; i < count; i++)
            out[i] = (int16_t)(row[i] << ROW_BITS);
        return;
    }
    if (n == 2) {
        const uint8_t *restrict next = row + stride;
        int16_t w0 = weight[0], w1 = weight[1];
        for (int i = 0; i < count; i++)
            out[i] =
                (int16_t)(((int16_t)row[i] * w0 + (int16_t)next[i] * w1 + half) >> (ONE_BITS - ROW_BITS));
        return;
    }
    for (int i = 0; i < count; i++)
        sum[i] = (int16_t)row[i] * weight[0] + half;
    for (int k = 1; k < n; k++) {
        const uint8_t *restrict r = row + k * stride;
        int16_t w = weight[k];
        for (int i = 0; i < count; i++)
            sum[i] += (int16_t)r[i] * w;
    }
    for (int i = 0; i < count; i++)
        out[i] = (int16_t)(sum[i] >> (ONE_BITS - ROW_BITS));
}

typedef void blend_fn(int16_t *out, int32_t *sum, const uint8_t *row, ptrdiff_t stride, const int16_t *weight,
                      int n, int count);

static void blend_plain(int16_t *out, int32_t *sum, const uint8_t *row, ptrdiff_t stride,
                        const int16_t *weight, int n, int count)
{
    blend_rows(out, sum, row, stride, weight, n, count);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void blend_avx2(int16_t *out, int32_t *sum, const uint8_t *row,
                                                       ptrdiff_t stride, const int16_t *weight, int n,
                                                       int count)
{
    blend_rows(out, sum, row, stride, weight, n, count);
}
#endif

static blend_fn *choose_blend(void)
{
#ifdef __x86_64__
    if (um_cpu_best() >= UM_CPU_AVX2)
        return blend_avx2;
#endif
    return blend_plain;
}

/* ---- second pass: `row` begins at sample f->lo ---- */

static void columns_gray(uint8_t *restrict out, const int16_t *restrict row, const struct filter *f)
{
    for (int i = 0; i < f->n_out; i++) {
        const struct tap *t = &f->tap[i];
        const int16_t *w = f->weight + t->at, *p = row + (t->first - f->lo);
        int32_t sum = 1 << (LAST_BITS - 1);
        for (int k = 0; k < t->n; k++)
            sum += p[k] * w[k];
        out[i] = (uint8_t)(sum >> LAST_BITS);
    }
}

static void columns_rgb(uint8_t *restrict out, const int16_t *restrict row, const struct filter *f)
{
    for (int i = 0; i < f->n_out; i++, out += 3) {
        const struct tap *t = &f->tap[i];
        const int16_t *w = f->weight + t->at, *p = row + 3 * (ptrdiff_t)(t->first - f->lo);
        int32_t r = 1 << (LAST_BITS - 1), g = r, b = r;
        for (int k = 0; k < t->n; k++, p += 3) {
            r += p[0] * w[k];
            g += p[1] * w[k];
            b += p[2] * w[k];
        }
        out[0] = (uint8_t)(r >> LAST_BITS);
        out[1] = (uint8_t)(g >> LAST_BITS);
        out[2] = (uint8_t)(b >> LAST_BITS);
    }
}

/* Nothing to filter: the part lies on whole pixels inside the image and keeps its size. */
static bool is_copy(const um_image *image, um_rect from, int width, int height)
{
    return from.w == (float)width && from.h == (float)height && from.x == floorf(from.x) &&
           from.y == floorf(from.y) && from.x >= 0 && from.y >= 0 && from.x + from.w <= (float)image->width &&
           from.y + from.h <= (float)image->height;
}

um_status um_image_crop_resize(um_image **out, const um_image *image, um_rect from, int width, int height,
                               um_error *err)
{
    um_status st;
    const double far = 4.0 * UM_IMAGE_MAX_SIDE;
    struct filter fx = {0}, fy = {0};
    int16_t *row = NULL;
    int32_t *sum = NULL;
    *out = NULL;
    if (!(from.w > 0 && from.h > 0 && from.w <= far && from.h <= far && fabs(from.x) <= far &&
          fabs(from.y) <= far))
        return um_fail(err, UM_EINVAL, "a part of %g x %g pixels at %g, %g cannot be cut out", from.w, from.h,
                       from.x, from.y);
    if ((st = um_image_new(out, width, height, image->pixel, err)) < 0)
        return st;
    int channels = um_image_channels(image->pixel);
    if (is_copy(image, from, width, height)) {
        const uint8_t *first = image->data + (ptrdiff_t)from.y * image->stride + (ptrdiff_t)from.x * channels;
        for (int y = 0; y < height; y++)
            memcpy((*out)->data + y * (*out)->stride, first + y * image->stride,
                   (size_t)width * (size_t)channels);
        return UM_OK;
    }
    if (!filter_make(&fx, image->width, width, from.x, from.w) ||
        !filter_make(&fy, image->height, height, from.y, from.h))
        goto no_memory;
    int count = (fx.hi - fx.lo + 1) * channels;
    if (!(row = um_calloc_aligned((size_t)count + PAD, sizeof *row)) ||
        !(sum = um_calloc_aligned((size_t)count + PAD, sizeof *sum)))
        goto no_memory;

    blend_fn *blend = choose_blend();
    const struct tap *before = NULL;
    for (int y = 0; y < height; y++) {
        const struct tap *t = &fy.tap[y];
        uint8_t *to = (*out)->data + y * (*out)->stride;
        if (before && before->first == t->first && before->n == t->n &&
            !memcmp(fy.weight + before->at, fy.weight + t->at, (size_t)t->n * sizeof *fy.weight)) {
            memcpy(to, to - (*out)->stride, (size_t)width * (size_t)channels);
            continue;
        }
        before = t;
        blend(row, sum, image->data + t->first * image->stride + (ptrdiff_t)fx.lo * channels, image->stride,
              fy.weight + t->at, t->n, count);
        (channels == 3 ? columns_rgb : columns_gray)(to, row, &fx);
    }
done:
    free(sum);
    free(row);
    filter_free(&fx);
    filter_free(&fy);
    if (st < 0)
        um_image_free(out);
    return st;
no_memory:
    st = um_fail_oom(err);
    goto done;
}
