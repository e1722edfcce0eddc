/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_train.c: labelled recordings in, a detector out. */
#include "commands.h"
#include "interrupt.h"
#include "models/train/train_network.h"
#include "progress.h"
#include "report.h"
#include <stdlib.h>
#include <unmask/unmask.h>

static struct {
    const char *recipe, *out, *where, *signals, *models, *cache;
    int threads;
    int64_t cache_bytes;
    double max_s;
} o;

static const um_opt options[] = {
    {"recipe", UM_OPT_INPUT, "FILE", "how it learns: lines KEY = VALUE (docs/train.md); needed", &o.recipe},
    {"out", UM_OPT_FOLDER, "DIR", "the folder of the detector; needed", &o.out},
    {"where", UM_OPT_TEXT, "CONDITIONS", "which recordings: FIELD=A|B or FIELD!=A|B, with commas between",
     &o.where},
    {"signals", UM_OPT_TEXT, "A,B", "learn from these signals, where the recipe names none", &o.signals},
    {"models", UM_OPT_INPUT, "DIR", "folder with other networks than the built-in ones", &o.models},
    {"cache", UM_OPT_FOLDER, "DIR", "keep answers there, and go on from them after an interruption",
     &o.cache},
    {"cache-bytes", UM_OPT_BIG, "N", "at most so many bytes in it (default: 1 GiB)", &o.cache_bytes, 1, 1e15},
    {"max-seconds", UM_OPT_NUM, "S", "look only at the first S seconds of each", &o.max_s, 0.001, 1e9},
    {"threads", UM_OPT_INT, "N", "recordings at once (default: all cores)", &o.threads, 1,
     UM_POOL_MAX_THREADS},
    {0},
};

static um_progress bar;

static um_status learn(char **said, char **args, um_error *err)
{
    const um_evaluate_options opt = {.size = sizeof opt,
                                     .where = o.where,
                                     .signals = o.signals,
                                     .models_dir = o.models,
                                     .max_s = o.max_s,
                                     .cache = o.cache,
                                     .cache_bytes = o.cache_bytes,
                                     .threads = o.threads,
                                     .progress = um_progress_or_stop,
                                     .user = &bar};
    um_interrupts_catch(5);
    const um_status st = um_labels_keep(args[0], err);
    return st < 0 ? st : um_train(said, args[0], o.recipe, o.out, &opt, err);
}

/* Until the first step there is nothing that an interrupt could lose. */
static bool step(void *user, double done, double total)
{
    um_interrupts_catch(0); /* a step may take long, and what it learnt is kept */
    return total > 0 ? um_progress_or_stop(user, done, total) : !um_interrupted();
}

static um_status train_a_network(char **said, int n, char **args, um_error *err)
{
    const train_network_options opt = {.recipe = o.recipe,
                                       .out = o.out,
                                       .cache = o.cache,
                                       .threads = o.threads,
                                       .progress = step,
                                       .user = &bar};
    return train_network(said, (const char *const *)args, n, &opt, err);
}

static int run(int n, char **args)
{
    um_error err = {0};
    char *said = NULL;
    bool network;
    if (!o.recipe || !o.out) {
        fputs("unmask train: --recipe and --out are needed (see unmask train --help)\n", stderr);
        return UM_EXIT_USAGE;
    }
    if (train_network_wanted(&network, o.recipe, &err) < 0)
        return um_complain(&err);
    if (network ? o.where || o.signals || o.models || o.max_s > 0 || o.cache_bytes : n > 1) {
        fputs(network ? "unmask train: of a network the recipe says it all: only --cache and --threads\n"
                      : "unmask train: a classifier learns from one LABELS\n",
              stderr);
        return UM_EXIT_USAGE;
    }
    um_progress_begin(&bar, args[0]);
    const um_status st = network ? train_a_network(&said, n, args, &err) : learn(&said, args, &err);
    um_progress_end(&bar);
    if (um_interrupted())
        return free(said), UM_EXIT_SIGNAL + um_interrupted();
    if (st < 0)
        return um_complain(&err);
    um_show_lines(stdout, said);
    um_report_written("", o.out);
    free(said);
    return UM_EXIT_OK;
}

const um_command um_cmd_train = {
    .program = "unmask",
    .name = "train",
    .arguments = "LABELS...",
    .summary = "Train a detector on your own labelled recordings",
    .details =
        "LABELS is a list (labels.csv) or the folder of a set (docs/data.md); only recordings of "
        "split train, or of "
        "sets\n"
        "that are not divided, are learnt from. Each is analysed once (--cache keeps the answers); a "
        "classifier "
        "learns from\n"
        "what the signals said, is measured by cross-validation in which nothing of a group is on "
        "both sides, and "
        "is\n"
        "calibrated by that. unmask predict uses it.\n"
        "A recipe with 'task = voice' or 'task = face' trains a network instead, from several LABELS if "
        "need be; DIR is\n"
        "then what unmask analyze --models takes. Run again, it goes on where it was interrupted.",
    .examples =
        "  printf 'classifier = logistic\\nsignals = voice_generated,audio_bandwidth\\n' > voices.recipe\n"
        "  unmask train --recipe voices.recipe --cache cache --out mine voices/labels.csv\n"
        "  unmask predict mine suspect.wav\n"
        "  unmask train --recipe models/recipes/voice.recipe --out voice voices\n"
        "  unmask analyze --models voice suspect.wav",
    .options = options,
    .min_args = 1,
    .max_args = TRAIN_NETWORK_LISTS,
    .run = run,
};
