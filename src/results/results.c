/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results.c: the life of um_results, and what others ask of it. */
#include "results/results.h"
#include <stdlib.h>
#include <string.h>

um_status um_results_new(um_results **out, const char *path, um_error *err)
{
    um_results *r = *out = um_calloc(1, sizeof *r);
    if (!r || !(r->path = um_strdup(path)) || !(r->answer = um_strdup(""))) {
        um_results_free(out);
        return um_fail_oom(err);
    }
    snprintf(r->version, sizeof r->version, "%s", um_version());
    return UM_OK;
}

void um_results_free(um_results **results)
{
    um_results *r = results ? *results : NULL;
    if (!r)
        return;
    for (int i = 0; r->findings && i < r->n_findings; i++)
        um_findings_free(&r->findings[i]);
    for (int i = 0; i < r->n_persons; i++)
        um_picture_clear(&r->person[i].picture);
    um_sound_view_clear(&r->sound);
    um_sound_copy_clear(&r->copy);
    for (size_t i = 0; i < r->n_owned; i++)
        free(r->owned[i]);
    free(r->owned);
    free(r->read_signal);
    free(r->findings);
    free(r->person);
    free(r->voice);
    free(r->network);
    free(r->path);
    free(r->answer);
    free(r);
    *results = NULL;
}

um_status um_results_keep(const char **out, um_results *r, const char *text, um_error *err)
{
    enum { MOST = 1 << 16 };
    *out = NULL;
    if (!text)
        return UM_OK;
    if (!um_grow(&r->owned, &r->owned_capacity, r->n_owned + 1, MOST, sizeof *r->owned) ||
        !(r->owned[r->n_owned] = um_strdup(text)))
        return um_fail_oom(err);
    *out = r->owned[r->n_owned++];
    return UM_OK;
}

um_status um_results_keep_media(um_results *r, const um_media *m, um_error *err)
{
    const char **field[] = {&r->media.path,         &r->media.container,   &r->media.video_codec,
                            &r->media.pixel_format, &r->media.audio_codec, &r->media.colour,
                            &r->media.remark};
    um_status st = UM_OK;
    r->media = *m;
    for (size_t i = 0; i < sizeof field / sizeof *field && st == UM_OK; i++)
        st = um_results_keep(field[i], r, *field[i] ? *field[i] : "", err);
    return st;
}

um_status um_results_keep_options(um_results *r, const um_options_used *options, um_error *err)
{
    um_status st;
    r->options.max_s = options->max_s;
    if ((st = um_results_keep(&r->options.signals, r, options->signals, err)) < 0 ||
        (st = um_results_keep(&r->options.models_dir, r, options->models_dir, err)) < 0)
        return st;
    return um_results_keep(&r->options.calibration, r, options->calibration, err);
}

um_status um_results_add_network(um_results *r, const char *role, const char *name, const char *sha256,
                                 um_error *err)
{
    size_t capacity = (size_t)r->n_networks;
    if (!um_grow(&r->network, &capacity, capacity + 1, UM_MAX_NETWORKS, sizeof *r->network))
        return um_fail_oom(err);
    um_network_used *n = &r->network[r->n_networks++];
    snprintf(n->role, sizeof n->role, "%s", role);
    snprintf(n->name, sizeof n->name, "%s", name);
    snprintf(n->sha256, sizeof n->sha256, "%s", sha256);
    return UM_OK;
}

static um_status add_voice(um_results *r, int id, um_error *err)
{
    int at = 0;
    while (at < r->n_voices && r->voice[at].id < id)
        at++;
    if (at < r->n_voices && r->voice[at].id == id)
        return UM_OK;
    if (r->n_voices == UM_MAX_VOICES)
        return UM_OK;
    size_t capacity = (size_t)r->n_voices;
    if (!um_grow(&r->voice, &capacity, capacity + 1, UM_MAX_VOICES, sizeof *r->voice))
        return um_fail_oom(err);
    memmove(&r->voice[at + 1], &r->voice[at], (size_t)(r->n_voices++ - at) * sizeof *r->voice);
    r->voice[at] = (um_voice){.id = id};
    return UM_OK;
}

um_status um_results_find_voices(um_results *r, um_error *err)
{
    um_status st = UM_OK;
    for (int i = 0; i < r->n_findings; i++)
        for (int k = 0; k < r->findings[i]->n_results && st == UM_OK; k++)
            if (r->findings[i]->result[k].subject.kind == UM_SUBJECT_VOICE)
                st = add_voice(r, r->findings[i]->result[k].subject.id, err);
    return st;
}

