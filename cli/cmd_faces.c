/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_faces.c: what the face finder sees. */
#include "commands.h"
#include "report.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unmask/unmask.h>

static const char *models, *out_path;
static double every_s, max_s, min_side_px;
static int video_track;
static bool as_json;

struct job {
    const char *path;
    um_face_finder *finder;
    um_face_tracker *tracker;
    um_writer *writer; /* of a video */
    um_image *best;    /* of a picture: the frame whose faces are best to see */
    double best_quality, next_s;
    int64_t n_frames, n_faces;
};

static bool is_png(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && !strcasecmp(dot, ".png");
}

static void print_faces(const um_frame *frame, const um_faces *faces)
{
    for (int i = 0; i < faces->n; i++) {
        const um_face *f = &faces->face[i];
        printf("%9.3f s  ", frame->t_s);
        if (f->person >= 0)
            printf("person %d  ", f->person + 1);
        printf("score %.2f  box %.0f,%.0f %.0fx%.0f", f->score, f->box.x, f->box.y, f->box.w, f->box.h);
        if (f->has_points)
            printf("  yaw %.0f pitch %.0f roll %.0f  eyes %.0f px  quality %.2f", f->pose.yaw_deg,
                   f->pose.pitch_deg, f->pose.roll_deg, f->quality.eye_distance_px, f->quality.overall);
        putchar('\n');
    }
}

/* A drawn copy: pictures of a source are shared. */
static um_status drawn(um_image **out, const um_image *rgb, const um_faces *faces, um_error *err)
{
    um_rect all = {0, 0, (float)rgb->width, (float)rgb->height};
    um_status st = um_image_crop_resize(out, rgb, all, rgb->width, rgb->height, err);
    return st < 0 ? st : um_faces_draw(*out, faces, err);
}

static um_status draw(struct job *job, const um_frame *frame, const um_faces *faces, um_error *err)
{
    double quality = 0;
    um_image *copy = NULL;
    um_status st = UM_OK;
    for (int i = 0; i < faces->n; i++)
        quality += 0.01 + faces->face[i].quality.overall;
    if (!job->writer && job->best && quality <= job->best_quality)
        return UM_OK;
    if ((st = drawn(&copy, frame->rgb, faces, err)) == UM_OK && job->writer) {
        st = um_writer_frame(job->writer, copy, frame->t_s, err);
    } else if (st == UM_OK) {
        um_image_free(&job->best);
        job->best = um_image_ref(copy);
        job->best_quality = quality;
    }
    um_image_free(&copy);
    return st;
}

static um_status one_frame(struct job *job, const um_frame *frame, bool photo, um_error *err)
{
    um_faces faces = {0};
    um_status st = photo ? um_face_find(job->finder, frame->rgb, &faces, err)
                         : um_face_tracker_push(job->tracker, frame, &faces, err);
    job->n_frames++;
    job->n_faces += faces.n;
    if (st == UM_OK && frame->t_s >= job->next_s) {
        job->next_s = every_s > 0 ? (floor(frame->t_s / every_s) + 1) * every_s : 0;
        char *line = NULL;
        if (!as_json)
            print_faces(frame, &faces);
        else if ((st = um_faces_json(&line, job->path, frame, &faces, err)) == UM_OK)
            puts(line);
        free(line);
    }
    if (st == UM_OK && out_path)
        st = draw(job, frame, &faces, err);
    um_faces_clear(&faces);
    return st;
}

