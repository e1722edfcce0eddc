/* track.c: persons through a video.
 *
 * Every frame, each person's landmarks are looked for around the place where constant motion expects them.
 * The detector runs every few frames, and at once when a follow looks wrong, when two persons overlap, after
 * a cut, or while someone is missing. Detections are given to persons by overlap with the expected place and
 * by look; a person without one is missing, keeps moving for a while, and comes back when a face of the same
 * look (or identity, when an embedding network is there) appears. Points are raw answers of the network:
 * nothing is smoothed over time, because tremor is evidence. */
#include "faces/look.h"
#include <stdlib.h>
#include <string.h>

enum {
    MAX_TRACKS = 64,    /* persons known at once; the one missing longest is forgotten */
    MIN_INTERVAL = 3,   /* frames between detections while things move */
    MAX_INTERVAL = 12,  /* while all is calm */
    COAST = 50,         /* frames that motion is trusted for a missing person */
    SEARCH = 8,         /* frames of detection in each frame after someone went missing */
    MISSES = 2,         /* detections in a row without a person: missing */
    IDENTITY_EVERY = 4, /* detections between looks at the identity */
    PROOF = 2,          /* looks that make a person of a detection that is not sure */
    PROOF_IN_CROWD =
        8, /* where two persons overlap or one just vanished: a half-hidden face looks like nobody */
};
static const float SURE = 0.8f;            /* detector score that needs no second look */
static const float OVERLAP = 0.15f;        /* IoU of persons from which follows are not trusted */
static const float SAME_LOOK = 0.55f;      /* likeness from one frame to the next */
static const float AGAIN_LOOK = 0.80f;     /* to take up a missing person somewhere else by look alone */
static const float AGAIN_IDENTITY = 0.45f; /* by identity */

enum state { TENTATIVE, PRESENT, MISSING };

struct track {
    enum state state;
    int person; /* -1 while tentative */
    um_face face;
    um_rect expected;  /* box in this frame if motion goes on */
    um_point velocity; /* pixels per frame */
    int age, away, misses, identity_due, proof;
    bool followed, settled, doubtful, contested; /* in this frame */
    bool anywhere;                               /* a cut lies between: the place says nothing */
    um_look look, now;                           /* mean over time, and in this frame */
    um_identity identity;
};

