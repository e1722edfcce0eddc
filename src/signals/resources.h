/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resources.h: what an analyzer lends to its signals. */
#ifndef UM_RESOURCES_H
#define UM_RESOURCES_H
#include "networks/store.h"
#include <unmask/signal.h>

struct um_resources {
    um_pool *pool;
    um_network_store *networks;
};

/* The network of a role with its manifest, for um_net_lease. UM_EUNSUPPORTED: there is none. */
um_status um_resources_net(um_net **out, const um_resources *resources, const char *role, um_error *err);
#endif
