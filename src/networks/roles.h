/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roles.h: what networks are for. Those of the face finder and those that answer yes or no are known
 * here, with what their manifests must say; any other name is a role too, which a signal may ask for
 * (um_network_need). */
#ifndef UM_ROLES_H
#define UM_ROLES_H

enum { UM_ROLE_NAME = 24 }; /* bytes of the longest name and its end */

typedef enum um_role {
    UM_ROLE_DETECTOR,
    UM_ROLE_LANDMARKS,
    UM_ROLE_EMBEDDING,
    UM_N_FACE_ROLES,
    UM_ROLE_VOICE_GENERATED = UM_N_FACE_ROLES,
    UM_ROLE_VOICE_CODED, /* through an encoder of speech */
    UM_ROLE_FACE_MANIPULATED,
    UM_ROLE_FACE_GENERATED,
    UM_ROLE_OTHER
} um_role;

const char *um_role_name(um_role role); /* of a known role */
um_role um_role_of(const char *name);   /* UM_ROLE_OTHER when it is none of the above */
#endif
