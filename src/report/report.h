/* report.h: all that is known after an analysis. Filled by analyze, read by json.c, html.c, text.c. */
#ifndef UM_REPORT_H
#define UM_REPORT_H
#include "signals/findings.h"
#include <unmask/analysis.h>

typedef struct um_verdict {
    bool inconclusive;
    char reason[240];      /* why inconclusive, one sentence; "" otherwise */
    double log_lr, lo, hi; /* log10 likelihood ratio (> 0: manipulation more likely) with a 90 % interval; 0
                              when nothing weighs */
    int n_weighed;         /* calibrated results that went in */
} um_verdict;

/* Words for a log10 likelihood ratio, after the ENFSI guideline for evaluative reporting (2015). */
const char *um_scale_words(double log_lr);

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
    um_verdict verdict; /* of the file: of its most suspicious person together with what concerns the file */
    char *command;      /* how to repeat it */
    struct {
        double wall_s, decode_wait_s, faces_s;
    } timing;
};
#endif
