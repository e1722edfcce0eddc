/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prnu.c: see unmask/prnu.h.
 *
 * The estimate of Chen et al. 2008, K = sum W I / (sum I^2 + 1): W the noise of a picture (dsp/noise.h), I
 * its level, which is taken as level / 252 up to there and falls steeply above, where a sensor saturates and
 * shows no fingerprint; nothing counts where a plateau of 250 and more shows that it has. Then what all
 * cameras of a kind share is taken away: means of rows and columns on each of the four places of a colour
 * filter, and what stands out of the spectrum (Wiener).
 *
 * Of the picture in question sum W I, cleaned in the same way, is correlated with K at every shift. For one
 * picture that is the correlation of W with I K at no shift, which the paper asks for; of several it weighs
 * bright ones more. */
#include "dsp/fft.h"
#include "dsp/noise.h"
#include "prnu/prnu_internal.h"
#include <math.h>
#include <stdlib.h>

static const float FULL = 252, FALL = 6; /* gray levels: below the first all of the fingerprint is there */
enum { SATURATED = 250, FILTER = 2 /* a colour filter repeats after so many pixels */, AROUND = 5 };

um_status um_prnu_new(um_prnu **out, um_error *err)
{
    *out = um_calloc(1, sizeof **out);
    return *out ? UM_OK : um_fail_oom(err);
}

void um_prnu_free(um_prnu **prnu)
{
    if (!prnu || !*prnu)
        return;
    free((*prnu)->noise);
    free((*prnu)->level);
    free((*prnu)->clean);
    free(*prnu);
    *prnu = NULL;
}

int um_prnu_width(const um_prnu *prnu)
{
    return prnu->width;
}

int um_prnu_height(const um_prnu *prnu)
{
    return prnu->height;
}

int um_prnu_pictures(const um_prnu *prnu)
{
    return prnu->pictures;
}

um_status um_prnu_size(um_prnu *p, int width, int height, um_error *err)
{
    p->width = width;
    p->height = height;
    p->noise = um_calloc(um_prnu_count(p), sizeof *p->noise);
    p->level = um_calloc(um_prnu_count(p), sizeof *p->level);
    return p->noise && p->level ? UM_OK : um_fail_oom(err);
}

/* ---- a picture ---- */

/* The middle of a side that is too long, on the grid of the colour filter. */
static int cut(int side, int *from)
{
    *from = side > UM_PRNU_MOST ? (side - UM_PRNU_MOST) / 2 / FILTER * FILTER : 0;
    return side < UM_PRNU_MOST ? side : UM_PRNU_MOST;
}

static float scaled(uint8_t v)
{
    return v < FULL ? (float)v / FULL : expf(-((float)v - FULL) * ((float)v - FULL) / FALL);
}

/* A neighbour of the same level, both nearly white: the sensor tells no difference any more. */
static bool is_flat(const uint8_t *at, ptrdiff_t stride, int x, int y, int width, int height)
{
    return *at >= SATURATED && ((x && at[-1] == *at) || (x + 1 < width && at[1] == *at) ||
                                (y && at[-stride] == *at) || (y + 1 < height && at[stride] == *at));
}

um_status um_prnu_add(um_prnu *p, const um_image *gray, um_error *err)
{
    int left, top;
    const int width = cut(gray->width, &left), height = cut(gray->height, &top);
    if (gray->pixel != UM_GRAY8)
        return um_fail(err, UM_EINVAL, "a fingerprint is made of gray pictures");
    if (width < UM_PRNU_LEAST || height < UM_PRNU_LEAST)
        return um_fail(err, UM_EINVAL, "%d x %d: too small for a fingerprint, %d x %d needed", gray->width,
                       gray->height, UM_PRNU_LEAST, UM_PRNU_LEAST);
    if (p->width && (width != p->width || height != p->height))
        return um_fail(err, UM_EINVAL, "%d x %d, but the pictures before it are %d x %d", width, height,
                       p->width, p->height);
    um_status st = p->width ? UM_OK : um_prnu_size(p, width, height, err);
    float *value = st == UM_OK ? um_calloc(um_prnu_count(p), sizeof *value) : NULL;
    if (st == UM_OK && !value)
        st = um_fail_oom(err);
    for (int y = 0; y < height && st == UM_OK; y++)
        for (int x = 0; x < width; x++)
            value[(size_t)y * (size_t)width + (size_t)x] = gray->data[(top + y) * gray->stride + left + x];
    if (st == UM_OK)
        st = um_noise_of(value, width, height, err);
    for (int y = 0; y < height && st == UM_OK; y++) {
        const uint8_t *row = gray->data + (top + y) * gray->stride + left;
        for (int x = 0; x < width; x++) {
            const size_t i = (size_t)y * (size_t)width + (size_t)x;
            const float level = is_flat(row + x, gray->stride, x, y, width, height) ? 0 : scaled(row[x]);
            p->noise[i] += value[i] * level;
            p->level[i] += level * level;
        }
    }
    free(value);
    free(p->clean);
    p->clean = NULL;
    if (st == UM_OK)
        p->pictures++;
    return st;
}

