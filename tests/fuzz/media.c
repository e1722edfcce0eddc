/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording or a photo: opened, decoded to its end, but for half a second of media at most. */
#include "fuzz.h"
#include <unmask/source.h>

enum { MAX_MOMENTS = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    um_source *source = NULL;
    const um_source_options options = {
        .want = UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_SOUND | UM_WANT_CODEC, .threads = 1, .max_s = .5};
    if (um_source_open(&source, fuzz_file(data, n), &options, NULL) < 0)
        return 0;
    um_moment *moment = NULL;
    for (int i = 0; i < MAX_MOMENTS && um_source_next(&moment, source, NULL) == UM_OK; i++)
        um_moment_free(&moment);
    um_source_damage(source);
    um_source_close(&source);
    return 0;
}
