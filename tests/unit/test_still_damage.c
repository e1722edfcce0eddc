/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos that are damaged: every format says so or refuses with a reason, and an intact one is never accused.
 *
 * What cannot be told is left out: bytes of pictures without any redundancy (BMP, TIFF that is not packed),
 * noise inside the code blocks of JPEG 2000 and HEVC, and such in lossless WebP as its codes recover from. */
#include "base/base.h"
#include "source_fixture.h"

static whole w;
static const um_source_options gray = {.want = UM_WANT_GRAY, .threads = 1};

enum { CUT = 1, ZEROS = 2, HOLE = 4 | ZEROS, NOISE = 8 | HOLE };
static const struct format {
    const char *name, *make; /* from p.ppm or p.png */
    unsigned kinds;          /* of damage that its data can tell */
} formats[] = {
    {"p.png", FFMPEG "-i p.ppm p.png", CUT | NOISE},
    {"gray16.png", FFMPEG "-i p.ppm -pix_fmt gray16be gray16.png", CUT | NOISE},
    {"p.jpg", FFMPEG "-i p.ppm -q:v 3 p.jpg", CUT | NOISE},
    {"progressive.jpg", "cjpeg -progressive -outfile progressive.jpg p.ppm", CUT | NOISE},
    {"restart.jpg", "cjpeg -restart 1 -outfile restart.jpg p.ppm", CUT | NOISE},
    {"gray.jpg", "cjpeg -grayscale -optimize -outfile gray.jpg p.ppm", CUT | NOISE},
    {"strips.tif", FFMPEG "-i p.ppm -compression_algo raw strips.tif", CUT},
    {"lzw.tif", "tiffcp -c lzw -r 8 strips.tif lzw.tif", CUT | NOISE},
    {"jpegs.tif", "tiffcp -c jpeg -t -w 64 -l 64 strips.tif jpegs.tif", CUT | NOISE},
    {"big.tif", "tiffcp -8 -c zip strips.tif big.tif", CUT | NOISE},
    {"tiles.tif", "tiffcp -c zip -t -w 64 -l 64 strips.tif tiles.tif", CUT | NOISE},
    {"lossy.webp", "cwebp -q 80 p.png -o lossy.webp", CUT | NOISE},
    {"lossless.webp", "cwebp -lossless p.png -o lossless.webp", CUT | HOLE},
    {"p.gif", FFMPEG "-i p.ppm p.gif", CUT | NOISE},
    {"p.jxl", "cjxl p.png p.jxl", CUT | NOISE},
    {"lossless.jxl", "cjxl -d 0 p.png lossless.jxl", CUT | NOISE},
    {"p.jp2", "opj_compress -i p.png -o p.jp2 -r 8", CUT},
    {"p.j2k", "opj_compress -i p.png -o p.j2k -r 8", CUT},
    {"p.heic", "heif-enc p.png -o p.heic", CUT | ZEROS},
    {"p.avif", "heif-enc -A p.png -o p.avif", CUT | NOISE},
    {"p.bmp", FFMPEG "-i p.ppm p.bmp", CUT},
};

static void make_picture(void)
{
    CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc2=s=320x240,noise=alls=12:all_seed=7 -frames:v 1 p.ppm"));
}

/* Something is said, in one line, or the file is refused in one. */
static void check_told(const char *file, const char *what)
{
    whole_read(&w, fixture_path(file), gray);
    const bool refused = w.status < 0 && *w.err.text && !strchr(w.err.text, '\n');
    const bool counted = w.status == UM_EOF && *w.damage.note && !strchr(w.damage.note, '\n') &&
                         w.damage.broken_frames + w.damage.broken_packets > 0;
    CHECK(refused || counted || (w.status == UM_EOF && w.damage.truncated));
    if (!refused && !*w.damage.note)
        fprintf(stderr, "  %s: %s: not told\n", file, what);
    whole_free(&w);
}

static void test_intact_and_damaged(void)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const struct format *f = &formats[i];
        if (!fixture_run("%s", f->make)) {
            fprintf(stderr, "not checked: %s cannot be made\n", f->name);
            continue;
        }
        whole_read(&w, fixture_path(f->name), gray);
        CHECK(w.status == UM_EOF && w.n_pictures == 1 && w.media.is_photo && !*w.damage.note &&
              !w.damage.truncated && !w.damage.broken_frames && w.media.width == 320 &&
              w.media.height == 240);
        if (*w.damage.note)
            fprintf(stderr, "  %s: intact, but: %s\n", f->name, w.damage.note);
        whole_free(&w);
        size_t n;
        char *bytes = fixture_read(f->name, &n), damaged[64];
        snprintf(damaged, sizeof damaged, "damaged-%s", f->name);
        for (int tenth = 1; f->kinds & CUT && tenth < 10; tenth += 2) {
            CHECK(fixture_write(damaged, bytes, n * (size_t)tenth / 10));
            check_told(damaged, "cut");
        }
        static const unsigned fills[] = {ZEROS, HOLE & ~ZEROS, NOISE & ~HOLE}; /* zeros, ones, noise */
        for (int kind = 0; kind < 3; kind++) {
            if (!(f->kinds & fills[kind]))
                continue;
            char *copy = malloc(n);
            uint32_t seed = 1;
            memcpy(copy, bytes, n);
            for (size_t k = n / 2; k < n / 2 + 200 && k < n; k++)
                copy[k] = (char)(kind == 0   ? 0
                                 : kind == 1 ? 0xFF
                                             : (seed = seed * 1664525 + 1013904223) >> 24);
            CHECK(fixture_write(damaged, copy, n));
            check_told(damaged, kind == 0 ? "zeros" : kind == 1 ? "ones" : "noise");
            free(copy);
        }
        free(bytes);
    }
}

