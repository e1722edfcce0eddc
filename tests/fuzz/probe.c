/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Containers and marks, from the first byte of a file (not its hash, which is libcrypto's). */
#include "probe/probe.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_probe probe;
    um_input *input = NULL;
    if (um_input_open(&input, fuzz_file(data, n), NULL) == UM_OK)
        um_probe_input(&probe, input, NULL, NULL);
    um_input_free(&input);
    return 0;
}