struct um_face_tracker {
    um_face_finder *finder;
    struct track *track; /* [MAX_TRACKS] */
    int n, n_persons;
    int since_detection, search;
    um_scene scene;
    um_found_list found;
    /* of this frame's detections */
    um_face *face; /* [UM_MAX_FOUND is far more than is kept: MAX_TRACKS] */
    um_look *look;
    bool *complete;
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
    t->face = um_calloc(MAX_TRACKS, sizeof *t->face);
    t->look = um_calloc(MAX_TRACKS, sizeof *t->look);
    t->complete = um_calloc(MAX_TRACKS, sizeof *t->complete);
    if (!t->track || !t->face || !t->look || !t->complete) {
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
    free((*tracker)->face);
    free((*tracker)->look);
    free((*tracker)->complete);
    free((*tracker)->found.v);
    free(*tracker);
    *tracker = NULL;
}

int um_face_tracker_n_persons(const um_face_tracker *tracker)
{
    return tracker->n_persons;
}

static um_point centre(um_rect r)
{
    return (um_point){r.x + r.w / 2, r.y + r.h / 2};
}

static float size(um_rect r)
{
    return fmaxf(1, sqrtf(fmaxf(0, r.w * r.h)));
}

/* ---- following ---- */

static void expect(struct track *t)
{
    um_point v = t->away > COAST ? (um_point){0, 0} : t->velocity;
    t->expected.x += v.x;
    t->expected.y += v.y;
    t->followed = t->settled = t->doubtful = t->contested = false;
}

static void settle(struct track *t, const um_face *face)
{
    um_point a = centre(t->face.box), b = centre(face->box);
    if (t->age > 0 && !t->anywhere) {
        float steps = (float)(t->away + 1), keep = t->age > 1 && !t->away ? 0.6f : 0;
        t->velocity.x = keep * t->velocity.x + (1 - keep) * (b.x - a.x) / steps;
        t->velocity.y = keep * t->velocity.y + (1 - keep) * (b.y - a.y) / steps;
    }
    float score = t->face.score;
    t->face = *face;
    t->face.score = face->score > 0 ? face->score : score;
    t->expected = face->box;
    t->away = 0;
    t->anywhere = false;
    t->followed = t->settled = true;
    t->age++;
}

/* Points around the expected place. A follow that does not look like this person a moment ago is doubtful. */
static um_status follow(um_face_tracker *tr, struct track *t, const um_image *rgb, um_face *out,
                        um_error *err)
{
    um_point before[68];
    um_landmarks seen;
    um_status st;
    float dx = t->expected.x - t->face.box.x, dy = t->expected.y - t->face.box.y;
    for (int i = 0; i < 68; i++)
        before[i] = (um_point){t->face.points[i].x + dx, t->face.points[i].y + dy};
    memset(out, 0, sizeof *out);
    out->score = t->face.score;
    if ((st = um_landmarks_follow(&tr->finder->net[UM_ROLE_LANDMARKS], rgb, before, &seen, err)) < 0 ||
        (st = um_face_complete(out, &seen, rgb, err)) < 0 || (st = um_look_take(&t->now, rgb, out, err)) < 0)
        return st;
    float eyes = fmaxf(1, out->quality.eye_distance_px), grown = size(out->box) / size(t->face.box);
    float moved =
        hypotf(centre(out->box).x - centre(t->expected).x, centre(out->box).y - centre(t->expected).y);
    t->doubtful = out->pose.error_px > 0.3f * eyes || grown < 0.75f || grown > 1.33f ||
                  moved > 0.5f * size(t->face.box) || um_look_likeness(&t->now, &t->look) < SAME_LOOK ||
                  !um_face_believed(out);
    return UM_OK;
}

/* ---- giving detections to persons ---- */

static um_status complete(um_face_tracker *tr, const um_image *rgb, int i, um_error *err)
{
    um_status st;
    if (tr->complete[i])
        return UM_OK;
    if ((st = um_finder_complete(tr->finder, rgb, &tr->found.v[i], &tr->face[i], err)) < 0 ||
        (st = um_look_take(&tr->look[i], rgb, &tr->face[i], err)) < 0)
        return st;
    tr->complete[i] = true;
    return UM_OK;
}

/* How well detection d fits track t by place, 0 = impossible .. 1. */
static float place_fit(const struct track *t, const um_rect *box)
{
    if (t->anywhere || t->away > COAST)
        return 0;
    um_point a = centre(t->expected), b = centre(*box);
    float unit = size(t->expected), reach = (0.7f + 0.05f * (float)t->away) * unit;
    float far = hypotf(a.x - b.x, a.y - b.y), ratio = size(*box) / unit;
    if (far > fminf(reach, 2 * unit) || ratio < 0.55f || ratio > 1.8f)
        return 0;
    return 0.5f * um_rect_iou(t->expected, *box) + 0.5f * (1 - far / reach);
}

struct pair {
    float fit;
    int track, found;
};

static int by_fit(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    if (p->fit != q->fit)
        return p->fit < q->fit ? 1 : -1;
    return p->track != q->track ? p->track - q->track : p->found - q->found;
}

/* Fits of all pairs that are possible at all. Look decides where place leaves a choice; it is taken only
 * then. */
static um_status pair_up(um_face_tracker *tr, const um_image *rgb, struct pair *pairs, int *n_pairs,
                         um_error *err)
{
    int per_track[MAX_TRACKS] = {0}, per_found[MAX_TRACKS] = {0}, n = 0;
    um_status st;
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < tr->found.n; k++) {
            float fit = place_fit(&tr->track[i], &tr->found.v[k].box);
            if (fit > 0) {
                pairs[n++] = (struct pair){fit, i, k};
                per_track[i]++;
                per_found[k]++;
            }
        }
    for (int j = 0; j < n; j++) {
        struct pair *p = &pairs[j];
        struct track *t = &tr->track[p->track];
        bool choice = per_track[p->track] > 1 || per_found[p->found] > 1;
        if (t->state == MISSING || t->doubtful || choice) {
            if ((st = complete(tr, rgb, p->found, err)) < 0)
                return st;
            float like = um_look_likeness(&tr->look[p->found], &t->look);
            bool odd = t->state == MISSING && like < 0.35f; /* somebody else stands where they went missing */
            p->fit = odd ? -1 : 0.5f * p->fit + 0.5f * like;
        } else {
            p->fit += 1; /* nothing to decide */
        }
    }
    if (n)
        qsort(pairs, (size_t)n, sizeof *pairs, by_fit);
    *n_pairs = n;
    return UM_OK;
}

