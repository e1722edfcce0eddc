/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_analyze.c: recordings in, reports out. */
#define _GNU_SOURCE /* asprintf */
#include "commands.h"
#include "interrupt.h"
#include "progress.h"
#include "report.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/unmask.h>

static struct {
    const char *json, *html, *overlay, *signals, *models, *calibration, *trust;
    bool quiet, no_timing, embed_sound;
    int threads, video_track, audio_track;
    double max_s;
} o;

static const um_opt options[] = {
    {"json", UM_OPT_REPORTS, "FILE",
     "write the machine-readable report; '-' is standard output; a folder for several inputs", &o.json},
    {"html", UM_OPT_REPORTS, "FILE",
     "write the report as one self-contained page; '-' is standard output; a folder for several inputs",
     &o.html},
    {"overlay", UM_OPT_OUTPUT, "FILE", "write the video with the findings drawn into it", &o.overlay},
    {"signals", UM_OPT_TEXT, "A,B", "ask only these questions (see unmask signals)", &o.signals},
    {"models", UM_OPT_INPUT, "DIR",
     "folder with other face networks than the built-in ones; else the environment variable UNMASK_MODELS",
     &o.models},
    {"calibration", UM_OPT_INPUT, "FILE", "calibration of the signals instead of the built-in one",
     &o.calibration},
    {"trust", UM_OPT_INPUT, "FILE",
     "PEM file with certificates of signers that you trust (Content Credentials)", &o.trust},
    {"threads", UM_OPT_INT, "N", "threads for faces, networks and signals (default: all cores)", &o.threads,
     1, 256},
    {"max-seconds", UM_OPT_NUM, "S", "look only at the first S seconds", &o.max_s, 0.001, 1e9},
    {"video-track", UM_OPT_INT, "N", "of several video tracks, look at number N (unmask probe lists them)",
     &o.video_track, 1, 1000},
    {"audio-track", UM_OPT_INT, "N", "of several audio tracks, listen to number N", &o.audio_track, 1, 1000},
    {"embed-sound", UM_OPT_FLAG, NULL,
     "keep the sound in the reports, to be played in the page: of recordings up to 2 minutes",
     &o.embed_sound},
    {"no-timing", UM_OPT_FLAG, NULL, "leave times out of the JSON: same input, same bytes", &o.no_timing},
    {"quiet", UM_OPT_FLAG, NULL, "print one line per file instead of the summary", &o.quiet},
    {0},
};

static um_progress bar;

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_taken(const char *name, char **args, int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(base_name(args[i]), name))
            return true;
    return false;
}

/* The name of the report of input i: its own, or NAME-2, NAME-3... where inputs from other folders have it,
 * too. Caller frees; NULL when memory is exhausted. */
static char *report_name(char **args, int n, int i)
{
    int number = 1;
    const char *name = base_name(args[i]);
    for (int k = 0; k < i; k++)
        number += !strcmp(base_name(args[k]), name);
    if (number == 1)
        return strdup(name);
    for (;; number++) {
        char *other;
        if (asprintf(&other, "%s-%d", name, number) < 0)
            return NULL;
        if (!is_taken(other, args, n))
            return other;
        free(other);
    }
}

/* Standard output holds a report. */
static bool silent(void)
{
    return um_is_output(o.json) || um_is_output(o.html);
}

/* To `target` itself, or to a file of this name in the folder `target`. */
static um_status save(const char *text, const char *target, const char *name, const char *extension,
                      um_error *err)
{
    char *in_folder = NULL;
    if (is_folder(target) && asprintf(&in_folder, "%s/%s.%s", target, name, extension) < 0) {
        *err = (um_error){UM_ENOMEM, "out of memory"};
        return UM_ENOMEM;
    }
    const char *path = in_folder ? in_folder : target;
    um_status st = um_report_save(text, path, err);
    if (st == UM_OK && !silent())
        um_report_written(extension, path);
    free(in_folder);
    return st;
}

/* one_of_several: each gives a line of standard output. */
static um_status write_reports(const um_results *results, const char *name, bool one_of_several,
                               um_error *err)
{
    um_status st = UM_OK;
    char *text = NULL;
    if (!silent() && (st = um_print_summary(results, o.quiet, err)) < 0)
        return st;
    if (o.json && (st = um_results_json(&text, results, !o.no_timing, err)) == UM_OK)
        st = one_of_several ? um_report_line(text, o.json, err) : save(text, o.json, name, "json", err);
    free(text);
    text = NULL;
    if (st == UM_OK && o.html && (st = um_report_page(&text, results, err)) == UM_OK)
        st = save(text, o.html, name, "html", err);
    free(text);
    if (st == UM_OK && !silent() && o.overlay && strcmp(o.overlay, "/dev/null") &&
        um_results_media(results)->has_video)
        um_report_written("overlay", o.overlay);
    return st;
}

