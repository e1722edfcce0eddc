/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that were up-sampled, and others. Phases and chances: test_lattice.c. */
#include "../check.h"
#include "made_skin.h"
#include "still_pictures.h"

/* Up-sampled `times`: zeros between the samples, then a kernel of 3 x 3 that does not fill all of them alike.
 */
static um_image *up_sampled(int side, int times, uint64_t seed)
{
    static const double kernel[3] = {.55, 1, .4};
    um_image *small = textured(side / times, side / times, 12, seed), *big = NULL;
    if (um_image_new(&big, side, side, UM_GRAY8, NULL) < 0)
        abort();
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            double sum = 0;
            for (int v = -1; v <= 1; v++)
                for (int u = -1; u <= 1; u++)
                    if (y + v >= 0 && x + u >= 0 && (y + v) % times == 0 && (x + u) % times == 0 &&
                        (y + v) / times < small->height && (x + u) / times < small->width)
                        sum += kernel[v + 1] * kernel[u + 1] *
                               small->data[(y + v) / times * small->stride + (x + u) / times];
            big->data[y * big->stride + x] = (uint8_t)um_clampi((int)lrint(sum), 2, 253);
        }
    um_image_free(&small);
    return big;
}

static um_image *noisy(int width, int height, double sigma, uint64_t seed)
{
    um_image *image = NULL;
    if (um_image_new(&image, width, height, UM_GRAY8, NULL) < 0)
        abort();
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            image->data[y * image->stride + x] = (uint8_t)um_clampi(
                (int)lrint(120 + 40 * sin(x * .013 + y * .007) + 30 * cos(y * .021 - x * .004) +
                           sigma * um_random_normal(&seed)),
                2, 253);
    return image;
}

/* A front of windows, in perspective or not, with noise. */
static um_image *windows(int side, double period, double turn, uint64_t seed)
{
    um_image *image = noisy(side, side, 2, seed);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const double u = fmod((x * cos(turn) + y * sin(turn)) / period + 100, 1),
                         v = fmod((y * cos(turn) - x * sin(turn)) / period + 100, 1);
            if (u < .4 && v < .6)
                image->data[y * image->stride + x] /= 2;
        }
    return image;
}

static double score_of(um_image *image, int quality, const char *text)
{
    if (quality)
        compressed(image, quality);
    um_findings *f = asked_of("frequency", image, quality, 0);
    const um_result *r = of_file(f);
    const double score = r && r->outcome == UM_SCORED ? r->score : NAN;
    CHECK(!r || strlen(r->text) <= 239);
    if (r && text && !strstr(r->text, text))
        printf("%s\n", r->text);
    CHECK(!text || (r && strstr(r->text, text)));
    CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 384);
    um_findings_free(&f);
    um_image_free(&image);
    return score;
}

static void photos(void)
{
    /* 2 pixels: the one frequency that is judged there makes no more than n, so the chance stays bounded */
    CHECK(score_of(up_sampled(512, 2, 1), 0, "A pattern of 2 pixels runs through the photo") > 6);
    CHECK(score_of(up_sampled(512, 4, 2), 0, "A pattern of 4 pixels") > 100);
    CHECK(score_of(up_sampled(512, 8, 3), 0, "A pattern of 8 pixels") > 100);
    CHECK(score_of(up_sampled(512, 4, 2), 90, "A pattern of") > 100);
    static const int qualities[] = {0, 30, 50, 75, 90, 97};
    for (int i = 0; i < 6; i++) {
        CHECK(score_of(noisy(512, 384, 4, 11 + (uint64_t)i), qualities[i], "No pattern of 2, 4 or 8 pixels") <
              3);
        CHECK(score_of(textured(512, 384, 12, 31 + (uint64_t)i), qualities[i], "No pattern") < 3);
    }
    /* texture of another period, however regular */
    static const double periods[] = {10.3, 11, 7.1, 12.6, 20, 5.3};
    for (int i = 0; i < 6; i++) {
        CHECK(score_of(windows(512, periods[i], 0, 7), 0, "No pattern") < 3);
        CHECK(score_of(windows(512, periods[i], .1, 8), 85, "No pattern") < 3);
    }
    /* of exactly this period: told apart by nobody; the page says so */
    CHECK(score_of(windows(512, 8, 0, 9), 0, "A pattern of 8 pixels") > 6);
}

