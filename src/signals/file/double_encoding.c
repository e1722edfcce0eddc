/* SPDX-License-Identifier: GPL-3.0-or-later */
/* double_encoding.c: was the video encoded before?
 *
 * Wang & Farid, "Exposing digital forgeries in video by detecting double MPEG compression", MM&Sec 2006:
 * pictures that an earlier encoding stored whole (I) are predicted worse from their neighbours, at regular
 * distances. The measure is that of Vazquez-Padin et al. (dsp/gop.h): blocks coded anew, and blocks taken
 * over. No decoder tells skipped blocks; a block is taken over when it does not move and its inner 8 x 8
 * pixels, which no deblocking filter reaches, are those of the picture it is predicted from. Platforms encode
 * whatever they are given, so this tells of a file's way, not of a fake. */
#include "base/base.h"
#include "dsp/gop.h"
#include "signals/figures.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/codec.h>
#include <unmask/signal.h>

enum {
    MOST = 4096,        /* pictures that are looked at: two minutes; bounds memory */
    MIN_PREDICTED = 24, /* pictures to compare: with fewer, some rhythm is always strong */
    SHOWN = 6,          /* places as evidence */
    INNER = 8           /* pixels of a block of 16 */
};
static const double STILL_PX = .125; /* half of the least shift */
/* Standard deviations: the strongest of 20 clips encoded once had 4.7; docs/signals/double_encoding.md. */
static const double CALLED = 5;

typedef struct double_encoding {
    int n, new_series, copied_series;
    bool whole, predicted, damaged, told; /* some picture was an I, a P, a damaged P, a P with its motion */
    bool more;                            /* than MOST pictures */
    um_image *reference;                  /* luma of the I or P picture before */
    um_gop_picture picture[MOST];
    float t_s[MOST];
} double_encoding;

static void end(void *state)
{
    um_image_free(&((double_encoding *)state)->reference);
}

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    double_encoding *d = state;
    d->new_series = d->copied_series = -1;
    return UM_OK;
}

static bool is_copied(const um_codec_picture *c, int col, int row, const um_image *now,
                      const um_image *before)
{
    const um_codec_block *b = &c->block[row * c->cols + col];
    const int x = (int)(c->x + ((float)col + .5f) * c->w) - INNER / 2,
              y = (int)(c->y + ((float)row + .5f) * c->h) - INNER / 2;
    if (b->kind != UM_BLOCK_PAST || !(fabs((double)b->dx) < STILL_PX && fabs((double)b->dy) < STILL_PX) ||
        x < 0 || y < 0 || x + INNER > now->width || y + INNER > now->height)
        return false;
    for (int i = 0; i < INNER; i++)
        if (memcmp(now->data + (y + i) * now->stride + x, before->data + (y + i) * before->stride + x, INNER))
            return false;
    return true;
}

static um_gop_picture measure_picture(const um_codec_picture *c, const um_image *now, const um_image *before)
{
    int intra = 0, copied = 0;
    const bool alike = before && before->width == now->width && before->height == now->height;
    for (int row = 0; row < c->rows; row++)
        for (int col = 0; col < c->cols; col++) {
            intra += c->block[row * c->cols + col].kind == UM_BLOCK_INTRA;
            copied += alike && is_copied(c, col, row, now, before);
        }
    const float n = (float)(c->cols * c->rows);
    return (um_gop_picture){'P', (float)intra / n, (float)copied / n};
}

