/* SPDX-License-Identifier: GPL-3.0-or-later */
/* solve.h: small systems of linear equations. */
#ifndef UM_DSP_SOLVE_H
#define UM_DSP_SOLVE_H
#include "base/base.h"

/* Solves the symmetric n x n system a x = b in place (Cholesky); x in b. False when not positive definite. */
bool um_solve(double *a, double *b, int n);
#endif
