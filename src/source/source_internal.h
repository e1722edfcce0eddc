/* source_internal.h: the parts of src/source among themselves. */
#ifndef UM_SOURCE_INTERNAL_H
#define UM_SOURCE_INTERNAL_H

#include "base/base.h"
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <unmask/source.h>

/* What a stage that gives frames can answer. */
typedef enum um_supply { UM_SUPPLY_READY, UM_SUPPLY_NEEDS_PACKET, UM_SUPPLY_END } um_supply;

/* ---- moment.c: a moment with its frame or sound in one allocation; NULL when memory is exhausted ---- */
um_moment *um_moment_of_picture(void);
um_moment *um_moment_of_sound(int channels, int n);
/* The samples of channel c (or of mono, c = channels), to be written before the moment is shared. */
float *um_moment_samples(um_moment *moment, int c);
size_t um_moment_bytes(const um_moment *moment);

/* ---- picture.c: AVFrame to upright gray and RGB images ---- */

/* How stored pixels become upright ones: transposed first (x and y change places), then mirrored. */
typedef struct um_orientation {
    bool transpose, flip_x, flip_y;
} um_orientation;
um_orientation um_orientation_of_matrix(const int32_t matrix[9]); /* FFmpeg's display matrix */
um_orientation um_orientation_of_exif(int exif);                  /* 1..8 */
int um_orientation_degrees(um_orientation o);                     /* clockwise; mirroring is not told */

typedef struct um_picture {
    int width, height; /* of every image that leaves: those of the first picture, upright */
    um_orientation orientation;
    double pixel_aspect; /* of stored pixels; 1 = square, as all images that leave */
    bool is_photo;
    struct SwsContext *sws[2];
    AVBufferPool *pool[2]; /* gray, RGB */
    uint8_t *alpha;        /* RGBA scratch */
    size_t alpha_bytes;
} um_picture;
/* Takes size and orientation from the first frame; `matrix` is the stream's display matrix or NULL,
 * `pixel_aspect` what it says of the shape of its pixels, 0 when nothing. */
um_status um_picture_begin(um_picture *p, const AVFrame *first, const int32_t *matrix, double pixel_aspect,
                           um_error *err);
/* Gives the images that are wanted; a gray one may share the memory of the decoder. */
um_status um_picture_convert(um_picture *p, um_image **gray, um_image **rgb, const AVFrame *frame,
                             unsigned want, um_error *err);
void um_picture_end(um_picture *p);
/* n pixels RGBA over white to RGB. */
void um_over_white(uint8_t *restrict rgb, const uint8_t *restrict rgba, int n);

/* ---- colour.c ---- */
/* Luma of limited range to full range: round((y - 16) * 255 / 219), clamped. */
void um_luma_expand(uint8_t *restrict to, const uint8_t *restrict from, int n);
typedef struct um_colour {
    int black;
    int16_t y, rv, gu, gv, bu;
} um_colour;
um_colour um_colour_of(int space, bool full); /* AVCOL_SPC_* */
/* n pixels of 8-bit planar YUV; `shift` 1: each chroma sample stands for two pixels. Within 0.6 of the
 * formula. */
void um_colour_row(uint8_t *rgb, const uint8_t *y, const uint8_t *u, const uint8_t *v, int n, int shift,
                   const um_colour *c);

/* ---- deinterlace.c: bwdif over whatever is interlaced ---- */
typedef struct um_deinterlacer um_deinterlacer;
um_status um_deinterlacer_new(um_deinterlacer **out, AVRational time_base, um_error *err);
/* Takes the content of `frame`; NULL ends the stream. The pts of frames is kept. */
um_status um_deinterlacer_push(um_deinterlacer *d, AVFrame *frame, um_error *err);
/* A frame, or NEEDS_PACKET: push first. A frame of another size than the one before may be pushed only then.
 */
um_supply um_deinterlacer_pull(um_deinterlacer *d, AVFrame *frame);
void um_deinterlacer_free(um_deinterlacer **d);

/* ---- sound.c: AVFrame to planar float ---- */
typedef struct um_sounder {
    int rate_hz, channels;
    struct SwrContext *swr;
    AVChannelLayout from, to;
    int from_format, from_rate;
    bool placed;
    int64_t next; /* index of the sample that follows */
} um_sounder;
/* *out is NULL when the frame holds no sample. `t_s` may be NAN: right after the samples before. */
um_status um_sounder_convert(um_sounder *s, um_moment **out, const AVFrame *frame, double t_s, um_error *err);
void um_sounder_end(um_sounder *s);

/* ---- heif.c ---- */
bool um_heif_is(const char *path); /* by content: a HEIC or AVIF still */
/* Reads the primary picture and fills media, with constant strings. */
um_status um_heif_read(um_moment **out, um_media *media, const char *path, unsigned want, um_error *err);

/* ---- probe_bmff.c ---- */
/* An MP4 or QuickTime file that ends inside or before its index. */
bool um_bmff_is_cut(int fd, int64_t size);

#endif
