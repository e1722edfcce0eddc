/* SPDX-License-Identifier: GPL-3.0-or-later */
/* augment.h: what cameras, encoders and the world do to a picture, drawn at random. Sizes stay, labels hold.
 */
#ifndef UNMASK_AUGMENT_H
#define UNMASK_AUGMENT_H
#include "degrade/random.h"
#include <unmask/image.h>

/* Shares of samples that show what is not always wanted; 0: none of it, and the same samples as without. */
typedef struct sample_mix {
    float large; /* detector: faces that fill at least a third of their cell, as in portraits */
    float
        signs; /* detector: parts under a sign or caption; landmarks: crops without a face that show a sign */
    float pages; /* detector: parts that are printed pages */
    float video; /* pictures through H.264 or MPEG-4 */
    float clean; /* pictures as they are but for some light: not blurred, noisy or coded any more */
    float poor;  /* pictures in low light, printed through a screen, or old and gray */
} sample_mix;

/* Light (gamma, contrast, colour cast, light from one side), gray, blur, fewer pixels, noise, JPEG; video as
 * `mix` says. */
void augment_picture(um_image *rgb, const sample_mix *mix, rng *r);
/* The last of these alone: a frame of a video in which something moves. Pictures below 16 x 16 stay. */
void augment_video(um_image *rgb, const sample_mix *mix, rng *r);
/* Covers a part with a flat or noisy shape, or with a piece of `other` (may be NULL). */
void augment_cover(um_image *rgb, const um_image *other, rng *r);
void augment_gray(um_image *rgb);
/* Down to w x h pixels and up again. */
void augment_shrink(um_image *rgb, int w, int h);
/* 8x8 cosine transform, the example tables of the JPEG standard at quality 1..100, colour at half size. */
void augment_jpeg(um_image *rgb, int quality);
/* Left and right exchanged. */
void mirror_picture(um_image *rgb);
#endif
