/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_set.h: faces cut from labelled recordings, once, into a cache on disk; and how they are drawn.
 *
 * Only rows of split "train", or of sets without one, are looked at; those of dev and test never, nor media
 * that are neither real nor fake. Memory holds a line per face, not its pixels. */
#ifndef UNMASK_FACE_SET_H
#define UNMASK_FACE_SET_H
#include "cache/cache.h"
#include "data/dataset.h"
#include "degrade/random.h"
#include <unmask/faces.h>

enum { FACE_LISTS = 8, FACE_STORED = 208, FACES_OF_CLIP = 8, FACE_LEAST = 64 };
#define FACE_MARGIN 1.75f /* stored square over the mean side of the box of the 68 points */

typedef struct face_item {
    const um_example *from;
    int frame;   /* of a clip, 0 .. FACES_OF_CLIP - 1 */
    bool held;   /* set aside: its source is in the list */
    int partner; /* of a fake: a real face of the same pair and side of the division; -1: none */
    char key[UM_SHA256_HEX + 1];
} face_item;

/* Items of one source (real) or one generator (fake), that training may see. */
typedef struct face_group {
    const char *name;
    int first, n;  /* in `order` */
    double weight; /* the root of n, summed up to and including this one */
} face_group;

typedef struct face_set {
    um_dataset *list[FACE_LISTS];
    int n_lists, n, broken, n_real, n_fake; /* groups of each */
    um_cache *cache;
    face_item *item;
    int *order;
    face_group *real, *fake;
    size_t capacity;
} face_set;

typedef struct face_picture { /* upright, eyes level */
    um_image *rgb;
    um_point points[UM_N_LANDMARKS];
} face_picture;

typedef struct face_choice {
    const char *held;  /* as held_out */
    const char *where; /* um_dataset_filter, "": all */
    const char *kinds; /* of fakes, with '|' between them */
    bool unpaired;     /* fakes without a partner, too */
} face_choice;

/* Cuts what the cache does not hold. UM_EFORMAT when no real face is left to train on. */
um_status face_set_open(face_set *out, const char *const *lists, int n_lists, const char *folder,
                        const face_choice *choice, int threads, um_error *err);
void face_set_close(face_set *set);
um_status face_set_read(face_picture *out, const face_set *set, int item, um_error *err);
/* A group by the root of its size, then one of it: balanced between source and face. -1: there is none. */
int face_set_draw(const face_set *set, bool fake, rng *r);
/* A real face to stand beside a fake one: its partner, else one of the same source, else any. */
int face_set_beside(const face_set *set, int fake, rng *r);
#endif
