/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../check.h"
#include "media/canny.h"
#include "media/gray.h"
#include <limits.h>
#include <string.h>

static uint32_t seed = 1;

static uint32_t noise(void)
{
    return seed = seed * 1664525u + 1013904223u;
}

/* A picture in memory of its own with an odd stride and guard bytes around each row. */
enum { GUARD = 64, GUARD_BYTE = 0xA5 };

static um_image guarded(int width, int height, um_pixel pixel)
{
    ptrdiff_t n = (ptrdiff_t)width * um_image_channels(pixel), stride = n + GUARD + 3;
    uint8_t *memory = malloc((size_t)(stride * height + 2 * GUARD));
    memset(memory, GUARD_BYTE, (size_t)(stride * height + 2 * GUARD));
    return (um_image){
        .width = width, .height = height, .pixel = pixel, .stride = stride, .data = memory + GUARD};
}

static void drop(um_image *im)
{
    free(im->data - GUARD);
}

static bool guards_hold(const um_image *im)
{
    ptrdiff_t n = (ptrdiff_t)im->width * um_image_channels(im->pixel);
    for (int y = -1; y < im->height; y++)
        for (ptrdiff_t x = y < 0 ? im->stride - GUARD : n; x < im->stride; x++)
            if (im->data[y * im->stride + x] != GUARD_BYTE)
                return false;
    return true;
}

enum { NOISE, BLOBS, STRIPES, EXTREME, KINDS, FAINT = KINDS };

static void paint(um_image *im, int kind)
{
    int channels = um_image_channels(im->pixel);
    double fx = (noise() >> 8) % 100 / 150., fy = (noise() >> 8) % 100 / 150.;
    for (int y = 0; y < im->height; y++)
        for (int i = 0; i < im->width * channels; i++) {
            int x = i / channels, k = i % channels, r = (int)(noise() >> 24);
            double wave = sin(x * fx + k) * cos(y * fy) + .4 * sin((x + 2 * y) * .31);
            im->data[y * im->stride + i] =
                (uint8_t)(kind == NOISE     ? r
                          : kind == FAINT   ? r >> 5
                          : kind == BLOBS   ? 128 + 80 * wave + r / 16
                          : kind == STRIPES ? ((x + y / 3) / 5 % 2 ? 200 : 30) + r / 64
                                            : (r & 1 ? 255 : 0));
        }
}

static int64_t run(um_image *edges, const um_image *image, um_canny_options opt, const canny_kernels *kernels)
{
    um_canny *c = NULL;
    um_error err;
    int64_t n = -1;
    CHECK(um_canny_new_with(&c, &opt, kernels, &err) == UM_OK);
    CHECK(um_canny_run(c, edges, image, &n, &err) == UM_OK);
    um_canny_free(&c);
    return n;
}

static bool same_pixels(const um_image *a, const um_image *b)
{
    for (int y = 0; y < a->height; y++)
        if (memcmp(a->data + y * a->stride, b->data + y * b->stride, (size_t)a->width))
            return false;
    return true;
}

/* ---- the definition, written once more without rows, rings or bits ---- */

typedef struct slow {
    int w, h;
    int64_t *dx, *dy, *norm;
} slow;

static int64_t slow_norm(const slow *s, int x, int y)
{
    return x < 0 || y < 0 || x >= s->w || y >= s->h ? 0 : s->norm[y * s->w + x];
}

static int64_t binomial(int n, int k)
{
    int64_t v = 1;
    for (int i = 0; i < k; i++)
        v = v * (n - i) / (i + 1);
    return k < 0 || k > n ? 0 : v;
}

