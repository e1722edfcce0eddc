/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metadata of photos: EXIF (a TIFF directory), or XMP when the first byte is that of XML. */
#include "fuzz.h"
#include "probe/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_probe probe = {.kind = "unknown"};
    um_probe_state state = {.out = &probe, .steps = UM_PROBE_STEPS};
    um_probe_marks_init(&probe);
    if (n && *data == '<')
        um_probe_xmp(&state, data, n);
    else
        um_probe_exif(&state, data, n);
    return 0;
}
