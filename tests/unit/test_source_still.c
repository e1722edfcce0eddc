/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos, animations and transparency in um_source. */
#include "source_fixture.h"

static whole w;

static void test_still_formats(void)
{
    static const struct {
        const char *file, *options, *container;
        int width, height, tolerance;
    } cases[] = {
        {"s.png", "-pix_fmt rgb24", "png", 75, 41, 0},
        {"s16.png", "-pix_fmt rgb48be", "png", 75, 41, 1},
        {"s.bmp", "-pix_fmt bgr24", "bmp", 75, 41, 0},
        {"s.tiff", "-pix_fmt rgb24", "tiff", 75, 41, 0},
        {"s.webp", "-lossless 1 -pix_fmt bgra", "webp", 75, 41, 0},
        {"s.ppm", "-pix_fmt rgb24", "ppm", 75, 41, 0},
        {"s.jpg", "-q:v 1 -pix_fmt yuvj444p", "jpeg", 75, 41, 24},
    };
    size_t n;
    CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=75x41 -frames:v 1 -f rawvideo -pix_fmt rgb24 s.raw"));
    uint8_t *raw = (uint8_t *)fixture_read("s.raw", &n);
    CHECK(n == 75 * 41 * 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(fixture_run(FFMPEG "-f rawvideo -pix_fmt rgb24 -s 75x41 -i s.raw -frames:v 1 %s %s",
                          cases[i].options, cases[i].file));
        whole_read(&w, fixture_path(cases[i].file), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB});
        CHECK(w.n_pictures == 1 && w.media.is_photo && !strcmp(w.container, cases[i].container));
        CHECK(w.media.fps == 0 && w.media.duration_s == 0 && !w.media.has_sound && !*w.damage.note);
        int worst = 0, worst_gray = 0;
        const um_frame *f = w.n_pictures ? whole_picture(&w, 0) : NULL;
        for (int y = 0; f && y < 41; y++)
            for (int x = 0; x < 75; x++) {
                const uint8_t *p = f->rgb->data + y * f->rgb->stride + 3 * x, *q = raw + 3 * (75 * y + x);
                for (int c = 0; c < 3; c++)
                    worst = abs(p[c] - q[c]) > worst ? abs(p[c] - q[c]) : worst;
                double luma = .299 * q[0] + .587 * q[1] + .114 * q[2];
                double d = fabs(f->gray->data[y * f->gray->stride + x] - luma);
                worst_gray = d > worst_gray + .51 ? (int)ceil(d - .51) : worst_gray;
            }
        CHECK(f && worst <= cases[i].tolerance && worst_gray <= cases[i].tolerance);
        if (f && worst > cases[i].tolerance)
            fprintf(stderr, "  %s: off by %d\n", cases[i].file, worst);
        whole_free(&w);
    }
    free(raw);
}

static void test_transparency_is_white(void)
{
    /* half transparent black over white: 255 * (1 - 128 / 255) = 127 */
    CHECK(fixture_run(
        FFMPEG
        "-f lavfi -i color=black@0.5:s=16x16,format=rgba,colorchannelmixer=aa=1 -frames:v 1 half.png"));
    whole_read(&w, fixture_path("half.png"), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB});
    CHECK(w.n_pictures == 1);
    if (w.n_pictures) {
        CHECK_NEAR(whole_picture(&w, 0)->rgb->data[0], 127, 1);
        CHECK_NEAR(whole_picture(&w, 0)->gray->data[0], 127, 1);
    }
    whole_free(&w);
}

static void test_animations_are_video(void)
{
    static const char *const files[] = {"a.gif", "a.apng"};
    for (int i = 0; i < 2; i++) {
        CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=40x30:r=10:d=1 %s", files[i]));
        whole_read(&w, fixture_path(files[i]), (um_source_options){.want = UM_WANT_RGB});
        CHECK(w.n_pictures == 10 && !w.media.is_photo && w.media.has_video);
        if (w.n_pictures == 10)
            CHECK_NEAR(whole_picture(&w, 9)->t_s, .9, 1e-6);
        whole_free(&w);
        CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=40x30 -frames:v 1 %s", files[i]));
        whole_read(&w, fixture_path(files[i]), (um_source_options){.want = UM_WANT_RGB});
        CHECK(w.n_pictures == 1 && w.media.is_photo);
        whole_free(&w);
    }
}

static void test_animated_webp(void)
{
    static const char *const ways[] = {"-lossless 1 -loop 0", "-q:v 80 -loop 1"};
    for (int i = 0; i < 2; i++) {
        if (!fixture_run(FFMPEG "-f lavfi -i testsrc2=s=48x32:r=5:d=2 -c:v libwebp_anim %s moving.webp",
                         ways[i])) {
            fprintf(stderr, "not checked: an animated WebP cannot be made\n");
            return;
        }
        whole_read(&w, fixture_path("moving.webp"), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB});
        CHECK(w.status == UM_EOF && w.n_pictures == 10 && !w.media.is_photo && !*w.damage.note);
        CHECK(w.media.width == 48 && w.media.height == 32 && !strcmp(w.container, "webp"));
        if (w.n_pictures == 10) {
            CHECK_NEAR(whole_picture(&w, 9)->t_s, 1.8, 1e-6);
            CHECK_NEAR(whole_picture(&w, 3)->duration_s, .2, 1e-6);
        }
        whole_free(&w);
        whole_read(&w, fixture_path("moving.webp"), (um_source_options){.want = UM_WANT_GRAY, .max_s = .5});
        CHECK(w.status == UM_EOF && w.n_pictures == 3);
        whole_free(&w);
        size_t n;
        char *bytes = fixture_read("moving.webp", &n);
        CHECK(fixture_write("cut.webp", bytes, n / 2));
        free(bytes);
        whole_read(&w, fixture_path("cut.webp"), (um_source_options){.want = UM_WANT_GRAY});
        CHECK(w.status == UM_EFORMAT || w.damage.truncated);
        whole_free(&w);
    }
    CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc2=s=48x32 -frames:v 1 -c:v libwebp_anim one.webp"));
    whole_read(&w, fixture_path("one.webp"), (um_source_options){.want = UM_WANT_GRAY});
    CHECK(w.n_pictures == 1 && w.media.is_photo);
    whole_free(&w);
}

static void test_heif(void)
{
    CHECK(fixture_run(FFMPEG "-f lavfi -i color=0xC86432:s=64x48 -frames:v 1 -pix_fmt rgb24 h.png"));
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "h.avif" : "h.heic";
        if (!fixture_run("heif-enc %s -q 100 h.png -o %s", i ? "-A" : "", name)) {
            fprintf(stderr, "not checked: %s cannot be made with heif-enc\n", name);
            continue;
        }
        whole_read(&w, fixture_path(name), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB});
        CHECK(w.n_pictures == 1 && w.media.is_photo && !strcmp(w.container, "heif"));
        if (w.n_pictures) {
            const um_frame *f = whole_picture(&w, 0);
            static const int rgb[] = {0xC8, 0x64, 0x32};
            CHECK(f->rgb->width == 64 && f->rgb->height == 48 && w.media.width == 64);
            for (int c = 0; c < 3; c++)
                CHECK_NEAR(f->rgb->data[24 * f->rgb->stride + 3 * 32 + c], rgb[c], 3);
            CHECK_NEAR(f->gray->data[24 * f->gray->stride + 32], .299 * 0xC8 + .587 * 0x64 + .114 * 0x32, 3);
        }
        whole_free(&w);
    }
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_still_formats();
    test_transparency_is_white();
    test_animations_are_video();
    test_animated_webp();
    test_heif();
    return fixture_end();
}
