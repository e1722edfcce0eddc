/* SPDX-License-Identifier: GPL-3.0-or-later */
/* writer.c: a video file from pictures and sound.
 *
 * Pictures go RGB (sRGB, full range) to YUV 4:2:0 limited range: BT.709 from 720 lines on, BT.601 below, and
 * always BT.601 in AVI, which cannot say. The number of encoder threads is fixed and every bit-exact flag is
 * set: the same pictures give the same bytes. */
#include "av/ffmpeg.h"
#include "av/quiet.h"
#include "base/base.h"
#include <errno.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/avstring.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <unmask/sink.h>

enum { THREADS = 4, IO_BYTES = 1 << 16, PCM_BLOCK = 1024, TICKS_PER_S = 90000, MAX_RATE_HZ = 384000 };
static const double MAX_TIME_S = 1e7; /* 115 days: far below where a 64-bit tick count could overflow */

static const struct format {
    const char *extension, *muxer, *video, *audio;
    bool constant_rate; /* the container counts pictures and stores no times */
} formats[] = {
    {"mp4", "mp4", "libx264", "aac"},           {"mov", "mov", "libx264", "aac"},
    {"mkv", "matroska", "libx264", "aac"},      {"webm", "webm", "libvpx-vp9", "libopus"},
    {"avi", "avi", "mpeg4", "pcm_s16le", true},
};

struct track {
    AVCodecContext *codec;
    AVStream *stream;
};

struct um_writer {
    char *path; /* for error lines */
    bool null;  /* "/dev/null": arguments are checked, nothing is written */
    bool header_written;
    um_file file;
    int width, height, channels, crf;
    AVFormatContext *mux;
    AVPacket *packet;
    struct track video, audio;
    AVFrame *picture, *padded, *block; /* padded: only for odd sizes */
    struct SwsContext *sws;
    SwrContext *swr;
    AVAudioFifo *fifo;
    double last_s;
    int64_t last_pts, n_samples;
};

static um_status av_fail(um_error *err, const um_writer *w, const char *what, int code)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (code == AVERROR(ENOMEM))
        return um_fail_oom(err);
    av_strerror(code, text, sizeof text);
    return um_fail(err, UM_EWRITE, "%s: %s: %s", w->path, what, text);
}

/* ---- the file under libavformat ---- */

static int write_bytes(void *opaque, uint8_t *bytes, int n)
{
    int fd = fileno(((um_file *)opaque)->f), done = 0;
    while (done < n) {
        ssize_t k = write(fd, bytes + done, (size_t)(n - done));
        if (k < 0 && errno != EINTR)
            return AVERROR(errno);
        done += k > 0 ? (int)k : 0;
    }
    return n;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    if (whence & AVSEEK_SIZE)
        return AVERROR(ENOSYS);
    int64_t at = lseek(fileno(((um_file *)opaque)->f), offset, whence & ~AVSEEK_FORCE);
    return at < 0 ? AVERROR(errno) : at;
}

static um_status open_file(um_writer *w, const struct format *format, um_error *err)
{
    um_status st = um_file_create(&w->file, w->path, err);
    if (st < 0)
        return st;
    if (!w->file.temporary) /* a device or pipe cannot be written out of order */
        return um_fail(err, UM_EWRITE, "%s: a video is written to a regular file only", w->path);
    int r = avformat_alloc_output_context2(&w->mux, NULL, format->muxer, NULL);
    if (r < 0)
        return av_fail(err, w, "container", r);
    uint8_t *buffer = av_malloc(IO_BYTES);
    if (!buffer ||
        !(w->mux->pb = avio_alloc_context(buffer, IO_BYTES, 1, &w->file, NULL, write_bytes, seek_bytes))) {
        av_free(buffer);
        return um_fail_oom(err);
    }
    /* the index is moved to the front at the end: for that the muxer opens the file once more, by name */
    if (!(w->mux->url = av_asprintf("file:%s", w->file.temporary)) || !(w->packet = av_packet_alloc()))
        return um_fail_oom(err);
    w->mux->avoid_negative_ts =
        AVFMT_AVOID_NEG_TS_DISABLED; /* sound starts with the encoder's delay: early */
    w->mux->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
    return UM_OK;
}

/* ---- encoders ---- */

