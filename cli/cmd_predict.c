/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_predict.c: what a trained detector says of recordings. */
#include "commands.h"
#include "interrupt.h"
#include "progress.h"
#include "report.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/unmask.h>

static struct {
    const char *models;
    bool json;
    int threads;
    double max_s;
} o;

static const um_opt options[] = {
    {"json", UM_OPT_FLAG, NULL, "a line of JSON per recording", &o.json},
    {"models", UM_OPT_INPUT, "DIR", "folder with other networks than the built-in ones", &o.models},
    {"max-seconds", UM_OPT_NUM, "S", "look only at the first S seconds of each", &o.max_s, 0.001, 1e9},
    {"threads", UM_OPT_INT, "N", "threads (default: all cores)", &o.threads, 1, UM_POOL_MAX_THREADS},
    {0},
};

static um_progress bar;

static um_status tell(const um_prediction *p, const char *path, um_error *err)
{
    const um_verdict *v = &p->verdict;
    char *text = NULL;
    if (o.json) {
        const um_status st = um_prediction_json(&text, p, path, err);
        if (st == UM_OK)
            puts(text);
        free(text);
        return st;
    }
    um_show(stdout, path);
    fputs(": ", stdout);
    if (isfinite(p->score))
        printf("score %.3g, ", p->score);
    if (v->inconclusive)
        printf("inconclusive: %s\n", v->reason);
    else
        printf("%s, likelihood ratio %.2g (90 %% interval %.2g to %.2g); of %d %s recordings measured, %d "
               "looked like "
               "that\n",
               v->words, pow(10, v->log_lr), pow(10, v->lo), pow(10, v->hi), v->call_of,
               v->log_lr > 0 ? "real" : "manipulated", v->call_wrong);
    return UM_OK;
}

static um_status predict(const um_model *model, um_analyzer *analyzer, const char *path, um_error *err)
{
    um_results *results = NULL;
    um_prediction prediction;
    um_progress_begin(&bar, path);
    um_status st = um_analyzer_run(&results, analyzer, path, err);
    um_progress_end(&bar);
    if (st == UM_OK)
        st = um_model_predict(&prediction, model, results, err);
    if (st == UM_OK)
        st = tell(&prediction, path, err);
    um_results_free(&results);
    return st;
}

static int run(int n, char **args)
{
    um_error err = {0};
    um_model *model = NULL;
    um_analyzer *analyzer = NULL;
    int failed = 0, status = UM_EXIT_OK;
    if (um_model_open(&model, args[0], &err) < 0)
        return um_complain(&err);
    const um_analysis_options opt = {.size = sizeof opt,
                                     .signals = um_model_signals(model),
                                     .models_dir = o.models,
                                     .threads = o.threads,
                                     .max_s = o.max_s,
                                     .progress = um_progress_or_stop,
                                     .hashing = um_progress_hashing,
                                     .user = &bar};
    um_interrupts_catch(1);
    if (um_analyzer_new(&analyzer, &opt, &err) < 0)
        return um_model_free(&model), um_complain(&err);
    for (int i = 1; i < n && !um_interrupted(); i++) {
        if (predict(model, analyzer, args[i], &err) < 0) {
            um_report_failure(o.json && n > 2, "path", args[i], &err);
            status = um_complain(&err);
            failed++;
        }
        fflush(stdout);
    }
    um_analyzer_free(&analyzer);
    um_model_free(&model);
    if (um_interrupted())
        return UM_EXIT_SIGNAL + um_interrupted();
    return failed && failed < n - 1 ? UM_EXIT_SOME_FAILED : status;
}

const um_command um_cmd_predict = {
    .program = "unmask",
    .name = "predict",
    .arguments = "MODEL FILE...",
    .summary = "Ask a detector that unmask train made",
    .details = "MODEL is the folder that unmask train wrote. Of each FILE: the score (higher: more likely "
               "manipulated), and "
               "what it\n"
               "means by the calibration of that detector, or why that is inconclusive.",
    .examples = "  unmask predict mine suspect.wav\n"
                "  unmask predict --json mine recordings/*.mp4",
    .options = options,
    .min_args = 2,
    .max_args = -1,
    .run = run,
};
