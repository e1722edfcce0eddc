/* SPDX-License-Identifier: GPL-3.0-or-later */
/* landmark_sample.c: crops around faces, moved, turned and spoiled, with their points. */
#include "landmark_sample.h"
#include "base/base.h"
#include "degrade/augment.h"
#include "degrade/logo.h"
#include "faces/landmarks.h"
#include "media/geometry.h"
#include "wear.h"
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_FACE = 30 }; /* pixels of the box, mean side: below, hand-set points are too coarse */
enum { TIMES_BY_HAND = 4 };  /* an epoch shows faces with hand-set points more often than those of machines */
/* Shares of faces: as they are but for the codec; in a mask; in glasses. */
static const float CLEAN = .4f, MASKED = .1f, GLASSES = .12f;
static const float HIDDEN = .3f; /* trust in points behind a drawn mask or dark lens: where they would be */

um_status landmark_set_new(landmark_set *out, const photos *p, bool validation, um_error *err)
{
    int most = 0;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < p->n; i++)
        most += TIMES_BY_HAND * p->photo[i].n_faces;
    out->photos = p;
    if (!(out->item = um_calloc((size_t)most + 1, sizeof *out->item)))
        return um_fail_oom(err);
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->photo[i].n_faces && p->photo[i].validation == validation; k++) {
            bool by_hand = p->photo[i].source == PHOTO_HELEN;
            const photo_face *f = &p->photo[i].faces[k];
            if (f->has_points && !f->ignore && f->box.w + f->box.h >= 2 * SMALLEST_FACE)
                for (int times = by_hand && !validation ? TIMES_BY_HAND : 1; times > 0; times--)
                    out->item[out->n++] = (landmark_item){i, k};
        }
    return out->n ? UM_OK : um_fail(err, UM_EFORMAT, "no face with landmarks among the photos");
}

void landmark_set_free(landmark_set *set)
{
    free(set->item);
    memset(set, 0, sizeof *set);
}

