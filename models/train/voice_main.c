/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unmask-voice: what the voice network is trained on (unmask train), and how good it is. Not installed. */
#include "opt.h"
#include "training_run.h"
#include "voice_report.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unmask/source.h>

static struct {
    const char *what, *store, *held, *filter, *start, *out, *work, *others;
    double matched, copied, strength, masks;
    int64_t seed;
    int64_t steps;
    int pairs, threads;
} o = {.filter = "split=train,kind!=partial|splice",
       .matched = -1,
       .copied = -1,
       .strength = -1,
       .masks = -1,
       .seed = 1,
       .steps = 2400,
       .pairs = 1000,
       .threads = 2};

static const um_opt table[] = {
    {"store", UM_OPT_FOLDER, "DIR", "where decoded voices are kept", &o.store},
    {"held", UM_OPT_TEXT, "SOURCES", "set aside: names with commas between them, or 2/5: a part of five",
     &o.held},
    {"filter", UM_OPT_TEXT, "EXPRESSION", "which rows (split=train,kind!=partial|splice)", &o.filter},
    {"others", UM_OPT_TEXT, "LIST", "held: recordings labelled real of a list that is never trained on, too",
     &o.others},
    {"start", UM_OPT_INPUT, "FILE", "network to measure, or to train (ONNX, or the text of a network)",
     &o.start},
    {"out", UM_OPT_OUTPUT, "FILE", "sheet: a picture; evaluate: scores, held: labels (CSV); opus: ONNX",
     &o.out},
    {"work", UM_OPT_FOLDER, "DIR", "opus: for the checkpoint and the curves", &o.work},
    {"steps", UM_OPT_BIG, "N", "opus: of 32 windows (2400)", &o.steps, 6, 1e7},
    {"matched", UM_OPT_NUM, "SHARE", "of pairs of the lists", &o.matched, 0, 1},
    {"copied", UM_OPT_NUM, "SHARE", "of pairs with a copy by a vocoder", &o.copied, 0, 1},
    {"strength", UM_OPT_NUM, "S", "of the channels (1; evaluate: 0)", &o.strength, 0, 1},
    {"masks", UM_OPT_NUM, "CHANCE", "of covered bands and moments", &o.masks, 0, 1},
    {"pairs", UM_OPT_INT, "N", "for cues", &o.pairs, 1, 1000000},
    {"threads", UM_OPT_INT, "N", "threads (2)", &o.threads, 1, 256},
    {"seed", UM_OPT_BIG, "N", "of samples", &o.seed, 0, 1e9},
    {0},
};

static const um_command command = {
    .name = "unmask-voice",
    .arguments = "evaluate|held|sheet|cues|opus LIST...",
    .summary = "Measure a voice network, show what unmask train trains it on; train the one that hears Opus",
    .details =
        "A LIST is a labels.csv or a folder in a known layout. evaluate: tables of the rows of --filter, "
        "of those\nset aside where --held is given.",
    .examples =
        "  unmask-voice evaluate ../media/voices ../shared/data/audio --store build/voices --held 1/5 \\\n"
        "      --start build/voice/all/voice.onnx",
    .options = table,
    .min_args = 2,
    .max_args = 1 + VOICE_LISTS,
};

static bool is_held(const voice *v)
{
    return v->held;
}

static bool is_any(const voice *v)
{
    return true;
}

static um_status evaluate(const voice_set *set, const voice_mix *mix, um_error *err)
{
    um_graph *g = NULL;
    voice_task task;
    const um_front_spec front = voice_front(UM_FRONT_LOG_POWER);
    double *score = um_calloc((size_t)set->n + 1, sizeof *score);
    um_status st = score ? training_graph(&g, o.start, (uint64_t)o.seed, err) : um_fail_oom(err);
    if (st == UM_OK) {
        st = voice_task_new(&task, set, mix, &front, 2, o.threads, (uint64_t)o.seed, err);
        if (st == UM_OK)
            st = voice_scores(score, &task, g, o.held ? is_held : is_any, mix->strength, false, err);
        if (st == UM_OK)
            st = voice_table(set, score, err);
        if (st == UM_OK && o.out)
            st = voice_write_scores(set, score, o.out, err);
        voice_task_free(&task);
    }
    free(score);
    um_graph_free(&g);
    return st;
}

/* The network that hears whether a voice went through Opus at the rates of messages: see docs/models/opus.md.
 */
