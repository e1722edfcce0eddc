/* SPDX-License-Identifier: GPL-3.0-or-later */
/* repeated_frames.c: does the face stand still while its surroundings move?
 *
 * A recording that is converted to another frame rate repeats whole pictures. Where a face was pasted in and
 * the program lagged, lost the face or ran at another rate, the face alone is repeated; where a picture was
 * animated, all but the face. No paper: the mean absolute difference of luma to the picture before, in the
 * face and in a frame around the head. A part stands when that is below what an encoder leaves of a copy, and
 * moves when it is beyond what noise gives. Only faces that stand score: walls behind real persons stand in
 * most pictures of a compressed recording, and are told. */
#include "base/base.h"
#include "dsp/stats.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/products.h>
#include <unmask/signal.h>

static const double STANDS = .15, MOVES = 1;   /* gray levels, mean absolute difference */
static const double FACE_X = .3, FACE_Y = .35; /* of the box from its middle: within the contour */
static const double AROUND_FROM = .6, AROUND_TO = 1.1;
static const double MAX_STEP_S = .1; /* further apart are no neighbours */
static const double SHOWN_S = .1;    /* an interval worth showing: three pictures at 30 a second */
static const float MIN_BOX_PX = 48;  /* a face of few points stands by chance */
enum { MAX_SIDE = 320, MIN_POINTS = 60, MIN_PAIRS = 40 };

typedef struct person {
    int id, series;
    int64_t pairs, frozen, repeated, still_around;
    double from_s, last_s; /* of the face that stands now */
    bool stands;
} person;

typedef struct repeated_frames {
    int64_t faces;
    um_person_table persons;
    int width, height; /* of the picture before; 0: none */
    double before_s;
    bool known;
    uint8_t before[MAX_SIDE * MAX_SIDE], now[MAX_SIDE * MAX_SIDE];
} repeated_frames;

static void end(void *state)
{
    free(((repeated_frames *)state)->persons.entry);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(repeated_frames *r, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&r->persons, sizeof *p, id, &is_new, st, err);
    if (is_new)
        *st = um_findings_series(out, &p->series, um_person_subject(id), "change of the face", "gray levels",
                                 err);
    return *st < 0 ? NULL : p;
}

static int every(int side)
{
    return (side + MAX_SIDE - 1) / MAX_SIDE;
}

/* Every n-th point, not a mean of points: a copy stays a copy. */
static void sample(uint8_t *out, const um_image *luma)
{
    const int dx = every(luma->width), dy = every(luma->height);
    for (int y = 0; y < luma->height / dy; y++)
        for (int x = 0; x < luma->width / dx; x++)
            out[y * MAX_SIDE + x] = luma->data[(ptrdiff_t)y * dy * luma->stride + (ptrdiff_t)x * dx];
}

/* Mean change in the face and around; false: too few points of one of them are in the picture. */
static bool changes(double *face, double *around, const repeated_frames *r, um_rect box)
{
    const int dx = every(r->width), dy = every(r->height);
    const double cx = (double)(box.x + box.w / 2), cy = (double)(box.y + box.h / 2);
    double sum[2] = {0};
    int n[2] = {0};
    for (int y = 0; y < r->height / dy; y++)
        for (int x = 0; x < r->width / dx; x++) {
            const double u = fabs(x * dx - cx) / (double)box.w, v = fabs(y * dy - cy) / (double)box.h;
            const bool inside = u < FACE_X && v < FACE_Y;
            if (!inside && (u > AROUND_TO || v > AROUND_TO || (u < AROUND_FROM && v < AROUND_FROM)))
                continue;
            sum[inside] += abs(r->now[y * MAX_SIDE + x] - r->before[y * MAX_SIDE + x]);
            n[inside]++;
        }
    *face = sum[1] / n[1];
    *around = sum[0] / n[0];
    return n[0] >= MIN_POINTS && n[1] >= MIN_POINTS;
}

