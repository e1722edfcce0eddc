/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place.h: where a name leads: through links, to a device, to a descriptor of this process. */
#ifndef UM_PLACE_H
#define UM_PLACE_H
#include "base/base.h"
#include <limits.h>
#include <sys/stat.h>

typedef struct um_place {
    char path[PATH_MAX]; /* after the last link; beside it a new file may be renamed to it */
    struct stat is;      /* what is there */
    bool exists;
    bool in_place;  /* a device, a pipe, or what another name of /proc stands for: nothing to rename */
    int descriptor; /* of this process, for which the name stands; else -1 */
} um_place;

/* Follows `path`; a name of which only the last part is missing is good. UM_EWRITE. */
um_status um_place_find(um_place *out, const char *path, um_error *err);
/* As um_place_find, and may it be written? Neither a folder nor a disk; not a file that um_output_keep names
 * (UM_EINVAL). */
um_status um_place_for_output(um_place *out, const char *path, um_error *err);
/* The descriptor of this process for which `path` stands (/dev/stdin, /dev/fd/3), or -1. */
int um_place_descriptor(const char *path);
#endif
