/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals/face/lip_answer.h"
#include "dsp/stats.h"
#include "signals/figures.h"
#include <math.h>
#include <string.h>

/* Shifts that pass for usual: sound that comes 80 ms before the picture to 200 ms after it. ITU-R BT.1359
 * accepts 90 ms early to 185 ms late; nine in ten train clips are inside. */
static const int EARLY = UM_LIP_MOST - 2, LATE = UM_LIP_MOST + 5;
static const int NEIGHBOURS = 4;           /* steps either way of a peak that belong to it: half a syllable */
static const double MIN_RATE_HZ = 14.5;    /* 15 less rounding; syllables come at 4 to 8 a second */
static const double NEEDED_S = 2.5;        /* of a mouth, with sound */
static const double NEEDED_SPEECH_S = 1.2; /* some five syllables */
static const double NOT_SPEAKING = .5;     /* share of the speech at which the mouth rests */
/* By which a peak must exceed all others, and the peak times the root of the seconds, of the plain measure
 * and of the network: foreign sound reaches the first in 1 of 10 train clips, the second in fewer. */
static const double CLEAR = .15, CLEAR_S = 1.2, CLEAR_NETWORK_S = 1.1;
static const double LOOKED_AT = .8; /* share of what the plain measure has, that the network must have */
static const double TOGETHER = 2;   /* steps: shifts that both measures tell are one */
static const double LONG_S = 10;    /* of a mouth, with sound: quality 1 */

bool um_lip_prefer(double r[UM_LIP_LAGS], const um_lip_sums net[UM_LIP_LAGS], double pairs)
{
    double of[UM_LIP_LAGS];
    bool any = false;
    if (net[UM_LIP_MOST].n < LOOKED_AT * pairs)
        return false;
    for (int lag = 0; lag < UM_LIP_LAGS; lag++) {
        of[lag] = um_lip_sums_coefficient(&net[lag], UM_LIP_LEAST);
        any |= !isnan(of[lag]);
        if (isnan(of[lag]) && !isnan(r[lag]))
            return false;
    }
    if (any)
        memcpy(r, of, sizeof of);
    return any;
}

void um_lip_best(double *inside, double *outside, double *at, const double r[UM_LIP_LAGS])
{
    double early, late;
    const double in = um_lag_peak(inside, r, UM_LIP_LAGS, EARLY, LATE);
    const double before = um_lag_peak(&early, r, UM_LIP_LAGS, 0, EARLY - 1);
    const double after = um_lag_peak(&late, r, UM_LIP_LAGS, LATE + 1, UM_LIP_LAGS - 1);
    *outside = fmax(early, late);
    *at = (*inside >= *outside ? in : late >= early ? after : before) - UM_LIP_MOST;
}

static bool fast_enough(const um_lip_seen *seen)
{
    return (double)seen->pictures >= MIN_RATE_HZ * seen->pictures_s;
}

/* What a curve says by itself. */
static um_lip_verdict read_off(const double r[UM_LIP_LAGS])
{
    um_lip_verdict v = {.second = -1};
    um_lip_best(&v.inside, &v.outside, &v.at, r);
    for (int lag = 0; lag < UM_LIP_LAGS; lag++)
        if (fabs(lag - UM_LIP_MOST - v.at) > NEIGHBOURS)
            v.second = fmax(v.second, r[lag]);
    return v;
}

static bool is_clear(const um_lip_verdict *v, double seconds, double limit)
{
    const double peak = fmax(v->inside, v->outside);
    return peak - v->second >= CLEAR && peak * sqrt(seconds) >= limit;
}

um_lip_verdict um_lip_weigh(const um_lip_seen *seen)
{
    double r[UM_LIP_LAGS];
    for (int lag = 0; lag < UM_LIP_LAGS; lag++)
        r[lag] = um_pair_coefficient(&seen->at[lag], UM_LIP_LEAST);
    const um_lip_verdict plain = read_off(r);
    const bool network = um_lip_prefer(r, seen->net, seen->at[UM_LIP_MOST].n);
    um_lip_verdict v = read_off(r);
    v.seconds = (double)seen->steps / UM_LIP_RATE;
    v.speech_s = (double)seen->speech / UM_LIP_RATE;
    v.rest = seen->speech ? (double)seen->rest / (double)seen->speech : 0;
    v.known = v.seconds >= NEEDED_S && fast_enough(seen) && v.speech_s >= NEEDED_SPEECH_S &&
              v.rest < NOT_SPEAKING && !isnan(v.outside - v.inside);
    const bool clear = v.known && is_clear(&v, v.seconds, network ? CLEAR_NETWORK_S : CLEAR_S);
    const bool late = v.outside > v.inside;
    v.fits = clear && !late;
    /* what would accuse must be clear in the series that can be looked at */
    v.shifted = v.known && late && is_clear(&plain, v.seconds, CLEAR_S) && plain.outside > plain.inside &&
                fabs(plain.at - v.at) <= TOGETHER;
    v.seems = clear && late && !v.shifted;
    return v;
}

