/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voices for voice_peers.py: copies after encoders, a telephone and noise, which are those of `evaluate
 * --robustness`, and what a detector hears that wants 64,600 samples at 16 kHz.
 *
 *     voice_copies CONDITION FROM TO PATH...
 *     voice_copies heard FROM TO PATH...
 *
 * Writes the copy of FROM/PATH to TO/PATH.wav, or its first 4 s, repeated where there is less, to
 * TO/PATH.f32, whose folder is there; not again what lies there. Says what it cannot make (libmp3lame takes
 * no 12.5 kHz), and goes on. */
#define _GNU_SOURCE /* asprintf */
#include "dsp/resample.h"
#include "evaluate/condition.h"
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unmask/source.h>

enum { RATE_HZ = 16000, SAMPLES = 64600, OWED = 4096 };

static um_status copy(const um_condition *c, const char *in, const char *out, um_error *err)
{
    char *folder = strdup(out), *made = NULL;
    um_status st = folder ? um_condition_copy(&made, c, in, dirname(folder), 0, err) : um_fail_oom(err);
    if (st == UM_OK && rename(made, out))
        st = um_fail(err, UM_EWRITE, "%s", out);
    free(folder);
    free(made);
    return st;
}

/* n input samples more, from number `at` on; *got at 16 kHz so far. */
static um_status hear_more(float *heard, int *got, um_resampler *r, int64_t at, const float *mono, int n,
                           um_error *err)
{
    float *block = NULL;
    int more = 0;
    int64_t first;
    um_status st = um_resampler_push(r, &block, &more, &first, at, mono, n, err);
    for (int i = 0; st == UM_OK && i < more && *got < SAMPLES; i++)
        heard[(*got)++] = block[i];
    free(block);
    return st;
}

static um_status hear(float *heard, const char *in, um_error *err)
{
    static const float silence[OWED]; /* the resampler owes its last samples */
    const um_source_options opt = {.want = UM_WANT_SOUND, .threads = 1, .max_s = 6};
    um_source *source = NULL;
    um_resampler *r = NULL;
    um_moment *m = NULL;
    int got = 0;
    int64_t at = 0;
    um_status st = um_source_open(&source, in, &opt, err);
    const int rate_hz = st == UM_OK ? um_source_media(source)->rate_hz : 0;
    if (st == UM_OK)
        st = um_resampler_new(&r, rate_hz, RATE_HZ, err);
    while (st == UM_OK && (st = um_source_next(&m, source, err)) == UM_OK) {
        if (m->sound) {
            st = hear_more(heard, &got, r, at, m->sound->mono, m->sound->n, err);
            at += m->sound->n;
        }
        um_moment_free(&m);
    }
    if (st == UM_EOF)
        st = hear_more(heard, &got, r, at, silence, OWED, err);
    if (got > at * RATE_HZ / (rate_hz ? rate_hz : 1)) /* not of the silence */
        got = (int)(at * RATE_HZ / rate_hz);
    um_resampler_free(&r);
    um_source_close(&source);
    if (st == UM_OK && !got)
        st = um_fail(err, UM_EFORMAT, "%s: no sound", in);
    for (int i = got; st == UM_OK && i < SAMPLES; i++)
        heard[i] = heard[i - got];
    return st;
}

static um_status one(const um_condition *c, const char *in, const char *out, um_error *err)
{
    static float heard[SAMPLES];
    if (!access(out, F_OK))
        return UM_OK;
    if (c->name)
        return copy(c, in, out, err);
    um_status st = hear(heard, in, err);
    return st == UM_OK ? um_file_write(out, heard, sizeof heard, err) : st;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    bool ok = true;
    const um_condition *c = um_conditions;
    while (c->name && strcmp(c->name, argv[1]))
        c++;
    if (!c->name && strcmp(argv[1], "heard"))
        return 2;
    um_media_quiet();
    for (int i = 4; i < argc; i++) {
        char *in = NULL, *out = NULL;
        um_error err = {0};
        um_status st = UM_ENOMEM;
        if (asprintf(&in, "%s/%s", argv[2], argv[i]) > 0 &&
            asprintf(&out, "%s/%s.%s", argv[3], argv[i], c->name ? "wav" : "f32") > 0)
            st = one(c, in, out, &err);
        if (st != UM_OK)
            fprintf(stderr, "%s\n", err.text);
        ok &= st == UM_OK;
        free(in);
        free(out);
    }
    return !ok;
}
