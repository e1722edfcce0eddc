/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged and hostile networks and tensors end in one clear line: no crash, no hang, no unbounded memory. */
#include "../check.h"
#include "base/base.h"
#include <string.h>
#include <time.h>
#include <unmask/network.h>

static uint64_t rng_state = 1;
static uint64_t rng(void)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* --- a small writer of protobuf messages --- */

static void varint(um_buf *b, uint64_t v)
{
    for (; v > 127; v >>= 7)
        um_buf_add(b, &(uint8_t){(uint8_t)(v | 128)}, 1);
    um_buf_add(b, &(uint8_t){(uint8_t)v}, 1);
}

static void number(um_buf *b, int field, int64_t v)
{
    varint(b, (uint64_t)field << 3);
    varint(b, (uint64_t)v);
}

static void bytes(um_buf *b, int field, const void *p, size_t n)
{
    varint(b, (uint64_t)field << 3 | 2);
    varint(b, n);
    um_buf_add(b, p, n);
}

static void text(um_buf *b, int field, const char *s)
{
    bytes(b, field, s, strlen(s));
}

static void nested(um_buf *b, int field, um_buf *inner)
{
    bytes(b, field, inner->data ? inner->data : "", inner->n);
    um_buf_free(inner);
    um_buf_init(inner, 1 << 22);
}

static void value_info(um_buf *graph, int field, const char *name, int rank, const int64_t *dim)
{
    um_buf shape, type, tensor, info, d;
    um_buf *const all[] = {&shape, &type, &tensor, &info, &d};
    for (int i = 0; i < 5; i++)
        um_buf_init(all[i], 1 << 16);
    for (int i = 0; i < rank; i++) {
        number(&d, 1, dim[i]);
        nested(&shape, 1, &d);
    }
    number(&tensor, 1, 1);
    nested(&tensor, 2, &shape);
    nested(&type, 1, &tensor);
    text(&info, 1, name);
    nested(&info, 2, &type);
    nested(graph, field, &info);
    for (int i = 0; i < 5; i++)
        um_buf_free(all[i]);
}

static void tensor(um_buf *out, int field, const char *name, int rank, const int64_t *dim, size_t raw)
{
    um_buf t;
    um_buf_init(&t, 1 << 22);
    for (int i = 0; i < rank; i++)
        number(&t, 1, dim[i]);
    number(&t, 2, 1);
    text(&t, 8, name);
    char *zeros = um_calloc(raw, 1);
    bytes(&t, 9, zeros, raw);
    free(zeros);
    nested(out, field, &t);
    um_buf_free(&t);
}

static void attr_ints(um_buf *node, const char *name, int n, const int64_t *v)
{
    um_buf a;
    um_buf_init(&a, 1 << 16);
    text(&a, 1, name);
    for (int i = 0; i < n; i++)
        number(&a, 8, v[i]);
    number(&a, 20, 7);
    nested(node, 5, &a);
    um_buf_free(&a);
}

static void attr_int(um_buf *node, const char *name, int64_t v)
{
    um_buf a;
    um_buf_init(&a, 1 << 16);
    text(&a, 1, name);
    number(&a, 3, v);
    number(&a, 20, 2);
    nested(node, 5, &a);
    um_buf_free(&a);
}

static um_status open_graph(um_buf *graph, um_error *err)
{
    um_buf model, opset;
    um_network *m = NULL;
    um_session *session = NULL;
    um_buf_init(&model, 1 << 24);
    um_buf_init(&opset, 64);
    number(&model, 1, 8);
    number(&opset, 2, 13);
    nested(&model, 8, &opset);
    nested(&model, 7, graph);
    um_status st = um_network_open_memory(&m, model.data, model.n, "evil.onnx", err);
    if (st == UM_OK) {
        const um_value_info *v = um_network_input(m, 0);
        um_tensor *in = NULL;
        const um_tensor *out[4];
        if (v && um_network_n_inputs(m) == 1 && um_tensor_new(&in, v->dtype, v->rank, v->dim, err) == UM_OK &&
            (st = um_session_new(&session, m, NULL, err)) == UM_OK)
            st = um_session_run(session, (const um_tensor *const *)&in, out, err);
        um_tensor_free(&in);
    }
    um_session_free(&session);
    um_network_free(&m);
    um_buf_free(&model);
    um_buf_free(&opset);
    um_buf_free(graph);
    return st;
}