/* ---- what cameras share ---- */

/* Of every second row and column: takes away the mean of each row and of each column. */
static um_status centre(float *value, int width, int height, um_error *err)
{
    double *column = um_calloc((size_t)width, sizeof *column);
    if (!column)
        return um_fail_oom(err);
    for (int phase = 0; phase < FILTER * FILTER; phase++) {
        const int left = phase % FILTER, top = phase / FILTER;
        const int across = (width - left + 1) / FILTER, down = (height - top + 1) / FILTER;
        for (int x = left; x < width; x += FILTER)
            column[x] = 0;
        for (int y = top; y < height; y += FILTER) {
            float *row = value + (size_t)y * (size_t)width;
            double mean = 0;
            for (int x = left; x < width; x += FILTER)
                mean += row[x];
            mean /= across;
            for (int x = left; x < width; x += FILTER) {
                row[x] -= (float)mean;
                column[x] += row[x];
            }
        }
        for (int y = top; y < height; y += FILTER)
            for (int x = left; x < width; x += FILTER)
                value[(size_t)y * (size_t)width + (size_t)x] -= (float)(column[x] / down);
    }
    free(column);
    return UM_OK;
}

static double variance_of(const float *value, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += value[i];
        squares += (double)value[i] * value[i];
    }
    return n > 1 ? fmax(squares - sum * sum / (double)n, 0) / (double)(n - 1) : 0;
}

/* The magnitude of the spectrum becomes its own noise: of what is periodic, that of its surroundings stays.
 */
static um_status flatten(float *value, int width, int height, um_error *err)
{
    const size_t n = (size_t)width * (size_t)height;
    const float variance = (float)variance_of(value, n);
    const double scale = 1 / sqrt((double)n);
    um_fft *fft = NULL;
    float *magnitude = um_calloc(n, sizeof *magnitude);
    um_status st = magnitude ? um_fft_new(&fft, height, width, err) : um_fail_oom(err);
    if (st < 0)
        goto done;
    const int bins = um_fft_bins(fft);
    for (size_t i = 0; i < n; i++)
        fft->in[i] = value[i];
    um_fft_run(fft);
    for (int u = 0; u < height; u++)
        for (int v = 0; v < width; v++) { /* the other half is the conjugate */
            const int from = v < bins ? u : (height - u) % height, at = v < bins ? v : width - v;
            const double *z = fft->out[(size_t)from * (size_t)bins + (size_t)at];
            magnitude[(size_t)u * (size_t)width + (size_t)v] = (float)(hypot(z[0], z[1]) * scale);
        }
    if ((st = um_noise_keep(magnitude, width, height, variance, err)) < 0)
        goto done;
    for (int u = 0; u < height; u++)
        for (int v = 0; v < bins; v++) {
            double *z = fft->out[(size_t)u * (size_t)bins + (size_t)v];
            const double was = hypot(z[0], z[1]) * scale;
            const double factor = was > 0 ? magnitude[(size_t)u * (size_t)width + (size_t)v] / was : 0;
            z[0] *= factor;
            z[1] *= factor;
        }
    um_fft_back(fft);
    for (size_t i = 0; i < n; i++)
        value[i] = (float)fft->in[i];
done:
    um_fft_free(&fft);
    free(magnitude);
    return st;
}

/* ---- two of them ---- */

/* Into [height][width] of `to`, which is zeros; what is smaller lies at the top left. */
static um_status clean(float *to, int width, const um_prnu *p, bool is_camera, um_error *err)
{
    float *value = um_calloc(um_prnu_count(p), sizeof *value);
    if (!value)
        return um_fail_oom(err);
    for (size_t i = 0; i < um_prnu_count(p); i++)
        value[i] = is_camera ? p->noise[i] / (p->level[i] + 1) : p->noise[i];
    um_status st = centre(value, p->width, p->height, err);
    if (st == UM_OK)
        st = flatten(value, p->width, p->height, err);
    for (int y = 0; y < p->height && st == UM_OK; y++)
        for (int x = 0; x < p->width; x++)
            to[(size_t)y * (size_t)width + (size_t)x] = value[(size_t)y * (size_t)p->width + (size_t)x];
    free(value);
    return st;
}