/* Rows that did not come are not shown: the picture is as high as what is there. */
static void test_cut_pictures_end_where_they_end(void)
{
    static const char *const names[] = {"p.png", "p.jpg", "lossless.webp"};
    for (int i = 0; i < 3; i++) {
        size_t n;
        char *bytes = fixture_read(names[i], &n);
        if (!n || !fixture_write("half", bytes, n * 6 / 10)) {
            free(bytes);
            continue;
        }
        free(bytes);
        whole_read(&w, fixture_path("half"), gray);
        const um_frame *f = w.n_pictures ? whole_picture(&w, 0) : NULL;
        CHECK(f && f->damaged && f->gray->width == 320 && f->gray->height == w.media.height);
        CHECK(f && f->gray->height < 220 && f->gray->height > 60 && w.damage.truncated);
        CHECK(strstr(w.damage.note, "of 240 rows are there") != NULL);
        whole_free(&w);
    }
}

/* A checksum of PNG is wrong though all pixels are there, and bytes that belong to nothing in a JPEG. */
static void test_what_is_damage_and_what_is_not(void)
{
    size_t n;
    char *png = fixture_read("p.png", &n);
    CHECK(n > 0);
    png[n - 14] ^= 1; /* the sum of the last IDAT; IEND has 12 bytes */
    CHECK(fixture_write("sum.png", png, n));
    free(png);
    check_told("sum.png", "checksum");
    char *jpeg = fixture_read("p.jpg", &n);
    jpeg = realloc(jpeg, n + 5000);
    memset(jpeg + n, 0, 5000);
    CHECK(fixture_write("behind.jpg", jpeg, n + 5000)); /* zeros behind the end are no part of the picture */
    whole_read(&w, fixture_path("behind.jpg"), gray);
    CHECK(w.status == UM_EOF && !*w.damage.note);
    whole_free(&w);
    memcpy(jpeg + n - 2, "\1\2\3\377\331", 5); /* three stray bytes before the end, as some cameras write */
    CHECK(fixture_write("stray.jpg", jpeg, n + 3));
    whole_read(&w, fixture_path("stray.jpg"), gray);
    CHECK(w.status == UM_EOF && !*w.damage.note);
    whole_free(&w);
    for (int i = -2; i < 20; i++)
        jpeg[n + (size_t)i] = (char)(i + 3);
    memcpy(jpeg + n + 20, "\377\331", 2);
    CHECK(fixture_write("more.jpg", jpeg, n + 22));
    free(jpeg);
    check_told("more.jpg", "stray bytes");
}

/* Sizes beyond the limits are refused from the header, before anything is allocated. */
static void test_too_large(void)
{
    size_t n;
    char *png = fixture_read("p.png", &n);
    memcpy(png + 16, "\0\0\x6D\x60\0\0\x6D\x60", 8);
    CHECK(fixture_write("large.png", png, n));
    free(png);
    char *jpeg = fixture_read("p.jpg", &n);
    uint8_t *sof = fixture_find((uint8_t *)jpeg, n, "\xFF\xC0");
    if (sof)
        memcpy(sof + 5, "\x6D\x60\x6D\x60", 4);
    CHECK(sof && fixture_write("large.jpg", jpeg, n));
    free(jpeg);
    for (int i = 0; i < 2; i++) {
        whole_read(&w, fixture_path(i ? "large.jpg" : "large.png"), gray);
        CHECK(w.status == UM_EUNSUPPORTED && strstr(w.err.text, "28000 x 28000 are too large"));
        whole_free(&w);
    }
}

static void test_no_memory(void)
{
    static const char *const names[] = {"p.png", "p.jpg", "lossy.webp", "lzw.tif"};
    for (int i = 0; i < 4; i++)
        for (long k = 0; k < 12; k++) {
            um_alloc_fail_at(k);
            whole_read(&w, fixture_path(names[i]), gray);
            const bool failed = um_alloc_failed();
            um_alloc_fail_at(-1);
            CHECK(!failed || w.status < 0 || w.n_pictures == 1);
            whole_free(&w);
        }
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    make_picture();
    test_intact_and_damaged();
    test_cut_pictures_end_where_they_end();
    test_what_is_damage_and_what_is_not();
    test_too_large();
    test_no_memory();
    return fixture_end();
}