/* x [1, 4, 8, 8] -> `op` with weights [4, 4, 3, 3] and one list attribute -> y */
static um_status one_node(const char *op, const char *attr, int n, const int64_t *v, bool scalar,
                          um_error *err)
{
    um_buf graph, node;
    um_buf_init(&graph, 1 << 22);
    um_buf_init(&node, 1 << 16);
    const int64_t x[4] = {1, 4, 8, 8}, w[4] = {4, 4, 3, 3}, kernel[2] = {3, 3};
    text(&node, 1, "x");
    if (!strcmp(op, "Conv"))
        text(&node, 1, "w");
    text(&node, 2, "y");
    text(&node, 3, "n1");
    text(&node, 4, op);
    if (strstr(op, "Pool") && strcmp(attr, "kernel_shape"))
        attr_ints(&node, "kernel_shape", 2, kernel);
    if (scalar)
        attr_int(&node, attr, *v);
    else
        attr_ints(&node, attr, n, v);
    nested(&graph, 1, &node);
    text(&graph, 2, "g");
    tensor(&graph, 5, "w", 4, w, 4 * 4 * 9 * 4);
    value_info(&graph, 11, "x", 4, x);
    value_info(&graph, 12, "y", 4, x);
    um_buf_free(&node);
    return open_graph(&graph, err);
}

