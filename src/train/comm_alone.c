/* SPDX-License-Identifier: GPL-3.0-or-later */
/* comm_alone.c: where MPI was not found at build time. */
#include "train/comm.h"
#include <stdlib.h>

um_status um_comm_open(um_comm **out, um_error *err)
{
    if (!(*out = um_calloc(1, sizeof **out)))
        return um_fail_oom(err);
    (*out)->size = 1;
    return UM_OK;
}

void um_comm_close(um_comm **comm)
{
    free(*comm);
    *comm = NULL;
}
