/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos of every format: how they lie, of which kind they are, and that a look at the header says the same.
 */
#include "source_fixture.h"
#include <unmask/probe.h>

static whole w;
static const um_source_options all = {.want = UM_WANT_GRAY | UM_WANT_RGB, .threads = 1};

/* An EXIF block that says nothing but the orientation. */
static size_t exif(uint8_t b[26], int orientation, bool big)
{
    static const uint8_t little_endian[26] = {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1},
                         big_endian[26] = {'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1};
    memcpy(b, big ? big_endian : little_endian, 26);
    b[big ? 19 : 18] = (uint8_t)orientation;
    return 26;
}

static uint32_t crc(const uint8_t *b, size_t n)
{
    uint32_t c = 0xFFFFFFFF;
    for (size_t i = 0; i < n; i++) {
        c ^= b[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xEDB88320 : 0);
    }
    return ~c;
}

static void put_be(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* `in` with `more` after its first `at` bytes. */
static bool insert(const char *out, const char *in, size_t at, const uint8_t *more, size_t n_more)
{
    size_t n;
    char *b = fixture_read(in, &n);
    const bool there = n > at;
    memmove(b + at + n_more, b + at, there ? n - at : 0);
    memcpy(b + at, more, n_more);
    const bool good = there && fixture_write(out, b, n + n_more);
    free(b);
    return good;
}

static bool turned_png(const char *name, int orientation, bool behind)
{
    uint8_t chunk[12 + 26];
    size_t n;
    put_be(chunk, (uint32_t)exif(chunk + 8, orientation, behind));
    memcpy(chunk + 4, "eXIf", 4);
    put_be(chunk + 34, crc(chunk + 4, 30));
    free(fixture_read("t.png", &n));
    return insert(name, "t.png", behind ? n - 12 : 33, chunk, sizeof chunk);
}

static bool turned_jpeg(const char *name, int orientation, bool big)
{
    uint8_t segment[10 + 26] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f'};
    exif(segment + 10, orientation, big);
    return insert(name, "t.jpg", 2, segment, sizeof segment);
}

static bool turned_webp(const char *name, int orientation)
{
    uint8_t b[26];
    return fixture_write("exif", b, exif(b, orientation, orientation & 1)) &&
           fixture_run("webpmux -set exif exif t.webp -o %s", name);
}

static bool turned_tiff(const char *name, int orientation)
{
    return fixture_run("cp t.tif %s && tiffset -s 274 %d %s", name, orientation, name);
}

/* The red corner of the picture, which is stored at the upper left: where it is seen; and the probe's word.
 */
static void check_turned(const char *name, int orientation)
{
    static const struct {
        bool right, bottom, swapped;
        int degrees;
    } seen[9] = {{0},           {0, 0, 0, 0},  {1, 0, 0, 0},  {1, 1, 0, 180}, {0, 1, 0, 180}, {0, 0, 1, 270},
                 {1, 0, 1, 90}, {1, 1, 1, 90}, {0, 1, 1, 270}};
    const int width = seen[orientation].swapped ? 32 : 64, height = seen[orientation].swapped ? 64 : 32;
    whole_read(&w, fixture_path(name), all);
    const um_frame *f = w.n_pictures ? whole_picture(&w, 0) : NULL;
    CHECK(f && f->rgb->width == width && f->rgb->height == height && w.media.width == width);
    CHECK(w.media.rotation_deg == seen[orientation].degrees);
    if (f && f->rgb->width == width) {
        const int x = seen[orientation].right ? width - 4 : 3, y = seen[orientation].bottom ? height - 4 : 3;
        const uint8_t *p = f->rgb->data + y * f->rgb->stride + 3 * x;
        CHECK(p[0] > 180 && p[1] < 90 && p[2] < 90);
        if (p[0] <= 180)
            fprintf(stderr, "  %s: orientation %d: %d %d %d\n", name, orientation, p[0], p[1], p[2]);
    }
    whole_free(&w);
    um_source_options look = all;
    look.look_only = true;
    whole_read(&w, fixture_path(name), look);
    CHECK(w.status == UM_EOF && w.n == 0 && w.media.width == width && w.media.height == height &&
          w.media.rotation_deg == seen[orientation].degrees && w.media.is_photo);
    whole_free(&w);
}

static void test_orientation_has_one_meaning(void)
{
    CHECK(fixture_run(FFMPEG "-f lavfi -i color=0x2060C0:s=64x32,drawbox=0:0:8:8:red:fill -frames:v 1 "
                             "-pix_fmt rgb24 t.png"));
    CHECK(fixture_run(FFMPEG "-i t.png -q:v 1 t.jpg") && fixture_run(FFMPEG "-i t.png -pix_fmt rgb24 t.tif"));
    const bool webp = fixture_run("cwebp -lossless t.png -o t.webp"), tiff = fixture_run("which tiffset"),
               jxl = fixture_run("which cjxl");
    for (int o = 1; o <= 8; o++) {
        CHECK(turned_png("o.png", o, o & 1));
        check_turned("o.png", o);
        CHECK(turned_jpeg("o.jpg", o, o & 1));
        check_turned("o.jpg", o);
        if (webp && turned_webp("o.webp", o))
            check_turned("o.webp", o);
        if (tiff && turned_tiff("o.tif", o))
            check_turned("o.tif", o);
        if (jxl && fixture_run("cjxl o.jpg o.jxl"))
            check_turned("o.jxl", o);
    }
}

/* What a header says is what decoding gives, for every format. */
static void test_a_look_says_the_same(void)
{
    static const struct {
        const char *name, *make;
    } cases[] = {
        {"l.png", FFMPEG "-i l.ppm l.png"},
        {"pal.png", FFMPEG "-i l.ppm -pix_fmt pal8 pal.png"},
        {"mono.png", FFMPEG "-i l.ppm -pix_fmt monob mono.png"},
        {"alpha.png", FFMPEG "-i l.ppm -pix_fmt rgba64be alpha.png"},
        {"l.jpg", FFMPEG "-i l.ppm -pix_fmt yuvj420p l.jpg"},
        {"422.jpg", FFMPEG "-i l.ppm -pix_fmt yuvj422p 422.jpg"},
        {"gray.jpg", FFMPEG "-i l.ppm -pix_fmt gray gray.jpg"},
        {"l.webp", "cwebp l.png -o l.webp"},
        {"l.tif", FFMPEG "-i l.ppm -pix_fmt rgb24 l.tif"},
        {"l.jxl", "cjxl l.png l.jxl"},
        {"l.jp2", "opj_compress -i l.png -o l.jp2"},
        {"l.heic", "heif-enc l.png -o l.heic"},
        {"l.avif", "heif-enc -A l.png -o l.avif"},
    };
    CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=75x41 -frames:v 1 l.ppm"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!fixture_run("%s", cases[i].make)) {
            fprintf(stderr, "not checked: %s cannot be made\n", cases[i].name);
            continue;
        }
        um_source_options look = all;
        look.look_only = true;
        whole_read(&w, fixture_path(cases[i].name), look);
        whole seen = w;
        whole_free(&w);
        whole_read(&w, fixture_path(cases[i].name), all);
        CHECK(w.n_pictures == 1 && !*w.damage.note && seen.n == 0 && seen.media.width == 75 &&
              seen.media.height == w.media.height && w.media.width == 75 && w.media.height == 41);
        CHECK(!strcmp(seen.container, w.container) && *seen.pixel_format &&
              !strcmp(seen.pixel_format, w.pixel_format));
        whole_free(&w);
    }
}

