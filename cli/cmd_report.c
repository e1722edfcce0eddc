/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_report.c: a JSON report in, the summary and the page out, without the recording. */
#include "commands.h"
#include "report.h"
#include <stdlib.h>
#include <unmask/unmask.h>

static const char *json_path, *html_path;
static bool quiet;

static um_status write_reports(const um_results *results, um_error *err)
{
    char *json = NULL, *html = NULL;
    um_status st = UM_OK;
    if (!um_is_output(json_path) && !um_is_output(html_path))
        st = um_print_summary(results, quiet, err);
    if (st == UM_OK && json_path && (st = um_results_json(&json, results, true, err)) == UM_OK)
        st = um_report_save(json, json_path, err);
    if (st == UM_OK && html_path && (st = um_report_page(&html, results, err)) == UM_OK)
        st = um_report_save(html, html_path, err);
    free(json);
    free(html);
    return st;
}

static int run(int n, char **args)
{
    um_error err = {0};
    um_results *results = NULL;
    if (um_share_output("report", json_path, html_path))
        return UM_EXIT_USAGE;
    um_status st = um_results_read_file(&results, args[0], &err);
    if (st == UM_OK)
        st = write_reports(results, &err);
    um_results_free(&results);
    return st < 0 ? um_complain(&err) : UM_EXIT_OK;
}

static const um_opt options[] = {
    {"json", UM_OPT_REPORT, "FILE", "write the report as JSON again; '-' is standard output", &json_path, 0,
     0},
    {"html", UM_OPT_REPORT, "FILE", "write the report as one self-contained page; '-' is standard output",
     &html_path, 0, 0},
    {"quiet", UM_OPT_FLAG, NULL, "print one line instead of the summary", &quiet, 0, 0},
    {0},
};

const um_command um_cmd_report = {
    .program = "unmask",
    .name = "report",
    .arguments = "FILE.json",
    .summary = "Show a JSON report again, or make its page, without the recording",
    .details = "Reads what 'unmask analyze --json' wrote and prints the same summary; the page that --html "
               "writes is byte for\n"
               "byte that of the analysis. Nothing in the file is trusted.",
    .examples = "  unmask report report.json\n"
                "  unmask report report.json --html report.html",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
