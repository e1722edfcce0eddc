/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unmask-voice: trains and measures the project's voice network. Not installed. */
#include "held_list.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include "opt.h"
#include "voice_report.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unmask/source.h>

typedef struct options {
    const char *what, *store, *held, *filter, *arch, *start, *work, *out, *others;
    double matched, copied, strength, masks;
    int64_t seed;
    int pairs;
    um_train_options train;
} options;

static options chosen = {.seed = 1, .pairs = 1000};

static const um_opt table[] = {
    {"store", UM_OPT_TEXT, "DIR", "where decoded voices are kept", &chosen.store},
    {"held", UM_OPT_TEXT, "SOURCES", "set aside: names with commas between them, or 2/5: a part of five",
     &chosen.held},
    {"filter", UM_OPT_TEXT, "EXPRESSION", "which rows (split=train,kind!=partial|splice)", &chosen.filter},
    {"others", UM_OPT_TEXT, "LIST", "held: recordings labelled real of a list that is never trained on, too",
     &chosen.others},
    {"arch", UM_OPT_TEXT, "FILE", "text of the network", &chosen.arch},
    {"start", UM_OPT_TEXT, "FILE", "ONNX file to go on from, or to measure", &chosen.start},
    {"work", UM_OPT_TEXT, "DIR", "checkpoint, log and curves", &chosen.work},
    {"out", UM_OPT_TEXT, "FILE",
     "the trained network (ONNX); sheet: a picture; evaluate: scores, held: labels (CSV)", &chosen.out},
    {"matched", UM_OPT_NUM, "SHARE", "of pairs of the lists", &chosen.matched, 0, 1},
    {"copied", UM_OPT_NUM, "SHARE", "of pairs with a copy by a vocoder", &chosen.copied, 0, 1},
    {"strength", UM_OPT_NUM, "S", "of the channels (1; evaluate: 0)", &chosen.strength, 0, 1},
    {"masks", UM_OPT_NUM, "CHANCE", "of covered bands and moments", &chosen.masks, 0, 1},
    {"pairs", UM_OPT_INT, "N", "for cues", &chosen.pairs, 1, 1000000},
    {"steps", UM_OPT_BIG, "N", "steps of the optimizer", &chosen.train.steps, 1, 1e9},
    {"batch", UM_OPT_INT, "N", "samples a step", &chosen.train.batch, 2, 4096},
    {"shards", UM_OPT_INT, "N", "parts of a batch that are normalized by themselves", &chosen.train.shards, 1,
     256},
    {"threads", UM_OPT_INT, "N", "threads (all cores)", &chosen.train.threads, 1, 256},
    {"seconds", UM_OPT_NUM, "S", "stop after so long", &chosen.train.max_seconds, 0, 1e9},
    {"rate", UM_OPT_NUM, "R", "highest learning rate", &chosen.train.rate, 0, 10},
    {"validate-every", UM_OPT_BIG, "N", "steps, each time with a checkpoint", &chosen.train.validate_every, 1,
     1e9},
    {"seed", UM_OPT_BIG, "N", "of weights and samples", &chosen.seed, 0, 1e9},
    {"resume", UM_OPT_FLAG, NULL, "go on where the checkpoint of --work is", &chosen.train.resume},
    {0},
};

static const um_command command = {
    .name = "unmask-voice",
    .arguments = "train|evaluate|held|sheet|cues LIST...",
    .summary = "Train the project's voice network, measure it, show what it is trained on",
    .details =
        "A LIST is a labels.csv or a folder in a known layout. evaluate: tables of the rows of --filter, "
        "of those\nset aside where --held is given.",
    .examples =
        "  unmask-voice train ../media/voices ../shared/data/audio --store build/voices --held 1/5 \\\n"
        "      --arch models/arch/voice.net --work build/voice --out build/voice/voice.onnx",
    .options = table,
    .min_args = 2,
    .max_args = 1 + VOICE_LISTS,
};

static um_status read_graph(um_graph **out, const options *o, um_error *err)
{
    char *bytes;
    size_t n;
    const char *path = o->start ? o->start : o->arch;
    um_status st = um_file_read(&bytes, &n, path, (size_t)1 << 28, err);
    if (st < 0)
        return st;
    st = um_arch_is(bytes, n) ? um_arch_read(out, bytes, path, (uint64_t)o->seed, err)
                              : um_graph_read(out, bytes, n, path, err);
    free(bytes);
    return st;
}

