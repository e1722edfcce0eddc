/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onnx.c: bytes of an ONNX file to a checked graph. The only place that knows the generated protobuf code. */
#include "nn/onnx.h"
#include "base/numbers.h"
#include "nn/op.h"
#include "onnx.pb-c.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTING = 24, MAX_ATTRS = 256, MAX_NAME = 4096 };

/* Unpacking recurses once per nested message and allocates a struct for messages of two bytes; the nesting is
 * therefore checked beforehand, along the schema, and the memory is budgeted. */
static bool nesting_ok(const ProtobufCMessageDescriptor *d, const uint8_t *p, const uint8_t *end, int depth)
{
    if (depth > MAX_NESTING)
        return false;
    while (p < end) {
        uint64_t tag = 0, v = 0;
        int shift = 0;
        do {
            if (p == end || shift > 63)
                return false;
            tag |= (uint64_t)(*p & 0x7f) << shift;
            shift += 7;
        } while (*p++ & 0x80);
        switch (tag & 7) {
        case 1:
            if (end - p < 8)
                return false;
            p += 8;
            continue;
        case 5:
            if (end - p < 4)
                return false;
            p += 4;
            continue;
        case 0:
        case 2:
            break;
        default:
            return false;
        }
        shift = 0;
        do {
            if (p == end || shift > 63)
                return false;
            v |= (uint64_t)(*p & 0x7f) << shift;
            shift += 7;
        } while (*p++ & 0x80);
        if ((tag & 7) == 0)
            continue;
        if (v > (uint64_t)(end - p))
            return false;
        const ProtobufCFieldDescriptor *f =
            tag >> 3 <= UINT32_MAX ? protobuf_c_message_descriptor_get_field(d, (unsigned)(tag >> 3)) : NULL;
        if (f && f->type == PROTOBUF_C_TYPE_MESSAGE && !nesting_ok(f->descriptor, p, p + v, depth + 1))
            return false;
        p += v;
    }
    return true;
}

typedef struct budget {
    size_t left;
    bool spent;
} budget;

static void *budget_alloc(void *user, size_t size)
{
    budget *b = user;
    if (size > b->left) {
        b->spent = true;
        return NULL;
    }
    b->left -= size;
    void *p = um_calloc(size, 1);
    b->spent |= !p;
    return p;
}

static void budget_free(void *user, void *p)
{
    free(p);
}

/* NULL + err on failure. `allocator` and `b` live as long as the message. */
static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *d, ProtobufCAllocator *allocator, budget *b,
                                const void *bytes, size_t n, const char *file, um_error *err)
{
    const uint8_t *p = bytes;
    *b = (budget){.left = n > SIZE_MAX / 64 ? SIZE_MAX : n * 12 + ((size_t)32 << 20)};
    *allocator = (ProtobufCAllocator){budget_alloc, budget_free, b};
    if (!n || !nesting_ok(d, p, p + n, 0)) {
        um_fail(err, UM_EFORMAT, "%s: not an ONNX file, or damaged", file);
        return NULL;
    }
    ProtobufCMessage *m = protobuf_c_message_unpack(d, allocator, n, p);
    if (!m && b->spent)
        um_fail(err, UM_ENOMEM, "%s: reading it needs too much memory", file);
    else if (!m)
        um_fail(err, UM_EFORMAT, "%s: not an ONNX file, or damaged", file);
    return m;
}

/* --- tensors --- */

/* A type that is not run is no reason not to list the rest: the first is remembered. */
static um_status lack(um_graph *g, const char *what, const char *name, int type, um_error *err)
{
    um_error line;
    char shown[128], number[32];
    if (g->lacks)
        return UM_OK;
    um_fail(&line, UM_EUNSUPPORTED, "%s '%s': element type %s is not supported", what,
            um_printable(shown, sizeof shown, name), um_onnx_type_name(number, sizeof number, type));
    return (g->lacks = um_strdup(line.text)) ? UM_OK : um_fail_oom(err);
}

