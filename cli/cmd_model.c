/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_model.c: what a network needs, and one run of it. */
#include "commands.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unmask/network.h>

enum { MAX_INPUTS = 64, MAX_REPEAT = 100000 };

static bool as_json;
static const char *run_files, *out_dir, *onnx_file;
static int repeat, threads = 1;

static void print_values(const um_network *net, const char *title, int n,
                         const um_value_info *(*get)(const um_network *, int))
{
    for (int i = 0; i < n; i++) {
        const um_value_info *v = get(net, i);
        printf("%-8s ", title);
        um_show(stdout, v->name);
        printf("  %s ", um_value_type(v));
        if (v->rank < 0)
            printf("of any shape");
        else
            putchar('[');
        for (int k = 0; k < v->rank; k++)
            if (v->dim[k] < 0)
                printf(k ? ", ?" : "?");
            else
                printf(k ? ", %lld" : "%lld", (long long)v->dim[k]);
        printf(v->rank < 0 ? "\n" : "]\n");
    }
}

static bool all_supported(const um_network *net)
{
    for (int i = 0; i < um_network_n_ops(net); i++)
        if (!um_network_op(net, i)->supported)
            return false;
    return true;
}

static void print_network(const um_network *net)
{
    print_values(net, "input", um_network_n_inputs(net), um_network_input);
    print_values(net, "output", um_network_n_outputs(net), um_network_output);
    for (int i = 0; i < um_network_n_notes(net); i++) {
        const char *value = "", *key = um_network_note(net, i, &value);
        printf("note     ");
        um_show(stdout, key);
        printf(": ");
        um_show(stdout, value);
        putchar('\n');
    }
    for (int i = 0; i < um_network_n_ops(net); i++) {
        const um_op_count *o = um_network_op(net, i);
        printf("operator ");
        um_show(stdout, o->op);
        printf("  %d%s\n", o->count, o->supported ? "" : "  not supported");
    }
    printf("parameters %lld\n", (long long)um_network_parameters(net));
    if (um_network_macs(net) >= 0)
        printf("multiply-adds per call %lld\n", (long long)um_network_macs(net));
    else
        printf("multiply-adds per call unknown (free dimensions or operators)\n");
    printf("sha256 %s\n", um_network_sha256(net));
}

/* "A.pb,B.pb" to tensors in the order of the inputs; zeros when no files are named. */
static um_status read_inputs(const um_network *net, um_tensor **in, um_error *err)
{
    int n = um_network_n_inputs(net), k = 0;
    um_status st = UM_OK;
    for (const char *at = run_files; at && *at && st == UM_OK; k++) {
        size_t length = strcspn(at, ",");
        char path[4096];
        if (k >= n || length >= sizeof path) {
            err->code = UM_EINVAL;
            snprintf(err->text, sizeof err->text, "--run: the network has %d inputs", n);
            return UM_EINVAL;
        }
        memcpy(path, at, length);
        path[length] = 0;
        st = um_tensor_read_pb(&in[k], path, err);
        at += length + (at[length] == ',');
    }
    if (st == UM_OK && run_files && k != n) {
        err->code = UM_EINVAL;
        snprintf(err->text, sizeof err->text, "--run: the network has %d inputs, not %d", n, k);
        return UM_EINVAL;
    }
    for (; !run_files && k < n && st == UM_OK; k++) {
        um_value_info v = *um_network_input(net, k);
        for (int i = 0; i < v.rank; i++)
            v.dim[i] = v.dim[i] < 0 ? 1 : v.dim[i];
        st = um_tensor_new(&in[k], v.dtype, v.rank < 0 ? 0 : v.rank, v.dim, err);
    }
    return st;
}

static double clock_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static um_status measure(um_session *session, um_tensor **in, const um_tensor **out, um_error *err)
{
    um_status st = UM_OK;
    double *ms = calloc((size_t)repeat, sizeof *ms), processor = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    if (!ms) {
        err->code = UM_ENOMEM;
        snprintf(err->text, sizeof err->text, "out of memory");
        return UM_ENOMEM;
    }
    for (int i = 0; i < repeat && st == UM_OK; i++) {
        double start = clock_ms(CLOCK_MONOTONIC);
        st = um_session_run(session, (const um_tensor *const *)in, out, err);
        ms[i] = clock_ms(CLOCK_MONOTONIC) - start;
    }
    processor = (clock_ms(CLOCK_PROCESS_CPUTIME_ID) - processor) / repeat;
    if (st == UM_OK) {
        qsort(ms, (size_t)repeat, sizeof *ms, by_value);
        fprintf(stderr, "%.3f ms per call (median of %d, %d thread%s; fastest %.3f; processor time %.3f)\n",
                ms[repeat / 2], repeat, threads, threads == 1 ? "" : "s", ms[0], processor);
    }
    free(ms);
    return st;
}

