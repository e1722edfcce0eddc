/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track.h: what the files of the tracker share.
 *
 * Tracking by detection. A Kalman filter says where a face will be (motion.h, as in SORT); around there its
 * landmarks are looked for on every frame (track_follow.c). Now and then a detector looks at the whole
 * picture, and its boxes are given to the tracks in two rounds, sure ones first (track_detect.c, as in
 * ByteTrack); by place, and by appearance where place leaves a choice, as in DeepSORT. A track becomes a
 * person by evidence (track_confirm.c). Points are raw answers of the network: nothing is smoothed over time,
 * because tremor is evidence. */
#ifndef UM_TRACK_H
#define UM_TRACK_H
#include "faces/appearance.h"
#include "faces/associate.h"
#include "faces/embedding.h"
#include "faces/finder.h"
#include "faces/motion.h"
#include "faces/scene.h"

enum {
    UM_MOST_TRACKS = UM_ASSOCIATE_MOST, /* persons known at once; the one lost longest is forgotten */
    UM_MAX_INTERVAL = 12,               /* frames between detections while all is calm */
    UM_MAX_AGE = 50,                    /* frames that the prediction of a lost person is trusted */
    UM_SEARCH = 8,                      /* frames, each with a detection, after someone was lost */
};

typedef enum um_track_state { UM_TENTATIVE, UM_TRACKED, UM_LOST } um_track_state;

typedef struct um_track {
    um_track_state state;
    int person;   /* -1 until it is given out */
    um_face face; /* where it was seen last */
    um_face seen; /* in this frame, if it is followed */
    um_motion motion;
    int hits, time_since_update, misses, embedding_due;
    bool followed, unreliable, occluded; /* in this frame */
    bool detected;                       /* in this frame, and taken as evidence */
    bool position_unknown;               /* a cut lies between: the place says nothing */
    bool half_hidden;                    /* began where faces overlap, or where one was lost a moment ago */
    int looks;                           /* from other angles that agreed, less those that did not */
    float evidence;                      /* that this is a face: sum of log odds */
    um_appearance appearance, now;       /* mean over time, and in this frame */
    um_embedding embedding;
    um_face_cut cut;          /* of the follow in this frame */
    um_face_cut *cut_of_seen; /* of `seen`: that, or a candidate's */
} um_track;

/* A detection of this frame, looked at when somebody asks. */
typedef struct um_candidate {
    bool complete;
    um_face face;
    um_appearance appearance;
    um_face_cut cut;
} um_candidate;

struct um_face_tracker {
    um_face_finder *finder;
    um_track *track; /* [UM_MOST_TRACKS] */
    int n, n_persons;
    int since_detection, search;
    um_scene scene;
    um_found_list found;     /* best scores first */
    um_candidate *candidate; /* [UM_MOST_TRACKS] to found.v, of which the best are kept */
};

/* ---- track_follow.c: one track from frame to frame ---- */

/* Root of the area, at least 1. */
float um_box_size(um_rect box);
void um_track_predict(um_track *t, bool cut);
/* Looks for the points around the prediction. */
um_status um_track_follow(um_face_tracker *tr, um_track *t, const um_image *rgb, um_error *err);
/* What was seen in this frame stands. */
void um_track_update(um_track *t);

/* ---- track_detect.c: detections and tracks ---- */

um_status um_tracks_detect(um_face_tracker *tr, const um_image *rgb, um_error *err);

/* ---- track_confirm.c: who is a person ---- */

/* Adds what a detection and its face say. */
void um_track_weigh(um_track *t, float score, float confidence);
/* Tentative tracks with evidence enough are looked at again and become persons, or turn out to be lost ones.
 */
um_status um_tracks_confirm(um_face_tracker *tr, um_error *err);
/* The lost person who looks like this, or NULL. */
um_track *um_tracks_reidentify(um_face_tracker *tr, const um_appearance *look, const um_embedding *embedding);
/* One face, one person: of tracks that came to lie on one face one stays. */
void um_tracks_separate(um_face_tracker *tr);
#endif
