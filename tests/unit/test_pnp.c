/* SPDX-License-Identifier: GPL-3.0-or-later */
/* um_pose_fit: known poses come back, the error is what was put in, and OpenCV's solvePnP agrees. */
#include "../check.h"
#include "faces/pose.h"
#include <string.h>

static uint32_t state = 7;
static double uniform(double lo, double hi)
{
    state = state * 1664525u + 1013904223u;
    return lo + (hi - lo) * ((state >> 8) / 16777216.0);
}

/* R = Rz(roll) Ry(-yaw) Rx(-pitch), degrees, as the header defines the signs. */
static void rotation(double r[9], double yaw, double pitch, double roll)
{
    const double d = 3.14159265358979 / 180;
    double cy = cos(-yaw * d), sy = sin(-yaw * d), cp = cos(-pitch * d), sp = sin(-pitch * d),
           cr = cos(roll * d), sr = sin(roll * d);
    double v[9] = {cr * cy,
                   cr * sy * sp - sr * cp,
                   cr * sy * cp + sr * sp,
                   sr * cy,
                   sr * sy * sp + cr * cp,
                   sr * sy * cp - cr * sp,
                   -sy,
                   cy * sp,
                   cy * cp};
    memcpy(r, v, sizeof v);
}

static void project(um_point out[68], const double r[9], const double t[3], const um_camera *c)
{
    for (int i = 0; i < 68; i++) {
        double q[3];
        for (int k = 0; k < 3; k++)
            q[k] = r[3 * k] * um_face_shape[i][0] + r[3 * k + 1] * um_face_shape[i][1] +
                   r[3 * k + 2] * um_face_shape[i][2] + t[k];
        out[i] = (um_point){(float)(c->cx + c->focal_px * q[0] / q[2]),
                            (float)(c->cy + c->focal_px * q[1] / q[2])};
    }
}

static void known_poses(void)
{
    um_camera c = um_camera_guess(1280, 720);
    for (int n = 0; n < 300; n++) {
        double yaw = uniform(-75, 75), pitch = uniform(-45, 45), roll = uniform(-100, 100), r[9];
        double t[3] = {uniform(-200, 200), uniform(-150, 150), uniform(350, 3000)};
        um_point p[68];
        um_pose pose;
        rotation(r, yaw, pitch, roll);
        project(p, r, t, &c);
        CHECK(um_pose_fit(&pose, p, NULL, &c));
        CHECK_NEAR(pose.yaw_deg, yaw, 0.02); /* points are floats: 1e-4 pixels */
        CHECK_NEAR(pose.pitch_deg, pitch, 0.02);
        CHECK_NEAR(pose.roll_deg, roll, 0.02);
        CHECK_NEAR(pose.error_px, 0, 1e-3);
        for (int k = 0; k < 3; k++)
            CHECK_NEAR(pose.translation[k], t[k], 2e-4 * t[2]);
    }
}

/* The signs, from the picture: where does the nose go? */
static void signs(void)
{
    um_camera c = um_camera_guess(640, 640);
    double r[9], t[3] = {0, 0, 600};
    um_point p[68];
    rotation(r, 30, 0, 0);
    project(p, r, t, &c);
    CHECK(p[30].x > (p[36].x + p[45].x) / 2); /* yaw > 0: to image right */
    rotation(r, 0, 30, 0);
    project(p, r, t, &c);
    um_point up = p[30];
    rotation(r, 0, 0, 0);
    project(p, r, t, &c);
    CHECK(up.y < p[30].y);                              /* pitch > 0: looks up */
    CHECK(p[36].x < p[45].x);                           /* the subject's right eye is left in the image */
    CHECK(p[8].y > p[27].y);                            /* the chin is below */
    CHECK(um_face_shape[30][2] < um_face_shape[36][2]); /* the nose is nearer */
    rotation(r, 0, 0, 20);
    project(p, r, t, &c);
    CHECK(p[45].y > p[36].y); /* roll > 0: clockwise */
}

/* The fit is a minimum: no small move of the pose lowers the error. */
static void minimum(void)
{
    um_camera c = um_camera_guess(800, 600);
    double r[9], t[3] = {30, -20, 700};
    um_point p[68];
    float weight[68];
    um_pose pose;
    rotation(r, 25, -10, 5);
    project(p, r, t, &c);
    for (int i = 0; i < 68; i++) {
        p[i].x += (float)uniform(-3, 3);
        p[i].y += (float)uniform(-3, 3);
        weight[i] = 1;
    }
    CHECK(um_pose_fit(&pose, p, weight, &c));
    CHECK(pose.error_px > 1 && pose.error_px < 3);
    for (int k = 0; k < 12; k++) {
        double nr[9], nt[3], d = k & 1 ? 1 : -1, sum = 0;
        rotation(nr, pose.yaw_deg + (k / 2 == 0) * d, pose.pitch_deg + (k / 2 == 1) * d,
                 pose.roll_deg + (k / 2 == 2) * d);
        for (int j = 0; j < 3; j++)
            nt[j] = pose.translation[j] + (k / 2 == 3 + j) * d * (j == 2 ? 10 : 2);
        um_point q[68];
        project(q, nr, nt, &c);
        for (int i = 0; i < 68; i++)
            sum += pow(p[i].x - q[i].x, 2) + pow(p[i].y - q[i].y, 2);
        CHECK(sqrt(sum / 68) > pose.error_px);
    }
}

