/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.c: a file opened once, read by position. */
#include "base/input.h"
#include "base/place.h"
#include "base/spool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static um_status refuse(const struct stat *s, const char *path, um_error *err)
{
    return um_fail(err, UM_EIO, "%s: %s", path, S_ISDIR(s->st_mode) ? "is a folder" : "not a regular file");
}

/* Standard input, or the pipe of a shell's <(command): a file is taken as it is, a pipe is read to its end.
 */
static um_status open_descriptor(int *fd, int own, const char *path, um_error *err)
{
    struct stat s = {0}; /* MemorySanitizer does not see fstat write */
    if (fstat(own, &s) < 0)
        return um_fail_errno(err, UM_EIO, "%s: cannot be opened", path);
    if (isatty(own))
        return um_fail(err, UM_EIO, "%s: a terminal gives no file", path);
    const bool whole = S_ISREG(s.st_mode) && lseek(own, 0, SEEK_CUR) == 0;
    if (!whole && !S_ISREG(s.st_mode) && !S_ISFIFO(s.st_mode) && !S_ISSOCK(s.st_mode))
        return refuse(&s, path, err);
    if (!whole)
        return um_spool(fd, own, path, err);
    if ((*fd = fcntl(own, F_DUPFD_CLOEXEC, 0)) < 0)
        return um_fail_errno(err, UM_EIO, "%s: cannot be opened", path);
    return UM_OK;
}

static um_status open_file(um_input *in, um_error *err)
{
    struct stat s = {0};
    const int own = um_place_descriptor(in->path);
    um_status st = UM_OK;
    /* O_NONBLOCK: a pipe without a writer must not hang us before it is refused */
    if (own >= 0)
        st = open_descriptor(&in->fd, own, in->path, err);
    else if ((in->fd = open(in->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0)
        st = um_fail_errno(err, UM_EIO, "%s: cannot be opened", in->path);
    if (st == UM_OK && fstat(in->fd, &s) < 0)
        st = um_fail_errno(err, UM_EIO, "%s: cannot be opened", in->path);
    if (st == UM_OK && !S_ISREG(s.st_mode))
        st = refuse(&s, in->path, err);
    in->size = s.st_size;
    in->modified = s.st_mtim;
    return st;
}

um_status um_input_open(um_input **out, const char *path, um_error *err)
{
    um_input *in = um_calloc(1, sizeof *in);
    *out = NULL;
    if (!in)
        return um_fail_oom(err);
    in->refs = 1;
    in->fd = -1;
    um_status st = (in->path = um_strdup(path)) ? open_file(in, err) : um_fail_oom(err);
    if (st < 0)
        um_input_free(&in);
    *out = in;
    return st;
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

um_status um_file_read(char **out, size_t *n, const char *path, size_t max, um_error *err)
{
    um_input *in = NULL;
    char *data = NULL;
    *out = NULL;
    *n = 0;
    um_status st = um_input_open(&in, path, err);
    if (st < 0)
        return st;
    const size_t size = (size_t)in->size;
    if (size > max)
        st = um_fail(err, UM_ENOMEM, "%s: larger than %zu bytes", path, max);
    else if (!(data = um_calloc(size + 1, 1)))
        st = um_fail_oom(err);
    else if (!um_input_read_all(in, 0, data, size))
        st = um_fail(err, UM_EIO, "%s: cannot be read to its end", path);
    if (st == UM_OK) {
        *out = data;
        *n = size;
        data = NULL;
    }
    free(data);
    um_input_free(&in);
    return st;
}