float eye_opening(const um_point e[6])
{
    return (um_point_distance(e[1], e[5]) + um_point_distance(e[2], e[4])) / 2 /
           fmaxf(um_point_distance(e[0], e[3]), 1e-3f);
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

/* A crop that shows no face, or a piece of one. */
static um_square beside(um_square s, rng *r)
{
    float angle = rng_float(r, 0, 6.2832f), far = rng_float(r, .55f, 1.1f) * s.side;
    um_point at = {s.centre.x + far * cosf(angle), s.centre.y + far * sinf(angle)};
    return (um_square){at, s.side * expf(.5f * rng_normal(r)), rng_float(r, -3.14f, 3.14f)};
}

static um_square anywhere(const photo *q, rng *r)
{
    float w = (float)q->rgb->width, h = (float)q->rgb->height;
    um_point at = {rng_float(r, 0, w), rng_float(r, 0, h)};
    return (um_square){at, fminf(w, h) * rng_float(r, .08f, .5f), .3f * rng_normal(r)};
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

/* Draws on the crop; points behind it count less, and of an eye that is not seen the opening counts nothing.
 */
static void wear(um_image *crop, landmark_truth *t, rng *r)
{
    um_point p[UM_N_LANDMARKS];
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        p[i] = (um_point){t->points[i].x * LANDMARK_SIDE - .5f, t->points[i].y * LANDMARK_SIDE - .5f};
    if (rng_chance(r, GLASSES) && wear_glasses(crop, p, r)) {
        t->opening_sure[0] = t->opening_sure[1] = 0;
        for (int i = 36; i < 48; i++)
            t->sure[i] *= HIDDEN;
    }
    if (rng_chance(r, MASKED)) {
        wear_mask(crop, p, r);
        for (int i = 0; i < UM_N_LANDMARKS; i++)
            if (i >= 48 || (i >= 2 && i <= 14) || (i >= 30 && i < 36))
                t->sure[i] *= HIDDEN;
    }
}

/* Where a sample is cut out: about where its face is, and now and then where there is none. */
typedef struct place {
    const photo *from;
    um_square square;
    bool is_face, mirrored;
} place;

static void move_about(place *p, const landmark_set *set, rng *r)
{
    um_square s = p->square;
    float turn = rng_chance(r, .2f) ? rng_float(r, -.7f, .7f) : .12f * rng_normal(r);
    p->mirrored = rng_chance(r, .5f);
    p->square = (um_square){s.centre, s.side * expf(.09f * rng_normal(r)), s.angle_rad + turn};
    p->square.centre.x += .045f * s.side * rng_normal(r);
    p->square.centre.y += .045f * s.side * rng_normal(r);
    if (!rng_chance(r, .12f))
        return;
    const photo *there = p->from;
    um_square away = beside(s, r);
    if (rng_chance(r, .7f)) {
        there = &set->photos->photo[rng_int(r, set->photos->n)];
        away = anywhere(there, r);
    }
    if (there->validation == p->from->validation && shows_no_face(away, there))
        *p = (place){there, away, false, p->mirrored};
}

static void tell_truth(landmark_truth *truth, const photo_face *face, const place *at)
{
    memset(truth, 0, sizeof *truth);
    truth->is_face = at->is_face;
    for (int i = 0; i < UM_N_LANDMARKS; i++) {
        int k = at->mirrored ? um_landmarks_mirrored[i] : i;
        um_point p = in_square(at->square, face->points[k]);
        truth->points[i] = at->mirrored ? (um_point){1 - p.x, p.y} : p;
        truth->sure[i] = at->is_face ? face->sure[k] : 0;
    }
    for (int e = 0; e < 2; e++) {
        const int first = 36 + 6 * e;
        truth->opening[e] = eye_opening(truth->points + first);
        truth->opening_sure[e] = truth->sure[first];
        for (int i = first; i < first + 6; i++)
            truth->opening_sure[e] = fminf(truth->opening_sure[e], truth->sure[i]);
    }
}

/* What the world does to a crop: things worn and laid over it, cameras, encoders. */
static void spoil(um_image *crop, landmark_truth *truth, const um_image *other, const sample_mix *mix, rng *r)
{
    if (!truth->is_face && mix->signs > 0 && rng_chance(r, mix->signs)) {
        float w = LANDMARK_SIDE * rng_float(r, .4f, 1.2f), h = w * rng_float(r, .7f, 1.4f);
        um_rect at = {(LANDMARK_SIDE - w) * rng_float(r, .3f, .7f),
                      (LANDMARK_SIDE - h) * rng_float(r, .3f, .7f), w, h};
        logo_draw(crop, at, r);
    }
    if (truth->is_face)
        wear(crop, truth, r);
    if (rng_chance(r, CLEAN)) {
        augment_video(crop, mix, r);
        return;
    }
    for (float p = .35f; rng_chance(r, p); p = .3f)
        augment_cover(crop, other, r);
    augment_picture(crop, mix, r);
}

um_status landmark_sample(um_image **out, landmark_truth *truth, const landmark_set *set, int item,
                          uint64_t seed, const sample_mix *mix, um_error *err)
{
    const photo *from = &set->photos->photo[set->item[item].photo];
    const photo_face *face = &from->faces[set->item[item].face];
    const um_image *other = set->photos->photo[seed % (uint64_t)set->photos->n].rgb;
    rng r = {seed};
    place at = {from, upright_square(face->points), true, false};
    if (mix)
        move_about(&at, set, &r);
    um_status st = um_square_crop(out, at.from->rgb, at.square, LANDMARK_SIDE, err);
    if (st < 0)
        return st;
    tell_truth(truth, face, &at);
    if (!mix)
        return UM_OK;
    if (at.mirrored)
        mirror_picture(*out);
    spoil(*out, truth, other, mix, &r);
    return UM_OK;
}
