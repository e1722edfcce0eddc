/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the writer are read back by ffprobe and ffmpeg, the independent programs. */
#include "../check.h"
#include <dirent.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/sink.h>
#include <unmask/source.h>

enum { FRAMES = 20, RATE = 16000 };
static char dir[] = "/tmp/unmask-writer-XXXXXX";

/* Standard output of a command, at most `size` bytes; returns how many. */
static size_t output_of(const char *command, void *out, size_t size)
{
    FILE *p = popen(command, "r");
    size_t n = p ? fread(out, 1, size, p) : 0;
    if (p)
        pclose(p);
    return n;
}

static const char *path_of(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

/* Smooth in space, so that 4:2:0 loses little, and strong in colour, so that a wrong matrix shows. */
static um_image *picture(int width, int height, um_pixel pixel, int k)
{
    enum { TURN = 4096 };
    static uint8_t wave[TURN];
    if (!wave[0])
        for (int i = 0; i < TURN; i++)
            wave[i] = (uint8_t)lrint(127.5 + 120 * sin(2 * M_PI * i / TURN));
    um_image *m = NULL;
    CHECK(um_image_new(&m, width, height, pixel, NULL) == UM_OK);
    int channels = um_image_channels(pixel);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < channels; c++)
                m->data[m->stride * y + x * channels + c] =
                    wave[((c + 1) * x * TURN / width + y * TURN / height + c * 1300 + k * 65) % TURN];
    return m;
}

static double time_of(int k, double fps)
{
    return k / fps + (k >= 10 ? 0.5 : 0); /* a gap: not constant rate */
}

static um_status write_file(const char *path, int width, int height, um_pixel pixel, double fps, int channels)
{
    um_writer *w = NULL;
    um_error err = {0};
    um_writer_options opt = {.width = width,
                             .height = height,
                             .fps = fps,
                             .rate_hz = channels ? RATE : 0,
                             .channels = channels,
                             .comment = "unmask synthetic: test"};
    um_status st = um_writer_open(&w, path, &opt, &err);
    float sound[2 * RATE];
    for (int i = 0; i < RATE; i++)
        for (int c = 0; c < channels; c++)
            sound[i * channels + c] = 0.5f * (float)sin(2 * M_PI * 440 * (c + 1) * i / RATE);
    for (int k = 0; k < FRAMES && st == UM_OK; k++) {
        um_image *m = picture(width, height, pixel, k);
        st = um_writer_frame(w, m, time_of(k, fps), &err);
        um_image_free(&m);
    }
    for (int i = 0; channels && i < RATE && st == UM_OK; i += 1000)
        st = um_writer_sound(w, sound + i * channels, 1000, &err);
    if (st == UM_OK)
        st = um_writer_finish(w, &err);
    if (st < 0)
        fprintf(stderr, "%s\n", err.text);
    um_writer_close(&w);
    CHECK(w == NULL);
    return st;
}

static void check_times(const char *path, double fps, double tolerance_s)
{
    static char command[600], text[10000];
    snprintf(command, sizeof command,
             "ffprobe -v error -select_streams v -show_entries frame=pts_time -of csv=p=0 %s", path);
    text[output_of(command, text, sizeof text - 1)] = 0;
    int n = 0;
    double worst = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), n++)
        worst = fmax(worst, fabs(atof(line) - time_of(n, fps)));
    CHECK(n == FRAMES);
    CHECK_NEAR(worst, 0, tolerance_s);
}

/* PSNR of the decoded pictures, converted back by ffmpeg with the matrix the file declares. */
static double psnr_db(const char *path, int width, int height, um_pixel pixel)
{
    static char command[600];
    int channels = um_image_channels(pixel), even_width = (width + 1) & ~1, even_height = (height + 1) & ~1;
    size_t size = (size_t)even_width * even_height * channels;
    uint8_t *all = malloc(size * (FRAMES + 1));
    snprintf(command, sizeof command,
             "ffmpeg -v error -i %s -map 0:v -fps_mode passthrough -f rawvideo -sws_flags "
             "accurate_rnd+full_chroma_int+bicubic -pix_fmt %s -",
             path, channels == 3 ? "rgb24" : "gray");
    size_t n = output_of(command, all, size * (FRAMES + 1));
    CHECK(n == size * FRAMES);
    double sum = 0;
    for (int k = 0; k < FRAMES && n == size * FRAMES; k++) {
        um_image *m = picture(width, height, pixel, k);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width * channels; x++) {
                double d = all[size * k + (size_t)y * even_width * channels + x] - m->data[m->stride * y + x];
                sum += d * d;
            }
        um_image_free(&m);
    }
    free(all);
    return 10 * log10(255. * 255 / (sum / FRAMES / height / width / channels + 1e-9));
}

