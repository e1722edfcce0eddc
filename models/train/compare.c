/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.c: our detector beside others on the same annotated photos. */
#include "compare.h"
#include "base/base.h"
#include "faces/detect.h"
#include "media/geometry.h"
#include "networks/store.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

static const float LEAST_SCORE = .02f, RIGHT = .5f;
enum { FRAMES_OF_CLIP = 8 };

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
    um_net *net;
    um_found_list list;
    double seconds;
    int looks;
} detector;

static um_status detect(detector *d, const um_image *rgb, bool video, um_error *err)
{
    um_detect_plan plan = {.min_side_px = 10, .score_min = LEAST_SCORE, .video = video};
    double start = um_now_s();
    um_status st = um_detect(d->net, rgb, &plan, &d->list, err);
    d->seconds += um_now_s() - start;
    d->looks++;
    return st;
}

/* What one detector did with one kind of picture. */
typedef struct tally {
    detector *d;
    scores *out;
    int pictures;
} tally;

static um_status count_alarms(void *user, const char *path, const char *name, um_error *err)
{
    tally *t = user;
    um_image *rgb;
    if (is_training_negative(name))
        return UM_OK;
    um_status st = photo_load(&rgb, path, err);
    if (st < 0)
        return st;
    t->pictures++;
    st = detect(t->d, rgb, false, err);
    for (int k = 0; k < t->d->list.n && st == UM_OK; k++)
        st = keep(t->out, t->d->list.v[k].score, err);
    um_image_free(&rgb);
    return st;
}

/* For each annotated face the best score of a box that fits it; 0: none. */
static um_status hits(detector *d, const photos *p, photo_source source, scores *out, um_error *err)
{
    um_status st = UM_OK;
    for (int i = 0; i < p->n && st == UM_OK; i++) {
        const photo *q = &p->photo[i];
        if (q->source != source)
            continue;
        st = detect(d, q->rgb, false, err);
        for (int f = 0; f < q->n_faces && st == UM_OK; f++) {
            float best = 0;
            for (int k = 0; k < d->list.n; k++)
                if (um_rect_iou(d->list.v[k].box, q->faces[f].box) >= RIGHT && d->list.v[k].score > best)
                    best = d->list.v[k].score;
            st = keep(out, best, err);
        }
    }
    return st;
}

/* The best score in some frames of each real clip: each shows a person. */
static um_status see_clip(void *user, const char *path, const char *name, um_error *err)
{
    tally *t = user;
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
            st = detect(t->d, m->frame->rgb, true, err);
            for (int k = 0; k < t->d->list.n; k++)
                best = fmaxf(best, t->d->list.v[k].score);
            if (st == UM_OK)
                st = keep(t->out, best, err);
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

um_status compare_detectors(const char *data, const char *teachers, const char *const *names, int n,
                            um_error *err)
{
    photos p;
    um_status st = photos_read_test(&p, data, err);
    printf("Recall in percent at 1 false alarm per 10 pictures of negatives_bsds (in brackets: at the "
           "manifest's own score)\n");
    printf("%-24s %-14s %-14s %-14s %-16s %s\n", "detector", "helen_afw68", "dlib_boxes", "frames",
           "alarms/picture", "score, ms per photo");
    for (int i = 0; i < n && st == UM_OK; i++) {
        detector d = {0};
        um_network_store *networks = NULL;
        scores alarms = {0}, helen = {0}, dlib = {0}, frames = {0};
        tally negatives = {&d, &alarms, 0}, clips = {&d, &frames, 0};
        char dir[512];
        snprintf(dir, sizeof dir, "%s/negatives_bsds/images", data);
        if ((st = um_network_store_new(&networks, teachers, NULL, err)) < 0 ||
            (st = um_network_store_named(&d.net, networks, names[i], err)) < 0 ||
            (st = each_file(dir, count_alarms, &negatives, err)) < 0 ||
            (st = hits(&d, &p, PHOTO_HELEN, &helen, err)) < 0 ||
            (st = hits(&d, &p, PHOTO_BOXES, &dlib, err)) < 0)
            goto next;
        double ms = 1e3 * d.seconds / d.looks;
        for (int k = 0; k < 2 && st == UM_OK; k++) {
            snprintf(dir, sizeof dir, "%s/videos/%s/real", data, k ? "dev" : "train");
            st = each_file(dir, see_clip, &clips, err);
        }
        if (st < 0)
            goto next;
        qsort(alarms.v, (size_t)alarms.n, sizeof *alarms.v, falling);
        int allowed = negatives.pictures / 10;
        float t = allowed < alarms.n ? alarms.v[allowed] + 1e-6f : LEAST_SCORE,
              own = d.net->man.decoder.score_min;
        printf("%-24s %5.1f (%5.1f)  %5.1f (%5.1f)  %5.1f (%5.1f)  %5.3f (%5.3f)    %.2f (%.2f), %.0f\n",
               names[i], percent(above(&helen, t), helen.n), percent(above(&helen, own), helen.n),
               percent(above(&dlib, t), dlib.n), percent(above(&dlib, own), dlib.n),
               percent(above(&frames, t), frames.n), percent(above(&frames, own), frames.n),
               (double)above(&alarms, t) / negatives.pictures,
               (double)above(&alarms, own) / negatives.pictures, t, own, ms);
        fflush(stdout);
    next:
        um_network_store_free(&networks);
        free(d.list.v);
        free(alarms.v);
        free(helen.v);
        free(dlib.v);
        free(frames.v);
    }
    photos_free(&p);
    return st;
}
