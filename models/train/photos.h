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
    PHOTO_BOXES,   /* dlib_boxes: boxes drawn by hand, no points */
    PHOTO_STILL,   /* real_stills, gan_stylegan2, frames of clips: labelled by teachers */
    PHOTO_EMPTY,   /* negatives_bsds: nobody's face */
    PHOTO_RENDER,  /* own rendered heads, points exact */
} photo_source;

typedef struct photo_face {
    um_rect box; /* forehead to chin, pixel edges at integers */
    bool has_points, has_five, ignore;
    um_point points[UM_N_LANDMARKS]; /* pixel centres at integers */
    float sure[UM_N_LANDMARKS];      /* of each point, 0..1: its weight in the loss */
    um_point five[5];
} photo_face;

typedef struct photo {
    char name[96];
    photo_source source;
    bool validation;
    um_image *rgb;
    int n_faces;
    photo_face *faces;
} photo;

typedef struct photos {
    int n;
    photo *photo;
    size_t capacity;
    int n_damaged;
    size_t bytes; /* of pixels */
} photos;

/* `data`: the folder of the sets. UM_EIO when an annotation file is missing. */
um_status photos_read(photos *out, const char *data, um_error *err);
/* The test rows of helen_afw68 and dlib_boxes (boxes without points): to measure, never to train. */
um_status photos_read_test(photos *out, const char *data, um_error *err);
/* Adds the half of negatives_bsds that training sees; `compare` counts false alarms on the other half. */
um_status photos_read_empty(photos *p, const char *data, um_error *err);
bool is_training_negative(const char *name);
void photos_free(photos *p);
/* Every file of a folder, in the order of the names; stops at the first failure. UM_EIO when it cannot be
 * read. */
typedef um_status each_file_fn(void *user, const char *path, const char *name, um_error *err);
um_status each_file(const char *dir, each_file_fn *see, void *user, um_error *err);
/* One picture file as RGB. */
um_status photo_load(um_image **out, const char *path, um_error *err);
/* Takes the picture over, also when it fails; `faces` is copied. */
um_status photos_add(photos *p, photo_source source, const char *name, bool validation, um_image *rgb,
                     const photo_face *faces, int n, um_error *err);

/* The box of a face (forehead to chin) around its 68 points, and its five points. */
um_rect face_box_of_points(const um_point points[UM_N_LANDMARKS]);
/* A square of a photo that touches no face, drawn from a random.h state; false: this draw found none. */
bool photo_background(um_rect *out, const photo *q, uint64_t *state);
/* Where point i goes when the picture is mirrored. */
extern const unsigned char mirrored_point[UM_N_LANDMARKS];
#endif
