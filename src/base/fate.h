/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fate.h: what happened to a file, said the same for every library that was asked.
 *
 * The code of a library tells what went wrong inside it. Whoever includes a library maps its codes to one of
 * these (av/source/answer.h). */
#ifndef UM_FATE_H
#define UM_FATE_H
#include "base/base.h"

typedef enum um_fate {
    UM_FATE_DAMAGED,     /* not what it claims to be */
    UM_FATE_ENDS_EARLY,  /* something that it declares is not there any more */
    UM_FATE_TOO_LARGE,   /* it declares something that no memory holds */
    UM_FATE_UNSUPPORTED, /* well-formed perhaps, but nobody here reads it */
    UM_FATE_UNREADABLE,  /* the device or the network under the file failed */
    UM_FATE_REFERS,      /* its content is in other files, which are not opened */
    UM_FATE_FAILED       /* the library says that the fault is its own */
} um_fate;
const char *um_fate_words(um_fate fate);
um_status um_fate_status(um_fate fate);
bool um_memory_is_exhausted(void); /* an allocation of ours, of modest size, fails */
/* "what: words". Of all fates only TOO_LARGE may be the fault of this machine: memory is exhausted when an
 * allocation of ours fails, too, whatever a library says. */
um_status um_fail_fate(um_error *err, um_fate fate, const char *format, ...) UM_PRINTF(3, 4);
#endif
