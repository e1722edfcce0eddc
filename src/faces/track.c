/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track.c: persons through a video.
 *
 * Tracking by detection as SORT does it (Bewley et al., "Simple online and realtime tracking", ICIP 2016): a
 * constant velocity predicts each box, detections are associated with predictions by overlap, greedily, and
 * by appearance where position leaves a choice (Wojke et al., "DeepSORT", ICIP 2017); a lost track is kept
 * and found again by position, appearance, or embedding where a network gives one (lost tracks as in Zhang et
 * al., "ByteTrack", ECCV 2022). Between detections, which run every few frames, and at once when a follow is
 * unreliable, when two persons overlap, after a cut, or while someone is lost, the landmarks of each person
 * are looked for around the prediction. Points are raw answers of the network: nothing is smoothed over time,
 * because tremor is evidence. */
#include "faces/appearance.h"
#include "faces/detect.h"
#include "faces/embedding.h"
#include "faces/landmarks.h"
#include "faces/scene.h"
#include "faces/vector.h"
#include "media/geometry.h"
#include <stdlib.h>
#include <string.h>

enum {
    MAX_TRACKS = 64,        /* persons known at once; the one lost longest is forgotten */
    MIN_INTERVAL = 3,       /* frames between detections while things move */
    MAX_INTERVAL = 12,      /* while all is calm */
    MAX_AGE = 50,           /* frames that the prediction of a lost person is trusted */
    SEARCH = 8,             /* frames, each with a detection, after someone was lost */
    MAX_MISSES = 2,         /* detections in a row without a person: lost */
    EMBEDDING_INTERVAL = 4, /* detections between embeddings of one person */
    MIN_HITS = 2,           /* updates that make a person of a detection that is not sure */
    MIN_HITS_OCCLUDED =
        8, /* where two persons overlap or one was just lost: a half-hidden face looks like nobody */
};
/* All chosen by eye on videos of the test data when the tracker was made, but MIN_HITS_OCCLUDED: a
 * half-hidden mixture of two crossing faces once scored above SURE and became a third person
 * (tests/unit/test_track.c). */
static const float SURE = 0.8f;     /* detector score that needs no second hit */
static const float OVERLAP = 0.15f; /* IoU of persons from which follows are not trusted */
/* Cosine similarities of appearance: */
static const float FOLLOW_SIMILARITY = 0.55f; /* from one frame to the next; below, the detector is asked */
static const float REID_SIMILARITY = 0.80f;   /* from which a face elsewhere is a lost person, found again */
static const float STRANGER_SIMILARITY = 0.35f; /* below, who stands where a person was lost is another one */
static const float REID_EMBEDDING = 0.45f;      /* of embeddings, where a network gives them */

enum state { TENTATIVE, TRACKED, LOST };

struct track {
    enum state state;
    bool confirmed;
    int person;        /* -1 until it is given out */
    um_face face;      /* where it was seen last */
    um_face seen;      /* in this frame, if it is followed */
    um_rect predicted; /* box in this frame if motion goes on */
    um_point velocity; /* pixels per frame */
    int hits, time_since_update, misses, embedding_due, min_hits;
    bool followed, unreliable, occluded; /* in this frame */
    bool position_unknown;               /* a cut lies between: the place says nothing */
    um_appearance appearance, now;       /* mean over time, and in this frame */
    um_embedding embedding;
    um_face_cut cut; /* of the follow in this frame */
};

/* A detection of this frame, looked at when somebody asks. */
struct candidate {
    bool complete;
    um_face face;
    um_appearance appearance;
    um_face_cut cut;
};

struct um_face_tracker {
    um_face_finder *finder;
    struct track *track; /* [MAX_TRACKS] */
    int n, n_persons;
    int since_detection, search;
    um_scene scene;
    um_found_list found;
    struct candidate *candidate; /* [MAX_TRACKS] to found.v, of which the best are kept */
};

