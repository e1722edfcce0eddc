/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answers.c: every recording analysed, several at once; what may change an answer is in its name. */
#include "base/input.h"
#include "evaluate/answer.h"
#include "evaluate/scratch.h"
#include "evaluate/sweep.h"
#include "networks/candidates.h"
#include "probe/hash.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/analysis.h>
#include <unmask/version.h>

enum { ANSWER_VERSION = 4 };

typedef struct idle {
    um_analyzer *analyzer;
    struct idle *next;
} idle;

typedef struct job {
    const um_pass *pass;
    const um_evaluate_options *opt;
    char *producer;
    pthread_mutex_t lock;
    idle *idle; /* under the lock */
} job;

/* --- what may change an answer --- */

static void add_file(um_buf *b, const char *path)
{
    um_input *input;
    char hex[UM_SHA256_HEX + 1];
    if (um_input_open(&input, path, NULL) < 0)
        return;
    if (um_hash_now(hex, input, NULL, NULL, NULL) == UM_OK)
        um_buf_printf(b, "%s\n", hex);
    else
        b->broken = true;
    um_input_free(&input);
}

static um_status name_producer(job *j, um_error *err)
{
    const char *models = j->opt->models_dir ? j->opt->models_dir : getenv("UNMASK_MODELS");
    char networks[UM_SHA256_HEX + 1];
    um_buf b;
    um_buf_init(&b, 1 << 20);
    um_buf_printf(&b, "answer %d of unmask %s\n", ANSWER_VERSION, um_version());
    for (int i = 0; i < um_signal_count(); i++)
        um_buf_printf(&b, "%s %u\n", um_signal_at(i)->name, um_signal_at(i)->version);
    um_buf_printf(&b, "of them %s\n%.17g s\n", j->opt->signals ? j->opt->signals : "all", j->opt->max_s);
    if (j->opt->calibration)
        add_file(&b, j->opt->calibration);
    um_status st = um_candidates_digest(networks, models && *models ? models : NULL, err);
    um_buf_printf(&b, "networks %s\n", networks);
    if (j->pass->condition)
        um_buf_printf(&b, "under %s %d\n", j->pass->condition->name, UM_CONDITION_VERSION);
    j->producer = um_buf_take(&b);
    return st < 0 ? st : j->producer ? UM_OK : um_fail_oom(err);
}

/* --- one recording --- */

static um_status lease(um_analyzer **out, job *j, um_error *err)
{
    pthread_mutex_lock(&j->lock);
    idle *i = j->idle;
    if (i)
        j->idle = i->next;
    pthread_mutex_unlock(&j->lock);
    if (i) {
        *out = i->analyzer;
        free(i);
        return UM_OK;
    }
    const um_analysis_options opt = {.size = sizeof opt,
                                     .signals = j->opt->signals,
                                     .models_dir = j->opt->models_dir,
                                     .calibration = j->opt->calibration,
                                     .threads = 1,
                                     .max_s = j->opt->max_s};
    return um_analyzer_new(out, &opt, err);
}

static void give_back(job *j, um_analyzer *analyzer)
{
    idle *i = um_calloc(1, sizeof *i);
    if (!i) {
        um_analyzer_free(&analyzer);
        return;
    }
    i->analyzer = analyzer;
    pthread_mutex_lock(&j->lock);
    i->next = j->idle;
    j->idle = i;
    pthread_mutex_unlock(&j->lock);
}

static um_status analyse(char **out, job *j, const char *path, um_error *err)
{
    um_analyzer *analyzer = NULL;
    um_results *results = NULL;
    um_status st = lease(&analyzer, j, err);
    if (st < 0)
        return st;
    st = um_analyzer_run(&results, analyzer, path, err);
    if (st == UM_OK)
        st = um_answer_of(out, results, err);
    um_results_free(&results);
    give_back(j, analyzer);
    return st;
}

/* A copy is made, analysed and thrown away; where the condition is for others, the answer is empty. */
static um_status analyse_copy(char **out, job *j, const char *path, um_error *err)
{
    char *copy = NULL;
    um_scratch scratch;
    um_status st = um_scratch_open(&scratch, err);
    if (st < 0)
        return st;
    st = um_condition_copy(&copy, j->pass->condition, path, scratch.folder, j->opt->max_s, err);
    if (st == UM_EOF)
        st = (*out = um_strdup("{}")) ? UM_OK : um_fail_oom(err);
    else if (st == UM_OK)
        st = analyse(out, j, copy, err);
    free(copy);
    um_scratch_close(&scratch);
    return st;
}

static um_status make(char **out, void *user, const char *path, um_error *err)
{
    job *j = user;
    return j->pass->condition ? analyse_copy(out, j, path, err) : analyse(out, j, path, err);
}

/* --- all of them --- */

static um_status run(um_evaluation *e, job *j, um_aggregate rule, um_error *err)
{
    const um_maker maker = {j->producer, make, j};
    um_analyzer *first = NULL;
    um_status st = lease(&first, j, err); /* wrong options are told before anything is read */
    if (st < 0)
        return st;
    give_back(j, first);
    st = um_evaluation_sweep(e->answer, e, j->opt, j->pass, &maker, err);
    for (size_t i = 0; i < um_dataset_count(e->set) && st == UM_OK; i++)
        if (e->answer[i])
            st = um_answer_take(e, i, e->answer[i], rule, um_dataset_at(e->set, i)->path, err);
    return st;
}

um_status um_evaluation_analyse(um_evaluation *e, const um_evaluate_options *opt, const um_pass *pass,
                                um_error *err)
{
    const size_t n = um_dataset_count(e->set);
    um_aggregate rule;
    job j = {.opt = opt, .pass = pass};
    if (!um_aggregate_from(&rule, opt->aggregate))
        return um_fail(err, UM_EINVAL, "'%s': no rule by which scores are aggregated", opt->aggregate);
    pthread_mutex_init(&j.lock, NULL);
    e->answer = um_calloc(n, sizeof *e->answer);
    e->n_answers = n;
    e->call = um_calloc(n, sizeof *e->call);
    um_status st = e->answer && e->call ? name_producer(&j, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = run(e, &j, rule, err);
    for (idle *i = j.idle, *next; i; i = next) {
        next = i->next;
        um_analyzer_free(&i->analyzer);
        free(i);
    }
    free(j.producer);
    pthread_mutex_destroy(&j.lock);
    return st;
}
