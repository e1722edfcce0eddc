/* SPDX-License-Identifier: GPL-3.0-or-later */
/* boxes.c: headers of boxes (ISO 14496-12, 4.2), with every length held against what is there. */
#include "probe/boxes.h"

bool um_box_read(um_probe_state *p, um_box *box, int64_t at, int64_t end)
{
    uint8_t head[16];
    int64_t header = 8;
    if (end - at < 8 || !um_probe_step(p) || !um_probe_read(p, at, head, 8))
        return false;
    uint64_t size = um_be32(head);
    if (size == 1) {
        if (end - at < 16 || !um_probe_read(p, at, head, 16))
            return false;
        size = um_be64(head + 8);
        header = 16;
    } else if (size == 0) {
        size = (uint64_t)(end - at);
    }
    if (size < (uint64_t)header)
        return false;
    box->cut = size > (uint64_t)(end - at);
    memcpy(box->type, head + 4, 4);
    box->type[4] = 0;
    box->start = at;
    box->at = at + header;
    box->end = box->cut ? end : at + (int64_t)size;
    return true;
}

uint8_t *um_box_content(um_probe_state *p, const um_box *box, int64_t skip, int64_t max, size_t *n)
{
    int64_t length = box->end - box->at - skip;
    if (length <= 0)
        return NULL;
    *n = (size_t)(length < max ? length : max);
    return um_probe_block(p, box->at + skip, (int64_t)*n);
}
