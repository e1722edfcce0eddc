/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forged_voices FOLDER: a labelled set of made voices, real/ as they are and fake/ with a hum over them, of
 * several sources: enough to train and calibrate a network in seconds. */
#include "base/base.h"
#include "figure/voice.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SOURCES = 6, EACH = 8, SECONDS = 3 };
static const double HUM_HZ = 23;

static um_status put_wav(const char *path, const float *x, int n, um_error *err)
{
    unsigned char head[44] = "RIFF....WAVEfmt \x10\0\0\0\1\0\1\0\x80\xbb\0\0\0\x77\1\0\2\0\x10\0data";
    const uint32_t data = 2 * (uint32_t)n, all = data + 36;
    unsigned char *wav = malloc(sizeof head + data);
    if (!wav)
        return um_fail_oom(err);
    memcpy(head + 4, &all, 4);
    memcpy(head + 40, &data, 4);
    memcpy(wav, head, sizeof head);
    for (int i = 0; i < n; i++) {
        const int16_t s = (int16_t)lrint(32767 * fmax(-1, fmin(1, (double)x[i])));
        memcpy(wav + sizeof head + 2 * (size_t)i, &s, 2);
    }
    const um_status st = um_file_write(path, wav, sizeof head + data, err);
    free(wav);
    return st;
}

static um_status forge(const char *folder, const char *name, uint64_t seed, bool fake, um_error *err)
{
    char path[600];
    static script plan;
    voice v = {0};
    script_make(&plan, seed, SECONDS, 1, 0);
    um_status st = voice_make(&v, &plan, err);
    for (int i = 0; st == UM_OK && fake && i < v.n_samples; i++)
        v.sound[i] *= (float)(.5 + .5 * sin(2 * M_PI * HUM_HZ * i / VOICE_RATE_HZ));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (st == UM_OK)
        st = put_wav(path, v.sound, v.n_samples, err);
    voice_free(&v);
    return st;
}

int main(int argc, char **argv)
{
    um_error err = {0};
    um_buf list;
    char path[600], name[64];
    um_status st = UM_OK;
    if (argc != 2)
        return 2;
    um_buf_init(&list, 1 << 20);
    um_buf_text(&list, "path,label,kind,generator,group,source,split\n");
    mkdir(argv[1], 0777);
    for (int fake = 0; fake < 2; fake++) {
        snprintf(path, sizeof path, "%s/%s", argv[1], fake ? "fake" : "real");
        mkdir(path, 0777);
        for (int i = 0; i < SOURCES * EACH && st == UM_OK; i++) {
            snprintf(name, sizeof name, "%s/%02d.wav", fake ? "fake" : "real", i);
            st = forge(argv[1], name, (uint64_t)(1000 * fake + i), fake, &err);
            um_buf_printf(&list, "%s,%s,%s,%s,%s%d,source%d,train\n", name, fake ? "fake" : "real",
                          fake ? "hum" : "", fake ? i % 2 ? "odd" : "even" : "", fake ? "f" : "r", i,
                          i % SOURCES);
        }
    }
    char *text = um_buf_take(&list);
    snprintf(path, sizeof path, "%s/labels.csv", argv[1]);
    if (st == UM_OK)
        st = um_file_write(path, text, strlen(text), &err);
    free(text);
    if (st < 0)
        fprintf(stderr, "%s\n", err.text);
    return st < 0;
}