void um_results_declare(um_results *r)
{
    r->declaration[0] = 0;
    for (int i = 0; i < r->probe.n_marks && !r->declaration[0]; i++) {
        const um_mark *m = &r->probe.marks[i];
        if (m->state == UM_MARK_DECLARES_SYNTHETIC)
            snprintf(r->declaration, sizeof r->declaration, "%s: %s", m->name, m->detail);
    }
}

/* ---- what others ask ---- */

const um_verdict *um_results_verdict(const um_results *r)
{
    return &r->verdict;
}

const char *um_results_answer(const um_results *r)
{
    return r->answer;
}

const char *um_results_declaration(const um_results *r)
{
    return r->declaration;
}

const char *um_results_path(const um_results *r)
{
    return r->path;
}

const um_media *um_results_media(const um_results *r)
{
    return &r->media;
}

const um_probe *um_results_probe(const um_results *r)
{
    return &r->probe;
}

const um_damage *um_results_damage(const um_results *r)
{
    return &r->damage;
}

bool um_results_complete(const um_results *r)
{
    return !r->partial;
}

const char *um_results_calibration(const um_results *r)
{
    return r->calibration;
}

const um_options_used *um_results_options(const um_results *r)
{
    return &r->options;
}

const char *um_results_version(const um_results *r)
{
    return r->version;
}

int um_results_n_persons(const um_results *r)
{
    return r->n_persons;
}

const um_person *um_results_person(const um_results *r, int i)
{
    return i >= 0 && i < r->n_persons ? &r->person[i] : NULL;
}

int um_results_n_voices(const um_results *r)
{
    return r->n_voices;
}

const um_voice *um_results_voice(const um_results *r, int i)
{
    return i >= 0 && i < r->n_voices ? &r->voice[i] : NULL;
}

int um_results_n_networks(const um_results *r)
{
    return r->n_networks;
}

const um_network_used *um_results_network(const um_results *r, int i)
{
    return i >= 0 && i < r->n_networks ? &r->network[i] : NULL;
}

int um_results_n_signals(const um_results *r)
{
    return r->n_findings;
}

const um_findings *um_results_signal(const um_results *r, int i)
{
    return i >= 0 && i < r->n_findings ? r->findings[i] : NULL;
}

const um_findings *um_results_signal_named(const um_results *r, const char *name)
{
    for (int i = 0; i < r->n_findings; i++)
        if (!strcmp(r->findings[i]->signal->name, name))
            return r->findings[i];
    return NULL;
}

const um_signal *um_findings_signal(const um_findings *f)
{
    return f->signal;
}

um_outcome um_findings_outcome(const um_findings *f, const char **reason)
{
    if (reason)
        *reason = f->reason;
    return f->outcome;
}

const char *um_findings_network(const um_findings *f)
{
    return f->network;
}

const char *um_findings_error_rate(const um_findings *f)
{
    return f->error_rate;
}

int um_findings_n_results(const um_findings *f)
{
    return f->n_results;
}

const um_result *um_findings_result(const um_findings *f, int i)
{
    return i >= 0 && i < f->n_results ? &f->result[i] : NULL;
}

const um_result *um_findings_result_of(const um_findings *f, um_subject subject)
{
    for (int i = 0; i < f->n_results; i++)
        if (um_subject_equal(f->result[i].subject, subject))
            return &f->result[i];
    return NULL;
}

int um_findings_n_series(const um_findings *f)
{
    return f->n_series;
}

bool um_findings_series_at(const um_findings *f, int i, um_series_info *out)
{
    if (i < 0 || i >= f->n_series)
        return false;
    const um_series *s = &f->series[i];
    *out = (um_series_info){s->name, s->unit, s->subject, s->n, s->sample, s->thinning};
    return true;
}

int um_findings_n_evidence(const um_findings *f)
{
    return f->n_evidence;
}

bool um_findings_evidence_at(const um_findings *f, int i, um_evidence_info *out)
{
    if (i < 0 || i >= f->n_evidence)
        return false;
    const um_evidence *e = &f->evidence[i];
    *out = (um_evidence_info){e->subject, e->from_s, e->to_s, e->text, e->picture};
    return true;
}

int um_findings_n_links(const um_findings *f)
{
    return f->n_links;
}

const um_link *um_findings_link_at(const um_findings *f, int i)
{
    return i >= 0 && i < f->n_links ? &f->link[i] : NULL;
}
