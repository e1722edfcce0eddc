/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.c: a file in memory with a path, for interfaces that open by name. */
#define _GNU_SOURCE
#include "fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_file(const uint8_t *data, size_t n)
{
    static int fd = -1;
    static char path[40];
    if (fd >= 0)
        close(fd);
    if ((fd = memfd_create("fuzz", MFD_CLOEXEC)) < 0 || write(fd, data, n) != (ssize_t)n ||
        lseek(fd, 0, SEEK_SET) != 0) /* a descriptor is read from where it stands */
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}