static um_status remember_identity(um_face_tracker *tr, struct track *t, const um_image *rgb, um_error *err)
{
    um_identity now;
    um_status st;
    if (t->contested || t->identity_due-- > 0)
        return UM_OK;
    t->identity_due = IDENTITY_EVERY;
    if ((st = um_identity_take(&now, tr->finder, rgb, &t->face, err)) < 0)
        return st;
    if (now.n && t->identity.n == now.n)
        um_unit_mix(t->identity.v, now.v, now.n, 0.25f);
    else
        t->identity = now;
    return UM_OK;
}

/* A detection belongs to this track: keep the follow when it lies on it, else start over from the detection.
 */
static um_status confirm(um_face_tracker *tr, struct track *t, int k, const um_image *rgb, um_face *followed,
                         um_error *err)
{
    um_status st;
    const um_found *d = &tr->found.v[k];
    um_face *face = followed;
    if (!t->followed || t->doubtful || t->contested || um_rect_iou(followed->box, d->box) < 0.35f) {
        if ((st = complete(tr, rgb, k, err)) < 0)
            return st;
        face = &tr->face[k];
        t->now = tr->look[k];
    }
    face->score = d->score;
    settle(t, face);
    t->misses = 0;
    t->doubtful = false;
    if (t->state == TENTATIVE && t->age >= t->proof)
        t->person = tr->n_persons++;
    t->state = t->person >= 0 ? PRESENT : TENTATIVE;
    return remember_identity(tr, t, rgb, err);
}

/* A missing person whom this detection shows again at another place, or NULL. */
static um_status seen_before(struct track **out, um_face_tracker *tr, int k, const um_image *rgb,
                             um_identity *identity, um_error *err)
{
    float best = 0;
    um_status st = um_identity_take(identity, tr->finder, rgb, &tr->face[k], err);
    *out = NULL;
    for (int i = 0; i < tr->n && st == UM_OK; i++) {
        struct track *t = &tr->track[i];
        bool by_identity = identity->n && t->identity.n;
        float like = by_identity ? um_identity_likeness(identity, &t->identity)
                                 : um_look_likeness(&tr->look[k], &t->look);
        if (t->state == MISSING && like > (by_identity ? AGAIN_IDENTITY : AGAIN_LOOK) && like > best) {
            best = like;
            *out = t;
        }
    }
    return st;
}

/* A free place, or that of the person missing longest; NULL when all are present. */
static struct track *new_track(um_face_tracker *tr)
{
    if (tr->n < MAX_TRACKS)
        return &tr->track[tr->n++];
    struct track *oldest = NULL;
    for (int i = 0; i < tr->n; i++)
        if (tr->track[i].state == MISSING && (!oldest || tr->track[i].away > oldest->away))
            oldest = &tr->track[i];
    return oldest;
}