static um_status new_codec(um_writer *w, struct track *track, const char *name, um_error *err)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    if (!codec)
        return um_fail(err, UM_EUNSUPPORTED, "%s: this FFmpeg has no encoder %s", w->path, name);
    if (!(track->stream = avformat_new_stream(w->mux, NULL)) ||
        !(track->codec = avcodec_alloc_context3(codec)))
        return um_fail_oom(err);
    um_quiet_codec(track->codec);
    track->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (w->mux->oformat->flags & AVFMT_GLOBALHEADER)
        track->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    return UM_OK;
}

static um_status start_codec(um_writer *w, struct track *track, um_error *err)
{
    int r = avcodec_open2(track->codec, NULL, NULL);
    if (r >= 0)
        r = avcodec_parameters_from_context(track->stream->codecpar, track->codec);
    track->stream->time_base = track->codec->time_base;
    return r < 0 ? av_fail(err, w, track->codec->codec->name, r) : UM_OK;
}

static void set_colour(AVCodecContext *c, bool bt709)
{
    c->color_range = AVCOL_RANGE_MPEG;
    c->colorspace = bt709 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    c->color_primaries = bt709 ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
    c->color_trc = bt709 ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
    c->chroma_sample_location = AVCHROMA_LOC_LEFT;
}

static bool right_fps(double fps)
{
    return fps >= 0.01 && fps <= 1000;
}

double um_writer_fps(const um_media *media)
{
    return right_fps(media->fps) ? media->fps : 25;
}

static void set_quality(AVCodecContext *c, const char *encoder, int crf)
{
    if (!strcmp(encoder, "libx264")) {
        av_opt_set(c->priv_data, "preset", "veryfast", 0);
        av_opt_set_double(c->priv_data, "crf", crf ? crf : 18, 0);
    } else if (!strcmp(encoder, "libvpx-vp9")) {
        av_opt_set(c->priv_data, "deadline", "realtime", 0);
        av_opt_set(c->priv_data, "cpu-used", "6", 0);
        av_opt_set(c->priv_data, "row-mt", "1", 0);
        av_opt_set(c->priv_data, "crf", "24", 0);
        c->bit_rate = 0; /* constant quality */
    } else {
        c->flags |= AV_CODEC_FLAG_QSCALE;
        c->global_quality = 2 * FF_QP2LAMBDA;
    }
}

static um_status new_picture(AVFrame **out, const AVCodecContext *c, enum AVPixelFormat format, um_error *err)
{
    AVFrame *f = *out = av_frame_alloc();
    if (!f)
        return um_fail_oom(err);
    f->format = format;
    f->width = c->width;
    f->height = c->height;
    return av_frame_get_buffer(f, 0) < 0 ? um_fail_oom(err) : UM_OK;
}

