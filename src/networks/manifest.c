/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manifest.c: JSON to um_manifest. Every number is checked against its range here, so that the code that runs
 * a network may trust it. */
#include "networks/manifest.h"
#include "networks/front_json.h"
#include <math.h>
#include <string.h>

struct reader {
    const char *where;
    um_error *err;
    um_status st; /* the first failure stays */
};

static void bad(struct reader *r, const char *what)
{
    if (r->st == UM_OK)
        r->st = um_fail(r->err, UM_EFORMAT, "%s: not a usable manifest: %s", r->where, what);
}

static double number(struct reader *r, const um_json *j, const char *key, double otherwise, double lo,
                     double hi)
{
    const um_json *v = um_json_get(j, key);
    double x = v ? um_json_as_num(v, NAN) : otherwise;
    if (!(x >= lo && x <= hi)) {
        char text[120];
        snprintf(text, sizeof text, "\"%s\" is missing or not a number from %g to %g", key, lo, hi);
        bad(r, text);
        return lo;
    }
    return x;
}

static int integer(struct reader *r, const um_json *j, const char *key, int otherwise, int lo, int hi)
{
    return (int)number(r, j, key, otherwise, lo, hi);
}

static void text(struct reader *r, char *out, size_t size, const um_json *j, const char *key, bool required)
{
    const char *s = um_json_get_text(j, key, "");
    if ((required && !*s) || strlen(s) >= size) {
        char what[120];
        snprintf(what, sizeof what, "\"%s\" is missing or too long", key);
        bad(r, what);
        return;
    }
    memcpy(out, s, strlen(s) + 1);
}

/* The index of the text under `key` in `words`. */
static int word(struct reader *r, const um_json *j, const char *key, const char *otherwise,
                const char *const *words)
{
    const char *s = um_json_get_text(j, key, otherwise);
    for (int i = 0; words[i]; i++)
        if (!strcmp(s, words[i]))
            return i;
    char what[160];
    snprintf(what, sizeof what, "\"%s\" is missing or an unknown word", key);
    bad(r, what);
    return 0;
}

/* Reads up to `max` numbers of an array; a single number stands for an array of one. Returns how many. */
static int numbers(struct reader *r, double *out, int max, const um_json *v, const char *key, double lo,
                   double hi)
{
    int n = (int)um_json_count(v);
    bool one = v && !isnan(um_json_as_num(v, NAN));
    char what[120];
    snprintf(what, sizeof what, "\"%s\" does not hold 1 to %d numbers from %g to %g", key, max, lo, hi);
    if (one)
        n = 1;
    if (n < 1 || n > max) {
        bad(r, what);
        return 0;
    }
    for (int i = 0; i < n; i++) {
        out[i] = um_json_as_num(one ? v : um_json_at(v, (size_t)i), NAN);
        if (!(out[i] >= lo && out[i] <= hi)) {
            bad(r, what);
            out[i] = lo;
        }
    }
    return n;
}

static void per_channel(struct reader *r, float out[3], const um_json *j, const char *key, double otherwise,
                        double lo)
{
    double v[3] = {otherwise, otherwise, otherwise};
    if (um_json_get(j, key) && numbers(r, v, 3, um_json_get(j, key), key, lo, 1e6) == 1)
        v[1] = v[2] = v[0];
    for (int c = 0; c < 3; c++)
        out[c] = (float)v[c];
}

static void read_picture(struct reader *r, um_net_input *in, const um_json *j)
{
    static const char *const colours[] = {"rgb", "bgr", "gray", NULL},
                             *const fits[] = {"stretch", "letterbox", NULL},
                             *const layouts[] = {"nchw", NULL};
    int colour = word(r, j, "colour", "rgb", colours);
    word(r, j, "layout", "nchw", layouts);
    in->channels = colour == 2 ? 1 : 3;
    in->bgr = colour == 1;
    in->letterbox = word(r, j, "fit", "stretch", fits) == 1;
    in->multiple = integer(r, j, "multiple", 1, 1, 256);
    bool fixed = !um_json_get(j, "multiple");
    in->width = fixed ? integer(r, j, "width", 0, 8, 2048) : 0;
    in->height = fixed ? integer(r, j, "height", 0, 8, 2048) : 0;
    per_channel(r, in->mean, j, "mean", 0, -1e6);
    per_channel(r, in->scale, j, "scale", 1, 1e-9);
}

