/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file is opened once: what is hashed is what is decoded, whatever becomes of its name meanwhile. */
#include "../check.h"
#include "av/source/damage.h"
#include "av/source/source.h"
#include "probe/hash.h"
#include "probe/probe.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/unmask.h>

enum { RATE = 8000, HEAD = 44 };
static char dir[] = "/tmp/unmask-input-XXXXXX";

static const char *path_of(const char *name)
{
    static char paths[4][100];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

/* Mono, 16 bit: n samples of the same value; the header may declare more than there is. */
static void write_wav(const char *path, int n, uint32_t declared, int16_t value)
{
    uint8_t head[HEAD] = "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0";
    const uint32_t words[][2] = {{4, declared + 36}, {24, RATE}, {28, 2 * RATE}, {40, declared}};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            head[words[i][0] + (uint32_t)k] = (uint8_t)(words[i][1] >> 8 * k);
    head[32] = 2;
    head[34] = 16;
    memcpy(head + 36, "data", 4);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(head, 1, HEAD, f) == HEAD);
    for (int i = 0; f && i < n; i++)
        fwrite(&value, 2, 1, f);
    CHECK(f && fclose(f) == 0);
}

static void sha256sum(char hex[65], const char *path)
{
    char command[200];
    snprintf(command, sizeof command, "sha256sum %s", path);
    FILE *p = popen(command, "r");
    CHECK(p && fread(hex, 1, 64, p) == 64);
    hex[64] = 0;
    if (p)
        pclose(p);
}

/* Around the block of the hash, and around the block of a read. */
static void test_hash_is_that_of_sha256sum(void)
{
    static const size_t sizes[] = {0, 1, 55, 56, 63, 64, 65, (256 << 10) - 1, 256 << 10, (1 << 20) + 1};
    const char *path = path_of("bytes");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char expected[65], hex[65] = "";
        um_input *in = NULL;
        um_hash *hash = NULL;
        um_probe probe;
        um_error err = {0};
        FILE *f = fopen(path, "wb");
        for (size_t k = 0; f && k < sizes[i]; k++)
            putc((int)(k * k >> 3 & 255), f);
        CHECK(f && fclose(f) == 0);
        sha256sum(expected, path);
        CHECK(um_input_open(&in, path, &err) == UM_OK && in->size == (int64_t)sizes[i]);
        CHECK(um_hash_start(&hash, in, &err) == UM_OK);
        um_input_free(&in); /* the hash keeps it */
        CHECK(um_hash_wait(hash, 60) && um_hash_join(&hash, hex, &err) == UM_OK && !hash);
        CHECK(!strcmp(hex, expected));
        CHECK(um_probe_file(&probe, path, NULL, &err) == UM_OK && !strcmp(probe.sha256, expected));
        CHECK(probe.bytes == (int64_t)sizes[i]);
    }
    unlink(path);
}

struct watch {
    double last, total;
    int calls, stop_after;
};

static bool see(void *user, double done, double total)
{
    struct watch *w = user;
    CHECK(done > w->last || !w->calls);
    w->last = done;
    w->total = total;
    return ++w->calls != w->stop_after;
}

/* A sparse file of 64 GiB is left when the caller says so; a small one is told to its end. */
static void test_hashing_is_watched(void)
{
    const char *path = path_of("large");
    um_probe probe;
    um_error err = {0};
    struct watch huge = {.stop_after = 5}, small = {0};
    char *text = NULL;
    const int fd = open(path, O_CREAT | O_WRONLY, 0600);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)1 << 36) == 0);
    CHECK(um_probe_file(&probe, path, &(um_probe_options){.progress = see, .user = &huge}, &err) ==
              UM_ECANCELLED &&
          strstr(err.text, path));
    CHECK(huge.calls == 5 && huge.total == 0x1p36 && huge.last < 1e8);
    huge = (struct watch){.stop_after = 1};
    CHECK(um_probe_json(&text, path, &(um_probe_options){.progress = see, .user = &huge}, &err) ==
              UM_ECANCELLED &&
          !text);
    CHECK(ftruncate(fd, 1 << 20) == 0 && close(fd) == 0);
    CHECK(um_probe_file(&probe, path, &(um_probe_options){.progress = see, .user = &small}, &err) == UM_OK &&
          strlen(probe.sha256) == 64);
    CHECK(small.calls > 3 && small.total == 1 << 20);
    unlink(path);
}

