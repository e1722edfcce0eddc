/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eyes.c: do both eyes of a person see the same light, and are they a pair?
 *
 * Hu, Li & Lyu, "Exposing GAN-generated faces using inconsistent corneal specular highlights", ICASSP 2021,
 * arXiv:2009.11924: both corneas mirror the same lamps, so their highlights have the same shape at the same
 * place; the measure is the cells that both share over the cells of either. Matern, Riess & Stamminger,
 * WACVW 2019: irises of two colours. Guo, Hu, Chang & Lyu, ICASSP 2022, arXiv:2109.00162: pupils that are no
 * ellipses. faces/iris.h says how they are found. Differences: a video is looked at twice a second and the
 * medians count; highlights are cut halfway between the iris and their brightest point, in each eye for
 * itself, as one eye may lie in shadow; colours are compared without brightness for the same reason. */
#include "base/base.h"
#include "dsp/stats.h"
#include "faces/gallery.h"
#include "faces/iris.h"
#include "media/draw.h"
#include "signals/face/each_face.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

enum { SHINE, TINT, PUPIL, PARTS };
enum { MAX_PICTURES = 8, ZOOM = 2, BINS = 400 };
static const double LOOKS_PER_S = 2;    /* eyes of a scene change slowly */
static const float MIN_WIDTH_PX = 40;   /* between the corners of an eye: an iris of 16 pixels */
static const float PUPIL_WIDTH_PX = 70; /* a pupil of 7 pixels */
static const float MAX_YAW_DEG = 20;    /* from the side, the corneas mirror different places */
static const float MIN_OPENING = .2f;   /* height over width: below, lids cover the iris */
static const float MIN_STEP = 12;       /* gray levels from the iris to the white */
static const char *const names[PARTS] = {"highlights in common", "difference of iris colours",
                                         "roundness of pupils"};
/* What a part is on real photos of the train rows (docs/signals/eyes.md): its middle, and the distance from
 * there to the worst tenth. */
static const double USUAL[PARTS] = {.33, .06, .65}, SPREAD[PARTS] = {-.33, .08, -.28};

typedef struct person {
    int id, series[PARTS];
    bool any;
    double next_s, worst, worst_s;
    float widest_px;
    int64_t looks, seen[PARTS];
    um_histogram part[PARTS]; /* 0..1 */
} person;

typedef struct eyes {
    um_gallery pictures; /* of the greatest differences */
    um_eye eye[2];       /* of the moment */
    um_person_table persons;
    float widest_px;
    int64_t faces, turned, closed, unclear;
} eyes;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    ((eyes *)state)->pictures.most = MAX_PICTURES;
    return UM_OK;
}

static person *person_at(const eyes *u, int i)
{
    return um_person_table_at(&u->persons, sizeof(person), i);
}

static void end(void *state)
{
    eyes *u = state;
    for (int i = 0; i < u->persons.n; i++)
        for (int k = 0; k < PARTS; k++)
            um_histogram_clear(&person_at(u, i)->part[k]);
    free(u->persons.entry);
    um_gallery_clear(&u->pictures);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(eyes *u, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&u->persons, sizeof *p, id, &is_new, st, err);
    if (!is_new)
        return p;
    p->worst = -INFINITY;
    for (int k = 0; k < PARTS && *st == UM_OK; k++) {
        *st = um_findings_series(out, &p->series[k], um_person_subject(id), names[k],
                                 k == TINT ? "ln ratio" : "share", err);
        if (*st == UM_OK)
            *st = um_histogram_init(&p->part[k], BINS, 0, 1, err);
    }
    return *st < 0 ? NULL : p;
}

/* How far parts lie on the suspicious side of what is usual, on average; NAN parts do not count. */
static double strangeness(const double part[PARTS])
{
    double sum = 0;
    int n = 0;
    for (int k = 0; k < PARTS; k++)
        if (!isnan(part[k])) {
            sum += (part[k] - USUAL[k]) / SPREAD[k];
            n++;
        }
    return n ? sum / n : 0;
}

/* Both eyes above each other, with the circle of the iris; what shines is marked beside them. */
static um_status draw(um_image **out, const um_eye eye[2], um_error *err)
{
    enum { WIDTH = 2 * UM_EYE_COLS * ZOOM, HEIGHT = 2 * UM_EYE_ROWS * ZOOM };
    um_image_free(out);
    um_status st = um_image_new(out, WIDTH, HEIGHT, UM_RGB24, err);
    if (st < 0)
        return st;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const um_eye *e = &eye[y >= HEIGHT / 2];
            const int r = y % (HEIGHT / 2) / ZOOM, c = x % (WIDTH / 2) / ZOOM;
            uint8_t *to = (*out)->data + y * (*out)->stride + (ptrdiff_t)3 * x;
            for (int k = 0; k < 3; k++)
                to[k] = (uint8_t)(e->rgb[r][c][k] + .5f);
            const int i = (int)(((float)r - e->y + e->r) / (2 * e->r) * UM_IRIS_CELLS);
            const int j = (int)(((float)c - e->x + e->r) / (2 * e->r) * UM_IRIS_CELLS);
            if (x < WIDTH / 2 || i < 0 || j < 0 || i >= UM_IRIS_CELLS || j >= UM_IRIS_CELLS)
                continue;
            if (e->shine[i][j] == 1) {
                to[0] = 255;
                to[1] = to[2] = 40;
            }
        }
    for (int e = 0; e < 2; e++)
        for (int k = 0; k < 48; k++) {
            const double a = k * M_PI / 24;
            um_draw_disc(*out,
                         (um_point){ZOOM * (eye[e].x + eye[e].r * (float)cos(a)),
                                    ZOOM * (eye[e].y + eye[e].r * (float)sin(a) + (float)(e * UM_EYE_ROWS))},
                         1, 0x40ff40);
        }
    return UM_OK;
}

