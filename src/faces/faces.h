/* faces.h: the parts of the face finder. Tensors come from one network at a time; points have
 * pixel centres at integers, rectangles are as for um_image_crop_resize: {0, 0, width, height} is the image.
 */
#ifndef UM_FACES_INSIDE_H
#define UM_FACES_INSIDE_H
#include "faces/manifest.h"
#include <math.h>
#include <unmask/faces.h>
#include <unmask/model.h>

/* ---- net.c: a network behind its manifest ---- */

typedef struct um_net {
    um_manifest man;
    um_model *model;
    um_tensor *in;
} um_net;

/* UM_EUNSUPPORTED when an operator is missing, UM_EFORMAT when the model and the manifest disagree. */
um_status um_net_open(um_net *net, const um_manifest *man, const char *path, int threads, um_error *err);
um_status um_net_open_memory(um_net *net, const um_manifest *man, const void *bytes, size_t n, int threads,
                             um_error *err);
void um_net_close(um_net *net);
/* `picture` has exactly the size the network shall see. Outputs are borrowed until the next run. */
um_status um_net_run(um_net *net, const um_image *picture, const um_tensor **out, um_error *err);
/* The output called `name` among `out`, or NULL; only 32-bit floats count. */
const um_tensor *um_net_output(const um_net *net, const um_tensor *const *out, const um_output_name *name);

/* ---- models.c: networks of a folder, and our own ---- */

/* The best network of a role in `dir`; else, or when `dir` is NULL, the one built into the library. *found is
 * false when there is neither. */
um_status um_net_choose(um_net *net, bool *found, const char *dir, um_role role, int threads, um_error *err);
/* The network that a manifest calls `name`: of `dir` (may be NULL), else our own. UM_EIO when there is none.
 */
um_status um_net_named(um_net *net, const char *dir, const char *name, int threads, um_error *err);

/* ---- decode.c: detector outputs to boxes ---- */

typedef struct um_found {
    um_rect box;
    um_point five[5];
    bool has_five;
    float score;
} um_found;

#define UM_MAX_FOUND 8192 /* candidates before suppression; more are dropped */
typedef struct um_found_list {
    int n;
    size_t capacity;
    um_found *v;
} um_found_list;

/* The outputs of one run, named by the decoder: arrays of n_strides for anchor-free, else only [0]. */
typedef struct um_detector_outputs {
    const um_tensor *score[UM_MAX_STRIDES], *object[UM_MAX_STRIDES], *box[UM_MAX_STRIDES],
        *points[UM_MAX_STRIDES];
} um_detector_outputs;

/* Appends faces in pixels of the input (edges at integers: 0 .. width). Shapes are checked: UM_EFORMAT. */
um_status um_decode_faces(um_found_list *list, const um_decoder *d, const um_detector_outputs *out, int width,
                          int height, float score_min, um_error *err);
float um_rect_iou(um_rect a, um_rect b);
#define UM_PART 0.8f /* share of the smaller box from which it is a part of the other's face */
/* Boxes of one face: their overlap is above `iou`, or of the smaller one more than the share `inside` is
 * shared. */
bool um_same_place(um_rect a, um_rect b, float iou, float inside);
/* Sorts by score and removes every box that overlaps a better one by more than `iou` (intersection over
 * union) or lies in it (or holds it) by more than `inside` of the smaller area. */
void um_suppress(um_found_list *list, float iou, float inside);

/* ---- detect.c ---- */

typedef struct um_detect_plan {
    float min_side_px; /* smallest face looked for */
    float score_min;
    bool video; /* one pass, no tiles */
} um_detect_plan;
um_status um_detect(um_net *net, const um_image *rgb, const um_detect_plan *plan, um_found_list *list,
                    um_error *err);

/* ---- crop.c ---- */

/* A square of `side` image pixels around `centre`, turned clockwise by angle_rad. A crop of one that is
 * larger or farther than two of the largest pictures stays within that: networks answer what they like. */
typedef struct um_square {
    um_point centre;
    float side, angle_rad;
} um_square;
um_status um_square_crop(um_image **out, const um_image *image, um_square square, int n,
                         um_error *err); /* n x n */
/* (u, v) as fractions of the square, 0..1. */
um_point um_square_point(um_square square, float u, float v);
um_rect um_points_box(const um_point *points, int n); /* tight */
float um_eye_angle(const um_face *face); /* of the line from the left to the right eye, radians */

/* ---- landmarks.c ---- */

typedef struct um_landmarks {
    um_point points[68];
    float confidence, opening[2]; /* as in um_face */
} um_landmarks;

/* One look at `square`. */
um_status um_landmarks_look(um_net *net, const um_image *rgb, um_square square, um_landmarks *out,
                            um_error *err);
um_square um_square_of_box(const um_crop_rule *rule, um_rect box, float angle_rad);
/* The same for the tight box of 68 points, upright by the eyes. */
um_square um_landmarks_square(const um_crop_rule *rule, const um_point points[68]);
/* Two looks: the square from a detector's box (angle from the eyes when known), then from the first points;
 * the first stands if only it is believed. */
um_status um_landmarks_find(um_net *net, const um_image *rgb, um_rect box, float angle_rad, um_landmarks *out,
                            um_error *err);
/* One look around earlier points. */
um_status um_landmarks_follow(um_net *net, const um_image *rgb, const um_point before[68], um_landmarks *out,
                              um_error *err);
/* Fills a face but for its score and person. */
um_status um_face_complete(um_face *face, const um_landmarks *seen, const um_image *rgb, um_error *err);
/* False where the landmark network says that this is no face. */
bool um_face_believed(const um_face *face);

/* ---- pose.c, shape.c ---- */

extern const float um_face_shape[68][3]; /* mm, see shape.c */
typedef struct um_camera {
    double focal_px, cx, cy;
} um_camera;
um_camera um_camera_guess(int width, int height);
/* Weighted least squares of the reprojection error; weight NULL = the usual ones. False when degenerate. */
bool um_pose_fit(um_pose *out, const um_point points[68], const float *weight, const um_camera *camera);
void um_pose_angles(um_pose *pose); /* from the rotation */

/* ---- quality.c ---- */

um_status um_face_measure(um_face_quality *out, const um_face *face, const um_image *rgb, um_error *err);

/* ---- finder.c, for the tracker ---- */

struct um_face_finder {
    um_net net[UM_N_ROLES];
    bool has[UM_N_ROLES];
    float min_score, min_side_px;
};
um_status um_finder_detect(um_face_finder *finder, const um_image *rgb, bool video, um_found_list *list,
                           um_error *err);
/* Landmarks and all that follows for one detection. */
um_status um_finder_complete(um_face_finder *finder, const um_image *rgb, const um_found *found, um_face *out,
                             um_error *err);
#endif