/* The first channel is the sine that was written, late or early by at most 2 ms (Matroska counts in ms). */
static void check_sound(const char *path, int channels)
{
    enum { LAG = RATE / 500, EDGE = 2000 };
    static char command[600];
    static float got[2 * RATE * 2];
    snprintf(command, sizeof command,
             "ffmpeg -v error -copyts -i %s -map 0:a -af atrim=start=0 -ac %d -ar %d -f f32le -", path,
             channels, RATE);
    size_t n = output_of(command, got, sizeof got) / sizeof *got / channels;
    CHECK(n >= RATE - LAG && n < RATE + 2100); /* codecs may fill their last block */
    double best = 0;
    for (int lag = -LAG; lag <= LAG; lag++) {
        double xy = 0, xx = 0, yy = 0;
        for (int i = EDGE; i < RATE - EDGE; i++) {
            double x = 0.5 * sin(2 * M_PI * 440 * (i + lag) / RATE), y = got[i * channels];
            xy += x * y, xx += x * x, yy += y * y;
        }
        best = fmax(best, xy / sqrt(xx * yy + 1e-9));
        CHECK_NEAR(yy / xx, 1, 0.05);
    }
    CHECK(best > 0.98);
}

/* What ffprobe says of streams and comment, to be searched. */
static const char *fields_of(const char *path)
{
    static char command[600], text[4000];
    snprintf(command, sizeof command,
             "ffprobe -v error -show_entries "
             "stream=codec_name,width,height,color_space,color_range:format_tags=comment %s",
             path);
    text[output_of(command, text, sizeof text - 1)] = 0;
    return text;
}

static void test_containers(void)
{
    /* tolerance: half a tick; Matroska counts in ms; AVI counts pictures, so up to half a frame */
    static const struct {
        const char *name, *video, *audio, *colour;
        int width, height, channels;
        double fps, tolerance_s, least_db;
    } cases[] = {
        {"a.mp4", "h264", "aac", "range=tv\ncolor_space=smpte170m", 320, 240, 1, 30000. / 1001, 2e-6, 38},
        {"a.mov", "h264", "aac", "range=tv\ncolor_space=smpte170m", 321, 243, 2, 25, 2e-6, 38},
        {"hd.mp4", "h264", "aac", "range=tv\ncolor_space=bt709", 960, 720, 0, 12.5, 2e-6, 38},
        {"a.mkv", "h264", "aac", "range=tv\ncolor_space=smpte170m", 320, 240, 2, 24000. / 1001, 6e-4, 38},
        {"a.webm", "vp9", "opus", "range=tv\ncolor_space=smpte170m", 320, 240, 1, 30, 6e-4, 34},
        {"a.avi", "mpeg4", "pcm_s16le", NULL, 320, 240, 2, 25, 0.021, 34},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = path_of(cases[i].name);
        CHECK(write_file(path, cases[i].width, cases[i].height, UM_RGB24, cases[i].fps, cases[i].channels) ==
              UM_OK);
        check_times(path, cases[i].fps, cases[i].tolerance_s);
        double db = psnr_db(path, cases[i].width, cases[i].height, UM_RGB24);
        fprintf(stderr, "%s: %.2f dB\n", cases[i].name, db);
        CHECK(db > cases[i].least_db);
        const char *fields = fields_of(path);
        CHECK(strstr(fields, cases[i].video) && strstr(fields, "=unmask synthetic: test"));
        CHECK(!cases[i].colour || strstr(fields, cases[i].colour));
        CHECK(!cases[i].channels || strstr(fields, cases[i].audio));
        if (cases[i].width & 1)
            CHECK(strstr(fields, "width=322\nheight=244\n") != NULL);
        if (cases[i].channels)
            check_sound(path, cases[i].channels);
    }
    CHECK(write_file(path_of("gray.mp4"), 321, 243, UM_GRAY8, 30, 0) == UM_OK);
    CHECK(psnr_db(path_of("gray.mp4"), 321, 243, UM_GRAY8) > 40);
}