static void test_absurd_attributes(void)
{
    um_error err;
    static const struct {
        const char *op, *attr;
        int n;
        int64_t v[8];
        bool scalar, fine;
    } cases[] = {
        {"Conv", "strides", 2, {2, 2}, false, true},
        {"Conv", "strides", 2, {0, 1}, false, false},
        {"Conv", "strides", 2, {-1, 1}, false, false},
        {"Conv", "strides", 3, {1, 1, 1}, false, false},
        {"Conv", "pads", 4, {(int64_t)1 << 31, 0, 0, 0}, false, false},
        {"Conv", "pads", 4, {60000, 60000, 60000, 60000}, false, false},
        {"Conv", "pads", 4, {30, 30, 30, 30}, false, true},
        {"Conv", "pads", 4, {-1, 0, 0, 0}, false, false},
        {"Conv", "dilations", 2, {INT64_MAX, 1}, false, false},
        {"Conv", "dilations", 2, {65536, 1}, false, false},
        {"Conv", "kernel_shape", 2, {5, 5}, false, false},
        {"Conv", "group", 1, {0}, true, false},
        {"Conv", "group", 1, {3}, true, false},
        {"Conv", "group", 1, {INT64_MIN}, true, false},
        {"MaxPool", "kernel_shape", 2, {0, 3}, false, false},
        {"MaxPool", "kernel_shape", 2, {INT64_MAX, 3}, false, false},
        {"MaxPool", "kernel_shape", 2, {3, 3}, false, true},
        {"AveragePool", "pads", 4, {65000, 65000, 65000, 65000}, false, false},
        {"Transpose", "perm", 4, {0, 1, 1, 2}, false, false},
        {"Transpose", "perm", 4, {0, 1, 2, -1}, false, false},
        {"Transpose", "perm", 4, {0, 2, 3, 1}, false, true},
        {"ReduceMean", "axes", 2, {9, 1}, false, false},
        {"ReduceMean", "axes", 2, {-1, -2}, false, true},
        {"Squeeze", "axes", 1, {1}, false, false},
        {"Unsqueeze", "axes", 8, {0, 1, 2, 3, 4, 5, 6, 7}, false, false},
        {"Reshape", "shape", 3, {-1, -1, 4}, false, false},
        {"Reshape", "shape", 3, {(int64_t)1 << 40, (int64_t)1 << 40, 1}, false, false},
        {"Reshape", "shape", 2, {-1, 7}, false, false},
        {"Pad", "pads", 8, {0, 0, INT64_MAX, 0, 0, 0, 0, 0}, false, false},
        {"Pad", "pads", 8, {16000000, 0, 0, 0, 0, 0, 0, 0}, false, false},
        {"Pad", "pads", 8, {0, 0, -8, 0, 0, 0, -8, 0}, false, false},
        {"Softmax", "axis", 1, {4}, true, false},
        {"Concat", "axis", 1, {INT64_MIN}, true, false},
        {"Flatten", "axis", 1, {5}, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        um_status st = one_node(cases[i].op, cases[i].attr, cases[i].n, cases[i].v, cases[i].scalar, &err);
        if ((st == UM_OK) != cases[i].fine)
            fprintf(stderr, "case %zu (%s %s): status %d %s\n", i, cases[i].op, cases[i].attr, st, err.text);
        CHECK((st == UM_OK) == cases[i].fine);
        if (st < 0)
            CHECK(strstr(err.text, "evil.onnx") && strstr(err.text, "n1"));
    }
}

/* GraphProto.node -> NodeProto.attribute -> AttributeProto.g -> GraphProto ... */
static void test_deep_nesting(void)
{
    um_buf inner, outer;
    um_error err;
    static const int fields[] = {6, 5, 1};
    um_buf_init(&inner, 1 << 22);
    for (int depth = 0; depth < 60000; depth++) {
        um_buf_init(&outer, 1 << 22);
        if (inner.n > 400000)
            break;
        bytes(&outer, fields[depth % 3], inner.data ? inner.data : "", inner.n);
        um_buf_free(&inner);
        inner = outer;
    }
    um_status st = open_graph(&inner, &err);
    CHECK(st == UM_EFORMAT && strstr(err.text, "evil.onnx"));
}

static void test_broken_graphs(void)
{
    um_error err;
    um_buf graph, node;
    const int64_t x[2] = {2, 2}, huge[4] = {INT32_MAX, INT32_MAX, INT32_MAX, 1};
    static const struct {
        const char *in, *out, *also_out;
    } cases[] = {
        {"z", "y", NULL}, /* reads what nobody makes */
        {"y", "y", NULL}, /* reads itself: a cycle */
        {"x", "x", NULL}, /* makes an input again */
        {"x", "y", "y"},  /* makes a name twice */
        {"x", "q", NULL}, /* the output is never made */
        {"", "y", NULL},  /* a needed input is left out */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        um_buf_init(&graph, 1 << 20);
        um_buf_init(&node, 1 << 16);
        text(&node, 1, cases[i].in);
        text(&node, 2, cases[i].out);
        if (cases[i].also_out)
            text(&node, 2, cases[i].also_out);
        text(&node, 4, "Relu");
        nested(&graph, 1, &node);
        value_info(&graph, 11, "x", 2, x);
        value_info(&graph, 12, "y", 2, x);
        CHECK(open_graph(&graph, &err) < 0 && strstr(err.text, "evil.onnx"));
        um_buf_free(&node);
    }
    /* a declared input of 2^93 values; a tensor whose data do not match its shape */
    for (int k = 0; k < 2; k++) {
        um_buf_init(&graph, 1 << 20);
        um_buf_init(&node, 1 << 16);
        text(&node, 1, k ? "w" : "x");
        text(&node, 2, "y");
        text(&node, 4, "Relu");
        nested(&graph, 1, &node);
        if (k)
            tensor(&graph, 5, "w", 3, huge, 64);
        else
            value_info(&graph, 11, "x", 4, huge);
        value_info(&graph, 12, "y", 2, x);
        CHECK(open_graph(&graph, &err) < 0 && strstr(err.text, "evil.onnx"));
        um_buf_free(&node);
    }
}

static void test_external_data_are_refused(void)
{
    um_buf t, entry;
    um_error err;
    um_tensor *out = NULL;
    char dir[] = "/tmp/unmask-test-XXXXXX", path[64];
    um_buf_init(&t, 1 << 16);
    um_buf_init(&entry, 1 << 16);
    text(&entry, 1, "location");
    text(&entry, 2, "/etc/passwd");
    number(&t, 1, 4);
    number(&t, 2, 1);
    nested(&t, 13, &entry);
    number(&t, 14, 1);
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/t.pb", dir);
    CHECK(um_file_write(path, t.data, t.n, &err) == UM_OK);
    CHECK(um_tensor_read_pb(&out, path, &err) == UM_EFORMAT && !out && strstr(err.text, path));
    /* what is written is read back */
    const int64_t dim[3] = {2, 1, 3};
    um_tensor *made = NULL;
    for (int type = UM_F32; type <= UM_BOOL; type++) {
        CHECK(um_tensor_new(&made, (um_dtype)type, 3, dim, &err) == UM_OK);
        memset(made->data, 1, 6 * um_dtype_size((um_dtype)type));
        CHECK(um_tensor_write_pb(made, "t", path, &err) == UM_OK);
        CHECK(um_tensor_read_pb(&out, path, &err) == UM_OK && out->dtype == made->dtype && out->rank == 3 &&
              out->dim[2] == 3 && !memcmp(out->data, made->data, 6 * um_dtype_size((um_dtype)type)));
        um_tensor_free(&made);
        um_tensor_free(&out);
    }
    remove(path);
    remove(dir);
    um_buf_free(&t);
    um_buf_free(&entry);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Bits flipped in the structure (near names and headers more than in weights), cuts, doubled stretches. */
static void test_mutations(const char *data)
{
    static const char *const files[] = {"face_landmarks/peppa_slim68_160.onnx",
                                        "face_detection/mtcnn_pnet.onnx", "deepfake/mesoinception_df.onnx",
                                        "face_detection/ultralight_rfb_320.onnx",
                                        "face_detection/yunet_n_dynamic.onnx"};
    double slowest = 0;
    int n_open = 0, n_run = 0, n_all = 0;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        char path[4096], *original;
        size_t n;
        um_error err;
        snprintf(path, sizeof path, "%s/models/%s", data, files[f]);
        if (um_file_read(&original, &n, path, 1 << 24, &err) < 0)
            continue;
        size_t tail = n < 60000 ? n : 60000; /* where most of the structure is, beside the head */
        for (int k = 0; k < 100; k++) {
            char *copy = um_calloc(n, 1);
            size_t size = n;
            memcpy(copy, original, n);
            if (k % 5 == 0)
                size = rng() % n;
            for (int flips = 1 + (int)(rng() % 8); flips && k % 5; flips--) {
                size_t at = rng() % 3 ? n - 1 - rng() % tail : rng() % (rng() % 2 ? n : 4096 < n ? 4096 : n);
                copy[at] = k % 5 == 1 ? (char)rng() : (char)(copy[at] ^ 1 << rng() % 8);
            }
            double start = seconds();
            um_network *m = NULL;
            um_session *session = NULL;
            um_status st = um_network_open_memory(&m, copy, size, "mutant", &err);
            n_all++;
            if (st < 0) {
                CHECK(err.code == st && err.text[0] && !strchr(err.text, '\n'));
            } else {
                n_open++;
                const um_value_info *v = um_network_input(m, 0);
                um_tensor *in = NULL;
                const um_tensor *out[64];
                int64_t dim[UM_MAX_RANK] = {1, 3, 64, 64};
                for (int i = 0; v && i < v->rank; i++)
                    dim[i] = v->dim[i] < 0 ? dim[i] : v->dim[i];
                if (um_network_n_inputs(m) == 1 && um_network_n_outputs(m) <= 64 && v->rank >= 0 &&
                    um_tensor_new(&in, v->dtype, v->rank, dim, &err) == UM_OK &&
                    um_tensor_count(in) < 1 << 20 && um_network_macs(m) < 200000000 &&
                    um_session_new(&session, m, NULL, &err) == UM_OK)
                    n_run += um_session_run(session, (const um_tensor *const *)&in, out, &err) == UM_OK;
                um_tensor_free(&in);
            }
            um_session_free(&session);
            um_network_free(&m);
            free(copy);
            double took = seconds() - start;
            slowest = took > slowest ? took : slowest;
        }
        free(original);
    }
    fprintf(stderr, "%d mutants: %d opened, %d ran, slowest %.2f s\n", n_all, n_open, n_run, slowest);
    CHECK(slowest < 30);
}

int main(void)
{
    const char *data = check_testdata();
    test_absurd_attributes();
    test_deep_nesting();
    test_broken_graphs();
    test_external_data_are_refused();
    if (data)
        test_mutations(data);
    return check_done();
}
