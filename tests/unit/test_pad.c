/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pad of opset 18, which may name its axes, against the definition of its modes. */
#include "../check.h"
#include "nn/build.h"
#include "nn/plan.h"
#include <string.h>

typedef struct pad_case {
    const char *mode;
    int64_t dim[2], axis, low, high; /* of one axis out of two */
    bool legal;
} pad_case;

static um_graph *pad_graph(const pad_case *p)
{
    um_build b;
    um_graph *g = NULL;
    const int64_t one = 1, two = 2, pads[2] = {p->low, p->high};
    um_build_init(&b, "pad", 1, NULL);
    int in[4] = {um_build_input(&b, "x", 2, p->dim), um_build_constant(&b, "pads", UM_I64, 1, &two, pads), -1,
                 um_build_constant(&b, "axes", UM_I64, 1, &one, &p->axis)};
    int y = um_build_node(&b, "Pad", "y", 4, in);
    um_build_text(&b, "mode", p->mode);
    um_build_output(&b, y, 2, (const int64_t[]){-1, -1});
    b.graph->opset = 18;
    CHECK(um_build_done(&b, &g) == UM_OK);
    return g;
}

/* The index that position `i` shows, or -1 for the constant: reflect mirrors without repeating the border. */
static int64_t shows(const char *mode, int64_t i, int64_t n)
{
    if (i >= 0 && i < n)
        return i;
    if (!strcmp(mode, "constant"))
        return -1;
    if (!strcmp(mode, "edge"))
        return i < 0 ? 0 : n - 1;
    return i < 0 ? -i : 2 * (n - 1) - i;
}

static void check_values(const pad_case *p, const um_tensor *x, const um_tensor *y)
{
    int a = (int)(p->axis < 0 ? p->axis + 2 : p->axis);
    int64_t dim[2] = {x->dim[0], x->dim[1]}, wrong = 0;
    dim[a] += p->low + p->high;
    CHECK(y->rank == 2 && y->dim[0] == dim[0] && y->dim[1] == dim[1]);
    for (int64_t i = 0; i < dim[0]; i++)
        for (int64_t j = 0; j < dim[1]; j++) {
            int64_t at[2] = {i, j};
            at[a] = shows(p->mode, at[a] - p->low, x->dim[a]);
            float expected = at[a] < 0 ? 0 : ((float *)x->data)[at[0] * x->dim[1] + at[1]];
            wrong += ((float *)y->data)[i * dim[1] + j] != expected;
        }
    CHECK(wrong == 0);
}

static void test_case(const pad_case *p)
{
    um_graph *g = pad_graph(p);
    um_plan *plan = NULL;
    um_tensor *x = NULL;
    const um_tensor *y;
    um_error err = {0};
    CHECK(um_tensor_new(&x, UM_F32, 2, p->dim, &err) == UM_OK);
    for (int64_t i = 0; i < um_tensor_count(x); i++)
        ((float *)x->data)[i] = (float)(i + 1);
    um_status st = um_plan_new(&plan, g, (const um_tensor *const[]){x}, NULL, &err);
    CHECK(p->legal ? st == UM_OK : st == UM_EFORMAT && !plan);
    if (st == UM_OK && p->legal) {
        CHECK(um_plan_run(plan, (const um_tensor *const[]){x}, &y, &err) == UM_OK);
        check_values(p, x, y);
    }
    um_plan_free(&plan);
    um_graph_free(&g);
    um_tensor_free(&x);
}

int main(void)
{
    /* The axes differ in length, so that a bound taken from the wrong one shows. */
    static const pad_case cases[] = {
        {"reflect", {3, 9}, 1, 5, 8, true},    {"reflect", {3, 9}, -1, 8, 0, true},
        {"reflect", {3, 9}, 1, 9, 0, false},   {"reflect", {3, 9}, 1, 0, 9, false},
        {"reflect", {9, 3}, 1, 2, 2, true},    {"reflect", {9, 3}, 1, 4, 0, false},
        {"reflect", {9, 3}, 1, 0, 3, false},   {"reflect", {9, 3}, 0, 8, 4, true},
        {"reflect", {9, 3}, 0, 9, 0, false},   {"reflect", {9, 3}, -2, 8, 8, true},
        {"edge", {3, 9}, 1, 20, 1, true},      {"edge", {3, 9}, 0, 1, 20, true},
        {"constant", {3, 9}, 1, 2, 12, true},  {"constant", {9, 3}, 1, -1, 5, true},
        {"constant", {9, 3}, 1, -4, 5, false}, {"constant", {9, 3}, 0, -4, 5, true},
        {"constant", {3, 9}, 2, 1, 1, false},  {"reflect", {3, 9}, 2, 1, 1, false},
        {"edge", {3, 9}, -3, 1, 1, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_case(&cases[i]);
    return check_done();
}
