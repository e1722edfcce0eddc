/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals/face/lip_network.h"
#include "base/embed.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HALF = 6, /* steps either way of the mean that is taken off: 13 are half a second */
    FEW = 7,  /* of those 13 that must be known */
    TAPS = 5, /* steps that are weighted */
    PARTS = 1000000,
    WIDEST = 64,
    COLUMNS = UM_MOUTH_ACROSS / 2,
    ROWS = UM_MOUTH_DOWN / 2
};
/* Of the picture: the middle of the mouth, beside mouth and skin around it. */
enum { INSIDE_LEFT = 11, INSIDE_TOP = 8, INSIDE_RIGHT = 21, INSIDE_BOTTOM = 17 };
static const float MEASURE_UNIT[UM_LIP_MEASURES] = {.03f, .04f, .02f, .02f, .03f, .04f};
static const float SOUND_UNIT = 2.5f; /* ln power */
static const double EVEN = 1e-3;      /* beside the spread of the pixels: pictures that do not change are 0 */
static const double ROUNDING = 1e-12; /* of the mean square: what is left of numbers that do not vary */

extern const um_embedded um_embedded_lips[];

enum { LOOK, LOOK_TIME, SEEN, MOUTH_OUT, THREE, STEP, HEARD_TIME, HEARD, SOUND_OUT };
static const struct {
    int n_in, n_out;
} SHAPE[UM_LIP_LAYERS] = {
    [LOOK] = {UM_LIP_PIXELS, 48},        [LOOK_TIME] = {TAPS, 48 + UM_LIP_MEASURES},
    [SEEN] = {48 + UM_LIP_MEASURES, 64}, [MOUTH_OUT] = {64, UM_LIP_NUMBERS},
    [THREE] = {3 * UM_LIP_BANDS, 48},    [STEP] = {2 * 48, 48},
    [HEARD_TIME] = {TAPS, 48},           [HEARD] = {48, 64},
    [SOUND_OUT] = {64, UM_LIP_NUMBERS},
};

/* ---- weights ---- */

um_status um_lip_network_read(um_lip_network *n, const char *text, um_error *err)
{
    size_t all = 0;
    for (int i = 0; i < UM_LIP_LAYERS; i++)
        all += (size_t)(SHAPE[i].n_in + 1) * (size_t)SHAPE[i].n_out;
    if (!(n->values = calloc(all, sizeof *n->values)))
        return um_fail_oom(err);
    for (size_t k = 0; k < all; k++) {
        char *end;
        const long v = strtol(text, &end, 10);
        if (end == text)
            return um_fail(err, UM_EFORMAT, "the network of lips: number %zu of %zu is none", k + 1, all);
        n->values[k] = (float)v / PARTS;
        text = end;
    }
    float *at = n->values;
    for (int i = 0; i < UM_LIP_LAYERS; i++) {
        um_lip_layer *l = &n->layer[i];
        *l = (um_lip_layer){SHAPE[i].n_in, SHAPE[i].n_out, at, at + SHAPE[i].n_in * SHAPE[i].n_out};
        at = l->offset + l->n_out;
    }
    return UM_OK;
}

um_status um_lip_network_own(um_lip_network *n, um_error *err)
{
    return um_lip_network_read(n, (const char *)um_embedded_lips->data, err);
}

void um_lip_network_clear(um_lip_network *n)
{
    free(n->values);
    *n = (um_lip_network){0};
}

/* ---- layers ---- */

static void dense(float *restrict out, const um_lip_layer *l, const float *restrict in)
{
    memcpy(out, l->offset, (size_t)l->n_out * sizeof *out);
    for (int k = 0; k < l->n_in; k++) {
        const float *restrict w = l->weight + (size_t)k * (size_t)l->n_out;
        for (int c = 0; c < l->n_out; c++)
            out[c] += w[c] * in[k];
    }
}

static void above_zero(float *v, int n)
{
    for (int c = 0; c < n; c++)
        v[c] = v[c] > 0 ? v[c] : 0;
}

/* Of step i, from in[steps][n_out]. */
static void over_time(float *restrict out, const um_lip_layer *l, const float *restrict in, int i, int steps)
{
    memcpy(out, l->offset, (size_t)l->n_out * sizeof *out);
    for (int tap = 0; tap < TAPS; tap++) {
        const int at = i + tap - TAPS / 2;
        for (int c = 0; at >= 0 && at < steps && c < l->n_out; c++)
            out[c] += l->weight[tap * l->n_out + c] * in[at * l->n_out + c];
    }
}