/* What a picture passes on its way to the encoder. */
static um_status open_conversion(um_writer *w, bool bt709, um_error *err)
{
    const AVCodecContext *c = w->video.codec;
    um_status st = new_picture(&w->picture, c, c->pix_fmt, err);
    if (st < 0)
        return st;
    w->picture->color_range = c->color_range;
    w->picture->colorspace = c->colorspace;
    w->picture->color_primaries = c->color_primaries;
    w->picture->color_trc = c->color_trc;
    if ((c->width != w->width || c->height != w->height) &&
        (st = new_picture(&w->padded, c, AV_PIX_FMT_RGB24, err)) < 0)
        return st;
    w->sws =
        sws_getContext(c->width, c->height, AV_PIX_FMT_RGB24, c->width, c->height, c->pix_fmt,
                       SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT, NULL, NULL, NULL);
    const int *matrix = sws_getCoefficients(bt709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    if (!w->sws || sws_setColorspaceDetails(w->sws, matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16) < 0)
        return um_fail_oom(err);
    return UM_OK;
}

static um_status open_video(um_writer *w, const struct format *format, double fps, um_error *err)
{
    um_status st = new_codec(w, &w->video, format->video, err);
    if (st < 0)
        return st;
    AVCodecContext *c = w->video.codec;
    bool bt709 = w->height >= 720 && !format->constant_rate;
    c->width = (w->width + 1) & ~1;
    c->height = (w->height + 1) & ~1;
    c->pix_fmt = AV_PIX_FMT_YUV420P;
    c->framerate = av_d2q(fps, 65535); /* the limit of MPEG-4 part 2 */
    /* ticks that divide the frame time: pictures at the nominal rate get exact times, others 1/90000 s */
    int multiple = format->constant_rate ? 1 : (TICKS_PER_S + c->framerate.num - 1) / c->framerate.num;
    c->time_base =
        format->constant_rate ? av_inv_q(c->framerate) : (AVRational){1, c->framerate.num * multiple};
    c->thread_count = THREADS;
    set_colour(c, bt709);
    set_quality(c, format->video, w->crf);
    w->video.stream->avg_frame_rate = c->framerate;
    if ((st = start_codec(w, &w->video, err)) < 0)
        return st;
    return open_conversion(w, bt709, err);
}

/* The lowest rate of the encoder that loses nothing, else its highest. */
static int encoder_rate(const AVCodec *codec, int rate_hz)
{
    int above = 0, highest = 0;
    if (!codec->supported_samplerates)
        return rate_hz;
    for (const int *r = codec->supported_samplerates; *r; r++) {
        if (*r >= rate_hz && (!above || *r < above))
            above = *r;
        if (*r > highest)
            highest = *r;
    }
    return above ? above : highest;
}

static um_status open_audio(um_writer *w, const struct format *format, int rate_hz, um_error *err)
{
    um_status st = new_codec(w, &w->audio, format->audio, err);
    if (st < 0)
        return st;
    AVCodecContext *c = w->audio.codec;
    c->sample_fmt = c->codec->sample_fmts[0];
    c->sample_rate = encoder_rate(c->codec, rate_hz);
    c->time_base = (AVRational){1, c->sample_rate};
    c->bit_rate = 96000 * w->channels;
    av_channel_layout_default(&c->ch_layout, w->channels);
    if ((st = start_codec(w, &w->audio, err)) < 0)
        return st;
    int r = swr_alloc_set_opts2(&w->swr, &c->ch_layout, c->sample_fmt, c->sample_rate, &c->ch_layout,
                                AV_SAMPLE_FMT_FLT, rate_hz, 0, NULL);
    if (r < 0 || (r = swr_init(w->swr)) < 0)
        return av_fail(err, w, "sound", r);
    if (!(w->fifo = av_audio_fifo_alloc(c->sample_fmt, w->channels, PCM_BLOCK)) ||
        !(w->block = av_frame_alloc()))
        return um_fail_oom(err);
    return UM_OK;
}

/* Sends one frame (NULL: the end) and writes every packet that comes out. */
static um_status encode(um_writer *w, struct track *track, const AVFrame *frame, um_error *err)
{
    AVCodecContext *c = track->codec;
    int r = avcodec_send_frame(c, frame);
    while (r >= 0) {
        if ((r = avcodec_receive_packet(c, w->packet)) < 0)
            break;
        if (!w->packet->duration && c->codec_type == AVMEDIA_TYPE_VIDEO)
            w->packet->duration = av_rescale_q(1, av_inv_q(c->framerate), c->time_base);
        av_packet_rescale_ts(w->packet, c->time_base, track->stream->time_base);
        w->packet->stream_index = track->stream->index;
        r = av_interleaved_write_frame(w->mux, w->packet);
    }
    return r < 0 && r != AVERROR(EAGAIN) && r != AVERROR_EOF ? av_fail(err, w, "writing", r) : UM_OK;
}

/* ---- pictures ---- */

/* Luma alone needs no resampler: full range to 16..235, rounded, and neutral colour. */
static void convert_gray(um_writer *w, const um_image *image)
{
    AVFrame *p = w->picture;
    uint8_t table[256];
    for (int i = 0; i < 256; i++)
        table[i] = (uint8_t)(16 + (i * 219 + 127) / 255);
    for (int y = 0; y < p->height; y++) {
        const uint8_t *from = image->data + image->stride * um_clampi(y, 0, image->height - 1);
        uint8_t *to = p->data[0] + (ptrdiff_t)p->linesize[0] * y;
        for (int x = 0; x < image->width; x++)
            to[x] = table[from[x]];
        if (image->width < p->width)
            to[image->width] = to[image->width - 1];
    }
    for (int k = 1; k < 3; k++)
        for (int y = 0; y < p->height / 2; y++)
            memset(p->data[k] + (ptrdiff_t)p->linesize[k] * y, 128, (size_t)p->width / 2);
}

static void convert_rgb(um_writer *w, const um_image *image)
{
    const uint8_t *data = image->data;
    int stride = (int)image->stride;
    if (w->padded) {
        size_t row = (size_t)image->width * 3;
        for (int y = 0; y < w->padded->height; y++) {
            uint8_t *to = w->padded->data[0] + (ptrdiff_t)w->padded->linesize[0] * y;
            memcpy(to, image->data + image->stride * um_clampi(y, 0, image->height - 1), row);
            if (image->width < w->padded->width)
                memcpy(to + row, to + row - 3, 3);
        }
        data = w->padded->data[0];
        stride = w->padded->linesize[0];
    }
    sws_scale(w->sws, &data, &stride, 0, w->picture->height, w->picture->data, w->picture->linesize);
}

um_status um_writer_frame(um_writer *w, const um_image *image, double t_s, um_error *err)
{
    void (*convert)(um_writer * w, const um_image *image) = NULL;
    switch (image->pixel) {
    case UM_GRAY8:
        convert = convert_gray;
        break;
    case UM_RGB24:
        convert = convert_rgb;
        break;
    case UM_LUMA8: /* only what is of full range is stretched back to video range */
        break;
    }
    if (!convert)
        return um_fail(err, UM_EINVAL, "%s: pictures of this pixel format cannot be written", w->path);
    if (image->width != w->width || image->height != w->height)
        return um_fail(err, UM_EINVAL, "%s: a picture of %d x %d in a video of %d x %d", w->path,
                       image->width, image->height, w->width, w->height);
    if (!(t_s >= 0 && t_s < MAX_TIME_S) || t_s < w->last_s)
        return um_fail(err, UM_EINVAL, "%s: picture times must not be negative or go back (%g s after %g s)",
                       w->path, t_s, w->last_s);
    w->last_s = t_s;
    if (w->null)
        return UM_OK;
    if (!w->header_written)
        return um_fail(err, UM_EINVAL, "%s: a picture after the end", w->path);
    if (av_frame_make_writable(w->picture) < 0)
        return um_fail_oom(err);
    convert(w, image);
    int64_t pts = llround(t_s / av_q2d(w->video.codec->time_base));
    w->picture->pts = w->last_pts = pts > w->last_pts ? pts : w->last_pts + 1;
    return encode(w, &w->video, w->picture, err);
}

/* ---- sound ---- */

/* Encodes full blocks; at the end also the rest. */
static um_status encode_blocks(um_writer *w, bool end, um_error *err)
{
    AVCodecContext *c = w->audio.codec;
    int size = c->frame_size > 0 ? c->frame_size : PCM_BLOCK;
    for (int have; (have = av_audio_fifo_size(w->fifo)) >= size || (end && have > 0);) {
        AVFrame *b = w->block;
        av_frame_unref(b);
        b->nb_samples = have < size ? have : size;
        b->format = c->sample_fmt;
        b->sample_rate = c->sample_rate;
        if (av_channel_layout_copy(&b->ch_layout, &c->ch_layout) < 0 || av_frame_get_buffer(b, 0) < 0)
            return um_fail_oom(err);
        av_audio_fifo_read(w->fifo, (void **)b->data, b->nb_samples);
        b->pts = w->n_samples;
        w->n_samples += b->nb_samples;
        um_status st = encode(w, &w->audio, b, err);
        if (st < 0)
            return st;
    }
    return UM_OK;
}

/* in NULL: what the resampler still holds */
static um_status resample(um_writer *w, const float *in, int n, um_error *err)
{
    int room = swr_get_out_samples(w->swr, n), got;
    uint8_t *out[2] = {NULL};
    if (room <= 0)
        return UM_OK;
    if (av_samples_alloc(out, NULL, w->channels, room, w->audio.codec->sample_fmt, 0) < 0)
        return um_fail_oom(err);
    const uint8_t *bytes = (const uint8_t *)in;
    got = swr_convert(w->swr, out, room, in ? &bytes : NULL, n);
    if (got > 0)
        got = av_audio_fifo_write(w->fifo, (void **)out, got);
    av_freep(&out[0]);
    return got < 0 ? av_fail(err, w, "sound", got) : UM_OK;
}

um_status um_writer_sound(um_writer *w, const float *interleaved, int n, um_error *err)
{
    if (!w->channels || n < 0)
        return um_fail(err, UM_EINVAL, "%s: sound, but the file was opened without", w->path);
    if (w->null || !n)
        return UM_OK;
    if (!w->header_written)
        return um_fail(err, UM_EINVAL, "%s: sound after the end", w->path);
    um_status st = resample(w, interleaved, n, err);
    return st < 0 ? st : encode_blocks(w, false, err);
}

/* ---- life ---- */

static um_status write_header(um_writer *w, const struct format *format, const char *comment, um_error *err)
{
    AVDictionary *options = NULL;
    int r = comment ? av_dict_set(&w->mux->metadata, "comment", comment, 0) : 0;
    if (r >= 0 && (!strcmp(format->muxer, "mp4") || !strcmp(format->muxer, "mov")))
        r = av_dict_set(&options, "movflags", "+faststart", 0);
    if (r >= 0)
        r = avformat_write_header(w->mux, &options);
    av_dict_free(&options);
    w->header_written = r >= 0;
    return r < 0 ? av_fail(err, w, "header", r) : UM_OK;
}

static const struct format *format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
        if (!strcasecmp(dot + 1, formats[i].extension))
            return &formats[i];
    return NULL;
}