/* Sobel: binomial smoothing along, its difference across; apertures 3, 5, 7 */
static int64_t slow_sobel(const um_image *im, int x, int y, int k, int aperture, bool across)
{
    int r = aperture / 2, channels = um_image_channels(im->pixel);
    int64_t sum = 0;
    for (int v = -r; v <= r; v++)
        for (int u = -r; u <= r; u++) {
            int d = across ? u : v, s = across ? v : u;
            int64_t w = (binomial(aperture - 3, d + r - 2) + binomial(aperture - 3, d + r - 1)) -
                        (binomial(aperture - 3, d + r) + binomial(aperture - 3, d + r - 1));
            int px = um_clampi(x + u, 0, im->width - 1), py = um_clampi(y + v, 0, im->height - 1);
            sum -= w * binomial(aperture - 1, s + r) * im->data[py * im->stride + px * channels + k];
        }
    return aperture == 7 ? (int64_t)nearbyint((double)sum / 16) : sum;
}

static void slow_canny(um_image *edges, const um_image *im, um_canny_options opt)
{
    int w = im->width, h = im->height, channels = um_image_channels(im->pixel), n = w * h;
    slow s = {w, h, calloc((size_t)n, 8), calloc((size_t)n, 8), calloc((size_t)n, 8)};
    bool *maybe = calloc((size_t)n, 1), *edge = calloc((size_t)n, 1), changed = true;
    double low = fmin(opt.low, opt.high), high = fmax(opt.low, opt.high), scale = opt.aperture == 7 ? 16 : 1;
    low /= scale, high /= scale;
    if (opt.l2) {
        low = low > 0 ? pow(fmin(low, 32767), 2) : low;
        high = high > 0 ? pow(fmin(high, 32767), 2) : high;
    }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < channels; k++) {
            int64_t dx = slow_sobel(im, i % w, i / w, k, opt.aperture, true);
            int64_t dy = slow_sobel(im, i % w, i / w, k, opt.aperture, false);
            int64_t norm = opt.l2 ? dx * dx + dy * dy : llabs(dx) + llabs(dy);
            if (k == 0 || norm > s.norm[i])
                s.dx[i] = dx, s.dy[i] = dy, s.norm[i] = norm;
        }
    for (int i = 0; i < n; i++) {
        int x = i % w, y = i / w, sx = 0, sy = 1;
        int64_t m = s.norm[i], ax = llabs(s.dx[i]), ay = llabs(s.dy[i]) * 32768, tg22 = ax * 13573;
        bool diagonal = ay >= tg22 && ay <= tg22 + ax * 65536;
        if (ay < tg22)
            sx = 1, sy = 0;
        else if (diagonal)
            sx = (s.dx[i] < 0) != (s.dy[i] < 0) ? -1 : 1;
        int64_t before = slow_norm(&s, x - sx, y - sy), after = slow_norm(&s, x + sx, y + sy);
        maybe[i] = m > floor(low) && m > before && (diagonal ? m > after : m >= after);
        edge[i] = maybe[i] && m > floor(high);
    }
    while (changed) {
        changed = false;
        for (int i = 0; i < n; i++)
            for (int d = 0; maybe[i] && !edge[i] && d < 9; d++) {
                int x = i % w + d % 3 - 1, y = i / w + d / 3 - 1;
                if (x >= 0 && y >= 0 && x < w && y < h && edge[y * w + x])
                    edge[i] = changed = true;
            }
    }
    for (int i = 0; i < n; i++)
        edges->data[i / w * edges->stride + i % w] = edge[i] ? 255 : 0;
    free(s.dx), free(s.dy), free(s.norm), free(maybe), free(edge);
}

static void compare(int width, int height, um_pixel pixel, int kind, um_canny_options opt, bool definition)
{
    um_image image = guarded(width, height, pixel), plain = guarded(width, height, UM_GRAY8),
             other = guarded(width, height, UM_GRAY8);
    paint(&image, kind);
    int64_t n = run(&plain, &image, opt, &um_canny_plain), counted = 0;
    CHECK(guards_hold(&plain) && guards_hold(&image));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            counted += plain.data[y * plain.stride + x] == 255;
    CHECK(n == counted);
    if (definition) {
        slow_canny(&other, &image, opt);
        CHECK(same_pixels(&plain, &other));
    }
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        memset(other.data, GUARD_BYTE, (size_t)width);
        CHECK(run(&other, &image, opt, &um_canny_avx2) == n);
        CHECK(guards_hold(&other) && same_pixels(&plain, &other));
    }