um_status um_face_tracker_new(um_face_tracker **out, um_face_finder *finder, um_error *err)
{
    um_face_tracker *t = um_calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return um_fail_oom(err);
    t->finder = finder;
    t->since_detection = MAX_INTERVAL; /* the first frame is looked at */
    t->track = um_calloc(MAX_TRACKS, sizeof *t->track);
    t->candidate = um_calloc(MAX_TRACKS, sizeof *t->candidate);
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

static float size(um_rect r)
{
    return fmaxf(1, sqrtf(fmaxf(0, r.w * r.h)));
}

/* ---- following ---- */

static void predict(struct track *t)
{
    um_point v = t->time_since_update > MAX_AGE ? (um_point){0, 0} : t->velocity;
    t->predicted.x += v.x;
    t->predicted.y += v.y;
    t->followed = t->unreliable = t->occluded = false;
}

/* What was seen in this frame stands. */
static void update(struct track *t)
{
    um_point a = um_rect_centre(t->face.box), b = um_rect_centre(t->seen.box);
    if (t->hits > 0 && !t->position_unknown) {
        float steps = (float)(t->time_since_update + 1),
              keep = t->hits > 1 && !t->time_since_update ? 0.6f : 0;
        t->velocity.x = keep * t->velocity.x + (1 - keep) * (b.x - a.x) / steps;
        t->velocity.y = keep * t->velocity.y + (1 - keep) * (b.y - a.y) / steps;
    }
    float score = t->face.score;
    t->face = t->seen;
    t->face.score = t->seen.score > 0 ? t->seen.score : score;
    t->predicted = t->face.box;
    t->time_since_update = 0;
    t->position_unknown = false;
    t->hits++;
}

/* Points around the prediction. A follow that does not look like this person a moment ago is unreliable. */
static um_status follow(um_face_tracker *tr, struct track *t, um_error *err)
{
    um_face *out = &t->seen;
    um_point before[68];
    um_landmarks seen;
    um_status st;
    float dx = t->predicted.x - t->face.box.x, dy = t->predicted.y - t->face.box.y;
    for (int i = 0; i < 68; i++)
        before[i] = (um_point){t->face.points[i].x + dx, t->face.points[i].y + dy};
    memset(out, 0, sizeof *out);
    out->score = t->face.score;
    if ((st = um_landmarks_follow(tr->finder->net[UM_ROLE_LANDMARKS], &t->cut, before, &seen, err)) < 0 ||
        (st = um_face_complete(out, &seen, &t->cut, err)) < 0 ||
        (st = um_appearance_take(&t->now, &t->cut, out, err)) < 0)
        return st;
    float eyes = fmaxf(1, out->quality.eye_distance_px), grown = size(out->box) / size(t->face.box);
    float moved = um_point_distance(um_rect_centre(out->box), um_rect_centre(t->predicted));
    t->unreliable = out->pose.error_px > 0.3f * eyes || grown < 0.75f || grown > 1.33f ||
                    moved > 0.5f * size(t->face.box) ||
                    um_appearance_similarity(&t->now, &t->appearance) < FOLLOW_SIMILARITY ||
                    !um_face_believed(out);
    return UM_OK;
}

/* ---- giving detections to persons ---- */

static um_status complete(um_face_tracker *tr, const um_image *rgb, int i, um_error *err)
{
    um_status st;
    struct candidate *c = &tr->candidate[i];
    if (c->complete)
        return UM_OK;
    c->cut.frame = rgb;
    if ((st = um_finder_complete(tr->finder, &c->cut, &tr->found.v[i], &c->face, err)) < 0 ||
        (st = um_appearance_take(&c->appearance, &c->cut, &c->face, err)) < 0)
        return st;
    c->complete = true;
    return UM_OK;
}

/* How well detection d fits track t by place, 0 = impossible .. 1. */
static float position_affinity(const struct track *t, const um_rect *box)
{
    if (t->position_unknown || t->time_since_update > MAX_AGE)
        return 0;
    um_point a = um_rect_centre(t->predicted), b = um_rect_centre(*box);
    float unit = size(t->predicted), reach = (0.7f + 0.05f * (float)t->time_since_update) * unit;
    float far = um_point_distance(a, b), ratio = size(*box) / unit;
    if (far > fminf(reach, 2 * unit) || ratio < 0.55f || ratio > 1.8f)
        return 0;
    return 0.5f * um_rect_iou(t->predicted, *box) + 0.5f * (1 - far / reach);
}

struct pair {
    float affinity;
    int track, found;
};

static int by_affinity(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    if (p->affinity != q->affinity)
        return p->affinity < q->affinity ? 1 : -1;
    return p->track != q->track ? p->track - q->track : p->found - q->found;
}

/* Is this the face of somebody who is present? */
static bool is_followed(const um_face_tracker *tr, const um_face *face)
{
    for (int i = 0; i < tr->n; i++)
        if (tr->track[i].followed && um_same_face(&tr->track[i].seen, face))
            return true;
    return false;
}

/* Affinities of all pairs that are possible at all. Appearance decides where position leaves a choice, and is
 * taken only then. */
static um_status associate(um_face_tracker *tr, const um_image *rgb, struct pair *pairs, int *n_pairs,
                           um_error *err)
{
    int per_track[MAX_TRACKS] = {0}, per_found[MAX_TRACKS] = {0}, n = 0;
    um_status st;
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < tr->found.n; k++) {
            float affinity = position_affinity(&tr->track[i], &tr->found.v[k].box);
            if (affinity > 0) {
                pairs[n++] = (struct pair){affinity, i, k};
                per_track[i]++;
                per_found[k]++;
            }
        }
    for (int j = 0; j < n; j++) {
        struct pair *p = &pairs[j];
        struct track *t = &tr->track[p->track];
        bool choice = per_track[p->track] > 1 || per_found[p->found] > 1;
        if (t->state == LOST || t->unreliable || choice) {
            if ((st = complete(tr, rgb, p->found, err)) < 0)
                return st;
            float similarity = um_appearance_similarity(&tr->candidate[p->found].appearance, &t->appearance);
            bool stranger = t->state == LOST && similarity < STRANGER_SIMILARITY;
            bool taken = t->state == LOST && is_followed(tr, &tr->candidate[p->found].face);
            p->affinity = stranger || taken ? -1 : 0.5f * p->affinity + 0.5f * similarity;
        } else {
            p->affinity += 1; /* nothing to decide */
        }
    }
    if (n)
        qsort(pairs, (size_t)n, sizeof *pairs, by_affinity);
    *n_pairs = n;
    return UM_OK;
}

