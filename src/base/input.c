/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.c: a file opened once, read by position. */
#include "base/input.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

um_status um_input_open(um_input **out, const char *path, um_error *err)
{
    struct stat s = {0};
    um_status st = UM_OK;
    um_input *in = um_calloc(1, sizeof *in);
    *out = NULL;
    if (!in)
        return um_fail_oom(err);
    in->refs = 1;
    in->fd = -1;
    if (!(in->path = um_strdup(path)))
        st = um_fail_oom(err);
    /* O_NONBLOCK: a pipe without a writer must not hang us before it is refused */
    else if ((in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0 || fstat(in->fd, &s) < 0)
        st = um_fail_errno(err, UM_EIO, "%s: cannot be opened", path);
    else if (!S_ISREG(s.st_mode))
        st = um_fail(err, UM_EIO, "%s: not a regular file", path);
    if (st < 0) {
        um_input_free(&in);
        return st;
    }
    in->size = s.st_size;
    in->modified = s.st_mtim;
    *out = in;
    return UM_OK;
}

um_input *um_input_ref(um_input *input)
{
    __atomic_add_fetch(&input->refs, 1, __ATOMIC_RELAXED);
    return input;
}

void um_input_free(um_input **input)
{
    um_input *in = input ? *input : NULL;
    if (!in)
        return;
    *input = NULL;
    if (__atomic_sub_fetch(&in->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (in->fd >= 0)
        close(in->fd);
    free(in->path);
    free(in);
}

ssize_t um_input_read(const um_input *in, int64_t at, void *to, size_t n)
{
    if (at < 0 || at >= in->size)
        return 0;
    if (n > (uint64_t)(in->size - at))
        n = (size_t)(in->size - at);
    ssize_t got;
    do
        got = pread(in->fd, to, n, (off_t)at);
    while (got < 0 && errno == EINTR);
    return got;
}

bool um_input_read_all(const um_input *in, int64_t at, void *to, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = um_input_read(in, at + (int64_t)done, (char *)to + done, n - done);
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

bool um_input_changed(const um_input *in)
{
    struct stat s = {0};
    return fstat(in->fd, &s) < 0 || s.st_size != in->size || s.st_mtim.tv_sec != in->modified.tv_sec ||
           s.st_mtim.tv_nsec != in->modified.tv_nsec;
}
