/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.h: a file to be looked into, opened once.
 *
 * Whoever reads it (the probe, the hash, a demuxer) does so by position through this one descriptor, so that
 * all see the same bytes, whatever becomes of the name meanwhile. It is as long as it was when opened. */
#ifndef UM_INPUT_H
#define UM_INPUT_H
#include "base/base.h"
#include <sys/types.h>
#include <time.h>

typedef struct um_input {
    char *path;
    int64_t size;
    int fd;
    struct timespec modified; /* when it was opened */
    int refs;
} um_input;

/* UM_EIO: cannot be opened, or no regular file (a pipe with a name is refused at once, also without a
 * writer). A name for a descriptor of this process (/dev/stdin, /dev/fd/3) may be a pipe: see base/spool.h.
 */
um_status um_input_open(um_input **out, const char *path, um_error *err);
um_input *um_input_ref(um_input *input);
void um_input_free(um_input **input); /* drops one reference */
/* Up to n bytes at `at`: how many, 0 at the end, -1 for an error (errno). For any thread. */
ssize_t um_input_read(const um_input *input, int64_t at, void *to, size_t n);
/* Exactly n bytes; false when they are not all there. */
bool um_input_read_all(const um_input *input, int64_t at, void *to, size_t n);
/* Its size or the time of its last change is another than when it was opened: somebody writes it. */
bool um_input_changed(const um_input *input);
#endif
