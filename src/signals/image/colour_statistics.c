/* SPDX-License-Identifier: GPL-3.0-or-later */
/* colour_statistics.c: do the colours of a photo run as those of generators do?
 *
 * Li, Li, Tan & Huang, "Identification of deep network generated images using disparities in color
 * components", arXiv:1808.07276: generators work in red, green and blue, so that what is fine in the
 * differences of colour hangs together otherwise than in photos. McCloskey & Albright, "Detecting
 * GAN-generated imagery using color cues", arXiv:1812.08247: they keep away from the ends of the scale, so
 * that few pixels are over- or under-exposed. Differences: instead of co-occurrences and a classifier one
 * correlation that can be said; of a picture four times smaller, since JPEG and video halve the colours;
 * the exposure is told beside it, as it separated nothing (docs/signals/colour_statistics.md). */
#include "base/base.h"
#include "dsp/stats.h"
#include "media/draw.h"
#include "signals/image/stored.h"
#include <math.h>
#include <stdlib.h>

enum { SMALLER = 4 };      /* times: beyond the halved colours of JPEG and their blocks' finest frequencies */
enum { LEAST_SIDE = 128 }; /* 900 places are left, so that chance moves a correlation by .03 */
enum { MOST = 384 };       /* the middle: as many pixels on a side are looked at, and no more */
enum { OVER = 250, UNDER = 5 }; /* McCloskey & Albright's ends, of all three and of the largest channel */
static const double LEAST_POWER = .01; /* squared levels: below, a picture without colours */
enum { PLOT = 240 };
static const double PLOT_REACH = 12; /* levels from the middle of the drawing to its border */

typedef struct colours {
    double correlation; /* of what is fine in Cb and in Cr */
    double cb, cr;      /* mean squares of that */
    double over, under; /* shares of the pixels */
    int places;
} colours;

typedef struct colour_statistics {
    bool seen;
} colour_statistics;

/* Means over squares of SMALLER pixels of the middle of the picture: Cb and Cr (JFIF), interleaved. */
static void reduce(float *chroma, colours *c, const um_image *rgb, int cols, int rows)
{
    const int left = (rgb->width - cols * SMALLER) / 2, top = (rgb->height - rows * SMALLER) / 2;
    int64_t over = 0, under = 0;
    for (int y = 0; y < rows * SMALLER; y++) {
        const uint8_t *v = rgb->data + (top + y) * rgb->stride + (ptrdiff_t)3 * left;
        for (int x = 0; x < cols * SMALLER; x++, v += 3) {
            float *at = chroma + 2 * ((size_t)(y / SMALLER) * (size_t)cols + (size_t)(x / SMALLER));
            const float luma = .299f * v[0] + .587f * v[1] + .114f * v[2];
            at[0] += (v[2] - luma) / 1.772f / (SMALLER * SMALLER);
            at[1] += (v[0] - luma) / 1.402f / (SMALLER * SMALLER);
            over += v[0] >= OVER && v[1] >= OVER && v[2] >= OVER;
            under += v[0] <= UNDER && v[1] <= UNDER && v[2] <= UNDER;
        }
    }
    const double n = (double)cols * rows * SMALLER * SMALLER;
    c->over = (double)over / n;
    c->under = (double)under / n;
}

/* A place less the mean of its four neighbours. */
static double fine(const float *chroma, int cols, int x, int y, int which)
{
    const float *at = chroma + 2 * ((size_t)y * (size_t)cols + (size_t)x) + which;
    const ptrdiff_t row = (ptrdiff_t)2 * cols;
    return (double)at[0] - ((double)at[-2] + (double)at[2] + (double)at[-row] + (double)at[row]) / 4;
}

/* What is fine has no mean worth taking out. */
static void correlate(colours *c, const float *chroma, int cols, int rows)
{
    double bb = 0, rr = 0, br = 0;
    for (int y = 1; y < rows - 1; y++)
        for (int x = 1; x < cols - 1; x++) {
            const double cb = fine(chroma, cols, x, y, 0), cr = fine(chroma, cols, x, y, 1);
            bb += cb * cb, rr += cr * cr, br += cb * cr;
        }
    c->places = (rows - 2) * (cols - 2);
    c->cb = bb / c->places;
    c->cr = rr / c->places;
    if (c->cb >= LEAST_POWER && c->cr >= LEAST_POWER)
        c->correlation = br / sqrt(bb * rr);
}

