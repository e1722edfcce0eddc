/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_probe.c: what a file is, without decoding it. */
#include "commands.h"
#include "progress.h"
#include "report.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/unmask.h>

static bool as_json;
static const char *trust;
static um_progress bar;

static const char *words(um_mark_state state)
{
    switch (state) {
    case UM_MARK_PRESENT:
        return "present";
    case UM_MARK_DECLARES_SYNTHETIC:
        return "SAYS IT IS SYNTHETIC";
    case UM_MARK_BROKEN:
        return "BROKEN";
    case UM_MARK_NOT_LOOKED_AT:
        return "NOT LOOKED AT";
    default:
        return "absent (absence is no evidence)";
    }
}

static void print_tracks(const um_media *m)
{
    static const char *const kinds[] = {[UM_TRACK_VIDEO] = "video",
                                        [UM_TRACK_SOUND] = "audio",
                                        [UM_TRACK_COVER] = "cover",
                                        [UM_TRACK_SUBTITLES] = "subtitles",
                                        [UM_TRACK_DATA] = "data"};
    for (int i = 0; i < m->n_tracks; i++) {
        const um_track_info *t = &m->tracks[i];
        char name[40];
        snprintf(name, sizeof name, "%s track %d", kinds[t->kind], t->number);
        printf("  %-17s %s", name, *t->codec ? t->codec : "unknown codec");
        if (t->width > 0)
            printf(", %d x %d", t->width, t->height);
        if (t->channels > 0)
            printf(", %d Hz, %d channel%s", t->rate_hz, t->channels, t->channels == 1 ? "" : "s");
        if (*t->language) {
            fputs(", ", stdout);
            um_show(stdout, t->language);
        }
        printf("%s%s\n", t->encrypted ? ", encrypted" : "", t->chosen ? ", taken unless told otherwise" : "");
    }
}

static void print_streams(const um_source *source, const um_error *err)
{
    if (!source) {
        printf("  %-17s none: ", "streams");
        um_show(stdout, err->text);
        putchar('\n');
        return;
    }
    const um_media *m = um_source_media(source);
    printf("  %-17s %s", "container", m->container);
    if (m->duration_s > 0)
        printf(", %.3f s", m->duration_s);
    putchar('\n');
    if (m->width > 0) {
        printf("  %-17s %s %s, %d x %d", m->is_photo ? "picture" : "video", m->video_codec, m->pixel_format,
               m->width, m->height);
        if (m->fps > 0 && !m->is_photo)
            printf(", %.3f frames/s", m->fps);
        if (m->pixel_aspect != 1)
            printf(", pixel aspect %.4g", m->pixel_aspect);
        if (m->rotation_deg)
            printf(", turned by %d degrees", m->rotation_deg);
        printf("%s\n", m->interlaced ? ", interlaced" : "");
        if (m->colour && *m->colour)
            printf("  %-17s %s\n", "colour", m->colour);
        if (m->remark && *m->remark)
            printf("  %-17s %s\n", "remark", m->remark);
    }
    if (m->rate_hz > 0)
        printf("  %-17s %s, %d Hz, %d channel%s\n", "sound", m->audio_codec, m->rate_hz, m->channels,
               m->channels == 1 ? "" : "s");
    int read = (m->width > 0) + (m->rate_hz > 0);
    if (m->n_tracks > read)
        print_tracks(m);
}

static um_status print_text(const char *path, um_error *err)
{
    um_probe probe;
    const um_status st = um_probe_file(
        &probe, path, &(um_probe_options){.trust = trust, .progress = um_progress_hashing, .user = &bar},
        err);
    um_progress_end(&bar);
    if (st < 0)
        return st;
    um_source *source = NULL;
    um_error why;
    /* of a video the first picture is decoded: only then its upright size is known for sure */
    const um_source_options opt = {
        .want = UM_WANT_GRAY | UM_WANT_SOUND, .threads = 1, .max_s = 0.01, .look_only = true};
    const char *kind = probe.kind;
    if (um_source_open(&source, path, &opt, &why) == UM_OK && !strcmp(kind, "unknown"))
        kind = um_source_media(source)->container;
    um_show(stdout, path);
    printf("\n  %-17s %s\n  %-17s %lld bytes\n  %-17s %s\n", "kind", kind, "size", (long long)probe.bytes,
           "sha-256", probe.sha256);
    print_streams(source, &why);
    um_source_close(&source);
    for (int i = 0; i < probe.n_marks; i++) {
        const um_mark *m = &probe.marks[i];
        printf("  %-17s %s%s", m->name, words(m->state), *m->detail ? ": " : "");
        um_show(stdout, m->detail);
        putchar('\n');
    }
    return UM_OK;
}

static um_status print_json(const char *path, bool one_of_several, um_error *err)
{
    char *text = NULL;
    um_status st = um_probe_json(
        &text, path, &(um_probe_options){.trust = trust, .progress = um_progress_hashing, .user = &bar}, err);
    um_progress_end(&bar);
    if (st == UM_OK)
        st = one_of_several ? um_report_line(text, "-", err) : um_report_save(text, "-", err);
    else
        um_report_failure(one_of_several, "path", path, err);
    free(text);
    return st;
}

static int run(int n, char **args)
{
    int failed = 0, status = UM_EXIT_OK;
    for (int i = 0; i < n; i++) {
        um_error err = {0};
        um_progress_begin(&bar, args[i]);
        const um_status st = as_json ? print_json(args[i], n > 1, &err) : print_text(args[i], &err);
        if (!as_json && i + 1 < n && st == UM_OK)
            putchar('\n');
        if (st < 0) {
            failed++;
            status = um_complain(&err);
        }
    }
    return failed && failed < n ? UM_EXIT_SOME_FAILED : status;
}

static const um_opt options[] = {
    {"json", UM_OPT_FLAG, NULL, "print JSON: an object; of several files a line each", &as_json, 0, 0},
    {"trust", UM_OPT_INPUT, "FILE",
     "PEM file with certificates of signers that you trust (Content Credentials)", &trust},
    {0},
};

const um_command um_cmd_probe = {
    .program = "unmask",
    .name = "probe",
    .arguments = "FILE...",
    .summary = "Show what a file is and which provenance marks it carries, without analysing it",
    .details =
        "Prints type, size, SHA-256, streams, and the marks that cameras, editors and generators leave:\n"
        "Content Credentials (C2PA), EXIF, XMP, IPTC digital source type, generator parameters, encoder\n"
        "names, and the label of unmask's own synthetic files. Of Content Credentials the signature and the "
        "hash\n"
        "of the content are checked; with --trust also who signed. Other marks are read, not verified: "
        "anyone\n"
        "can write or remove them. An absent mark is no evidence of anything.",
    .examples = "  unmask probe photo.jpg\n  unmask probe --json *.mp4 > probe.json",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