static void read_face(struct reader *r, um_net_input *in, const um_json *j)
{
    static const char *const of[] = {"points", "box", NULL};
    um_face_input *f = &in->face;
    f->of_box = word(r, j, "of", "points", of) == 1;
    f->margin = (float)number(r, j, "margin", NAN, .5, 5);
    if (um_json_get(j, "around")) {
        f->around = (float)number(r, j, "around", NAN, (double)f->margin, 5);
        f->most = integer(r, j, "most", 0, 16, 2048);
    }
    if (!in->width || in->width != in->height || (f->of_box && in->width > 512))
        bad(r, "a face needs a square \"width\" and \"height\"");
}

static void read_sound(struct reader *r, um_net_input *in, const um_json *j)
{
    static const char *const kinds[] = {"log_power", "lfcc", "mfcc", "cqcc", "group_delay", "wave", NULL};
    um_sound_input *s = &in->sound;
    um_error why;
    const int kind = word(r, j, "sound", "", kinds);
    if (kind == UM_FRONTS) {
        in->kind = UM_INPUT_WAVE;
        s->samples = integer(r, j, "samples", 0, 1600, UM_FRONT_SAMPLES);
        return;
    }
    in->kind = UM_INPUT_FRONT;
    if (um_front_from_json(&s->front, (um_front_kind)kind, j, &why) < 0)
        bad(r, why.text);
    else
        s->samples = um_front_samples(&s->front);
}

static void read_input(struct reader *r, um_manifest *out, const um_json *j)
{
    if (um_json_get(j, "sound") && out->role >= UM_N_FACE_ROLES) {
        read_sound(r, &out->input, j);
    } else {
        out->input.kind = UM_INPUT_PICTURE;
        read_picture(r, &out->input, j);
        if (um_json_get(j, "face") || out->role == UM_ROLE_FACE_MANIPULATED ||
            out->role == UM_ROLE_FACE_GENERATED)
            read_face(r, &out->input, um_json_get(j, "face"));
    }
}

/* One output name, or an array of `n` of them. */
static void outputs(struct reader *r, um_output_name *out, int n, const um_json *j, const char *key,
                    bool required)
{
    const um_json *v = um_json_get(j, key);
    if (!v && !required)
        return;
    if (um_json_count(v) > (size_t)n)
        bad(r, "more outputs are named than strides");
    for (int i = 0; i < n; i++) {
        const char *s = um_json_as_text(n == 1 && !um_json_count(v) ? v : um_json_at(v, (size_t)i), "");
        if (!*s || strlen(s) >= sizeof out->text) {
            char what[120];
            snprintf(what, sizeof what, "\"%s\" does not name %d output%s", key, n, n == 1 ? "" : "s");
            bad(r, what);
            return;
        }
        memcpy(out[i].text, s, strlen(s) + 1);
    }
}

