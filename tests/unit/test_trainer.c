/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The training loop: a problem learned; the same curve whatever the threads, after an interruption, and over
 * several processes; stopping early; clipping; statistics; errors. */
#include "../check.h"
#include "digits.h"
#include "train/checkpoint.h"
#include "train/loader.h"
#include "train/weights.h"
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_STEPS = 64 };
static char dir[64];

typedef struct curve {
    int n, stop_at; /* stop_at: step to cancel after */
    double loss[MOST_STEPS];
} curve;

static bool record(void *user, const um_train_progress *p)
{
    curve *c = user;
    if (p->step <= MOST_STEPS)
        c->loss[p->step - 1] = p->loss;
    c->n = (int)p->step;
    return c->n != c->stop_at;
}

static um_graph *network(void)
{
    um_graph *g = NULL;
    um_error err = {0};
    CHECK(um_arch_read(&g, digit_net, "digits.net", 7, &err) == UM_OK);
    return g;
}

/* 24 steps of 8 shards. */
static um_train_options short_run(curve *c)
{
    um_train_options o = um_train_defaults();
    o.steps = 24;
    o.batch = 32;
    o.shards = 8;
    o.warmup = 5;
    o.log_every = 1;
    o.validate_every = 8;
    o.progress = record;
    o.progress_user = c;
    return o;
}

static bool equal(const um_graph *a, const um_graph *b)
{
    for (size_t i = 0; i < a->n_values; i++) {
        const um_tensor *s = a->values[i].constant, *t = b->values[i].constant;
        if (s && memcmp(s->data, t->data, (size_t)um_tensor_count(s) * um_dtype_size(s->dtype)))
            return false;
    }
    return true;
}

static const char *in_dir(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", dir, name);
    return path;
}

static void learns(void)
{
    digits d;
    um_graph *g = network();
    um_train_options o = um_train_defaults();
    um_train_result r;
    um_error err = {0};
    char log[128], html[128];
    digits_init(&d);
    o.steps = 300;
    o.batch = 64;
    o.rate = 4e-3;
    o.warmup = 20;
    o.average = .98;
    o.validate_every = 50;
    o.log_every = 10;
    o.log = in_dir(log, "learn.jsonl");
    o.curves = in_dir(html, "learn.html");
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK);
    double metric = 0;
    CHECK(digit_validate(&d, g, &metric, &err) == UM_OK);
    fprintf(stderr, "digits: accuracy %.4f at step %d, %.0f samples/s, utilisation %.2f, %.1f s\n", r.best,
            (int)r.best_step, r.samples_per_s, r.utilisation, r.seconds);
    CHECK(r.best > .98 && r.end == UM_TRAIN_STEPS && r.steps == 300);
    CHECK_NEAR(metric, r.best, 0); /* the graph holds the best weights */
    um_graph_free(&g);
}

static void same_for_any_threads(void)
{
    curve a = {0}, b = {0};
    digits d;
    um_graph *g = network(), *h = network();
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    digits_init(&d);
    o.threads = 1;
    o.loaders = 1;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK && a.n == 24);
    o.threads = 3;
    o.loaders = 3;
    o.ahead = 1;
    o.progress_user = &b;
    CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_OK);
    CHECK(!memcmp(a.loss, b.loss, sizeof a.loss) && equal(g, h));
    CHECK(a.loss[23] < a.loss[0]);
    um_graph_free(&g);
    um_graph_free(&h);
}

static char *text_of(const char *path, size_t *n)
{
    char *text = NULL;
    CHECK(um_file_read(&text, n, path, 1 << 24, NULL) == UM_OK);
    return text;
}

/* Lines of a log without the numbers that tell of time. */
static int count_lines(const char *path)
{
    size_t n;
    int lines = 0;
    char *text = text_of(path, &n);
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    free(text);
    return lines;
}