static um_status one_file(struct job *job, um_error *err)
{
    um_source *source = NULL;
    um_source_options opt = {.want = UM_WANT_RGB, .max_s = max_s, .video_track = video_track};
    um_moment *moment = NULL;
    um_status st;
    if ((st = um_source_open(&source, job->path, &opt, err)) < 0)
        return st;
    const um_media *media = um_source_media(source);
    if (!as_json) {
        um_show(stdout, job->path);
        putchar('\n');
    }
    if ((st = um_face_tracker_new(&job->tracker, job->finder, err)) < 0)
        goto done;
    if (out_path && !is_png(out_path)) {
        um_writer_options w = {.width = media->width, .height = media->height, .fps = um_writer_fps(media)};
        if ((st = um_writer_open(&job->writer, out_path, &w, err)) < 0)
            goto done;
    }
    while ((st = um_source_next(&moment, source, err)) == UM_OK) {
        if (moment->frame)
            st = one_frame(job, moment->frame, media->is_photo, err);
        um_moment_free(&moment);
        if (st < 0)
            goto done;
    }
    if (st == UM_EOF)
        st = UM_OK;
    if (st == UM_OK && job->writer)
        st = um_writer_finish(job->writer, err);
    else if (st == UM_OK && job->best)
        st = um_image_write_png(job->best, out_path, NULL, err);
    if (st == UM_OK && !as_json) {
        printf("  %lld frame%s, %lld face%s", (long long)job->n_frames, job->n_frames == 1 ? "" : "s",
               (long long)job->n_faces, job->n_faces == 1 ? "" : "s");
        if (!media->is_photo)
            printf(", %d person%s", um_face_tracker_n_persons(job->tracker),
                   um_face_tracker_n_persons(job->tracker) == 1 ? "" : "s");
        putchar('\n');
    }
done:
    um_image_free(&job->best);
    um_writer_close(&job->writer);
    um_face_tracker_free(&job->tracker);
    um_source_close(&source);
    return st;
}

static int run(int n, char **args)
{
    um_face_options opt = {.models_dir = models, .min_side_px = (float)min_side_px};
    um_face_finder *finder = NULL;
    um_error err;
    int failed = 0, status = UM_EXIT_OK;
    if (out_path && n > 1) {
        fprintf(stderr, "unmask: --out draws one file, not %d\n", n);
        return UM_EXIT_USAGE;
    }
    if (um_face_finder_new(&finder, &opt, &err) < 0)
        return um_complain(&err);
    for (int i = 0; i < n; i++) {
        struct job job = {.path = args[i], .finder = finder};
        if (one_file(&job, &err) < 0) {
            um_report_failure(as_json && n > 1, "file", args[i], &err);
            status = um_complain(&err);
            failed++;
        }
    }
    um_face_finder_free(&finder);
    return failed && failed < n ? UM_EXIT_SOME_FAILED : status;
}

static const um_opt options[] = {
    {"models", UM_OPT_INPUT, "DIR",
     "folder with other face networks than the built-in ones; else the environment variable UNMASK_MODELS",
     &models, 0, 0},
    {"json", UM_OPT_FLAG, NULL, "print one JSON object per frame, with all points", &as_json, 0, 0},
    {"out", UM_OPT_OUTPUT, "FILE", "draw the faces: a video (.mp4, ...) or the best frame (.png)", &out_path,
     0, 0},
    {"every", UM_OPT_NUM, "S", "print at most one frame in S seconds", &every_s, 0, 1e6},
    {"max-seconds", UM_OPT_NUM, "S", "stop after S seconds of a recording", &max_s, 0, 1e9},
    {"video-track", UM_OPT_INT, "N", "of several video tracks, take number N", &video_track, 1, 1000},
    {"min-side", UM_OPT_NUM, "PX", "smallest face looked for, in pixels (default 10)", &min_side_px, 0,
     10000},
    {0},
};

const um_command um_cmd_faces = {
    .program = "unmask",
    .name = "faces",
    .arguments = "FILE...",
    .summary = "Find faces, their landmarks and pose, and follow persons",
    .details = "Lists the faces of photos and videos with box, head pose (degrees) and quality (0 to 1).\n"
               "In a video, a person keeps the same number from first to last appearance.",
    .examples = "  unmask faces clip.mp4 --every 1\n"
                "  unmask faces group.jpg --out faces.png",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
