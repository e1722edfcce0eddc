/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resources.c: see resources.h. */
#include "signals/resources.h"
#include "base/base.h"

um_status um_resources_net(um_net **out, const um_resources *resources, const char *role, um_error *err)
{
    *out = NULL;
    um_status st = resources->networks ? um_network_store_role(out, resources->networks, role, err) : UM_OK;
    return st == UM_OK && !*out ? um_fail(err, UM_EUNSUPPORTED, "there is no network for %s", role) : st;
}

um_status um_resources_network(um_network **out, const um_resources *resources, const char *role,
                               um_error *err)
{
    um_net *net;
    um_status st = um_resources_net(&net, resources, role, err);
    *out = st == UM_OK ? net->network : NULL;
    return st;
}

um_pool *um_resources_pool(const um_resources *resources)
{
    return resources->pool;
}