#endif
    drop(&image), drop(&plain), drop(&other);
}

static const double pairs[][2] = {{50, 150}, {100.7, 200.2}, {200, 40},    {0, 10},
                                  {-5, -1},  {0, 0},         {63.999, 64}, {1e6, 3e9}};

static void test_every_mode_follows_the_definition(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 9}, {17, 1}, {2, 2}, {3, 5}, {64, 3}, {65, 12}, {129, 40}};
    for (int aperture = 3; aperture <= 7; aperture += 2)
        for (int mode = 0; mode < 4; mode++)
            for (int s = 0; s < 8; s++)
                for (int p = 0; p < 8; p++) {
                    double f = aperture == 3 ? 1 : aperture == 5 ? 12 : 160;
                    um_canny_options opt = {pairs[p][0] * f, pairs[p][1] * f, aperture, mode & 1};
                    compare(sizes[s][0], sizes[s][1], mode & 2 ? UM_RGB24 : UM_GRAY8, p % KINDS, opt, true);
                    compare(sizes[s][0], sizes[s][1], mode & 2 ? UM_RGB24 : UM_GRAY8, (p + s) % KINDS, opt,
                            true);
                }
}

static void test_fast_equals_plain_at_any_width(void)
{
    for (int width = 1; width <= 200; width++) {
        um_canny_options opt = {20 + width % 7 * 13, 150, width % 5 == 4 ? 5 : 3, width & 1};
        compare(width, 1 + width % 23, UM_GRAY8, width % KINDS, opt, false);
        opt.l2 = !opt.l2;
        compare(width, 1 + width % 19, UM_GRAY8, (width + 1) % KINDS, opt, false);
    }
    for (int low = 4; low < 60;
         low++) /* gradients near the threshold, where a loose bound would skip pixels */
        compare(300, 60, UM_GRAY8, FAINT, (um_canny_options){low, low, 3, low & 1}, false);
    compare(1283, 97, UM_GRAY8, BLOBS, (um_canny_options){100, 200, 3, false}, false);
    compare(32768, 5, UM_GRAY8, NOISE, (um_canny_options){100, 900, 3, true}, false);
    compare(5, 32768, UM_GRAY8, BLOBS, (um_canny_options){40, 200, 3, false}, false);
}

/* A vertical step between columns 9 and 10: both columns have the norm 4 * height of the step, the left one
 * wins (ties go to the right neighbour), and the threshold must be exceeded, not reached. */
static void test_a_step_is_one_line(void)
{
    um_image *image = NULL, *edges = NULL;
    um_error err;
    CHECK(um_image_new(&image, 20, 6, UM_GRAY8, &err) == UM_OK);
    CHECK(um_image_new(&edges, 20, 6, UM_GRAY8, &err) == UM_OK);
    for (int y = 0; y < 6; y++)
        memset(image->data + y * image->stride + 10, 50, 10);
    um_canny_options opt = {10, 199, 3, false};
    CHECK(run(edges, image, opt, &um_canny_plain) == 6);
    for (int y = 0; y < 6; y++)
        CHECK(edges->data[y * edges->stride + 9] == 255);
    opt.high = 200;
    CHECK(run(edges, image, opt, &um_canny_plain) == 0);
    um_image_free(&image);
    um_image_free(&edges);
}

