/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.c: one line on a terminal, erased at the end. */
#include "progress.h"
#include "interrupt.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <unmask/types.h>

static const double INTERVAL_S = 0.1;

void um_progress_begin(um_progress *p, const char *label)
{
    const char *kind = getenv("TERM");
    *p = (um_progress){.label = label, .started_s = um_now_s()};
    p->terminal = isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb");
}

static bool is_due(const um_progress *p, double now_s)
{
    return p->terminal && now_s - p->started_s >= INTERVAL_S && now_s - p->drawn_s >= INTERVAL_S;
}

static void draw(um_progress *p, char *line, size_t room, double now_s)
{
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 && size.ws_col < room)
        line[size.ws_col - 1] = 0; /* a wrapped line could not be erased */
    fprintf(stderr, "\r%s\x1b[K", line);
    p->drawn_s = now_s;
}

bool um_progress_hashing(void *user, double done, double total)
{
    um_progress *p = user;
    const double now_s = um_now_s();
    if (is_due(p, now_s)) {
        char line[256], label[101];
        snprintf(line, sizeof line, "%s  hashing %3.0f %%  %.1f GB",
                 um_printable(label, sizeof label, p->label), total > 0 ? 100 * done / total : 0, done / 1e9);
        draw(p, line, sizeof line, now_s);
    }
    return !um_interrupted();
}

bool um_progress_update(void *user, double done, double total)
{
    um_progress *p = user;
    double now_s = um_now_s(), elapsed_s = now_s - p->started_s;
    if (!is_due(p, now_s))
        return true;
    char line[256], label[101];
    double rate = done / elapsed_s;
    int n = snprintf(line, sizeof line, "%s  ", um_printable(label, sizeof label, p->label));
    if (total > 0 && done <= total)
        n += snprintf(line + n, sizeof line - (size_t)n, "%3.0f %%  ", 100 * done / total);
    n += snprintf(line + n, sizeof line - (size_t)n, "%.1f s  %.1fx", done, rate);
    if (total > 0 && done <= total && rate > 0 && elapsed_s > 1) {
        double left_s = fmin(ceil((total - done) / rate), 359999);
        int h = (int)(left_s / 3600), m = (int)(left_s / 60) % 60, s = (int)fmod(left_s, 60);
        if (h)
            snprintf(line + n, sizeof line - (size_t)n, "  %d:%02d:%02d left", h, m, s);
        else
            snprintf(line + n, sizeof line - (size_t)n, "  %d:%02d left", m, s);
    }
    draw(p, line, sizeof line, now_s);
    return true;
}

void um_progress_end(um_progress *p)
{
    if (p->drawn_s > 0)
        fputs("\r\x1b[K", stderr);
    p->drawn_s = 0;
}

bool um_progress_or_stop(void *progress, double done, double total)
{
    um_progress_update(progress, done, total);
    return !um_interrupted();
}
