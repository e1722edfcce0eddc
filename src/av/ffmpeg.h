/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ffmpeg.h: libavformat and libavcodec, loaded when first needed. They bring 110 further libraries, which
 * take longer to load than most photos to read; libavutil, libswscale and libswresample are linked.
 *
 * Whoever includes this calls their functions as ever, after um_ffmpeg_loads has returned true. */
#ifndef UM_AV_FFMPEG_H
#define UM_AV_FFMPEG_H
#include "base/base.h"
#include "base/lazy.h"
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#define UM_AVFORMAT(F)                \
    F(av_guess_sample_aspect_ratio)   \
    F(av_interleaved_write_frame)     \
    F(av_read_frame)                  \
    F(av_stream_get_side_data)        \
    F(av_write_trailer)               \
    F(avformat_alloc_context)         \
    F(avformat_alloc_output_context2) \
    F(avformat_close_input)           \
    F(avformat_find_stream_info)      \
    F(avformat_free_context)          \
    F(avformat_new_stream)            \
    F(avformat_open_input)            \
    F(avformat_write_header)          \
    F(avio_alloc_context)             \
    F(avio_context_free)              \
    F(avio_flush)
#define UM_AVCODEC(F)                  \
    F(av_get_exact_bits_per_sample)    \
    F(av_packet_alloc)                 \
    F(av_packet_free)                  \
    F(av_packet_get_side_data)         \
    F(av_packet_move_ref)              \
    F(av_packet_rescale_ts)            \
    F(av_packet_unref)                 \
    F(av_parser_close)                 \
    F(av_parser_init)                  \
    F(av_parser_parse2)                \
    F(av_shrink_packet)                \
    F(avcodec_alloc_context3)          \
    F(avcodec_find_decoder)            \
    F(avcodec_find_encoder)            \
    F(avcodec_find_encoder_by_name)    \
    F(avcodec_free_context)            \
    F(avcodec_get_name)                \
    F(avcodec_open2)                   \
    F(avcodec_parameters_alloc)        \
    F(avcodec_parameters_free)         \
    F(avcodec_parameters_from_context) \
    F(avcodec_parameters_to_context)   \
    F(avcodec_receive_frame)           \
    F(avcodec_receive_packet)          \
    F(avcodec_send_frame)              \
    F(avcodec_send_packet)

extern struct um_avformat {
    UM_AVFORMAT(UM_LAZY_POINTER)
} um_avformat;
extern struct um_avcodec {
    UM_AVCODEC(UM_LAZY_POINTER)
} um_avcodec;

bool um_ffmpeg_loads(void);
um_status um_ffmpeg_missing(um_error *err);

#ifndef UM_AV_FFMPEG_C
#define av_guess_sample_aspect_ratio um_avformat.av_guess_sample_aspect_ratio
#define av_interleaved_write_frame um_avformat.av_interleaved_write_frame
#define av_read_frame um_avformat.av_read_frame
#define av_stream_get_side_data um_avformat.av_stream_get_side_data
#define av_write_trailer um_avformat.av_write_trailer
#define avformat_alloc_context um_avformat.avformat_alloc_context
#define avformat_alloc_output_context2 um_avformat.avformat_alloc_output_context2
#define avformat_close_input um_avformat.avformat_close_input
#define avformat_find_stream_info um_avformat.avformat_find_stream_info
#define avformat_free_context um_avformat.avformat_free_context
#define avformat_new_stream um_avformat.avformat_new_stream
#define avformat_open_input um_avformat.avformat_open_input
#define avformat_write_header um_avformat.avformat_write_header
#define avio_alloc_context um_avformat.avio_alloc_context
#define avio_context_free um_avformat.avio_context_free
#define avio_flush um_avformat.avio_flush
#define av_get_exact_bits_per_sample um_avcodec.av_get_exact_bits_per_sample
#define av_packet_get_side_data um_avcodec.av_packet_get_side_data
#define av_parser_close um_avcodec.av_parser_close
#define av_parser_init um_avcodec.av_parser_init
#define av_parser_parse2 um_avcodec.av_parser_parse2
#define av_shrink_packet um_avcodec.av_shrink_packet
#define av_packet_alloc um_avcodec.av_packet_alloc
#define av_packet_free um_avcodec.av_packet_free
#define av_packet_move_ref um_avcodec.av_packet_move_ref
#define av_packet_rescale_ts um_avcodec.av_packet_rescale_ts
#define av_packet_unref um_avcodec.av_packet_unref
#define avcodec_alloc_context3 um_avcodec.avcodec_alloc_context3
#define avcodec_find_decoder um_avcodec.avcodec_find_decoder
#define avcodec_find_encoder um_avcodec.avcodec_find_encoder
#define avcodec_find_encoder_by_name um_avcodec.avcodec_find_encoder_by_name
#define avcodec_free_context um_avcodec.avcodec_free_context
#define avcodec_get_name um_avcodec.avcodec_get_name
#define avcodec_open2 um_avcodec.avcodec_open2
#define avcodec_parameters_alloc um_avcodec.avcodec_parameters_alloc
#define avcodec_parameters_free um_avcodec.avcodec_parameters_free
#define avcodec_parameters_from_context um_avcodec.avcodec_parameters_from_context
#define avcodec_parameters_to_context um_avcodec.avcodec_parameters_to_context
#define avcodec_receive_frame um_avcodec.avcodec_receive_frame
#define avcodec_receive_packet um_avcodec.avcodec_receive_packet
#define avcodec_send_frame um_avcodec.avcodec_send_frame
#define avcodec_send_packet um_avcodec.avcodec_send_packet
#endif
#endif