/* at[y][x]: the correlation with the picture lying at (x, y) in the fingerprint, all around the edges. */
static um_status correlate(um_fft *fft, const float *camera, const float *picture, um_error *err)
{
    const size_t n = (size_t)fft->rows * (size_t)fft->cols;
    const size_t bins = (size_t)fft->rows * (size_t)um_fft_bins(fft);
    double(*kept)[2] = um_calloc(bins, sizeof *kept);
    if (!kept)
        return um_fail_oom(err);
    for (size_t i = 0; i < n; i++)
        fft->in[i] = picture[i];
    um_fft_run(fft);
    for (size_t i = 0; i < bins; i++) {
        kept[i][0] = fft->out[i][0];
        kept[i][1] = fft->out[i][1];
    }
    for (size_t i = 0; i < n; i++)
        fft->in[i] = camera[i];
    um_fft_run(fft);
    for (size_t i = 0; i < bins; i++) { /* camera times the conjugate of the picture */
        const double re = fft->out[i][0] * kept[i][0] + fft->out[i][1] * kept[i][1];
        fft->out[i][1] = fft->out[i][1] * kept[i][0] - fft->out[i][0] * kept[i][1];
        fft->out[i][0] = re;
    }
    free(kept);
    um_fft_back(fft);
    return UM_OK;
}

/* The peak among the places where the picture may lie, against the mean energy but of 11 x 11 around it. */
static um_prnu_match judge(const um_fft *fft, int across, int down)
{
    um_prnu_match m = {.n_places = across * down};
    double peak = -INFINITY, energy = 0;
    size_t n = 0;
    for (int y = 0; y < down; y++)
        for (int x = 0; x < across; x++) {
            const double v = fft->in[(size_t)y * (size_t)fft->cols + (size_t)x];
            if (v > peak) {
                peak = v;
                m.x = x;
                m.y = y;
            }
        }
    for (int y = 0; y < fft->rows; y++) {
        const int dy = abs(y - m.y), off_y = dy < fft->rows - dy ? dy : fft->rows - dy;
        for (int x = 0; x < fft->cols; x++) {
            const int dx = abs(x - m.x), off_x = dx < fft->cols - dx ? dx : fft->cols - dx;
            const double v = fft->in[(size_t)y * (size_t)fft->cols + (size_t)x];
            if (off_x > AROUND || off_y > AROUND) {
                energy += v * v;
                n++;
            }
        }
    }
    m.pce = energy > 0 ? copysign(peak * peak, peak) / (energy / (double)n) : 0;
    return m;
}

/* Once for all that is compared with it. */
static um_status clean_camera(um_prnu *camera, um_error *err)
{
    if (camera->clean)
        return UM_OK;
    float *a = um_calloc(um_prnu_count(camera), sizeof *a);
    um_status st = a ? clean(a, camera->width, camera, true, err) : um_fail_oom(err);
    if (st < 0)
        free(a);
    else
        camera->clean = a;
    return st;
}

um_status um_prnu_compare(um_prnu_match *out, um_prnu *camera, const um_prnu *picture, um_error *err)
{
    *out = (um_prnu_match){0};
    if (!camera->pictures || !picture->pictures)
        return um_fail(err, UM_EINVAL, "a fingerprint of no picture");
    if (picture->width > camera->width || picture->height > camera->height)
        return um_fail(err, UM_EINVAL, "%d x %d does not lie inside the fingerprint of %d x %d",
                       picture->width, picture->height, camera->width, camera->height);
    um_fft *fft = NULL;
    float *b = um_calloc(um_prnu_count(camera), sizeof *b);
    um_status st = b ? clean_camera(camera, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = clean(b, camera->width, picture, false, err);
    if (st == UM_OK)
        st = um_fft_new(&fft, camera->height, camera->width, err);
    if (st == UM_OK)
        st = correlate(fft, camera->clean, b, err);
    if (st == UM_OK)
        *out = judge(fft, camera->width - picture->width + 1, camera->height - picture->height + 1);
    um_fft_free(&fft);
    free(b);
    return st;
}