static um_status end_standing(person *p, um_findings *out, um_error *err)
{
    const bool shown = p->stands && p->last_s - p->from_s >= SHOWN_S - .001;
    p->stands = false;
    if (!shown)
        return UM_OK;
    return um_findings_evidence(out, um_person_subject(p->id), p->from_s, p->last_s, NULL, err,
                                "the face stands still for %.2f s while what is around it moves",
                                p->last_s - p->from_s);
}

static um_status compare(repeated_frames *r, person *p, double t_s, um_rect box, um_findings *out,
                         um_error *err)
{
    double face, around;
    um_status st;
    if (!isfinite(box.x + box.y + box.w + box.h) || !(box.w >= MIN_BOX_PX && box.h >= MIN_BOX_PX) ||
        !changes(&face, &around, r, box))
        return UM_OK;
    p->pairs++;
    p->repeated += face < STANDS && around < STANDS;
    p->still_around += face > MOVES && around < STANDS;
    const bool stands = face < STANDS && around > MOVES;
    if (p->stands && (!stands || r->before_s != p->last_s) && (st = end_standing(p, out, err)) < 0)
        return st;
    if (stands) {
        p->frozen++;
        p->from_s = p->stands ? p->from_s : r->before_s;
        p->last_s = t_s;
        p->stands = true;
    }
    return um_findings_point(out, p->series, t_s, face, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    repeated_frames *r = state;
    const um_image *luma;
    if (!in->frame || !in->faces || in->frame->damaged || !isfinite(in->frame->t_s))
        return UM_OK;
    um_status st = um_product_luma(&luma, in->products, err);
    if (st < 0)
        return st;
    const double step_s = in->frame->t_s - r->before_s;
    const bool neighbours = r->known && r->width == luma->width && r->height == luma->height && step_s > 0 &&
                            step_s <= MAX_STEP_S;
    r->faces += in->faces->n;
    r->width = luma->width, r->height = luma->height;
    sample(r->now, luma);
    for (int i = 0; neighbours && i < in->faces->n && st == UM_OK; i++) {
        const um_face *face = &in->faces->face[i];
        person *p = face->person < 0 ? NULL : find(r, face->person, out, &st, err);
        if (p)
            st = compare(r, p, in->frame->t_s, face->box, out, err);
    }
    memcpy(r->before, r->now, sizeof r->before);
    r->before_s = in->frame->t_s;
    r->known = true;
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    repeated_frames *r = state;
    um_status st = UM_OK;
    int64_t most = 0;
    for (int i = 0; i < r->persons.n && st == UM_OK; i++) {
        person *p = um_person_table_at(&r->persons, sizeof *p, i);
        const um_subject who = um_person_subject(p->id);
        const double share = 100 / fmax((double)p->pairs, 1);
        most = p->pairs > most ? p->pairs : most;
        if ((st = end_standing(p, out, err)) < 0)
            return st;
        if (p->pairs < MIN_PAIRS)
            st = um_findings_skip(out, who, err, "too short: %lld pairs of pictures, %d needed",
                                  (long long)p->pairs, MIN_PAIRS);
        else
            st = um_findings_score(
                out, who, share * (double)p->frozen, err,
                "The face stands still while what is around it moves in %.1f %% of %lld pictures; both stand "
                "in %.1f %% (repeated pictures), the surroundings alone in %.1f %%",
                share * (double)p->frozen, (long long)p->pairs, share * (double)p->repeated,
                share * (double)p->still_around);
    }
    if (st < 0 || most >= MIN_PAIRS)
        return st;
    if (!r->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face was followed");
    return um_findings_skip(out, um_file_subject(), err,
                            "too short: %lld pairs of pictures of a face, %d needed", (long long)most,
                            MIN_PAIRS);
}

const um_signal um_signal_repeated_frames = {
    .name = "repeated_frames",
    .family = "face",
    .question = "Does the face stand still while its surroundings move?",
    .meaning =
        "High: the face alone is repeated from picture to picture, as when a program that pastes faces "
        "lags or loses the face. Few fakes do so; strong compression can do it to a real face before "
        "a busy background.",
    .score_unit = "% of the pictures",
    .paper = "none: differences of luma between neighbours",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY | UM_NEED_MOTION,
    .state_size = sizeof(repeated_frames),
    .push = push,
    .finish = finish,
    .end = end,
};