static void numbers(void)
{
    /* 21 x 21 pieces fit: not all are looked at */
    CHECK(score_of(textured(1024, 1024, 12, 9), 0, "over chance in 400 pieces") < 3);
    um_image *image = up_sampled(512, 4, 5);
    um_findings *f = asked_of("frequency", image, 0, 0);
    const um_result *r = of_file(f);
    double period = 0, db = 0, odds = 0, slope = 0, tail = 0;
    int pieces = 0, n = 0, ringed = 0;
    CHECK(
        r &&
        sscanf(
            r->text,
            "A pattern of %lf pixels runs through the photo, %lf dB over chance in %d pieces (odds 1 : "
            "10^%lf), as up-sampling leaves. Spectrum: %lf dB per tenfold frequency, its finest fifth %lf dB",
            &period, &db, &pieces, &odds, &slope, &tail) == 6);
    CHECK(pieces == 100 && odds == floor(r->score)); /* (512 - 64) / 48 + 1 = 10 a side */
    CHECK(db > 15 && db <= 20);                      /* 100 at most */
    CHECK(sscanf(f->evidence[0].text,
                 "How alike each spatial frequency is in %d pieces of the photo (middle: none, "
                 "border: 2 pixels). Ringed: %d of the 25",
                 &n, &ringed) == 2);
    CHECK(n == 100 && ringed == 5); /* multiples of a quarter on neither axis */
    const um_image *p = f->evidence[0].image;
    /* the ring around (u, v) = (16, 16): its right end; nothing at (8, 8); the axes are blue */
    const uint8_t *at = p->data + (48 * 6 + 3) * p->stride + (ptrdiff_t)3 * (48 * 6 + 3 + 15);
    CHECK(at[0] > 150 && at[2] < 120);
    at = p->data + (40 * 6 + 3) * p->stride + (ptrdiff_t)3 * (40 * 6 + 3 + 15);
    CHECK(at[0] == at[2]);
    at = p->data + (48 * 6 + 3) * p->stride + (ptrdiff_t)3 * (48 * 6 + 3);
    CHECK(at[0] == 255 && at[1] == 255 && at[2] == 255); /* the peak itself */
    at = p->data + (32 * 6 + 3) * p->stride + (ptrdiff_t)3 * (40 * 6 + 3);
    CHECK(at[2] > at[0]);
    um_findings_free(&f);
    um_image_free(&image);

    /* noise falls by nothing, and so does its tail */
    image = noisy(512, 512, 0, 4);
    uint64_t seed = 3;
    for (int y = 0; y < 512; y++)
        for (int x = 0; x < 512; x++)
            image->data[y * image->stride + x] = (uint8_t)lrint(128 + 15 * um_random_normal(&seed));
    f = asked_of("frequency", image, 0, 0);
    r = of_file(f);
    CHECK(r && sscanf(r->text,
                      "No pattern of 2, 4 or 8 pixels runs through the photo (%lf dB over chance in %d "
                      "pieces). Spectrum: %lf dB per tenfold frequency, its finest fifth %lf",
                      &db, &pieces, &slope, &tail) == 4);
    CHECK(fabs(slope) <= 1 && fabs(tail) < .3 && fabs(db) < 3);
    um_findings_free(&f);
    um_image_free(&image);
}

/* Stripes of 16 waves rightwards and 8 downwards in 64 pixels: they have no mirror image. 17 sin 45 degrees
 * is whole but for .02, so that rounding adds no overtone. */
static void slanted(void)
{
    um_image *image = noisy(512, 512, 4, 21);
    for (int y = 0; y < 512; y++)
        for (int x = 0; x < 512; x++)
            image->data[y * image->stride + x] += (uint8_t)lrint(18 + 17 * sin(M_PI / 32 * (16 * x + 8 * y)));
    um_findings *f = asked_of("frequency", image, 0, 0);
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, "Ringed: 1 of the 25"));
    const um_image *p = f->evidence[0].image;
    for (int turn = -1; turn <= 1; turn += 2)
        for (int down = -8; down <= 8; down += 16) {
            const int col = 32 + 16 * turn, row = 32 + down * turn;
            const uint8_t *at = p->data + (row * 6 + 3) * p->stride + (ptrdiff_t)3 * (col * 6 + 3);
            CHECK(down > 0 ? at[0] == 255 : at[0] < 200);
            CHECK((at[3 * 15] > at[3 * 15 + 2] + 50) == (down > 0)); /* its ring */
        }
    um_findings_free(&f);
    um_image_free(&image);
}

