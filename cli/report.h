/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h: what the commands that end in a report share. */
#ifndef UM_CLI_REPORT_H
#define UM_CLI_REPORT_H
#include <unmask/results.h>

/* The summary on standard output, as wide as the terminal; quiet: one line. */
um_status um_print_summary(const um_results *results, bool quiet, um_error *err);
/* '-' as the name of a report: standard output, which then holds that report and nothing else. */
bool um_is_output(const char *path);
/* Both cannot stand there: says so on standard error, true. */
bool um_share_output(const char *command, const char *json, const char *html);
/* To a file or to standard output. */
um_status um_report_save(const char *text, const char *path, um_error *err);
/* The same as one line of JSON of several. */
um_status um_report_line(char *text, const char *path, um_error *err);
/* The line of JSON for an input that failed, if it is `wanted`. */
void um_report_failure(bool wanted, const char *key, const char *path, const um_error *failure);
/* "WHAT written to PATH" */
void um_report_written(const char *what, const char *path);
/* The page, with the command that repeats the analysis. Caller frees. */
um_status um_report_page(char **out, const um_results *results, um_error *err);
#endif
