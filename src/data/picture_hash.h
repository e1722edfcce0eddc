/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture_hash.h: pictures that look alike have hashes that differ in few bits: the difference hash (Krawetz,
 * "Kind of like that", 2013): the picture as 9 x 8 means, a bit where one is darker than its right neighbour.
 */
#ifndef UM_DATA_PICTURE_HASH_H
#define UM_DATA_PICTURE_HASH_H
#include <unmask/image.h>

/* False for a picture that is too small or too flat to be told from others. */
bool um_picture_hash(uint64_t *out, const um_image *gray);
/* The same of a recording: of its first picture from 1 s on, or its last. UM_EOF: it has no such picture. */
um_status um_picture_hash_file(uint64_t *out, const char *path, um_error *err);
#endif
