/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibration_write.h: fits into a calibration file of version 3 (docs/fusion.md). */
#ifndef UM_FUSION_CALIBRATION_WRITE_H
#define UM_FUSION_CALIBRATION_WRITE_H
#include "fusion/fit.h"

typedef struct um_fitted {
    const char *signal, *network; /* network: SHA-256, "" for a signal that asks none */
    unsigned version;
    um_fit fit; /* done */
} um_fitted;

/* The text of a calibration called `name` with these entries and with those of the calibration at `base`
 * (NULL: the embedded one) that are of other signals, versions or networks. `data` and `command`: what it was
 * fitted on and how, for the reader. UM_EFORMAT: `base` is no calibration, or one with groups, whose
 * covariance the new entries would not have. */
um_status um_calibration_write(char **out, const char *base, const char *name, const um_fitted *fitted,
                               size_t n, const char *data, const char *command, um_error *err);
#endif
