/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signals: 30 made signals of 5 ms of work each on a small clip, with 1 thread and with 2, alternated. Half
 * of the signals work in `push`, in order, half in `measure`. Prints the best time of each, and their ratio.
 *
 *     signals [ROUNDS [THREADS]] */
#include <stdio.h>
#include <stdlib.h>
#include <unmask/unmask.h>

enum { SIGNALS = 30, FRAMES = 20 };
static const double WORK_S = .005;

static long n_steps;
static volatile unsigned sink;

/* The same work however many threads there are: steps are counted, not time. */
static void work(long steps)
{
    unsigned x = 1;
    for (long i = 0; i < steps; i++)
        x = x * 1664525u + 1013904223u;
    sink = x;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    work(n_steps);
    return UM_OK;
}

static um_status measure(void *measure, const void *shared, const um_signal_input *in, um_error *err)
{
    work(n_steps);
    return UM_OK;
}

static void calibrate(void)
{
    double best = 1e9;
    const long steps = 4000000;
    for (int i = 0; i < 9; i++) {
        const double start = um_now_s();
        work(steps);
        const double took = um_now_s() - start;
        best = took < best ? took : best;
    }
    n_steps = (long)((double)steps * WORK_S / best);
}

static char names[400];

static um_status register_signals(um_error *err)
{
    static um_signal made[SIGNALS];
    static char name[SIGNALS][16];
    size_t used = 0;
    for (int i = 0; i < SIGNALS; i++) {
        snprintf(name[i], sizeof name[i], "made_%d", i);
        made[i] = (um_signal){.name = name[i],
                              .family = "image",
                              .question = "How long?",
                              .meaning = "Nothing.",
                              .score_unit = "none",
                              .paper = "none",
                              .version = 1,
                              .needs = UM_NEED_GRAY};
        if (i % 2)
            made[i].measure = measure;
        else
            made[i].push = push;
        const um_status st = um_signal_register(&made[i], err);
        if (st < 0)
            return st;
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? "," : "", name[i]);
    }
    return UM_OK;
}

static um_status make_clip(const char *path, um_error *err)
{
    um_writer *w = NULL;
    um_image *image = NULL;
    const um_writer_options opt = {.width = 96, .height = 64, .fps = 25};
    um_status st = um_writer_open(&w, path, &opt, err);
    if (st == UM_OK)
        st = um_image_new(&image, opt.width, opt.height, UM_RGB24, err);
    for (int i = 0; i < FRAMES && st == UM_OK; i++) {
        for (int y = 0; y < image->height; y++)
            for (int x = 0; x < 3 * image->width; x++)
                image->data[y * image->stride + x] = (uint8_t)(x + y * i);
        st = um_writer_frame(w, image, i / opt.fps, err);
    }
    if (st == UM_OK)
        st = um_writer_finish(w, err);
    um_writer_close(&w);
    um_image_free(&image);
    return st;
}

static um_status analyse(double *seconds, const char *path, int threads, um_error *err)
{
    um_analyzer *a = NULL;
    um_results *r = NULL;
    const um_analysis_options opt = {.signals = names, .threads = threads};
    um_status st = um_analyzer_new(&a, &opt, err);
    const double start = um_now_s();
    if (st == UM_OK)
        st = um_analyzer_run(&r, a, path, err);
    const double took = um_now_s() - start;
    *seconds = took < *seconds ? took : *seconds;
    um_results_free(&r);
    um_analyzer_free(&a);
    return st;
}

int main(int argc, char **argv)
{
    um_error err = {0};
    const int rounds = argc > 1 ? atoi(argv[1]) : 5, threads = argc > 2 ? atoi(argv[2]) : 2;
    const char *dir = getenv("TMPDIR");
    char path[4096];
    double one = 1e9, many = 1e9;
    snprintf(path, sizeof path, "%s/unmask-bench-%.0f.mkv", dir ? dir : "/tmp", 1e6 * um_now_s());
    calibrate();
    um_status st = register_signals(&err);
    if (st == UM_OK)
        st = make_clip(path, &err);
    for (int i = 0; i < rounds && st == UM_OK; i++) {
        st = analyse(&one, path, 1, &err);
        if (st == UM_OK)
            st = analyse(&many, path, threads, &err);
    }
    remove(path);
    if (st < 0) {
        fprintf(stderr, "signals: %s\n", err.text);
        return 1;
    }
    printf("%d signals of %.0f ms, %d pictures: 1 thread %.2f s, %d threads %.2f s, ratio %.2f\n", SIGNALS,
           1000 * WORK_S, FRAMES, one, threads, many, one / many);
    return 0;
}
