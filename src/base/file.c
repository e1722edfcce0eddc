/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.c: outputs that are whole or absent; whatever ends the process, nothing else is left. */
#include "base/place.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <unmask/output.h>

/* ---- temporary files that are there just now ---- */

enum { LIVE_MOST = 256 }; /* more at once are written, too; a signal leaves them behind (output.h) */
static _Atomic(char *) live[LIVE_MOST];
static atomic_bool ending;

static void remember(char *temporary)
{
    for (int i = 0; i < LIVE_MOST; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&live[i], &none, temporary))
            return;
    }
}

/* False: a handler may be reading the text just now. It ends the process, and the text with it. */
static bool forget(char *temporary)
{
    for (int i = 0; i < LIVE_MOST; i++) {
        char *same = temporary;
        if (atomic_compare_exchange_strong(&live[i], &same, NULL))
            return true;
    }
    return !atomic_load(&ending);
}

void um_outputs_abandon(void)
{
    atomic_store(&ending, true);
    for (int i = 0; i < LIVE_MOST; i++) {
        const char *temporary = atomic_exchange(&live[i], NULL);
        if (temporary)
            unlink(temporary);
    }
}

/* ---- creation ---- */

/* Random, because names made of process numbers are not unique: two containers on one volume are both
 * process 1. O_EXCL: what another left under that name is never written and never ours to remove. open, not
 * mkostemp, as only the kernel can apply the umask without a moment in which another thread sees it changed.
 */
static um_status create_temporary(um_file *file, int *fd, mode_t mode, um_error *err)
{
    enum { NAME_KEPT = 128, DRAWN = 8, TRIES = 100 }; /* bytes of a name: file systems allow 255 in all */
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    const char *slash = strrchr(file->target, '/');
    const char *name = slash ? slash + 1 : file->target;
    size_t size = strlen(file->target) + 32, length = strlen(name);
    char *temporary = um_calloc(size, 1);
    if (!temporary)
        return um_fail_oom(err);
    for (int i = 0; i < TRIES; i++) {
        uint8_t drawn[DRAWN];
        char word[DRAWN + 1] = "";
        if (getentropy(drawn, sizeof drawn) < 0)
            break;
        for (int k = 0; k < DRAWN; k++)
            word[k] = letters[drawn[k] & 31];
        /* the end of the original name stays: writers choose the format by extension */
        snprintf(temporary, size, "%.*s.%s.%s", (int)(name - file->target), file->target, word,
                 name + (length > NAME_KEPT ? length - NAME_KEPT : 0));
        remember(temporary); /* first: a signal may come as soon as it is there */
        if ((*fd = open(temporary, O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, mode)) >= 0) {
            file->temporary = temporary;
            return UM_OK;
        }
        if (!forget(temporary))
            temporary = NULL;
        if (!temporary || errno != EEXIST)
            break;
    }
    um_status st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", file->path);
    free(temporary);
    return st;
}

/* A file that is replaced keeps its owner, as far as we may, and its permissions; those of a group that it
 * cannot keep are no other group's. */
static void take_over(int fd, const struct stat *old)
{
    struct stat now;
    mode_t mode = old->st_mode & 0777;
    if (fstat(fd, &now) < 0)
        return;
    bool same_group = now.st_gid == old->st_gid;
    if (now.st_uid != old->st_uid || !same_group)
        same_group = fchown(fd, old->st_uid, old->st_gid) == 0 || same_group ||
                     fchown(fd, (uid_t)-1, old->st_gid) == 0;
    fchmod(fd, same_group ? mode : mode & (mode_t)~070);
}

