/* SPDX-License-Identifier: GPL-3.0-or-later */
/* webp_film.h: an animated WebP as its pictures, by libwebpdemux. */
#ifndef UM_AV_WEBP_FILM_H
#define UM_AV_WEBP_FILM_H
#include "base/input.h"
#include <libavutil/frame.h>
#include <unmask/source.h>

typedef struct um_webp_film um_webp_film;

bool um_webp_film_is(const um_input *input);
/* Fills media (path stays). */
um_status um_webp_film_open(um_webp_film **out, um_media *media, const um_input *input, um_error *err);
/* The next picture and when it is shown. UM_EOF behind the last one; UM_EFORMAT: it does not decode. */
um_status um_webp_film_next(AVFrame *out, double *t_s, double *duration_s, um_webp_film *film, um_error *err);
void um_webp_film_close(um_webp_film **film);
#endif
