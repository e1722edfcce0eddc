/* SPDX-License-Identifier: GPL-3.0-or-later */
/* generators.c: forms of parameters, read by their grammar. Words alone prove nothing: a chart has nodes and
 * links, and a caption may speak of steps and samplers. */
#define _GNU_SOURCE /* memmem, memrchr */
#include "probe/generators.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- infotext ---- */

static bool starts(const char *text, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - text) >= n && !memcmp(text, word, n);
}

/* Behind the value of a pair: at the comma, or the end. A value in quotes may hold commas. */
static const char *behind_value(const char *at, const char *end)
{
    bool quoted = at < end && *at == '"';
    for (at += quoted; at < end; at++) {
        if (quoted && *at == '\\' && at + 1 < end)
            at++;
        else if (quoted && *at == '"')
            quoted = false;
        else if (!quoted && *at == ',')
            break;
    }
    return at;
}

static bool has_digit(const char *at, const char *end)
{
    return at < end && isdigit((unsigned char)*at);
}

/* One line of "Key: value" pairs. */
static bool parameters_line(const char *at, const char *end, bool own_field)
{
    bool steps = false, sampler = false, number = false;
    while (at < end) {
        const char *colon = memmem(at, (size_t)(end - at), ": ", 2);
        if (!colon)
            break;
        const char *value = colon + 2, *next = behind_value(value, end);
        steps |= starts(at, colon, "Steps") && colon - at == 5 && has_digit(value, end);
        sampler |= starts(at, colon, "Sampler") && colon - at == 7 && value < next;
        for (size_t k = 0; k < 3; k++) {
            static const char *const numbers[] = {"Seed", "CFG scale", "Size"};
            number |= (size_t)(colon - at) == strlen(numbers[k]) && starts(at, colon, numbers[k]) &&
                      has_digit(value, end);
        }
        for (at = next; at < end && (*at == ',' || *at == ' ');)
            at++;
    }
    return steps && sampler && (number || own_field);
}

bool um_generator_infotext(const char *text, size_t n, bool own_field, const char **at)
{
    const char *end = text + n;
    for (const char *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        if (starts(line, stop, "Steps: ") && parameters_line(line, stop, own_field)) {
            *at = line;
            return true;
        }
        line = stop + (stop < end);
    }
    return false;
}

/* ---- sentences of services ---- */

enum { UUID_TEXT = 36 };

static bool is_uuid(const char *s)
{
    for (int i = 0; i < UUID_TEXT; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
            return false;
    }
    return true;
}

bool um_generator_midjourney(const char *text, size_t n, const char **at)
{
    static const char job[] = "Job ID: ";
    while (n && (isspace((unsigned char)text[n - 1]) || !text[n - 1]))
        n--;
    if (n < UUID_TEXT + sizeof job - 1)
        return false;
    *at = text + n - UUID_TEXT - (sizeof job - 1);
    const char *option = memmem(text, (size_t)(*at - text), " --", 3);
    return option && islower((unsigned char)option[3]) && !memcmp(*at, job, sizeof job - 1) &&
           is_uuid(text + n - UUID_TEXT);
}

bool um_generator_made_with(const char *text, size_t n)
{
    static const char *const sentences[] = {"made with suno studio", "made with suno", "made with udio",
                                            "made with elevenlabs"};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        size_t k = strlen(sentences[i]);
        if (n >= k && !strncasecmp(text, sentences[i], k) && (n == k || !text[k] || text[k] == ';'))
            return true;
    }
    return false;
}

/* ---- JSON ---- */

/* Members that an object must have: a kind ('t' text, 'n' number or text of one, 'o' object), then the names
 * that versions of the program gave it. */
