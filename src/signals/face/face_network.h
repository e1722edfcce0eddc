/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_network.h: signals that ask a network about pictures of each person: what they share.
 *
 * Which network, and what it is shown of a face, its manifest says. The score of a person is the mean over at
 * most 32 pictures at even distances: when there are that many, every other one is dropped and the distance
 * doubles, so that neither memory nor time grow much with the recording. The evidence is the most suspicious
 * one, with the map of the network where it has one. */
#ifndef UM_FACE_NETWORK_H
#define UM_FACE_NETWORK_H
#include "faces/gallery.h"
#include "networks/net.h"
#include "signals/face/person_table.h"
#include <unmask/signal.h>

/* What a signal asks. */
typedef struct um_face_question {
    const char *role;        /* of the network */
    const char *series;      /* "manipulated rather than genuine" */
    const char *fake, *real; /* the same as words */
    const char *map;         /* what a map of the network shows */
} um_face_question;

typedef struct um_face_network { /* shared */
    const um_face_question *question;
    um_net *net;
    um_pool *pool;
} um_face_network;

enum { UM_FACE_NETWORK_BATCH = 8 };

typedef struct um_face_looks { /* state */
    const um_face_network *by;
    struct um_face_look { /* waiting to be judged */
        int person;       /* place in `persons` */
        double t_s, logit;
        float quality;
        um_image *face, *shown; /* as the network sees it; the same with its map, where that was asked for */
        um_status st;
        um_error err;
    } waiting[UM_FACE_NETWORK_BATCH];
    int n_waiting;
    um_person_table persons;
    um_gallery pictures; /* of the most suspicious look */
} um_face_looks;

um_status um_face_network_open(um_face_network *out, const um_face_question *question,
                               const um_resources *resources, um_error *err);
/* The rest as in um_signal: state is a um_face_looks, shared a um_face_network. */
um_status um_face_network_begin(void *state, const void *shared, const um_signal_input *in, um_error *err);
um_status um_face_network_push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                               um_error *err);
um_status um_face_network_finish(void *state, const um_signal_input *in, um_findings *out, um_error *err);
void um_face_network_end(void *state);
#endif
