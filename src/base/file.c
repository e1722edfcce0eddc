/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.c: files that are whole or absent. */
#include "base/base.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Random, because names made of process numbers are not unique: two containers on one volume are both
 * process 1. O_EXCL: what another left under that name is never written and never ours to remove. open, not
 * mkostemp, as only the kernel can apply the umask without a moment in which another thread sees it changed.
 */
static um_status create_temporary(um_file *file, int *fd, um_error *err)
{
    enum { NAME_KEPT = 128, DRAWN = 8, TRIES = 100 }; /* bytes of a name: file systems allow 255 in all */
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    const char *slash = strrchr(file->path, '/');
    const char *name = slash ? slash + 1 : file->path;
    size_t size = strlen(file->path) + 32, length = strlen(name);
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
        snprintf(temporary, size, "%.*s.%s.%s", (int)(name - file->path), file->path, word,
                 name + (length > NAME_KEPT ? length - NAME_KEPT : 0));
        if ((*fd = open(temporary, O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0666)) >= 0) {
            file->temporary = temporary;
            return UM_OK;
        }
        if (errno != EEXIST)
            break;
    }
    um_status st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", file->path);
    free(temporary);
    return st;
}

static bool is_device(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode);
}

um_status um_file_create(um_file *out, const char *path, um_error *err)
{
    um_status st = UM_OK;
    int fd = -1;
    *out = (um_file){.path = um_strdup(path)};
    if (!out->path)
        return um_fail_oom(err);
    if (!is_device(path)) {
        st = create_temporary(out, &fd, err);
    } else if ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0) { /* nothing to rename */
        st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
    }
    if (st == UM_OK && !(out->f = fdopen(fd, "wb"))) {
        st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", path);
        close(fd);
    }
    if (st < 0)
        um_file_abandon(out);
    return st;
}

um_status um_file_commit(um_file *file, um_error *err)
{
    um_status st = UM_OK;
    bool bad = fflush(file->f) != 0 || ferror(file->f);
    bad |= fclose(file->f) != 0;
    file->f = NULL;
    if (bad || (file->temporary && rename(file->temporary, file->path) != 0)) {
        st = um_fail_errno(err, UM_EWRITE, "%s: cannot be written", file->path);
    } else {
        free(file->temporary);
        file->temporary = NULL;
    }
    um_file_abandon(file);
    return st;
}

void um_file_abandon(um_file *file)
{
    if (file->f)
        fclose(file->f);
    if (file->temporary)
        unlink(file->temporary);
    free(file->temporary);
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

um_status um_file_read(char **out, size_t *n, const char *path, size_t max, um_error *err)
{
    um_status st = UM_OK;
    char *data = NULL;
    size_t used = 0, capacity = 0;
    *out = NULL;
    *n = 0;
    FILE *f = fopen(path, "rbe");
    if (!f)
        return um_fail_errno(err, UM_EIO, "%s: cannot be opened", path);
    for (;;) {
        if (!um_grow(&data, &capacity, used + 65536, max + 65537, 1)) {
            st = um_fail_oom(err);
            goto done;
        }
        size_t got = fread(data + used, 1, capacity - used - 1, f);
        used += got;
        if (used > max) {
            st = um_fail(err, UM_ENOMEM, "%s: larger than %zu bytes", path, max);
            goto done;
        }
        if (!got)
            break;
    }
    if (ferror(f)) {
        st = um_fail_errno(err, UM_EIO, "%s: cannot be read", path);
        goto done;
    }
    data[used] = 0;
    *out = data;
    *n = used;
    data = NULL;
done:
    free(data);
    fclose(f);
    return st;
}

um_status um_text_write(const char *path, const char *text, um_error *err)
{
    return um_file_write(path, text, strlen(text), err);
}