/* The overlay of the recording that is analysed just now. */
static um_status observe(void *user, const um_observation *moment, um_error *err)
{
    return um_overlay_observe(*(um_overlay **)user, moment, err);
}

static um_status analyse(um_analyzer *analyzer, um_overlay **overlay, char **args, int n, int i,
                         um_error *err)
{
    um_results *results = NULL;
    char *name = report_name(args, n, i);
    if (!name) {
        *err = (um_error){UM_ENOMEM, "out of memory"};
        return UM_ENOMEM;
    }
    um_status st = o.overlay ? um_overlay_new(overlay, o.overlay, err) : UM_OK;
    if (st == UM_OK)
        st = um_analyzer_run(&results, analyzer, args[i], err);
    um_progress_end(&bar);
    if (st == UM_OK && *overlay && um_results_media(results)->has_video)
        st = um_overlay_finish(*overlay, err);
    if (st == UM_OK)
        st = write_reports(results, name, n > 1 && um_is_output(o.json), err);
    um_overlay_close(overlay);
    um_results_free(&results);
    free(name);
    return st;
}

static int run(int n, char **args)
{
    um_error err = {0};
    um_analyzer *analyzer = NULL;
    int failed = 0, status = UM_EXIT_OK;
    um_overlay *overlay = NULL;
    const um_analysis_options opt = {.size = sizeof opt,
                                     .signals = o.signals,
                                     .models_dir = o.models,
                                     .calibration = o.calibration,
                                     .trust = o.trust,
                                     .threads = o.threads,
                                     .max_s = o.max_s,
                                     .video_track = o.video_track,
                                     .audio_track = o.audio_track,
                                     .sound_view = o.json || o.html,
                                     .embed_sound = o.embed_sound && (o.json || o.html),
                                     .progress = um_progress_or_stop,
                                     .hashing = um_progress_hashing,
                                     .user = &bar,
                                     .observe = o.overlay ? observe : NULL,
                                     .observer = &overlay,
                                     .observer_needs = UM_NEED_FACES | UM_NEED_SOUND};
    if (um_share_output("analyze", o.json, o.html))
        return UM_EXIT_USAGE;
    if (n > 1 && o.overlay && strcmp(o.overlay, "/dev/null")) {
        fputs("unmask analyze: --overlay takes one input\n", stderr);
        return UM_EXIT_USAGE;
    }
    if (n > 1 &&
        ((o.json && !um_is_output(o.json) && !is_folder(o.json)) || (o.html && !is_folder(o.html)))) {
        fputs("unmask analyze: with several inputs, --json and --html take a folder that exists\n", stderr);
        return UM_EXIT_USAGE;
    }
    um_interrupts_catch(1);
    if (um_analyzer_new(&analyzer, &opt, &err) < 0)
        return um_complain(&err);
    for (int i = 0; i < n && !um_interrupted(); i++) {
        um_progress_begin(&bar, args[i]);
        if (analyse(analyzer, &overlay, args, n, i, &err) < 0) {
            um_report_failure(n > 1 && um_is_output(o.json) && !um_interrupted(), "path", args[i], &err);
            status = um_complain(&err);
            failed++;
        }
        fflush(stdout);
    }
    um_analyzer_free(&analyzer);
    if (um_interrupted())
        return UM_EXIT_SIGNAL + um_interrupted();
    return failed && failed < n ? UM_EXIT_SOME_FAILED : status;
}

const um_command um_cmd_analyze = {
    .program = "unmask",
    .name = "analyze",
    .arguments = "FILE...",
    .summary = "Analyse videos, photos or recordings and say what speaks for manipulation",
    .details = "Decodes each file once, looks for faces, asks every signal its question, and prints a "
               "summary: the answer first,\n"
               "then what it rests on. A higher score always means more likely manipulated. A signal whose "
               "error rate has not been\n"
               "measured is shown and weighs nothing; when the evidence does not suffice, the answer is "
               "'inconclusive' with the\n"
               "reason.",
    .examples = "  unmask analyze clip.mp4\n"
                "  unmask analyze --html report.html --json report.json --overlay marked.mp4 clip.mp4\n"
                "  unmask analyze --signals blink,radial interview.mov\n"
                "  mkdir reports && unmask analyze --json reports --html reports *.jpg",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
