/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frequency.c: does a pattern of 2, 4 or 8 pixels run through the whole picture, or through a face?
 *
 * Zhang, Karaman & Chang, "Detecting and simulating artifacts in GAN fake images", WIFS 2019,
 * arXiv:1907.06515: up-sampling layers repeat the spectrum at fractions of the sampling rate. Marra et al.
 * 2019 and Corvi et al. 2023 find the peaks in residuals averaged over hundreds of pictures of one generator;
 * here the pieces of one picture are averaged, by phase (dsp/lattice.h), so that no generator need be known.
 * Durall, Keuper & Keuper, CVPR 2020, arXiv:2003.01826: how the spectrum falls, and its tail; told with it,
 * but no part of the score, as blur, noise and compression move it more than any generator. No classifier,
 * nothing is resized. `radial` has the fall for faces. */
#include "base/base.h"
#include "dsp/lattice.h"
#include "dsp/spectrum.h"
#include "media/draw.h"
#include "signals/face/each_face.h"
#include "signals/face/person_looks.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_TILES = 400 };     /* of a photo: 40 ms; more add little */
enum { LEAST_TILES = 16 };     /* of a photo: 208 x 208 pixels */
enum { MOST_FACE_TILES = 49 }; /* of a look: 352 x 352 pixels */
enum { LEAST_FACE_TILES = 4 }; /* 112 x 112 pixels */
/* Of 236 real train photos one reaches it, of 91 by diffusion 37 (docs/signals/frequency.md). */
static const double CALLED = 4;

enum { CELL = 6, PICTURE = UM_LATTICE_TILE * CELL, POINTS = 25, RING_SIDES = 16 };
static const double DARKEST_DB = 0, BRIGHTEST_DB = 15; /* of the picture, over chance */
/* Of um_lattice_at: ln(25 * 100), so that one picture of a hundred has a ring by chance. */
static const double RINGED = 7.8;
static const float RING_RADIUS = 2.5f * CELL, RING_WIDTH = 1.5f; /* pixels of the picture */
static const uint32_t RING_COLOUR = 0xff8c00, AXIS_COLOUR = 0x203060;

static const um_person_looks_kind KIND = {
    "regular pattern in the face", "log10 of the odds against chance", 2, 0, 40, 8, .1};

typedef struct frequency {
    um_person_looks looks; /* sum[0]: dB over chance, sum[1]: tiles */
    um_lattice lattice;
    bool seen; /* the photo */
} frequency;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    frequency *f = state;
    um_person_looks_begin(&f->looks, &KIND);
    return um_lattice_init(&f->lattice, err);
}

static void end(void *state)
{
    frequency *f = state;
    um_person_looks_end(&f->looks);
    um_lattice_clear(&f->lattice);
}

static double log10_of(const um_lattice_found *found)
{
    return found->nats / M_LN10;
}

static void ring(um_image *picture, um_point centre)
{
    um_point from = {centre.x + RING_RADIUS, centre.y};
    for (int i = 1; i <= RING_SIDES; i++) {
        const float angle = (float)(2 * M_PI * i / RING_SIDES);
        const um_point to = {centre.x + RING_RADIUS * cosf(angle), centre.y + RING_RADIUS * sinf(angle)};
        um_draw_line(picture, from, to, RING_WIDTH, RING_COLOUR);
        from = to;
    }
}

/* Every frequency by how regular it is, zero in the middle; *ringed: points of the lattice that stand out,
 * each counted once. */