/* One seed at the end of a serpentine that fills the picture, and a line that it does not touch. */
static void test_growth_follows_long_paths(void)
{
    enum { W = 200, H = 41 };
    um_error err;
    canny_bits b = {0};
    CHECK(um_canny_bits_fit(&b, W, H, &err) == UM_OK);
    int64_t expected = 0, found = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            if (y < H - 3 ? y % 2 == 0 || x == (y % 4 == 1 ? W - 1 : 0) : y == H - 1) {
                b.maybe[(size_t)y * b.pitch + (size_t)(x / 64)] |= UINT64_C(1) << x % 64;
                expected += y < H - 3;
            }
    b.edge[(size_t)(H - 5) * b.pitch] = 2; /* row H - 5 = 36 */
    um_canny_grow(&b);
    for (int y = 0; y < H; y++)
        for (int i = 0; i < b.words; i++)
            found += __builtin_popcountll(b.edge[(size_t)y * b.pitch + (size_t)i]);
    CHECK(found == expected);
    um_canny_bits_free(&b);
}

static void test_one_object_serves_many_sizes(void)
{
    um_canny *c = NULL;
    um_error err;
    um_canny_options opt = {30, 120, 3, false};
    CHECK(um_canny_new(&c, &opt, &err) == UM_OK);
    for (int i = 0; i < 6; i++) {
        um_image image = guarded(90 + 37 * (i % 3), 50 - 11 * (i % 2), i % 4 == 3 ? UM_RGB24 : UM_GRAY8);
        um_image kept = guarded(image.width, image.height, UM_GRAY8),
                 fresh = guarded(image.width, image.height, UM_GRAY8);
        paint(&image, BLOBS);
        CHECK(um_canny_run(c, &kept, &image, NULL, &err) == UM_OK);
        run(&fresh, &image, opt, &um_canny_plain);
        CHECK(same_pixels(&kept, &fresh));
        drop(&image), drop(&kept), drop(&fresh);
    }
    um_canny_free(&c);
    um_canny_free(&c);
}

static void test_refusals(void)
{
    um_canny *c = NULL;
    um_error err;
    um_image *a = NULL, *b = NULL;
    um_canny_options opt = {1, 2, 4, false};
    CHECK(um_canny_new(&c, &opt, &err) == UM_EINVAL && !c && strstr(err.text, "aperture"));
    opt = (um_canny_options){NAN, 2, 3, false};
    CHECK(um_canny_new(&c, &opt, &err) == UM_EINVAL);
    opt.low = 1;
    CHECK(um_image_new(&a, 8, 8, UM_GRAY8, &err) == UM_OK && um_image_new(&b, 8, 9, UM_GRAY8, &err) == UM_OK);
    CHECK(um_canny_new(&c, &opt, &err) == UM_OK && um_canny_run(c, a, b, NULL, &err) == UM_EINVAL);
    for (int n = 0;; n++) { /* each allocation of the first picture fails once; then it works */
        um_alloc_fail_at(n);
        um_status st = um_canny_run(c, a, a, NULL, &err);
        bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        if (!failed) {
            CHECK(st == UM_OK && n > 0);
            break;
        }
        CHECK(st == UM_ENOMEM && err.code == UM_ENOMEM);
    }
    um_canny_free(&c);
    um_image_free(&a);
    um_image_free(&b);
}

/* Weights of BT.601 to within rounding, gray stays gray, and the fast rows equal the slow ones everywhere. */
static void test_gray(void)
{
    um_error err;
    for (int width = 1; width < 80; width++) {
        um_image image = guarded(width, 3, UM_RGB24);
        um_image *gray = NULL, *again = NULL;
        paint(&image, NOISE);
        CHECK(um_image_to_gray(&gray, &image, &err) == UM_OK);
        for (int i = 0; i < 3 * width; i++) {
            const uint8_t *p = image.data + i / width * image.stride + i % width * 3;
            CHECK_NEAR(gray->data[i / width * gray->stride + i % width],
                       .299 * p[0] + .587 * p[1] + .114 * p[2], .5 + 255 * 3 * .5 / 32768);
        }
        CHECK(um_image_to_gray(&again, gray, &err) == UM_OK && again == gray && gray->refs == 2);
        um_image_free(&again);
        um_image_free(&gray);
        drop(&image);
    }
}

