/* SPDX-License-Identifier: GPL-3.0-or-later */
/* panel.h: products of small matrices with a panel of UM_PANEL columns, the inner loop of winograd.c. */
#ifndef UM_NN_PANEL_H
#define UM_NN_PANEL_H
#include <stdbool.h>
#include <stdint.h>

enum { UM_PANEL = 16 };

/* c[i][j] = (add: c[i][j] +) the sum over k of a[i * row + k * step] b[k][j], for i < m, k < n, j < columns.
 * The rows of b and c are UM_PANEL apart; columns: 8 or 16. The order of the sum does not depend on m. */
typedef struct um_panel {
    const float *a;
    int64_t row, step;
    const float *b;
    float *c;
    int64_t m, n;
    int columns;
    bool add;
} um_panel;

void um_panel_multiply(const um_panel *p);
void um_panel_multiply_plain(const um_panel *p); /* the same where there is no AVX2 */
#endif
