/* SPDX-License-Identifier: GPL-3.0-or-later */
/* background_motion.c: does the background beside the head move with it?
 *
 * Portraits that are animated by warping a picture (Siarohin et al., "First Order Motion Model", NeurIPS
 * 2019, and what followed) and many generators drag what lies beside the head along; behind a real head the
 * background stays, or moves as a whole with the camera. There is no paper that measures this: optical flow
 * (um_product_flow, Farneback, SCIA 2003) of three parts of the picture, the face, what lies beside it beyond
 * the hair, and what lies far from it. How much a part follows the head is the slope of its motion on that of
 * the face, least squares without offset over all looks; the score is the slope beside the head less that far
 * away, so that a camera that follows the head gives zero. */
#include "base/base.h"
#include "dsp/stats.h"
#include "faces/gallery.h"
#include "media/draw.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/products.h>
#include <unmask/signal.h>

static const double STEP_S = .19; /* between looks, a fifth less rounding: flow is dear */
/* In widths and heights of the face's box from its middle. The face: without hair and contour. Beside: beyond
 * most hair, above the chin. Far: around that, above the shoulders. */
static const double FACE = .35, BESIDE_FROM = .9, BESIDE_TO = 1.6, TOP = -.9, FAR_TOP = -1.6, FAR_BOTTOM = .2;
static const double OTHER = 1, OTHER_DOWN = .9; /* of other persons, to each side: not background */
enum { MIN_POINTS = 30, MIN_LOOKS = 12 };       /* of the grid in each part; flow joins neighbours anyway */
static const double MIN_SPEED = .1; /* widths a second, root mean square: who moves less drags nothing */
static const double MAX_SPEED = 5;  /* beyond, it is a cut */
static const double SHOWN = .1;     /* of the head's motion; none of the real train persons reaches it */
enum { PICTURE = 320, MAX_PICTURES = 4, ARROW_EVERY = 12 };
static const uint32_t ARROW_COLOUR = 0xFFEB3B;

enum { HEAD, BESIDE, FAR, PARTS };
typedef struct motion {
    double x[PARTS], y[PARTS]; /* widths a second */
} motion;

typedef struct person {
    int id, head_series, beside_series;
    double next_s;
    int64_t faces, looks, hidden; /* hidden: too little of a part in the picture */
    double head, beside, far;     /* sums of products with the motion of the head */
    double strongest, strongest_s;
} person;

typedef struct background_motion {
    um_person_table persons;
    um_gallery pictures;
} background_motion;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    ((background_motion *)state)->pictures.most = MAX_PICTURES;
    return UM_OK;
}

static void end(void *state)
{
    background_motion *b = state;
    free(b->persons.entry);
    um_gallery_clear(&b->pictures);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(background_motion *b, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&b->persons, sizeof *p, id, &is_new, st, err);
    if (!is_new)
        return p;
    p->next_s = -INFINITY;
    const um_subject who = um_person_subject(id);
    *st = um_findings_series(out, &p->head_series, who, "head", "face widths/s", err);
    if (*st == UM_OK)
        *st = um_findings_series(out, &p->beside_series, who, "background beside it, with the head",
                                 "face widths/s", err);
    return *st < 0 ? NULL : p;
}

static int part_of(double u, double v)
{
    const double a = fabs(u);
    if (a < FACE && fabs(v) < FACE)
        return HEAD;
    if (a > BESIDE_FROM && a < BESIDE_TO && v > TOP && v < 0)
        return BESIDE;
    return (a > BESIDE_TO || v < FAR_TOP) && v < FAR_BOTTOM ? FAR : PARTS;
}

static bool of_another(const um_faces *faces, int but, double x, double y)
{
    for (int i = 0; i < faces->n; i++) {
        const um_rect b = faces->face[i].box;
        if (i != but && fabs(x - (double)(b.x + b.w / 2)) < OTHER * (double)b.w &&
            fabs(y - (double)(b.y + b.h / 2)) < OTHER_DOWN * (double)b.h)
            return true;
    }
    return false;
}

