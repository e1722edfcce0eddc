/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks shared by sessions and threads: few threads, the same answers whoever runs what first, weights
 * that can be had again after they were packed; and the store that opens each once. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include "base/pool.h"
#include "networks/store.h"
#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { COPIES = 30, THREADS = 16, CALLERS = 4, ROUNDS = 5, SIDE = 24, OUTS = 10 };

/* Convolutions of each kind (Winograd's, oneDNN's, grouped, the plain loops of a window in its padding), with
 * and without a normalization. */
static const char text[] = "unmask-network 1 netz\n"
                           "image = input 3 24 24\n"
                           "a = conv image 32 k=3\n"
                           "b = conv a 32 k=3\n"
                           "c = conv b 24 k=1 act=relu6 norm=none\n"
                           "d = conv c 24 k=3 g=24\n"
                           "e = conv d 16 k=3 s=2 act=prelu\n"
                           "m = gap e\n"
                           "y = linear m 10\n"
                           "output y\n";

static um_tensor *input(int64_t batch, int seed)
{
    um_tensor *t = NULL;
    const int64_t dim[4] = {batch, 3, SIDE, SIDE};
    CHECK(um_tensor_new(&t, UM_F32, 4, dim, NULL) == UM_OK);
    for (int64_t i = 0; i < um_tensor_count(t); i++)
        ((float *)t->data)[i] = (float)((i + seed) * 2654435761u % 1000) / 500 - 1;
    return t;
}

static um_network *open_text(void)
{
    um_network *network = NULL;
    um_error err = {0};
    CHECK(um_network_open_memory(&network, text, sizeof text - 1, "netz-\xC3\xA9.net", &err) == UM_OK);
    if (!network)
        fprintf(stderr, "%s\n", err.text);
    return network;
}

/* The answer for one input; false when it cannot be had. */
static bool answer(um_session *session, int64_t batch, int seed, float *to)
{
    um_tensor *in = input(batch, seed);
    const um_tensor *out[1];
    bool ran = um_session_run(session, (const um_tensor *const *)&in, out, NULL) == UM_OK;
    if (ran)
        memcpy(to, out[0]->data, (size_t)(batch * OUTS) * sizeof *to);
    um_tensor_free(&in);
    return ran;
}

static void fresh_answer(um_pool *pool, int64_t batch, int seed, float *to)
{
    um_network *network = open_text();
    um_session *session = NULL;
    CHECK(um_session_new(&session, network, pool, NULL) == UM_OK && answer(session, batch, seed, to));
    um_session_free(&session);
    um_network_free(&network);
}

static int threads_of_process(void)
{
    char line[256];
    int n = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "Threads:", 8))
            n = atoi(line + 8);
    if (f)
        fclose(f);
    return n;
}

static void test_few_threads(void)
{
    um_pool *pool = NULL;
    um_network *network[COPIES];
    um_session *session[COPIES];
    float first[OUTS], each[OUTS];
    CHECK(um_pool_new(&pool, 2, NULL) ==
          UM_OK); /* a sanitizer may start a thread of its own with the first */
    um_pool_free(&pool);
    int before = threads_of_process();
    CHECK(um_pool_new(&pool, THREADS, NULL) == UM_OK);
    for (int i = 0; i < COPIES; i++) {
        network[i] = open_text();
        CHECK(um_session_new(&session[i], network[i], pool, NULL) == UM_OK &&
              answer(session[i], 1, 0, i ? each : first));
        CHECK(!i || !memcmp(first, each, sizeof each));
    }
    CHECK(threads_of_process() <= before + THREADS - 1);
    for (int i = 0; i < COPIES; i++) {
        um_session_free(&session[i]);
        um_network_free(&network[i]);
    }
    um_pool_free(&pool);
}

/* A second shape, and a second session, meet weights that the first has packed. */
static void test_other_shapes(um_pool *pool)
{
    um_network *network = open_text();
    um_session *session[2] = {NULL};
    float got[4 * OUTS], expected[4 * OUTS];
    for (int i = 0; i < 2; i++) {
        CHECK(um_session_new(&session[i], network, pool, NULL) == UM_OK);
        for (int64_t batch = 1; batch <= 4; batch++) {
            fresh_answer(pool, batch, 3, expected);
            CHECK(answer(session[i], batch, 3, got) &&
                  !memcmp(got, expected, (size_t)(batch * OUTS) * sizeof *got));
        }
    }
    um_session_free(&session[0]);
    um_session_free(&session[1]);
    um_network_free(&network);
}

static char *written(const um_network *network, size_t *n)
{
    char path[64], *bytes = NULL;
    snprintf(path, sizeof path, "/tmp/unmask-networks-%d.onnx", (int)getpid());
    CHECK(um_network_write_onnx(network, path, NULL) == UM_OK &&
          um_file_read(&bytes, n, path, 1 << 24, NULL) == UM_OK);
    unlink(path);
    return bytes;
}

/* Written before it ran and after, a network is the same. */
static void test_write(um_pool *pool)
{
    um_network *network = open_text();
    um_session *session = NULL;
    float unused[OUTS];
    size_t n, m;
    char *before = written(network, &n);
    CHECK(um_session_new(&session, network, pool, NULL) == UM_OK && answer(session, 1, 0, unused));
    char *after = written(network, &m);
    CHECK(n == m && before && after && !memcmp(before, after, n));
    free(before);
    free(after);
    um_session_free(&session);
    um_network_free(&network);
}

