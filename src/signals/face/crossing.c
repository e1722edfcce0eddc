/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crossing.c: each block against its own memory. */
#include "signals/face/crossing.h"
#include "base/base.h"
#include "dsp/stats.h"
#include "signals/face/face_rings.h"
#include "signals/image/parts.h"
#include <math.h>
#include <string.h>

enum { LEARNT = 4 };            /* looks before anything is said: 1.6 s */
enum { GIVEN_UP = 10 };         /* looks: what covers the face for 4 s belongs to it (a mask, a microphone) */
static const float NEWS = .15f; /* of each look in the memory: 2.5 s */
static const float LEVELS = 22; /* gray levels, root mean square, that a block must change by ... */
static const float TIMES = 6;   /* ... and its usual power so many times */
static const double LEAST = .15, MOST = .7; /* of the blocks of the face: less is a mouth, more a cut */
static const float TURNED_DEG = 12;         /* from the memory's pose: another side of the face is seen */
/* Rings. What crosses comes from the contour and gets further inwards than a cheek that turns away. */
static const float FACE_TO = UM_RING_CONTOUR, NEAR_TO = 24, CONTOUR_FROM = 16, DEEP_TO = 12;
enum { PICTURE = 240 };

static float ring_of(const um_face *placed, int block)
{
    const um_point c = um_ring_centre(placed);
    const float x = (float)(block % UM_PATCH_ROW * UM_PATCH_BLOCK) + (UM_PATCH_BLOCK - 1) / 2.f - c.x;
    const float y = (float)(block / UM_PATCH_ROW * UM_PATCH_BLOCK) + (UM_PATCH_BLOCK - 1) / 2.f - c.y;
    return hypotf(x, y) / um_ring_reach(placed, atan2f(y, x)) * UM_RING_CONTOUR;
}

/* Index of a place of a block. */
static int place_of(int block, int i)
{
    return (block / UM_PATCH_ROW * UM_PATCH_BLOCK + i / UM_PATCH_BLOCK) * UM_PATCH_SIDE +
           block % UM_PATCH_ROW * UM_PATCH_BLOCK + i % UM_PATCH_BLOCK;
}

/* How much brighter the face is than it was: the median, since light falls on all of it. */
static float brighter(const um_crossing *c, const float *patch)
{
    double d[UM_PATCH_N / 4];
    size_t n = 0;
    for (int i = 0; i < UM_PATCH_N; i += 4)
        if (isfinite(patch[i] - c->usual[i]))
            d[n++] = (double)patch[i] - (double)c->usual[i];
    return (float)um_median(d, n);
}

/* Mean square of a block; 0 where too little of it is in the picture. */
static float difference(const um_crossing *c, const float *patch, int block, float light)
{
    enum { PLACES = UM_PATCH_BLOCK * UM_PATCH_BLOCK };
    float sum = 0;
    int n = 0;
    for (int i = 0; i < PLACES; i++) {
        const int at = place_of(block, i);
        const float d = patch[at] - c->usual[at] - light;
        if (isfinite(d)) {
            sum += d * d;
            n++;
        }
    }
    return n > PLACES / 2 ? sum / (float)n : 0;
}

/* The largest connected part of what changed in the face and beside it, when it reaches from the contour far
 * inwards: its share of the face, else 0. *all: of everything that changed. */
static double covered(bool part[UM_PATCH_BLOCKS], double *all, const um_crossing *c,
                      const float *difference_of, const um_face *placed)
{
    bool todo[UM_PATCH_BLOCKS], left[UM_PATCH_BLOCKS];
    int stack[UM_PATCH_BLOCKS], face = 0, changed = 0, best = 0;
    float ring[UM_PATCH_BLOCKS];
    for (int k = 0; k < UM_PATCH_BLOCKS; k++) {
        ring[k] = ring_of(placed, k);
        todo[k] = ring[k] < NEAR_TO && difference_of[k] > LEVELS * LEVELS &&
                  difference_of[k] > TIMES * c->change[k];
        part[k] = false;
        face += ring[k] < FACE_TO;
        changed += todo[k] && ring[k] < FACE_TO;
    }
    *all = face ? (double)changed / face : 0;
    for (int start = 0; start < UM_PATCH_BLOCKS; start++) {
        int inside = 0;
        bool contour = false, deep = false;
        memcpy(left, todo, sizeof left);
        if (!um_part_take(todo, difference_of, UM_PATCH_ROW, UM_PATCH_ROW, start, stack).n)
            continue;
        for (int k = 0; k < UM_PATCH_BLOCKS; k++)
            if (left[k] && !todo[k]) {
                inside += ring[k] < FACE_TO;
                contour |= ring[k] >= CONTOUR_FROM;
                deep |= ring[k] < DEEP_TO;
            }
        if (!contour || !deep || inside <= best)
            continue;
        best = inside;
        for (int k = 0; k < UM_PATCH_BLOCKS; k++)
            part[k] = left[k] && !todo[k];
    }
    return face ? (double)best / face : 0;
}