/* A point per place, to the right what is bluer than around it, upwards what is redder. */
static um_status show(um_image **out, const float *chroma, int cols, int rows, um_error *err)
{
    const um_rect all = {0, 0, PLOT, PLOT};
    const double middle = PLOT / 2., scale = middle / PLOT_REACH;
    um_status st = um_image_new(out, PLOT, PLOT, UM_RGB24, err);
    if (st < 0)
        return st;
    um_draw_fill(*out, all, 0xffffff, 1);
    um_draw_line(*out, (um_point){0, PLOT / 2.f}, (um_point){PLOT, PLOT / 2.f}, 1, 0xa0a0a0);
    um_draw_line(*out, (um_point){PLOT / 2.f, 0}, (um_point){PLOT / 2.f, PLOT}, 1, 0xa0a0a0);
    for (int y = 1; y < rows - 1; y++)
        for (int x = 1; x < cols - 1; x++) {
            const double right = middle + scale * fine(chroma, cols, x, y, 0),
                         down = middle - scale * fine(chroma, cols, x, y, 1);
            um_draw_fill(*out, (um_rect){(float)right - .5f, (float)down - .5f, 1, 1}, 0x305070, .5f);
        }
    return UM_OK;
}

static um_status judge(const colours *c, const float *chroma, int cols, int rows, um_findings *out,
                       um_error *err)
{
    um_image *picture = NULL;
    if (c->cb < LEAST_POWER || c->cr < LEAST_POWER)
        return um_findings_skip(
            out, um_file_subject(), err,
            "too little colour: its fine changes are %.2f levels of blue and %.2f of red, "
            "%.1f needed",
            sqrt(c->cb), sqrt(c->cr), sqrt(LEAST_POWER));
    um_status st = show(&picture, chroma, cols, rows, err);
    if (st == UM_OK)
        st = um_findings_evidence(
            out, um_file_subject(), 0, 0, picture, err,
            "Each point is a place of the photo: right = bluer, up = redder than around it. A narrow "
            "falling stripe: wherever blue grows, red gives way");
    um_image_free(&picture);
    if (st < 0)
        return st;
    return um_findings_score(
        out, um_file_subject(), -c->correlation, err,
        "Fine changes of blue and of red run %s (correlation %+.2f, %d places); %.1f %% of "
        "the pixels are over-, %.1f %% under-exposed. Sharp photos of real people run "
        "so, too",
        c->correlation < 0 ? "against each other" : "together", um_round(c->correlation, .01), c->places,
        um_round(100 * c->over, .1), um_round(100 * c->under, .1));
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    colour_statistics *k = state;
    colours c = {0};
    if (!in->media->is_photo || !in->frame || !in->frame->rgb || k->seen)
        return UM_OK;
    const um_image *rgb = in->frame->rgb;
    if (rgb->width < LEAST_SIDE || rgb->height < LEAST_SIDE)
        return UM_OK;
    const int cols = (rgb->width < MOST ? rgb->width : MOST) / SMALLER,
              rows = (rgb->height < MOST ? rgb->height : MOST) / SMALLER;
    float *chroma = um_calloc((size_t)cols * (size_t)rows * 2, sizeof *chroma);
    if (!chroma)
        return um_fail_oom(err);
    k->seen = true;
    reduce(chroma, &c, rgb, cols, rows);
    correlate(&c, chroma, cols, rows);
    const um_status st = judge(&c, chroma, cols, rows, out, err);
    free(chroma);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return ((const colour_statistics *)state)->seen ? UM_OK : um_photo_skip(in, LEAST_SIDE, out, err);
}

const um_signal um_signal_colour_statistics = {
    .name = "colour_statistics",
    .family = "image",
    .question = "Do the colours of the photo run as those of generators do?",
    .meaning =
        "Near 1: what is fine in blue runs against what is fine in red, as in most generated pictures, and "
        "in "
        "sharp photos. It tells how sharp and how compressed a photo is more than who made it: of use beside "
        "other photos of the same source only.",
    .score_unit = "negative correlation",
    .paper = "Li et al., arXiv:1808.07276; McCloskey & Albright, arXiv:1812.08247",
    .version = 1,
    .needs = UM_NEED_RGB,
    .state_size = sizeof(colour_statistics),
    .push = push,
    .finish = finish,
};