/* Does this box lie where persons overlap, or where one vanished a moment ago? */
static bool in_crowd(const um_face_tracker *tr, const um_rect *box)
{
    um_point b = centre(*box);
    for (int i = 0; i < tr->n; i++) {
        const struct track *t = &tr->track[i];
        um_point a = centre(t->expected);
        bool near = hypotf(a.x - b.x, a.y - b.y) < 1.5f * size(t->expected);
        if (near && !t->anywhere && (t->contested || (t->state == MISSING && t->away <= COAST)))
            return true;
    }
    return false;
}

static um_status meet(um_face_tracker *tr, int k, const um_image *rgb, um_error *err)
{
    um_status st;
    struct track *t = NULL;
    um_identity identity = {0};
    if ((st = complete(tr, rgb, k, err)) < 0 || !um_face_believed(&tr->face[k]) ||
        (st = seen_before(&t, tr, k, rgb, &identity, err)) < 0)
        return st;
    if (!t) {
        bool crowd = in_crowd(tr, &tr->found.v[k].box);
        if (!(t = new_track(tr)))
            return UM_OK;
        memset(t, 0, sizeof *t);
        t->proof = crowd ? PROOF_IN_CROWD : PROOF;
        t->person = !crowd && tr->found.v[k].score >= SURE ? tr->n_persons++ : -1;
        t->look = t->now = tr->look[k];
        t->identity = identity;
        t->identity_due = 1;
    } else {
        t->anywhere = true;
        t->velocity = (um_point){0, 0};
    }
    t->state = t->person >= 0 ? PRESENT : TENTATIVE;
    t->misses = 0;
    settle(t, &tr->face[k]);
    t->doubtful = t->contested = false;
    return UM_OK;
}

static um_status detect(um_face_tracker *tr, const um_image *rgb, um_face *followed, um_error *err)
{
    bool taken[MAX_TRACKS] = {false}, given[MAX_TRACKS] = {false};
    int n_pairs = 0;
    um_status st = um_finder_detect(tr->finder, rgb, true, &tr->found, err);
    if (st < 0)
        return st;
    if (tr->found.n > MAX_TRACKS) /* best scores first */
        tr->found.n = MAX_TRACKS;
    memset(tr->complete, 0, MAX_TRACKS * sizeof *tr->complete);
    struct pair *pairs = um_calloc(MAX_TRACKS * MAX_TRACKS, sizeof *pairs);
    if (!pairs)
        return um_fail_oom(err);
    st = pair_up(tr, rgb, pairs, &n_pairs, err);
    for (int j = 0; j < n_pairs && st == UM_OK; j++) {
        int i = pairs[j].track, k = pairs[j].found;
        if (taken[i] || given[k] || pairs[j].fit <= 0)
            continue;
        taken[i] = given[k] = true;
        st = confirm(tr, &tr->track[i], k, rgb, &followed[i], err);
    }
    free(pairs);
    for (int i = 0; i < tr->n && st == UM_OK; i++) {
        struct track *t = &tr->track[i];
        if (taken[i] || t->state == MISSING)
            continue;
        if (t->doubtful || t->contested || ++t->misses >= MISSES) {
            t->followed = false;
            tr->search = SEARCH;
        }
    }
    for (int k = 0; k < tr->found.n && st == UM_OK; k++)
        if (!given[k])
            st = meet(tr, k, rgb, err);
    return st;
}

/* ---- one frame ---- */

static void mark_contested(um_face_tracker *tr, const um_face *followed)
{
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < i; k++) {
            struct track *a = &tr->track[i], *b = &tr->track[k];
            if (a->state == MISSING || b->state == MISSING)
                continue;
            if (um_rect_iou(a->expected, b->expected) > OVERLAP ||
                (a->followed && b->followed && um_rect_iou(followed[i].box, followed[k].box) > OVERLAP))
                a->contested = b->contested = true;
        }
}

