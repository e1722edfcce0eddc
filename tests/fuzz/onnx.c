/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network as ONNX: read, checked, and run where its declared work is small. (Networks as a text: test_arch;
 * there a line may ask for a gigabyte of weights, which only shows how slow that is.) */
#include "fuzz.h"
#include <string.h>
#include <unmask/network.h>

#if defined(__has_feature)
#if __has_feature(memory_sanitizer) /* which does not see what oneDNN writes */
#define CAN_RUN false
#endif
#endif
#ifndef CAN_RUN
#define CAN_RUN true
#endif

enum { MAX_INPUTS = 4, MAX_ELEMENTS = 1 << 14, FREE_DIMENSION = 2 };

static void run(um_network *network)
{
    um_session *session = NULL;
    um_tensor *in[MAX_INPUTS] = {0};
    const um_tensor *out[64];
    int n = um_network_n_inputs(network), made = 0;
    int64_t macs = um_network_macs(network);
    if (n > MAX_INPUTS || um_network_n_outputs(network) > 64 || macs > 1 << 20)
        return;
    for (; made < n; made++) {
        um_value_info info = *um_network_input(network, made);
        int64_t all = 1;
        for (int i = 0; i < info.rank; i++) {
            if (info.dim[i] < 0)
                info.dim[i] = FREE_DIMENSION;
            if (info.dim[i] > MAX_ELEMENTS || (all *= info.dim[i]) > MAX_ELEMENTS)
                goto done;
        }
        if (info.rank < 0 || um_tensor_new(&in[made], info.dtype, info.rank, info.dim, NULL) < 0)
            goto done;
    }
    if (um_session_new(&session, network, NULL, NULL) == UM_OK)
        um_session_run(session, (const um_tensor *const *)in, out, NULL);
done:
    um_session_free(&session);
    for (int i = 0; i < MAX_INPUTS; i++)
        um_tensor_free(&in[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char text[] = "unmask-network";
    um_network *network = NULL;
    if (n >= sizeof text - 1 && !memcmp(data, text, sizeof text - 1))
        return 0;
    if (um_network_open_memory(&network, data, n, "fuzz.onnx", NULL) == UM_OK && CAN_RUN)
        run(network);
    um_network_free(&network);
    return 0;
}
