/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recode_sound.c: sound through an encoder and its decoder. */
#include "av/sink/recode_sound.h"
#include "av/ffmpeg.h"
#include "av/quiet.h"
#include "av/source/converter.h"
#include <libavutil/opt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 1024, /* samples a time, for encoders that take any number */
    LATEST = 8192 /* so much silence follows that the last samples come out as well */
};

typedef struct recoder {
    AVCodecContext *encoder, *decoder;
    AVFrame *in, *out;
    AVPacket *packet;
    um_sound_converter converter; /* some decoders have a rate of their own */
    float *result;
    int64_t n, next; /* next: where what is decoded next lies, below 0 for what was before the sound */
    bool begun;
} recoder;

static bool open_encoder(recoder *r, const AVCodec *encoder, int rate_hz, int64_t bit_rate)
{
    AVCodecContext *e = r->encoder = avcodec_alloc_context3(encoder);
    if (!e)
        return false;
    um_quiet_codec(e);
    e->sample_rate = rate_hz;
    e->sample_fmt = encoder->sample_fmts ? encoder->sample_fmts[0] : AV_SAMPLE_FMT_S16;
    av_channel_layout_default(&e->ch_layout, 1);
    e->time_base = (AVRational){1, rate_hz};
    e->thread_count = 1;
    e->flags |= AV_CODEC_FLAG_BITEXACT;
    if (bit_rate)
        e->bit_rate = bit_rate;
    return avcodec_open2(e, encoder, NULL) >= 0;
}

static bool open_decoder(recoder *r, int rate_hz)
{
    const AVCodec *decoder = avcodec_find_decoder(r->encoder->codec_id);
    AVCodecContext *d = r->decoder = decoder ? avcodec_alloc_context3(decoder) : NULL;
    AVCodecParameters *p = avcodec_parameters_alloc();
    bool ok = d && p && avcodec_parameters_from_context(p, r->encoder) >= 0 &&
              avcodec_parameters_to_context(d, p) >= 0;
    avcodec_parameters_free(&p);
    if (!ok)
        return false;
    um_quiet_codec(d);
    d->thread_count = 1;
    d->sample_rate = rate_hz;
    d->pkt_timebase = r->encoder->time_base; /* or else what it leaves out is not counted */
    return avcodec_open2(d, decoder, NULL) >= 0;
}

static bool write_samples(AVFrame *f, const float *from, int n)
{
    for (int i = 0; i < f->nb_samples; i++) {
        const float v = i < n ? fmaxf(-1, fminf(1, from[i])) : 0;
        switch (f->format) {
        case AV_SAMPLE_FMT_S16:
        case AV_SAMPLE_FMT_S16P:
            ((int16_t *)f->data[0])[i] = (int16_t)lrintf(v * 32767);
            break;
        case AV_SAMPLE_FMT_S32:
        case AV_SAMPLE_FMT_S32P:
            ((int32_t *)f->data[0])[i] = (int32_t)lrint((double)v * 2147483647);
            break;
        case AV_SAMPLE_FMT_FLT:
        case AV_SAMPLE_FMT_FLTP:
            ((float *)f->data[0])[i] = v;
            break;
        default:
            return false;
        }
    }
    return true;
}

/* Where the first frame says that it lies, and from there on one after the other. */
static bool take_samples(recoder *r)
{
    um_moment *m = NULL;
    if (!r->begun && r->out->pts != AV_NOPTS_VALUE)
        r->next = r->out->pts;
    r->begun = true;
    if (um_sound_convert(&r->converter, &m, r->out, NAN, NULL) < 0)
        return false;
    for (int i = 0; m && i < m->sound->n; i++, r->next++)
        if (r->next >= 0 && r->next < r->n)
            r->result[r->next] = m->sound->mono[i];
    um_moment_free(&m);
    return true;
}

/* Hands what the encoder has to the decoder, and keeps what that gives. */
static bool pass_on(recoder *r)
{
    while (avcodec_receive_packet(r->encoder, r->packet) >= 0) {
        int k = avcodec_send_packet(r->decoder, r->packet);
        av_packet_unref(r->packet);
        if (k < 0)
            return false;
        while (avcodec_receive_frame(r->decoder, r->out) >= 0)
            if (!take_samples(r))
                return false;
    }
    return true;
}

static bool run(recoder *r, const float *samples)
{
    const int block = r->encoder->frame_size > 0 ? r->encoder->frame_size : BLOCK;
    const int n = (int)r->n;
    r->next = -r->encoder->initial_padding;
    for (int at = 0; r->next < n && at < n + LATEST; at += block) {
        AVFrame *f = r->in;
        av_frame_unref(f);
        f->nb_samples = block;
        f->format = r->encoder->sample_fmt;
        f->sample_rate = r->encoder->sample_rate;
        f->pts = at;
        if (av_channel_layout_copy(&f->ch_layout, &r->encoder->ch_layout) < 0 ||
            av_frame_get_buffer(f, 0) < 0 || !write_samples(f, samples + (at < n ? at : 0), n - at) ||
            avcodec_send_frame(r->encoder, f) < 0 || !pass_on(r))
            return false;
    }
    return true;
}

int um_sound_encoder_rate(const char *name, int rate_hz)
{
    const AVCodec *encoder = um_ffmpeg_loads() ? avcodec_find_encoder_by_name(name) : NULL;
    int best = 0, highest = 0;
    for (const int *at = encoder ? encoder->supported_samplerates : NULL; at && *at; at++) {
        if (*at >= rate_hz && (!best || *at < best))
            best = *at;
        highest = *at > highest ? *at : highest;
    }
    return best ? best : highest ? highest : rate_hz;
}

um_status um_sound_recode(float *samples, int n, int rate_hz, const char *name, int64_t bit_rate,
                          um_error *err)
{
    if (!um_ffmpeg_loads())
        return um_ffmpeg_missing(err);
    const AVCodec *encoder = avcodec_find_encoder_by_name(name);
    recoder r = {.n = n};
    if (!encoder || encoder->type != AVMEDIA_TYPE_AUDIO)
        return um_fail(err, UM_EUNSUPPORTED, "this FFmpeg has no sound encoder %s", name);
    um_status st = UM_OK;
    r.converter = (um_sound_converter){.rate_hz = rate_hz, .channels = 1};
    av_channel_layout_default(&r.converter.to, 1);
    r.in = av_frame_alloc();
    r.out = av_frame_alloc();
    r.packet = av_packet_alloc();
    r.result = um_calloc((size_t)n, sizeof *r.result);
    if (!r.in || !r.out || !r.packet || !r.result)
        st = um_fail_oom(err);
    else if (!open_encoder(&r, encoder, rate_hz, bit_rate) || !open_decoder(&r, rate_hz))
        st = um_fail(err, UM_EUNSUPPORTED, "%s takes no mono sound of %d Hz at %lld bit/s", name, rate_hz,
                     (long long)bit_rate);
    else if (!run(&r, samples))
        st = um_fail(err, UM_EINTERNAL, "%s made nothing of %d samples", name, n);
    if (st == UM_OK)
        memcpy(samples, r.result, (size_t)n * sizeof *samples);
    um_sound_converter_end(&r.converter);
    free(r.result);
    av_packet_free(&r.packet);
    av_frame_free(&r.in);
    av_frame_free(&r.out);
    avcodec_free_context(&r.encoder);
    avcodec_free_context(&r.decoder);
    return st;
}
