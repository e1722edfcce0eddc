/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.h: a network behind its manifest, and the networks of a folder and our own. */
#ifndef UM_NET_H
#define UM_NET_H
#include "faces/manifest.h"
#include <unmask/image.h>
#include <unmask/model.h>

typedef struct um_net {
    um_manifest man;
    um_model *model;
    um_tensor *in;
} um_net;

/* UM_EUNSUPPORTED when an operator is missing, UM_EFORMAT when the model and the manifest disagree. */
um_status um_net_open(um_net *net, const um_manifest *man, const char *path, int threads, um_error *err);
um_status um_net_open_memory(um_net *net, const um_manifest *man, const void *bytes, size_t n, int threads,
                             um_error *err);
void um_net_close(um_net *net);
/* `picture` has exactly the size the network shall see. Outputs are borrowed until the next run. */
um_status um_net_run(um_net *net, const um_image *picture, const um_tensor **out, um_error *err);
/* The output called `name` among `out`, or NULL; only 32-bit floats count. */
const um_tensor *um_net_output(const um_net *net, const um_tensor *const *out, const um_output_name *name);

/* The best network of a role in `dir`; else, or when `dir` is NULL, the one built into the library. *found is
 * false when there is neither. */
um_status um_net_choose(um_net *net, bool *found, const char *dir, um_role role, int threads, um_error *err);
/* The network that a manifest calls `name`: of `dir` (may be NULL), else our own. UM_EIO when there is none.
 */
um_status um_net_named(um_net *net, const char *dir, const char *name, int threads, um_error *err);
#endif
