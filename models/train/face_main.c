/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unmask-face: trains and measures the project's network of manipulated faces. Not installed. */
#include "contact_sheet.h"
#include "held_list.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include "opt.h"
#include "recipes/recipe.h"
#include "task_face.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unmask/sink.h>
#include <unmask/source.h>

enum { EPOCH = 20000 };

static struct { /* the command line */
    const char *recipe, *crops, *out, *held, *start;
    double seconds;
    int threads;
    bool resume;
} o;

static struct { /* the recipe */
    char network[UM_RECIPE_LINE], kinds[UM_RECIPE_LINE], held[UM_RECIPE_LINE];
    double listed, hardness, border_loss, rate, decay, floor;
    int64_t harden, batch, shards, warmup, steps, validate_every, seed;
} r = {.kinds = "face-swap",
       .hardness = 1,
       .border_loss = 1,
       .rate = 1e-3,
       .decay = .01,
       .batch = 32,
       .shards = 2,
       .warmup = 200,
       .steps = 10000,
       .validate_every = 500,
       .seed = 1};

static const um_recipe_key keys[] = {
    {"network", UM_RECIPE_TEXT, r.network},
    {"kinds", UM_RECIPE_TEXT, r.kinds},
    {"held", UM_RECIPE_TEXT, r.held},
    {"listed", UM_RECIPE_NUMBER, &r.listed, 0, 1},
    {"hardness", UM_RECIPE_NUMBER, &r.hardness, 0, 1},
    {"harden_epochs", UM_RECIPE_INT, &r.harden, 0, 10000},
    {"border_loss", UM_RECIPE_NUMBER, &r.border_loss, 0, 1000},
    {"batch", UM_RECIPE_INT, &r.batch, 2, 4096},
    {"shards", UM_RECIPE_INT, &r.shards, 1, 256},
    {"rate", UM_RECIPE_NUMBER, &r.rate, 0, 10},
    {"decay", UM_RECIPE_NUMBER, &r.decay, 0, 10},
    {"warmup", UM_RECIPE_INT, &r.warmup, 0, 1e9},
    {"floor", UM_RECIPE_NUMBER, &r.floor, 0, 1},
    {"steps", UM_RECIPE_INT, &r.steps, 1, 1e9},
    {"validate_every", UM_RECIPE_INT, &r.validate_every, 1, 1e9},
    {"seed", UM_RECIPE_INT, &r.seed, 0, 1e9},
    {0},
};

static const um_opt table[] = {
    {"recipe", UM_OPT_TEXT, "FILE", "how to train (models/recipes/face.recipe)", &o.recipe},
    {"crops", UM_OPT_TEXT, "DIR", "where cut faces are kept", &o.crops},
    {"out", UM_OPT_TEXT, "DIR", "network, checkpoint, log, curves, scores, sheet", &o.out},
    {"held", UM_OPT_TEXT, "SOURCES", "set aside, with commas between, instead of those of the recipe",
     &o.held},
    {"start", UM_OPT_TEXT, "FILE", "ONNX file to go on from, or to measure", &o.start},
    {"seconds", UM_OPT_NUM, "S", "stop after so long", &o.seconds, 0, 1e9},
    {"threads", UM_OPT_INT, "N", "threads (all cores)", &o.threads, 1, 64},
    {"resume", UM_OPT_FLAG, NULL, "go on where the checkpoint of --out is", &o.resume},
    {0},
};

static const um_command command = {
    .name = "unmask-face",
    .arguments = "train|evaluate|held|sheet LIST...",
    .summary = "Train the project's network of manipulated faces, measure it, show what it is trained on",
    .details = "A LIST is a labels.csv or a folder in a known layout. evaluate: the sources of --held.",
    .examples = "  unmask-face train ../media/stills ../media/clips --recipe models/recipes/face.recipe \\\n"
                "      --crops build/crops --out build/face",
    .options = table,
    .min_args = 2,
    .max_args = 1 + FACE_LISTS,
};

static const char *in_out(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", o.out, name);
    return path;
}

static um_status read_graph(um_graph **out, um_error *err)
{
    char *bytes;
    size_t n;
    const char *path = o.start ? o.start : r.network;
    um_status st = um_file_read(&bytes, &n, path, (size_t)1 << 28, err);
    if (st < 0)
        return st;
    st = um_arch_is(bytes, n) ? um_arch_read(out, bytes, path, (uint64_t)r.seed, err)
                              : um_graph_read(out, bytes, n, path, err);
    free(bytes);
    return st;
}

