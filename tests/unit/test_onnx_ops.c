/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conformance cases of ONNX, one operator per model: every case must pass or be refused as unsupported,
 * and at least RIGHT must pass; the table shows how many of the operators this engine has. Tolerance as in
 * the runner of ONNX: rtol 1e-3; atol 1e-5 because theirs of 1e-7 is below the rounding of float sums near
 * zero. */
#include "../check.h"
#include "base/base.h"
#include <dirent.h>
#include <string.h>
#include <unmask/network.h>

enum { MAX_ROWS = 128, MAX_PORTS = 16, RIGHT = 383 };
static struct row {
    char op[64];
    int passed, refused, failed;
} rows[MAX_ROWS];
static int n_rows;

static struct row *row_of(const char *op)
{
    int i = 0;
    while (i < n_rows && strcmp(rows[i].op, op))
        i++;
    if (i == n_rows && n_rows < MAX_ROWS)
        snprintf(rows[n_rows++].op, sizeof rows[0].op, "%s", op);
    return &rows[i < MAX_ROWS ? i : MAX_ROWS - 1];
}

static double at(const um_tensor *t, int64_t i)
{
    switch (t->dtype) {
    case UM_F32:
        return ((float *)t->data)[i];
    case UM_I64:
        return (double)((int64_t *)t->data)[i];
    case UM_I32:
        return ((int32_t *)t->data)[i];
    default:
        return ((uint8_t *)t->data)[i];
    }
}

static bool equal(const um_tensor *y, const um_tensor *g)
{
    if (y->dtype != g->dtype || y->rank != g->rank ||
        memcmp(y->dim, g->dim, sizeof *y->dim * (size_t)y->rank))
        return false;
    for (int64_t i = 0; i < um_tensor_count(y); i++) {
        double a = at(y, i), b = at(g, i);
        if (!(fabs(a - b) <= 1e-5 + 1e-3 * fabs(b)) && !(isnan(a) && isnan(b)) && a != b)
            return false;
    }
    return true;
}

/* UM_OK = equal, UM_EUNSUPPORTED = refused, else wrong. */
static um_status run_case(um_network *m, um_session *session, const char *dir, um_error *err)
{
    um_tensor *in[MAX_PORTS] = {NULL}, *golden = NULL;
    const um_tensor *out[MAX_PORTS];
    char path[4600];
    um_status st = UM_OK;
    if (um_network_n_inputs(m) > MAX_PORTS || um_network_n_outputs(m) > MAX_PORTS)
        return UM_EUNSUPPORTED;
    for (int i = 0; i < um_network_n_inputs(m) && st == UM_OK; i++) {
        snprintf(path, sizeof path, "%s/test_data_set_0/input_%d.pb", dir, i);
        st = um_tensor_read_pb(&in[i], path, err);
    }
    if (st == UM_OK)
        st = um_session_run(session, (const um_tensor *const *)in, out, err);
    for (int i = 0; st == UM_OK && i < um_network_n_outputs(m); i++) {
        snprintf(path, sizeof path, "%s/test_data_set_0/output_%d.pb", dir, i);
        if ((st = um_tensor_read_pb(&golden, path, err)) == UM_OK && !equal(out[i], golden))
            st = um_fail(err, UM_EINTERNAL, "%s: wrong result", dir);
        um_tensor_free(&golden);
    }
    for (int i = 0; i < MAX_PORTS; i++)
        um_tensor_free(&in[i]);
    return st;
}

static void check_case(const char *dir, bool verbose)
{
    char path[4600];
    um_network *m = NULL;
    um_session *session = NULL;
    um_error err = {0};
    snprintf(path, sizeof path, "%s/model.onnx", dir);
    um_status st = um_network_open(&m, path, &err);
    if (st < 0) { /* 8-bit signed and other element types */
        CHECK(st == UM_EUNSUPPORTED && strstr(err.text, path));
        return;
    }
    struct row *r = row_of(um_network_op(m, 0)->op);
    CHECK(um_session_new(&session, m, NULL, &err) == UM_OK);
    st = run_case(m, session, dir, &err);
    if (st == UM_OK)
        r->passed++;
    else if (st == UM_EUNSUPPORTED)
        r->refused++;
    else
        r->failed++;
    if (st < 0 && (st != UM_EUNSUPPORTED || verbose))
        fprintf(stderr, "  %s %s\n", strrchr(dir, '/') + 1, err.text);
    CHECK(st == UM_OK || st == UM_EUNSUPPORTED);
    um_session_free(&session);
    um_network_free(&m);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int main(int argc, char **argv)
{
    const char *data = check_testdata(), *const tags[] = {"v1.12.0", "v1.7.0"};
    if (!data)
        return CHECK_SKIP;
    for (int t = 0; t < 2; t++) {
        char root[4096], dir[4400];
        snprintf(root, sizeof root, "%s/models/onnx-node-tests/%s", data, tags[t]);
        DIR *d = opendir(root);
        for (struct dirent *e; d && (e = readdir(d));) {
            snprintf(dir, sizeof dir, "%s/%s", root, e->d_name);
            if (e->d_name[0] != '.' && (argc < 2 || strstr(e->d_name, argv[1])))
                check_case(dir, argc > 1);
        }
        if (d)
            closedir(d);
    }
    qsort(rows, (size_t)n_rows, sizeof *rows, by_name);
    fprintf(stderr, "%-24s passed  refused  wrong\n", "operator");
    int passed = 0;
    for (int i = 0; i < n_rows; i++)
        passed += rows[i].passed;
    for (int i = 0; i < n_rows; i++)
        if (rows[i].passed || rows[i].failed)
            fprintf(stderr, "%-24s %6d %8d %6d\n", rows[i].op, rows[i].passed, rows[i].refused,
                    rows[i].failed);
    if (!n_rows) {
        fprintf(stderr, "skipped: no cases\n");
        return CHECK_SKIP;
    }
    fprintf(stderr, "%d right\n", passed);
    CHECK(argc > 1 ||
          passed >= RIGHT); /* a refusal is no failure, but what once worked must not be refused */
    return check_done();
}
