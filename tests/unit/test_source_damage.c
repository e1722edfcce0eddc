/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged and hostile files: counted, bounded, refused in one line; and threads that end when told. */
#include "av/sink/encode.h"
#include "base/base.h"
#include "source_fixture.h"
#include <sys/stat.h>

static whole w;
static const um_source_options all = {.want = UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_SOUND, .threads = 2};

static void make_clip(void)
{
    CHECK(fixture_run(
        FFMPEG
        "-f lavfi -i testsrc2=s=160x120:r=25:d=4 -f lavfi -i sine=d=4:r=44100 -c:v libx264 -g 25 -c:a aac "
        "-movflags +faststart clip.mp4"));
    CHECK(fixture_run(FFMPEG "-i clip.mp4 -c copy clip.mkv"));
    CHECK(fixture_run(FFMPEG "-i clip.mp4 -c:v mpeg4 -c:a libmp3lame clip.avi"));
    CHECK(fixture_run(FFMPEG "-i clip.mp4 -c:a pcm_s16le clip.wav"));
    CHECK(fixture_run(FFMPEG "-i clip.mp4 -frames:v 1 -q:v 2 clip.jpg"));
    CHECK(fixture_run(FFMPEG "-i clip.mp4 -frames:v 1 clip.png"));
}

static void test_cut_files_are_read_to_the_cut(void)
{
    static const char *const names[] = {"clip.mp4", "clip.mkv", "clip.avi", "clip.wav", "clip.jpg"};
    for (int i = 0; i < 5; i++) {
        size_t n;
        char *bytes = fixture_read(names[i], &n), cut[20];
        snprintf(cut, sizeof cut, "cut-%s", names[i]);
        CHECK(n > 0 && fixture_write(cut, bytes, n / 2));
        free(bytes);
        whole_read(&w, fixture_path(names[i]), all);
        int whole_pictures = w.n_pictures, whole_samples = w.n_samples;
        CHECK(w.status == UM_EOF && !w.damage.truncated && !w.damage.broken_frames && !*w.damage.note);
        whole_free(&w);
        whole_read(&w, fixture_path(cut), all);
        CHECK(w.status == UM_EOF && w.damage.truncated && *w.damage.note);
        if (i < 3)
            CHECK(w.n_pictures > whole_pictures / 5 && w.n_pictures < whole_pictures * 4 / 5);
        if (i == 3)
            CHECK(w.n_samples > whole_samples * 2 / 5 && w.n_samples < whole_samples * 3 / 5);
        fprintf(stderr, "%s: %d of %d pictures, %d of %d samples: %s\n", cut, w.n_pictures, whole_pictures,
                w.n_samples, whole_samples, w.damage.note);
        whole_free(&w);
    }
    size_t n;
    char *png = fixture_read("clip.png", &n);
    CHECK(fixture_write("cut.png", png, n / 2));
    free(png);
    whole_read(&w, fixture_path("cut.png"), all);
    CHECK(w.status == UM_EFORMAT || (w.damage.truncated && w.n_pictures == 1));
    whole_free(&w);
}

/* The index of most recordings comes last: cut before or inside it nothing can be read, and the error says
 * why. */
static void test_cut_before_the_index(void)
{
    CHECK(fixture_run(FFMPEG "-i clip.mp4 -c copy late.mp4"));
    CHECK(fixture_run(FFMPEG "-i clip.mp4 -c copy late.mov"));
    for (int i = 0; i < 2; i++) {
        size_t n;
        char *bytes = fixture_read(i ? "late.mov" : "late.mp4", &n);
        const uint8_t *moov = fixture_find((uint8_t *)bytes, n, "moov");
        CHECK(moov && moov - (uint8_t *)bytes > (ptrdiff_t)(n / 2));
        size_t before = moov ? (size_t)(moov - 4 - (uint8_t *)bytes) : 0;
        size_t cuts[] = {n / 10, n / 2, before, before + 4, before + 300};
        for (int k = 0; moov && k < 5; k++) {
            CHECK(fixture_write("cut-late", bytes, cuts[k]));
            whole_read(&w, fixture_path("cut-late"), all);
            CHECK(w.status == UM_EFORMAT && strstr(w.err.text, "cut-late: the file seems to end early"));
            whole_free(&w);
        }
        free(bytes);
    }
    CHECK(fixture_write("noise.txt", "A box of this length would end beyond.", 38));
    whole_read(&w, fixture_path("noise.txt"), all);
    CHECK(w.status == UM_EFORMAT && !strstr(w.err.text, "early"));
    whole_free(&w);
}

