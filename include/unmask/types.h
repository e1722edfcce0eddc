/* SPDX-License-Identifier: GPL-3.0-or-later */
/** types.h: status codes, errors, geometry and callbacks shared by every module.
 *
 * Conventions of the whole library
 * - A function that can fail returns `um_status`: UM_OK, or a negative code. `um_error *err` is always the
 * last parameter, lives on the caller's stack, may be NULL, and holds one line of text that names the file.
 * - `um_x_new` / `um_x_open` give an object through `um_x **out`; `um_x_free` / `um_x_close` take `um_x **`,
 *   accept NULL and leave NULL. A returned `const` pointer is borrowed from the object it was asked of.
 * - Different objects may be used from different threads, one object from one thread at a time. What may be
 *   used by several at once says so: um_network, um_results, um_products.
 * - The library never prints and never exits. Its mutable globals are the table that um_signal_register
 *   extends, before the first analyzer, what um_output_keep was told (output.h), and the content of pipes
 *   that were read.
 * - Every score: higher = more likely manipulated.
 */
#ifndef UNMASK_TYPES_H
#define UNMASK_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define UM_API __attribute__((visibility("default")))
#define UM_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define UM_API
#define UM_PRINTF(a, b)
#endif

typedef enum um_status {
    UM_OK = 0,
    UM_EOF = 1,           ///< not a failure: no more data
    UM_EINVAL = -1,       ///< a wrong argument: a mistake of the calling program
    UM_ENOMEM = -2,       ///< memory is exhausted, or a declared maximum would be exceeded
    UM_EIO = -3,          ///< a file cannot be opened or read
    UM_EFORMAT = -4,      ///< the content is damaged, hostile or of no known format
    UM_EUNSUPPORTED = -5, ///< well-formed, but not something this version handles
    UM_ECANCELLED = -6,   ///< a callback asked to stop
    UM_EINTERNAL = -7,    ///< a promise of this library was broken: a bug
    UM_EWRITE = -8,       ///< an output cannot be created or written
} um_status;

/** One line for people. `text` is always terminated, and empty when the code is UM_OK. */
typedef struct um_error {
    um_status code;
    char text[380];
} um_error;

/** Pixel coordinates: origin top left, pixel centres at integers, x to the right, y down. */
typedef struct um_point {
    float x, y;
} um_point;

typedef struct um_rect {
    float x, y, w, h; ///< left, top, width, height in pixels; may reach beyond the image
} um_rect;

/** Progress of a long call. `done` and `total` in seconds of media (or items); total <= 0 when unknown.
 * Return false to stop: the call then ends with UM_ECANCELLED. */
typedef bool (*um_progress_fn)(void *user, double done, double total);

/** A path or other foreign text made safe for one line of a terminal: controls, marks of direction and what
 * is not UTF-8 become '?'. Into `size` bytes, at least 1, cut at a whole character; never longer than `text`.
 * Gives `out`. */
UM_API const char *um_printable(char *out, size_t size, const char *text);
/** Writes a text file whole or not at all: under a temporary name, then renamed. UM_EWRITE. */
UM_API um_status um_text_write(const char *path, const char *text, um_error *err);

/** What stands for an input that failed where each gives a line of JSON: {KEY: path, "error": its text}.
 * Caller frees with free(). */
UM_API um_status um_failure_json(char **out, const char *key, const char *path, const um_error *failure,
                                 um_error *err);

UM_API const char *um_version(void); ///< e.g. "0.1.0"
UM_API double um_now_s(void);        ///< a clock that only goes forward, to measure and to pace with

#ifdef __cplusplus
}
#endif
#endif
