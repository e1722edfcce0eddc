/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads that are ellipsoids under known light: direction, jumps, and two faces of one picture. */
#include "../check.h"
#include "dsp/solve.h"
#include "faces/light.h"
#include "signal_run.h"
#include <string.h>

enum { SIDE = 240 };
static const um_camera camera = {SIDE, (SIDE - 1) / 2., (SIDE - 1) / 2.}; /* as um_camera_guess has it */

static void systems(void)
{
    double a[4] = {4, 2, 2, 3}, b[2] = {2, 5}, none[4] = {1, 2, 2, 1}, c[2] = {1, 1};
    CHECK(um_solve(a, b, 2)); /* 4 x + 2 y = 2, 2 x + 3 y = 5 */
    CHECK_NEAR(b[0], -.5, 1e-12);
    CHECK_NEAR(b[1], 2, 1e-12);
    CHECK(!um_solve(none, c, 2));
}

/* The constants of Ramamoorthi & Hanrahan, SIGGRAPH 2001. */
static void basis(void)
{
    const double n[3] = {.6, .48, -.64};
    double v[UM_LIGHT_ORDERS];
    um_light_basis(v, n);
    CHECK_NEAR(v[0], .886227, 1e-6);
    CHECK_NEAR(v[1], 2 * .511664 * .48, 2e-6);
    CHECK_NEAR(v[2], 2 * .511664 * -.64, 2e-6);
    CHECK_NEAR(v[3], 2 * .511664 * .6, 2e-6);
    CHECK_NEAR(v[4], 2 * .429043 * .6 * .48, 2e-6);
    CHECK_NEAR(v[5], 2 * .429043 * .48 * -.64, 2e-6);
    CHECK_NEAR(v[6], .743125 * .64 * .64 - .247708, 2e-6);
    CHECK_NEAR(v[7], 2 * .429043 * .6 * -.64, 2e-6);
    CHECK_NEAR(v[8], .429043 * (.36 - .48 * .48), 2e-6);
    const double x[3] = {1, 0, 0}, y[3] = {0, 1, 0}, z[3] = {.8, .6, 0};
    CHECK_NEAR(um_light_angle_deg(x, y), 90, 1e-9);
    CHECK_NEAR(um_light_angle_deg(x, z), 36.8698976, 1e-6);
}

/* A head at (x, y, z) mm, turned by yaw. */
static um_face head(double x, double y, double z, double yaw_deg)
{
    const float t = (float)(yaw_deg * M_PI / 180);
    um_face face = {.score = 1, .has_points = true};
    const float r[9] = {cosf(t), 0, -sinf(t), 0, 1, 0, sinf(t), 0, cosf(t)};
    memcpy(face.pose.rotation, r, sizeof r);
    face.pose.translation[0] = (float)x, face.pose.translation[1] = (float)y,
    face.pose.translation[2] = (float)z;
    face.pose.yaw_deg = (float)yaw_deg;
    face.quality = (um_face_quality){(float)(90 * camera.focal_px / z), 1, 1, 1, 1, 1};
    const float cx = (float)(camera.cx + camera.focal_px * x / z),
                cy = (float)(camera.cy + camera.focal_px * (y + 25) / z);
    const float half = (float)(80 * camera.focal_px / z);
    face.box = (um_rect){cx - half, cy - half, 2 * half, 2 * half};
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        face.points[i] = (um_point){cx, cy};
    return face;
}