static um_status learn_opus(const voice_set *set, const voice_mix *mix, um_error *err)
{
    voice_task task;
    um_train_result result;
    const um_front_spec front = voice_front(UM_FRONT_LOG_POWER);
    training_run run = {.graph = o.start,
                        .folder = o.work,
                        .name = "opus",
                        .out = o.out,
                        .made_by = "unmask-voice opus",
                        .options = um_train_defaults()};
    run.options.steps = o.steps;
    run.options.batch = 32;
    run.options.shards = 4;
    run.options.threads = run.options.loaders = o.threads;
    run.options.rate = 2e-3;
    run.options.optimizer.decay = .03;
    run.options.seed = (uint64_t)o.seed;
    run.options.validate_every = o.steps / 6;
    run.options.resume = true;
    um_status st = voice_task_new(&task, set, mix, &front, 20000, o.threads, (uint64_t)o.seed, err);
    if (st == UM_OK)
        st = training_run_go(&result, &run, &task.task, err);
    voice_task_free(&task);
    return st;
}

static um_status add_others(held_list *l, const char *labels, um_error *err)
{
    um_dataset *set;
    um_status st = um_dataset_open(&set, labels, err);
    if (st == UM_OK)
        st = um_dataset_filter(set, "split=train,label=real", err);
    for (size_t i = 0; st == UM_OK && i < um_dataset_count(set); i++)
        held_list_add(l, um_dataset_at(set, i), um_dataset_at(set, i)->source);
    um_dataset_free(&set);
    return st;
}

static um_status write_held(const voice_set *set, um_error *err)
{
    held_list l;
    held_list_begin(&l);
    voice_set_add_held(&l, set);
    const um_status st = o.others ? add_others(&l, o.others, err) : UM_OK;
    if (st < 0)
        return um_buf_free(&l.text), st;
    return held_list_write(&l, o.out, err);
}

/* What each of them cannot do without. */
static bool is_complete(void)
{
    if (!o.store)
        return false;
    if (!strcmp(o.what, "evaluate"))
        return o.start;
    if (!strcmp(o.what, "held"))
        return o.held && o.out;
    if (!strcmp(o.what, "opus"))
        return o.start && o.out && o.work;
    return (!strcmp(o.what, "sheet") && o.out) || !strcmp(o.what, "cues");
}

static um_status run(const char *const *lists, int n, um_error *err)
{
    voice_set set;
    const voice_mix usual = voice_mix_usual();
    voice_mix mix = {.matched = (float)o.matched,
                     .copied = (float)o.copied,
                     .strength = (float)o.strength,
                     .masks = (float)o.masks,
                     .tapes = usual.tapes,
                     .opus = !strcmp(o.what, "opus")};
    if (!strcmp(o.what, "evaluate") && o.strength < 0)
        mix.strength = 0;
    mix.matched = o.matched < 0 ? usual.matched : mix.matched;
    mix.copied = o.copied < 0 ? usual.copied : mix.copied;
    mix.strength = mix.strength < 0 ? usual.strength : mix.strength;
    mix.masks = o.masks < 0 ? usual.masks : mix.masks;
    um_status st = voice_set_read(&set, lists, n, o.filter, o.store, o.held, err);
    if (st < 0)
        return st;
    fprintf(stderr,
            "%d voices; to train on: %d recordings in %d strata, %d fakes in %d, %d of them in pairs\n",
            set.n, set.real.n_items, set.real.n, set.fake.n_items, set.fake.n, set.paired.n_items);
    if (!strcmp(o.what, "evaluate"))
        st = evaluate(&set, &mix, err);
    else if (!strcmp(o.what, "held"))
        st = write_held(&set, err);
    else if (!strcmp(o.what, "opus"))
        st = learn_opus(&set, &mix, err);
    else if (!strcmp(o.what, "sheet"))
        st = voice_sheet(&set, &mix, (uint64_t)o.seed, o.out, err);
    else
        st = voice_cues(&set, &mix, o.pairs, (uint64_t)o.seed, err);
    voice_set_free(&set);
    return st;
}

int main(int argc, char **argv)
{
    um_media_quiet();
    um_error err = {0};
    int n = um_opt_parse(&command, argc - 1, argv + 1);
    if (n < 0)
        return um_opt_status(n);
    o.what = argv[1];
    if (!is_complete()) {
        fprintf(stderr, "unmask-voice: %s: not a task, or an option it needs is missing (see --help)\n",
                o.what);
        return UM_EXIT_USAGE;
    }
    mkdir(o.store, 0777); /* may be there */
    um_status st = run((const char *const *)argv + 2, n - 1, &err);
    if (st < 0)
        fprintf(stderr, "unmask-voice: %s\n", err.text);
    return um_exit_status(st);
}
