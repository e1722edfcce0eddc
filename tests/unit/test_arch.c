/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks as a text: shapes, sizes, errors with their line, the same seed the same weights; hostile texts;
 * graphs to ONNX and back. */
#include "../check.h"
#include "nn/arch.h"
#include "nn/onnx.h"
#include "nn/plan.h"
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
    um_pool *w;
    um_plan *p = NULL;
    const um_tensor *const in[1] = {x}, *out[16];
    CHECK(um_pool_new(&w, 1, &err) == UM_OK);
    CHECK(um_plan_new(&p, g, in, w, &err) == UM_OK && um_plan_run(p, in, out, &err) == UM_OK);
    *n = 0;
    for (int i = 0; i < g->n_outputs; i++) {
        memcpy(to + *n, out[i]->data, (size_t)um_tensor_count(out[i]) * sizeof *to);
        *n += um_tensor_count(out[i]);
    }
    um_plan_free(&p);
    um_pool_free(&w);
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

/* He et al. 2016: 3, 4, 6 and 3 bottlenecks; torchvision counts 25,557,032. */
static void resnet50(void)
{
    char text[4096];
    size_t n = (size_t)snprintf(text, sizeof text,
                                "unmask-network 1 resnet50\nx = input 3 64 64\n"
                                "stem = conv x 64 k=7 s=2\nb0 = maxpool stem k=3 s=2 pad=1\n");
    static const int blocks[] = {3, 4, 6, 3};
    int k = 0;
    for (int stage = 0; stage < 4; stage++)
        for (int i = 0; i < blocks[stage]; i++, k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "b%d = bottleneck b%d %d s=%d\n", k + 1, k,
                                  256 << stage, stage && !i ? 2 : 1);
    snprintf(text + n, sizeof text - n, "mean = gap b%d\nclass = linear mean 1000\noutput class\n", k);
    um_network *m = NULL;
    um_error err = {0};
    CHECK(um_network_open_memory(&m, text, strlen(text), "resnet50.net", &err) == UM_OK);
    CHECK(m && um_network_parameters(m) == 25557032);
    um_network_free(&m);
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

/* --- one line of each block --- */

#define BLOCKS                                    \
    "unmask-network 1 every\n"                    \
    "x = input 3 48 40\n"                         \
    "a = conv x 8 k=5 s=2 act=silu\n"             \
    "b = conv a 12 g=4 d=2 act=leaky norm=none\n" \
    "c = dws b 16 act=prelu mid=sigmoid\n"        \
    "d = residual c 24 s=2 act=tanh\n"            \
    "e = bottleneck d 32 g=2\n"                   \
    "f = ir e 32 expand=2 k=5\n"                  \
    "g = up f\n"                                  \
    "h = up f mode=linear\n"                      \
    "i = concat g h c\n"                          \
    "j = maxpool i k=3 s=2 pad=1\n"               \
    "k = avgpool i\n"                             \
    "l = add j k act=relu6\n"                     \
    "m = head l 6 k=3 prior=-4.5\n"               \
    "n = softmax m\n"                             \
    "o = cells m\n"                               \
    "p = cells n\n"                               \
    "q = concat o p\n"                            \
    "r = act l kind=prelu\n"                      \
    "s = flatten r\n"                             \
    "t = gap l\n"                                 \
    "u = concat s t\n"                            \
    "v = linear u 9\n"                            \
    "w = centroid m\n"                            \
    "y = excite l\n"                              \
    "z = stats y hidden=8\n"

/* Declared shapes are those that come out. */
static void shapes(void)
{
    static const struct {
        const char *name;
        int rank;
        int64_t dim[4];
    } known[] = {{"a", 4, {-1, 8, 24, 20}},    {"b", 4, {-1, 12, 24, 20}}, {"c", 4, {-1, 16, 24, 20}},
                 {"d", 4, {-1, 24, 12, 10}},   {"e", 4, {-1, 32, 12, 10}}, {"f", 4, {-1, 32, 12, 10}},
                 {"g", 4, {-1, 32, 24, 20}},   {"h", 4, {-1, 32, 24, 20}}, {"i", 4, {-1, 80, 24, 20}},
                 {"j", 4, {-1, 80, 12, 10}},   {"k", 4, {-1, 80, 12, 10}}, {"m", 4, {-1, 6, 12, 10}},
                 {"n", 4, {-1, 6, 12, 10}},    {"o", 3, {-1, 120, 6}},     {"q", 3, {-1, 240, 6}},
                 {"s", 2, {-1, 80 * 12 * 10}}, {"u", 2, {-1, 80 * 121}},   {"v", 2, {-1, 9}},
                 {"w", 3, {-1, 6, 2}},         {"y", 4, {-1, 80, 12, 10}}, {"z", 2, {-1, 2 * 80 * 12}}};
    um_pool *w = NULL;
    um_error err = {0};
    const int64_t dim[4] = {2, 3, 48, 40};
    um_tensor *x = NULL;
    CHECK(um_pool_new(&w, 1, &err) == UM_OK && um_tensor_new(&x, UM_F32, 4, dim, &err) == UM_OK);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[2048];
        um_graph *g = NULL;
        um_plan *p = NULL;
        const um_tensor *const in[1] = {x}, *out[1];
        snprintf(text, sizeof text, BLOCKS "output %s\n", known[i].name);
        CHECK(um_arch_read(&g, text, "every", 1, &err) == UM_OK);
        CHECK(g && um_plan_new(&p, g, in, w, &err) == UM_OK && um_plan_run(p, in, out, &err) == UM_OK);
        if (!p) {
            fprintf(stderr, "%s: %s\n", known[i].name, err.text);
            um_graph_free(&g);
            continue;
        }
        const um_value_info *v = &g->output_info[0];
        CHECK(v->rank == known[i].rank && out[0]->rank == known[i].rank && out[0]->dim[0] == 2);
        for (int k = 1; k < known[i].rank; k++)
            CHECK(v->dim[k] == known[i].dim[k] && out[0]->dim[k] == known[i].dim[k]);
        um_plan_free(&p);
        um_graph_free(&g);
    }
    um_tensor_free(&x);
    um_pool_free(&w);
}

