/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise_cooccurrence.c: does the noise of a part of the photo, or of a face, consist of other patterns than
 * that of the rest?
 *
 * Cozzolino, Poggi & Verdoliva, "Splicebuster: a new blind image splicing detector", WIFS 2015
 * (dsp/cooccurrence.h). What differs: at most 400 patches of 64 pixels on an even grid instead of all of 128
 * pixels, 16 apart, which bounds the time; rows and columns in one histogram; one normal distribution, fitted
 * to the nearest three quarters, instead of two by expectation and maximisation; all 25 values instead of
 * their principal components; a number: how far the strangest 3 x 3 patches lie, beside the median; and the
 * same for a face against what lies around it. */
#include "base/base.h"
#include "dsp/cooccurrence.h"
#include "dsp/stats.h"
#include "signals/face/each_face.h"
#include "signals/face/person_looks.h"
#include "signals/image/stored.h"
#include <math.h>
#include <stdlib.h>

enum { PATCH = 64, MOST_PATCHES = 400 };
static const double LEAST_STEP = 32; /* pixels between patches: half of one */
enum { DARK = 1, BRIGHT = 254 };     /* gray levels at which pixels are clipped and have no noise */
static const double MAX_CLIPPED = .1, MAX_EVEN = .9; /* shares of a patch beyond which it says nothing */
enum { LEAST_PATCHES = 50 };                         /* of the rest: twice the values of a patch */
enum { LEAST_FACE = 4, LEAST_REGION = 5 };           /* patches in a face, and of the 9 of a region */
static const double APART = .25;   /* of the box of a face, around it: neither face nor surroundings */
static const double SHOWN_DB = 15; /* fully red */

static const um_person_looks_kind KIND = {"noise of the face against around it", "dB", 1, -20, 60, 8, .1};

typedef struct noise_cooccurrence {
    um_person_looks looks; /* sum[0]: patches of the face */
    bool seen;
} noise_cooccurrence;

typedef struct patches {
    int cols, rows, n;
    double step; /* pixels */
    um_cooc *patch;
    bool *usable;
    double *distance; /* from the model */
    const um_cooc **of_model;
} patches;

static void patches_free(patches *p)
{
    free(p->patch);
    free(p->usable);
    free(p->distance);
    free(p->of_model);
}

static bool clipped(const uint8_t *at, ptrdiff_t stride)
{
    int n = 0;
    for (int y = 0; y < PATCH; y++)
        for (int x = 0; x < PATCH; x++)
            n += at[y * stride + x] <= DARK || at[y * stride + x] >= BRIGHT;
    return n > MAX_CLIPPED * PATCH * PATCH;
}

static int begins(const patches *p, int i, int side)
{
    return um_clampi((int)lrint((i + .5) * p->step) - PATCH / 2, 0, side - PATCH);
}

/* No patches of a picture that is too small. */
static um_status take(patches *p, const um_image *luma, um_error *err)
{
    *p = (patches){.step = fmax(LEAST_STEP, sqrt((double)luma->width * luma->height / MOST_PATCHES))};
    if (luma->width < PATCH || luma->height < PATCH)
        return UM_OK;
    p->cols = (int)(luma->width / p->step);
    p->rows = (int)(luma->height / p->step);
    p->n = p->cols * p->rows;
    p->patch = um_calloc((size_t)p->n, sizeof *p->patch);
    p->usable = um_calloc((size_t)p->n, sizeof *p->usable);
    p->distance = um_calloc((size_t)p->n, sizeof *p->distance);
    p->of_model = um_calloc((size_t)p->n, sizeof *p->of_model);
    if (!p->patch || !p->usable || !p->distance || !p->of_model)
        return um_fail_oom(err);
    for (int i = 0; i < p->n; i++) {
        const uint8_t *at = luma->data + begins(p, i / p->cols, luma->height) * luma->stride +
                            begins(p, i % p->cols, luma->width);
        if (clipped(at, luma->stride))
            continue;
        um_cooccurrence(&p->patch[i], at, luma->stride, PATCH, PATCH);
        p->usable[i] = p->patch[i].even <= MAX_EVEN;
    }
    return UM_OK;
}

/* Fits those outside `box` and gives the distance of all; the median of those in the model, 0 when they are
 * too few or all alike. */
