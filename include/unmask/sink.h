/* SPDX-License-Identifier: GPL-3.0-or-later */
/** sink.h: files from pictures and sound: a video, a PNG. */
#ifndef UNMASK_SINK_H
#define UNMASK_SINK_H

#include <unmask/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/** PNG, by file name; written to a temporary name and renamed. `comment` (ASCII, may be NULL) becomes its
 * "Comment". */
UM_API um_status um_image_write_png(const um_image *image, const char *path, const char *comment,
                                    um_error *err);

/* ---- a video file ---- */

typedef struct um_writer um_writer;
typedef struct um_writer_options {
    int width, height;   ///< of the pictures that follow (odd sizes are padded to even)
    double fps;          ///< for timestamps in the header; frames carry their own t_s
    int rate_hz;         ///< 0 = no sound
    int channels;        ///< 1 or 2
    const char *comment; ///< container metadata "comment", e.g. the synthetic label; may be NULL
    int crf;             ///< of H.264: constant rate factor, 1..51, higher = worse; 0 = 18
} um_writer_options;

/** The frame rate for a film made of the pictures of `media`: its own, 25 when it has none that can be
 * written. */
UM_API double um_writer_fps(const um_media *media);
/** .mp4/.mov/.mkv (H.264 + AAC), .avi, .webm by extension. Written to a temporary name beside `path`; only
 * um_writer_finish renames it. The path "/dev/null" writes nothing and succeeds. */
UM_API um_status um_writer_open(um_writer **out, const char *path, const um_writer_options *opt,
                                um_error *err);
UM_API um_status um_writer_frame(um_writer *writer, const um_image *image, double t_s, um_error *err);
UM_API um_status um_writer_sound(um_writer *writer, const float *interleaved, int n, um_error *err);
UM_API um_status um_writer_finish(um_writer *writer, um_error *err);
UM_API void um_writer_close(um_writer **writer); ///< without finish: the temporary file is removed

#ifdef __cplusplus
}
#endif
#endif
