/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fate.c: what happened to a file, in words. */
#include "base/fate.h"
#include <stdarg.h>
#include <stdlib.h>

static const struct {
    um_status status;
    const char *words;
} fates[] = {
    [UM_FATE_DAMAGED] = {UM_EFORMAT, "damaged, or not what it claims to be"},
    [UM_FATE_ENDS_EARLY] = {UM_EFORMAT, "the file ends early"},
    [UM_FATE_TOO_LARGE] = {UM_EFORMAT, "damaged, or larger than this program reads"},
    [UM_FATE_UNSUPPORTED] = {UM_EUNSUPPORTED, "a variant that this program does not read"},
    [UM_FATE_UNREADABLE] = {UM_EIO, "cannot be read"},
    [UM_FATE_REFERS] = {UM_EFORMAT, "refers to other files, which are not opened"},
    [UM_FATE_FAILED] = {UM_EFORMAT, "the decoder failed"},
};

const char *um_fate_words(um_fate fate)
{
    return fates[fate].words;
}

um_status um_fate_status(um_fate fate)
{
    return fates[fate].status;
}

bool um_memory_is_exhausted(void)
{
    enum { MODEST = 1 << 20 };
    void *some = um_calloc(MODEST, 1);
    free(some);
    return !some;
}

um_status um_fail_fate(um_error *err, um_fate fate, const char *format, ...)
{
    um_error what;
    va_list args;
    if (fate == UM_FATE_TOO_LARGE && um_memory_is_exhausted())
        return um_fail_oom(err);
    va_start(args, format);
    vsnprintf(what.text, sizeof what.text, format, args);
    va_end(args);
    return um_fail(err, fates[fate].status, "%s: %s", what.text, fates[fate].words);
}