static um_status read_tensor(um_tensor **out, const Onnx__TensorProto *t, const char *file, um_error *err)
{
    um_dtype dtype;
    int64_t n;
    char name[128];
    um_printable(name, sizeof name, t->name ? t->name : "");
    *out = NULL;
    if (t->n_external_data ||
        (t->has_data_location && t->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__DEFAULT))
        return um_fail(err, UM_EFORMAT, "%s: tensor '%s': data in other files are refused", file, name);
    if (!um_onnx_dtype(&dtype, t->data_type)) {
        char number[32];
        return um_fail(err, UM_EUNSUPPORTED, "%s: tensor '%s': element type %s is not supported", file, name,
                       um_onnx_type_name(number, sizeof number, t->data_type));
    }
    if (t->segment || t->n_dims > UM_MAX_RANK || !um_dims_count((int)t->n_dims, t->dims, &n))
        return um_fail(err, UM_EFORMAT, "%s: tensor '%s': unusable shape", file, name);
    size_t size = um_dtype_size(dtype), have = 0;
    if (t->has_raw_data)
        have = t->raw_data.len % size ? SIZE_MAX : t->raw_data.len / size;
    else
        have = dtype == UM_F32 ? t->n_float_data : dtype == UM_I64 ? t->n_int64_data : t->n_int32_data;
    if (have != (size_t)n) /* before the memory is asked for */
        return um_fail(err, UM_EFORMAT, "%s: tensor '%s': data do not match its shape", file, name);
    um_status st = um_tensor_new(out, dtype, (int)t->n_dims, t->dims, err);
    if (st < 0)
        return st;
    if (t->has_raw_data && n)
        memcpy((*out)->data, t->raw_data.data, (size_t)n * size);
    else if (dtype == UM_F32 && n)
        memcpy((*out)->data, t->float_data, (size_t)n * size);
    else if (dtype == UM_I64 && n)
        memcpy((*out)->data, t->int64_data, (size_t)n * size);
    else if (dtype == UM_I32 && n)
        memcpy((*out)->data, t->int32_data, (size_t)n * size);
    else
        for (int64_t i = 0; i < n; i++)
            ((uint8_t *)(*out)->data)[i] = (uint8_t)t->int32_data[i];
    if (dtype == UM_BOOL)
        for (int64_t i = 0; i < n; i++)
            ((uint8_t *)(*out)->data)[i] = ((uint8_t *)(*out)->data)[i] != 0;
    return UM_OK;
}

um_status um_onnx_read_tensor(um_tensor **out, const void *bytes, size_t n, const char *file, um_error *err)
{
    budget b;
    ProtobufCAllocator allocator;
    *out = NULL;
    ProtobufCMessage *m = unpack(&onnx__tensor_proto__descriptor, &allocator, &b, bytes, n, file, err);
    if (!m)
        return b.spent ? UM_ENOMEM : UM_EFORMAT;
    um_status st = read_tensor(out, (const Onnx__TensorProto *)m, file, err);
    protobuf_c_message_free_unpacked(m, &allocator);
    return st;
}

um_status um_onnx_pack_tensor(void **bytes, size_t *n, const um_tensor *tensor, const char *name,
                              um_error *err)
{
    Onnx__TensorProto t = ONNX__TENSOR_PROTO__INIT;
    int64_t dim[UM_MAX_RANK];
    memcpy(dim, tensor->dim, sizeof dim);
    char *copy = um_strdup(name);
    if (!copy)
        return um_fail_oom(err);
    t.name = copy;
    t.n_dims = (size_t)tensor->rank;
    t.dims = dim;
    t.has_data_type = 1;
    t.data_type = um_onnx_type(tensor->dtype);
    t.has_raw_data = 1;
    t.raw_data.len = (size_t)um_tensor_count(tensor) * um_dtype_size(tensor->dtype);
    t.raw_data.data = tensor->data;
    *n = onnx__tensor_proto__get_packed_size(&t);
    if ((*bytes = um_calloc(*n, 1)))
        onnx__tensor_proto__pack(&t, *bytes);
    free(copy);
    return *bytes ? UM_OK : um_fail_oom(err);
}

