/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No mark is declared in photos, clips and recordings of others, which carry none; all of their kinds are
 * read. */
#include "../check.h"
#include "base/input.h"
#include "data/walk.h"
#include "probe/probe.h"
#include <stdlib.h>
#include <string.h>

struct seen {
    const char *folder;
    long n, with_exif, with_xmp, not_looked_at;
};

static um_status look(void *user, const char *name, um_error *err)
{
    struct seen *s = user;
    char *path = um_path(s->folder, name);
    um_input *input = NULL;
    um_probe p;
    um_status st = path ? um_input_open(&input, path, err) : UM_ENOMEM;
    if (st == UM_OK && (st = um_probe_input(&p, input, NULL, err)) == UM_OK) {
        s->n++;
        s->with_exif += p.marks[UM_MARK_EXIF].state == UM_MARK_PRESENT;
        s->with_xmp += p.marks[UM_MARK_XMP].state == UM_MARK_PRESENT;
        s->not_looked_at += p.marks[UM_MARK_XMP].state == UM_MARK_NOT_LOOKED_AT;
        for (int i = 0; i < p.n_marks; i++) {
            CHECK(p.marks[i].state != UM_MARK_DECLARES_SYNTHETIC);
            if (p.marks[i].state == UM_MARK_DECLARES_SYNTHETIC)
                fprintf(stderr, "%s: %s %s\n", name, p.marks[i].name, p.marks[i].detail);
        }
    }
    um_input_free(&input);
    free(path);
    return st;
}

int main(void)
{
    const char *dir = check_testdata();
    char folder[4096];
    um_error err;
    struct seen s = {folder, 0, 0, 0, 0};
    if (!dir)
        return CHECK_SKIP;
    snprintf(folder, sizeof folder, "%s/data", dir);
    CHECK(um_walk(folder, look, &s, &err) == UM_OK);
    fprintf(stderr, "%ld files, %ld with EXIF, %ld with XMP, %ld of kinds whose marks are not read\n", s.n,
            s.with_exif, s.with_xmp, s.not_looked_at);
    return check_done();
}
