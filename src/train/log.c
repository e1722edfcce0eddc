/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.c: the log of a training, one JSON object a line, cut back when a run is resumed. */
#include "train/log.h"
#include "base/json.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DIGITS = 9, MOST_BYTES = 256 << 20 };

struct um_train_log {
    FILE *f;
    char *path;
};

/* Keeps the lines of an interrupted run that the state to go on from has seen. */
static um_status keep_until(const char *path, int64_t step, um_error *err)
{
    char *text;
    size_t n;
    um_file file;
    um_status st;
    if (access(path, F_OK) < 0 && errno == ENOENT)
        return UM_OK;
    if ((st = um_file_read(&text, &n, path, MOST_BYTES, err)) < 0)
        return st;
    if ((st = um_file_create(&file, path, err)) == UM_OK) {
        char *rest = NULL;
        for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
            um_json *json = NULL;
            if (um_json_parse(&json, line, strlen(line), path, NULL) == UM_OK &&
                um_json_get_int(json, "step", INT64_MAX) <= step)
                fprintf(file.f, "%s\n", line);
            um_json_free(&json);
        }
        st = um_file_commit(&file, err);
    }
    free(text);
    return st;
}

um_status um_train_log_open(um_train_log **out, const char *path, int64_t step, um_error *err)
{
    um_status st = UM_OK;
    um_train_log *log = *out = um_calloc(1, sizeof *log);
    if (!log)
        return um_fail_oom(err);
    if (!path)
        return UM_OK;
    if (!(log->path = um_strdup(path)))
        st = um_fail_oom(err);
    if (st == UM_OK)
        st = keep_until(path, step, err);
    if (st == UM_OK && !(log->f = fopen(path, "abe")))
        st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
    if (st < 0)
        um_train_log_close(out);
    return st;
}

void um_train_log_close(um_train_log **log)
{
    if (!*log)
        return;
    if ((*log)->f)
        fclose((*log)->f);
    free((*log)->path);
    free(*log);
    *log = NULL;
}

static um_status write_line(um_train_log *log, um_json *json, um_error *err)
{
    char *text = NULL;
    um_status st = um_json_text(&text, json, 0, err);
    if (st == UM_OK && (fprintf(log->f, "%s\n", text) < 0 || fflush(log->f)))
        st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", log->path);
    free(text);
    um_json_free(&json);
    return st;
}

um_status um_train_log_steps(um_train_log *log, const um_train_task *task, const um_train_state *state,
                             const um_train_progress *p, um_error *err)
{
    if (!log->f)
        return UM_OK;
    um_json *line = um_json_object(), *terms = um_json_object();
    um_json_set_int(line, "step", p->step);
    um_json_set_num(line, "epoch", p->epoch, DIGITS);
    um_json_set_num(line, "loss", p->loss, DIGITS);
    for (int i = 0; i < task->n_terms; i++)
        um_json_set_num(terms, task->term[i], state->window[i] / (double)state->window_steps, DIGITS);
    um_json_set(line, "terms", terms);
    um_json_set_num(line, "rate", p->rate, DIGITS);
    um_json_set_num(line, "norm", state->window_norm / (double)state->window_steps, DIGITS);
    um_json_set_num(line, "samples_per_s", p->samples_per_s, 4);
    um_json_set_num(line, "utilisation", p->utilisation, 4);
    um_json_set_num(line, "seconds", p->seconds, 6);
    return write_line(log, line, err);
}

um_status um_train_log_metrics(um_train_log *log, const um_train_task *task, const um_train_state *state,
                               const double *metrics, bool best, um_error *err)
{
    if (!log->f)
        return UM_OK;
    um_json *line = um_json_object(), *values = um_json_object();
    um_json_set_int(line, "step", state->step);
    um_json_set_num(line, "seconds", state->seconds, 6);
    for (int i = 0; i < task->n_metrics; i++)
        um_json_set_num(values, task->metric[i], metrics[i], DIGITS);
    um_json_set(line, "metrics", values);
    um_json_set_bool(line, "best", best);
    return write_line(log, line, err);
}
