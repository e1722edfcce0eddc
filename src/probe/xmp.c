/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xmp.c: XMP (ISO 16684-1), RDF in XML, read by expat.
 *
 * A document type is refused, so that there are no entities but XML's five and nothing outside is named;
 * depth, names and values are bounded. Namespaces are resolved here, because many writers forget to declare a
 * prefix: then it means what it usually does. */
#include "probe/probe.h"
#include <ctype.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_SCOPES = 128, PREFIX_MAX = 32, NAME_MAX_BYTES = 48 };

typedef enum space { OTHER, RDF, XMP, EVENT, DC, TERMS, PHOTOSHOP, TIFF, EXIF, IPTC, TC260, XMLNS } space;

static const struct {
    const char *prefix, *uri;
} spaces[] = {
    [RDF] = {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    [XMP] = {"xmp", "http://ns.adobe.com/xap/1.0/"},
    [EVENT] = {"stEvt", "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"},
    [DC] = {"dc", "http://purl.org/dc/elements/1.1/"},
    [TERMS] = {"dcterms", "http://purl.org/dc/terms/"},
    [PHOTOSHOP] = {"photoshop", "http://ns.adobe.com/photoshop/1.0/"},
    [TIFF] = {"tiff", "http://ns.adobe.com/tiff/1.0/"},
    [EXIF] = {"exif", "http://ns.adobe.com/exif/1.0/"},
    [IPTC] = {"Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
    [TC260] = {"TC260", "http://www.tc260.org.cn/ns/AIGC/1.0/"},
};
enum { N_SPACES = sizeof spaces / sizeof *spaces };

static const struct wanted {
    space space;
    const char *name;
    enum { SHOWN, TEXT, SOFTWARE, CREDIT, SOURCE, LABEL, REMOTE } meaning;
} wanted[] = {
    {XMP, "CreatorTool", SOFTWARE},
    {PHOTOSHOP, "Credit", CREDIT},
    {TIFF, "Software", SOFTWARE},
    {EVENT, "softwareAgent", SOFTWARE},
    {DC, "description", TEXT},
    {XMP, "CreateDate", SHOWN},
    {EXIF, "UserComment", TEXT},
    {IPTC, "DigitalSourceType", SOURCE},
    {IPTC, "DigitalSourcefileType", SOURCE},
    {TC260, "AIGC", LABEL},
    {TERMS, "provenance", REMOTE},
};
enum { N_WANTED = sizeof wanted / sizeof *wanted };

typedef struct name {
    space space;
    char local[NAME_MAX_BYTES];
} name;

struct reading {
    um_probe_state *probe;
    XML_Parser parser;
    const char *stopped; /* why, NULL while it goes on */
    name open[MAX_DEPTH];
    int depth;
    struct {
        char prefix[PREFIX_MAX];
        space space;
        int depth;
    } scopes[MAX_SCOPES];
    int n_scopes;
    um_buf text; /* of the element that was opened last */
    bool has_rdf, seen[N_WANTED];
};

static void stop(struct reading *r, const char *why)
{
    if (!r->stopped)
        r->stopped = why;
    XML_StopParser(r->parser, XML_FALSE);
}

/* ---- names ---- */

static void declare(struct reading *r, const char *prefix, const char *uri)
{
    if (r->n_scopes == MAX_SCOPES || strlen(prefix) >= PREFIX_MAX) {
        stop(r, "too many namespaces");
        return;
    }
    space found = OTHER;
    for (int i = 0; i < N_SPACES; i++)
        if (spaces[i].uri && !strcmp(spaces[i].uri, uri))
            found = (space)i;
    snprintf(r->scopes[r->n_scopes].prefix, PREFIX_MAX, "%s", prefix);
    r->scopes[r->n_scopes].space = found;
    r->scopes[r->n_scopes++].depth = r->depth;
}

static name resolve(const struct reading *r, const char *qualified)
{
    const char *colon = strchr(qualified, ':');
    size_t n = colon ? (size_t)(colon - qualified) : 0;
    name out = {.space = OTHER};
    snprintf(out.local, sizeof out.local, "%s", colon ? colon + 1 : qualified);
    for (int i = r->n_scopes - 1; i >= 0; i--)
        if (strlen(r->scopes[i].prefix) == n && !memcmp(r->scopes[i].prefix, qualified, n)) {
            out.space = r->scopes[i].space;
            return out;
        }
    for (int i = 0; i < N_SPACES && colon; i++)
        if (spaces[i].prefix && strlen(spaces[i].prefix) == n && !memcmp(spaces[i].prefix, qualified, n))
            out.space = (space)i;
    return out;
}

/* ---- properties ---- */

static void source(um_probe_state *p, const char *value, size_t n)
{
    char last[48];
    bool synthetic = um_probe_source_type(last, value, n);
    um_probe_mark(p, UM_MARK_IPTC, synthetic ? UM_MARK_DECLARES_SYNTHETIC : UM_MARK_PRESENT, "", last,
                  strlen(last));
}

static void judge(um_probe_state *p, const struct wanted *w, const char *value, size_t n)
{
    switch (w->meaning) {
    case SOFTWARE:
        um_probe_software(p, w->name, value, n);
        break;
    case CREDIT:
        um_probe_credit(p, value, n);
        break;
    case TEXT:
    case LABEL:
        um_probe_text(p, w->name, value, n);
        break;
    case SOURCE:
        source(p, value, n);
        break;
    case REMOTE:
        if (!strncmp(value, "http", 4))
            um_probe_mark(p, UM_MARK_C2PA, UM_MARK_NOT_LOOKED_AT, "kept elsewhere:", value, n);
        break;
    case SHOWN:
        break;
    }
}

static void property(struct reading *r, const name *what, const char *value)
{
    while (isspace((unsigned char)*value))
        value++;
    size_t n = strlen(value);
    while (n && isspace((unsigned char)value[n - 1]))
        n--;
    for (int i = 0; i < N_WANTED && n; i++) {
        const struct wanted *w = &wanted[i];
        if (w->space != what->space || strcmp(w->name, what->local) != 0)
            continue;
        bool shown = w->meaning <= CREDIT && !r->seen[i]; /* the first of several languages or events */
        if (shown)
            um_probe_mark(r->probe, UM_MARK_XMP, UM_MARK_PRESENT, w->name, value, n);
        r->seen[i] = true;
        judge(r->probe, w, value, n);
    }
}

/* The property that element number `i` is, or is a value of: <dc:description><rdf:Alt><rdf:li>text. */
static const name *property_of(const struct reading *r, int i)
{
    while (i >= 0 && r->open[i].space == RDF)
        i--;
    return i >= 0 ? &r->open[i] : NULL;
}

/* ---- expat ---- */

static void XMLCALL element_start(void *user, const XML_Char *qualified, const XML_Char **attributes)
{
    struct reading *r = user;
    if (r->depth == MAX_DEPTH) {
        stop(r, "nested too deeply");
        return;
    }
    for (int i = 0; attributes[i]; i += 2)
        if (!strncmp(attributes[i], "xmlns", 5) && (attributes[i][5] == ':' || !attributes[i][5]))
            declare(r, attributes[i][5] ? attributes[i] + 6 : "", attributes[i + 1]);
    r->open[r->depth] = resolve(r, qualified);
    r->has_rdf |= r->open[r->depth].space == RDF;
    for (int i = 0; attributes[i]; i += 2) {
        name a = resolve(r, attributes[i]);
        if (a.space == RDF && !strcmp(a.local, "resource")) {
            const name *of = property_of(r, r->depth);
            if (of)
                property(r, of, attributes[i + 1]);
        } else if (a.space != RDF) {
            property(r, &a, attributes[i + 1]);
        }
    }
    r->depth++;
    um_buf_free(&r->text);
    um_buf_init(&r->text, UM_PROBE_TEXT_MAX);
}

static void XMLCALL element_end(void *user, const XML_Char *qualified)
{
    struct reading *r = user;
    const name *of = property_of(r, --r->depth);
    if (of && r->text.n && !r->text.broken)
        property(r, of, r->text.data);
    um_buf_free(&r->text);
    um_buf_init(&r->text, UM_PROBE_TEXT_MAX);
    while (r->n_scopes && r->scopes[r->n_scopes - 1].depth == r->depth)
        r->n_scopes--;
}

static void XMLCALL characters(void *user, const XML_Char *text, int n)
{
    struct reading *r = user;
    if (r->text.n + (size_t)n >= r->text.max)
        stop(r, "a text is too large");
    else
        um_buf_add(&r->text, text, (size_t)n);
}

static void XMLCALL document_type(void *user, const XML_Char *type, const XML_Char *system,
                                  const XML_Char *public, int internal)
{
    stop(user, "has a document type, which is not read");
}

void um_probe_xmp(um_probe_state *p, const uint8_t *bytes, size_t n)
{
    struct reading *r = um_calloc(1, sizeof *r);
    XML_Parser parser = r ? XML_ParserCreate(NULL) : NULL;
    um_probe_mark(p, UM_MARK_XMP, UM_MARK_PRESENT, "", "", 0);
    if (!parser) {
        p->out_of_memory = true;
        free(r);
        return;
    }
    r->probe = p;
    r->parser = parser;
    um_buf_init(&r->text, UM_PROBE_TEXT_MAX);
    while (n && isspace(*bytes)) /* a declaration must come first */
        bytes++, n--;
    while (n && (isspace(bytes[n - 1]) || !bytes[n - 1]))
        n--;
    XML_SetUserData(parser, r);
    XML_SetElementHandler(parser, element_start, element_end);
    XML_SetCharacterDataHandler(parser, characters);
    XML_SetStartDoctypeDeclHandler(parser, document_type);
    if (n > UM_PROBE_BLOCK_MAX || !um_probe_work(p, n)) {
        um_probe_mark(p, UM_MARK_XMP, UM_MARK_NOT_LOOKED_AT, "too large to be looked into", "", 0);
    } else if (XML_Parse(parser, (const char *)bytes, (int)n, XML_TRUE) != XML_STATUS_OK) {
        enum XML_Error why = XML_GetErrorCode(parser);
        p->out_of_memory |= why == XML_ERROR_NO_MEMORY;
        um_probe_mark(p, UM_MARK_XMP, UM_MARK_BROKEN, r->stopped ? r->stopped : XML_ErrorString(why), "", 0);
    } else if (!r->has_rdf) {
        um_probe_mark(p, UM_MARK_XMP, UM_MARK_BROKEN, "no RDF in it", "", 0);
    }
    p->out_of_memory |= r->text.broken;
    um_buf_free(&r->text);
    XML_ParserFree(parser);
    free(r);
}