static um_status measure(double *median, patches *p, const um_rect *box, um_error *err)
{
    um_cooc_model model;
    um_error alike;
    int n = 0;
    *median = 0;
    for (int i = 0; i < p->n; i++) {
        const double x = (i % p->cols + .5) * p->step, y = (i / p->cols + .5) * p->step;
        const bool within = box && x >= (double)box->x && x < (double)(box->x + box->w) &&
                            y >= (double)box->y && y < (double)(box->y + box->h);
        if (p->usable[i] && !within)
            p->of_model[n++] = &p->patch[i];
    }
    if (n < LEAST_PATCHES)
        return UM_OK;
    const um_status st = um_cooc_fit(&model, p->of_model, n, &alike);
    if (st < 0)
        return st == UM_EINVAL ? UM_OK : um_fail_oom(err);
    for (int i = 0; i < n; i++)
        p->distance[i] = um_cooc_distance(&model, p->of_model[i]);
    *median = um_median(p->distance, (size_t)n);
    for (int i = 0; i < p->n; i++)
        p->distance[i] = p->usable[i] ? um_cooc_distance(&model, &p->patch[i]) : 0;
    return UM_OK;
}

/* ---- a photo ---- */

/* The 3 x 3 patches that lie farthest, on average over the usable; *col, *row: the middle one. */
static double strangest(int *col, int *row, const patches *p)
{
    double most = 0;
    *col = *row = 0;
    for (int y = 0; y < p->rows; y++)
        for (int x = 0; x < p->cols; x++) {
            double sum = 0;
            int n = 0;
            for (int v = y - 1; v <= y + 1; v++)
                for (int u = x - 1; u <= x + 1; u++)
                    if (u >= 0 && v >= 0 && u < p->cols && v < p->rows && p->usable[v * p->cols + u]) {
                        sum += p->distance[v * p->cols + u];
                        n++;
                    }
            if (n >= LEAST_REGION && sum / n > most) {
                most = sum / n;
                *col = x;
                *row = y;
            }
        }
    return most;
}

static um_status show(um_image **out, const patches *p, double median, const um_image *luma, um_error *err)
{
    float *value = um_calloc((size_t)p->n, sizeof *value);
    if (!value)
        return um_fail_oom(err);
    for (int i = 0; i < p->n; i++)
        if (p->usable[i])
            value[i] = (float)um_clampd(10 * log10(fmax(p->distance[i], 1e-9) / median) / SHOWN_DB, 0, 1);
    const um_stored as_shown = {.shown = luma};
    const um_status st =
        um_stored_picture(out, &as_shown, &(um_cells){p->cols, p->rows, (float)p->step, value}, false, err);
    free(value);
    return st;
}

static um_status judge(patches *p, const um_image *luma, um_findings *out, um_error *err)
{
    double median;
    int col, row, usable = 0;
    um_image *picture = NULL;
    for (int i = 0; i < p->n; i++)
        usable += p->usable[i];
    um_status st = measure(&median, p, NULL, err);
    if (st < 0)
        return st;
    const double most = median > 0 ? strangest(&col, &row, p) : 0;
    if (!(most > 0))
        return um_findings_skip(
            out, um_file_subject(), err,
            "too small, too even or clipped: %d usable patches of %d x %d pixels that differ, %d "
            "needed",
            usable, PATCH, PATCH, LEAST_PATCHES);
    const double db = 10 * log10(most / median);
    if ((st = show(&picture, p, median, luma, err)) == UM_OK)
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "Red: the noise there consists of other patterns than in most of the photo. "
            "Texture, text, very dark and very sharp parts do that in untouched photos, too.");
    um_image_free(&picture);
    if (st < 0)
        return st;
    return um_findings_score(
        out, um_file_subject(), db, err,
        "The patterns of the noise around x %.0f, y %.0f pixels lie %.1f times as far from those of the "
        "photo as the median of %d patches (%+.1f dB). Texture alone does that, too: see the map.",
        (col + .5) * p->step, (row + .5) * p->step, most / median, usable, um_round(db, .1));
}

/* ---- faces ---- */

typedef struct moment {
    noise_cooccurrence *signal;
    patches patches;
    const um_image *luma;
} moment;