/* What cannot be renamed. A pipe that nobody reads is an error, not a reason to wait. */
static int open_in_place(const um_place *place)
{
    int fd;
    if (place->descriptor >= 0) {
        const int flags = fcntl(place->descriptor, F_GETFL);
        if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
            errno = EBADF;
        return flags < 0 || (flags & O_ACCMODE) == O_RDONLY
                   ? -1
                   : fcntl(place->descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    }
    const int empty = S_ISREG(place->is.st_mode) ? O_TRUNC : 0;
    if ((fd = open(place->path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | empty)) >= 0)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

um_status um_file_create(um_file *out, const char *path, um_error *err)
{
    int fd = -1;
    um_place place;
    *out = (um_file){0};
    um_status st = um_place_for_output(&place, path, err);
    if (st < 0)
        return st;
    if (!(out->path = um_strdup(path)) || (!place.in_place && !(out->target = um_strdup(place.path))))
        st = um_fail_oom(err);
    else if (!place.in_place)
        /* nobody else may look into what replaces a private file before it has its permissions */
        st = create_temporary(out, &fd, place.exists ? 0600 : 0666, err);
    else if ((fd = open_in_place(&place)) < 0)
        st = errno == ENXIO && S_ISFIFO(place.is.st_mode)
                 ? um_fail(err, UM_EWRITE, "%s: a pipe that nobody reads", path)
                 : um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
    if (st == UM_OK && !place.in_place && place.exists)
        take_over(fd, &place.is);
    if (st == UM_OK && !(out->f = fdopen(fd, "wb"))) {
        st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
        close(fd);
    }
    if (st < 0)
        um_file_abandon(out);
    return st;
}

um_status um_output_check(const char *path, um_error *err)
{
    const size_t full = (size_t)1 << 20; /* bytes; no report is much smaller */
    um_place place;
    struct statvfs disk;
    um_file file;
    char inside[PATH_MAX];
    um_status st = um_place_find(&place, path, err);
    if (st == UM_OK && S_ISDIR(place.is.st_mode) && !place.in_place) {
        if ((size_t)snprintf(inside, sizeof inside, "%s/.unmask", path) >= sizeof inside)
            return um_fail(err, UM_EWRITE, "%.80s...: the path is too long", path);
    } else if (st == UM_OK && (st = um_place_for_output(&place, path, err)) == UM_OK) {
        if (place.in_place)
            return UM_OK;
        snprintf(inside, sizeof inside, "%s", path);
    }
    if (st < 0 || (st = um_file_create(&file, inside, err)) < 0)
        return st;
    if (fstatvfs(fileno(file.f), &disk) == 0 && disk.f_blocks &&
        (double)disk.f_bavail * (double)disk.f_frsize < (double)full)
        st = um_fail(err, UM_EWRITE, "%s: cannot be written: the disk is full", path);
    um_file_abandon(&file);
    return st;
}

/* Hours may lie between creation and now: who became an input meanwhile is not replaced. */
static um_status move_to_place(um_file *file, um_error *err)
{
    um_place place;
    um_status st = um_place_for_output(&place, file->target, err);
    if (st < 0)
        return st;
    if (rename(file->temporary, file->target) != 0)
        return um_fail_errno(err, UM_EWRITE, "%s: cannot be written", file->path);
    if (forget(file->temporary))
        free(file->temporary);
    file->temporary = NULL;
    return UM_OK;
}

um_status um_file_commit(um_file *file, um_error *err)
{
    um_status st = UM_OK;
    bool bad = fflush(file->f) != 0 || ferror(file->f);
    bad |= fclose(file->f) != 0;
    file->f = NULL;
    if (bad)
        st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", file->path);
    else if (file->temporary)
        st = move_to_place(file, err);
    um_file_abandon(file);
    return st;
}

void um_file_abandon(um_file *file)
{
    if (file->f)
        fclose(file->f);
    if (file->temporary) {
        unlink(file->temporary);
        if (forget(file->temporary))
            free(file->temporary);
    }
    free(file->target);
    free(file->path);
    *file = (um_file){0};
}

um_status um_file_write(const char *path, const void *bytes, size_t n, um_error *err)
{
    um_file file;
    um_status st = um_file_create(&file, path, err);
    if (st < 0)
        return st;
    fwrite(bytes, 1, n, file.f); /* a short write sets ferror, which commit reports */
    return um_file_commit(&file, err);
}

um_status um_text_write(const char *path, const char *text, um_error *err)
{
    return um_file_write(path, text, strlen(text), err);
}
