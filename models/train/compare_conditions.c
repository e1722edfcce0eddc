/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_conditions.c: landmarks on faces that are turned, small, dark, blurred, covered. */
#include "compare_conditions.h"
#include "base/base.h"
#include "degrade/augment.h"
#include "degrade/random.h"
#include "faces/pose.h"
#include "media/geometry.h"
#include "wear.h"
#include <stdlib.h>

/* Every face is cut out with AROUND times its box and brought to FACE pixels, so that a condition means the
 * same for all. */
static const float AROUND = 2, FACE = 160, WRONG = .1f;

typedef void spoil_fn(um_image *m, const um_point *p, rng *r);

static void gray(um_image *m, const um_point *p, rng *r)
{
    augment_gray(m);
}

/* A twelfth of the light, and the noise of reading it out. */
static void dark(um_image *m, const um_point *p, rng *r)
{
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < 3 * m->width; x++) {
            uint8_t *q = m->data + y * m->stride + x;
            *q = (uint8_t)um_clampd(*q / 12. + 2 * rng_normal(r) + .5, 0, 255);
        }
}

/* A camera that moves by a tenth of the face while it exposes. */
static void smear(um_image *m, const um_point *p, rng *r)
{
    enum { LENGTH = 17, MOST = 1024 };
    uint8_t line[MOST];
    for (int y = 0; y < m->height; y++)
        for (int c = 0; c < 3; c++) {
            uint8_t *row = m->data + y * m->stride + c;
            for (int x = 0; x < m->width; x++)
                line[x] = row[3 * x];
            for (int x = LENGTH / 2; x + LENGTH / 2 < m->width; x++) {
                int sum = LENGTH / 2;
                for (int i = -(LENGTH / 2); i <= LENGTH / 2; i++)
                    sum += line[x + i];
                row[3 * x] = (uint8_t)(sum / LENGTH);
            }
        }
}

/* 24 pixels of face. */
static void shrink(um_image *m, const um_point *p, rng *r)
{
    augment_shrink(m, (int)(24 * AROUND), (int)(24 * AROUND));
}

static void mask(um_image *m, const um_point *p, rng *r)
{
    wear_mask(m, p, r);
}

static void glasses(um_image *m, const um_point *p, rng *r)
{
    wear_glasses(m, p, r);
}

static const struct condition {
    const char *name;
    spoil_fn *spoil;
} conditions[] = {{"as it is", NULL},    {"gray", gray}, {"dark", dark},      {"smeared", smear},
                  {"24 pixels", shrink}, {"mask", mask}, {"glasses", glasses}};
enum { CONDITIONS = sizeof conditions / sizeof *conditions };

typedef struct seen {
    double error, lids, confidence, yaw, size;
} seen;

typedef struct seen_list {
    seen *v;
    int n;
} seen_list;

/* The face cut out and spoiled; `f` becomes the same face in it. */
static um_status cut_out(um_image **out, const photo *q, photo_face *f, const struct condition *c, rng *r,
                         um_error *err)
{
    float side = (f->box.w + f->box.h) / 2, s = FACE / side;
    um_rect from = {f->box.x + f->box.w / 2 - AROUND * side / 2, f->box.y + f->box.h / 2 - AROUND * side / 2,
                    AROUND * side, AROUND * side};
    um_status st = um_image_crop_resize(out, q->rgb, from, (int)(AROUND * FACE), (int)(AROUND * FACE), err);
    if (st < 0)
        return st;
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        f->points[i] =
            (um_point){(f->points[i].x + .5f - from.x) * s - .5f, (f->points[i].y + .5f - from.y) * s - .5f};
    f->box = (um_rect){(f->box.x - from.x) * s, (f->box.y - from.y) * s, f->box.w * s, f->box.h * s};
    if (c->spoil)
        c->spoil(*out, f->points, r);
    return UM_OK;
}

static um_status look(seen *out, um_net *net, const photo *q, const photo_face *face,
                      const struct condition *c, rng *r, um_error *err)
{
    photo_face f = *face;
    um_image *rgb = NULL;
    um_landmarks got;
    um_pose pose;
    um_camera camera = um_camera_guess(q->rgb->width, q->rgb->height);
    um_status st = cut_out(&rgb, q, &f, c, r, err);
    if (st == UM_OK)
        st = landmark_find(&got, net, rgb, f.box, err);
    um_image_free(&rgb);
    if (st < 0)
        return st;
    double eyes = landmark_eyes(f.points);
    *out = (seen){.error = landmark_distance(got.points, f.points, 0, UM_N_LANDMARKS) / eyes,
                  .lids = landmark_distance(got.points + 36, f.points + 36, 0, 12) / eyes,
                  .confidence = isnan(got.trust) ? got.confidence : got.trust,
                  .yaw = um_pose_fit(&pose, face->points, NULL, &camera) ? fabs((double)pose.yaw_deg) : 90,
                  .size = (face->box.w + face->box.h) / 2};
    return UM_OK;
}

