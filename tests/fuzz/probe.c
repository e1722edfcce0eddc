/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Containers and marks, from the first byte of a file. */
#include "fuzz.h"
#include <unmask/probe.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_probe probe;
    um_probe_file(&probe, fuzz_file(data, n), NULL);
    return 0;
}
