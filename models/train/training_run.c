/* SPDX-License-Identifier: GPL-3.0-or-later */
/* training_run.c: see training_run.h. */
#include "training_run.h"
#include "base/base.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include <math.h>
#include <stdlib.h>

static const double EVERY_S = 5; /* a line of progress */

um_status training_graph(um_graph **out, const char *path, uint64_t seed, um_error *err)
{
    char *bytes;
    size_t n;
    um_status st = um_file_read(&bytes, &n, path, (size_t)1 << 28, err);
    if (st < 0)
        return st;
    st = um_arch_is(bytes, n) ? um_arch_read(out, bytes, path, seed, err)
                              : um_graph_read(out, bytes, n, path, err);
    free(bytes);
    return st;
}

static um_status write_graph(const um_graph *g, const training_run *run, const um_train_result *r,
                             um_error *err)
{
    void *bytes;
    size_t n;
    char metric[64], steps[64];
    snprintf(metric, sizeof metric, "%.5f", r->best);
    snprintf(steps, sizeof steps, "%lld", (long long)r->best_step);
    const char *const notes[][2] = {
        {"licence", "GPL-3.0-or-later"}, {"made_by", run->made_by}, {"validation", metric}, {"steps", steps}};
    um_status st = um_graph_write(&bytes, &n, g, notes, 4, err);
    if (st < 0)
        return st;
    st = um_file_write(run->out, bytes, n, err);
    free(bytes);
    return st;
}

typedef struct watch {
    const training_run *run;
    double next_s;
} watch;

static bool progress(void *user, const um_train_progress *p)
{
    watch *w = user;
    if (p->seconds >= w->next_s || p->step == p->steps) {
        char best[32] = ""; /* before the first validation */
        if (isfinite(p->best))
            snprintf(best, sizeof best, "  best %.4f", p->best);
        fprintf(stderr, "step %lld of %lld  loss %.4f%s  %.1f samples/s  busy %.0f %%  %.0f s  ETA %.0f s\n",
                (long long)p->step, (long long)p->steps, p->loss, best, p->samples_per_s,
                100 * p->utilisation, p->seconds, p->eta_s);
        w->next_s = p->seconds + EVERY_S;
    }
    return !(w->run->stop && w->run->stop(w->run->user));
}

um_status training_run_go(um_train_result *result, const training_run *run, const um_train_task *task,
                          um_error *err)
{
    um_graph *g = NULL;
    um_train_options o = run->options;
    char checkpoint[4300], log[4300], curves[4300];
    watch w = {run, 0};
    snprintf(checkpoint, sizeof checkpoint, "%s/%s.checkpoint", run->folder, run->name);
    snprintf(log, sizeof log, "%s/%s.jsonl", run->folder, run->name);
    snprintf(curves, sizeof curves, "%s/%s.html", run->folder, run->name);
    o.checkpoint = checkpoint;
    o.log = log;
    o.curves = curves;
    o.progress = progress;
    o.progress_user = &w;
    const bool first = !o.comm || o.comm->rank == 0; /* of the processes that mpirun started */
    um_status st = training_graph(&g, run->graph, o.seed, err);
    if (st == UM_OK)
        st = um_train_network(g, task, &o, result, err);
    if (st == UM_OK && first)
        st = write_graph(g, run, result, err);
    if (st == UM_OK && first) {
        char best[128] = "nothing set aside"; /* without validation */
        if (isfinite(result->best))
            snprintf(best, sizeof best, "%s %.4f", task->metric[0], result->best);
        fprintf(stderr, "%s: %s, step %lld of %lld, %.0f s, %.1f samples/s, busy %.0f %%\n", run->out, best,
                (long long)result->best_step, (long long)result->steps, result->seconds,
                result->samples_per_s, 100 * result->utilisation);
    }
    um_graph_free(&g);
    return st;
}
