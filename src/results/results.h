/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results.h: the inside of um_results. Filled by analyze or by um_results_read, then only read. */
#ifndef UM_RESULTS_H
#define UM_RESULTS_H
#include "results/findings.h"
#include "results/picture.h"
#include "results/sound_copy.h"
#include "results/sound_view.h"
#include <unmask/results.h>

enum {
    UM_MAX_PERSONS = 256,
    UM_MAX_VOICES = 256,
    UM_MAX_NETWORKS = 256,
    UM_MAX_FINDINGS = 512,           /* signals */
    UM_MAX_SHOWN = 240,              /* pictures beside evidence, over all signals */
    UM_REPORT_MOST_BYTES = 512 << 20 /* of a report in JSON */
};

struct um_results {
    char *path, *answer;
    char version[32];      /* of the program */
    um_media media;        /* strings owned */
    um_probe probe;        /* names of marks are owned or static */
    char declaration[300]; /* what the file says of itself, when it says that it is synthetic; "" otherwise */
    um_damage damage;
    int64_t n_frames, n_samples;
    double analysed_s;       /* media time covered */
    bool partial;            /* truncated, damaged, or stopped by max_s */
    char faces_note[200];    /* "" or why faces were not looked for */
    int64_t n_faces;         /* over all frames */
    bool has_quality;        /* a face was seen */
    um_face_quality quality; /* mean over all faces of all persons */
    int n_persons, n_persons_dropped, n_voices, n_networks, n_findings;
    um_person *person;
    float portrait[UM_MAX_PERSONS]; /* quality of the face in the person's picture, while it is looked for */
    um_voice *voice;
    um_network_used *network;
    um_findings **findings;
    um_verdict verdict;
    char calibration[192]; /* name and sha256 */
    um_options_used options;
    bool has_timing; /* false when read from a report without */
    struct {
        double wall_s, decode_wait_s, faces_s;
    } timing;
    /* what the fields above borrow from */
    char **owned;
    size_t n_owned, owned_capacity;
    um_signal *read_signal; /* [n_findings] when read */
    um_sound_view sound;    /* no columns: none was asked for, or no sound heard */
    um_sound_copy copy;     /* none unless it is asked for */
};

um_status um_results_new(um_results **out, const char *path, um_error *err);
/* A copy that lives as long as the results; NULL gives NULL. */
um_status um_results_keep(const char **out, um_results *r, const char *text, um_error *err);
um_status um_results_keep_media(um_results *r, const um_media *media, um_error *err);
um_status um_results_keep_options(um_results *r, const um_options_used *options, um_error *err);
um_status um_results_add_network(um_results *r, const char *role, const char *name, const char *sha256,
                                 um_error *err);
/* The voices that results speak of, in order of their numbers. */
um_status um_results_find_voices(um_results *r, um_error *err);
/* Fills `declaration` from the marks. */
void um_results_declare(um_results *r);
/* The end of an analysis: the file's declaration is found, numbers are rounded to the digits of the JSON
 * report, pictures become small files (at most UM_MAX_SHOWN, shared evenly by the signals that have some). */
um_status um_results_seal(um_results *r, um_error *err);
/* um_results_read (report/report_read.c) but for the verdicts' words and the answer, which are made anew. */
um_status um_results_parse(um_results **out, const char *json, size_t n, const char *name, um_error *err);
#endif
