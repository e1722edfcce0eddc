/* SPDX-License-Identifier: GPL-3.0-or-later */
/* augment.c: light, blur, noise, codecs and covers, drawn at random. */
#include "degrade/augment.h"
#include "av/sink/recode.h"
#include <stdlib.h>
#include <string.h>

static uint8_t byte(float v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + .5f);
}

void mirror_picture(um_image *m)
{
    for (int y = 0; y < m->height; y++) {
        uint8_t *p = m->data + y * m->stride;
        for (int x = 0; x < m->width / 2; x++)
            for (int c = 0; c < 3; c++) {
                uint8_t *a = p + 3 * x + c, *b = p + 3 * (m->width - 1 - x) + c, t = *a;
                *a = *b;
                *b = t;
            }
    }
}

/* One curve per channel, and a light that grows along a direction. */
static void relight(um_image *m, rng *r)
{
    uint8_t curve[3][256];
    float gamma = expf(.35f * rng_normal(r)), contrast = expf(.25f * rng_normal(r)),
          lift = 20 * rng_normal(r);
    for (int c = 0; c < 3; c++) {
        float gain = expf(.08f * rng_normal(r));
        for (int v = 0; v < 256; v++)
            curve[c][v] = byte((255 * powf((float)v / 255, gamma) - 128) * contrast * gain + 128 + lift);
    }
    bool sided = rng_chance(r, .35f);
    float angle = rng_float(r, 0, 6.2832f), strength = rng_float(r, .2f, 1.1f), hard = rng_float(r, 1, 6);
    float dx = cosf(angle) / (float)m->width, dy = sinf(angle) / (float)m->height,
          shift = rng_float(r, -.3f, .3f);
    for (int y = 0; y < m->height; y++) {
        uint8_t *p = m->data + y * m->stride;
        for (int x = 0; x < m->width; x++, p += 3) {
            float light = 1;
            if (sided) {
                float t =
                    ((float)x - (float)m->width / 2) * dx + ((float)y - (float)m->height / 2) * dy + shift;
                light = 1 + strength * fminf(.5f, fmaxf(-.5f, t * hard));
            }
            for (int c = 0; c < 3; c++)
                p[c] = sided ? byte((float)curve[c][p[c]] * light) : curve[c][p[c]];
        }
    }
}

void augment_gray(um_image *m)
{
    for (int y = 0; y < m->height; y++) {
        uint8_t *p = m->data + y * m->stride;
        for (int x = 0; x < m->width; x++, p += 3)
            p[0] = p[1] = p[2] = (uint8_t)((77 * p[0] + 150 * p[1] + 29 * p[2]) >> 8);
    }
}

/* Mean over `n` pixels along x or y: two passes of each make a smooth blur, one of one a moving camera. */
static void box_blur(um_image *m, int n, bool down, uint8_t *line)
{
    int length = down ? m->height : m->width, lines = down ? m->width : m->height;
    ptrdiff_t step = down ? m->stride : 3, across = down ? 3 : m->stride;
    for (int k = 0; k < lines; k++)
        for (int c = 0; c < 3; c++) {
            uint8_t *p = m->data + k * across + c;
            int sum = 0;
            for (int i = 0; i < length; i++)
                line[i] = p[i * step];
            for (int i = -(n / 2); i < n - n / 2; i++)
                sum += line[i < 0 ? 0 : i >= length ? length - 1 : i];
            for (int i = 0; i < length; i++) {
                int out = i - n / 2, in = i + n - n / 2;
                p[i * step] = (uint8_t)((sum + n / 2) / n);
                sum += line[in >= length ? length - 1 : in] - line[out < 0 ? 0 : out];
            }
        }
}

static void blur(um_image *m, rng *r)
{
    int side = m->width > m->height ? m->width : m->height, most = side / 24 > 2 ? side / 24 : 2;
    uint8_t *line = malloc((size_t)side);
    if (!line)
        return;
    int n = 2 + rng_int(r, most);
    if (rng_chance(r, .4f)) {
        box_blur(m, n + 1, rng_chance(r, .5f), line);
    } else {
        for (int pass = 0; pass < 2; pass++) {
            box_blur(m, n, false, line);
            box_blur(m, n, true, line);
        }
    }
    free(line);
}

