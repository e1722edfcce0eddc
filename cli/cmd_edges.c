/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_edges.c: Canny's edges of a video or photo, to look at or to write. */
#include "commands.h"
#include "progress.h"
#include "window.h"
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <unmask/canny.h>
#include <unmask/sink.h>
#include <unmask/source.h>

static um_canny_options canny_options = {.low = 100, .high = 200, .aperture = 3};
static bool colour, view, json;
static const char *out_path;
static double max_s;
static int threads, video_track;

typedef struct job {
    um_source *source;
    um_canny *canny;
    um_image *edges;
    um_writer *writer;
    um_window *window;
    um_progress progress;
    const char *path;
    int64_t n_frames, n_pixels, n_edges;
    double busy_s;
} job;

static void warn(const job *j, const char *text)
{
    um_progress_end((um_progress *)&j->progress);
    fputs("unmask: ", stderr);
    um_show(stderr, j->path);
    fputs(": ", stderr);
    um_show(stderr, text);
    putc('\n', stderr);
}

static bool is_png(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && !strcasecmp(dot, ".png");
}

static um_status refuse(um_error *err, um_status code, const char *path, const char *text)
{
    *err = (um_error){.code = code};
    snprintf(err->text, sizeof err->text, "%.250s: %s", path, text);
    return code;
}

/* What depends on the size of the pictures; the first one tells it. */
static um_status prepare(job *j, const um_image *image, um_error *err)
{
    const um_media *media = um_source_media(j->source);
    um_writer_options w = {.width = image->width, .height = image->height, .fps = um_writer_fps(media)};
    um_status st = um_image_new(&j->edges, image->width, image->height, UM_GRAY8, err);
    if (st == UM_OK && view)
        st = um_window_open(&j->window, "unmask edges (space pauses, q quits)", image->width, image->height,
                            err);
    if (st < 0 || !out_path)
        return st;
    if (is_png(out_path))
        return media->is_photo ? UM_OK : refuse(err, UM_EINVAL, out_path, "a video cannot be written as PNG");
    if (media->is_photo && strcmp(out_path, "/dev/null"))
        return refuse(err, UM_EINVAL, out_path, "the edges of a photo are written as .png");
    return um_writer_open(&j->writer, out_path, &w, err);
}

static um_status frame(job *j, const um_frame *f, um_error *err)
{
    const um_image *image = colour ? f->rgb : f->gray;
    int64_t n_edges;
    um_status st = UM_OK;
    if (!j->edges)
        st = prepare(j, image, err);
    if (st == UM_OK)
        st = um_canny_run(j->canny, j->edges, image, &n_edges, err);
    if (st < 0)
        return st;
    j->n_frames++;
    j->n_edges += n_edges;
    j->n_pixels += (int64_t)image->width * image->height;
    if (j->writer)
        st = um_writer_frame(j->writer, j->edges, f->t_s, err);
    else if (out_path && is_png(out_path))
        st = um_image_write_png(j->edges, out_path, NULL, err);
    if (st == UM_OK && j->window)
        st = um_window_show(j->window, j->edges, f->t_s, err);
    return st;
}

static um_status run_job(job *j, um_error *err)
{
    um_source_options s = {.want = colour ? UM_WANT_RGB : UM_WANT_LUMA,
                           .threads = threads,
                           .max_s = max_s,
                           .video_track = video_track};
    um_status st = um_canny_new(&j->canny, &canny_options, err);
    if (st < 0 || (st = um_source_open(&j->source, j->path, &s, err)) < 0)
        return st;
    const um_media *media = um_source_media(j->source);
    double total_s = max_s > 0 && max_s < media->duration_s ? max_s : media->duration_s;
    double started_s = um_now_s();
    um_progress_begin(&j->progress, "edges");
    um_moment *m = NULL;
    while (st == UM_OK && (st = um_source_next(&m, j->source, err)) == UM_OK) {
        if (m->frame)
            st = frame(j, m->frame, err);
        um_progress_update(&j->progress, m->t_s, total_s);
        um_moment_free(&m);
    }
    j->busy_s = um_now_s() - started_s;
    um_progress_end(&j->progress);
    if (st == UM_EOF && j->window && media->is_photo)
        st = um_window_wait(j->window);
    if (st < 0 && st != UM_ECANCELLED) /* closing the window is an ordinary end */
        return st;
    if (st == UM_EOF && j->n_frames == 0)
        return refuse(err, UM_EFORMAT, j->path, "holds no picture");
    um_damage damage = um_source_damage(j->source);
    if (*damage.note)
        warn(j, damage.note);
    return j->writer ? um_writer_finish(j->writer, err) : UM_OK;
}