um_status um_writer_open(um_writer **out, const char *path, const um_writer_options *opt, um_error *err)
{
    const struct format *format = format_of(path);
    um_status st;
    *out = NULL;
    if (opt->width < 1 || opt->height < 1 || opt->width > UM_IMAGE_MAX_SIDE ||
        opt->height > UM_IMAGE_MAX_SIDE || (int64_t)opt->width * opt->height > UM_IMAGE_MAX_PIXELS ||
        !right_fps(opt->fps) || opt->crf < 0 || opt->crf > 51 || opt->rate_hz < 0 ||
        opt->rate_hz > MAX_RATE_HZ || (opt->rate_hz && opt->channels != 1 && opt->channels != 2))
        return um_fail(err, UM_EINVAL, "%s: a video of %d x %d, %g/s, sound %d Hz x %d is out of range", path,
                       opt->width, opt->height, opt->fps, opt->rate_hz, opt->channels);
    if (!um_ffmpeg_loads())
        return um_ffmpeg_missing(err);
    um_writer *w = um_calloc(1, sizeof *w);
    if (!w || !(w->path = um_strdup(path))) {
        free(w);
        return um_fail_oom(err);
    }
    w->null = !strcmp(path, "/dev/null");
    w->width = opt->width;
    w->height = opt->height;
    w->channels = opt->rate_hz ? opt->channels : 0;
    w->crf = opt->crf;
    w->last_pts = -1;
    *out = w;
    if (w->null)
        return UM_OK;
    if (!format)
        st = um_fail(err, UM_EINVAL, "%s: the name must end in .mp4, .mov, .mkv, .webm or .avi", path);
    else if ((st = open_file(w, format, err)) == UM_OK &&
             (st = open_video(w, format, opt->fps, err)) == UM_OK &&
             (!w->channels || (st = open_audio(w, format, opt->rate_hz, err)) == UM_OK))
        st = write_header(w, format, opt->comment, err);
    if (st < 0)
        um_writer_close(out);
    return st;
}

