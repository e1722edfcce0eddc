/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_light.c: is the light on a face steady, and that on the other faces of the picture?
 *
 * Johnson & Farid, IEEE TIFS 2(3), 2007, and Kee & Farid, WIFS 2010: nine coefficients of the light
 * (faces/light.c), face against face, as forged group photos mix lights. Over time: a head that turns under a
 * steady light keeps its light, and a face that was made elsewhere, or picture by picture, need not.
 * Differences: the directions are compared, not the whole environments, as a direction can be drawn and
 * checked by eye; and the jump from one look to the next counts, not the distance from the mean, so that who
 * walks past a window stays unsuspicious. */
#include "base/base.h"
#include "faces/light.h"
#include "media/draw.h"
#include "signals/face/person_looks.h"
#include <math.h>

static const double MIN_FIT = .5;  /* of the shading explained: below, hair, beard or flat light decide */
static const double MAX_GAP_S = 1; /* between two looks that are compared */
enum { MIN_JUMPS = 5, PICTURE = 200, MAX_TOGETHER = 16 };
static const double SHOWN_DEG = 20; /* between faces of one picture: twice the error of one */
static const um_person_looks_kind KIND = {"jump of the light from look to look", "degrees", 2, 0, 180, 8, 1};

enum { LIGHTS, AZIMUTH, ELEVATION };         /* of um_looked_at.sum */
enum { TOWARDS, SEEN_S = 3, DIRECTION = 3 }; /* of um_looked_at.before; a direction has three numbers */

typedef struct light {
    um_person_looks looks;
    int64_t unclear;   /* looks at faces whose shading was not explained */
    double widest_deg; /* between two faces of one picture */
    double widest_s;
    int widest_faces; /* in that picture */
    um_image *widest;
} light;

/* The lights of one picture. */
typedef struct lights {
    um_face_light light[MAX_TOGETHER];
    const um_face *face[MAX_TOGETHER];
    int n;
} lights;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_person_looks_begin(&((light *)state)->looks, &KIND);
    return UM_OK;
}

static void end(void *state)
{
    light *l = state;
    um_person_looks_end(&l->looks);
    um_image_free(&l->widest);
}

/* The face with a stroke from its nose towards each light, as it appears in the picture. */
static um_status picture(um_image **out, const um_image *rgb, const um_face *face, const double *now,
                         const double *before, um_error *err)
{
    const um_rect b = face->box;
    const float side = 1.4f * fmaxf(b.w, b.h), scale = PICTURE / side;
    const um_rect from = {b.x + b.w / 2 - side / 2, b.y + b.h / 2 - side / 2, side, side};
    um_status st = um_image_crop_resize(out, rgb, from, PICTURE, PICTURE, err);
    if (st < 0)
        return st;
    const um_point nose = {(face->points[29].x - from.x) * scale, (face->points[29].y - from.y) * scale};
    for (int k = before ? 0 : 1; k < 2; k++) {
        const double *d = k ? now : before;
        const um_point tip = {nose.x + .45f * PICTURE * (float)d[0], nose.y + .45f * PICTURE * (float)d[1]};
        um_draw_line(*out, nose, tip, 3, k ? 0xffcc00 : 0x3399ff);
        um_draw_disc(*out, tip, 5, k ? 0xffcc00 : 0x3399ff);
    }
    return UM_OK;
}

/* From the last look to this one. */
static um_status follow(light *l, um_looked_at *p, const um_frame *frame, const um_face *face,
                        const um_face_light *now, um_findings *out, um_error *err)
{
    um_image **place = NULL;
    um_status st = UM_OK;
    const double gap_s = frame->t_s - p->before[SEEN_S];
    const double deg = um_light_angle_deg(now->towards, p->before + TOWARDS);
    p->next_s = frame->t_s + 1 / KIND.per_s;
    if (p->sum[LIGHTS] > 0 && gap_s > 0 && gap_s <= MAX_GAP_S) {
        st = um_person_looks_add(&place, &l->looks, p, frame->t_s, deg, out, err);
        if (st == UM_OK && place)
            st = picture(place, frame->rgb, face, now->towards, p->before + TOWARDS, err);
    }
    p->sum[LIGHTS]++;
    p->sum[AZIMUTH] += now->azimuth_deg;
    p->sum[ELEVATION] += now->elevation_deg;
    for (int k = 0; k < DIRECTION; k++)
        p->before[TOWARDS + k] = now->towards[k];
    p->before[SEEN_S] = frame->t_s;
    return st;
}

