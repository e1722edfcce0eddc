/* SPDX-License-Identifier: GPL-3.0-or-later */
/* boxes.h: one box of the ISO base media format after the other. */
#ifndef UM_PROBE_BOXES_H
#define UM_PROBE_BOXES_H
#include "probe/bytes.h"
#include <string.h>

typedef struct um_box {
    char type[5];
    int64_t start, at, end; /* of the header, of the content, behind it */
    bool cut;               /* the length is too large for the parent, and was shortened to it */
} um_box;

/* The box at `at` inside [at, end). */
bool um_box_read(um_probe_state *p, um_box *box, int64_t at, int64_t end);
/* Content from `skip` on, at most max bytes; NULL when there is none. Caller frees. */
uint8_t *um_box_content(um_probe_state *p, const um_box *box, int64_t skip, int64_t max, size_t *n);

static inline bool um_box_is(const um_box *box, const char *type)
{
    return !memcmp(box->type, type, 4);
}
#endif