void augment_shrink(um_image *m, int w, int h)
{
    um_image *small = NULL, *back = NULL;
    um_rect all = {0, 0, (float)m->width, (float)m->height}, less = {0, 0, (float)w, (float)h};
    if (um_image_crop_resize(&small, m, all, w, h, NULL) == UM_OK &&
        um_image_crop_resize(&back, small, less, m->width, m->height, NULL) == UM_OK)
        for (int y = 0; y < m->height; y++)
            memcpy(m->data + y * m->stride, back->data + y * back->stride, (size_t)m->width * 3);
    um_image_free(&small);
    um_image_free(&back);
}

static void coarsen(um_image *m, rng *r)
{
    float f = rng_float(r, .2f, .8f);
    int w = (int)((float)m->width * f), h = (int)((float)m->height * f);
    if (w >= 4 && h >= 4)
        augment_shrink(m, w, h);
}

static void add_noise(um_image *m, rng *r)
{
    float sigma = rng_float(r, 1, 14);
    bool same = rng_chance(r, .3f); /* in all channels */
    int8_t table[4096];
    for (int i = 0; i < 4096; i++)
        table[i] = (int8_t)fmaxf(-127, fminf(127, sigma * rng_normal(r)));
    for (int y = 0; y < m->height; y++) {
        uint8_t *p = m->data + y * m->stride;
        for (int x = 0; x < m->width; x++, p += 3) {
            uint64_t bits = rng_next(r);
            for (int c = 0; c < 3; c++) {
                int v = p[c] + table[bits >> (same ? 0 : 12 * c) & 4095];
                p[c] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            }
        }
    }
}

/* --- JPEG --- */

/* ITU-T T.81, annex K.1: the tables most encoders start from. */
static const uint8_t luma_table[64] = {16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
                                       14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
                                       18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
                                       49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
static const uint8_t colour_table[64] = {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
                                         24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
                                         99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                                         99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

typedef float matrix[8][8];

/* to = a b, or a b^T */
static void multiply(matrix to, matrix a, matrix b, bool transposed)
{
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 8; j++) {
            float s = 0;
            for (int k = 0; k < 8; k++)
                s += a[i][k] * (transposed ? b[j][k] : b[k][j]);
            to[i][j] = s;
        }
}

static void quantize_plane(float *v, int width, int height, const uint8_t *table, int quality)
{
    float scale = quality < 50 ? 5000.f / (float)quality : 200 - 2 * (float)quality, q[64];
    matrix d, dt, block, t;
    for (int i = 0; i < 64; i++)
        q[i] = fminf(255, fmaxf(1, floorf(((float)table[i] * scale + 50) / 100)));
    for (int u = 0; u < 8; u++)
        for (int x = 0; x < 8; x++)
            dt[x][u] = d[u][x] = (u ? .5f : .35355339f) * cosf((float)((2 * x + 1) * u) * 3.14159265f / 16);
    for (int y = 0; y < height; y += 8)
        for (int x = 0; x < width; x += 8) {
            for (int i = 0; i < 64; i++) {
                int py = y + i / 8 < height ? y + i / 8 : height - 1,
                    px = x + i % 8 < width ? x + i % 8 : width - 1;
                block[i / 8][i % 8] = v[py * width + px] - 128;
            }
            multiply(t, d, block, false);
            multiply(block, t, d, true);
            for (int i = 0; i < 64; i++)
                block[i / 8][i % 8] = rintf(block[i / 8][i % 8] / q[i]) * q[i];
            multiply(t, dt, block, false);
            multiply(block, t, dt, true);
            for (int i = 0; i < 64; i++)
                if (y + i / 8 < height && x + i % 8 < width)
                    v[(y + i / 8) * width + x + i % 8] = block[i / 8][i % 8] + 128;
        }
}

void augment_jpeg(um_image *m, int quality)
{
    int w = m->width, h = m->height, cw = (w + 1) / 2, ch = (h + 1) / 2;
    float *luma = malloc(sizeof(float) * ((size_t)w * (size_t)h + 2 * (size_t)cw * (size_t)ch));
    if (!luma)
        return;
    float *cb = luma + w * h, *cr = cb + cw * ch;
    for (int i = 0; i < 2 * cw * ch; i++)
        cb[i] = 128;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const uint8_t *p = m->data + y * m->stride + 3 * x;
            float r = p[0], g = p[1], b = p[2], *u = &cb[y / 2 * cw + x / 2], *v = &cr[y / 2 * cw + x / 2];
            float count = (float)((y / 2 * 2 + 1 < h ? 2 : 1) * (x / 2 * 2 + 1 < w ? 2 : 1));
            luma[y * w + x] = .299f * r + .587f * g + .114f * b;
            *u += (-.168736f * r - .331264f * g + .5f * b) / count;
            *v += (.5f * r - .418688f * g - .081312f * b) / count;
        }
    quantize_plane(luma, w, h, luma_table, quality);
    quantize_plane(cb, cw, ch, colour_table, quality);
    quantize_plane(cr, cw, ch, colour_table, quality);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint8_t *p = m->data + y * m->stride + 3 * x;
            float l = luma[y * w + x], u = cb[y / 2 * cw + x / 2] - 128, v = cr[y / 2 * cw + x / 2] - 128;
            p[0] = byte(l + 1.402f * v);
            p[1] = byte(l - .344136f * u - .714136f * v);
            p[2] = byte(l + 1.772f * u);
        }
    free(luma);
}

