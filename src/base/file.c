#include "base/base.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *um_temporary_name(const char *path)
{
    enum { NAME_KEPT = 128 }; /* bytes: file systems allow 255 in all */
    static _Atomic unsigned counter;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t size = strlen(path) + 64, length = strlen(name);
    char *out = um_calloc(size, 1);
    if (out) /* the end of the original name stays: writers choose the format by extension */
        snprintf(out, size, "%.*s.%d-%u.%s", (int)(name - path), path, (int)getpid(),
                 atomic_fetch_add(&counter, 1u), name + (length > NAME_KEPT ? length - NAME_KEPT : 0));
    return out;
}

static bool is_device(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode);
}

um_status um_file_create(um_file *out, const char *path, um_error *err)
{
    bool device = is_device(path); /* /dev/null, /dev/stdout, a pipe: nothing to rename */
    *out = (um_file){.path = um_strdup(path), .temporary = device ? NULL : um_temporary_name(path)};
    if (!out->path || (!device && !out->temporary)) {
        um_file_abandon(out);
        return um_fail_oom(err);
    }
    int fd =
        open(device ? path : out->temporary, O_WRONLY | O_CLOEXEC | (device ? 0 : O_CREAT | O_EXCL), 0666);
    if (fd < 0 || !(out->f = fdopen(fd, "wb"))) {
        um_status st = um_fail(err, UM_EIO, "%s: cannot be written: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        um_file_abandon(out);
        return st;
    }
    return UM_OK;
}

um_status um_file_commit(um_file *file, um_error *err)
{
    um_status st = UM_OK;
    bool bad = fflush(file->f) != 0 || ferror(file->f);
    bad |= fclose(file->f) != 0;
    file->f = NULL;
    if (bad || (file->temporary && rename(file->temporary, file->path) != 0)) {
        st = um_fail(err, UM_EIO, "%s: cannot be written: %s", file->path, strerror(errno));
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
        return um_fail(err, UM_EIO, "%s: cannot be opened: %s", path, strerror(errno));
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
        st = um_fail(err, UM_EIO, "%s: cannot be read: %s", path, strerror(errno));
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