/* The two faces of this picture whose lights differ most. */
static um_status compare(light *l, const lights *all, const um_frame *frame, um_error *err)
{
    double widest = l->widest_deg;
    int a = -1, b = -1;
    for (int i = 0; i < all->n; i++)
        for (int k = 0; k < i; k++) {
            const double deg = um_light_angle_deg(all->light[i].towards, all->light[k].towards);
            if (deg > widest) {
                widest = deg;
                a = i;
                b = k;
            }
        }
    if (a < 0)
        return UM_OK;
    l->widest_deg = widest;
    l->widest_s = frame->t_s;
    l->widest_faces = all->n;
    um_image_free(&l->widest);
    return picture(&l->widest, frame->rgb, all->face[a], all->light[a].towards, all->light[b].towards, err);
}

static um_status look(light *l, lights *all, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    const um_image *gray;
    um_looked_at *p;
    um_face_light now;
    if (!um_person_looks_usable(&l->looks, face))
        return UM_OK;
    um_status st = um_person_looks_due(&p, &l->looks, face->person, in->frame->t_s, out, err);
    if (st < 0 || !p || (st = um_product_luma(&gray, in->products, err)) < 0)
        return st;
    const um_camera camera = um_camera_guess(gray->width, gray->height);
    if (!um_face_light_fit(&now, gray, face, &camera) || !(now.fit >= MIN_FIT)) {
        l->unclear++;
        return UM_OK;
    }
    if (all->n < MAX_TOGETHER) {
        all->light[all->n] = now;
        all->face[all->n++] = face;
    }
    return follow(l, p, in->frame, face, &now, out, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    light *l = state;
    lights all = {.n = 0};
    um_status st = UM_OK;
    if (!in->frame || !in->frame->rgb || !in->faces || in->frame->damaged || !isfinite(in->frame->t_s))
        return UM_OK;
    for (int i = 0; i < in->faces->n && st == UM_OK; i++)
        if (in->faces->face[i].person >= 0 && in->faces->face[i].has_points)
            st = look(l, &all, in, &in->faces->face[i], out, err);
    return st < 0 ? st : compare(l, &all, in->frame, err);
}

static um_status conclude(const light *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (p->n < MIN_JUMPS)
        return um_findings_skip(out, who, err,
                                "too few looks: the light was found twice in a row %lld times, %d needed",
                                (long long)p->n, MIN_JUMPS);
    const double n = p->sum[LIGHTS], deg = um_person_looks_median(p);
    um_status st = um_findings_evidence(
        out, who, p->highest_s, p->highest_s, um_gallery_of(&l->looks.pictures, p->id), err,
        "the largest jump of the light on this face, %.0f degrees: before (blue) and after "
        "(yellow)",
        p->highest);
    return st < 0 ? st
                  : um_findings_score(
                        out, who, deg, err,
                        "The light on this face comes from %.0f degrees to the picture's %s and %.0f degrees "
                        "%s, and moves by %.1f degrees from one look to the next (%lld looks)",
                        fabs(p->sum[AZIMUTH] / n), p->sum[AZIMUTH] < 0 ? "left" : "right",
                        fabs(p->sum[ELEVATION] / n), p->sum[ELEVATION] < 0 ? "below" : "above", deg,
                        (long long)n);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const light *l = state;
    um_status st = UM_OK;
    int64_t scored = 0;
    double found = 0;
    for (int i = 0; i < l->looks.persons.n && st == UM_OK; i++) {
        const um_looked_at *p = um_person_looks_at(&l->looks, i);
        st = conclude(l, p, out, err);
        scored += p->n >= MIN_JUMPS;
        found += p->sum[LIGHTS];
    }
    if (st == UM_OK && l->widest_deg > SHOWN_DEG)
        st = um_findings_evidence(
            out, um_file_subject(), l->widest_s, l->widest_s, l->widest, err,
            "the light of this face (yellow) and of another in the same picture (blue) differ by %.0f "
            "degrees; %d faces were compared",
            l->widest_deg, l->widest_faces);
    if (st < 0 || scored)
        return st;
    if (!l->looks.persons.n)
        return um_person_looks_skip(&l->looks, out, err);
    return um_findings_skip(out, um_file_subject(), err,
                            "too few looks to follow the light: found %.0f times, unclear %lld times", found,
                            (long long)l->unclear);
}

const um_signal um_signal_face_light = {
    .name = "face_light",
    .family = "face",
    .question = "Is the light on each face steady, and the same as on the others?",
    .meaning = "High: the direction of the light jumps from one half second to the next, as on faces that "
               "are made picture by "
               "picture. Lamps that flicker, screens, quick turns and hands before the face do the same. "
               "Faces of one picture "
               "whose lights differ much are shown, and do not count: rooms have several lamps.",
    .score_unit = "degrees between looks",
    .paper = "Johnson & Farid, IEEE TIFS 2(3), 2007, 10.1109/TIFS.2007.903848; Kee & Farid, WIFS 2010",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY,
    .state_size = sizeof(light),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
