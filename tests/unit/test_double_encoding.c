/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clips encoded once and twice, with other distances of I pictures. */
#include "signal_run.h"
#include "source_fixture.h"

enum { W = 192, H = 144, N = 180 };

static uint32_t noise_state = 1;
static int noise(void)
{
    noise_state = noise_state * 1664525u + 1013904223u;
    return (int)(noise_state >> 24) + (int)(noise_state >> 16 & 255) - 255;
}

/* A smooth texture with blobs that wander before it, and the noise of a sensor. */
static bool write_clip(void)
{
    static uint8_t raw[N * W * H];
    for (int k = 0; k < N; k++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                double v = 110 + 40 * sin(x * .11 + 2 * sin(y * .07)) + 25 * sin((x + 2 * y) * .31);
                for (int b = 0; b < 3; b++) {
                    const double cx = W / 2. + 60 * sin(.11 * k + 2 * b), cy = H / 2. + 40 * cos(.17 * k + b);
                    const double u = hypot(x - cx, y - cy) / 22;
                    if (u < 1)
                        v += 60 * (1 - u) * sin(.9 * (x - cx) + b) + 20;
                }
                v += noise() * .02;
                raw[(k * H + y) * W + x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            }
    return fixture_write("clip.raw", raw, sizeof raw);
}

#define RAW "-f rawvideo -pix_fmt gray -s 192x144 -r 25 -i clip.raw -pix_fmt yuv420p "

static um_findings *analyse(const char *name)
{
    um_source *s = NULL;
    um_moment *m = NULL;
    um_error err = {0};
    runner r;
    CHECK(um_source_open(&s, fixture_path(name),
                         &(um_source_options){.want = UM_WANT_GRAY | UM_WANT_CODEC, .threads = 1},
                         &err) == UM_OK);
    CHECK(runner_begin(&r, um_signal_find("double_encoding")) == UM_OK);
    r.media = *um_source_media(s);
    while (um_source_next(&m, s, &err) == UM_OK) {
        if (m->frame)
            CHECK(runner_push(&r, &(um_signal_input){.frame = m->frame}) == UM_OK);
        um_moment_free(&m);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_source_close(&s);
    return f;
}

static const um_result *of_file(const um_findings *f)
{
    for (int i = 0; i < f->n_results; i++)
        if (f->result[i].subject.kind == UM_SUBJECT_FILE)
            return &f->result[i];
    return NULL;
}

static void twice(void)
{
    static const struct {
        const char *first, *second;
        int period; /* 0: encoded once */
    } cases[] = {
        {"", "-c:v libx264 -g 250 -crf 23", 0},
        {"", "-c:v libx264 -g 30 -crf 20", 0},
        {"", "-c:v libx264 -g 12 -crf 23", 0},
        {"-c:v mpeg2video -g 12 -q:v 9", "-c:v libx264 -g 250 -crf 20", 12},
        {"-c:v libx264 -g 14 -crf 31 -sc_threshold 0", "-c:v libx264 -g 250 -crf 20", 14},
        {"-c:v libx264 -g 14 -crf 28 -sc_threshold 0", "-c:v libx264 -g 250 -crf 20 -bf 0", 14},
        {"-c:v mpeg4 -g 10 -q:v 8", "-c:v libx264 -g 12 -crf 20", 10},
    };
    CHECK(write_clip());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bool first = *cases[i].first;
        if (first)
            CHECK(fixture_run(FFMPEG RAW "%s first.mkv", cases[i].first));
        CHECK(fixture_run(FFMPEG "%s %s last.mp4", first ? "-i first.mkv" : RAW, cases[i].second));
        um_findings *f = analyse("last.mp4");
        const um_result *r = of_file(f);
        CHECK(r && r->outcome == UM_SCORED && (r->score >= 5) == (cases[i].period > 0));
        char expected[80];
        snprintf(expected, sizeof expected, "Signs of an earlier encoding: every %d pictures",
                 cases[i].period);
        CHECK(r && !strncmp(r->text, expected, strlen(expected)) == (cases[i].period > 0));
        CHECK(f->n_evidence == (cases[i].period ? 6 : 0) && f->n_series == 2);
        if (r)
            fprintf(stderr, "%d: %s\n", (int)i, r->text);
        um_findings_free(&f);
    }
}

static void silent(void)
{
    static const struct {
        const char *options, *reason;
    } cases[] = {
        {"-c:v libx265 -x265-params log-level=none", "(hevc)"},
        {"-c:v mjpeg", "(mjpeg)"},
        {"-c:v libx264 -g 1", "no picture is predicted from an earlier one (h264)"},
        {"-c:v libx264 -bf 0 -g 250 -frames:v 25", "too short: 22 predicted pictures, 24 needed"},
        {"-c:v mpeg2video -flags +ilme+ildct -top 1", "interlaced)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!fixture_run(FFMPEG RAW "%s silent.mkv", cases[i].options))
            continue;
        um_findings *f = analyse("silent.mkv");
        CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, cases[i].reason));
        if (!strstr(f->reason, cases[i].reason))
            fprintf(stderr, "%s\n", f->reason);
        um_findings_free(&f);
    }
}

