/* SPDX-License-Identifier: GPL-3.0-or-later */
/** products.h: what several signals want of the same moment, made once and shared.
 *
 * Products of a picture are made by whoever asks first, outside any lock; others who ask meanwhile wait. A
 * failure is remembered and given to all. Any number of threads may ask at once. What is returned is borrowed
 * and lives as long as the moment.
 *
 * Products of sound follow each other in time. They are made for every block, in order, when a signal
 * declares them in its needs; each block gives the frames that it completes. Cutting the sound into other
 * blocks gives the same frames, byte for byte. After a jump in time all windows start anew, none spans it,
 * and `restarted` is set.
 *
 * docs/products.md gives formula, paper, unit and cost of each. */
#ifndef UNMASK_PRODUCTS_H
#define UNMASK_PRODUCTS_H

#include <unmask/faces.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct um_products um_products;               ///< of one moment
typedef struct um_product_streams um_product_streams; ///< what products remember of a recording

/** Of `needs` of a signal (signal.h): products that follow each other in time. */
enum {
    UM_NEED_FLOW = 64,
    UM_NEED_SOUND16K = 128,
    UM_NEED_SPECTROGRAM = 256,
    UM_NEED_LOGMEL = 512,
    UM_NEED_VOICE = 1024,
    UM_NEED_PITCH = 2048, /* 4096: see signal.h */
    UM_NEED_TURNS = 8192,
    UM_NEED_SPECTRA = 16384,
    UM_NEED_STREAMS = UM_NEED_FLOW | UM_NEED_SOUND16K | UM_NEED_SPECTROGRAM | UM_NEED_LOGMEL | UM_NEED_VOICE |
                      UM_NEED_PITCH | UM_NEED_TURNS | UM_NEED_SPECTRA
};

/* ---- life: for the scheduler, and for tests ---- */

/** `needs`: the needs of all signals together. */
UM_API um_status um_product_streams_new(um_product_streams **out, unsigned needs, um_error *err);
UM_API void um_product_streams_free(um_product_streams **streams); ///< products made before may live on
/** Products of one picture or one block of sound, called in presentation order from one thread at a time.
 * `streams` NULL: nothing that follows in time. `faces` may be NULL. All are borrowed and must outlive the
 * products. What fails in a stream is given to those who ask for it, from then on. */
UM_API um_status um_products_new(um_products **out, um_product_streams *streams, const um_frame *frame,
                                 const um_sound *sound, const um_faces *faces, um_error *err);
/** After the last moment: the frames that streams have kept back because they look ahead. */
UM_API um_status um_products_end(um_products **out, um_product_streams *streams, um_error *err);
UM_API void um_products_free(um_products **products);

/* ---- of a picture: UM_EINVAL when asked of a block of sound ---- */

/** um_face_crop of faces[face]: RGB, eyes level, `side` pixels (16..512), the face box scaled by `margin`.
 * UM_ENOMEM beyond 64 MiB of crops per moment. */
UM_API um_status um_product_face(const um_image **out, um_products *products, int face, int side,
                                 float margin, um_error *err);
/** UM_GRAY8, full range. From frame->gray, else from frame->rgb, which may differ by one level: a signal that
 * asks for luma, or for what is made of it, declares UM_NEED_GRAY. */
UM_API um_status um_product_luma(const um_image **out, um_products *products, um_error *err);
/** Blue and red difference (BT.601 full range, as JFIF), 128 = none, UM_GRAY8 of the size of the picture. The
 * signal declares UM_NEED_RGB. */
UM_API um_status um_product_chroma(const um_image **cb, const um_image **cr, um_products *products,
                                   um_error *err);

/* What follows is UM_EUNSUPPORTED for pictures of more than UM_PRODUCT_MAX_PIXELS. */
#define UM_PRODUCT_MAX_PIXELS (1 << 26)

typedef struct um_plane {
    int width, height;
    const float *value; ///< [height][width]
} um_plane;

typedef struct um_gradient {
    int width, height;
    const int16_t *x, *y; ///< [height][width], -1020..1020; y grows downwards
} um_gradient;

typedef struct um_dct_blocks {
    int rows, cols;     ///< of whole blocks, the first at the top left pixel
    const float *value; ///< [rows][cols][8][8]: frequency along y, then along x
} um_dct_blocks;

/** Noise: luma minus its wavelet denoised version, in gray levels (Mihcak 1999, as for sensor noise). */
UM_API um_status um_product_residual(const um_plane **out, um_products *products, um_error *err);
/** Orthonormal cosine transform of luma - 128 in blocks of 8 x 8, as JPEG. */
UM_API um_status um_product_dct(const um_dct_blocks **out, um_products *products, um_error *err);
/** Sobel's derivatives of luma, 3 x 3, unscaled: a ramp of 1 per pixel gives 8. */
UM_API um_status um_product_gradient(const um_gradient **out, um_products *products, um_error *err);

