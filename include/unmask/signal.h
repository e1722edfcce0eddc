/* SPDX-License-Identifier: GPL-3.0-or-later */
/** signal.h: one question asked of a recording, answered over time.
 *
 * Three lifetimes. `shared` lives as long as an analyzer: networks, fitted models; after `open` it is only
 * read, by several threads. `state` lives as long as one recording; its callbacks are never called at once.
 * `measure` lives as long as one moment. All three begin as zeros. Every callback is optional.
 *
 *     open                                       once per analyzer
 *         begin                                  once per recording
 *             measure  measure  measure  ...     once per moment, in any order, several at a time
 *             push, push, push, ...              once per moment, in presentation order, after its measure
 *         finish, end
 *     close
 *
 * What needs no order (a network on one face, a spectrum) belongs into `measure`: that part uses all threads.
 * What follows the recording through time belongs into `push`. `end`, `close` and `release` run exactly once,
 * also after a failed begin, open or measure. Pointers inside um_signal_input are borrowed and die when the
 * callback returns.
 *
 * A signal ends in one of three ways: scored (um_findings_score was called), not applicable (um_findings_skip
 * was called, with the reason), or failed (a callback returned an error). One failing signal never stops the
 * others.
 */
#ifndef UNMASK_SIGNAL_H
#define UNMASK_SIGNAL_H

#include <unmask/faces.h>
#include <unmask/network.h>
#include <unmask/probe.h>
#include <unmask/products.h>
#include <unmask/source.h>
#include <unmask/subject.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a signal asks for; nothing else is decoded or computed for it. */
enum {
    UM_NEED_FILE = 1,     ///< only um_media and um_probe: nothing is decoded for it
    UM_NEED_GRAY = 2,     ///< frame->gray of every frame
    UM_NEED_RGB = 4,      ///< frame->rgb of every frame
    UM_NEED_FACES = 8,    ///< frame->rgb and faces of every frame
    UM_NEED_SOUND = 16,   ///< sound blocks
    UM_NEED_MOTION = 32,  ///< pointless on a photo: not applicable there
    UM_NEED_CODEC = 4096, ///< frame->codec of every frame (codec.h)
    /* UM_NEED_FLOW, UM_NEED_SOUND16K ...: see products.h */
};

typedef struct um_resources um_resources; ///< what signals share per analyzer
typedef struct um_signal um_signal;

typedef struct um_signal_input {
    const um_media *media;
    const um_probe *probe;
    const um_frame *frame; ///< set for a picture
    const um_faces *faces; ///< set with frame when faces were looked for
    const um_sound *sound; ///< set for sound
    um_products *products; ///< set with frame or sound; in `finish` what streams had kept back
} um_signal_input;

/* ---- findings: what a signal says; owned by the framework ----
 *
 * Refusals (UM_EINVAL) name the signal and the reason in `err`: a callback hands them on as they are. Tables
 * grow as they are filled, up to a maximum beyond which the rest is counted, so that memory does not grow
 * with the length of the recording. */

typedef struct um_findings um_findings;

/** A time series, drawn in the report. `unit` e.g. "dB", "ratio". Gives an index (the same again for the same
 * name and subject); -1 with UM_OK beyond the maximum of 1024. */
UM_API um_status um_findings_series(um_findings *f, int *series, um_subject subject, const char *name,
                                    const char *unit, um_error *err);
/** A long series is thinned evenly (mean of neighbours), those beyond the 64th sooner. Of series -1 nothing
 * is kept, so that a crowd costs only its curves. UM_EINVAL: not a finite number. */
UM_API um_status um_findings_point(um_findings *f, int series, double t_s, double value, um_error *err);
/** An interval worth looking at, with one sentence. `image` (may be NULL) is shown beside it; a reference is
 * kept. At most 256, and 64 of them with an image: the rest is counted. */
UM_API um_status um_findings_evidence(um_findings *f, um_subject subject, double from_s, double to_s,
                                      um_image *image, um_error *err, const char *format, ...)
    UM_PRINTF(7, 8);
/** The score of a subject, with one sentence that says it in words. A later call for the same subject
 * replaces the earlier one. Beyond 1024 the highest scores stay. UM_EINVAL: not a finite number. */