static um_status look(eyes *u, person *p, const um_frame *frame, const um_face *face, um_findings *out,
                      um_error *err)
{
    const float width = fminf(um_eye_width(face, 0), um_eye_width(face, 1));
    if (!um_eyes_look(u->eye, frame->rgb, face) || !(fminf(u->eye[0].step, u->eye[1].step) >= MIN_STEP)) {
        u->unclear++;
        return UM_OK;
    }
    p->any = true;
    p->next_s = frame->t_s + 1 / LOOKS_PER_S;
    p->looks++;
    const double part[PARTS] = {
        um_shine_agreement(u->eye), um_iris_difference(u->eye[0].colour, u->eye[1].colour),
        width >= PUPIL_WIDTH_PX ? (double)fminf(u->eye[0].pupil, u->eye[1].pupil) : NAN};
    um_status st = UM_OK;
    for (int k = 0; k < PARTS && st == UM_OK; k++) {
        if (isnan(part[k]))
            continue;
        um_histogram_add(&p->part[k], part[k]);
        p->seen[k]++;
        st = um_findings_point(out, p->series[k], frame->t_s, part[k], err);
    }
    um_image **place = um_gallery_place(&u->pictures, p->id, p->looks);
    const double strange = strangeness(part);
    if (st < 0 || strange <= p->worst)
        return st;
    p->worst = strange;
    p->worst_s = frame->t_s;
    return place ? draw(place, u->eye, err) : UM_OK;
}

static um_status follow(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                        um_error *err)
{
    eyes *u = state;
    const double t_s = in->frame->t_s;
    const float width = fminf(um_eye_width(face, 0), um_eye_width(face, 1));
    u->faces++;
    if (isfinite(width))
        u->widest_px = fmaxf(u->widest_px, width);
    if (!(width >= MIN_WIDTH_PX))
        return UM_OK;
    if (!(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG)) {
        u->turned++;
        return UM_OK;
    }
    if (!(fmin(um_eye_opening(face, 0), um_eye_opening(face, 1)) >= MIN_OPENING)) {
        u->closed++;
        return UM_OK;
    }
    um_status st;
    person *p = find(u, face->person, out, &st, err);
    const bool due = p && (!p->any || t_s >= p->next_s || t_s < p->next_s - 1 / LOOKS_PER_S);
    return due ? look(u, p, in->frame, face, out, err) : st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return um_each_face(state, in, follow, out, err);
}

static um_status conclude(const eyes *u, const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (!p->looks)
        return um_findings_skip(out, who, err, "no iris stands out from the white of the eye");
    double part[PARTS];
    char shine[96] = "nothing shines on them", pupil[64] = "";
    for (int k = 0; k < PARTS; k++)
        part[k] = p->seen[k] ? um_histogram_quantile(&p->part[k], .5) : NAN;
    if (p->seen[SHINE])
        snprintf(shine, sizeof shine, "%.0f %% of what shines on the corneas is the same in both",
                 100 * part[SHINE]);
    if (p->seen[PUPIL])
        snprintf(pupil, sizeof pupil, ", the less round pupil fills %.0f %% of its ellipse",
                 100 * part[PUPIL]);
    um_status st = um_findings_evidence(out, who, p->worst_s, p->worst_s, um_gallery_of(&u->pictures, p->id),
                                        err, "where the eyes differ most: iris (green), highlights (red)");
    return st < 0 ? st
                  : um_findings_score(out, who, strangeness(part), err,
                                      "Of both eyes, %s; the colours of the irises differ by %.0f %%%s; in "
                                      "%lld picture%s",
                                      shine, 100 * expm1(part[TINT]), pupil, (long long)p->looks,
                                      p->looks == 1 ? "" : "s");
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    eyes *u = state;
    um_status st = UM_OK;
    int64_t looks = 0;
    for (int i = 0; i < u->persons.n && st == UM_OK; i++) {
        const person *p = person_at(u, i);
        st = conclude(u, p, out, err);
        looks += p->looks;
    }
    if (st < 0 || looks)
        return st;
    if (!u->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    return um_findings_skip(out, um_file_subject(), err,
                            "no usable eyes: the largest are %.0f pixels from corner to corner, %.0f needed "
                            "(%lld faces turned away, %lld with closed eyes, %lld without a clear iris)",
                            floor((double)u->widest_px), (double)MIN_WIDTH_PX, (long long)u->turned,
                            (long long)u->closed, (long long)u->unclear);
}

const um_signal um_signal_eyes = {
    .name = "eyes",
    .family = "face",
    .question = "Do both eyes mirror the same light, with irises and pupils that are a pair?",
    .meaning =
        "High: highlights, iris colours or pupils of the two eyes fit each other worse than usual, as in "
        "faces "
        "that a generator invents. Lamps close to the face, glasses, shadow on one eye, contact lenses and "
        "a squint do the same; recent generators draw matching eyes, so a low value clears nobody.",
    .score_unit = "spreads beyond usual",
    .paper = "Hu, Li & Lyu, ICASSP 2021, arXiv:2009.11924; Guo et al., ICASSP 2022, arXiv:2109.00162",
    .version = 1,
    .needs = UM_NEED_FACES,
    .state_size = sizeof(eyes),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
