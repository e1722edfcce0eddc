/* main.c: unmask-sample. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "sample.h"

static const char HELP[] =
    "unmask-sample [OPTION VALUE]... OUT\n"
    "\n"
    "Draws a talking head with a voice and writes OUT (.mp4, .mkv, .webm, .avi; or one picture as .png) and\n"
    "OUT.truth.json, which says exactly what is in it. The output is always labelled as synthetic.\n"
    "\n"
    "  --seconds N      length of the clip, or the moment of the picture (12)\n"
    "  --fps N          pictures per second (30)\n"
    "  --size WxH       pixels (640x480)\n"
    "  --seed N         persons, motion, words: the same seed gives the same bytes (1)\n"
    "  --persons N      1 or 2 (1)\n"
    "  --yaw-range DEG  how far the head turns to each side (14)\n";

typedef struct number {
    const char *name;
    double *value, min, max;
} number;

static int usage(const char *what, const char *value)
{
    fprintf(stderr, "unmask-sample: %s \"%s\" (see --help)\n", what, value);
    return 2;
}

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

int main(int argc, char **argv)
{
    double seconds = 12, fps = 30, seed = 1, persons = 1, yaw = 14;
    sample_options opt = {.width = 640, .height = 480, .cell_mm = 1.25};
    const number numbers[] = {
        {"--seconds", &seconds, 0.1, 600}, {"--fps", &fps, 1, 120},      {"--seed", &seed, 0, 1e15},
        {"--persons", &persons, 1, 2},     {"--yaw-range", &yaw, 0, 60},
    };
    const char *path = NULL;
    for (int i = 1; i < argc; i++) {
        bool found = false;
        if (!strcmp(argv[i], "--help")) {
            fputs(HELP, stdout);
            return 0;
        }
        if (strncmp(argv[i], "--", 2)) {
            if (path)
                return usage("one output only, not also", argv[i]);
            path = argv[i];
            continue;
        }
        if (i + 1 == argc)
            return usage("unknown option, or its value is missing:", argv[i]);
        if (!strcmp(argv[i], "--size")) {
            char rest;
            if (sscanf(argv[i + 1], "%dx%d%c", &opt.width, &opt.height, &rest) != 2 || opt.width < 64 ||
                opt.height < 64 || opt.width > 3840 || opt.height > 2160)
                return usage("size out of 64x64..3840x2160:", argv[i + 1]);
            found = true;
        }
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers && !found; k++) {
            char *end;
            if (strcmp(argv[i], numbers[k].name))
                continue;
            *numbers[k].value = strtod(argv[i + 1], &end);
            if (*end || end == argv[i + 1] ||
                !(*numbers[k].value >= numbers[k].min && *numbers[k].value <= numbers[k].max))
                return usage("value out of range:", argv[i + 1]);
            found = true;
        }
        if (!found)
            return usage("unknown option", argv[i]);
        i++;
    }
    if (!path)
        return usage("no output named", "");
    opt.seconds = seconds, opt.fps = fps, opt.seed = (uint64_t)seed, opt.persons = (int)persons,
    opt.yaw_range_deg = yaw;
    opt.threads = um_cores();
    opt.progress = isatty(2) ? show : NULL;
    um_buf command;
    um_buf_init(&command, 1 << 16);
    join(&command, argc, argv);
    opt.command = command.broken ? "unmask-sample" : command.data;
    um_error err;
    um_status st = sample_write(path, &opt, &err);
    um_buf_free(&command);
    if (opt.progress)
        fputs("\r     \r", stderr);
    if (st < 0) {
        fprintf(stderr, "unmask-sample: %s\n", err.text);
        return 3;
    }
    return 0;
}
