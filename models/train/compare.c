/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.c: our detector beside others on the same annotated photos. */
#include "compare.h"
#include "base/base.h"
#include "faces/detect.h"
#include "faces/landmarks.h"
#include "media/geometry.h"
#include "networks/store.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

static const float LEAST_SCORE = .02f;
static const float RIGHT = .5f, RIGHT_BOXES = .4f; /* IoU; of `boxes`, whose sets draw boxes differently */
static const float ALARM = .2f;             /* a box that meets no labelled face by more is a false alarm */
static const float SMALLEST = 16;           /* pixels: smaller faces are not labelled throughout */
static const float allowed[] = {.1f, .01f}; /* false alarms per picture without faces */
enum { FRAMES_OF_CLIP = 8, N_ALLOWED = sizeof allowed / sizeof *allowed, N_SIZES = 3, MOST_SETS = 16 };
static const float size_from[N_SIZES] = {16, 32, 64};

typedef struct scores {
    float *v;
    int n;
    size_t capacity;
} scores;

static um_status keep(scores *s, float v, um_error *err)
{
    if (!um_grow(&s->v, &s->capacity, (size_t)s->n + 1, 1 << 24, sizeof *s->v))
        return um_fail_oom(err);
    s->v[s->n++] = v;
    return UM_OK;
}