static void resumes(double average)
{
    curve a = {0}, b = {0};
    digits d;
    um_graph *g = network(), *h = network();
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    char whole[128], parts[128], state[128];
    o.average = average;
    digits_init(&d);
    o.log = in_dir(whole, "whole.jsonl");
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK);
    o.log = in_dir(parts, "parts.jsonl");
    o.checkpoint = in_dir(state, "state");
    o.resume = true; /* from nothing at first */
    o.progress_user = &b;
    b.stop_at = 8; /* at a validation, which must not be lost */
    CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_ECANCELLED);
    um_graph_free(&h);
    h = network();
    b.stop_at = 13;
    CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_ECANCELLED);
    um_graph_free(&h);
    h = network();
    b.stop_at = 0;
    CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_OK && r.steps == 24);
    CHECK(!memcmp(a.loss, b.loss, sizeof a.loss) && equal(g, h));
    CHECK(count_lines(whole) == 24 + 3 && count_lines(parts) == 24 + 3);
    um_graph_free(&h);
    h = network(); /* once more: all is done already */
    CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_OK && equal(g, h));
    CHECK(count_lines(parts) == 24 + 3);

    o.seed++;
    CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_EFORMAT && strstr(err.text, "seed"));
    o.seed--;
    o.optimizer.kind = UM_SGD;
    CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_EFORMAT);
    o.optimizer.kind = UM_ADAMW;
    size_t n;
    char *bytes = text_of(state, &n);
    const size_t cuts[] = {0, 7, 100, n / 2, n - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        CHECK(um_file_write(state, bytes, cuts[i], NULL) == UM_OK);
        CHECK(um_train_network(h, &d.task, &o, &r, &err) == UM_EFORMAT && strstr(err.text, state));
    }
    for (size_t i = 0; i < n; i += n / 23) {
        bytes[i] ^= 4;
        CHECK(um_file_write(state, bytes, n, NULL) == UM_OK);
        um_status st = um_train_network(h, &d.task, &o, &r, &err);
        CHECK(st == UM_EFORMAT || st == UM_EUNSUPPORTED);
        bytes[i] ^= 4;
    }
    CHECK(equal(g, h));
    free(bytes);
    CHECK(!unlink(state) && !unlink(parts) && !unlink(whole));
    um_graph_free(&g);
    um_graph_free(&h);
}

static um_status always_half(void *user, um_graph *graph, double *metrics, um_error *err)
{
    metrics[0] = .5;
    return UM_OK;
}

static void stops(void)
{
    curve a = {0};
    digits d;
    um_graph *g = network();
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    digits_init(&d);
    d.task.validate = always_half;
    o.validate_every = 3;
    o.patience = 2;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK);
    CHECK(r.end == UM_TRAIN_PATIENCE && r.steps == 9 && r.best_step == 3);
    o.patience = 0;
    o.max_seconds = 1e-12; /* over before the clock has moved on */
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK && r.end == UM_TRAIN_TIME && r.steps == 1);
    um_graph_free(&g);
}

/* One step of plain descent moves the parameters by rate x norm, so a clipped one by rate x limit. */
/* A metric may be no number at first, say of a network that finds nothing yet: any number is better. */
static int n_measured;
static um_status measure_late(void *user, um_graph *graph, double *metrics, um_error *err)
{
    static const double seen[] = {NAN, .25, NAN, .125};
    metrics[0] = seen[n_measured++ % 4];
    return UM_OK;
}

static void numbers_beat_none(void)
{
    curve c = {0};
    digits d;
    um_graph *g = network();
    um_train_options o = short_run(&c);
    um_train_result r;
    um_error err = {0};
    digits_init(&d);
    d.task.validate = measure_late;
    o.validate_every = 6;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK && n_measured == 4);
    CHECK(r.best == .25 && r.best_step == 12);
    um_graph_free(&g);
}

static void clips(void)
{
    digits d;
    um_graph *g = network(), *before = network();
    curve a = {0};
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    double moved = 0;
    digits_init(&d);
    d.task.validate = NULL;
    o.steps = 1;
    o.warmup = 0;
    o.rate = .5;
    o.average = 0;
    o.clip_norm = .25;
    o.optimizer = (um_optimizer_options){.kind = UM_SGD};
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK);
    for (size_t i = 0; i < g->n_values; i++) {
        const um_tensor *s = g->values[i].constant, *t = before->values[i].constant;
        if (!s || s->dtype != UM_F32 || strstr(g->values[i].name, "norm.mean") ||
            strstr(g->values[i].name, "norm.variance"))
            continue;
        for (int64_t k = 0; k < um_tensor_count(s); k++)
            moved += pow((double)((float *)s->data)[k] - (double)((float *)t->data)[k], 2);
    }
    CHECK_NEAR(sqrt(moved), .5 * .25, 1e-5);
    um_graph_free(&g);
    um_graph_free(&before);
}

