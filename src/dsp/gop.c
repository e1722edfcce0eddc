/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gop.c: the variation of the prediction footprint.
 *
 * Vazquez-Padin, Fontani, Bianchi, Comesana, Piva & Barni, "Detection of video double encoding with GOP size
 * estimation", WIFS 2012: where a P picture was an I picture in an earlier encoding, more of its blocks are
 * coded anew and fewer are taken over than in the P pictures before and after it. The footprint of such a
 * picture is the product of rise and fall, summed over both neighbours. Vazquez-Padin et al., IEEE TIFS 15,
 * 2020: with B pictures it moves to the P picture that follows; so each P picture here speaks for all places
 * since the picture it is predicted from. Differences: ranks of footprints, not their values, so that one
 * cut or one gesture does not decide; any first place of the rhythm, since clips are cut; and the mean rank
 * at the places of a rhythm against that of all, in standard deviations, instead of three sums with a
 * penalty, so that long and short clips can be compared. */
#include "dsp/gop.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the pictures, with a footprint: where fewer have one, as many are taken for granted. A few that lie
 * evenly by chance would else be beyond every limit. Their ranks and those of all others lie n / 2 apart. */
static const double LEAST_SHARE = 1 / 6.;

/* The P picture before or after; at most one I lies between. -1: there is none. */
static int neighbour(const um_gop_picture *p, const int *anchor, int n, int at, int step)
{
    const int one = at + step, two = at + 2 * step;
    if (one < 0 || one >= n)
        return -1;
    if (p[anchor[one]].type == 'P')
        return anchor[one];
    return two >= 0 && two < n && p[anchor[two]].type == 'P' ? anchor[two] : -1;
}

static double footprint(const um_gop_picture *now, const um_gop_picture *before, const um_gop_picture *after)
{
    const double rise[2] = {(double)(now->intra - before->intra), (double)(now->intra - after->intra)};
    const double fall[2] = {(double)(before->copied - now->copied), (double)(after->copied - now->copied)};
    if (!(rise[0] > 0 && rise[1] > 0 && fall[0] > 0 && fall[1] > 0))
        return 0;
    return rise[0] * fall[0] + rise[1] * fall[1];
}

typedef struct ranked {
    double value;
    int at;
} ranked;

static int by_value(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value ? 1 : x->at - y->at;
}

/* Ranks 1, 2, ...; equal values share their mean. */
static void rank(double *out, ranked *r, int n)
{
    qsort(r, (size_t)n, sizeof *r, by_value);
    for (int i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && !(r[j].value > r[i].value); j++)
            ;
        for (int k = i; k < j; k++)
            out[r[k].at] = (i + 1 + j) / 2.;
    }
}

/* The distance of most I pictures, when it is that of at least half of them. */
static int own_period(const um_gop_picture *p, int n, int *count)
{
    int last = -1, all = 0, best = 0;
    memset(count, 0, sizeof *count * (size_t)(n + 1));
    for (int i = 0; i < n; i++) {
        if (p[i].type != 'I')
            continue;
        if (last >= 0) {
            all++;
            if (++count[i - last] > count[best])
                best = i - last;
        }
        last = i;
    }
    return count[best] >= 2 && 2 * count[best] >= all ? best : 0;
}

static void find(um_gop_rhythm *out, const double *rank_of, const int *speaker, int n)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < out->predicted; i++) {
        sum += rank_of[i];
        squares += rank_of[i] * rank_of[i];
    }
    const double n_ranks = out->predicted, mean = sum / n_ranks;
    double variance = squares / n_ranks - mean * mean;
    if (!(variance > 1e-9)) /* all alike */
        return;
    variance = fmax(variance, LEAST_SHARE * (1 - LEAST_SHARE) / 4 * n_ranks * n_ranks);
    for (int period = UM_GOP_LEAST; period <= UM_GOP_MOST && period <= n / UM_GOP_PLACES; period++) {
        if (out->own && period % out->own == 0) /* of this encoding */
            continue;
        for (int phase = 0; phase < period; phase++) {
            double ranks = 0;
            int places = 0;
            for (int i = phase; i < n; i += period)
                if (speaker[i] >= 0) {
                    ranks += rank_of[speaker[i]];
                    places++;
                }
            if (places < UM_GOP_PLACES)
                continue;
            const double strength = (ranks / places - mean) / sqrt(variance / places);
            if (strength > out->strength) {
                out->strength = strength;
                out->period = period;
                out->phase = phase;
                out->places = places;
            }
        }
    }
}

um_status um_gop_find(um_gop_rhythm *out, const um_gop_picture *p, int n, um_error *err)
{
    const size_t all = (size_t)n + 1;
    int *anchor = um_calloc(all, sizeof *anchor), *speaker = um_calloc(all, sizeof *speaker);
    ranked *value = um_calloc(all, sizeof *value);
    double *rank_of = um_calloc(all, sizeof *rank_of);
    um_status st = UM_OK;
    int n_anchors = 0;
    *out = (um_gop_rhythm){0};
    if (!anchor || !speaker || !value || !rank_of) {
        st = um_fail_oom(err);
        goto done;
    }
    out->own = own_period(p, n, anchor);
    for (int i = 0; i < n; i++) {
        speaker[i] = -1;
        if (p[i].type == 'I' || p[i].type == 'P')
            anchor[n_anchors++] = i;
    }
    for (int k = 0; k < n_anchors; k++) {
        const int i = anchor[k], before = neighbour(p, anchor, n_anchors, k, -1),
                  after = neighbour(p, anchor, n_anchors, k, 1);
        if (p[i].type != 'P' || before < 0 || after < 0)
            continue;
        for (int at = (k ? anchor[k - 1] : -1) + 1; at <= i; at++)
            speaker[at] = out->predicted;
        value[out->predicted] = (ranked){footprint(&p[i], &p[before], &p[after]), out->predicted};
        out->predicted++;
    }
    if (out->predicted) {
        rank(rank_of, value, out->predicted);
        find(out, rank_of, speaker, n);
    }
done:
    free(anchor);
    free(speaker);
    free(value);
    free(rank_of);
    return st;
}
