/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_evaluate.c: labelled recordings in, how good the answers are out. */
#include "commands.h"
#include "interrupt.h"
#include "places.h"
#include "progress.h"
#include "report.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/unmask.h>

static struct {
    const char *where, *by, *scores, *save_scores, *signals, *models, *calibration, *cache, *json, *html,
        *verifier, *calibrate, *aggregate, *label, *submission, *robustness, *cross, *recipe;
    bool check, cues;
    int threads, draws;
    int64_t cache_bytes, seed;
    double max_s;
} o;

static const um_opt options[] = {
    {"where", UM_OPT_TEXT, "CONDITIONS", "which recordings: FIELD=A|B or FIELD!=A|B, with commas between",
     &o.where},
    {"by", UM_OPT_TEXT, "A,B", "divide the fakes by kind, generator, source, quality, group or split", &o.by},
    {"scores", UM_OPT_INPUT, "FILE", "scores of another program (CSV: path, then a column per detector)",
     &o.scores},
    {"save-scores", UM_OPT_REPORT, "FILE", "write all scores as CSV", &o.save_scores},
    {"submission", UM_OPT_REPORT, "FILE", "write probabilities as the DFDC wants them: filename,label",
     &o.submission},
    {"label", UM_OPT_TEXT, "audio|video", "what is said of the sound or of the picture alone counts",
     &o.label},
    {"aggregate", UM_OPT_TEXT, "RULE",
     "how persons and moments become a score: score, mean, confident, max, person", &o.aggregate},
    {"robustness", UM_OPT_TEXT, "all|A,B",
     "also re-encoded (jpeg-90, jpeg-70, jpeg-50, h264-23, h264-40, mp3, opus, telephone), half, blur, noise,"
     " noise-15db",
     &o.robustness},
    {"cross", UM_OPT_TEXT, "source|generator|set",
     "leave each value out once: what is fitted does not know it, what is measured is it", &o.cross},
    {"recipe", UM_OPT_INPUT, "FILE",
     "one more detector: a classifier of the signals by this recipe, learnt by cross-validation", &o.recipe},
    {"cues", UM_OPT_FLAG, NULL,
     "also what betrays the label before anyone looks: size, length, resolution, codec, level, ...", &o.cues},
    {"signals", UM_OPT_TEXT, "A,B",
     "ask only these questions (see unmask signals); none, with --cues: analyse nothing", &o.signals},
    {"models", UM_OPT_INPUT, "DIR", "folder with other networks than the built-in ones", &o.models},
    {"calibration", UM_OPT_INPUT, "FILE", "calibration of the signals instead of the built-in one",
     &o.calibration},
    {"calibrate", UM_OPT_REPORT, "FILE",
     "fit a calibration to what is of split train, or of none, and write it", &o.calibrate},
    {"cache", UM_OPT_FOLDER, "DIR", "keep answers there, and go on from them after an interruption",
     &o.cache},
    {"cache-bytes", UM_OPT_BIG, "N", "at most so many bytes in it (default: 1 GiB)", &o.cache_bytes, 1, 1e15},
    {"json", UM_OPT_REPORT, "FILE", "write all measures; '-' is standard output", &o.json},
    {"html", UM_OPT_REPORT, "FILE", "write one self-contained page; '-' is standard output", &o.html},
    {"verifier", UM_OPT_TEXT, "M,A,S",
     "errors of a speaker verification, for min t-DCF: misses, false alarms, fakes accepted", &o.verifier},
    {"check", UM_OPT_FLAG, NULL,
     "measure nothing: list duplicates, what crosses splits, and what cannot be read", &o.check},
    {"max-seconds", UM_OPT_NUM, "S", "look only at the first S seconds of each", &o.max_s, 0.001, 1e9},
    {"threads", UM_OPT_INT, "N", "recordings at once (default: all cores)", &o.threads, 1,
     UM_POOL_MAX_THREADS},
    {"draws", UM_OPT_INT, "N", "draws of the bootstrap (default: 1000)", &o.draws, 1, 100000},
    {"seed", UM_OPT_BIG, "N", "of these draws", &o.seed, 0, 1e15},
    {0},
};

static um_progress bar;

static um_status save(um_status (*tell)(char **, const um_evaluation *, um_error *), const um_evaluation *e,
                      const char *path, um_error *err)
{
    char *text = NULL;
    if (!path)
        return UM_OK;
    um_status st = tell(&text, e, err);
    if (st == UM_OK)
        st = um_report_save(text, path, err);
    free(text);
    return st;
}

static um_status submission(char **out, const um_evaluation *e, um_error *err)
{
    return um_evaluation_submission(out, e, NULL, err);
}

static um_status tell(const um_evaluation *e, um_error *err)
{
    char *text = NULL;
    um_status st = save(um_evaluation_json, e, o.json, err);
    if (st == UM_OK)
        st = save(um_evaluation_html, e, o.html, err);
    if (st == UM_OK)
        st = save(um_evaluation_scores, e, o.save_scores, err);
    if (st == UM_OK)
        st = save(submission, e, o.submission, err);
    if (st == UM_OK && !um_is_output(o.json) && !um_is_output(o.html) && !um_is_output(o.save_scores) &&
        !um_is_output(o.submission)) {
        st = um_evaluation_text(&text, e, err);
        if (st == UM_OK)
            um_show_lines(stdout, text);
    }
    free(text);
    return st;
}

/* What it was fitted on goes into the file: the last two parts of the name of the list, and the conditions.
 */
