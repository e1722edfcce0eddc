/* SPDX-License-Identifier: GPL-3.0-or-later */
/* comm.h: several processes that train one network together: each computes its shards, sums are shared. */
#ifndef UM_TRAIN_COMM_H
#define UM_TRAIN_COMM_H
#include "base/base.h"

typedef struct um_comm um_comm;
struct um_comm {
    int rank, size;
    /* x becomes the sum over the processes, the same bits in each. */
    um_status (*sum_f32)(um_comm *c, float *x, size_t n, um_error *err);
    um_status (*sum_f64)(um_comm *c, double *x, size_t n, um_error *err);
};

/* The processes that mpirun started, where the program was built with MPI and is run so; else this one alone
 * (size 1). Once per program, on its main thread; part of train_dep, not of the library: see meson.build. */
um_status um_comm_open(um_comm **out, um_error *err);
void um_comm_close(um_comm **comm);
#endif
