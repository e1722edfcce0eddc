/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Residues worked out by hand; photos with a part that was median filtered. */
#include "../check.h"
#include "dsp/median_residue.h"
#include "still_pictures.h"

static int by_value(const void *a, const void *b)
{
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

static uint8_t median_at(const um_image *image, int x, int y)
{
    uint8_t v[9];
    for (int i = 0; i < 9; i++)
        v[i] = image->data[(y + i / 3 - 1) * image->stride + x + i % 3 - 1];
    qsort(v, 9, 1, by_value);
    return v[4];
}

static um_image *filtered(const um_image *from)
{
    um_image *to = turned(from, 0);
    for (int y = 1; y < from->height - 1; y++)
        for (int x = 1; x < from->width - 1; x++)
            to->data[y * to->stride + x] = median_at(from, x, y);
    return to;
}

static void residues(void)
{
    um_image *image = textured(64, 48, 12, 4);
    double to_median = 0, to_mean = 0;
    float ratio;
    for (int y = 20; y < 36; y++)
        for (int x = 30; x < 46; x++) {
            double mean = 0;
            for (int v = -1; v <= 1; v++)
                for (int u = -1; u <= 1; u++)
                    mean += (2 - abs(u)) * (2 - abs(v)) * image->data[(y + v) * image->stride + x + u] / 16.;
            const int at = image->data[y * image->stride + x];
            to_median += abs(at - median_at(image, x, y)) / 256.;
            to_mean += fabs(at - mean) / 256;
        }
    uint8_t *at = image->data + 20 * image->stride + 30;
    CHECK(um_median_residue(&ratio, at, image->stride));
    CHECK_NEAR(ratio, log((to_median + .05) / (to_mean + .05)), 1e-5);
    static const uint8_t ends[4] = {1, 0, 254, 255};
    for (int i = 0; i < 4; i++) {
        at[5] = ends[i];
        CHECK(um_median_residue(&ratio, at, image->stride) == (i % 2 == 0));
    }
    /* One pixel by d in 256: mean residue (12 + 4 * 2 + 4) d / 16 / 256. */
    for (int y = 0; y < image->height; y++)
        memset(image->data + y * image->stride, 100, (size_t)image->width);
    at[5 * image->stride + 5] = 142; /* .246 */
    CHECK(!um_median_residue(&ratio, at, image->stride));
    at[5 * image->stride + 5] = 143; /* .252; the median takes all of it away */
    CHECK(um_median_residue(&ratio, at, image->stride));
    CHECK_NEAR(ratio, log((43. / 256 + .05) / (24 * 43. / 4096 + .05)), 1e-5);
    um_image_free(&image);
}

static double score_of(const um_findings *f)
{
    const um_result *r = of_file(f);
    return r && r->outcome == UM_SCORED ? r->score : -1;
}

static void spliced(int width, int height, int x, int y, int w, int h, int near, bool called)
{
    um_image *photo = textured(width, height, 12, 1), *smooth = filtered(photo);
    um_findings *f = asked_of("median_filtering", photo, 0, 0);
    CHECK(score_of(f) >= 0 && score_of(f) < 2.4 && !f->n_evidence);
    um_findings_free(&f);
    pasted(photo, smooth, x, y, w, h);
    f = asked_of("median_filtering", photo, 0, 0);
    CHECK((score_of(f) > 2.4) == called && f->n_evidence == called);
    int n, at[4] = {0};
    if (called && f->n_evidence) {
        const char *text = strstr(f->evidence[0].text, "region, ");
        CHECK(text && sscanf(text, "region, %d blocks, lies at x %d to %d, y %d to %d", &n, at, at + 1,
                             at + 2, at + 3) == 5);
        CHECK(abs(at[0] - x) <= near && abs(at[1] - x - w) <= near && abs(at[2] - y) <= near &&
              abs(at[3] - y - h) <= near);
        CHECK(score_of(f) <= log10(1 + 3 * n)); /* at most 3 deviations from each */
    }
    um_findings_free(&f);
    um_image_free(&photo);
    um_image_free(&smooth);
}

static void sizes(void)
{
    for (int i = 0; i < 4; i++) { /* 100 blocks, 99, too small twice */
        um_image *photo = textured(i == 2 ? 161 : 162, i == 3 ? 161 : 162, 12, 3);
        if (i == 1)
            photo->data[30 * photo->stride + 30] = 255;
        um_findings *f = asked_of("median_filtering", photo, 0, 0);
        const um_result *r = of_file(f);
        const char *text = r ? r->text : f->reason;
        CHECK(i == 0 ? score_of(f) >= 0
                     : text && strstr(text, i == 1 ? "99 blocks of 16 pixels with fine detail, 100 needed"
                                                   : "162 needed"));
        um_findings_free(&f);
        um_image_free(&photo);
    }
}

int main(void)
{
    residues();
    spliced(480, 320, 96, 64, 240, 192, 20, true);
    spliced(320, 240, 96, 64, 34, 50, 0, false);       /* 2 x 3 whole blocks */
    spliced(2700, 2000, 950, 800, 380, 380, 40, true); /* a block in 19 x 19 pixels */
    sizes();
    return check_done();
}
