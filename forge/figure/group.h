/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group.h: where the persons of a group stand and walk. */
#ifndef UM_SYNTH_GROUP_H
#define UM_SYNTH_GROUP_H
#include "figure/vec.h"
#include <stdbool.h>

typedef enum group_scene {
    GROUP_TALK,  /* one or two, each in one place */
    GROUP_CROSS, /* neighbours change places: one passes before the other and hides it for a second */
    GROUP_LEAVE, /* the first leaves on the left and comes back from the right, before all others */
    GROUP_CUT,   /* halfway another picture of the same persons: nearer, in reverse order */
} group_scene;

/* A row of `n` persons that fills a picture `aspect` times as wide as high. */
typedef struct group {
    group_scene scene;
    int n;
    double aspect, seconds;
} group;

bool group_scene_named(group_scene *out, const char *name);
const char *group_scene_name(group_scene which);
/* Where a person is, mm; not of GROUP_TALK. */
vec3 group_place(const group *g, int who, double t_s);
#endif
