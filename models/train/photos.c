/* SPDX-License-Identifier: GPL-3.0-or-later */
/* photos.c: the annotated photos of the training data. */
#include "photos.h"
#include "base/base.h"
#include "base/numbers.h"
#include "degrade/random.h"
#include "media/geometry.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

enum { MOST_PHOTOS = 100000, VALIDATION_OF = 12 };

um_status photo_load(um_image **out, const char *path, um_error *err)
{
    um_source *s = NULL;
    um_source_options opt = {.want = UM_WANT_RGB, .threads = 1};
    um_moment *m = NULL;
    *out = NULL;
    um_status st = um_source_open(&s, path, &opt, err);
    if (st == UM_OK && (st = um_source_next(&m, s, err)) == UM_OK && m->frame)
        *out = um_image_ref(m->frame->rgb);
    else if (st >= 0)
        st = um_fail(err, UM_EFORMAT, "%s: no picture inside", path);
    um_moment_free(&m);
    um_source_close(&s);
    return st;
}

um_status photos_add(photos *p, photo_source source, const char *set, const char *name, bool validation,
                     um_image *rgb, const photo_face *faces, int n, um_error *err)
{
    photo_face *copy = um_calloc((size_t)n + 1, sizeof *copy);
    if (!copy || !um_grow(&p->photo, &p->capacity, (size_t)p->n + 1, MOST_PHOTOS, sizeof *p->photo)) {
        free(copy);
        um_image_free(&rgb);
        return um_fail_oom(err);
    }
    if (n)
        memcpy(copy, faces, (size_t)n * sizeof *faces);
    photo *q = &p->photo[p->n++];
    *q = (photo){
        .set = set, .source = source, .validation = validation, .rgb = rgb, .n_faces = n, .faces = copy};
    snprintf(q->name, sizeof q->name, "%s", name);
    p->bytes += (size_t)rgb->stride * (size_t)rgb->height;
    return UM_OK;
}

void photos_free(photos *p)
{
    for (int i = 0; i < p->n; i++) {
        um_image_free(&p->photo[i].rgb);
        free(p->photo[i].faces);
    }
    free(p->photo);
    memset(p, 0, sizeof *p);
}

um_rect face_box_of_points(const um_point p[UM_N_LANDMARKS])
{
    /* Median of the first teacher's boxes around 1207 hand-set faces (train rows): median IoU 0.88. */
    um_rect b = um_points_box(p, UM_N_LANDMARKS);
    return (um_rect){b.x + .011f * b.w, b.y - .327f * b.h, .968f * b.w, 1.325f * b.h};
}

bool photo_background(um_rect *out, const photo *q, uint64_t *state)
{
    rng r = {*state};
    float least = fminf((float)q->rgb->width, (float)q->rgb->height), s = least * rng_float(&r, .15f, .7f);
    float x = rng_float(&r, 0, (float)q->rgb->width - s), y = rng_float(&r, 0, (float)q->rgb->height - s);
    *out = (um_rect){x, y, s, s};
    *state = r.state;
    for (int i = 0; i < q->n_faces; i++) {
        um_rect b = q->faces[i].box;
        float m = .15f * (b.w + b.h) / 2;
        if (x < b.x + b.w + m && x + s > b.x - m && y < b.y + b.h + m && y + s > b.y - m)
            return false;
    }
    return true;
}

bool photo_is_validation(photo_source source, const char *name)
{
    const char *file = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    size_t n = strlen(file);
    if (source == PHOTO_YOUTUBE && strrchr(file, '_')) /* yt_p0001_v2.jpg: the person */
        n = (size_t)(strrchr(file, '_') - file);
    return um_hash(file, n) % VALIDATION_OF == 0;
}

um_status each_file(const char *dir, each_file_fn *see, void *user, um_error *err)
{
    char path[1024];
    struct dirent **names = NULL;
    um_status st = UM_OK;
    int n = scandir(dir, &names, NULL, alphasort);
    if (n < 0)
        return um_fail(err, UM_EIO, "%s: cannot be read", dir);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        if (st == UM_OK && *names[i]->d_name != '.')
            st = see(user, path, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    return st;
}

static bool is_training_negative(const char *name)
{
    return um_hash(name, strlen(name)) >> 16 & 1; /* the low bits choose validation */
}

/* The half of negatives_bsds that is trained on, or the other. */
typedef struct empty_half {
    photos *p;
    bool training;
} empty_half;

static um_status read_empty(void *user, const char *path, const char *name, um_error *err)
{
    const empty_half *half = user;
    um_image *rgb;
    if (is_training_negative(name) != half->training)
        return UM_OK;
    um_status st = photo_load(&rgb, path, err);
    if (st < 0 || (st = photos_add(half->p, PHOTO_EMPTY, "negatives_bsds", name,
                                   photo_is_validation(PHOTO_EMPTY, name), rgb, NULL, 0, err)) < 0)
        return st;
    if (!half->training) /* three of the training half do show people */
        half->p->photo[half->p->n - 1].labels = LABELS_ALL;
    return UM_OK;
}

um_status photos_read_empty(photos *p, const char *data, bool training, um_error *err)
{
    char dir[512];
    empty_half half = {p, training};
    snprintf(dir, sizeof dir, "%s/negatives_bsds/images", data);
    return each_file(dir, read_empty, &half, err);
}

um_status photos_leave_out(photos *p, const char *sets, um_error *err)
{
    for (int i = 0; i < p->n; i++)
        p->photo[i].validation = false;
    while (*sets) {
        size_t n = strcspn(sets, ",");
        bool any = false;
        for (int i = 0; i < p->n; i++)
            if (strlen(p->photo[i].set) == n && !memcmp(p->photo[i].set, sets, n))
                any = p->photo[i].validation = true;
        if (!any)
            return um_fail(err, UM_EFORMAT, "%.*s: no set of photos", (int)n, sets);
        sets += n + (sets[n] == ',');
    }
    return UM_OK;
}

void photos_group(photos *p)
{
    float sum = 0;
    p->n_groups = 0;
    for (int i = 0; i < p->n && p->n_groups < PHOTO_MOST_GROUPS;) {
        photo_group *g = &p->group[p->n_groups++];
        int faces = 0;
        *g = (photo_group){.first = i};
        for (; i < p->n && p->photo[i].set == p->photo[g->first].set; i++, g->n++)
            faces += p->photo[i].n_faces;
        sum += sqrtf((float)(g->n + faces));
        g->share = sum;
    }
    for (int i = 0; i < p->n_groups; i++)
        p->group[i].share /= sum;
}
