/* SPDX-License-Identifier: GPL-3.0-or-later */
/* findings.h: the inside of um_findings, for the pipeline, fusion and report. Signals see only signal.h. */
#ifndef UM_FINDINGS_H
#define UM_FINDINGS_H
#include "base/base.h"
#include "results/subject.h"
#include <unmask/results.h>

/* For a crowd: four series, an interval and a result for each of 256 persons. The points of the first series
 * and of those beyond them, and the pictures, are what takes memory: at most 16 MB per signal. */
enum {
    UM_MAX_SERIES = 1024,
    UM_MAX_LONG_SERIES = 64,
    UM_MAX_POINTS = 4096,
    UM_MAX_CROWD_POINTS = 512,
    UM_MAX_EVIDENCE = 256,
    UM_MAX_PICTURES = 64,
    UM_MAX_RESULTS = 1024,
    UM_MAX_LINKS = 1024
};

typedef struct um_series {
    char name[48], unit[24];
    um_subject subject;
    size_t n;
    um_sample *sample;   /* [n], at most `most`: when full, neighbours are averaged and thinning doubles */
    int thinning;        /* raw points per kept sample */
    double sum_t, sum_v; /* the sample being filled */
    int filled;
    size_t capacity, most;
} um_series;

typedef struct um_evidence {
    um_subject subject;
    double from_s, to_s;
    um_image *image;    /* or NULL; until the results are sealed */
    um_picture picture; /* since then */
    char text[240];
} um_evidence;

struct um_findings {
    const um_signal *signal;
    um_outcome outcome; /* of the whole: scored when any result is */
    char reason[300];   /* not applicable: why; failed: the error */
    int n_series, n_evidence, n_pictures, n_results, n_links;
    int64_t series_dropped, evidence_dropped, results_dropped; /* beyond the maxima above */
    um_series *series;
    um_evidence *evidence;
    um_result *result;
    um_link *link;
    size_t series_capacity, evidence_capacity, result_capacity, link_capacity;
    char network[65];     /* SHA-256 of the one it asks, "": none */
    char error_rate[400]; /* filled by fusion: how often it errs where it was measured, one sentence; "" when
                             it was not */
    double seconds;       /* spent in the callbacks */
};

um_status um_findings_new(um_findings **out, const um_signal *signal, um_error *err);
void um_findings_free(um_findings **f);
void um_findings_close(um_findings *f); /* flushes half-filled samples, settles `outcome`; a signal that said
                                           nothing is not applicable */
void um_findings_fail(um_findings *f, const um_error *err);
#endif
