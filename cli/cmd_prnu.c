/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_prnu.c: the fingerprint of a camera, and whether a recording carries it. */
#include "commands.h"
#include "interrupt.h"
#include "progress.h"
#include "report.h"
#include <stdlib.h>
#include <unmask/unmask.h>

static const char *out_path, *against;
static bool as_json;
static int most = 100;

static const um_opt options[] = {
    {"out", UM_OPT_OUTPUT, "FILE", "write the fingerprint of the camera that took the files", &out_path, 0,
     0},
    {"against", UM_OPT_INPUT, "FILE", "compare each file with this fingerprint", &against, 0, 0},
    {"pictures", UM_OPT_INT, "N", "look at N pictures of a video at most (default 100)", &most, 1, 100000},
    {"json", UM_OPT_FLAG, NULL, "with --against: print JSON, a line for each file", &as_json, 0, 0},
    {0},
};

static int make(int n, char **args)
{
    um_error err = {0};
    um_prnu *camera = NULL;
    um_progress bar;
    int failed = 0, status = UM_EXIT_OK;
    if (um_prnu_new(&camera, &err) < 0)
        return um_complain(&err);
    um_progress_begin(&bar, out_path);
    for (int i = 0; i < n && !um_interrupted(); i++) {
        if (um_prnu_add_file(camera, args[i], most, &err) < 0) {
            um_progress_end(&bar);
            status = um_complain(&err);
            failed++;
        }
        um_progress_update(&bar, i + 1, n);
    }
    um_progress_end(&bar);
    if (um_interrupted())
        status = UM_EXIT_SIGNAL + um_interrupted();
    else if (failed < n && um_prnu_write(camera, out_path, &err) < 0)
        status = um_complain(&err);
    else if (failed < n) {
        fputs("fingerprint of ", stdout);
        printf("%d picture%s, %d x %d, written to ", um_prnu_pictures(camera),
               um_prnu_pictures(camera) == 1 ? "" : "s", um_prnu_width(camera), um_prnu_height(camera));
        um_show(stdout, out_path);
        putchar('\n');
        status = failed ? UM_EXIT_SOME_FAILED : UM_EXIT_OK;
    }
    um_prnu_free(&camera);
    return status;
}

static void print_match(const um_prnu_match *m, const um_prnu *picture, const um_prnu *camera,
                        const char *path)
{
    um_show(stdout, path);
    if (m->pce >= UM_PRNU_PCE)
        printf(
            ": carries the fingerprint of this camera: peak to correlation energy %.0f, %d and more is the "
            "same camera",
            m->pce, UM_PRNU_PCE);
    else
        printf(": the fingerprint of this camera was not found: peak to correlation energy %.1f, %d needed; "
               "scaling, stabilisation, heavy compression and filters remove it, so that this is no proof of "
               "another camera",
               m->pce, UM_PRNU_PCE);
    if (m->pce >= UM_PRNU_PCE && m->n_places > 1)
        printf("; cut out of the whole at %d, %d of %d x %d", m->x, m->y, um_prnu_width(camera),
               um_prnu_height(camera));
    printf(" (%d picture%s against %d)\n", um_prnu_pictures(picture),
           um_prnu_pictures(picture) == 1 ? "" : "s", um_prnu_pictures(camera));
}

static um_status compare(um_prnu *camera, const char *path, um_error *err)
{
    um_prnu *picture = NULL;
    um_prnu_match m = {0};
    um_error why = {0};
    char *json = NULL;
    um_status st = um_prnu_new(&picture, err);
    if (st == UM_OK)
        st = um_prnu_add_file(picture, path, most, err);
    if (st == UM_OK && (st = um_prnu_compare(&m, camera, picture, &why)) < 0) {
        char shown[200];
        err->code = st;
        snprintf(err->text, sizeof err->text, "%s: %.170s", um_printable(shown, sizeof shown, path),
                 why.text);
    }
    if (st == UM_OK && as_json && (st = um_prnu_match_json(&json, &m, picture, path, err)) == UM_OK)
        st = um_report_line(json, "-", err);
    else if (st == UM_OK)
        print_match(&m, picture, camera, path);
    free(json);
    um_prnu_free(&picture);
    return st;
}

static int compare_all(int n, char **args)
{
    um_error err = {0};
    um_prnu *camera = NULL;
    int failed = 0, status = UM_EXIT_OK;
    if (um_prnu_read(&camera, against, &err) < 0)
        return um_complain(&err);
    for (int i = 0; i < n && !um_interrupted(); i++)
        if (compare(camera, args[i], &err) < 0) {
            um_report_failure(as_json, "path", args[i], &err);
            status = um_complain(&err);
            failed++;
        }
    um_prnu_free(&camera);
    if (um_interrupted())
        return UM_EXIT_SIGNAL + um_interrupted();
    return failed && failed < n ? UM_EXIT_SOME_FAILED : status;
}

static int run(int n, char **args)
{
    if (!out_path == !against) {
        fprintf(stderr,
                "unmask prnu: --out FILE makes a fingerprint, --against FILE compares with one: one of the "
                "two is needed\n");
        return UM_EXIT_USAGE;
    }
    um_interrupts_catch(1);
    return out_path ? make(n, args) : compare_all(n, args);
}

const um_command um_cmd_prnu = {
    .program = "unmask",
    .name = "prnu",
    .arguments = "FILE...",
    .summary = "Make the fingerprint of a camera, or look for it in recordings",
    .details =
        "Every sensor leaves a faint pattern in all that it takes (photo-response non-uniformity). --out "
        "makes\n"
        "it from pictures of one camera at one resolution, not edited, 20 and more, best of bright even "
        "scenes;\n"
        "or from a video of a camera that does not stabilise. --against looks for it: a peak to correlation\n"
        "energy of 60 and more says that the same camera took a picture; less says nothing. Parts that were "
        "cut\n"
        "out are found, what was scaled is not.",
    .examples = "  unmask prnu --out camera.prnu reference/*.jpg\n"
                "  unmask prnu --against camera.prnu evidence.jpg clip.mp4",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
