/* Networks as a text: shapes, sizes, errors with their line, the same seed the same weights; graphs to ONNX
 * and back. */
#include "../check.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include <string.h>

static um_graph *read_file(const char *name)
{
    char path[4096], *text;
    size_t n;
    um_graph *g = NULL;
    um_error err = {0};
    const char *root = getenv("UNMASK_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/models/arch/%s", root ? root : ".", name);
    CHECK(um_file_read(&text, &n, path, 1 << 20, &err) == UM_OK);
    CHECK(um_arch_read(&g, text, path, 7, &err) == UM_OK);
    if (!g)
        fprintf(stderr, "%s\n", err.text);
    free(text);
    return g;
}

/* Weights that learn: what torchvision counts. */
static int64_t parameters(um_graph *g, int64_t side)
{
    um_error err = {0};
    um_plan *p = NULL;
    um_tensor x = {.dtype = UM_F32, .rank = 4, .dim = {1, 3, side, side}};
    const um_tensor *const in[1] = {&x};
    int64_t n = 0;
    CHECK(um_plan_new_training(&p, g, in, &err) == UM_OK);
    for (int i = 0; p && i < um_plan_n_params(p); i++)
        n += um_plan_param(p, i)->n;
    um_plan_free(&p);
    return n;
}

static um_tensor *picture(int64_t side)
{
    um_tensor *x;
    const int64_t dim[4] = {1, 3, side, side};
    CHECK(um_tensor_new(&x, UM_F32, 4, dim, NULL) == UM_OK);
    for (int64_t i = 0; i < um_tensor_count(x); i++)
        ((float *)x->data)[i] = (float)(i * 2654435761u % 1000) / 500 - 1;
    return x;
}

static void run(const um_graph *g, const um_tensor *x, float *to, int64_t *n)
{
    um_error err = {0};
    um_workers *w;
    um_plan *p = NULL;
    const um_tensor *const in[1] = {x}, *out[16];
    CHECK(um_workers_new(&w, 1, &err) == UM_OK);
    CHECK(um_plan_new(&p, g, in, w, &err) == UM_OK && um_plan_run(p, in, out, &err) == UM_OK);
    *n = 0;
    for (int i = 0; i < g->n_outputs; i++) {
        memcpy(to + *n, out[i]->data, (size_t)um_tensor_count(out[i]) * sizeof *to);
        *n += um_tensor_count(out[i]);
    }
    um_plan_free(&p);
    um_workers_free(&w);
}

/* Written and read, a graph answers the same, bit by bit, and is written the same. */
static void round_trip(um_graph *g, int64_t side)
{
    static float a[1 << 16], b[1 << 16];
    static const char *const notes[][2] = {{"licence", "GPL-3.0-or-later"}};
    um_error err = {0};
    void *bytes, *again;
    size_t n, m;
    int64_t n_a, n_b;
    um_graph *h = NULL;
    um_tensor *x = picture(side);
    CHECK(um_graph_write(&bytes, &n, g, notes, 1, &err) == UM_OK);
    CHECK(um_graph_read(&h, bytes, n, "again", &err) == UM_OK);
    if (h) {
        run(g, x, a, &n_a);
        run(h, x, b, &n_b);
        CHECK(n_a == n_b && !memcmp(a, b, (size_t)n_a * sizeof *a));
        CHECK(um_graph_write(&again, &m, h, notes, 1, &err) == UM_OK);
        CHECK(parameters(g, side) == parameters(h, side));
        CHECK(m == n);
        free(again);
    }
    um_graph_free(&h);
    um_tensor_free(&x);
    free(bytes);
}

static void networks(void)
{
    static const struct {
        const char *name;
        int64_t parameters, side;
    } known[] = {{"resnet18.net", 11689512, 128},
                 {"mobilenetv2.net", 3504872, 128}, /* torchvision */
                 {"landmarks.net", 0, 112},
                 {"detector.net", 0, 160}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_graph *g = read_file(known[i].name), *same = read_file(known[i].name);
        if (!g || !same)
            continue;
        if (known[i].parameters)
            CHECK(parameters(g, known[i].side) == known[i].parameters);
        for (size_t k = 0; k < g->n_values; k++)
            if (g->values[k].constant)
                CHECK(!memcmp(g->values[k].constant->data, same->values[k].constant->data,
                              (size_t)um_tensor_count(g->values[k].constant) *
                                  um_dtype_size(g->values[k].constant->dtype)));
        round_trip(g, known[i].side);
        um_graph_free(&g);
        um_graph_free(&same);
    }
}

static void refuse(const char *text, const char *expected)
{
    um_graph *g;
    um_error err = {0};
    CHECK(um_arch_read(&g, text, "net", 1, &err) == UM_EFORMAT && !g);
    if (!strstr(err.text, expected))
        fprintf(stderr, "'%s' instead of '%s'\n", err.text, expected);
    CHECK(strstr(err.text, expected) != NULL);
}

#define HEAD "unmask-network 1 t\nx = input 3 32 32\n"
static void errors(void)
{
    refuse("", "needs an input");
    refuse("x = input 3 8 8\n", "line 1: the first line must be");
    refuse(HEAD, "needs an input");
    refuse(HEAD "y = conv z 8\noutput y\n", "net: line 3: no such name: z");
    refuse(HEAD "y = fold x 8\n", "line 3: no such block: fold");
    refuse(HEAD "y = conv x\n", "line 3: wrong number of names or numbers for conv");
    refuse(HEAD "y = conv x 8 q=3\n", "line 3: this block has no option q");
    refuse(HEAD "y = conv x 8 k=99\n", "line 3: an option is not a number, or out of range");
    refuse(HEAD "y = conv x 8 g=2\n", "line 3: channels and groups do not fit");
    refuse(HEAD "y = conv x 8 act=loud\n", "line 3: no such activation");
    refuse(HEAD "y = conv x 0\n", "line 3: channels and groups do not fit");
    refuse(HEAD "y = conv x 1.5\n", "line 3: numbers must be whole");
    refuse(HEAD "y = conv x 99999999\n", "line 3: numbers must be whole and at most 65536");
    refuse(HEAD "y = conv x 8 k=31 s=16\nz = conv y 8 k=31 d=64\nu = add z x\n",
           "line 5: the shapes to add do not fit");
    refuse(HEAD "y = linear x 8\n", "line 3: this block needs a row");
    refuse(HEAD "x = conv x 8\n", "line 3: not a new name: x");
    refuse(HEAD "y conv x 8\n", "line 3: a line is NAME = BLOCK");
    refuse(HEAD "y = maxpool x k=64\n", "line 3: the window is larger");
    refuse(HEAD "\n\noutput nobody\n", "line 5: no such name: nobody");
    char *longest = malloc(3000);
    memset(longest, 'a', 2999);
    longest[2999] = 0;
    memcpy(longest, HEAD, strlen(HEAD));
    refuse(longest, "line 3: too long");
    free(longest);
    /* more weights than a network may have */
    um_graph *g;
    um_error err = {0};
    CHECK(um_arch_read(&g, HEAD "a = conv x 65536 k=1\nb = conv a 65536 k=1\noutput b\n", "net", 1, &err) <
              0 &&
          !g);
}

int main(void)
{
    networks();
    errors();
    return check_done();
}
