/* SPDX-License-Identifier: GPL-3.0-or-later */
/* background_noise.c: what is heard when nobody speaks: how loud, in which bands, does it stay the same, and
 * does the room?
 *
 * Noise by minimum statistics (Martin, IEEE TSAP 9(5), 2001; dsp/background.h), reverberation from free
 * decays (Lollmann et al., IWAENC 2010; dsp/decay.h), as Malik & Farid, "Audio forensics from acoustic
 * reverberation", ICASSP 2010, looked for recordings put together from several rooms. Difference: no model of
 * the voice is taken out; the shorter decays of a stretch stand for its room. The score is how far the voice
 * is above the noise. */
#include "dsp/background.h"
#include "dsp/decay.h"
#include "dsp/stats.h"
#include "signals/figures.h"
#include "signals/sound/standstill.h"
#include <math.h>
#include <unmask/signal.h>

static const double WINDOW_S = 3;  /* of which the quietest run is the noise */
static const double EVERY_S = .5;  /* it is looked for */
static const double NEEDED_S = 3;  /* of sound */
static const double ABOVE_DB = 10; /* above the noise: the frame counts as voice, or whatever is recorded */
static const double CHANGE_TIMES = 2.5; /* of the background in its own deviations: as in sound_splices */
static const double STRETCH_S = 20;     /* for which the room is told */
static const double SHORT = .25;        /* the quantile of the decays of a stretch */
static const double DRIFT = 1.5;        /* between the rooms of two stretches, from which it is told */
static const double LOW_DB = -150, HIGH_DB = 10; /* of histograms, in half decibels */
enum { BINS = 320, DECAYS = 5, RT_BINS = 500 };  /* decays in a stretch, at least */
enum { GROUPS = 3 };                             /* of bands: up to 1 kHz, to 4.4 kHz, above */
static const char *const GROUP[GROUPS] = {"noise below 1 kHz", "noise from 1 to 4.4 kHz",
                                          "noise above 4.4 kHz"};
static const int FIRST[GROUPS + 1] = {0, 4, 10, UM_BACKGROUND_BANDS};

typedef struct noise {
    int rate_hz, hop; /* 0: no sound yet; samples from frame to frame */
    um_background background;
    um_standstill still;
    um_decays decays;
    int64_t base, base_frame, expected, next, every,
        window;                  /* frames, but for the first and the third: samples */
    um_histogram levels, floors; /* of frames, of the noise, dB */
    um_histogram stretch;        /* of reverberation times, s */
    double stretch_s, shortest, longest, shortest_s, longest_s; /* where it begins; of all stretches */
    int64_t n_decays;
    um_change best;
    double best_from_s, best_to_s;
    int64_t told; /* the frame of the last point */
    int series[GROUPS], room;
    um_findings *out; /* only during a callback */
} noise;

static um_status ignore(void *user, const um_standstill_event *event, um_error *err)
{
    (void)user, (void)event, (void)err; /* only the sums matter */
    return UM_OK;
}

static double time_of(const noise *s, int64_t frame)
{
    return (double)(s->base + (frame - s->base_frame) * s->hop + s->hop) / s->rate_hz;
}

static um_status tell_noise(noise *s, um_error *err)
{
    um_quiet quiet;
    const um_background *b = &s->background;
    const int64_t stop = b->first + b->n, from = stop - s->window > b->first ? stop - s->window : b->first;
    um_status st = UM_OK;
    if (!um_background_quiet(&quiet, b, from, stop))
        return UM_OK;
    um_histogram_add(&s->floors, quiet.level_db);
    if (quiet.frame == s->told) /* the quietest of this window, too */
        return UM_OK;
    s->told = quiet.frame;
    for (int g = 0; g < GROUPS && st == UM_OK; g++) {
        double power = 0;
        for (int k = FIRST[g]; k < FIRST[g + 1] && k < b->n_bands; k++)
            power += pow(10, quiet.db[k] / 10);
        if (!(power > 0))
            continue; /* no such band at this rate */
        st = um_findings_point(s->out, s->series[g], time_of(s, quiet.frame), 10 * log10(power), err);
    }
    return st;
}

static void compare(noise *s)
{
    um_change c;
    if (um_background_compare(&c, &s->background, s->background.first + s->background.n / 2) &&
        c.times > s->best.times) {
        s->best = c;
        s->best_from_s = time_of(s, c.from);
        s->best_to_s = time_of(s, c.to);
    }
}

