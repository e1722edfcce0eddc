/* SPDX-License-Identifier: GPL-3.0-or-later */
/* persons.c: persons of a recording, their quality and best pictures. */
#include "results/persons.h"
#include <string.h>

enum { PICTURE_SIDE = 160 };
static const float PICTURE_MARGIN = 1.5f; /* hair and chin in the picture */
/* Times the quality of the best so far: a picture is not remade for every slightly sharper frame. By eye. */
static const float BETTER = 1.05f;

static um_person *find_or_add(um_results *r, int id, double t_s, um_error *err)
{
    for (int i = 0; i < r->n_persons; i++)
        if (r->person[i].id == id)
            return &r->person[i];
    size_t capacity = (size_t)r->n_persons;
    if (!um_grow(&r->person, &capacity, capacity + 1, UM_MAX_PERSONS, sizeof *r->person)) {
        um_fail_oom(err);
        return NULL;
    }
    um_person *p = &r->person[r->n_persons++];
    *p = (um_person){.id = id, .first_s = t_s, .last_s = t_s};
    return p;
}

static void add_quality(um_face_quality *sum, const um_face_quality *q)
{
    sum->eye_distance_px += q->eye_distance_px;
    sum->sharpness += q->sharpness;
    sum->frontal += q->frontal;
    sum->visible += q->visible;
    sum->compression += q->compression;
    sum->overall += q->overall;
}

um_status um_persons_add(um_results *r, um_gallery *portraits, const um_frame *frame, const um_faces *faces,
                         um_error *err)
{
    um_status st;
    for (int i = 0; i < faces->n; i++) {
        const um_face *face = &faces->face[i];
        /* Without a tracker (a photo) every face is a person of its own. */
        int id = face->person >= 0 ? face->person : i;
        r->n_faces++;
        if (id >= UM_MAX_PERSONS) {
            if (id - UM_MAX_PERSONS + 1 > r->n_persons_dropped)
                r->n_persons_dropped = id - UM_MAX_PERSONS + 1;
            continue;
        }
        um_person *p = find_or_add(r, id, frame->t_s, err);
        if (!p)
            return UM_ENOMEM;
        p->last_s = frame->t_s + frame->duration_s;
        p->n_frames++;
        add_quality(&p->quality, &face->quality);
        um_image **place = um_gallery_place(portraits, id, p->n_frames);
        if (place && (!*place || face->quality.overall > BETTER * r->portrait[id])) {
            um_image *picture = NULL;
            if ((st = um_face_crop(&picture, frame->rgb, face, PICTURE_SIDE, PICTURE_MARGIN, err)) < 0)
                return st;
            um_image_free(place);
            *place = picture;
            r->portrait[id] = face->quality.overall;
        }
    }
    return UM_OK;
}

/* Over all faces of all persons; false when no face was seen. */
static bool mean_quality(um_face_quality *out, const um_results *r)
{
    double sum[6] = {0}, weight = 0;
    for (int i = 0; i < r->n_persons; i++) {
        const um_face_quality *q = &r->person[i].quality;
        const double v[6] = {q->eye_distance_px, q->sharpness,   q->frontal,
                             q->visible,         q->compression, q->overall};
        double w = (double)r->person[i].n_frames;
        for (int k = 0; k < 6; k++)
            sum[k] += w * v[k];
        weight += w;
    }
    if (weight <= 0)
        return false;
    *out = (um_face_quality){(float)(sum[0] / weight), (float)(sum[1] / weight), (float)(sum[2] / weight),
                             (float)(sum[3] / weight), (float)(sum[4] / weight), (float)(sum[5] / weight)};
    return true;
}

um_status um_persons_finish(um_results *r, const um_gallery *portraits, um_error *err)
{
    um_status st = UM_OK;
    for (int i = 0; i < r->n_persons && st == UM_OK; i++) {
        um_person *p = &r->person[i];
        um_face_quality *q = &p->quality;
        float n = (float)p->n_frames;
        *q = (um_face_quality){q->eye_distance_px / n, q->sharpness / n,   q->frontal / n,
                               q->visible / n,         q->compression / n, q->overall / n};
        const um_image *picture = um_gallery_of(portraits, p->id);
        if (picture)
            st = um_picture_make(&p->picture, picture, UM_PORTRAIT_SIDE, err);
    }
    r->has_quality = mean_quality(&r->quality, r);
    return st;
}
