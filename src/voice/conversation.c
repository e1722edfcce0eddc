/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conversation.c: frames to points of steps. */
#include "voice/conversation.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP = UM_CONVERSATION_STEP,
    AROUND = UM_TURNS_AROUND,
    SPOKEN = 10, /* frames of voice from which somebody speaks in a step */
    ENOUGH = 50, /* frames of voice from which a point says who */
    CONTEXT = 5  /* frames from which a slope is taken */
};
static const float SPEAKS = .5f; /* probability from which a frame counts as voice */

typedef struct part { /* a step */
    int64_t at;
    um_speaker_sums sums;
} part;

struct um_conversation {
    um_speaker_model model;
    um_cepstra filter;
    um_turns *turns;
    float cepstra[CONTEXT][UM_SPEAKER_CEPSTRA]; /* the newest last */
    bool speaks[CONTEXT];
    int n_context;
    part part[AROUND]; /* the newest last */
    int n_parts;
};

um_status um_conversation_new(um_conversation **out, um_error *err)
{
    um_conversation *c = *out = um_calloc(1, sizeof *c);
    um_status st = c ? um_speaker_model_own(&c->model, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = um_turns_new(&c->turns, c->model.spread, err);
    if (st == UM_OK)
        st = um_speaker_cepstra_init(&c->filter, err);
    if (st < 0)
        um_conversation_free(out);
    return st;
}

void um_conversation_free(um_conversation **c)
{
    if (*c) {
        um_cepstra_clear(&(*c)->filter);
        um_turns_free(&(*c)->turns);
    }
    free(*c);
    *c = NULL;
}

/* The point of part i, with what is known of its neighbours. */
static um_status tell_part(um_conversation *c, int i, um_error *err)
{
    um_speaker_sums sums = {0};
    float point[UM_SPEAKER_SIZE];
    const int64_t at = c->part[i].at;
    if (c->part[i].sums.n < SPOKEN)
        return UM_OK;
    for (int k = 0; k < c->n_parts; k++)
        if (llabs(c->part[k].at - at) <= AROUND / 2)
            um_speaker_sums_add(&sums, &c->part[k].sums);
    if (sums.n < ENOUGH)
        return UM_OK;
    um_speaker_point(point, &c->model, &sums);
    return um_turns_add(c->turns, at, point, err);
}

/* The last part is complete, and so is what is around the one in the middle. */
static um_status next_part(um_conversation *c, int64_t at, um_error *err)
{
    const int known = c->n_parts - 1 - AROUND / 2;
    um_status st = known >= 0 ? tell_part(c, known, err) : UM_OK;
    if (c->n_parts == AROUND)
        memmove(c->part, c->part + 1, (size_t)--c->n_parts * sizeof *c->part);
    c->part[c->n_parts++] = (part){.at = at};
    return st;
}

um_status um_conversation_break(um_conversation *c, um_error *err)
{
    um_status st = UM_OK;
    for (int i = um_clampi(c->n_parts - 1 - AROUND / 2, 0, AROUND); i < c->n_parts && st == UM_OK; i++)
        st = tell_part(c, i, err);
    c->n_parts = c->n_context = 0;
    return st;
}

/* The frame in the middle of the context is `frame`. */
static um_status take_middle(um_conversation *c, int64_t frame, um_error *err)
{
    um_status st = UM_OK;
    const float *around[CONTEXT];
    const int64_t at = frame / STEP;
    if (!c->n_parts || c->part[c->n_parts - 1].at != at)
        st = next_part(c, at, err);
    for (int k = 0; k < CONTEXT; k++)
        around[k] = c->cepstra[k];
    if (st == UM_OK && c->speaks[CONTEXT / 2])
        um_speaker_sums_frame(&c->part[c->n_parts - 1].sums, around);
    return st;
}

um_status um_conversation_frame(um_conversation *c, int64_t frame, const float bands[UM_SPEAKER_BANDS],
                                float voice, um_error *err)
{
    bool speaks = voice > SPEAKS;
    if (c->n_context == CONTEXT) {
        memmove(c->cepstra, c->cepstra + 1, sizeof c->cepstra - sizeof *c->cepstra);
        memmove(c->speaks, c->speaks + 1, sizeof c->speaks - sizeof *c->speaks);
        c->n_context--;
    }
    um_speaker_cepstra(c->cepstra[c->n_context], &c->filter, bands);
    for (int k = 0; k < UM_SPEAKER_CEPSTRA; k++)
        speaks = speaks && isfinite(c->cepstra[c->n_context][k]);
    c->speaks[c->n_context++] = speaks;
    return c->n_context == CONTEXT ? take_middle(c, frame - CONTEXT / 2, err) : UM_OK;
}

um_status um_conversation_finish(const um_turn_step **step, int *n, int *n_voices, um_conversation *c,
                                 um_error *err)
{
    const um_status st = um_conversation_break(c, err);
    return st < 0 ? st : um_turns_finish(step, n, n_voices, c->turns, err);
}