/* What counts how much by itself: the same as with these weights written out, and not as with others. */
static void usual_weights(void)
{
    static const float usual[4] = {0, .5f, 1, .4f}; /* jaw, brows, nose and eyes, lips */
    um_camera c = um_camera_guess(800, 600);
    double r[9], t[3] = {10, 20, 800};
    um_point p[68];
    um_pose want, pose;
    rotation(r, 10, 5, 0);
    project(p, r, t, &c);
    for (int i = 0; i < 68; i++) {
        p[i].x += (float)uniform(-3, 3);
        p[i].y += (float)uniform(-3, 3);
    }
    CHECK(um_pose_fit(&pose, p, NULL, &c));
    for (int k = 0; k < 9; k++) { /* as it is; each kind a little less, and more */
        float weight[68];
        for (int i = 0; i < 68; i++) {
            int kind = i < 17 ? 0 : i < 27 ? 1 : i < 48 ? 2 : 3;
            weight[i] = fmaxf(0, usual[kind] + (kind == (k - 1) / 2 && k ? k & 1 ? -.05f : .05f : 0));
        }
        CHECK(um_pose_fit(&want, p, weight, &c));
        bool same = !memcmp(&want, &pose, sizeof pose);
        CHECK(same == (k < 2)); /* k = 1: the jaw has no weight to lose */
    }
}

static void degenerate(void)
{
    um_camera c = um_camera_guess(800, 600);
    um_point p[68] = {{0, 0}};
    um_pose pose;
    CHECK(!um_pose_fit(&pose, p, NULL, &c)); /* all in one place */
    for (int i = 0; i < 68; i++)
        p[i] = (um_point){(float)i, NAN};
    CHECK(!um_pose_fit(&pose, p, NULL, &c));
    for (int n = 0; n < 200; n++) { /* nonsense ends, with finite numbers */
        for (int i = 0; i < 68; i++)
            p[i] = (um_point){(float)uniform(-1e4, 1e4), (float)uniform(-1e4, 1e4)};
        if (um_pose_fit(&pose, p, NULL, &c))
            CHECK(isfinite(pose.yaw_deg + pose.pitch_deg + pose.roll_deg + pose.error_px));
    }
}

/* cv2.solvePnP (iterative, all 68 points, no weights) minimises the same sum. */
static void against_opencv(void)
{
    if (system("/usr/bin/python3 -c 'import cv2' 2>/dev/null") != 0) {
        fprintf(stderr, "OpenCV comparison skipped: no python3-opencv\n");
        return;
    }
    FILE *py = popen(
        "/usr/bin/python3 -c '\n"
        "import sys, cv2, numpy as np\n"
        "d = np.array(sys.stdin.read().split(), float)\n"
        "n = int(d[0]); f, cx, cy = d[1:4]; m = d[4:208].reshape(68, 3); d = d[208:]\n"
        "K = np.array([[f, 0, cx], [0, f, cy], [0, 0, 1]])\n"
        "bad = 0\n"
        "for i in range(n):\n"
        "    e = d[i * 148:(i + 1) * 148]\n"
        "    r0, _ = cv2.Rodrigues(e[:9].reshape(3, 3)); t0 = e[9:12].reshape(3, 1)\n"
        "    ok, r, t = cv2.solvePnP(m, e[12:].reshape(68, 2), K, None, r0.copy(), t0.copy(), True)\n"
        "    R, _ = cv2.Rodrigues(r)\n"
        "    angle = np.degrees(np.arccos(np.clip((np.trace(R.T @ e[:9].reshape(3, 3)) - 1) / 2, -1, 1)))\n"
        "    bad += angle > 0.05 or np.abs(t - t0).max() > 1e-3 * t0[2, 0]\n"
        "sys.exit(int(bad))\n'",
        "w");
    um_camera c = um_camera_guess(1920, 1080);
    enum { N = 40 };
    fprintf(py, "%d %.9g %.9g %.9g\n", N, c.focal_px, c.cx, c.cy);
    for (int i = 0; i < 68; i++)
        fprintf(py, "%.9g %.9g %.9g\n", um_face_shape[i][0], um_face_shape[i][1], um_face_shape[i][2]);
    for (int n = 0; n < N; n++) {
        double r[9], t[3] = {uniform(-200, 200), uniform(-100, 100), uniform(400, 1500)};
        float weight[68];
        um_point p[68];
        um_pose pose;
        rotation(r, uniform(-60, 60), uniform(-30, 30), uniform(-40, 40));
        project(p, r, t, &c);
        for (int i = 0; i < 68; i++) {
            p[i].x += (float)uniform(-2, 2);
            p[i].y += (float)uniform(-2, 2);
            weight[i] = 1;
        }
        CHECK(um_pose_fit(&pose, p, weight, &c));
        for (int i = 0; i < 9; i++)
            fprintf(py, "%.9g ", pose.rotation[i]);
        for (int i = 0; i < 3; i++)
            fprintf(py, "%.9g ", pose.translation[i]);
        for (int i = 0; i < 68; i++)
            fprintf(py, "%.9g %.9g\n", p[i].x, p[i].y);
    }
    CHECK(pclose(py) == 0);
}

int main(void)
{
    known_poses();
    signs();
    minimum();
    usual_weights();
    degenerate();
    against_opencv();
    return check_done();
}
