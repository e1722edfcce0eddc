/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skin_colour.c: has the face the tone of the neck below it?
 *
 * A face that was put on another head brings its skin along, and programs match it to the head picture by
 * picture (Reinhard, Ashikhmin, Gooch & Shirley, IEEE CG&A 21(5), 2001, is what most do). Matern, Riess &
 * Stamminger, WACVW 2019, name colours that differ over a face among what betrays one. Differences: no
 * classifier, but a distance that can be said, of log-chromaticities (faces/skin.c), in which shading
 * cancels; the face against the neck, which no swap touches; and over time what the face does and the neck
 * does not, as light falls on both. Lamps and bounced light have colours, too: how far the parts of one face
 * lie apart is told beside it. */
#include "base/base.h"
#include "faces/regions.h"
#include "faces/skin.h"
#include "media/draw.h"
#include "signals/face/each_face.h"
#include "signals/face/person_looks.h"
#include <math.h>

enum { PICTURE = 240, MIN_STEPS = 5 };
enum { MIN_PIXELS = 60 };           /* of a part: the median of so many noisy ones is good to 2 % */
static const double MIN_NECK = .4;  /* of the place below the jaw that is skin: less is collar, beard, hair */
static const double MAX_GAP_S = .6; /* between two looks that are compared: one may be missing */
static const um_person_looks_kind TONE = {"tone of the face against the neck", "%", 4, 0, 100, 8, .1};
static const um_person_looks_kind STEPS = {
    "step of the face's tone, not of the neck's", "%", 4, 0, 100, 8, .1};
static const uint32_t FACE_COLOUR = 0xffcc00, NECK_COLOUR = 0x3399ff;

enum { RED, BLUE, OWN };                           /* of um_looked_at.sum: neck less face; within the face */
enum { FACE_RED, FACE_BLUE, NECK_RED, NECK_BLUE }; /* of um_looked_at.before */

typedef struct skin_colour {
    um_person_looks tone, steps;
    int64_t bare; /* looks at faces whose skin could be seen */
    double most;  /* of the place below the jaw that was skin */
} skin_colour;

/* What one picture shows of one face. */
typedef struct tones {
    um_skin face, neck;
    double own; /* the largest distance between two parts of the face */
} tones;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    skin_colour *s = state;
    um_person_looks_begin(&s->tone, &TONE);
    um_person_looks_begin(&s->steps, &STEPS);
    return UM_OK;
}

static void end(void *state)
{
    skin_colour *s = state;
    um_person_looks_end(&s->tone);
    um_person_looks_end(&s->steps);
}

/* False: a cheek is hidden, clipped or too small. */
static bool see(tones *out, const um_image *rgb, const um_face *face)
{
    um_point corner[UM_NECK_CORNERS];
    um_skin part[UM_FACE_REGIONS];
    for (int i = 0; i < UM_FACE_REGIONS; i++) {
        const int n = um_face_region_of(corner, face, (um_face_region)i);
        part[i] = um_skin_of(rgb, corner, n, NULL);
    }
    const um_skin *l = &part[UM_CHEEK_LEFT], *r = &part[UM_CHEEK_RIGHT], *f = &part[UM_FOREHEAD];
    if (l->n < MIN_PIXELS || r->n < MIN_PIXELS)
        return false;
    out->face = (um_skin){
        .red = (l->red + r->red) / 2, .blue = (l->blue + r->blue) / 2, .light = fmax(l->light, r->light)};
    out->own = um_skin_distance(l, r);
    if (f->n >= MIN_PIXELS && um_skin_like(&out->face, f->red, f->blue, f->light))
        out->own = fmax(out->own, fmax(um_skin_distance(l, f), um_skin_distance(r, f)));
    um_neck_of(corner, face);
    out->neck = um_skin_of(rgb, corner, UM_NECK_CORNERS, &out->face);
    return true;
}

