/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unlabelled.c: pictures without annotations. */
#include "base/base.h"
#include "teacher.h"
#include <math.h>
#include <string.h>
#include <unmask/source.h>

enum { FRAMES_OF_CLIP = 12 };
static const float LONG_SIDE = 720; /* pixels of a frame that is kept */

static bool is_picture(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcmp(dot, ".jpg") || !strcmp(dot, ".jpeg") || !strcmp(dot, ".png"));
}

typedef struct reading {
    photos *p;
    const char *set;
} reading;

um_status photos_read_still(photos *p, const char *set, const char *path, const char *name, um_error *err)
{
    char label[96];
    um_image *rgb;
    um_error why;
    if (photo_load(&rgb, path, &why) < 0) {
        p->n_damaged++;
        return UM_OK;
    }
    snprintf(label, sizeof label, "%.40s/%.50s", set, name);
    return photos_add(p, PHOTO_STILL, set, label, false, rgb, NULL, 0, err);
}

static um_status read_picture(void *user, const char *path, const char *name, um_error *err)
{
    reading *r = user;
    return is_picture(name) ? photos_read_still(r->p, r->set, path, name, err) : UM_OK;
}

/* `rgb`, or its `panel`, made smaller than LONG_SIDE. */
static um_status frame_part(um_image **out, um_image *rgb, const um_rect *panel, um_error *err)
{
    um_rect from = panel ? *panel : (um_rect){0, 0, (float)rgb->width, (float)rgb->height};
    float scale = fminf(1, LONG_SIDE / fmaxf(from.w, from.h));
    return um_image_crop_resize(out, rgb, from, (int)fmaxf(1, from.w * scale), (int)fmaxf(1, from.h * scale),
                                err);
}

um_status photos_read_frames(photos *p, const char *set, const char *path, const char *name,
                             const um_rect *panel, int n, double most_s, um_error *err)
{
    um_source *s = NULL;
    um_source_options opt = {.want = UM_WANT_RGB, .threads = 1};
    um_moment *m = NULL;
    um_error why;
    um_status st = UM_OK;
    if (um_source_open(&s, path, &opt, &why) < 0) {
        p->n_damaged++;
        return UM_OK;
    }
    const um_media *media = um_source_media(s);
    double step = media->duration_s > 0 ? fmin(media->duration_s, most_s) / n : 1, next = 0;
    for (int k = 0; st == UM_OK && k < n && um_source_next(&m, s, &why) == UM_OK;) {
        if (m->frame && m->t_s >= next) {
            char label[96];
            snprintf(label, sizeof label, "%.70s@%.2f", name, m->t_s);
            um_image *rgb;
            if ((st = frame_part(&rgb, m->frame->rgb, panel, err)) == UM_OK)
                st = photos_add(p, PHOTO_STILL, set, label, false, rgb, NULL, 0, err);
            next = m->t_s + step;
            k++;
        }
        um_moment_free(&m);
    }
    um_moment_free(&m);
    um_source_close(&s);
    return st;
}

static um_status read_clip(void *user, const char *path, const char *name, um_error *err)
{
    return photos_read_frames(user, "videos", path, name, NULL, FRAMES_OF_CLIP, INFINITY, err);
}

/* The real halves of montages that show a face and its swap side by side. */
static um_status read_pairs(photos *p, const char *data, um_error *err)
{
    char list[512], line[512], path[1024], file[128], label[16];
    um_status st = UM_OK;
    snprintf(list, sizeof list, "%s/videos/dfl_pairs/panels.csv", data);
    FILE *f = fopen(list, "r");
    if (!f)
        return um_fail(err, UM_EIO, "%s: cannot be read", list);
    while (st == UM_OK && fgets(line, sizeof line, f)) {
        um_rect b;
        if (sscanf(line, "%127[^,],%*d,%*d,%*d,%f,%f,%f,%f,%15s", file, &b.x, &b.y, &b.w, &b.h, label) != 6 ||
            strcmp(label, "real") != 0 || !(b.w >= 1 && b.h >= 1))
            continue;
        snprintf(path, sizeof path, "%s/%s", data, file);
        const char *slash = strrchr(file, '/');
        st = photos_read_frames(p, "dfl_pairs", path, slash ? slash + 1 : file, &b, FRAMES_OF_CLIP, INFINITY,
                                err);
    }
    fclose(f);
    return st;
}

/* Folders that labels.csv calls train throughout. */
um_status photos_read_unlabelled(photos *p, const char *data, um_error *err)
{
    static const char *const sets[] = {"real_stills/open", "real_stills/with_mask", "real_stills/rmfd_crops"};
    char dir[512];
    um_status st = UM_OK;
    for (size_t i = 0; i < sizeof sets / sizeof *sets && st == UM_OK; i++) {
        reading r = {p, sets[i]};
        snprintf(dir, sizeof dir, "%s/%s", data, sets[i]);
        st = each_file(dir, read_picture, &r, err);
    }
    snprintf(dir, sizeof dir, "%s/videos/train/real", data);
    if (st == UM_OK)
        st = each_file(dir, read_clip, p, err);
    return st < 0 ? st : read_pairs(p, data, err);
}