static um_status add_points(double_encoding *d, double t_s, um_gop_picture p, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    if (d->new_series < 0 &&
        ((st = um_findings_series(out, &d->new_series, um_file_subject(), "blocks coded anew", "%", err)) <
             0 ||
         (st = um_findings_series(out, &d->copied_series, um_file_subject(), "blocks taken over", "%", err)) <
             0))
        return st;
    if ((st = um_findings_point(out, d->new_series, t_s, 100 * (double)p.intra, err)) < 0)
        return st;
    return um_findings_point(out, d->copied_series, t_s, 100 * (double)p.copied, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    double_encoding *d = state;
    const um_frame *f = in->frame;
    um_gop_picture p = {.type = 'B'};
    um_status st = UM_OK;
    if (!f || !isfinite(f->t_s))
        return UM_OK;
    if (d->n == MOST) {
        d->more = true;
        return UM_OK;
    }
    d->whole |= f->codec && f->codec->type == 'I';
    d->predicted |= f->codec && f->codec->type == 'P';
    d->damaged |= f->codec && f->codec->type == 'P' && f->codec->has_motion && f->damaged;
    const um_codec_picture *c = f->damaged || !f->gray ? NULL : f->codec;
    if (c && c->type == 'I')
        p.type = 'I';
    if (c && c->type == 'P' && c->has_motion && c->block) {
        d->told = true;
        p = measure_picture(c, f->gray, d->reference);
        st = add_points(d, f->t_s, p, out, err);
    }
    if (p.type != 'B') {
        um_image_free(&d->reference);
        d->reference = um_image_ref(f->gray);
    }
    d->t_s[d->n] = (float)f->t_s;
    d->picture[d->n++] = p;
    return st;
}

static um_status show_places(const double_encoding *d, const um_gop_rhythm *r, um_findings *out,
                             um_error *err)
{
    um_status st = UM_OK;
    for (int k = 0; k < SHOWN && st == UM_OK; k++) {
        const int i = r->phase + k * r->period;
        if (i < d->n)
            st = um_findings_evidence(out, um_file_subject(), (double)d->t_s[i], (double)d->t_s[i], NULL, err,
                                      "picture %d, a place of the rhythm of every %d", i, r->period);
    }
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const double_encoding *d = state;
    const um_media *m = in->media;
    const char *codec = m && m->video_codec && *m->video_codec ? m->video_codec : "unknown codec";
    const char *of = d->more ? " of the first 4096" : "";
    um_gop_rhythm r;
    _Static_assert(MOST == 4096, "the sentence says so");
    if (!d->told && d->damaged)
        return um_findings_skip(out, um_file_subject(), err, "every predicted picture is damaged (%s)",
                                codec);
    if (d->whole && !d->predicted)
        return um_findings_skip(out, um_file_subject(), err,
                                "no picture is predicted from an earlier one (%s)", codec);
    if (!d->told)
        return um_findings_skip(out, um_file_subject(), err,
                                "the decoder does not tell how blocks are predicted (%s%s)", codec,
                                m && m->interlaced ? ", interlaced" : "");
    um_status st = um_gop_find(&r, d->picture, d->n, err);
    if (st < 0)
        return st;
    if (r.predicted < MIN_PREDICTED)
        return um_findings_skip(out, um_file_subject(), err, "too short: %d predicted pictures, %d needed",
                                r.predicted, MIN_PREDICTED);
    if (!r.period)
        return um_findings_skip(
            out, um_file_subject(), err,
            "no picture is predicted worse than its neighbours: nothing to look for a rhythm "
            "in");
    if (r.strength < CALLED)
        return um_findings_score(
            out, um_file_subject(), r.strength, err,
            "No sign of an earlier encoding: no clear rhythm in how well %d pictures%s are "
            "predicted (%.1f standard deviations, %g needed). Many leave none",
            r.predicted, of, um_short_of(r.strength, CALLED), CALLED);
    if ((st = show_places(d, &r, out, err)) < 0)
        return st;
    return um_findings_score(
        out, um_file_subject(), r.strength, err,
        "Signs of an earlier encoding: every %d pictures one is predicted badly, like those stored whole (%d "
        "places%s, %.1f standard deviations). Platforms encode uploads again; a beat in the picture looks "
        "alike. No sign of a fake",
        r.period, r.places, of, r.strength);
}

const um_signal um_signal_double_encoding = {
    .name = "double_encoding",
    .family = "file",
    .question = "Was the video encoded before?",
    .meaning =
        "From 5 on, there is a rhythm of an earlier encoding in how well pictures are predicted. Platforms, "
        "messengers and every editor encode again, so that this is common and harmless. Lower: no rhythm "
        "was found, which does not say that there was no earlier encoding.",
    .score_unit = "standard deviations",
    .paper = "Wang & Farid, MM&Sec 2006, 10.1145/1161366.1161375; Vazquez-Padin et al., WIFS 2012, "
             "10.1109/WIFS.2012.6412641",
    .version = 1,
    .needs = UM_NEED_GRAY | UM_NEED_CODEC | UM_NEED_MOTION,
    .state_size = sizeof(double_encoding),
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
