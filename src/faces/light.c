/* SPDX-License-Identifier: GPL-3.0-or-later */
/* light.c: nine coefficients of light from the shading of a face.
 *
 * The papers fit a morphable head to several views; here the head is one ellipsoid in the frame of the mean
 * face (shape.c), turned by the pose. Its radii are those with which the light of nine rendered heads
 * (unmask-sample, seeds 3, 7 and 11) is found best, 4.5 degrees off in the mean; a surface through the 68
 * points (thin plate spline) was 10.6 off: between brows and jaw it is mostly interpolation. The least
 * squares are those of Johnson & Farid with a ridge on the second order; the brightest and darkest twentieth
 * of the places (highlights, cast shadows, hair) are left out as there. That draws the light up to 5 degrees
 * towards the camera; leaving out by the error of a first fit does not, and jitters up to twice as much from
 * picture to picture. */
#include "faces/light.h"
#include "dsp/solve.h"
#include "dsp/stats.h"
#include <math.h>
#include <string.h>

static const double CENTRE[3] = {0, 25, 60}, RADII[3] = {70, 95, 88}; /* mm, of the mean face */
static const double EDGE = .9;      /* beyond this share of the ellipse's outline normals turn too fast */
static const double FACING = .35;   /* cosine: surfaces turned further away are foreshortened */
static const double GAMMA = 2.2;    /* of the picture */
static const double RIDGE = .2;     /* on order 2, per place */
static const double LEFT_OUT = .05; /* of the places at either end */
enum { LEFT = -62, RIGHT = 62, TOP = -62, BOTTOM = 106, STEP = 3, MOST = 1024 }; /* grid of places, mm */

/* Bare skin of even colour, and the ridge of the nose, which alone faces up and down: mm of the mean face. */
static bool skin(double x, double y)
{
    const double ax = fabs(x);
    const bool cheek = y > 14 && y < 75 && ax > 20 && ax < 62 - .25 * fmax(y - 30, 0) && !(ax < 34 && y > 50);
    return cheek || (y < -28 && y > -60 && ax < 48) || (ax < 8 && y > 0 && y < 35);
}

void um_light_basis(double out[UM_LIGHT_ORDERS], const double n[3])
{
    const double x = n[0], y = n[1], z = n[2];
    const double first = 2 * M_PI / 3 * sqrt(3 / (4 * M_PI)), second = M_PI / 4 * 3 * sqrt(5 / (12 * M_PI));
    out[0] = M_PI * sqrt(1 / (4 * M_PI));
    out[1] = first * y;
    out[2] = first * z;
    out[3] = first * x;
    out[4] = second * x * y;
    out[5] = second * y * z;
    out[6] = M_PI / 8 * sqrt(5 / (4 * M_PI)) * (3 * z * z - 1);
    out[7] = second * x * z;
    out[8] = second / 2 * (x * x - y * y);
}

typedef struct place {
    double light, basis[UM_LIGHT_ORDERS];
} place;

/* Mean of 3 x 3 pixels, linear. */
static double linear(const um_image *gray, int x, int y)
{
    int sum = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            sum += gray->data[(y + dy) * gray->stride + x + dx];
    return pow(sum / (9 * 255.), GAMMA);
}

