/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_network.c: see face_network.h. */
#include "signals/face/face_network.h"
#include "base/numbers.h"
#include "base/pool.h"
#include "dsp/stats.h"
#include "faces/face_input.h"
#include "signals/resources.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKS = 32, MAX_PICTURES = 16 };
static const double FIRST_STEP_S = .2; /* between two pictures of a person */
static const double ROUNDING_S = 1e-6; /* of times that are sums */
static const float MIN_SIDE_PX = 64;   /* smaller ones were not trained on */
static const float TINT = .6f;         /* of the colour of the border on the picture */
static const float LEAST_SHOWN = .1f;  /* chance of a border that is shown in full if none is higher */

typedef struct person { /* of a person */
    int id, series;
    double step_s, next_s;
    float largest_px;
    int taken; /* as n, looks that wait included */
    int n;
    int64_t judged;
    double t_s[LOOKS], logit[LOOKS], quality[LOOKS];
    double highest, highest_s;
} person;

um_status um_face_network_open(um_face_network *out, const um_face_question *question,
                               const um_resources *resources, um_error *err)
{
    out->question = question;
    out->pool = um_resources_pool(resources);
    return um_resources_net(&out->net, resources, question->role, err);
}

um_status um_face_network_begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_face_looks *f = state;
    f->by = shared;
    f->pictures.most = MAX_PICTURES;
    return UM_OK;
}

static person *at(const um_face_looks *f, int i)
{
    return um_person_table_at(&f->persons, sizeof(person), i);
}

static void forget(um_face_looks *f)
{
    for (int i = 0; i < UM_FACE_NETWORK_BATCH; i++) {
        um_image_free(&f->waiting[i].face);
        um_image_free(&f->waiting[i].shown);
    }
    f->n_waiting = 0;
}

void um_face_network_end(void *state)
{
    um_face_looks *f = state;
    forget(f);
    um_gallery_clear(&f->pictures);
    free(f->persons.entry);
}

/* ---- what the network says ---- */

/* Cell value between cell centres, edges repeated; of [h][w] logits, as a probability. */
static float border_at(const float *map, int w, int h, float x, float y)
{
    const float cx = fminf(fmaxf(x, 0), (float)(w - 1)), cy = fminf(fmaxf(y, 0), (float)(h - 1));
    const int x0 = (int)cx, y0 = (int)cy, x1 = x0 + 1 < w ? x0 + 1 : x0, y1 = y0 + 1 < h ? y0 + 1 : y0;
    const float fx = cx - (float)x0, fy = cy - (float)y0;
    const float top = map[y0 * w + x0] * (1 - fx) + map[y0 * w + x1] * fx;
    const float low = map[y1 * w + x0] * (1 - fx) + map[y1 * w + x1] * fx;
    return (float)um_logistic((double)(top * (1 - fy) + low * fy));
}

/* The face, and beside it the same with the border in red; the face alone of a network that has none. */
static um_status show(um_image **out, const um_image *face, const um_tensor *map, um_error *err)
{
    const int n = face->width, h = map && map->rank >= 2 ? (int)map->dim[map->rank - 2] : 0,
              w = h ? (int)map->dim[map->rank - 1] : 0;
    const bool has_map = w > 0 && h > 0 && um_tensor_count(map) == (int64_t)w * h;
    float most = LEAST_SHOWN; /* the highest chance of a cell is shown in full: what is asked is where */
    for (int i = 0; has_map && i < w * h; i++) {
        const float v = (float)um_logistic((double)((const float *)map->data)[i]);
        most = v > most ? v : most;
    }
    um_status st = um_image_new(out, has_map ? 2 * n : n, face->height, UM_RGB24, err);
    for (int y = 0; st == UM_OK && y < face->height; y++) {
        uint8_t *to = (*out)->data + y * (*out)->stride;
        memcpy(to, face->data + y * face->stride, (size_t)n * 3);
        for (int x = 0; has_map && x < n; x++) {
            const float at = border_at(map->data, w, h, ((float)x + .5f) * (float)w / (float)n - .5f,
                                       ((float)y + .5f) * (float)h / (float)face->height - .5f);
            const float red[3] = {255, 0, 0}, a = isfinite(at) ? TINT * fminf(1, at / most) : 0;
            for (int c = 0; c < 3; c++)
                to[3 * (n + x) + c] = (uint8_t)lrintf((1 - a) * (float)to[3 * x + c] + a * red[c]);
        }
    }
    return st;
}

static void ask(void *context, int i)
{
    um_face_looks *f = context;
    struct um_face_look *l = &f->waiting[i];
    const person *p = at(f, l->person);
    um_lease *lease = NULL;
    l->st = um_net_lease(&lease, f->by->net, &l->err);
    if (l->st == UM_OK)
        l->st = um_net_run(lease, l->face, &l->err);
    if (l->st == UM_OK)
        l->st = um_net_answer(&l->logit, lease, &l->err);
    if (l->st == UM_OK && l->logit > p->highest)
        l->st = show(&l->shown, l->face, um_net_output(lease, &f->by->net->man.answer.map), &l->err);
    um_net_return(&lease);
}

static void halve(person *p)
{
    for (int i = 0; i < p->n / 2; i++) {
        p->t_s[i] = p->t_s[2 * i];
        p->logit[i] = p->logit[2 * i];
        p->quality[i] = p->quality[2 * i];
    }
    p->n /= 2;
}

