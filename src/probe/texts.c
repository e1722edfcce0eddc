/* SPDX-License-Identifier: GPL-3.0-or-later */
/* texts.c: what the texts of a file say of its origin, each judged by the field that it stands in. */
#define _GNU_SOURCE /* strcasestr */
#include "base/json.h"
#include "probe/generators.h"
#include "probe/probe.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 100, MAX_NESTING = 4 };

/* ---- names of programs ---- */

/* Programs and services that only make or change pictures, sound or faces. Names that are also ordinary
 * words or names of people are left out, except where the whole field is the name. */
static const char *const generators[] = {
    "stable diffusion",
    "stable-diffusion",
    "stablediffusion",
    "midjourney",
    "dall-e",
    ("dall\xC2\xB7" /* else the escape would swallow the e */
     "e"),
    "dalle",
    "adobe firefly",
    "adobe_firefly",
    "novelai",
    "comfyui",
    "invokeai",
    "fooocus",
    "ruinedfooocus",
    "easy diffusion",
    "stable audio",
    "luma dream machine",
    "jimeng ai",
    "seedream",
    "seedance",
    "automatic1111",
    "swarmui",
    "draw things",
    "dreamstudio",
    "leonardo.ai",
    "ideogram.ai",
    "bing image creator",
    "openai",
    "chatgpt",
    "gpt-4o",
    "google imagen",
    "google generative ai",
    "runwayml",
    "pika labs",
    "kling ai",
    "klingai",
    "heygen",
    "synthesia",
    "d-id",
    "deepfacelab",
    "deepfacelive",
    "faceswap",
    "facefusion",
    "simswap",
    "elevenlabs",
    "resemble ai",
    "stability ai",
    "black forest labs",
    "hailuo ai",
    "hunyuan",
    "nightcafe",
    "starryai",
    "artbreeder",
    "thispersondoesnotexist",
    "stylegan",
};
static const char *const whole_names[] = {"sora",  "firefly", "runway",   "pika", "suno", "udio",
                                          "roop",  "imagen",  "ideogram", "grok", "flux", "dream",
                                          "kling", "doubao",  "recraft",  "vidu"};

const char *um_probe_generator_name(const char *text)
{
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++) {
        const char *at = strcasestr(text, generators[i]);
        size_t n = strlen(generators[i]);
        if (at && (at == text || !isalnum((unsigned char)at[-1])) && !isalpha((unsigned char)at[n]))
            return generators[i];
    }
    for (size_t i = 0; i < sizeof whole_names / sizeof *whole_names; i++)
        if (!strcasecmp(text, whole_names[i]))
            return whole_names[i];
    return NULL;
}

static void declare(um_probe_state *p, const char *label, const void *value, size_t n)
{
    um_probe_mark(p, UM_MARK_GENERATOR, UM_MARK_DECLARES_SYNTHETIC, label, value, n);
}

void um_probe_software(um_probe_state *p, const char *label, const void *value, size_t n)
{
    char text[NAME_MAX_BYTES];
    um_probe_clean(text, sizeof text, value, n);
    if (um_probe_generator_name(text))
        declare(p, label, text, strlen(text));
    um_probe_text(p, label, value, n);
}

void um_probe_credit(um_probe_state *p, const void *value, size_t n)
{
    static const char *const lines[] = {"Made with Google AI", "Edited with Google AI",
                                        "Made with Imagine with Meta AI", "Imagined with AI"};
    char text[NAME_MAX_BYTES];
    um_probe_clean(text, sizeof text, value, n);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strcasecmp(text, lines[i]))
            declare(p, "credit", text, strlen(text));
}

/* ---- the label of GB 45438-2025, annex E ---- */

static void aigc(um_probe_state *p, const um_json *label)
{
    static const char *const meaning[] = {"1, synthetic", "2, possibly synthetic",
                                          "3, suspected to be synthetic"};
    const um_json *value = um_json_get(label, "Label");
    const char *text = um_json_as_text(value, "");
    const char *producer = um_json_get_text(label, "ContentProducer", "");
    int level = um_json_kind_of(value) == UM_JSON_TEXT ? (strlen(text) == 1 ? *text - '0' : 0)
                                                       : (int)um_clampd(um_json_as_num(value, 0), 0, 9);
    if (level >= 1 && level <= 3)
        um_probe_mark(p, UM_MARK_AIGC, level == 1 ? UM_MARK_DECLARES_SYNTHETIC : UM_MARK_PRESENT, "label",
                      meaning[level - 1], strlen(meaning[level - 1]));
    else
        um_probe_mark(p, UM_MARK_AIGC, UM_MARK_BROKEN, "without a label of the standard", text, strlen(text));
    if (*producer)
        um_probe_mark(p, UM_MARK_AIGC, UM_MARK_PRESENT, "producer", producer, strlen(producer));
}

/* ---- JSON, as deep as programs nest it: also as text inside of JSON ---- */

typedef struct field {
    const char *key;
    bool own;     /* for the parameters of a generator and nothing else */
    bool comment; /* where programs leave such things too */
} field;

