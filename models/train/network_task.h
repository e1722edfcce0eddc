/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_task.h: what a task has to say so that `unmask train` can train its network: one constant struct in
 * the table of train_network.c. */
#ifndef UNMASK_NETWORK_TASK_H
#define UNMASK_NETWORK_TASK_H
#include "held_list.h"
#include "recipes/recipe.h"
#include "train/trainer.h"

/* What every recipe says. Its keys are those of network_recipe_keys. */
typedef struct network_recipe {
    char task[UM_RECIPE_LINE], name[UM_RECIPE_LINE], network[UM_RECIPE_LINE];
    char where[UM_RECIPE_LINE], held[UM_RECIPE_LINE]; /* um_dataset_filter; held_out */
    int64_t batch, shards, steps, warmup, validate_every, seed;
    double rate, decay, floor;
} network_recipe;

typedef struct network_request {
    const network_recipe *recipe;
    const char *const *lists; /* [n_lists] as um_dataset_open */
    int n_lists;
    const char *cache; /* a folder that is there, for what is decoded or cut once */
    int threads;
} network_request;

/* The calls come in the order below; `close` also after a failed `open`. `state` begins as zeros. */
typedef struct network_task {
    const char *name;   /* "task = NAME" */
    const char *signal; /* which asks the network: the role of its manifest, too */
    size_t state_size;
    /* Defaults into both; its own keys (targets in `state`) to `keys`. Returns how many. */
    int (*begin)(void *state, network_recipe *recipe, um_recipe_key *keys);
    /* Rows of dev and test are never looked at. */
    um_status (*open)(void *state, const network_request *request, um_error *err);
    const um_train_task *(*task)(const void *state);
    void (*add_held)(const void *state, held_list *list); /* what was set aside: measured and calibrated on */
    void (*tell)(const void *state, um_buf *text);        /* what it is trained on, a line */
    /* The fields "input" and "answer" of the manifest, as JSON: {"input": {...}, "answer": {...}}. */
    int (*manifest)(const void *state, char *text, size_t size);
    void (*close)(void *state);
} network_task;

extern const network_task voice_network, face_network, generated_network;

/* Reads a recipe of this task: the common keys and its own. */
um_status network_recipe_read(network_recipe *recipe, const network_task *task, void *state, const char *path,
                              um_error *err);
#endif
