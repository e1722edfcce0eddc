/* SPDX-License-Identifier: GPL-3.0-or-later */
/** codec.h: what the video codec says of a picture: its type, its size in the file, and how each block of it
 * was coded. A frame carries it when it is asked for (UM_WANT_CODEC, UM_NEED_CODEC) and the recording is a
 * progressive video; else frame->codec is NULL.
 *
 * Blocks lie on a grid of 16 x 16 stored pixels, turned, mirrored and scaled as the picture is. H.264 and the
 * MPEG family (MPEG-1, -2, -4, H.263) tell quantisers and motion, VP9 quantisers; of all other codecs type
 * and size are known, and there are no blocks. */
#ifndef UNMASK_CODEC_H
#define UNMASK_CODEC_H

#include <unmask/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum um_quantisers {
    UM_QUANTISERS_NONE, ///< not told
    UM_QUANTISERS_H264, ///< 0..51 (more with more bits): 6 more double the step
    UM_QUANTISERS_MPEG, ///< 2..124, of half steps: the step is proportional
    UM_QUANTISERS_VP9   ///< 0..255: a place in a table
} um_quantisers;

typedef enum um_block_kind {
    UM_BLOCK_UNKNOWN, ///< motion is not told
    UM_BLOCK_INTRA,   ///< predicted from nothing but its own picture
    UM_BLOCK_PAST,    ///< from an earlier picture
    UM_BLOCK_FUTURE,  ///< from a later one
    UM_BLOCK_BOTH
} um_block_kind;

typedef struct um_codec_block {
    float dx, dy; ///< what it shows has moved here by that many pixels of the picture since the one it is
                  ///< predicted from (mean of its parts); 0 unless UM_BLOCK_PAST or UM_BLOCK_BOTH
    int16_t quantiser; ///< -1: not told
    uint8_t kind;      ///< um_block_kind
} um_codec_block;

typedef struct um_codec_picture {
    char type; ///< 'I', 'P', 'B', or '?'
    int bytes; ///< of its packet in the file; 0: not known
    um_quantisers quantisers;
    bool has_motion; ///< the kind of every block is known
    int cols, rows;  ///< of blocks; 0: none
    /** Block (c, r) covers w x h pixels of the picture from (x + c * w, y + r * h) on; those at the borders
     * may reach beyond it. */
    float x, y, w, h;
    const um_codec_block *block; ///< [rows][cols]
} um_codec_picture;

#ifdef __cplusplus
}
#endif
#endif
