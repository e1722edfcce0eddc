/* SPDX-License-Identifier: GPL-3.0-or-later */
/* landmarks.c: 68 points of one face. */
#include "faces/landmarks.h"
#include "base/base.h"
#include "faces/pose.h"
#include "faces/quality.h"
#include "media/geometry.h"
#include <stdlib.h>
#include <string.h>

um_square um_square_of_box(const um_crop_rule *rule, um_rect b, float angle_rad)
{
    float mean = (b.w + b.h) / 2, down = rule->down * mean;
    return (um_square){
        {b.x + b.w / 2 - 0.5f - sinf(angle_rad) * down, b.y + b.h / 2 - 0.5f + cosf(angle_rad) * down},
        rule->scale * mean,
        angle_rad};
}

static float eye_line(const um_point p[68])
{
    um_point l = um_points_mean(p + 36, 6), r = um_points_mean(p + 42, 6);
    return atan2f(r.y - l.y, r.x - l.x);
}

void um_landmarks_five(um_point five[5], const um_point p[68])
{
    five[0] = um_points_mean(p + 36, 6);
    five[1] = um_points_mean(p + 42, 6);
    five[2] = p[30];
    five[3] = p[48];
    five[4] = p[54];
}

um_square um_landmarks_square(const um_crop_rule *rule, const um_point points[68])
{
    float angle_rad = eye_line(points);
    float c = cosf(angle_rad), s = sinf(angle_rad);
    um_point turned[68];
    for (int i = 0; i < 68; i++)
        turned[i] = (um_point){c * points[i].x + s * points[i].y, -s * points[i].x + c * points[i].y};
    um_square q = um_square_of_box(rule, um_points_box(turned, 68), 0);
    q.centre = (um_point){c * q.centre.x - s * q.centre.y, s * q.centre.x + c * q.centre.y};
    q.angle_rad = angle_rad;
    return q;
}

/* ---- outputs to crop pixels ---- */

static float logit(float p)
{
    p = fminf(fmaxf(p, 1e-7f), 1 - 1e-7f);
    return logf(p / (1 - p));
}

/* Maps [n] of score, of row offset and of column offset, `side` x `side` cells each. */
static void read_heatmap(um_point *out, const um_landmark_map *m, const float *v, int n, int side)
{
    int cells = side * side;
    for (int i = 0; i < n; i++) {
        const float *map = v + (ptrdiff_t)i * cells;
        int best = 0;
        for (int c = 1; c < cells; c++)
            if (map[c] > map[best])
                best = c;
        float row = v[(ptrdiff_t)(n + i) * cells + best], column = v[(ptrdiff_t)(2 * n + i) * cells + best];
        out[i] = (um_point){((float)(best % side) + logit(column) * m->offset_scale + m->add) * m->multiply,
                            ((float)(best / side) + logit(row) * m->offset_scale + m->add) * m->multiply};
    }
}

static um_status read_points(um_point points[68], const um_landmark_map *m, const um_tensor *t, int side,
                             um_error *err)
{
    um_point all[256];
    int n = m->n_points;
    int64_t count = t ? um_tensor_count(t) : 0;
    const float *v = t ? t->data : NULL;
    if (m->type == UM_POINTS_HEATMAP) {
        int64_t cells = count / (3 * n);
        int map_side = (int)lrint(sqrt((double)cells));
        if (cells < 1 || count != (int64_t)3 * n * map_side * map_side)
            return um_fail(err, UM_EFORMAT,
                           "a landmark network answers in another shape than its manifest says");
        read_heatmap(all, m, v, n, map_side);
    } else {
        if (count < 2 * n)
            return um_fail(err, UM_EFORMAT,
                           "a landmark network answers in another shape than its manifest says");
        for (int i = 0; i < n; i++)
            all[i] =
                m->type == UM_POINTS_XY ? (um_point){v[2 * i], v[2 * i + 1]} : (um_point){v[i], v[n + i]};
        for (int i = 0; i < n; i++)
            all[i] = (um_point){(all[i].x + m->add) * m->multiply, (all[i].y + m->add) * m->multiply};
    }
    for (int i = 0; i < 68; i++) {
        points[i] = (um_point){0, 0};
        for (int k = 0; k < m->n_of[i]; k++) {
            points[i].x += all[m->of[i][k]].x / (float)m->n_of[i];
            points[i].y += all[m->of[i][k]].y / (float)m->n_of[i];
        }
        /* A broken answer stays near the crop, so that later arithmetic is safe. */
        float lo = -2.0f * (float)side, hi = 3.0f * (float)side;
        points[i].x = isfinite(points[i].x) ? fminf(fmaxf(points[i].x, lo), hi) : lo;
        points[i].y = isfinite(points[i].y) ? fminf(fmaxf(points[i].y, lo), hi) : lo;
    }
    return UM_OK;
}

