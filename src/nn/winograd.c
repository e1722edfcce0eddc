/* SPDX-License-Identifier: GPL-3.0-or-later */
/* winograd.c: tiles of 6 x 6 pixels, which overlap by two, give 4 x 4 results each.
 *
 * Transformed, a tile is 36 numbers per channel ("elements"), and for each element the convolution is a
 * product of matrices, tiles x channels times channels x channels. Tiles are taken in blocks whose transforms
 * stay in the last cache, results in panels of UM_PANEL channels whose sums stay in the second:
 *
 *   V[36][tiles][from]    transformed tiles        B' d B
 *   U[36][from][panel]    transformed kernels      G g G'
 *   M[36][tiles][panel]   their products           result A' M A
 *
 * The gradient of the kernels is the same bilinear form, taken the other way: V times A gy A' gives the
 * gradient of U, and G' of that the gradient of g. Between elements lies a gap, else all would fall into
 * the same lines of the cache. */
#include "nn/winograd.h"
#include "base/vec.h"
#include "nn/panel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUT = 4, IN = 6, ELEMENTS = IN * IN, TAPS = 9, GAP = UM_PANEL };
enum { CACHE = 1 << 20, MIN_TILES = 64 }; /* of a block: the kernels are read once for each block */
enum {
    MIN_CHANNELS = 16,
    MAX_KERNELS = 1 << 16
}; /* fixed: less is mostly transforms, more is mostly reading */

/* One direction: from maps of `from` channels to maps of `to`. */
typedef struct pass {
    int64_t batch, from, to;
    int64_t in[2], out[2], pad[2];
    int64_t across, per_map, tiles, block; /* tiles of a row, of a map, of all; of one block */
} pass;

struct um_winograd {
    pass forward, back;
    um_scratch *scratch;
    /* fixed weights */
    int parts;
    const float *weights;
};

/* `parts`: no block holds tiles of two of them. */
static pass pass_new(const um_conv_shape *s, bool back, int parts)
{
    const um_window *w = &s->w;
    pass p = {.batch = s->batch,
              .from = back ? s->out_channels : s->in_channels,
              .to = back ? s->in_channels : s->out_channels};
    for (int i = 0; i < 2; i++) {
        p.in[i] = back ? w->out[i] : w->in[i];
        p.out[i] = back ? w->in[i] : w->out[i];
        p.pad[i] = back ? 2 - w->pad_lo[i] : w->pad_lo[i];
    }
    p.across = (p.out[1] + OUT - 1) / OUT;
    p.per_map = p.across * ((p.out[0] + OUT - 1) / OUT);
    p.tiles = p.batch * p.per_map;
    int64_t most = CACHE / (ELEMENTS * (int64_t)sizeof(float) * p.from);
    most = most < MIN_TILES ? MIN_TILES : most;
    int64_t of_part = (p.tiles + parts - 1) / parts, n = (of_part + most - 1) / most;
    p.block = n ? (of_part + n - 1) / n : 0;
    return p;
}

/* Floats from one element to the next. */
static size_t v_step(const pass *p)
{
    return (size_t)(p->block * p->from + GAP);
}
static size_t u_step(const pass *p)
{
    return (size_t)(p->from * UM_PANEL + GAP);
}
static size_t m_step(const pass *p)
{
    return (size_t)(p->block * UM_PANEL + GAP);
}

static size_t before_panel(const pass *p, int64_t panel)
{
    return (size_t)(panel / UM_PANEL) * ELEMENTS * u_step(p);
}
static size_t all_panels(const pass *p)
{
    return before_panel(p, p->to + UM_PANEL - 1);
}

/* With several blocks the transformed kernels of all panels are kept, else those of one. */
static size_t u_at(const pass *p, int64_t panel)
{
    return p->block < p->tiles ? before_panel(p, panel) : 0;
}

static size_t v_and_m(const pass *p)
{
    return ELEMENTS * (v_step(p) + m_step(p));
}

static size_t floats(const pass *p)
{
    return v_and_m(p) + (p->block < p->tiles ? all_panels(p) : ELEMENTS * u_step(p));
}