void um_lip_network_see(const um_lip_network *n, float *out, const float *in, int steps)
{
    enum { WIDE = 48 + UM_LIP_MEASURES };
    float row[UM_LIP_STEPS * WIDE], around[WIDE], seen[WIDEST];
    for (int i = 0; i < steps; i++) {
        const float *mouth = in + (ptrdiff_t)i * UM_LIP_MOUTH;
        dense(row + (ptrdiff_t)i * WIDE, &n->layer[LOOK], mouth);
        memcpy(row + (ptrdiff_t)i * WIDE + 48, mouth + UM_LIP_PIXELS, UM_LIP_MEASURES * sizeof *row);
    }
    for (int i = 0; i < steps; i++) {
        over_time(around, &n->layer[LOOK_TIME], row, i, steps);
        dense(seen, &n->layer[SEEN], around);
        above_zero(seen, WIDEST);
        dense(out + (ptrdiff_t)i * UM_LIP_NUMBERS, &n->layer[MOUTH_OUT], seen);
    }
}

void um_lip_network_hear(const um_lip_network *n, float *out, const float *in, int steps)
{
    enum { WIDE = 48 };
    float three[2 * WIDE], row[UM_LIP_STEPS * WIDE], around[WIDE], heard[WIDEST], rows[3 * UM_LIP_BANDS];
    for (int i = 0; i < steps; i++) {
        for (int half = 0; half < 2; half++) {
            for (int k = 0; k < 3 * UM_LIP_BANDS; k++) {
                const int at = (2 * i + half - 1) * UM_LIP_BANDS + k;
                rows[k] = at >= 0 && at < steps * UM_LIP_SOUND ? in[at] : 0;
            }
            dense(three + (ptrdiff_t)half * WIDE, &n->layer[THREE], rows);
        }
        above_zero(three, 2 * WIDE);
        dense(row + (ptrdiff_t)i * WIDE, &n->layer[STEP], three);
        above_zero(row + (ptrdiff_t)i * WIDE, WIDE);
    }
    for (int i = 0; i < steps; i++) {
        over_time(around, &n->layer[HEARD_TIME], row, i, steps);
        dense(heard, &n->layer[HEARD], around);
        above_zero(heard, WIDEST);
        dense(out + (ptrdiff_t)i * UM_LIP_NUMBERS, &n->layer[SOUND_OUT], heard);
    }
}

/* ---- mouths ---- */

static float apart(const um_face *face, int a, int b)
{
    const um_point p = face->points[a], q = face->points[b];
    return hypotf(p.x - q.x, p.y - q.y);
}

bool um_lip_mouth(float out[UM_LIP_MOUTH], const um_image *rgb, const um_face *face)
{
    uint8_t picture[UM_MOUTH_DOWN][UM_MOUTH_ACROSS];
    if (!um_mouth_picture(picture, rgb, face))
        return false;
    float inside = 0, all = 0, *m = out + UM_LIP_PIXELS;
    for (int y = 0; y < UM_MOUTH_DOWN; y++)
        for (int x = 0; x < UM_MOUTH_ACROSS; x++) {
            const bool in = x >= INSIDE_LEFT && x < INSIDE_RIGHT && y >= INSIDE_TOP && y < INSIDE_BOTTOM;
            all += picture[y][x];
            inside += in ? picture[y][x] : 0;
        }
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < COLUMNS; x++)
            out[y * COLUMNS + x] = (float)(picture[2 * y][2 * x] + picture[2 * y][2 * x + 1] +
                                           picture[2 * y + 1][2 * x] + picture[2 * y + 1][2 * x + 1]) /
                                   4;
    const float eyes = apart(face, 36, 45);
    m[0] = apart(face, 33, 57) / eyes;
    m[1] = 1 - inside / ((INSIDE_RIGHT - INSIDE_LEFT) * (INSIDE_BOTTOM - INSIDE_TOP)) /
                   fmaxf(all / (UM_MOUTH_ACROSS * UM_MOUTH_DOWN), 1);
    m[2] = apart(face, 48, 54) / eyes;
    m[3] = (apart(face, 61, 67) + apart(face, 62, 66) + apart(face, 63, 65)) / 3 / eyes;
    m[4] = (apart(face, 50, 58) + apart(face, 51, 57) + apart(face, 52, 56)) / 3 / eyes;
    m[5] = apart(face, 33, 8) / eyes;
    return isfinite(m[0] + m[1] + m[2] + m[3] + m[4] + m[5]);
}

/* ---- rows along time ---- */

