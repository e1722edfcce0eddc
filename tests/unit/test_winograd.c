/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Winograd's convolution, forward and both ways back, and its inner products, against the definition in
 * double. */
#include "../check.h"
#include "nn/panel.h"
#include "nn/winograd.h"
#include <string.h>

static uint64_t seed = 7;
static float uniform(void) /* -1..1 */
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(seed >> 11) / 4503599627370496.0 - 1);
}

static float *numbers(int64_t n)
{
    float *p = um_calloc_aligned((size_t)n, sizeof *p);
    for (int64_t i = 0; p && i < n; i++)
        p[i] = uniform();
    return p;
}

/* Largest difference, as a part of the largest value. */
static double worst(const float *got, const double *expected, int64_t n)
{
    double difference = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = fabs(got[i] - expected[i]);
        difference = d > difference || isnan(d) ? d : difference;
        largest = fmax(largest, fabs(expected[i]));
    }
    return difference / largest;
}

static void test_panel(int64_t m, int64_t n, int columns, bool turned, bool add)
{
    float *a = numbers(m * n), *b = numbers(n * UM_PANEL), *before = numbers(m * UM_PANEL);
    float *c[2] = {numbers(m * UM_PANEL), numbers(m * UM_PANEL)};
    um_panel p = {a, turned ? 1 : n, turned ? m : 1, b, NULL, m, n, columns, add};
    for (int k = 0; k < 2; k++) {
        p.c = memcpy(c[k], before, (size_t)(m * UM_PANEL) * sizeof(float));
        k ? um_panel_multiply_plain(&p) : um_panel_multiply(&p);
        for (int64_t i = 0; i < m; i++)
            for (int j = 0; j < UM_PANEL; j++) {
                double sum = j >= columns || add ? before[i * UM_PANEL + j] : 0;
                for (int64_t at = 0; j < columns && at < n; at++)
                    sum += (double)a[i * p.row + at * p.step] * b[at * UM_PANEL + j];
                CHECK_NEAR(c[k][i * UM_PANEL + j], sum, 6e-8 * (double)(n + 1)); /* a rounding per product */
            }
        free(c[k]);
    }
    free(a);
    free(b);
    free(before);
}

typedef struct conv_test {
    int64_t batch, in, out, height, width, pad_top, pad_left, pad_bottom, pad_right;
    bool bias;
} conv_test;

static um_conv_shape shape_of(const conv_test *t)
{
    um_conv_shape s = {.batch = t->batch, .groups = 1, .in_channels = t->in, .out_channels = t->out};
    s.w = (um_window){.n = 2,
                      .in = {t->height, t->width},
                      .kernel = {3, 3},
                      .stride = {1, 1},
                      .dilation = {1, 1},
                      .pad_lo = {t->pad_top, t->pad_left},
                      .pad_hi = {t->pad_bottom, t->pad_right}};
    for (int i = 0; i < 2; i++)
        s.w.out[i] = s.w.in[i] + s.w.pad_lo[i] + s.w.pad_hi[i] - 2;
    return s;
}

static void by_definition(const um_conv_shape *s, const float *x, const float *w, const float *bias,
                          const float *gy, double *y, double *gx, double *gw, double *gb)
{
    int64_t in = s->in_channels, out = s->out_channels;
    const um_window *v = &s->w;
    for (int64_t b = 0; b < s->batch; b++)
        for (int64_t at = 0; at < v->out[0] * v->out[1]; at++)
            for (int64_t o = 0; o < out; o++) {
                int64_t to = (b * v->out[0] * v->out[1] + at) * out + o;
                y[to] = bias ? bias[o] : 0;
                gb[o] += gy[to];
                for (int k = 0; k < 9; k++) {
                    int64_t row = at / v->out[1] + k / 3 - v->pad_lo[0];
                    int64_t col = at % v->out[1] + k % 3 - v->pad_lo[1];
                    if (row < 0 || row >= v->in[0] || col < 0 || col >= v->in[1])
                        continue;
                    int64_t from = ((b * v->in[0] + row) * v->in[1] + col) * in;
                    for (int64_t i = 0; i < in; i++) {
                        y[to] += (double)x[from + i] * w[(o * in + i) * 9 + k];
                        gx[from + i] += (double)gy[to] * w[(o * in + i) * 9 + k];
                        gw[(o * in + i) * 9 + k] += (double)gy[to] * x[from + i];
                    }
                }
            }
}

/* Weights that stay, in up to three parts, with the results held to a range. */
static double test_fixed(const um_conv_shape *s, const float *x, const float *w, const float *bias,
                         const double *expected, int64_t n)
{
    double most = 0, largest = 0, *held = um_calloc((size_t)n, sizeof *held);
    for (int64_t i = 0; i < n; i++)
        largest = fmax(largest, expected[i]);
    for (int parts = 1; parts <= 3; parts++) {
        um_winograd *conv = NULL;
        float *y = numbers(n), high = parts > 1 ? .5f * (float)largest : INFINITY,
              low = parts > 1 ? 0 : -INFINITY;
        for (int64_t i = 0; i < n; i++)
            held[i] = fmin(fmax(expected[i], (double)low), (double)high);
        um_scratch scratch = {0};
        CHECK(um_winograd_new_fixed(&conv, s, w, parts, &scratch, NULL) == UM_OK);
        um_winograd_transform_filters(conv);
        for (int k = parts - 1; k >= 0; k--)
            um_winograd_forward_part(conv, k, x, bias, low, high, y);
        most = fmax(most, worst(y, held, n));
        um_winograd_free(&conv);
        free(scratch.data);
        free(y);
    }
    free(held);
    return most;
}