static int falling(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

static int above(const scores *s, float least)
{
    int n = 0;
    for (int i = 0; i < s->n; i++)
        n += s->v[i] >= least;
    return n;
}

typedef struct detector {
    um_net *net, *landmarks; /* what these do not believe is dropped; NULL: nothing is */
    um_found_list list;
    double seconds;
    int looks;
} detector;

/* As a finder of faces does it: what is found is looked at, and dropped if it is no face. */
static um_status drop_unbelieved(detector *d, const um_image *rgb, um_error *err)
{
    int kept = 0;
    for (int i = 0; i < d->list.n; i++) {
        um_found *f = &d->list.v[i];
        um_face face = {0};
        um_landmarks seen;
        if (f->score < d->net->man.decoder.score_min)
            continue;
        um_face_cut cut = {.frame = rgb};
        memcpy(face.five, f->five, sizeof face.five);
        um_status st =
            um_landmarks_find(d->landmarks, &cut, f->box, f->has_five ? um_eye_angle(&face) : 0, &seen, err);
        um_face_cut_end(&cut);
        if (st < 0)
            return st;
        face.confidence = seen.confidence;
        if (um_face_believed(&face))
            d->list.v[kept++] = *f;
    }
    d->list.n = kept;
    return UM_OK;
}

static um_status detect(detector *d, const um_image *rgb, bool video, um_error *err)
{
    um_detect_plan plan = {.min_side_px = 10, .score_min = LEAST_SCORE, .video = video};
    double start = um_now_s();
    um_status st = um_detect(d->net, rgb, &plan, &d->list, err);
    if (st == UM_OK && d->landmarks)
        st = drop_unbelieved(d, rgb, err);
    d->seconds += um_now_s() - start;
    d->looks++;
    return st;
}

/* What one detector did with the pictures of one set. */
typedef struct tally {
    const char *set;
    int pictures, n_faces;
    scores alarm, hit[N_SIZES]; /* for each labelled face the best score of a box that fits it; 0: none */
} tally;

/* What it did with all of them. */
typedef struct record {
    detector d;
    tally set[MOST_SETS];
    int n_sets;
    scores frames;
} record;

static void record_free(record *r)
{
    for (int i = 0; i < r->n_sets; i++) {
        free(r->set[i].alarm.v);
        for (int k = 0; k < N_SIZES; k++)
            free(r->set[i].hit[k].v);
    }
    free(r->frames.v);
    free(r->d.list.v);
}

static tally *tally_of(record *r, const char *set)
{
    for (int i = 0; i < r->n_sets; i++)
        if (!strcmp(r->set[i].set, set))
            return &r->set[i];
    if (r->n_sets == MOST_SETS)
        return NULL;
    r->set[r->n_sets].set = set;
    return &r->set[r->n_sets++];
}

static float size_of(um_rect b)
{
    return sqrtf(fmaxf(0, b.w * b.h));
}

static um_status judge_face(tally *t, const um_found_list *found, const photo *q, um_rect box, um_error *err)
{
    float size = size_of(box), best = 0, right = !strncmp(q->set, "boxes/", 6) ? RIGHT_BOXES : RIGHT;
    int bucket = N_SIZES - 1;
    if (size < SMALLEST && q->labels == LABELS_ALL)
        return UM_OK;
    while (bucket > 0 && size < size_from[bucket])
        bucket--;
    for (int k = 0; k < found->n; k++)
        if (um_rect_iou(found->v[k].box, box) >= right)
            best = fmaxf(best, found->v[k].score);
    t->n_faces++;
    return keep(&t->hit[bucket], best, err);
}

static um_status judge(record *r, const photo *q, um_error *err)
{
    tally *t = tally_of(r, q->set);
    um_status st =
        t ? detect(&r->d, q->rgb, false, err) : um_fail(err, UM_EINTERNAL, "more sets than places");
    if (st < 0)
        return st;
    t->pictures++;
    for (int f = 0; f < q->n_faces && st == UM_OK; f++)
        st = judge_face(t, &r->d.list, q, q->faces[f].box, err);
    for (int k = 0; k < r->d.list.n && q->labels == LABELS_ALL && st == UM_OK; k++) {
        const um_found *d = &r->d.list.v[k];
        bool face = size_of(d->box) < SMALLEST && q->n_faces;
        for (int f = 0; f < q->n_faces; f++)
            face |= um_rect_iou(d->box, q->faces[f].box) > ALARM;
        if (!face)
            st = keep(&t->alarm, d->score, err);
    }
    return st;
}

/* The best score in some frames of each real clip: each shows a person. */
static um_status see_clip(void *user, const char *path, const char *name, um_error *err)
{
    record *r = user;
    um_source *s = NULL;
    um_source_options opt = {.want = UM_WANT_RGB, .threads = 2};
    um_moment *m = NULL;
    um_error why;
    um_status st = UM_OK;
    if (um_source_open(&s, path, &opt, &why) < 0)
        return UM_OK;
    double step = um_source_media(s)->duration_s / FRAMES_OF_CLIP, next = 0;
    while (st == UM_OK && um_source_next(&m, s, &why) == UM_OK) {
        if (m->frame && m->t_s >= next) {
            float best = 0;
            next = m->t_s + step;
            st = detect(&r->d, m->frame->rgb, true, err);
            for (int k = 0; k < r->d.list.n; k++)
                best = fmaxf(best, r->d.list.v[k].score);
            if (st == UM_OK)
                st = keep(&r->frames, best, err);
        }
        um_moment_free(&m);
    }
    um_moment_free(&m);
    um_source_close(&s);
    return st;
}

static double percent(int part, int whole)
{
    return whole ? 100. * part / whole : 0;
}

/* The least score that leaves at most `per_picture` false alarms in the pictures without faces. */
static um_status score_at(float *out, const record *r, float per_picture, um_error *err)
{
    scores all = {0};
    int pictures = 0;
    um_status st = UM_OK;
    for (int i = 0; i < r->n_sets; i++)
        for (int k = -1; k < r->set[i].alarm.n && !r->set[i].n_faces && st == UM_OK; k++) {
            if (k < 0)
                pictures += r->set[i].pictures;
            else
                st = keep(&all, r->set[i].alarm.v[k], err);
        }
    if (all.n)
        qsort(all.v, (size_t)all.n, sizeof *all.v, falling);
    int most = (int)(per_picture * (float)pictures);
    *out = most < all.n ? all.v[most] + 1e-6f : LEAST_SCORE;
    free(all.v);
    return st;
}

static void print_row(const char *name, const record *r, float least, double ms)
{
    printf("%-24s %.3f %5.1f", name, least, percent(above(&r->frames, least), r->frames.n));
    for (int i = 0; i < r->n_sets; i++) {
        const tally *t = &r->set[i];
        int seen[N_SIZES], n = 0;
        for (int k = 0; k < N_SIZES; k++)
            n += seen[k] = above(&t->hit[k], least);
        printf(" | %s", strrchr(t->set, '/') ? strrchr(t->set, '/') + 1 : t->set);
        if (t->n_faces)
            printf(" %.1f", percent(n, t->n_faces));
        for (int k = 0; k < N_SIZES && t->n_faces; k++)
            printf("%s%.1f", k ? "/" : " (", percent(seen[k], t->hit[k].n));
        printf("%s", t->n_faces ? ")" : "");
        printf(" +%.1f", percent(above(&t->alarm, least), t->pictures));
    }
    printf(" | %.0f ms\n", ms);
}

static um_status examine(record *r, const photos *p, const char *data, bool choosing, um_error *err)
{
    char dir[512];
    um_status st = UM_OK;
    for (int i = 0; i < p->n && st == UM_OK; i++)
        st = judge(r, &p->photo[i], err);
    for (int k = 0; k < (choosing ? 1 : 2) && st == UM_OK; k++) {
        snprintf(dir, sizeof dir, "%s/videos/%s/real", data, k ? "dev" : "train");
        st = each_file(dir, see_clip, r, err);
    }
    return st;
}

static um_status compare_one(const photos *p, const char *data, const char *teachers, const char *name,
                             const char *landmarks, bool choosing, um_error *err)
{
    record r = {0};
    um_network_store *networks = NULL;
    char title[80];
    um_status st = um_network_store_new(&networks, teachers, NULL, err);
    if (st == UM_OK)
        st = um_network_store_named(&r.d.net, networks, name, err);
    if (st == UM_OK && landmarks)
        st = um_network_store_named(&r.d.landmarks, networks, landmarks, err);
    if (st == UM_OK && landmarks && !*r.d.landmarks->man.landmarks.extra.text)
        goto done; /* says of nothing that it is no face */
    if (st == UM_OK)
        st = examine(&r, p, data, choosing, err);
    double ms = 1e3 * r.d.seconds / (r.d.looks ? r.d.looks : 1);
    for (int k = 0; k < N_ALLOWED && !landmarks && st == UM_OK; k++) {
        float least;
        if ((st = score_at(&least, &r, allowed[k], err)) == UM_OK) {
            printf("%.2f ", allowed[k]);
            print_row(name, &r, least, ms);
        }
    }
    snprintf(title, sizeof title, "%s%s%s", name, landmarks ? " + " : "", landmarks ? landmarks : "");
    if (st == UM_OK) {
        printf("own  ");
        print_row(title, &r, r.d.net->man.decoder.score_min, ms);
    }
    fflush(stdout);
done:
    um_network_store_free(&networks);
    record_free(&r);
    return st;
}

um_status compare_detectors(const photos *p, const char *data, const char *teachers, const compared *c,
                            bool choosing, um_error *err)
{
    um_status st = UM_OK;
    printf("Recall in percent at so many false alarms per picture without faces, and at the manifest's own "
           "score: frames of\nreal clips; per set all faces (16 to 32 / 32 to 64 / more pixels), + false "
           "alarms per 100 pictures; with\nlandmarks: without what these do not believe to be faces\n");
    for (int i = 0; i < c->n_detectors && st == UM_OK; i++) {
        st = compare_one(p, data, teachers, c->detector[i], NULL, choosing, err);
        for (int k = 0; k < c->n_landmarks && st == UM_OK; k++)
            st = compare_one(p, data, teachers, c->detector[i], c->landmarks[k], choosing, err);
    }
    return st;
}
