/* SPDX-License-Identifier: GPL-3.0-or-later */
/* streams.c: what products remember from one moment to the next. */
#include "products/products_internal.h"
#include <stdlib.h>

struct um_product_streams {
    unsigned needs;
};

um_status um_product_streams_new(um_product_streams **out, unsigned needs, um_error *err)
{
    um_product_streams *s = um_calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return um_fail_oom(err);
    s->needs = needs & UM_NEED_STREAMS;
    *out = s;
    return UM_OK;
}

void um_product_streams_free(um_product_streams **streams)
{
    if (!streams || !*streams)
        return;
    free(*streams);
    *streams = NULL;
}

um_status um_products_end(um_products **out, um_product_streams *streams, um_error *err)
{
    return um_products_new(out, streams, NULL, NULL, NULL, err);
}