static um_status write_graph(const um_graph *g, const um_train_result *result, um_error *err)
{
    void *bytes;
    size_t n;
    char metric[64], steps[64], path[1024];
    snprintf(metric, sizeof metric, "%.5f", result->best);
    snprintf(steps, sizeof steps, "%lld", (long long)result->best_step);
    const char *const notes[][2] = {{"licence", "GPL-3.0-or-later"},
                                    {"made_by", "unmask-face train"},
                                    {"validation", metric},
                                    {"steps", steps}};
    um_status st = um_graph_write(&bytes, &n, g, notes, 4, err);
    if (st < 0)
        return st;
    st = um_file_write(in_out(path, sizeof path, "face.onnx"), bytes, n, err);
    free(bytes);
    return st;
}

static bool progress(void *user, const um_train_progress *p)
{
    int64_t *next = user;
    if (p->step >= *next) {
        char best[32] = ""; /* before the first validation */
        if (isfinite(p->best))
            snprintf(best, sizeof best, "  best %.2f", p->best);
        fprintf(stderr, "step %lld of %lld  loss %.4f%s  %.1f samples/s  busy %.0f %%  %.0f s  ETA %.0f s\n",
                (long long)p->step, (long long)p->steps, p->loss, best, p->samples_per_s,
                100 * p->utilisation, p->seconds, p->eta_s);
        *next = p->step + 50;
    }
    return true;
}

static um_status train(face_task *task, um_error *err)
{
    um_graph *g = NULL;
    um_train_result result = {0};
    um_train_options t = um_train_defaults();
    char checkpoint[1024], log[1024], curves[1024];
    int64_t next = 0;
    t.steps = r.steps;
    t.batch = (int)r.batch;
    t.shards = (int)r.shards;
    t.seed = (uint64_t)r.seed;
    t.rate = r.rate;
    t.optimizer.decay = r.decay;
    t.warmup = r.warmup;
    t.floor = r.floor;
    t.validate_every = r.validate_every;
    t.max_seconds = o.seconds;
    t.resume = o.resume;
    t.threads = task->threads;
    t.loaders = task->threads;
    t.checkpoint = in_out(checkpoint, sizeof checkpoint, "face.checkpoint");
    t.log = in_out(log, sizeof log, "face.jsonl");
    t.curves = in_out(curves, sizeof curves, "face.html");
    t.progress = progress;
    t.progress_user = &next;
    um_status st = read_graph(&g, err);
    if (st == UM_OK)
        st = um_train(g, &task->task, &t, &result, err);
    if (st == UM_OK)
        st = write_graph(g, &result, err);
    if (st == UM_OK)
        fprintf(stderr, "best %.3f at step %lld of %lld, %.0f s, %.1f samples/s, busy %.0f %%\n", result.best,
                (long long)result.best_step, (long long)result.steps, result.seconds, result.samples_per_s,
                100 * result.utilisation);
    um_graph_free(&g);
    return st;
}

static um_status evaluate(face_task *task, um_error *err)
{
    um_graph *g = NULL;
    double m[3];
    char path[1024];
    um_file csv;
    um_status st = um_file_create(&csv, in_out(path, sizeof path, "scores.csv"), err);
    if (st < 0)
        return st;
    fputs("path,frame,label,kind,generator,source,pair_id,score\n", csv.f);
    if ((st = read_graph(&g, err)) == UM_OK)
        st = face_task_measure(task, g, m, csv.f, err);
    if (st == UM_OK)
        printf("%d faces set aside: AUC %.3f; %d blended pairs: AUC %.3f\n", task->n_shown, m[1],
               task->n_pairs, m[2]);
    if (st == UM_OK)
        st = um_file_commit(&csv, err);
    else
        um_file_abandon(&csv);
    um_graph_free(&g);
    return st;
}