static void outline(um_image *picture, const um_point *corner, int n, um_rect from, uint32_t colour)
{
    const float scale = PICTURE / from.w;
    for (int i = 0; i < n; i++) {
        const um_point a = corner[i], b = corner[(i + 1) % n];
        um_draw_line(picture, (um_point){(a.x - from.x) * scale, (a.y - from.y) * scale},
                     (um_point){(b.x - from.x) * scale, (b.y - from.y) * scale}, 2, colour);
    }
}

/* The face down to the neck, and the places that were compared. */
static um_status picture(um_image **out, const um_image *rgb, const um_face *face, um_error *err)
{
    enum { CHEEKS = 2 };
    static const um_face_region cheek[CHEEKS] = {UM_CHEEK_LEFT, UM_CHEEK_RIGHT};
    const um_rect b = face->box;
    um_point corner[UM_NECK_CORNERS];
    const float side = 1.5f * fmaxf(b.w, b.h);
    const um_rect from = {b.x + b.w / 2 - side / 2, b.y - .1f * side, side, side};
    um_status st = um_image_crop_resize(out, rgb, from, PICTURE, PICTURE, err);
    if (st < 0)
        return st;
    for (int i = 0; i < CHEEKS; i++) {
        const int n = um_face_region_of(corner, face, cheek[i]);
        outline(*out, corner, n, from, FACE_COLOUR);
    }
    um_neck_of(corner, face);
    outline(*out, corner, UM_NECK_CORNERS, from, NECK_COLOUR);
    return UM_OK;
}

/* From the look before, whose tones are in p->before, to this one. */
static um_status step(skin_colour *s, const um_looked_at *p, const tones *now, const um_signal_input *in,
                      const um_face *face, um_findings *out, um_error *err)
{
    const double red = now->face.red - p->before[FACE_RED] - now->neck.red + p->before[NECK_RED];
    const double blue = now->face.blue - p->before[FACE_BLUE] - now->neck.blue + p->before[NECK_BLUE];
    um_looked_at *q;
    um_image **place = NULL;
    um_status st = um_person_looks_due(&q, &s->steps, face->person, in->frame->t_s, out, err);
    if (st == UM_OK && q)
        st = um_person_looks_add(&place, &s->steps, q, in->frame->t_s, 100 * hypot(red, blue), out, err);
    return st < 0 || !place ? st : picture(place, in->frame->rgb, face, err);
}

static um_status look(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    skin_colour *s = state;
    um_looked_at *p;
    um_image **place;
    tones now;
    const double t_s = in->frame->t_s;
    if (!um_person_looks_usable(&s->tone, face))
        return UM_OK;
    um_status st = um_person_looks_due(&p, &s->tone, face->person, t_s, out, err);
    if (st < 0 || !p)
        return st;
    const double gap_s = p->n ? t_s - (p->next_s - 1 / TONE.per_s) : INFINITY;
    if (!see(&now, in->frame->rgb, face))
        return UM_OK;
    s->bare++;
    const double share = now.neck.seen ? (double)now.neck.n / now.neck.seen : 0;
    s->most = fmax(s->most, share);
    if (now.neck.n < MIN_PIXELS || share < MIN_NECK)
        return UM_OK;
    if (gap_s > 0 && gap_s <= MAX_GAP_S)
        st = step(s, p, &now, in, face, out, err);
    if (st < 0)
        return st;
    p->sum[RED] += now.neck.red - now.face.red;
    p->sum[BLUE] += now.neck.blue - now.face.blue;
    p->sum[OWN] += now.own;
    p->before[FACE_RED] = now.face.red;
    p->before[FACE_BLUE] = now.face.blue;
    p->before[NECK_RED] = now.neck.red;
    p->before[NECK_BLUE] = now.neck.blue;
    st =
        um_person_looks_add(&place, &s->tone, p, t_s, 100 * um_skin_distance(&now.face, &now.neck), out, err);
    return st < 0 || !place ? st : picture(place, in->frame->rgb, face, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, look, out, err);
}