typedef struct um_flow {
    int width, height;      ///< of the grid: that of the picture, or its longer side 320
    float scale_x, scale_y; ///< pixels of the picture per step of the grid: point (i, j) of the grid is pixel
                            ///< ((i + .5) scale_x - .5, (j + .5) scale_y - .5)
    double interval_s;      ///< since the picture before
    const float *dx, *dy;   ///< [height][width] pixels of the picture
} um_flow;

/** What is at a point of this picture has moved there by (dx, dy) since the picture before (Farneback 2003).
 * NULL with UM_OK when there is none before, or one of another size. Declare UM_NEED_FLOW. */
UM_API um_status um_product_flow(const um_flow **out, um_products *products, um_error *err);

/* ---- of sound ----
 *
 * All frames lie on one grid: frame k covers the UM_FRAME_WINDOW samples from k * UM_FRAME_HOP on, at
 * UM_SOUND_HZ since the start of the stream, and its time is um_frame_time(k). Of a picture, and after the
 * last moment, n is 0 (but for the pitch that was kept back). UM_EINVAL when no signal has declared it. */

enum {
    UM_SOUND_HZ = 16000,
    UM_FRAME_HOP = 160,    ///< 10 ms
    UM_FRAME_WINDOW = 400, ///< 25 ms
    UM_FRAME_BINS = 257,   ///< of a transform of 512 samples: bin i is at i * 31.25 Hz
    UM_MEL_BANDS = 64
};

static inline double um_frame_time(int64_t frame) ///< of its centre, in seconds
{
    return (double)(frame * UM_FRAME_HOP + UM_FRAME_WINDOW / 2) / UM_SOUND_HZ;
}

typedef struct um_samples {
    int64_t first; ///< index of the first: its time is first / UM_SOUND_HZ
    int n;
    bool restarted;     ///< these do not continue those before: there was a jump in time
    const float *value; ///< [n]
} um_samples;

typedef struct um_sound_frames {
    int64_t first; ///< index of the first frame
    int n, size;   ///< frames, and values per frame
    bool restarted;
    const float *value; ///< [n][size]
} um_sound_frames;

typedef struct um_voice_frame {
    float log_ratio;   ///< mean over the bins of ln p(frame | speech) / p(frame | noise)
    float probability; ///< that somebody speaks, 0..1
} um_voice_frame;

typedef struct um_voice_frames {
    int64_t first;
    int n;
    bool restarted;
    const um_voice_frame *frame; ///< [n]
} um_voice_frames;

typedef struct um_pitch_frame {
    int64_t index; ///< of the frame: a jump in time may lie between two
    float hz;      ///< 75..600, 0 = no voice
    float
        strength; ///< normalised autocorrelation r there: harmonics-to-noise ratio r / (1 - r); 0 = no voice
} um_pitch_frame;

typedef struct um_pitch_frames {
    int n;
    const um_pitch_frame *frame; ///< [n], index grows; half a second late, as it looks ahead
} um_pitch_frames;

enum { UM_MAX_SPEAKERS = 12 }; ///< those that speak most

typedef struct um_told_step {
    double from_s;
    int voice; ///< from 0 on, in the order in which they begin
} um_told_step;

typedef struct um_turns_told {
    double step_s;
    int n, n_voices;
    const um_told_step *step; ///< [n], time grows; steps in which nobody speaks are left out
} um_turns_told;

/** Mono at 16 kHz. */
UM_API um_status um_product_sound16k(const um_samples **out, um_products *products, um_error *err);
/** Power under a Hann window; the sum over the bins of a frame is the mean square of its samples, weighted.
 */
UM_API um_status um_product_spectrogram(const um_sound_frames **out, um_products *products, um_error *err);
/** Natural logarithm of the power in UM_MEL_BANDS triangular bands, 0..8 kHz (Davis & Mermelstein 1980, HTK's
 * mel), at least ln 1e-10. */
UM_API um_status um_product_logmel(const um_sound_frames **out, um_products *products, um_error *err);
/** Voice activity (Sohn, Kim & Sung 1999). */
UM_API um_status um_product_voice(const um_voice_frames **out, um_products *products, um_error *err);

/** At the recording's own rate: frames of `window` samples under a Hann window, each window / 2 after the one
 * before. */
typedef struct um_spectra {
    int rate_hz, window; ///< the power of two above 40 ms
    int64_t first;       ///< sample with which the first frame begins; after a jump in time it leaps
    int n, bins;         ///< frames; window / 2 + 1
    const double *power; ///< [n][bins]; the sum over a frame is the mean square of its samples, weighted
} um_spectra;

/** Power spectra up to half the recording's own rate. Of a block at another rate than the first one's, or
 * at a sample beyond 2^40, n is 0. */
UM_API um_status um_product_spectra(const um_spectra **out, um_products *products, um_error *err);

/** Fundamental frequency (Boersma 1993), its window of 40 ms centred on that of the frame. */
UM_API um_status um_product_pitch(const um_pitch_frames **out, um_products *products, um_error *err);
/** Who speaks when (Tranter & Reynolds 2006): only known at the end, in `finish`; before, n is 0. */
UM_API um_status um_product_turns(const um_turns_told **out, um_products *products, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
