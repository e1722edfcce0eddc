/* SPDX-License-Identifier: GPL-3.0-or-later */
/* runner.c: calls the callbacks of a signal, and keeps its failures from the others. */
#include "analyze/runner.h"
#include <stdlib.h>
#include <string.h>

static const unsigned OF_PICTURES = UM_NEED_GRAY | UM_NEED_RGB | UM_NEED_FACES | UM_NEED_FLOW | UM_NEED_CODEC;
static const unsigned OF_SOUND = UM_NEED_SOUND | (UM_NEED_STREAMS & ~(unsigned)UM_NEED_FLOW);

bool um_signal_takes(const um_signal *signal, const um_signal_input *in)
{
    return signal->needs & (in->sound ? OF_SOUND : OF_PICTURES);
}

/* ---- of an analyzer ---- */

static bool is_named(const char *names, const char *name)
{
    bool named = false;
    for (const char *p = names; *p; p += strcspn(p, ","), p += *p == ',')
        named |= strcspn(p, ",") == strlen(name) && !strncmp(p, name, strlen(name));
    return named;
}

um_status um_signals_choose(um_chosen **out, int *n, const char *names, um_error *err)
{
    const int all = um_signal_count();
    *n = 0;
    *out = NULL;
    for (const char *p = names; p && *p; p += strcspn(p, ","), p += *p == ',') {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ","), p);
        if (!um_signal_find(name))
            return um_fail(err, UM_EINVAL, "there is no signal '%s' (see unmask signals)", name);
    }
    if (!(*out = um_calloc((size_t)all, sizeof **out)))
        return um_fail_oom(err);
    for (int i = 0; i < all; i++)
        if (!names || is_named(names, um_signal_at(i)->name))
            (*out)[(*n)++].signal = um_signal_at(i);
    return UM_OK;
}

/* Without one of its networks a signal applies to no recording. */
static void find_networks(um_chosen *c, const um_resources *resources)
{
    um_net *net;
    um_error err = {0};
    for (const um_network_need *n = c->signal->networks; n && n->role && !c->absent[0]; n++)
        if (um_resources_net(&net, resources, n->role, &err) < 0)
            snprintf(c->absent, sizeof c->absent, "%.*s", (int)sizeof c->absent - 1, err.text);
        else if (!*c->network)
            snprintf(c->network, sizeof c->network, "%s", um_network_sha256(net->network));
}

um_status um_chosen_open(um_chosen *c, const um_resources *resources, um_error *err)
{
    const um_signal *s = c->signal;
    find_networks(c, resources);
    if (c->absent[0])
        return UM_OK;
    if (s->shared_size && !(c->shared = um_calloc_aligned(1, s->shared_size)))
        return um_fail_oom(err);
    c->opened = true;
    if (s->open && s->open(c->shared, resources, &c->failure) < 0 && !c->failure.code)
        um_fail(&c->failure, UM_EINTERNAL, "%s: cannot be prepared", s->name);
    return UM_OK;
}

unsigned um_chosen_needs(const um_chosen *chosen, int n, unsigned others)
{
    unsigned needs = others;
    for (int i = 0; i < n; i++)
        needs |= chosen[i].signal->needs;
    return needs | (needs & UM_NEED_FLOW ? UM_NEED_GRAY : 0) | (needs & OF_SOUND ? UM_NEED_SOUND : 0);
}

void um_chosen_free(um_chosen **chosen, int n)
{
    for (int i = 0; *chosen && i < n; i++) {
        um_chosen *c = &(*chosen)[i];
        if (c->opened && c->signal->close)
            c->signal->close(c->shared);
        free(c->shared);
    }
    free(*chosen);
    *chosen = NULL;
}

/* ---- of a recording ---- */

/* The reason why a signal cannot say anything about this recording, or NULL. */
static const char *unsuited(const um_chosen *c, const um_media *media)
{
    const unsigned needs = c->signal->needs;
    if (needs & OF_PICTURES && !media->has_video)
        return "the file has no picture";
    if (needs & (UM_NEED_MOTION | UM_NEED_FLOW | UM_NEED_CODEC) && media->is_photo)
        return "a photo has no motion";
    if (needs & OF_SOUND && !media->has_sound)
        return "the file has no sound";
    return c->absent[0] ? c->absent : NULL;
}

um_status um_runner_begin(um_runner *r, const um_chosen *chosen, const um_signal_input *in, um_error *err)
{
    const um_signal *s = chosen->signal;
    um_error failure = {0};
    um_status st = um_findings_new(&r->findings, s, err);
    if (st < 0)
        return st;
    r->chosen = chosen;
    memcpy(r->findings->network, chosen->network, sizeof chosen->network);
    const char *reason = unsuited(chosen, in->media);
    if (reason)
        return um_findings_skip(r->findings, um_file_subject(), err, "%s", reason);
    if (chosen->failure.code) {
        um_findings_fail(r->findings, &chosen->failure);
        return UM_OK;
    }
    if (s->state_size && !(r->state = um_calloc_aligned(1, s->state_size)))
        return um_fail_oom(err);
    const double start = um_now_s();
    r->begun = true;
    if (s->begin && s->begin(r->state, chosen->shared, in, &failure) < 0)
        um_findings_fail(r->findings, &failure);
    else
        r->alive = true;
    r->findings->seconds += um_now_s() - start;
    return UM_OK;
}

bool um_runner_takes(const um_runner *r, const um_signal_input *in)
{
    return r->begun && um_signal_takes(r->chosen->signal, in);
}

um_status um_runner_measure(double *seconds, const um_runner *r, void *measure, const um_signal_input *in,
                            um_error *failure)
{
    const double start = um_now_s();
    um_status st = r->chosen->signal->measure(measure, r->chosen->shared, in, failure);
    *seconds = um_now_s() - start;
    return st;
}

void um_runner_push(um_runner *r, const um_signal_input *in, void *measure, um_status measured,
                    const um_error *failure)
{
    const um_signal *s = r->chosen->signal;
    um_error own = {0};
    const double start = um_now_s();
    if (r->alive && measured < 0) {
        um_findings_fail(r->findings, failure);
        r->alive = false;
    }
    if (r->alive && s->push && s->push(r->state, in, measure, r->findings, &own) < 0) {
        um_findings_fail(r->findings, &own);
        r->alive = false;
    }
    r->findings->seconds += um_now_s() - start;
}

void um_runner_finish(um_runner *r, const um_signal_input *in)
{
    um_error failure = {0};
    const double start = um_now_s();
    const um_signal *s = r->chosen->signal;
    if (r->alive && s->finish && s->finish(r->state, in, r->findings, &failure) < 0)
        um_findings_fail(r->findings, &failure);
    r->alive = false;
    um_findings_close(r->findings);
    r->findings->seconds += um_now_s() - start;
}

void um_runner_free(um_runner *r)
{
    if (r->begun && r->chosen->signal->end)
        r->chosen->signal->end(r->state);
    free(r->state);
    um_findings_free(&r->findings);
    *r = (um_runner){0};
}