static um_status calibrate(const um_evaluation *e, const char *labels, um_error *err)
{
    char data[200], command[400], *text, *said;
    const char *last = strrchr(labels, '/'), *from = last;
    while (from && from > labels && from[-1] != '/')
        from--;
    snprintf(data, sizeof data, "%s%s%s", from ? from : labels, o.where ? " where " : "",
             o.where ? o.where : "");
    snprintf(command, sizeof command, "unmask evaluate%s%s%s%s --calibrate %s %s",
             o.signals ? " --signals " : "", o.signals ? o.signals : "", o.where ? " --where " : "",
             o.where ? o.where : "", o.calibrate, from ? from : labels);
    um_status st = um_evaluation_calibration(&text, &said, e, o.calibration, "unmask", data, command, err);
    if (st == UM_OK)
        st = um_report_save(text, o.calibrate, err);
    if (st == UM_OK)
        um_show_lines(um_is_output(o.calibrate) ? stderr : stdout, said);
    free(text);
    free(said);
    return st;
}

/* Exit status: 4 when there are faults, as if some recordings had failed. */
static int check(const char *labels, const um_evaluate_options *opt)
{
    um_error err = {0};
    char *faults = NULL;
    size_t n = 0;
    const um_status st = um_labels_check(&faults, &n, labels, opt, &err);
    um_progress_end(&bar);
    if (st == UM_OK) {
        um_show_lines(stdout, faults);
        printf("%zu faults\n", n);
    }
    free(faults);
    return um_interrupted() ? UM_EXIT_SIGNAL + um_interrupted()
           : st < 0         ? um_complain(&err)
           : n              ? UM_EXIT_SOME_FAILED
                            : UM_EXIT_OK;
}

static bool three_numbers(double out[3], const char *text)
{
    for (int i = 0; i < 3; i++) {
        char *end;
        out[i] = strtod(text, &end);
        if (end == text || *end != (i < 2 ? ',' : 0) || !(out[i] >= 0 && out[i] <= 1))
            return false;
        text = end + 1;
    }
    return true;
}

static int run(int n, char **args)
{
    um_error err = {0};
    um_evaluation *e = NULL;
    double verifier[3];
    if (um_share_output("evaluate", o.json, o.html))
        return UM_EXIT_USAGE;
    if (o.verifier && !three_numbers(verifier, o.verifier)) {
        fputs("unmask evaluate: --verifier takes three shares, 0 to 1, with commas between\n", stderr);
        return UM_EXIT_USAGE;
    }
    if (o.calibrate && (o.aggregate || o.label)) {
        fputs("unmask evaluate: a calibration is of a signal's own score and of the whole recording: "
              "--calibrate without --aggregate and --label\n",
              stderr);
        return UM_EXIT_USAGE;
    }
    const um_evaluate_options opt = {.size = sizeof opt,
                                     .where = o.where,
                                     .by = o.by,
                                     .scores = o.scores,
                                     .signals = o.signals,
                                     .models_dir = o.models,
                                     .calibration = o.calibration,
                                     .max_s = o.max_s,
                                     .cache = o.cache,
                                     .cache_bytes = o.cache_bytes,
                                     .threads = o.threads,
                                     .draws = o.draws,
                                     .seed = (uint64_t)o.seed,
                                     .verifier = o.verifier ? verifier : NULL,
                                     .aggregate = o.aggregate,
                                     .label = o.label,
                                     .robustness = o.robustness,
                                     .cross = o.cross,
                                     .recipe = o.recipe,
                                     .cues = o.cues,
                                     .progress = um_progress_or_stop,
                                     .user = &bar};
    um_interrupts_catch(5);
    um_progress_begin(&bar, args[0]);
    if (o.check)
        return check(args[0], &opt);
    um_status st = um_labels_keep(args[0], &err);
    if (st == UM_OK)
        st = um_places_settle(&um_cmd_evaluate, n, args, &err); /* now that the recordings are known */
    if (st == UM_OK)
        st = um_evaluate(&e, args[0], &opt, &err);
    um_progress_end(&bar);
    if (um_interrupted())
        return um_evaluation_free(&e), UM_EXIT_SIGNAL + um_interrupted();
    if (st == UM_OK)
        st = tell(e, &err);
    if (st == UM_OK && o.calibrate)
        st = calibrate(e, args[0], &err);
    const int status = st < 0                      ? um_complain(&err)
                       : um_evaluation_failures(e) ? UM_EXIT_SOME_FAILED
                                                   : UM_EXIT_OK;
    um_evaluation_free(&e);
    return status;
}

const um_command um_cmd_evaluate = {
    .program = "unmask",
    .name = "evaluate",
    .arguments = "LABELS",
    .summary = "Measure how well the answers tell fakes from real recordings, on a labelled set",
    .details =
        "LABELS is a list (labels.csv with path, label and what else is known) or the folder of a set. Each "
        "recording is\n"
        "analysed, or its scores are read from a file; each signal is measured, and the verdict: AUC, EER, "
        "average precision,\n"
        "minCllr and more, with intervals by drawing again whole groups that share a person, a source or a "
        "pair.",
    .examples = "  unmask evaluate --cache cache --by kind,generator --html page.html labels.csv\n"
                "  unmask evaluate --where 'split=dev' --signals audio_bandwidth voices/labels.csv\n"
                "  unmask evaluate --signals voice_generated --calibrate ours.json --cache cache labels.csv\n"
                "  unmask evaluate --cross source --recipe mine.recipe --cache cache labels.csv\n"
                "  unmask evaluate --cues --signals none --by kind labels.csv\n"
                "  unmask evaluate --scores submission.csv --json measures.json set",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
