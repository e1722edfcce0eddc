/* SPDX-License-Identifier: GPL-3.0-or-later */
/* background.c: the quietest run of frames, and how far two of them are apart. */
#include "dsp/background.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SIDE_S = 3;  /* that is looked at on each side of a moment: people pause within it */
static const double LEAST_S = 2; /* of it that must be there */
static const double RUN_S = .12; /* a short pause; mostly more than the closure before a plosive */
/* About as wide as the ear's, from above mains hum on. */
static const double EDGE_HZ[UM_BACKGROUND_BANDS + 1] = {150,  300,   500,   700,   1000,  1300,  1700,
                                                        2200, 2800,  3500,  4400,  5500,  6500,  7600,
                                                        9000, 10800, 13000, 15500, 18500, 21500, 24000};
enum { HIGH = 10 };                  /* the first band above 4.4 kHz */
static const double USABLE = .98;    /* of half the rate: the last of it is the converter's filter */
static const double FAINT = 3e-10;   /* per band, -95 dB: all 16 bits can tell. Below, silence is silence */
static const double STEADY_DB = 1.5; /* the deviation that even the steadiest run is taken to have */
static const double SAME_DB = 3;     /* runs that differ by less, on average over the bands, are alike */

um_status um_background_init(um_background *b, int bins, double hz, double frames_per_s, um_error *err)
{
    *b = (um_background){.run = (int)ceil(RUN_S * frames_per_s),
                         .side = (int)ceil(SIDE_S * frames_per_s),
                         .least = (int)ceil(LEAST_S * frames_per_s)};
    while (b->n_bands < UM_BACKGROUND_BANDS && EDGE_HZ[b->n_bands + 1] <= USABLE * (bins - 1) * hz) {
        b->from[b->n_bands] = (int)ceil(EDGE_HZ[b->n_bands] / hz);
        b->to[b->n_bands] = (int)ceil(EDGE_HZ[b->n_bands + 1] / hz);
        b->n_bands++;
    }
    b->db = um_calloc(2 * (size_t)b->side, (size_t)(b->n_bands + 1) * sizeof *b->db);
    return b->db ? UM_OK : um_fail_oom(err);
}

void um_background_clear(um_background *b)
{
    free(b->db);
    *b = (um_background){0};
}

void um_background_restart(um_background *b)
{
    b->first += b->n;
    b->n = 0;
}

void um_background_push(um_background *b, const double *power)
{
    if (b->n == 2 * b->side) {
        b->n--;
        b->first++;
        memmove(b->db, b->db + b->n_bands, (size_t)b->n * (size_t)b->n_bands * sizeof *b->db);
    }
    float *db = b->db + (ptrdiff_t)b->n++ * b->n_bands;
    for (int k = 0; k < b->n_bands; k++) {
        double sum = 0;
        for (int i = b->from[k]; i < b->to[k]; i++)
            sum += power[i];
        db[k] = (float)(10 * log10(sum + FAINT));
    }
}

/* Mean and deviation of the run that begins at kept frame i. */
static void look(um_quiet *out, const um_background *b, int i)
{
    double power = 0;
    for (int k = 0; k < b->n_bands; k++) {
        double sum = 0, squares = 0;
        for (int f = i; f < i + b->run; f++) {
            const double db = b->db[(ptrdiff_t)f * b->n_bands + k];
            sum += db;
            squares += db * db;
        }
        out->db[k] = sum / b->run;
        out->spread[k] = sqrt(fmax(squares / b->run - out->db[k] * out->db[k], 0));
        power += pow(10, out->db[k] / 10);
    }
    out->frame = b->first + i;
    out->level_db = 10 * log10(fmax(power, FAINT));
}

bool um_background_quiet(um_quiet *out, const um_background *b, int64_t from, int64_t to)
{
    if (from < b->first || to > b->first + b->n || to - from < b->run || !b->n_bands)
        return false;
    const int begin = (int)(from - b->first), end = (int)(to - b->first);
    double level = 0, least = INFINITY;
    int at = begin;
    for (int f = begin; f < end; f++) { /* the level of a run: the mean over its frames and bands, dB */
        const float *in = b->db + (ptrdiff_t)f * b->n_bands;
        for (int k = 0; k < b->n_bands; k++)
            level += (double)in[k] - (f - begin >= b->run ? (double)in[k - b->run * b->n_bands] : 0);
        if (f - begin >= b->run - 1 && level < least) {
            least = level;
            at = f - b->run + 1;
        }
    }
    look(out, b, at);
    return true;
}

static bool alike(const um_background *b, const um_quiet *quiet, int i)
{
    double sum[UM_BACKGROUND_BANDS] = {0}, off = 0;
    for (int f = i; f < i + b->run; f++)
        for (int k = 0; k < b->n_bands; k++)
            sum[k] += b->db[(ptrdiff_t)f * b->n_bands + k];
    for (int k = 0; k < b->n_bands; k++)
        off += fabs(sum[k] / b->run - quiet->db[k]);
    return off < SAME_DB * b->n_bands;
}

bool um_background_compare(um_change *out, const um_background *b, int64_t at)
{
    const int64_t stop = b->first + b->n;
    const int64_t from = at - b->side > b->first ? at - b->side : b->first,
                  to = at + b->side < stop ? at + b->side : stop;
    um_quiet left, right;
    if (at - from < b->least || to - at < b->least || !um_background_quiet(&left, b, from, at) ||
        !um_background_quiet(&right, b, at, to))
        return false;
    *out = (um_change){.before = left.level_db, .after = right.level_db};
    for (int k = 0; k < b->n_bands; k++) {
        const double change = right.db[k] - left.db[k];
        out->times += fabs(change) / sqrt(left.spread[k] * left.spread[k] +
                                          right.spread[k] * right.spread[k] + 2 * STEADY_DB * STEADY_DB);
        *(k < HIGH ? &out->low_db : &out->high_db) += change;
    }
    out->times /= b->n_bands;
    out->low_db /= b->n_bands < HIGH ? b->n_bands : HIGH;
    out->high_db /= b->n_bands > HIGH ? b->n_bands - HIGH : 1;
    /* between the last run like the old one and the first one after it like the new one */
    int i = (int)(right.frame - b->first) - 1;
    while (b->first + i > left.frame && !alike(b, &left, i))
        i--;
    out->from = b->first + i + b->run - 1;
    while (b->first + i < right.frame && !alike(b, &right, i))
        i++;
    out->to = b->first + i > out->from ? b->first + i : out->from;
    return true;
}

const char *um_change_words(char out[UM_CHANGE_WORDS], const um_change *change)
{
    const double before = um_round(change->before, 1), after = um_round(change->after, 1);
    if (before == after)
        snprintf(out, UM_CHANGE_WORDS, "at %.0f dB as before", after);
    else
        snprintf(out, UM_CHANGE_WORDS, "from %.0f to %.0f dB", before, after);
    return out;
}