/* The mean motion of each part; false: too little of one in the picture. */
static bool measure_parts(motion *m, const um_flow *flow, const um_faces *faces, int which)
{
    const um_rect box = faces->face[which].box;
    const double width = (double)box.w, cx = (double)(box.x + box.w / 2), cy = (double)(box.y + box.h / 2);
    int n[PARTS] = {0};
    *m = (motion){0};
    for (int j = 0; j < flow->height; j++)
        for (int i = 0; i < flow->width; i++) {
            const double x = (i + .5) * (double)flow->scale_x - .5, y = (j + .5) * (double)flow->scale_y - .5;
            const int part = part_of((x - cx) / width, (y - cy) / (double)box.h);
            if (part == PARTS || (part != HEAD && of_another(faces, which, x, y)))
                continue;
            n[part]++;
            m->x[part] += (double)flow->dx[(size_t)j * (size_t)flow->width + (size_t)i];
            m->y[part] += (double)flow->dy[(size_t)j * (size_t)flow->width + (size_t)i];
        }
    for (int k = 0; k < PARTS; k++) {
        if (n[k] < MIN_POINTS)
            return false;
        m->x[k] /= n[k] * width * flow->interval_s;
        m->y[k] /= n[k] * width * flow->interval_s;
        if (!isfinite(m->x[k]) || !isfinite(m->y[k]))
            return false;
    }
    return true;
}

/* The picture with what each point moves in a tenth of a second. */
static um_status draw(um_image **out, const um_image *rgb, const um_flow *flow, um_error *err)
{
    const float scale = (float)PICTURE / (float)rgb->width, tenth = .1f / (float)flow->interval_s;
    const um_rect whole = {0, 0, (float)rgb->width, (float)rgb->height};
    const int height = (int)um_clampd((double)rgb->height * (double)scale, 1, 2 * PICTURE);
    um_status st = um_image_crop_resize(out, rgb, whole, PICTURE, height, err);
    for (int j = ARROW_EVERY / 2; st == UM_OK && j < flow->height; j += ARROW_EVERY)
        for (int i = ARROW_EVERY / 2; i < flow->width; i += ARROW_EVERY) {
            const um_point from = {((float)i + .5f) * flow->scale_x * scale,
                                   ((float)j + .5f) * flow->scale_y * scale};
            const size_t at = (size_t)j * (size_t)flow->width + (size_t)i;
            const um_point to = {from.x + flow->dx[at] * tenth * scale,
                                 from.y + flow->dy[at] * tenth * scale};
            um_draw_disc(*out, from, 1.5f, ARROW_COLOUR);
            um_draw_line(*out, from, to, 1.5f, ARROW_COLOUR);
        }
    return st;
}