/* Brightness .35 + .25 n . d on the ellipsoid of light.c, where a ray meets it; `dark` on top, with noise. */
static void draw(um_image *gray, const um_face *face, const double d[3], double noise)
{
    static uint32_t seed = 9;
    const double centre[3] = {0, 25, 60}, radii[3] = {70, 95, 88};
    const float *r = face->pose.rotation, *t = face->pose.translation;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double ray[3] = {(x - camera.cx) / camera.focal_px, (y - camera.cy) / camera.focal_px, 1};
            double o[3], v[3], a = 0, b = 0, c = -1, light = .35;
            for (int k = 0; k < 3; k++) { /* into the head's frame, scaled to the unit sphere */
                o[k] = v[k] = 0;
                for (int i = 0; i < 3; i++) {
                    o[k] -= (double)r[3 * i + k] * (double)t[i];
                    v[k] += (double)r[3 * i + k] * ray[i];
                }
                o[k] = (o[k] - centre[k]) / radii[k];
                v[k] /= radii[k];
                a += v[k] * v[k], b += o[k] * v[k], c += o[k] * o[k];
            }
            if (b * b < a * c)
                continue;
            const double s = (-b - sqrt(b * b - a * c)) / a;
            double n[3], length = 0;
            for (int k = 0; k < 3; k++) {
                n[k] = (o[k] + s * v[k]) / radii[k];
                length += n[k] * n[k];
            }
            for (int i = 0; i < 3; i++)
                for (int k = 0; k < 3; k++)
                    light += .25 * d[i] * (double)r[3 * i + k] * n[k] / sqrt(length);
            seed = seed * 1664525 + 1013904223;
            light += noise * ((seed >> 8) / 8388608. - 1);
            gray->data[y * gray->stride + x] = (uint8_t)lround(255 * pow(fmin(fmax(light, 0), 1), 1 / 2.2));
        }
}

static void direction(double out[3], double azimuth_deg, double elevation_deg)
{
    const double a = azimuth_deg * M_PI / 180, e = elevation_deg * M_PI / 180;
    out[0] = sin(a) * cos(e), out[1] = -sin(e), out[2] = -cos(a) * cos(e);
}

static um_image *black(um_pixel pixel)
{
    um_image *image = NULL;
    CHECK(um_image_new(&image, SIDE, SIDE, pixel, NULL) == UM_OK);
    memset(image->data, 0, (size_t)image->stride * SIDE);
    return image;
}

static void fits(void)
{
    static const double known[][3] = {{-40, 30, 0}, {25, -15, 0}, {10, 50, 18}, {-60, 5, -22}};
    for (int i = 0; i < 4; i++) {
        double d[3];
        um_face_light light;
        um_image *gray = black(UM_GRAY8);
        const um_face face = head(5, -25, 330, known[i][2]);
        direction(d, known[i][0], known[i][1]);
        draw(gray, &face, d, 0);
        CHECK(um_face_light_fit(&light, gray, &face, &camera));
        CHECK(um_light_angle_deg(light.towards, d) < 5);
        CHECK_NEAR(light.azimuth_deg, known[i][0], 5);
        CHECK_NEAR(light.elevation_deg, known[i][1], 5);
        CHECK(light.fit > .9 && light.places > 250);
        /* n . d = .25 is 1.023327 of the coefficient */
        CHECK_NEAR(hypot(hypot(light.coefficient[1], light.coefficient[2]), light.coefficient[3]),
                   .25 / 1.023327, .03);
        um_image_free(&gray);
    }
    um_face_light light;
    um_image *gray = black(UM_GRAY8);
    um_face face = head(0, -25, 330, 0);
    CHECK(!um_face_light_fit(&light, gray, &face, &camera)); /* all equally bright */
    face.pose.rotation[4] = NAN;
    CHECK(!um_face_light_fit(&light, gray, &face, &camera));
    face = head(0, -25, 330, 180); /* the back of the head */
    CHECK(!um_face_light_fit(&light, gray, &face, &camera));
    memset(gray->data, 90, (size_t)gray->stride * SIDE);
    face = head(0, -25, 330, 0);
    CHECK(!um_face_light_fit(&light, gray, &face, &camera));
    for (int outside = 0; outside < 2;
         outside++) { /* two fifths and a quarter of the places in the picture */
        double d[3];
        direction(d, 20, 20);
        face = head(outside ? -200 : -165, -25, 330, 0);
        draw(gray, &face, d, 0);
        CHECK(um_face_light_fit(&light, gray, &face, &camera) == !outside);
    }
    um_image_free(&gray);
}

