/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit_calibration: scores of labelled recordings in, src/fusion/calibration.json out.
 *
 *     fit_calibration SCORES.csv OUT.json NAME DATA COMMAND
 *
 * SCORES.csv has the columns signal,version,split,group,label,score as tests/eval/eval_signals.py writes
 * them. Only rows of split "train" are read, and fitted as src/fusion/fit.h says; a signal that is left out
 * there weighs nothing. */
#include "base/json.h"
#include "fusion/fit.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 1 << 20 };

typedef struct row {
    char signal[48], group[96];
    int version;
    um_fit_score score;
} row;

/* Groups by number, in order of their first row within each class. */
static void number_groups(row **rows, size_t n)
{
    int groups[2] = {0};
    for (size_t i = 0; i < n; i++) {
        um_fit_score *s = &rows[i]->score;
        s->group = -1;
        for (size_t k = 0; k < i && s->group < 0; k++)
            if (rows[k]->score.fake == s->fake && !strcmp(rows[k]->group, rows[i]->group))
                s->group = rows[k]->score.group;
        if (s->group < 0)
            s->group = groups[s->fake]++;
    }
}

static um_json *entry_of(const row *r, const um_fit *fit, const char *data, const char *command)
{
    um_json *entry = um_json_object();
    um_json_set_text(entry, "name", r->signal);
    um_json_set_int(entry, "version", r->version);
    um_json_set_num(entry, "slope", fit->line.slope, 6);
    um_json_set_num(entry, "intercept", fit->line.intercept, 6);
    um_json_set_num(entry, "score_min", fit->line.score_min, 6);
    um_json_set_num(entry, "score_max", fit->line.score_max, 6);
    um_json_set_num(entry, "log_lr_max", fit->line.log_lr_max, 6);
    um_json_set_num(entry, "sigma", fit->line.sigma, 3);
    um_json_set_int(entry, "n_real", (int64_t)fit->n[0]);
    um_json_set_int(entry, "n_fake", (int64_t)fit->n[1]);
    um_json_set_num(entry, "auc_train", fit->auc, 4);
    um_json_set_num(entry, "eer_train", fit->equal_error, 4);
    um_json_set_text(entry, "data", data);
    um_json_set_text(entry, "command", command);
    return entry;
}

/* One signal: its entry is added to `out`, or a line says why not. */
static um_status calibrate(um_json *out, row **rows, size_t n, const char *data, const char *command,
                           um_error *err)
{
    const char *name = rows[0]->signal;
    um_fit_score *scores = um_calloc(n, sizeof *scores);
    um_fit fit = {0};
    um_status st = scores ? UM_OK : um_fail_oom(err);
    for (size_t i = 1; i < n && st == UM_OK; i++)
        if (rows[i]->version != rows[0]->version)
            st = um_fail(err, UM_EFORMAT, "scores of two versions of '%s'", name);
    if (st == UM_OK) {
        number_groups(rows, n);
        for (size_t i = 0; i < n; i++)
            scores[i] = rows[i]->score;
        st = um_fit_scores(&fit, scores, n, err);
    }
    free(scores);
    if (st < 0)
        return st;
    if (fit.outcome == UM_FIT_FEW)
        printf("%-18s left out: %zu real, %zu fake scores\n", name, fit.n[0], fit.n[1]);
    else if (fit.outcome == UM_FIT_WEAK)
        printf("%-18s left out: AUC %.3f, slope %+.3f on %zu real, %zu fake\n", name, fit.auc, fit.slope,
               fit.n[0], fit.n[1]);
    else {
        const um_calibration_line *l = &fit.line;
        printf("%-18s AUC %.3f, EER %.3f on %zu real (%d groups), %zu fake (%d groups); log10 LR %+.2f at "
               "%.3g, %+.2f at %.3g; sigma %.2f\n",
               name, fit.auc, fit.equal_error, fit.n[0], fit.groups[0], fit.n[1], fit.groups[1],
               um_calibration_log_lr(l, l->score_min), l->score_min, um_calibration_log_lr(l, l->score_max),
               l->score_max, l->sigma);
        um_json_add(out, entry_of(rows[0], &fit, data, command));
    }
    return UM_OK;
}

/* "signal,version,split,group,label,score" without quotes; the header and rows of other splits are skipped.
 */
static um_status read_rows(row **rows, size_t *n, char *text, const char *path, um_error *err)
{
    size_t capacity = 0, number = 0;
    char *rest = text;
    for (char *at; (at = strsep(&rest, "\n"));) {
        row r = {0};
        char split[16], label[8];
        number++;
        if (!*at || !strncmp(at, "signal,", 7))
            continue;
        if (sscanf(at, "%47[^,],%d,%15[^,],%95[^,],%7[^,],%lf", r.signal, &r.version, split, r.group, label,
                   &r.score.score) != 6 ||
            !isfinite(r.score.score) || (strcmp(label, "real") && strcmp(label, "fake")))
            return um_fail(err, UM_EFORMAT, "%s: line %zu is not signal,version,split,group,label,score",
                           path, number);
        if (strcmp(split, "train"))
            continue;
        r.score.fake = !strcmp(label, "fake");
        if (!um_grow(rows, &capacity, *n + 1, MAX_ROWS, sizeof **rows))
            return um_fail_oom(err);
        (*rows)[(*n)++] = r;
    }
    return UM_OK;
}

static um_status fit_all(um_json *list, row *rows, size_t n, const char *data, const char *command,
                         um_error *err)
{
    row **of_signal = um_calloc(n, sizeof *of_signal);
    bool *done = um_calloc(n, sizeof *done);
    um_status st = of_signal && done ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < n && st == UM_OK; i++) {
        size_t k = 0;
        if (done[i])
            continue;
        for (size_t j = i; j < n; j++)
            if (!strcmp(rows[j].signal, rows[i].signal)) {
                of_signal[k++] = &rows[j];
                done[j] = true;
            }
        st = calibrate(list, of_signal, k, data, command, err);
    }
    free(of_signal);
    free(done);
    return st;
}

int main(int argc, char **argv)
{
    um_error err = {0};
    char *text = NULL, *json = NULL;
    row *rows = NULL;
    size_t bytes = 0, n = 0;
    if (argc != 6) {
        fprintf(stderr, "usage: fit_calibration SCORES.csv OUT.json NAME DATA COMMAND\n");
        return 2;
    }
    um_json *root = um_json_object(), *list = um_json_array();
    um_status st = um_file_read(&text, &bytes, argv[1], (size_t)1 << 28, &err);
    if (st == UM_OK)
        st = read_rows(&rows, &n, text, argv[1], &err);
    if (st == UM_OK && !rows)
        st = um_fail(&err, UM_EFORMAT, "%s: no row of split train", argv[1]);
    if (st == UM_OK)
        st = fit_all(list, rows, n, argv[4], argv[5], &err);
    um_json_set_int(root, "version", 1);
    um_json_set_text(root, "name", argv[3]);
    um_json_set(root, "signals", list);
    if (st == UM_OK)
        st = um_json_text(&json, root, 2, &err);
    if (st == UM_OK)
        st = um_file_write(argv[2], json, strlen(json), &err);
    if (st < 0)
        fprintf(stderr, "fit_calibration: %s\n", err.text);
    um_json_free(&root);
    free(json);
    free(rows);
    free(text);
    return st < 0;
}