static void too_small(void)
{
    for (int i = 0; i < 3; i++) {
        um_image *image = textured(i == 1 ? 207 : 208, 208, 12, 5);
        for (int y = 0; i == 2 && y < 64; y++)
            memset(image->data + y * image->stride, 100, 208);
        um_findings *f = asked_of("frequency", image, 0, 0);
        const um_result *r = of_file(f);
        CHECK(i == 0 ? r && r->outcome == UM_SCORED
                     : f->outcome == UM_NOT_APPLICABLE &&
                           strstr(r ? r->text : f->reason, "12 usable pieces of 64 x 64 pixels, 16 needed"));
        um_findings_free(&f);
        um_image_free(&image);
    }
}

/* ---- faces ---- */

/* Looks at a face in a box of a picture, at these times. */
static um_findings *looks(um_image *const *gray, int n, const double *t_s, um_rect box)
{
    runner r;
    CHECK(runner_begin(&r, um_signal_find("frequency")) == UM_OK);
    for (int i = 0; i < n; i++) {
        um_image *rgb = NULL;
        um_face face = mean_face(box.x + box.w / 2, box.y + box.h / 2, 1);
        face.box = box;
        CHECK(um_image_new(&rgb, gray[i]->width, gray[i]->height, UM_RGB24, NULL) == UM_OK);
        um_frame frame = {.rgb = rgb, .gray = gray[i], .t_s = t_s[i]};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
        um_image_free(&rgb);
    }
    CHECK(runner_finish(&r) == UM_OK);
    return runner_end(&r);
}

static void faces(void)
{
    static const double t_s[] = {0, .49, .5, 1, 1.5};
    um_image *fake = up_sampled(512, 4, 6), *plain = textured(512, 512, 12, 7);
    um_image *all[] = {fake, fake, fake, fake, fake}, *few[] = {fake, fake, plain, plain, plain};
    um_findings *f = looks(all, 5, t_s, (um_rect){40, 60, 300, 300});
    const um_result *r = result_of(f, 0);
    double odds, db, pieces;
    int n;
    CHECK(f->n_series == 1 && f->series[0].n == 4); /* two a second */
    CHECK(r && r->score > 10);
    CHECK(
        r &&
        sscanf(
            r->text,
            "A pattern of 2, 4 or 8 pixels runs through the face: chance makes one so regular in one of %lf "
            "pictures (median of %d; %lf dB over chance, %lf pieces",
            &odds, &n, &db, &pieces) == 4);
    CHECK(n == 4 && odds == 1e6 && pieces == 25 && db > 10); /* (300 - 4 - 64) / 48 + 1 = 5 a side */
    CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 384);
    um_findings_free(&f);
    f = looks(few, 5, t_s, (um_rect){40, 60, 300, 300});
    r = result_of(f, 0);
    CHECK(r && r->score < 3 &&
          sscanf(r->text,
                 "No pattern of 2, 4 or 8 pixels stands out in the face: %lf dB against chance in %d "
                 "pictures (%lf",
                 &db, &n, &pieces) == 3 &&
          n == 4 && pieces == 25); /* one look of four */
    CHECK(f->n_evidence == 1 && f->evidence[0].from_s == 0);
    um_findings_free(&f);
    /* 4 pieces at least, 2 x 2 or in a row; boxes beyond the picture and no numbers */
    static const struct {
        um_rect box;
        int seen;
    } known[] = {{{40, 40, 111.9f, 112}, 0}, {{40, 40, 112, 112}, 1},      {{-60, -60, 172, 172}, 1},
                 {{-60, -60, 171, 172}, 0},  {{400, 400, 500, 500}, 1},    {{401, 400, 500, 500}, 0},
                 {{NAN, 40, 200, 200}, 0},   {{40, 40, INFINITY, 200}, 0}, {{1e9f, 40, 200, 200}, 0},
                 {{40, 40, 160, 64}, 0},     {{40, 40, 208, 64}, 1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        f = looks(all, 1, t_s, known[i].box);
        r = result_of(f, 0);
        CHECK(r && (r->outcome == UM_SCORED) == known[i].seen);
        CHECK(known[i].seen || (r && strstr(r->text, "no usable look")));
        um_findings_free(&f);
    }
    /* at most 49 pieces: 7 x 7 of 352 pixels, of 8 x 8 not more */
    f = looks(all, 1, t_s, (um_rect){0, 0, 400, 400});
    r = result_of(f, 0);
    CHECK(r && strstr(r->text, "49 pieces each"));
    um_findings_free(&f);
    um_image_free(&fake);
    um_image_free(&plain);
}

int main(void)
{
    photos();
    numbers();
    slanted();
    too_small();
    faces();
    return check_done();
}
