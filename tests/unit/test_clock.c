/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a recording is, when its first picture comes, and how large its pictures are, where that is not
 * plain; and what is one channel of several. */
#include "source_fixture.h"
#include <unmask/probe.h>

static whole w;
static const um_source_options all = {.want = UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_SOUND, .threads = 1};

static void test_counted_durations(void)
{
    CHECK(fixture_run(
        FFMPEG "-f lavfi -i \"aevalsrc='0.3*sin(880*t)*gt(t\\,3)':d=5:s=44100\" -f lavfi -i sine=d=3:r=44100 "
               "-f lavfi -i sine=f=900:d=2:r=44100 -map 0 -c:a aac -q:a 1 5.aac -map 0 -c:a libmp3lame -q:a "
               "4 -write_xing 0 "
               "5.mp3 -map 0 -c:a ac3 5.ac3 -map 0 -c:a flac -seekable 0 5.flac "
               "-map 1 -c:a libvorbis a.ogg -map 2 -c:a libvorbis -serial_offset 9 b.ogg "
               "-map 1 -c:a libopus a.opus -map 2 -c:a libopus -ac 2 -serial_offset 9 b.opus "
               "-map 1 -c:a flac a.oga -map 2 -c:a flac -serial_offset 9 b.oga "
               "-map 1 -c:a mp2 -f mpegts a.ts -map 2 -c:a mp2 -f mpegts b.ts"));
    CHECK(fixture_run("(cat a.ogg b.ogg >chain.ogg && cat a.opus b.opus >chain.opus && cat a.oga b.oga "
                      ">chain.oga && cat a.ts b.ts >joined.ts)"));
    static const char *const names[] = {"5.aac",     "5.mp3",      "5.ac3",    "5.flac",
                                        "chain.ogg", "chain.opus", "chain.oga"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        whole_read(&w, fixture_path(names[i]), all);
        if (*w.damage.note)
            fprintf(stderr, "%s: %s\n", names[i], w.damage.note);
        CHECK(w.status == UM_EOF && !*w.damage.note && !w.damage.broken_packets);
        CHECK_NEAR(w.media.duration_s, 5, 0.1);
        CHECK_NEAR((double)w.n_samples / w.media.rate_hz, 5, 0.1);
        whole_free(&w);
    }
}

/* The clock of the second part begins again; the joint itself may hurt a packet. */
static void test_joined(void)
{
    whole_read(&w, fixture_path("joined.ts"), all);
    if (w.status != UM_EOF)
        fprintf(stderr, "%s\n", w.err.text);
    CHECK(w.status == UM_EOF && !w.damage.truncated);
    CHECK_NEAR(w.media.duration_s, 5, 0.1);
    CHECK_NEAR((double)w.n_samples / w.media.rate_hz, 5, 0.1);
    whole_free(&w);
}

/* Two sizes behind each other in one stream, twice as many pictures of the second. */
static void test_sizes(void)
{
    static const struct {
        const char *name, *codec, *small, *large;
        int width, height; /* of the large ones, of which there are most */
    } cases[] = {
        {"grow.webm", "-c:v libvpx -f ivf", "80x60", "240x180", 240, 180},
        {"grow9.webm", "-c:v libvpx-vp9 -cpu-used 8 -f ivf", "80x60", "240x180", 240, 180},
        {"turn.h264", "-c:v libx264 -preset ultrafast -f h264", "160x96", "96x160", 96, 160},
        {"grow.ts", "-c:v libx264 -preset ultrafast -f mpegts", "80x60", "240x180", 240, 180},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* white pictures: what lies beside those of another shape is black */
        CHECK(fixture_run(
            FFMPEG "-f lavfi -i color=white:s=%s:r=10:d=1 -f lavfi -i color=white:s=%s:r=10:d=2 -map 0 "
                   "%s first -map 1 %s second",
            cases[i].small, cases[i].large, cases[i].codec, cases[i].codec));
        size_t n, more;
        char *first = fixture_read("first", &n), *second = fixture_read("second", &more);
        size_t head = strstr(cases[i].name, ".webm") ? 32 : 0; /* of an IVF */
        memcpy(first + n, second + head, more - head);
        CHECK(fixture_write(cases[i].name, first, n + more - head));
        free(first);
        free(second);
        whole_read(&w, fixture_path(cases[i].name), all);
        fprintf(stderr, "%s: %d x %d, %s\n", cases[i].name, w.media.width, w.media.height, w.remark);
        CHECK(w.status == UM_EOF && w.n_pictures == 30 && !w.damage.broken_frames);
        CHECK(w.media.width == cases[i].width && w.media.height == cases[i].height);
        CHECK(strstr(w.remark, "pictures of 2 sizes"));
        for (int k = 0; k < w.n_pictures; k++) {
            const um_frame *f = whole_picture(&w, k);
            int64_t white = 0, white_rgb = 0, area = (int64_t)f->gray->width * f->gray->height;
            CHECK(f->gray->width == cases[i].width && f->rgb->height == cases[i].height);
            for (int y = 0; y < f->gray->height; y++)
                for (int x = 0; x < f->gray->width; x++) {
                    white += f->gray->data[y * f->gray->stride + x] > 200;
                    white_rgb += f->rgb->data[y * f->rgb->stride + 3 * x + 1] > 200;
                }
            /* 160 x 96 in 96 x 160: 96 x 58 pixels */
            double share = i == 2 && k < 10 ? 58. / 160 : 1;
            CHECK_NEAR((double)white / (double)area, share, 0.02);
            CHECK_NEAR((double)white_rgb / (double)area, share, 0.02);
        }
        whole_free(&w);
    }
}

