/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source_fixture.h: media files made by the ffmpeg program in a temporary folder, from samples that the test
 * wrote itself: what must come out is then known by formula. */
#ifndef UM_SOURCE_FIXTURE_H
#define UM_SOURCE_FIXTURE_H

#include "../check.h"
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <unmask/source.h>

static char fixture_dir[64];

static inline const char *fixture_path(const char *name)
{
    static char paths[8][600];
    static int turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", fixture_dir, name);
    return path;
}

/* Runs a command in the temporary folder; false when it fails (an encoder that is missing, say). */
UM_PRINTF(1, 2) static inline bool fixture_run(const char *format, ...)
{
    char line[3000];
    int n = snprintf(line, sizeof line, "cd %s && ", fixture_dir);
    va_list args;
    va_start(args, format);
    n += vsnprintf(line + n, sizeof line - (size_t)n, format, args);
    va_end(args);
    snprintf(line + n, sizeof line - (size_t)n, " >/dev/null 2>&1 </dev/null");
    return system(line) == 0;
}
#define FFMPEG "ffmpeg -nostdin -y -v error -threads 2 "

static inline bool fixture_begin(void)
{
    strcpy(fixture_dir, "/tmp/unmask-source-XXXXXX");
    if (!mkdtemp(fixture_dir))
        return false;
    if (fixture_run("ffmpeg -version"))
        return true;
    rmdir(fixture_dir);
    fprintf(stderr, "skipped: no ffmpeg program\n");
    return false;
}

static inline int fixture_end(void)
{
    char line[100];
    snprintf(line, sizeof line, "rm -rf %s", fixture_dir);
    if (system(line) != 0)
        fprintf(stderr, "%s is left behind\n", fixture_dir);
    return check_done();
}

static inline bool fixture_write(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(fixture_path(name), "wb");
    bool ok = f && fwrite(bytes, 1, n, f) == n;
    return f && fclose(f) == 0 && ok;
}

static inline char *fixture_read(const char *name, size_t *n)
{
    char *bytes = malloc(64 << 20);
    FILE *f = fopen(fixture_path(name), "rb");
    *n = f ? fread(bytes, 1, 64 << 20, f) : 0;
    if (f)
        fclose(f);
    return bytes;
}

static inline uint8_t *fixture_find(uint8_t *bytes, size_t n, const char *word)
{
    for (size_t i = 0, k = strlen(word); i + k <= n; i++)
        if (!memcmp(bytes + i, word, k))
            return bytes + i;
    return NULL;
}

/* All of a file, kept: moments[n]. */
typedef struct whole {
    um_moment *moments[4096];
    int n, n_pictures, n_samples;
    um_status status; /* of open, or of the last next */
    um_error err;
    um_damage damage;
    um_media media; /* strings are dead */
    char container[64], pixel_format[64], remark[240];
} whole;

static inline void whole_read(whole *w, const char *path, um_source_options opt)
{
    um_source *s = NULL;
    um_moment *m = NULL;
    memset(w, 0, sizeof *w);
    if ((w->status = um_source_open(&s, path, &opt, &w->err)) < 0)
        return;
    while ((w->status = um_source_next(&m, s, &w->err)) == UM_OK) {
        w->n_pictures += m->frame != NULL;
        w->n_samples += m->sound ? m->sound->n : 0;
        if (w->n < 4096)
            w->moments[w->n++] = m;
        else
            um_moment_free(&m);
    }
    w->damage = um_source_damage(s);
    w->media = *um_source_media(s);
    snprintf(w->container, sizeof w->container, "%s", w->media.container);
    snprintf(w->pixel_format, sizeof w->pixel_format, "%s", w->media.pixel_format);
    snprintf(w->remark, sizeof w->remark, "%s", w->media.remark);
    um_source_close(&s);
}

static inline const um_frame *whole_picture(const whole *w, int i)
{
    for (int k = 0; k < w->n; k++)
        if (w->moments[k]->frame && i-- == 0)
            return w->moments[k]->frame;
    return NULL;
}

static inline void whole_free(whole *w)
{
    for (int i = 0; i < w->n; i++)
        um_moment_free(&w->moments[i]);
    w->n = 0;
}

#endif
