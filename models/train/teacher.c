/* SPDX-License-Identifier: GPL-3.0-or-later */
/* teacher.c: boxes that several foreign detectors agree on. */
#include "teacher.h"
#include "base/base.h"
#include "faces/detect.h"
#include "media/geometry.h"
#include "networks/store.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_FACES = 512, LINE = 1 << 17 };
static const float FIRST_SCORE = .5f, SECOND_SCORE = .5f, AGREE = .5f, SAME = .4f, SMALLEST = 8;

typedef struct teachers {
    um_network_store *networks;
    um_net *first, *second;
    um_found_list seen, check;
} teachers;

/* What the two teachers see: faces with `ignore` where they disagree. */
static um_status ask(teachers *t, const um_image *rgb, photo_face *faces, int *n, um_error *err)
{
    um_detect_plan plan = {.min_side_px = 10, .score_min = FIRST_SCORE};
    *n = 0;
    um_status st = um_detect(t->first, rgb, &plan, &t->seen, err);
    plan.score_min = SECOND_SCORE;
    if (st < 0 || (t->seen.n && (st = um_detect(t->second, rgb, &plan, &t->check, err)) < 0))
        return st;
    for (int i = 0; i < t->seen.n && *n < MOST_FACES; i++) {
        const um_found *f = &t->seen.v[i];
        photo_face *to = &faces[(*n)++];
        *to = (photo_face){.box = f->box, .has_five = f->has_five, .ignore = true};
        memcpy(to->five, f->five, sizeof to->five);
        for (int k = 0; k < t->check.n; k++)
            to->ignore = to->ignore && um_rect_iou(f->box, t->check.v[k].box) < AGREE;
    }
    return UM_OK;
}

static um_status write_answer(FILE *f, const char *name, const photo_face *faces, int n)
{
    fprintf(f, "%s\t%d", name, n);
    for (int i = 0; i < n; i++) {
        const photo_face *q = &faces[i];
        fprintf(f, "\t%d %.2f %.2f %.2f %.2f", q->ignore, q->box.x, q->box.y, q->box.w, q->box.h);
        for (int k = 0; k < 5; k++)
            fprintf(f, " %.2f %.2f", q->five[k].x, q->five[k].y);
    }
    return fprintf(f, "\n") < 0 ? UM_EIO : UM_OK;
}

/* The answer for `name` when it is the next line of the cache: files are asked in the same order. */
static bool read_answer(FILE *f, char *line, const char *name, photo_face *faces, int *n)
{
    size_t length = strlen(name);
    if (!f || !fgets(line, LINE, f) || strncmp(line, name, length) != 0 || line[length] != '\t')
        return false;
    char *p = line + length;
    *n = (int)strtol(p, &p, 10);
    if (*n < 0 || *n > MOST_FACES)
        return false;
    for (int i = 0; i < *n; i++) {
        photo_face *q = &faces[i];
        memset(q, 0, sizeof *q);
        q->ignore = strtol(p, &p, 10) != 0;
        float *v[] = {&q->box.x, &q->box.y, &q->box.w, &q->box.h};
        for (int k = 0; k < 4; k++)
            *v[k] = strtof(p, &p);
        for (int k = 0; k < 5; k++) {
            q->five[k].x = strtof(p, &p);
            q->five[k].y = strtof(p, &p);
        }
        q->has_five = true;
    }
    return true;
}

static um_status merge(photo *p, const photo_face *seen, int n, teacher_counts *counts, um_error *err)
{
    int annotated = p->n_faces;
    photo_face *all = um_calloc((size_t)(annotated + n) + 1, sizeof *all);
    if (!all)
        return um_fail_oom(err);
    if (annotated)
        memcpy(all, p->faces, (size_t)annotated * sizeof *all);
    free(p->faces);
    p->faces = all;
    bool taken[MOST_FACES] = {false};
    for (int k = 0; k < annotated; k++) {
        int best = -1;
        for (int i = 0; i < n; i++)
            if (!taken[i] && um_rect_iou(all[k].box, seen[i].box) > SAME &&
                (best < 0 || um_rect_iou(all[k].box, seen[i].box) > um_rect_iou(all[k].box, seen[best].box)))
                best = i;
        if (best < 0) {
            counts->alone++;
            all[k].ignore |= p->labels == LABELS_HEADS;
            continue;
        }
        taken[best] = true;
        counts->confirmed++;
        all[k].box = seen[best].box;
        if (!all[k].has_five) {
            memcpy(all[k].five, seen[best].five, sizeof all[k].five);
            all[k].has_five = seen[best].has_five;
        }
    }
    for (int i = 0; i < n; i++) {
        if (taken[i])
            continue;
        all[p->n_faces] = seen[i];
        if (fminf(seen[i].box.w, seen[i].box.h) < SMALLEST || p->labels != LABELS_SOME)
            all[p->n_faces].ignore = true;
        (all[p->n_faces].ignore ? &counts->doubted : &counts->believed)[0]++;
        p->n_faces++;
    }
    return UM_OK;
}

um_status teach_faces(photos *p, const char *models, const char *cache, teacher_counts *counts, um_error *err)
{
    teachers t = {0};
    photo_face seen[MOST_FACES];
    um_file out = {0};
    char *line = malloc(LINE);
    FILE *before = fopen(cache, "r");
    um_status st = line ? um_file_create(&out, cache, err) : um_fail_oom(err);
    memset(counts, 0, sizeof *counts);
    for (int i = 0; i < p->n && st == UM_OK; i++) {
        int n = 0;
        if (!read_answer(before, line, p->photo[i].name, seen, &n)) {
            if (before)
                fclose(before);
            before = NULL; /* from here on the cache is of other files */
            if (!t.networks &&
                ((st = um_network_store_new(&t.networks, models, NULL, err)) < 0 ||
                 (st = um_network_store_named(&t.first, t.networks, "yunet_n_640", err)) < 0 ||
                 (st = um_network_store_named(&t.second, t.networks, "retinaface_mnet025_640", err)) < 0))
                break;
            st = ask(&t, p->photo[i].rgb, seen, &n, err);
        }
        if (st == UM_OK && (st = write_answer(out.f, p->photo[i].name, seen, n)) < 0)
            um_fail(err, st, "%s: cannot be written", cache);
        if (st == UM_OK)
            st = merge(&p->photo[i], seen, n, counts, err);
    }
    if (before)
        fclose(before);
    if (st == UM_OK)
        st = um_file_commit(&out, err);
    um_file_abandon(&out);
    um_network_store_free(&t.networks);
    free(t.seen.v);
    free(t.check.v);
    free(line);
    return st;
}
