/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moment.c: life of a moment. */
#include "av/source/moment.h"
#include "av/source/codec_trace.h"
#include "base/base.h"
#include <stdlib.h>

struct picture_moment {
    um_moment moment;
    um_frame frame;
};
struct sound_moment {
    um_moment moment;
    um_sound sound;
    float *samples; /* [channels + 1][n], mono last; the mono of one channel is that channel */
};

um_moment *um_moment_of_picture(void)
{
    struct picture_moment *m = um_calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->moment.refs = 1;
    m->moment.frame = &m->frame;
    return &m->moment;
}

um_moment *um_moment_of_sound(int channels, int n)
{
    struct sound_moment *m = um_calloc(1, sizeof *m);
    if (!m || !(m->samples = um_calloc((size_t)(channels + (channels > 1)), (size_t)n * sizeof(float)))) {
        free(m);
        return NULL;
    }
    m->moment.refs = 1;
    m->moment.sound = &m->sound;
    m->sound.channels = channels;
    m->sound.n = n;
    for (int c = 0; c < channels; c++)
        m->sound.ch[c] = um_moment_samples(&m->moment, c);
    m->sound.mono = um_moment_samples(&m->moment, channels);
    return &m->moment;
}

float *um_moment_samples(um_moment *moment, int c)
{
    struct sound_moment *m = (struct sound_moment *)moment;
    return m->samples + (size_t)(m->sound.channels > 1 ? c : 0) * (size_t)m->sound.n;
}

static size_t image_bytes(const um_image *image)
{
    return image ? (size_t)image->stride * (size_t)image->height : 0;
}

size_t um_moment_bytes(const um_moment *m)
{
    return m->frame ? image_bytes(m->frame->gray) + image_bytes(m->frame->rgb) +
                          um_codec_picture_bytes(m->frame->codec)
                    : sizeof(float) * (size_t)m->sound->n * (size_t)(m->sound->channels + 1);
}

um_moment *um_moment_ref(um_moment *moment)
{
    if (moment)
        __atomic_add_fetch(&moment->refs, 1, __ATOMIC_RELAXED);
    return moment;
}

void um_moment_free(um_moment **moment)
{
    if (!moment || !*moment)
        return;
    um_moment *m = *moment;
    *moment = NULL;
    if (__atomic_sub_fetch(&m->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (m->frame) {
        um_image_free(&m->frame->gray);
        um_image_free(&m->frame->rgb);
        free((void *)m->frame->codec);
    } else {
        free(((struct sound_moment *)m)->samples);
    }
    free(m);
}
