/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hear.c: sound into tensors, and answers out of them, as the manifest says. */
#include "base/base.h"
#include "networks/net.h"
#include <math.h>
#include <string.h>

/* [1][samples]; or [1][planes][rows][frames], without the plane where the network has three dimensions. */
static um_status new_input(um_lease *l, um_error *err)
{
    const um_net_input *in = &l->net->man.input;
    const um_front_spec *f = &in->sound.front;
    const int64_t wave[] = {1, in->sound.samples}, rows = um_front_rows(f), frames = f->frames;
    const int64_t table[] = {1, um_front_planes(f), f->frames_first ? frames : rows,
                             f->frames_first ? rows : frames};
    if (in->kind == UM_INPUT_WAVE)
        return um_tensor_new(&l->in, UM_F32, 2, wave, err);
    const int rank = um_network_input(l->net->network, 0)->rank;
    return um_tensor_new(&l->in, UM_F32, rank, rank == 3 ? table + 1 : table, err);
}

um_status um_net_hear(um_lease *lease, const float *samples, um_error *err)
{
    const um_net_input *in = &lease->net->man.input;
    const bool is_wave = in->kind == UM_INPUT_WAVE;
    um_status st = lease->in ? UM_OK : new_input(lease, err);
    if (st == UM_OK && !is_wave && !lease->front)
        st = um_front_new(&lease->front, &in->sound.front, err);
    if (st < 0)
        return st;
    if (is_wave)
        memcpy(lease->in->data, samples, (size_t)in->sound.samples * sizeof *samples);
    else
        um_front_hear(lease->front, lease->in->data, samples);
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
