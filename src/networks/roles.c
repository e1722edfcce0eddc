/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roles.c: see roles.h. */
#include "networks/roles.h"
#include <string.h>

static const char *const names[UM_ROLE_OTHER] = {
    [UM_ROLE_DETECTOR] = "face_detector",        [UM_ROLE_LANDMARKS] = "face_landmarks",
    [UM_ROLE_EMBEDDING] = "face_embedding",      [UM_ROLE_VOICE_GENERATED] = "voice_generated",
    [UM_ROLE_VOICE_CODED] = "voice_coded",       [UM_ROLE_FACE_MANIPULATED] = "face_manipulated",
    [UM_ROLE_FACE_GENERATED] = "face_generated",
};

const char *um_role_name(um_role role)
{
    return names[role];
}

um_role um_role_of(const char *name)
{
    int i = 0;
    while (i < UM_ROLE_OTHER && strcmp(names[i], name))
        i++;
    return (um_role)i;
}
