/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool.h: what comes through a pipe, kept in a file without a name, so that it can be read by position. */
#ifndef UM_SPOOL_H
#define UM_SPOOL_H
#include "base/base.h"

#define UM_SPOOL_MOST ((int64_t)8 << 30) /* bytes */

/* A descriptor for the caller with all that `from` (of this process) still gives; the file goes with the last
 * descriptor. Asked again about the same pipe it is the same file, so that of 16 pipes. UM_EIO;
 * UM_EUNSUPPORTED: more than UM_SPOOL_MOST, or the 17th pipe; UM_EWRITE: no place for it in TMPDIR or /tmp.
 */
um_status um_spool(int *out, int from, const char *path, um_error *err);
#endif
