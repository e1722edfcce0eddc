/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track.c: persons through a video, frame by frame. The story is told in track.h. */
#include "faces/track.h"
#include "base/base.h"
#include "media/geometry.h"
#include <stdlib.h>
#include <string.h>

enum {
    MIN_INTERVAL = 3, /* frames between detections while things move; by eye */
    YOUNG = 12,       /* updates up to which a track that is nobody yet asks for a detection on every frame */
};
static const float OVERLAP = 0.15f; /* IoU of persons from which follows are not trusted; by eye */

um_status um_face_tracker_new(um_face_tracker **out, um_face_finder *finder, um_error *err)
{
    um_face_tracker *t = um_calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return um_fail_oom(err);
    t->finder = finder;
    t->since_detection = UM_MAX_INTERVAL; /* the first frame is looked at */
    t->track = um_calloc(UM_MOST_TRACKS, sizeof *t->track);
    t->candidate = um_calloc(UM_MOST_TRACKS, sizeof *t->candidate);
    if (!t->track || !t->candidate) {
        um_face_tracker_free(&t);
        return um_fail_oom(err);
    }
    *out = t;
    return UM_OK;
}

void um_face_tracker_free(um_face_tracker **tracker)
{
    if (!tracker || !*tracker)
        return;
    free((*tracker)->track);
    free((*tracker)->candidate);
    free((*tracker)->found.v);
    free(*tracker);
    *tracker = NULL;
}

int um_face_tracker_n_persons(const um_face_tracker *tracker)
{
    return tracker->n_persons;
}

static void mark_occluded(um_face_tracker *tr)
{
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < i; k++) {
            um_track *a = &tr->track[i], *b = &tr->track[k];
            if (a->state == UM_LOST || b->state == UM_LOST)
                continue;
            if (um_rect_iou(um_motion_box(&a->motion), um_motion_box(&b->motion)) > OVERLAP ||
                (a->followed && b->followed && um_rect_iou(a->seen.box, b->seen.box) > OVERLAP))
                a->occluded = b->occluded = true;
        }
}

static bool is_detection_due(const um_face_tracker *tr, bool cut)
{
    float fastest = 0;
    bool wanted = cut || tr->search > 0, anyone = false;
    for (int i = 0; i < tr->n; i++) {
        const um_track *t = &tr->track[i];
        if (t->state == UM_LOST)
            continue;
        anyone = true;
        wanted |= (t->state == UM_TENTATIVE && t->hits < YOUNG) || t->unreliable || t->occluded ||
                  t->misses > 0 || !t->followed;
        fastest =
            fmaxf(fastest, hypotf(t->motion.x.velocity, t->motion.y.velocity) / um_box_size(t->face.box));
    }
    int interval = !anyone ? MIN_INTERVAL : fastest > 0.05f ? 2 * MIN_INTERVAL : UM_MAX_INTERVAL;
    return wanted || tr->since_detection >= interval;
}

/* Numbers are given where nobody can lose his face in this frame any more. */
static um_status output_faces(um_face_tracker *tr, um_faces *out, um_error *err)
{
    um_faces_clear(out);
    if (!tr->n)
        return UM_OK;
    if (!(out->face = um_calloc((size_t)tr->n, sizeof *out->face)))
        return um_fail_oom(err);
    for (int i = 0; i < tr->n; i++) {
        um_track *t = &tr->track[i];
        if (t->state != UM_TRACKED)
            continue;
        if (t->person < 0)
            t->person = tr->n_persons++;
        out->face[out->n] = t->face;
        out->face[out->n++].person = t->person;
    }
    qsort(out->face, (size_t)out->n, sizeof *out->face, um_face_by_size);
    return UM_OK;
}

/* Who was not seen in this frame is lost; a tentative track is forgotten. */
static void prune(um_face_tracker *tr)
{
    int n = 0;
    for (int i = 0; i < tr->n; i++) {
        um_track *t = &tr->track[i];
        if (!t->followed) {
            if (t->state == UM_TENTATIVE)
                continue;
            t->state = UM_LOST;
            t->time_since_update++;
        }
        if (n != i)
            tr->track[n] = *t;
        n++;
    }
    tr->n = n;
}

static um_status track_frame(um_face_tracker *tr, const um_image *rgb, um_error *err)
{
    um_status st;
    bool cut = um_scene_cut(&tr->scene, rgb), can_follow = tr->finder->net[UM_ROLE_LANDMARKS] != NULL;
    for (int i = 0; i < tr->n; i++) {
        um_track *t = &tr->track[i];
        um_track_predict(t, cut);
        if (t->state != UM_LOST && !cut && can_follow && (st = um_track_follow(tr, t, rgb, err)) < 0)
            return st;
    }
    mark_occluded(tr);
    tr->since_detection++;
    if (is_detection_due(tr, cut) || !can_follow) {
        tr->since_detection = 0;
        if (tr->search > 0)
            tr->search--;
        if ((st = um_tracks_detect(tr, rgb, err)) < 0 || (st = um_tracks_confirm(tr, err)) < 0)
            return st;
    }
    um_tracks_separate(tr);
    for (int i = 0; i < tr->n; i++)
        if (tr->track[i].followed)
            um_track_update(&tr->track[i]);
    return UM_OK;
}

um_status um_face_tracker_push(um_face_tracker *tr, const um_frame *frame, um_faces *out, um_error *err)
{
    if (!frame->rgb || frame->rgb->pixel != UM_RGB24)
        return um_fail(err, UM_EINVAL, "following faces needs RGB frames");
    um_status st = track_frame(tr, frame->rgb, err);
    for (int i = 0; i < UM_MOST_TRACKS; i++) {
        um_face_cut_end(&tr->track[i].cut);
        um_face_cut_end(&tr->candidate[i].cut);
    }
    if (st < 0)
        return st;
    prune(tr);
    return output_faces(tr, out, err);
}
