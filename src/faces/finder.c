/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finder.c: a detector and a landmark network, and what they see in one picture. */
#include "faces/finder.h"
#include "base/base.h"
#include "faces/crop.h"
#include "faces/detect.h"
#include "faces/landmarks.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void um_faces_clear(um_faces *faces)
{
    free(faces->face);
    *faces = (um_faces){0};
}

um_status um_face_finder_with(um_face_finder **out, const um_face_options *opt, um_network_store *networks,
                              um_error *err)
{
    um_status st = UM_OK;
    *out = NULL;
    um_face_finder *f = um_calloc(1, sizeof *f);
    if (!f)
        return um_fail_oom(err);
    f->min_score = opt->min_score;
    f->min_side_px = opt->min_side_px > 0 ? fmaxf(opt->min_side_px, 2) : 10;
    for (int role = 0; role < UM_N_FACE_ROLES && st == UM_OK; role++)
        st = um_network_store_role(&f->net[role], networks, um_role_name((um_role)role), err);
    if (st == UM_OK && !f->net[UM_ROLE_DETECTOR])
        st = um_fail(err, UM_EUNSUPPORTED, "no face detector");
    if (st < 0)
        um_face_finder_free(&f);
    *out = f;
    return st;
}

um_status um_face_finder_new(um_face_finder **out, const um_face_options *opt, um_error *err)
{
    um_pool *pool = NULL;
    um_network_store *networks = NULL;
    *out = NULL;
    um_status st = um_pool_new(&pool, um_clampi(opt->threads, 0, UM_POOL_MAX_THREADS), err);
    if (st < 0 || (st = um_network_store_new(&networks, opt->models_dir, pool, err)) < 0 ||
        (st = um_face_finder_with(out, opt, networks, err)) < 0) {
        um_network_store_free(&networks);
        um_pool_free(&pool);
        return st;
    }
    (*out)->networks = networks;
    (*out)->pool = pool;
    return UM_OK;
}

void um_face_finder_free(um_face_finder **finder)
{
    if (!finder || !*finder)
        return;
    um_network_store_free(&(*finder)->networks);
    um_pool_free(&(*finder)->pool);
    free(*finder);
    *finder = NULL;
}

const char *um_face_finder_network(const um_face_finder *f, int i, const char **role, const char **sha256)
{
    for (int k = 0; k < UM_N_FACE_ROLES; k++)
        if (f->net[k] && i-- == 0) {
            if (role)
                *role = f->net[k]->man.role_name;
            if (sha256)
                *sha256 = um_network_sha256(f->net[k]->network);
            return f->net[k]->man.name;
        }
    return NULL;
}

float um_finder_score(const um_face_finder *f)
{
    return f->min_score > 0 ? f->min_score : f->net[UM_ROLE_DETECTOR]->man.decoder.score_min;
}

/* In a video, low scores count for persons who are known already: a fifth, as in ByteTrack (Zhang et al.
 * 2022). */
static const float LOW = 0.2f;

um_status um_finder_detect(um_face_finder *f, const um_image *rgb, bool video, um_found_list *list,
                           um_error *err)
{
    um_net *net = f->net[UM_ROLE_DETECTOR];
    um_detect_plan plan = {f->min_side_px, um_finder_score(f) * (video ? LOW : 1), video};
    if (rgb->pixel != UM_RGB24)
        return um_fail(err, UM_EINVAL, "faces are looked for in RGB pictures");
    return um_detect(net, rgb, &plan, list, err);
}

um_status um_finder_complete(um_face_finder *f, um_face_cut *cut, const um_found *found, um_face *out,
                             um_error *err)
{
    um_landmarks seen;
    um_status st;
    memset(out, 0, sizeof *out);
    out->person = -1;
    out->confidence = out->trust = out->eye_opening[0] = out->eye_opening[1] = NAN;
    out->score = found->score;
    out->box = found->box;
    memcpy(out->five, found->five, sizeof out->five);
    if (!f->net[UM_ROLE_LANDMARKS])
        return UM_OK;
    float angle = found->has_five ? um_eye_angle(out) : 0;
    if ((st = um_landmarks_find(f->net[UM_ROLE_LANDMARKS], cut, found->box, angle, &seen, err)) < 0)
        return st;
    return um_face_complete(out, &seen, cut, err);
}

int um_face_by_size(const void *a, const void *b)
{
    const um_face *p = a, *q = b;
    float x = p->box.w * p->box.h, y = q->box.w * q->box.h;
    if (x != y)
        return x < y ? 1 : -1;
    if (p->person != q->person)
        return p->person < q->person ? -1 : 1;
    return (p->box.x > q->box.x) - (p->box.x < q->box.x);
}

static const float SAME_IOU = 0.4f; /* of the boxes; the detector suppresses from there, too */

bool um_same_face(const um_face *a, const um_face *b)
{
    return um_same_place(a->box, b->box, SAME_IOU, UM_PART);
}

/* The detector's boxes of one face may lie apart (a half of it, say) and its landmarks meet: best scores come
 * first. */
static bool is_new(const um_faces *faces)
{
    for (int i = 0; i < faces->n; i++)
        if (um_same_face(&faces->face[i], &faces->face[faces->n]))
            return false;
    return true;
}

um_status um_face_find(um_face_finder *f, const um_image *rgb, um_faces *out, um_error *err)
{
    um_found_list list = {0};
    um_status st = um_finder_detect(f, rgb, false, &list, err);
    um_faces_clear(out);
    if (st < 0 || !list.n)
        goto done;
    if (!(out->face = um_calloc((size_t)list.n, sizeof *out->face))) {
        st = um_fail_oom(err);
        goto done;
    }
    for (int i = 0; i < list.n && st == UM_OK; i++) {
        um_face_cut cut = {.frame = rgb};
        st = um_finder_complete(f, &cut, &list.v[i], &out->face[out->n], err);
        um_face_cut_end(&cut);
        out->n += st == UM_OK && um_face_believed(&out->face[out->n]) && is_new(out);
    }
    qsort(out->face, (size_t)out->n, sizeof *out->face, um_face_by_size);
done:
    free(list.v);
    if (st < 0)
        um_faces_clear(out);
    return st;
}

um_status um_face_landmarks(um_face_finder *f, const um_image *rgb, um_rect box, um_face *out, um_error *err)
{
    um_found found = {.box = box, .score = 1};
    if (rgb->pixel != UM_RGB24 || !(box.w > 0 && box.h > 0))
        return um_fail(err, UM_EINVAL, "landmarks need an RGB picture and a box");
    if (!f->net[UM_ROLE_LANDMARKS])
        return um_fail(err, UM_EUNSUPPORTED, "no landmark network");
    um_face_cut cut = {.frame = rgb};
    um_status st = um_finder_complete(f, &cut, &found, out, err);
    um_face_cut_end(&cut);
    return st;
}
