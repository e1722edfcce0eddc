/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scratch.c: see scratch.h. */
#include "evaluate/scratch.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "unmask-copies."
enum { TRIES = 8 };

static const char *place(void)
{
    const char *named = getenv("TMPDIR");
    return named && *named && strlen(named) < PATH_MAX - 64 ? named : "/tmp";
}

/* The folder, locked; -1: another holds it, it is not ours or it is gone. */
static int hold(const char *folder)
{
    struct stat open_one, there;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    /* who sweeps may have removed it between its making and its lock */
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &open_one) < 0 || open_one.st_uid != geteuid() ||
        stat(folder, &there) < 0 || open_one.st_ino != there.st_ino || open_one.st_dev != there.st_dev) {
        close(fd);
        return -1;
    }
    return fd;
}

um_status um_scratch_open(um_scratch *out, um_error *err)
{
    for (int i = 0; i < TRIES; i++) {
        snprintf(out->folder, sizeof out->folder, "%s/" PREFIX "XXXXXX", place());
        if (!mkdtemp(out->folder))
            return um_fail_errno(err, UM_EWRITE, "%s: no folder for copies", out->folder);
        if ((out->fd = hold(out->folder)) >= 0)
            return UM_OK;
    }
    return um_fail(err, UM_EWRITE, "%s: no folder for copies stays", place());
}

/* Files only: what runs made holds no folders. */
static void remove_all(const char *folder, int fd)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(fd, e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(folder);
}

void um_scratch_close(um_scratch *s)
{
    remove_all(s->folder, s->fd);
    close(s->fd);
}

void um_scratch_sweep(void)
{
    DIR *d = opendir(place());
    for (struct dirent *e; d && (e = readdir(d));) {
        um_scratch left;
        if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) != 0 || strlen(e->d_name) > 40)
            continue;
        snprintf(left.folder, sizeof left.folder, "%s/%.40s", place(), e->d_name);
        if ((left.fd = hold(left.folder)) >= 0)
            um_scratch_close(&left);
    }
    if (d)
        closedir(d);
}