static int run(int n, char **args)
{
    job j = {.path = args[0]};
    um_error err = {0};
    view |= !out_path;
    um_status st = run_job(&j, &err);
    um_progress_end(&j.progress);
    if (st >= 0) {
        double rate = j.busy_s > 0 ? (double)j.n_frames / j.busy_s : 0;
        double share = j.n_pixels ? (double)j.n_edges / (double)j.n_pixels : 0;
        int width = j.edges ? j.edges->width : 0, height = j.edges ? j.edges->height : 0;
        if (json)
            printf("{\"frames\": %" PRId64 ", \"width\": %d, \"height\": %d, \"seconds\": %.3f, "
                   "\"frames_per_s\": %.1f, \"edge_share\": %.6f}\n",
                   j.n_frames, width, height, j.busy_s, rate, share);
        else
            printf("%" PRId64 " frames of %d x %d in %.2f s: %.1f frames/s, %.2f %% edge pixels\n",
                   j.n_frames, width, height, j.busy_s, rate, 100 * share);
    }
    um_window_close(&j.window);
    um_writer_close(&j.writer);
    um_source_close(&j.source);
    um_canny_free(&j.canny);
    um_image_free(&j.edges);
    return st < 0 ? um_complain(&err) : UM_EXIT_OK;
}

static const um_opt options[] = {
    {"low", UM_OPT_NUM, "N", "weaker edges continue stronger ones down to this gradient (100)",
     &canny_options.low, 0, 1e6},
    {"high", UM_OPT_NUM, "N", "an edge begins above this gradient (200)", &canny_options.high, 0, 1e6},
    {"aperture", UM_OPT_INT, "N", "size of the Sobel operator: 3, 5 or 7 (3)", &canny_options.aperture, 3, 7},
    {"l2", UM_OPT_FLAG, NULL, "gradient as sqrt(dx^2 + dy^2), not |dx| + |dy|", &canny_options.l2},
    {"colour", UM_OPT_FLAG, NULL, "steepest of red, green and blue instead of gray", &colour},
    {"out", UM_OPT_OUTPUT, "FILE", "write the edges: .mp4 .mov .mkv .avi .webm, or .png of a photo",
     &out_path},
    {"view", UM_OPT_FLAG, NULL, "show them in a window (the default without --out)", &view},
    {"max-seconds", UM_OPT_NUM, "S", "stop after so many seconds of the video", &max_s, 0, 1e9},
    {"video-track", UM_OPT_INT, "N", "of several video tracks, take number N", &video_track, 1, 1000},
    {"threads", UM_OPT_INT, "N", "decoder threads (number of cores and one more)", &threads, 1, 64},
    {"json", UM_OPT_FLAG, NULL, "print the last line as JSON", &json},
    {0},
};

const um_command um_cmd_edges = {
    .program = "unmask",
    .name = "edges",
    .arguments = "FILE",
    .summary = "Draw the edges of a video or photo (Canny)",
    .details =
        "Finds edges in each picture with Canny's detector, pixel for pixel as cv2.Canny of OpenCV 4.6\n"
        "finds them in the same pixels, and shows them in a window at the speed of the video, or writes\n"
        "them. In the window, space pauses, q or Esc quits. --out /dev/null only measures. The last line\n"
        "tells the number of frames, the speed, and the share of edge pixels.",
    .examples = "  unmask edges clip.mp4\n  unmask edges clip.mp4 --low 50 --high 150 --out edges.mp4\n"
                "  unmask edges photo.jpg --l2 --out edges.png",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
