/* report.h: all that is known after an analysis. Filled by analyze, read by json.c, html.c, text.c. */
#ifndef UM_REPORT_H
#define UM_REPORT_H
#include "fusion/verdict.h"
#include "results/findings.h"
#include <unmask/analysis.h>

typedef struct um_person {
    int id;
    double first_s, last_s;
    int64_t n_frames;
    um_face_quality quality; /* mean over frames */
    um_face best;            /* the face of the picture below */
    um_image *picture;       /* aligned crop of the best face, or NULL */
    um_verdict verdict;
} um_person;

typedef struct um_model_used {
    char role[24], name[96], sha256[65];
} um_model_used;

struct um_report {
    char *path;
    um_media media; /* strings owned by the report (see media_text) */
    char *media_text[6];
    um_probe probe;
    um_damage damage;
    int64_t n_frames, n_samples;
    double analysed_s;    /* media time covered */
    bool partial;         /* truncated, damaged, or stopped by max_s */
    char faces_note[200]; /* "" or why faces were not looked for */
    int64_t n_faces;      /* over all frames */
    int n_persons, n_persons_dropped;
    um_person *person;
    int n_models;
    um_model_used model[4];
    char calibration[96]; /* name and sha256 of the calibration in use */
    int n_findings;
    um_findings **findings;
    char declaration[300]; /* what the file says of itself, when it says that it is synthetic; "" otherwise */
    um_verdict verdict; /* of the file: of its most suspicious person together with what concerns the file */
    char *command;      /* how to repeat it */
    struct {
        double wall_s, decode_wait_s, faces_s;
    } timing;
};
#endif