static um_status note(um_face_looks *f, struct um_face_look *l, um_findings *out, um_error *err)
{
    person *p = at(f, l->person);
    if (l->st < 0)
        return um_fail(err, l->st, "%s", l->err.text);
    p->t_s[p->n] = l->t_s;
    p->logit[p->n] = l->logit;
    p->quality[p->n++] = (double)l->quality;
    if (p->n == LOOKS)
        halve(p);
    um_status st = um_findings_point(out, p->series, l->t_s, l->logit, err);
    um_image **place = um_gallery_place(&f->pictures, p->id, ++p->judged);
    if (l->logit > p->highest) {
        p->highest = l->logit;
        p->highest_s = l->t_s;
        if (place) {
            um_image_free(place);
            *place = l->shown;
            l->shown = NULL;
        }
    }
    return st;
}

/* Beside each other; noted in their order, so that threads do not matter. */
static um_status judge_all(um_face_looks *f, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    um_pool_run(f->by->pool, ask, f, f->n_waiting);
    for (int i = 0; i < f->n_waiting && st == UM_OK; i++)
        st = note(f, &f->waiting[i], out, err);
    forget(f);
    return st;
}

/* ---- from faces to looks ---- */

/* NULL with UM_OK in *st: more than are followed. */
static person *find(um_face_looks *f, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&f->persons, sizeof *p, id, &is_new, st, err);
    if (!p || !is_new)
        return p;
    *p = (person){.id = id, .step_s = FIRST_STEP_S, .next_s = -INFINITY, .highest = -INFINITY};
    *st =
        um_findings_series(out, &p->series, um_person_subject(id), f->by->question->series, "log odds", err);
    return *st < 0 ? NULL : p;
}

static um_status take(um_face_looks *f, const um_frame *frame, const um_face *face, um_findings *out,
                      um_error *err)
{
    um_status st;
    person *p = find(f, face->person, out, &st, err);
    if (!p)
        return st;
    if (isfinite(face->box.w) && isfinite(face->box.h))
        p->largest_px = fmaxf(p->largest_px, fmaxf(face->box.w, face->box.h));
    if (frame->t_s < p->next_s - ROUNDING_S || !um_face_is_clear(face, MIN_SIDE_PX))
        return UM_OK;
    p->next_s = frame->t_s + p->step_s;
    if (++p->taken == LOOKS) {
        p->taken /= 2;
        p->step_s *= 2;
    }
    struct um_face_look *l = &f->waiting[f->n_waiting];
    *l = (struct um_face_look){.person = (int)(p - at(f, 0)), .t_s = frame->t_s};
    if (face->quality.overall > 0)
        l->quality = fminf(face->quality.overall, 1);
    if ((st = um_face_input_cut(&l->face, &f->by->net->man.input, frame->rgb, face, err)) < 0)
        return st;
    return ++f->n_waiting == UM_FACE_NETWORK_BATCH ? judge_all(f, out, err) : UM_OK;
}

um_status um_face_network_push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                               um_error *err)
{
    um_face_looks *f = state;
    um_status st = UM_OK;
    if (!in->frame || !in->frame->rgb || !in->faces || in->frame->damaged || !isfinite(in->frame->t_s))
        return UM_OK;
    for (int i = 0; i < in->faces->n && st == UM_OK; i++)
        if (in->faces->face[i].person >= 0)
            st = take(f, in->frame, &in->faces->face[i], out, err);
    return st;
}

/* ---- the end ---- */

static um_status conclude(const um_face_looks *f, const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (!p->n && p->largest_px < MIN_SIDE_PX)
        return um_findings_skip(out, who, err, "too small: the largest face is %.0f pixels wide, %.0f needed",
                                (double)p->largest_px, (double)MIN_SIDE_PX);
    if (!p->n)
        return um_findings_skip(out, who, err, "the face is never large and clear enough");
    const um_face_question *q = f->by->question;
    const bool has_map = *f->by->net->man.answer.map.text && q->map;
    double lowest = INFINITY;
    int n_fake = 0;
    for (int i = 0; i < p->n; i++) {
        lowest = fmin(lowest, p->logit[i]);
        n_fake += p->logit[i] > 0;
    }
    const double mean = um_mean(p->logit, (size_t)p->n);
    um_status st =
        um_findings_evidence(out, who, p->highest_s, p->highest_s, um_gallery_of(&f->pictures, p->id), err,
                             "the most suspicious picture of this face: log odds %+.1f%s%s",
                             um_round(p->highest, .1), has_map ? "; red: " : "", has_map ? q->map : "");
    char spread[80] = "";
    if (p->n > 1)
        snprintf(spread, sizeof spread, " on average, from %+.1f to %+.1f", um_round(lowest, .1),
                 um_round(p->highest, .1));
    if (st == UM_OK)
        st = um_findings_score(out, who, mean, err,
                               "The network '%s' takes the face for %s rather than %s in %d of %d picture%s: "
                               "log odds (0: undecided) "
                               "%+.1f%s",
                               f->by->net->man.name, q->fake, q->real, n_fake, p->n, p->n == 1 ? "" : "s",
                               um_round(mean, .1), spread);
    if (st == UM_OK)
        st = um_findings_quality(out, who, um_mean(p->quality, (size_t)p->n), err);
    return st;
}

um_status um_face_network_finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    um_face_looks *f = state;
    um_status st = judge_all(f, out, err);
    for (int i = 0; i < f->persons.n && st == UM_OK; i++)
        st = conclude(f, at(f, i), out, err);
    if (st == UM_OK && !f->persons.n)
        st = um_findings_skip(out, um_file_subject(), err, "no face was found");
    return st;
}
