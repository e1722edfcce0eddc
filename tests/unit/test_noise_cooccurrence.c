/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos and faces with a part of other noise. Counts and distances: test_cooccurrence.c. */
#include "../check.h"
#include "made_skin.h"
#include "still_pictures.h"

/* Noise of deviation 2; in a square of other patterns: smoothed, and stronger, so that its deviation is
 * alike. */
static um_image *photo(int width, int height, um_rect other, uint64_t seed)
{
    um_image *image = NULL;
    if (um_image_new(&image, width, height, UM_GRAY8, NULL) < 0)
        abort();
    for (int y = 0; y < height; y++) {
        double before = 0;
        for (int x = 0; x < width; x++) {
            const double noise = um_random_normal(&seed), soft = .8 * before + .6 * noise;
            const bool in = (float)x >= other.x && (float)x < other.x + other.w && (float)y >= other.y &&
                            (float)y < other.y + other.h;
            image->data[y * image->stride + x] =
                (uint8_t)lrint(120 + 20 * sin(x * .02) + 2 * (in ? soft : noise));
            before = soft;
        }
    }
    return image;
}

static double score_of(um_image *image, const char *text, double *x, double *y)
{
    um_findings *f = asked_of("noise_cooccurrence", image, 0, 0);
    const um_result *r = of_file(f);
    double times = 0, db = 0;
    int n = 0;
    CHECK(r && strlen(r->text) <= 239 && strstr(r->text, text));
    CHECK(r && sscanf(r->text,
                      "The patterns of the noise around x %lf, y %lf pixels lie %lf times as far from those "
                      "of the photo as the median of %d patches (%lf dB)",
                      x, y, &times, &n, &db) == 5);
    CHECK(n == (int)(image->width / 32) * (int)(image->height / 32));
    CHECK_NEAR(10 * log10(times), r ? r->score : 0, .1);
    CHECK_NEAR(db, r ? r->score : 0, .06);
    CHECK(f->n_evidence == 1 && f->evidence[0].image);
    const double score = r ? r->score : NAN;
    um_findings_free(&f);
    um_image_free(&image);
    return score;
}

static void photos(void)
{
    double x, y;
    CHECK(score_of(photo(512, 384, (um_rect){0}, 3), "see the map", &x, &y) < 6);
    CHECK(score_of(photo(512, 384, (um_rect){288, 160, 128, 128}, 4), "see the map", &x, &y) > 10);
    CHECK(fabs(x - 352) < 48 && fabs(y - 224) < 48);

    /* the map is red there and pale elsewhere */
    um_image *image = photo(480, 384, (um_rect){288, 160, 128, 128}, 4);
    um_findings *f = asked_of("noise_cooccurrence", image, 0, 0);
    const um_image *map = f->evidence[0].image;
    CHECK(map->width == 480);
    const uint8_t *in = map->data + 224 * map->stride + 3 * 352,
                  *out = map->data + 224 * map->stride + 3 * 60;
    CHECK(in[1] < in[0] / 2 && out[1] > out[0] * 3 / 4);
    um_findings_free(&f);
    um_image_free(&image);

    /* a large photo: 400 patches at most */
    image = photo(1600, 1000, (um_rect){0}, 5);
    f = asked_of("noise_cooccurrence", image, 0, 0);
    CHECK(of_file(f) && strstr(of_file(f)->text, "median of 375 patches")); /* 25 x 15 of 63.2 pixels */
    um_findings_free(&f);
    um_image_free(&image);
}

