/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much looks at a face differ for a network that was never trained, against all pairs of them. */
#include "detector_models.h"
#include "faces/embedding.h"
#include "made_skin.h"

enum { W = 320, H = 240, MOST = 40 };
static um_network_store *store;

/* Another gradient of colours at every moment. */
static um_image *picture(int k)
{
    um_image *image = NULL;
    if (um_image_new(&image, W, H, UM_RGB24, NULL) < 0)
        exit(1);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            for (int c = 0; c < 3; c++)
                image->data[y * image->stride + 3 * x + c] =
                    (uint8_t)((x * (1 + (k + c) % 3) + y * (k % 5) + 40 * c * k) & 255);
    return image;
}

static um_embedding embedding_of(const um_image *rgb, const um_face *face)
{
    um_net *net = NULL;
    um_embedding e;
    um_error err = {0};
    um_face_cut cut = {.frame = rgb};
    CHECK(um_network_store_role(&net, store, "face_embedding", &err) == UM_OK && net);
    CHECK(um_embedding_of(&e, net, &cut, face, &err) == UM_OK && e.n == 8);
    um_face_cut_end(&cut);
    return e;
}

static um_face usual(void)
{
    um_face face = mean_face(150, 100, 1);
    static const int at[5] = {36, 45, 30, 48, 54};
    for (int i = 0; i < 5; i++)
        face.five[i] = face.points[at[i]];
    return face;
}

static um_findings *play(int n, double fps, const um_face *face, int step)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("identity_drift")) == UM_OK);
    for (int i = 0; i < n; i++) {
        um_image *rgb = picture(i * step);
        um_frame frame = {.index = i, .t_s = i / fps, .rgb = rgb};
        um_face one[2] = {*face, *face};
        one[1].person = 1;
        CHECK(runner_picture(&r, &frame, one, i % 2 ? 2 : 1) == UM_OK);
        um_image_free(&rgb);
    }
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

/* The score by its definition, and each point of the series. */
static void pairs(void)
{
    enum { N = 9 };
    const um_face face = usual();
    um_embedding e[N];
    um_findings *f = play(N, 2, &face, 1);
    double sum = 0, before[8] = {0};
    for (int i = 0; i < N; i++) {
        um_image *rgb = picture(i);
        e[i] = embedding_of(rgb, &face);
        um_image_free(&rgb);
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++)
            sum += 1 - (double)um_embedding_similarity(&e[i], &e[j]);
    const um_result *r = result_of(f, 0);
    CHECK(r && r->outcome == UM_SCORED && sum > .01);
    CHECK_NEAR(r->score, sum / (N * (N - 1) / 2.), 1e-6);
    CHECK(f->series[0].n == N - 1);
    for (int i = 0; i < N; i++) {
        double dot = 0, length = 0;
        for (int k = 0; k < 8; k++) {
            dot += before[k] * (double)e[i].v[k];
            length += before[k] * before[k];
            before[k] += (double)e[i].v[k];
        }
        if (i)
            CHECK_NEAR(f->series[0].sample[i - 1].value, 1 - dot / sqrt(length), 1e-6);
    }
    CHECK(strstr(r->text, "in 9 looks"));
    CHECK(f->n_evidence && f->evidence[0].image && f->evidence[0].image->width == 200);
    r = result_of(f, 1); /* every other moment: four looks */
    CHECK(r && r->outcome == UM_NOT_APPLICABLE && strstr(r->text, "looked at 4 times, 5 needed"));
    um_findings_free(&f);
}

static void same(void)
{
    const um_face face = usual();
    um_findings *f = play(5, 2, &face, 0);
    const um_result *r = result_of(f, 0);
    CHECK(r && r->outcome == UM_SCORED);
    CHECK_NEAR(r->score, 0, 1e-6);
    um_findings_free(&f);
}

static void limits(void)
{
    um_face face = usual();
    um_findings *f = play(21, 4.1, &face, 1); /* every third moment: 0.73 s apart */
    CHECK(f->series[0].n == 6);
    um_findings_free(&f);
    face.five[3].x = NAN;
    f = play(6, 2, &face, 1);
    CHECK(f->outcome == UM_NOT_APPLICABLE);
    um_findings_free(&f);
    face = usual();
    face.quality.eye_distance_px = 39;
    f = play(6, 2, &face, 1);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "39 pixels"));
    um_findings_free(&f);
}

int main(void)
{
    store = detector_models(NULL);
    pairs();
    same();
    limits();
    um_network_store_free(&store);
    detector_models_remove();
    return check_done();
}
