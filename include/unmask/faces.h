/* SPDX-License-Identifier: GPL-3.0-or-later */
/** faces.h: find faces, their landmarks, pose and quality, and follow persons through a video. */
#ifndef UNMASK_FACES_H
#define UNMASK_FACES_H

#include <unmask/image.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UM_N_LANDMARKS 68

/** Quality of one face; each 0 (useless) .. 1 (good) but for the sizes. */
typedef struct um_face_quality {
    float eye_distance_px; ///< between outer eye corners (points 36 and 45)
    float sharpness;       ///< from the variance of the Laplacian of the aligned crop
    float frontal;         ///< 1 = frontal, 0 = profile, from the pose
    float visible;         ///< 1 = no occlusion seen (landmark consistency, box inside the image)
    float compression;     ///< 1 = no block borders seen
    float overall;         ///< product-like summary used as weight
} um_face_quality;

/** Head pose: camera looks along +z, y down. Angles in degrees: yaw > 0 = subject turns to image right,
 * pitch > 0 = looks up, roll > 0 = tilts clockwise in the image. */
typedef struct um_pose {
    float yaw_deg, pitch_deg, roll_deg;
    float rotation[9];    ///< row-major R: model to camera
    float translation[3]; ///< in units of the model (mm)
    float error_px;       ///< RMS reprojection error
} um_pose;

typedef struct um_face {
    int person;  ///< stable through a video, 0-based; -1 outside a tracker
    float score; ///< detector confidence 0..1
    um_rect box; ///< pixels of the image; with landmarks: around them, and a quarter of their height above,
                 ///< for the forehead. Without: the detector's
    um_point five[5];                ///< image-left eye, image-right eye, nose tip, mouth left, mouth right
    bool has_points;                 ///< landmarks were computed
    um_point points[UM_N_LANDMARKS]; ///< iBUG/300-W order
    float confidence; ///< 0..1 that this is a face, by the landmark network; NAN when it does not say
    float trust;      ///< 0..1 that the points are right, by the same (one half: their mean error is a tenth
                      ///< of the distance of the outer eye corners); NAN when it does not say
    float eye_opening[2]; ///< lid distance over eye width, image-left and image-right eye, by the landmark
                          ///< network (0 = closed); NAN when it does not say
    um_pose pose;
    um_face_quality quality;
} um_face;

typedef struct um_faces {
    int n;
    um_face *face; ///< [n], largest first
} um_faces;
UM_API void um_faces_clear(um_faces *faces); ///< frees the array, leaves zeros

typedef struct um_face_finder um_face_finder;

typedef struct um_face_options {
    const char *models_dir; ///< folder with *.onnx and their manifests (*.json), used before the built-in
                            ///< networks; NULL = UNMASK_MODELS of the environment, if set
    int threads;            ///< 0 = number of cores
    float min_score;        ///< 0 = the manifest's
    float min_side_px;      ///< smallest face looked for; 0 = 10
} um_face_options;

/** UM_EIO for a folder that cannot be read, UM_EFORMAT or UM_EUNSUPPORTED for a network in it. */
UM_API um_status um_face_finder_new(um_face_finder **out, const um_face_options *opt, um_error *err);
UM_API void um_face_finder_free(um_face_finder **finder);
/** The networks in use: name, role ("face_detector") and SHA-256. NULL past the last. */
UM_API const char *um_face_finder_network(const um_face_finder *finder, int i, const char **role,
                                          const char **sha256);
/** All faces of one RGB image, with landmarks; without those of confidence below 0.5. `out` starts as zeros
 * or from an earlier call. */
UM_API um_status um_face_find(um_face_finder *finder, const um_image *rgb, um_faces *out, um_error *err);
/** Landmarks, pose and quality for a given box (e.g. an annotated one). */
UM_API um_status um_face_landmarks(um_face_finder *finder, const um_image *rgb, um_rect box, um_face *out,
                                   um_error *err);

/** Follows persons: detection now and then and when someone is lost, landmarks on every frame. No two faces
 * given out for a frame are the same face. Persons are numbered in the order in which they are given out; a
 * face of which one look does not suffice to tell that it is one is given out when more frames have, and not
 * before. */
typedef struct um_face_tracker um_face_tracker;
UM_API um_status um_face_tracker_new(um_face_tracker **out, um_face_finder *finder, um_error *err);
UM_API void um_face_tracker_free(um_face_tracker **tracker);
UM_API um_status um_face_tracker_push(um_face_tracker *tracker, const um_frame *frame, um_faces *out,
                                      um_error *err);
UM_API int um_face_tracker_n_persons(const um_face_tracker *tracker);

/** Upright square crop: eyes level, `side` pixels, the face box scaled by `margin` (1 = tight). */
UM_API um_status um_face_crop(um_image **out, const um_image *image, const um_face *face, int side,
                              float margin, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
