/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which pictures of a face the networks are shown, and what is made of its answers: with a network that was
 * never trained, whose answers the test asks for itself. */
#include "base/pool.h"
#include "detector_models.h"
#include "faces/face_input.h"
#include "faces/landmarks.h"
#include "signal_run.h"

enum { W = 320, H = 240 };
static um_network_store *store;

/* Another picture at every moment. */
static um_image *picture(int k)
{
    um_image *image = NULL;
    uint32_t seed = 7 + (uint32_t)k * 101;
    if (um_image_new(&image, W, H, UM_RGB24, NULL) < 0)
        exit(1);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            seed = seed * 1664525 + 1013904223;
            for (int c = 0; c < 3; c++)
                image->data[y * image->stride + 3 * x + c] =
                    (uint8_t)(x / 2 + (int)(seed >> 27) + 20 * c + 3 * (k % 30));
        }
    return image;
}

static double asked(const char *role, const um_image *rgb, const um_face *face)
{
    um_net *net = NULL;
    um_lease *lease = NULL;
    um_image *cut = NULL, *around = NULL;
    um_error err = {0};
    double logit = NAN;
    /* as in training: first the surroundings, at most 100 pixels, then the middle of them */
    const um_square s = um_landmarks_square(&(um_crop_rule){.scale = 1.75f}, face->points);
    const int side = s.side < 100 ? (int)s.side : 100;
    CHECK(um_square_crop(&around, rgb, s, side, &err) == UM_OK);
    const um_square middle = {
        {.5f * (float)side - .5f, .5f * (float)side - .5f}, (float)side * (1.4f / 1.75f), 0};
    CHECK(um_square_crop(&cut, around, middle, 64, &err) == UM_OK);
    CHECK(um_network_store_role(&net, store, role, &err) == UM_OK && net);
    CHECK(um_net_lease(&lease, net, &err) == UM_OK && um_net_run(lease, cut, &err) == UM_OK &&
          um_net_answer(&logit, lease, &err) == UM_OK);
    um_net_return(&lease);
    um_image_free(&cut);
    um_image_free(&around);
    return logit;
}

static um_findings *look_by(const char *signal, int n_frames, double fps, int n_faces, float side,
                            float trust)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find(signal)) == UM_OK);
    for (int i = 0; i < n_frames; i++) {
        um_image *rgb = picture(i);
        um_frame frame = {.index = i, .t_s = i / fps, .duration_s = 1 / fps, .rgb = rgb};
        um_face face[2] = {face_at(20, 20, side, .3), face_at(160, 60, side, .3)};
        face[1].person = 1;
        face[0].trust = face[1].trust = trust;
        face[0].confidence = face[1].confidence = NAN;
        face[0].quality.overall = .25f;
        face[1].quality.overall = NAN;
        CHECK(runner_picture(&r, &frame, face, n_faces) == UM_OK);
        um_image_free(&rgb);
    }
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

static um_findings *look(int n_frames, double fps, int n_faces, float side, float trust)
{
    return look_by("face_manipulated", n_frames, fps, n_faces, side, trust);
}

/* The other question goes to the other network, in other words. */
static void generated(void)
{
    um_findings *f = look_by("face_generated", 1, 25, 1, 150, NAN);
    um_image *rgb = picture(0);
    um_face face = face_at(20, 20, 150, .3);
    const um_result *r = result_of(f, 0);
    CHECK(r && strstr(r->text, "untrained generated") &&
          strstr(r->text, "takes the face for generated rather than recorded in "));
    CHECK_NEAR(r ? r->score : NAN, asked("face_generated", rgb, &face), 1e-9);
    CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 64);
    um_image_free(&rgb);
    um_findings_free(&f);
}

