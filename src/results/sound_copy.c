/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_copy.c: see sound_copy.h. */
#include "results/sound_copy.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = UM_COPY_BYTES, MOST = UM_COPY_MOST_S * UM_SOUND_HZ, FULL = 32767 };

void um_sound_copy_clear(um_sound_copy *c)
{
    free(c->pcm);
    *c = (um_sound_copy){0};
}

static void put_le(uint8_t *to, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (uint8_t)(v >> 8 * i);
}

um_status um_sound_copy_add(um_sound_copy *c, const um_samples *s, um_error *err)
{
    const int64_t end = s->first + s->n;
    if (end > MOST)
        return um_fail(err, UM_EUNSUPPORTED, "more than %d s of sound are too much to embed", UM_COPY_MOST_S);
    if (!s->n || end <= (int64_t)c->n)
        return UM_OK;
    if (!um_grow(&c->pcm, &c->capacity, (size_t)end * BYTES, (size_t)MOST * BYTES, 1))
        return um_fail_oom(err);
    for (int64_t i = s->first > 0 ? s->first : 0; i < end; i++) {
        const double v = um_clampd((double)s->value[i - s->first], -1, 1);
        put_le(c->pcm + i * BYTES, (uint32_t)(isnan(v) ? 0 : lrint(v * FULL)), BYTES);
    }
    c->n = (size_t)end;
    return UM_OK;
}

void um_sound_copy_wav(um_buf *b, const um_sound_copy *c)
{
    enum { HEAD = 44, FMT = 16 };
    uint8_t head[HEAD] = "RIFF....WAVEfmt ....................data";
    const uint32_t bytes = (uint32_t)(c->n * BYTES);
    put_le(head + 4, HEAD - 8 + bytes, 4);
    put_le(head + 16, FMT, 4);
    put_le(head + 20, 1, 2); /* plain samples */
    put_le(head + 22, 1, 2); /* of one channel */
    put_le(head + 24, UM_SOUND_HZ, 4);
    put_le(head + 28, UM_SOUND_HZ * BYTES, 4);
    put_le(head + 32, BYTES, 2);
    put_le(head + 34, 8 * BYTES, 2);
    put_le(head + 40, bytes, 4);
    um_buf_add(b, head, HEAD);
    um_buf_add(b, c->pcm, bytes);
}
