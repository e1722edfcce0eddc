/* SPDX-License-Identifier: GPL-3.0-or-later */
/* converter.c: decoded sound becomes planar float with its place on the timeline.
 *
 * Rate and channels are those of the first block; a stream that changes them is converted back. Samples are
 * counted, not timed: only a gap or a jump of more than a twentieth of a second moves the count, forward, as
 * containers round their timestamps. */
#include "av/source/converter.h"
#include "av/source/moment.h"
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <math.h>

static const double JUMP_S = 0.05;
enum { CHANNELS_MAX = 8, BLOCK_MAX = 1 << 22 };

static um_status begin(um_sound_converter *s, const AVFrame *f, um_error *err)
{
    if (s->swr && f->format == s->from_format && f->sample_rate == s->from_rate &&
        !av_channel_layout_compare(&f->ch_layout, &s->from))
        return UM_OK;
    if (f->sample_rate < 1 || f->sample_rate > 1 << 20 || f->ch_layout.nb_channels < 1)
        return um_fail(err, UM_EFORMAT, "sound without rate or channels");
    swr_free(&s->swr);
    av_channel_layout_uninit(&s->from);
    bool named = f->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC;
    if (named ? av_channel_layout_copy(&s->from, &f->ch_layout) < 0 : false)
        return um_fail_oom(err);
    if (!named)
        s->from = f->ch_layout;
    if (!s->rate_hz) {
        s->rate_hz = f->sample_rate;
        s->channels = um_clampi(f->ch_layout.nb_channels, 1, CHANNELS_MAX);
        if (s->channels < f->ch_layout.nb_channels)
            av_channel_layout_default(&s->to, s->channels);
        else if (named ? av_channel_layout_copy(&s->to, &f->ch_layout) < 0 : false)
            return um_fail_oom(err);
        else if (!named)
            s->to = s->from;
    }
    s->from_format = f->format;
    s->from_rate = f->sample_rate;
    if (swr_alloc_set_opts2(&s->swr, &s->to, AV_SAMPLE_FMT_FLTP, s->rate_hz, &s->from, f->format,
                            f->sample_rate, 0, NULL) < 0 ||
        swr_init(s->swr) < 0) {
        swr_free(&s->swr);
        return um_fail(err, UM_EUNSUPPORTED, "sound of %d channels in %s cannot be converted",
                       f->ch_layout.nb_channels, av_get_sample_fmt_name(f->format));
    }
    return UM_OK;
}

/* Float files may hold anything; what follows must not meet NaN. */
static void make_finite(float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = fabsf(x[i]) <= 1e6f ? x[i] : 0;
}

um_status um_sound_convert(um_sound_converter *s, um_moment **out, const AVFrame *f, double t_s,
                           um_error *err)
{
    uint8_t *planes[CHANNELS_MAX] = {NULL};
    um_status st = begin(s, f, err);
    *out = NULL;
    if (st < 0)
        return st;
    int n = swr_get_out_samples(s->swr, f->nb_samples);
    if (n <= 0 || n > BLOCK_MAX)
        return n <= 0 ? UM_OK : um_fail(err, UM_EFORMAT, "a block of %d samples is too large", n);
    um_moment *m = um_moment_of_sound(s->channels, n);
    if (!m)
        return um_fail_oom(err);
    for (int c = 0; c < s->channels; c++)
        planes[c] = (uint8_t *)um_moment_samples(m, c);
    n = swr_convert(s->swr, planes, n, (const uint8_t **)f->extended_data, f->nb_samples);
    if (n <= 0) {
        um_moment_free(&m);
        return n < 0 ? um_fail(err, UM_EFORMAT, "a block of sound cannot be converted") : UM_OK;
    }
    for (int c = 0; c < s->channels; c++)
        make_finite((float *)(void *)planes[c], n);
    if (s->channels > 1) {
        float *mono = um_moment_samples(m, s->channels), weight = 1.f / (float)s->channels;
        for (int c = 0; c < s->channels; c++)
            for (int i = 0; i < n; i++)
                mono[i] += m->sound->ch[c][i];
        for (int i = 0; i < n; i++)
            mono[i] *= weight;
    }
    if (!isnan(t_s)) {
        int64_t at = llrint(fmax(t_s, 0) * s->rate_hz);
        if (!s->placed || at > s->next + (int64_t)(JUMP_S * s->rate_hz))
            s->next = at;
    }
    s->placed = true;
    m->sound->n = n;
    m->sound->rate_hz = s->rate_hz;
    m->sound->first = s->next;
    m->t_s = (double)s->next / s->rate_hz;
    s->next += n;
    *out = m;
    return UM_OK;
}

void um_sound_converter_end(um_sound_converter *s)
{
    swr_free(&s->swr);
    av_channel_layout_uninit(&s->from);
    av_channel_layout_uninit(&s->to);
    *s = (um_sound_converter){0};
}
