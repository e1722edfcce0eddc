/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train_network.c: the recipe, the tasks there are, and the way from one to a trained network. */
#include "train_network.h"
#include "base/base.h"
#include "detector_folder.h"
#include "network_task.h"
#include "training_run.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const network_task *const tasks[] = {&voice_network, &face_network, &generated_network};
enum { N_TASKS = sizeof tasks / sizeof *tasks };

/* ---- the recipe ---- */

um_status train_network_wanted(bool *wanted, const char *recipe, um_error *err)
{
    char name[UM_RECIPE_LINE];
    const um_status st = um_recipe_find(name, "task", recipe, err);
    *wanted = st == UM_OK && *name;
    return st;
}

static um_status find_task(const network_task **out, const char *recipe, um_error *err)
{
    char name[UM_RECIPE_LINE];
    um_status st = um_recipe_find(name, "task", recipe, err);
    *out = NULL;
    for (int i = 0; i < N_TASKS && st == UM_OK; i++)
        if (!strcmp(tasks[i]->name, name))
            *out = tasks[i];
    return st < 0 || *out ? st : um_fail(err, UM_EFORMAT, "%s: there is no task '%.40s'", recipe, name);
}

static bool is_name(const char *s)
{
    const size_t n = strlen(s);
    return n > 0 && n < 48 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

um_status network_recipe_read(network_recipe *r, const network_task *task, void *state, const char *path,
                              um_error *err)
{
    const um_train_options usual = um_train_defaults();
    um_recipe_key keys[UM_RECIPE_KEYS] = {{0}};
    *r = (network_recipe){.batch = usual.batch,
                          .shards = usual.shards,
                          .steps = usual.steps,
                          .warmup = usual.warmup,
                          .validate_every = usual.validate_every,
                          .seed = 1,
                          .rate = usual.rate,
                          .decay = usual.optimizer.decay,
                          .floor = usual.floor};
    snprintf(r->name, sizeof r->name, "%s", task->name);
    const um_recipe_key common[] = {{"task", UM_RECIPE_TEXT, r->task},
                                    {"name", UM_RECIPE_TEXT, r->name},
                                    {"network", UM_RECIPE_TEXT, r->network},
                                    {"where", UM_RECIPE_TEXT, r->where},
                                    {"held", UM_RECIPE_TEXT, r->held},
                                    {"batch", UM_RECIPE_INT, &r->batch, 2, 4096},
                                    {"shards", UM_RECIPE_INT, &r->shards, 1, UM_TRAIN_SHARDS},
                                    {"rate", UM_RECIPE_NUMBER, &r->rate, 0, 10},
                                    {"decay", UM_RECIPE_NUMBER, &r->decay, 0, 10},
                                    {"warmup", UM_RECIPE_INT, &r->warmup, 0, 1e9},
                                    {"floor", UM_RECIPE_NUMBER, &r->floor, 0, 1},
                                    {"steps", UM_RECIPE_INT, &r->steps, 1, 1e9},
                                    {"validate_every", UM_RECIPE_INT, &r->validate_every, 1, 1e9},
                                    {"seed", UM_RECIPE_INT, &r->seed, 0, 1e9}};
    const int own = task->begin(state, r, keys);
    memcpy(keys + own, common, sizeof common);
    um_status st = um_recipe_read(keys, path, err);
    if (st == UM_OK && !*r->network)
        st = um_fail(err, UM_EFORMAT, "%s: names no network", path);
    if (st == UM_OK && !is_name(r->name))
        st = um_fail(err, UM_EFORMAT, "%s: a name is made of a-z, 0-9 and _, at most 47 of them", path);
    return st;
}

/* ---- places ---- */

static um_status make_folder(const char *path, um_error *err)
{
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return um_fail_errno(err, UM_EWRITE, "%s", path);
    return UM_OK;
}

/* A network that is not where the recipe says is looked for beside the recipe. */
static void find_network(char *path, size_t size, const char *network, const char *recipe)
{
    const char *slash = strrchr(recipe, '/');
    if (access(network, F_OK) == 0 || *network == '/' || !slash)
        snprintf(path, size, "%s", network);
    else
        snprintf(path, size, "%.*s/%s", (int)(slash - recipe), recipe, network);
}

/* What is trained is what the folder's recipe says, also after an interruption. */
static um_status copy_recipe(const char *folder, const char *recipe, um_error *err)
{
    char path[4300], *text = NULL, *old = NULL;
    size_t n, n_old;
    snprintf(path, sizeof path, "%s/recipe.txt", folder);
    um_status st = um_file_read(&text, &n, recipe, (size_t)1 << 16, err);
    if (st == UM_OK && access(path, F_OK) == 0) {
        st = um_file_read(&old, &n_old, path, (size_t)1 << 16, err);
        if (st == UM_OK && (n != n_old || memcmp(text, old, n) != 0))
            st = um_fail(err, UM_EWRITE, "%s: holds a training by another recipe", folder);
    } else if (st == UM_OK) {
        st = um_file_write(path, text, n, err);
    }
    free(text);
    free(old);
    return st;
}

/* ---- training ---- */

static bool stop(void *user)
{
    const train_network_options *o = user;
    return o->progress && !o->progress(o->user, 0, 0);
}

static um_status go(char **said, const network_task *task, void *state, const network_recipe *r,
                    const network_request *request, const train_network_options *o, const char *work,
                    um_error *err)
{
    char network[4300], onnx[4300];
    um_train_result result;
    um_buf about;
    find_network(network, sizeof network, r->network, o->recipe);
    snprintf(onnx, sizeof onnx, "%s/%s.onnx", o->out, r->name);
    training_run run = {.graph = network,
                        .folder = work,
                        .name = r->name,
                        .out = onnx,
                        .made_by = "unmask train",
                        .options = um_train_defaults(),
                        .stop = stop,
                        .user = (void *)o};
    run.options.steps = r->steps;
    run.options.batch = (int)r->batch;
    run.options.shards = (int)r->shards;
    run.options.seed = (uint64_t)r->seed;
    run.options.rate = r->rate;
    run.options.optimizer.decay = r->decay;
    run.options.warmup = r->warmup;
    run.options.floor = r->floor;
    run.options.validate_every = r->validate_every;
    run.options.threads = run.options.loaders = request->threads;
    run.options.resume = true;
    um_status st = training_run_go(&result, &run, task->task(state), err);
    if (st < 0)
        return st;
    held_list held;
    held_list_begin(&held);
    task->add_held(state, &held);
    um_buf_init(&about, (size_t)1 << 16);
    task->tell(state, &about);
    char *line = um_buf_take(&about);
    const detector_folder folder = {.task = task,
                                    .state = state,
                                    .recipe = r,
                                    .result = &result,
                                    .out = o->out,
                                    .work = work,
                                    .onnx = onnx,
                                    .about = line ? line : "",
                                    .threads = request->threads,
                                    .progress = o->progress,
                                    .user = o->user};
    st = detector_folder_write(said, &folder, &held, err);
    free(line);
    return st;
}

um_status train_network(char **said, const char *const *lists, int n_lists, const train_network_options *o,
                        um_error *err)
{
    const network_task *task;
    network_recipe *r = um_calloc(1, sizeof *r);
    char work[4200], cache[4300];
    *said = NULL;
    um_status st = r ? find_task(&task, o->recipe, err) : um_fail_oom(err);
    void *state = st == UM_OK ? um_calloc(1, task->state_size) : NULL;
    if (st == UM_OK && !state)
        st = um_fail_oom(err);
    if (st == UM_OK)
        st = network_recipe_read(r, task, state, o->recipe, err);
    snprintf(work, sizeof work, "%s/training", o->out);
    snprintf(cache, sizeof cache, "%s/cache", work);
    if (st == UM_OK && (st = make_folder(o->out, err)) == UM_OK && (st = make_folder(work, err)) == UM_OK)
        st = make_folder(o->cache ? o->cache : cache, err);
    if (st == UM_OK)
        st = copy_recipe(o->out, o->recipe, err);
    if (st == UM_OK) {
        const network_request request = {.recipe = r,
                                         .lists = lists,
                                         .n_lists = n_lists,
                                         .cache = o->cache ? o->cache : cache,
                                         .threads = o->threads > 0 ? o->threads : um_cores()};
        st = task->open(state, &request, err);
        if (st == UM_OK)
            st = go(said, task, state, r, &request, o, work, err);
        task->close(state);
    }
    free(state);
    free(r);
    return st;
}
