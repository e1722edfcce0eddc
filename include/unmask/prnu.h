/* SPDX-License-Identifier: GPL-3.0-or-later */
/** prnu.h: was this taken by that camera? The fingerprint of a sensor, from pictures that it took.
 *
 * Photo-response non-uniformity: every pixel of a sensor is a little more or less sensitive than its
 * neighbours, which stays the same for years and is in every picture that was not scaled or stabilised.
 * Lukas, Fridrich & Goljan, IEEE TIFS 1(2), 2006; the estimate and its clean-up by Chen, Fridrich, Goljan &
 * Lukas, IEEE TIFS 3(1), 2008; the comparison by Goljan & Fridrich, "Digital camera identification from
 * images", SPIE 7254, 2009.
 *
 * Luma alone is looked at, as stored: pictures are turned back by the rotation that their file asks for. Of
 * pictures of more than 2^24 pixels or a side beyond 4096 the middle 4096 x 4096 at most.
 */
#ifndef UNMASK_PRNU_H
#define UNMASK_PRNU_H

#include "image.h"
#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The peak to correlation energy from which two are of one camera: at 60 the paper found 24 wrong ones in a
 * million comparisons (Goljan, Fridrich & Filler, SPIE 7254, 2009). */
#define UM_PRNU_PCE 60

/** What pictures of one sensor have in common, so far. One thread at a time. */
typedef struct um_prnu um_prnu;

typedef struct um_prnu_match {
    double
        pce;  ///< peak to correlation energy, with the sign of the peak; higher = more likely the same camera
    int x, y; ///< where in the fingerprint the picture lies: 0 unless it is smaller, and so was cut out
    int n_places; ///< that were tried
} um_prnu_match;

UM_API um_status um_prnu_new(um_prnu **out, um_error *err); ///< of nothing yet
UM_API void um_prnu_free(um_prnu **prnu);
/** Adds a picture of UM_GRAY8. The first gives the size. UM_EINVAL: another size or pixel format, or smaller
 * than 64 x 64; UM_ENOMEM. */
UM_API um_status um_prnu_add(um_prnu *prnu, const um_image *gray, um_error *err);
/** Adds a photo, or so many pictures of a video (evenly over its length, when that is known; else its first).
 * Errors as those of um_source_open. */
UM_API um_status um_prnu_add_file(um_prnu *prnu, const char *path, int most, um_error *err);
UM_API int um_prnu_width(const um_prnu *prnu); ///< 0 before the first picture
UM_API int um_prnu_height(const um_prnu *prnu);
UM_API int um_prnu_pictures(const um_prnu *prnu);

/** Is `picture` (usually of one file) of the camera of `camera`? `camera` keeps what was worked out of it
 * for the next comparison. UM_EINVAL: either
 * is of nothing, or the picture does not lie inside the fingerprint. UM_ENOMEM. */
UM_API um_status um_prnu_compare(um_prnu_match *out, um_prnu *camera, const um_prnu *picture, um_error *err);

/** {"path", "pce", "same_camera", "x", "y", "places", "pictures"} on one line. Caller frees with free(). */
UM_API um_status um_prnu_match_json(char **out, const um_prnu_match *match, const um_prnu *picture,
                                    const char *path, um_error *err);

/** A file of its own kind, with a digest of its content; whole or not at all. */
UM_API um_status um_prnu_write(const um_prnu *prnu, const char *path, um_error *err);
/** UM_EFORMAT: not such a file, or a damaged one. */
UM_API um_status um_prnu_read(um_prnu **out, const char *path, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
