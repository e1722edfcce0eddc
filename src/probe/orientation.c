/* SPDX-License-Identifier: GPL-3.0-or-later */
/* orientation.c: tag 0x0112 of the first directory (EXIF 2.32, 4.6.4 A). */
#include "probe/orientation.h"
#include "probe/bytes.h"
#include <string.h>

enum { TAG = 0x0112, SHORT = 3, LONG = 4, ENTRY = 12 };

int um_exif_orientation(const uint8_t *b, size_t n)
{
    if (n < 10 || (memcmp(b, "II*", 4) != 0 && memcmp(b, "MM\0*", 4) != 0))
        return 1;
    const bool big = *b == 'M';
    const size_t at = big ? um_be32(b + 4) : um_le32(b + 4);
    if (at > n - 2)
        return 1;
    const uint32_t count = big ? um_be16(b + at) : um_le16(b + at);
    for (size_t i = 0, e = at + 2; i < count && e + ENTRY <= n; i++, e += ENTRY) {
        const uint32_t tag = big ? um_be16(b + e) : um_le16(b + e),
                       type = big ? um_be16(b + e + 2) : um_le16(b + e + 2);
        if (tag != TAG || (type != SHORT && type != LONG))
            continue;
        const uint32_t wide = big ? um_be32(b + e + 8) : um_le32(b + e + 8),
                       narrow = big ? um_be16(b + e + 8) : um_le16(b + e + 8);
        const uint32_t value = type == LONG ? wide : narrow;
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}