/* The running statistics after a step against two shards run by hand. */
static void statistics(void)
{
    enum { SHARD = 8, CHANNELS = 12 }; /* of the first convolution */
    digits d;
    um_graph *g = network(), *h = network();
    curve a = {0};
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    double mean[CHANNELS] = {0}, variance[CHANNELS] = {0};
    digits_init(&d);
    d.task.validate = NULL;
    o.steps = 1;
    o.average = 0;
    o.batch = 2 * SHARD;
    o.shards = 2;
    um_loader_options l = {
        .steps = 1, .batch = o.batch, .shards = 2, .size = 1, .threads = 1, .ahead = 1, .seed = o.seed};
    um_loader *loader = NULL;
    um_plan *plan = NULL;
    um_stat stat = {0};
    float *const *in, *const *target;
    double waited = 0;
    CHECK(um_loader_new(&loader, &d.task, &l, &err) == UM_OK &&
          um_loader_next(loader, &in, &target, &waited, &err) == UM_OK);
    for (int k = 0; k < 2; k++) {
        um_tensor store[1];
        const um_tensor *input[1], *out[1];
        um_train_tensors(&d.task, SHARD, in, k * SHARD, store, input);
        CHECK((plan || um_plan_new_training(&plan, h, input, &err) == UM_OK) &&
              um_plan_run(plan, input, out, &err) == UM_OK);
        stat = um_plan_stat(plan, 0);
        for (int c = 0; c < CHANNELS; c++) {
            mean[c] += (double)stat.batch_mean[c] / 2;
            variance[c] += (double)stat.batch_variance[c] / 2 * (double)stat.count / (double)(stat.count - 1);
        }
    }
    CHECK(stat.channels == CHANNELS && stat.count == SHARD * 8 * 8);
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK);
    const float *got_mean = g->values[stat.mean_value].constant->data,
                *got_variance = g->values[stat.variance_value].constant->data;
    for (int c = 0; c < CHANNELS; c++) {
        CHECK_NEAR(got_mean[c], .1 * mean[c], 1e-6);
        CHECK_NEAR(got_variance[c], .9 + .1 * variance[c], 1e-6);
    }
    um_plan_free(&plan);
    um_loader_free(&loader);
    um_graph_free(&g);
    um_graph_free(&h);
}

static um_status loss_fails(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    return um_fail(err, UM_EFORMAT, "no such loss");
}

static um_status loss_explodes(void *user, const um_train_batch *b, double *terms, um_error *err)
{
    terms[0] = NAN;
    return UM_OK;
}

static void fails(void)
{
    digits d;
    um_graph *g = network();
    curve a = {0};
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    digits_init(&d);
    d.fail_after = 100;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_EIO && strstr(err.text, "is not there"));
    d.fail_after = 0;
    d.task.loss = loss_fails;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_EFORMAT && strstr(err.text, "no such loss"));
    d.task.loss = loss_explodes;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_EINVAL && strstr(err.text, "no number"));
    um_train_shape *in = &d.task.in[0];
    in->dim[in->rank - 1]++; /* the network has a side that is one shorter */
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_EINVAL && strstr(err.text, "another shape"));
    in->dim[in->rank - 1]--;
    in->rank--;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_EINVAL && strstr(err.text, "another shape"));
    in->rank++;
    o.shards = 5;
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_EINVAL && strstr(err.text, "shards"));
    um_graph_free(&g);
}

static void shuffles(void)
{
    bool seen[100];
    int fixed = 0;
    for (int n = 1; n <= 100; n++)
        for (uint64_t key = 0; key < 8; key++) {
            int n_seen = 0;
            memset(seen, 0, sizeof seen);
            for (int i = 0; i < n; i++) {
                int64_t k = um_shuffle(key, n, i);
                if (k >= 0 && k < n && !seen[k])
                    n_seen++, seen[k] = true;
                fixed += n == 100 && k == i;
            }
            CHECK(n_seen == n);
        }
    CHECK(fixed < 24); /* 8 expected, one per permutation; Poisson: over 23 once in 10^5 */
    int64_t far = um_shuffle(1, (int64_t)1 << 40, 12345);
    CHECK(far >= 0 && far < (int64_t)1 << 40);
}