static void test_nonsense_clock(void)
{
    static const int ticks[] = {180000, 2000000, 60}; /* two for each picture */
    for (int i = 0; i < 3; i++) {
        CHECK(fixture_run(FFMPEG
                          "-f lavfi -i testsrc2=s=64x64:r=10:d=2 -c:v libx264 -preset ultrafast -bsf:v "
                          "h264_metadata=tick_rate=%d clock.h264",
                          ticks[i]));
        whole_read(&w, fixture_path("clock.h264"), all);
        double fps = i < 2 ? 25 : 30;
        CHECK(w.n_pictures == 20);
        CHECK_NEAR(w.media.fps, fps, 0.01);
        CHECK((strstr(w.remark, "counted at 25") != NULL) == (i < 2));
        if (w.n_pictures == 20)
            CHECK_NEAR(whole_picture(&w, 19)->t_s, 19 / fps, 1e-3);
        CHECK_NEAR(w.media.duration_s, 20 / fps, 0.05);
        whole_free(&w);
    }
}

/* A look of a hundredth of a second sees what there is, wherever it begins. */
static void test_late_start(void)
{
    CHECK(fixture_run(
        FFMPEG "-itsoffset 0.7 -f lavfi -i testsrc2=s=64x64:r=10:d=1 -f lavfi -i sine=d=2:r=44100 -c:v wmv2 "
               "-c:a wmav2 late.wmv -c:v mpeg4 -c:a aac late.mkv -map 0 -c:v wmv2 alone.wmv"));
    static const char *const names[] = {"late.wmv", "late.mkv", "alone.wmv"};
    for (int i = 0; i < 3; i++) {
        char *json = NULL;
        um_error err = {0};
        CHECK(um_probe_json(&json, fixture_path(names[i]), NULL, &err) == UM_OK);
        CHECK(json && strstr(json, "\"width\": 64") && !strstr(json, "\"error\""));
        free(json);
    }
}

/* A sine at 220 Hz: `gain` of each channel; mono has at least half of the loudest. */
static void test_mono(void)
{
    static const struct {
        int channels;
        double gain[8], offset, least, most; /* of the mean power of mono over that of the loudest channel */
    } cases[] = {
        {2, {1, -1}, 0, .99, 1.01},                  /* cancels */
        {2, {1, -.9}, 0, .99, 1.01},                 /* nearly */
        {2, {1, 1}, 0, .99, 1.01},                   /* agrees */
        {2, {1, 0}, 0, .24, .26},                    /* on one of two: the mean, as ever */
        {8, {0, 0, 0, 0, 0, 1, 0, 0}, 0, .99, 1.01}, /* on one of eight */
        {6, {0, 0, 1, 0, 0, 0}, 0, .99, 1.01},
        {1, {1}, .2, .99, 1.01}, /* a constant is no sound */
        {2, {1, -1}, -.3, .99, 1.01},
    };
    enum { RATE = 8000, N = 3 * RATE };
    static char b[44 + 2 * 8 * N];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int c = cases[i].channels, bytes = 2 * c * N;
        memcpy(b, "RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0", 22);
        uint32_t fields[] = {(uint32_t)bytes + 36, RATE, (uint32_t)(2 * c * RATE), (uint32_t)bytes};
        static const int at[] = {4, 24, 28, 40};
        for (int k = 0; k < 4; k++)
            for (int j = 0; j < 4; j++)
                b[at[k] + j] = (char)(fields[k] >> 8 * j);
        b[22] = (char)c;
        b[23] = 0;
        b[32] = (char)(2 * c);
        b[33] = 0;
        memcpy(b + 34, "\20\0data", 6);
        for (int k = 0; k < N; k++)
            for (int j = 0; j < c; j++) {
                int v = (int)lrint(
                    32767 * (cases[i].offset + .3 * cases[i].gain[j] * sin(2 * M_PI * 220 * k / RATE)));
                b[44 + 2 * (k * c + j)] = (char)v;
                b[45 + 2 * (k * c + j)] = (char)(v >> 8);
            }
        CHECK(fixture_write("mono.wav", b, 44 + (size_t)bytes));
        whole_read(&w, fixture_path("mono.wav"), all);
        double power = 0;
        int64_t n = 0;
        for (int k = 0; k < w.n; k++)
            for (int j = 0; j < w.moments[k]->sound->n && w.moments[k]->t_s >= 1; j++, n++)
                power += w.moments[k]->sound->mono[j] * w.moments[k]->sound->mono[j];
        power /= (double)n * .09 / 2;
        if (power < cases[i].least || power > cases[i].most)
            fprintf(stderr, "mono %zu: %.3f\n", i, power);
        CHECK(power >= cases[i].least && power <= cases[i].most);
        whole_free(&w);
    }
}

int main(void)
{
    um_media_quiet();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_mono();
    test_counted_durations();
    test_joined();
    test_sizes();
    test_nonsense_clock();
    test_late_start();
    return fixture_end();
}
