/* SPDX-License-Identifier: GPL-3.0-or-later */
/** learn.h: detectors that are trained on labelled recordings, and used (docs/train.md).
 *
 * A detector is a folder: model.json (columns, their preparation, the classifier), calibration.json,
 * recipe.txt and card.md (what was measured). Text for a caller to keep (`char **out`) is freed with free().
 */
#ifndef UNMASK_LEARN_H
#define UNMASK_LEARN_H

#include <unmask/evaluate.h>
#include <unmask/results.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Learns from the recordings of split "train", or of a set that is not divided; never from others. Analyses
 * them as um_evaluate does (`where`, models_dir, max_s, cache, threads, progress of `opt`; `signals` where
 * the recipe names none), cross-validates by what hangs together, learns on all and writes the folder `out`,
 * model.json last: one that was stopped leaves no detector of two parts. Recordings of which no signal said
 * anything are left out and counted. `said`: what was measured, a line each. UM_EFORMAT: recipe or labels are
 * wrong, too few recordings. UM_EWRITE: `out` cannot be written, or holds something else. */
UM_API um_status um_train(char **said, const char *labels, const char *recipe, const char *out,
                          const um_evaluate_options *opt, um_error *err);

typedef struct um_model um_model;

/** UM_EIO, UM_EFORMAT with a line that names the file. Models may come from anybody. */
UM_API um_status um_model_open(um_model **out, const char *folder, um_error *err);
UM_API void um_model_free(um_model **model);
/** The signals that have to be asked, with commas between them. */
UM_API const char *um_model_signals(const um_model *model);

typedef struct um_prediction {
    double score; ///< of the classifier: higher is more likely manipulated; NAN: none of its signals applied
    um_verdict verdict;
    char measured[400]; ///< how often it erred where it was measured, one sentence
} um_prediction;

/** What it says of an analysed recording. */
UM_API um_status um_model_predict(um_prediction *out, const um_model *model, const um_results *results,
                                  um_error *err);

/** {"path", "score", "verdict" as in a report, "measured"}, one line. */
UM_API um_status um_prediction_json(char **out, const um_prediction *prediction, const char *path,
                                    um_error *err);

#ifdef __cplusplus
}
#endif
#endif
