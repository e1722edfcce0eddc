/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track_confirm.c: who is a person.
 *
 * Every detection of a track adds the log odds of its score and of the landmark network's word that this is a
 * face. Patterns, vases and textiles look like faces, too, frame after frame, but from one angle: before a
 * track becomes a person its crop is looked at again mirrored, turned and scaled, from either side, and the
 * points must come out where they were. */
#include "faces/confirm.h"
#include "faces/landmarks.h"
#include "faces/track.h"
#include <math.h>

/* On faces found in frames of videos/train/real and of dfl_pairs, one a second, one detection alone reaches
 * ENOUGH in 92 %; on places of the training photos without people where the landmark network believes, 2 %.
 */
static const float ENOUGH = 4;
static const float MOST_ODDS = 3; /* of one number, .05 to .95: networks exaggerate */
/* Detections of a track that began where faces overlap: half of one and half of another look like nobody, and
 * score well (tests/unit/test_track.c). */
enum { MIN_HITS_OCCLUDED = 8 };
/* Looks that did not agree must be outweighed by others, or a pattern would only have to wait: up to so many.
 */
enum { MOST_REFUSALS = 3 };
/* Cosine similarities from which a face elsewhere is a lost person, found again; by eye: */
static const float REID_SIMILARITY = 0.80f; /* of appearance */
static const float REID_EMBEDDING = 0.45f;  /* of embeddings, where a network gives them */

static float log_odds(float p)
{
    if (!isfinite(p))
        return MOST_ODDS; /* a network that does not say says nothing against it */
    p = fminf(fmaxf(p, 1e-6f), 1 - 1e-6f);
    return fminf(fmaxf(logf(p / (1 - p)), -MOST_ODDS), MOST_ODDS);
}

void um_track_weigh(um_track *t, float score, float confidence)
{
    t->detected = true;
    t->evidence += log_odds(score) + log_odds(confidence);
}

um_track *um_tracks_reidentify(um_face_tracker *tr, const um_appearance *look, const um_embedding *embedding)
{
    float best = 0;
    um_track *found = NULL;
    for (int i = 0; i < tr->n; i++) {
        um_track *t = &tr->track[i];
        bool by_embedding = embedding->n && t->embedding.n;
        float similarity = by_embedding ? um_embedding_similarity(embedding, &t->embedding)
                                        : um_appearance_similarity(look, &t->appearance);
        if (t->state == UM_LOST && !t->followed && similarity > best &&
            similarity > (by_embedding ? REID_EMBEDDING : REID_SIMILARITY)) {
            best = similarity;
            found = t;
        }
    }
    return found;
}

/* Whether what was seen stays a face from another angle, or another one is seen there. */
static um_status look_again(bool *yes, um_face_tracker *tr, um_track *t, um_error *err)
{
    um_net *net = tr->finder->net[UM_ROLE_LANDMARKS];
    um_status st;
    *yes = true;
    if (!net)
        return UM_OK;
    if ((st = um_face_confirm(yes, NULL, &t->seen, net, t->cut_of_seen, err)) < 0)
        return st;
    return um_appearance_take(&t->now, t->cut_of_seen, &t->seen, err);
}

/* A lost person who was half hidden when track `t` began, goes on in its place. */
static void take_over(um_track *old, um_track *t)
{
    old->state = UM_TRACKED;
    old->seen = t->seen;
    old->now = t->now;
    old->motion = t->motion;
    old->position_unknown = false;
    old->followed = true;
    old->misses = 0;
    t->followed = false;
}

um_status um_tracks_confirm(um_face_tracker *tr, um_error *err)
{
    for (int i = 0; i < tr->n; i++) {
        um_track *t = &tr->track[i], *old;
        bool yes;
        um_status st;
        if (t->state != UM_TENTATIVE || !t->followed || !t->detected || t->evidence < ENOUGH ||
            (t->half_hidden && t->hits + 1 < MIN_HITS_OCCLUDED))
            continue;
        if ((st = look_again(&yes, tr, t, err)) < 0)
            return st;
        t->looks = yes ? t->looks + 1 : t->looks > -MOST_REFUSALS ? t->looks - 1 : t->looks;
        if (t->looks <= 0)
            t->evidence = 0;
        else if ((old = um_tracks_reidentify(tr, &t->now, &t->embedding)))
            take_over(old, t);
        else
            t->state = UM_TRACKED;
    }
    return UM_OK;
}

/* Which of two tracks stays: who is somebody, who looks as before, who is older. */
static bool is_stronger(const um_track *a, const um_track *b)
{
    if ((a->person >= 0) != (b->person >= 0))
        return a->person >= 0;
    if (a->person >= 0)
        return um_appearance_similarity(&a->now, &a->appearance) >=
               um_appearance_similarity(&b->now, &b->appearance);
    if (a->state != b->state)
        return a->state == UM_TRACKED;
    return a->hits >= b->hits;
}

/* Whoever was given out before is lost, and nobody ever hears of the others. */
void um_tracks_separate(um_face_tracker *tr)
{
    for (int i = 0; i < tr->n; i++)
        for (int k = 0; k < i && tr->track[i].followed; k++) {
            um_track *a = &tr->track[i], *b = &tr->track[k];
            if (!b->followed || !um_same_face(&a->seen, &b->seen))
                continue;
            um_track *weaker = is_stronger(b, a) ? a : b;
            weaker->followed = false;
            if (weaker->person >= 0)
                tr->search = UM_SEARCH;
            else
                weaker->state = UM_TENTATIVE;
        }
}
