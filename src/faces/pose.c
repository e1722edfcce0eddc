/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pose.c: head pose from 68 points.
 *
 * Start: scaled-orthographic least squares (as in DeMenthon and Davis, "Model-based object pose in 25 lines
 * of code", IJCV 1995). Then Levenberg-Marquardt on the reprojection error over a rotation vector applied on
 * the left and the translation; the Jacobian is exact. */
#include "faces/pose.h"
#include "dsp/solve.h"
#include <math.h>
#include <string.h>

/* The jaw is a contour that slides over the head as it turns, and brows and lips move: they count less. By
 * eye.
 */
static const float JAW = 0, BROWS = 0.5f, NOSE_AND_EYES = 1, LIPS = 0.4f;

static float usual_weight(int i)
{
    return i < 17 ? JAW : i < 27 ? BROWS : i < 48 ? NOSE_AND_EYES : LIPS;
}

um_camera um_camera_guess(int width, int height)
{
    double f = width > height ? width : height; /* a field of view of 53 degrees along the longer side */
    return (um_camera){f, (width - 1) / 2.0, (height - 1) / 2.0};
}

static void multiply(double out[9], const double a[9], const double b[9])
{
    double c[9];
    for (int i = 0; i < 9; i++)
        c[i] = a[i / 3 * 3] * b[i % 3] + a[i / 3 * 3 + 1] * b[i % 3 + 3] + a[i / 3 * 3 + 2] * b[i % 3 + 6];
    memcpy(out, c, sizeof c);
}

/* exp of the cross-product matrix of w (Rodrigues). */
static void rotation_of(double r[9], const double w[3])
{
    double t2 = w[0] * w[0] + w[1] * w[1] + w[2] * w[2], t = sqrt(t2);
    double s = t > 1e-8 ? sin(t) / t : 1 - t2 / 6, c = t > 1e-8 ? (1 - cos(t)) / t2 : 0.5 - t2 / 24;
    double k[9] = {0, -w[2], w[1], w[2], 0, -w[0], -w[1], w[0], 0}, kk[9];
    multiply(kk, k, k);
    for (int i = 0; i < 9; i++)
        r[i] = (i % 4 == 0) + s * k[i] + c * kk[i];
}

struct problem {
    const um_point *points;
    float weight[68];
    double total; /* of the weights */
    const um_camera *cam;
};

/* Mean squared weighted error; false when a point is not in front of the camera. Normal equations when `a`.
 */
static bool linearise(double *cost, double *a, double *b, const struct problem *p, const double r[9],
                      const double t[3])
{
    *cost = 0;
    if (a) {
        memset(a, 0, 36 * sizeof *a);
        memset(b, 0, 6 * sizeof *b);
    }
    for (int i = 0; i < 68; i++) {
        const float *m = um_face_shape[i];
        double w = p->weight[i], q[3], f = p->cam->focal_px;
        if (w <= 0)
            continue;
        for (int k = 0; k < 3; k++)
            q[k] = r[3 * k] * m[0] + r[3 * k + 1] * m[1] + r[3 * k + 2] * m[2];
        double x = q[0] + t[0], y = q[1] + t[1], z = q[2] + t[2];
        if (!(z > 1))
            return false;
        double u = f * x / z, v = f * y / z;
        double eu = p->points[i].x - p->cam->cx - u, ev = p->points[i].y - p->cam->cy - v;
        *cost += w * (eu * eu + ev * ev) / p->total;
        if (!a)
            continue;
        /* d(u, v) / d(camera point), times d(camera point) / d(rotation, translation) = [-[q]x, I] */
        double ux = f / z, uz = -u / z, vz = -v / z;
        double ju[6] = {uz * q[1], ux * q[2] - uz * q[0], -ux * q[1], ux, 0, uz};
        double jv[6] = {-ux * q[2] + vz * q[1], -vz * q[0], ux * q[0], 0, ux, vz};
        for (int j = 0; j < 6; j++) {
            b[j] += w * (ju[j] * eu + jv[j] * ev);
            for (int k = 0; k <= j; k++)
                a[j * 6 + k] += w * (ju[j] * ju[k] + jv[j] * jv[k]);
        }
    }
    return isfinite(*cost);
}

/* Scaled orthography: image = s * (two rows of R) * model + shift. */
static bool start(double r[9], double t[3], const struct problem *p)
{
    double cm[3] = {0}, cp[2] = {0}, a[9] = {0}, bx[3] = {0}, by[3] = {0};
    for (int i = 0; i < 68; i++) {
        double w = p->weight[i] / p->total;
        for (int k = 0; k < 3; k++)
            cm[k] += w * um_face_shape[i][k];
        cp[0] += w * p->points[i].x;
        cp[1] += w * p->points[i].y;
    }
    for (int i = 0; i < 68; i++)
        for (int j = 0; j < 3; j++) {
            double w = p->weight[i], mj = um_face_shape[i][j] - cm[j];
            bx[j] += w * mj * (p->points[i].x - cp[0]);
            by[j] += w * mj * (p->points[i].y - cp[1]);
            for (int k = 0; k < 3; k++)
                a[j * 3 + k] += w * mj * (um_face_shape[i][k] - cm[k]);
        }
    double again[9];
    memcpy(again, a, sizeof a);
    if (!um_solve(a, bx, 3) || !um_solve(again, by, 3))
        return false;
    double nx = sqrt(bx[0] * bx[0] + bx[1] * bx[1] + bx[2] * bx[2]);
    double ny = sqrt(by[0] * by[0] + by[1] * by[1] + by[2] * by[2]), s = (nx + ny) / 2;
    if (!(nx > 1e-9 && ny > 1e-9))
        return false;
    /* The two rows share the correction that makes them orthogonal. */
    double dot = 0, sum[3], difference[3], ns = 0, nd = 0;
    for (int k = 0; k < 3; k++) {
        sum[k] = bx[k] / nx + by[k] / ny;
        difference[k] = bx[k] / nx - by[k] / ny;
        dot += sum[k] * difference[k];
        ns += sum[k] * sum[k];
        nd += difference[k] * difference[k];
    }
    if (!(ns > 1e-9 && nd > 1e-9) || fabs(dot) > 1e-6 * (ns + nd))
        return false;
    for (int k = 0; k < 3; k++) {
        double h = sqrt(0.5);
        r[k] = h * (sum[k] / sqrt(ns) + difference[k] / sqrt(nd));
        r[3 + k] = h * (sum[k] / sqrt(ns) - difference[k] / sqrt(nd));
    }
    r[6] = r[1] * r[5] - r[2] * r[4];
    r[7] = r[2] * r[3] - r[0] * r[5];
    r[8] = r[0] * r[4] - r[1] * r[3];
    double depth = p->cam->focal_px / s, c[3];
    for (int k = 0; k < 3; k++)
        c[k] = r[3 * k] * cm[0] + r[3 * k + 1] * cm[1] + r[3 * k + 2] * cm[2];
    t[0] = (cp[0] - p->cam->cx) / s - c[0];
    t[1] = (cp[1] - p->cam->cy) / s - c[1];
    t[2] = depth - c[2];
    return isfinite(t[0] + t[1] + t[2]);
}

static void set_angles(um_pose *pose)
{
    /* R = Rz(roll) Ry(-yaw) Rx(-pitch): the nose of the unturned model looks along -z. */
    const float *r = pose->rotation, degrees = 57.29578f;
    pose->yaw_deg = degrees * asinf(fminf(1, fmaxf(-1, r[6])));
    pose->pitch_deg = -degrees * atan2f(r[7], r[8]);
    pose->roll_deg = degrees * atan2f(r[3], r[0]);
}

bool um_pose_fit(um_pose *out, const um_point points[68], const float *weight, const um_camera *camera)
{
    struct problem p = {.points = points, .cam = camera};
    double r[9], t[3], a[36], b[6], cost, damping = 1e-3;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < 68; i++) {
        p.weight[i] = weight ? weight[i] : usual_weight(i);
        p.total += p.weight[i];
        if (!isfinite(points[i].x) || !isfinite(points[i].y))
            return false;
    }
    if (!(p.total > 0) || !start(r, t, &p) || !linearise(&cost, a, b, &p, r, t))
        return false;
    for (int step = 0; step < 60 && damping < 1e9; step++) {
        double m[36], d[6], turn[9], nr[9], nt[3], next;
        memcpy(m, a, sizeof m);
        memcpy(d, b, sizeof d);
        for (int i = 0; i < 6; i++)
            m[i * 7] += damping * (m[i * 7] + 1e-9);
        if (um_solve(m, d, 6)) {
            rotation_of(turn, d);
            multiply(nr, turn, r);
            for (int k = 0; k < 3; k++)
                nt[k] = t[k] + d[3 + k];
            if (linearise(&next, NULL, NULL, &p, nr, nt) && next <= cost) {
                bool settled = cost - next <= 1e-12 * cost + 1e-14;
                memcpy(r, nr, sizeof r);
                memcpy(t, nt, sizeof t);
                damping = fmax(damping / 10, 1e-12);
                if (!linearise(&cost, a, b, &p, r, t) || settled)
                    break;
                continue;
            }
        }
        damping *= 10;
    }
    for (int i = 0; i < 9; i++)
        out->rotation[i] = (float)r[i];
    for (int k = 0; k < 3; k++)
        out->translation[k] = (float)t[k];
    out->error_px = (float)sqrt(cost);
    set_angles(out);
    return true;
}
