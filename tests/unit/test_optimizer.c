/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optimizers against their formulas in double and against PyTorch; clipping, averages, schedule. */
#include "../check.h"
#include "train/optimizer.h"
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HALF = 38, N = 2 * HALF, STEPS = 20 };
typedef enum kind { SGD, NESTEROV, ADAMW, KINDS } kind;
static const char *const name[KINDS] = {"sgd", "nesterov", "adamw"};
static const double RATE = .05, MOMENTUM = .9, DECAY = .1;

static uint64_t seed = 3;
static float uniform(void) /* -1..1 */
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(seed >> 11) / 4503599627370496.0 - 1);
}

static void by_definition(kind k, double p[N], const float *grad)
{
    static double m[N], v[N];
    memset(m, 0, sizeof m);
    memset(v, 0, sizeof v);
    for (int t = 1; t <= STEPS; t++)
        for (int i = 0; i < N; i++) {
            double g = grad[(t - 1) * N + i], decay = i < HALF ? DECAY : 0;
            if (k == ADAMW) {
                p[i] -= RATE * decay * p[i];
                m[i] = .9 * m[i] + .1 * g;
                v[i] = .999 * v[i] + .001 * g * g;
                p[i] -= RATE * m[i] / (1 - pow(.9, t)) / (sqrt(v[i] / (1 - pow(.999, t))) + 1e-8);
            } else {
                g += decay * p[i];
                v[i] = MOMENTUM * v[i] + g;
                p[i] -= RATE * (k == NESTEROV ? g + MOMENTUM * v[i] : v[i]);
            }
        }
}

static void write_list(FILE *f, const float *v, int n, char end)
{
    for (int i = 0; i < n; i++)
        fprintf(f, "%.17g ", v[i]);
    fputc(end, f);
}

static void run(kind k, FILE *cases)
{
    float p[N], start[N], grad[STEPS * N], doubled[N];
    double expected[N], worst = 0;
    um_error err;
    um_optimizer *o = NULL;
    um_param params[] = {{.rank = 2, .dim = {2, HALF / 2}, .n = HALF, .data = p},
                         {.rank = 1, .dim = {HALF}, .n = HALF, .data = p + HALF}};
    um_optimizer_options options = {.kind = k == ADAMW ? UM_ADAMW : UM_SGD,
                                    .momentum = MOMENTUM,
                                    .nesterov = k == NESTEROV,
                                    .decay = DECAY};
    for (int i = 0; i < N; i++)
        expected[i] = start[i] = p[i] = uniform();
    for (int i = 0; i < STEPS * N; i++)
        grad[i] = uniform();
    CHECK(um_optimizer_new(&o, &options, params, 2, &err) == UM_OK);
    for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < N; i++)
            doubled[i] = 2 * grad[t * N + i];
        um_optimizer_step(o, doubled, .5, RATE);
    }
    CHECK(um_optimizer_steps(o) == STEPS && um_optimizer_arrays(o) == (k == ADAMW ? 2 : 1));
    by_definition(k, expected, grad);
    for (int i = 0; i < N; i++)
        worst = fmax(worst, fabs(p[i] - expected[i]));
    fprintf(stderr, "%s: within %.1e of the formula after %d steps\n", name[k], worst, STEPS);
    CHECK(worst < 2e-6); /* rounding of 20 float steps of values up to 3 */
    fprintf(cases, "%s;%.17g %.17g %.17g;", name[k], RATE, MOMENTUM, DECAY);
    write_list(cases, grad, STEPS * N, ';');
    write_list(cases, start, N, ';');
    write_list(cases, p, N, '\n');
    um_optimizer_free(&o);
    CHECK(!o);
}

static void against_torch(const char *path)
{
    char command[4400];
    const char *source = getenv("UNMASK_SOURCE_DIR");
    snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/unit/train_torch.py' optimizer %s >&2",
             source ? source : ".", path);
    int status = system(command);
    if (WEXITSTATUS(status) == CHECK_SKIP)
        fprintf(stderr, "PyTorch comparison skipped: no python3-torch\n");
    else
        CHECK(status == 0);
}

static void small_parts(void)
{
    float x[1003], mean[2] = {1, 2};
    double sum = 0;
    for (int i = 0; i < 1003; i++) {
        x[i] = uniform();
        sum += (double)x[i] * x[i];
    }
    CHECK_NEAR(um_norm2(x, 1003), sqrt(sum), 1e-13 * sqrt(sum));
    CHECK_NEAR(um_clip_factor(5, 2), .4, 0);
    CHECK_NEAR(um_clip_factor(1, 2), 1, 0);
    CHECK_NEAR(um_clip_factor(5, 0), 1, 0);
    um_average(mean, (float[]){3, 6}, 2, .75);
    CHECK_NEAR(mean[0], 1.5, 1e-7);
    CHECK_NEAR(mean[1], 3, 1e-7);
    CHECK_NEAR(um_average_keep(.999, 0), .1, 0);
    CHECK_NEAR(um_average_keep(.999, 1000000), .999, 0);

    CHECK_NEAR(um_schedule(0, 100, 10, .01), .1, 1e-15);
    CHECK_NEAR(um_schedule(9, 100, 10, .01), 1, 0);
    CHECK_NEAR(um_schedule(10, 100, 10, .01), 1, 0);
    CHECK_NEAR(um_schedule(99, 100, 10, .01), .01, 1e-15);
    CHECK_NEAR(um_schedule(200, 100, 10, .01), .01, 1e-15);
    CHECK_NEAR(um_schedule(49, 99, 0, 0), .5, 1e-15);
    CHECK_NEAR(um_schedule(0, 1, 0, 0), 1, 0);
}

int main(void)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/unmask-optimizer-%d.txt", (int)getpid());
    FILE *cases = fopen(path, "w");
    CHECK(cases != NULL);
    for (int k = 0; cases && k < KINDS; k++)
        run((kind)k, cases);
    if (cases)
        fclose(cases);
    against_torch(path);
    remove(path);
    small_parts();
    return check_done();
}