static const um_tensor *weights(const um_graph *g, const char *name)
{
    for (size_t i = 0; i < g->n_values; i++)
        if (!strcmp(g->values[i].name, name))
            return g->values[i].constant;
    return NULL;
}

/* He normal over the fan-out, 9 x 64: deviation sqrt(2 / 576); of 36,864 draws it is within 2 % (five sigma).
 * Another seed, other weights. */
static void drawn_weights(void)
{
    static const char text[] = "# a remark first\r\n\nunmask-network 1 t\nx = input 64 0 0\n"
                               "y = conv x 64\nz = head y 8 k=3 prior=-4.6\noutput z # at last";
    um_graph *g[2] = {NULL, NULL};
    um_error err = {0};
    CHECK(um_arch_is(text, strlen(text)) && !um_arch_is("unmask-networ", 13) && !um_arch_is("# only", 6) &&
          !um_arch_is("", 0));
    for (uint64_t seed = 0; seed < 2; seed++)
        CHECK(um_arch_read(&g[seed], text, "t", seed, &err) == UM_OK);
    if (g[0] && g[1]) {
        const um_tensor *w = weights(g[0], "y.weight"), *other = weights(g[1], "y.weight"),
                        *prior = weights(g[0], "z.bias"), *head = weights(g[0], "z.weight");
        double sum = 0, squares = 0, small = 0;
        int64_t n = um_tensor_count(w);
        for (int64_t i = 0; i < n; i++) {
            double v = ((float *)w->data)[i];
            sum += v;
            squares += v * v;
        }
        for (int64_t i = 0; i < um_tensor_count(head); i++)
            small += ((float *)head->data)[i] * (double)((float *)head->data)[i];
        CHECK(n == 36864 && memcmp(w->data, other->data, (size_t)n * sizeof(float)) != 0);
        CHECK_NEAR(sqrt(squares / (double)n) / sqrt(2. / 576), 1, .02);
        CHECK_NEAR(sum / (double)n / sqrt(2. / 576), 0, .03);
        CHECK_NEAR(sqrt(small / (double)um_tensor_count(head)), .01, .001);
        CHECK(((float *)prior->data)[7] == -4.6f && !strcmp(g[0]->name, "t"));
    }
    um_graph_free(&g[0]);
    um_graph_free(&g[1]);
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
    refuse("unmask-network 2 t\n", "line 1: this version is not known: 2");
    refuse("unmask-network 1\n", "line 1: the first line must be");
    refuse("unmask-network 1 t more\n", "line 1: the first line must be");
    refuse(HEAD "y = maxpool x pad=2\n", "line 3: pad is at most half of k");
    refuse(HEAD "y = bottleneck x 6\n", "line 3: channels must be a multiple of four");
    refuse(HEAD "y = conv x 8\noutput y y\n", "line 4: already an output: y");
    refuse(HEAD "y = conv x 8 s=2\nz = concat x y\n", "line 4: the shapes to join do not fit");
    refuse(HEAD "y = up x by=16\nz = up y by=16\nu = up z by=16\nv = up u by=16\n",
           "line 6: channels, height or width above");
    refuse("unmask-network 1 t\na = input 65536 0 0\nb = concat a a a a a a a a a a a a a a a a\n"
           "c = concat b b b b b b b b b b b b b b b b\n",
           "line 4: channels, height or width above");
    /* more weights than a network may have */
    refuse(HEAD "a = conv x 65536 k=1\nb = conv a 65536 k=1\noutput b\n",
           "line 4: more than 268435456 parameters");
    refuse(HEAD "a = gap x\nb = linear a 65536\nc = linear b 65536\n",
           "line 5: more than 268435456 parameters");
    char *longest = malloc(3000);
    memset(longest, 'a', 2999);
    longest[2999] = 0;
    memcpy(longest, HEAD, strlen(HEAD));
    refuse(longest, "line 3: too long");
    free(longest);
    um_error err = {0};
    um_network *m = NULL;
    static const char zero[] = HEAD "y = conv x 8\n\0output y\n";
    CHECK(um_network_open_memory(&m, zero, sizeof zero - 1, "zero.net", &err) == UM_EFORMAT && !m &&
          strstr(err.text, "zero.net"));
}