static um_status draw(um_image **out, int *ringed, const um_lattice *l, um_error *err)
{
    enum { T = UM_LATTICE_TILE, HALF = T / 2 };
    um_image *picture;
    um_status st = um_image_new(&picture, PICTURE, PICTURE, UM_RGB24, err);
    if (st < 0)
        return st;
    *ringed = 0;
    for (int y = 0; y < PICTURE; y++)
        for (int x = 0; x < PICTURE; x++) {
            const int row = y / CELL - HALF, col = x / CELL - HALF, u = (col < 0 ? T - row : T + row) % T;
            const double db = 10 * log10(fmax(um_lattice_at(l, u, abs(col)), 1e-9));
            const double part = um_clampd((db - DARKEST_DB) / (BRIGHTEST_DB - DARKEST_DB), 0, 1);
            uint8_t *rgb = picture->data + y * picture->stride + (ptrdiff_t)3 * x;
            rgb[0] = rgb[1] = rgb[2] = (uint8_t)lrint(255 * part);
        }
    um_draw_fill(picture, (um_rect){HALF * CELL, 0, CELL, PICTURE}, AXIS_COLOUR, .7f);
    um_draw_fill(picture, (um_rect){0, HALF * CELL, PICTURE, CELL}, AXIS_COLOUR, .7f);
    for (int row = -HALF; row < HALF; row++)
        for (int col = -HALF; col < HALF; col++) {
            const int u = (col < 0 ? T - row : T + row) % T, v = abs(col);
            if (!um_lattice_period(u, v) || um_lattice_at(l, u, v) < RINGED)
                continue;
            *ringed += col > 0 || (v == HALF && u <= HALF);
            ring(picture, (um_point){((float)(col + HALF) + .5f) * CELL, ((float)(row + HALF) + .5f) * CELL});
        }
    *out = picture;
    return UM_OK;
}

/* ---- a photo ---- */

static um_status judge(const um_lattice *l, um_findings *out, um_error *err)
{
    double power[UM_LATTICE_BINS], slope, tail;
    um_image *picture = NULL;
    int ringed = 0;
    if (l->n < LEAST_TILES)
        return um_findings_skip(out, um_file_subject(), err,
                                "too small or too even: %d usable pieces of %d x %d pixels, %d needed", l->n,
                                UM_LATTICE_TILE, UM_LATTICE_TILE, LEAST_TILES);
    const um_lattice_found found = um_lattice_find(l);
    const double score = log10_of(&found);
    um_lattice_power(power, l);
    um_spectrum_fall(&slope, &tail, power, UM_LATTICE_TILE, um_spectrum_rounding(UM_LATTICE_TILE));
    um_status st = draw(&picture, &ringed, l, err);
    if (st == UM_OK)
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "How alike each spatial frequency is in %d pieces of the photo (middle: none, border: 2 pixels). "
            "Ringed: %d of the %d at periods of 2, 4 and 8 pixels, more than chance. Blue: not judged, "
            "blocks of "
            "JPEG lie there.",
            l->n, ringed, POINTS);
    um_image_free(&picture);
    if (st < 0)
        return st;
    if (score < CALLED)
        return um_findings_score(
            out, um_file_subject(), score, err,
            "No pattern of 2, 4 or 8 pixels runs through the photo (%+.1f dB over chance in %d pieces). "
            "Spectrum: %+.0f dB per tenfold frequency, its finest fifth %+.1f dB off that.",
            um_round(found.db, .1), l->n, um_round(slope, 1), um_round(tail, .1));
    return um_findings_score(out, um_file_subject(), score, err,
                             "A pattern of %d pixels runs through the photo, %.1f dB over chance in %d "
                             "pieces (odds 1 : 10^%.0f), as up-sampling leaves. Spectrum: %+.0f dB per "
                             "tenfold frequency, its finest fifth %+.1f dB off that.",
                             found.period, um_round(found.db, .1), l->n, floor(score), um_round(slope, 1),
                             um_round(tail, .1));
}

/* ---- faces of a video ---- */

