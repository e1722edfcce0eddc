/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: unmask-sample. */
#include "base/base.h"
#include "figure/sample.h"
#include "opt.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unmask/source.h>

static struct {
    double seconds, fps, yaw;
    int64_t seed;
    int persons;
    bool glasses;
    const char *size, *scene;
} o = {12, 30, 14, 1, 1, false, "640x480", "talk"};

static const um_opt options[] = {
    {"seconds", UM_OPT_NUM, "S", "length of the clip, or the moment of the picture (12)", &o.seconds, 0.1,
     600},
    {"fps", UM_OPT_NUM, "N", "pictures per second (30)", &o.fps, 1, 120},
    {"size", UM_OPT_TEXT, "WxH", "pixels, 64x64 to 3840x2160 (640x480)", &o.size},
    {"seed", UM_OPT_BIG, "N", "persons, motion, words: the same seed gives the same bytes (1)", &o.seed, 0,
     1e15},
    {"persons", UM_OPT_INT, "N", "1 or 2, in a scene in which they walk up to 6 (1)", &o.persons, 1, 6},
    {"scene", UM_OPT_TEXT, "NAME",
     "talk: each in one place; cross: they change places, one before the other; leave: one goes and comes "
     "back; cut: halfway another picture (talk)",
     &o.scene},
    {"glasses", UM_OPT_FLAG, NULL, "everybody wears glasses; the seed chooses them", &o.glasses},
    {"yaw-range", UM_OPT_NUM, "DEG", "how far the head turns to each side (14)", &o.yaw, 0, 60},
    {0},
};

static const um_command command = {
    .name = "unmask-sample",
    .arguments = "OUT",
    .summary = "Draw a talking head with a voice whose blinks, pulse and pitch are known",
    .details = "Writes OUT (.mp4, .mkv, .webm, .avi; or one picture as .png) and OUT.truth.json, which says "
               "exactly\n"
               "what is in it. The output is always labelled as synthetic.",
    .examples = "  unmask-sample --seconds 24 sample.mp4\n  unmask-sample --persons 2 --seed 7 --size "
                "1280x720 two.mkv\n"
                "  unmask-sample --scene cross --persons 4 crowd.mp4",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .writes = true,
};

static bool show(void *user, double done, double total)
{
    fprintf(stderr, "\r%3.0f %%", 100 * done / total);
    return true;
}

static void join(um_buf *out, int argc, char **argv)
{
    um_buf_text(out, "unmask-sample");
    for (int i = 1; i < argc; i++)
        um_buf_printf(out, " %s", argv[i]);
}

static bool read_size(sample_options *opt)
{
    char rest;
    return sscanf(o.size, "%dx%d%c", &opt->width, &opt->height, &rest) == 2 && opt->width >= 64 &&
           opt->height >= 64 && opt->width <= 3840 && opt->height <= 2160;
}

int main(int argc, char **argv)
{
    um_buf line;
    um_error err = {0};
    sample_options opt = {0};
    um_buf_init(&line, 1 << 16);
    um_media_quiet();
    join(&line, argc, argv); /* before parsing, which moves the arguments */
    int n = um_opt_parse(&command, argc - 1, argv + 1);
    if (n < 0) {
        um_buf_free(&line);
        return um_opt_status(n);
    }
    if (!read_size(&opt)) {
        fprintf(stderr, "unmask-sample: --size %s: must be from 64x64 to 3840x2160\n", o.size);
        um_buf_free(&line);
        return UM_EXIT_USAGE;
    }
    if (!group_scene_named(&opt.scene, o.scene) || (opt.scene == GROUP_TALK && o.persons > 2)) {
        fprintf(stderr,
                "unmask-sample: --scene %s --persons %d: must be talk with 1 or 2, or cross, leave or "
                "cut with up to 6\n",
                o.scene, o.persons);
        um_buf_free(&line);
        return UM_EXIT_USAGE;
    }
    opt.cell_mm = opt.scene == GROUP_TALK ? 1.25 : 2.5; /* those who walk are far away */
    opt.seconds = o.seconds;
    opt.fps = o.fps;
    opt.seed = (uint64_t)o.seed;
    opt.persons = o.persons;
    opt.glasses = o.glasses;
    opt.yaw_range_deg = o.yaw;
    opt.threads = um_cores();
    opt.progress = isatty(2) ? show : NULL;
    opt.command = line.broken ? "unmask-sample" : line.data;
    um_status st = sample_write(argv[1], &opt, &err);
    um_buf_free(&line);
    if (opt.progress)
        fputs("\r     \r", stderr);
    if (st < 0)
        fprintf(stderr, "unmask-sample: %s\n", err.text);
    return um_exit_status(st);
}