um_status um_lip_excuse(const um_lip_seen *seen, um_subject who, um_findings *out, um_error *err)
{
    const um_lip_verdict v = um_lip_weigh(seen);
    if (!fast_enough(seen))
        return um_findings_skip(out, who, err,
                                "the frame rate is too low: %.1f usable pictures a second, 15 needed",
                                um_short_of((double)seen->pictures / seen->pictures_s, 15));
    if (v.seconds < NEEDED_S)
        return um_findings_skip(out, who, err,
                                "too short: %.1f s of a mouth that can be seen, with sound, %.1f s needed "
                                "(unusable faces: %lld turned away, %lld too small)",
                                um_short_of(v.seconds, NEEDED_S), NEEDED_S, (long long)seen->turned,
                                (long long)seen->small);
    if (v.speech_s < NEEDED_SPEECH_S)
        return um_findings_skip(out, who, err,
                                "too little speech: %.1f s while the mouth is seen, %.1f s needed",
                                um_short_of(v.speech_s, NEEDED_SPEECH_S), NEEDED_SPEECH_S);
    if (v.rest >= NOT_SPEAKING)
        return um_findings_skip(
            out, who, err,
            "this person does not seem to speak: the mouth rests during %.0f %% of %.1f s of "
            "speech or music, which comes from elsewhere",
            100 * v.rest, v.speech_s);
    return um_findings_skip(out, who, err, "mouth or sound do not vary enough to be compared");
}

static double ms(double steps)
{
    return fabs(um_round(steps * 1000 / UM_LIP_RATE, 10));
}

static const char *side(double steps)
{
    return steps >= 0 ? "after" : "before";
}

static um_status show(const um_lip_seen *seen, um_subject who, bool usual, um_image *fit, um_image *misfit,
                      um_findings *out, um_error *err)
{
    const um_lip_look *l = usual ? &seen->fit : &seen->misfit;
    if (!isfinite(l->margin))
        return UM_OK;
    return um_findings_evidence(
        out, who, l->from_s, l->to_s, usual ? fit : misfit, err,
        usual ? "where mouth and sound go together best: the sound %.0f ms %s the lips"
              : "where they go together least: the sound of %.0f ms %s the lips would fit better",
        ms(l->at), side(l->at));
}

um_status um_lip_conclude(const um_lip_seen *seen, um_subject who, um_image *fit, um_image *misfit,
                          um_findings *out, um_error *err)
{
    const um_lip_verdict v = um_lip_weigh(seen);
    const double score = v.outside - v.inside, peak = fmax(v.inside, v.outside);
    um_status st = show(seen, who, score <= 0, fit, misfit, out, err);
    if (st < 0)
        return st;
    if (v.fits)
        st = um_findings_score(out, who, score, err,
                               "The mouth moves with the sound, which comes %.0f ms %s the lips (agreement "
                               "%.2f, at unusual shifts at "
                               "most %.2f), in %.1f s with %.1f s of speech; it rests during %.0f %% of that "
                               "and moves in %.0f %% of the pauses",
                               ms(v.at), side(v.at), v.inside, v.outside, v.seconds, v.speech_s, 100 * v.rest,
                               seen->pause ? 100. * (double)seen->moving / (double)seen->pause : 0);
    else if (v.shifted)
        st = um_findings_score(out, who, score, err,
                               "The sound comes %.0f ms %s the lips (agreement %.2f there, in time at most "
                               "%.2f), in %.1f s with %.1f s "
                               "of speech: it was shifted or exchanged, or recording or upload lost time",
                               ms(v.at), side(v.at), v.outside, v.inside, v.seconds, v.speech_s);
    else if (v.seems)
        st = um_findings_score(
            out, who, score, err,
            "The sound seems to come %.0f ms %s the lips (agreement %.2f there, in time at most "
            "%.2f), in %.1f s with %.1f s of speech; opening and loudness alone do not show it "
            "clearly, so it may be chance",
            ms(v.at), side(v.at), v.outside, v.inside, v.seconds, v.speech_s);
    else if (score <= 0)
        st = um_findings_score(out, who, score, err,
                               "Mouth and sound agree best as they are, but not clearly: %.2f with the sound "
                               "%.0f ms %s the lips, at "
                               "unusual shifts up to %.2f, in %.1f s with %.1f s of speech",
                               peak, ms(v.at), side(v.at), v.outside, v.seconds, v.speech_s);
    else
        st = um_findings_score(
            out, who, score, err,
            "The mouth moves, but not clearly with this sound at any shift up to 600 ms (agreement at most "
            "%.2f, %.0f "
            "ms %s the lips), in %.1f s with %.1f s of speech: another voice, or lips that are hard to see",
            peak, ms(v.at), side(v.at), v.seconds, v.speech_s);
    return st < 0 ? st : um_findings_quality(out, who, um_clampd(v.seconds / LONG_S, 0, 1), err);
}
