/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roles.c: see roles.h. */
#include "networks/roles.h"
#include <string.h>

static const char *const names[UM_N_FACE_ROLES] = {
    [UM_ROLE_DETECTOR] = "face_detector",
    [UM_ROLE_LANDMARKS] = "face_landmarks",
    [UM_ROLE_EMBEDDING] = "face_embedding",
};

const char *um_role_name(um_role role)
{
    return names[role];
}

um_role um_role_of(const char *name)
{
    int i = 0;
    while (i < UM_N_FACE_ROLES && strcmp(names[i], name))
        i++;
    return (um_role)i;
}