/* Samples that belong together stay neighbours, whatever the order. */
static um_status write_index(void *user, int64_t index, int64_t epoch, uint64_t seed, float *const *in,
                             float *const *target, um_error *err)
{
    in[0][0] = (float)index;
    return UM_OK;
}

static void pairs_stay(void)
{
    const um_train_task task = {
        .n_in = 1, .in = {{1, {1}}}, .samples = 30, .together = 2, .sample = write_index};
    const um_loader_options o = {
        .steps = 15, .batch = 8, .shards = 2, .size = 1, .threads = 2, .ahead = 2, .seed = 4};
    um_loader *l = NULL;
    um_error err = {0};
    int seen[30] = {0}, moved = 0;
    CHECK(um_loader_new(&l, &task, &o, &err) == UM_OK);
    for (int step = 0; step < o.steps; step++) {
        float *const *in, *const *target;
        double waited = 0;
        CHECK(um_loader_next(l, &in, &target, &waited, &err) == UM_OK);
        for (int i = 0; i < o.batch; i += 2) {
            const int a = (int)in[0][i], b = (int)in[0][i + 1];
            CHECK(a % 2 == 0 && b == a + 1);
            seen[a]++;
            moved += a != (step * o.batch + i) % 30;
        }
    }
    for (int i = 0; i < 30; i += 2)
        CHECK(seen[i] == 4); /* 120 samples are four epochs */
    CHECK(moved > 30);
    um_loader_free(&l);
}

/* --- several processes: this program under mpirun, writing its curve --- */

static int run_as_process(const char *path)
{
    digits d;
    um_graph *g = network();
    curve a = {0};
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    um_status st = um_comm_open(&o.comm, &err);
    digits_init(&d);
    o.threads = 1;
    if (st == UM_OK)
        st = um_train_network(g, &d.task, &o, &r, &err);
    if (st < 0)
        fprintf(stderr, "process %d: %s\n", o.comm ? o.comm->rank : -1, err.text);
    if (st == UM_OK && o.comm->rank == 0) {
        FILE *f = fopen(path, "w");
        if (f)
            fprintf(f, "%d %.17g\n", o.comm->size, r.best);
        for (int i = 0; f && i < 24; i++)
            fprintf(f, "%.17g\n", a.loss[i]);
        if (f)
            fclose(f);
    }
    um_comm_close(&o.comm);
    um_graph_free(&g);
    return st < 0;
}

static void over_processes(const char *self)
{
    digits d;
    um_graph *g = network();
    curve a = {0};
    um_train_options o = short_run(&a);
    um_train_result r;
    um_error err = {0};
    char path[128], command[600];
    int size = 0;
    double best = 0, loss = 0, worst = 0;
    if (system("mpirun --version >/dev/null 2>&1") != 0) {
        fprintf(stderr, "processes skipped: no mpirun\n");
        um_graph_free(&g);
        return;
    }
    digits_init(&d);
    CHECK(um_train_network(g, &d.task, &o, &r, &err) == UM_OK);
    snprintf(
        command, sizeof command,
        "LSAN_OPTIONS=detect_leaks=0 ASAN_OPTIONS=detect_leaks=0 mpirun --allow-run-as-root --oversubscribe "
        "-np 2 '%s' '%s' >&2",
        self, in_dir(path, "processes"));
    CHECK(system(command) == 0);
    FILE *f = fopen(path, "r");
    CHECK(f && fscanf(f, "%d %lf", &size, &best) == 2);
    for (int i = 0; f && i < 24 && fscanf(f, "%lf", &loss) == 1; i++)
        worst = fmax(worst, fabs(loss - a.loss[i]));
    if (f)
        fclose(f);
    if (size == 1)
        fprintf(stderr, "built without MPI\n");
    fprintf(stderr, "%d processes: the curve differs by %.1e\n", size, worst);
    CHECK(worst < 1e-5);
    CHECK_NEAR(best, r.best, .005);
    um_graph_free(&g);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return run_as_process(argv[1]);
    snprintf(dir, sizeof dir, "/tmp/unmask-trainer-XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    shuffles();
    pairs_stay();
    statistics();
    numbers_beat_none();
    clips();
    same_for_any_threads();
    resumes(.999);
    resumes(0); /* the weights themselves are validated and kept */
    stops();
    fails();
    learns();
    over_processes(argv[0]);
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    CHECK(system(command) == 0);
    return check_done();
}