/* --- names to values --- */

typedef struct names {
    size_t n_slots; /* power of two */
    int *slot;      /* value + 1; 0 = empty */
} names;

static int *find_slot(const names *t, const um_graph *g, const char *name)
{
    size_t i = um_hash(name, strlen(name)) & (t->n_slots - 1);
    while (t->slot[i] && strcmp(g->values[t->slot[i] - 1].name, name))
        i = (i + 1) & (t->n_slots - 1);
    return &t->slot[i];
}

/* The index of a new value; -1 = the name exists or memory is exhausted (then *st says so). */
static int add_value(um_graph *g, names *t, const char *name, um_status *st, um_error *err)
{
    char shown[128];
    um_printable(shown, sizeof shown, name);
    int *slot = find_slot(t, g, name);
    if (*slot || strlen(name) > MAX_NAME) {
        *st = um_fail(err, UM_EFORMAT, "%s: value '%s' is made twice", g->file, shown);
        return -1;
    }
    um_value *v = &g->values[g->n_values];
    if (!(v->name = um_strdup(name))) {
        *st = um_fail_oom(err);
        return -1;
    }
    *slot = (int)++g->n_values;
    return (int)g->n_values - 1;
}

/* --- the graph --- */

static um_status read_info(um_graph *g, um_value_info *out, const Onnx__ValueInfoProto *v, const char *name,
                           bool is_input, um_error *err)
{
    const char *file = g->file;
    const Onnx__TypeProto__Tensor *t =
        v->type && v->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ? v->type->tensor_type : NULL;
    char shown[128];
    um_printable(shown, sizeof shown, name);
    *out = (um_value_info){.name = name, .rank = -1};
    if (!t)
        return is_input || v->type
                   ? um_fail(err, UM_EUNSUPPORTED, "%s: value '%s' is not a tensor", file, shown)
                   : UM_OK;
    if (!um_onnx_dtype(&out->dtype, t->elem_type) && (is_input || t->elem_type)) {
        if (lack(g, "value", name, t->elem_type, err) < 0)
            return UM_ENOMEM;
        out->foreign = um_onnx_type_name(NULL, 0, t->elem_type);
    }
    if (!t->shape)
        return UM_OK;
    if (t->shape->n_dim > UM_MAX_RANK)
        return um_fail(err, UM_EUNSUPPORTED, "%s: value '%s' has more than %d dimensions", file, shown,
                       UM_MAX_RANK);
    out->rank = (int)t->shape->n_dim;
    for (int i = 0; i < out->rank; i++) {
        const Onnx__TensorShapeProto__Dimension *d = t->shape->dim[i];
        bool fixed =
            d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && d->dim_value >= 0;
        out->dim[i] = fixed ? d->dim_value : -1;
        if (out->dim[i] > INT32_MAX)
            return um_fail(err, UM_EFORMAT, "%s: value '%s': unusable shape", file, shown);
    }
    return UM_OK;
}

