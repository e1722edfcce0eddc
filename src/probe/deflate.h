/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deflate.h: whether packed bytes are what was packed. */
#ifndef UM_PROBE_DEFLATE_H
#define UM_PROBE_DEFLATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zlib stream (RFC 1950) that is all there and whose checksum is right. True, too, when memory is
 * exhausted: nothing is claimed then. */
bool um_deflate_is_intact(const uint8_t *packed, size_t n);
#endif
