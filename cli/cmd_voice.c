/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_voice.c: the report that voice people know. */
#include "commands.h"
#include "report.h"
#include <stdlib.h>
#include <unmask/unmask.h>

static bool as_json;

static const um_opt options[] = {
    {"json", UM_OPT_FLAG, NULL, "print JSON, a line for each file", &as_json, 0, 0},
    {0},
};

static um_status tell(const char *path, um_error *err)
{
    um_voice *voice = NULL;
    char *text = NULL;
    um_status st = um_voice_measure_file(&voice, path, err);
    if (st == UM_OK)
        st = as_json ? um_voice_json(&text, voice, path, err) : um_voice_text(&text, voice, path, err);
    if (st == UM_OK && as_json)
        st = um_report_line(text, "-", err);
    else if (st == UM_OK)
        um_show_lines(stdout, text);
    free(text);
    um_voice_free(&voice);
    return st;
}

static int run(int n, char **args)
{
    int failed = 0, status = UM_EXIT_OK;
    for (int i = 0; i < n; i++) {
        um_error err = {0};
        if (tell(args[i], &err) < 0) {
            um_report_failure(as_json && n > 1, "path", args[i], &err);
            status = um_complain(&err);
            failed++;
        }
    }
    return failed && failed < n ? UM_EXIT_SOME_FAILED : status;
}

const um_command um_cmd_voice = {
    .program = "unmask",
    .name = "voice",
    .arguments = "FILE...",
    .summary = "Measure a voice: pitch, jitter, shimmer, harmonicity, formants",
    .details = "Prints what Praat's voice report prints, measured the same way (75 to 600 Hz), and formants. "
               "It says what "
               "a voice is\n"
               "like, not whether it is real: unmask analyze does. Of more than half an hour the beginning "
               "is measured.",
    .examples = "  unmask voice speech.m4a\n"
                "  unmask voice --json a.wav b.wav",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
