/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of recordings under conditions: each by what it is meant to do; and a set measured under them. */
#include "../check.h"
#include "base/base.h"
#include "evaluate/condition.h"
#include "evaluate/evaluation.h"
#include "evaluate/scratch.h"
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unmask/sink.h>

static char dir[] = "/tmp/test_robustness.XXXXXX";
enum { SIDE = 64, FRAMES = 5, RATE = 16000, SECONDS = 2 };

static const char *path_of(const char *name)
{
    static char path[8][400];
    static int turn;
    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

/* Gray 128 and one white point in the middle. */
static um_image *point(void)
{
    um_image *m;
    CHECK(um_image_new(&m, SIDE, SIDE, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < SIDE; y++)
        memset(m->data + y * m->stride, 128, 3 * SIDE);
    memset(m->data + SIDE / 2 * m->stride + 3 * SIDE / 2, 255, 3);
    return m;
}

/* 16-bit WAV: tones of these frequencies, each a quarter of full scale. */
static void put_tones(const char *name, const double *hz, int n_tones)
{
    enum { N = RATE * SECONDS };
    static int16_t s[N];
    for (int i = 0; i < N; i++) {
        double v = 0;
        for (int k = 0; k < n_tones; k++)
            v += .25 * sin(2 * M_PI * hz[k] * i / RATE);
        s[i] = (int16_t)lrint(32767 * v);
    }
    const uint32_t head[] = {36 + sizeof s, 16, 1 | 1u << 16, RATE, 2 * RATE, 2 | 16u << 16, sizeof s};
    FILE *f = fopen(path_of(name), "wb");
    CHECK(f && fwrite("RIFF", 4, 1, f) && fwrite(head, 4, 1, f) && fwrite("WAVEfmt ", 8, 1, f) &&
          fwrite(head + 1, 20, 1, f) && fwrite("data", 4, 1, f) && fwrite(head + 6, 4, 1, f) &&
          fwrite(s, sizeof s, 1, f) && !fclose(f));
}

static void put_video(const char *name)
{
    const um_writer_options opt = {.width = SIDE, .height = SIDE, .fps = 25, .rate_hz = RATE, .channels = 1};
    static float silence[RATE];
    um_writer *w;
    um_image *m = point();
    CHECK(um_writer_open(&w, path_of(name), &opt, NULL) == UM_OK);
    CHECK(um_writer_sound(w, silence, RATE * FRAMES / 25, NULL) == UM_OK);
    for (int i = 0; i < FRAMES; i++)
        CHECK(um_writer_frame(w, m, i / 25., NULL) == UM_OK);
    CHECK(um_writer_finish(w, NULL) == UM_OK);
    um_writer_close(&w);
    um_image_free(&m);
}

/* --- one copy --- */

typedef struct seen {
    um_image *rgb; /* the last */
    int frames, rate_hz;
    float *sound;
    size_t n;
    long bytes;
} seen;

static const um_condition *condition(const char *name)
{
    for (const um_condition *c = um_conditions; c->name; c++)
        if (!strcmp(c->name, name))
            return c;
    return NULL;
}

static seen look(const char *name, const char *condition_name)
{
    const um_source_options opt = {.want = UM_WANT_RGB | UM_WANT_SOUND, .threads = 1};
    seen s = {0};
    um_source *source = NULL;
    um_moment *m;
    um_error err = {0};
    char *copy;
    struct stat st;
    CHECK(um_condition_copy(&copy, condition(condition_name), path_of(name), dir, 0, &err) == UM_OK);
    if (!copy)
        return fprintf(stderr, "%s: %s\n", condition_name, err.text), s;
    CHECK(stat(copy, &st) == 0 && um_source_open(&source, copy, &opt, NULL) == UM_OK);
    s.bytes = st.st_size;
    s.rate_hz = um_source_media(source)->rate_hz;
    s.sound = um_calloc((size_t)RATE * SECONDS * 2, sizeof *s.sound);
    while (um_source_next(&m, source, NULL) == UM_OK) {
        if (m->frame) {
            s.frames++;
            um_image_free(&s.rgb);
            s.rgb = um_image_ref(m->frame->rgb);
        } else if (s.n + (size_t)m->sound->n <= (size_t)RATE * SECONDS * 2) {
            memcpy(s.sound + s.n, m->sound->mono, (size_t)m->sound->n * sizeof *s.sound);
            s.n += (size_t)m->sound->n;
        }
        um_moment_free(&m);
    }
    um_source_close(&source);
    unlink(copy);
    free(copy);
    return s;
}

static void forget(seen *s)
{
    um_image_free(&s->rgb);
    free(s->sound);
}

static double pixel(const um_image *m, int x, int y)
{
    return m->data[y * m->stride + 3 * x];
}

static void pictures(void)
{
    um_image *m = point();
    CHECK(um_image_write_png(m, path_of("p.png"), NULL, NULL) == UM_OK);
    um_image_free(&m);

    seen s = look("p.png", "half");
    CHECK(s.frames == 1 && s.rgb->width == SIDE / 2 && s.rgb->height == SIDE / 2);
    CHECK(pixel(s.rgb, SIDE / 4, SIDE / 4) == 160); /* (3 * 128 + 255) / 4 */
    forget(&s);

    /* the point becomes a Gaussian of deviation 1.5: 127 times 1 / (2 pi 1.5^2) in its middle */
    s = look("p.png", "blur");
    const double peak = 127 / (2 * M_PI * 2.25);
    CHECK_NEAR(pixel(s.rgb, SIDE / 2, SIDE / 2), 128 + peak, 1);
    CHECK_NEAR(pixel(s.rgb, SIDE / 2 + 2, SIDE / 2), 128 + peak * exp(-4 / 4.5), 1);
    CHECK_NEAR(pixel(s.rgb, SIDE / 2, SIDE / 2 + 2), 128 + peak * exp(-4 / 4.5), 1);
    CHECK(pixel(s.rgb, 0, 0) == 128 && pixel(s.rgb, SIDE - 1, SIDE - 1) == 128);
    forget(&s);

    s = look("p.png", "noise");
    double sum = 0, squares = 0;
    for (int y = 0; y < SIDE / 2; y++) /* not the point */
        for (int x = 0; x < SIDE; x++) {
            sum += pixel(s.rgb, x, y) - 128;
            squares += (pixel(s.rgb, x, y) - 128) * (pixel(s.rgb, x, y) - 128);
        }
    CHECK_NEAR(sum / (SIDE * SIDE / 2), 0, .8); /* 4.5 deviations of the mean */
    CHECK_NEAR(sqrt(squares / (SIDE * SIDE / 2)), 8, .6);
    seen again = look("p.png", "noise");
    CHECK(!memcmp(s.rgb->data, again.rgb->data, (size_t)s.rgb->stride * (SIDE - 1))); /* the same copy */
    forget(&again);

    m = s.rgb; /* noise is something to code */
    CHECK(um_image_write_png(m, path_of("n.png"), NULL, NULL) == UM_OK);
    forget(&s);
    long bytes[3];
    static const char *const grades[] = {"jpeg-90", "jpeg-70", "jpeg-50"};
    for (int i = 0; i < 3; i++) {
        s = look("n.png", grades[i]);
        CHECK(s.frames == 1 && s.rgb->width == SIDE);
        bytes[i] = s.bytes;
        forget(&s);
    }
    CHECK(bytes[0] > bytes[1] && bytes[1] > bytes[2] && bytes[2] > 0);
}

static void videos(void)
{
    put_video("v.mp4");
    seen fine = look("v.mp4", "h264-23"), coarse = look("v.mp4", "h264-40"), half = look("v.mp4", "half");
    CHECK(fine.frames == FRAMES && coarse.frames == FRAMES && half.frames == FRAMES);
    CHECK(fine.n > 0 && fine.rate_hz == RATE); /* the sound came along */
    CHECK(half.rgb->width == SIDE / 2 && half.rgb->height == SIDE / 2);
    /* the point survives the one and not the other */
    CHECK(pixel(fine.rgb, SIDE / 2, SIDE / 2) > pixel(coarse.rgb, SIDE / 2, SIDE / 2) + 20);
    forget(&fine);
    forget(&coarse);
    forget(&half);
    um_writer *w;
    um_writer_options opt = {.width = SIDE, .height = SIDE, .fps = 25, .crf = 52};
    CHECK(um_writer_open(&w, path_of("x.mp4"), &opt, NULL) == UM_EINVAL);
}

/* Amplitude at a frequency, of the middle half. */
static double tone(const seen *s, double hz)
{
    double re = 0, im = 0;
    const size_t from = s->n / 4, n = s->n / 2;
    for (size_t i = from; i < from + n; i++) {
        re += (double)s->sound[i] * cos(2 * M_PI * hz * (double)i / s->rate_hz);
        im += (double)s->sound[i] * sin(2 * M_PI * hz * (double)i / s->rate_hz);
    }
    return 2 * hypot(re, im) / (double)n;
}

static void sounds(void)
{
    static const double hz[] = {100, 1000, 6000};
    put_tones("s.wav", hz, 3);
    seen s = look("s.wav", "telephone");
    CHECK(s.rate_hz == 8000 && s.n == 8000 * SECONDS);
    CHECK_NEAR(tone(&s, 1000), .25, .03);
    CHECK_NEAR(tone(&s, 100), .25 / sqrt(1 + 81), .005); /* second order: (300 / 100)^4 = 81 */
    CHECK(tone(&s, 2000) < .005);                        /* where 6000 would be mirrored */
    forget(&s);
    s = look("s.wav", "opus");
    CHECK(s.rate_hz == RATE && s.n == (size_t)RATE * SECONDS);
    CHECK_NEAR(tone(&s, 1000), .25, .05);
    forget(&s);
    s = look("s.wav", "mp3");
    CHECK(s.rate_hz == RATE && s.n == (size_t)RATE * SECONDS);
    CHECK_NEAR(tone(&s, 6000), .25, .03);
    forget(&s);
    /* three tones of .25 have 3 * .25^2 / 2; all that a fit of them leaves is the noise */
    s = look("s.wav", "noise-15db");
    CHECK(s.rate_hz == RATE && s.n == (size_t)RATE * SECONDS);
    double sum = 0;
    for (size_t i = 0; i < s.n; i++) {
        double left = (double)s.sound[i];
        for (int k = 0; k < 3; k++)
            left -= .25 * sin(2 * M_PI * hz[k] * (double)i / RATE);
        sum += left * left;
    }
    CHECK_NEAR(10 * log10(3 * .25 * .25 / 2 / (sum / (double)s.n)), 15, .2); /* 32000 draws: .034 dB */
    forget(&s);
}

static void refusals(void)
{
    char *copy;
    um_error err = {0};
    CHECK(um_condition_copy(&copy, condition("mp3"), path_of("p.png"), dir, 0, &err) == UM_EOF && !copy);
    CHECK(um_condition_copy(&copy, condition("half"), path_of("s.wav"), dir, 0, &err) == UM_EOF && !copy);
    CHECK(um_condition_copy(&copy, condition("jpeg-50"), path_of("v.mp4"), dir, 0, &err) == UM_EOF && !copy);
    CHECK(um_condition_copy(&copy, condition("half"), path_of("none"), dir, 0, &err) == UM_EIO && !copy);
    CHECK(um_condition_copy(&copy, condition("half"), path_of("p.png"), "/nowhere", 0, &err) == UM_EWRITE &&
          !copy && strstr(err.text, "/nowhere"));
}

/* --- a set --- */

static um_status evaluate(um_evaluation **e, const char *names, um_error *err)
{
    const um_evaluate_options opt = {.size = sizeof opt,
                                     .signals = "audio_bandwidth",
                                     .draws = 10,
                                     .threads = 2,
                                     .cache = path_of("cache"),
                                     .robustness = names};
    return um_evaluate(e, path_of("labels.csv"), &opt, err);
}

static void a_set(void)
{
    static const double hz[] = {500, 1000, 7000};
    um_evaluation *e;
    um_error err = {0};
    char *first = NULL, *again = NULL;
    put_tones("narrow1.wav", hz, 2);
    put_tones("narrow2.wav", hz, 2);
    put_tones("wide1.wav", hz, 3);
    put_tones("wide2.wav", hz, 3);
    CHECK(um_text_write(path_of("labels.csv"),
                        "path,label\nnarrow1.wav,fake\nnarrow2.wav,fake\nwide1.wav,real\nwide2.wav,real\n"
                        "p.png,real\nnone.wav,fake\n",
                        NULL) == UM_OK);
    CHECK(evaluate(&e, "telephone,half", &err) == UM_OK);
    if (!e) {
        fprintf(stderr, "%s\n", err.text);
        return;
    }
    CHECK(e->n_robust == 2 && !strcmp(e->robust[0].condition->name, "half"));
    const um_robust *r = &e->robust[1];
    CHECK(r->n_failures == 1 && e->n_failures == 1); /* none.wav; a picture is silent, which is no fault */
    for (size_t k = 0; k < e->n_detectors; k++) {
        if (strcmp(e->detector[k].name, "audio_bandwidth") != 0)
            continue;
        CHECK(!e->robust[0].plain[k].n_real); /* it says nothing of a picture */
        CHECK(r->plain[k].n_fake == 2 && r->plain[k].n_real == 2);
        const um_cell *c = &r->under[k];
        CHECK(c->n_fake + c->silent_fake == 2 && c->n_real + c->silent_real == 2);
    }
    CHECK(um_evaluation_json(&first, e, NULL) == UM_OK && strstr(first, "\"condition\": \"telephone\""));
    um_evaluation_free(&e);
    CHECK(evaluate(&e, "telephone,half", NULL) == UM_OK && um_evaluation_json(&again, e, NULL) == UM_OK);
    CHECK(!strcmp(first, again));
    free(first);
    free(again);
    CHECK(um_evaluation_text(&first, e, NULL) == UM_OK && strstr(first, "telephone"));
    free(first);
    CHECK(um_evaluation_html(&first, e, NULL) == UM_OK && strstr(first, "<h3>Robustness</h3>"));
    free(first);
    um_evaluation_free(&e);
    CHECK(evaluate(&e, "telephone,fax", &err) == UM_EINVAL && strstr(err.text, "fax"));
    CHECK(evaluate(&e, "tele", &err) == UM_EINVAL && evaluate(&e, "", &err) == UM_EINVAL);
}

/* A child that is killed leaves its folder; the next sweep takes that, and not the one that is in use. */
static void left_behind(void)
{
    um_scratch used, killed = {.fd = -1};
    int pipes[2], status;
    CHECK(!setenv("TMPDIR", dir, 1) && !pipe(pipes));
    const pid_t child = fork();
    if (!child) {
        um_scratch mine;
        char file[PATH_MAX + 20];
        if (um_scratch_open(&mine, NULL) < 0)
            _exit(1);
        snprintf(file, sizeof file, "%s/copy.wav", mine.folder);
        if (um_text_write(file, "half of it", NULL) == UM_OK &&
            write(pipes[1], mine.folder, sizeof mine.folder) == sizeof mine.folder)
            raise(SIGKILL);
        _exit(1);
    }
    CHECK(read(pipes[0], killed.folder, sizeof killed.folder) == sizeof killed.folder);
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && !access(killed.folder, F_OK));
    CHECK(um_scratch_open(&used, NULL) == UM_OK && !access(used.folder, F_OK));
    um_scratch_sweep();
    CHECK(access(killed.folder, F_OK) != 0 && !access(used.folder, F_OK));
    um_scratch_close(&used);
    CHECK(access(used.folder, F_OK) != 0);
    close(pipes[0]);
    close(pipes[1]);
    unsetenv("TMPDIR");
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    pictures();
    videos();
    sounds();
    refusals();
    a_set();
    left_behind();
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