/* A run of zeros in every tenth of the payload: some pictures suffer, the others come, nothing crashes. */
static void test_holes(void)
{
    static const char *const names[] = {"clip.mp4", "clip.mkv", "clip.avi"};
    for (int i = 0; i < 3; i++) {
        size_t n;
        char *bytes = fixture_read(names[i], &n);
        for (size_t k = n * 3 / 10; k + 200 < n * 9 / 10; k += n / 10)
            memset(bytes + k, 0, 200);
        CHECK(fixture_write("holes", bytes, n));
        free(bytes);
        whole_read(&w, fixture_path("holes"), all);
        CHECK(w.status == UM_EOF && w.n_pictures > 40);
        CHECK(w.damage.broken_frames + w.damage.broken_packets > 0 && *w.damage.note);
        int64_t damaged = 0;
        for (int k = 0; k < w.n_pictures; k++)
            damaged += whole_picture(&w, k)->damaged;
        CHECK(damaged <= w.damage.broken_frames);
        fprintf(stderr, "holes in %s: %d pictures: %s\n", names[i], w.n_pictures, w.damage.note);
        whole_free(&w);
    }
}

/* Random bytes changed, a fixed sequence: whatever comes, it ends, soon and with a status. */
static void test_noise(void)
{
    static const char *const names[] = {"clip.mp4", "clip.mkv", "clip.avi",
                                        "clip.wav", "clip.jpg", "clip.png"};
    uint32_t seed = 1;
    for (int i = 0; i < 6; i++)
        for (int round = 0; round < 6; round++) {
            size_t n;
            char *bytes = fixture_read(names[i], &n);
            for (size_t k = 0; k < 20 + n / 2000; k++) {
                seed = seed * 1664525 + 1013904223;
                size_t at = round % 2 ? (seed >> 8) % n : (seed >> 8) % (n < 2000 ? n : 2000);
                seed = seed * 1664525 + 1013904223;
                bytes[at] = (char)(seed >> 24);
            }
            CHECK(fixture_write("noise", bytes, n));
            free(bytes);
            double start_s = um_now_s();
            whole_read(&w, fixture_path("noise"), all);
            CHECK(w.status == UM_EOF || (w.status < 0 && *w.err.text));
            CHECK(um_now_s() - start_s < 20);
            whole_free(&w);
        }
}

static void test_refused(void)
{
    static const struct {
        const char *name, *content;
        um_status status;
    } cases[] = {
        {"empty", "", UM_EFORMAT},
        {"text.txt", "hello, this is a text of no particular kind\n", UM_EFORMAT},
        {"list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nclip.mkv\n#EXT-X-ENDLIST\n", UM_EFORMAT},
        {"list.ffconcat", "ffconcat version 1.0\nfile clip.mkv\n", UM_EFORMAT},
        {"list.sdp",
         "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
         UM_EFORMAT},
        {"list.mpd", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period/></MPD>",
         UM_EFORMAT},
        {"script.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"clip.png\"/></svg>",
         UM_EFORMAT},
        {"riff.heic",
         "\0\0\0\x18"
         "ftypheic\0\0\0\0mif1heic",
         UM_EFORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(fixture_write(cases[i].name, cases[i].content, i == 7 ? 24 : strlen(cases[i].content)));
        whole_read(&w, fixture_path(cases[i].name), all);
        CHECK(w.status == cases[i].status && strstr(w.err.text, cases[i].name) && !strchr(w.err.text, '\n'));
        whole_free(&w);
    }
    whole_read(&w, fixture_path("absent"), all);
    CHECK(w.status == UM_EIO && strstr(w.err.text, "absent"));
    whole_read(&w, fixture_dir, all);
    CHECK(w.status == UM_EIO);
    CHECK(mkfifo(fixture_path("pipe"), 0600) == 0);
    whole_read(&w, fixture_path("pipe"), all); /* no writer: must not wait for one */
    CHECK(w.status == UM_EIO);
    um_source *none = NULL;
    um_source_close(&none);
    um_source_close(NULL);
}

static void test_names_mean_nothing(void)
{
    static const char *const names[] = {"file:a.mp4", "http:%%03d.mp4", "concat:a|b.mp4", "-i.mp4",
                                        "data:,x",    "a b'c.mp4",      "%03d.png"};
    size_t n, n_png;
    char *bytes = fixture_read("clip.mp4", &n), *png = fixture_read("clip.png", &n_png);
    for (int i = 0; i < 7; i++) {
        CHECK(i == 6 ? fixture_write(names[i], png, n_png) : fixture_write(names[i], bytes, n));
        whole_read(&w, fixture_path(names[i]), (um_source_options){.want = UM_WANT_GRAY});
        CHECK(w.status == UM_EOF && w.n_pictures == (i == 6 ? 1 : 100));
        whole_free(&w);
    }
    free(bytes);
    free(png);
    CHECK(chdir(fixture_dir) == 0); /* and as a relative name */
    whole_read(&w, "file:a.mp4", (um_source_options){.want = UM_WANT_GRAY});
    CHECK(w.n_pictures == 100);
    whole_free(&w);
    CHECK(chdir("/") == 0);
}

/* A PNG header that promises 100000 x 100000 pixels, and a JPEG of 65500 x 65500. */
static void test_giants(void)
{
    size_t n;
    char *png = fixture_read("clip.png", &n);
    memcpy(png + 16, "\0\1\206\240\0\1\206\240", 8);
    CHECK(fixture_write("giant.png", png, n));
    free(png);
    char *jpeg = fixture_read("clip.jpg", &n);
    uint8_t *frame = fixture_find((uint8_t *)jpeg, n, "\xFF\xC0");
    CHECK(frame != NULL);
    if (frame)
        memcpy(frame + 5, "\xFF\xDC\xFF\xDC", 4);
    CHECK(fixture_write("giant.jpg", jpeg, n));
    free(jpeg);
    for (int i = 0; i < 2; i++) {
        double start_s = um_now_s();
        whole_read(&w, fixture_path(i ? "giant.jpg" : "giant.png"), all);
        CHECK(w.status < 0 && *w.err.text && um_now_s() - start_s < 5);
        whole_free(&w);
    }
}

static void test_close_at_any_time(void)
{
    for (int take = 0; take < 40; take += 3) {
        um_source *s = NULL;
        um_error err;
        um_moment *m = NULL, *kept = NULL;
        CHECK(um_source_open(&s, fixture_path("clip.mp4"), &all, &err) == UM_OK);
        for (int i = 0; i < take && um_source_next(&m, s, &err) == UM_OK; i++) {
            um_moment_free(&kept);
            kept = um_moment_ref(m);
            um_moment_free(&m);
        }
        double start_s = um_now_s();
        um_source_close(&s);
        CHECK(s == NULL && um_now_s() - start_s < 5);
        /* a moment outlives its source */
        if (kept && kept->frame)
            CHECK(kept->frame->gray->width == 160 && kept->frame->gray->data[0] <= 255);
        um_moment_free(&kept);
    }
}

/* Allocations of the library fail one after the other: an error, never a crash or a leak. */
static void test_no_memory(void)
{
    um_source_options opt = {.want = UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_SOUND, .threads = 1, .max_s = .2};
    for (int n = 0; n < 60; n++) {
        um_alloc_fail_at(n);
        whole_read(&w, fixture_path("clip.mp4"), opt);
        bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? w.status == UM_ENOMEM && w.err.code == UM_ENOMEM : w.status == UM_EOF);
        whole_free(&w);
        if (!failed)
            break;
    }
}