bool um_winograd_suits(const um_conv_shape *s)
{
    const um_window *w = &s->w;
    if (s->groups != 1 || w->n != 2 || s->in_channels % UM_LANES || s->out_channels % UM_LANES)
        return false;
    for (int i = 0; i < 2; i++)
        if (w->kernel[i] != 3 || w->stride[i] != 1 || w->dilation[i] != 1 || w->pad_lo[i] > 2 ||
            w->pad_hi[i] > 2)
            return false;
    pass p = pass_new(s, false, 1), b = pass_new(s, true, 1);
    int64_t pixels = s->batch * w->out[0] * w->out[1];
    return p.tiles && b.tiles && p.tiles * OUT * OUT < 2 * pixels;
}

um_status um_winograd_new(um_winograd **out, const um_conv_shape *shape, um_scratch *scratch, um_error *err)
{
    *out = NULL;
    um_winograd *w = um_calloc(1, sizeof *w);
    if (!w)
        return um_fail_oom(err);
    *w = (um_winograd){.forward = pass_new(shape, false, 1),
                       .back = pass_new(shape, true, 1),
                       .scratch = scratch,
                       .parts = 1};
    size_t n = floats(&w->forward), m = floats(&w->back);
    um_status st = um_scratch_fit(scratch, (n > m ? n : m) * sizeof(float), err);
    if (st < 0)
        um_winograd_free(&w);
    *out = w;
    return st;
}

void um_winograd_free(um_winograd **winograd)
{
    if (!winograd || !*winograd)
        return;
    um_winograd *w = *winograd;
    free(w);
    *winograd = NULL;
}

/* --- the transforms, eight channels at a time; `step` between the values of a line, in vectors --- */

#define HALF_ROOT .70710678118654752f /* the points: a = 1 / sqrt 2 */
#define ROOT 1.4142135623730951f      /* and b = sqrt 2; a b = 1 */

/* B': from 6 to 6 */
UM_INLINE void input_transform(um_vec *to, const um_vec *d, int step)
{
    um_vec d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    um_vec even = d4 - 2 * d2, odd = HALF_ROOT * (d3 - 2 * d1);
    to[0] = d0 + d4 - 2.5f * d2;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    even = d4 - .5f * d2;
    odd = ROOT * (d3 - .5f * d1);
    to[3 * step] = even + odd;
    to[4 * step] = even - odd;
    to[5 * step] = d1 + d5 - 2.5f * d3;
}

/* A': from 6 to 4 */
UM_INLINE void output_transform(um_vec *to, const um_vec *m, int step)
{
    um_vec sa = m[step] + m[2 * step], da = HALF_ROOT * (m[step] - m[2 * step]);
    um_vec sb = m[3 * step] + m[4 * step], db = ROOT * (m[3 * step] - m[4 * step]);
    to[0] = m[0] + sa + sb;
    to[step] = da + db;
    to[2 * step] = .5f * sa + 2 * sb;
    to[3 * step] = .5f * da + 2 * db + m[5 * step];
}

/* A: from 4 to 6 */
UM_INLINE void output_transform_back(um_vec *to, const um_vec *g, int step)
{
    um_vec g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step];
    um_vec even = g0 + .5f * g2, odd = HALF_ROOT * (g1 + .5f * g3);
    to[0] = g0;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    even = g0 + 2 * g2;
    odd = ROOT * (g1 + 2 * g3);
    to[3 * step] = even + odd;
    to[4 * step] = even - odd;
    to[5 * step] = g3;
}

/* G: from 3 to 6 */
UM_INLINE void filter_transform(um_vec *to, const um_vec *g, int from_step, int step)
{
    um_vec g0 = g[0], g1 = g[from_step], g2 = g[2 * from_step];
    um_vec even = -2.f / 3 * (g0 + .5f * g2), odd = -2.f / 3 * HALF_ROOT * g1;
    to[0] = g0;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    even = 1.f / 6 * (g0 + 2 * g2);
    odd = 1.f / 6 * ROOT * g1;
    to[3 * step] = even + odd;
    to[4 * step] = even - odd;
    to[5 * step] = g2;
}

