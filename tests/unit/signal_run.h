/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signal_run.h: one signal fed by hand, as the pipeline would. Included once per test program. */
#ifndef UM_SIGNAL_RUN_H
#define UM_SIGNAL_RUN_H
#include "analyze/runner.h"
#include <math.h>
#include <stdlib.h>

typedef struct runner {
    const um_signal *signal;
    void *shared, *state;
    um_product_streams *streams;
    um_findings *out;
    um_media media;
    um_signal_input in;
} runner;

static um_resources runner_lends; /* to signals */

static inline um_status runner_begin(runner *r, const um_signal *signal)
{
    *r =
        (runner){.signal = signal, .media = {.path = "test", .width = 640, .height = 480, .has_video = true}};
    r->in.media = &r->media;
    r->shared = calloc(1, signal->shared_size + 1);
    r->state = calloc(1, signal->state_size + 1);
    um_status st = um_findings_new(&r->out, signal, NULL);
    if (st == UM_OK)
        st = um_product_streams_new(&r->streams, signal->needs, NULL);
    if (st == UM_OK && signal->open)
        st = signal->open(r->shared, &runner_lends, NULL);
    return st < 0 || !signal->begin ? st : signal->begin(r->state, r->shared, &r->in, NULL);
}

/* A moment that the signal asked for: its products, its measure, its push. */
static inline um_status runner_push(runner *r, um_signal_input *in)
{
    const um_signal *s = r->signal;
    um_products *products = NULL;
    void *measure = calloc(1, s->measure_size + 1);
    um_status st = UM_OK;
    if (!um_signal_takes(s, in))
        goto done;
    in->media = &r->media;
    if ((st = um_products_new(&products, r->streams, in->frame, in->sound, in->faces, NULL)) < 0)
        goto done;
    in->products = products;
    if (s->measure)
        st = s->measure(measure, r->shared, in, NULL);
    if (st == UM_OK && s->push)
        st = s->push(r->state, in, measure, r->out, NULL);
    if (s->measure && s->release)
        s->release(measure);
done:
    um_products_free(&products);
    free(measure);
    return st;
}

static inline um_status runner_picture(runner *r, const um_frame *frame, um_face *face, int n)
{
    um_faces faces = {n, face};
    return runner_push(r, &(um_signal_input){.frame = frame, .faces = &faces});
}

static inline um_status runner_sound(runner *r, const um_sound *sound)
{
    return runner_push(r, &(um_signal_input){.sound = sound});
}

static inline um_status runner_finish(runner *r)
{
    um_products *kept_back = NULL;
    um_status st = um_products_end(&kept_back, r->streams, NULL);
    r->in.products = kept_back;
    if (st == UM_OK && r->signal->finish)
        st = r->signal->finish(r->state, &r->in, r->out, NULL);
    um_products_free(&kept_back);
    return st;
}

/* Ends the state; the closed findings, or NULL. The caller frees them. */
static inline um_findings *runner_end(runner *r)
{
    if (r->state && r->signal->end)
        r->signal->end(r->state);
    if (r->shared && r->signal->close)
        r->signal->close(r->shared);
    um_product_streams_free(&r->streams);
    free(r->state);
    free(r->shared);
    if (r->out)
        um_findings_close(r->out);
    return r->out;
}

/* A frontal face of person 0 in a square box; both eyes with the given aspect ratio, which the network states
 * too. */
static inline um_face face_at(float x, float y, float side, double ear)
{
    um_face face = {.score = 1, .box = {x, y, side, side}, .has_points = true};
    face.quality = (um_face_quality){.6f * side, 1, 1, 1, 1, 1};
    face.eye_opening[0] = face.eye_opening[1] = (float)ear;
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        face.points[i] = (um_point){x + side / 2, y + side / 2};
    for (int eye = 0; eye < 2; eye++) {
        const float width = .2f * side, left = x + side * (eye ? .6f : .2f), level = y + .4f * side;
        const float half = (float)ear * width / 2;
        um_point *p = face.points + 36 + 6 * eye;
        p[0] = (um_point){left, level};
        p[1] = (um_point){left + width / 3, level - half};
        p[2] = (um_point){left + 2 * width / 3, level - half};
        p[3] = (um_point){left + width, level};
        p[4] = (um_point){left + 2 * width / 3, level + half};
        p[5] = (um_point){left + width / 3, level + half};
    }
    return face;
}

static inline const um_result *result_of(const um_findings *f, int person)
{
    for (int i = 0; i < f->n_results; i++)
        if (um_subject_person(f->result[i].subject) == person)
            return &f->result[i];
    return NULL;
}

/* The number with which the result of person 0 begins; -1 when there is none. */
static inline int first_number(const um_findings *f)
{
    const um_result *r = result_of(f, 0);
    return r && r->outcome == UM_SCORED ? atoi(r->text) : -1;
}
#endif
