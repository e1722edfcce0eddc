/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_codec.c: did the video codec work on the face as on what surrounds it?
 *
 * An encoder leaves notes: how coarsely it quantised each block, whether it could predict it from an earlier
 * picture, and by which shift. A face that flickers, as one that is made picture by picture may, is predicted
 * badly: more of its blocks are coded anew (intra), and the shifts of neighbours disagree. Groenquist, Ren,
 * He, Verardo & Suesstrunk, "Efficient temporally-aware deepfake detection using H.264 motion vectors",
 * Electronic Imaging 36(4), 2024, give shifts and intra blocks of a face to a network. Here nothing is
 * learnt: blocks whose middle lies in the contour of the face are compared with those of a ring around it.
 * "Stands" takes the place of skipped blocks, which no decoder tells. The score is the disagreement of
 * shifts; it is a ratio, so that neither the codec nor how much is moved counts for all of it. */
#include "base/base.h"
#include "dsp/stats.h"
#include "faces/regions.h"
#include "media/draw.h"
#include "media/geometry.h"
#include "media/polygon.h"
#include "signals/face/each_face.h"
#include "signals/face/person_looks.h"
#include <math.h>

enum { PICTURE = 240, MIN_BLOCKS = 12 };          /* in the face: some 55 pixels across; and around it */
static const float RING_FROM = 1.2f, RING_TO = 2; /* times the contour, from its middle */
static const float MOST_SIDES = 4;                /* of the picture: a contour beyond is none */
static const double STANDS_PX = .25;              /* the least shift that H.264 can tell */
static const double FLOOR_PX = .25;               /* what its rounding leaves of agreement */
static const um_person_looks_kind KIND = {
    "disagreement of shifts, face against around", "doublings", 5, -8, 8, 8, .01};

/* Of the blocks of a part of one picture. */
typedef struct part {
    int n, intra, stands, pairs;
    double quantiser, differ; /* sums: doublings of the step; pixels between neighbours */
} part;

/* Sums over looks: of um_looked_at.sum and .before, which nothing else uses here. */
enum { INTRA_FACE, INTRA_AROUND, QUANTISER };
enum { DIFFER_FACE, DIFFER_AROUND, STANDS_FACE, STANDS_AROUND };

typedef struct face_codec {
    um_person_looks looks;
    int64_t faces;
    bool whole, predicted; /* some picture was an I, a P */
    bool told;             /* some P had the motion of its blocks */
    int most;              /* blocks in a face */
} face_codec;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_person_looks_begin(&((face_codec *)state)->looks, &KIND);
    return UM_OK;
}

static void end(void *state)
{
    um_person_looks_end(&((face_codec *)state)->looks);
}

/* ---- the blocks ---- */

static double step_of(um_quantisers kind, int quantiser)
{
    return kind == UM_QUANTISERS_H264 ? quantiser / 6. : log2(fmax(quantiser, 1));
}

static bool moves_from_past(const um_codec_block *b)
{
    return b->kind == UM_BLOCK_PAST || b->kind == UM_BLOCK_BOTH;
}

static void add_pair(part *to, const um_codec_block *a, const um_codec_block *b)
{
    if (!moves_from_past(a) || !moves_from_past(b))
        return;
    to->differ += hypot((double)(a->dx - b->dx), (double)(a->dy - b->dy));
    to->pairs++;
}

static void add_block(part *to, const um_codec_picture *c, const um_codec_block *b)
{
    to->n++;
    to->intra += b->kind == UM_BLOCK_INTRA;
    to->stands += moves_from_past(b) && hypot((double)b->dx, (double)b->dy) < STANDS_PX;
    to->quantiser += step_of(c->quantisers, b->quantiser);
}

/* The contour, `times` its size. */
static um_rect grown(um_point out[UM_CONTOUR_CORNERS], const um_point *contour, um_point middle, float times)
{
    for (int i = 0; i < UM_CONTOUR_CORNERS; i++)
        out[i] = (um_point){middle.x + times * (contour[i].x - middle.x),
                            middle.y + times * (contour[i].y - middle.y)};
    return um_points_box(out, UM_CONTOUR_CORNERS);
}

static bool is_inside(const um_point *contour, float x, float y)
{
    float cross[UM_POLYGON_MOST];
    const int n = um_polygon_row(cross, contour, UM_CONTOUR_CORNERS, y);
    for (int i = 0; i + 1 < n; i += 2)
        if (x >= cross[i] && x <= cross[i + 1])
            return true;
    return false;
}

enum { FACE, AROUND, ELSEWHERE };

typedef struct zones {
    um_point line[3][UM_CONTOUR_CORNERS]; /* the contour; where the ring begins and ends */
    um_rect all;
} zones;

static int zone_of(const zones *z, float x, float y)
{
    if (is_inside(z->line[0], x, y))
        return FACE;
    return is_inside(z->line[2], x, y) && !is_inside(z->line[1], x, y) ? AROUND : ELSEWHERE;
}

