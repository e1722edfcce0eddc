/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answers.c: every recording analysed, several at once, each on one thread; what an answer says goes into the
 * cache, by the file's digest and all that may change the answer. */
#include "base/input.h"
#include "base/pool.h"
#include "cache/cache.h"
#include "evaluate/answer.h"
#include "evaluate/remember.h"
#include "evaluate/scratch.h"
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
    um_evaluation *e;
    const um_pass *pass;
    const um_evaluate_options *opt;
    um_cache *cache; /* NULL: none */
    char *producer;
    um_aggregate rule;
    char **answer;  /* [examples] JSON; NULL: none */
    char **failure; /* [examples] one line */
    pthread_mutex_t lock;
    idle *idle; /* from here on under the lock */
    size_t done, total;
    um_status st;
    um_error err;
} job;

/* --- what may change an answer --- */

static void add_file(um_buf *b, const char *path)
{
    um_input *input;
    char hex[UM_SHA256_HEX + 1];
    if (um_input_open(&input, path, NULL) < 0)
        return;
    if (um_hash_now(hex, input, NULL) == UM_OK)
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

static um_status key_of(char key[UM_SHA256_HEX + 1], const job *j, const char *path, um_error *err)
{
    um_input *input;
    char sha256[UM_SHA256_HEX + 1];
    um_status st = um_input_open(&input, path, err);
    if (st < 0)
        return st;
    st = um_digest_remembered(sha256, input, j->cache, err);
    um_input_free(&input);
    return st < 0 ? st : um_cache_key(key, sha256, j->producer) ? UM_OK : um_fail_oom(err);
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

static um_status answer_anew(char **out, job *j, const char *path, um_error *err)
{
    return j->pass->condition ? analyse_copy(out, j, path, err) : analyse(out, j, path, err);
}

static um_status answer(char **out, job *j, const char *path, um_error *err)
{
    char key[UM_SHA256_HEX + 1];
    size_t n;
    if (!j->cache)
        return answer_anew(out, j, path, err);
    um_status st = key_of(key, j, path, err);
    if (st < 0 || um_cache_get(out, &n, j->cache, key, NULL) == UM_OK)
        return st;
    st = answer_anew(out, j, path, err);
    return st < 0 ? st : um_cache_put(j->cache, key, *out, strlen(*out), err);
}

/* What concerns the recording alone does not stop the others. */
static bool is_its_own(um_status st)
{
    return st == UM_EIO || st == UM_EFORMAT || st == UM_EUNSUPPORTED;
}

static void part(void *context, int i)
{
    job *j = context;
    um_error err = {0};
    const um_example *x = um_dataset_at(j->e->set, (size_t)i);
    pthread_mutex_lock(&j->lock);
    const bool stopped = j->st < 0;
    pthread_mutex_unlock(&j->lock);
    if (stopped || (x->label != UM_LABEL_REAL && x->label != UM_LABEL_FAKE))
        return;
    um_status st = answer(&j->answer[i], j, x->path, &err);
    if (is_its_own(st))
        st = (j->failure[i] = um_strdup(err.text)) ? UM_OK : um_fail_oom(&err);
    pthread_mutex_lock(&j->lock);
    j->done++;
    if (st == UM_OK && j->opt->progress && !j->opt->progress(j->opt->user, (double)j->done, (double)j->total))
        st = um_fail(&err, UM_ECANCELLED, "stopped after %zu of %zu recordings", j->done, j->total);
    if (st < 0 && j->st == UM_OK) {
        j->st = st;
        j->err = err;
    }
    pthread_mutex_unlock(&j->lock);
}

/* --- all of them --- */

/* In the order of the set, whichever ended first. */
static um_status merge(job *j, um_error *err)
{
    um_evaluation *e = j->e;
    um_status st = UM_OK;
    for (size_t i = 0; i < um_dataset_count(e->set) && st == UM_OK; i++) {
        if (j->answer[i])
            st = um_answer_take(e, i, j->answer[i], j->rule, um_dataset_at(e->set, i)->path, err);
        if (!j->failure[i] || st < 0)
            continue;
        if (!um_grow(&e->failure, &e->failure_capacity, e->n_failures + 1, UM_DATASET_ROWS,
                     sizeof *e->failure))
            return um_fail_oom(err);
        e->failure[e->n_failures++] = (um_failure){i, j->failure[i]};
        j->failure[i] = NULL;
    }
    return st;
}

static um_status run(job *j, um_error *err)
{
    const size_t n = um_dataset_count(j->e->set);
    um_pool *pool = NULL;
    um_analyzer *first = NULL;
    um_status st = um_pool_new(&pool, j->opt->threads, err);
    if (st == UM_OK) /* wrong options are told before anything is read */
        st = lease(&first, j, err);
    if (st == UM_OK) {
        give_back(j, first);
        um_pool_run(pool, part, j, (int)n);
        st = j->st;
        if (st < 0 && err)
            *err = j->err;
    }
    um_pool_free(&pool);
    return st == UM_OK ? merge(j, err) : st;
}

um_status um_evaluation_analyse(um_evaluation *e, const um_evaluate_options *opt, const um_pass *pass,
                                um_error *err)
{
    const size_t n = um_dataset_count(e->set);
    job j = {.e = e, .opt = opt, .pass = pass};
    if (!um_aggregate_from(&j.rule, opt->aggregate))
        return um_fail(err, UM_EINVAL, "'%s': no rule by which scores are aggregated", opt->aggregate);
    for (size_t i = 0; i < n; i++)
        j.total += um_dataset_at(e->set, i)->label == UM_LABEL_REAL ||
                   um_dataset_at(e->set, i)->label == UM_LABEL_FAKE;
    j.done = pass->number * j.total;
    j.total *= pass->of;
    pthread_mutex_init(&j.lock, NULL);
    e->answer = j.answer = um_calloc(n, sizeof *j.answer);
    e->n_answers = n;
    j.failure = um_calloc(n, sizeof *j.failure);
    e->call = um_calloc(n, sizeof *e->call);
    um_status st = j.answer && j.failure && e->call ? name_producer(&j, err) : um_fail_oom(err);
    if (st == UM_OK && opt->cache)
        st = um_cache_open(&j.cache, opt->cache, opt->cache_bytes ? opt->cache_bytes : UM_EVALUATION_CACHE,
                           err);
    if (st == UM_OK)
        st = run(&j, err);
    for (size_t i = 0; i < n && j.failure; i++)
        free(j.failure[i]);
    for (idle *i = j.idle, *next; i; i = next) {
        next = i->next;
        um_analyzer_free(&i->analyzer);
        free(i);
    }
    um_cache_close(&j.cache);
    free(j.producer);
    free(j.failure);
    pthread_mutex_destroy(&j.lock);
    return st;
}