static um_status read_attr(um_graph *g, um_attr *a, const Onnx__AttributeProto *p, um_error *err)
{
    um_dtype known;
    const char *file = g->file;
    const Onnx__TensorProto *foreign = p->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR && p->t &&
                                               !um_onnx_dtype(&known, p->t->data_type)
                                           ? p->t
                                           : NULL;
    if (!p->name || strlen(p->name) > MAX_NAME)
        return um_fail(err, UM_EFORMAT, "%s: an attribute without a name", file);
    if (!(a->name = um_strdup(p->name)))
        return um_fail_oom(err);
    if (foreign && lack(g, "attribute", p->name, foreign->data_type, err) < 0)
        return UM_ENOMEM;
    switch (foreign ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED : p->type) {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
        a->kind = UM_ATTR_FLOAT;
        a->f = p->f;
        return UM_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
        a->kind = UM_ATTR_INT;
        a->i = p->i;
        return UM_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
        a->kind = UM_ATTR_TEXT;
        if (p->s.len > MAX_NAME || !(a->text = um_calloc(p->s.len + 1, 1)))
            return um_fail(err, UM_ENOMEM, "%s: attribute text too long", file);
        if (p->s.len)
            memcpy(a->text, p->s.data, p->s.len);
        a->n = p->s.len;
        return UM_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
        if (!p->t)
            return um_fail(err, UM_EFORMAT, "%s: an attribute without its tensor", file);
        a->kind = UM_ATTR_TENSOR;
        return read_tensor(&a->tensor, p->t, file, err);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
        a->kind = UM_ATTR_FLOATS;
        a->n = p->n_floats;
        if (!(a->floats = um_calloc(a->n, sizeof *a->floats)))
            return um_fail_oom(err);
        if (a->n)
            memcpy(a->floats, p->floats, a->n * sizeof *a->floats);
        return UM_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
        a->kind = UM_ATTR_INTS;
        a->n = p->n_ints;
        if (!(a->ints = um_calloc(a->n, sizeof *a->ints)))
            return um_fail_oom(err);
        if (a->n)
            memcpy(a->ints, p->ints, a->n * sizeof *a->ints);
        return UM_OK;
    default:
        a->n = onnx__attribute_proto__get_packed_size(p);
        if (!(a->packed = um_calloc(a->n, 1)))
            return um_fail_oom(err);
        onnx__attribute_proto__pack(p, a->packed);
        return UM_OK;
    }
}

static bool default_domain(const char *domain)
{
    return !domain || !*domain || !strcmp(domain, "ai.onnx");
}

static char *node_type(const Onnx__NodeProto *p)
{
    const char *type = p->op_type ? p->op_type : "";
    if (default_domain(p->domain))
        return um_strdup(type);
    size_t n = strlen(type) + strlen(p->domain) + 2;
    char *s = um_calloc(n, 1);
    if (s)
        snprintf(s, n, "%s:%s", p->domain, type);
    return s;
}

static um_status read_node(um_graph *g, names *t, um_node *node, const Onnx__NodeProto *p, um_error *err)
{
    um_status st = UM_OK;
    char shown[128];
    if (p->n_input > UM_NN_MAX_PORTS || p->n_output > UM_NN_MAX_PORTS || p->n_attribute > MAX_ATTRS)
        return um_fail(err, UM_EFORMAT, "%s: a node with too many inputs, outputs or attributes", g->file);
    const char *name = p->name && *p->name ? p->name : p->n_output && p->output[0] ? p->output[0] : "";
    node->name = um_strdup(name);
    node->type = node_type(p);
    node->in = um_calloc(p->n_input, sizeof *node->in);
    node->out = um_calloc(p->n_output, sizeof *node->out);
    node->attrs = um_calloc(p->n_attribute, sizeof *node->attrs);
    if (!node->name || !node->type || !node->in || !node->out || !node->attrs)
        return um_fail_oom(err);
    if (!*node->type)
        return um_fail(err, UM_EFORMAT, "%s: a node without an operator", g->file);
    node->op = um_op_find(node->type);
    for (node->n_in = 0; node->n_in < (int)p->n_input; node->n_in++) {
        const char *in = p->input[node->n_in];
        int v = *in ? *find_slot(t, g, in) - 1 : -1;
        if (*in && v < 0)
            return um_fail(err, UM_EFORMAT, "%s: node '%s' (%s) reads '%s' before it is made", g->file,
                           um_printable(shown, sizeof shown, node->name), node->type, in);
        node->in[node->n_in] = v;
    }
    for (; node->n_attrs < (int)p->n_attribute; node->n_attrs++)
        if ((st = read_attr(g, &node->attrs[node->n_attrs], p->attribute[node->n_attrs], err)) < 0) {
            node->n_attrs++;
            return st;
        }
    for (; node->n_out < (int)p->n_output; node->n_out++) {
        int v = *p->output[node->n_out] ? add_value(g, t, p->output[node->n_out], &st, err) : -1;
        if (st < 0)
            return st;
        node->out[node->n_out] = v;
    }
    return UM_OK;
}