/* Of the block (col, row) of a picture of width x height; a middle beyond its borders is nowhere. */
static int zone_at(const zones *z, const um_codec_picture *c, const um_image *rgb, int col, int row)
{
    const float x = c->x + ((float)col + .5f) * c->w, y = c->y + ((float)row + .5f) * c->h;
    const bool outside = col >= c->cols || row >= c->rows || x < 0 || y < 0 || x >= (float)rgb->width ||
                         y >= (float)rgb->height;
    return outside ? ELSEWHERE : zone_of(z, x, y);
}

static void range(int *from, int *to, float begin, float size, float origin, float step, int n)
{
    *from = (int)um_clampd(floor((double)((begin - origin) / step)), 0, n);
    *to = (int)um_clampd(ceil((double)((begin + size - origin) / step)), 0, n);
}

/* False when the points make no face. */
static bool measure_parts(part out[2], zones *z, const um_codec_picture *c, const um_image *rgb,
                          const um_face *face)
{
    um_face_contour(z->line[0], face);
    const um_rect box = um_points_box(z->line[0], UM_CONTOUR_CORNERS);
    const um_point middle = um_rect_centre(box);
    if (!isfinite(box.x + box.y + box.w + box.h) || !(box.w < MOST_SIDES * (float)rgb->width) ||
        !(box.h < MOST_SIDES * (float)rgb->height))
        return false;
    grown(z->line[1], z->line[0], middle, RING_FROM);
    z->all = grown(z->line[2], z->line[0], middle, RING_TO);
    int left, right, top, bottom;
    range(&left, &right, z->all.x, z->all.w, c->x, c->w, c->cols);
    range(&top, &bottom, z->all.y, z->all.h, c->y, c->h, c->rows);
    for (int row = top; row < bottom; row++)
        for (int col = left; col < right; col++) {
            const int zone = zone_at(z, c, rgb, col, row);
            if (zone == ELSEWHERE)
                continue;
            const um_codec_block *b = &c->block[row * c->cols + col];
            add_block(&out[zone], c, b);
            if (zone_at(z, c, rgb, col + 1, row) == zone)
                add_pair(&out[zone], b, b + 1);
            if (zone_at(z, c, rgb, col, row + 1) == zone)
                add_pair(&out[zone], b, b + c->cols);
        }
    return true;
}

/* ---- the picture ---- */

/* The grid: intra blocks orange, shifts as lines, the contour. */
static um_status picture(um_image **out, const zones *z, const um_codec_picture *c, const um_image *rgb,
                         um_error *err)
{
    const float scale = PICTURE / fmaxf(z->all.w, z->all.h);
    const int width = um_clampi((int)(z->all.w * scale), 1, PICTURE),
              height = um_clampi((int)(z->all.h * scale), 1, PICTURE);
    um_status st = um_image_crop_resize(out, rgb, z->all, width, height, err);
    if (st < 0)
        return st;
    int left, right, top, bottom;
    range(&left, &right, z->all.x, z->all.w, c->x, c->w, c->cols);
    range(&top, &bottom, z->all.y, z->all.h, c->y, c->h, c->rows);
    for (int row = top; row < bottom; row++)
        for (int col = left; col < right; col++) {
            const um_codec_block *b = &c->block[row * c->cols + col];
            const um_rect at = {(c->x + (float)col * c->w - z->all.x) * scale,
                                (c->y + (float)row * c->h - z->all.y) * scale, c->w * scale, c->h * scale};
            const um_point m = um_rect_centre(at);
            if (b->kind == UM_BLOCK_INTRA)
                um_draw_fill(*out, at, 0xff8c00, .5f);
            um_draw_rect(*out, at, .5f, 0x808080);
            if (moves_from_past(b) && hypot((double)b->dx, (double)b->dy) >= STANDS_PX)
                um_draw_line(*out, m, (um_point){m.x + b->dx * scale, m.y + b->dy * scale}, 1, 0x00ffff);
        }
    for (int i = 0; i < UM_CONTOUR_CORNERS; i++) {
        const um_point a = z->line[0][i], b = z->line[0][(i + 1) % UM_CONTOUR_CORNERS];
        um_draw_line(*out, (um_point){(a.x - z->all.x) * scale, (a.y - z->all.y) * scale},
                     (um_point){(b.x - z->all.x) * scale, (b.y - z->all.y) * scale}, 1, 0xffffff);
    }
    return UM_OK;
}

/* ---- the signal ---- */

static double disagreement(const part *p)
{
    return p->pairs ? p->differ / p->pairs : 0;
}

