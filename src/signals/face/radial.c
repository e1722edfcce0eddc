/* SPDX-License-Identifier: GPL-3.0-or-later */
/* radial.c: the spatial spectrum of each face: its fall with frequency, and what up-sampling layers leave in
 * it.
 *
 * Durall, Keuper & Keuper, "Watch your Up-Convolution", CVPR 2020, arXiv:2003.01826: transposed and
 * nearest-neighbour convolutions do not reproduce the power law of natural pictures at high frequencies. The
 * paper trains a classifier on the whole profile of one crop. We keep two numbers that can be explained, both
 * in dB: the shelf, by which the highest fifth of the frequencies stands above the line fitted (log-log) to
 * the rest, and the lattice, by which the frequencies at which strides of 2, 4 and 8 repeat the spectrum
 * stand above their surroundings (Zhang, Karaman & Chang, WIFS 2019, arXiv:1907.06515). Differences: spectra
 * are averaged over half-overlapping tiles of 32 pixels (Welch), so that a big face gives less noise and not
 * other bins; the inner half of the box is used, not the inner third, because a third of 64 pixels is less
 * than a tile; nothing is resized. JPEG blocks also repeat every 8 pixels, but their borders are level or
 * upright, so their peaks lie on the two axes: these are left out. */
#include "base/base.h"
#include "dsp/spectrum.h"
#include "dsp/stats.h"
#include "faces/gallery.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <unmask/signal.h>

enum {
    TILE = 32,
    HALF = TILE / 2,
    BINS = TILE * (HALF + 1),
    MAX_CROP = 256,
    PICTURE = 160,
    MAX_PICTURES = 8
};
static const double FACES_PER_S = 2; /* per person; spectra change slowly */
static const float MIN_SIDE_PX = 64;
static const double MIN_VARIANCE = 4; /* gray levels squared: below, a crop is flat */
enum { MIN_LATTICE_TILES = 9 };       /* the lattice of fewer tiles is mostly chance */

typedef struct person {
    int id, shelf_series, lattice_series;
    double next_s, highest_db, highest_s;
    float largest_px;
    int64_t faces, tiles, flat;
    um_histogram shelf; /* dB */
    double *power;      /* [BINS] sum over faces, each scaled to total 1 */
} person;

typedef struct radial {
    um_fft *fft;
    double window[TILE], scale;
    um_gallery pictures; /* of the highest shelf */
    um_person_table persons;
} radial;

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    radial *r = state;
    const double squares = um_window_hann(r->window, TILE);
    r->pictures.most = MAX_PICTURES;
    r->scale = 1 / (squares * squares);
    return um_fft_new(&r->fft, TILE, TILE, err);
}

static person *person_at(const radial *r, int i)
{
    return um_person_table_at(&r->persons, sizeof(person), i);
}

static void end(void *state)
{
    radial *r = state;
    um_fft_free(&r->fft);
    for (int i = 0; i < r->persons.n; i++) {
        um_histogram_clear(&person_at(r, i)->shelf);
        free(person_at(r, i)->power);
    }
    free(r->persons.entry);
    um_gallery_clear(&r->pictures);
}

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(radial *r, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&r->persons, sizeof *p, id, &is_new, st, err);
    if (!p || !is_new)
        return p;
    *p = (person){.id = id, .next_s = -INFINITY, .highest_db = -INFINITY};
    const um_subject who = um_person_subject(id);
    *st = um_findings_series(out, &p->shelf_series, who, "high-frequency shelf", "dB", err);
    if (*st == UM_OK)
        *st = um_findings_series(out, &p->lattice_series, who, "up-sampling lattice", "dB", err);
    return *st < 0 ? NULL : p;
}

static double luma(const uint8_t *rgb)
{
    return .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2];
}

/* Adds the power of one tile, its mean removed; returns its variance. */
static double add_tile(radial *r, double *power, const um_image *rgb, int left, int top)
{
    double tile[TILE * TILE], one[BINS];
    for (int y = 0; y < TILE; y++) {
        const uint8_t *row = rgb->data + (top + y) * rgb->stride + (ptrdiff_t)left * 3;
        for (int x = 0; x < TILE; x++)
            tile[y * TILE + x] = luma(row + (ptrdiff_t)3 * x);
    }
    const double variance = um_spectrum_run(r->fft, r->window, tile);
    um_fft_power(one, r->fft, r->scale);
    for (int i = 0; i < BINS; i++)
        power[i] += one[i];
    return variance;
}

