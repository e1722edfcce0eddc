/* SPDX-License-Identifier: GPL-3.0-or-later */
/** network.h: run a neural network stored as ONNX or described by a text (docs/networks.md).
 *
 *     um_network_open(&network, "net.onnx", &err);
 *     um_session_new(&session, network, NULL, &err);
 *     um_session_run(session, in, out, &err);
 *
 * A network is what was read, with its weights; it does not change, and all threads may use it at once. A
 * session runs it: one thread at a time, as many sessions beside each other as are wanted. Sessions of one
 * network share its weights, sessions given the same pool also share its threads and the memory they work in.
 */
#ifndef UNMASK_NETWORK_H
#define UNMASK_NETWORK_H

#include <unmask/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum um_dtype { UM_F32, UM_I64, UM_I32, UM_U8, UM_BOOL } um_dtype;
#define UM_MAX_RANK 8

/** A dense row-major array in host memory. */
typedef struct um_tensor {
    um_dtype dtype;
    int rank;
    int64_t dim[UM_MAX_RANK];
    void *data; ///< owned by the tensor: um_tensor_free
} um_tensor;

UM_API um_status um_tensor_new(um_tensor **out, um_dtype dtype, int rank, const int64_t *dim, um_error *err);
UM_API void um_tensor_free(um_tensor **tensor);
UM_API int64_t um_tensor_count(const um_tensor *tensor); ///< elements
UM_API size_t um_dtype_size(um_dtype dtype);
/** ONNX TensorProto files (.pb). Writing goes through a temporary name. */
UM_API um_status um_tensor_read_pb(um_tensor **out, const char *path, um_error *err);
UM_API um_status um_tensor_write_pb(const um_tensor *tensor, const char *name, const char *path,
                                    um_error *err);

typedef struct um_value_info {
    const char *name;
    um_dtype dtype;
    int rank;                 ///< -1 = the model declares no shape
    int64_t dim[UM_MAX_RANK]; ///< -1 = free dimension
    const char *foreign;      ///< the element type ("float16") where it is none of um_dtype; else NULL
} um_value_info;
UM_API const char *um_value_type(const um_value_info *value); ///< the name that ONNX gives its element type

typedef struct um_op_count {
    const char *op; ///< "Conv", "com.microsoft:FusedConv"
    int count;
    bool supported;
} um_op_count;

typedef struct um_network um_network;

/** Reads and checks a network: ONNX, or a text, whose weights are then drawn at random, the same in every
 * run. Unsupported operators do not fail here (um_network_op tells); they fail in um_session_run with
 * UM_EUNSUPPORTED, as does a network with element types that are not run. External data and paths inside a
 * network are refused: UM_EFORMAT. */
UM_API um_status um_network_open(um_network **out, const char *path, um_error *err);
/** `bytes` are needed once more by um_network_write_onnx, and not else after this call. */
UM_API um_status um_network_open_memory(um_network **out, const void *bytes, size_t n, const char *name,
                                        um_error *err);
UM_API void um_network_free(um_network **network); ///< after its sessions
UM_API int um_network_n_inputs(const um_network *network);
UM_API int um_network_n_outputs(const um_network *network);
UM_API const um_value_info *um_network_input(const um_network *network, int i);
UM_API const um_value_info *um_network_output(const um_network *network, int i);
UM_API int um_network_n_ops(const um_network *network);
UM_API const um_op_count *um_network_op(const um_network *network, int i);
UM_API int64_t um_network_parameters(const um_network *network); ///< weights, without running statistics
UM_API int64_t
um_network_macs(const um_network *network); ///< multiply-adds per call at the declared shapes; -1 unknown
UM_API const char *um_network_sha256(const um_network *network); ///< hex
/** Metadata of the file (licence, how it was trained): the key, or NULL beyond the last. */
UM_API int um_network_n_notes(const um_network *network);
UM_API const char *um_network_note(const um_network *network, int i, const char **value);

/** Why it cannot run whatever its operators: "tensor 'w': element type float16 is not supported"; NULL when
 * nothing is amiss. */
UM_API const char *um_network_lacks(const um_network *network);

/** Writes the network as an ONNX file, through a temporary name. UM_EUNSUPPORTED when the file it came from
 * defines operators of its own. The weights are read again from where they came from (once a network runs, it
 * keeps them in the order its processor wants): UM_EIO when that file has changed meanwhile. */
UM_API um_status um_network_write_onnx(const um_network *network, const char *path, um_error *err);
/** All of the above as a JSON object. Caller frees. */
UM_API um_status um_network_json(char **out, const um_network *network, um_error *err);

typedef struct um_session um_session;

/** `pool` NULL: the calling thread alone. Both are borrowed. */
UM_API um_status um_session_new(um_session **out, um_network *network, um_pool *pool, um_error *err);
UM_API void um_session_free(um_session **session);
/** Runs once. `in` follows the order of um_network_input. `out[i]` are borrowed from the session until its
 * next run. Shapes may change between calls where the network allows it (plans are kept for the last few
 * shapes). */
UM_API um_status um_session_run(um_session *session, const um_tensor *const *in, const um_tensor **out,
                                um_error *err);

#ifdef __cplusplus
}
#endif
#endif