static void test_another_file_takes_the_name(void)
{
    const char *path = path_of("a.wav"), *other = path_of("b.wav");
    char first[65], second[65], hex[65];
    um_input *in = NULL;
    um_source *source = NULL;
    um_moment *m = NULL;
    um_probe probe;
    um_error err = {0};
    write_wav(path, 1000, 2000, 8192);
    write_wav(other, 500, 1000, -8192);
    sha256sum(first, path);
    sha256sum(second, other);
    CHECK(um_input_open(&in, path, &err) == UM_OK);
    CHECK(rename(other, path) == 0);
    CHECK(um_probe_input(&probe, in, NULL, &err) == UM_OK && probe.bytes == HEAD + 2000);
    CHECK(um_source_open_input(&source, in, &(um_source_options){.want = UM_WANT_SOUND}, &err) == UM_OK);
    CHECK(um_source_next(&m, source, &err) == UM_OK && m->sound && m->sound->mono[0] == .25f);
    um_moment_free(&m);
    CHECK(um_hash_now(hex, in, NULL, NULL, &err) == UM_OK && !strcmp(hex, first) && strcmp(hex, second) != 0);
    CHECK(!um_input_changed(in)); /* what is read is as it was */
    um_source_close(&source);
    um_input_free(&in);
    unlink(path);
}

/* Longer than what is decoded ahead, so that the decoder is still at it when the file changes. */
static void test_a_file_that_is_written_meanwhile(void)
{
    enum { SAMPLES = 4 << 20 };
    const char *path = path_of("a.wav");
    for (int touched = 0; touched < 2; touched++) {
        um_source *source = NULL;
        um_moment *m = NULL;
        um_error err = {0};
        um_status st;
        int64_t n = 0;
        write_wav(path, SAMPLES, 2 * SAMPLES, 1);
        CHECK(um_source_open(&source, path, &(um_source_options){.want = UM_WANT_SOUND}, &err) == UM_OK);
        if (touched) {
            FILE *f = fopen(path, "ab");
            CHECK(f && fputs("more", f) >= 0 && fclose(f) == 0);
        }
        while ((st = um_source_next(&m, source, &err)) == UM_OK) {
            n += m->sound->n;
            um_moment_free(&m);
        }
        um_damage damage = um_source_damage(source);
        CHECK(st == UM_EOF && n == SAMPLES);
        CHECK(!strcmp(damage.note, touched ? UM_NOTE_CHANGED : ""));
        um_source_close(&source);
    }
    unlink(path);
}

static int calls;
static bool stop_at_third(void *user, double done_s, double total_s)
{
    return ++calls < 3;
}

/* 64 GB of silence: a minute or more of hashing, which nobody has to wait for. */
static void test_cancelling_does_not_wait_for_a_huge_file(void)
{
    enum { LIMIT_S = 20 }; /* on a busy machine */
    static const uint8_t head[28] = {
        '.', 's', 'n', 'd', 0, 0, 0,         28,         255, 255, 255, 255, /* to the end */
        0,   0,   0,   3,   0, 0, RATE >> 8, RATE & 255, 0,   0,   0,   1};
    const char *path = path_of("huge.au");
    um_input *in = NULL;
    um_hash *hash = NULL;
    um_analyzer *analyzer = NULL;
    um_results *results = NULL;
    um_error err = {0};
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(head, 1, sizeof head, f) == sizeof head && fclose(f) == 0);
    if (truncate(path, (off_t)64 << 30) != 0) {
        fprintf(stderr, "no room for a sparse file: not tried\n");
        unlink(path);
        return;
    }
    double start = um_now_s();
    CHECK(um_input_open(&in, path, &err) == UM_OK && um_hash_start(&hash, in, &err) == UM_OK);
    CHECK(!um_hash_wait(hash, 0.01));
    um_hash_cancel(&hash);
    um_hash_cancel(&hash);
    um_input_free(&in);
    CHECK(!hash && um_now_s() - start < LIMIT_S);

    um_analysis_options opt = {
        .signals = "audio_bandwidth", .threads = 1, .max_s = 0.05, .progress = stop_at_third};
    CHECK(um_analyzer_new(&analyzer, &opt, &err) == UM_OK);
    start = um_now_s();
    CHECK(um_analyzer_run(&results, analyzer, path, &err) == UM_ECANCELLED && strstr(err.text, path));
    CHECK(calls == 3 && um_now_s() - start < LIMIT_S);
    um_analyzer_free(&analyzer);
    unlink(path);
}

static void test_what_is_no_file(void)
{
    const char *path = path_of("pipe");
    um_input *in = NULL;
    um_error err = {0};
    CHECK(mkfifo(path, 0600) == 0);
    CHECK(um_input_open(&in, path, &err) == UM_EIO && !in && strstr(err.text, "not a regular file"));
    CHECK(um_input_open(&in, dir, &err) == UM_EIO && !in);
    unlink(path);
    CHECK(um_input_open(&in, path, &err) == UM_EIO && strstr(err.text, "No such file"));
    um_input_free(&in);
}

int main(void)
{
    um_media_quiet();
    CHECK(mkdtemp(dir) != NULL);
    test_hash_is_that_of_sha256sum();
    test_hashing_is_watched();
    test_another_file_takes_the_name();
    test_a_file_that_is_written_meanwhile();
    test_cancelling_does_not_wait_for_a_huge_file();
    test_what_is_no_file();
    rmdir(dir);
    return check_done();
}
