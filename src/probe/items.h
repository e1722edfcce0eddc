/* SPDX-License-Identifier: GPL-3.0-or-later */
/* items.h: the EXIF and XMP items of a HEIF or AVIF picture (ISO 14496-12, 8.11). */
#ifndef UM_PROBE_ITEMS_H
#define UM_PROBE_ITEMS_H
#include "probe/boxes.h"

/* What one 'meta' box says of its items. Its boxes may come in any order, so that an item is read only when
 * all are known. Begins as zeros. */
typedef struct um_items {
    int64_t information, location, data; /* where 'iinf', 'iloc' and 'idat' begin; 0: not there */
} um_items;

void um_items_note(um_items *items, const um_box *box); /* of every box inside 'meta' */
void um_items_read(um_probe_state *p, const um_items *items);
/* EXIF as HEIF and JPEG XL keep it: behind a number that says where the TIFF header is. */
void um_items_exif(um_probe_state *p, const uint8_t *b, size_t n);
#endif