/* Beginning, and after a cut or a turn. */
static void forget(um_crossing *c, const float *patch, const um_face *face)
{
    memcpy(c->usual, patch, sizeof c->usual);
    memset(c->change, 0, sizeof c->change);
    c->looks = 1;
    c->yaw_deg = face->pose.yaw_deg;
    c->pitch_deg = face->pose.pitch_deg;
}

static void learn(um_crossing *c, const float *patch, const float *difference_of, const um_face *face)
{
    const float part = fmaxf(NEWS, 1 / (float)(c->looks + 1));
    for (int i = 0; i < UM_PATCH_N; i++)
        c->usual[i] = isfinite(c->usual[i]) && isfinite(patch[i])
                          ? c->usual[i] + part * (patch[i] - c->usual[i])
                      : isfinite(patch[i]) ? patch[i]
                                           : c->usual[i];
    for (int k = 0; k < UM_PATCH_BLOCKS; k++)
        c->change[k] += part * (difference_of[k] - c->change[k]);
    c->yaw_deg += part * (face->pose.yaw_deg - c->yaw_deg);
    c->pitch_deg += part * (face->pose.pitch_deg - c->pitch_deg);
    c->looks++;
}

um_status um_crossing_finish(um_crossing *c, int person, int *shown, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    if (c->lasting && *shown < UM_CROSSINGS_SHOWN) {
        (*shown)++;
        st = um_findings_evidence(
            out, um_person_subject(person), c->from_s, c->to_s, c->picture, err,
            "something crosses the face or lies before it (framed, %.0f %% of the face): do skin, eyes or "
            "jaw show "
            "through, melt or jump at its border? A quick turn looks alike; nothing is scored",
            100 * c->largest);
    }
    c->lasting = 0;
    c->largest = 0;
    um_image_free(&c->picture);
    return st;
}

static um_status go_on(um_crossing *c, double share, const bool *part, const um_face *face,
                       const um_frame *frame, um_error *err)
{
    if (!c->lasting++)
        c->from_s = frame->t_s;
    c->to_s = frame->t_s;
    if (share <= c->largest)
        return UM_OK;
    c->largest = share;
    um_image_free(&c->picture);
    return um_patch_picture(&c->picture, frame->rgb, face, part, PICTURE, err);
}

um_status um_crossing_look(um_crossing *c, const float patch[UM_PATCH_N], const um_face *placed,
                           const um_face *face, const um_frame *frame, int *shown, um_findings *out,
                           um_error *err)
{
    float difference_of[UM_PATCH_BLOCKS];
    bool part[UM_PATCH_BLOCKS];
    double all;
    const bool turned = !(fabsf(face->pose.yaw_deg - c->yaw_deg) <= TURNED_DEG &&
                          fabsf(face->pose.pitch_deg - c->pitch_deg) <= TURNED_DEG);
    if (!c->looks || turned) {
        forget(c, patch, face);
        return um_crossing_finish(c, face->person, shown, out, err);
    }
    const float light = brighter(c, patch);
    for (int k = 0; k < UM_PATCH_BLOCKS; k++)
        difference_of[k] = difference(c, patch, k, light);
    const double share = covered(part, &all, c, difference_of, placed);
    if (c->looks >= LEARNT && share >= LEAST && all <= MOST && c->lasting < GIVEN_UP)
        return go_on(c, share, part, face, frame, err);
    if (all > MOST || c->lasting)
        forget(c, patch, face);
    else
        learn(c, patch, difference_of, face);
    return um_crossing_finish(c, face->person, shown, out, err);
}

void um_crossing_end(um_crossing *c)
{
    um_image_free(&c->picture);
}
