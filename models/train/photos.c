/* SPDX-License-Identifier: GPL-3.0-or-later */
/* photos.c: the annotated photos of the training data. */
#include "photos.h"
#include "base/base.h"
#include "base/numbers.h"
#include "degrade/random.h"
#include "faces/landmarks.h"
#include "media/geometry.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

enum { MOST_PHOTOS = 100000, LINE = 16384, VALIDATION_OF = 12 };
static const float TRACKED = .5f; /* trust in points that a tracker set */

/* iBUG order */
const unsigned char mirrored_point[UM_N_LANDMARKS] = {
    16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,  26, 25, 24, 23, 22, 21,
    20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36,
    41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65};

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

um_status photos_add(photos *p, photo_source source, const char *name, bool validation, um_image *rgb,
                     const photo_face *faces, int n, um_error *err)
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
    *q = (photo){.source = source, .validation = validation, .rgb = rgb, .n_faces = n, .faces = copy};
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

static bool is_validation(photo_source source, const char *name)
{
    const char *file = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    size_t n = strlen(file);
    if (source == PHOTO_YOUTUBE && strrchr(file, '_')) /* yt_p0001_v2.jpg: the person */
        n = (size_t)(strrchr(file, '_') - file);
    return um_hash(file, n) % VALIDATION_OF == 0;
}

/* One row of annotations.tsv: file, size, box, split, scheme, points. False: a row of another split. */
static bool read_row(char *line, const char *split, char *file, size_t size, photo_face *face)
{
    char *rest = NULL, *field = strtok_r(line, "\t\n", &rest);
    float *box = &face->box.x, *point = &face->points[0].x;
    bool wanted = false;
    int i = 0;
    memset(face, 0, sizeof *face);
    for (; field; i++, field = strtok_r(NULL, "\t\n", &rest)) {
        if (i == 0)
            snprintf(file, size, "%s", field);
        else if (i >= 3 && i <= 6)
            box[i - 3] = strtof(field, NULL);
        else if (i == 7)
            wanted = !strcmp(field, split);
        else if (i >= 9 && i < 9 + 2 * UM_N_LANDMARKS)
            point[i - 9] = strtof(field, NULL);
    }
    face->has_points = i == 9 + 2 * UM_N_LANDMARKS;
    if (face->has_points) {
        face->box = face_box_of_points(face->points);
        um_landmarks_five(face->five, face->points);
        face->has_five = true;
    }
    return wanted && i >= 9;
}

static um_status finish(photos *p, photo_source source, const char *dir, const char *file,
                        const photo_face *faces, int n, um_error *err)
{
    char path[1024];
    um_image *rgb;
    um_error why;
    if (!n)
        return UM_OK;
    snprintf(path, sizeof path, "%s/%s", dir, file);
    if (photo_load(&rgb, path, &why) < 0) {
        p->n_damaged++;
        return UM_OK;
    }
    return photos_add(p, source, file, is_validation(source, file), rgb, faces, n, err);
}

static um_status read_set(photos *p, const char *data, const char *set, const char *split,
                          photo_source source, um_error *err)
{
    enum { MOST = 64 };
    char dir[512], path[600], file[256] = "", before[256] = "", *line = malloc(LINE);
    photo_face faces[MOST];
    int n = 0;
    um_status st = UM_OK;
    snprintf(dir, sizeof dir, "%s/%s", data, set);
    snprintf(path, sizeof path, "%s/annotations.tsv", dir);
    FILE *f = fopen(path, "r");
    if (!f || !line) {
        free(line);
        if (f)
            fclose(f);
        return um_fail(err, UM_EIO, "%s: cannot be read", path);
    }
    while (st == UM_OK && fgets(line, LINE, f)) {
        photo_face face;
        if (!read_row(line, split, file, sizeof file, &face))
            continue;
        for (int k = 0; k < UM_N_LANDMARKS && face.has_points; k++)
            face.sure[k] = source == PHOTO_HELEN ? 1 : TRACKED;
        if (strcmp(file, before) != 0) { /* the rows of a photo follow each other */
            st = finish(p, source, dir, before, faces, n, err);
            n = 0;
            snprintf(before, sizeof before, "%s", file);
        }
        if (n < MOST)
            faces[n++] = face;
    }
    if (st == UM_OK)
        st = finish(p, source, dir, before, faces, n, err);
    fclose(f);
    free(line);
    return st;
}

typedef struct set {
    const char *name, *split;
    photo_source source;
} set;

static um_status read_sets(photos *out, const char *data, const set *sets, int n, um_error *err)
{
    um_status st = UM_OK;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < n && st == UM_OK; i++)
        st = read_set(out, data, sets[i].name, sets[i].split, sets[i].source, err);
    if (st < 0)
        photos_free(out);
    return st;
}

um_status photos_read(photos *out, const char *data, um_error *err)
{
    static const set sets[] = {{"helen_afw68", "train", PHOTO_HELEN},
                               {"ytfaces68", "train", PHOTO_YOUTUBE},
                               {"dlib_boxes", "train", PHOTO_BOXES}};
    return read_sets(out, data, sets, 3, err);
}

um_status photos_read_test(photos *out, const char *data, um_error *err)
{
    static const set sets[] = {{"helen_afw68", "test", PHOTO_HELEN}, {"dlib_boxes", "test", PHOTO_BOXES}};
    return read_sets(out, data, sets, 2, err);
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

bool is_training_negative(const char *name)
{
    return um_hash(name, strlen(name)) >> 16 & 1; /* the low bits choose validation */
}

static um_status read_empty(void *user, const char *path, const char *name, um_error *err)
{
    um_image *rgb;
    if (!is_training_negative(name))
        return UM_OK;
    um_status st = photo_load(&rgb, path, err);
    return st < 0 ? st
                  : photos_add(user, PHOTO_EMPTY, name, is_validation(PHOTO_EMPTY, name), rgb, NULL, 0, err);
}

um_status photos_read_empty(photos *p, const char *data, um_error *err)
{
    char dir[512];
    snprintf(dir, sizeof dir, "%s/negatives_bsds/images", data);
    return each_file(dir, read_empty, p, err);
}
