/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_json.c: what a network needs and has, as `unmask model --json` prints it. */
#include "base/json_write.h"
#include "nn/network.h"

static const size_t MOST_BYTES = (size_t)64 << 20;

static void put_values(um_json_writer *w, const char *key, const um_network *network, int n,
                       const um_value_info *(*get)(const um_network *, int))
{
    um_json_put_array(w, key);
    for (int i = 0; i < n; i++) {
        const um_value_info *v = get(network, i);
        um_json_put_object(w, NULL);
        um_json_put_text(w, "name", v->name);
        um_json_put_text(w, "type", um_value_type(v));
        if (v->rank < 0) {
            um_json_put_null(w, "shape");
        } else {
            um_json_put_row(w, "shape", 0);
            for (int k = 0; k < v->rank; k++)
                if (v->dim[k] < 0)
                    um_json_put_null(w, NULL);
                else
                    um_json_put_int(w, NULL, v->dim[k]);
            um_json_put_end(w);
        }
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

static void put_notes(um_json_writer *w, const um_network *network)
{
    um_json_put_array(w, "notes");
    for (int i = 0; i < um_network_n_notes(network); i++) {
        const char *value = "", *key = um_network_note(network, i, &value);
        um_json_put_object(w, NULL);
        um_json_put_text(w, "key", key);
        um_json_put_text(w, "value", value);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

um_status um_network_json(char **out, const um_network *network, um_error *err)
{
    um_buf buf;
    um_buf_init(&buf, MOST_BYTES);
    um_json_writer writer = um_json_writer_to(&buf, 2), *w = &writer;
    bool runs = !um_network_lacks(network);
    um_json_put_object(w, NULL);
    um_json_put_text(w, "file", um_network_graph(network)->file);
    um_json_put_text(w, "sha256", um_network_sha256(network));
    um_json_put_int(w, "parameters", um_network_parameters(network));
    if (um_network_macs(network) >= 0)
        um_json_put_int(w, "multiply_adds", um_network_macs(network));
    else
        um_json_put_null(w, "multiply_adds");
    put_values(w, "inputs", network, um_network_n_inputs(network), um_network_input);
    put_values(w, "outputs", network, um_network_n_outputs(network), um_network_output);
    put_notes(w, network);
    um_json_put_array(w, "operators");
    for (int i = 0; i < um_network_n_ops(network); i++) {
        const um_op_count *op = um_network_op(network, i);
        um_json_put_object(w, NULL);
        um_json_put_text(w, "name", op->op);
        um_json_put_int(w, "count", op->count);
        um_json_put_bool(w, "supported", op->supported);
        um_json_put_end(w);
        runs = runs && op->supported;
    }
    um_json_put_end(w);
    um_json_put_bool(w, "runs", runs);
    um_json_put_text(w, "lacks", um_network_lacks(network));
    um_json_put_end(w);
    um_buf_text(&buf, "\n");
    *out = um_buf_take(&buf);
    return *out ? UM_OK : um_fail(err, UM_ENOMEM, "%s: out of memory", um_network_graph(network)->file);
}