static um_status look(background_motion *b, person *p, const um_signal_input *in, int which, um_findings *out,
                      um_error *err)
{
    const um_frame *frame = in->frame;
    const um_rect box = in->faces->face[which].box;
    const um_flow *flow;
    motion m;
    p->faces++;
    /* further back than that: time itself has jumped back */
    if ((frame->t_s < p->next_s && frame->t_s > p->next_s - 2 * STEP_S) ||
        !isfinite(box.x + box.y + box.w + box.h) || !(box.w > 0 && box.h > 0))
        return UM_OK;
    um_status st = um_product_flow(&flow, in->products, err);
    if (st < 0 || !flow || !(flow->interval_s > 0))
        return st;
    p->next_s = frame->t_s + STEP_S;
    if (!measure_parts(&m, flow, in->faces, which)) {
        p->hidden++;
        return UM_OK;
    }
    const double speed = hypot(m.x[HEAD], m.y[HEAD]);
    if (speed > MAX_SPEED)
        return UM_OK;
    p->looks++;
    const double beside = m.x[HEAD] * m.x[BESIDE] + m.y[HEAD] * m.y[BESIDE];
    const double far = m.x[HEAD] * m.x[FAR] + m.y[HEAD] * m.y[FAR];
    p->head += speed * speed;
    p->beside += beside;
    p->far += far;
    if ((st = um_findings_point(out, p->head_series, frame->t_s, speed, err)) < 0 ||
        (st = um_findings_point(out, p->beside_series, frame->t_s, speed > 0 ? (beside - far) / speed : 0,
                                err)) < 0)
        return st;
    um_image **place = um_gallery_place(&b->pictures, p->id, p->looks);
    if (beside - far <= fmax(p->strongest, SHOWN * MIN_SPEED * MIN_SPEED))
        return UM_OK;
    p->strongest = beside - far;
    p->strongest_s = frame->t_s;
    if (!place || !frame->rgb)
        return UM_OK;
    um_image_free(place);
    return draw(place, frame->rgb, flow, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    background_motion *b = state;
    if (!in->frame || !in->faces || in->frame->damaged || !isfinite(in->frame->t_s))
        return UM_OK;
    for (int i = 0; i < in->faces->n; i++) {
        um_status st;
        if (in->faces->face[i].person < 0)
            continue;
        person *p = find(b, in->faces->face[i].person, out, &st, err);
        if (p)
            st = look(b, p, in, i, out, err);
        if (st < 0)
            return st;
    }
    return UM_OK;
}

/* Why this person cannot be judged; false: he can. */
static bool reason(char *text, size_t size, const person *p)
{
    const double speed = p->looks ? sqrt(p->head / (double)p->looks) : 0;
    if (p->looks < MIN_LOOKS && p->hidden > p->looks)
        snprintf(text, size, "too little background: beside and far from the head in %lld of %lld looks",
                 (long long)p->looks, (long long)p->looks + (long long)p->hidden);
    else if (p->looks < MIN_LOOKS)
        snprintf(text, size, "too short: %lld looks at moving pictures, %d needed", (long long)p->looks,
                 MIN_LOOKS);
    else if (speed < MIN_SPEED)
        snprintf(text, size, "the head hardly moves: %.2f face widths a second, %.1f needed",
                 fmin(speed, MIN_SPEED - .01), MIN_SPEED);
    else
        return false;
    return true;
}

static um_status conclude(const background_motion *b, const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    char text[128];
    if (reason(text, sizeof text, p))
        return um_findings_skip(out, who, err, "%s", text);
    const double beside = p->beside / p->head, far = p->far / p->head, score = beside - far;
    um_status st = UM_OK;
    if (score >= SHOWN)
        st = um_findings_evidence(
            out, who, p->strongest_s, p->strongest_s, um_gallery_of(&b->pictures, p->id), err,
            "the background beside the head moves with it (lines: the way in a tenth of "
            "a second)");
    return st < 0
               ? st
               : um_findings_score(out, who, score, err,
                                   "What lies beside the head follows %.0f %% of its motion, what lies far "
                                   "away %.0f %% (%lld looks; the head moves %.2f of its width a second)",
                                   um_round(100 * beside, 1), um_round(100 * far, 1), (long long)p->looks,
                                   sqrt(p->head / (double)p->looks));
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const background_motion *b = state;
    const person *most = NULL;
    um_status st = UM_OK;
    bool judged = false;
    char text[128];
    for (int i = 0; i < b->persons.n && st == UM_OK; i++) {
        const person *p = um_person_table_at(&b->persons, sizeof *p, i);
        st = conclude(b, p, out, err);
        judged = judged || !reason(text, sizeof text, p);
        most = !most || p->faces > most->faces ? p : most;
    }
    if (st < 0 || judged)
        return st;
    if (!most)
        return um_findings_skip(out, um_file_subject(), err, "no face was followed");
    reason(text, sizeof text, most);
    return um_findings_skip(out, um_file_subject(), err, "%s", text);
}

const um_signal um_signal_background_motion = {
    .name = "background_motion",
    .family = "face",
    .question = "Does the background beside the head move with it?",
    .meaning =
        "Positive: what lies beside the head is dragged along by it, and what lies far from it is not, as "
        "in portraits animated by warping and in generated clips. Long hair, hands, shadows and people "
        "behind do so, too; many generators keep the background still, so a low score clears nobody.",
    .score_unit = "share of the head's motion that the background beside it follows",
    .paper = "Farneback, SCIA 2003 (flow); Siarohin et al., NeurIPS 2019, arXiv:2003.00196 (what warps)",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_MOTION | UM_NEED_FLOW,
    .state_size = sizeof(background_motion),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
