#include "analyze/runner.h"
#include <stdlib.h>
#include <string.h>

um_status um_signals_choose(const um_signal ***out, int *n, const char *names, um_error *err)
{
    int all = um_signal_count();
    *n = 0;
    *out = um_calloc((size_t)all, sizeof **out);
    if (!*out)
        return um_fail_oom(err);
    for (int i = 0; i < all; i++) { /* in the order of the registry, whatever the order of names */
        const um_signal *s = um_signal_at(i);
        bool wanted = !names;
        for (const char *p = names; p && *p; p += strcspn(p, ","), p += *p == ',')
            wanted |= strcspn(p, ",") == strlen(s->name) && !strncmp(p, s->name, strlen(s->name));
        if (wanted)
            (*out)[(*n)++] = s;
    }
    for (const char *p = names; p && *p; p += strcspn(p, ","), p += *p == ',') {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ","), p);
        if (!um_signal_find(name)) {
            free(*out);
            *out = NULL;
            return um_fail(err, UM_EINVAL, "there is no signal '%s' (see unmask signals)", name);
        }
    }
    return UM_OK;
}

/* The reason why a signal cannot say anything about this recording, or NULL. */
static const char *unsuited(const um_signal *s, const um_media *media)
{
    if (s->needs & (UM_NEED_GRAY | UM_NEED_RGB | UM_NEED_FACES) && !media->has_video)
        return "the file has no picture";
    if (s->needs & UM_NEED_MOTION && media->is_photo)
        return "a photo has no motion";
    if (s->needs & UM_NEED_SOUND && !media->has_sound)
        return "the file has no sound";
    return NULL;
}

um_status um_runner_begin(um_runner *r, const um_signal *signal, const um_signal_input *in, um_error *err)
{
    um_error failure = {0};
    um_status st = um_findings_new(&r->findings, signal, err);
    if (st < 0)
        return st;
    r->signal = signal;
    const char *reason = unsuited(signal, in->media);
    if (reason)
        return um_findings_skip(r->findings, um_file_subject(), err, "%s", reason);
    if (signal->state_size && !(r->state = um_calloc_aligned(1, signal->state_size)))
        return um_fail_oom(err);
    double start = um_now_s();
    if (signal->begin && signal->begin(r->state, NULL, in, &failure) < 0)
        um_findings_fail(r->findings, &failure);
    else
        r->alive = true;
    r->begun = true;
    r->findings->seconds += um_now_s() - start;
    return UM_OK;
}

void um_runner_push(um_runner *r, const um_signal_input *in)
{
    um_error failure = {0};
    unsigned kind = in->sound ? UM_NEED_SOUND : UM_NEED_GRAY | UM_NEED_RGB | UM_NEED_FACES;
    if (!r->alive || !r->signal->push || !(r->signal->needs & kind))
        return;
    double start = um_now_s();
    if (r->signal->push(r->state, in, NULL, r->findings, &failure) < 0) {
        um_findings_fail(r->findings, &failure);
        r->alive = false;
    }
    r->findings->seconds += um_now_s() - start;
}

void um_runner_finish(um_runner *r, const um_signal_input *in)
{
    um_error failure = {0};
    double start = um_now_s();
    if (r->alive && r->signal->finish && r->signal->finish(r->state, in, r->findings, &failure) < 0)
        um_findings_fail(r->findings, &failure);
    r->alive = false;
    um_findings_close(r->findings);
    r->findings->seconds += um_now_s() - start;
}

void um_runner_free(um_runner *r)
{
    if (r->begun && r->signal->end)
        r->signal->end(r->state);
    free(r->state);
    um_findings_free(&r->findings);
    *r = (um_runner){0};
}
