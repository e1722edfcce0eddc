/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network.h: what a session sees of its network. */
#ifndef UM_NN_NETWORK_H
#define UM_NN_NETWORK_H
#include "nn/plan.h"

const um_graph *um_network_graph(const um_network *network); /* its weights may be gone, see below */
/* A plan for these inputs, prepared. Its weights lie in packs that all plans of the network share; what is
 * packed is freed in the graph. */
um_status um_network_plan(um_plan **out, um_network *network, const um_tensor *const *in, um_pool *pool,
                          um_error *err);
size_t um_session_bytes(const um_session *session); /* that it works in, after a run */
#endif
