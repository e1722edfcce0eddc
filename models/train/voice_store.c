/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_store.c: recordings decoded once to a folder. */
#include "voice_store.h"
#include "dsp/resample.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/source.h>

enum { FRAME = VOICE_STORE_HZ / 100, LONGEST_S = 20, VERSION = 1 };
static const double QUIET_DB = -45, SILENT_DB = -70; /* against the loudest frame; in any case */

static um_status place(char *out, size_t size, const char *folder, const char *path, um_error *err)
{
    struct stat about;
    char key[1200];
    uint64_t hash = 14695981039346656037u; /* FNV-1a, 64 bits */
    if (stat(path, &about) < 0)
        return um_fail_errno(err, UM_EIO, "%s", path);
    snprintf(key, sizeof key, "%d %lld %lld %s", VERSION, (long long)about.st_size, (long long)about.st_mtime,
             path);
    for (const char *p = key; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 1099511628211u;
    snprintf(out, size, "%s/%016llx.s16", folder, (unsigned long long)hash);
    return UM_OK;
}

typedef struct sound {
    float *sample;
    size_t capacity;
    int n;
} sound;

static um_status add_block(sound *s, um_resampler **r, const um_sound *block, um_error *err)
{
    float *out;
    int n;
    int64_t first;
    um_status st = UM_OK;
    if (!*r && (st = um_resampler_new(r, block->rate_hz, VOICE_STORE_HZ, err)) < 0)
        return st;
    if ((st = um_resampler_push(*r, &out, &n, &first, block->first, block->mono, block->n, err)) < 0)
        return st;
    if (out && um_grow(&s->sample, &s->capacity, (size_t)s->n + (size_t)n, (size_t)1 << 24, sizeof *out)) {
        memcpy(s->sample + s->n, out, (size_t)n * sizeof *out);
        s->n += n;
    } else if (out) {
        st = um_fail_oom(err);
    }
    free(out);
    return st;
}

static um_status decode(sound *s, const char *path, um_error *err)
{
    const um_source_options options = {.want = UM_WANT_SOUND, .threads = 1, .max_s = LONGEST_S};
    um_source *source = NULL;
    um_moment *m;
    um_resampler *r = NULL;
    um_status st = um_source_open(&source, path, &options, err);
    while (st == UM_OK && (st = um_source_next(&m, source, err)) == UM_OK) {
        if (m->sound)
            st = add_block(s, &r, m->sound, err);
        um_moment_free(&m);
    }
    um_resampler_free(&r);
    um_source_close(&source);
    return st == UM_EOF ? UM_OK : st;
}

/* Silence at the ends tells pages apart. */
static void trim(sound *s)
{
    const int frames = s->n / FRAME;
    double loudest = 0;
    int first = frames, last = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int f = 0; f < frames; f++) {
            double sum = 0;
            for (int i = 0; i < FRAME; i++)
                sum += (double)s->sample[f * FRAME + i] * s->sample[f * FRAME + i];
            sum /= FRAME;
            if (!pass) {
                loudest = fmax(loudest, sum);
            } else if (sum > fmax(loudest * pow(10, QUIET_DB / 10), pow(10, SILENT_DB / 10))) {
                first = first < f ? first : f;
                last = f + 1;
            }
        }
    s->n = last > first ? (last - first) * FRAME : 0;
    memmove(s->sample, s->sample + (first < frames ? first : 0) * FRAME, (size_t)s->n * sizeof *s->sample);
}

static um_status fill(const char *to, const char *path, um_error *err)
{
    sound s = {0};
    float peak = 0;
    um_status st = decode(&s, path, err);
    if (st == UM_OK && s.n)
        trim(&s);
    int16_t *rounded = um_calloc((size_t)s.n + 1, sizeof *rounded);
    if (st == UM_OK && !rounded)
        st = um_fail_oom(err);
    for (int i = 0; i < s.n; i++)
        peak = fmaxf(peak, fabsf(s.sample[i]));
    for (int i = 0; i < s.n && rounded; i++)
        rounded[i] = (int16_t)lrintf(s.sample[i] * 30000 / fmaxf(peak, 1e-9f));
    if (st == UM_OK)
        st = um_file_write(to, rounded, (size_t)s.n * sizeof *rounded, err);
    free(rounded);
    free(s.sample);
    return st;
}

um_status voice_store_length(int *n, const char *folder, const char *path, um_error *err)
{
    char file[1024];
    struct stat about;
    um_status st = place(file, sizeof file, folder, path, err);
    if (st == UM_OK && stat(file, &about) < 0 && (st = fill(file, path, err)) == UM_OK &&
        stat(file, &about) < 0)
        st = um_fail_errno(err, UM_EIO, "%s", file);
    if (st == UM_OK)
        *n = (int)(about.st_size / (off_t)sizeof(int16_t));
    return st;
}

um_status voice_store_read(float *out, const char *folder, const char *path, int start, int n, um_error *err)
{
    char file[1024];
    um_status st = place(file, sizeof file, folder, path, err);
    if (st < 0)
        return st;
    const size_t bytes = (size_t)n * sizeof(int16_t);
    int16_t *rounded = um_calloc((size_t)n + 1, sizeof *rounded);
    int f = open(file, O_RDONLY | O_CLOEXEC);
    if (!rounded)
        st = um_fail_oom(err);
    else if (f < 0 || pread(f, rounded, bytes, (off_t)start * 2) != (ssize_t)bytes)
        st = um_fail(err, UM_EIO, "%s: cannot be read any more", file);
    for (int i = 0; i < n && st == UM_OK; i++)
        out[i] = (float)rounded[i] / 32768;
    if (f >= 0)
        close(f);
    free(rounded);
    return st;
}
