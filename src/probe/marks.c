/* SPDX-License-Identifier: GPL-3.0-or-later */
/* marks.c: the fixed list of marks, and what texts found in a file mean for them. */
#define _GNU_SOURCE /* memmem, strcasestr */
#include "base/text.h"
#include "probe/probe.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 100, REPEATED_MIN = 6 }; /* bytes of one value in a detail; of one worth comparing */

void um_probe_marks_init(um_probe *out)
{
    static const char *const names[UM_N_MARKS] = {
        [UM_MARK_C2PA] = "c2pa",
        [UM_MARK_EXIF] = "exif",
        [UM_MARK_XMP] = "xmp",
        [UM_MARK_IPTC] = "iptc_source_type",
        [UM_MARK_GENERATOR] = "generator",
        [UM_MARK_ENCODER] = "encoder",
        [UM_MARK_LABEL] = "unmask_label",
    };
    out->n_marks = UM_N_MARKS;
    for (int i = 0; i < UM_N_MARKS; i++)
        out->marks[i] = (um_mark){.name = names[i]};
}

/* One line of valid UTF-8: runs of white space become a space, other control bytes are left out, bytes that
 * are not UTF-8 are read as Latin-1. */
static void clean(char *out, size_t size, const uint8_t *s, size_t n)
{
    size_t k = 0;
    while (n && *s) {
        size_t length = um_utf8_length(s, n), need = length ? length : 2;
        if (k + need + 1 > size)
            break;
        if (*s <= ' ') {
            if (k && out[k - 1] != ' ' && isspace(*s))
                out[k++] = ' ';
        } else if (length > 1 || (length == 1 && *s != 0x7F)) {
            memcpy(out + k, s, length);
            k += length;
        } else if (!length) {
            k += um_utf8_put(out + k, *s);
        }
        length = length ? length : 1;
        s += length;
        n -= length;
    }
    while (k && out[k - 1] == ' ')
        k--;
    out[k] = 0;
}

void um_probe_mark(um_probe_state *p, um_probe_mark_id id, um_mark_state state, const char *label,
                   const void *value, size_t n)
{
    static const int rank[] = {
        [UM_MARK_ABSENT] = 0, [UM_MARK_PRESENT] = 1, [UM_MARK_BROKEN] = 2, [UM_MARK_DECLARES_SYNTHETIC] = 3};
    um_mark *m = &p->out->marks[id];
    char text[VALUE_MAX], item[VALUE_MAX + 64];
    if (rank[state] > rank[m->state])
        m->state = state;
    clean(text, sizeof text, value, n);
    snprintf(item, sizeof item, "%s%s%s", label, *label && *text ? " " : "", text);
    size_t used = strlen(m->detail);
    /* the same program or date under several labels is said once */
    if (!*item || strstr(m->detail, strlen(text) >= REPEATED_MIN ? text : item) ||
        used + strlen(item) + 3 > sizeof m->detail)
        return;
    snprintf(m->detail + used, sizeof m->detail - used, "%s%s", used ? "; " : "", item);
}

void um_probe_unread(um_probe_state *p, um_probe_mark_id id, int64_t at, int64_t n)
{
    bool beyond = at > p->size || n > p->size - at;
    um_probe_mark(p, id, beyond ? UM_MARK_BROKEN : UM_MARK_PRESENT,
                  beyond ? "reaches beyond the file" : "too large to be looked into", "", 0);
}

const void *um_probe_find(const void *bytes, size_t n, const char *what)
{
    return memmem(bytes, n, what, strlen(what));
}

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
    "made with google ai",
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
static const char *const whole_names[] = {"sora", "firefly", "runway",   "pika", "suno", "udio",
                                          "roop", "imagen",  "ideogram", "grok", "flux", "dream"};

static const char *generator_name(const char *text)
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