static bool plannable(const um_graph *g, um_pool *pool)
{
    um_tensor x[16];
    const um_tensor *in[16];
    um_plan *p = NULL;
    um_error err = {0};
    for (int i = 0; i < g->n_inputs && i < 16; i++) {
        x[i] = (um_tensor){.dtype = UM_F32, .rank = 4};
        in[i] = &x[i];
        for (int k = 0; k < 4; k++)
            x[i].dim[k] = g->input_info[i].dim[k] < 0 ? k ? 48 : 1 : g->input_info[i].dim[k];
    }
    um_status st = g->n_inputs <= 16 ? um_plan_new(&p, g, in, pool, &err) : UM_EUNSUPPORTED;
    CHECK(g->n_inputs > 16 || (st == UM_OK) == (p != NULL));
    um_plan_free(&p);
    return st == UM_OK;
}

/* Words swapped, doubled, dropped and changed: a graph that can be planned, or one line with a number. */
static void mutations(void)
{
    static const char original[] = BLOCKS "output q v w\n";
    static const char *const words[] = {"0",           "1",   "512", "-1", "1e9",   "k=31",     "s=16",
                                        "by=16",       "=",   "x",   "q",  "input", "concat",   "d=64",
                                        "mode=linear", "nan", "\n",  "#",  "\xff",  "norm=none"};
    uint64_t state = 1;
    int n_read = 0, n_planned = 0, n_all = 3000;
    um_pool *pool = NULL;
    CHECK(um_pool_new(&pool, 1, NULL) == UM_OK);
    for (int i = 0; i < n_all; i++) {
        char text[4096];
        size_t n = strlen(original);
        memcpy(text, original, n + 1);
        for (int k = (int)(i % 4); k >= 0; k--) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(state >> 33) % n, length = strcspn(text + at, " \n");
            const char *word = words[(state >> 24) % (sizeof words / sizeof *words)];
            if (state >> 62 == 0)
                text[at] = (char)(state >> 16);
            else if (state >> 62 == 1)
                memmove(text + at, text + at + length, n - at - length + 1);
            else {
                while (at && text[at - 1] != ' ' && text[at - 1] != '\n')
                    at--;
                length = state >> 62 == 2 ? strcspn(text + at, " \n") : 0;
                memmove(text + at + strlen(word), text + at + length, n - at - length + 1);
                memcpy(text + at, word, strlen(word));
            }
            n = strlen(text);
            n += !n;
        }
        um_graph *g = NULL;
        um_error err = {0};
        um_status st = um_arch_read(&g, text, "net", 1, &err);
        n_read += st == UM_OK;
        CHECK(st == UM_OK
                  ? g != NULL
                  : !g && err.code == st && !strncmp(err.text, "net: ", 5) && !strchr(err.text, '\n'));
        n_planned += g && plannable(g, pool);
        um_graph_free(&g);
    }
    um_pool_free(&pool);
    fprintf(stderr, "%d of %d changed texts still describe a network, %d can be planned\n", n_read, n_all,
            n_planned);
}

int main(void)
{
    networks();
    resnet50();
    shapes();
    drawn_weights();
    errors();
    mutations();
    return check_done();
}