static void print_part(const char *what, const seen_list *l, double least_yaw, double most_yaw, double least,
                       double most)
{
    double sum = 0, lids = 0;
    int n = 0, wrong = 0;
    for (int i = 0; i < l->n; i++) {
        const seen *s = &l->v[i];
        if (s->yaw < least_yaw || s->yaw >= most_yaw || s->size < least || s->size >= most)
            continue;
        sum += s->error;
        lids += s->lids;
        wrong += s->error > WRONG;
        n++;
    }
    if (n)
        printf("  %-18s %5d %7.2f %7.2f %7.1f %%\n", what, n, 100 * sum / n, 100 * lids / n,
               100. * wrong / n);
}

static int by_confidence(const void *a, const void *b)
{
    double x = ((const seen *)a)->confidence, y = ((const seen *)b)->confidence;
    return (x > y) - (x < y);
}

static int by_error(const void *a, const void *b)
{
    double x = ((const seen *)a)->error, y = ((const seen *)b)->error;
    return (x > y) - (x < y);
}

/* Confidence: that the points are right, or where the network does not say that, that this is a face.
 * Spearman's correlation of error and confidence, and what confidence below one half catches. */
static void print_confidence(const seen_list *l)
{
    int n = l->n, wrong = 0, caught = 0, blamed = 0, tenth = n / 10;
    double unsure = 0, sum = 0, d2 = 0;
    qsort(l->v, (size_t)n, sizeof *l->v, by_error);
    for (int i = 0; i < n; i++)
        l->v[i].size = i; /* the rank by error */
    qsort(l->v, (size_t)n, sizeof *l->v, by_confidence);
    for (int i = 0; i < n; i++) {
        bool bad = l->v[i].error > WRONG, doubted = l->v[i].confidence < .5;
        d2 += (l->v[i].size - i) * (l->v[i].size - i);
        sum += l->v[i].error / n;
        unsure += i < tenth ? l->v[i].error / tenth : 0;
        wrong += bad;
        caught += bad && doubted;
        blamed += !bad && doubted;
    }
    printf(
        "  confidence: rank correlation with the error %.2f; least sure tenth %.2f %% (all %.2f %%); below "
        ".5: %d of %d faces above 10 %%, %d of %d others\n",
        1 - 6 * d2 / ((double)n * ((double)n * n - 1)), 100 * unsure, 100 * sum, caught, wrong, blamed,
        n - wrong);
}

um_status compare_conditions(const photos *p, um_net *net, const char *name, um_error *err)
{
    seen_list all = {0};
    int faces = 0;
    um_status st = UM_OK;
    for (int k = 0; k < p->n; k++)
        for (int f = 0; f < p->photo[k].n_faces; f++)
            faces += p->photo[k].faces[f].has_points;
    if (!(all.v = um_calloc((size_t)faces * CONDITIONS + 1, sizeof *all.v)))
        return um_fail_oom(err);
    printf("%s, faces brought to %.0f pixels\n  %-18s %5s %7s %7s %9s\n", name, (double)FACE, "", "faces",
           "68", "eyelids", "above 10");
    for (int c = 0; c < CONDITIONS && st == UM_OK; c++) {
        rng r = {1};
        seen_list part = {all.v + all.n, 0};
        for (int k = 0; k < p->n; k++)
            for (int f = 0; f < p->photo[k].n_faces && st == UM_OK; f++)
                if (p->photo[k].faces[f].has_points)
                    st = look(&part.v[part.n++], net, &p->photo[k], &p->photo[k].faces[f], &conditions[c], &r,
                              err);
        print_part(conditions[c].name, &part, 0, 1e9, 0, 1e9);
        if (c == 0) {
            print_part("turned below 20", &part, 0, 20, 0, 1e9);
            print_part("turned 20 to 45", &part, 20, 45, 0, 1e9);
            print_part("turned above 45", &part, 45, 1e9, 0, 1e9);
            print_part("below 100 pixels", &part, 0, 1e9, 0, 100);
            print_part("100 to 200 pixels", &part, 0, 1e9, 100, 200);
            print_part("above 200 pixels", &part, 0, 1e9, 200, 1e9);
        }
        all.n += part.n;
    }
    if (st == UM_OK && all.n && !isnan(all.v[0].confidence))
        print_confidence(&all);
    fflush(stdout);
    free(all.v);
    return st;
}
