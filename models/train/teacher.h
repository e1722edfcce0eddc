/* SPDX-License-Identifier: GPL-3.0-or-later */
/* teacher.h: faces that nobody annotated, found by two foreign detectors.
 *
 * yunet_n_640 finds; where retinaface_mnet025_640 agrees (IoU at least 0.5) the face is believed, else it is
 * marked `ignore`. An annotated face keeps its points and takes the teacher's box where there is one, so that
 * all boxes follow one convention. Answers are cached in a text file, because the teachers are slow.
 */
#ifndef UNMASK_TEACHER_H
#define UNMASK_TEACHER_H
#include "photos.h"

typedef struct teacher_counts {
    int believed, doubted, confirmed, alone; /* alone: annotated, not seen by the first teacher */
} teacher_counts;

typedef struct teacher_points_counts {
    int asked, labelled, dropped; /* faces */
    double points;                /* mean share of points of a labelled face that are believed */
    double error;                 /* of the labels, mean distance to hand-set points (train rows) in % of the
                                     distance of the outer eye corners */
    int measured;                 /* faces behind `error` */
} teacher_points_counts;

/* Completes p->photo[*].faces. `models`: the folder of the foreign networks. */
um_status teach_faces(photos *p, const char *models, const char *cache, teacher_counts *counts,
                      um_error *err);
/* Gives 68 points to believed faces without: per point the median of three foreign landmark networks
 * (peppa_slim68_160, tddfa_v2_mb05_lm68, osf_lm66_224), unsure where they lie apart, and never trusted with
 * eyelids as hand-set points are. After teach_faces; cached alike. */
um_status teach_points(photos *p, const char *models, const char *cache, teacher_points_counts *counts,
                       um_error *err);
/* Adds pictures without annotations: portraits, masks, crops (split train), and frames of the real training
 * clips and of the real halves of the face swaps. */
um_status photos_read_unlabelled(photos *p, const char *data, um_error *err);
/* Adds pictures of the training media (media.c). UM_EIO: a list is missing. */
um_status photos_read_media(photos *p, const char *media, um_error *err);
/* One picture; or `n` frames of the first `most_s` seconds of a clip, of each the part `panel` (NULL: all).
 * One that cannot be read is counted as damaged. `set` is static text. */
um_status photos_read_still(photos *p, const char *set, const char *path, const char *name, um_error *err);
um_status photos_read_frames(photos *p, const char *set, const char *path, const char *name,
                             const um_rect *panel, int n, double most_s, um_error *err);
#endif
