/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jumbf.h: the superboxes of JUMBF (ISO 19566-5), each with a type and a label, as a list that points into
 * the bytes. */
#ifndef UM_PROBE_JUMBF_H
#define UM_PROBE_JUMBF_H
#include "probe/bytes.h"

typedef struct um_jumbf_box {
    char type[5]; /* the first 4 bytes of the UUID: the C2PA name of the part */
    const char *label;
    const uint8_t *body; /* all behind the header of the superbox: what hashed references hash */
    size_t n;
    char content_type[5]; /* of the first box behind the description that is no superbox: "cbor", "json"; ""
                             none */
    const uint8_t *content;
    size_t content_n;
    int parent; /* place in the list, -1 at the top */
} um_jumbf_box;

enum { UM_JUMBF_BOXES = 4096, UM_JUMBF_UNPACKED = 16 };

typedef struct um_jumbf {
    um_jumbf_box *box;
    size_t n, capacity;
    uint8_t *unpacked[UM_JUMBF_UNPACKED]; /* compressed manifests, owned */
    int n_unpacked;
    const char *fault;      /* what does not fit, NULL when all does */
    const char *not_looked; /* what was left out, NULL: nothing */
} um_jumbf;

/* Begins as zeros; what was read before a fault stays. */
void um_jumbf_read(um_probe_state *p, um_jumbf *j, const uint8_t *b, size_t n);
void um_jumbf_free(um_jumbf *j);
/* The first box below `parent` with this label (NULL: any) and type (NULL: any); -1 when there is none. */
int um_jumbf_find(const um_jumbf *j, int parent, const char *type, const char *label);
#endif
