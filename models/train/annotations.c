/* SPDX-License-Identifier: GPL-3.0-or-later */
/* annotations.c: annotations.tsv of the sets, each with its own convention of what a face's box is. */
#include "base/base.h"
#include "faces/landmarks.h"
#include "photos.h"
#include <stdlib.h>
#include <string.h>

enum { LINE = 16384, MOST_FACES = 1024 };
static const float TRACKED = .5f; /* trust in points that a tracker set */

/* A set's boxes beside ours (forehead to chin, ear to ear), by the data's README: so much wider and higher,
 * and the top so much of our height below ours. */
typedef struct convention {
    float wide, high, lower;
} convention;

typedef struct set {
    const char *name, *split;
    photo_source source;
    photo_labels labels;
    convention box;
} set;

static const convention ours = {1, 1, 0}, tight = {.99f, .94f, .07f}, loose = {1.30f, 1.19f, -.14f},
                        /* heads with hair: the README's factor; where the face lies in them is guessed */
    head = {1.35f, 1.35f, -.3f};

typedef struct row {
    char file[256];
    photo_face face;
    bool boxed, facelike;
} row;

static const char *next_field(char **rest)
{
    const char *field = strsep(rest, "\t\n");
    return field ? field : "";
}

static um_rect in_our_convention(um_rect b, const convention *c)
{
    float w = b.w / c->wide, h = b.h / c->high;
    return (um_rect){b.x + (b.w - w) / 2, b.y - c->lower * h, w, h};
}

/* file, size, box, split, scheme, points. False: a row of another split. */
static bool read_row(char *line, const set *s, row *r)
{
    char *rest = line;
    photo_face *f = &r->face;
    float *box = &f->box.x, *point = &f->points[0].x;
    int i = 0;
    memset(r, 0, sizeof *r);
    snprintf(r->file, sizeof r->file, "%s", next_field(&rest));
    next_field(&rest);
    next_field(&rest);
    for (int k = 0; k < 4; k++)
        box[k] = strtof(next_field(&rest), NULL);
    bool wanted = !strcmp(next_field(&rest), s->split);
    const char *scheme = next_field(&rest);
    r->boxed = strcmp(scheme, "none") != 0;
    r->facelike = !strcmp(scheme, "facelike");
    for (; rest && *rest && i < 2 * UM_N_LANDMARKS; i++)
        point[i] = strtof(next_field(&rest), NULL);
    f->box = in_our_convention(f->box, &s->box);
    f->has_points = i == 2 * UM_N_LANDMARKS;
    for (int k = 0; k < UM_N_LANDMARKS && f->has_points; k++)
        f->sure[k] = s->source == PHOTO_HELEN ? 1 : TRACKED;
    if (f->has_points) {
        f->box = face_box_of_points(f->points);
        um_landmarks_five(f->five, f->points);
        f->has_five = true;
    }
    return wanted;
}

/* The photo of one or more rows. */
static um_status finish(photos *p, const set *s, const char *dir, const char *file, const photo_face *faces,
                        int n, um_error *err)
{
    char path[1024];
    um_image *rgb;
    um_error why;
    snprintf(path, sizeof path, "%s/%s", dir, file);
    if (photo_load(&rgb, path, &why) < 0) {
        p->n_damaged++;
        return UM_OK;
    }
    um_status st =
        photos_add(p, s->source, s->name, file, photo_is_validation(s->source, file), rgb, faces, n, err);
    if (st == UM_OK)
        p->photo[p->n - 1].labels = s->labels;
    return st;
}

static um_status read_set(photos *p, const char *data, const set *s, um_error *err)
{
    char dir[512], path[600], file[256] = "", *line = malloc(LINE);
    photo_face *faces = um_calloc(MOST_FACES, sizeof *faces);
    row r;
    int n = 0;
    um_status st = line && faces ? UM_OK : um_fail_oom(err);
    snprintf(dir, sizeof dir, "%s/%s", data, s->name);
    snprintf(path, sizeof path, "%s/annotations.tsv", dir);
    FILE *f = fopen(path, "r");
    if (st == UM_OK && !f)
        st = um_fail(err, UM_EIO, "%s: cannot be read", path);
    while (st == UM_OK && fgets(line, LINE, f)) {
        if (!read_row(line, s, &r) || r.facelike) /* such photos neither show faces nor are without */
            continue;
        if (strcmp(r.file, file) != 0) { /* the rows of a photo follow each other */
            if (*file)
                st = finish(p, s, dir, file, faces, n, err);
            n = 0;
            snprintf(file, sizeof file, "%s", r.file);
        }
        if (r.boxed && n < MOST_FACES)
            faces[n++] = r.face;
    }
    if (st == UM_OK && *file)
        st = finish(p, s, dir, file, faces, n, err);
    if (f)
        fclose(f);
    free(faces);
    free(line);
    return st;
}

static um_status read_sets(photos *out, const char *data, const set *sets, size_t n, um_error *err)
{
    um_status st = UM_OK;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n && st == UM_OK; i++)
        st = read_set(out, data, &sets[i], err);
    if (st < 0)
        photos_free(out);
    return st;
}

um_status photos_read(photos *out, const char *data, um_error *err)
{
    const set sets[] = {{"helen_afw68", "train", PHOTO_HELEN, LABELS_SOME, ours},
                        {"ytfaces68", "train", PHOTO_YOUTUBE, LABELS_SOME, ours},
                        {"dlib_boxes", "train", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/ilc_mask", "train", PHOTO_BOXES, LABELS_ALL, tight},
                        {"boxes/wider_val", "train", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/caltech_faces", "train", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/driver", "train", PHOTO_BOXES, LABELS_HEADS, head},
                        {"boxes/heads", "train", PHOTO_BOXES, LABELS_HEADS, head},
                        {"boxes/neg_caltech", "train", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/neg_cars", "train", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/neg_fabric", "train", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/neg_hands", "train", PHOTO_BOXES, LABELS_ALL, ours}};
    return read_sets(out, data, sets, sizeof sets / sizeof *sets, err);
}

um_status photos_read_test(photos *out, const char *data, um_error *err)
{
    const set sets[] = {{"helen_afw68", "test", PHOTO_HELEN, LABELS_SOME, ours},
                        {"dlib_boxes", "test", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/macwin_mask", "dev", PHOTO_BOXES, LABELS_ALL, loose},
                        {"boxes/yale_grey", "dev", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/neg_raccoon", "dev", PHOTO_BOXES, LABELS_ALL, ours},
                        {"boxes/neg_text", "dev", PHOTO_BOXES, LABELS_ALL, ours}};
    return read_sets(out, data, sets, sizeof sets / sizeof *sets, err);
}
