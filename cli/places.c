/* SPDX-License-Identifier: GPL-3.0-or-later */
/* places.c: see places.h. */
#include "places.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/output.h>

enum { PATH_LONGEST = 4096 };

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

/* "A,B": both, and the whole, as a name may hold a comma. */
static um_status keep(const char *list, um_error *err)
{
    um_status st = um_output_keep(list, err);
    while (st == UM_OK && *list) {
        char path[PATH_LONGEST];
        const size_t n = strcspn(list, ",");
        if ((size_t)snprintf(path, sizeof path, "%.*s", (int)n, list) < sizeof path)
            st = um_output_keep(path, err);
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
    return um_output_check(path, err);
}

/* "unmask analyze a.jpg >> a.jpg" */
static um_status look_at_stdout(int n, char **args, um_error *err)
{
    struct stat out, in;
    if (fstat(STDOUT_FILENO, &out) < 0 || !S_ISREG(out.st_mode))
        return UM_OK;
    for (int i = 0; i < n; i++)
        if (stat(args[i], &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
            return refuse(err, args[i], "is standard output as well");
    return UM_OK;
}

um_status um_places_settle(const um_command *command, int n, char **args, um_error *err)
{
    um_status st = look_at_stdout(n, args, err);
    for (int i = 0; st == UM_OK && i < n; i++)
        st = command->writes ? um_output_check(args[i], err) : um_output_keep(args[i], err);
    for (const um_opt *o = command->options; st == UM_OK && o->name; o++)
        if (o->kind == UM_OPT_INPUT && value_of(o))
            st = keep(value_of(o), err);
    for (const um_opt *o = command->options; st == UM_OK && o->name; o++)
        if (is_output(o->kind) && value_of(o))
            st = look_at(command, o, err);
    return st;
}
