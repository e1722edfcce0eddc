/* canny.c: one pass over the rows of a picture (gradient, thinning), then growth of the strong edges.
 *
 * Only a few rows of gradient exist at a time, so they stay in the first-level cache; what remains of a
 * picture is two bits per pixel. */
#include "media/canny.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 7 };

struct um_canny {
    um_canny_options opt;
    const canny_kernels *kernels;
    int low, high;               /* on the stored norm */
    int width, height, channels; /* of the buffers; 0 before the first picture */
    uint8_t *pixels[MAX_ROWS];   /* ring of source rows, first pixel; sides replicated */
    canny_row row[3];            /* ring of gradients; dx and dy of the last are reused */
    canny_row wide;              /* one row with all channels */
    void *zero;                  /* norm outside the picture */
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
    if (__builtin_cpu_supports("avx2"))
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
    size_t bytes =
        MAX_ROWS * all + 3 * one * (5 + norm) + all * (4 + norm) + one * norm + 3 * padded(blocks / 8);
    free(c->memory);
    uint8_t *at = c->memory = um_calloc_aligned(bytes, 1);
    if (!at)
        return um_fail_oom(err);
#define TAKE(n, size) (at += (n) * (size), (void *)(at - (n) * (size) + CANNY_PAD * (size)))
    for (int i = 0; i < MAX_ROWS; i++)
        c->pixels[i] = TAKE(all, 1);
    for (int i = 0; i < 3; i++)
        c->row[i] = (canny_row){TAKE(one, 2), TAKE(one, 2), TAKE(one, norm), TAKE(padded(blocks / 8), 1),
                                TAKE(one, 1)};
    c->wide = (canny_row){TAKE(all, 2), TAKE(all, 2), TAKE(all, norm), NULL, NULL};
    c->zero = TAKE(one, norm);
#undef TAKE
    for (size_t i = 0; i < 3 * blocks; i++)
        c->row[i % 3].busy[i / 3 / 64] |= UINT64_C(1) << i / 3 % 64;
    c->width = width;
    c->height = height;
    c->channels = channels;
    return UM_OK;
}

static bool in_place(const um_canny *c)
{
    return c->opt.aperture == 3 && c->channels == 1;
}

/* Source row y into the ring, its first and last pixel repeated beyond the sides; of a gray row with aperture
 * 3 only the ends, the rest is read in place. */
static void load_row(um_canny *c, const um_image *image, int y, int radius)
{
    uint8_t *row = c->pixels[y % MAX_ROWS];
    const uint8_t *from = image->data + y * image->stride;
    int k = c->channels, n = c->width * k;
    if (in_place(c) && n > 2 * CANNY_ENDS) {
        memcpy(row, from, CANNY_ENDS);
        memcpy(row + n - CANNY_ENDS, from + n - CANNY_ENDS, CANNY_ENDS);
    } else
        memcpy(row, from, (size_t)n);
    for (int i = 0; i < radius * k; i++) {
        row[n + i] = row[n - k + i % k];
        row[-1 - i] = row[k - 1 - i % k];
    }
}

static void gradient(um_canny *c, const um_image *image, int y)
{
    int radius = c->opt.aperture / 2;
    const uint8_t *rows[MAX_ROWS], *own[3];
    canny_row out = c->row[y % 3];
    for (int i = -radius; i <= radius; i++)
        rows[radius + i] = c->pixels[um_clampi(y + i, 0, c->height - 1) % MAX_ROWS];
    if (in_place(c)) {
        for (int i = 0; i < 3; i++)
            own[i] = image->data + um_clampi(y + i - 1, 0, c->height - 1) * image->stride;
        c->kernels->gradient3_gray(out, &c->row[(y + 2) % 3], own, rows, c->width, c->opt.l2, c->low);
    } else
        um_canny_gradient(out, c->wide, rows + radius, c->width, c->channels, c->opt.aperture, c->opt.l2);
    if (c->opt.l2)
        ((int32_t *)out.norm)[c->width] = 0;
    else
        ((int16_t *)out.norm)[c->width] = 0;
}

um_status um_canny_run(um_canny *c, um_image *edges, const um_image *image, int64_t *n_edges, um_error *err)
{
    if (edges->pixel != UM_GRAY8 || edges->width != image->width || edges->height != image->height)
        return um_fail(err, UM_EINVAL, "edges of a %d x %d picture need a gray picture of that size",
                       image->width, image->height);
    um_status st = fit(c, image->width, image->height, um_image_channels(image->pixel), err);
    if (st < 0)
        return st;
    int radius = c->opt.aperture / 2, height = image->height, loaded = 0;
    canny_bits *b = &c->bits;
    for (int y = 0; y <= height; y++) {
        for (; loaded < height && loaded <= y + radius; loaded++)
            load_row(c, image, loaded, radius);
        if (y < height)
            gradient(c, image, y);
        if (y > 0)
            c->kernels->thin(b->maybe + (size_t)(y - 1) * b->pitch, b->edge + (size_t)(y - 1) * b->pitch,
                             c->row[(y - 1) % 3], y > 1 ? c->row[(y - 2) % 3].norm : c->zero,
                             y < height ? c->row[y % 3].norm : c->zero, c->width, c->opt.l2, c->low, c->high);
    }
    um_canny_grow(b);
    int64_t n = 0;
    for (int y = 0; y < height; y++) {
        const uint64_t *bits = b->edge + (size_t)y * b->pitch;
        n += c->kernels->expand(edges->data + y * edges->stride, bits, c->width);
    }
    if (n_edges)
        *n_edges = n;
    return UM_OK;
}
