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
#endif
