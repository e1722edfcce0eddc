/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c2pa.c: Content Credentials (C2PA 1 and 2): a manifest store is JUMBF whose leaves are CBOR (RFC 8949) or
 * JSON.
 *
 * We check that lengths fit and that the parts a manifest needs are there, read who claims to have made the
 * file (claim_generator) and from what (digitalSourceType), and of the active manifest, the last, the
 * signature, the hashes of its assertions and the hash of the content. */
#include "probe/c2pa.h"
#include "base/json.h"
#include "probe/probe.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TYPES = 8, MAX_JSON_DEPTH = 16 };

struct store {
    um_probe_state *probe;
    um_jumbf jumbf;
    int n_manifests;
    int active;   /* place of the last manifest, -1 */
    int manifest; /* number of the one that is being read, from 1 */
    struct {
        char name[48];
        bool synthetic;
        int manifest;
    } types[MAX_TYPES];
    int n_types;
    char generator[100]; /* the first named in the last manifest */
    bool not_whole;      /* some CBOR does not fit */
};

static void source_type(struct store *s, const char *value, size_t n)
{
    char name[48];
    bool synthetic = um_probe_source_type(name, value, n);
    for (int i = 0; i < s->n_types; i++)
        if (!strcmp(s->types[i].name, name)) {
            s->types[i].manifest = s->manifest; /* the latest that says so */
            return;
        }
    if (!*name)
        return;
    /* keep room for what matters: the last place is for a synthetic type */
    if (s->n_types == MAX_TYPES || (s->n_types == MAX_TYPES - 1 && !synthetic))
        return;
    memcpy(s->types[s->n_types].name, name, sizeof name);
    s->types[s->n_types].synthetic = synthetic;
    s->types[s->n_types++].manifest = s->manifest;
}

static void claim_generator(struct store *s, const char *value, size_t n)
{
    if (!s->generator[0])
        snprintf(s->generator, sizeof s->generator, "%.*s", (int)(n < 99 ? n : 99), value);
    um_probe_software(s->probe, "claim generator", value, n);
}

/* ---- CBOR ---- */

static void cbor_text(struct store *s, const um_cbor *parent, const um_cbor *key, const um_cbor *c)
{
    const char *value = (const char *)c->at;
    if (!value)
        return;
    if (um_cbor_says(key, "digitalSourceType"))
        source_type(s, value, c->n);
    else if (um_cbor_says(key, "claim_generator") ||
             (um_cbor_says(parent, "claim_generator_info") && um_cbor_says(key, "name")))
        claim_generator(s, value, c->n);
    else if (um_cbor_says(key, "softwareAgent") ||
             (um_cbor_says(parent, "softwareAgent") && um_cbor_says(key, "name")))
        um_probe_software(s->probe, "software agent", value, c->n);
}

/* A value under its key, and the key of what that one is in; arrays and tags hand both on. */
static void cbor_value(struct store *s, const um_cbor_tree *t, const um_cbor *parent, const um_cbor *key,
                       const um_cbor *c)
{
    if (c->kind == UM_CBOR_TEXT)
        cbor_text(s, parent, key, c);
    else if (c->kind == UM_CBOR_ARRAY || c->kind == UM_CBOR_TAG)
        for (const um_cbor *v = um_cbor_first(t, c); v; v = um_cbor_next(t, v))
            cbor_value(s, t, parent, key, v);
    else if (c->kind == UM_CBOR_MAP)
        for (const um_cbor *k = um_cbor_first(t, c), *v; k && (v = um_cbor_next(t, k));
             k = um_cbor_next(t, v))
            cbor_value(s, t, key, k, v);
}

static void read_cbor(struct store *s, const um_jumbf_box *box)
{
    um_cbor_tree t = {0};
    bool whole = um_cbor_parse(&t, box->content, box->content_n, &s->probe->out_of_memory);
    if (t.full)
        s->jumbf.not_looked = "too many items";
    else
        s->not_whole |= !whole;
    if (t.n)
        cbor_value(s, &t, NULL, NULL, t.node);
    um_cbor_free(&t);
}

/* ---- JSON, of version 1 ---- */

struct json_walk {
    struct store *store;
    int depth;
};

static um_status json_member(void *user, const char *key, const um_json *value, um_error *err)
{
    struct json_walk *w = user;
    const char *text = um_json_as_text(value, NULL);
    if (text && !strcmp(key, "digitalSourceType"))
        source_type(w->store, text, strlen(text));
    struct json_walk inner = {w->store, w->depth + 1};
    if (w->depth == MAX_JSON_DEPTH)
        return UM_OK;
    if (um_json_kind_of(value) == UM_JSON_OBJECT)
        um_json_each(value, json_member, &inner, NULL);
    for (size_t i = 0; um_json_kind_of(value) == UM_JSON_ARRAY && i < um_json_count(value); i++)
        json_member(&inner, "", um_json_at(value, i), NULL);
    return UM_OK;
}

static void read_json(struct store *s, const um_jumbf_box *box)
{
    struct json_walk w = {s, 0};
    um_json *json = um_probe_work(s->probe, box->content_n)
                        ? um_json_parse_foreign((const char *)box->content, box->content_n)
                        : NULL;
    json_member(&w, "", json, NULL);
    um_json_free(&json);
}

/* ---- the store ---- */

