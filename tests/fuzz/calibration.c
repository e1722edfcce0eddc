/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A calibration of signals, as --calibration reads it. */
#include "fusion/calibration.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_calibration *calibration = NULL;
    if (um_calibration_load(&calibration, fuzz_file(data, n), NULL) == UM_OK)
        um_calibration_free(&calibration);
    return 0;
}
