/* SPDX-License-Identifier: GPL-3.0-or-later */
/* each_face.c: see each_face.h. */
#include "signals/face/each_face.h"
#include <math.h>

um_status um_each_face(void *state, const um_signal_input *in, um_face_fn fn, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    if (!in->frame || !in->faces || in->frame->damaged || !isfinite(in->frame->t_s))
        return UM_OK;
    for (int i = 0; i < in->faces->n && st == UM_OK; i++)
        if (in->faces->face[i].person >= 0 && in->faces->face[i].has_points)
            st = fn(state, in, &in->faces->face[i], out, err);
    return st;
}
