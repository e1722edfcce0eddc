/* SPDX-License-Identifier: GPL-3.0-or-later */
/* walk.h: what lies in folders. */
#ifndef UM_DATA_WALK_H
#define UM_DATA_WALK_H
#include "base/base.h"

/* `name` is below the folder that is walked. A negative status ends the walk, which gives it. */
typedef um_status (*um_walk_fn)(void *user, const char *name, um_error *err);
/* Every file below `folder` whose extension is one of recordings, sorted by name; links are followed, circles
 * and hidden names are not. UM_EIO: no such folder. */
um_status um_walk(const char *folder, um_walk_fn fn, void *user, um_error *err);

/* folder/name exists. */
bool um_exists(const char *folder, const char *name);
/* A printed path that the caller frees; NULL when memory is exhausted. */
char *um_path(const char *folder, const char *name);
#endif
