/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onnx_write.c: a graph back to the bytes of an ONNX file. */
#include "nn/onnx.h"
#include "onnx.pb-c.h"
#include <stdlib.h>
#include <string.h>

enum { IR_VERSION = 8 }; /* of ONNX 1.10 to 1.12 */

/* Everything the messages point to until they are packed. */
typedef struct arena {
    void **piece;
    size_t n, capacity;
    bool failed;
} arena;

static void *take(arena *a, size_t n, size_t size)
{
    void *p = um_calloc(n ? n : 1, size);
    if (!p || !um_grow(&a->piece, &a->capacity, a->n + 1, (size_t)1 << 24, sizeof *a->piece)) {
        free(p);
        a->failed = true;
        return NULL;
    }
    return a->piece[a->n++] = p;
}

static void arena_free(arena *a)
{
    for (size_t i = 0; i < a->n; i++)
        free(a->piece[i]);
    free(a->piece);
}

static char *text(arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = take(a, n, 1);
    return copy ? memcpy(copy, s, n) : NULL;
}

/* NULL-terminated errors are kept in the arena: callers go on, the end checks once. */
#define MESSAGE(a, type, init)       \
    type *m = take(a, 1, sizeof *m); \
    if (!m)                          \
        return NULL;                 \
    *m = (type)init

static Onnx__TensorProto *tensor(arena *a, const um_tensor *t, const char *name)
{
    MESSAGE(a, Onnx__TensorProto, ONNX__TENSOR_PROTO__INIT);
    m->name = text(a, name);
    m->n_dims = (size_t)t->rank;
    if ((m->dims = take(a, m->n_dims, sizeof *m->dims)))
        memcpy(m->dims, t->dim, m->n_dims * sizeof *m->dims);
    m->has_data_type = 1;
    m->data_type = um_onnx_type(t->dtype);
    m->has_raw_data = 1;
    m->raw_data.len = (size_t)um_tensor_count(t) * um_dtype_size(t->dtype);
    m->raw_data.data = t->data;
    return m;
}

static void *unpack_alloc(void *user, size_t size)
{
    return take(user, size, 1);
}

static void unpack_free(void *user, void *p)
{
    /* the arena does */
}

static Onnx__AttributeProto *attribute(arena *a, const um_attr *x)
{
    if (x->kind == UM_ATTR_OTHER) {
        ProtobufCAllocator allocator = {unpack_alloc, unpack_free, a};
        Onnx__AttributeProto *kept = onnx__attribute_proto__unpack(&allocator, x->n, x->packed);
        a->failed |= !kept;
        return kept;
    }
    MESSAGE(a, Onnx__AttributeProto, ONNX__ATTRIBUTE_PROTO__INIT);
    m->name = text(a, x->name);
    m->has_type = 1;
    switch (x->kind) {
    case UM_ATTR_FLOAT:
        m->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
        m->has_f = 1;
        m->f = x->f;
        break;
    case UM_ATTR_INT:
        m->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
        m->has_i = 1;
        m->i = x->i;
        break;
    case UM_ATTR_TEXT:
        m->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
        m->has_s = 1;
        m->s.len = x->n;
        m->s.data = (uint8_t *)x->text;
        break;
    case UM_ATTR_TENSOR:
        m->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
        m->t = tensor(a, x->tensor, "");
        break;
    case UM_ATTR_FLOATS:
        m->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS;
        m->n_floats = x->n;
        m->floats = x->floats;
        break;
    case UM_ATTR_INTS:
        m->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
        m->n_ints = x->n;
        m->ints = x->ints;
        break;
    case UM_ATTR_OTHER:
        break;
    }
    return m;
}

static char **value_names(arena *a, const um_graph *g, const int *value, int n)
{
    char **names = take(a, (size_t)n, sizeof *names);
    for (int i = 0; names && i < n; i++)
        names[i] = text(a, value[i] < 0 ? "" : g->values[value[i]].name);
    return names;
}

static Onnx__NodeProto *node(arena *a, const um_graph *g, const um_node *x)
{
    MESSAGE(a, Onnx__NodeProto, ONNX__NODE_PROTO__INIT);
    m->name = text(a, x->name);
    const char *colon = strrchr(x->type, ':');
    m->op_type = text(a, colon ? colon + 1 : x->type);
    if (colon && (m->domain = text(a, x->type)))
        m->domain[colon - x->type] = 0;
    m->n_input = (size_t)x->n_in;
    m->input = value_names(a, g, x->in, x->n_in);
    m->n_output = (size_t)x->n_out;
    m->output = value_names(a, g, x->out, x->n_out);
    m->n_attribute = (size_t)x->n_attrs;
    m->attribute = take(a, m->n_attribute, sizeof *m->attribute);
    for (int i = 0; m->attribute && i < x->n_attrs; i++)
        m->attribute[i] = attribute(a, &x->attrs[i]);
    return m;
}

static Onnx__TensorShapeProto__Dimension *dimension(arena *a, int64_t size)
{
    MESSAGE(a, Onnx__TensorShapeProto__Dimension, ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);
    if (size >= 0) {
        m->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        m->dim_value = size;
    }
    return m;
}

static Onnx__TensorShapeProto *shape(arena *a, const um_value_info *v)
{
    MESSAGE(a, Onnx__TensorShapeProto, ONNX__TENSOR_SHAPE_PROTO__INIT);
    m->n_dim = (size_t)v->rank;
    m->dim = take(a, m->n_dim, sizeof *m->dim);
    for (int i = 0; m->dim && i < v->rank; i++)
        m->dim[i] = dimension(a, v->dim[i]);
    return m;
}