static um_status look(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    face_codec *f = state;
    const um_codec_picture *c = in->frame->codec;
    part of[2] = {{0}};
    zones z = {.all = {0}};
    um_looked_at *p;
    um_image **place;
    um_status st = um_person_looks_due(&p, &f->looks, face->person, in->frame->t_s, out, err);
    if (st < 0 || !p || !measure_parts(of, &z, c, in->frame->rgb, face))
        return st;
    f->most = of[FACE].n > f->most ? of[FACE].n : f->most;
    if (of[FACE].n < MIN_BLOCKS || of[AROUND].n < MIN_BLOCKS)
        return UM_OK;
    const double inside = disagreement(&of[FACE]), around = disagreement(&of[AROUND]);
    p->sum[INTRA_FACE] += (double)of[FACE].intra / of[FACE].n;
    p->sum[INTRA_AROUND] += (double)of[AROUND].intra / of[AROUND].n;
    p->sum[QUANTISER] += of[FACE].quantiser / of[FACE].n - of[AROUND].quantiser / of[AROUND].n;
    p->before[DIFFER_FACE] += inside;
    p->before[DIFFER_AROUND] += around;
    p->before[STANDS_FACE] += (double)of[FACE].stands / of[FACE].n;
    p->before[STANDS_AROUND] += (double)of[AROUND].stands / of[AROUND].n;
    st = um_person_looks_add(&place, &f->looks, p, in->frame->t_s,
                             log2((inside + FLOOR_PX) / (around + FLOOR_PX)), out, err);
    return st < 0 || !place ? st : picture(place, &z, c, in->frame->rgb, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    face_codec *f = state;
    const um_codec_picture *c = in->frame ? in->frame->codec : NULL;
    f->faces += in->faces ? in->faces->n : 0;
    f->whole |= c && c->type == 'I';
    f->predicted |= c && c->type == 'P';
    if (!c || !c->has_motion ||
        c->type != 'P') /* others are predicted otherwise, and have other quantisers */
        return UM_OK;
    f->told = true;
    return um_each_face(state, in, look, out, err);
}

static um_status conclude(const um_person_looks *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    const double n = (double)p->n, percent = 100 / n;
    if (!p->n)
        return um_findings_skip(out, who, err, "the face covers too few blocks of the codec: %d are needed",
                                MIN_BLOCKS);
    const double score = um_person_looks_median(p);
    const um_status st = um_findings_evidence(
        out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
        "the codec's blocks where the shifts disagree most: coded anew (orange), shifts (lines)");
    return st < 0
               ? st
               : um_findings_score(
                     out, who, score, err,
                     "Neighbouring blocks differ in their shift by %.2f pixels in the face and %.2f around "
                     "it; %.0f %% and %.0f %% are coded anew, %.0f %% and %.0f %% stand still; the "
                     "quantiser's step is "
                     "%+.0f %%, in %lld picture%s",
                     p->before[DIFFER_FACE] / n, p->before[DIFFER_AROUND] / n, percent * p->sum[INTRA_FACE],
                     percent * p->sum[INTRA_AROUND], percent * p->before[STANDS_FACE],
                     percent * p->before[STANDS_AROUND], um_round(100 * (exp2(p->sum[QUANTISER] / n) - 1), 1),
                     (long long)p->n, p->n == 1 ? "" : "s");
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const face_codec *f = state;
    const char *codec = in->media && in->media->video_codec ? in->media->video_codec : "";
    um_status st = UM_OK;
    int64_t looks = 0;
    if (!f->faces)
        return um_findings_skip(out, um_file_subject(), err, "no face was followed");
    if (f->whole && !f->predicted)
        return um_findings_skip(out, um_file_subject(), err,
                                "no picture is predicted from an earlier one (%s)",
                                *codec ? codec : "unknown codec");
    if (!f->told)
        return um_findings_skip(out, um_file_subject(), err, "the decoder tells no motion of blocks (%s%s)",
                                *codec ? codec : "unknown codec",
                                in->media && in->media->interlaced ? ", interlaced" : "");
    for (int i = 0; i < f->looks.persons.n && st == UM_OK; i++) {
        const um_looked_at *p = um_person_looks_at(&f->looks, i);
        st = conclude(&f->looks, p, out, err);
        looks += p->n;
    }
    if (st < 0 || looks)
        return st;
    return um_findings_skip(
        out, um_file_subject(), err,
        "too small: the largest face covers %d blocks of the codec, %d and as many around "
        "it are needed",
        f->most, MIN_BLOCKS);
}

const um_signal um_signal_face_codec = {
    .name = "face_codec",
    .family = "face",
    .question = "Did the video codec work on the face as on what surrounds it?",
    .meaning =
        "High: the shifts by which the codec predicts the face disagree from block to block more than those "
        "around it. A face that flickers does so, and so does one that speaks before a wall, so that "
        "real recordings are high, too. Low: it moves in one piece, or its surroundings are restless.",
    .score_unit = "doublings of the disagreement, face against around",
    .paper = "after Groenquist et al., Electronic Imaging 36(4), 2024, 10.2352/EI.2024.36.4.MWSF-335",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_CODEC | UM_NEED_MOTION,
    .state_size = sizeof(face_codec),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
