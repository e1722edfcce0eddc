/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canny.c: one pass over the rows of a picture (gradient, thinning), then growth of the strong edges.
 *
 * Only a few rows of gradient exist at a time, so they stay in the first-level cache; what remains of a
 * picture is two bits per pixel. */
#include "media/canny.h"
#include "base/cpu.h"
#include "media/gray.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 7, RING = 2 * CANNY_BAND };

struct um_canny {
    um_canny_options opt;
    const canny_kernels *kernels;
    int low, high;               /* on the stored norm */
    int width, height, channels; /* of the buffers; 0 before the first picture */
    uint8_t *pixels[MAX_ROWS];   /* ring of source rows, first pixel; sides replicated */
    canny_row row[RING];         /* ring of gradients */
    canny_row wide;              /* one row with all channels */
    void *zero;                  /* norm outside the picture */
    uint8_t *extremes[2];        /* scratch of one row each */
    uint64_t *stirred[2];        /* of each band in the ring */
    int calm;                    /* calm_range of the picture at hand */
    void *memory;
    canny_bits bits;
};

static int floor_threshold(double t, int max)
{
    return t < 0 ? 0 : t >= max ? max : (int)t; /* a norm of 0 is no local maximum: below 0 equals 0 */
}

um_status um_canny_new_with(um_canny **out, const um_canny_options *opt, const canny_kernels *kernels,
                            um_error *err)
{
    *out = NULL;
    if (opt->aperture != 3 && opt->aperture != 5 && opt->aperture != 7)
        return um_fail(err, UM_EINVAL, "the aperture of Canny is 3, 5 or 7, not %d", opt->aperture);
    if (opt->low != opt->low || opt->high != opt->high)
        return um_fail(err, UM_EINVAL, "a threshold of Canny is not a number");
    um_canny *c = um_calloc(1, sizeof *c);
    if (!c)
        return um_fail_oom(err);
    double low = opt->low < opt->high ? opt->low : opt->high;
    double high = opt->low < opt->high ? opt->high : opt->low;
    if (opt->aperture == 7) { /* OpenCV scales the gradient, too, to keep it in 16 bits */
        low /= 16;
        high /= 16;
    }
    if (opt->l2) {
        low = low > 0 ? (low < 32767 ? low * low : 32767. * 32767.) : 0;
        high = high > 0 ? (high < 32767 ? high * high : 32767. * 32767.) : 0;
    }
    c->opt = *opt;
    c->kernels = kernels;
    c->low = floor_threshold(low, opt->l2 ? INT_MAX : INT16_MAX);
    c->high = floor_threshold(high, opt->l2 ? INT_MAX : INT16_MAX);
    *out = c;
    return UM_OK;
}

um_status um_canny_new(um_canny **out, const um_canny_options *opt, um_error *err)
{
    const canny_kernels *kernels = &um_canny_plain;
#if defined(__x86_64__)
    if (um_cpu_best() >= UM_CPU_AVX2)
        kernels = &um_canny_avx2;
#endif
    return um_canny_new_with(out, opt, kernels, err);
}

void um_canny_free(um_canny **canny)
{
    if (!canny || !*canny)
        return;
    free((*canny)->memory);
    um_canny_bits_free(&(*canny)->bits);
    free(*canny);
    *canny = NULL;
}

/* Elements of a padded row, a multiple of the cache line for any element size. */
static size_t padded(size_t n)
{
    return (n + 63) / 64 * 64 + 2 * CANNY_PAD;
}

/* The next `n` elements of the memory at *at, with room for whole vectors on both sides. */
static void *take(uint8_t **at, size_t n, size_t size)
{
    uint8_t *first = *at + CANNY_PAD * size;
    *at += n * size;
    return first;
}

static void take_row(canny_row *row, uint8_t **at, size_t n, size_t norm)
{
    row->dx = take(at, n, sizeof *row->dx);
    row->dy = take(at, n, sizeof *row->dy);
    row->norm = take(at, n, norm);
    row->busy = NULL;
}

static um_status fit(um_canny *c, int width, int height, int channels, um_error *err)
{
    if (width == c->width && height == c->height && channels == c->channels)
        return UM_OK;
    c->width = 0;
    um_status st = um_canny_bits_fit(&c->bits, width, height, err);
    if (st < 0)
        return st;
    size_t one = padded((size_t)width), all = padded((size_t)width * (size_t)channels);
    size_t norm = c->opt.l2 ? sizeof(int32_t) : sizeof(int16_t);
    size_t blocks = (size_t)(width + CANNY_BLOCK - 1) / CANNY_BLOCK;
    size_t busy = padded(blocks / 8);
    size_t bytes =
        MAX_ROWS * all + RING * (one * (4 + norm) + busy) + all * (4 + norm) + one * norm + 2 * (one + busy);
    free(c->memory);
    uint8_t *at = c->memory = um_calloc_aligned(bytes, 1);
    if (!at)
        return um_fail_oom(err);
    for (int i = 0; i < MAX_ROWS; i++)
        c->pixels[i] = take(&at, all, 1);
    for (int i = 0; i < RING; i++) {
        take_row(&c->row[i], &at, one, norm);
        c->row[i].busy = take(&at, busy, 1);
    }
    take_row(&c->wide, &at, all, norm);
    c->zero = take(&at, one, norm);
    for (int i = 0; i < 2; i++) {
        c->extremes[i] = take(&at, one, 1);
        c->stirred[i] = take(&at, busy, 1);
    }
    for (size_t i = 0; i < RING * blocks; i++)
        c->row[i % RING].busy[i / RING / 64] |= UINT64_C(1) << i / RING % 64;
    c->width = width;
    c->height = height;
    c->channels = channels;
    return UM_OK;
}

