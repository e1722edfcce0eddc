/* SPDX-License-Identifier: GPL-3.0-or-later */
/* networks [N [THREADS [FILE.onnx]]]: N copies of one network (30 of models/unmask_landmarks.onnx), each run
 * once by the threads of one pool (16). Prints the threads of the process, and what its memory has grown by
 * beside the weights and the memory that one of them works in. */
#include "base/base.h"
#include "base/pool.h"
#include "nn/network.h"
#include <stdlib.h>
#include <string.h>
#include <unmask/network.h>

enum { MOST = 1000 };

/* A number of /proc/self/status: kilobytes, or threads. */
static double status_of(const char *key)
{
    char line[256];
    double value = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key)))
            value = strtod(line + strlen(key) + 1, NULL);
    if (f)
        fclose(f);
    return value;
}

static um_status run_once(um_session *session, const um_network *network, um_error *err)
{
    const um_tensor *out[64];
    um_tensor *in = NULL;
    um_value_info v = *um_network_input(network, 0);
    for (int i = 0; i < v.rank; i++)
        v.dim[i] = v.dim[i] < 0 ? 1 : v.dim[i];
    um_status st = um_tensor_new(&in, v.dtype, v.rank, v.dim, err);
    if (st == UM_OK)
        st = um_session_run(session, (const um_tensor *const *)&in, out, err);
    um_tensor_free(&in);
    return st;
}

int main(int argc, char **argv)
{
    const int n = argc > 1 ? um_clampi(atoi(argv[1]), 1, MOST) : 30, threads = argc > 2 ? atoi(argv[2]) : 16;
    const char *path = argc > 3 ? argv[3] : "models/unmask_landmarks.onnx";
    um_network *network[MOST] = {NULL}, *first = NULL;
    um_session *session[MOST] = {NULL}, *warm = NULL;
    um_pool *pool = NULL;
    um_error err = {0};
    um_status st = um_network_open(&first, path, &err);
    /* What the process needs once, whatever it runs: code that is generated, libraries. */
    if (st < 0 || (st = um_session_new(&warm, first, NULL, &err)) < 0 ||
        (st = run_once(warm, first, &err)) < 0 || (st = um_pool_new(&pool, threads, &err)) < 0)
        goto done;
    const double weights_mb = (double)um_network_parameters(first) * sizeof(float) / 1e6;
    const double working_mb = (double)um_session_bytes(warm) / 1e6;
    um_session_free(&warm);
    const double before_mb = status_of("VmRSS:") * 1024 / 1e6;
    for (int i = 0; i < n && st == UM_OK; i++)
        if ((st = um_network_open(&network[i], path, &err)) == UM_OK &&
            (st = um_session_new(&session[i], network[i], pool, &err)) == UM_OK)
            st = run_once(session[i], network[i], &err);
    const double grown_mb = status_of("VmRSS:") * 1024 / 1e6 - before_mb,
                 sum_mb = n * weights_mb + working_mb;
    if (st == UM_OK)
        printf(
            "%d x %.2f MB of weights and %.2f MB to work in: %.1f MB; grown by %.1f MB, %.2f times as much; "
            "%.0f threads\n",
            n, weights_mb, working_mb, sum_mb, grown_mb, grown_mb / sum_mb, status_of("Threads:"));
done:
    for (int i = 0; i < n; i++) {
        um_session_free(&session[i]);
        um_network_free(&network[i]);
    }
    um_session_free(&warm);
    um_network_free(&first);
    um_pool_free(&pool);
    if (st < 0)
        fprintf(stderr, "networks: %s\n", err.text);
    return st < 0;
}
