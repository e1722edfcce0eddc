/* SPDX-License-Identifier: GPL-3.0-or-later */
/* iris.c: see iris.h. */
#include "faces/iris.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>

/* Radius of the iris: 11.7 mm across (Ruefer et al., Cornea 2005) of lids 27 to 33 mm wide, and what
 * landmarks and turned eyes add. In cells. */
enum { R_MIN = 13, R_MAX = 25, X_REACH = 24, Y_REACH = 10, ARC = 12 };
static const float RING = 1.5f;              /* cells inside and outside of the circle that are compared */
static const double INNER = .5, OUTER = .88; /* of the radius: the iris without pupil and dark border */
static const float LASHES = 2;               /* cells below the upper lid that lashes and shadow darken */
static const float SHINES = 50;              /* gray levels above the iris: below, it is texture */
static const float HALF_SHINE =
    .5f; /* of the way from the iris to the brightest: the border of a highlight */
static const float SHINE_REACH = .75f; /* of the radius: beyond, a wrong centre lets the white shine */
static const float TEARS = 4;          /* cells above the lower lid, where its wet rim shines */
enum { LEAST_SHINE = 4 };              /* cells of a highlight: fewer are noise */
static const float DARKER = 18;        /* gray levels: a pupil stands out from the iris by so much */
static const double PUPIL_REACH = .6, PUPIL_LEAST = .03,
                    PUPIL_MOST = .45; /* of the iris: radius, area, area */
static const double TINT_FLOOR = 8;   /* gray levels added to each colour: dark irises have little colour */
static const int CORNERS[2][2] = {{36, 39}, {42, 45}};

float um_eye_width(const um_face *face, int eye)
{
    const um_point a = face->points[CORNERS[eye][0]], b = face->points[CORNERS[eye][1]];
    return hypotf(b.x - a.x, b.y - a.y);
}

static double distance(um_point a, um_point b)
{
    return hypot((double)a.x - b.x, (double)a.y - b.y);
}

double um_eye_opening(const um_face *face, int eye)
{
    const um_point *p = face->points + CORNERS[eye][0];
    const double width = distance(p[0], p[3]);
    return width > 0 ? (distance(p[1], p[5]) + distance(p[2], p[4])) / (2 * width) : 0;
}

/* Bilinear; edge pixels repeated outside. */
static void sample(float out[3], const um_image *rgb, double x, double y)
{
    x = um_clampd(x, 0, rgb->width - 1);
    y = um_clampd(y, 0, rgb->height - 1);
    const int x0 = (int)x, y0 = (int)y, right = x0 + 1 < rgb->width ? 3 : 0;
    const float fx = (float)(x - x0), fy = (float)(y - y0);
    const uint8_t *a = rgb->data + y0 * rgb->stride + (ptrdiff_t)3 * x0;
    const uint8_t *b = y0 + 1 < rgb->height ? a + rgb->stride : a;
    for (int c = 0; c < 3; c++)
        out[c] =
            (a[c] * (1 - fx) + a[right + c] * fx) * (1 - fy) + (b[c] * (1 - fx) + b[right + c] * fx) * fy;
}

/* Rows of a lid whose four points go from corner to corner, in cells. */
static void lid(float *row, const float at[4][2])
{
    for (int x = 0, i = 0; x < UM_EYE_COLS; x++) {
        while (i < 2 && (float)x > at[i + 1][0])
            i++;
        const float dx = at[i + 1][0] - at[i][0];
        const float part = dx > 0 ? ((float)x - at[i][0]) / dx : 0;
        row[x] = at[i][1] + part * (at[i + 1][1] - at[i][1]);
    }
}

