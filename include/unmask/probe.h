/* SPDX-License-Identifier: GPL-3.0-or-later */
/** probe.h: a file as a file: its hash, its type by content, and the marks of provenance in it. */
#ifndef UNMASK_PROBE_H
#define UNMASK_PROBE_H

#include <unmask/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum um_mark_state {
    UM_MARK_ABSENT,             ///< looked for everywhere where this kind of file may have it
    UM_MARK_PRESENT,            ///< found; does not say that the content is synthetic
    UM_MARK_DECLARES_SYNTHETIC, ///< found; says so
    UM_MARK_BROKEN,             ///< found, but damaged
    UM_MARK_NOT_LOOKED_AT       ///< may be there: its place was not read, and `detail` says why
} um_mark_state;

/** The signature of Content Credentials. TRUSTED and UNKNOWN: it fits what it signs; whether somebody whom
 * the user trusts vouches for the signer is the difference. */
typedef enum um_signature {
    UM_SIGNATURE_NONE, ///< the mark has none
    UM_SIGNATURE_NOT_CHECKED,
    UM_SIGNATURE_BROKEN, ///< it does not fit, or what it signs was changed
    UM_SIGNATURE_UNKNOWN,
    UM_SIGNATURE_TRUSTED
} um_signature;

/** Is the content what it was when Content Credentials were made? By the hash in them. */
typedef enum um_content {
    UM_CONTENT_NONE,
    UM_CONTENT_NOT_CHECKED,
    UM_CONTENT_CHANGED,
    UM_CONTENT_UNCHANGED
} um_content;

/** A provenance mark looked for in the file. Absence is never evidence. */
typedef struct um_mark {
    const char *name; ///< "c2pa", "exif", "xmp", "iptc_source_type", "generator", "encoder", "unmask_label",
                      ///< "aigc_label"
    um_mark_state state;
    um_signature signature; ///< of "c2pa", with the content
    um_content content;
    char detail[400]; ///< what was found: "Make Apple; Model iPhone 12", "Steps: 20, Sampler: ...", "" if
                      ///< absent
} um_mark;

/** How the luma of a JPEG file is quantised, by its own tables (ITU-T T.81, B.2.4.1). */
typedef struct um_jpeg {
    int quality;   ///< 1..100: of the table of the Independent JPEG Group that is nearest; 0: no JPEG, or its
                   ///< tables were not found
    bool standard; ///< it is exactly that table
    uint16_t luma[64]; ///< steps in gray levels, [8 frequencies along y][8 along x] as stored
} um_jpeg;

#define UM_MAX_MARKS 16

typedef struct um_probe {
    int64_t bytes;
    char sha256[65]; ///< hex
    char kind[32];   ///< file type by content: "mp4", "jpeg", "png", "wav", "heic", ...
    int n_marks;
    um_mark marks[UM_MAX_MARKS];
    um_jpeg jpeg;
} um_probe;

typedef struct um_probe_options {
    const char *trust; ///< PEM file with certificates of signers that the user trusts (C2PA); NULL = none
    um_progress_fn progress; ///< in bytes of the hash, of which a large file takes long; may be NULL
    void *user;              ///< of `progress`
} um_probe_options;

/** Reads the whole file once (hash), never decodes. Works on any readable file; kind is "unknown" if so.
 * `options`: NULL for none. UM_ECANCELLED as `progress` wishes. */
UM_API um_status um_probe_file(um_probe *out, const char *path, const um_probe_options *options,
                               um_error *err);
/** The same with streams (opened by um_source_open when that works) as JSON text; caller frees with free().
 */
UM_API um_status um_probe_json(char **out, const char *path, const um_probe_options *options, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