static um_status execute(um_network *net, um_error *err)
{
    um_tensor *in[MAX_INPUTS] = {NULL};
    const um_tensor **out = calloc((size_t)um_network_n_outputs(net), sizeof *out);
    um_status st = UM_OK;
    if (!out || um_network_n_inputs(net) > MAX_INPUTS) {
        free(out);
        err->code = UM_EUNSUPPORTED;
        snprintf(err->text, sizeof err->text, "more than %d inputs", MAX_INPUTS);
        return UM_EUNSUPPORTED;
    }
    um_pool *pool = NULL;
    um_session *session = NULL;
    if ((st = read_inputs(net, in, err)) == UM_OK && (st = um_pool_new(&pool, threads, err)) == UM_OK &&
        (st = um_session_new(&session, net, pool, err)) == UM_OK &&
        (st = um_session_run(session, (const um_tensor *const *)in, out, err)) == UM_OK && repeat)
        st = measure(session, in, out, err);
    if (out_dir)
        mkdir(out_dir, 0777); /* mostly there; what else may be wrong shows when the files are written */
    for (int i = 0; out_dir && st == UM_OK && i < um_network_n_outputs(net); i++) {
        char path[4096];
        if (snprintf(path, sizeof path, "%s/output_%d.pb", out_dir, i) >= (int)sizeof path) {
            err->code = st = UM_EINVAL;
            snprintf(err->text, sizeof err->text, "--out: too long");
        } else {
            st = um_tensor_write_pb(out[i], um_network_output(net, i)->name, path, err);
        }
    }
    for (int i = 0; i < MAX_INPUTS; i++)
        um_tensor_free(&in[i]);
    um_session_free(&session);
    um_pool_free(&pool);
    free(out);
    return st;
}

static um_status print_json(const um_network *net, um_error *err)
{
    char *json;
    um_status st = um_network_json(&json, net, err);
    if (st == UM_OK)
        fputs(json, stdout);
    free(json);
    return st;
}

static int run(int n, char **args)
{
    um_error err = {0};
    um_network *net = NULL;
    if (um_network_open(&net, args[0], &err) < 0)
        return um_complain(&err);
    int status = UM_EXIT_OK;
    bool runs = run_files || repeat, lists = !runs && !onnx_file;
    if (lists && !as_json)
        print_network(net);
    if ((as_json && print_json(net, &err) < 0) ||
        (onnx_file && um_network_write_onnx(net, onnx_file, &err) < 0) || (runs && execute(net, &err) < 0)) {
        status = um_complain(&err);
    } else if (lists && um_network_lacks(net)) {
        fputs("unmask: ", stderr);
        um_show(stderr, args[0]);
        fprintf(stderr, ": %s\n", um_network_lacks(net));
        status = UM_EXIT_UNREADABLE;
    } else if (lists && !all_supported(net)) {
        for (int i = 0; i < um_network_n_ops(net); i++)
            if (!um_network_op(net, i)->supported) {
                fputs("unmask: ", stderr);
                um_show(stderr, args[0]);
                fputs(": operator ", stderr);
                um_show(stderr, um_network_op(net, i)->op);
                fputs(" is not supported\n", stderr);
                break;
            }
        status = UM_EXIT_UNREADABLE;
    }
    um_network_free(&net);
    return status;
}

static const um_opt options[] = {
    {"json", UM_OPT_FLAG, NULL, "print JSON", &as_json, 0, 0},
    {"run", UM_OPT_INPUT, "FILES", "run on these TensorProto files: IN.pb[,IN.pb...]", &run_files, 0, 0},
    {"out", UM_OPT_FOLDER, "DIR", "with --run or --repeat: write DIR/output_N.pb", &out_dir, 0, 0},
    {"onnx", UM_OPT_OUTPUT, "OUT.onnx", "write the network as ONNX", &onnx_file, 0, 0},
    {"repeat", UM_OPT_INT, "N", "run N times and print the median time (zeros without --run)", &repeat, 1,
     MAX_REPEAT},
    {"threads", UM_OPT_INT, "N", "threads to run on; 0: one per core (default 1)", &threads, 0, 64},
    {0},
};

const um_command um_cmd_model = {
    .program = "unmask",
    .name = "model",
    .arguments = "FILE",
    .summary = "Show what a network needs, run it, or write it as ONNX",
    .details =
        "Lists inputs, outputs, operators with their number and whether this engine has them, "
        "parameters and\n"
        "multiply-adds per call. With --run the network is run on tensors in files. FILE is an ONNX file or\n"
        "the text of a network (docs/networks.md), whose weights are then random, the same in every run.",
    .examples = "  unmask model net.onnx\n"
                "  unmask model net.onnx --repeat 20 --threads 2\n"
                "  unmask model net.onnx --run input_0.pb --out results\n"
                "  unmask model net.net --onnx net.onnx",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
