/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unpack.c: what zlib and Brotli packed, bounded: a few bytes may stand for gigabytes. */
#include "probe/probe.h"
#include <brotli/decode.h>
#include <stdlib.h>
#include <zlib.h>

enum { PIECE = 4096 };

/* Room for one more piece, in the block and in the work of this file. */
static bool room(um_probe_state *p, const um_buf *out)
{
    if (out->n + PIECE < out->max && um_probe_work(p, PIECE))
        return true;
    um_probe_limit(p, "too much to unpack");
    return false;
}

uint8_t *um_probe_inflate(um_probe_state *p, const uint8_t *packed, size_t n, size_t *length)
{
    z_stream z = {.next_in = (Bytef *)packed, .avail_in = (uInt)n};
    um_buf out;
    uint8_t piece[PIECE] = {0}; /* MemorySanitizer does not see zlib write */
    int r = inflateInit(&z);
    um_buf_init(&out, UM_PROBE_BLOCK_MAX);
    while (r == Z_OK && room(p, &out)) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        r = inflate(&z, Z_NO_FLUSH);
        um_buf_add(&out, piece, sizeof piece - z.avail_out);
    }
    inflateEnd(&z);
    *length = out.n;
    p->out_of_memory |= out.broken || r == Z_MEM_ERROR;
    return (uint8_t *)um_buf_take(&out);
}

uint8_t *um_probe_brotli(um_probe_state *p, const uint8_t *packed, size_t n, size_t *length)
{
    BrotliDecoderState *d = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    um_buf out;
    uint8_t piece[PIECE] = {0};
    um_buf_init(&out, UM_PROBE_BLOCK_MAX);
    while (d && r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && room(p, &out)) {
        uint8_t *to = piece;
        size_t left = sizeof piece;
        r = BrotliDecoderDecompressStream(d, &n, &packed, &left, &to, NULL);
        um_buf_add(&out, piece, sizeof piece - left);
    }
    p->out_of_memory |= !d || out.broken;
    BrotliDecoderDestroyInstance(d);
    *length = out.n;
    if (r == BROTLI_DECODER_RESULT_SUCCESS)
        return (uint8_t *)um_buf_take(&out);
    um_buf_free(&out);
    return NULL;
}