/* The lost person who looks like this, or NULL. */
static struct track *reidentify(um_face_tracker *tr, const um_appearance *look, const um_embedding *embedding)
{
    float best = 0;
    struct track *found = NULL;
    for (int i = 0; i < tr->n; i++) {
        struct track *t = &tr->track[i];
        bool by_embedding = embedding->n && t->embedding.n;
        float similarity = by_embedding ? um_embedding_similarity(embedding, &t->embedding)
                                        : um_appearance_similarity(look, &t->appearance);
        if (t->state == LOST && !t->followed &&
            similarity > (by_embedding ? REID_EMBEDDING : REID_SIMILARITY) && similarity > best) {
            best = similarity;
            found = t;
        }
    }
    return found;
}

/* A new person, unless it is a lost one who was half hidden when the track began: he goes on, and it ends. */
static void confirm(um_face_tracker *tr, struct track *t)
{
    struct track *old = reidentify(tr, &t->now, &t->embedding);
    t->confirmed = !old;
    if (!old)
        return;
    old->state = TRACKED;
    old->seen = t->seen;
    old->now = t->now;
    old->velocity = t->velocity;
    old->position_unknown = true;
    old->followed = true;
    old->misses = 0;
    t->followed = false;
}

static um_status average_embedding(um_face_tracker *tr, struct track *t, um_face_cut *cut, um_error *err)
{
    um_embedding now;
    um_status st;
    if (t->occluded || t->embedding_due-- > 0)
        return UM_OK;
    t->embedding_due = EMBEDDING_INTERVAL;
    if ((st = um_embedding_take(&now, tr->finder, cut, &t->seen, err)) < 0)
        return st;
    if (now.n && t->embedding.n == now.n)
        um_vector_average(t->embedding.v, now.v, now.n, 0.25f);
    else
        t->embedding = now;
    return UM_OK;
}

/* A detection belongs to this track: keep the follow when it lies on it, else start over from the detection.
 */
static um_status update_from_detection(um_face_tracker *tr, struct track *t, int k, const um_image *rgb,
                                       um_error *err)
{
    um_status st;
    const um_found *d = &tr->found.v[k];
    um_face_cut *cut = &t->cut;
    if (!t->followed || t->unreliable || t->occluded || um_rect_iou(t->seen.box, d->box) < 0.35f) {
        if ((st = complete(tr, rgb, k, err)) < 0)
            return st;
        t->seen = tr->candidate[k].face;
        t->followed = true;
        cut = &tr->candidate[k].cut;
        t->now = tr->candidate[k].appearance;
    }
    t->seen.score = d->score;
    t->misses = 0;
    t->unreliable = false;
    if (!t->confirmed && t->hits + 1 >= t->min_hits)
        confirm(tr, t);
    t->state = t->confirmed ? TRACKED : TENTATIVE;
    return average_embedding(tr, t, cut, err);
}

/* A free place, or that of the person lost longest; NULL when all are present. */
static struct track *new_track(um_face_tracker *tr)
{
    if (tr->n < MAX_TRACKS)
        return &tr->track[tr->n++];
    struct track *oldest = NULL;
    for (int i = 0; i < tr->n; i++)
        if (tr->track[i].state == LOST &&
            (!oldest || tr->track[i].time_since_update > oldest->time_since_update))
            oldest = &tr->track[i];
    return oldest;
}

