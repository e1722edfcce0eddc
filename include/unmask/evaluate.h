/* SPDX-License-Identifier: GPL-3.0-or-later */
/** evaluate.h: how well scores tell the fakes of a labelled set from its real recordings (docs/evaluate.md).
 *
 * A um_evaluation comes from um_evaluate, is only read from then on, and is freed with um_evaluation_free.
 * Text for a caller to keep (`char **out`) is freed with free().
 */
#ifndef UNMASK_EVALUATE_H
#define UNMASK_EVALUATE_H

#include <unmask/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** All zero = the defaults. Start from UM_EVALUATE_OPTIONS_INIT. */
typedef struct um_evaluate_options {
    size_t size;         ///< of this struct
    const char *where;   ///< which recordings: "split=dev,kind!=tts|vc"; NULL = all
    const char *by;      ///< fields by which to divide the fakes, with commas between; NULL = none
    const char *scores;  ///< CSV file of scores, instead of analysing; NULL = analyse
    const char *signals; ///< as in um_analysis_options, as the next two
    const char *models_dir;
    const char *calibration;
    double max_s;        ///< look only at the first seconds; 0 = all
    const char *cache;   ///< folder in which answers are kept; NULL = none
    int64_t cache_bytes; ///< its maximum; 0 = 1 GiB
    int threads;         ///< recordings at once; 0 = number of cores
    int draws;           ///< of the bootstrap; 0 = 1000
    uint64_t seed;       ///< of the bootstrap
    const double
        *verifier; ///< [3] of a speaker verification: misses, false alarms, fakes accepted; may be NULL
    um_progress_fn progress; ///< in recordings; by several threads, one at a time; may be NULL
    void *user;              ///< of `progress`
    const char *aggregate; ///< how persons and moments become a score: "score" (the signal's own; NULL, too),
                           ///< "mean", "confident", "max", "person" (docs/evaluate.md)
    const char *label;     ///< "audio" or "video": what is said of the sound or of the picture alone counts;
                           ///< NULL: of the whole
    const char *robustness; ///< also re-encoded, blurred, ...: "all", or conditions with commas between
                            ///< (docs/evaluate.md); NULL: not
    const char *cross;  ///< each value of this field left out once: "source", "generator", ...; "set" is the
                        ///< first folder of the path; NULL: not
    const char *recipe; ///< file: a classifier by this recipe (docs/train.md) is one more detector, learnt by
                        ///< cross-validation; NULL: none
    bool cues; ///< also measure what betrays the label before anyone looks: size, length, codec, level, ...
               ///< (docs/evaluate.md); with it `signals` may be "none": nothing is analysed
} um_evaluate_options;

#define UM_EVALUATE_OPTIONS_INIT    \
    {                               \
        sizeof(um_evaluate_options) \
    }

typedef struct um_evaluation um_evaluation;

/** `labels`: a list or a folder (docs/data.md). Recordings that cannot be read are listed in the result, not
 * fatal. UM_EINVAL: an expression, field or signal that does not exist. UM_EIO, UM_EFORMAT: labels or scores
 * cannot be read. UM_ECANCELLED: `progress` said so; what was answered is in the cache. */
UM_API um_status um_evaluate(um_evaluation **out, const char *labels, const um_evaluate_options *opt,
                             um_error *err);
UM_API void um_evaluation_free(um_evaluation **evaluation);

UM_API size_t um_evaluation_failures(const um_evaluation *evaluation); ///< recordings that could not be read

/** Tables for a terminal. */
UM_API um_status um_evaluation_text(char **out, const um_evaluation *evaluation, um_error *err);
UM_API um_status um_evaluation_json(char **out, const um_evaluation *evaluation, um_error *err);
/** One self-contained page. */
UM_API um_status um_evaluation_html(char **out, const um_evaluation *evaluation, um_error *err);
/** All scores as a CSV file that `scores` takes. */
UM_API um_status um_evaluation_scores(char **out, const um_evaluation *evaluation, um_error *err);
/** The probabilities of one detector as the DFDC wants them: `filename,label`, one half where it says
 * nothing. `detector` NULL: the first that gives probabilities or likelihood ratios. UM_EINVAL: there is
 * none, or two recordings have the same file name. */
UM_API um_status um_evaluation_submission(char **out, const um_evaluation *evaluation, const char *detector,
                                          um_error *err);

/** A calibration (docs/fusion.md) fitted to the scores of all signals on recordings of split "train", or of
 * sets that are not divided; never on others. Signals that cannot tell the classes apart are left out; `said`
 * has a line per signal. Kept are the other signals of the calibration at `base` (NULL: the built-in one).
 * `name`, `data`, `command`: for its reader. */
UM_API um_status um_evaluation_calibration(char **out, char **said, const um_evaluation *evaluation,
                                           const char *base, const char *name, const char *data,
                                           const char *command, um_error *err);

/** Names the lists that describe a set and every recording of it to um_output_keep (output.h): none is ever
 * written. Errors as of opening the set and of um_output_keep. */
UM_API um_status um_labels_keep(const char *labels, um_error *err);

/** Looks for what would make a measurement or a training on the set dishonest: a group or pair in several
 * splits, the same file twice, pictures that look or sounds that sound the same in different splits,
 * recordings that cannot be read. One line per fault. Of `opt`: where, threads, progress, cache. */
UM_API um_status um_labels_check(char **out, size_t *n_faults, const char *labels,
                                 const um_evaluate_options *opt, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