/* Every level at every place of a row, against division in floating point. */
static void test_limited_range(void)
{
    uint8_t from[300], to[300 + 1];
    for (int shift = 0; shift < 70; shift++) {
        int n = 300 - shift;
        for (int i = 0; i < n; i++)
            from[i] = (uint8_t)(i + 7 * shift);
        to[n] = GUARD_BYTE;
        um_gray_from_limited(to, from, n);
        for (int i = 0; i < n; i++)
            CHECK(to[i] == lround(fmin(fmax((from[i] - 16) * 255. / 219, 0), 255)));
        CHECK(to[n] == GUARD_BYTE);
    }
}

/* Luma of limited range gives the edges of its stretched copy, whatever the mode; every level occurs. */
static void test_luma_equals_stretched_gray(void)
{
    const canny_kernels *kernels[2] = {&um_canny_plain, NULL};
    um_error err;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        kernels[1] = &um_canny_avx2;
#endif
    for (int width = 1; width <= 300; width += width < 150 ? 1 : 37)
        for (int k = 0; k < 2 && kernels[k]; k++) {
            int height = 1 + width % 27, low = 4 + width * 7 % 120;
            um_canny_options opt = {low, low + 40, width % 7 == 6 ? 5 : 3, width & 1};
            um_image luma = guarded(width, height, UM_LUMA8), direct = guarded(width, height, UM_GRAY8),
                     by_way = guarded(width, height, UM_GRAY8), *gray = NULL;
            paint(&luma, width % (KINDS + 1));
            CHECK(um_image_to_gray(&gray, &luma, &err) == UM_OK && gray->pixel == UM_GRAY8);
            CHECK(run(&direct, &luma, opt, kernels[k]) == run(&by_way, gray, opt, &um_canny_plain));
            CHECK(same_pixels(&direct, &by_way) && guards_hold(&direct));
            um_image_free(&gray);
            drop(&luma), drop(&direct), drop(&by_way);
        }
}

/* Steps as small as the sieve of calm blocks lets through, in each direction and at each threshold near them.
 */
static void test_no_faint_step_is_missed(void)
{
    for (int step = 1; step < 40; step++)
        for (int direction = 0; direction < 8; direction++)
            for (int mode = 0; mode < 4; mode++) {
                um_image image = guarded(70, 21, mode & 2 ? UM_LUMA8 : UM_GRAY8),
                         plain = guarded(70, 21, UM_GRAY8), fast = guarded(70, 21, UM_GRAY8);
                for (int y = 0; y < 21; y++)
                    for (int x = 0; x < 70; x++) {
                        double a = direction * M_PI / 8 + .05 * mode;
                        bool over = cos(a) * (x - 33) + sin(a) * (y - 10) > 0;
                        image.data[y * image.stride + x] = (uint8_t)(90 + (over ? step : 0));
                    }
                for (int f = 8; f <= 14; f++) { /* the largest norms: 6 steps, or sqrt(20) */
                    um_canny_options opt = {step * f / 2. - .5, step * f / 2. - .5, 3, mode & 1};
                    int64_t n = run(&plain, &image, opt, &um_canny_plain);
#if defined(__x86_64__)
                    if (__builtin_cpu_supports("avx2"))
                        CHECK(run(&fast, &image, opt, &um_canny_avx2) == n && same_pixels(&plain, &fast));
#endif
                }
                drop(&image), drop(&plain), drop(&fast);
            }
}

int main(void)
{
    test_luma_equals_stretched_gray();
    test_no_faint_step_is_missed();
    test_every_mode_follows_the_definition();
    test_fast_equals_plain_at_any_width();
    test_a_step_is_one_line();
    test_growth_follows_long_paths();
    test_one_object_serves_many_sizes();
    test_refusals();
    test_gray();
    test_limited_range();
    return check_done();
}