/* G': from 6 to 3 */
UM_INLINE void filter_transform_back(um_vec *to, const um_vec *u, int to_step, int step)
{
    um_vec sa = -2.f / 3 * (u[step] + u[2 * step]), da = -2.f / 3 * HALF_ROOT * (u[step] - u[2 * step]);
    um_vec sb = 1.f / 6 * (u[3 * step] + u[4 * step]), db = 1.f / 6 * ROOT * (u[3 * step] - u[4 * step]);
    to[0] = u[0] + sa + sb;
    to[to_step] = da + db;
    to[2 * to_step] = .5f * sa + 2 * sb + u[5 * step];
}

/* --- tiles --- */

/* A tile in a map. */
typedef struct place {
    const float *map;
    int64_t height, width, channels, top, left;
} place;

/* Its n x n pixels; NULL for those that the map does not have. */
UM_INLINE void find_pixels(const float **pixel, const place *p, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            int64_t y = p->top + i, x = p->left + j;
            bool inside = y >= 0 && y < p->height && x >= 0 && x < p->width;
            pixel[i * n + j] = inside ? p->map + (y * p->width + x) * p->channels : NULL;
        }
}

/* Tile number t of the result, seen in maps of `channels` that begin `shift` pixels earlier. */
static place place_of(const pass *p, const float *maps, const int64_t *size, int64_t channels,
                      const int64_t *shift, int64_t t)
{
    int64_t map = t / p->per_map, rest = t % p->per_map;
    return (place){.map = maps + map * size[0] * size[1] * channels,
                   .height = size[0],
                   .width = size[1],
                   .channels = channels,
                   .top = rest / p->across * OUT - shift[0],
                   .left = rest % p->across * OUT - shift[1]};
}

static const float zeros[UM_LANES];
static const int64_t no_shift[2];

UM_KERNEL(transform_inputs, (float *v, const pass *p, const float *x, int64_t first, int64_t n),
          (v, p, x, first, n))
{
    size_t step = v_step(p);
    for (int64_t t = 0; t < n; t++) {
        const float *pixel[ELEMENTS];
        place at = place_of(p, x, p->in, p->from, p->pad, first + t);
        find_pixels(pixel, &at, IN);
        for (int64_t ch = 0; ch < p->from; ch += UM_LANES) {
            um_vec a[ELEMENTS], b[ELEMENTS];
            for (int i = 0; i < ELEMENTS; i++)
                a[i] = UM_LOAD(pixel[i] ? pixel[i] + ch : zeros);
            for (int i = 0; i < IN; i++)
                input_transform(b + i, a + i, IN);
            for (int i = 0; i < IN; i++)
                input_transform(a + i * IN, b + i * IN, 1);
            for (int i = 0; i < ELEMENTS; i++)
                UM_STORE(v + (size_t)i * step + t * p->from + ch, a[i]);
        }
    }
}

/* Channels [panel, panel + columns) of the gradient of the results. */
UM_KERNEL(transform_grad_outputs,
          (float *m, const pass *p, const float *gy, int64_t first, int64_t n, int64_t panel, int columns),
          (m, p, gy, first, n, panel, columns))
{
    size_t step = m_step(p);
    for (int64_t t = 0; t < n; t++) {
        const float *pixel[OUT * OUT];
        place at = place_of(p, gy, p->out, p->to, no_shift, first + t);
        find_pixels(pixel, &at, OUT);
        for (int ch = 0; ch < columns; ch += UM_LANES) {
            um_vec a[OUT * OUT], b[IN * OUT], c[ELEMENTS];
            for (int i = 0; i < OUT * OUT; i++)
                a[i] = UM_LOAD(pixel[i] ? pixel[i] + panel + ch : zeros);
            for (int i = 0; i < OUT; i++)
                output_transform_back(b + i, a + i, OUT);
            for (int i = 0; i < IN; i++)
                output_transform_back(c + i * IN, b + i * OUT, 1);
            for (int i = 0; i < ELEMENTS; i++)
                UM_STORE(m + (size_t)i * step + t * UM_PANEL + ch, c[i]);
        }
    }
}

