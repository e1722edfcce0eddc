/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h: the networks of an analyzer: each is opened when it is first asked for, once, and shared by all.
 */
#ifndef UM_STORE_H
#define UM_STORE_H
#include "networks/net.h"

typedef struct um_network_store um_network_store;

/* Networks of `dir` (NULL: of UNMASK_MODELS, if set), and our own. They run on `pool`, which is borrowed.
 * UM_EIO for a folder that cannot be read, UM_EFORMAT for a broken manifest in it. */
um_status um_network_store_new(um_network_store **out, const char *dir, um_pool *pool, um_error *err);
void um_network_store_free(um_network_store **store); /* after all leases have been given back */

/* These may be called from several threads; the nets belong to the store. */

/* The best network of a role: of the folder one that can run, else the one built in. *out is NULL when there
 * is none; it fails when the folder has some and none of them can run. */
um_status um_network_store_role(um_net **out, um_network_store *store, const char *role, um_error *err);
/* The network that a manifest calls `name`. UM_EIO when there is none. */
um_status um_network_store_named(um_net **out, um_network_store *store, const char *name, um_error *err);
/* The networks that have been opened, in the order they were asked for: name, role and SHA-256 are what a
 * report lists. NULL past the last. */
const um_net *um_network_store_opened(um_network_store *store, int i);
/* The file of that network; NULL: it is built in. */
const char *um_network_store_file(um_network_store *store, int i);
#endif
