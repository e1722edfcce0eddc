/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The networks for faces, landmarks, eyes, identity and forgeries against outputs that were computed in
 * double precision by an independent interpreter and agree with ONNX Runtime 1.30 and OpenCV 4.6. The
 * tolerance of each output stands in its golden file: ten times the error of a float32 interpreter. */
#include "../check.h"
#include "base/base.h"
#include "golden_input.h"
#include <string.h>
#include <unmask/network.h>

static const char *const nets[] = {"yunet_n_320",
                                   "yunet_n_640",
                                   "yunet_n_dynamic",
                                   "yunet_2023mar_640",
                                   "ultralight_rfb_320",
                                   "ultralight_rfb_320_raw",
                                   "ultralight_rfb_640",
                                   "ultralight_slim_320",
                                   "blazeface_short_range",
                                   "blazeface_full_range",
                                   "blazeface_back",
                                   "retinaface_mnet025_640",
                                   "mtcnn_pnet",
                                   "mtcnn_rnet",
                                   "mtcnn_onet",
                                   "osf_mnv3_detection",
                                   "peppa_slim68_160",
                                   "tddfa_v2_mb05_lm68",
                                   "osf_lm66_224",
                                   "facemesh468_192",
                                   "iris_landmark_64",
                                   "eyeblink_26x34",
                                   "meso4_df",
                                   "meso4_f2f",
                                   "mesoinception_df",
                                   "mesoinception_f2f",
                                   "mobilefacenet_112"};

static double compare(const um_tensor *y, const um_json *json, const char *dir)
{
    char path[8192], *bytes;
    size_t n;
    um_error err;
    int64_t dim[UM_MAX_RANK], stride = um_json_get_int(json, "stride", 1);
    double worst = 0, atol = um_json_get_num(json, "atol", 0), rtol = um_json_get_num(json, "rtol", 0);
    bool within = true;
    int rank = read_shape(json, dim);
    CHECK(y->rank == rank && !memcmp(y->dim, dim, sizeof *dim * (size_t)rank));
    snprintf(path, sizeof path, "%s/%s", dir, um_json_get_text(json, "file", ""));
    if (um_file_read(&bytes, &n, path, 1 << 28, &err) < 0) {
        CHECK(!"golden output missing");
        return -1;
    }
    int64_t total = um_tensor_count(y);
    CHECK((int64_t)(n / 4) == (total + stride - 1) / stride);
    for (int64_t i = 0; i < (int64_t)(n / 4) && i * stride < total; i++) {
        double g = ((float *)(void *)bytes)[i], e = fabs(((float *)y->data)[i * stride] - g);
        within = within && e <= atol + rtol * fabs(g);
        worst = e > worst || !(e <= worst) ? e : worst;
    }
    CHECK(within);
    free(bytes);
    return worst;
}

static void check_net(const char *models, const char *name)
{
    char dir[4200], path[8192];
    um_json *golden = NULL;
    um_network *m = NULL;
    um_session *session = NULL;
    um_pool *pool = NULL;
    um_error err = {0};
    snprintf(dir, sizeof dir, "%s/golden", models);
    snprintf(path, sizeof path, "%s/%s.json", dir, name);
    if (um_json_read(&golden, path, 1 << 20, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        CHECK(!"golden file missing");
        return;
    }
    snprintf(path, sizeof path, "%s/%s", models, um_json_get_text(golden, "model", ""));
    CHECK(um_network_open(&m, path, &err) == UM_OK && um_pool_new(&pool, 2, &err) == UM_OK &&
          um_session_new(&session, m, pool, &err) == UM_OK);
    if (session) {
        const um_json *in_json = um_json_get(golden, "inputs"), *out_json = um_json_get(golden, "outputs");
        CHECK(!strcmp(um_network_sha256(m), um_json_get_text(golden, "model_sha256", "")));
        um_tensor *in = make_input(um_json_at(in_json, 0));
        const um_tensor *out[16] = {NULL};
        CHECK(um_network_n_outputs(m) <= 16 && um_network_n_inputs(m) == 1 && in);
        double worst = 0;
        for (int again = 0; again < 2 && in; again++) /* the second run meets used buffers */
            if (um_session_run(session, (const um_tensor *const *)&in, out, &err) == UM_OK)
                for (int i = 0; i < um_network_n_outputs(m); i++)
                    worst = fmax(worst, compare(out[i], um_json_at(out_json, (size_t)i), dir));
            else
                CHECK(!"run failed");
        fprintf(stderr, "%-24s largest error %.2g\n", name, worst);
        um_tensor_free(&in);
    }
    if (err.code)
        fprintf(stderr, "%s: %s\n", name, err.text);
    um_session_free(&session);
    um_network_free(&m);
    um_pool_free(&pool);
    um_json_free(&golden);
}

static void check_foreign_operator_is_refused(const char *models)
{
    char path[4200];
    um_network *m = NULL;
    um_session *session = NULL;
    um_error err;
    int unsupported = 0;
    snprintf(path, sizeof path, "%s/compat/osf_mnv3_detection_fusedconv.onnx", models);
    CHECK(um_network_open(&m, path, &err) == UM_OK && um_session_new(&session, m, NULL, &err) == UM_OK);
    for (int i = 0; m && i < um_network_n_ops(m); i++)
        if (!um_network_op(m, i)->supported) {
            unsupported++;
            CHECK(!strcmp(um_network_op(m, i)->op, "com.microsoft:FusedConv") &&
                  um_network_op(m, i)->count == 23);
        }
    CHECK(unsupported == 1 && um_network_macs(m) == -1);
    const um_value_info *v = um_network_input(m, 0);
    um_tensor *in = NULL;
    int64_t dim[4] = {1, 3, 224, 224};
    const um_tensor *out[4];
    CHECK(um_tensor_new(&in, v->dtype, 4, dim, &err) == UM_OK);
    CHECK(um_session_run(session, (const um_tensor *const *)&in, out, &err) == UM_EUNSUPPORTED &&
          strstr(err.text, "com.microsoft:FusedConv") && strstr(err.text, path));
    um_tensor_free(&in);
    um_session_free(&session);
    um_network_free(&m);
}

int main(int argc, char **argv)
{
    char models[4096];
    const char *dir = check_testdata();
    if (!dir)
        return CHECK_SKIP;
    snprintf(models, sizeof models, "%s/models", dir);
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
        if (argc < 2 || !strcmp(argv[1], nets[i]))
            check_net(models, nets[i]);
    check_foreign_operator_is_refused(models);
    return check_done();
}
