/* SPDX-License-Identifier: GPL-3.0-or-later */
/* photos.h: the annotated pictures that face networks are trained on, kept in memory.
 *
 * Only rows of split "train" are read, never "test" or "dev"; of negatives_bsds one half, as false alarms are
 * counted on the other. Every twelfth photo (by a hash of its name; of ytfaces68 by its person) is set aside
 * for validation.
 */
#ifndef UNMASK_PHOTOS_H
#define UNMASK_PHOTOS_H
#include <unmask/faces.h>

typedef enum photo_source {
    PHOTO_HELEN,   /* helen_afw68: points set by hand */
    PHOTO_YOUTUBE, /* ytfaces68: crops, points from a tracker */
    PHOTO_BOXES,   /* dlib_boxes, boxes: boxes drawn by hand, no points; photos without faces among them */
    PHOTO_STILL,   /* real_stills, frames of clips: labelled by teachers */
    PHOTO_EMPTY,   /* negatives_bsds: nobody's face */
    PHOTO_RENDER,  /* own rendered heads, points exact */
} photo_source;

/* What the boxes of a photo say of what is not boxed. */
typedef enum photo_labels {
    LABELS_SOME,  /* nothing: teachers may add faces */
    LABELS_ALL,   /* no face there, but for small ones */
    LABELS_HEADS, /* as LABELS_ALL; the boxes are of heads with their hair, of faces only where a teacher
                     agrees */
} photo_labels;

typedef struct photo_face {
    um_rect box; /* forehead to chin, pixel edges at integers */
    bool has_points, has_five, ignore;
    um_point points[UM_N_LANDMARKS]; /* pixel centres at integers */
    float sure[UM_N_LANDMARKS];      /* of each point, 0..1: its weight in the loss */
    um_point five[5];
} photo_face;

typedef struct photo {
    char name[96];
    const char *set; /* where it is from: static text */
    photo_source source;
    photo_labels labels;
    bool validation;
    um_image *rgb;
    int n_faces;
    photo_face *faces;
} photo;

/* Photos of one set, which follow each other. */
typedef struct photo_group {
    int first, n;
    float share; /* of all draws up to and including this one */
} photo_group;

enum { PHOTO_MOST_GROUPS = 64 };
typedef struct photos {
    int n;
    photo *photo;
    size_t capacity;
    int n_damaged;
    size_t bytes; /* of pixels */
    int n_groups;
    photo_group group[PHOTO_MOST_GROUPS];
} photos;

/* `data`: the folder of the sets. UM_EIO when an annotation file is missing. */
um_status photos_read(photos *out, const char *data, um_error *err);
/* To measure, never to train: the test rows of helen_afw68 and dlib_boxes (boxes without points), and the dev
 * rows of boxes. Boxes follow one convention, whatever their set's. */
um_status photos_read_test(photos *out, const char *data, um_error *err);
/* Sets apart for validation the sets of a comma-separated list, and nothing else. UM_EFORMAT: no such set. */
um_status photos_leave_out(photos *p, const char *sets, um_error *err);
/* Groups the photos by set; a set is drawn by the root of its photos and faces. After the last is added. */
void photos_group(photos *p);
/* Adds the half of negatives_bsds that training sees, or the other, on which false alarms are counted. */
um_status photos_read_empty(photos *p, const char *data, bool training, um_error *err);
void photos_free(photos *p);
/* Every file of a folder, in the order of the names; stops at the first failure. UM_EIO when it cannot be
 * read. */
typedef um_status each_file_fn(void *user, const char *path, const char *name, um_error *err);
um_status each_file(const char *dir, each_file_fn *see, void *user, um_error *err);
/* Is this photo set apart for validation? */
bool photo_is_validation(photo_source source, const char *name);
/* One picture file as RGB. */
um_status photo_load(um_image **out, const char *path, um_error *err);
/* Takes the picture over, also when it fails; `faces` is copied. */
um_status photos_add(photos *p, photo_source source, const char *set, const char *name, bool validation,
                     um_image *rgb, const photo_face *faces, int n, um_error *err);

/* The box of a face (forehead to chin) around its 68 points, and its five points. */
um_rect face_box_of_points(const um_point points[UM_N_LANDMARKS]);
/* A square of a photo that touches no face, drawn from a random.h state; false: this draw found none. */
bool photo_background(um_rect *out, const photo *q, uint64_t *state);
#endif