static void resample(um_eye *e, const um_image *rgb, const um_face *face, int eye)
{
    const um_point *p = face->points + 36 + 6 * eye, a = p[0], b = p[3];
    const double scale = hypot((double)b.x - a.x, (double)b.y - a.y) / UM_EYE_WIDTH; /* pixels per cell */
    const double ux = ((double)b.x - a.x) / UM_EYE_WIDTH, uy = ((double)b.y - a.y) / UM_EYE_WIDTH;
    const double mx = ((double)a.x + b.x) / 2, my = ((double)a.y + b.y) / 2;
    const int fine = um_clampi((int)ceil(scale), 1, 8); /* looks per cell and axis */
    for (int y = 0; y < UM_EYE_ROWS; y++)
        for (int x = 0; x < UM_EYE_COLS; x++) {
            float *v = e->rgb[y][x];
            v[0] = v[1] = v[2] = 0;
            for (int k = 0; k < fine * fine; k++) {
                const double dx = x - (UM_EYE_COLS - 1) / 2. + (k % fine + .5) / fine - .5;
                const double dy = y - (UM_EYE_ROWS - 1) / 2. + (k / fine + .5) / fine - .5;
                float one[3];
                sample(one, rgb, mx + dx * ux - dy * uy, my + dx * uy + dy * ux);
                for (int c = 0; c < 3; c++)
                    v[c] += one[c] / (float)(fine * fine);
            }
            e->luma[y][x] = .299f * v[0] + .587f * v[1] + .114f * v[2];
        }
    float at[6][2];
    for (int i = 0; i < 6; i++) {
        const double dx = p[i].x - mx, dy = p[i].y - my, s = 1 / (scale * scale);
        at[i][0] = (float)((dx * ux + dy * uy) * s + (UM_EYE_COLS - 1) / 2.);
        at[i][1] = (float)((dy * ux - dx * uy) * s + (UM_EYE_ROWS - 1) / 2.);
    }
    const float below[4][2] = {
        {at[0][0], at[0][1]}, {at[5][0], at[5][1]}, {at[4][0], at[4][1]}, {at[3][0], at[3][1]}};
    lid(e->upper, (const float(*)[2])at);
    lid(e->lower, below);
}

static bool open_at(const um_eye *e, int x, int y, float margin)
{
    return x >= 0 && x < UM_EYE_COLS && y >= 0 && y < UM_EYE_ROWS && (float)y >= e->upper[x] + margin &&
           (float)y <= e->lower[x];
}

/* Mean step outwards over the sides of a circle; at least half of them must be between the lids. */
static float step_at(const um_eye *e, float cx, float cy, float r, const float (*arc)[2])
{
    float sum = 0;
    int n = 0;
    for (int i = 0; i < 2 * ARC; i++) {
        const int ox = (int)(cx + (r + RING) * arc[i][0] + .5f),
                  oy = (int)(cy + (r + RING) * arc[i][1] + .5f);
        const int ix = (int)(cx + (r - RING) * arc[i][0] + .5f),
                  iy = (int)(cy + (r - RING) * arc[i][1] + .5f);
        if (!open_at(e, ox, oy, 0) || !open_at(e, ix, iy, 0))
            continue;
        sum += fminf(e->luma[oy][ox] - e->luma[iy][ix], 80); /* one bright glint is no border */
        n++;
    }
    return n >= ARC ? sum / (float)n : -INFINITY;
}

/* The best centre for a radius. */
static float centre(um_eye *e, float r, const float (*arc)[2])
{
    const float mx = (UM_EYE_COLS - 1) / 2.f, my = (UM_EYE_ROWS - 1) / 2.f;
    float best = -INFINITY, bx = mx, by = my;
    for (int pass = 0; pass < 2; pass++) {
        const float px = pass ? bx : mx, py = pass ? by : my, stride = pass ? 1 : 3;
        const float wide = pass ? 2 : X_REACH, high = pass ? 2 : Y_REACH;
        for (float y = py - high; y <= py + high; y += stride)
            for (float x = px - wide; x <= px + wide; x += stride) {
                const float s = step_at(e, x, y, r, arc);
                if (s > best) {
                    best = s;
                    bx = x;
                    by = y;
                }
            }
    }
    e->x = bx;
    e->y = by;
    e->r = r;
    return e->step = best;
}

