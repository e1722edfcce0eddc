/* SPDX-License-Identifier: GPL-3.0-or-later */
/** voice.h: what voice people measure: pitch, pulses, jitter, shimmer, harmonicity, formants, CPPS.
 *
 * As Praat's voice report defines them (Boersma & Weenink, Praat 6.3; pitch: Boersma, IFA Proceedings 17,
 * 1993), with its usual parameters: pitch by autocorrelation, 75 to 600 Hz; pulses by cross-correlation; a
 * period counts from 0.8 / 600 to 1.25 / 75 s, two of them when neither is more than 1.3 times the other, two
 * amplitudes when not more than 1.6 times; formants by Burg's method, five below 5500 Hz; smoothed cepstral
 * peak prominence of the sound below 5 kHz. tests/unit/voice_praat.py holds them against Praat.
 *
 * Thresholds of clinics are meant for a vowel held for seconds, not for speech.
 */
#ifndef UNMASK_VOICE_H
#define UNMASK_VOICE_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UM_VOICE_MAX_S 1800            ///< of a longer recording the beginning is measured,
#define UM_VOICE_MAX_SAMPLES (1 << 26) ///< and never more than so many samples: 23 minutes at 48 kHz

enum { UM_VOICE_FORMANTS = 4 }; ///< that are told

/** A number is NaN where it is not defined: too few periods, no voice. */
typedef struct um_voice_report {
    double seconds;                                   ///< that were measured
    double median_hz, mean_hz, sd_hz, min_hz, max_hz; ///< of the voiced frames
    int n_frames, n_voiced;                           ///< frames of 10 ms
    int n_pulses, n_periods;
    double mean_period_s, sd_period_s;
    double jitter_local, jitter_absolute_s, jitter_rap, jitter_ppq5,
        jitter_ddp; ///< shares of the mean period
    double shimmer_local, shimmer_db, shimmer_apq3, shimmer_apq5, shimmer_apq11, shimmer_dda;
    double autocorrelation, noise_to_harmonics, harmonics_db; ///< means of the voiced frames
    double cpps_db;                                           ///< of all frames, voiced or not
    int n_breaks;                                             ///< pulses more than 1.25 / 75 s apart
    double breaks_share;                                      ///< of the time
    double unvoiced_share;                                    ///< of the frames
    double formant_hz[UM_VOICE_FORMANTS];       ///< medians while there is voice, from the first formant on
    double formant_width_hz[UM_VOICE_FORMANTS]; ///< medians of their bandwidths

    double sounding_s;        ///< that are not silent; NaN below 0.128 s
    double pauses;            ///< silences of 0.3 s or more in between
    double pauses_per_minute; ///< from the first sound to the last
    double pause_median_s, pause_low_s, pause_high_s, pause_longest_s; ///< low, high: quarters are beyond
    double syllables;                        ///< nuclei: voiced peaks of the intensity
    double speaking_rate, articulation_rate; ///< syllables per second: of all; of what is not silent
    double voiced_stretches, voiced_median_s;
    double roughness_cents; ///< median distance of the pitch from a parabola through 90 ms of it
    double vibrato_share;   ///< of held notes, 0..1
    double vibrato_rate_hz, vibrato_extent_cents, vibrato_regularity; ///< medians of those with vibrato
} um_voice_report;

/** A frame of pitch. */
typedef struct um_voice_point {
    double t_s, hz, strength; ///< hz 0: no voice; strength: the autocorrelation, 0..1
} um_voice_point;

typedef struct um_measured_voice um_measured_voice; ///< a recording that was measured; read only

/** Of `n` samples at `rate_hz`, 1 to 768 kHz; they are borrowed until um_voice_free by what draws them.
 * UM_EINVAL: shorter than 40 ms, another rate, or longer than that; UM_ENOMEM. */
UM_API um_status um_voice_measure(um_measured_voice **out, const float *samples, size_t n, int rate_hz,
                                  um_error *err);
/** Of the sound of a file. UM_EUNSUPPORTED: it has none; else as um_source_open. */
UM_API um_status um_voice_measure_file(um_measured_voice **out, const char *path, um_error *err);
UM_API void um_voice_free(um_measured_voice **voice);
UM_API const um_voice_report *um_voice_numbers(const um_measured_voice *voice);
UM_API size_t um_voice_contour(const um_measured_voice *voice, const um_voice_point **points);
UM_API size_t um_voice_pulses(const um_measured_voice *voice, const double **times_s);
/** The report that voice people know. Caller frees. */
UM_API um_status um_voice_text(char **out, const um_measured_voice *voice, const char *path, um_error *err);
/** An object; NaN is null. Caller frees. */
UM_API um_status um_voice_json(char **out, const um_measured_voice *voice, const char *path, um_error *err);
/** One drawing as SVG: waveform, spectrogram up to `top_hz` (0: 5 kHz, never beyond half the rate), pitch,
 * voiced stretches, the numbers; pulses when they lie far enough apart. It shows `path` without its folders,
 * and reads nothing from elsewhere. Caller frees. */
UM_API um_status um_voice_figure(char **out, const um_measured_voice *voice, const char *path, double top_hz,
                                 um_error *err);

#ifdef __cplusplus
}
#endif
#endif