void augment_video(um_image *m, const sample_mix *mix, rng *r)
{
    if (!(mix->video > 0 && rng_chance(r, mix->video)))
        return;
    bool old = rng_chance(r, .25f);
    int quantizer = 3 + rng_int(r, 27), dx = rng_int(r, 9) - 4, dy = rng_int(r, 5) - 2;
    um_image_recode(m, old ? "mpeg4" : "libx264", quantizer, dx, dy, NULL);
}

/* Few photons: dark, noise by their number (Poisson, here its normal limit), then perhaps made brighter. */
static void dim(um_image *m, rng *r)
{
    float light = expf(rng_float(r, logf(.05f), logf(.6f))), read = rng_float(r, .3f, 2),
          shot = rng_float(r, .02f, .25f);
    float gain = rng_chance(r, .5f) ? 1 + rng_float(r, 0, 1) * (1 / light - 1) : 1, normal[1024];
    for (int i = 0; i < 1024; i++)
        normal[i] = rng_normal(r);
    for (int y = 0; y < m->height; y++) {
        uint8_t *p = m->data + y * m->stride;
        for (int x = 0; x < m->width; x++, p += 3) {
            uint64_t bits = rng_next(r);
            for (int c = 0; c < 3; c++) {
                float v = (float)p[c] * light, sigma = sqrtf(read * read + shot * v);
                p[c] = byte(byte(v + sigma * normal[bits >> 10 * c & 1023]) * gain);
            }
        }
    }
}

/* A printed picture: dots on a turned grid whose size follows the darkness (amplitude-modulated screen). */
static void print(um_image *m, rng *r)
{
    float period = rng_float(r, 2.2f, 6), angle = rng_float(r, 0, 1.5708f), sharp = rng_float(r, 2, 8),
          blend = rng_float(r, .4f, 1);
    float cx = 6.2832f / period * cosf(angle), sx = 6.2832f / period * sinf(angle);
    for (int y = 0; y < m->height; y++) {
        uint8_t *p = m->data + y * m->stride;
        for (int x = 0; x < m->width; x++, p += 3) {
            float dot =
                .5f + .25f * (cosf(cx * (float)x + sx * (float)y) + cosf(cx * (float)y - sx * (float)x));
            for (int c = 0; c < 3; c++) {
                float v = (float)p[c] / 255, ink = 1 / (1 + expf(-sharp * 2 * (v - dot)));
                p[c] = byte(255 * (v + blend * (ink - v)));
            }
        }
    }
}

