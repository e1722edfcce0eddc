/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos whose tones were stretched, curved, or left alone. */
#include "../check.h"
#include "still_pictures.h"

enum { SIDE = 300 };

/* Three textures, each through `curve` (NULL: as it is). */
static um_image *colours(int width, int height, const uint8_t *curve)
{
    um_image *rgb = NULL;
    if (um_image_new(&rgb, width, height, UM_RGB24, NULL) < 0)
        abort();
    for (int c = 0; c < 3; c++) {
        um_image *one = textured(width, height, 18 + 4 * c, (uint64_t)(7 + c));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                const uint8_t v = one->data[y * one->stride + x];
                rgb->data[y * rgb->stride + 3 * x + c] = curve ? curve[v] : v;
            }
        um_image_free(&one);
    }
    return rgb;
}

static um_findings *ask(um_image *rgb)
{
    runner r;
    um_frame frame = {.rgb = rgb};
    CHECK(runner_begin(&r, um_signal_find("contrast")) == UM_OK);
    r.media.is_photo = true;
    r.media.width = rgb->width;
    r.media.height = rgb->height;
    CHECK(runner_push(&r, &(um_signal_input){.frame = &frame}) == UM_OK);
    CHECK(runner_push(&r, &(um_signal_input){.frame = &frame}) == UM_OK); /* once is enough */
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&rgb);
    return runner_end(&r);
}

static double score_of(um_findings *f, bool called, int empty)
{
    const um_result *r = of_file(f);
    double score = NAN;
    int said = -1;
    CHECK(r && r->outcome == UM_SCORED && f->n_results == 1 && f->n_evidence == 1 && f->evidence[0].image);
    if (r && r->outcome == UM_SCORED) {
        const char *levels = strstr(r->text, "makes it, ");
        score = r->score;
        CHECK(!strncmp(r->text, called ? "The histogram of " : "The tones run smoothly", 16));
        CHECK(levels && sscanf(levels + 10, "%d", &said) == 1);
        if (empty >= 0)
            CHECK(said == empty);
    }
    um_findings_free(&f);
    return score;
}

/* By the definition, of the roughest colour: counts n faded by half a cosine over 8 levels at each end, the
 * mean power of their transform at 112 to 128 of 256, over the sum of fade^2 n. */
static double defined(const um_image *rgb)
{
    double most = -INFINITY;
    for (int c = 0; c < 3; c++) {
        double n[256] = {0}, power = 0, chance = 0;
        for (int y = 0; y < rgb->height; y++)
            for (int x = 0; x < rgb->width; x++)
                n[rgb->data[y * rgb->stride + 3 * x + c]]++;
        for (int i = 0; i < 256; i++) {
            const int end = i < 128 ? i : 255 - i;
            const double fade = end < 8 ? (1 - cos(M_PI * end / 8)) / 2 : 1;
            chance += fade * fade * n[i];
            n[i] *= fade;
        }
        for (int k = 112; k <= 128; k++) {
            double re = 0, im = 0;
            for (int i = 0; i < 256; i++) {
                re += n[i] * cos(2 * M_PI * k * i / 256);
                im += n[i] * sin(2 * M_PI * k * i / 256);
            }
            power += (re * re + im * im) / 17;
        }
        most = fmax(most, 10 * log10(power / chance));
    }
    return most;
}

static void curves(void)
{
    uint8_t twice[256], gamma[256];
    for (int i = 0; i < 256; i++) {
        const int v = 2 * i - 128;
        twice[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        gamma[i] = (uint8_t)lrint(255 * pow(i / 255., .6));
    }
    CHECK(score_of(ask(colours(SIDE, SIDE, NULL)), false, -1) < 6); /* chance alone is 0 dB on average */
    CHECK(score_of(ask(colours(SIDE, SIDE, gamma)), false, -1) > 15);
    um_image *image = colours(SIDE, SIDE, twice);
    const double db = defined(image);
    CHECK(db > 35);
    CHECK_NEAR(score_of(ask(image), true, -1), db, 1e-6);
    image = colours(SIDE, SIDE, NULL);
    const double smooth = defined(image);
    CHECK_NEAR(score_of(ask(image), false, -1), smooth, 1e-6);
}

/* A ramp over known levels: counts are equal, the gaps are known. */
static um_image *ramp(int from, int step, int levels)
{
    um_image *rgb = NULL;
    if (um_image_new(&rgb, 512, 256, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < 256; y++)
        for (int x = 0; x < 512; x++)
            memset(rgb->data + y * rgb->stride + 3 * x, from + step * ((x + 31 * y) % levels), 3);
    return rgb;
}

static void counts(void)
{
    score_of(ask(ramp(20, 2, 100)), true, 99);
    score_of(ask(ramp(0, 1, 256)), false, 0);
    um_findings *f = ask(ramp(20, 3, 64));
    CHECK(of_file(f) && of_file(f)->outcome == UM_SCORED);
    um_findings_free(&f);
    f = ask(ramp(20, 3, 63));
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "too few tones: 63 levels of "));
    um_findings_free(&f);
}

static void gates(void)
{
    um_findings *f = ask(colours(255, 300, NULL));
    CHECK(f->outcome == UM_NOT_APPLICABLE && f->reason);
    um_findings_free(&f);
    score_of(ask(colours(256, 256, NULL)), false, -1);
}

int main(void)
{
    curves();
    counts();
    gates();
    return check_done();
}
