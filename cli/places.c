/* SPDX-License-Identifier: GPL-3.0-or-later */
/* places.c: see places.h. */
#include "places.h"
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/output.h>

enum { PATH_LONGEST = 4096, FOLDERS_DEEP = 2 };

static um_status refuse(um_error *err, const char *path, const char *why)
{
    char shown[256];
    *err = (um_error){.code = UM_EINVAL};
    snprintf(err->text, sizeof err->text, "%s: %s", um_printable(shown, sizeof shown, path), why);
    return UM_EINVAL;
}

static bool is_output(um_opt_kind kind)
{
    return kind >= UM_OPT_OUTPUT && kind <= UM_OPT_FOLDER;
}

static bool may_be_stdout(um_opt_kind kind)
{
    return kind == UM_OPT_REPORT || kind == UM_OPT_REPORTS;
}

static const char *value_of(const um_opt *o)
{
    return *(const char *const *)o->target;
}

/* A file, or what lies in a folder and (networks) in its folders. */
static um_status keep_all(const char *path, int depth, um_error *err)
{
    struct dirent *entry;
    struct stat s;
    um_status st = UM_OK;
    DIR *folder = depth && stat(path, &s) == 0 && S_ISDIR(s.st_mode) ? opendir(path) : NULL;
    if (!folder)
        return um_output_keep(path, err);
    while (st == UM_OK && (entry = readdir(folder))) {
        char inside[PATH_LONGEST];
        if (*entry->d_name != '.' &&
            (size_t)snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) < sizeof inside)
            st = keep_all(inside, depth - 1, err);
    }
    closedir(folder);
    return st;
}

/* "A,B": both, and the whole, as a name may hold a comma. */
static um_status keep(const char *list, um_error *err)
{
    um_status st = keep_all(list, FOLDERS_DEEP, err);
    while (st == UM_OK && *list) {
        char path[PATH_LONGEST];
        const size_t n = strcspn(list, ",");
        if ((size_t)snprintf(path, sizeof path, "%.*s", (int)n, list) < sizeof path)
            st = keep_all(path, FOLDERS_DEEP, err);
        list += n + (list[n] == ',');
    }
    return st;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    if (stat(a, &x) < 0 || stat(b, &y) < 0)
        return !strcmp(a, b);
    return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* One that is still to be made may be named with a slash at its end. */
static um_status look_at_folder(const char *path, um_error *err)
{
    char folder[PATH_LONGEST];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    if ((size_t)snprintf(folder, sizeof folder, "%.*s", (int)n, path) >= sizeof folder)
        return refuse(err, path, "the path is too long");
    return um_output_check(folder, err);
}

static um_status look_at(const um_command *command, const um_opt *o, um_error *err)
{
    struct stat s;
    if (may_be_stdout(o->kind) && um_output_is_stdout(value_of(o)))
        *(const char **)o->target = "-";
    const char *path = value_of(o);
    const bool is_folder = stat(path, &s) == 0 && S_ISDIR(s.st_mode);
    if (may_be_stdout(o->kind) && !strcmp(path, "-"))
        return UM_OK;
    if (is_folder && o->kind != UM_OPT_REPORTS && o->kind != UM_OPT_FOLDER)
        return refuse(err, path, "is a folder");
    if (o->kind == UM_OPT_FOLDER && !is_folder && stat(path, &s) == 0)
        return refuse(err, path, "is no folder");
    for (const um_opt *before = command->options; before != o; before++)
        if (is_output(before->kind) && value_of(before) && !is_folder && same_file(value_of(before), path))
            return refuse(err, path, "is named for two outputs");
    return o->kind == UM_OPT_FOLDER ? look_at_folder(path, err) : um_output_check(path, err);
}

/* "unmask analyze a.jpg >> a.jpg" */
static um_status look_at_stdout(um_error *err)
{
    struct stat out;
    if (fstat(STDOUT_FILENO, &out) < 0 || !S_ISREG(out.st_mode) ||
        um_output_check("/dev/stdout", err) != UM_EINVAL)
        return UM_OK;
    return refuse(err, "standard output", "is one of the inputs, which are never written");
}

um_status um_places_settle(const um_command *command, int n, char **args, um_error *err)
{
    um_status st = UM_OK;
    for (int i = 0; st == UM_OK && i < n; i++)
        st = command->writes ? um_output_check(args[i], err) : um_output_keep(args[i], err);
    for (const um_opt *o = command->options; st == UM_OK && o->name; o++)
        if (o->kind == UM_OPT_INPUT && value_of(o))
            st = keep(value_of(o), err);
    if (st == UM_OK)
        st = look_at_stdout(err);
    for (const um_opt *o = command->options; st == UM_OK && o->name; o++)
        if (is_output(o->kind) && value_of(o))
            st = look_at(command, o, err);
    return st;
}
