/* SPDX-License-Identifier: GPL-3.0-or-later */
/** results.h: all that is known of a recording after an analysis, to ask, to write and to read back.
 *
 * A um_results comes from um_analyzer_run or from um_results_read, is only read from then on, may be read by
 * several threads, and is freed with um_results_free. Every pointer that a function below gives is borrowed
 * from it, and index arguments out of range give NULL (false where the answer is a bool). Text for a caller
 * to keep (`char **out`) is freed with free().
 *
 * Numbers were rounded once, when the analysis ended, to the digits that the JSON report prints. So the JSON
 * report, the text, the page and the values here agree, whether the results come from an analysis or a file.
 */
#ifndef UNMASK_RESULTS_H
#define UNMASK_RESULTS_H

#include <unmask/signal.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct um_results um_results;

UM_API void um_results_free(um_results **results);

/* ---- in and out ---- */

/** The JSON report (docs/report.schema.json), pictures included. `timing` = false leaves out what differs
 * between two runs. */
UM_API um_status um_results_json(char **out, const um_results *results, bool timing, um_error *err);
/** One self-contained page. `command` (may be NULL) is shown as the way to repeat the analysis. */
UM_API um_status um_results_html(char **out, const um_results *results, const char *command, um_error *err);
/** The terminal summary; `columns` wide, with ANSI colours or without; 0 columns: one line, the path and the
 * answer. */
UM_API um_status um_results_text(char **out, const um_results *results, int columns, bool colour,
                                 um_error *err);
/** Results from a JSON report; `name` stands in errors. Nothing in the text is trusted: what does not fit the
 * schema is UM_EFORMAT, another version of the report UM_EUNSUPPORTED, more than a report can hold
 * UM_ENOMEM. */
UM_API um_status um_results_read(um_results **out, const char *json, size_t n, const char *name,
                                 um_error *err);
UM_API um_status um_results_read_file(um_results **out, const char *path, um_error *err);

/* ---- the answer ---- */

typedef struct um_verdict {
    bool inconclusive;
    char reason[240];      ///< why inconclusive, one sentence; "" otherwise
    double log_lr, lo, hi; ///< log10 likelihood ratio (> 0: manipulation more likely) with a 90 % interval; 0
                           ///< when nothing weighs
    int n_weighed;         ///< calibrated results that went in
    double call_from;      ///< |log_lr| from which on this side is called; below, the verdict is inconclusive
    int call_wrong, call_of; ///< of `call_of` recordings of the other class that were measured, so many
                             ///< reached that; 0 of 0: not measured
    char words[48];          ///< the ratio in words, or "inconclusive"
} um_verdict;

/** Of the file: of its most suspicious person together with what concerns the file. */
UM_API const um_verdict *um_results_verdict(const um_results *results);
/** The answer in one or two sentences. */
UM_API const char *um_results_answer(const um_results *results);
/** What the file says of itself when it says that it is synthetic, or "". */
UM_API const char *um_results_declaration(const um_results *results);

/* ---- the recording ---- */

UM_API const char *um_results_path(const um_results *results);
UM_API const um_media *um_results_media(const um_results *results);
UM_API const um_probe *um_results_probe(const um_results *results); ///< bytes, hash, marks of origin
UM_API const um_damage *um_results_damage(const um_results *results);
/** False when a part was left out: damage, or a limit set by the caller. */
UM_API bool um_results_complete(const um_results *results);

/* ---- persons and voices ---- */

/** A small picture as a JPEG file. */
typedef struct um_picture {
    int width, height;
    size_t n;
    const unsigned char *jpeg; ///< [n]; NULL: no picture
} um_picture;

typedef struct um_person {
    int id; ///< 0-based; reports count from 1
    double first_s, last_s;
    int64_t n_frames;
    um_face_quality quality; ///< mean over frames
    um_picture picture;      ///< the best face, or none
    um_verdict verdict;
} um_person;

typedef struct um_voice {
    int id;
    um_verdict verdict;
} um_voice;

UM_API int um_results_n_persons(const um_results *results);
UM_API const um_person *um_results_person(const um_results *results, int i);
UM_API int um_results_n_voices(const um_results *results);
UM_API const um_voice *um_results_voice(const um_results *results, int i);

/* ---- signals ---- */

typedef enum um_outcome { UM_SCORED, UM_NOT_APPLICABLE, UM_FAILED } um_outcome;

/** What a signal says of one subject. */
typedef struct um_result {
    um_subject subject;
    um_outcome outcome; ///< scored or not applicable
    double score;
    char text[240]; ///< the words beside the score, or the reason
    double quality; ///< 0..1 as the signal says (um_findings_quality), NAN when it does not
    bool calibrated;
    double log_lr, lo, hi; ///< when calibrated: log10 likelihood ratio with a 90 % interval
} um_result;

typedef struct um_sample {
    double t_s, value;
} um_sample;

typedef struct um_series_info {
    const char *name, *unit;
    um_subject subject;
    size_t n;
    const um_sample *sample; ///< [n]
    int mean_of;             ///< measurements per sample
} um_series_info;

typedef struct um_evidence_info {
    um_subject subject;
    double from_s, to_s;
    const char *text;
    um_picture picture;
} um_evidence_info;

/** Whose voice it is, as a signal says. */
typedef struct um_link {
    int voice, person;
    double confidence; ///< 0..1
} um_link;

UM_API int um_results_n_signals(const um_results *results);
UM_API const um_findings *um_results_signal(const um_results *results, int i);
UM_API const um_findings *um_results_signal_named(const um_results *results, const char *name);
/** Name, family, question, ... as they were when the analysis was made. */
UM_API const um_signal *um_findings_signal(const um_findings *findings);
/** `reason` (may be NULL): why not applicable, or the error; "" when scored. */
UM_API um_outcome um_findings_outcome(const um_findings *findings, const char **reason);
UM_API const char *um_findings_error_rate(const um_findings *findings); ///< a sentence, "" when not measured
/** SHA-256 of the network that it asked, hex; "" when it asks none. A calibration holds for one network. */
UM_API const char *um_findings_network(const um_findings *findings);
UM_API int um_findings_n_results(const um_findings *findings);
UM_API const um_result *um_findings_result(const um_findings *findings, int i);
/** The result about one subject, or NULL. */
UM_API const um_result *um_findings_result_of(const um_findings *findings, um_subject subject);
UM_API int um_findings_n_series(const um_findings *findings);
UM_API bool um_findings_series_at(const um_findings *findings, int i, um_series_info *out);
UM_API int um_findings_n_evidence(const um_findings *findings);
UM_API bool um_findings_evidence_at(const um_findings *findings, int i, um_evidence_info *out);
UM_API int um_findings_n_links(const um_findings *findings);
UM_API const um_link *um_findings_link_at(const um_findings *findings, int i);

/* ---- how it was made ---- */

typedef struct um_network_used {
    char role[24], name[96], sha256[65];
} um_network_used;

/** Strings are NULL where the default was used. */
typedef struct um_options_used {
    const char *signals, *models_dir, *calibration;
    double max_s; ///< 0 = all
} um_options_used;

UM_API int um_results_n_networks(const um_results *results);
UM_API const um_network_used *um_results_network(const um_results *results, int i);
UM_API const char *um_results_calibration(const um_results *results); ///< name and hash; "" without one
UM_API const um_options_used *um_results_options(const um_results *results);
UM_API const char *um_results_version(const um_results *results); ///< of the program that made them

#ifdef __cplusplus
}
#endif
#endif