static void test_encoded_pictures(void)
{
    um_image *image = NULL;
    um_error err;
    um_buf b;
    for (int pixel = 0; pixel < 2; pixel++) {
        CHECK(um_image_new(&image, 37, 23, pixel ? UM_RGB24 : UM_GRAY8, &err) == UM_OK);
        for (int y = 0; y < 23; y++)
            for (int x = 0; x < 37 * (pixel ? 3 : 1); x++)
                image->data[y * image->stride + x] = (uint8_t)(3 * x + 2 * y);
        for (int jpeg = 0; jpeg < 2; jpeg++) {
            const char *name = jpeg ? "out.jpg" : "out.png";
            if (jpeg) {
                um_buf_init(&b, 1 << 20);
                CHECK(um_image_encode(&b, image, "jpeg", 100, &err) == UM_OK);
                CHECK(fixture_write(name, b.data, b.n));
                um_buf_free(&b);
            } else {
                CHECK(um_image_write_png(image, fixture_path(name), NULL, &err) == UM_OK);
            }
            whole_read(&w, fixture_path(name), (um_source_options){.want = UM_WANT_RGB});
            const um_frame *f = w.n_pictures ? whole_picture(&w, 0) : NULL;
            double sum = 0;
            int worst = 0;
            CHECK(f && f->rgb->width == 37 && f->rgb->height == 23);
            for (int y = 0; f && y < 23; y++)
                for (int x = 0; x < 37 * 3; x++) {
                    int d = abs(f->rgb->data[y * f->rgb->stride + x] -
                                image->data[y * image->stride + (pixel ? x : x / 3)]);
                    worst = d > worst ? d : worst;
                    sum += d;
                }
            CHECK(jpeg ? sum / (37 * 23 * 3) < 2 : worst == 0); /* PNG is exact, JPEG of best quality near */
            whole_free(&w);
        }
        um_buf_init(&b, 64);
        CHECK(um_image_encode(&b, image, "png", 0, &err) == UM_ENOMEM);
        um_buf_free(&b);
        um_buf_init(&b, 1 << 20);
        CHECK(um_image_encode(&b, image, "gif", 0, &err) == UM_EINVAL);
        um_buf_free(&b);
        CHECK(um_image_write_png(image, "/nonexistent/x.png", NULL, &err) == UM_EWRITE &&
              strstr(err.text, "/nonexistent"));
        um_image_free(&image);
    }
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    make_clip();
    test_cut_files_are_read_to_the_cut();
    test_cut_before_the_index();
    test_holes();
    test_noise();
    test_refused();
    test_names_mean_nothing();
    test_giants();
    test_close_at_any_time();
    test_no_memory();
    test_encoded_pictures();
    return fixture_end();
}