static const um_looked_at *steps_of(const skin_colour *s, int id)
{
    for (int i = 0; i < s->steps.persons.n; i++)
        if (um_person_looks_at(&s->steps, i)->id == id)
            return um_person_looks_at(&s->steps, i);
    return NULL;
}

/* Evidence of both, then the score. */
static um_status conclude(const skin_colour *s, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    const um_looked_at *q = steps_of(s, p->id);
    const double n = (double)p->n, percent = um_person_looks_median(p);
    const double red = 100 * expm1(p->sum[RED] / n), blue = 100 * expm1(p->sum[BLUE] / n);
    char steps[64] = "";
    if (!p->n)
        return um_findings_skip(out, who, err, "no neck to compare with: collar, beard or hair, or too dark");
    um_status st = um_findings_evidence(
        out, who, p->highest_s, p->highest_s, um_gallery_of(&s->tone.pictures, p->id), err,
        "The tone of the cheeks (yellow) against the neck (blue) where they differ most, %.0f %%: is there a "
        "border along the jaw? Shade, make-up and coloured light do this, too",
        p->highest);
    if (st == UM_OK && q && q->n >= MIN_STEPS) {
        snprintf(steps, sizeof steps, "; from look to look it moves by %.1f %% against the neck",
                 um_round(um_person_looks_median(q), STEPS.step));
        st = um_findings_evidence(out, who, q->highest_s, q->highest_s,
                                  um_gallery_of(&s->steps.pictures, q->id), err,
                                  "The largest step of the face's tone that the neck does not make, %.1f %% "
                                  "between two looks: does the face alone change colour here?",
                                  um_round(q->highest, STEPS.step));
    }
    if (st < 0)
        return st;
    return um_findings_score(out, who, percent, err,
                             "Skin of face and neck differs by %.0f %%, cheeks and forehead among themselves "
                             "by %.0f %%: on the neck red "
                             "is %.0f %% %s, blue %.0f %% %s (against green), in %lld picture%s%s",
                             percent, 100 * p->sum[OWN] / n, fabs(red), red < 0 ? "lower" : "higher",
                             fabs(blue), blue < 0 ? "lower" : "higher", (long long)p->n, p->n == 1 ? "" : "s",
                             steps);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const skin_colour *s = state;
    um_status st = UM_OK;
    int64_t looks = 0;
    for (int i = 0; i < s->tone.persons.n && st == UM_OK; i++) {
        const um_looked_at *p = um_person_looks_at(&s->tone, i);
        st = conclude(s, p, out, err);
        looks += p->n;
    }
    if (st < 0 || looks)
        return st;
    if (!s->tone.persons.n)
        return um_person_looks_skip(&s->tone, out, err);
    if (!s->bare)
        return um_findings_skip(
            out, um_file_subject(), err,
            "the cheeks could not be seen: too dark, too bright, or %d pixels are not there", MIN_PIXELS);
    return um_findings_skip(
        out, um_file_subject(), err,
        "no neck to compare with: at most %.0f %% of the place below the jaw is skin of the "
        "face's kind, %.0f %% needed",
        floor(100 * s->most), 100 * MIN_NECK);
}

const um_signal um_signal_skin_colour = {
    .name = "skin_colour",
    .family = "face",
    .question = "Has the face the tone of the neck, and keeps it?",
    .meaning = "High: red or blue against green differ between face and neck, however strongly each is lit. "
               "A face from elsewhere can do that; so do make-up, sunburn, a beard's shadow, coloured lamps "
               "and light bounced from clothes. Steps that the neck does not make are shown: look there.",
    .score_unit = "% of a colour against green",
    .paper = "Matern, Riess & Stamminger, WACVW 2019, 10.1109/WACVW.2019.00020; Finlayson et al., IEEE TPAMI "
             "28(1), 2006, 10.1109/TPAMI.2006.18",
    .version = 1,
    .needs = UM_NEED_FACES,
    .state_size = sizeof(skin_colour),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