static um_status take_spectrum(noise *s, int64_t first, const double *power, um_error *err)
{
    um_background *b = &s->background;
    double sum = 0;
    if (first != s->expected) {
        um_background_restart(b);
        s->base = first;
        s->base_frame = b->first;
        s->next = b->first + s->window;
    }
    s->expected = first + s->hop;
    um_background_push(b, power);
    for (int k = 0; k < b->n_bands; k++)
        sum += pow(10, (double)b->db[(ptrdiff_t)(b->n - 1) * b->n_bands + k] / 10);
    um_histogram_add(&s->levels, 10 * log10(fmax(sum, 1e-15)));
    if (b->first + b->n < s->next)
        return UM_OK;
    s->next += s->every;
    compare(s);
    return tell_noise(s, err);
}

static um_status end_stretch(noise *s, um_error *err)
{
    if (s->stretch.n < DECAYS)
        return UM_OK;
    const double rt_s = um_histogram_quantile(&s->stretch, SHORT);
    if (!(s->shortest > 0) || rt_s < s->shortest) {
        s->shortest = rt_s;
        s->shortest_s = s->stretch_s;
    }
    if (rt_s > s->longest) {
        s->longest = rt_s;
        s->longest_s = s->stretch_s;
    }
    for (int i = 0; i < s->stretch.n_bins; i++)
        s->stretch.count[i] = 0;
    s->stretch.n = 0;
    return um_findings_point(s->out, s->room, s->stretch_s + STRETCH_S / 2, rt_s, err);
}

static um_status take_decay(void *user, double t_s, double rt60_s, um_error *err)
{
    noise *s = user;
    um_status st = UM_OK;
    if (t_s >= s->stretch_s + STRETCH_S || t_s < s->stretch_s) {
        st = end_stretch(s, err);
        for (int i = 0; i < s->stretch.n_bins; i++)
            s->stretch.count[i] = 0;
        s->stretch.n = 0;
        s->stretch_s = STRETCH_S * floor(t_s / STRETCH_S);
    }
    um_histogram_add(&s->stretch, rt60_s);
    s->n_decays++;
    return st;
}

static um_status start(noise *s, const um_spectra *spectra, um_error *err)
{
    const int rate_hz = s->rate_hz = spectra->rate_hz, window = spectra->window;
    const double per_s = 2. * rate_hz / window;
    s->hop = window / 2;
    s->every = (int64_t)ceil(EVERY_S * per_s);
    s->told = -1;
    s->window = s->next = (int64_t)ceil(WINDOW_S * per_s);
    um_standstill_init(&s->still, rate_hz);
    um_decays_init(&s->decays, rate_hz);
    um_status st = um_background_init(&s->background, spectra->bins, (double)rate_hz / window, per_s, err);
    if (st == UM_OK)
        st = um_histogram_init(&s->levels, BINS, LOW_DB, HIGH_DB, err);
    if (st == UM_OK)
        st = um_histogram_init(&s->floors, BINS, LOW_DB, HIGH_DB, err);
    if (st == UM_OK)
        st = um_histogram_init(&s->stretch, RT_BINS, 0, UM_DECAY_MAX_S, err);
    for (int g = 0; g < GROUPS && st == UM_OK; g++)
        st = um_findings_series(s->out, &s->series[g], um_file_subject(), GROUP[g], "dB", err);
    if (st == UM_OK)
        st = um_findings_series(s->out, &s->room, um_file_subject(), "reverberation time, at most", "s", err);
    return st;
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    noise *s = state;
    const um_sound *sound = in->sound;
    const um_spectra *spectra;
    um_status st;
    s->out = out;
    if (!sound || sound->n < 1)
        return UM_OK;
    if ((st = um_product_spectra(&spectra, in->products, err)) < 0)
        return st;
    if (!s->rate_hz && (st = start(s, spectra, err)) < 0)
        return st;
    if (sound->rate_hz != s->rate_hz)
        return UM_OK; /* a damaged stream that changes its rate: the first one is judged */
    st = um_standstill_push(&s->still, sound->first, sound->mono, sound->n, ignore, s, err);
    if (st == UM_OK)
        st = um_decays_push(&s->decays, sound->first, sound->mono, sound->n, take_decay, s, err);
    for (int i = 0; i < spectra->n && st == UM_OK; i++)
        st = take_spectrum(s, spectra->first + (int64_t)i * s->hop,
                           spectra->power + (ptrdiff_t)i * spectra->bins, err);
    return st;
}