static bool says_photo(const char *name)
{
    char *text = NULL;
    um_error err;
    CHECK(um_probe_json(&text, fixture_path(name), NULL, &err) == UM_OK);
    const bool photo = text && strstr(text, "\"is_photo\": true"),
               video = text && strstr(text, "\"is_photo\": false");
    CHECK(photo != video);
    free(text);
    return photo;
}

static void test_a_probe_knows_animations(void)
{
    static const char *const names[] = {"a.gif", "a.apng"};
    for (int i = 0; i < 2; i++) {
        CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=40x30:r=10:d=1 %s", names[i]));
        CHECK(!says_photo(names[i]));
        CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=40x30:r=2:d=1 slow-%s", names[i]));
        CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=40x30 -frames:v 1 %s", names[i]));
        CHECK(says_photo(names[i]));
    }
    CHECK(!says_photo("slow-a.gif") && !says_photo("slow-a.apng"));
}

/* ---- a raw photo: what of the many pictures in it is shown ---- */

struct tags {
    uint8_t *b;
    size_t n;
};

static void put_le(uint8_t *to, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (uint8_t)(v >> (8 * i));
}

static void tag(struct tags *t, int number, int type, uint32_t count, uint32_t value)
{
    uint8_t *e = t->b + t->n;
    put_le(e, (uint32_t)number, 2);
    put_le(e + 2, (uint32_t)type, 2);
    put_le(e + 4, count, 4);
    put_le(e + 8, value, 4);
    t->n += 12;
}