static um_status write_graph(const um_graph *g, const options *o, const um_train_result *r, um_error *err)
{
    void *bytes;
    size_t n;
    char metric[64], steps[64];
    snprintf(metric, sizeof metric, "%.5f", r->best);
    snprintf(steps, sizeof steps, "%lld", (long long)r->best_step);
    const char *const notes[][2] = {{"licence", "GPL-3.0-or-later"},
                                    {"made_by", "unmask-voice train"},
                                    {"validation", metric},
                                    {"steps", steps}};
    um_status st = um_graph_write(&bytes, &n, g, notes, 4, err);
    if (st < 0)
        return st;
    st = um_file_write(o->out, bytes, n, err);
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

static um_status train(options *o, const voice_set *set, const voice_mix *mix, um_error *err)
{
    enum { EPOCH = 20000 }; /* samples are drawn anew each time: a round number for the curves */
    um_graph *g = NULL;
    voice_task task;
    um_train_result result = {0};
    char checkpoint[512], log[512], curves[512];
    int64_t next = 0;
    um_status st = read_graph(&g, o, err);
    if (st < 0)
        return st;
    snprintf(checkpoint, sizeof checkpoint, "%s/voice.checkpoint", o->work);
    snprintf(log, sizeof log, "%s/voice.jsonl", o->work);
    snprintf(curves, sizeof curves, "%s/voice.html", o->work);
    o->train.checkpoint = checkpoint;
    o->train.log = log;
    o->train.curves = curves;
    o->train.progress = progress;
    o->train.progress_user = &next;
    st = voice_task_new(&task, set, mix, EPOCH, o->train.threads, o->train.seed, err);
    if (st == UM_OK)
        st = um_train(g, &task.task, &o->train, &result, err);
    if (st == UM_OK)
        st = write_graph(g, o, &result, err);
    if (st == UM_OK)
        fprintf(stderr, "%s: best %.3f at step %lld of %lld, %.0f s, %.1f samples/s, busy %.0f %%\n", o->out,
                result.best, (long long)result.best_step, (long long)result.steps, result.seconds,
                result.samples_per_s, 100 * result.utilisation);
    voice_task_free(&task);
    um_graph_free(&g);
    return st;
}

static bool is_held(const voice *v)
{
    return v->held;
}

static bool is_any(const voice *v)
{
    return true;
}

static um_status evaluate(const options *o, const voice_set *set, const voice_mix *mix, um_error *err)
{
    um_graph *g = NULL;
    voice_task task;
    double *score = um_calloc((size_t)set->n + 1, sizeof *score);
    um_status st = score ? read_graph(&g, o, err) : um_fail_oom(err);
    if (st == UM_OK) {
        st = voice_task_new(&task, set, mix, 2, o->train.threads, o->train.seed, err);
        if (st == UM_OK)
            st = voice_scores(score, &task, g, o->held ? is_held : is_any, mix->strength, err);
        if (st == UM_OK)
            st = voice_table(set, score, err);
        if (st == UM_OK && o->out)
            st = voice_write_scores(set, score, o->out, err);
        voice_task_free(&task);
    }
    free(score);
    um_graph_free(&g);
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

static um_status write_held(const voice_set *set, const options *o, um_error *err)
{
    held_list l;
    held_list_begin(&l);
    for (int i = 0; i < set->n; i++)
        if (set->voice[i].held)
            held_list_add(&l, set->voice[i].about, set->voice[i].source);
    const um_status st = o->others ? add_others(&l, o->others, err) : UM_OK;
    if (st < 0)
        return um_buf_free(&l.text), st;
    return held_list_write(&l, o->out, err);
}

/* What each of them cannot do without. */
static bool is_complete(const options *o)
{
    if (!o->store)
        return false;
    if (!strcmp(o->what, "train"))
        return (o->arch || o->start) && o->work && o->out;
    if (!strcmp(o->what, "evaluate"))
        return o->arch || o->start;
    if (!strcmp(o->what, "held"))
        return o->held && o->out;
    return (!strcmp(o->what, "sheet") && o->out) || !strcmp(o->what, "cues");
}

static um_status run(options *o, const char *const *lists, int n, um_error *err)
{
    voice_set set;
    const voice_mix usual = voice_mix_usual();
    voice_mix mix = {.matched = (float)o->matched,
                     .copied = (float)o->copied,
                     .strength = (float)o->strength,
                     .masks = (float)o->masks,
                     .tapes = usual.tapes};
    if (!strcmp(o->what, "evaluate") && o->strength < 0)
        mix.strength = 0;
    mix.matched = o->matched < 0 ? usual.matched : mix.matched;
    mix.copied = o->copied < 0 ? usual.copied : mix.copied;
    mix.strength = mix.strength < 0 ? usual.strength : mix.strength;
    mix.masks = o->masks < 0 ? usual.masks : mix.masks;
    um_status st = voice_set_read(&set, lists, n, o->filter, o->store, o->held, err);
    if (st < 0)
        return st;
    fprintf(stderr,
            "%d voices; to train on: %d recordings in %d strata, %d fakes in %d, %d of them in pairs\n",
            set.n, set.real.n_items, set.real.n, set.fake.n_items, set.fake.n, set.paired.n_items);
    if (!strcmp(o->what, "train"))
        st = train(o, &set, &mix, err);
    else if (!strcmp(o->what, "evaluate"))
        st = evaluate(o, &set, &mix, err);
    else if (!strcmp(o->what, "held"))
        st = write_held(&set, o, err);
    else if (!strcmp(o->what, "sheet"))
        st = voice_sheet(&set, &mix, (uint64_t)o->seed, o->out, err);
    else
        st = voice_cues(&set, &mix, o->pairs, (uint64_t)o->seed, err);
    voice_set_free(&set);
    return st;
}

int main(int argc, char **argv)
{
    um_media_quiet();
    um_error err = {0};
    options *o = &chosen;
    o->train = um_train_defaults();
    o->train.shards = 4;
    o->train.steps = 6000;
    o->train.optimizer.decay = .03;
    o->train.rate = 2e-3;
    o->filter = "split=train,kind!=partial|splice";
    o->matched = o->copied = o->strength = o->masks = -1;
    int n = um_opt_parse(&command, argc - 1, argv + 1);
    if (n < 0)
        return n == -2 ? UM_EXIT_OK : UM_EXIT_USAGE;
    o->what = argv[1];
    o->train.seed = (uint64_t)o->seed;
    if (!is_complete(o)) {
        fprintf(stderr, "unmask-voice: %s: not a task, or an option it needs is missing (see --help)\n",
                o->what);
        return UM_EXIT_USAGE;
    }
    mkdir(o->store, 0777); /* each may be there */
    if (o->work)
        mkdir(o->work, 0777);
    um_status st = run(o, (const char *const *)argv + 2, n - 1, &err);
    if (st < 0)
        fprintf(stderr, "unmask-voice: %s\n", err.text);
    return um_exit_status(st);
}
