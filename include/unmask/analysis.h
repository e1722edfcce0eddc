/** analysis.h: one recording in, one report out. */
#ifndef UNMASK_ANALYSIS_H
#define UNMASK_ANALYSIS_H

#include <unmask/signal.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct um_analysis_options {
    const char *signals;      ///< comma-separated names; NULL = all
    const char *models_dir;   ///< NULL = UNMASK_MODELS of the environment
    const char *calibration;  ///< file; NULL = the embedded one
    int threads;              ///< 0 = number of cores
    double max_s;             ///< 0 = all
    const char *overlay_path; ///< NULL = no overlay video
    um_progress_fn progress;  ///< may be NULL
    void *user;
} um_analysis_options;

typedef struct um_report um_report;

/** Decodes once and hands every moment to all signals. UM_OK also for damaged recordings that gave something:
 * the report says so. UM_EIO, UM_EFORMAT: nothing could be read. */
UM_API um_status um_analyze(um_report **out, const char *path, const um_analysis_options *opt, um_error *err);
UM_API void um_report_free(um_report **report);
/** The JSON report (docs/report.schema.json). Caller frees with free(). `timing` = false leaves out what
 * differs between two runs. */
UM_API um_status um_report_json(char **out, const um_report *report, bool timing, um_error *err);
/** One self-contained page. Caller frees with free(). */
UM_API um_status um_report_html(char **out, const um_report *report, um_error *err);
/** The terminal summary; `columns` wide, with ANSI colours or without. Caller frees with free(). */
UM_API um_status um_report_text(char **out, const um_report *report, int columns, bool colour, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
