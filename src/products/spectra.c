/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spectra.c: power spectra of the sound as it is, at its own rate (dsp/stft.h). */
#include "dsp/resample.h"
#include "dsp/stft.h"
#include "products/products_internal.h"
#include <stdlib.h>
#include <string.h>

struct um_spectra_stream {
    um_stft *stft; /* from the first block on: a recording without sound costs nothing */
    um_status status;
    um_error error; /* a failure stays */
};

um_spectra_stream *um_spectra_stream_new(void)
{
    return um_calloc(1, sizeof(um_spectra_stream));
}

void um_spectra_stream_free(um_spectra_stream *s)
{
    if (s)
        um_stft_free(&s->stft);
    free(s);
}

static um_status take(void *user, int64_t first, const double *power, um_error *err)
{
    um_spectra *made = user;
    (void)err;
    made->first = made->n ? made->first : first;
    memcpy((double *)made->power + (ptrdiff_t)made->n++ * made->bins, power,
           (size_t)made->bins * sizeof *power);
    return UM_OK;
}

static um_status push(um_spectra_stream *s, um_spectra *made, const um_sound *sound, um_error *err)
{
    um_status st;
    if (!s->stft && (st = um_stft_new(&s->stft, sound->rate_hz, err)) < 0)
        return st;
    *made = (um_spectra){.rate_hz = s->stft->rate_hz, .window = s->stft->n, .bins = s->stft->n / 2 + 1};
    if (sound->rate_hz != s->stft->rate_hz || !um_sound_in_range(sound->first, sound->n))
        return UM_OK;
    const size_t due = (size_t)um_stft_due(s->stft, sound->first, sound->n);
    made->power = um_calloc(due * (size_t)made->bins, sizeof *made->power);
    if (!made->power)
        return um_fail_oom(err);
    return um_stft_push(s->stft, sound->first, sound->mono, sound->n, take, made, err);
}

void um_spectra_stream_push(um_spectra_stream *s, um_sound_products *made, const um_sound *sound)
{
    if (s->status == UM_OK && sound && sound->n)
        s->status = push(s, &made->spectra, sound, &s->error);
    made->spectra_status = s->status;
    made->spectra_error = s->error;
}

um_status um_product_spectra(const um_spectra **out, um_products *p, um_error *err)
{
    const um_sound_products *made = &p->of_sound;
    *out = NULL;
    if (!(made->needs & UM_NEED_SPECTRA))
        return um_fail(err, UM_EINVAL, "this product of sound was not declared");
    if (made->spectra_status < 0)
        return um_fail(err, made->spectra_status, "%s", made->spectra_error.text);
    *out = &made->spectra;
    return UM_OK;
}