static bool detection_due(const um_face_tracker *tr, bool cut)
{
    float fastest = 0;
    bool wanted = cut || tr->search > 0, anyone = false;
    for (int i = 0; i < tr->n; i++) {
        const struct track *t = &tr->track[i];
        if (t->state == MISSING)
            continue;
        anyone = true;
        wanted |= t->state == TENTATIVE || t->doubtful || t->contested || t->misses > 0 || !t->followed;
        fastest = fmaxf(fastest, hypotf(t->velocity.x, t->velocity.y) / size(t->face.box));
    }
    int interval = !anyone ? MIN_INTERVAL : fastest > 0.05f ? 2 * MIN_INTERVAL : MAX_INTERVAL;
    return wanted || tr->since_detection >= interval;
}

static int by_size(const void *a, const void *b)
{
    const um_face *p = a, *q = b;
    float x = p->box.w * p->box.h, y = q->box.w * q->box.h;
    return x != y ? (x < y ? 1 : -1) : p->person - q->person;
}

static um_status give(const um_face_tracker *tr, um_faces *out, um_error *err)
{
    um_faces_clear(out);
    if (!tr->n)
        return UM_OK;
    if (!(out->face = um_calloc((size_t)tr->n, sizeof *out->face)))
        return um_fail_oom(err);
    for (int i = 0; i < tr->n; i++) {
        const struct track *t = &tr->track[i];
        if (t->state != PRESENT || !t->followed)
            continue;
        out->face[out->n] = t->face;
        out->face[out->n++].person = t->person;
    }
    qsort(out->face, (size_t)out->n, sizeof *out->face, by_size);
    return UM_OK;
}

/* Who was not seen in this frame goes missing; a tentative one is forgotten. */
static void tidy(um_face_tracker *tr)
{
    int n = 0;
    for (int i = 0; i < tr->n; i++) {
        struct track *t = &tr->track[i];
        if (!t->followed) {
            if (t->state == TENTATIVE)
                continue;
            t->state = MISSING;
            t->away++;
        }
        if (n != i)
            tr->track[n] = *t;
        n++;
    }
    tr->n = n;
}

um_status um_face_tracker_push(um_face_tracker *tr, const um_frame *frame, um_faces *out, um_error *err)
{
    um_face followed[MAX_TRACKS];
    const um_image *rgb = frame->rgb;
    um_status st = UM_OK;
    if (!rgb || rgb->pixel != UM_RGB24)
        return um_fail(err, UM_EINVAL, "following faces needs RGB frames");
    bool cut = um_scene_cut(&tr->scene, rgb), can_follow = tr->finder->has[UM_ROLE_LANDMARKS];
    for (int i = 0; i < tr->n && st == UM_OK; i++) {
        struct track *t = &tr->track[i];
        expect(t);
        if (cut) {
            t->anywhere = true;
            t->velocity = (um_point){0, 0};
        }
        if (t->state == MISSING || cut || !can_follow)
            continue;
        t->followed = true;
        st = follow(tr, t, rgb, &followed[i], err);
    }
    if (st < 0)
        return st;
    mark_contested(tr, followed);
    tr->since_detection++;
    bool due = detection_due(tr, cut) || !can_follow;
    if (due) {
        tr->since_detection = 0;
        if (tr->search > 0)
            tr->search--;
        if ((st = detect(tr, rgb, followed, err)) < 0)
            return st;
    }
    for (int i = 0; i < tr->n; i++) {
        struct track *t = &tr->track[i];
        if (t->followed && !t->settled) /* a follow stands by itself unless a detection spoke against it */
            settle(t, &followed[i]);
        if (t->followed && !t->contested && !t->doubtful && (!can_follow || t->face.quality.visible > 0.3f))
            um_unit_mix(t->look.v, t->now.v, UM_LOOK_N, 0.1f);
    }
    tidy(tr);
    return give(tr, out, err);
}