um_status um_lip_track_put(um_lip_track *t, int64_t k, const float *row, int size, um_error *err)
{
    if (!t->row && !(t->row = calloc(UM_STEPS, (size_t)size * sizeof *t->row)))
        return um_fail_oom(err);
    t->size = size;
    um_steps_put(&t->known, k, 1);
    memcpy(t->row + (uint64_t)k % UM_STEPS * (uint64_t)size, row, (size_t)size * sizeof *row);
    return UM_OK;
}

void um_lip_track_clear(um_lip_track *t)
{
    free(t->row);
    *t = (um_lip_track){0};
}

static const float *row_at(const um_lip_track *t, int64_t k)
{
    return isnan(um_steps_get(&t->known, k)) ? NULL : t->row + (uint64_t)k % UM_STEPS * (uint64_t)t->size;
}

static bool fast(float *out, const um_lip_track *t, int64_t k)
{
    double mean[UM_LIP_MOUTH] = {0};
    const float *own = row_at(t, k);
    int n = 0;
    for (int64_t i = k - HALF; own && i <= k + HALF; i++) {
        const float *row = row_at(t, i);
        n += row != NULL;
        for (int c = 0; row && c < t->size; c++)
            mean[c] += (double)row[c];
    }
    memset(out, 0, (size_t)t->size * sizeof *out);
    for (int c = 0; n >= FEW && c < t->size; c++)
        out[c] = (float)((double)own[c] - mean[c] / n);
    return n >= FEW;
}

double um_lip_track_mouths(float *out, bool *known, const um_lip_track *t, int64_t first, int steps)
{
    double sum = 0;
    int n = 0;
    memset(out, 0, (size_t)steps * UM_LIP_MOUTH * sizeof *out);
    for (int i = 0; i < steps; i++) {
        float *row = out + (ptrdiff_t)i * UM_LIP_MOUTH;
        known[i] = t->row && fast(row, t, first + i);
        n += known[i];
        for (int c = 0; c < UM_LIP_PIXELS; c++)
            sum += (double)row[c] * (double)row[c];
        for (int c = 0; c < UM_LIP_MEASURES; c++)
            row[UM_LIP_PIXELS + c] /= MEASURE_UNIT[c];
    }
    const double spread = sqrt(sum / (n * UM_LIP_PIXELS + 1));
    for (int i = 0; i < steps; i++)
        for (int c = 0; c < UM_LIP_PIXELS; c++)
            out[i * UM_LIP_MOUTH + c] /= (float)(spread + EVEN);
    return spread;
}

void um_lip_track_sounds(float *out, bool *known, const um_lip_track *t, int64_t first, int steps)
{
    memset(out, 0, (size_t)steps * UM_LIP_SOUND * sizeof *out);
    for (int i = 0; i < steps; i++) {
        float *row = out + (ptrdiff_t)i * UM_LIP_SOUND;
        known[i] = t->row && fast(row, t, first + i);
        const float *as_is = row_at(t, first + i);
        for (int c = 0; known[i] && c < UM_LIP_BANDS; c++) {
            /* less one mean: half of what the halves differ by stays in each */
            const float half = (as_is[c] - as_is[c + UM_LIP_BANDS]) / 2,
                        both = (row[c] + row[c + UM_LIP_BANDS]) / 2;
            row[c] = (both + half) / SOUND_UNIT;
            row[c + UM_LIP_BANDS] = (both - half) / SOUND_UNIT;
        }
    }
}

/* ---- agreement ---- */

void um_lip_sums_add(um_lip_sums *to, const float v[UM_LIP_NUMBERS], const float s[UM_LIP_NUMBERS])
{
    to->n++;
    for (int c = 0; c < UM_LIP_NUMBERS; c++) {
        const double a = (double)v[c], b = (double)s[c];
        to->v[c] += a;
        to->s[c] += b;
        to->vv += a * a;
        to->ss += b * b;
        to->vs += a * b;
    }
}

double um_lip_sums_coefficient(const um_lip_sums *s, int least)
{
    if (s->n < least || !(s->n > 0))
        return NAN;
    double vv = s->vv, ss = s->ss, vs = s->vs;
    for (int c = 0; c < UM_LIP_NUMBERS; c++) {
        vv -= s->v[c] * s->v[c] / s->n;
        ss -= s->s[c] * s->s[c] / s->n;
        vs -= s->v[c] * s->s[c] / s->n;
    }
    return vv > ROUNDING * s->vv && ss > ROUNDING * s->ss ? vs / sqrt(vv * ss) : NAN;
}