static const struct shape {
    const char *name;
    const char *members[6];
    bool loose;
} shapes[] = {
    {"SwarmUI parameters", {"o sui_image_params"}, false},
    {"Easy Diffusion parameters",
     {"t use_stable_diffusion_model|Stable Diffusion model|Stable Diffusion Model",
      "n num_inference_steps|Steps", "n seed|Seed"},
     false},
    {"InvokeAI metadata", {"t app_version", "t generation_mode|positive_prompt"}, false},
    {"Fooocus parameters", {"t metadata_scheme", "t base_model", "n steps", "n seed"}, false},
    {"Draw Things parameters", {"t c", "t uc", "t sampler", "n steps", "n seed"}, false},
    {"NovelAI parameters", {"t uc", "t sampler", "n steps", "n seed", "n scale"}, false},
    {"parameters of a generator",
     {"t prompt|Prompt|positive_prompt|full_prompt", "t sampler|sampler_name|scheduler",
      "n steps|num_inference_steps", "n seed"},
     true},
};

static bool is_kind(const um_json *json, char kind)
{
    const char *text = um_json_as_text(json, "");
    switch (um_json_kind_of(json)) {
    case UM_JSON_TEXT:
        return kind == 't' || (kind == 'n' && isdigit((unsigned char)*text));
    case UM_JSON_INT:
    case UM_JSON_REAL:
        return kind == 'n';
    case UM_JSON_OBJECT:
        return kind == 'o';
    default:
        return false;
    }
}

static bool has_member(const um_json *json, const char *member)
{
    for (const char *name = member + 2, *stop; *name; name = stop + (*stop == '|')) {
        char key[48];
        stop = name + strcspn(name, "|");
        snprintf(key, sizeof key, "%.*s", (int)(stop - name), name);
        if (is_kind(um_json_get(json, key), *member))
            return true;
    }
    return false;
}

static bool has_shape(const um_json *json, const struct shape *s)
{
    for (size_t i = 0; i < sizeof s->members / sizeof *s->members && s->members[i]; i++)
        if (!has_member(json, s->members[i]))
            return false;
    return true;
}

static um_status node_of_prompt(void *user, const char *key, const um_json *value, um_error *err)
{
    int *n = user;
    if (!has_member(value, "t class_type") || !has_member(value, "o inputs"))
        return UM_EFORMAT;
    ++*n;
    return UM_OK;
}

/* {"3": {"class_type": "KSampler", "inputs": {...}}, ...} */
static bool is_comfy_prompt(const um_json *json)
{
    int n = 0;
    return um_json_each(json, node_of_prompt, &n, NULL) == UM_OK && n > 0;
}

/* The graph of ComfyUI's editor: nodes with number and type, links as rows of five or more, and the counters
 * that the editor goes on from. */
static bool is_comfy_workflow(const um_json *json)
{
    const um_json *nodes = um_json_get(json, "nodes"), *links = um_json_get(json, "links");
    if (um_json_kind_of(nodes) != UM_JSON_ARRAY || um_json_kind_of(links) != UM_JSON_ARRAY ||
        !um_json_count(nodes) || (!has_member(json, "n last_node_id") && !has_member(json, "o state")))
        return false;
    for (size_t i = 0; i < um_json_count(nodes); i++)
        if (!has_member(um_json_at(nodes, i), "t type") || !has_member(um_json_at(nodes, i), "n id"))
            return false;
    for (size_t i = 0; i < um_json_count(links); i++) {
        const um_json *link = um_json_at(links, i);
        if (um_json_kind_of(link) == UM_JSON_ARRAY ? um_json_count(link) < 5
                                                   : !has_member(link, "n origin_id"))
            return false;
    }
    return true;
}

const char *um_generator_json(const char *key, const um_json *json, bool loose)
{
    static const char *const own_keys[] = {"invokeai_metadata", "invokeai_graph", "invokeai_workflow",
                                           "sd-metadata"};
    if (um_json_kind_of(json) != UM_JSON_OBJECT || !um_json_count(json))
        return NULL;
    if (is_comfy_prompt(json))
        return "ComfyUI prompt";
    if (!strcasecmp(key, "workflow") && is_comfy_workflow(json))
        return "ComfyUI workflow";
    for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++)
        if (!strcmp(key, own_keys[i])) /* only one program writes it */
            return "InvokeAI metadata";
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if ((loose || !shapes[i].loose) && has_shape(json, &shapes[i]))
            return shapes[i].name;
    return NULL;
}