static bool in_bands(const um_canny *c)
{
    return c->kernels->gradient3_gray && c->opt.aperture == 3 && c->channels == 1;
}

/* Source row y into the ring, its first and last pixel repeated beyond the sides; when bands are read in
 * place, only its ends. */
static void load_row(um_canny *c, const um_image *image, int y, int radius)
{
    uint8_t *row = c->pixels[y % MAX_ROWS];
    const uint8_t *from = image->data + y * image->stride;
    int k = c->channels, n = c->width * k;
    if (in_bands(c) && n > 2 * CANNY_ENDS) {
        memcpy(row, from, CANNY_ENDS);
        memcpy(row + n - CANNY_ENDS, from + n - CANNY_ENDS, CANNY_ENDS);
    } else if (image->pixel == UM_LUMA8 && !in_bands(c))
        um_gray_from_limited(row, from, n);
    else
        memcpy(row, from, (size_t)n);
    for (int i = 0; i < radius * k; i++) {
        row[n + i] = row[n - k + i % k];
        row[-1 - i] = row[k - 1 - i % k];
    }
}

/* The largest difference of neighbouring pixels that cannot give a norm above the low threshold. If all
 * pixels lie within r, |dx| + |dy| is at most 6 r, as the weights of dx + dy and of dx - dy that are positive
 * add up to 6, and dx^2 + dy^2 at most 20 r^2, as those of cos(t) dx + sin(t) dy add up to at most 4 cos(t) +
 * 2 sin(t) for t in 0..45 degrees and for symmetry elsewhere. */
static int calm_range(const um_canny *c, bool limited)
{
    int d = 0;
    for (; d < 255; d++) {
        int r = d + 1;
        if (limited) /* stretched by at most 36/219, and one more by rounding */
            r += r * 36 / UM_LUMA_SPAN + 1;
        if ((c->opt.l2 ? 20 * r * r : 6 * r) > c->low)
            break;
    }
    return d;
}

static void gradient_band(um_canny *c, const um_image *image, int y)
{
    canny_band band = {.width = c->width,
                       .limited = image->pixel == UM_LUMA8,
                       .most = c->extremes[0],
                       .least = c->extremes[1]};
    band.low = c->low;
    band.stirred = c->stirred[y / CANNY_BAND % 2];
    band.calm = c->calm;
    for (int i = 0; i < CANNY_BAND + 2; i++) { /* rows beyond the picture are computed and not used */
        int from = um_clampi(y + i - 1, 0, c->height - 1);
        band.rows[i] = image->data + from * image->stride;
        band.ends[i] = c->pixels[from % MAX_ROWS];
    }
    c->kernels->gradient3_gray(&c->row[y % RING], &band, c->opt.l2);
}

static void gradient_row(um_canny *c, int y)
{
    int radius = c->opt.aperture / 2;
    const uint8_t *rows[MAX_ROWS];
    for (int i = -radius; i <= radius; i++)
        rows[radius + i] = c->pixels[um_clampi(y + i, 0, c->height - 1) % MAX_ROWS];
    um_canny_gradient(c->row[y % RING], c->wide, rows + radius, c->width, c->channels, c->opt.aperture,
                      c->opt.l2);
}

static void thin_row(um_canny *c, int y)
{
    canny_bits *b = &c->bits;
    c->kernels->thin(b->maybe + (size_t)y * b->pitch, b->edge + (size_t)y * b->pitch, c->row[y % RING],
                     y > 0 ? c->row[(y - 1) % RING].norm : c->zero,
                     y + 1 < c->height ? c->row[(y + 1) % RING].norm : c->zero, c->width, c->opt.l2, c->low,
                     c->high);
}

/* What whole vectors wrote just beyond the row. */
static void end_row(um_canny *c, int y)
{
    if (c->opt.l2)
        ((int32_t *)c->row[y % RING].norm)[c->width] = 0;
    else
        ((int16_t *)c->row[y % RING].norm)[c->width] = 0;
}

um_status um_canny_run(um_canny *c, um_image *edges, const um_image *image, int64_t *n_edges, um_error *err)
{
    if (edges->pixel != UM_GRAY8 || edges->width != image->width || edges->height != image->height)
        return um_fail(err, UM_EINVAL, "edges of a %d x %d picture need a gray picture of that size",
                       image->width, image->height);
    if (!um_image_channels(image->pixel))
        return um_fail(err, UM_EINVAL, "%d is no pixel format", (int)image->pixel);
    um_status st = fit(c, image->width, image->height, um_image_channels(image->pixel), err);
    if (st < 0)
        return st;
    int radius = c->opt.aperture / 2, height = image->height, loaded = 0, thinned = 0;
    int step = in_bands(c) ? CANNY_BAND : 1;
    c->calm = calm_range(c, image->pixel == UM_LUMA8);
    const canny_bits *b = &c->bits;
    for (int y = 0; y < height; y += step) {
        for (; loaded < height && loaded < y + step + radius; loaded++)
            load_row(c, image, loaded, radius);
        if (in_bands(c))
            gradient_band(c, image, y);
        else
            gradient_row(c, y);
        for (int i = y; i < y + step; i++)
            end_row(c, i);
        for (; thinned < (y + step < height ? y + step - 1 : height); thinned++)
            thin_row(c, thinned);
    }
    um_canny_grow(&c->bits);
    int64_t n = 0;
    for (int y = 0; y < height; y++) {
        const uint64_t *bits = b->edge + (size_t)y * b->pitch;
        n += c->kernels->expand(edges->data + y * edges->stride, bits, c->width);
    }
    if (n_edges)
        *n_edges = n;
    return UM_OK;
}