static void read_decoder(struct reader *r, um_decoder *d, const um_json *j)
{
    static const char *const types[] = {"anchor_free", "priors", "corners", "cells", NULL};
    double v[8];
    d->type = (um_decoder_type)word(r, j, "type", "", types);
    d->logistic = um_json_get_bool(j, "logistic", false);
    d->score_min = (float)number(r, j, "score_min", 0.5, 0.001, 0.999);
    d->nms_iou = (float)number(r, j, "nms_iou", 0.4, 0.05, 0.95);
    if (d->type != UM_DECODE_CORNERS) {
        d->n_strides = numbers(r, v, UM_MAX_STRIDES, um_json_get(j, "strides"), "strides", 1, 1024);
        for (int i = 0; i < d->n_strides; i++)
            d->stride[i] = (int)v[i];
    }
    if (d->type == UM_DECODE_PRIORS) {
        for (int i = 0; i < d->n_strides; i++) {
            d->n_sizes[i] =
                numbers(r, v, UM_MAX_SIZES, um_json_at(um_json_get(j, "sizes"), (size_t)i), "sizes", 1, 4096);
            for (int k = 0; k < d->n_sizes[i]; k++)
                d->size[i][k] = (float)v[k];
        }
        if (numbers(r, v, 2, um_json_get(j, "variances"), "variances", 1e-3, 10) == 2) {
            d->variance[0] = (float)v[0];
            d->variance[1] = (float)v[1];
        } else {
            bad(r, "\"variances\" are not two numbers");
        }
    } else if (d->type == UM_DECODE_CELLS) {
        if (numbers(r, v, UM_MAX_STRIDES, um_json_get(j, "per_cell"), "per_cell", 1, 16) == d->n_strides)
            for (int i = 0; i < d->n_strides; i++)
                d->n_sizes[i] = (int)v[i];
        else
            bad(r, "\"per_cell\" has another length than \"strides\"");
    }
    int n = d->type == UM_DECODE_ANCHOR_FREE ? d->n_strides : 1;
    outputs(r, d->score, n, j, "score", true);
    outputs(r, d->object, n, j, "object", false);
    outputs(r, d->box, n, j, "box", true);
    outputs(r, d->points, n, j, "points", false);
    d->n_points = integer(r, j, "n_points", 0, 0, 64);
    for (int i = 0; i < 5; i++)
        d->five[i] = i;
    if (um_json_get(j, "five")) {
        if (numbers(r, v, 5, um_json_get(j, "five"), "five", 0, 63) != 5)
            bad(r, "\"five\" are not five numbers");
        for (int i = 0; i < 5; i++)
            d->five[i] = (int)v[i];
    }
    for (int i = 0; i < 5 && d->n_points; i++)
        if (d->five[i] >= d->n_points)
            bad(r, "\"five\" names a point past \"n_points\"");
}

static um_crop_rule read_crop(struct reader *r, const um_json *j)
{
    return (um_crop_rule){(float)number(r, j, "scale", 1, 0.2, 5), (float)number(r, j, "down", 0, -1, 1)};
}

static void read_landmarks(struct reader *r, um_landmark_map *m, const um_json *j)
{
    static const char *const types[] = {"xy", "planar", "heatmap", NULL};
    m->type = (um_points_type)word(r, j, "type", "", types);
    outputs(r, &m->output, 1, j, "output", true);
    m->n_points = integer(r, j, "n_points", 68, 1, 255);
    m->add = (float)number(r, j, "add", 0, -1e4, 1e4);
    m->multiply = (float)number(r, j, "multiply", 1, 1e-6, 1e6);
    m->offset_scale = (float)number(r, j, "offset_scale", 1, 1e-6, 1e6);
    m->from_box = read_crop(r, um_json_get(j, "crop_from_box"));
    m->from_points = read_crop(r, um_json_get(j, "crop_from_points"));
    const um_json *extra = um_json_get(j, "extra");
    if (extra) {
        outputs(r, &m->extra, 1, extra, "output", true);
        m->face = integer(r, extra, "face", 0, 0, 255);
        m->opening = integer(r, extra, "opening", 0, 0, 255);
        m->trust = um_json_get(extra, "trust") ? integer(r, extra, "trust", 0, 0, 255) : -1;
    }
    const um_json *order = um_json_get(j, "order");
    if (order && um_json_count(order) != 68) {
        bad(r, "\"order\" does not have 68 entries");
        return;
    }
    for (int i = 0; i < 68; i++) {
        double v[UM_MAX_MEAN_OF] = {i};
        int n = order ? numbers(r, v, UM_MAX_MEAN_OF, um_json_at(order, (size_t)i), "order", 0, 254) : 1;
        m->n_of[i] = (uint8_t)(n > 0 ? n : 1);
        for (int k = 0; k < m->n_of[i]; k++) {
            if ((int)v[k] >= m->n_points)
                bad(r, "\"order\" names a point past \"n_points\"");
            m->of[i][k] = (uint8_t)v[k];
        }
    }
}

