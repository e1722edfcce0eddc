/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hear.c: sound into tensors, and answers out of them, as the manifest says. */
#include "base/base.h"
#include "networks/net.h"
#include <math.h>
#include <string.h>

/* What is kept in a lease from one run to the next. */
static um_status prepare(um_lease *l, um_error *err)
{
    const um_net_input *in = &l->net->man.input;
    const um_sound_input *s = &in->sound;
    const bool is_wave = in->kind == UM_INPUT_WAVE;
    const int64_t wave[] = {1, s->samples}, planes[] = {1, 2, s->bins, s->frames};
    um_status st =
        l->in ? UM_OK : um_tensor_new(&l->in, UM_F32, is_wave ? 2 : 4, is_wave ? wave : planes, err);
    if (st < 0 || is_wave)
        return st;
    if (!l->framer && (st = um_framer_new(&l->framer, s->window, 2 * s->bins, err)) < 0)
        return st;
    if (!l->power && !(l->power = um_calloc((size_t)s->frames * (size_t)s->bins, sizeof *l->power)))
        return um_fail_oom(err);
    return UM_OK;
}

um_status um_net_hear(um_lease *lease, const float *samples, um_error *err)
{
    const um_net_input *in = &lease->net->man.input;
    um_status st = prepare(lease, err);
    if (st < 0)
        return st;
    if (in->kind == UM_INPUT_WAVE)
        memcpy(lease->in->data, samples, (size_t)in->sound.samples * sizeof *samples);
    else
        um_frames_planes(lease->in->data, lease->framer, lease->power, samples, in->sound.frames,
                         in->sound.hop);
    return um_net_run_tensors(lease, (const um_tensor *const[]){lease->in}, err);
}

um_status um_net_answer(double *logit, const um_lease *lease, um_error *err)
{
    const um_answer *a = &lease->net->man.answer;
    const um_tensor *t = um_net_output(lease, &a->output);
    const int64_t n = t ? um_tensor_count(t) : 0;
    const bool is_there = a->fake < n && a->real < n;
    const float *v = is_there ? t->data : NULL;
    double odds = NAN;
    if (is_there && a->type == UM_ANSWER_LOGITS)
        odds = (double)v[a->fake] - (double)v[a->real];
    else if (is_there && a->type == UM_ANSWER_LOGIT)
        odds = (double)v[a->fake];
    else if (is_there && v[a->fake] >= 0 && v[a->fake] <= 1)
        odds = log((double)v[a->fake]) - log1p(-(double)v[a->fake]);
    if (isnan(odds))
        return um_fail(err, UM_EFORMAT, "%s: gives no answer", lease->net->man.name);
    *logit = um_clampd(a->of_real ? -odds : odds, -UM_NET_SURE, UM_NET_SURE);
    return UM_OK;
}