UM_API um_status um_findings_score(um_findings *f, um_subject subject, double score, um_error *err,
                                   const char *format, ...) UM_PRINTF(5, 6);
/** How well the subject could be looked at or heard, 0 (useless) to 1 (good), by what moves this score: after
 * the score. A person's own quality counts where a signal says nothing. */
UM_API um_status um_findings_quality(um_findings *f, um_subject subject, double quality, um_error *err);
/** Not applicable (to a subject, or with um_file_subject() to the recording): the reason, one sentence. */
UM_API um_status um_findings_skip(um_findings *f, um_subject subject, um_error *err, const char *format, ...)
    UM_PRINTF(4, 5);
/** The voice is this person's, with confidence 0..1. A later call for the same two replaces the earlier. */
UM_API um_status um_findings_link(um_findings *f, int voice, int person, double confidence, um_error *err);

/** A moment that all signals have seen, with what they have said so far. */
typedef struct um_observation {
    const um_media *media;
    const um_frame *frame; ///< a picture, or
    const um_sound *sound; ///< a block of sound
    const um_faces *faces; ///< of the picture, when they were looked for
    const um_findings *const *findings;
    int n_findings;
} um_observation;
/** An error ends the analysis. */
typedef um_status (*um_observe_fn)(void *observer, const um_observation *moment, um_error *err);

/* ---- signals ---- */

/** A network that a signal runs, by its role in the manifest. Without one the signal is not applicable. */
typedef struct um_network_need {
    const char *role;
} um_network_need;

struct um_signal {
    const char *name;       ///< [a-z0-9_]+, at most 47, the key in reports and calibration; never renamed
    const char *family;     ///< "file", "image", "face" or "sound"
    const char *question;   ///< one sentence for the reader of a report
    const char *meaning;    ///< plain words: how to read it, when it errs
    const char *score_unit; ///< what the raw score is: "dB", "blinks/min below usual", ...
    const char *paper;      ///< first author, venue, year, DOI or arXiv number
    unsigned version;       ///< raise when scores move: older calibration stops applying
    unsigned needs;         ///< UM_NEED_*
    const um_network_need *networks; ///< ended by one without a role; NULL = none
    const char *alternative; ///< signals with the same word ask for kinds of manipulation of the same thing,
                             ///< of which one is enough: the most suspicious of them speaks. NULL = none
    size_t shared_size, state_size, measure_size; ///< bytes; 0 = NULL is handed over

    um_status (*open)(void *shared, const um_resources *resources, um_error *err);
    void (*close)(void *shared);
    um_status (*begin)(void *state, const void *shared, const um_signal_input *in, um_error *err);
    um_status (*measure)(void *measure, const void *shared, const um_signal_input *in, um_error *err);
    void (*release)(void *measure); ///< of what `measure` allocated
    um_status (*push)(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err);
    um_status (*finish)(void *state, const um_signal_input *in, um_findings *out, um_error *err);
    void (*end)(void *state);
};

/** In `open`: the network of a role that the signal declared. It belongs to the analyzer and is shared: a
 * thread runs it in a um_session of its own. */
UM_API um_status um_resources_network(um_network **out, const um_resources *resources, const char *role,
                                      um_error *err);
UM_API um_pool *um_resources_pool(const um_resources *resources); ///< for um_session_new

/** How often it erred where it was measured, a sentence per network, by the calibration at this path (NULL:
 * the built-in one); "" when it has none, so that it weighs nothing. To be freed with free(). */
UM_API um_status um_signal_measured(char **out, const um_signal *signal, const char *calibration,
                                    um_error *err);
UM_API int um_signal_count(void);
UM_API const um_signal *um_signal_at(int i);
UM_API const um_signal *um_signal_find(const char *name); ///< NULL when there is none
/** Adds a signal of the calling program, at the end of the table; it must outlive the last analyzer. Call
 * before the first um_analyzer_new: the table is the one thing that all threads share. UM_EINVAL: a field is
 * missing or out of range, or the name is taken. UM_ENOMEM: 256 were added. */
UM_API um_status um_signal_register(const um_signal *signal, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