um_status um_writer_finish(um_writer *w, um_error *err)
{
    um_status st = UM_OK;
    if (w->null)
        return UM_OK;
    if (!w->header_written)
        return um_fail(err, UM_EINVAL, "%s: finished twice", w->path);
    if ((st = encode(w, &w->video, NULL, err)) < 0)
        return st;
    if (w->channels && ((st = resample(w, NULL, 0, err)) < 0 || (st = encode_blocks(w, true, err)) < 0 ||
                        (st = encode(w, &w->audio, NULL, err)) < 0))
        return st;
    w->header_written = false;
    int r = av_write_trailer(w->mux);
    if (r >= 0) {
        avio_flush(w->mux->pb);
        r = w->mux->pb->error;
    }
    return r < 0 ? av_fail(err, w, "writing", r) : um_file_commit(&w->file, err);
}

void um_writer_close(um_writer **writer)
{
    um_writer *w = writer ? *writer : NULL;
    if (!w)
        return;
    struct track *tracks[] = {&w->video, &w->audio};
    for (int i = 0; i < 2; i++)
        avcodec_free_context(&tracks[i]->codec);
    if (w->mux && w->mux->pb) {
        av_freep(&w->mux->pb->buffer);
        avio_context_free(&w->mux->pb);
    }
    avformat_free_context(w->mux);
    av_packet_free(&w->packet);
    av_frame_free(&w->picture);
    av_frame_free(&w->padded);
    av_frame_free(&w->block);
    sws_freeContext(w->sws);
    swr_free(&w->swr);
    if (w->fifo)
        av_audio_fifo_free(w->fifo);
    um_file_abandon(&w->file);
    free(w->path);
    free(w);
    *writer = NULL;
}
