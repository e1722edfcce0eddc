/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_landmarks.c: our landmarks beside others on the same annotated photos. */
#include "av/sink/recode.h"
#include "base/base.h"
#include "compare.h"
#include "compare_conditions.h"
#include "degrade/augment.h"
#include "degrade/random.h"
#include "media/geometry.h"
#include "networks/store.h"

typedef struct errors {
    double all, lids, lips, failed, jitter_box, jitter_jpeg, jitter_video, seconds;
    int n;
} errors;

double landmark_eyes(const um_point p[UM_N_LANDMARKS])
{
    return hypot(p[36].x - p[45].x, p[36].y - p[45].y);
}

double landmark_distance(const um_point *a, const um_point *b, int first, int end)
{
    double sum = 0;
    for (int i = first; i < end; i++)
        sum += hypot(a[i].x - b[i].x, a[i].y - b[i].y) / (end - first);
    return sum;
}

static um_rect shaken(um_rect b, rng *r)
{
    float s = expf(.05f * rng_normal(r)), w = b.w * s, h = b.h * s;
    return (um_rect){b.x + (b.w - w) / 2 + .05f * b.w * rng_normal(r),
                     b.y + (b.h - h) / 2 + .05f * b.h * rng_normal(r), w, h};
}

um_status landmark_find(um_landmarks *out, um_net *net, const um_image *rgb, um_rect box, um_error *err)
{
    um_face_cut cut = {.frame = rgb};
    um_status st = um_landmarks_find(net, &cut, box, 0, out, err);
    um_face_cut_end(&cut);
    return st;
}

/* How far the points move when the whole photo is compressed: JPEG at quality 40, or the second frame of an
 * H.264 video with a quantizer of 35. */
static um_status compress(double *moved, um_net *net, const photo *q, const photo_face *f,
                          const um_landmarks *seen, bool video, um_error *err)
{
    um_landmarks again;
    um_image *copy = NULL;
    um_rect all = {0, 0, (float)q->rgb->width, (float)q->rgb->height};
    um_status st = um_image_crop_resize(&copy, q->rgb, all, q->rgb->width, q->rgb->height, err);
    if (st == UM_OK && video)
        st = um_image_recode(copy, "libx264", 22, 2, 1, err);
    else if (st == UM_OK)
        augment_jpeg(copy, 40);
    if (st == UM_OK && (st = landmark_find(&again, net, copy, f->box, err)) == UM_OK)
        *moved += landmark_distance(seen->points, again.points, 0, 68) / landmark_eyes(f->points);
    um_image_free(&copy);
    return st;
}

static um_status measure(errors *e, um_net *net, const photo *q, const photo_face *f, rng *r, um_error *err)
{
    enum { SHAKES = 4 };
    um_landmarks seen, again;
    double eyes = landmark_eyes(f->points), start = um_now_s();
    um_status st = landmark_find(&seen, net, q->rgb, f->box, err);
    if (st < 0)
        return st;
    e->seconds += um_now_s() - start;
    double nme = landmark_distance(seen.points, f->points, 0, 68) / eyes;
    e->all += nme;
    e->failed += nme > .1;
    e->lids += landmark_distance(seen.points, f->points, 36, 48) / eyes;
    e->lips += landmark_distance(seen.points, f->points, 48, 68) / eyes;
    e->n++;
    for (int i = 0; i < SHAKES && st == UM_OK; i++) {
        st = landmark_find(&again, net, q->rgb, shaken(f->box, r), err);
        e->jitter_box += landmark_distance(seen.points, again.points, 0, 68) / eyes / SHAKES;
    }
    if (st == UM_OK)
        st = compress(&e->jitter_jpeg, net, q, f, &seen, false, err);
    return st < 0 ? st : compress(&e->jitter_video, net, q, f, &seen, true, err);
}

um_status compare_landmarks(const char *data, const char *teachers, const compared *c, um_error *err)
{
    const char *const *names = c->landmarks;
    photos p;
    um_status st = photos_read_test(&p, data, err);
    printf("Mean distance in percent of the distance of the outer eye corners, test rows of helen_afw68, "
           "from the same boxes\n");
    printf("%-24s %5s %7s %7s %7s %9s %12s %8s %8s %s\n", "network", "faces", "68", "eyelids", "lips",
           "above 10", "box +-5 %", "JPEG 40", "H.264", "ms (two looks)");
    for (int i = 0; i < c->n_landmarks && st == UM_OK; i++) {
        um_network_store *networks = NULL;
        um_net *net = NULL;
        errors e = {0};
        rng r = {1};
        if ((st = um_network_store_new(&networks, teachers, NULL, err)) == UM_OK)
            st = um_network_store_named(&net, networks, names[i], err);
        for (int k = 0; k < p.n && st == UM_OK; k++)
            for (int f = 0; f < p.photo[k].n_faces && st == UM_OK; f++)
                if (p.photo[k].faces[f].has_points)
                    st = measure(&e, net, &p.photo[k], &p.photo[k].faces[f], &r, err);
        double each = 100. / (e.n ? e.n : 1);
        if (st == UM_OK)
            printf("%-24s %5d %7.2f %7.2f %7.2f %7.1f %% %12.2f %8.2f %8.2f %6.1f\n", names[i], e.n,
                   e.all * each, e.lids * each, e.lips * each, e.failed * each, e.jitter_box * each,
                   e.jitter_jpeg * each, e.jitter_video * each, 10 * e.seconds * each);
        fflush(stdout);
        if (st == UM_OK)
            st = compare_conditions(&p, net, names[i], err);
        um_network_store_free(&networks);
    }
    photos_free(&p);
    return st;
}
