/* SPDX-License-Identifier: GPL-3.0-or-later */
/* comm_mpi.c: sums over MPI. Built where MPI is found (option `mpi`); only here is mpi.h included. */
#include "train/comm.h"
#include <mpi.h>
#include <stdlib.h>

static um_status sum(void *x, size_t n, size_t size, MPI_Datatype type, um_error *err)
{
    enum { PIECE = 1 << 26 }; /* elements: counts are int */
    for (size_t at = 0; at < n; at += PIECE) {
        int count = (int)(n - at < PIECE ? n - at : PIECE);
        if (MPI_Allreduce(MPI_IN_PLACE, (char *)x + at * size, count, type, MPI_SUM, MPI_COMM_WORLD))
            return um_fail(err, UM_EIO, "MPI: the sum over all processes failed");
    }
    return UM_OK;
}

static um_status sum_f32(um_comm *c, float *x, size_t n, um_error *err)
{
    return sum(x, n, sizeof *x, MPI_FLOAT, err);
}

static um_status sum_f64(um_comm *c, double *x, size_t n, um_error *err)
{
    return sum(x, n, sizeof *x, MPI_DOUBLE, err);
}

/* Without mpirun there is nothing to join, and MPI_Init would start services of its own. */
static bool started_by_mpirun(void)
{
    return getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMI_SIZE") || getenv("PMIX_RANK");
}

um_status um_comm_open(um_comm **out, um_error *err)
{
    int level;
    um_comm *c = *out = um_calloc(1, sizeof *c);
    if (!c)
        return um_fail_oom(err);
    *c = (um_comm){.size = 1};
    if (!started_by_mpirun())
        return UM_OK;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) || MPI_Comm_rank(MPI_COMM_WORLD, &c->rank) ||
        MPI_Comm_size(MPI_COMM_WORLD, &c->size)) {
        free(c);
        *out = NULL;
        return um_fail(err, UM_EIO, "MPI cannot be started");
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    c->sum_f32 = sum_f32;
    c->sum_f64 = sum_f64;
    return UM_OK;
}

void um_comm_close(um_comm **comm)
{
    if (*comm && (*comm)->sum_f32)
        MPI_Finalize();
    free(*comm);
    *comm = NULL;
}