static bool find_irises(um_eye eye[2])
{
    float arc[2 * ARC][2], best = -INFINITY, found[2][2] = {{0}}, step[2] = {0}, radius = 0;
    for (int i = 0; i < 2 * ARC; i++) { /* -45..45 degrees on both sides */
        const double turn = (i / 2 + .5) / ARC * M_PI / 2 - M_PI / 4;
        arc[i][0] = (float)(i % 2 ? -cos(turn) : cos(turn));
        arc[i][1] = (float)sin(turn);
    }
    for (int r = R_MIN; r <= R_MAX; r++) {
        const float sum = centre(&eye[0], (float)r, (const float(*)[2])arc) +
                          centre(&eye[1], (float)r, (const float(*)[2])arc);
        if (sum <= best)
            continue;
        best = sum;
        radius = (float)r;
        for (int e = 0; e < 2; e++) {
            found[e][0] = eye[e].x;
            found[e][1] = eye[e].y;
            step[e] = eye[e].step;
        }
    }
    for (int e = 0; e < 2; e++) {
        eye[e].x = found[e][0];
        eye[e].y = found[e][1];
        eye[e].r = radius;
        eye[e].step = step[e];
    }
    return isfinite(best);
}

/* Median colour and brightness of the iris; false when too little of it is seen. */
static bool iris_colour(um_eye *e, double *luma)
{
    double v[4][4 * R_MAX * R_MAX];
    size_t n = 0;
    for (int y = (int)(e->y - e->r); y <= (int)(e->y + e->r); y++)
        for (int x = (int)(e->x - e->r); x <= (int)(e->x + e->r); x++) {
            const double d = hypot(x - (double)e->x, y - (double)e->y) / (double)e->r;
            if (d < INNER || d > OUTER || !open_at(e, x, y, LASHES) || n == sizeof v[0] / sizeof v[0][0])
                continue;
            for (int c = 0; c < 3; c++)
                v[c][n] = (double)e->rgb[y][x][c];
            v[3][n++] = (double)e->luma[y][x];
        }
    if (n < (size_t)(e->r * e->r / 2))
        return false;
    for (int c = 0; c < 3; c++)
        e->colour[c] = (float)um_median(v[c], n);
    *luma = um_median(v[3], n);
    return true;
}

/* What is at a cell of the square around the iris. */
static bool cell_at(const um_eye *e, int i, int j, int *x, int *y)
{
    const double u = (j + .5) / UM_IRIS_CELLS * 2 - 1, v = (i + .5) / UM_IRIS_CELLS * 2 - 1;
    *x = (int)floor((double)e->x + u * (double)e->r + .5);
    *y = (int)floor((double)e->y + v * (double)e->r + .5);
    return u * u + v * v <= 1 && open_at(e, *x, *y, 0);
}

/* Where the cornea may shine. */
static bool mirrors(const um_eye *e, int i, int j, int *x, int *y)
{
    return cell_at(e, i, j, x, y) && (float)*y <= e->lower[*x] - TEARS &&
           hypotf((float)*x - e->x, (float)*y - e->y) < SHINE_REACH * e->r;
}

static void find_shine(um_eye *e, double iris)
{
    float brightest = 0;
    int x, y, n = 0;
    for (int k = 0; k < UM_IRIS_CELLS * UM_IRIS_CELLS; k++)
        if (mirrors(e, k / UM_IRIS_CELLS, k % UM_IRIS_CELLS, &x, &y))
            brightest = fmaxf(brightest, e->luma[y][x]);
    const float rise = brightest - (float)iris, border = (float)iris + HALF_SHINE * rise;
    for (int i = 0; i < UM_IRIS_CELLS; i++)
        for (int j = 0; j < UM_IRIS_CELLS; j++) {
            const bool seen = mirrors(e, i, j, &x, &y);
            e->shine[i][j] = !seen ? 2 : rise >= SHINES && e->luma[y][x] >= border;
            n += e->shine[i][j] == 1;
        }
    e->shines = n >= LEAST_SHINE;
}

/* Dark cells around the middle of the iris against the ellipse of the same moments; highlights are left out
 * of both. */
