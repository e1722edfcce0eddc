/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detectors of others, as their manifests describe them: their golden outputs, and the answers these mean. */
#include "golden_input.h"
#include "networks/store.h"
#include <string.h>

static const struct {
    const char *name, *role;
} known[] = {{"aasist-l", "voice_generated"},          {"aasist", "voice_generated"},
             {"lfcc_lcnn_lstm", "voice_generated"},    {"meso4_df", "face_manipulated"},
             {"meso4_f2f", "face_manipulated"},        {"mesoinception_df", "face_manipulated"},
             {"mesoinception_f2f", "face_manipulated"}};

/* Log odds of fake against real, from what the golden file says; its error at most. */
static double meant(double *error, const um_answer *a, const float *g, double atol, double rtol)
{
    const double v = (double)g[0], tolerance = atol + rtol * fabs(v);
    *error = tolerance;
    if (a->type == UM_ANSWER_LOGIT)
        return -v; /* of real */
    if (a->type == UM_ANSWER_PROBABILITY) {
        *error = 2 * tolerance / (v * (1 - v));
        return -log(v / (1 - v));
    }
    *error += atol + rtol * fabs((double)g[1]);
    return v - (double)g[1]; /* spoof, bona fide */
}

static void check(um_network_store *store, const char *models, const char *name, const char *role)
{
    char path[4400], *golden = NULL;
    um_json *json = NULL;
    um_net *net = NULL;
    um_lease *lease = NULL;
    um_error err = {0};
    size_t bytes = 0;
    double logit = NAN, error;
    snprintf(path, sizeof path, "%s/golden/%s.json", models, name);
    CHECK(um_json_read(&json, path, 1 << 20, &err) == UM_OK);
    const um_json *out = um_json_at(um_json_get(json, "outputs"), 0);
    um_tensor *in = make_input(um_json_at(um_json_get(json, "inputs"), 0));
    snprintf(path, sizeof path, "%s/golden/%s", models, um_json_get_text(out, "file", ""));
    CHECK(in && um_file_read(&golden, &bytes, path, 1 << 20, &err) == UM_OK && bytes >= sizeof(float));
    CHECK(um_network_store_named(&net, store, name, &err) == UM_OK);
    if (!net || !in || !golden) {
        fprintf(stderr, "%s: %s\n", name, err.text);
    } else {
        float g[2] = {0};
        memcpy(g, golden, bytes < sizeof g ? bytes : sizeof g);
        CHECK(!strcmp(net->man.role_name, role) && um_net_lease(&lease, net, &err) == UM_OK);
        um_status st = net->man.input.kind == UM_INPUT_WAVE
                           ? um_net_hear(lease, in->data, &err)
                           : um_net_run_tensors(lease, (const um_tensor *const[]){in}, &err);
        CHECK(st == UM_OK && um_net_answer(&logit, lease, &err) == UM_OK);
        const double atol = um_json_get_num(out, "atol", 0), rtol = um_json_get_num(out, "rtol", 0);
        const double expected = meant(&error, &net->man.answer, g, atol, rtol);
        const um_tensor *raw = um_net_output(lease, &net->man.answer.output);
        for (size_t i = 0; raw && i < bytes / sizeof *g; i++)
            CHECK_NEAR((double)((const float *)raw->data)[i], (double)g[i], atol + rtol * fabs((double)g[i]));
        CHECK_NEAR(logit, um_clampd(expected, -UM_NET_SURE, UM_NET_SURE), error);
        fprintf(stderr, "%-20s log odds %+.5f, meant %+.5f\n", name, logit, expected);
    }
    um_net_return(&lease);
    um_tensor_free(&in);
    um_json_free(&json);
    free(golden);
}

int main(void)
{
    const char *data = check_testdata();
    char models[4200];
    um_pool *pool = NULL;
    um_network_store *store = NULL;
    um_net *net = NULL;
    um_error err = {0};
    if (!data)
        return CHECK_SKIP;
    snprintf(models, sizeof models, "%s/models", data);
    CHECK(um_pool_new(&pool, 2, &err) == UM_OK && um_network_store_new(&store, models, pool, &err) == UM_OK);
    for (size_t i = 0; i < sizeof known / sizeof *known && store; i++)
        check(store, models, known[i].name, known[i].role);
    /* of each role the best */
    CHECK(store && um_network_store_role(&net, store, "voice_generated", &err) == UM_OK && net &&
          !strcmp(net->man.name, "aasist"));
    CHECK(store && um_network_store_role(&net, store, "face_manipulated", &err) == UM_OK && net &&
          !strcmp(net->man.name, "mesoinception_df"));
    um_network_store_free(&store);
    um_pool_free(&pool);
    return check_done();
}