static um_status show(runner *r, um_face *face, int n, const double (*d)[3], double noise, double t_s)
{
    um_image *gray = black(UM_GRAY8), *rgb = black(UM_RGB24);
    for (int i = 0; i < n; i++)
        draw(gray, &face[i], d[i], noise);
    um_frame frame = {.gray = gray, .rgb = rgb, .t_s = t_s};
    const um_status st = runner_picture(r, &frame, face, n);
    um_image_free(&gray);
    um_image_free(&rgb);
    return st;
}

/* Looks `step_s` apart under a light that turns by `deg` forth and back. */
static um_findings *turning(int looks, double step_s, double deg, double noise, double yaw_deg, double z)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("face_light")) == UM_OK);
    for (int i = 0; i < looks; i++) {
        double d[1][3];
        um_face face = head(0, -25, z, yaw_deg);
        direction(d[0], i % 2 ? deg : 0, 20);
        CHECK(show(&r, &face, 1, (const double(*)[3])d, noise, i * step_s) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

static double score(int looks, double step_s, double deg, double noise, double yaw_deg, double z)
{
    um_findings *f = turning(looks, step_s, deg, noise, yaw_deg, z);
    const um_result *r = result_of(f, 0);
    const double s = r && r->outcome == UM_SCORED ? r->score : NAN;
    um_findings_free(&f);
    return s;
}

static void jumps(void)
{
    CHECK_NEAR(score(8, .5, 30, 0, 0, 330), 28.1,
               4); /* 30 degrees of azimuth 20 degrees up, drawn to the camera */
    CHECK_NEAR(score(8, .5, 0, 0, 0, 330), 0, .5);
    CHECK(isnan(score(5, .5, 30, 0, 0, 330)) && score(6, .5, 30, 0, 0, 330) > 20); /* five jumps */
    CHECK(score(8, 1, 30, 0, 0, 330) > 20 && isnan(score(8, 1.02, 30, 0, 0, 330)));
    CHECK(score(12, .26, 30, 0, 0, 330) < 1); /* every second one is looked at, always under the same light */
    CHECK(isnan(score(8, .5, 30, 0, 31, 330)) && score(8, .5, 30, 0, 29, 330) > 20);
    CHECK(isnan(score(8, .5, 30, 0, 0, 545)) && score(8, .5, 30, 0, 0, 535) > 20); /* 39.6 and 40.4 pixels */
    CHECK(isnan(score(8, .5, 30, .9, 0, 330)));                                    /* hardly any shading */
    um_findings *f = turning(8, .5, 30, 0, 0, 330);
    const um_result *r = result_of(f, 0);
    CHECK(r && strstr(r->text, "to the picture's right and ") && strstr(r->text, "(8 looks)"));
    CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 200);
    um_findings_free(&f);
}

/* Two faces whose lights differ: shown from 20 degrees on, and no score of a photo. */
static void groups(void)
{
    for (int wide = 0; wide < 2; wide++) {
        runner r;
        um_face face[2] = {head(-95, -25, 420, 0), head(95, -25, 420, 0)};
        double d[2][3];
        face[1].person = 1;
        direction(d[0], 0, 0);
        direction(d[1], wide ? 45 : 24, 0);
        CHECK(runner_begin(&r, um_signal_find("face_light")) == UM_OK);
        CHECK(show(&r, face, 2, (const double(*)[3])d, 0, 0) == UM_OK && runner_finish(&r) == UM_OK);
        um_findings *f = runner_end(&r);
        CHECK(f->outcome == UM_NOT_APPLICABLE && f->n_evidence == wide);
        if (wide && f->n_evidence)
            CHECK(strstr(f->evidence[0].text, "2 faces were compared") && f->evidence[0].image);
        um_findings_free(&f);
    }
}

int main(void)
{
    systems();
    basis();
    fits();
    jumps();
    groups();
    return check_done();
}