/* The numbers beside the points; NAN what the network does not say. */
static um_status read_extra(um_landmarks *out, const um_landmark_map *m, const um_tensor *t, um_error *err)
{
    out->confidence = out->trust = out->opening[0] = out->opening[1] = NAN;
    if (!*m->extra.text)
        return UM_OK;
    int last = m->face > m->opening + 1 ? m->face : m->opening + 1;
    last = m->trust > last ? m->trust : last;
    if (!t || um_tensor_count(t) <= last)
        return um_fail(err, UM_EFORMAT, "a landmark network answers in another shape than its manifest says");
    const float *v = t->data;
    out->confidence = 1 / (1 + expf(-v[m->face]));
    if (m->trust >= 0)
        out->trust = 1 / (1 + expf(-v[m->trust]));
    for (int i = 0; i < 2; i++)
        out->opening[i] = fmaxf(v[m->opening + i], 0);
    return UM_OK;
}

const uint8_t um_landmarks_mirrored[68] = {
    16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,  26, 25, 24, 23, 22, 21,
    20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36,
    41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65};

static void mirror(um_image *rgb)
{
    for (int y = 0; y < rgb->height; y++) {
        uint8_t *left = rgb->data + y * rgb->stride, *right = left + 3 * (rgb->width - 1), pixel[3];
        for (; left < right; left += 3, right -= 3) {
            memcpy(pixel, left, 3);
            memcpy(left, right, 3);
            memcpy(right, pixel, 3);
        }
    }
}

static um_status look(um_net *net, um_face_cut *cut, um_square square, bool mirrored, um_landmarks *seen,
                      um_error *err)
{
    um_lease *lease = NULL;
    const um_landmark_map *m = &net->man.landmarks;
    um_image *crop = NULL;
    int side = net->man.input.width;
    um_status st;
    if ((st = um_face_cut_square(&crop, cut, square, side, err)) < 0)
        return st;
    if (mirrored)
        mirror(crop);
    if ((st = um_net_lease(&lease, net, err)) == UM_OK && (st = um_net_run(lease, crop, err)) == UM_OK &&
        (st = read_points(seen->points, m, um_net_output(lease, &m->output), side, err)) == UM_OK)
        st = read_extra(seen, m, um_net_output(lease, &m->extra), err);
    for (int i = 0; i < 68 && st == UM_OK; i++)
        seen->points[i] =
            um_square_point(square, seen->points[i].x / (float)side, seen->points[i].y / (float)side);
    um_net_return(&lease);
    um_image_free(&crop);
    return st;
}

um_status um_landmarks_look(um_net *net, um_face_cut *cut, um_square square, um_landmarks *seen,
                            um_error *err)
{
    return look(net, cut, square, false, seen, err);
}

um_status um_landmarks_look_mirrored(um_net *net, um_face_cut *cut, um_square square, um_landmarks *out,
                                     um_error *err)
{
    um_landmarks seen;
    um_status st = look(net, cut, square, true, &seen, err);
    if (st < 0)
        return st;
    float c = cosf(square.angle_rad), s = sinf(square.angle_rad);
    for (int i = 0; i < 68; i++) {
        um_point p = seen.points[um_landmarks_mirrored[i]];
        float x = p.x - square.centre.x, y = p.y - square.centre.y, across = 2 * (c * x + s * y);
        out->points[i] = (um_point){p.x - c * across, p.y - s * across};
    }
    out->confidence = seen.confidence;
    out->trust = seen.trust;
    out->opening[0] = seen.opening[1];
    out->opening[1] = seen.opening[0];
    return UM_OK;
}

um_status um_landmarks_follow(um_net *net, um_face_cut *cut, const um_point before[68], um_landmarks *out,
                              um_error *err)
{
    um_square q = um_landmarks_square(&net->man.landmarks.from_points, before);
    q.side = fmaxf(q.side, 4);
    return um_landmarks_look(net, cut, q, out, err);
}

static bool is_believed(float confidence)
{
    return !(confidence < 0.5f);
}

um_status um_landmarks_find(um_net *net, um_face_cut *cut, um_rect box, float angle_rad, um_landmarks *out,
                            um_error *err)
{
    um_landmarks first;
    um_square q = um_square_of_box(&net->man.landmarks.from_box, box, angle_rad);
    um_status st = um_landmarks_look(net, cut, q, &first, err);
    if (st < 0 || (st = um_landmarks_follow(net, cut, first.points, out, err)) < 0)
        return st;
    if (!is_believed(out->confidence) && is_believed(first.confidence))
        *out = first; /* a poor box, and points of it that led astray */
    return UM_OK;
}

bool um_face_believed(const um_face *face)
{
    return is_believed(face->confidence);
}

um_status um_face_complete(um_face *face, const um_landmarks *seen, um_face_cut *cut, um_error *err)
{
    const um_point *p = face->points;
    memcpy(face->points, seen->points, sizeof face->points);
    memcpy(face->eye_opening, seen->opening, sizeof face->eye_opening);
    face->confidence = seen->confidence;
    face->trust = seen->trust;
    face->has_points = true;
    face->box = um_points_box(p, 68);
    float forehead = 0.25f * face->box.h;
    face->box.y -= forehead;
    face->box.h += forehead;
    um_landmarks_five(face->five, p);
    um_camera camera = um_camera_guess(cut->frame->width, cut->frame->height);
    if (!um_pose_fit(&face->pose, p, NULL, &camera))
        face->pose.error_px = um_point_distance(p[36], p[45]); /* no pose explains these points */
    return um_face_measure(&face->quality, face, cut, err);
}
