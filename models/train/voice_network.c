/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_network.c: "task = voice": what `unmask train` has to know of the voice network. */
#include "network_task.h"
#include "networks/front_json.h"
#include "task_voice.h"
#include <stdlib.h>
#include <string.h>

enum { EPOCH = 20000 }; /* samples are drawn anew each time: a round number for the curves */

typedef struct voice_training {
    voice_set set;
    voice_task task;
    double matched, copied, strength, masks, tapes;
    char sound[UM_RECIPE_LINE]; /* front end */
    um_front_spec front;
    bool ready;
} voice_training;

static int begin(void *state, network_recipe *r, um_recipe_key *keys)
{
    voice_training *v = state;
    const voice_mix usual = voice_mix_usual();
    v->matched = (double)usual.matched;
    v->copied = (double)usual.copied;
    v->strength = (double)usual.strength;
    v->masks = (double)usual.masks;
    v->tapes = (double)usual.tapes;
    snprintf(v->sound, sizeof v->sound, "%s", um_front_name(UM_FRONT_LOG_POWER));
    r->steps = 6000;
    r->shards = 4;
    r->rate = 2e-3;
    r->decay = .03;
    snprintf(r->where, sizeof r->where, "kind!=partial|splice");
    const um_recipe_key own[] = {{"sound", UM_RECIPE_TEXT, v->sound},
                                 {"matched", UM_RECIPE_NUMBER, &v->matched, 0, 1},
                                 {"copied", UM_RECIPE_NUMBER, &v->copied, 0, 1},
                                 {"strength", UM_RECIPE_NUMBER, &v->strength, 0, 1},
                                 {"masks", UM_RECIPE_NUMBER, &v->masks, 0, 1},
                                 {"tapes", UM_RECIPE_NUMBER, &v->tapes, 0, 1}};
    memcpy(keys, own, sizeof own);
    return sizeof own / sizeof *own;
}

static um_status find_front(voice_training *v, um_error *err)
{
    for (um_front_kind k = 0; k < UM_FRONTS; k++)
        if (!strcmp(v->sound, um_front_name(k)))
            return v->front = voice_front(k), UM_OK;
    char shown[60];
    return um_fail(err, UM_EFORMAT, "sound = %s: not log_power, lfcc, mfcc, cqcc or group_delay",
                   um_printable(shown, sizeof shown, v->sound));
}

static um_status open(void *state, const network_request *q, um_error *err)
{
    voice_training *v = state;
    const network_recipe *r = q->recipe;
    char filter[UM_RECIPE_LINE + 32];
    const voice_mix mix = {.matched = (float)v->matched,
                           .copied = (float)v->copied,
                           .strength = (float)v->strength,
                           .masks = (float)v->masks,
                           .tapes = (float)v->tapes};
    snprintf(filter, sizeof filter, "split!=dev|test%s%s", *r->where ? "," : "", r->where);
    um_status st = find_front(v, err);
    if (st == UM_OK)
        st = voice_set_read(&v->set, q->lists, q->n_lists, filter, q->cache, r->held, err);
    if (st == UM_OK && !v->set.real.n_items)
        st = um_fail(err, UM_EFORMAT, "%s: no recording of a real voice to train on", q->lists[0]);
    if (st == UM_OK) {
        st = voice_task_new(&v->task, &v->set, &mix, &v->front, EPOCH, q->threads, (uint64_t)r->seed, err);
        v->ready = st == UM_OK;
    }
    return st;
}

static const um_train_task *task(const void *state)
{
    return &((const voice_training *)state)->task.task;
}

static void add_held(const void *state, held_list *list)
{
    voice_set_add_held(list, &((const voice_training *)state)->set);
}

static void tell(const void *state, um_buf *text)
{
    const voice_set *s = &((const voice_training *)state)->set;
    int held = 0;
    for (int i = 0; i < s->n; i++)
        held += s->voice[i].held;
    um_buf_printf(text, "%d recordings of voices and %d generated ones; %d set aside", s->real.n_items,
                  s->fake.n_items, held);
}

static int manifest(const void *state, char *text, size_t size)
{
    um_json *input = um_json_object();
    char *said = NULL;
    um_front_to_json(input, &((const voice_training *)state)->front);
    um_json_text(&said, input, 0, NULL);
    const int n =
        snprintf(text, size, "{\"input\": %s, \"answer\": {\"type\": \"logit\", \"output\": \"fake\"}}",
                 said ? said : "");
    free(said);
    um_json_free(&input);
    return n;
}

static void close(void *state)
{
    voice_training *v = state;
    if (v->ready)
        voice_task_free(&v->task);
    voice_set_free(&v->set);
}

const network_task voice_network = {.name = "voice",
                                    .signal = "voice_generated",
                                    .state_size = sizeof(voice_training),
                                    .begin = begin,
                                    .open = open,
                                    .task = task,
                                    .add_held = add_held,
                                    .tell = tell,
                                    .manifest = manifest,
                                    .close = close};
