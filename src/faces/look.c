#include "faces/look.h"
#include <stdlib.h>
#include <string.h>

static void normalise(float *v, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += v[i] * v[i];
    float scale = sum > 0 ? 1 / sqrtf(sum) : 0;
    for (int i = 0; i < n; i++)
        v[i] *= scale;
}

static float dot(const float *a, const float *b, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

void um_unit_mix(float *mean, const float *v, int n, float share)
{
    for (int i = 0; i < n; i++)
        mean[i] += share * (v[i] - mean[i]);
    normalise(mean, n);
}

um_status um_look_take(um_look *out, const um_image *rgb, const um_face *face, um_error *err)
{
    um_image *crop = NULL;
    um_status st = um_face_crop(&crop, rgb, face, UM_LOOK_SIDE, 0.9f, err);
    if (st < 0)
        return st;
    float mean = 1;
    for (int y = 0; y < UM_LOOK_SIDE; y++)
        for (int x = 0; x < 3 * UM_LOOK_SIDE; x++)
            mean += crop->data[y * crop->stride + x];
    mean /= UM_LOOK_N;
    for (int y = 0; y < UM_LOOK_SIDE; y++)
        for (int x = 0; x < 3 * UM_LOOK_SIDE; x++)
            out->v[y * 3 * UM_LOOK_SIDE + x] = (float)crop->data[y * crop->stride + x] / mean - 1;
    normalise(out->v, UM_LOOK_N);
    um_image_free(&crop);
    return UM_OK;
}

float um_look_likeness(const um_look *a, const um_look *b)
{
    return dot(a->v, b->v, UM_LOOK_N);
}

/* The square that puts the five points nearest (least squares over shift, turn and size) to where recognition
 * networks expect them, in fractions of the crop: eyes, nose and mouth of the mean face between the borders
 * that ArcFace (Deng et al., CVPR 2019) introduced. */
static um_square recognition_square(const um_face *face)
{
    static const um_point want[5] = {
        {0.3419f, 0.4616f}, {0.6565f, 0.4598f}, {0.5002f, 0.6405f}, {0.3710f, 0.8247f}, {0.6315f, 0.8232f}};
    um_point mw = {0, 0}, mf = {0, 0};
    for (int i = 0; i < 5; i++) {
        mw = (um_point){mw.x + want[i].x / 5, mw.y + want[i].y / 5};
        mf = (um_point){mf.x + face->five[i].x / 5, mf.y + face->five[i].y / 5};
    }
    float a = 0, b = 0, size = 0;
    for (int i = 0; i < 5; i++) {
        float wx = want[i].x - mw.x, wy = want[i].y - mw.y, fx = face->five[i].x - mf.x,
              fy = face->five[i].y - mf.y;
        a += wx * fx + wy * fy;
        b += wx * fy - wy * fx;
        size += wx * wx + wy * wy;
    }
    a /= size;
    b /= size;
    float dx = 0.5f - mw.x, dy = 0.5f - mw.y;
    return (um_square){{mf.x + a * dx - b * dy, mf.y + b * dx + a * dy}, hypotf(a, b), atan2f(b, a)};
}

um_status um_identity_take(um_identity *out, um_face_finder *finder, const um_image *rgb, const um_face *face,
                           um_error *err)
{
    out->n = 0;
    if (!finder->has[UM_ROLE_EMBEDDING] || !face->has_points)
        return UM_OK;
    um_net *net = &finder->net[UM_ROLE_EMBEDDING];
    const um_tensor *all[64] = {0};
    um_image *crop = NULL;
    if (um_model_n_outputs(net->model) > (int)(sizeof all / sizeof *all))
        return um_fail(err, UM_EUNSUPPORTED, "%s: more outputs than an embedding has", net->man.name);
    um_square s = recognition_square(face);
    s.side = fmaxf(s.side, 4);
    um_status st = um_square_crop(&crop, rgb, s, net->man.input.width, err);
    if (st == UM_OK && (st = um_net_run(net, crop, all, err)) == UM_OK) {
        const um_tensor *t = um_net_output(net, all, &net->man.embedding);
        int64_t n = t ? um_tensor_count(t) : 0;
        if (n < 8 || n > UM_EMBED_MAX) {
            st = um_fail(err, UM_EFORMAT, "%s: an embedding of %lld numbers", net->man.name, (long long)n);
        } else {
            memcpy(out->v, t->data, (size_t)n * sizeof *out->v);
            normalise(out->v, (int)n);
            out->n = (int)n;
        }
    }
    um_image_free(&crop);
    return st;
}

float um_identity_likeness(const um_identity *a, const um_identity *b)
{
    return a->n && a->n == b->n ? dot(a->v, b->v, a->n) : 0;
}

/* A cut changes the colours of the picture (half the L1 distance of histograms) and most of its pixels.
 * Motion changes pixels but few colours, a flash changes colours but keeps what is where. */
bool um_scene_cut(um_scene *scene, const um_image *rgb)
{
    um_scene now = {.known = true};
    float histogram = 0, pixels = 0;
    for (int j = 0; j < UM_SCENE_H; j++)
        for (int i = 0; i < UM_SCENE_W; i++) {
            int x = (2 * i + 1) * rgb->width / (2 * UM_SCENE_W),
                y = (2 * j + 1) * rgb->height / (2 * UM_SCENE_H);
            const uint8_t *p = rgb->data + y * rgb->stride + 3 * x;
            memcpy(now.grid + 3 * (j * UM_SCENE_W + i), p, 3);
            now.histogram[(p[0] >> 6) * 16 + (p[1] >> 6) * 4 + (p[2] >> 6)] +=
                1.0f / (UM_SCENE_W * UM_SCENE_H);
        }
    for (int i = 0; i < UM_SCENE_BINS; i++)
        histogram += fabsf(now.histogram[i] - scene->histogram[i]) / 2;
    for (size_t i = 0; i < sizeof now.grid; i++)
        pixels += (float)abs(now.grid[i] - scene->grid[i]) / (float)sizeof now.grid;
    bool cut = scene->known && ((histogram > 0.35f && pixels > 25) || pixels > 70);
    *scene = now;
    return cut;
}