static void find_pupil(um_eye *e, double iris)
{
    const int size = UM_IRIS_CELLS;
    double dark[UM_IRIS_CELLS * UM_IRIS_CELLS], sum = 0, mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
    int8_t in[UM_IRIS_CELLS][UM_IRIS_CELLS];
    size_t n = 0;
    int x, y, all = 0;
    e->pupil = NAN;
    for (int k = 0; k < size * size; k++) {
        const int i = k / size, j = k % size;
        const bool seen = cell_at(e, i, j, &x, &y) && e->shine[i][j] != 1 &&
                          hypot(j + .5 - size / 2., i + .5 - size / 2.) < PUPIL_REACH * size / 2;
        in[i][j] = seen ? 0 : -1;
        all += cell_at(e, i, j, &x, &y);
        if (seen)
            dark[n++] = (double)e->luma[y][x];
    }
    if (n < (size_t)(size * size / 8))
        return;
    const double darkest = um_quantile(dark, n, .05), border = (iris + darkest) / 2;
    if (iris - darkest < (double)DARKER)
        return;
    for (int k = 0; k < size * size; k++) {
        const int i = k / size, j = k % size;
        if (in[i][j] < 0 || !cell_at(e, i, j, &x, &y) || (double)e->luma[y][x] > border)
            continue;
        in[i][j] = 1;
        sum++;
        mx += j;
        my += i;
        xx += j * j;
        xy += i * j;
        yy += i * i;
    }
    if (sum < PUPIL_LEAST * all || sum > PUPIL_MOST * all)
        return;
    mx /= sum;
    my /= sum;
    xx = xx / sum - mx * mx + 1. / 12;
    yy = yy / sum - my * my + 1. / 12;
    xy = xy / sum - mx * my;
    const double det = xx * yy - xy * xy;
    int both = 0, either = 0;
    for (int k = 0; k < size * size && det > 0; k++) {
        const int i = k / size, j = k % size;
        const double dx = j - mx, dy = i - my;
        /* of a full ellipse: 4 times the variance along each axis is the square of its half */
        const bool ellipse = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / det <= 4;
        if (in[i][j] < 0)
            continue;
        both += ellipse && in[i][j];
        either += ellipse || in[i][j];
    }
    if (either)
        e->pupil = (float)both / (float)either;
}

bool um_eyes_look(um_eye eye[2], const um_image *rgb, const um_face *face)
{
    for (int i = 36; i < 48; i++)
        if (!(fabsf(face->points[i].x) < 1e6f && fabsf(face->points[i].y) < 1e6f))
            return false;
    for (int e = 0; e < 2; e++) {
        if (!(um_eye_width(face, e) >= 1))
            return false;
        resample(&eye[e], rgb, face, e);
    }
    if (!find_irises(eye))
        return false;
    for (int e = 0; e < 2; e++) {
        double iris;
        if (!iris_colour(&eye[e], &iris))
            return false;
        find_shine(&eye[e], iris);
        find_pupil(&eye[e], iris);
    }
    return true;
}

double um_iris_difference(const float a[3], const float b[3])
{
    double tint[2][2];
    for (int e = 0; e < 2; e++) {
        const float *v = e ? b : a;
        tint[e][0] = log(((double)v[0] + TINT_FLOOR) / ((double)v[1] + TINT_FLOOR));
        tint[e][1] = log(((double)v[2] + TINT_FLOOR) / ((double)v[1] + TINT_FLOOR));
    }
    return hypot(tint[1][0] - tint[0][0], tint[1][1] - tint[0][1]);
}

double um_shine_agreement(const um_eye eye[2])
{
    enum { MOVED = 2 };
    double best = 0;
    if (!eye[0].shines && !eye[1].shines)
        return NAN;
    for (int dy = -MOVED; dy <= MOVED; dy++)
        for (int dx = -MOVED; dx <= MOVED; dx++) {
            int both = 0, either = 0;
            for (int i = MOVED; i < UM_IRIS_CELLS - MOVED; i++)
                for (int j = MOVED; j < UM_IRIS_CELLS - MOVED; j++) {
                    const uint8_t a = eye[0].shine[i][j], b = eye[1].shine[i + dy][j + dx];
                    if (a == 2 || b == 2)
                        continue;
                    both += a && b;
                    either += a || b;
                }
            if (either)
                best = fmax(best, (double)both / either);
        }
    return best;
}