static bool is_manifest(const um_jumbf_box *box)
{
    static const char types[][5] = {"c2ma", "c2um", "c2md"}; /* standard, update, standard as some write it */
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!memcmp(box->type, types[i], 4))
            return true;
    return false;
}

static void read_parts(struct store *s)
{
    s->active = -1;
    for (size_t i = 0; i < s->jumbf.n; i++) {
        const um_jumbf_box *box = &s->jumbf.box[i];
        if (is_manifest(box)) {
            s->n_manifests++;
            s->manifest = s->n_manifests;
            s->active = (int)i;
            s->generator[0] = 0;
        } else if (!strcmp(box->content_type, "cbor")) {
            read_cbor(s, box);
        } else if (!strcmp(box->content_type, "json")) {
            read_json(s, box);
        }
    }
}

static void say(um_probe_state *p, um_mark_state state, const char *format, ...) UM_PRINTF(3, 4);
static void say(um_probe_state *p, um_mark_state state, const char *format, ...)
{
    char line[200];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    um_probe_mark(p, UM_MARK_C2PA, state, "", line, strlen(line));
}

static void tell_checked(um_probe_state *p, const um_checked *k)
{
    um_mark *mark = &p->out->marks[UM_MARK_C2PA];
    mark->signature = k->signature;
    mark->content = k->content;
    if (k->signature == UM_SIGNATURE_TRUSTED)
        say(p, UM_MARK_PRESENT, "signature valid and trusted: %s", k->signer.name);
    else if (k->signature == UM_SIGNATURE_UNKNOWN && p->trust)
        say(p, UM_MARK_PRESENT, "signature valid, signer unknown (%s): %s", k->signer.why, k->signer.name);
    else if (k->signature == UM_SIGNATURE_UNKNOWN)
        say(p, UM_MARK_PRESENT, "signature valid, signer unknown: %s", k->signer.name);
    else if (k->signature == UM_SIGNATURE_BROKEN)
        say(p, UM_MARK_BROKEN, "signature broken: %s", k->signer.why);
    else
        say(p, UM_MARK_PRESENT, "signature not checked: %s", k->signer.why);
    if (k->content == UM_CONTENT_UNCHANGED)
        say(p, UM_MARK_PRESENT, "content unchanged");
    else if (k->content == UM_CONTENT_CHANGED)
        say(p, UM_MARK_BROKEN, "content changed since%s%s", *k->content_why ? ": " : "", k->content_why);
    else
        say(p, UM_MARK_PRESENT, "content not checked: %s", k->content_why);
}

static void check(struct store *s, size_t store_bytes)
{
    const um_jumbf *j = &s->jumbf;
    um_checked k = {.content = UM_CONTENT_NOT_CHECKED, .content_why = "the signature is not valid"};
    um_manifest m = {.probe = s->probe, .jumbf = j, .self = s->active, .store_bytes = store_bytes};
    m.claim = um_jumbf_find(j, s->active, "c2cl", NULL);
    m.signature = um_jumbf_find(j, s->active, "c2cs", NULL);
    m.assertions = um_jumbf_find(j, s->active, "c2as", NULL);
    if (m.claim < 0 || m.signature < 0)
        say(s->probe, UM_MARK_BROKEN, m.claim < 0 ? "no claim" : "no signature");
    if (m.claim >= 0)
        um_cbor_parse(&m.tree, j->box[m.claim].content, j->box[m.claim].content_n, &s->probe->out_of_memory);
    um_c2pa_check_signature(&k, &m);
    if (k.signature >= UM_SIGNATURE_UNKNOWN)
        um_c2pa_check_content(&k, &m);
    um_cbor_free(&m.tree);
    tell_checked(s->probe, &k);
}

void um_probe_c2pa(um_probe_state *p, const uint8_t *jumbf, size_t n)
{
    struct store *s = um_calloc(1, sizeof *s);
    if (!s) {
        p->out_of_memory = true;
        return;
    }
    s->probe = p;
    um_jumbf_read(p, &s->jumbf, jumbf, n);
    read_parts(s);
    say(p, UM_MARK_PRESENT, "%d manifest%s", s->n_manifests, s->n_manifests == 1 ? "" : "s");
    if (s->jumbf.not_looked)
        say(p, UM_MARK_NOT_LOOKED_AT, "not looked at: %s", s->jumbf.not_looked);
    if (s->jumbf.fault || s->not_whole)
        say(p, UM_MARK_BROKEN, "%s", s->jumbf.fault ? s->jumbf.fault : "a length inside does not fit");
    else if (um_jumbf_find(&s->jumbf, -1, "c2pa", NULL) < 0 || (!s->n_manifests && !s->jumbf.not_looked))
        say(p, UM_MARK_BROKEN, s->n_manifests ? "no manifest store" : "no manifest");
    for (int i = 0; i < s->n_types; i++)
        um_probe_mark(p, UM_MARK_C2PA, s->types[i].synthetic ? UM_MARK_DECLARES_SYNTHETIC : UM_MARK_PRESENT,
                      s->types[i].manifest == s->n_manifests ? "source type" : "source type of an ingredient",
                      s->types[i].name, strlen(s->types[i].name));
    if (*s->generator)
        um_probe_mark(p, UM_MARK_C2PA, UM_MARK_PRESENT, "claim generator", s->generator,
                      strlen(s->generator));
    if (s->active >= 0)
        check(s, n);
    um_jumbf_free(&s->jumbf);
    free(s);
}
