/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG as stored: luma to the bit as djpeg gives it, colours as near as another upsampling allows, for every
 * sampling, sizes that end inside a block, scans of every kind; what is not stored so goes another way. */
#include "base/base.h"
#include "source_fixture.h"

static whole w;
static const um_source_options both = {.want = UM_WANT_GRAY | UM_WANT_RGB, .threads = 1};
static const char *const samplings[] = {"1x1", "2x1", "2x2", "1x2", "4x1"};
static const char *const scans[] = {"", "-progressive", "-restart 1", "-arithmetic"};
static const char *const sizes[] = {"64x48", "61x45", "17x33", "8x8", "129x16"};

/* Rows of a PGM or PPM behind its three lines. */
static const uint8_t *rows(const char *bytes, size_t n, int channels, int width, int height)
{
    const size_t all = (size_t)channels * (size_t)width * (size_t)height;
    return n > all ? (const uint8_t *)bytes + n - all : NULL;
}

static int furthest(const um_image *image, const uint8_t *other, double *mean)
{
    const int row = image->width * um_image_channels(image->pixel);
    int most = 0;
    double sum = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < row; x++) {
            const int off = abs(image->data[y * image->stride + x] - other[y * row + x]);
            most = off > most ? off : most;
            sum += off;
        }
    *mean = sum / row / image->height;
    return most;
}

static void compare(const char *what, double colours_within)
{
    size_t n = 0, n_rgb = 0;
    double mean = 255;
    char *luma = fixture_read("y.pgm", &n), *rgb = fixture_read("c.ppm", &n_rgb);
    whole_read(&w, fixture_path("p.jpg"), both);
    const um_frame *f = w.n_pictures == 1 ? w.moments[0]->frame : NULL;
    CHECK(w.status == UM_EOF && f && !*w.damage.note);
    const uint8_t *y = f ? rows(luma, n, 1, f->gray->width, f->gray->height) : NULL,
                  *c = f ? rows(rgb, n_rgb, 3, f->rgb->width, f->rgb->height) : NULL;
    CHECK(y && furthest(f->gray, y, &mean) == 0);
    if (c)
        furthest(f->rgb, c, &mean);
    CHECK(mean <= colours_within);
    if (mean > colours_within)
        fprintf(stderr, "  %s: colours differ by %.2f\n", what, mean);
    free(luma);
    free(rgb);
    whole_free(&w);
}

static void test_as_stored(void)
{
    char what[100];
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        CHECK(fixture_run(FFMPEG "-f lavfi -i nullsrc=s=%s,geq=r=40+X:g=220-3*Y:b=90+X/2+Y -frames:v 1 p.ppm",
                          sizes[s]));
        for (size_t h = 0; h < sizeof samplings / sizeof *samplings; h++)
            for (size_t k = 0; k < sizeof scans / sizeof *scans; k++) {
                snprintf(what, sizeof what, "%s %s %s", sizes[s], samplings[h], scans[k]);
                if (!fixture_run("cjpeg -quality 90 -sample %s %s -outfile p.jpg p.ppm", samplings[h],
                                 scans[k])) {
                    fprintf(stderr, "not checked: %s cannot be made\n", what);
                    continue;
                }
                CHECK(fixture_run("djpeg -grayscale -outfile y.pgm p.jpg && djpeg -outfile c.ppm p.jpg"));
                compare(what, h ? 2 : .6); /* bilinear against libjpeg's own interpolation of chroma */
            }
    }
}

static void test_gray(void)
{
    CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=61x45 -frames:v 1 p.ppm") &&
          fixture_run("cjpeg -grayscale -outfile p.jpg p.ppm") &&
          fixture_run("djpeg -outfile y.pgm p.jpg && djpeg -rgb -outfile c.ppm p.jpg"));
    compare("gray", 0);
}

/* Stored as RGB: no planes of Y, Cb and Cr. */
static void test_other_colours(void)
{
    double mean = 255;
    size_t n = 0;
    if (!fixture_run(FFMPEG
                     "-f lavfi -i nullsrc=s=61x45,geq=r=40+X:g=220-3*Y:b=90+X/2+Y -frames:v 1 p.ppm") ||
        !fixture_run("cjpeg -rgb -quality 95 -outfile p.jpg p.ppm"))
        return;
    char *rgb = fixture_read("p.ppm", &n);
    whole_read(&w, fixture_path("p.jpg"), both);
    const um_frame *f = w.n_pictures == 1 ? w.moments[0]->frame : NULL;
    const uint8_t *c = f ? rows(rgb, n, 3, 61, 45) : NULL;
    CHECK(w.status == UM_EOF && !*w.damage.note && c && !strcmp(w.pixel_format, "gbrp"));
    if (c)
        furthest(f->rgb, c, &mean);
    CHECK(mean < 2);
    free(rgb);
    whole_free(&w);
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_as_stored();
    test_gray();
    test_other_colours();
    return fixture_end();
}
