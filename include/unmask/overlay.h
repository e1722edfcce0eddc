/* SPDX-License-Identifier: GPL-3.0-or-later */
/** overlay.h: the recording again, with the marks of the analysis drawn on it.
 *
 * Faces with the number of their person and their landmarks, the latest value of each signal as a bar, time,
 * and a strip that names it an overlay, so that it cannot pass for the recording. It watches an analysis:
 *
 *     um_overlay *overlay = NULL;
 *     um_overlay_new(&overlay, "marked.mp4", &err);
 *     um_analysis_options opt = UM_ANALYSIS_OPTIONS_INIT;
 *     opt.observe = um_overlay_observe;
 *     opt.observer = overlay;
 *     opt.observer_needs = UM_NEED_FACES | UM_NEED_SOUND;
 *     ...                                // one um_analyzer_run
 *     um_overlay_finish(overlay, &err);
 *     um_overlay_close(&overlay);
 */
#ifndef UNMASK_OVERLAY_H
#define UNMASK_OVERLAY_H

#include <unmask/signal.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct um_overlay um_overlay;

/** A video by the extension of `path` (see um_writer_open); of a photo also .png. It is begun with the first
 * picture. */
UM_API um_status um_overlay_new(um_overlay **out, const char *path, um_error *err);
/** For um_analysis_options.observe; `overlay` is a um_overlay. Gaps in the sound become silence; more than
 * two channels are mixed to one; sound without pictures is ignored. */
UM_API um_status um_overlay_observe(void *overlay, const um_observation *moment, um_error *err);
/** The file appears. UM_EFORMAT: there was no picture. */
UM_API um_status um_overlay_finish(um_overlay *overlay, um_error *err);
UM_API void um_overlay_close(um_overlay **overlay); ///< without finish: nothing is left

#ifdef __cplusplus
}
#endif
#endif
