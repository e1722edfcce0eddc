/** model.h: run a neural network stored as ONNX or described by a text (docs/networks.md). */
#ifndef UNMASK_MODEL_H
#define UNMASK_MODEL_H

#include <unmask/types.h>

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
} um_value_info;

typedef struct um_op_count {
    const char *op; ///< "Conv", "com.microsoft:FusedConv"
    int count;
    bool supported;
} um_op_count;

typedef struct um_model um_model;

/** Reads and checks a model: ONNX, or a text, whose weights are then drawn at random, the same in every run.
 * Unsupported operators do not fail here (um_model_op tells); they fail in _run and _prepare with
 * UM_EUNSUPPORTED. External data and paths inside a model are refused: UM_EFORMAT. */
UM_API um_status um_model_open(um_model **out, const char *path, int threads, um_error *err);
UM_API um_status um_model_open_memory(um_model **out, const void *bytes, size_t n, const char *name,
                                      int threads, um_error *err);
UM_API void um_model_close(um_model **model);
UM_API int um_model_n_inputs(const um_model *model);
UM_API int um_model_n_outputs(const um_model *model);
UM_API const um_value_info *um_model_input(const um_model *model, int i);
UM_API const um_value_info *um_model_output(const um_model *model, int i);
UM_API int um_model_n_ops(const um_model *model);
UM_API const um_op_count *um_model_op(const um_model *model, int i);
UM_API int64_t um_model_parameters(const um_model *model); ///< weights, without running statistics
UM_API int64_t
um_model_macs(const um_model *model); ///< multiply-adds per call at the declared shapes; -1 unknown
UM_API const char *um_model_sha256(const um_model *model); ///< hex
/** Metadata of the file (licence, how it was trained): the key, or NULL beyond the last. */
UM_API int um_model_n_notes(const um_model *model);
UM_API const char *um_model_note(const um_model *model, int i, const char **value);

/** Writes the model as an ONNX file, through a temporary name. UM_EUNSUPPORTED when the file it came from
 * defines operators of its own. */
UM_API um_status um_model_write_onnx(const um_model *model, const char *path, um_error *err);

/** Runs once. `in` follows the order of um_model_input. `out[i]` are borrowed from the model until the next
 * run. Shapes may change between calls where the model allows it (plans are kept for the last few shapes). */
UM_API um_status um_model_run(um_model *model, const um_tensor *const *in, const um_tensor **out,
                              um_error *err);

#ifdef __cplusplus
}
#endif
#endif