/* The mean power of the tiles of the inner face; the number of tiles, 0 when it is too small or flat. */
static int face_power(radial *r, double *power, const um_image *rgb, um_rect box)
{
    const double side = fmin(fmin(box.w, box.h) / 2, MAX_CROP);
    const double cx = box.x + box.w / 2, cy = box.y + box.h / 2;
    const int left = (int)um_clampd(ceil(cx - side / 2), 0, rgb->width);
    const int top = (int)um_clampd(ceil(cy - side / 2), 0, rgb->height);
    const int right = (int)um_clampd(floor(cx + side / 2), left, rgb->width);
    const int bottom = (int)um_clampd(floor(cy + side / 2), top, rgb->height);
    int n = 0;
    double variance = 0;
    for (int i = 0; i < BINS; i++)
        power[i] = 0;
    for (int y = top; y + TILE <= bottom; y += HALF)
        for (int x = left; x + TILE <= right; x += HALF, n++)
            variance += add_tile(r, power, rgb, x, y);
    if (!n || variance < MIN_VARIANCE * n)
        return 0;
    for (int i = 0; i < BINS; i++)
        power[i] /= n;
    return n;
}

static double shelf_of(const double *power)
{
    double slope, shelf;
    um_spectrum_fall(&slope, &shelf, power, TILE, um_spectrum_rounding(TILE));
    return shelf;
}

/* Power at row u, column v of the half plane; rows wrap, columns beyond the half are mirror images. */
static double at(const double *power, int u, int v)
{
    if (v < 0 || v > HALF) {
        v = v < 0 ? -v : TILE - v;
        u = -u;
    }
    return power[((u % TILE + TILE) % TILE) * (HALF + 1) + v];
}

/* At multiples of TILE / stride on neither axis: the point against the median of the ring two bins away,
 * which the main lobe of the window does not reach. The largest of the three strides. */
static double lattice_of(const double *power)
{
    double sum[3] = {0}, count[3] = {0}, highest = -INFINITY;
    for (int u = -HALF + 4; u <= HALF; u += 4)
        for (int v = 4; v <= HALF; v += 4) {
            double ring[16];
            int n = 0;
            for (int du = -2; du <= 2; du++)
                for (int dv = -2; dv <= 2; dv++)
                    if (abs(du) == 2 || abs(dv) == 2)
                        ring[n++] = at(power, u + du, v + dv);
            const double around = um_median(ring, 16);
            if (u == 0 || around <= 0)
                continue;
            const int level = u % 16 == 0 && v % 16 == 0 ? 0 : u % 8 == 0 && v % 8 == 0 ? 1 : 2;
            sum[level] += 10 * log10(fmax(at(power, u, v), around * 1e-3) / around);
            count[level]++;
        }
    for (int level = 0; level < 3; level++)
        if (count[level] > 0)
            highest = fmax(highest, sum[level] / count[level]);
    return isfinite(highest) ? highest : 0;
}

static um_rect inside(um_rect box, const um_image *image)
{
    const float left = fmaxf(box.x, 0), top = fmaxf(box.y, 0);
    const float right = fminf(box.x + box.w, (float)image->width),
                bottom = fminf(box.y + box.h, (float)image->height);
    return (um_rect){left, top, right - left, bottom - top};
}

/* What a person keeps once there is a face large enough. */
static um_status keep_sums(person *p, um_error *err)
{
    if (p->power)
        return UM_OK;
    um_status st = um_histogram_init(&p->shelf, 2000, -60, 40, err);
    if (st < 0)
        return st;
    p->power = um_calloc(BINS, sizeof *p->power);
    return p->power ? UM_OK : um_fail_oom(err);
}