/* A directory for gray samples at `at`, without an end yet. */
static void directory(struct tags *t, uint32_t width, uint32_t height, uint32_t photometric, uint32_t at)
{
    t->n += 2;
    tag(t, 254, 4, 1, photometric == 32803 ? 0 : 1);
    tag(t, 256, 4, 1, width);
    tag(t, 257, 4, 1, height);
    tag(t, 258, 3, 1, 8);
    tag(t, 259, 3, 1, 1);
    tag(t, 262, 3, 1, photometric);
    tag(t, 273, 4, 1, at);
    tag(t, 277, 3, 1, 1);
    tag(t, 278, 4, 1, height);
    tag(t, 279, 4, 1, width * height);
}

static void test_raw_photos_show_their_preview(void)
{
    enum { THUMB = 1000, RAW = 3000, PREVIEW = 40000, SIZE = 60000 };
    static uint8_t file[SIZE];
    memcpy(file, "II*\0\10\0\0\0", 8);
    memset(file + THUMB, 40, 16 * 12);
    memset(file + RAW, 90, 160 * 120);
    memset(file + PREVIEW, 200, 80 * 60);
    struct tags t = {file, 8};
    directory(&t, 16, 12, 1, THUMB);
    tag(&t, 330, 4, 2, 900);
    tag(&t, 50706, 1, 4, 0x0401);
    put_le(file + 8, 12, 2);
    put_le(file + 900, 300, 4);
    put_le(file + 904, 600, 4);
    t.n = 300;
    directory(&t, 160, 120, 32803, RAW);
    put_le(file + 300, 10, 2);
    t.n = 600;
    directory(&t, 80, 60, 1, PREVIEW);
    put_le(file + 600, 10, 2);
    for (int i = 0; i < 2; i++) { /* with DNG's version, and known by its raw samples alone */
        if (i)
            put_le(file + 8, 11, 2), put_le(file + 10 + 11 * 12, 0, 4);
        CHECK(fixture_write("raw.dng", file, SIZE));
        whole_read(&w, fixture_path("raw.dng"), all);
        const um_frame *f = w.n_pictures ? whole_picture(&w, 0) : NULL;
        CHECK(f && f->gray->width == 80 && f->gray->height == 60 && f->gray->data[20] == 200);
        CHECK(w.media.remark && strstr(w.media.remark, "raw photo") && !*w.damage.note);
        whole_free(&w);
    }
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_orientation_has_one_meaning();
    test_a_look_says_the_same();
    test_a_probe_knows_animations();
    test_raw_photos_show_their_preview();
    return fixture_end();
}
