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

static double forget(const um_sound_converter *s, int n, double memory_s)
{
    return exp(-n / (memory_s * s->rate_hz));
}

/* A constant that some converters add to the signal is no sound, but it is loud and hides silence. It is
 * taken away where it is there: from a hundredth of full scale on, measured over a second and not before a
 * fifth of one, so that no voice is changed. A change is faded over the block. */
static void remove_offset(um_sound_converter *s, um_moment *m, int n)
{
    const double from = 0.01, least_s = 0.2;
    const bool first = !s->heard;
    s->heard += n;
    double share = fmax(1 - forget(s, n, 1), (double)n / (double)s->heard);
    for (int c = 0; c < s->channels; c++) {
        float *x = um_moment_samples(m, c);
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += x[i];
        s->offset[c] += share * (sum / n - s->offset[c]);
        bool there = fabs(s->offset[c]) >= (s->removed[c] != 0 ? from / 2 : from);
        double to = there && (double)s->heard >= least_s * s->rate_hz ? s->offset[c] : 0;
        double now = first ? to : s->removed[c];
        s->removed[c] = to;
        for (int i = 0; (now != 0 || to != 0) && i < n; i++)
            x[i] -= (float)(now + (to - now) * i / n);
    }
}

/* Without its constant part. */
static double power_of(const float *x, int n)
{
    double sum = 0, square = 0;
    for (int i = 0; i < n; i++) {
        sum += x[i];
        square += (double)x[i] * x[i];
    }
    return fmax(square / n - sum / n * (sum / n), 0);
}

/* One channel for all. The mean is right where channels agree or say different things (of n such channels it
 * has a share of 1/n in power); it loses what is on one of many channels (1/n^2, 18 dB of 8) and cancels what
 * one channel has upside down. So where its share of the loudest channel is below n^-1.5 and an eighth, over
 * the last two seconds, that channel stands alone, until the mean has twice that share again. What is on one
 * of two channels only has just that. A change is faded over the block. */
static void mix(um_sound_converter *s, float *mono, const um_sound *sound, int n)
{
    const double lost = fmin(1. / 8, pow(s->channels, -1.5)), back = 2 * lost - 1e-6, memory_s = 2;
    const int before = s->placed ? s->alone : -1;
    const float weight = 1.f / (float)s->channels;
    double keep = s->placed ? forget(s, n, memory_s) : 0, mean;
    int loudest = 0;
    for (int c = 0; c < s->channels; c++) {
        for (int i = 0; i < n; i++)
            mono[i] += sound->ch[c][i];
        s->power[c] = keep * s->power[c] + (1 - keep) * power_of(sound->ch[c], n);
        if (s->power[c] > s->power[loudest])
            loudest = c;
    }
    for (int i = 0; i < n; i++)
        mono[i] *= weight;
    mean = s->power[s->channels] = keep * s->power[s->channels] + (1 - keep) * power_of(mono, n);
    if (mean < lost * s->power[loudest] && (!s->alone || s->power[loudest] > 2 * s->power[s->alone - 1]))
        s->alone = 1 + loudest;
    else if (mean >= back * s->power[loudest])
        s->alone = 0;
    const float *from = before > 0 ? sound->ch[before - 1] : NULL,
                *to = s->alone ? sound->ch[s->alone - 1] : NULL;
    if (before < 0)
        from = to;
    for (int i = 0; (from || to) && i < n; i++) {
        float a = from ? from[i] : mono[i], b = to ? to[i] : mono[i];
        mono[i] = a + (b - a) * (float)i / (float)n;
    }
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
    remove_offset(s, m, n);
    if (s->channels > 1)
        mix(s, um_moment_samples(m, s->channels), m->sound, n);
    if (!isnan(t_s)) {
        int64_t at = llrint(fmax(t_s, 0) * s->rate_hz);
        if (!s->placed || at > s->next + (int64_t)(JUMP_S * s->rate_hz))
            s->next = at;
    }
    s->placed = true;
    m->sound->n = n;
    m->sound->rate_hz = s->rate_hz;
    m->sound->first = s->next;
    m->sound->coded_bytes = f->pkt_size > 0 ? f->pkt_size : 0;
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
