/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track_detect.c: detections are given to tracks, and what is left over begins new ones.
 *
 * In two rounds (Zhang et al., "ByteTrack", ECCV 2022): detections with a good score continue tracks, find
 * lost ones again and begin new ones; those with a low score only continue persons that are present. Each
 * round takes the pairs that are worth most together (associate.h), by place, and by appearance where place
 * leaves a choice (Wojke et al., "DeepSORT", ICIP 2017). */
#include "faces/detect.h"
#include "faces/landmarks.h"
#include "faces/track.h"
#include "faces/vector.h"
#include "media/geometry.h"
#include <stdlib.h>
#include <string.h>

enum {
    MAX_MISSES = 2,         /* detections in a row without a person: lost; by eye */
    EMBEDDING_INTERVAL = 4, /* detections between embeddings of one person; by eye */
};
/* Of appearance; below, who stands where a person was lost is another one. By eye. */
static const float STRANGER_SIMILARITY = 0.35f;
static const float LIES_ON = 0.35f; /* IoU from which a follow and a detection are one face; by eye */

static um_status complete(um_face_tracker *tr, const um_image *rgb, int i, um_error *err)
{
    um_status st;
    um_candidate *c = &tr->candidate[i];
    if (c->complete)
        return UM_OK;
    c->cut.frame = rgb;
    if ((st = um_finder_complete(tr->finder, &c->cut, &tr->found.v[i], &c->face, err)) < 0 ||
        (st = um_appearance_take(&c->appearance, &c->cut, &c->face, err)) < 0)
        return st;
    c->complete = true;
    return UM_OK;
}

/* Is this the face of somebody who is present? */
static bool is_followed(const um_face_tracker *tr, const um_face *face)
{
    for (int i = 0; i < tr->n; i++)
        if (tr->track[i].followed && um_same_face(&tr->track[i].seen, face))
            return true;
    return false;
}

/* How well a detection fits a track by place, 0 = impossible .. 1. */
static float position_affinity(const um_track *t, um_rect box)
{
    if (t->position_unknown || t->time_since_update > UM_MAX_AGE)
        return 0;
    um_rect predicted = um_motion_box(&t->motion);
    float unit = um_box_size(predicted), reach = (0.7f + 0.05f * (float)t->time_since_update) * unit;
    float far = um_point_distance(um_rect_centre(predicted), um_rect_centre(box)),
          ratio = um_box_size(box) / unit;
    if (far > fminf(reach, 2 * unit) || ratio < 0.55f || ratio > 1.8f)
        return 0;
    return 0.5f * um_rect_iou(predicted, box) + 0.5f * (1 - far / reach);
}

/* What each pair is worth [tracks][detections from `first`, n of them]; 0 = impossible. Appearance is taken
 * only where place leaves a choice or says little. */
static um_status weigh_pairs(um_face_tracker *tr, const bool *taken, const um_image *rgb, float *worth,
                             int first, int n, um_error *err)
{
    int per_track[UM_MOST_TRACKS] = {0}, per_found[UM_MOST_TRACKS] = {0};
    bool sure = first == 0;
    um_status st;
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < n; k++) {
            const um_track *t = &tr->track[i];
            um_rect box = tr->found.v[first + k].box;
            bool possible =
                !taken[i] &&
                (sure || (t->state == UM_TRACKED && t->followed && um_rect_iou(t->seen.box, box) > LIES_ON));
            float w = possible ? position_affinity(t, box) : 0;
            worth[i * n + k] = w;
            per_track[i] += w > 0;
            per_found[k] += w > 0;
        }
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < n; k++) {
            const um_track *t = &tr->track[i];
            float *w = &worth[i * n + k];
            if (*w <= 0)
                continue;
            if (t->state != UM_LOST && !t->unreliable && per_track[i] == 1 && per_found[k] == 1) {
                *w += 1; /* nothing to decide */
                continue;
            }
            if ((st = complete(tr, rgb, first + k, err)) < 0)
                return st;
            const um_candidate *c = &tr->candidate[first + k];
            float similarity = um_appearance_similarity(&c->appearance, &t->appearance);
            bool no = t->state == UM_LOST && (similarity < STRANGER_SIMILARITY || is_followed(tr, &c->face));
            *w = no ? 0 : 0.5f * *w + 0.5f * similarity;
        }
    return UM_OK;
}

static um_status average_embedding(um_face_tracker *tr, um_track *t, um_error *err)
{
    um_embedding now;
    um_status st;
    if (t->occluded || t->embedding_due-- > 0)
        return UM_OK;
    t->embedding_due = EMBEDDING_INTERVAL;
    if ((st = um_embedding_take(&now, tr->finder, t->cut_of_seen, &t->seen, err)) < 0)
        return st;
    if (now.n && t->embedding.n == now.n)
        um_vector_average(t->embedding.v, now.v, now.n, 0.25f);
    else
        t->embedding = now;
    return UM_OK;
}

/* Starts over from a detection. */
static void see(um_face_tracker *tr, um_track *t, int k)
{
    um_candidate *c = &tr->candidate[k];
    t->seen = c->face;
    t->now = c->appearance;
    t->cut_of_seen = &c->cut;
    t->followed = true;
}

