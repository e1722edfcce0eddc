/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.h: a network behind its manifest, and running it.
 *
 * A net is shared by all threads. A thread that runs it takes a lease, which is its alone until it gives it
 * back; leases given back are kept, so that there are never more than threads that ran the net at once. */
#ifndef UM_NET_H
#define UM_NET_H
#include "base/pool.h"
#include "networks/manifest.h"
#include <pthread.h>
#include <unmask/image.h>
#include <unmask/network.h>

enum { UM_NET_MAX_OUTPUTS = 64 };

typedef struct um_lease um_lease;

typedef struct um_net {
    um_manifest man;
    um_network *network;
    um_pool *pool;        /* borrowed; NULL: none */
    pthread_mutex_t lock; /* over `idle` */
    um_lease *idle;
} um_net;

struct um_lease {
    um_net *net;
    um_session *session;
    um_tensor *in;                            /* the picture or sound of the last run */
    um_front *front;                          /* of sound; NULL before the first run */
    const um_tensor *out[UM_NET_MAX_OUTPUTS]; /* of the last run, borrowed from the session */
    um_lease *next;
};

/* UM_EUNSUPPORTED when an operator is missing, UM_EFORMAT when the network and the manifest disagree. */
um_status um_net_open(um_net **out, const um_manifest *man, const char *path, um_pool *pool, um_error *err);
/* `bytes` as for um_network_open_memory. */
um_status um_net_open_memory(um_net **out, const um_manifest *man, const void *bytes, size_t n, um_pool *pool,
                             um_error *err);
void um_net_free(um_net **net); /* after all leases have been given back */

um_status um_net_lease(um_lease **out, um_net *net, um_error *err);
void um_net_return(um_lease **lease);
/* `picture` has exactly the size the network shall see. Outputs last until the next run, or the return. */
um_status um_net_run(um_lease *lease, const um_image *picture, um_error *err);
/* The same for a network without a picture: `in` in the order of its inputs. */
um_status um_net_run_tensors(um_lease *lease, const um_tensor *const *in, um_error *err);
/* The same for one that listens: man.input.sound.samples of them. */
um_status um_net_hear(um_lease *lease, const float *samples, um_error *err);
/* After a run: how much more likely fake than real (natural logarithm of the odds, at most UM_NET_SURE either
 * way), as man.answer says. UM_EFORMAT when the network gives no number there. */
#define UM_NET_SURE 20
um_status um_net_answer(double *logit, const um_lease *lease, um_error *err);
/* The output of this name after a run, or NULL; only 32-bit floats count. */
const um_tensor *um_net_output(const um_lease *lease, const um_output_name *name);
#endif
