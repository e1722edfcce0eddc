/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The motion of a box against the Kalman filter of the textbook, with whole matrices: state (x, y, scale and
 * their velocities), F, Q, H, R. */
#include "../check.h"
#include "faces/motion.h"

enum { S = 6, M = 3 };
typedef struct filter {
    double x[S], p[S][S];
} filter;

static double unit_of(const filter *f, int k)
{
    return k == 2 ? 1 : exp(f->x[2]);
}

static void begin(filter *f, const double z[M])
{
    *f = (filter){{z[0], z[1], z[2]}, {{0}}};
    for (int k = 0; k < M; k++) {
        double u = unit_of(f, k);
        f->p[k][k] = (u / 10) * (u / 10);
        f->p[M + k][M + k] = (u / 16) * (u / 16);
    }
}

/* x = F x, P = F P F' + Q */
static void predict(filter *f)
{
    double a[S][S] = {{0}}, fp[S][S] = {{0}}, q[S][S] = {{0}}, x[S] = {0};
    for (int i = 0; i < S; i++) {
        a[i][i] = 1;
        if (i < M)
            a[i][M + i] = 1;
        double u = unit_of(f, i % M) / (i < M ? 20 : 160);
        q[i][i] = u * u;
    }
    for (int i = 0; i < S; i++)
        for (int k = 0; k < S; k++) {
            x[i] += a[i][k] * f->x[k];
            for (int j = 0; j < S; j++)
                fp[i][j] += a[i][k] * f->p[k][j];
        }
    for (int i = 0; i < S; i++)
        for (int j = 0; j < S; j++) {
            f->p[i][j] = q[i][j];
            for (int k = 0; k < S; k++)
                f->p[i][j] += fp[i][k] * a[j][k];
        }
    for (int i = 0; i < S; i++)
        f->x[i] = x[i];
}

/* Inverse of a 3 x 3 matrix by its adjugate. */
static void invert(double out[M][M], double m[M][M])
{
    double det = 0;
    for (int i = 0; i < M; i++)
        for (int j = 0; j < M; j++) {
            int a = (i + 1) % M, b = (i + 2) % M, c = (j + 1) % M, d = (j + 2) % M;
            out[j][i] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
        }
    for (int j = 0; j < M; j++)
        det += m[0][j] * out[j][0];
    for (int i = 0; i < M; i++)
        for (int j = 0; j < M; j++)
            out[i][j] /= det;
}

/* K = P H' (H P H' + R)^-1, x += K (z - H x), P = (I - K H) P */
static void update(filter *f, const double z[M], double doubt)
{
    double s[M][M], inverse[M][M], gain[S][M] = {{0}}, p[S][S], off[M];
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < M; j++)
            s[i][j] = f->p[i][j];
        double r = unit_of(f, i) / 20 * doubt;
        s[i][i] += r * r;
        off[i] = z[i] - f->x[i];
    }
    invert(inverse, s);
    for (int i = 0; i < S; i++)
        for (int j = 0; j < M; j++)
            for (int k = 0; k < M; k++)
                gain[i][j] += f->p[i][k] * inverse[k][j];
    for (int i = 0; i < S; i++)
        for (int j = 0; j < S; j++) {
            p[i][j] = f->p[i][j];
            for (int k = 0; k < M; k++)
                p[i][j] -= gain[i][k] * f->p[k][j];
        }
    for (int i = 0; i < S; i++) {
        for (int k = 0; k < M; k++)
            f->x[i] += gain[i][k] * off[k];
        for (int j = 0; j < S; j++)
            f->p[i][j] = p[i][j];
    }
}

static um_rect box_at(const double z[M], double aspect)
{
    double size = exp(z[2]), w = size * sqrt(aspect), h = size / sqrt(aspect);
    return (um_rect){(float)(z[0] - w / 2), (float)(z[1] - h / 2), (float)w, (float)h};
}

static void same(const um_motion *m, const filter *f, double aspect)
{
    um_rect want = box_at(f->x, aspect), is = um_motion_box(m);
    CHECK_NEAR(is.x, want.x, .05);
    CHECK_NEAR(is.y, want.y, .05);
    CHECK_NEAR(is.w, want.w, .05);
    CHECK_NEAR(is.h, want.h, .05);
}

/* A face that walks, comes nearer, is not seen for some frames and is doubted for others. */
static void textbook(void)
{
    um_motion m;
    filter f;
    unsigned state = 3;
    for (int i = 0; i < 60; i++) {
        double noise[M], aspect = .8 + .002 * i;
        for (int k = 0; k < M; k++) {
            state = state * 1664525u + 1013904223u;
            noise[k] = (double)(state >> 8 & 1023) / 512 - 1;
        }
        double z[M] = {100 + 7 * i + 3 * noise[0], 200 - .05 * i * i + 3 * noise[1],
                       4 + .01 * i + .02 * noise[2]},
               doubt = i % 7 == 3 ? 5.5 : 1;
        if (i == 0) {
            begin(&f, z);
            um_motion_begin(&m, box_at(z, aspect));
            same(&m, &f, aspect);
            continue;
        }
        predict(&f);
        um_motion_predict(&m);
        if (i >= 20 && i < 26) { /* not seen: the aspect of the last time */
            same(&m, &f, .8 + .002 * 19);
            continue;
        }
        update(&f, z, doubt);
        um_motion_update(&m, box_at(z, aspect), (float)doubt);
        same(&m, &f, aspect);
    }
}

/* Nothing breaks it: no box, an enormous one, a long time. */
static void limits(void)
{
    um_motion m;
    um_motion_begin(&m, (um_rect){0, 0, 0, 0});
    CHECK_NEAR(um_motion_box(&m).w, 1, 1e-6);
    um_motion_begin(&m, (um_rect){10, 10, 10, 10});
    um_motion_predict(&m);
    um_motion_update(&m, (um_rect){10, 10, 1e6f, 1e6f}, 1);
    for (int i = 0; i < 100000; i++)
        um_motion_predict(&m);
    um_rect b = um_motion_box(&m);
    CHECK(isfinite(b.x + b.y + b.w + b.h) && b.w > 1e6f && b.w < 2e6f);
    um_motion_rest(&m);
    um_motion_predict(&m);
    CHECK(um_motion_box(&m).x == b.x && um_motion_box(&m).w == b.w);
}

int main(void)
{
    textbook();
    limits();
    return check_done();
}