static um_status look(void *user, const um_signal_input *in, const um_face *face, um_findings *out,
                      um_error *err)
{
    moment *m = user;
    patches *p = &m->patches;
    um_person_looks *l = &m->signal->looks;
    um_looked_at *who;
    um_image **place;
    const um_rect b = face->box;
    double median, sum = 0;
    int n = 0;
    if (!um_person_looks_usable(l, face))
        return UM_OK;
    um_status st = um_person_looks_due(&who, l, face->person, in->frame->t_s, out, err);
    if (st < 0 || !who)
        return st;
    if (!m->luma &&
        ((st = um_product_luma(&m->luma, in->products, err)) < 0 || (st = take(p, m->luma, err)) < 0))
        return st;
    const um_rect around = {b.x - APART * b.w, b.y - APART * b.h, (1 + 2 * APART) * b.w,
                            (1 + 2 * APART) * b.h};
    if ((st = measure(&median, p, &around, err)) < 0)
        return st;
    for (int i = 0; i < p->n; i++) {
        const double x = (i % p->cols + .5) * p->step, y = (i / p->cols + .5) * p->step;
        if (p->usable[i] && x >= (double)b.x && x < (double)(b.x + b.w) && y >= (double)b.y &&
            y < (double)(b.y + b.h)) {
            sum += p->distance[i];
            n++;
        }
    }
    if (n < LEAST_FACE || !(median > 0) || !(sum > 0)) {
        l->refused++;
        return UM_OK;
    }
    who->sum[0] += n;
    st = um_person_looks_add(&place, l, who, in->frame->t_s, 10 * log10(sum / n / median), out, err);
    return st < 0 || !place ? st : show(place, p, median, m->luma, err);
}

static um_status conclude(const um_person_looks *l, const um_looked_at *p, um_findings *out, um_error *err)
{
    const um_subject who = um_person_subject(p->id);
    if (!p->n)
        return um_findings_skip(
            out, who, err,
            "no usable look: %d usable patches of %d x %d pixels in the face and %d around it are "
            "needed",
            LEAST_FACE, PATCH, PATCH, LEAST_PATCHES);
    const double db = um_person_looks_median(p);
    um_status st =
        um_findings_evidence(out, who, p->highest_s, p->highest_s, um_gallery_of(&l->pictures, p->id), err,
                             "Red: the noise there consists of other patterns than around the face, at the "
                             "largest difference, %+.1f dB",
                             um_round(p->highest, KIND.step));
    return st < 0 ? st
                  : um_findings_score(
                        out, who, db, err,
                        "The patterns of the noise in the face lie %.1f times as far from those around "
                        "it as the median there (%+.1f dB), in %lld picture%s (%.0f patches each)",
                        pow(10, db / 10), um_round(db, KIND.step), (long long)p->n, p->n == 1 ? "" : "s",
                        p->sum[0] / (double)p->n);
}

/* ---- both ---- */

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    um_person_looks_begin(&((noise_cooccurrence *)state)->looks, &KIND);
    return UM_OK;
}

static void end(void *state)
{
    um_person_looks_end(&((noise_cooccurrence *)state)->looks);
}

static um_status push(void *state, const um_signal_input *in, const void *measure_of, um_findings *out,
                      um_error *err)
{
    moment m = {.signal = state};
    um_status st = UM_OK;
    if (in->media->is_photo && in->frame && !m.signal->seen) {
        m.signal->seen = true;
        if ((st = um_product_luma(&m.luma, in->products, err)) == UM_OK &&
            (st = take(&m.patches, m.luma, err)) == UM_OK)
            st = judge(&m.patches, m.luma, out, err);
    }
    if (st == UM_OK)
        st = um_each_face(&m, in, look, out, err);
    patches_free(&m.patches);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const noise_cooccurrence *s = state;
    um_status st = UM_OK;
    if (!s->seen)
        return um_person_looks_finish(&s->looks, conclude, out, err);
    for (int i = 0; i < s->looks.persons.n && st == UM_OK; i++)
        st = conclude(&s->looks, um_person_looks_at(&s->looks, i), out, err);
    return st;
}

const um_signal um_signal_noise_cooccurrence = {
    .name = "noise_cooccurrence",
    .family = "image",
    .question = "Does the noise of a part, or of the face, consist of the same small patterns as the rest?",
    .meaning =
        "0 dB: no farther from the rest than its own parts are from each other. High: the part was put in "
        "from "
        "elsewhere, or treated otherwise - or is of another texture: faces, hair, text, water and blurred "
        "backgrounds differ in untouched pictures. A map to look at, no verdict.",
    .score_unit = "dB of squared distance, part against the median",
    .paper = "Cozzolino, Poggi & Verdoliva, WIFS 2015, doi:10.1109/WIFS.2015.7368565",
    .version = 1,
    .needs = UM_NEED_FACES | UM_NEED_GRAY,
    .state_size = sizeof(noise_cooccurrence),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