static Onnx__TypeProto__Tensor *tensor_type(arena *a, const um_value_info *v)
{
    MESSAGE(a, Onnx__TypeProto__Tensor, ONNX__TYPE_PROTO__TENSOR__INIT);
    m->has_elem_type = 1;
    m->elem_type = um_onnx_type(v->dtype);
    if (v->rank >= 0)
        m->shape = shape(a, v);
    return m;
}

static Onnx__TypeProto *type(arena *a, const um_value_info *v)
{
    MESSAGE(a, Onnx__TypeProto, ONNX__TYPE_PROTO__INIT);
    m->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    m->tensor_type = tensor_type(a, v);
    return m;
}

static Onnx__ValueInfoProto *value_info(arena *a, const um_value_info *v)
{
    MESSAGE(a, Onnx__ValueInfoProto, ONNX__VALUE_INFO_PROTO__INIT);
    m->name = text(a, v->name);
    m->type = type(a, v);
    return m;
}

static Onnx__ValueInfoProto **value_infos(arena *a, const um_value_info *v, int n)
{
    Onnx__ValueInfoProto **list = take(a, (size_t)n, sizeof *list);
    for (int i = 0; list && i < n; i++)
        list[i] = value_info(a, &v[i]);
    return list;
}

static Onnx__GraphProto *graph_message(arena *a, const um_graph *g)
{
    MESSAGE(a, Onnx__GraphProto, ONNX__GRAPH_PROTO__INIT);
    m->name = text(a, g->name && *g->name ? g->name : "unmask");
    m->node = take(a, g->n_nodes, sizeof *m->node);
    m->initializer = take(a, g->n_values, sizeof *m->initializer);
    if (!m->node || !m->initializer)
        return NULL;
    for (size_t i = 0; i < g->n_nodes; i++)
        m->node[m->n_node++] = node(a, g, &g->nodes[i]);
    for (size_t i = 0; i < g->n_values; i++)
        if (g->values[i].constant)
            m->initializer[m->n_initializer++] = tensor(a, g->values[i].constant, g->values[i].name);
    m->n_input = (size_t)g->n_inputs;
    m->input = value_infos(a, g->input_info, g->n_inputs);
    m->n_output = (size_t)g->n_outputs;
    m->output = value_infos(a, g->output_info, g->n_outputs);
    return m;
}

static Onnx__OperatorSetIdProto *opset(arena *a, const char *domain, int64_t version)
{
    MESSAGE(a, Onnx__OperatorSetIdProto, ONNX__OPERATOR_SET_ID_PROTO__INIT);
    m->domain = text(a, domain);
    m->has_version = 1;
    m->version = version;
    return m;
}

static Onnx__StringStringEntryProto *entry(arena *a, const char *key, const char *value)
{
    MESSAGE(a, Onnx__StringStringEntryProto, ONNX__STRING_STRING_ENTRY_PROTO__INIT);
    m->key = text(a, key);
    m->value = text(a, value);
    return m;
}

static bool replaced(const char *const (*notes)[2], int n_notes, const char *key)
{
    for (int i = 0; i < n_notes; i++)
        if (!strcmp(notes[i][0], key))
            return true;
    return false;
}

static Onnx__ModelProto *model(arena *a, const um_graph *g, const char *const (*notes)[2], int n_notes)
{
    MESSAGE(a, Onnx__ModelProto, ONNX__MODEL_PROTO__INIT);
    m->has_ir_version = 1;
    m->ir_version = IR_VERSION;
    m->producer_name = text(a, "unmask");
    m->graph = graph_message(a, g);
    m->opset_import = take(a, 1 + g->n_domains, sizeof *m->opset_import);
    m->metadata_props = take(a, g->n_notes + (size_t)n_notes, sizeof *m->metadata_props);
    if (!m->opset_import || !m->metadata_props)
        return NULL;
    m->opset_import[m->n_opset_import++] = opset(a, "", g->opset);
    for (size_t i = 0; i < g->n_domains; i++)
        m->opset_import[m->n_opset_import++] = opset(a, g->domains[i].name, g->domains[i].version);
    for (size_t i = 0; i < g->n_notes; i++)
        if (!replaced(notes, n_notes, g->notes[i].key))
            m->metadata_props[m->n_metadata_props++] = entry(a, g->notes[i].key, g->notes[i].value);
    for (int i = 0; i < n_notes; i++)
        m->metadata_props[m->n_metadata_props++] = entry(a, notes[i][0], notes[i][1]);
    return m;
}

um_status um_graph_write(void **bytes, size_t *n, const um_graph *g, const char *const (*notes)[2],
                         int n_notes, um_error *err)
{
    arena a = {0};
    *bytes = NULL;
    *n = 0;
    if (g->has_functions)
        return um_fail(err, UM_EUNSUPPORTED, "%s: defines operators of its own; it cannot be written",
                       g->file);
    const Onnx__ModelProto *m = model(&a, g, notes, n_notes);
    if (m && !a.failed) {
        *n = onnx__model_proto__get_packed_size(m);
        if ((*bytes = um_calloc(*n, 1)))
            onnx__model_proto__pack(m, *bytes);
    }
    arena_free(&a);
    return *bytes ? UM_OK : um_fail_oom(err);
}

um_status um_tensor_write_pb(const um_tensor *tensor, const char *name, const char *path, um_error *err)
{
    void *bytes;
    size_t n;
    um_status st = um_onnx_pack_tensor(&bytes, &n, tensor, name, err);
    if (st < 0)
        return st;
    st = um_file_write(path, bytes, n, err);
    free(bytes);
    return st;
}
