/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_network.c: see face_network.h. */
#include "face_network.h"
#include <string.h>

enum { EPOCH = 20000 };

static int own_keys(face_training *f, um_recipe_key *keys)
{
    const um_recipe_key own[] = {{"kinds", UM_RECIPE_TEXT, f->kinds},
                                 {"listed", UM_RECIPE_NUMBER, &f->listed, 0, 1},
                                 {"unpaired", UM_RECIPE_INT, &f->unpaired, 0, 1},
                                 {"hardness", UM_RECIPE_NUMBER, &f->hardness, 0, 1},
                                 {"harden_epochs", UM_RECIPE_INT, &f->harden, 0, 10000},
                                 {"border_loss", UM_RECIPE_NUMBER, &f->border_loss, 0, 1000}};
    memcpy(keys, own, sizeof own);
    return sizeof own / sizeof *own;
}

static int begin(void *state, network_recipe *r, um_recipe_key *keys)
{
    face_training *f = state;
    snprintf(f->kinds, sizeof f->kinds, "face-swap");
    f->hardness = f->border_loss = 1;
    r->steps = 10000;
    r->floor = 0;
    return own_keys(f, keys);
}

/* Nothing was pasted: no border, and seldom a partner. */
static int begin_generated(void *state, network_recipe *r, um_recipe_key *keys)
{
    face_training *f = state;
    snprintf(f->kinds, sizeof f->kinds, "gan|diffusion");
    f->hardness = f->listed = 1;
    f->unpaired = 1;
    r->steps = 10000;
    r->floor = 0;
    return own_keys(f, keys);
}

static um_status open(void *state, const network_request *q, um_error *err)
{
    face_training *f = state;
    const network_recipe *r = q->recipe;
    const face_mix mix = {(float)f->listed, (float)f->hardness};
    const face_choice choice = {
        .held = r->held, .where = r->where, .kinds = f->kinds, .unpaired = f->unpaired != 0};
    um_status st = face_set_open(&f->set, q->lists, q->n_lists, q->cache, &choice, q->threads, err);
    if (st == UM_OK) {
        st = face_task_new(&f->task, &f->set, &mix, (int)f->harden, f->border_loss, EPOCH, q->threads,
                           (uint64_t)r->seed, err);
        f->ready = st == UM_OK;
    }
    return st;
}

static const um_train_task *task(const void *state)
{
    return &((const face_training *)state)->task.task;
}

static void add_held(const void *state, held_list *list)
{
    const face_set *set = &((const face_training *)state)->set;
    for (int i = 0; i < set->n; i++) {
        const face_item *f = &set->item[i];
        if (f->held && (!i || set->item[i - 1].from != f->from))
            held_list_add(list, f->from, f->from->source);
    }
}

static void tell(const void *state, um_buf *text)
{
    const face_training *f = state;
    um_buf_printf(text, "%d faces, %d files left out; %d sources of real ones, %d generators; %d set aside",
                  f->set.n, f->set.broken, f->set.n_real, f->set.n_fake, f->task.n_shown);
}

static int describe(char *text, size_t size, const char *more)
{
    return snprintf(
        text, size,
        "{\"input\": {\"layout\": \"nchw\", \"colour\": \"rgb\", \"width\": %d, \"height\": %d, "
        "\"mean\": 127.5, \"scale\": %.9g, \"face\": {\"margin\": %.6g, \"around\": %.6g, \"most\": "
        "%d}}, \"answer\": {\"type\": \"logit\", \"output\": \"score\"%s}}",
        FACE_SIDE, FACE_SIDE, 1 / 127.5, (double)FACE_SEEN, (double)FACE_MARGIN, FACE_STORED, more);
}

static int manifest(const void *state, char *text, size_t size)
{
    return describe(text, size, ", \"map\": \"border\"");
}

static int manifest_generated(const void *state, char *text, size_t size)
{
    return describe(text, size, "");
}

static void close(void *state)
{
    face_training *f = state;
    if (f->ready)
        face_task_free(&f->task);
    face_set_close(&f->set);
}

const network_task face_network = {.name = "face",
                                   .signal = "face_manipulated",
                                   .state_size = sizeof(face_training),
                                   .begin = begin,
                                   .open = open,
                                   .task = task,
                                   .add_held = add_held,
                                   .tell = tell,
                                   .manifest = manifest,
                                   .close = close};

const network_task generated_network = {.name = "generated",
                                        .signal = "face_generated",
                                        .state_size = sizeof(face_training),
                                        .begin = begin_generated,
                                        .open = open,
                                        .task = task,
                                        .add_held = add_held,
                                        .tell = tell,
                                        .manifest = manifest_generated,
                                        .close = close};