/* Does this box lie where persons overlap, or where one vanished a moment ago? */
static bool near_occlusion(const um_face_tracker *tr, const um_rect *box)
{
    um_point b = um_rect_centre(*box);
    for (int i = 0; i < tr->n; i++) {
        const struct track *t = &tr->track[i];
        um_point a = um_rect_centre(t->predicted);
        bool near = um_point_distance(a, b) < 1.5f * size(t->predicted);
        if (near && !t->position_unknown &&
            (t->occluded || (t->state == LOST && t->time_since_update <= MAX_AGE)))
            return true;
    }
    return false;
}

static um_status initiate_track(um_face_tracker *tr, int k, const um_image *rgb, um_error *err)
{
    um_status st;
    struct track *t;
    um_embedding embedding;
    if ((st = complete(tr, rgb, k, err)) < 0 || !um_face_believed(&tr->candidate[k].face) ||
        is_followed(tr, &tr->candidate[k].face) ||
        (st = um_embedding_take(&embedding, tr->finder, &tr->candidate[k].cut, &tr->candidate[k].face, err)) <
            0)
        return st;
    if (!(t = reidentify(tr, &tr->candidate[k].appearance, &embedding))) {
        bool occlusion = near_occlusion(tr, &tr->found.v[k].box);
        if (!(t = new_track(tr)))
            return UM_OK;
        memset(t, 0, sizeof *t);
        t->min_hits = occlusion ? MIN_HITS_OCCLUDED : MIN_HITS;
        t->person = -1;
        t->confirmed = !occlusion && tr->found.v[k].score >= SURE;
        t->appearance = t->now = tr->candidate[k].appearance;
        t->embedding = embedding;
        t->embedding_due = 1;
    } else {
        t->position_unknown = true;
        t->velocity = (um_point){0, 0};
    }
    t->state = t->confirmed ? TRACKED : TENTATIVE;
    t->misses = 0;
    t->seen = tr->candidate[k].face;
    t->followed = true;
    t->unreliable = t->occluded = false;
    return UM_OK;
}

static um_status detect(um_face_tracker *tr, const um_image *rgb, um_error *err)
{
    bool taken[MAX_TRACKS] = {false}, matched[MAX_TRACKS] = {false};
    int n_pairs = 0;
    um_status st = um_finder_detect(tr->finder, rgb, true, &tr->found, err);
    if (st < 0)
        return st;
    if (tr->found.n > MAX_TRACKS) /* best scores first */
        tr->found.n = MAX_TRACKS;
    for (int k = 0; k < tr->found.n; k++)
        tr->candidate[k].complete = false;
    struct pair *pairs = um_calloc(MAX_TRACKS * MAX_TRACKS, sizeof *pairs);
    if (!pairs)
        return um_fail_oom(err);
    st = associate(tr, rgb, pairs, &n_pairs, err);
    for (int j = 0; j < n_pairs && st == UM_OK; j++) {
        int i = pairs[j].track, k = pairs[j].found;
        if (taken[i] || matched[k] || pairs[j].affinity <= 0)
            continue;
        taken[i] = matched[k] = true;
        st = update_from_detection(tr, &tr->track[i], k, rgb, err);
    }
    free(pairs);
    for (int i = 0; i < tr->n && st == UM_OK; i++) {
        struct track *t = &tr->track[i];
        if (taken[i] || t->state == LOST)
            continue;
        if (t->unreliable || t->occluded || ++t->misses >= MAX_MISSES) {
            t->followed = false;
            tr->search = SEARCH;
        }
    }
    for (int k = 0; k < tr->found.n && st == UM_OK; k++)
        if (!matched[k])
            st = initiate_track(tr, k, rgb, err);
    return st;
}

/* ---- one frame ---- */

static void mark_occluded(um_face_tracker *tr)
{
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < i; k++) {
            struct track *a = &tr->track[i], *b = &tr->track[k];
            if (a->state == LOST || b->state == LOST)
                continue;
            if (um_rect_iou(a->predicted, b->predicted) > OVERLAP ||
                (a->followed && b->followed && um_rect_iou(a->seen.box, b->seen.box) > OVERLAP))
                a->occluded = b->occluded = true;
        }
}