static void turn(double out[3], const float r[9], const double v[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = (double)r[3 * i] * v[0] + (double)r[3 * i + 1] * v[1] + (double)r[3 * i + 2] * v[2];
}

/* One place of the ellipsoid; false when it is not seen. */
static bool look(place *p, const um_image *gray, const um_pose *pose, const um_camera *camera, double x,
                 double y)
{
    const double u = (x - CENTRE[0]) / RADII[0], v = (y - CENTRE[1]) / RADII[1], w2 = 1 - u * u - v * v;
    if (w2 < 1 - EDGE)
        return false;
    const double w = -sqrt(w2), at[3] = {x, y, CENTRE[2] + RADII[2] * w};
    double normal[3] = {u / RADII[0], v / RADII[1], w / RADII[2]}, n[3], q[3];
    const double length = sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
    for (int k = 0; k < 3; k++)
        normal[k] /= length;
    turn(n, pose->rotation, normal);
    turn(q, pose->rotation, at);
    for (int k = 0; k < 3; k++)
        q[k] += (double)pose->translation[k];
    if (!(q[2] > 1) || !(-n[2] > FACING))
        return false;
    const double px = camera->cx + camera->focal_px * q[0] / q[2],
                 py = camera->cy + camera->focal_px * q[1] / q[2];
    if (!(px >= 1 && py >= 1 && px < gray->width - 2 && py < gray->height - 2))
        return false;
    p->light = linear(gray, (int)(px + .5), (int)(py + .5));
    um_light_basis(p->basis, n);
    return true;
}

static double said(const double coefficient[UM_LIGHT_ORDERS], const place *p)
{
    double sum = 0;
    for (int i = 0; i < UM_LIGHT_ORDERS; i++)
        sum += coefficient[i] * p->basis[i];
    return sum;
}

static bool solve(um_face_light *out, const place *p, int n)
{
    double a[UM_LIGHT_ORDERS * UM_LIGHT_ORDERS] = {0}, b[UM_LIGHT_ORDERS] = {0}, mean = 0, total = 0,
                               rest = 0;
    for (int k = 0; k < n; k++) {
        for (int i = 0; i < UM_LIGHT_ORDERS; i++) {
            b[i] += p[k].basis[i] * p[k].light;
            for (int j = 0; j < UM_LIGHT_ORDERS; j++)
                a[i * UM_LIGHT_ORDERS + j] += p[k].basis[i] * p[k].basis[j];
        }
        mean += p[k].light / n;
    }
    for (int i = 4; i < UM_LIGHT_ORDERS; i++)
        a[i * (UM_LIGHT_ORDERS + 1)] += RIDGE * n;
    if (!um_solve(a, b, UM_LIGHT_ORDERS))
        return false;
    for (int k = 0; k < n; k++) {
        const double error = p[k].light - said(b, &p[k]);
        rest += error * error;
        total += (p[k].light - mean) * (p[k].light - mean);
    }
    const double length = sqrt(b[1] * b[1] + b[2] * b[2] + b[3] * b[3]);
    if (!(length > 1e-9)) /* all equally bright */
        return false;
    memcpy(out->coefficient, b, sizeof b);
    out->towards[0] = b[3] / length;
    out->towards[1] = b[1] / length;
    out->towards[2] = b[2] / length;
    out->azimuth_deg = atan2(b[3], -b[2]) * 180 / M_PI;
    out->elevation_deg = asin(um_clampd(-b[1] / length, -1, 1)) * 180 / M_PI;
    out->fit = um_clampd(1 - rest / total, 0, 1);
    out->places = n;
    return true;
}

bool um_face_light_fit(um_face_light *out, const um_image *gray, const um_face *face, const um_camera *camera)
{
    place p[MOST];
    double sorted[MOST];
    int n = 0, tried = 0, kept = 0;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < 9; i++)
        if (!isfinite(face->pose.rotation[i]) || !isfinite(face->pose.translation[i / 3]))
            return false;
    for (int y = TOP; y <= BOTTOM; y += STEP)
        for (int x = LEFT; x <= RIGHT; x += STEP)
            if (skin(x, y) && n < MOST) {
                tried++;
                n += look(&p[n], gray, &face->pose, camera, x, y);
            }
    if (3 * n < tried)
        return false;
    for (int i = 0; i < n; i++)
        sorted[i] = p[i].light;
    const double low = um_quantile(sorted, (size_t)n, LEFT_OUT);
    const double high = um_quantile(sorted, (size_t)n, 1 - LEFT_OUT);
    for (int i = 0; i < n; i++)
        if (p[i].light >= low && p[i].light <= high)
            p[kept++] = p[i];
    return solve(out, p, kept);
}

double um_light_angle_deg(const double a[3], const double b[3])
{
    return acos(um_clampd(a[0] * b[0] + a[1] * b[1] + a[2] * b[2], -1, 1)) * 180 / M_PI;
}