static um_status look(radial *r, person *p, const um_frame *frame, const um_face *face, um_findings *out,
                      um_error *err)
{
    double power[BINS], total = 0;
    const float side_px = fminf(face->box.w, face->box.h);
    if (!isfinite(face->box.x) || !isfinite(face->box.y) || !isfinite(side_px))
        return UM_OK;
    p->largest_px = fmaxf(p->largest_px, side_px);
    if (side_px < MIN_SIDE_PX || frame->t_s < p->next_s)
        return UM_OK;
    const int tiles = face_power(r, power, frame->rgb, face->box);
    if (!tiles) {
        p->flat++;
        return UM_OK;
    }
    um_status st = keep_sums(p, err);
    if (st < 0)
        return st;
    p->next_s = frame->t_s + 1 / FACES_PER_S;
    p->faces++;
    p->tiles += tiles;
    um_image **place = um_gallery_place(&r->pictures, p->id, p->faces);
    const double shelf_db = shelf_of(power);
    for (int i = 0; i < BINS; i++)
        total += power[i];
    for (int i = 0; i < BINS; i++)
        p->power[i] += power[i] / total;
    um_histogram_add(&p->shelf, shelf_db);
    st = um_findings_point(out, p->shelf_series, frame->t_s, shelf_db, err);
    if (st == UM_OK && p->tiles >= MIN_LATTICE_TILES)
        st = um_findings_point(out, p->lattice_series, frame->t_s, lattice_of(p->power), err);
    if (st < 0)
        return st;
    if (shelf_db > p->highest_db) {
        p->highest_db = shelf_db;
        p->highest_s = frame->t_s;
        if (!place)
            return UM_OK;
        um_image_free(place);
        return um_image_crop_resize(place, frame->rgb, inside(face->box, frame->rgb), PICTURE, PICTURE, err);
    }
    return UM_OK;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    radial *r = state;
    if (!in->frame || !in->frame->rgb || !in->faces || in->frame->damaged || !isfinite(in->frame->t_s))
        return UM_OK;
    for (int i = 0; i < in->faces->n; i++) {
        const um_face *face = &in->faces->face[i];
        um_status st;
        if (face->person < 0)
            continue;
        person *p = find(r, face->person, out, &st, err);
        if (p)
            st = look(r, p, in->frame, face, out, err);
        if (st < 0)
            return st;
    }
    return UM_OK;
}

static um_status conclude(const radial *r, const person *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (!p->faces && p->flat)
        return um_findings_skip(out, who, err, "the face is flat or mostly outside the picture");
    if (!p->faces)
        return um_findings_skip(out, who, err, "too small: the largest face is %.0f pixels wide, %.0f needed",
                                (double)p->largest_px, (double)MIN_SIDE_PX);
    const double shelf_db = um_histogram_quantile(&p->shelf, .5);
    const bool judged = p->tiles >= MIN_LATTICE_TILES;
    const double lattice_db = judged ? lattice_of(p->power) : 0;
    char lattice[64] = "";
    if (judged)
        snprintf(lattice, sizeof lattice, ", traces of an up-sampling grid %+.1f dB",
                 um_round(lattice_db, .1));
    um_status st =
        um_findings_evidence(out, who, p->highest_s, p->highest_s, um_gallery_of(&r->pictures, p->id), err,
                             "the highest shelf of this face, %+.1f dB", um_round(p->highest_db, .1));
    return st < 0 ? st
                  : um_findings_score(
                        out, who, fmax(shelf_db, lattice_db), err,
                        "The finest detail (highest fifth of the frequencies) lies %+.1f dB from what the "
                        "coarser detail predicts%s; in %lld picture%s of the face",
                        um_round(shelf_db, .1), lattice, (long long)p->faces, p->faces == 1 ? "" : "s");
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    radial *r = state;
    um_status st = UM_OK;
    float largest_px = 0;
    int64_t used = 0;
    for (int i = 0; i < r->persons.n && st == UM_OK; i++) {
        const person *p = person_at(r, i);
        st = conclude(r, p, out, err);
        largest_px = fmaxf(largest_px, p->largest_px);
        used += p->faces;
    }
    if (st == UM_OK && !r->persons.n)
        st = um_findings_skip(out, um_file_subject(), err, "no face was found");
    else if (st == UM_OK && !used)
        st = um_findings_skip(out, um_file_subject(), err,
                              "no usable face: the largest is %.0f pixels wide, %.0f needed",
                              (double)largest_px, (double)MIN_SIDE_PX);
    return st;
}

const um_signal um_signal_radial = {
    .name = "radial",
    .family = "face",
    .question = "Do the spatial frequencies of the face show the traces of an up-sampling generator?",
    .meaning = "High: the finest detail is stronger than a natural picture's, or repeats on the lattice that "
               "strided "
               "up-sampling leaves. Sensor noise, sharpening, enlarged or recompressed pictures do the same, "
               "so this is "
               "a hint about processing, not about who did it. Compression can erase it: a low value clears "
               "nothing.",
    .score_unit = "dB above the fitted power law",
    .paper = "Durall, Keuper & Keuper, CVPR 2020, arXiv:2003.01826",
    .version = 1,
    .needs = UM_NEED_FACES,
    .state_size = sizeof(radial),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