/* Mean level, dB, of the frames at least ABOVE_DB above the noise; the noise itself when there is none. */
static double voice_db(const noise *s, double noise_db)
{
    const um_histogram *h = &s->levels;
    double power = 0, n = 0;
    for (int i = 0; i < h->n_bins; i++) {
        const double db = h->low + (i + .5) * (h->high - h->low) / h->n_bins;
        if (db >= noise_db + ABOVE_DB) {
            power += h->count[i] * pow(10, db / 10);
            n += h->count[i];
        }
    }
    return n > 0 ? 10 * log10(power / n) : noise_db;
}

static um_status tell_evidence(const noise *s, um_error *err)
{
    um_status st = UM_OK;
    char words[UM_CHANGE_WORDS];
    if (s->best.times >= CHANGE_TIMES)
        st = um_findings_evidence(s->out, um_file_subject(), s->best_from_s, s->best_to_s, NULL, err,
                                  "the background changes most here: %s, by %.1f times its own deviation",
                                  um_change_words(words, &s->best), s->best.times);
    if (st == UM_OK && s->longest > DRIFT * s->shortest)
        st = um_findings_evidence(
            s->out, um_file_subject(), s->longest_s, s->longest_s + STRETCH_S, NULL, err,
            "sound dies away within %.2f s here, within %.2f s in the stretch from %.0f s on: "
            "another room, another distance, or other sounds",
            s->longest, s->shortest, s->shortest_s);
    return st;
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    noise *s = state;
    s->out = out;
    if (!s->rate_hz)
        return um_findings_skip(out, um_file_subject(), err, "there is no sound");
    um_status st = um_standstill_end(&s->still, ignore, s, err);
    if (st == UM_OK)
        st = um_decays_end(&s->decays, take_decay, s, err);
    if (st == UM_OK)
        st = end_stretch(s, err);
    if (st < 0)
        return st;
    const double silent = (double)s->still.silent / (double)s->still.n,
                 heard_s = (1 - silent) * (double)s->still.n / s->rate_hz;
    if (heard_s < NEEDED_S || !s->floors.n)
        return um_findings_skip(out, um_file_subject(), err,
                                "too short: %.1f s of sound at once, %.0f s needed",
                                um_short_of(heard_s, NEEDED_S), NEEDED_S);
    const double noise_db = um_histogram_quantile(&s->floors, .5), voice = voice_db(s, noise_db);
    char room[60] = "";
    if (s->shortest > 0)
        snprintf(room, sizeof room, "; sound dies away within %.2f s", s->shortest);
    if ((st = tell_evidence(s, err)) < 0)
        return st;
    return um_findings_score(
        out, um_file_subject(), voice - noise_db, err,
        "Noise of %.0f dB (10 %% below %.0f, 10 %% above %.0f), sound %.0f dB above it%s; digital "
        "silence %.0f %%, zero line at %.4f",
        um_round(noise_db, 1), um_round(um_histogram_quantile(&s->floors, .1), 1),
        um_round(um_histogram_quantile(&s->floors, .9), 1), um_round(voice - noise_db, 1), room, 100 * silent,
        um_round(s->still.total / (double)s->still.n, 1e-4));
}

static void end(void *state)
{
    noise *s = state;
    um_background_clear(&s->background);
    um_histogram_clear(&s->levels);
    um_histogram_clear(&s->floors);
    um_histogram_clear(&s->stretch);
}

const um_signal um_signal_background_noise = {
    .name = "background_noise",
    .family = "sound",
    .question = "What is heard in the background, and does it stay the same?",
    .meaning =
        "How far voices are above the noise of the pauses. Phones in the street: 10 to 30 dB, quiet rooms 40 "
        "to "
        "50, studios, noise gates and many voice generators more. Noise and room belong to a place: where "
        "they "
        "change without reason, parts may come from elsewhere. It tells of the recording, not of forgery.",
    .score_unit = "dB above the noise",
    .paper =
        "Martin, IEEE TSAP 9(5), 2001, DOI 10.1109/89.928915; Lollmann et al., IWAENC 2010; Malik & Farid, "
        "ICASSP 2010",
    .version = 1,
    .needs = UM_NEED_SOUND | UM_NEED_SPECTRA,
    .state_size = sizeof(noise),
    .push = push,
    .finish = finish,
    .end = end,
};