static void read_answer(struct reader *r, um_answer *a, const um_json *j)
{
    static const char *const types[] = {"logit", "probability", "logits", NULL}, *const classes[] = {
                                                                                     "fake", "real", NULL};
    a->type = (um_answer_type)word(r, j, "type", "", types);
    outputs(r, &a->output, 1, j, "output", true);
    outputs(r, &a->map, 1, j, "map", false);
    if (a->type == UM_ANSWER_LOGITS) {
        a->fake = integer(r, j, "fake", -1, 0, 4095);
        a->real = integer(r, j, "real", -1, 0, 4095);
    } else {
        a->of_real = word(r, j, "of", "fake", classes) == 1;
        a->fake = integer(r, j, "index", 0, 0, 4095);
    }
}

/* A path that stays below the folder of the manifest. */
static bool inside(const char *path)
{
    if (*path == '/' || strchr(path, '\\'))
        return false;
    for (const char *p = path; p; p = strchr(p, '/'), p = p ? p + 1 : NULL)
        if (!strncmp(p, "..", 2) && (p[2] == '/' || !p[2]))
            return false;
    return true;
}

bool um_manifest_is(const um_json *json)
{
    return um_json_get_int(json, "unmask_manifest", 0) > 0;
}

static void read_role(struct reader *r, um_manifest *out, const um_json *json)
{
    text(r, out->role_name, sizeof out->role_name, json, "role", true);
    if (strspn(out->role_name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(out->role_name))
        bad(r, "\"role\" is not a word of small letters");
    out->role = um_role_of(out->role_name);
}

um_status um_manifest_parse(um_manifest *out, const um_json *json, const char *where, um_error *err)
{
    struct reader r = {where, err, UM_OK};
    memset(out, 0, sizeof *out);
    if (um_json_get_int(json, "unmask_manifest", 0) != 1)
        bad(&r, "\"unmask_manifest\" is not 1");
    read_role(&r, out, json);
    text(&r, out->name, sizeof out->name, json, "name", true);
    text(&r, out->model, sizeof out->model, json, "model", true);
    text(&r, out->sha256, sizeof out->sha256, json, "sha256", false);
    if (*out->sha256 && strspn(out->sha256, "0123456789abcdef") != 64)
        bad(&r, "\"sha256\" is not 64 hexadecimal digits");
    if (!inside(out->model))
        bad(&r, "\"model\" leads out of its folder");
    out->priority = integer(&r, json, "priority", 0, -1000000, 1000000);
    if (out->role != UM_ROLE_OTHER || um_json_get(json, "input"))
        read_input(&r, out, um_json_get(json, "input"));
    if (out->role == UM_ROLE_DETECTOR)
        read_decoder(&r, &out->decoder, um_json_get(json, "decoder"));
    else if (out->role == UM_ROLE_LANDMARKS)
        read_landmarks(&r, &out->landmarks, um_json_get(json, "landmarks"));
    else if (out->role == UM_ROLE_EMBEDDING || out->role == UM_ROLE_OTHER)
        outputs(&r, &out->output, 1, json, "output", out->role == UM_ROLE_EMBEDDING);
    else
        read_answer(&r, &out->answer, um_json_get(json, "answer"));
    if ((out->role == UM_ROLE_VOICE_GENERATED || out->role == UM_ROLE_VOICE_CODED) !=
            (out->input.kind == UM_INPUT_WAVE || out->input.kind == UM_INPUT_FRONT) &&
        out->role != UM_ROLE_OTHER)
        bad(&r, "\"input\" is not what this role looks at or listens to");
    bool of_one_face = out->role == UM_ROLE_LANDMARKS || out->role == UM_ROLE_EMBEDDING;
    if (of_one_face && (!out->input.width || out->input.width != out->input.height))
        bad(&r, "a network for one face needs a square \"width\" and \"height\"");
    return r.st;
}
