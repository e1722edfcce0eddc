/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source.c: the stream of moments. One thread reads, decodes (with FFmpeg's own threads) and converts ahead
 * of the caller; a small queue of finished moments lies between the two. */
#include "av/source/source.h"
#include "av/source/codec_trace.h"
#include "av/source/converter.h"
#include "av/source/damage.h"
#include "av/source/deinterlace.h"
#include "av/source/demux.h"
#include "av/source/judge.h"
#include "av/source/moment.h"
#include "av/source/picture.h"
#include "av/source/survey.h"
#include "av/source/tracks.h"
#include "av/still/gif.h"
#include "av/still/photo.h"
#include "av/still/webp_film.h"
#include <libavutil/pixdesc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_MOMENTS = 256, QUEUE_PICTURES = 6, QUEUE_BYTES = 64 << 20 };

struct um_source {
    um_media media;
    um_source_options opt;
    um_input *input;
    char container[64], remark[240];

    /* of the decoding thread */
    um_demux demux;
    um_webp_film *film; /* instead of it */
    um_survey survey;
    um_picture picture;
    um_codec_trace codec;
    um_sound_converter converter;
    um_deinterlacer *deinterlacer;
    AVFrame *frame;
    um_moment *next_picture, *next_sound; /* decoded, the earlier one leaves first */
    um_moment *pending;                   /* a picture whose duration the following one tells */
    int64_t n_pictures;
    double last_t_s;
    bool has_sound;       /* some has been decoded */
    bool stopped_early;   /* at opt.max_s */
    bool counts_pictures; /* the clock of the file is nonsense */

    /* between the threads */
    pthread_t thread;
    bool has_thread, has_lock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    um_moment *queue[QUEUE_MOMENTS];
    int head, n, n_queued_pictures;
    size_t bytes;
    bool started, ended; /* the first moment is there; no more follows */
    um_status status;
    um_error error;
    um_damage damage;
    atomic_bool stop;
};

/* ---- the decoding thread ---- */

static void enqueue(um_source *s, um_moment *m)
{
    size_t bytes = um_moment_bytes(m);
    pthread_mutex_lock(&s->lock);
    while (!s->stop && (s->n == QUEUE_MOMENTS || (m->frame && s->n_queued_pictures >= QUEUE_PICTURES) ||
                        (s->n && s->bytes + bytes > QUEUE_BYTES)))
        pthread_cond_wait(&s->changed, &s->lock);
    if (s->stop) {
        um_moment_free(&m);
    } else {
        s->queue[(s->head + s->n++) % QUEUE_MOMENTS] = m;
        s->bytes += bytes;
        s->n_queued_pictures += m->frame != NULL;
        s->started |= m->frame || s->demux.video.ended || s->n == QUEUE_MOMENTS;
        s->damage = s->demux.damage;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
}

static void finish(um_source *s, um_status status)
{
    um_demux_judge(&s->demux, s->stopped_early);
    pthread_mutex_lock(&s->lock);
    s->status = status;
    s->damage = s->demux.damage;
    s->ended = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static bool is_animation(const um_source *s)
{
    return !strcmp(s->container, "gif") || !strcmp(s->container, "apng");
}

/* Pixels of photos are square for every viewer, whatever the file says (often the density of a scanner). */
static double pixel_aspect(const um_source *s, const AVFrame *f)
{
    AVStream *stream = s->demux.video.stream;
    if (s->media.is_photo || is_animation(s))
        return 1;
    /* the deinterlacer drops it from the frames: what was found in the stream first */
    AVRational told = stream->codecpar->sample_aspect_ratio;
    AVRational shown = av_guess_sample_aspect_ratio(s->demux.format, stream, (AVFrame *)f);
    if (shown.num <= 0 || shown.den <= 0)
        shown = told;
    return shown.num > 0 && shown.den > 0 ? av_q2d(shown) : 0;
}

static um_status begin_pictures(um_source *s, const AVFrame *f)
{
    const AVStream *stream = s->demux.video.stream;
    size_t size = 0;
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    um_status st =
        um_picture_begin(&s->picture, f, s->survey.size[0].width, s->survey.size[0].height,
                         size >= 9 * sizeof(int32_t) ? (const int32_t *)(const void *)matrix : NULL,
                         pixel_aspect(s, f), &s->error);
    if (st < 0)
        return st;
    s->picture.is_photo = s->media.is_photo;
    um_media *m = &s->media;
    if (s->started) /* the caller reads it already: sound came long before the first picture */
        return UM_OK;
    m->width = s->picture.width;
    m->height = s->picture.height;
    m->pixel_aspect = s->picture.pixel_aspect;
    m->rotation_deg = um_orientation_degrees(s->picture.orientation);
    m->pixel_format = av_get_pix_fmt_name(f->format);
    m->colour = s->picture.colour;
    m->interlaced |= f->interlaced_frame;
    return UM_OK;
}

/* Presentation time that only grows: a clock that is missing or steps back is replaced by the frame rate. */
static double picture_time_s(um_source *s, int64_t pts)
{
    double t_s = um_demux_time_s(&s->demux, &s->demux.video, pts);
    double step_s = s->media.fps > 0 ? 1 / s->media.fps : 0.04;
    if (isnan(t_s) || (s->n_pictures && t_s <= s->last_t_s))
        t_s = s->n_pictures ? s->last_t_s + step_s : 0;
    t_s = fmax(t_s, 0);
    return s->last_t_s = t_s;
}

static um_status make_picture(um_source *s, um_moment **out, const AVFrame *f)
{
    um_status st;
    if (!s->n_pictures && (st = begin_pictures(s, f)) < 0)
        return st;
    um_moment *m = um_moment_of_picture();
    if (!m)
        return um_fail_oom(&s->error);
    *m->frame = (um_frame){
        .index = s->n_pictures,
        .t_s = m->t_s = picture_time_s(s, s->counts_pictures ? AV_NOPTS_VALUE : f->pts),
        .duration_s =
            f->pkt_duration > 0 ? (double)f->pkt_duration * av_q2d(s->demux.video.stream->time_base) : 0,
        .key = f->key_frame,
        .damaged = f->decode_error_flags || f->flags & AV_FRAME_FLAG_CORRUPT,
    };
    s->demux.damage.broken_frames += m->frame->damaged;
    s->n_pictures++;
    st = um_picture_convert(&s->picture, &m->frame->gray, &m->frame->rgb, f, s->opt.want, &s->error);
    const um_track *t = &s->demux.video;
    if (st == UM_OK && t->exports && !s->deinterlacer && !s->media.is_photo)
        st =
            um_codec_trace_read(&m->frame->codec, &s->codec, &s->picture, f, t->crop_x, t->crop_y, &s->error);
    if (st < 0)
        um_moment_free(&m);
    *out = m;
    return st;
}

/* One decoded, deinterlaced frame in s->frame. */
static um_supply supply_frame(um_source *s, um_status *st)
{
    um_track *t = &s->demux.video;
    for (;;) {
        if (s->deinterlacer) {
            um_supply got = um_deinterlacer_pull(s->deinterlacer, s->frame);
            if (got != UM_SUPPLY_NEEDS_PACKET)
                return got;
        }
        um_supply got = um_demux_decode(&s->demux, t, s->frame);
        if (got == UM_SUPPLY_NEEDS_PACKET || (got == UM_SUPPLY_END && !s->deinterlacer))
            return got;
        if (got == UM_SUPPLY_READY) {
            s->frame->pts = s->frame->best_effort_timestamp;
            if (!s->deinterlacer && !s->frame->interlaced_frame)
                return got;
            if (!s->deinterlacer &&
                (*st = um_deinterlacer_new(&s->deinterlacer, t->stream->time_base, &s->error)) < 0)
                return UM_SUPPLY_END;
        }
        *st = um_deinterlacer_push(s->deinterlacer, got == UM_SUPPLY_END ? NULL : s->frame, &s->error);
        av_frame_unref(s->frame);
        if (*st < 0)
            return UM_SUPPLY_END;
    }
}

/* Sets s->next_picture, or tells why not yet. A picture is complete once the time of the next one is known.
 */
static um_supply supply_picture(um_source *s, um_status *st)
{
    for (;;) {
        um_moment *m = NULL;
        um_supply got = supply_frame(s, st);
        if (got == UM_SUPPLY_NEEDS_PACKET || *st < 0)
            return got;
        if (got == UM_SUPPLY_READY) {
            *st = make_picture(s, &m, s->frame);
            av_frame_unref(s->frame);
            if (*st == UM_EFORMAT) {
                s->demux.damage.broken_frames++;
                *st = UM_OK;
                continue;
            }
            if (*st < 0)
                return UM_SUPPLY_END;
            if (s->opt.max_s > 0 && m->t_s >= s->opt.max_s && m->frame->index > 0) {
                s->stopped_early = s->demux.video.ended = true;
                um_moment_free(&m);
            }
            if (s->media.is_photo) /* further pictures in the file are previews or gain maps */
                s->demux.video.ended = s->demux.ended = true;
        }
        s->next_picture = s->pending;
        s->pending = m;
        if (s->next_picture && m)
            s->next_picture->frame->duration_s = m->t_s - s->next_picture->t_s;
        if (s->next_picture && !m && !s->started && !s->stopped_early && is_animation(s))
            s->media.is_photo = true; /* which holds one picture only */
        if (s->next_picture)
            return UM_SUPPLY_READY;
        if (!m)
            return UM_SUPPLY_END;
    }
}

static um_supply supply_sound(um_source *s, um_status *st)
{
    um_track *t = &s->demux.sound;
    for (;;) {
        um_supply got = um_demux_decode(&s->demux, t, s->frame);
        if (got != UM_SUPPLY_READY)
            return got;
        double t_s = um_demux_time_s(&s->demux, t, s->frame->best_effort_timestamp);
        um_status result = um_sound_convert(&s->converter, &s->next_sound, s->frame, t_s, &s->error);
        av_frame_unref(s->frame);
        if (result == UM_ENOMEM) {
            *st = result;
            return UM_SUPPLY_END;
        }
        if (result < 0) {
            s->demux.damage.broken_packets++;
            continue;
        }
        if (s->next_sound && s->opt.max_s > 0 && s->next_sound->t_s >= s->opt.max_s && s->has_sound) {
            um_moment_free(&s->next_sound);
            s->stopped_early = t->ended = true;
            return UM_SUPPLY_END;
        }
        s->has_sound |= s->next_sound != NULL;
        if (s->next_sound)
            return UM_SUPPLY_READY;
    }
}

static void emit(um_source *s, um_moment **m)
{
    enqueue(s, *m);
    *m = NULL;
}

static void *decode(void *argument)
{
    um_source *s = argument;
    um_demux *d = &s->demux;
    um_status st = UM_OK;
    um_supply video = UM_SUPPLY_END, sound = UM_SUPPLY_END;
    if (!strcmp(s->container, "gif") && s->opt.max_s <= 0)
        um_gif_check(&d->damage, s->input);
    while (!s->stop && st == UM_OK && !d->no_memory) {
        video = s->next_picture ? UM_SUPPLY_READY : supply_picture(s, &st);
        sound = s->next_sound ? UM_SUPPLY_READY : supply_sound(s, &st);
        bool wait_video = video == UM_SUPPLY_NEEDS_PACKET && !(s->next_sound && um_demux_full(&d->sound));
        bool wait_sound = sound == UM_SUPPLY_NEEDS_PACKET && !(s->next_picture && um_demux_full(&d->video));
        if (wait_video || wait_sound)
            um_demux_read(d);
        else if (s->next_picture && (!s->next_sound || s->next_picture->t_s <= s->next_sound->t_s))
            emit(s, &s->next_picture);
        else if (s->next_sound)
            emit(s, &s->next_sound);
        else
            break;
    }
    if (d->no_memory)
        st = um_fail_oom(&s->error);
    finish(s, st);
    return NULL;
}

/* The same for an animated WebP, which no demuxer of FFmpeg reads. */
static um_status show_film(um_source *s)
{
    um_status st = UM_OK;
    double t_s = 0, duration_s = 0;
    while (!s->stop && (st = um_webp_film_next(s->frame, &t_s, &duration_s, s->film, &s->error)) == UM_OK) {
        if (s->opt.max_s > 0 && t_s >= s->opt.max_s)
            break;
        um_moment *m = um_moment_of_picture();
        if (!m)
            return um_fail_oom(&s->error);
        *m->frame =
            (um_frame){.index = s->n_pictures, .t_s = m->t_s = t_s, .duration_s = duration_s, .key = true};
        if (!s->n_pictures++)
            st = um_picture_begin(&s->picture, s->frame, 0, 0, NULL, 1, &s->error);
        if (st == UM_OK)
            st = um_picture_convert(&s->picture, &m->frame->gray, &m->frame->rgb, s->frame, s->opt.want,
                                    &s->error);
        av_frame_unref(s->frame);
        if (st < 0) {
            um_moment_free(&m);
            return st;
        }
        enqueue(s, m);
    }
    return s->stop ? UM_OK : st;
}

static void *play(void *argument)
{
    um_source *s = argument;
    um_status st = show_film(s);
    if (st == UM_EFORMAT && s->n_pictures) {
        s->demux.damage.broken_frames++;
        s->demux.damage.truncated = true;
        um_damage_note(&s->demux.damage, "the animation breaks off after %lld pictures",
                       (long long)s->n_pictures);
        st = UM_OK;
    }
    finish(s, st == UM_EOF ? UM_OK : st);
    return NULL;
}

/* ---- the calling thread ---- */

static void say_sizes(um_source *s)
{
    const um_survey *v = &s->survey;
    char *text = s->remark;
    const size_t most = sizeof s->remark;
    if (v->n_sizes < 2)
        return;
    size_t n = (size_t)snprintf(text, most, "pictures of %d sizes:", v->n_sizes);
    for (int i = 0; i < v->n_sizes && n < most; i++)
        n += (size_t)snprintf(text + n, most - n, "%s %d x %d (%lld)", i ? "," : "", v->size[i].width,
                              v->size[i].height, (long long)v->size[i].n);
    if (n < most)
        snprintf(text + n, most - n, "; all brought to %d x %d", v->size[0].width, v->size[0].height);
}

/* A raw stream may name any clock (ticks instead of pictures, say), and then all its times are wrong: its
 * pictures are counted, at the rate that FFmpeg takes for raw streams, too. */
static void check_clock(um_source *s)
{
    const double fastest = 1000, usual = 25; /* per second; faster cameras play back slowly */
    size_t n = strlen(s->remark), most = sizeof s->remark;
    if (s->media.fps <= fastest || s->media.is_photo)
        return;
    s->counts_pictures = true;
    snprintf(s->remark + n, most - n, "%sits clock says %.6g pictures per second: counted at %g",
             n ? "; " : "", s->media.fps, usual);
    s->media.fps = usual;
    s->media.duration_s = 0;
    for (int i = 0; i < s->survey.n_sizes; i++)
        s->media.duration_s += (double)s->survey.size[i].n / usual;
}

static void describe(um_source *s)
{
    const AVFormatContext *f = s->demux.format;
    um_media *m = &s->media;
    const AVStream *video = s->demux.video.stream, *sound = s->demux.sound.stream;
    size_t n = strlen(f->iformat->name);
    m->is_photo = n > 5 && !strcmp(f->iformat->name + n - 5, "_pipe");
    snprintf(s->container, sizeof s->container, "%.*s", (int)(m->is_photo ? n - 5 : n), f->iformat->name);
    m->container = s->container;
    m->video_codec = m->pixel_format = m->audio_codec = m->colour = "";
    m->remark = s->remark;
    if (!m->is_photo)
        um_tracks_list(m, &(um_tracks){s->input, f, s->demux.video.stream, s->demux.sound.stream});
    m->duration_s = s->survey.duration_s;
    say_sizes(s);
    if (video) {
        const AVCodecParameters *p = video->codecpar;
        AVRational rate = video->avg_frame_rate.num ? video->avg_frame_rate : video->r_frame_rate;
        const char *format = av_get_pix_fmt_name(p->format);
        m->has_video = true;
        m->width = p->width;
        m->height = p->height;
        m->pixel_aspect = 1; /* until the first picture */
        m->video_codec = avcodec_get_name(p->codec_id);
        m->pixel_format = format ? format : "";
        m->fps = !m->is_photo && rate.den > 0 && rate.num > 0 ? av_q2d(rate) : 0;
        m->interlaced = p->field_order > AV_FIELD_PROGRESSIVE;
        check_clock(s);
    }
    if (sound) {
        m->has_sound = true;
        m->rate_hz = sound->codecpar->sample_rate;
        m->channels = um_clampi(sound->codecpar->ch_layout.nb_channels, 1, 8);
        m->audio_codec = avcodec_get_name(sound->codecpar->codec_id);
    }
}

static um_status start_thread(um_source *s, void *(*work)(void *), um_error *err)
{
    if (pthread_create(&s->thread, NULL, work, s) != 0)
        return um_fail(err, UM_ENOMEM, "no thread can be created");
    s->has_thread = true;
    pthread_mutex_lock(&s->lock);
    while (!s->started && !s->ended)
        pthread_cond_wait(&s->changed, &s->lock);
    bool nothing = !s->started;
    pthread_mutex_unlock(&s->lock);
    if (nothing && s->status < 0)
        return um_fail(err, s->status, "%s: %s", s->input->path, s->error.text);
    if (nothing)
        return um_fail(err, UM_EFORMAT, "%s: nothing in it can be decoded", s->input->path);
    return UM_OK;
}

static um_status open_source(um_source *s, um_error *err)
{
    um_status st;
    if (!(s->frame = av_frame_alloc()))
        return um_fail_oom(err);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->has_lock = true;
    s->media.path = s->input->path;
    const um_still_reader *still = um_photo_reader(s->input);
    if (still) {
        um_moment *m = NULL;
        const unsigned want = s->opt.look_only ? 0 : s->opt.want;
        if ((st = um_photo_read(&m, &s->media, &s->damage, still, s->input, want, err)) < 0)
            return st;
        if (m)
            s->queue[s->n++] = m;
        s->ended = true;
        return UM_OK;
    }
    if (um_webp_film_is(s->input)) {
        s->demux.input = s->input;
        if ((st = um_webp_film_open(&s->film, &s->media, s->input, err)) < 0)
            return st;
        s->ended = !(s->opt.want & (UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_CODEC));
        return s->ended ? UM_OK : start_thread(s, play, err);
    }
    if (s->opt.threads <= 0)
        s->opt.threads = um_cores() + 1; /* one of FFmpeg's often waits */
    if ((st = um_demux_open(&s->demux, s->input, &s->opt, &s->stop, err)) < 0)
        return st;
    if ((st = um_survey_take(&s->survey, &s->demux, &s->opt, err)) < 0)
        return st;
    describe(s);
    if (s->demux.video.codec || s->demux.sound.codec)
        return start_thread(s, decode, err);
    s->ended = true;
    return UM_OK;
}

um_status um_source_open_input(um_source **out, um_input *input, const um_source_options *opt, um_error *err)
{
    um_source *s = um_calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return um_fail_oom(err);
    s->opt = *opt;
    s->input = um_input_ref(input);
    um_status st = open_source(s, err);
    if (st < 0)
        um_source_close(&s);
    *out = s;
    return st;
}

um_status um_source_open(um_source **out, const char *path, const um_source_options *opt, um_error *err)
{
    um_input *input = NULL;
    *out = NULL;
    um_status st = um_input_open(&input, path, err);
    if (st == UM_OK)
        st = um_source_open_input(out, input, opt, err);
    um_input_free(&input);
    return st;
}

const um_media *um_source_media(const um_source *source)
{
    return &source->media;
}

um_status um_source_next(um_moment **out, um_source *s, um_error *err)
{
    um_status st = UM_OK;
    *out = NULL;
    pthread_mutex_lock(&s->lock);
    while (!s->n && !s->ended)
        pthread_cond_wait(&s->changed, &s->lock);
    if (s->n) {
        um_moment *m = *out = s->queue[s->head];
        s->head = (s->head + 1) % QUEUE_MOMENTS;
        s->n--;
        s->n_queued_pictures -= m->frame != NULL;
        s->bytes -= um_moment_bytes(m);
        pthread_cond_broadcast(&s->changed);
    } else {
        st = s->status < 0 ? um_fail(err, s->status, "%s: %s", s->input->path, s->error.text) : UM_EOF;
    }
    pthread_mutex_unlock(&s->lock);
    return st;
}

um_damage um_source_damage(const um_source *source)
{
    um_source *s = (um_source *)source; /* the lock is no part of what a caller sees change */
    pthread_mutex_lock(&s->lock);
    um_damage damage = s->damage;
    pthread_mutex_unlock(&s->lock);
    return damage;
}

void um_source_close(um_source **source)
{
    um_source *s = source ? *source : NULL;
    if (!s)
        return;
    if (s->has_thread) {
        pthread_mutex_lock(&s->lock);
        s->stop = true;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    for (; s->n; s->n--, s->head = (s->head + 1) % QUEUE_MOMENTS)
        um_moment_free(&s->queue[s->head]);
    um_moment_free(&s->next_picture);
    um_moment_free(&s->next_sound);
    um_moment_free(&s->pending);
    um_deinterlacer_free(&s->deinterlacer);
    um_picture_end(&s->picture);
    um_sound_converter_end(&s->converter);
    um_demux_close(&s->demux);
    um_webp_film_close(&s->film);
    av_frame_free(&s->frame);
    if (s->has_lock) {
        pthread_cond_destroy(&s->changed);
        pthread_mutex_destroy(&s->lock);
    }
    um_input_free(&s->input);
    free(s);
    *source = NULL;
}
