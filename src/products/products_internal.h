/* SPDX-License-Identifier: GPL-3.0-or-later */
/* products_internal.h: how a product is made once, and what a moment holds. */
#ifndef UM_PRODUCTS_INTERNAL_H
#define UM_PRODUCTS_INTERNAL_H
#include "base/base.h"
#include <pthread.h>
#include <unmask/products.h>

/* A product: made at most once, then only read. */
typedef struct um_once {
    enum { UM_ONCE_EMPTY, UM_ONCE_MAKING, UM_ONCE_DONE } state;
    um_status status;
    um_error error; /* when it failed */
} um_once;

typedef struct um_product_crop {
    struct um_product_crop *next;
    int face, side;
    float margin;
    um_once once;
    um_image *image;
} um_product_crop;

/* Of one block of sound: made in order by um_sound_streams_push, then only read. */
typedef struct um_sound_products {
    unsigned needs; /* what is made */
    um_status status;
    um_error error;
    um_samples samples;
    um_sound_frames spectrogram, logmel;
    um_voice_frames voice;
    um_pitch_frames pitch;
    um_turns_told turns;
    um_status spectra_status; /* fail by themselves */
    um_error spectra_error;
    um_spectra spectra;
} um_sound_products;
typedef struct um_sound_streams um_sound_streams;

/* spectra.c: at the recording's own rate. NULL: no memory. */
typedef struct um_spectra_stream um_spectra_stream;
um_spectra_stream *um_spectra_stream_new(void);
void um_spectra_stream_free(um_spectra_stream *stream);
void um_spectra_stream_push(um_spectra_stream *stream, um_sound_products *made, const um_sound *sound);

struct um_products {
    const um_frame *frame;
    const um_sound *sound;
    const um_faces *faces;
    pthread_mutex_t lock; /* of every `state` below, and of the list of crops */
    pthread_cond_t made;
    um_product_crop *crop;
    size_t crop_bytes;
    um_once luma_once, chroma_once, residual_once, dct_once, gradient_once, flow_once;
    um_image *luma, *cb, *cr;
    um_plane residual;
    um_dct_blocks dct;
    um_gradient gradient;
    um_flow flow;
    bool flow_declared;
    um_image *before; /* the picture before, with flow; NULL when there is none */
    double before_s;
    um_sound_products of_sound;
};

/* What luma is made of: frame->gray, else frame->rgb; NULL without a picture. */
static inline um_image *um_product_picture(const um_frame *frame)
{
    return !frame ? NULL : frame->gray ? frame->gray : frame->rgb;
}

/* What is made of the next block (NULL: of no sound); `made` starts as zeros. A failure stands in it, and in
 * all that are made later. */
void um_sound_streams_push(um_sound_streams *streams, um_sound_products *made, const um_sound *sound);
void um_sound_streams_end(um_sound_streams *streams, um_sound_products *made); /* what was kept back */
um_sound_streams *um_sound_streams_new(unsigned needs);                        /* NULL: no memory */
void um_sound_streams_free(um_sound_streams *streams);
void um_sound_products_clear(um_sound_products *made);

/* Makes a product in the thread that asks first. `make` holds no lock, may ask for other products, which must
 * not ask for this one, and must not run tasks of a pool: one of them could ask for it in this very thread.
 */
typedef um_status um_product_make_fn(um_products *products, void *user, um_error *err);
um_status um_product_once(um_products *products, um_once *once, um_product_make_fn *make, void *user,
                          um_error *err);
um_product_make_fn um_product_make_luma; /* planes.c; a test makes it slowly */

/* Makes what follows in time of this moment; failures stand in the products. */
void um_product_streams_push(um_product_streams *streams, um_products *products);

/* UM_EUNSUPPORTED for a picture of more than UM_PRODUCT_MAX_PIXELS. */
um_status um_product_fits(const um_image *image, um_error *err);
#endif
