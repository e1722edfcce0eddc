/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onnx_types.c: element types of ONNX (TensorProto.DataType of onnx.proto 1.17), those that run and the
 * others. */
#include "nn/onnx.h"
#include <stdio.h>

static const struct {
    const char *name;
    bool runs;
    um_dtype dtype;
} types[] = {[1] = {"float", true, UM_F32},
             [2] = {"uint8", true, UM_U8},
             [3] = {"int8"},
             [4] = {"uint16"},
             [5] = {"int16"},
             [6] = {"int32", true, UM_I32},
             [7] = {"int64", true, UM_I64},
             [8] = {"string"},
             [9] = {"bool", true, UM_BOOL},
             [10] = {"float16"},
             [11] = {"double"},
             [12] = {"uint32"},
             [13] = {"uint64"},
             [14] = {"complex64"},
             [15] = {"complex128"},
             [16] = {"bfloat16"},
             [17] = {"float8e4m3fn"},
             [18] = {"float8e4m3fnuz"},
             [19] = {"float8e5m2"},
             [20] = {"float8e5m2fnuz"},
             [21] = {"uint4"},
             [22] = {"int4"},
             [23] = {"float4e2m1"}};
enum { N_TYPES = sizeof types / sizeof *types };

bool um_onnx_dtype(um_dtype *out, int type)
{
    if (type < 0 || type >= N_TYPES || !types[type].runs)
        return false;
    *out = types[type].dtype;
    return true;
}

int32_t um_onnx_type(um_dtype dtype)
{
    for (int i = 0; i < N_TYPES; i++)
        if (types[i].runs && types[i].dtype == dtype)
            return i;
    return 0;
}

const char *um_onnx_type_name(char *number, size_t size, int type)
{
    if (type >= 0 && type < N_TYPES && types[type].name)
        return types[type].name;
    if (!number)
        return "of no known type";
    snprintf(number, size, "%d", type);
    return number;
}

const char *um_value_type(const um_value_info *value)
{
    return value->foreign ? value->foreign : types[um_onnx_type(value->dtype)].name;
}