static um_status read_initializer(um_graph *g, um_value *v, const Onnx__TensorProto *w, um_error *err)
{
    int64_t n;
    um_dtype known;
    if (um_onnx_dtype(&known, w->data_type) || w->n_external_data || w->n_dims > UM_MAX_RANK ||
        !um_dims_count((int)w->n_dims, w->dims, &n))
        return read_tensor(&v->constant, w, g->file, err);
    g->n_foreign += n;
    return lack(g, "tensor", v->name, w->data_type, err);
}

static um_status read_values(um_graph *g, names *t, const Onnx__GraphProto *p, um_error *err)
{
    um_status st = UM_OK;
    for (size_t i = 0; i < p->n_initializer; i++) {
        const Onnx__TensorProto *w = p->initializer[i];
        int v = add_value(g, t, w->name ? w->name : "", &st, err);
        if (v < 0 || (st = read_initializer(g, &g->values[v], w, err)) < 0)
            return st;
    }
    for (size_t i = 0; i < p->n_input; i++) {
        const char *name = p->input[i]->name ? p->input[i]->name : "";
        if (*find_slot(t, g, name)) /* older files list their initializers as inputs too */
            continue;
        int v = add_value(g, t, name, &st, err);
        if (v < 0 ||
            (st = read_info(g, &g->input_info[g->n_inputs], p->input[i], g->values[v].name, true, err)) < 0)
            return st;
        g->inputs[g->n_inputs++] = v;
    }
    for (; g->n_nodes < p->n_node; g->n_nodes++)
        if ((st = read_node(g, t, &g->nodes[g->n_nodes], p->node[g->n_nodes], err)) < 0) {
            g->n_nodes++;
            return st;
        }
    for (size_t i = 0; i < p->n_output; i++) {
        char shown[128];
        const char *name = p->output[i]->name ? p->output[i]->name : "";
        int v = *find_slot(t, g, name) - 1;
        if (v < 0)
            return um_fail(err, UM_EFORMAT, "%s: output '%s' is never made", g->file,
                           um_printable(shown, sizeof shown, name));
        if ((st = read_info(g, &g->output_info[i], p->output[i], g->values[v].name, false, err)) < 0)
            return st;
        g->outputs[g->n_outputs++] = v;
    }
    return UM_OK;
}

/* Inputs that are axes, sizes or the like. */
static void mark_known(um_graph *g)
{
    for (size_t i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->nodes[i].n_in && k < 8; k++)
            for (int in = 0; in < g->n_inputs && g->nodes[i].op && g->nodes[i].op->known_in >> k & 1; in++)
                g->input_known[in] = g->input_known[in] || g->inputs[in] == g->nodes[i].in[k];
}

/* What the file says about itself and its operators. */
static um_status read_about(um_graph *g, const Onnx__ModelProto *m, um_error *err)
{
    g->has_functions = m->n_functions > 0;
    g->name = um_strdup(m->graph->name ? m->graph->name : "");
    g->domains = um_calloc(m->n_opset_import, sizeof *g->domains);
    g->notes = um_calloc(m->n_metadata_props, sizeof *g->notes);
    if (!g->name || !g->domains || !g->notes)
        return um_fail_oom(err);
    for (size_t i = 0; i < m->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *p = m->opset_import[i];
        if (default_domain(p->domain)) {
            g->opset = p->version;
            continue;
        }
        um_domain *d = &g->domains[g->n_domains++];
        d->version = p->version;
        if (!(d->name = um_strdup(p->domain)))
            return um_fail_oom(err);
    }
    for (size_t i = 0; i < m->n_metadata_props; i++) {
        const Onnx__StringStringEntryProto *p = m->metadata_props[i];
        um_note *n = &g->notes[g->n_notes++];
        n->key = um_strdup(p->key ? p->key : "");
        n->value = um_strdup(p->value ? p->value : "");
        if (!n->key || !n->value)
            return um_fail_oom(err);
    }
    return UM_OK;
}