static void test_same_input_same_bytes(void)
{
    static const char *names[] = {"x.mp4", "x.mov", "x.mkv", "x.webm", "x.avi"};
    for (int i = 0; i < 5; i++) {
        char again[40], command[800];
        snprintf(again, sizeof again, "again-%s", names[i]);
        snprintf(command, sizeof command, "cmp %s/%s %s/%s", dir, names[i], dir, again);
        CHECK(write_file(path_of(names[i]), 64, 48, UM_RGB24, 25, 1) == UM_OK);
        CHECK(write_file(path_of(again), 64, 48, UM_RGB24, 25, 1) == UM_OK);
        CHECK(system(command) == 0);
    }
}

static int files_in_dir(void)
{
    int n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return n;
}

static void test_abandoned_leaves_nothing(void)
{
    um_writer *w = NULL;
    um_error err;
    um_writer_options opt = {.width = 64, .height = 48, .fps = 25, .rate_hz = RATE, .channels = 1};
    int before = files_in_dir();
    CHECK(um_writer_open(&w, path_of("gone.mp4"), &opt, &err) == UM_OK);
    CHECK(files_in_dir() == before + 1);
    um_image *m = picture(64, 48, UM_RGB24, 0);
    CHECK(um_writer_frame(w, m, 0, &err) == UM_OK);
    CHECK(um_writer_frame(w, m, 1, &err) == UM_OK);
    CHECK(um_writer_frame(w, m, 0.5, &err) == UM_EINVAL); /* back in time */
    CHECK(um_writer_frame(w, m, NAN, &err) == UM_EINVAL);
    um_image *wrong = picture(66, 48, UM_RGB24, 0);
    CHECK(um_writer_frame(w, wrong, 2, &err) == UM_EINVAL);
    um_writer_close(&w);
    CHECK(files_in_dir() == before);
    um_writer_close(&w);
    um_writer_close(NULL);

    CHECK(um_writer_open(&w, path_of("gone.xyz"), &opt, &err) == UM_EINVAL && !w);
    CHECK(um_writer_open(&w, "/nonexistent/a.mp4", &opt, &err) == UM_EWRITE && !w);
    CHECK(strstr(err.text, "/nonexistent/a.mp4") != NULL);
    opt.fps = NAN;
    CHECK(um_writer_open(&w, path_of("gone.mp4"), &opt, &err) == UM_EINVAL && !w);
    opt.fps = 25;
    opt.rate_hz = 0;
    CHECK(um_writer_open(&w, "/dev/null", &opt, &err) == UM_OK);
    CHECK(um_writer_frame(w, m, 0, &err) == UM_OK && um_writer_finish(w, &err) == UM_OK);
    um_writer_close(&w);
    CHECK(files_in_dir() == before);
    um_image_free(&m);
    um_image_free(&wrong);
}

/* A rate that a file does not tell, or tells absurdly, does not keep its pictures from being written. */
static void test_rate_of_a_film(void)
{
    static const double rates[][2] = {{0, 25},  {NAN, 25},    {-1, 25},   {.005, 25},     {.01, .01},
                                      {30, 30}, {1000, 1000}, {1001, 25}, {INFINITY, 25}, {23.976, 23.976}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        um_media media = {.fps = rates[i][0]};
        um_writer *w = NULL;
        um_writer_options opt = {.width = 16, .height = 16, .fps = um_writer_fps(&media)};
        CHECK(opt.fps == rates[i][1]);
        CHECK(um_writer_open(&w, "/dev/null", &opt, NULL) == UM_OK);
        um_writer_close(&w);
    }
}

int main(void)
{
    if (system("ffprobe -version >/dev/null 2>&1 && ffmpeg -version >/dev/null 2>&1") != 0) {
        fprintf(stderr, "skipped: no ffmpeg program\n");
        return CHECK_SKIP;
    }
    char command[100];
    CHECK(mkdtemp(dir) != NULL);
    test_containers();
    test_same_input_same_bytes();
    test_abandoned_leaves_nothing();
    snprintf(command, sizeof command, "rm -r %s", dir);
    CHECK(system(command) == 0);
    test_rate_of_a_film();
    return check_done();
}
