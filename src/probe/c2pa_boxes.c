/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c2pa_boxes.c: which bytes of an ISO file c2pa.hash.bmff leaves out: boxes by their path, if their length,
 * version, flags and bytes are as told, whole or in parts. */
#include "probe/boxes.h"
#include "probe/c2pa.h"

enum { PATH_MAX_BYTES = 64, VALUE_MAX = 1024 };

struct leaving {
    um_left_out *out;
    const um_manifest *m;
    const um_cbor_tree *t;
    const um_cbor *rule;
    const char *why; /* not understood */
};

static bool leave(struct leaving *v, int64_t at, int64_t end)
{
    if (v->out->n == UM_RANGES_MAX) {
        v->why = "its hash leaves out too many boxes";
        return false;
    }
    v->out->range[v->out->n++] = (um_range){at, end};
    return true;
}

/* Is the box as the rule says? */
static bool matches(struct leaving *v, const um_box *box)
{
    const um_cbor *c = um_cbor_get(v->t, v->rule, "length"), *flags = um_cbor_get(v->t, v->rule, "flags");
    const um_cbor *data = um_cbor_get(v->t, v->rule, "data");
    const um_cbor *exact = um_cbor_get(v->t, v->rule, "exact");
    um_probe_state *p = v->m->probe;
    uint8_t have[VALUE_MAX];
    if (um_cbor_is(c, UM_CBOR_UNSIGNED) && um_cbor_int(c, -1) != box->end - box->start)
        return false;
    c = um_cbor_get(v->t, v->rule, "version");
    if ((um_cbor_is(c, UM_CBOR_UNSIGNED) || um_cbor_is(flags, UM_CBOR_BYTES)) &&
        !um_probe_read(p, box->at, have, 4))
        return false;
    if (um_cbor_is(c, UM_CBOR_UNSIGNED) && um_cbor_int(c, -1) != have[0])
        return false;
    if (um_cbor_is(flags, UM_CBOR_BYTES) && flags->at && flags->n == 3) {
        bool loose = um_cbor_is(exact, UM_CBOR_SIMPLE) && exact->value == 20; /* false: these bits at least */
        for (int i = 0; i < 3; i++)
            if (loose ? (have[i + 1] & flags->at[i]) != flags->at[i] : have[i + 1] != flags->at[i])
                return false;
    }
    for (c = um_cbor_is(data, UM_CBOR_ARRAY) ? um_cbor_first(v->t, data) : NULL; c;
         c = um_cbor_next(v->t, c)) {
        const um_cbor *value = um_cbor_get(v->t, c, "value");
        int64_t offset = um_cbor_int(um_cbor_get(v->t, c, "offset"), -1);
        if (!um_cbor_is(value, UM_CBOR_BYTES) || !value->at || value->n > VALUE_MAX || offset < 0 ||
            offset > box->end - box->start || !um_probe_read(p, box->start + offset, have, value->n) ||
            memcmp(have, value->at, value->n))
            return false;
    }
    return true;
}

static bool excluded(struct leaving *v, const um_box *box, bool top)
{
    const um_cbor *subset = um_cbor_get(v->t, v->rule, "subset"), *c;
    int64_t size = box->end - box->start;
    if (!matches(v, box))
        return true;
    if (!um_cbor_is(subset, UM_CBOR_ARRAY)) {
        for (int i = 0; top && i < v->out->n_top; i++)
            if (v->out->top[i] == box->start)
                memmove(v->out->top + i, v->out->top + i + 1,
                        (size_t)(--v->out->n_top - i) * sizeof *v->out->top);
        v->out->media |= top && (um_box_is(box, "mdat") || um_box_is(box, "moov"));
        return leave(v, box->start, box->end);
    }
    for (c = um_cbor_first(v->t, subset); c; c = um_cbor_next(v->t, c)) {
        int64_t at = um_cbor_int(um_cbor_get(v->t, c, "offset"), -1),
                n = um_cbor_int(um_cbor_get(v->t, c, "length"), -1);
        if (at < 0 || n < 0 || at > size)
            continue;
        if (!n || n > size - at)
            n = size - at;
        if (!leave(v, box->start + at, box->start + at + n))
            return false;
    }
    return true;
}

/* The boxes inside [at, end) that the path leads to: "/moov/trak", 4 letters each. */
static bool follow(struct leaving *v, const char *path, int64_t at, int64_t end, bool top)
{
    um_box box;
    if (*path != '/' || strlen(path) < 5 || (path[5] && path[5] != '/')) {
        v->why = "its hash leaves out boxes in a way that is not understood";
        return false;
    }
    for (; um_box_read(v->m->probe, &box, at, end); at = box.end) {
        uint8_t head[8];
        if (memcmp(box.type, path + 1, 4))
            continue;
        /* ISO: version and flags before the boxes of 'meta' */
        bool full = um_box_is(&box, "meta") &&
                    !(um_probe_read(v->m->probe, box.at, head, 8) && !memcmp(head + 4, "hdlr", 4));
        if (path[5] ? !follow(v, path + 5, box.at + (full ? 4 : 0), box.end, false) : !excluded(v, &box, top))
            return false;
    }
    return true;
}

bool um_c2pa_excluded_boxes(um_left_out *out, const um_manifest *m, const um_cbor_tree *t,
                            const um_cbor *exclusions, const char **why)
{
    struct leaving v = {.out = out, .m = m, .t = t, .why = "the file has too many boxes"};
    um_box box;
    for (int64_t at = 0; um_box_read(m->probe, &box, at, m->probe->size); at = box.end) {
        if (out->n_top == UM_RANGES_MAX)
            goto failed;
        out->top[out->n_top++] = box.start;
    }
    for (const um_cbor *c = um_cbor_is(exclusions, UM_CBOR_ARRAY) ? um_cbor_first(t, exclusions) : NULL; c;
         c = um_cbor_next(t, c)) {
        char path[PATH_MAX_BYTES];
        v.rule = c;
        um_cbor_text(path, sizeof path, um_cbor_get(t, c, "xpath"), "");
        if (!follow(&v, path, 0, m->probe->size, true))
            goto failed;
    }
    return true;
failed:
    *why = v.why;
    return false;
}
