/* SPDX-License-Identifier: GPL-3.0-or-later */
/* golden_input.h: the inputs that golden outputs of foreign networks were computed from. */
#ifndef UM_GOLDEN_INPUT_H
#define UM_GOLDEN_INPUT_H
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include <unmask/network.h>

static inline int read_shape(const um_json *json, int64_t *dim)
{
    int rank = (int)um_json_count(um_json_get(json, "shape"));
    for (int i = 0; i < rank && i < UM_MAX_RANK; i++)
        dim[i] = (int64_t)um_json_as_num(um_json_at(um_json_get(json, "shape"), (size_t)i), 0);
    return rank;
}

/* splitmix64, as the golden files were made; with cells of n x n pixels the map is generated at 1/n of the
 * size */
static inline um_tensor *make_input(const um_json *json)
{
    int64_t dim[UM_MAX_RANK], n = um_json_get_int(json, "cell", 1);
    um_tensor *t = NULL;
    um_error err;
    int rank = read_shape(json, dim);
    if (rank < 2 || n < 1 || um_tensor_new(&t, UM_F32, rank, dim, &err) < 0)
        return NULL;
    int64_t h = dim[rank - 2], w = dim[rank - 1], cells_h = (h + n - 1) / n, cells_w = (w + n - 1) / n;
    uint64_t state = (uint64_t)um_json_get_int(json, "seed", 0);
    double lo = um_json_get_num(json, "lo", 0), hi = um_json_get_num(json, "hi", 1);
    for (int64_t map = 0; map < um_tensor_count(t) / (h * w); map++)
        for (int64_t i = 0; i < cells_h * cells_w; i++) {
            uint64_t z = state += 0x9E3779B97F4A7C15u;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
            z = (z ^ z >> 27) * 0x94D049BB133111EBu;
            z ^= z >> 31;
            float value = (float)(lo + (hi - lo) * ((double)(z >> 40) / 16777216));
            for (int64_t y = i / cells_w * n; y < (i / cells_w + 1) * n && y < h; y++)
                for (int64_t x = i % cells_w * n; x < (i % cells_w + 1) * n && x < w; x++)
                    ((float *)t->data)[(map * h + y) * w + x] = value;
        }
    for (size_t i = 0; i < 4; i++)
        CHECK(((float *)t->data)[i] == (float)um_json_as_num(um_json_at(um_json_get(json, "first4"), i), 0));
    return t;
}
#endif
