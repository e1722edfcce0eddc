/* unlabelled.c: pictures without annotations. */
#include "base/base.h"
#include "teacher.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

enum { FRAMES_OF_CLIP = 12 };

static bool is_picture(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcmp(dot, ".jpg") || !strcmp(dot, ".jpeg") || !strcmp(dot, ".png"));
}

/* Every picture below `data`/`set` that labels.csv calls train: none of these folders holds others. */
static um_status read_folder(photos *p, const char *data, const char *set, um_error *err)
{
    char dir[512], path[1024];
    struct dirent **names = NULL;
    um_status st = UM_OK;
    snprintf(dir, sizeof dir, "%s/%s", data, set);
    int n = scandir(dir, &names, NULL, alphasort);
    if (n < 0)
        return um_fail(err, UM_EIO, "%s: cannot be read", dir);
    for (int i = 0; i < n; i++) {
        um_image *rgb = NULL;
        um_error why;
        snprintf(path, sizeof path, "%s/%s", set, names[i]->d_name);
        char file[1600];
        snprintf(file, sizeof file, "%s/%s", data, path);
        if (st == UM_OK && is_picture(names[i]->d_name)) {
            if (photo_load(&rgb, file, &why) < 0)
                p->n_damaged++;
            else
                st = photos_add(p, PHOTO_STILL, path, false, rgb, NULL, 0, err);
        }
        free(names[i]);
    }
    free(names);
    return st;
}

static um_status read_clip(photos *p, const char *path, const char *name, um_error *err)
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
    double step = media->duration_s > 0 ? media->duration_s / FRAMES_OF_CLIP : 1, next = 0;
    while (st == UM_OK && um_source_next(&m, s, &why) == UM_OK) {
        if (m->frame && m->t_s >= next) {
            char label[96];
            snprintf(label, sizeof label, "%.70s@%.2f", name, m->t_s);
            um_image *rgb = um_image_ref(m->frame->rgb);
            st = photos_add(p, PHOTO_STILL, label, false, rgb, NULL, 0, err);
            next = m->t_s + step;
        }
        um_moment_free(&m);
    }
    um_moment_free(&m);
    um_source_close(&s);
    return st;
}

static um_status read_clips(photos *p, const char *data, um_error *err)
{
    char dir[512], path[1024];
    struct dirent **names = NULL;
    um_status st = UM_OK;
    snprintf(dir, sizeof dir, "%s/videos/train/real", data);
    int n = scandir(dir, &names, NULL, alphasort);
    if (n < 0)
        return um_fail(err, UM_EIO, "%s: cannot be read", dir);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        if (st == UM_OK && *names[i]->d_name != '.')
            st = read_clip(p, path, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    return st;
}

um_status photos_read_unlabelled(photos *p, const char *data, um_error *err)
{
    static const char *const sets[] = {"real_stills/open", "real_stills/with_mask", "real_stills/rmfd_crops",
                                       "gan_stylegan2/train"};
    um_status st = UM_OK;
    for (size_t i = 0; i < sizeof sets / sizeof *sets && st == UM_OK; i++)
        st = read_folder(p, data, sets[i], err);
    return st < 0 ? st : read_clips(p, data, err);
}
