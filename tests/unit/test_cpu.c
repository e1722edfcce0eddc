/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every path through the instruction sets: the limit is kept, and whole numbers and kernels come out the
 * same. (Sums of networks may differ by rounding: the tests of the suite "cpu" are run again under each
 * limit.) */
#include "../check.h"
#include "av/source/colour.h"
#include "base/base.h"
#include "base/fast.h"
#include "base/random.h"
#include <string.h>
#include <unmask/canny.h>

enum { N = 1003, WIDTH = 241, HEIGHT = 57 };

UM_KERNEL(mix, (float *restrict to, const float *restrict from, float f, int n), (to, from, f, n))
{
    for (int i = 0; i < n; i++)
        to[i] += f * from[i];
}

UM_KERNEL_OF(float, product_sum, (const float *a, const float *b, int n), (a, b, n))
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void test_limit(void)
{
    const um_cpu best = um_cpu_find();
    for (int i = UM_CPU_PLAIN; i <= UM_CPU_AVX512; i++) {
        um_cpu expected = (int)best < i ? best : (um_cpu)i;
        setenv("UNMASK_CPU", um_cpu_name((um_cpu)i), 1);
        CHECK(um_cpu_find() == expected && um_cpu_best() == expected);
        CHECK(um_cpu_limit((um_cpu)i) == expected && um_cpu_best() == expected);
    }
    setenv("UNMASK_CPU", "neon", 1);
    CHECK(um_cpu_find() == best);
    unsetenv("UNMASK_CPU");
    printf("this machine: %s\n", um_cpu_name(um_cpu_find()));
}

typedef struct answers {
    float mixed[N], sum;
    uint8_t edges[HEIGHT * WIDTH], gray[HEIGHT * WIDTH], rgb[3 * WIDTH];
    int64_t n_edges;
} answers;

static uint32_t next(uint32_t *state)
{
    return *state = *state * 1664525 + 1013904223; /* Numerical Recipes, section 7.1 */
}

static void keep(uint8_t *to, const um_image *image)
{
    for (int y = 0; y < HEIGHT; y++)
        memcpy(to + y * WIDTH, image->data + y * image->stride, WIDTH);
}

static void answer(answers *a)
{
    uint32_t state = 7;
    float from[N];
    uint8_t y[WIDTH], u[WIDTH], v[WIDTH];
    um_image *rgb = NULL, *gray = NULL, *edges = NULL;
    um_canny *canny = NULL;
    memset(a, 0, sizeof *a);
    for (int i = 0; i < N; i++) {
        from[i] = (float)(int32_t)next(&state) * 0x1p-20f;
        a->mixed[i] = (float)(int32_t)next(&state) * 0x1p-28f;
    }
    mix(a->mixed, from, .3f, N);
    a->sum = product_sum(a->mixed, from, N);
    for (int i = 0; i < WIDTH; i++) {
        y[i] = (uint8_t)(next(&state) >> 24);
        u[i] = (uint8_t)(next(&state) >> 24);
        v[i] = (uint8_t)(next(&state) >> 24);
    }
    const um_colour colour = um_colour_of(1, false);
    um_colour_row(a->rgb, y, u, v, WIDTH, 1, &colour);
    CHECK(um_image_new(&rgb, WIDTH, HEIGHT, UM_RGB24, NULL) == UM_OK);
    CHECK(um_image_new(&edges, WIDTH, HEIGHT, UM_GRAY8, NULL) == UM_OK);
    for (int r = 0; r < HEIGHT; r++)
        for (int i = 0; i < 3 * WIDTH; i++)
            rgb->data[r * rgb->stride + i] = (uint8_t)(next(&state) >> 25);
    CHECK(um_image_to_gray(&gray, rgb, NULL) == UM_OK);
    keep(a->gray, gray);
    const um_canny_options options = {.low = 50, .high = 200, .aperture = 3};
    CHECK(um_canny_new(&canny, &options, NULL) == UM_OK);
    CHECK(um_canny_run(canny, edges, rgb, &a->n_edges, NULL) == UM_OK && a->n_edges > 0);
    keep(a->edges, edges);
    um_canny_free(&canny);
    um_image_free(&rgb);
    um_image_free(&gray);
    um_image_free(&edges);
}

static void test_same_bits(void)
{
    static answers plain, other;
    um_cpu_limit(UM_CPU_PLAIN);
    answer(&plain);
    for (int i = UM_CPU_AVX2; i <= UM_CPU_AVX512; i++) {
        um_cpu_limit((um_cpu)i);
        answer(&other);
        CHECK(!memcmp(&plain, &other, sizeof plain));
    }
}

int main(void)
{
    test_limit();
    test_same_bits();
    return check_done();
}
