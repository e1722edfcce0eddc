/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identity_drift.c: does a face stay the same person?
 *
 * A network that recognises persons turns every look at a face into a direction. Agarwal et al., "Detecting
 * deep-fake videos from appearance and behavior", WIFS 2020, arXiv:2004.14491, and Cozzolino et al.,
 * ID-Reveal, ICCV 2021, compare such directions with recordings of the person that is claimed. Here there is
 * none: a face is compared with itself. A face that is made anew for each picture leans now to the one and
 * now to the other identity, and a portrait that is moved keeps its first picture's. The measure is the mean
 * over all pairs of looks of one minus the cosine, which the sum of the directions alone gives. */
#include "base/base.h"
#include "faces/embedding.h"
#include "signals/face/each_face.h"
#include "signals/face/person_looks.h"
#include "signals/resources.h"
#include <math.h>
#include <stdlib.h>

enum { MIN_LOOKS = 5, PICTURE = 200 };
static const float SHOWN = 1.3f; /* of the box of the face */
static const um_person_looks_kind KIND = {"distance from its looks so far", "1 - cosine", 2, 0, 2, 8, .001};

typedef struct identity {
    int id;
    int n;
    double sum[UM_EMBEDDING_MAX]; /* of directions */
} identity;

typedef struct identity_drift {
    um_person_looks looks; /* first, so that `conclude` finds the rest */
    um_net *net;           /* the analyzer's */
    um_person_table identities;
} identity_drift;

static um_status open(void *shared, const um_resources *resources, um_error *err)
{
    return um_resources_net(shared, resources, "face_embedding", err);
}

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    identity_drift *d = state;
    d->net = *(um_net *const *)shared;
    um_person_looks_begin(&d->looks, &KIND);
    return UM_OK;
}

static void end(void *state)
{
    identity_drift *d = state;
    um_person_looks_end(&d->looks);
    free(d->identities.entry);
}

/* One minus the cosine between a direction and a sum of others. */
static double distance(const um_embedding *a, const identity *from)
{
    double dot = 0, length = 0;
    for (int k = 0; k < a->n; k++) {
        dot += (double)a->v[k] * from->sum[k];
        length += from->sum[k] * from->sum[k];
    }
    return length > 0 ? um_clampd(1 - dot / sqrt(length), 0, 2) : 0;
}

/* Of n directions with this sum, the mean over all pairs of one minus their cosine. */
static double spread(const identity *all)
{
    double length = 0;
    const double n = all->n;
    for (int k = 0; k < UM_EMBEDDING_MAX; k++)
        length += all->sum[k] * all->sum[k];
    return um_clampd(1 - (length - n) / (n * (n - 1)), 0, 2);
}

static um_status look(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    identity_drift *d = state;
    um_looked_at *p;
    um_image **place;
    bool is_new, known = true;
    for (int i = 0; i < 5; i++)
        known = known && isfinite(face->five[i].x) && isfinite(face->five[i].y);
    if (!known || !um_person_looks_usable(&d->looks, face))
        return UM_OK;
    um_status st = um_person_looks_due(&p, &d->looks, face->person, in->frame->t_s, out, err);
    if (st < 0 || !p)
        return st;
    identity *all = um_person_table_find(&d->identities, sizeof *all, face->person, &is_new, &st, err);
    if (!all)
        return st;
    um_embedding now;
    um_face_cut cut = {.frame = in->frame->rgb};
    st = um_embedding_of(&now, d->net, &cut, face, err);
    um_face_cut_end(&cut);
    if (st < 0)
        return st;
    const double away = distance(&now, all);
    for (int k = 0; k < now.n; k++)
        all->sum[k] += (double)now.v[k];
    if (all->n++ == 0) { /* none before */
        p->next_s = in->frame->t_s + 1 / KIND.per_s;
        return UM_OK;
    }
    st = um_person_looks_add(&place, &d->looks, p, in->frame->t_s, away, out, err);
    return st < 0 || !place ? st : um_face_crop(place, in->frame->rgb, face, PICTURE, SHOWN, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, look, out, err);
}

static um_status conclude(const um_person_looks *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const identity_drift *d = (const identity_drift *)l;
    const um_subject who = um_person_subject(p->id);
    const identity *all = NULL;
    for (int i = 0; i < d->identities.n; i++) {
        const identity *one = um_person_table_at(&d->identities, sizeof *one, i);
        all = one->id == p->id ? one : all;
    }
    if (!all || all->n < MIN_LOOKS)
        return um_findings_skip(out, who, err, "the face was looked at %d times, %d needed", all ? all->n : 0,
                                MIN_LOOKS);
    const double away = spread(all);
    um_status st =
        um_findings_evidence(out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
                             "the look least like those before: %.2f", um_round(p->highest, .01));
    return st < 0 ? st
                  : um_findings_score(out, who, away, err,
                                      "Two looks at this face differ by %.2f on average (0: one and the same "
                                      "picture, about 1: two persons), in %d looks",
                                      um_round(away, .01), all->n);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return um_person_looks_finish(&((identity_drift *)state)->looks, conclude, out, err);
}

const um_signal um_signal_identity_drift = {
    .name = "identity_drift",
    .family = "face",
    .question = "Does the face stay the same person?",
    .meaning =
        "High: a network that recognises persons sees this face change more than faces do. Turning the "
        "head, expressions, light and blur do that, too. Low: it hardly changes, as a photograph that "
        "is moved, or somebody who sits still.",
    .score_unit = "1 - cosine, mean over pairs of looks",
    .paper = "Agarwal et al., WIFS 2020, arXiv:2004.14491",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION,
    .networks = (const um_network_need[]){{"face_embedding"}, {NULL}},
    .shared_size = sizeof(um_net *),
    .state_size = sizeof(identity_drift),
    .open = open,
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
