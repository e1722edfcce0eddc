/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.h: what happened in a training, line by line, and a page that shows it. */
#ifndef UM_TRAIN_LOG_H
#define UM_TRAIN_LOG_H
#include "train/checkpoint.h"

typedef struct um_train_log um_train_log;
/* Opens `path` to append JSON lines. What an earlier run wrote up to `step` stays, the rest goes. NULL path:
 * a log that keeps nothing. */
um_status um_train_log_open(um_train_log **out, const char *path, int64_t step, um_error *err);
void um_train_log_close(um_train_log **log);
/* {"step", "epoch", "loss", "terms": {...}, "rate", "norm", "samples_per_s", "utilisation", "seconds"} */
um_status um_train_log_steps(um_train_log *log, const um_train_task *task, const um_train_state *state,
                             const um_train_progress *p, um_error *err);
/* {"step", "seconds", "metrics": {...}, "best": true or false} */
um_status um_train_log_metrics(um_train_log *log, const um_train_task *task, const um_train_state *state,
                               const double *metrics, bool best, um_error *err);

/* A self-contained page with the curves of a log. UM_EFORMAT when a line is not JSON. */
um_status um_curves_write(const char *html_path, const char *log_path, const char *title, um_error *err);
#endif
