/* SPDX-License-Identifier: GPL-3.0-or-later */
/** analysis.h: one recording in, results out. */
#ifndef UNMASK_ANALYSIS_H
#define UNMASK_ANALYSIS_H

#include <unmask/results.h>

#ifdef __cplusplus
extern "C" {
#endif

/** All zero = the defaults. Start from UM_ANALYSIS_OPTIONS_INIT, so that a program works with later versions,
 * which add fields at the end. */
typedef struct um_analysis_options {
    size_t size;             ///< of this struct; 0 = as in version 0.1
    const char *signals;     ///< comma-separated names; NULL = all
    const char *models_dir;  ///< NULL = UNMASK_MODELS of the environment, else the built-in face networks
    const char *calibration; ///< file; NULL = the embedded one, and before it what lies beside a network
    int threads;             ///< of faces, networks and signals; 0 = number of cores. Decoding has one more
    double max_s;            ///< 0 = all
    um_progress_fn progress; ///< may be NULL
    void *user;              ///< of `progress`
    um_observe_fn observe;   ///< may be NULL; gets each moment in order, in the thread of um_analyzer_run
    void *observer;          ///< of `observe`
    unsigned observer_needs; ///< UM_NEED_* that it wants besides what the signals need
    const char *trust; ///< PEM file with certificates of signers that the user trusts (C2PA); NULL = none
    um_progress_fn hashing; ///< instead of `progress` while only the hash is missing: in bytes; may be NULL
    int video_track, audio_track; ///< as in um_source_options
    bool sound_view;  ///< keep for page and JSON what the sound looks like, if a signal hears it: waveform,
                      ///< spectrogram, pitch
    bool embed_sound; ///< keep the sound itself, too, to be played in the page: at most 2 minutes, of a
                      ///< longer recording UM_EUNSUPPORTED; heard even if no signal asks for it
} um_analysis_options;

#define UM_ANALYSIS_OPTIONS_INIT    \
    {                               \
        sizeof(um_analysis_options) \
    }
UM_API void um_analysis_options_init(um_analysis_options *opt); ///< the same

/** Keeps what several recordings share: options, networks, calibration. Strings of `opt` must outlive it.
 * UM_EINVAL: an unknown signal, or options that only a later version knows. UM_EIO, UM_EFORMAT: a model or
 * calibration that was named cannot be used. */
typedef struct um_analyzer um_analyzer;
UM_API um_status um_analyzer_new(um_analyzer **out, const um_analysis_options *opt, um_error *err);
UM_API void um_analyzer_free(um_analyzer **analyzer);
/** Decodes once and hands every moment to all signals. UM_OK also for damaged recordings that gave something:
 * the results say so. UM_EIO, UM_EFORMAT, UM_EUNSUPPORTED: nothing could be read. UM_ECANCELLED: `progress`
 * said so. */
UM_API um_status um_analyzer_run(um_results **out, um_analyzer *analyzer, const char *path, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
