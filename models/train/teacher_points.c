/* SPDX-License-Identifier: GPL-3.0-or-later */
/* teacher_points.c: landmarks by the median of three networks. */
#include "base/base.h"
#include "faces/landmarks.h"
#include "media/geometry.h"
#include "networks/store.h"
#include "teacher.h"
#include <stdlib.h>
#include <string.h>

enum { LINE = 8192, MEASURE_EVERY = 4 };
static const char *const names[] = {"peppa_slim68_160", "tddfa_v2_mb05_lm68", "osf_lm66_224"};
enum { TEACHERS = sizeof names / sizeof *names };
static const float SMALLEST = 36; /* pixels of the box */
static const float APART = .15f;  /* eye distances from the median at which a point is no longer believed */
static const float ENOUGH = .8f;  /* share of believed points below which the face is left out */
static const float TRUST = .4f, TRUST_LIDS = .1f; /* the teachers were hardly shown closed eyes */

static float middle(float a, float b, float c)
{
    return fmaxf(fminf(a, b), fminf(fmaxf(a, b), c));
}

static bool is_lid(int i)
{
    return i >= 36 && i < 48;
}

/* False when too few points are agreed on. */
static bool agree(photo_face *f, const um_landmarks seen[TEACHERS])
{
    int believed = 0;
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        f->points[i] = (um_point){middle(seen[0].points[i].x, seen[1].points[i].x, seen[2].points[i].x),
                                  middle(seen[0].points[i].y, seen[1].points[i].y, seen[2].points[i].y)};
    float eyes = um_point_distance(f->points[36], f->points[45]);
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        float d[TEACHERS];
        for (int k = 0; k < TEACHERS; k++)
            d[k] = um_point_distance(seen[k].points[i], f->points[i]);
        /* two of three within the limit: the third may be wrong */
        bool sure = middle(d[0], d[1], d[2]) < APART * eyes;
        f->sure[i] = !sure ? 0 : is_lid(i) ? TRUST_LIDS : TRUST;
        believed += sure;
    }
    return (float)believed >= ENOUGH * UM_N_LANDMARKS;
}

static um_status ask(um_network_store **networks, const char *models, const um_image *rgb, photo_face *f,
                     bool *sure, um_error *err)
{
    um_landmarks seen[TEACHERS];
    float angle_rad = f->has_five ? atan2f(f->five[1].y - f->five[0].y, f->five[1].x - f->five[0].x) : 0;
    um_face_cut cut = {.frame = rgb};
    um_status st = *networks ? UM_OK : um_network_store_new(networks, models, NULL, err);
    for (int k = 0; k < TEACHERS && st == UM_OK; k++) {
        um_net *net;
        if ((st = um_network_store_named(&net, *networks, names[k], err)) == UM_OK)
            st = um_landmarks_find(net, &cut, f->box, angle_rad, &seen[k], err);
    }
    um_face_cut_end(&cut);
    if (st == UM_OK)
        *sure = agree(f, seen);
    return st;
}

static bool is_asked(const photo *q, const photo_face *f)
{
    return !q->validation && (q->source == PHOTO_STILL || q->source == PHOTO_BOXES) && !f->has_points &&
           !f->ignore && fminf(f->box.w, f->box.h) >= SMALLEST;
}

static void write_answer(FILE *f, const char *name, int face, const photo_face *q, bool sure)
{
    fprintf(f, "%s\t%d\t%d\t", name, face, sure);
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        fprintf(f, "%.2f %.2f %.1f ", q->points[i].x, q->points[i].y, q->sure[i]);
    fprintf(f, "\n");
}

/* The answer when it is the next line of the cache. */
static bool read_answer(FILE *f, char *line, const char *name, int face, photo_face *q, bool *sure)
{
    size_t n = strlen(name);
    if (!f || !fgets(line, LINE, f) || strncmp(line, name, n) != 0 || line[n] != '\t')
        return false;
    char *p = line + n;
    if (strtol(p, &p, 10) != face)
        return false;
    *sure = strtol(p, &p, 10) != 0;
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        q->points[i].x = strtof(p, &p);
        q->points[i].y = strtof(p, &p);
        q->sure[i] = strtof(p, &p);
        if (!(isfinite(q->points[i].x) && isfinite(q->points[i].y) && q->sure[i] >= 0 && q->sure[i] <= 1))
            return false;
    }
    return true;
}

/* How far such labels are from points set by hand. */
static um_status measure(um_network_store **networks, const photos *p, const char *models,
                         teacher_points_counts *counts, um_error *err)
{
    um_status st = UM_OK;
    for (int i = 0; i < p->n && st == UM_OK; i += MEASURE_EVERY) {
        const photo *q = &p->photo[i];
        if (q->source != PHOTO_HELEN || !q->n_faces || !q->faces[0].has_points)
            continue;
        photo_face f = q->faces[0];
        bool sure;
        double sum = 0, n = 0;
        if ((st = ask(networks, models, q->rgb, &f, &sure, err)) < 0 || !sure)
            continue;
        const um_point *want = q->faces[0].points;
        for (int k = 0; k < UM_N_LANDMARKS; k++)
            if (f.sure[k] > 0) {
                sum += um_point_distance(f.points[k], want[k]);
                n++;
            }
        counts->error += 100 * sum / n / fmaxf(um_point_distance(want[36], want[45]), 1);
        counts->measured++;
    }
    counts->error /= counts->measured ? counts->measured : 1;
    return st;
}

static void take(photo_face *f, const photo_face *answer, bool sure, teacher_points_counts *counts)
{
    counts->asked++;
    if (!sure) {
        counts->dropped++;
        return;
    }
    memcpy(f->points, answer->points, sizeof f->points);
    memcpy(f->sure, answer->sure, sizeof f->sure);
    f->has_points = true;
    counts->labelled++;
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        counts->points += f->sure[i] > 0 ? 1. / UM_N_LANDMARKS : 0;
}

um_status teach_points(photos *p, const char *models, const char *cache, teacher_points_counts *counts,
                       um_error *err)
{
    um_network_store *networks = NULL;
    um_file out = {0};
    char *line = malloc(LINE);
    FILE *before = fopen(cache, "r");
    um_status st = line ? um_file_create(&out, cache, err) : um_fail_oom(err);
    memset(counts, 0, sizeof *counts);
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->photo[i].n_faces && st == UM_OK; k++) {
            photo *q = &p->photo[i];
            photo_face answer = q->faces[k];
            bool sure = false;
            if (!is_asked(q, &q->faces[k]))
                continue;
            if (!read_answer(before, line, q->name, k, &answer, &sure)) {
                if (before)
                    fclose(before);
                before = NULL; /* from here on the cache is of other faces */
                answer = q->faces[k];
                if ((st = ask(&networks, models, q->rgb, &answer, &sure, err)) < 0)
                    break;
            }
            write_answer(out.f, q->name, k, &answer, sure);
            take(&q->faces[k], &answer, sure, counts);
        }
    if (before)
        fclose(before);
    if (st == UM_OK && networks) /* the teachers were asked */
        st = measure(&networks, p, models, counts, err);
    if (st == UM_OK)
        st = um_file_commit(&out, err);
    um_file_abandon(&out);
    counts->points /= counts->labelled ? counts->labelled : 1;
    um_network_store_free(&networks);
    free(line);
    return st;
}
