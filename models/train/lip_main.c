/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unmask-lips: mouths and the sound beside them, from which tools/lip_model.py learns. Not installed.
 *
 *     unmask-lips SECONDS STEPS ROOT PATH...
 *
 * Follows the faces of ROOT/PATH for SECONDS; writes STEPS/PATH with "__" for each "/" and ".lips" behind.
 * Records, each after its tag (int32), in the byte order of the machine:
 * 1: time (double, s), person (int32), yaw (float, degrees), landmarks (68 x, y: float), mouth (24 x 32
 * bytes) 2: number of a frame of sound (int64), its 64 mel bands (float, ln power), probability of voice
 * (float) */
#include "faces/mouth.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/unmask.h>

static FILE *to;

static void put_face(const um_frame *frame, const um_face *face)
{
    const int32_t tag = 1, person = face->person;
    uint8_t mouth[UM_MOUTH_DOWN][UM_MOUTH_ACROSS];
    if (!um_mouth_picture(mouth, frame->rgb, face))
        return;
    fwrite(&tag, sizeof tag, 1, to);
    fwrite(&frame->t_s, sizeof frame->t_s, 1, to);
    fwrite(&person, sizeof person, 1, to);
    fwrite(&face->pose.yaw_deg, sizeof face->pose.yaw_deg, 1, to);
    fwrite(face->points, sizeof face->points, 1, to);
    fwrite(mouth, sizeof mouth, 1, to);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    const um_sound_frames *mel;
    const um_voice_frames *voice;
    for (int i = 0; in->frame && in->faces && i < in->faces->n; i++)
        if (in->faces->face[i].person >= 0 && in->faces->face[i].has_points)
            put_face(in->frame, &in->faces->face[i]);
    if (!in->sound)
        return UM_OK;
    um_status st = um_product_logmel(&mel, in->products, err);
    if (st == UM_OK)
        st = um_product_voice(&voice, in->products, err);
    for (int i = 0; st == UM_OK && i < mel->n; i++) {
        const int32_t tag = 2;
        const int64_t frame = mel->first + i, v = frame - voice->first;
        const float speaks = v >= 0 && v < voice->n ? voice->frame[v].probability : 0;
        fwrite(&tag, sizeof tag, 1, to);
        fwrite(&frame, sizeof frame, 1, to);
        fwrite(mel->value + (int64_t)i * mel->size, sizeof *mel->value, UM_MEL_BANDS, to);
        fwrite(&speaks, sizeof speaks, 1, to);
    }
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return um_findings_skip(out, um_file_subject(), err, "written");
}

static const um_signal steps = {
    .name = "lip_steps",
    .family = "face",
    .question = "What moves?",
    .meaning = "Nothing is judged.",
    .score_unit = "none",
    .paper = "none",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION | UM_NEED_RGB | UM_NEED_LOGMEL | UM_NEED_VOICE,
    .state_size = 1,
    .push = push,
    .finish = finish,
};

int main(int argc, char **argv)
{
    um_error err = {0};
    um_analyzer *analyzer = NULL;
    um_analysis_options opt = UM_ANALYSIS_OPTIONS_INIT;
    if (argc < 5)
        return 2;
    opt.signals = steps.name;
    opt.threads = 1;
    opt.max_s = strtod(argv[1], NULL);
    um_media_quiet();
    if (um_signal_register(&steps, &err) < 0 || um_analyzer_new(&analyzer, &opt, &err) < 0) {
        fprintf(stderr, "unmask-lips: %s\n", err.text);
        return 4;
    }
    for (int i = 4; i < argc; i++) {
        um_results *results = NULL;
        char from[4096], name[4096];
        size_t at = (size_t)snprintf(name, sizeof name, "%s/", argv[2]);
        for (const char *p = argv[i]; *p && at + 8 < sizeof name; p++)
            at += (size_t)snprintf(name + at, sizeof name - at, *p == '/' ? "__" : "%c", *p);
        snprintf(name + at, sizeof name - at, ".lips");
        snprintf(from, sizeof from, "%s/%s", argv[3], argv[i]);
        if (!(to = fopen(name, "wb"))) {
            perror(name);
            return 4;
        }
        if (um_analyzer_run(&results, analyzer, from, &err) < 0)
            fprintf(stderr, "unmask-lips: %s: %s\n", from, err.text);
        um_results_free(&results);
        if (fclose(to)) {
            perror(name);
            return 4;
        }
    }
    um_analyzer_free(&analyzer);
    return 0;
}