/* 25 a second: one picture in 5 until there are 32, then every other one is dropped and one in 10 taken. */
static void means(void)
{
    um_findings *f = look(300, 25, 2, 150, NAN);
    for (int who = 0; who < 2; who++) {
        double logit[32], highest = -INFINITY;
        int n = 0, step = 5, next = 0, at = 0, judged = 0;
        for (int i = 0; i < 300; i++) {
            if (i < next)
                continue;
            um_face face = face_at(who ? 160 : 20, who ? 60 : 20, 150, .3);
            um_image *rgb = picture(i);
            next = i + step;
            logit[n] = asked("face_manipulated", rgb, &face);
            judged++;
            if (logit[n] > highest) {
                highest = logit[n];
                at = i;
            }
            um_image_free(&rgb);
            if (++n == 32) {
                for (n = 0; n < 16; n++)
                    logit[n] = logit[2 * n];
                step *= 2;
            }
        }
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += logit[i];
        const um_result *r = result_of(f, who);
        CHECK(r && r->outcome == UM_SCORED && n >= 16 && judged > 32);
        CHECK_NEAR(r ? r->score : NAN, sum / n, 1e-9);
        CHECK_NEAR(r ? r->quality : NAN, who ? 0 : .25, 1e-6);
        CHECK(f->n_series == 2 && (int)f->series[who].n == judged);
        CHECK(f->n_evidence == 2 && f->evidence[who].image && f->evidence[who].image->width == 128 &&
              f->evidence[who].image->height == 64);
        CHECK_NEAR(f->evidence[who].from_s, at / 25., 1e-9);
        int n_fake = 0;
        char counted[160];
        for (int i = 0; i < n; i++)
            n_fake += logit[i] > 0;
        snprintf(counted, sizeof counted,
                 "'untrained face' takes the face for manipulated rather than genuine in "
                 "%d of %d pictures",
                 n_fake, n);
        CHECK(r && strstr(r->text, counted));
    }
    um_findings_free(&f);
}

static void reasons(void)
{
    um_findings *f = look(5, 25, 0, 150, NAN);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "no face was found"));
    um_findings_free(&f);
    f = look(5, 25, 1, 50, NAN);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too small: the largest face is 50 pixels"));
    um_findings_free(&f);
    f = look(5, 25, 1, 150, .49f);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "never large and clear enough"));
    um_findings_free(&f);
    f = look(5, 25, 1, 150, .5f);
    CHECK(f->outcome == UM_SCORED);
    um_findings_free(&f);
}

/* 64 pixels of the box of the points: 0.6 of the side here, and its height is less. */
static void clear(void)
{
    um_face face = face_at(20, 20, 64 / .6f + .1f, .3);
    face.trust = face.confidence = NAN;
    CHECK(um_face_is_clear(&face, 64));
    face.confidence = .69f;
    CHECK(!um_face_is_clear(&face, 64));
    face.confidence = .7f;
    CHECK(um_face_is_clear(&face, 64));
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        face.points[i].x = NAN;
    CHECK(!um_face_is_clear(&face, 64));
    face = face_at(20, 20, 64 / .6f - .1f, .3);
    face.trust = face.confidence = 1;
    CHECK(!um_face_is_clear(&face, 64));
    face = face_at(20, 20, 150, .3);
    face.trust = face.confidence = 1;
    face.has_points = false;
    CHECK(!um_face_is_clear(&face, 64));
    face.has_points = true;
    face.box.w = NAN;
    CHECK(!um_face_is_clear(&face, 64));
}

/* The same whoever runs the looks. */
static void threads(void)
{
    um_pool *pool = NULL;
    const um_resources alone = runner_lends;
    CHECK(um_pool_new(&pool, 4, NULL) == UM_OK);
    um_findings *a = look(60, 25, 2, 150, NAN);
    runner_lends.pool = pool;
    um_findings *b = look(60, 25, 2, 150, NAN);
    for (int i = 0; i < 2; i++)
        CHECK(result_of(a, i) && result_of(b, i) && result_of(a, i)->score == result_of(b, i)->score &&
              a->evidence[i].from_s == b->evidence[i].from_s &&
              !memcmp(a->evidence[i].image->data, b->evidence[i].image->data, 100));
    um_findings_free(&a);
    um_findings_free(&b);
    runner_lends = alone;
    um_pool_free(&pool);
}

int main(void)
{
    store = detector_models(NULL);
    clear();
    means();
    generated();
    reasons();
    threads();
    um_network_store_free(&store);
    detector_models_remove();
    return check_done();
}