/* What cannot be made leaves nothing behind, and nothing is freed without harm. */
static void test_no_memory(void)
{
    um_conv_shape s = shape_of(&(conv_test){1, 16, 16, 12, 12, 1, 1, 1, 1, false});
    float *w = numbers(16 * 16 * 9);
    um_winograd *conv = NULL;
    for (int fixed = 0; fixed < 2; fixed++)
        for (long n = 0; n < 8; n++) {
            um_error err = {0};
            um_scratch scratch = {0};
            um_alloc_fail_at(n);
            um_status st = fixed ? um_winograd_new_fixed(&conv, &s, w, 1, &scratch, &err)
                                 : um_winograd_new(&conv, &s, &scratch, &err);
            CHECK(st == UM_OK ? conv != NULL : st == UM_ENOMEM && !conv);
            um_alloc_fail_at(-1);
            um_winograd_free(&conv);
            CHECK(!conv);
            free(scratch.data);
        }
    um_winograd_free(NULL);
    free(w);
}

static double test_conv(const conv_test *t)
{
    um_conv_shape s = shape_of(t);
    int64_t nx = t->batch * t->height * t->width * t->in, ny = t->batch * s.w.out[0] * s.w.out[1] * t->out,
            nw = t->in * t->out * 9;
    float *x = numbers(nx), *w = numbers(nw), *bias = numbers(t->out), *gy = numbers(ny), *y = numbers(ny),
          *gx = numbers(nx), *gw = numbers(nw), *gb = numbers(t->out);
    double *ey = um_calloc((size_t)ny, sizeof *ey), *egx = um_calloc((size_t)nx, sizeof *egx),
           *egw = um_calloc((size_t)nw, sizeof *egw), *egb = um_calloc((size_t)t->out, sizeof *egb);
    um_scratch scratch = {0};
    um_winograd *conv = NULL;
    um_error err;
    CHECK(um_winograd_suits(&s));
    CHECK(um_winograd_new(&conv, &s, &scratch, &err) == UM_OK);
    by_definition(&s, x, w, t->bias ? bias : NULL, gy, ey, egx, egw, egb);
    um_winograd_forward(conv, x, w, t->bias ? bias : NULL, y);
    um_winograd_back_weights(conv, x, gy, gw, t->bias ? gb : NULL);
    um_winograd_back_data(conv, gy, w, gx);
    double error[] = {worst(y, ey, ny), worst(gx, egx, nx), worst(gw, egw, nw),
                      t->bias ? worst(gb, egb, t->out) : 0,
                      test_fixed(&s, x, w, t->bias ? bias : NULL, ey, ny)},
           most = 0;
    for (size_t i = 0; i < sizeof error / sizeof *error; i++) {
        CHECK_NEAR(error[i], 0, 1e-5); /* NumPy in single precision, 128 channels: 7e-6 (winograd.h) */
        most = fmax(most, error[i]);
    }
    um_winograd_free(&conv);
    free(scratch.data);
    float *const singles[] = {x, w, bias, gy, y, gx, gw, gb};
    double *const doubles[] = {ey, egx, egw, egb};
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
        free(singles[i]);
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        free(doubles[i]);
    return most;
}

int main(void)
{
    static const conv_test tests[] = {
        {1, 16, 16, 4, 4, 1, 1, 1, 1, false},    /* one tile */
        {2, 8, 24, 8, 12, 1, 1, 1, 1, true},     /* half panels */
        {3, 24, 8, 7, 13, 1, 1, 1, 1, false},    /* tiles that reach over the end */
        {1, 16, 32, 10, 9, 0, 0, 0, 0, true},    /* no padding */
        {2, 16, 16, 9, 11, 2, 0, 1, 2, false},   /* another on each side */
        {1, 8, 8, 5, 5, 2, 2, 2, 2, true},       /* results that see little but padding */
        {4, 128, 40, 16, 16, 1, 1, 1, 1, false}, /* several blocks in one direction, and not in the other */
        {1, 64, 64, 45, 50, 1, 1, 1, 1, false},  /* several blocks, the last one smaller */
        {2, 256, 128, 8, 8, 1, 1, 1, 1, true},
    };
    double most = 0;
    for (int64_t m = 1; m <= 13; m++)
        for (int k = 0; k < 8; k++)
            test_panel(m, 1 + 5 * m, k & 1 ? 8 : 16, k & 2, k & 4);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        most = fmax(most, test_conv(&tests[i]));
    fprintf(stderr, "worst %.1e of the largest value\n", most);

    conv_test t = {1, 16, 16, 8, 8, 1, 1, 1, 1, false};
    um_conv_shape s = shape_of(&t);
    s.in_channels = 12; /* not whole vectors */
    CHECK(!um_winograd_suits(&s));
    s = shape_of(&t);
    s.groups = 2;
    CHECK(!um_winograd_suits(&s));
    s = shape_of(&t);
    s.w.stride[1] = 2;
    CHECK(!um_winograd_suits(&s));
    s = shape_of(&t);
    CHECK(um_winograd_suits_fixed(&s));
    s.in_channels = 8; /* mostly transforms */
    CHECK(um_winograd_suits(&s) && !um_winograd_suits_fixed(&s));
    s.in_channels = s.out_channels = 512; /* mostly reading of weights */
    CHECK(um_winograd_suits(&s) && !um_winograd_suits_fixed(&s));
    s = shape_of(&t);
    s.w.dilation[0] = 2;
    CHECK(!um_winograd_suits(&s));
    test_no_memory();
    return check_done();
}
