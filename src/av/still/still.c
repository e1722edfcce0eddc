/* SPDX-License-Identifier: GPL-3.0-or-later */
/* still.c: what the readers of still formats share. */
#include "av/still/still.h"
#include "av/source/damage.h"
#include "base/base.h"
#include <libavcodec/defs.h>

#define FILE_MAX ((int64_t)512 << 20)

um_status um_still_load(um_still *s, um_error *err)
{
    const um_input *in = s->input;
    if (in->size > FILE_MAX)
        return um_fail(err, UM_ENOMEM, "%s: larger than %lld bytes", in->path, (long long)FILE_MAX);
    if (!(s->bytes = um_calloc((size_t)in->size + AV_INPUT_BUFFER_PADDING_SIZE, 1)))
        return um_fail_oom(err);
    if (!um_input_read_all(in, 0, s->bytes, (size_t)in->size))
        return um_fail_errno(err, UM_EIO, "%s", in->path);
    s->n = (size_t)in->size;
    return UM_OK;
}

um_status um_still_frame(AVFrame *frame, int format, int width, int height, um_error *err)
{
    frame->format = format;
    frame->width = width;
    frame->height = height;
    return av_frame_get_buffer(frame, 0) < 0 ? um_fail_oom(err) : UM_OK;
}

void um_still_damaged(um_still *s, const char *why)
{
    s->damage.broken_frames = 1;
    um_damage_note(&s->damage, "%s", why);
}

um_status um_still_cut(AVFrame *frame, um_still *s, int rows, um_error *err)
{
    if (rows >= frame->height)
        return UM_OK;
    if (rows < UM_STILL_LEAST_ROWS && rows < frame->height / 2)
        return um_fail(err, UM_EFORMAT, "%s: the picture ends early: %d of %d rows are there", s->input->path,
                       rows, frame->height);
    s->damage.truncated = true;
    s->damage.broken_frames = 1;
    um_damage_note(&s->damage, "the picture ends early: %d of %d rows are there", rows, frame->height);
    frame->height = rows;
    return UM_OK;
}
