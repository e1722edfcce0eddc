#include "landmark_sample.h"
#include "base/base.h"
#include "faces/faces.h"
#include "spoil.h"
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_EYES = 12 }; /* pixels between the outer corners: below, hand-set points are too coarse */

um_status landmark_set_new(landmark_set *out, const photos *p, bool validation, um_error *err)
{
    int most = 0;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < p->n; i++)
        most += p->photo[i].n_faces;
    out->photos = p;
    if (!(out->item = um_calloc((size_t)most + 1, sizeof *out->item)))
        return um_fail_oom(err);
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->photo[i].n_faces && p->photo[i].validation == validation; k++) {
            const photo_face *f = &p->photo[i].faces[k];
            if (f->has_points && !f->ignore &&
                hypotf(f->points[36].x - f->points[45].x, f->points[36].y - f->points[45].y) >=
                    SMALLEST_EYES) {
                out->item[out->n].photo = i;
                out->item[out->n++].face = k;
            }
        }
    return out->n ? UM_OK : um_fail(err, UM_EFORMAT, "no face with landmarks among the photos");
}

void landmark_set_free(landmark_set *set)
{
    free(set->item);
    memset(set, 0, sizeof *set);
}

static float distance(um_point a, um_point b)
{
    return hypotf(a.x - b.x, a.y - b.y);
}

float eye_opening(const um_point e[6])
{
    return (distance(e[1], e[5]) + distance(e[2], e[4])) / 2 / fmaxf(distance(e[0], e[3]), 1e-3f);
}

static um_square upright_square(const um_point p[UM_N_LANDMARKS])
{
    um_crop_rule rule = {.scale = LANDMARK_CROP};
    return um_landmarks_square(&rule, p);
}

static um_point in_square(um_square s, um_point p)
{
    float c = cosf(s.angle_rad), t = sinf(s.angle_rad), x = p.x - s.centre.x, y = p.y - s.centre.y;
    return (um_point){(c * x + t * y) / s.side + .5f, (c * y - t * x) / s.side + .5f};
}

/* A crop that shows no face, or a piece of one: moved away, or far too small or large. */
static um_square astray(um_square s, const photo *from, rng *r)
{
    if (rng_chance(r, .5f)) {
        float angle = rng_float(r, 0, 6.2832f), far = rng_float(r, .55f, 1.1f) * s.side;
        s.centre.x += far * cosf(angle);
        s.centre.y += far * sinf(angle);
        s.side *= expf(.5f * rng_normal(r));
    } else {
        s.centre =
            (um_point){rng_float(r, 0, (float)from->rgb->width), rng_float(r, 0, (float)from->rgb->height)};
        s.side = fminf((float)from->rgb->width, (float)from->rgb->height) * rng_float(r, .08f, .5f);
    }
    s.angle_rad = rng_float(r, -3.14f, 3.14f);
    return s;
}

/* True when the square holds less than a third of any face, or a face that fills less than a third of it. */
static bool shows_no_face(um_square s, const photo *from)
{
    um_rect a = {s.centre.x - s.side / 2, s.centre.y - s.side / 2, s.side, s.side};
    for (int i = 0; i < from->n_faces; i++)
        if (um_rect_iou(a, from->faces[i].box) > .12f)
            return false;
    return true;
}

um_status landmark_sample(um_image **out, landmark_truth *truth, const landmark_set *set, int item,
                          uint64_t seed, bool spoil, um_error *err)
{
    const photo *from = &set->photos->photo[set->item[item].photo];
    const photo_face *face = &from->faces[set->item[item].face];
    const um_image *other = set->photos->photo[seed % (uint64_t)set->photos->n].rgb;
    rng r = {seed};
    um_square s = upright_square(face->points);
    bool mirrored = false;
    memset(truth, 0, sizeof *truth);
    truth->is_face = true;
    if (spoil) {
        float turn = rng_chance(&r, .25f) ? rng_float(&r, -.7f, .7f) : .12f * rng_normal(&r);
        mirrored = rng_chance(&r, .5f);
        um_square t = {s.centre, s.side * expf(.09f * rng_normal(&r)), s.angle_rad + turn};
        t.centre.x += .045f * s.side * rng_normal(&r);
        t.centre.y += .045f * s.side * rng_normal(&r);
        if (rng_chance(&r, .1f)) {
            um_square away = astray(s, from, &r);
            if (shows_no_face(away, from)) {
                t = away;
                truth->is_face = false;
            }
        }
        s = t;
    }
    um_status st = um_square_crop(out, from->rgb, s, LANDMARK_SIDE, err);
    if (st < 0)
        return st;
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        int k = mirrored ? mirrored_point[i] : i;
        um_point p = in_square(s, face->points[k]);
        truth->points[i] = mirrored ? (um_point){1 - p.x, p.y} : p;
        truth->sure[i] = truth->is_face ? face->sure[k] : 0;
    }
    for (int e = 0; e < 2; e++) {
        const int first = 36 + 6 * e;
        truth->opening[e] = eye_opening(truth->points + first);
        truth->opening_sure[e] = truth->sure[first];
        for (int i = first; i < first + 6; i++)
            truth->opening_sure[e] = fminf(truth->opening_sure[e], truth->sure[i]);
    }
    if (!spoil)
        return UM_OK;
    if (mirrored)
        mirror_picture(*out);
    for (float p = .35f; rng_chance(&r, p); p = .3f)
        spoil_cover(*out, other, &r);
    spoil_picture(*out, &r);
    return UM_OK;
}
