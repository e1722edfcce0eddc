/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool.c: see spool.h. */
#define _GNU_SOURCE /* O_TMPFILE, mkostemp */
#include "base/spool.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIPES_MOST = 16, BLOCK = 1 << 18 };

/* What was read once is gone from the pipe: who asks again is given the same. They last as long as the
 * process, as the pipes it was started with do. */
static struct {
    pthread_mutex_t lock;
    struct {
        dev_t device;
        ino_t inode;
        int fd;
    } pipe[PIPES_MOST];
    int n;
} read_once = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* In TMPDIR or /tmp, gone with its last descriptor. */
static int nameless(char folder[PATH_MAX])
{
    const char *named = getenv("TMPDIR");
    char path[PATH_MAX + 32];
    snprintf(folder, PATH_MAX, "%s", named && *named ? named : "/tmp");
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    snprintf(path, sizeof path, "%s/unmask-XXXXXX", folder); /* a file system without such files */
    if ((fd = mkostemp(path, O_CLOEXEC)) >= 0)
        unlink(path);
    return fd;
}

static ssize_t read_some(int from, void *to, size_t n)
{
    for (;;) {
        const ssize_t got = read(from, to, n);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
        if (errno == EAGAIN) /* somebody made the pipe so */
            poll(&(struct pollfd){.fd = from, .events = POLLIN}, 1, -1);
    }
}

static bool write_all(int to, const char *bytes, size_t n)
{
    while (n) {
        const ssize_t done = write(to, bytes, n);
        if (done < 0 && errno != EINTR)
            return false;
        bytes += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static um_status copy(int to, int from, const char *folder, const char *path, um_error *err)
{
    um_status st = UM_OK;
    ssize_t n = 1;
    char *block = um_calloc(BLOCK, 1);
    if (!block)
        return um_fail_oom(err);
    for (int64_t all = 0; st == UM_OK && (n = read_some(from, block, BLOCK)) > 0;) {
        if ((all += n) > UM_SPOOL_MOST)
            st = um_fail(err, UM_EUNSUPPORTED, "%s: gives more than %d GiB: write it to a file first", path,
                         (int)(UM_SPOOL_MOST >> 30));
        else if (!write_all(to, block, (size_t)n))
            st = um_fail_errno(err, UM_EWRITE, "%s: a copy of it in %s cannot be written", path, folder);
    }
    if (st == UM_OK && n < 0)
        st = um_fail_errno(err, UM_EIO, "%s: cannot be read", path);
    free(block);
    return st;
}

um_status um_spool(int *out, int from, const char *path, um_error *err)
{
    struct stat s = {0}; /* as in input.c */
    char folder[PATH_MAX];
    um_status st = UM_OK;
    *out = -1;
    if (fstat(from, &s) < 0)
        return um_fail_errno(err, UM_EIO, "%s: cannot be opened", path);
    pthread_mutex_lock(&read_once.lock);
    for (int i = 0; i < read_once.n && *out < 0; i++)
        if (read_once.pipe[i].device == s.st_dev && read_once.pipe[i].inode == s.st_ino)
            *out = fcntl(read_once.pipe[i].fd, F_DUPFD_CLOEXEC, 0);
    if (*out < 0) {
        if (read_once.n == PIPES_MOST)
            st = um_fail(err, UM_EUNSUPPORTED, "%s: more than %d pipes", path, PIPES_MOST);
        else if ((*out = nameless(folder)) < 0)
            st = um_fail_errno(err, UM_EWRITE, "%s: a copy of it in %s cannot be written", path, folder);
        else
            st = copy(*out, from, folder, path, err);
        const int again = st == UM_OK ? fcntl(*out, F_DUPFD_CLOEXEC, 0) : -1;
        if (again >= 0) {
            read_once.pipe[read_once.n].device = s.st_dev;
            read_once.pipe[read_once.n].inode = s.st_ino;
            read_once.pipe[read_once.n++].fd = again;
        }
    }
    pthread_mutex_unlock(&read_once.lock);
    if (st < 0 && *out >= 0) {
        close(*out);
        *out = -1;
    }
    return st;
}