static void test_file_changed(void)
{
    char path[64];
    um_network *network = NULL;
    um_error err = {0};
    snprintf(path, sizeof path, "/tmp/unmask-networks-%d.net", (int)getpid());
    CHECK(um_file_write(path, text, sizeof text - 1, NULL) == UM_OK &&
          um_network_open(&network, path, &err) == UM_OK);
    CHECK(um_file_write(path, "unmask-network 1 other\n", 23, NULL) == UM_OK);
    CHECK(um_network_write_onnx(network, "/dev/null", &err) == UM_EIO && strstr(err.text, path));
    unlink(path);
    um_network_free(&network);
}

static void test_json(void)
{
    um_network *network = open_text();
    char *json = NULL;
    um_json *read = NULL;
    um_error err = {0};
    CHECK(um_network_json(&json, network, &err) == UM_OK);
    CHECK(json && strstr(json, "netz-\xC3\xA9.net")); /* as it is, in UTF-8 */
    CHECK(um_json_parse(&read, json, strlen(json), "json", &err) == UM_OK);
    CHECK(!strcmp(um_json_get_text(read, "file", ""), "netz-\xC3\xA9.net") &&
          !strcmp(um_json_get_text(read, "sha256", ""), um_network_sha256(network)) &&
          um_json_count(um_json_get(read, "inputs")) == 1 && um_json_get_bool(read, "runs", false));
    um_json_free(&read);
    free(json);
    um_network_free(&network);
}

struct caller {
    um_network_store *store;
    const float *expected;
    int good;
};

static um_image *grey(um_error *err)
{
    um_image *image = NULL;
    if (um_image_new(&image, 112, 112, UM_RGB24, err) < 0)
        return NULL;
    for (int y = 0; y < 112; y++)
        for (int x = 0; x < 3 * 112; x++)
            image->data[y * image->stride + x] = (uint8_t)(x * y);
    return image;
}

/* The points that the landmark network sees. */
static bool look(um_network_store *store, float *to)
{
    um_net *net = NULL;
    um_lease *lease = NULL;
    um_error err = {0};
    um_image *image = grey(&err);
    bool ran = image && um_network_store_role(&net, store, "face_landmarks", &err) == UM_OK && net &&
               um_net_lease(&lease, net, &err) == UM_OK && um_net_run(lease, image, &err) == UM_OK;
    const um_tensor *points = ran ? um_net_output(lease, &net->man.landmarks.output) : NULL;
    if (points)
        memcpy(to, points->data, 136 * sizeof *to);
    um_net_return(&lease);
    um_image_free(&image);
    return points != NULL;
}

static void *call(void *user)
{
    struct caller *c = user;
    float got[136];
    for (int i = 0; i < ROUNDS; i++)
        c->good += look(c->store, got) && !memcmp(got, c->expected, sizeof got);
    return NULL;
}

static void test_store(um_pool *pool)
{
    um_network_store *store = NULL;
    um_net *net = NULL, *again = NULL;
    um_error err = {0};
    float expected[136];
    pthread_t thread[CALLERS];
    struct caller callers[CALLERS];
    CHECK(um_network_store_new(&store, "", pool, &err) == UM_OK && !um_network_store_opened(store, 0));
    CHECK(look(store, expected));
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){store, expected, 0};
        CHECK(pthread_create(&thread[i], NULL, call, &callers[i]) == 0);
    }
    for (int i = 0; i < CALLERS; i++)
        CHECK(pthread_join(thread[i], NULL) == 0 && callers[i].good == ROUNDS);
    CHECK(um_network_store_role(&net, store, "voice_of_whales", &err) == UM_OK && !net);
    CHECK(um_network_store_named(&net, store, "no such", &err) == UM_EIO && !net &&
          strstr(err.text, "no such"));
    CHECK(um_network_store_named(&net, store, "unmask_landmarks", &err) == UM_OK && net);
    CHECK(um_network_store_role(&again, store, "face_landmarks", &err) == UM_OK && again == net);
    CHECK(um_network_store_role(&net, store, "face_detector", &err) == UM_OK && net);
    const um_net *a = um_network_store_opened(store, 0), *b = um_network_store_opened(store, 1);
    CHECK(a && !strcmp(a->man.role_name, "face_landmarks") && !strcmp(a->man.name, "unmask_landmarks"));
    CHECK(b && !strcmp(b->man.role_name, "face_detector") && strlen(um_network_sha256(b->network)) == 64);
    CHECK(!um_network_store_opened(store, 2) && !um_network_store_opened(store, -1));
    um_network_store_free(&store);
    um_network_store_free(NULL);
    um_net_free(NULL);
    um_net_return(NULL);
}

int main(void)
{
    um_pool *pool = NULL;
    um_error err = {0};
    test_few_threads();
    for (int threads = 1; threads <= 3; threads += 2) {
        CHECK(um_pool_new(&pool, threads, &err) == UM_OK);
        test_other_shapes(pool);
        test_write(pool);
        test_store(pool);
        um_pool_free(&pool);
    }
    test_other_shapes(NULL);
    test_file_changed();
    test_json();
    um_session_free(NULL);
    um_network_free(NULL);
    return check_done();
}