static bool detection_due(const um_face_tracker *tr, bool cut)
{
    float fastest = 0;
    bool wanted = cut || tr->search > 0, anyone = false;
    for (int i = 0; i < tr->n; i++) {
        const struct track *t = &tr->track[i];
        if (t->state == LOST)
            continue;
        anyone = true;
        wanted |= t->state == TENTATIVE || t->unreliable || t->occluded || t->misses > 0 || !t->followed;
        fastest = fmaxf(fastest, hypotf(t->velocity.x, t->velocity.y) / size(t->face.box));
    }
    int interval = !anyone ? MIN_INTERVAL : fastest > 0.05f ? 2 * MIN_INTERVAL : MAX_INTERVAL;
    return wanted || tr->since_detection >= interval;
}

static um_status output_faces(um_face_tracker *tr, um_faces *out, um_error *err)
{
    um_faces_clear(out);
    if (!tr->n)
        return UM_OK;
    if (!(out->face = um_calloc((size_t)tr->n, sizeof *out->face)))
        return um_fail_oom(err);
    for (int i = 0; i < tr->n; i++) {
        struct track *t = &tr->track[i];
        if (t->state != TRACKED || !t->followed)
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
        struct track *t = &tr->track[i];
        if (!t->followed) {
            if (t->state == TENTATIVE)
                continue;
            t->state = LOST;
            t->time_since_update++;
        }
        if (n != i)
            tr->track[n] = *t;
        n++;
    }
    tr->n = n;
}

/* Which of two tracks that lie on one face stays: who is somebody, who looks as before, who is older. */
static bool is_stronger(const struct track *a, const struct track *b)
{
    if ((a->person >= 0) != (b->person >= 0))
        return a->person >= 0;
    if (a->confirmed != b->confirmed)
        return a->confirmed;
    if (a->person >= 0 && b->person >= 0)
        return um_appearance_similarity(&a->now, &a->appearance) >=
               um_appearance_similarity(&b->now, &b->appearance);
    return a->hits >= b->hits;
}

/* One face, one person: of tracks that came to lie on one face the strongest stays. Whoever was given out
 * before is lost, and nobody ever hears of the others. */
static void separate(um_face_tracker *tr)
{
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < i && tr->track[i].followed; k++) {
            struct track *a = &tr->track[i], *b = &tr->track[k];
            if (!b->followed || !um_same_face(&a->seen, &b->seen))
                continue;
            struct track *weaker = is_stronger(b, a) ? a : b;
            weaker->followed = false;
            if (weaker->person >= 0)
                tr->search = SEARCH;
            else
                weaker->state = TENTATIVE;
        }
}

static um_status track_frame(um_face_tracker *tr, const um_image *rgb, um_error *err)
{
    um_status st;
    bool cut = um_scene_cut(&tr->scene, rgb), can_follow = tr->finder->net[UM_ROLE_LANDMARKS] != NULL;
    for (int i = 0; i < tr->n; i++) {
        struct track *t = &tr->track[i];
        predict(t);
        if (cut) {
            t->position_unknown = true;
            t->velocity = (um_point){0, 0};
        }
        if (t->state == LOST || cut || !can_follow)
            continue;
        t->followed = true;
        t->cut.frame = rgb;
        if ((st = follow(tr, t, err)) < 0)
            return st;
    }
    mark_occluded(tr);
    tr->since_detection++;
    if (detection_due(tr, cut) || !can_follow) {
        tr->since_detection = 0;
        if (tr->search > 0)
            tr->search--;
        if ((st = detect(tr, rgb, err)) < 0)
            return st;
    }
    separate(tr);
    for (int i = 0; i < tr->n; i++) {
        struct track *t = &tr->track[i];
        if (t->followed) /* a follow stands by itself unless a detection spoke against it */
            update(t);
        if (t->followed && !t->occluded && !t->unreliable && (!can_follow || t->face.quality.visible > 0.3f))
            um_vector_average(t->appearance.v, t->now.v, UM_APPEARANCE_N, 0.1f);
    }
    return UM_OK;
}

um_status um_face_tracker_push(um_face_tracker *tr, const um_frame *frame, um_faces *out, um_error *err)
{
    if (!frame->rgb || frame->rgb->pixel != UM_RGB24)
        return um_fail(err, UM_EINVAL, "following faces needs RGB frames");
    um_status st = track_frame(tr, frame->rgb, err);
    for (int i = 0; i < MAX_TRACKS; i++) {
        um_face_cut_end(&tr->track[i].cut);
        um_face_cut_end(&tr->candidate[i].cut);
    }
    if (st < 0)
        return st;
    prune(tr);
    return output_faces(tr, out, err);
}