void um_probe_text(um_probe_state *p, const char *key, const void *value, size_t n)
{
    static const struct {
        const char *name, *first, *second; /* both texts are in what the program writes */
        bool show;                         /* from the first text on */
    } forms[] = {
        {"Stable Diffusion parameters:", "Steps: ", "Sampler: ", true},
        {"ComfyUI prompt", "\"class_type\"", "\"inputs\"", false},
        {"ComfyUI workflow", "\"nodes\"", "\"links\"", false},
        {"SwarmUI parameters", "\"sui_image_params\"", "", false},
        {"Midjourney", "Job ID: ", " --v ", true},
    };
    static const char *const keys[] = {"invokeai_metadata", "sd-metadata", "fooocus_scheme"};
    const char *end = (const char *)value + n, *at = um_probe_find(value, n, "unmask synthetic");
    bool known = false;
    if (at)
        um_probe_mark(p, UM_MARK_LABEL, UM_MARK_DECLARES_SYNTHETIC, "", at, (size_t)(end - at));
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if ((at = um_probe_find(value, n, forms[i].first)) && um_probe_find(value, n, forms[i].second)) {
            um_probe_mark(p, UM_MARK_GENERATOR, UM_MARK_DECLARES_SYNTHETIC, forms[i].name, at,
                          forms[i].show ? (size_t)(end - at) : 0);
            known = true;
        }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i])) /* only one program writes it */
            um_probe_mark(p, UM_MARK_GENERATOR, UM_MARK_DECLARES_SYNTHETIC, "text", key, strlen(key));
    if (!known && !strcmp(key, "parameters"))
        um_probe_mark(p, UM_MARK_GENERATOR, UM_MARK_PRESENT, "text \"parameters\":", value, n);
}

void um_probe_software(um_probe_state *p, const char *label, const void *value, size_t n)
{
    char text[VALUE_MAX];
    clean(text, sizeof text, value, n);
    if (generator_name(text))
        um_probe_mark(p, UM_MARK_GENERATOR, UM_MARK_DECLARES_SYNTHETIC, label, text, strlen(text));
    um_probe_text(p, label, value, n);
}

bool um_probe_source_type(char name[48], const char *value, size_t n)
{
    static const char *const synthetic[] = {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia",
                                            "algorithmicMedia", "compositeSynthetic",
                                            "trainedAlgorithmicData"};
    size_t end = n, from, k = 0;
    while (end && !isalnum((unsigned char)value[end - 1]))
        end--;
    for (from = end; from && isalnum((unsigned char)value[from - 1]);)
        from--;
    while (from < end && k < 47)
        name[k++] = value[from++];
    name[k] = 0;
    for (size_t i = 0; i < sizeof synthetic / sizeof *synthetic; i++)
        if (!strcasecmp(name, synthetic[i]))
            return true;
    return false;
}

char *um_probe_utf16(const uint8_t *b, size_t n, char order)
{
    char *out = um_calloc(n / 2 * 3 + 1, 1), *to = out;
    if (!out)
        return NULL;
    if (!order && n >= 2 && ((b[0] == 0xFE && b[1] == 0xFF) || (b[0] == 0xFF && b[1] == 0xFE))) {
        order = b[0] == 0xFE ? 'b' : 'l';
        b += 2;
        n -= 2;
    }
    if (!order) { /* most text has more zeros in the high bytes */
        size_t zeros[2] = {0};
        for (size_t i = 0; i < n; i++)
            zeros[i & 1] += !b[i];
        order = zeros[0] > zeros[1] ? 'b' : 'l';
    }
    for (size_t i = 0; i + 1 < n; i += 2) {
        uint32_t c = order == 'b' ? um_be16(b + i) : um_le16(b + i);
        if (c >= 0xD800 && c < 0xDC00 && i + 3 < n) {
            uint32_t low = order == 'b' ? um_be16(b + i + 2) : um_le16(b + i + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        if (c >= 0xD800 && c < 0xE000)
            c = '?';
        if (c == 0xFEFF) /* the mark again, before the second text of a pair */
            continue;
        if (c == 0) /* ends a text, or parts two */
            c = ' ';
        to += um_utf8_put(to, c);
    }
    return out;
}
