/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_voice.c: the report that voice people know. */
#define _GNU_SOURCE /* asprintf */
#include "commands.h"
#include "report.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unmask/unmask.h>

static bool as_json;
static const char *plot;
static double top_hz;

static const um_opt options[] = {
    {"json", UM_OPT_FLAG, NULL, "print JSON, a line for each file", &as_json, 0, 0},
    {"plot", UM_OPT_REPORT, "FILE",
     "draw waveform, spectrogram, pitch and the numbers as SVG, or as a page when the name ends in .html; "
     "'-' is standard output",
     &plot},
    {"top-hz", UM_OPT_NUM, "HZ", "the spectrogram ends there (default: 5000, or half the sampling rate)",
     &top_hz, 100, 384000},
    {0},
};

static bool ends_in(const char *path, const char *suffix)
{
    const char *dot = strrchr(path, '.');
    return dot && !strcasecmp(dot, suffix);
}

static bool is_page(const char *path)
{
    return ends_in(path, ".html");
}

/* Whoever asks for one of these gets no picture of that kind, and finds out elsewhere. */
static bool is_other_kind(const char *path)
{
    static const char *const OTHER[] = {".png", ".jpg",  ".jpeg", ".webp", ".gif",
                                        ".tif", ".tiff", ".bmp",  ".pdf"};
    for (size_t i = 0; i < sizeof OTHER / sizeof *OTHER; i++)
        if (ends_in(path, OTHER[i]))
            return true;
    return false;
}

static um_status draw(const um_measured_voice *voice, const char *path, um_error *err)
{
    char *svg = NULL, *page = NULL;
    um_status st = um_voice_figure(&svg, voice, path, top_hz, err);
    if (st == UM_OK && is_page(plot) &&
        asprintf(
            &page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
            "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
            "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, "
            "initial-scale=1\">\n<title>unmask voice</title>\n<style>body{margin:0;background:#fff}"
            "body>svg{display:block;width:100%%;max-width:1400px;height:auto;margin:0 "
            "auto}</style>\n</head>\n<body>\n%s</body>\n</html>\n",
            svg) < 0) {
        page = NULL;
        *err = (um_error){UM_ENOMEM, "out of memory"};
        st = UM_ENOMEM;
    }
    if (st == UM_OK)
        st = um_report_save(page ? page : svg, plot, err);
    if (st == UM_OK && !as_json && !um_is_output(plot))
        um_report_written("plot", plot);
    free(page);
    free(svg);
    return st;
}

static um_status tell(const char *path, um_error *err)
{
    um_measured_voice *voice = NULL;
    char *text = NULL;
    um_status st = um_voice_measure_file(&voice, path, err);
    const bool silent = um_is_output(plot); /* which then holds the drawing and nothing else */
    if (st == UM_OK && !silent)
        st = as_json ? um_voice_json(&text, voice, path, err) : um_voice_text(&text, voice, path, err);
    if (st == UM_OK && text && as_json)
        st = um_report_line(text, "-", err);
    else if (st == UM_OK && text)
        um_show_lines(stdout, text);
    free(text);
    if (st == UM_OK && plot)
        st = draw(voice, path, err);
    um_voice_free(&voice);
    return st;
}

static int run(int n, char **args)
{
    int failed = 0, status = UM_EXIT_OK;
    if (plot && n > 1) {
        fputs("unmask voice: --plot takes one input\n", stderr);
        return UM_EXIT_USAGE;
    }
    if (plot && is_other_kind(plot)) {
        fprintf(stderr, "unmask voice: %s: the name must end in .svg or .html\n", plot);
        return UM_EXIT_USAGE;
    }
    if (top_hz > 0 && !plot) {
        fputs("unmask voice: --top-hz is that of --plot\n", stderr);
        return UM_EXIT_USAGE;
    }
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
    .summary = "Measure a voice: pitch, jitter, shimmer, CPPS, formants, pauses, syllables",
    .details = "Prints what Praat's voice report prints, measured the same way (75 to 600 Hz), CPPS, "
               "formants, timing and movement. "
               "It says what "
               "a voice is\n"
               "like, not whether it is real: unmask analyze does. Of more than half an hour the beginning "
               "is measured.\n"
               "--plot draws it: the spectrogram over 70 dB, raised by 6 dB per octave, the pitch with an "
               "axis of its own.",
    .examples = "  unmask voice speech.m4a\n"
                "  unmask voice --plot speech.svg speech.m4a\n"
                "  unmask voice --json a.wav b.wav",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
