/* SPDX-License-Identifier: GPL-3.0-or-later */
/** source.h: read any recording as a stream of moments.
 *
 *     um_source *src = NULL;
 *     um_source_options opt = {.want = UM_WANT_GRAY};
 *     if (um_source_open(&src, path, &opt, &err) < 0) ...
 *     um_moment *m = NULL;
 *     while ((st = um_source_next(&m, src, &err)) == UM_OK) {
 *         if (m->frame) use(m->frame->gray);
 *         um_moment_free(&m);
 *     }
 *     um_source_close(&src);            // st is UM_EOF here, or an error
 *
 * Memory is bounded and does not grow with the length of the recording. Decoding runs ahead in threads of its
 * own.
 */
#ifndef UNMASK_SOURCE_H
#define UNMASK_SOURCE_H

#include <unmask/image.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    UM_WANT_GRAY = 1,
    UM_WANT_RGB = 2,
    UM_WANT_SOUND = 4,
    UM_WANT_CODEC = 16,              ///< frame->codec: some .3 ms of the decoder per picture of 720 lines
    UM_WANT_LUMA = 8 | UM_WANT_GRAY, ///< as stored: gray may be UM_LUMA8, which spares stretching and a copy
};

typedef struct um_source_options {
    unsigned want; ///< UM_WANT_*: only what is wanted is decoded
    int threads; ///< decoder threads; 0 = number of cores and one more. With 1 a damaged video gives the same
                 ///< pictures in every run and all its damage is counted; with more, FFmpeg promises neither
    double max_s; ///< stop after this many seconds of media, at the earliest after the first picture; 0 = all
    bool look_only;               ///< a photo is described by its header and not decoded: no moment follows
    int video_track, audio_track; ///< of several, that one, counted from 1; 0 = what the file prefers, else
                                  ///< the one with most pixels or channels. UM_EINVAL: there is no such track
} um_source_options;

typedef enum um_track_kind {
    UM_TRACK_VIDEO,
    UM_TRACK_SOUND,
    UM_TRACK_COVER, ///< a still beside the recording: never analysed as its picture
    UM_TRACK_SUBTITLES,
    UM_TRACK_DATA ///< timecode, chapters, positions
} um_track_kind;

/** A track as its container describes it. */
typedef struct um_track_info {
    um_track_kind kind;
    int number;  ///< from 1, of its kind
    bool chosen; ///< it is the one that is read
    bool encrypted;
    char codec[24];        ///< FFmpeg's name, "" when unknown
    char language[12];     ///< as written, often ISO 639-2; "" when not told
    int width, height;     ///< as stored; 0 unless pictures
    int rate_hz, channels; ///< 0 unless sound
} um_track_info;

#define UM_MAX_TRACKS 32

/** What is known of a file before (and while) it is decoded. Strings are borrowed from the source. */
typedef struct um_media {
    const char *path;
    const char *container; ///< FFmpeg's short name, "heif", ...
    double duration_s;     ///< as declared or counted, never estimated; 0 when unknown; 0 for a photo
    bool is_photo;         ///< one picture
    bool has_video, has_sound;
    int width, height;                      ///< displayed size, upright, with square pixels; 0 without video
    double fps;                             ///< mean frame rate as declared, 0 when unknown
    double pixel_aspect;                    ///< width / height of a stored pixel, already applied; 1 = square
    int rotation_deg;                       ///< 0, 90, 180, 270 clockwise, already applied to frames
    const char *video_codec, *pixel_format; ///< "" when none
    const char *colour; ///< what was done about colours that are not those of BT.709: "PQ, BT.2020: shown as
                        ///< SDR ...", "" when nothing
    const char *remark; ///< what else a reader should know: "a raw photo: ...", "" when nothing
    bool interlaced;    ///< declared, or found in the first frames
    int rate_hz, channels; ///< sound; 0 without
    const char *audio_codec;
    int n_tracks; ///< of all kinds, up to UM_MAX_TRACKS; 0 for a photo
    um_track_info tracks[UM_MAX_TRACKS];
} um_media;

/** One picture or one block of sound, in presentation order (sound interleaved with pictures by time).
 * Exactly one of the two is set. Reference counted. */
typedef struct um_moment {
    double t_s;
    um_frame *frame;
    um_sound *sound;
    /* private */
    int refs;
} um_moment;

/** What went wrong while the rest was read. `note` is one line, "" when nothing did. */
typedef struct um_damage {
    int64_t broken_frames;  ///< pictures that did not decode or were concealed
    int64_t broken_packets; ///< packets the container or a decoder refused
    bool truncated;         ///< the file ends early: fewer frames than declared, or a read error at its end
    char note[200];
    bool unread; ///< a part at the end is there and cannot be read; not in reports, whose `partial` it makes
                 ///< true
} um_damage;

typedef struct um_source um_source;

/** UM_EIO not readable; UM_EFORMAT no recording inside or damaged beyond use; UM_EUNSUPPORTED no decoder. */
UM_API um_status um_source_open(um_source **out, const char *path, const um_source_options *opt,
                                um_error *err);
UM_API const um_media *um_source_media(const um_source *source);
/** UM_OK and a moment (caller frees), UM_EOF at the end, or an error. Damage inside is counted, not an error.
 */
UM_API um_status um_source_next(um_moment **out, um_source *source, um_error *err);
UM_API um_damage um_source_damage(const um_source *source); ///< final after UM_EOF
UM_API void um_source_close(um_source **source);
/** FFmpeg writes what it thinks of a damaged file to standard error. That is a setting of the whole process,
 * so the library leaves it alone; a program that wants its standard error for itself calls this once. */
UM_API void um_media_quiet(void);
UM_API um_moment *um_moment_ref(um_moment *moment);
UM_API void um_moment_free(um_moment **moment);

#ifdef __cplusplus
}
#endif
#endif
