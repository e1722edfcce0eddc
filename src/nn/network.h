/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network.h: what a session sees of its network. */
#ifndef UM_NN_NETWORK_H
#define UM_NN_NETWORK_H
#include "nn/graph.h"

const um_graph *um_network_graph(const um_network *network);
#endif
