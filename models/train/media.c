/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media.c: pictures of the training media (../media, laid out by ../shared/media/assemble.py): frames of
 * clips, and one real still of four. Rows of split "train" only. */
#include "base/base.h"
#include "base/numbers.h"
#include "teacher.h"
#include <string.h>

enum { FRAMES_OF_CLIP = 6, SECONDS_OF_CLIP = 6, STILLS_OF = 4, LINE = 4096 };

typedef struct row {
    char *path, *label, *split;
} row;

/* path,label,...,split. False: not such a line. */
static bool read_row(row *r, char *line)
{
    char *rest = line, *last = strrchr(line, ',');
    line[strcspn(line, "\r\n")] = 0;
    r->path = strsep(&rest, ",");
    r->label = rest ? strsep(&rest, ",") : NULL;
    r->split = last ? last + 1 : NULL;
    return r->label && last > r->label;
}

static um_status read_list(photos *p, const char *media, const char *set, bool clips, um_error *err)
{
    char list[512], path[1024], line[LINE];
    um_status st = UM_OK;
    row r;
    snprintf(list, sizeof list, "%s/%s/labels.csv", media, strrchr(set, '/') + 1);
    FILE *f = fopen(list, "r");
    if (!f)
        return um_fail(err, UM_EIO, "%s: cannot be read", list);
    while (st == UM_OK && fgets(line, sizeof line, f)) {
        if (!read_row(&r, line) || strcmp(r.split, "train") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", media, strrchr(set, '/') + 1, r.path);
        if (clips)
            st = photos_read_frames(p, set, path, r.path, NULL, FRAMES_OF_CLIP, SECONDS_OF_CLIP, err);
        else if (!strcmp(r.label, "real") && um_hash(r.path, strlen(r.path)) % STILLS_OF == 0)
            st = photos_read_still(p, set, path, r.path, err);
    }
    fclose(f);
    return st;
}

um_status photos_read_media(photos *p, const char *media, um_error *err)
{
    um_status st = read_list(p, media, "media/clips", true, err);
    return st < 0 ? st : read_list(p, media, "media/stills", false, err);
}