/* Rows of six: real, fake, border; a third at no hardness, a third at that of the recipe, a third listed. */
static um_status sheet(const face_set *set, um_error *err)
{
    enum { COLUMNS = 12, ROWS = 9 };
    um_image *page, *map = NULL;
    char path[1024];
    um_status st = sheet_new(&page, COLUMNS, ROWS, FACE_SIDE, err);
    if (st == UM_OK)
        st = um_image_new(&map, FACE_MAP, FACE_MAP, UM_RGB24, err);
    for (int i = 0; i < COLUMNS * ROWS / 3 && st == UM_OK; i++) {
        const int third = i * 9 / (COLUMNS * ROWS);
        const face_mix mix = {.listed = third == 2, .hardness = third ? (float)r.hardness : 0};
        face_pair pair;
        if ((st = face_pair_draw(&pair, set, &mix, (uint64_t)(r.seed + i) * 7919, err)) < 0)
            break;
        for (int y = 0; y < FACE_MAP; y++)
            for (int x = 0; x < FACE_MAP; x++)
                memset(map->data + y * map->stride + 3 * x, (int)(255 * pair.border[y * FACE_MAP + x]), 3);
        sheet_put(page, pair.picture[0], 3 * i, FACE_SIDE);
        sheet_put(page, pair.picture[1], 3 * i + 1, FACE_SIDE);
        sheet_put(page, map, 3 * i + 2, FACE_SIDE);
        face_pair_free(&pair);
    }
    if (st == UM_OK)
        st = um_image_write_png(page, in_out(path, sizeof path, "sheet.png"), "training samples", err);
    um_image_free(&map);
    um_image_free(&page);
    return st;
}

static um_status write_held(const face_set *set, um_error *err)
{
    char path[4200];
    held_list l;
    held_list_begin(&l);
    for (int i = 0; i < set->n; i++) {
        const face_item *f = &set->item[i];
        if (f->held && (!i || set->item[i - 1].from != f->from))
            held_list_add(&l, f->from, f->from->source);
    }
    return held_list_write(&l, in_out(path, sizeof path, "held.csv"), err);
}

static um_status run(const char *what, const char *const *lists, int n, um_error *err)
{
    face_set set;
    face_task task;
    const face_mix mix = {(float)r.listed, (float)r.hardness};
    const int threads = o.threads > 0 ? o.threads : um_cores();
    if (mkdir(o.out, 0777) < 0 && errno != EEXIST)
        return um_fail_errno(err, UM_EWRITE, "%s", o.out);
    um_status st = face_set_open(&set, lists, n, o.crops, o.held ? o.held : r.held, r.kinds, threads, err);
    if (st < 0)
        return st;
    st =
        face_task_new(&task, &set, &mix, (int)r.harden, r.border_loss, EPOCH, threads, (uint64_t)r.seed, err);
    if (st == UM_OK) {
        fprintf(stderr, "%d faces, %d files left out; %d sources of real ones, %d generators; %d set aside\n",
                set.n, set.broken, set.n_real, set.n_fake, task.n_shown);
        st = !strcmp(what, "train")   ? train(&task, err)
             : !strcmp(what, "sheet") ? sheet(&set, err)
             : !strcmp(what, "held")  ? write_held(&set, err)
                                      : evaluate(&task, err);
        face_task_free(&task);
    }
    face_set_close(&set);
    return st;
}

int main(int argc, char **argv)
{
    um_media_quiet();
    um_error err = {0};
    int n = um_opt_parse(&command, argc - 1, argv + 1);
    if (n < 0)
        return n == -2 ? UM_EXIT_OK : UM_EXIT_USAGE;
    const char *what = argv[1];
    if ((strcmp(what, "train") != 0 && strcmp(what, "evaluate") != 0 && strcmp(what, "sheet") != 0 &&
         strcmp(what, "held") != 0) ||
        !o.crops || !o.out || !o.recipe) {
        fprintf(stderr, "unmask-face: %s: not a task, or an option it needs is missing (see --help)\n", what);
        return UM_EXIT_USAGE;
    }
    um_status st = um_recipe_read(keys, o.recipe, &err);
    if (st == UM_OK && !*r.network && !o.start)
        st = um_fail(&err, UM_EFORMAT, "%s: names no network", o.recipe);
    if (st == UM_OK)
        st = run(what, (const char *const *)argv + 2, n - 1, &err);
    if (st < 0)
        fprintf(stderr, "unmask-face: %s\n", err.text);
    return um_exit_status(st);
}
