/* SPDX-License-Identifier: GPL-3.0-or-later */
/* embedding.c: see embedding.h. */
#include "faces/embedding.h"
#include "faces/vector.h"
#include <math.h>
#include <string.h>

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

um_status um_embedding_of(um_embedding *out, um_net *net, um_face_cut *cut, const um_face *face,
                          um_error *err)
{
    um_lease *lease = NULL;
    um_image *crop = NULL;
    um_square s = recognition_square(face);
    s.side = fmaxf(s.side, 4);
    um_status st = um_face_cut_square(&crop, cut, s, net->man.input.width, err);
    if (st == UM_OK && (st = um_net_lease(&lease, net, err)) == UM_OK &&
        (st = um_net_run(lease, crop, err)) == UM_OK) {
        const um_tensor *t = um_net_output(lease, &net->man.output);
        int64_t n = t ? um_tensor_count(t) : 0;
        if (n < 8 || n > UM_EMBEDDING_MAX) {
            st = um_fail(err, UM_EFORMAT, "%s: an embedding of %lld numbers", net->man.name, (long long)n);
        } else {
            memcpy(out->v, t->data, (size_t)n * sizeof *out->v);
            um_vector_normalize(out->v, (int)n);
            out->n = (int)n;
        }
    }
    um_net_return(&lease);
    um_image_free(&crop);
    return st;
}

um_status um_embedding_take(um_embedding *out, um_face_finder *finder, um_face_cut *cut, const um_face *face,
                            um_error *err)
{
    um_net *net = finder->net[UM_ROLE_EMBEDDING];
    out->n = 0;
    return net && face->has_points ? um_embedding_of(out, net, cut, face, err) : UM_OK;
}

float um_embedding_similarity(const um_embedding *a, const um_embedding *b)
{
    return a->n && a->n == b->n ? um_vector_dot(a->v, b->v, a->n) : 0;
}