/* 50 patches; of these, clipped and even ones do not count. */
static void gates(void)
{
    static const struct {
        int width, height, first, every, level; /* of the first columns, every so many: this gray level */
        bool seen;
    } known[] = {{320, 160, 0, 1, 0, true},      {319, 160, 0, 1, 0, false},   {63, 900, 0, 1, 0, false},
                 {320, 191, 0, 1, 0, true},      {320, 160, 64, 10, 0, false}, /* 7 of 64 columns */
                 {320, 160, 64, 11, 0, true},                                  /* 6 */
                 {320, 160, 64, 10, 1, false},   {320, 160, 64, 10, 2, true},  {320, 160, 64, 10, 253, true},
                 {320, 160, 64, 10, 254, false}, {320, 160, 20, 1, 100, true}, {320, 160, 90, 1, 100, false},
                 {384, 160, 32, 1, 1, true}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        um_image *image = photo(known[i].width, known[i].height, (um_rect){0}, 7);
        for (int y = 0; y < image->height; y++)
            for (int x = 0; x < known[i].first; x += known[i].every)
                image->data[y * image->stride + x] = (uint8_t)known[i].level;
        um_findings *f = asked_of("noise_cooccurrence", image, 0, 0);
        const um_result *r = of_file(f);
        CHECK((r && r->outcome == UM_SCORED) == known[i].seen);
        if (!known[i].seen)
            CHECK(strstr(r ? r->text : f->reason, "patches of 64 x 64 pixels that differ, 50 needed"));
        um_findings_free(&f);
        um_image_free(&image);
    }
}

static um_findings *looks(um_image *gray, int n, const double *t_s, um_rect box)
{
    runner r;
    um_image *rgb = NULL;
    CHECK(runner_begin(&r, um_signal_find("noise_cooccurrence")) == UM_OK);
    CHECK(um_image_new(&rgb, gray->width, gray->height, UM_RGB24, NULL) == UM_OK);
    for (int i = 0; i < n; i++) {
        um_face face = mean_face(box.x + box.w / 2, box.y + box.h / 2, 1);
        um_frame frame = {.rgb = rgb, .gray = gray, .t_s = t_s[i]};
        face.box = box;
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&rgb);
    return runner_end(&r);
}

static void faces(void)
{
    static const double t_s[] = {0, .5, .99, 1, 2}; /* one look a second: the first and the last two */
    const um_rect box = {192, 128, 160, 160};
    um_image *other = photo(640, 480, box, 11), *same = photo(640, 480, (um_rect){0}, 12);
    um_findings *f = looks(other, 5, t_s, box);
    const um_result *r = result_of(f, 0);
    double times, db, patches;
    int n;
    CHECK(f->n_series == 1 && f->series[0].n == 3);
    CHECK(r && r->score > 10 && strlen(r->text) <= 239);
    CHECK(r &&
          sscanf(r->text,
                 "The patterns of the noise in the face lie %lf times as far from those around it as the "
                 "median there (%lf dB), in %d pictures (%lf patches each)",
                 &times, &db, &n, &patches) == 4);
    CHECK(n == 3 && patches == 25 && fabs(10 * log10(times) - db) < .1);
    CHECK(f->n_evidence == 1 && f->evidence[0].image);
    um_findings_free(&f);
    f = looks(same, 1, t_s, box);
    r = result_of(f, 0);
    CHECK(r && fabs(r->score) < 3);
    um_findings_free(&f);
    /* what lies up to a quarter of the box beside the face belongs to neither */
    um_image *wide = photo(640, 480, (um_rect){152, 88, 240, 240}, 13),
             *wider = photo(640, 480, (um_rect){0, 0, 640, 480}, 13);
    f = looks(wide, 1, t_s, box);
    r = result_of(f, 0);
    const double apart = r ? r->score : NAN;
    CHECK(apart > 10);
    um_findings_free(&f);
    f = looks(wider, 1, t_s, box);
    r = result_of(f, 0);
    CHECK(r && fabs(r->score) < 3);
    um_findings_free(&f);
    /* four patches in the face, fifty around it */
    static const struct {
        um_rect box;
        bool seen;
    } known[] = {{{200, 200, 64, 64}, true}, {{200, 200, 50, 64}, true}, {{209, 200, 32, 80}, false},
                 {{0, 0, 470, 480}, false},  {{0, 0, 300, 300}, true},   {{NAN, 0, 99, 99}, false}};
    for (int i = 0; i < 6; i++) {
        f = looks(same, 1, t_s, known[i].box);
        r = result_of(f, 0);
        CHECK(r && (r->outcome == UM_SCORED) == known[i].seen);
        um_findings_free(&f);
    }
    um_image_free(&other);
    um_image_free(&same);
    um_image_free(&wide);
    um_image_free(&wider);
}

int main(void)
{
    photos();
    gates();
    faces();
    return check_done();
}