/* Gray, faded, soft, grainy. */
static void age(um_image *m, rng *r)
{
    float black = rng_float(r, 0, 90), white = rng_float(r, 150, 255);
    augment_gray(m);
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < 3 * m->width; x++) {
            uint8_t *p = m->data + y * m->stride + x;
            *p = byte(black + (white - black) * (float)*p / 255);
        }
    if (rng_chance(r, .6f))
        coarsen(m, r);
    if (rng_chance(r, .6f))
        add_noise(m, r);
}

static void impoverish(um_image *m, rng *r)
{
    float kind = rng_float(r, 0, 1);
    if (kind < .3f)
        augment_gray(m);
    if (kind < .45f)
        dim(m, r);
    else if (kind < .6f)
        print(m, r);
    else
        age(m, r);
}

void augment_picture(um_image *rgb, const sample_mix *mix, rng *r)
{
    if (mix->clean > 0 && rng_chance(r, mix->clean)) {
        if (rng_chance(r, .5f))
            relight(rgb, r);
        if (rng_chance(r, .15f))
            augment_gray(rgb);
        return;
    }
    if (mix->poor > 0 && rng_chance(r, mix->poor))
        impoverish(rgb, r);
    if (rng_chance(r, .85f))
        relight(rgb, r);
    if (rng_chance(r, .15f))
        augment_gray(rgb);
    if (rng_chance(r, .2f))
        blur(rgb, r);
    if (rng_chance(r, .3f))
        coarsen(rgb, r);
    if (rng_chance(r, .3f))
        add_noise(rgb, r);
    if (rng_chance(r, .4f))
        augment_jpeg(rgb, 8 + rng_int(r, 85));
    augment_video(rgb, mix, r);
}

void augment_cover(um_image *m, const um_image *other, rng *r)
{
    float w = (float)m->width * rng_float(r, .1f, .5f), h = (float)m->height * rng_float(r, .1f, .5f);
    float cx = (float)m->width * rng_float(r, 0, 1), cy = (float)m->height * rng_float(r, 0, 1);
    float angle = rng_float(r, -1.6f, 1.6f), ca = cosf(angle), sa = sinf(angle);
    bool round = rng_chance(r, .5f), noisy = rng_chance(r, .3f);
    um_image *piece = NULL;
    if (other && rng_chance(r, .6f)) {
        float s = rng_float(r, .15f, .6f) * fminf((float)other->width, (float)other->height);
        um_rect from = {rng_float(r, 0, (float)other->width - s), rng_float(r, 0, (float)other->height - s),
                        s, s};
        if (um_image_crop_resize(&piece, other, from, m->width, m->height, NULL) < 0)
            return;
    }
    float skin = rng_float(r, 0, 1); /* hands: from dark to light skin, or any colour */
    float colour[3] = {rng_float(r, 0, 255), rng_float(r, 0, 255), rng_float(r, 0, 255)};
    if (rng_chance(r, .4f)) {
        colour[0] = 90 + 150 * skin;
        colour[1] = 55 + 135 * skin;
        colour[2] = 40 + 120 * skin;
    }
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            float dx = (float)x - cx, dy = (float)y - cy;
            float u = (ca * dx + sa * dy) / (w / 2), v = (ca * dy - sa * dx) / (h / 2);
            if (round ? u * u + v * v > 1 : fabsf(u) > 1 || fabsf(v) > 1)
                continue;
            uint8_t *p = m->data + y * m->stride + 3 * x;
            for (int c = 0; c < 3; c++)
                p[c] = piece   ? piece->data[y * piece->stride + 3 * x + c]
                       : noisy ? (uint8_t)rng_next(r)
                               : byte(colour[c]);
        }
    um_image_free(&piece);
}