/* What becomes of a sum: plus the bias, held to low..high. */
typedef struct finish {
    const float *bias; /* may be NULL */
    float low, high;
} finish;

UM_INLINE void clamp(um_vec *v, const um_vec *low_at, const um_vec *high_at)
{
    um_vec low = *low_at, high = *high_at;
    um_vec_mask below = *v<low, above = *v> high;
    *v = (um_vec)((below & (um_vec_mask)low) | (~below & (um_vec_mask)*v));
    *v = (um_vec)((above & (um_vec_mask)high) | (~above & (um_vec_mask)*v));
}

UM_KERNEL(transform_outputs,
          (float *y, const pass *p, const float *m, const finish *f, int64_t first, int64_t n, int64_t panel,
           int columns),
          (y, p, m, f, first, n, panel, columns))
{
    size_t step = m_step(p);
    um_vec low = f->low + (um_vec){0}, high = f->high + (um_vec){0};
    for (int64_t t = 0; t < n; t++) {
        place at = place_of(p, y, p->out, p->to, no_shift, first + t);
        float *to = y + (at.map - y) + (at.top * at.width + at.left) * at.channels + panel;
        int64_t rows = at.height - at.top, cols = at.width - at.left;
        for (int ch = 0; ch < columns; ch += UM_LANES) {
            um_vec a[ELEMENTS], b[OUT * IN], c[OUT * OUT];
            um_vec plus = UM_LOAD(f->bias ? f->bias + panel + ch : zeros);
            for (int i = 0; i < ELEMENTS; i++)
                a[i] = UM_LOAD(m + (size_t)i * step + t * UM_PANEL + ch);
            for (int i = 0; i < IN; i++)
                output_transform(b + i, a + i, IN);
            for (int i = 0; i < OUT; i++)
                output_transform(c + i * OUT, b + i * IN, 1);
            for (int i = 0; i < OUT && i < rows; i++)
                for (int j = 0; j < OUT && j < cols; j++) {
                    um_vec v = c[i * OUT + j] + plus;
                    clamp(&v, &low, &high);
                    UM_STORE(to + (i * at.width + j) * at.channels + ch, v);
                }
        }
    }
}

/* --- kernels --- */

