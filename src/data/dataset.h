/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dataset.h: a labelled set: which recordings are real and which fake, and what else is known of each.
 *
 * Read from a list (labels.csv) or from the layouts that the field's sets come in (docs/data.md). Only what
 * is written about the recordings is read here, never the recordings. A set is not changed by reading it, so
 * several threads may. */
#ifndef UM_DATA_DATASET_H
#define UM_DATA_DATASET_H
#include "base/base.h"

enum { UM_DATASET_ROWS = 1 << 22 }; /* at most */

typedef enum um_label {
    UM_LABEL_UNSAID,
    UM_LABEL_REAL,
    UM_LABEL_FAKE,
    UM_LABEL_NEITHER, /* edited, but not to deceive: no class to train on or to count */
} um_label;

typedef enum um_split {
    UM_SPLIT_NONE, /* the set is not divided */
    UM_SPLIT_TRAIN,
    UM_SPLIT_DEV, /* to be reported on; neither this nor the next is ever trained, tuned or chosen on */
    UM_SPLIT_TEST,
} um_split;

/* One recording. Texts are "" when nothing is said. */
typedef struct um_example {
    const char *path;      /* to be opened */
    const char *name;      /* as the set calls it, below its folder */
    const char *kind;      /* how it was faked: swap, lip-sync, tts ...; or what it shows */
    const char *generator; /* with what */
    const char *pair_id;   /* a fake and the real recordings that it was made from share it */
    const char *group;     /* person, speaker or original video */
    const char *source;    /* where it comes from: a repository, a page, a set */
    const char *quality;   /* as it was encoded: c23, c40, ... */
    um_label label;
    um_label audio, video; /* of its sound and of its picture alone; UM_LABEL_UNSAID mostly */
    um_split split;
} um_example;

typedef struct um_dataset um_dataset;

/* `path`: a list (labels.csv, an ASVspoof protocol) or the folder of a set in one of the known layouts.
 * UM_EFORMAT: of no known layout, or something in it is wrong (with file and line); UM_EIO; UM_ENOMEM. */
um_status um_dataset_open(um_dataset **out, const char *path, um_error *err);
void um_dataset_free(um_dataset **set);
size_t um_dataset_count(const um_dataset *set);
const um_example *um_dataset_at(const um_dataset *set, size_t i);
/* The i-th file in which the set is described, as it was opened; NULL beyond the last. */
const char *um_dataset_list(const um_dataset *set, size_t i);

/* Keeps the examples that an expression describes: conditions with commas between them, all of which must
 * hold; FIELD=VALUE or FIELD!=VALUE, several values with | between them: "split=train,kind!=tts|vc". Fields
 * are those of um_example_field. UM_EINVAL: no such field or no such form. */
um_status um_dataset_filter(um_dataset *set, const char *expression, um_error *err);

/* From here on `label` is that of the sound ("audio") or of the picture ("video") alone; where it is not
 * said, what the whole is called holds if that is real, and nothing is said if it is fake: the other may be
 * it. False: neither of the two words. */
bool um_dataset_label_by(um_dataset *set, const char *medium);

/* A field by the name that it has in labels.csv (path is `name` here); NULL: there is no such field. */
const char *um_example_field(const um_example *example, const char *field);
bool um_example_has_class(const um_example *example); /* real or fake */
/* It has a class, and a split that may be learnt from: "train", or none. */
bool um_example_is_train(const um_example *example);
const char *um_label_name(um_label label); /* "", "real", "fake", "neither" */
const char *um_split_name(um_split split); /* "", "train", "dev", "test" */

/* Numbers the sets of examples that hang together by group or pair_id, directly or through others: cluster[i]
 * of example i, 0 to *n - 1 in order of appearance. What has neither hangs together with nothing. Whoever
 * divides the set or draws from it at random does so by cluster. `cluster` has room for all. */
um_status um_dataset_clusters(uint32_t *cluster, size_t *n, const um_dataset *set, um_error *err);
#endif
