/** signal.h: one question asked of a recording, answered over time.
 *
 * Instances share nothing; one instance is used by one thread. Calls: begin, push for each moment in
 * presentation order, finish, end. `end` runs exactly once, also after a failed begin, on state that began as
 * zeros. Pointers inside `um_context` are borrowed and die when push returns.
 *
 * A signal ends in one of three ways: scored (um_findings_score was called), not applicable (um_findings_skip
 * was called, with the reason), or failed (a callback returned an error). One failing signal never stops the
 * others.
 */
#ifndef UNMASK_SIGNAL_H
#define UNMASK_SIGNAL_H

#include <unmask/faces.h>
#include <unmask/probe.h>
#include <unmask/source.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    UM_NEED_FILE = 1,   ///< only um_media and um_probe: nothing is decoded for it
    UM_NEED_GRAY = 2,   ///< frame->gray of every frame
    UM_NEED_RGB = 4,    ///< frame->rgb of every frame
    UM_NEED_FACES = 8,  ///< frame->rgb and faces of every frame
    UM_NEED_SOUND = 16, ///< sound blocks
    UM_NEED_MOTION = 32 ///< pointless on a photo: not applicable there
};

typedef struct um_context {
    const um_media *media;
    const um_probe *probe;
    const um_frame *frame; ///< set in push for a picture
    const um_faces *faces; ///< set with frame when faces were looked for
    const um_sound *sound; ///< set in push for sound
} um_context;

/* ---- findings: what a signal says; owned by the framework ---- */

#define UM_FILE (-1) ///< "person" of what concerns the whole file

typedef struct um_findings um_findings;

/** A time series, drawn in the report. `unit` e.g. "dB", "ratio". Returns an index >= 0 (the same again for
 * the same name and person), or a negative um_status: UM_ENOMEM when 64 series exist. */
UM_API int um_findings_series(um_findings *f, const char *name, const char *unit, int person);
/** Bounded: a long recording is thinned evenly (mean of neighbours), so memory does not grow. A negative
 * series is ignored, so that a crowd beyond the maximum costs only its curves. UM_EINVAL: not a finite
 * number. */
UM_API um_status um_findings_point(um_findings *f, int series, double t_s, double value);
/** An interval worth looking at, with one sentence. `image` (may be NULL) is shown beside it; a reference is
 * kept. At most 64 per signal: the rest is counted. */
UM_API um_status um_findings_evidence(um_findings *f, int person, double from_s, double to_s, um_image *image,
                                      const char *format, ...) UM_PRINTF(6, 7);
/** The score of a person or of the file, with one sentence that says it in words. A later call for the same
 * person replaces the earlier one. UM_EINVAL: not a finite number. */
UM_API um_status um_findings_score(um_findings *f, int person, double score, const char *format, ...)
    UM_PRINTF(4, 5);
/** Not applicable (to a person, or with UM_FILE to the whole recording): the reason, one sentence. */
UM_API um_status um_findings_skip(um_findings *f, int person, const char *format, ...) UM_PRINTF(3, 4);

typedef struct um_signal {
    const char *name;       ///< [a-z0-9_]+, the key in reports and calibration; never renamed
    const char *question;   ///< one sentence for the reader of a report
    const char *meaning;    ///< plain words: how to read it, when it errs
    const char *score_unit; ///< what the raw score is: "dB", "blinks/min below usual", ...
    const char *paper;      ///< first author, venue, year, DOI or arXiv number
    unsigned version;       ///< raise when scores move: older calibration stops applying
    unsigned needs;         ///< UM_NEED_*
    size_t state_size;      ///< bytes

    um_status (*begin)(void *state, const um_context *ctx, um_error *err);
    um_status (*push)(void *state, const um_context *ctx, um_findings *out, um_error *err);
    um_status (*finish)(void *state, const um_context *ctx, um_findings *out, um_error *err);
    void (*end)(void *state);
} um_signal;

UM_API int um_signal_count(void);
UM_API const um_signal *um_signal_at(int i);
UM_API const um_signal *um_signal_find(const char *name); ///< NULL when there is none

#ifdef __cplusplus
}
#endif
#endif