/* Who is present and was not found, though a detector looked. */
static void miss(um_face_tracker *tr, um_track *t)
{
    if (t->unreliable || t->occluded || ++t->misses >= MAX_MISSES) {
        t->followed = false;
        if (t->state == UM_TRACKED)
            tr->search = UM_SEARCH;
    }
}

/* A detection belongs to this track: the follow is kept when it lies on it. */
static um_status continue_track(um_face_tracker *tr, um_track *t, int k, const um_image *rgb, um_error *err)
{
    um_status st;
    const um_found *d = &tr->found.v[k];
    if (!t->followed || t->unreliable || t->occluded || um_rect_iou(t->seen.box, d->box) < LIES_ON) {
        if ((st = complete(tr, rgb, k, err)) < 0)
            return st;
        if (d->score < um_finder_score(tr->finder) && !um_face_believed(&tr->candidate[k].face)) {
            miss(tr, t);
            return UM_OK;
        }
        see(tr, t, k);
    }
    t->seen.score = d->score;
    t->misses = 0;
    t->unreliable = false;
    t->state = t->person >= 0 ? UM_TRACKED : UM_TENTATIVE;
    um_track_weigh(t, d->score, t->seen.confidence);
    return average_embedding(tr, t, err);
}

/* A free place, or that of the person lost longest; NULL when all are present. */
static um_track *new_track(um_face_tracker *tr)
{
    if (tr->n < UM_MOST_TRACKS)
        return &tr->track[tr->n++];
    um_track *oldest = NULL;
    for (int i = 0; i < tr->n; i++)
        if (tr->track[i].state == UM_LOST && !tr->track[i].followed &&
            (!oldest || tr->track[i].time_since_update > oldest->time_since_update))
            oldest = &tr->track[i];
    return oldest;
}

/* Does this box lie where persons overlap, or where one vanished a moment ago? */
static bool near_occlusion(const um_face_tracker *tr, um_rect box)
{
    for (int i = 0; i < tr->n; i++) {
        const um_track *t = &tr->track[i];
        um_rect predicted = um_motion_box(&t->motion);
        bool near =
            um_point_distance(um_rect_centre(predicted), um_rect_centre(box)) < 1.5f * um_box_size(predicted);
        if (near && !t->position_unknown &&
            (t->occluded || (t->state == UM_LOST && t->time_since_update <= UM_MAX_AGE)))
            return true;
    }
    return false;
}

static um_status begin_track(um_face_tracker *tr, int k, const um_image *rgb, um_error *err)
{
    um_status st;
    um_track *t;
    um_embedding embedding;
    um_candidate *c = &tr->candidate[k];
    if ((st = complete(tr, rgb, k, err)) < 0 || !um_face_believed(&c->face) || is_followed(tr, &c->face) ||
        (st = um_embedding_take(&embedding, tr->finder, &c->cut, &c->face, err)) < 0)
        return st;
    if ((t = um_tracks_reidentify(tr, &c->appearance, &embedding))) {
        t->state = UM_TRACKED;
        t->position_unknown = true;
        t->misses = 0;
    } else {
        bool half_hidden = near_occlusion(tr, tr->found.v[k].box);
        if (!(t = new_track(tr)))
            return UM_OK;
        memset(t, 0, sizeof *t);
        t->person = -1;
        t->half_hidden = half_hidden;
        t->appearance = c->appearance;
        t->embedding = embedding;
        t->embedding_due = 1;
    }
    see(tr, t, k);
    um_track_weigh(t, c->face.score, c->face.confidence);
    return UM_OK;
}

um_status um_tracks_detect(um_face_tracker *tr, const um_image *rgb, um_error *err)
{
    bool taken[UM_MOST_TRACKS] = {false}, used[UM_MOST_TRACKS] = {false};
    int column_of[UM_MOST_TRACKS], n_tracks = tr->n;
    um_status st = um_finder_detect(tr->finder, rgb, true, &tr->found, err);
    if (st < 0)
        return st;
    if (tr->found.n > UM_MOST_TRACKS) /* best scores first */
        tr->found.n = UM_MOST_TRACKS;
    int n_sure = 0;
    while (n_sure < tr->found.n && tr->found.v[n_sure].score >= um_finder_score(tr->finder))
        n_sure++;
    for (int k = 0; k < tr->found.n; k++)
        tr->candidate[k].complete = false;
    float *worth = um_calloc(UM_MOST_TRACKS * UM_MOST_TRACKS, sizeof *worth);
    if (!worth)
        return um_fail_oom(err);
    for (int round = 0; round < 2 && st == UM_OK; round++) {
        int first = round ? n_sure : 0, n = round ? tr->found.n - n_sure : n_sure;
        if ((st = weigh_pairs(tr, taken, rgb, worth, first, n, err)) < 0)
            break;
        um_associate(column_of, worth, n_tracks, n);
        for (int i = 0; i < n_tracks && st == UM_OK; i++)
            if (column_of[i] >= 0) {
                taken[i] = used[first + column_of[i]] = true;
                st = continue_track(tr, &tr->track[i], first + column_of[i], rgb, err);
            }
    }
    free(worth);
    for (int i = 0; i < n_tracks; i++)
        if (!taken[i] && tr->track[i].state != UM_LOST)
            miss(tr, &tr->track[i]);
    for (int k = 0; k < n_sure && st == UM_OK; k++)
        if (!used[k])
            st = begin_track(tr, k, rgb, err);
    return st;
}
