/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deflate.c: a zlib stream is unpacked for its checksum alone. */
#include "probe/deflate.h"
#include <limits.h>
#include <zlib.h>

bool um_deflate_is_intact(const uint8_t *packed, size_t n)
{
    z_stream z = {.next_in = (Bytef *)packed, .avail_in = (uInt)(n < UINT_MAX ? n : UINT_MAX)};
    uint8_t piece[1 << 14];
    int r = inflateInit(&z);
    if (r != Z_OK)
        return true;
    while (r == Z_OK) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        r = inflate(&z, Z_NO_FLUSH);
    }
    inflateEnd(&z);
    return r == Z_STREAM_END || r == Z_MEM_ERROR;
}
