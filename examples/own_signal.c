/* SPDX-License-Identifier: GPL-3.0-or-later */
/* own_signal.c: ask a question of your own, beside those of the library: does the light flicker?
 *
 *     cc own_signal.c $(pkg-config --cflags --libs unmask) -lm -o own_signal && ./own_signal clip.mp4 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unmask/unmask.h>

typedef struct flicker { /* of one recording */
    int series;
    double before, sum;
    long n;
} flicker;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    ((flicker *)state)->series = -1;
    return UM_OK;
}

/* Of one moment, in any order and by several threads: the work. */
static um_status measure(void *measured, const void *shared, const um_signal_input *in, um_error *err)
{
    const um_image *gray = in->frame->gray;
    double sum = 0;
    for (int y = 0; y < gray->height; y++)
        for (int x = 0; x < gray->width; x++)
            sum += gray->data[y * gray->stride + x];
    *(double *)measured = sum / gray->width / gray->height;
    return UM_OK;
}

/* Of one moment, in the order of time: what follows the recording. */
static um_status push(void *state, const um_signal_input *in, const void *measured, um_findings *out,
                      um_error *err)
{
    flicker *f = state;
    const double level = *(const double *)measured;
    um_status st = UM_OK;
    if (f->series < 0)
        st = um_findings_series(out, &f->series, um_file_subject(), "brightness", "levels", err);
    if (f->n++)
        f->sum += fabs(level - f->before);
    f->before = level;
    return st < 0 ? st : um_findings_point(out, f->series, in->frame->t_s, level, err);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const flicker *f = state;
    if (f->n < 2)
        return um_findings_skip(out, um_file_subject(), err, "too short: %ld frames, 2 needed", f->n);
    const double mean = f->sum / (double)(f->n - 1);
    return um_findings_score(out, um_file_subject(), mean, err, "brightness changes by %.2f levels a frame",
                             mean);
}

static const um_signal um_flicker = {
    .name = "flicker",
    .family = "image",
    .question = "Does the light flicker?",
    .meaning = "Positive: brightness changes from frame to frame, as lamps and cuts do, too.",
    .score_unit = "levels per frame",
    .paper = "none: an example",
    .version = 1,
    .needs = UM_NEED_GRAY | UM_NEED_MOTION,
    .state_size = sizeof(flicker),
    .measure_size = sizeof(double),
    .begin = begin,
    .measure = measure,
    .push = push,
    .finish = finish,
};

int main(int argc, char **argv)
{
    um_error err = {0};
    um_analyzer *analyzer = NULL;
    um_results *results = NULL;
    um_analysis_options options = UM_ANALYSIS_OPTIONS_INIT;
    char *text = NULL;

    options.signals = "flicker";
    if (argc == 2 && um_signal_register(&um_flicker, &err) == UM_OK &&
        um_analyzer_new(&analyzer, &options, &err) == UM_OK &&
        um_analyzer_run(&results, analyzer, argv[1], &err) == UM_OK &&
        um_results_text(&text, results, 100, false, &err) == UM_OK)
        fputs(text, stdout);
    else
        fprintf(stderr, "%s\n", argc == 2 ? err.text : "usage: own_signal FILE");
    const int status = text ? 0 : 1;
    free(text);
    um_results_free(&results);
    um_analyzer_free(&analyzer);
    return status;
}