static um_status read_graph(um_graph *g, const Onnx__ModelProto *m, um_error *err)
{
    const Onnx__GraphProto *p = m->graph;
    if (!p || !p->n_node || !p->n_output)
        return um_fail(err, UM_EFORMAT, "%s: not an ONNX file, or an empty one", g->file);
    if (p->n_sparse_initializer)
        return um_fail(err, UM_EUNSUPPORTED, "%s: sparse tensors are not supported", g->file);
    um_status st = read_about(g, m, err);
    if (st < 0)
        return st;
    if (g->opset < 1 || g->opset > 1000)
        return um_fail(err, UM_EFORMAT, "%s: no usable operator set version", g->file);
    size_t most = p->n_initializer + p->n_input + 1;
    for (size_t i = 0; i < p->n_node; i++)
        most += p->node[i]->n_output;
    if (p->n_node > UM_NN_MAX_NODES || most > 16 * UM_NN_MAX_NODES || p->n_output > UM_NN_MAX_PORTS ||
        p->n_input > most)
        return um_fail(err, UM_EUNSUPPORTED, "%s: more than %d nodes", g->file, UM_NN_MAX_NODES);
    names t = {.n_slots = 16};
    while (t.n_slots < 2 * most)
        t.n_slots *= 2;
    t.slot = um_calloc(t.n_slots, sizeof *t.slot);
    g->values = um_calloc(most, sizeof *g->values);
    g->nodes = um_calloc(p->n_node, sizeof *g->nodes);
    g->inputs = um_calloc(p->n_input, sizeof *g->inputs);
    g->input_known = um_calloc(p->n_input, sizeof *g->input_known);
    g->outputs = um_calloc(p->n_output, sizeof *g->outputs);
    g->input_info = um_calloc(p->n_input, sizeof *g->input_info);
    g->output_info = um_calloc(p->n_output, sizeof *g->output_info);
    st = t.slot && g->values && g->nodes && g->inputs && g->input_known && g->outputs && g->input_info &&
                 g->output_info
             ? read_values(g, &t, p, err)
             : um_fail_oom(err);
    free(t.slot);
    if (st == UM_OK)
        mark_known(g);
    return st;
}

um_status um_graph_read(um_graph **out, const void *bytes, size_t n, const char *file, um_error *err)
{
    um_status st = um_graph_list(out, bytes, n, file, err);
    if (st == UM_OK && (*out)->lacks) {
        st = um_fail(err, UM_EUNSUPPORTED, "%s: %s", file, (*out)->lacks);
        um_graph_free(out);
    }
    return st;
}

um_status um_graph_list(um_graph **out, const void *bytes, size_t n, const char *file, um_error *err)
{
    budget b;
    ProtobufCAllocator allocator;
    *out = NULL;
    um_graph *g = um_calloc(1, sizeof *g);
    if (!g || !(g->file = um_strdup(file))) {
        um_graph_free(&g);
        return um_fail_oom(err);
    }
    ProtobufCMessage *m = unpack(&onnx__model_proto__descriptor, &allocator, &b, bytes, n, file, err);
    um_status st = m ? read_graph(g, (const Onnx__ModelProto *)m, err) : b.spent ? UM_ENOMEM : UM_EFORMAT;
    if (m)
        protobuf_c_message_free_unpacked(m, &allocator);
    if (st < 0)
        um_graph_free(&g);
    *out = g;
    return st;
}

um_status um_tensor_read_pb(um_tensor **out, const char *path, um_error *err)
{
    char *bytes;
    size_t n;
    *out = NULL;
    um_status st = um_file_read(&bytes, &n, path, UM_NN_MAX_BYTES, err);
    if (st < 0)
        return st;
    st = um_onnx_read_tensor(out, bytes, n, path, err);
    free(bytes);
    return st;
}
