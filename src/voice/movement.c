/* SPDX-License-Identifier: GPL-3.0-or-later */
/* movement.c: how the pitch moves inside voiced stretches: vibrato of held notes, and how rough it is. Rates
 * of 4 to 8 Hz and the name: Seashore, "The vibrato", 1932; Sundberg, "Acoustic and psychoacoustic aspects of
 * vocal vibrato", 1994. */
#include "dsp/contour.h"
#include "dsp/stats.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>

enum { HOP = 10 };                      /* frames from a window of vibrato to the next */
static const double HELD_CENTS = 200;   /* by which a held note rises or falls in 0.6 s, at most */
static const double REGULAR = .8;       /* of what is left of a window: vibrato */
static const double EXTENT_CENTS = 20;  /* at least: less is no vibrato that anybody hears */
static const double WIDEST_CENTS = 300; /* more is a change of note */

typedef struct movement {
    double *cents, *off, *length; /* of a stretch; deviations of all; lengths in s */
    double *rate, *extent, *regular;
    size_t n_off, n_stretches, n_vibrato, n_held;
} movement;

/* Of n frames of a stretch. */
static void look(movement *m, int n)
{
    m->n_off += (size_t)um_contour_deviations(m->off + m->n_off, m->cents, n);
    for (int i = 0; i + UM_VIBRATO_VALUES <= n; i += HOP) {
        um_vibrato found;
        um_contour_vibrato(&found, m->cents + i);
        if (found.drift_cents > HELD_CENTS)
            continue;
        m->n_held++;
        if (found.regular < REGULAR || found.extent_cents < EXTENT_CENTS || found.extent_cents > WIDEST_CENTS)
            continue;
        m->rate[m->n_vibrato] = found.rate_hz;
        m->extent[m->n_vibrato] = found.extent_cents;
        m->regular[m->n_vibrato++] = found.regular;
    }
}

static void tell(um_voice_report *r, movement *m)
{
    for (size_t i = 0; i < m->n_off; i++)
        m->off[i] = fabs(m->off[i]);
    r->voiced_stretches = (double)m->n_stretches;
    r->voiced_median_s = m->n_stretches ? um_median(m->length, m->n_stretches) : NAN;
    r->roughness_cents = m->n_off ? um_median(m->off, m->n_off) : NAN;
    r->vibrato_share = m->n_held ? (double)m->n_vibrato / (double)m->n_held : NAN;
    r->vibrato_rate_hz = m->n_vibrato ? um_median(m->rate, m->n_vibrato) : NAN;
    r->vibrato_extent_cents = m->n_vibrato ? um_median(m->extent, m->n_vibrato) : NAN;
    r->vibrato_regularity = m->n_vibrato ? um_median(m->regular, m->n_vibrato) : NAN;
}

um_status um_voice_find_movement(um_measured_voice *v, um_error *err)
{
    const size_t n = v->n_frames + 1;
    double *all = um_calloc(6 * n, sizeof *all);
    if (!all)
        return um_fail_oom(err);
    movement m = {.cents = all,
                  .off = all + n,
                  .length = all + 2 * n,
                  .rate = all + 3 * n,
                  .extent = all + 4 * n,
                  .regular = all + 5 * n};
    for (size_t from = 0, to; from < v->n_frames; from = to + 1) {
        for (to = from; to < v->n_frames && v->frame[to].hz > 0; to++)
            m.cents[to - from] = um_cents(v->frame[to].hz);
        if (to == from)
            continue;
        m.length[m.n_stretches++] = (double)(to - from) * v->step_s;
        look(&m, (int)(to - from));
    }
    tell(&v->report, &m);
    free(all);
    return UM_OK;
}
