/* SPDX-License-Identifier: GPL-3.0-or-later */
/* demux.h: a local file as packets, and the packets of its two tracks as decoded AVFrames. */
#ifndef UM_AV_DEMUX_H
#define UM_AV_DEMUX_H

#include "av/ffmpeg.h"
#include "av/source/extent.h"
#include "av/source/supply.h"
#include "base/input.h"
#include <stdatomic.h>
#include <unmask/source.h>

typedef struct um_packets {
    AVPacket **ring;
    size_t capacity, head, n, bytes;
} um_packets;

typedef struct um_track {
    AVStream *stream;      /* NULL: the file has no such track */
    AVCodecContext *codec; /* NULL: not decoded */
    um_packets packets;
    bool draining, ended;
    int64_t barren;     /* packets sent since the last frame came out */
    bool exports;       /* the decoder tells what um_codec_trace_read wants */
    int crop_x, crop_y; /* of the last frame: what was cut off at its left and top */
    double end_s;       /* where the last packet ends on the file's timeline */
} um_track;

enum { UM_DEMUX_STREAMS = 64 };

typedef struct um_demux {
    const um_input *input; /* borrowed */
    int64_t position, budget;
    const atomic_bool *stop;
    um_extent extent;
    /* what the header says of the length of each stream, in its time base, before FFmpeg guesses the rest */
    int64_t declared[UM_DEMUX_STREAMS];
    AVFormatContext *format;
    AVIOContext *io;
    AVPacket *packet;
    um_track video, sound;
    bool ended;      /* no packet is left in the file */
    bool failed;     /* it ended by a read error */
    bool unread;     /* the demuxer gave up before its end */
    bool given_up;   /* a track that decodes nothing any more */
    bool cut_packet; /* the last packet is incomplete */
    bool no_memory;
    um_damage damage;
} um_demux;

/* Finds the tracks and opens decoders for those of opt->want. In any case end with um_demux_close. */
um_status um_demux_open(um_demux *d, const um_input *input, const um_source_options *opt,
                        const atomic_bool *stop, um_error *err);
void um_demux_close(um_demux *d);
/* Reads one packet into the queue of its track, or sets d->ended. */
void um_demux_read(um_demux *d);
/* The next decoded frame of a track from its queued packets. */
um_supply um_demux_decode(um_demux *d, um_track *track, AVFrame *frame);
/* The queue of this track holds as much as it may: the other track has to wait no longer for it. */
bool um_demux_full(const um_track *track);
/* Seconds on the file's timeline; NAN without a (sane) timestamp. */
double um_demux_time_s(const um_demux *d, const um_track *track, int64_t timestamp);
/* One picture in a file of its own. */
bool um_demux_is_picture(const um_demux *d);

#endif