static um_status look(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    frequency *f = state;
    const um_image *luma;
    um_looked_at *p;
    um_image **place;
    int ringed;
    const um_rect box = face->box;
    if (!um_person_looks_usable(&f->looks, face))
        return UM_OK;
    um_status st = um_person_looks_due(&p, &f->looks, face->person, in->frame->t_s, out, err);
    if (st < 0 || !p || (st = um_product_luma(&luma, in->products, err)) < 0)
        return st;
    um_lattice_restart(&f->lattice);
    if (isfinite(box.x) && isfinite(box.y) && isfinite(box.w) && isfinite(box.h)) {
        const double w = luma->width, h = luma->height;
        um_lattice_add(&f->lattice, luma->data, luma->stride, (int)um_clampd(box.x, 0, w),
                       (int)um_clampd(box.y, 0, h), (int)um_clampd(box.x + box.w, 0, w),
                       (int)um_clampd(box.y + box.h, 0, h), MOST_FACE_TILES);
    }
    if (f->lattice.n < LEAST_FACE_TILES) {
        f->looks.refused++;
        return UM_OK;
    }
    const um_lattice_found found = um_lattice_find(&f->lattice);
    p->sum[0] += found.db;
    p->sum[1] += f->lattice.n;
    st = um_person_looks_add(&place, &f->looks, p, in->frame->t_s, log10_of(&found), out, err);
    return st < 0 || !place ? st : draw(place, &ringed, &f->lattice, err);
}

static um_status conclude(const um_person_looks *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (!p->n)
        return um_findings_skip(
            out, who, err,
            "no usable look: the face is too small or too even for %d pieces of %d x %d pixels",
            LEAST_FACE_TILES, UM_LATTICE_TILE, UM_LATTICE_TILE);
    const double n = (double)p->n, score = um_person_looks_median(p);
    um_status st =
        um_findings_evidence(out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
                             "How alike each spatial frequency is in the pieces of this face, where it is "
                             "most (middle: none, border: "
                             "2 pixels). Ringed: at periods of 2, 4 and 8 pixels, more than chance. Blue: "
                             "not judged, blocks of the "
                             "codec lie there.");
    if (st < 0)
        return st;
    if (score < CALLED)
        return um_findings_score(
            out, who, score, err,
            "No pattern of 2, 4 or 8 pixels stands out in the face: %+.1f dB against chance in "
            "%lld picture%s (%.0f pieces each)",
            um_round(p->sum[0] / n, .1), (long long)p->n, p->n == 1 ? "" : "s", p->sum[1] / n);
    return um_findings_score(
        out, who, score, err,
        "A pattern of 2, 4 or 8 pixels runs through the face: chance makes one so regular in "
        "one of %.0f pictures (median of %lld; %+.1f dB over chance, %.0f pieces each)",
        fmin(floor(pow(10, score)), 1e6), (long long)p->n, um_round(p->sum[0] / n, .1), p->sum[1] / n);
}

/* ---- both ---- */

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    frequency *f = state;
    const um_image *luma;
    if (!in->media->is_photo)
        return um_each_face(state, in, look, out, err);
    if (f->seen || !in->frame)
        return UM_OK;
    f->seen = true;
    um_status st = um_product_luma(&luma, in->products, err);
    if (st < 0)
        return st;
    um_lattice_add(&f->lattice, luma->data, luma->stride, 0, 0, luma->width, luma->height, MOST_TILES);
    return judge(&f->lattice, out, err);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const frequency *f = state;
    if (f->seen)
        return UM_OK;
    return um_person_looks_finish(&f->looks, conclude, out, err);
}

const um_signal um_signal_frequency = {
    .name = "frequency",
    .family = "image",
    .question = "Does a pattern of 2, 4 or 8 pixels run through the whole picture, as up-sampling leaves?",
    .meaning =
        "Below 4: no more than chance does now and then. Above: the same fine pattern lies in all parts of "
        "the picture (or of "
        "the "
        "face). Up-sampling layers of generators leave one, and so do plain enlargement, some "
        "sensors and screens, and texture whose period is exactly 2, 4 or 8 pixels: a hint about processing, "
        "not about who did it. Resizing moves it away and compression erases it, so a low value clears "
        "nothing.",
    .score_unit = "log10 of the odds against chance",
    .paper = "Zhang, Karaman & Chang, WIFS 2019, arXiv:1907.06515",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY,
    .state_size = sizeof(frequency),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
