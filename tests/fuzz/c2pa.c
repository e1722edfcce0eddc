/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A C2PA manifest store: JUMBF boxes with CBOR and JSON inside. */
#include "fuzz.h"
#include "probe/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_probe probe = {.kind = "unknown"};
    um_probe_state state = {.out = &probe, .steps = UM_PROBE_STEPS};
    um_probe_marks_init(&probe);
    um_probe_c2pa(&state, data, n);
    return 0;
}