/* Eight rows of eight values, turned. */
UM_INLINE void transpose(um_vec *r)
{
    um_vec s[UM_LANES];
    for (int i = 0; i < 4; i++) { /* within halves of a vector first: that is cheap */
        s[2 * i] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        s[2 * i + 1] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i++) {
        int k = i / 4 * 4 + i % 2; /* rows k, k + 2 */
        r[i] = i % 4 < 2 ? __builtin_shufflevector(s[k], s[k + 2], 0, 1, 8, 9, 4, 5, 12, 13)
                         : __builtin_shufflevector(s[k], s[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int i = 0; i < 4; i++) {
        s[i] = __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        s[i + 4] = __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (int i = 0; i < 8; i++)
        r[i] = s[i];
}

/* The nine taps of eight kernels that lie `step` apart. */
UM_INLINE void load_taps(um_vec *tap, const float *w, int64_t step)
{
    for (int i = 0; i < UM_LANES; i++)
        tap[i] = UM_LOAD(w + i * step);
    transpose(tap);
    for (int i = 0; i < UM_LANES; i++)
        tap[8][i] = w[i * step + 8];
}

UM_INLINE void store_taps(float *w, um_vec *tap, int64_t step)
{
    for (int i = 0; i < UM_LANES; i++)
        w[i * step + 8] = tap[8][i];
    transpose(tap);
    for (int i = 0; i < UM_LANES; i++)
        UM_STORE(w + i * step, tap[i]);
}

/* The kernels to channels [panel, panel + columns). Back, they are turned by 180 degrees, and go from the
 * out channels to the in channels. */
UM_KERNEL(transform_filters,
          (float *u, const pass *p, const float *weights, bool back, int64_t panel, int columns),
          (u, p, weights, back, panel, columns))
{
    size_t step = u_step(p);
    for (int64_t k = 0; k < p->from; k++)
        for (int ch = 0; ch < columns; ch += UM_LANES) {
            um_vec g[TAPS], a[IN * 3], b[ELEMENTS];
            int64_t to = panel + ch;
            load_taps(g, weights + (back ? k * p->to + to : to * p->from + k) * TAPS,
                      back ? TAPS : p->from * TAPS);
            for (int i = 0; back && i < TAPS / 2; i++) {
                um_vec other = g[TAPS - 1 - i];
                g[TAPS - 1 - i] = g[i];
                g[i] = other;
            }
            for (int i = 0; i < 3; i++)
                filter_transform(a + i, g + i, 3, 3);
            for (int i = 0; i < IN; i++)
                filter_transform(b + i * IN, a + i * 3, 1, 1);
            for (int i = 0; i < ELEMENTS; i++)
                UM_STORE(u + (size_t)i * step + k * UM_PANEL + ch, b[i]);
        }
}

UM_KERNEL(transform_grad_filters, (float *gw, const pass *p, const float *u, int64_t panel, int columns),
          (gw, p, u, panel, columns))
{
    size_t step = u_step(p);
    for (int64_t k = 0; k < p->from; k++)
        for (int ch = 0; ch < columns; ch += UM_LANES) {
            um_vec a[ELEMENTS], b[3 * IN], g[TAPS];
            for (int i = 0; i < ELEMENTS; i++)
                a[i] = UM_LOAD(u + (size_t)i * step + k * UM_PANEL + ch);
            for (int i = 0; i < IN; i++)
                filter_transform_back(b + i, a + i, IN, IN);
            for (int i = 0; i < 3; i++)
                filter_transform_back(g + i * 3, b + i * IN, 1, 1);
            store_taps(gw + ((panel + ch) * p->from + k) * TAPS, g, p->from * TAPS);
        }
}

/* --- passes --- */

static int columns_of(const pass *p, int64_t panel)
{
    return p->to - panel < UM_PANEL ? (int)(p->to - panel) : UM_PANEL;
}

static void multiply(float *m, const pass *p, const float *v, const float *u, int64_t n, int columns)
{
    for (size_t i = 0; i < ELEMENTS; i++)
        um_panel_multiply(&(um_panel){.a = v + i * v_step(p),
                                      .row = p->from,
                                      .step = 1,
                                      .b = u + i * u_step(p),
                                      .c = m + i * m_step(p),
                                      .m = n,
                                      .n = p->from,
                                      .columns = columns});
}

static int64_t tiles_from(const pass *p, int64_t first, int64_t end)
{
    return end - first < p->block ? end - first : p->block;
}

static void run(const um_winograd *w, const pass *p, const float *x, const float *weights, const float *bias,
                float *y)
{
    const finish f = {bias, -INFINITY, INFINITY};
    float *v = w->scratch->data, *m = v + ELEMENTS * v_step(p), *u = v + v_and_m(p);
    for (int64_t first = 0; first < p->tiles; first += p->block) {
        int64_t n = tiles_from(p, first, p->tiles);
        transform_inputs(v, p, x, first, n);
        for (int64_t panel = 0; panel < p->to; panel += UM_PANEL) {
            int columns = columns_of(p, panel);
            if (!first)
                transform_filters(u + u_at(p, panel), p, weights, p == &w->back, panel, columns);
            multiply(m, p, v, u + u_at(p, panel), n, columns);
            transform_outputs(y, p, m, &f, first, n, panel, columns);
        }
    }
}

void um_winograd_forward(const um_winograd *w, const float *x, const float *weights, const float *bias,
                         float *y)
{
    run(w, &w->forward, x, weights, bias, y);
}

void um_winograd_back_data(const um_winograd *w, const float *gy, const float *weights, float *gx)
{
    run(w, &w->back, gy, weights, NULL, gx);
}

UM_KERNEL(sum_pixels, (float *restrict sum, const float *restrict gy, int64_t pixels, int64_t channels),
          (sum, gy, pixels, channels))
{
    memset(sum, 0, (size_t)channels * sizeof *sum);
    for (int64_t i = 0; i < pixels; i++, gy += channels)
        for (int64_t ch = 0; ch < channels; ch++)
            sum[ch] += gy[ch];
}

void um_winograd_back_weights(const um_winograd *w, const float *x, const float *gy, float *gw, float *gb)
{
    const pass *p = &w->forward;
    float *v = w->scratch->data, *m = v + ELEMENTS * v_step(p), *u = v + v_and_m(p);
    for (int64_t first = 0; first < p->tiles; first += p->block) {
        int64_t n = tiles_from(p, first, p->tiles);
        transform_inputs(v, p, x, first, n);
        for (int64_t panel = 0; panel < p->to; panel += UM_PANEL) {
            int columns = columns_of(p, panel);
            float *gradients = u + u_at(p, panel);
            transform_grad_outputs(m, p, gy, first, n, panel, columns);
            for (size_t i = 0; i < ELEMENTS; i++)
                um_panel_multiply(&(um_panel){.a = v + i * v_step(p),
                                              .row = 1,
                                              .step = p->from,
                                              .b = m + i * m_step(p),
                                              .c = gradients + i * u_step(p),
                                              .m = p->from,
                                              .n = n,
                                              .columns = columns,
                                              .add = first > 0});
            if (first + n == p->tiles)
                transform_grad_filters(gw, p, gradients, panel, columns);
        }
    }
    if (gb)
        sum_pixels(gb, gy, p->batch * p->out[0] * p->out[1], p->to);
}

/* --- fixed weights --- */

bool um_winograd_suits_fixed(const um_conv_shape *s)
{
    return um_winograd_suits(s) && s->in_channels >= MIN_CHANNELS && s->out_channels >= MIN_CHANNELS &&
           s->in_channels * s->out_channels <= MAX_KERNELS;
}

um_status um_winograd_new_fixed(um_winograd **out, const um_conv_shape *shape, const float *weights,
                                int parts, um_scratch *scratch, um_error *err)
{
    *out = NULL;
    um_winograd *w = um_calloc(1, sizeof *w);
    if (!w)
        return um_fail_oom(err);
    w->parts = parts;
    w->forward = pass_new(shape, false, parts);
    w->weights = weights;
    w->scratch = scratch;
    size_t n = all_panels(&w->forward) + (size_t)parts * v_and_m(&w->forward);
    um_status st = um_scratch_fit(scratch, n * sizeof(float), err);
    if (st < 0)
        um_winograd_free(&w);
    *out = w;
    return st;
}

void um_winograd_transform_filters(const um_winograd *w)
{
    const pass *p = &w->forward;
    for (int64_t panel = 0; panel < p->to; panel += UM_PANEL)
        transform_filters((float *)w->scratch->data + before_panel(p, panel), p, w->weights, false, panel,
                          columns_of(p, panel));
}

void um_winograd_forward_part(const um_winograd *w, int part, const float *x, const float *bias, float low,
                              float high, float *y)
{
    const pass *p = &w->forward;
    const finish f = {bias, low, high};
    const float *u = w->scratch->data;
    float *v = (float *)w->scratch->data + all_panels(p) + (size_t)part * v_and_m(p);
    float *m = v + ELEMENTS * v_step(p);
    int64_t end = p->tiles * (part + 1) / w->parts;
    for (int64_t first = p->tiles * part / w->parts, n; first < end; first += n) {
        n = tiles_from(p, first, end);
        transform_inputs(v, p, x, first, n);
        for (int64_t panel = 0; panel < p->to; panel += UM_PANEL) {
            int columns = columns_of(p, panel);
            multiply(m, p, v, u + before_panel(p, panel), n, columns);
            transform_outputs(y, p, m, &f, first, n, panel, columns);
        }
    }
}