/* Pictures of 4 x 4 blocks that stand, but for the first row, coded anew, at 7, 21, 35 and 49. Of 56 with two
 * neighbours the 4 are all that have a footprint: their ranks lie 26 above the mean or half of all less half
 * of 4; a sixth is taken for granted: 26 / (56 / 2 sqrt(5 / 36) / sqrt(4)) = 4.98. */
static um_findings *beat(int n_pictures, bool damaged)
{
    enum { SIDE = 64 };
    um_codec_block block[16];
    um_image *gray = NULL;
    runner r;
    CHECK(um_image_new(&gray, SIDE, SIDE, UM_GRAY8, NULL) == UM_OK);
    for (int y = 0; y < SIDE; y++)
        memset(gray->data + y * gray->stride, 90, SIDE);
    CHECK(runner_begin(&r, um_signal_find("double_encoding")) == UM_OK);
    for (int i = 0; i < n_pictures; i++) {
        for (int b = 0; b < 16; b++)
            block[b] = (um_codec_block){.kind = i % 14 == 7 && b < 4 ? UM_BLOCK_INTRA : UM_BLOCK_PAST};
        const um_codec_picture codec = {
            .type = 'P', .has_motion = true, .cols = 4, .rows = 4, .w = 16, .h = 16, .block = block};
        const um_frame frame = {
            .index = i, .t_s = i / 25., .gray = gray, .codec = &codec, .damaged = damaged};
        CHECK(runner_push(&r, &(um_signal_input){.frame = &frame}) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_image_free(&gray);
    return runner_end(&r);
}

static void nearly(void)
{
    um_findings *f = beat(58, false);
    const um_result *result = of_file(f);
    CHECK_NEAR(result->score, 4.983, .002);
    CHECK(strstr(result->text, "56 pictures are predicted (4.9 standard deviations, 5 needed)"));
    um_findings_free(&f);
    f = beat(58, true);
    CHECK(f->outcome == UM_NOT_APPLICABLE && strstr(f->reason, "every predicted picture is damaged"));
    um_findings_free(&f);
}

/* Two minutes are looked at; of a picture more the sentence says so. */
static void long_one(void)
{
    for (int more = 0; more < 2; more++) {
        um_findings *f = beat(4096 + more, false);
        const um_result *result = of_file(f);
        CHECK(result && result->score > 5);
        CHECK(result && !strstr(result->text, "places of the first 4096, ") == !more);
        CHECK(result && strlen(result->text) <= 239);
        um_findings_free(&f);
    }
}

int main(void)
{
    nearly();
    long_one();
    if (!fixture_begin())
        return CHECK_SKIP;
    twice();
    silent();
    return fixture_end();
}