static field field_of(const char *key)
{
    static const char *const own[] = {"parameters", "UserComment"}, *const comments[] = {"comment", "ICMT"};
    field f = {.key = key};
    for (size_t i = 0; i < 2; i++) {
        f.own |= !strcasecmp(key, own[i]);
        f.comment |= f.own || !strcasecmp(key, comments[i]);
    }
    return f;
}

static bool json_text(um_probe_state *p, field f, const char *text, size_t n, int depth);

/* True when a generator or its label was found in it. */
static bool json_value(um_probe_state *p, field f, const um_json *json, int depth)
{
    static const char *const software[] = {"software", "Software", "app_id", "version"};
    static const char *const deeper[] = {"prompt",         "workflow",      "parameters",
                                         "comment",        "Comment",       "metadata",
                                         "extra_metadata", "extraMetadata", "extra_pnginfo"};
    const um_json *label = um_json_get(json, "AIGC");
    const char *text = um_json_as_text(json, NULL), *name;
    bool found = false;
    if (depth > MAX_NESTING)
        return false;
    if (text)
        return json_text(p, f, text, strlen(text), depth + 1);
    if (!strcasecmp(f.key, "AIGC") && um_json_kind_of(json) == UM_JSON_OBJECT) {
        aigc(p, json);
        return true;
    }
    if (label)
        found = json_value(p, (field){.key = "AIGC"}, label, depth + 1);
    for (size_t i = 0; f.comment && i < sizeof software / sizeof *software; i++)
        if (um_probe_generator_name((name = um_json_get_text(json, software[i], "")))) {
            declare(p, software[i], name, strlen(name));
            found = true;
        }
    if ((name = um_generator_json(f.key, json, f.comment && !found))) {
        declare(p, name, "", 0);
        return true;
    }
    for (size_t i = 0; i < sizeof deeper / sizeof *deeper; i++) {
        const um_json *in = um_json_get(json, deeper[i]);
        field inner = {.key = deeper[i], .own = f.own, .comment = f.comment};
        if (in && json_value(p, inner, in, depth + 1))
            found = true;
    }
    return found;
}

static bool json_text(um_probe_state *p, field f, const char *text, size_t n, int depth)
{
    while (n && isspace((unsigned char)*text))
        text++, n--;
    if (!n || (*text != '{' && *text != '"'))
        return false;
    if (n > UM_PROBE_TEXT_MAX || !um_probe_work(p, n)) {
        um_probe_limit(p, "a text is too large");
        return false;
    }
    um_json *json = um_json_parse_foreign(text, n);
    bool found = json && json_value(p, f, json, depth);
    um_json_free(&json);
    return found;
}

/* ---- any text ---- */

/* "prompt:{...}", as ComfyUI writes into the EXIF of pictures that have no texts of their own. */
static bool named_json(um_probe_state *p, const char *text, size_t n)
{
    static const char *const names[] = {"prompt", "workflow"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t k = strlen(names[i]);
        if (n > k + 1 && !strncasecmp(text, names[i], k) && text[k] == ':')
            return json_text(p, (field){.key = names[i]}, text + k + 1, n - k - 1, 0);
    }
    return false;
}

/* Fields whose name alone tells, as only one program has them. */
static const char *known_key(const char *key)
{
    static const char *const easy[] = {"use_stable_diffusion_model", "Stable Diffusion model",
                                       "Stable Diffusion Model"};
    for (size_t i = 0; i < sizeof easy / sizeof *easy; i++)
        if (!strcmp(key, easy[i]))
            return "Easy Diffusion parameters";
    return strcmp(key, "fooocus_scheme") ? NULL : "Fooocus parameters";
}

/* InvokeAI before version 2.3: the command line, "a cat" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms */
static bool is_dream(const char *key, const char *text, size_t n)
{
    static const char *const options[] = {" -s", " -S", " -W", " -H"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(key, "Dream") != 0 || !um_probe_find(text, n, options[i]))
            return false;
    return true;
}

void um_probe_text(um_probe_state *p, const char *key, const void *value, size_t n)
{
    static const char label[] = "unmask synthetic";
    const char *text = value, *at = NULL, *name = known_key(key);
    const field f = field_of(key);
    n = strnlen(text, n);
    while (n && isspace((unsigned char)*text))
        text++, n--;
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    if (n >= sizeof label - 1 && !memcmp(text, label, sizeof label - 1))
        um_probe_mark(p, UM_MARK_LABEL, UM_MARK_DECLARES_SYNTHETIC, "", text, n);
    if (json_text(p, f, text, n, 0) || named_json(p, text, n))
        return;
    if (f.comment && um_generator_infotext(text, n, f.own, &at))
        declare(p, "Stable Diffusion parameters:", at, n - (size_t)(at - text));
    else if (um_generator_midjourney(text, n, &at))
        declare(p, "Midjourney", at, n - (size_t)(at - text));
    else if (um_generator_made_with(text, n))
        declare(p, "", text, n);
    else if (name && n)
        declare(p, name, "", 0);
    else if (is_dream(key, text, n))
        declare(p, "InvokeAI command", "", 0);
    else if (!strcmp(key, "parameters") && n)
        um_probe_mark(p, UM_MARK_GENERATOR, UM_MARK_PRESENT, "text \"parameters\":", text, n);
}
