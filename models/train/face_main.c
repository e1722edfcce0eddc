/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unmask-face: what the network of manipulated faces is trained on (unmask train), and how good it is. Not
 * installed. */
#include "contact_sheet.h"
#include "face_network.h"
#include "opt.h"
#include "training_run.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unmask/sink.h>
#include <unmask/source.h>

static struct { /* the command line */
    const char *recipe, *crops, *out, *held, *start;
    int threads;
} o;

static network_recipe r;
static face_training state;

static const um_opt table[] = {
    {"recipe", UM_OPT_INPUT, "FILE", "how to train (models/recipes/face.recipe)", &o.recipe},
    {"crops", UM_OPT_FOLDER, "DIR", "where cut faces are kept", &o.crops},
    {"out", UM_OPT_FOLDER, "DIR", "scores, labels, sheet", &o.out},
    {"held", UM_OPT_TEXT, "SOURCES", "set aside, with commas between, instead of those of the recipe",
     &o.held},
    {"start", UM_OPT_INPUT, "FILE", "network to measure (ONNX)", &o.start},
    {"threads", UM_OPT_INT, "N", "threads (all cores)", &o.threads, 1, 64},
    {0},
};

static const um_command command = {
    .name = "unmask-face",
    .arguments = "evaluate|held|sheet LIST...",
    .summary = "Measure a network of manipulated faces, show what unmask train trains it on",
    .details = "A LIST is a labels.csv or a folder in a known layout. evaluate: the sources of --held.",
    .examples = "  unmask-face sheet ../media/stills ../media/clips --recipe models/recipes/face.recipe \\\n"
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
    if ((st = training_graph(&g, o.start ? o.start : r.network, (uint64_t)r.seed, err)) == UM_OK)
        st = face_task_measure(task, g, m, csv.f, err);
    if (st == UM_OK)
        printf("%d faces set aside: AUC within pairs %.3f; %d blended pairs: AUC %.3f\n", task->n_shown, m[1],
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
        const face_mix mix = {.listed = third == 2, .hardness = third ? (float)state.hardness : 0};
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

static um_status write_held(um_error *err)
{
    char path[4200];
    held_list l;
    held_list_begin(&l);
    face_network.add_held(&state, &l);
    return held_list_write(&l, in_out(path, sizeof path, "held.csv"), err);
}

static um_status run(const char *what, const char *const *lists, int n, um_error *err)
{
    const network_request request = {.recipe = &r,
                                     .lists = lists,
                                     .n_lists = n,
                                     .cache = o.crops,
                                     .threads = o.threads > 0 ? o.threads : um_cores()};
    um_buf text;
    um_status st = network_recipe_read(&r, &face_network, &state, o.recipe, err);
    if (st < 0)
        return st;
    if (mkdir(o.out, 0777) < 0 && errno != EEXIST)
        return um_fail_errno(err, UM_EWRITE, "%s", o.out);
    if (o.held)
        snprintf(r.held, sizeof r.held, "%s", o.held);
    if ((st = face_network.open(&state, &request, err)) == UM_OK) {
        um_buf_init(&text, 4096);
        face_network.tell(&state, &text);
        char *line = um_buf_take(&text);
        fprintf(stderr, "%s\n", line ? line : "");
        free(line);
        st = !strcmp(what, "sheet")  ? sheet(&state.set, err)
             : !strcmp(what, "held") ? write_held(err)
                                     : evaluate(&state.task, err);
    }
    face_network.close(&state);
    return st;
}

int main(int argc, char **argv)
{
    um_media_quiet();
    um_error err = {0};
    int n = um_opt_parse(&command, argc - 1, argv + 1);
    if (n < 0)
        return um_opt_status(n);
    const char *what = argv[1];
    if ((strcmp(what, "evaluate") != 0 && strcmp(what, "sheet") != 0 && strcmp(what, "held") != 0) ||
        !o.crops || !o.out || !o.recipe) {
        fprintf(stderr, "unmask-face: %s: not a task, or an option it needs is missing (see --help)\n", what);
        return UM_EXIT_USAGE;
    }
    um_status st = run(what, (const char *const *)argv + 2, n - 1, &err);
    if (st < 0)
        fprintf(stderr, "unmask-face: %s\n", err.text);
    return um_exit_status(st);
}
