/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../check.h"
#include "base/base.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_buffer_stops_at_its_maximum(void)
{
    um_buf b;
    um_buf_init(&b, 8);
    um_buf_text(&b, "1234567");
    CHECK(!b.broken && b.n == 7);
    um_buf_text(&b, "8");
    CHECK(b.broken);
    CHECK(um_buf_take(&b) == NULL);
    um_buf_init(&b, 8);
    char *empty = um_buf_take(&b);
    CHECK(empty && !*empty);
    free(empty);
}

/* From every capacity, also 1, where half of it is nothing. */
static void test_arrays_grow_from_any_capacity(void)
{
    for (size_t from = 0; from < 20; from++) {
        size_t capacity = from;
        char *a = from ? calloc(from, 1) : NULL;
        if (from)
            a[from - 1] = 'x';
        CHECK(um_grow(&a, &capacity, from + 1, 30, 1) && capacity > from && capacity <= 30);
        CHECK(a[from] == 0 && (!from || a[from - 1] == 'x'));
        CHECK(!um_grow(&a, &capacity, 31, 30, 1));
        free(a);
    }
}

static void test_sizes_that_overflow_are_refused(void)
{
    CHECK(um_calloc(SIZE_MAX / 2, 4) == NULL);
    CHECK(um_calloc_aligned(SIZE_MAX, 1) == NULL);
    um_error err;
    CHECK(um_fail_oom(&err) == UM_ENOMEM && err.code == UM_ENOMEM);
    CHECK(um_fail(&err, UM_EIO, "a\nb\x1b[2J") == UM_EIO && !strcmp(err.text, "a?b?[2J"));
}

static void test_files_are_whole_or_absent(void)
{
    char dir[] = "/tmp/unmask-test-XXXXXX", path[64], *text;
    size_t n;
    um_file f;
    um_error err;
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/a.txt", dir);
    CHECK(um_file_create(&f, path, &err) == UM_OK);
    fputs("half", f.f);
    um_file_abandon(&f);
    CHECK(access(path, F_OK) != 0 && rmdir(dir) == 0); /* neither the file nor its temporary is left */
    CHECK(mkdir(dir, 0700) == 0);
    CHECK(um_file_write(path, "whole", 5, &err) == UM_OK);
    CHECK(um_file_read(&text, &n, path, 5, &err) == UM_OK && n == 5 && !strcmp(text, "whole"));
    free(text);
    CHECK(um_file_read(&text, &n, path, 4, &err) == UM_ENOMEM && !text);
    CHECK(um_file_read(&text, &n, "/nonexistent", 4, &err) == UM_EIO && strstr(err.text, "/nonexistent"));
    CHECK(um_file_write("/dev/null", "x", 1, &err) == UM_OK);
    unlink(path);
    /* the longest name there is still gets a temporary one, with its extension */
    char longest[400], name[256];
    memset(name, 'n', 255);
    memcpy(name + 251, ".txt", 5);
    snprintf(longest, sizeof longest, "%s/%s", dir, name);
    CHECK(um_file_create(&f, longest, &err) == UM_OK && strstr(f.temporary, "n.txt"));
    CHECK(um_file_commit(&f, &err) == UM_OK && access(longest, F_OK) == 0);
    unlink(longest);
    CHECK(rmdir(dir) == 0);
    CHECK(um_file_write(path, "x", 1, &err) == UM_EWRITE && !strncmp(err.text, path, strlen(path)));
}

static void test_temporary_files(void)
{
    char dir[] = "/tmp/unmask-test-XXXXXX", path[64], strange[80];
    um_file f;
    um_error err;
    struct stat s;
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/a.txt", dir);
    mode_t mask = umask(027);
    CHECK(um_file_create(&f, path, &err) == UM_OK);
    umask(mask);
    CHECK(stat(f.temporary, &s) == 0 && (s.st_mode & 07777) == 0640);
    CHECK(fcntl(fileno(f.f), F_GETFD) & FD_CLOEXEC);
    /* a reader never sees half a file, nor one that was given up */
    CHECK(access(path, F_OK) != 0);
    um_file_abandon(&f);
    /* what another process left under any name that process numbers give is not touched, nor in the way */
    for (int k = 0; k < 100; k++) {
        snprintf(strange, sizeof strange, "%s/.%d-%d.a.txt", dir, (int)getpid(), k);
        int fd = open(strange, O_CREAT | O_EXCL | O_WRONLY, 0600);
        CHECK(fd >= 0 && close(fd) == 0);
    }
    CHECK(um_file_write(path, "mine", 4, &err) == UM_OK);
    for (int k = 0; k < 100; k++) {
        snprintf(strange, sizeof strange, "%s/.%d-%d.a.txt", dir, (int)getpid(), k);
        CHECK(unlink(strange) == 0);
    }
    CHECK(unlink(path) == 0 && rmdir(dir) == 0);
}

/* Several processes write the same file at once, as containers on one volume do: each succeeds, the last one
 * stays whole, and nothing else is left. */
static void test_writers_of_one_file_do_not_meet(void)
{
    enum { PROCESSES = 6, ROUNDS = 40, BYTES = 5000 };
    char dir[] = "/tmp/unmask-test-XXXXXX", path[64], bytes[BYTES], *text = NULL;
    size_t n;
    um_error err;
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/a.txt", dir);
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            bool good = true;
            memset(bytes, 'a' + i, sizeof bytes);
            for (int k = 0; k < ROUNDS; k++)
                good &= um_file_write(path, bytes, sizeof bytes, NULL) == UM_OK;
            _exit(!good);
        }
    for (int i = 0, status = 0; i < PROCESSES; i++)
        CHECK(wait(&status) > 0 && status == 0);
    CHECK(um_file_read(&text, &n, path, BYTES, &err) == UM_OK && n == BYTES);
    for (size_t i = 1; text && i < n; i++)
        if (text[i] != text[0])
            CHECK(!"mixed");
    free(text);
    CHECK(unlink(path) == 0 && rmdir(dir) == 0);
}

static void test_reasons(void)
{
    um_error err;
    errno = ENOENT;
    CHECK(um_fail_errno(&err, UM_EIO, "%s: cannot be opened", "a") == UM_EIO && err.code == UM_EIO);
    CHECK(!strcmp(err.text, "a: cannot be opened: No such file or directory"));
    errno = 123456;
    um_fail_errno(&err, UM_EIO, "a");
    CHECK(!strcmp(err.text, "a: unknown error"));
}

/* What moves a cursor or deceives the eye does not reach a terminal; a character is never cut. */
static void test_printable(void)
{
    static const char *const pair[][2] = {
        {"a\nb\x1b[2J\x7f", "a?b?[2J?"},
        {"\xC2\x9B"
         "2J",
         "?2J"}, /* CSI as one character */
        {"gnp\xE2\x80\xAE.exe", "gnp?.exe"},
        {"\xFF\xC3", "??"},
        {"\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80", "\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80"}};
    char out[32];
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        CHECK(!strcmp(um_printable(out, sizeof out, pair[i][0]), pair[i][1]));
    CHECK(!strcmp(um_printable(out, 4, "ab\xC3\xA9"), "ab"));
    CHECK(!strcmp(um_printable(out, 5, "ab\xC3\xA9"), "ab\xC3\xA9"));
    CHECK(!strcmp(um_printable(out, 1, "ab"), ""));
}

/* RFC 3629, section 4: the first and the last of each row of the table, and their neighbours outside. */
static void test_utf8(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        uint32_t character;
    } cases[] = {{"\x7F", 1, 0x7F},
                 {"\xC2\x80", 2, 0x80},
                 {"\xDF\xBF", 2, 0x7FF},
                 {"\xE0\xA0\x80", 3, 0x800},
                 {"\xED\x9F\xBF", 3, 0xD7FF},
                 {"\xEE\x80\x80", 3, 0xE000},
                 {"\xEF\xBF\xBF", 3, 0xFFFF},
                 {"\xF0\x90\x80\x80", 4, 0x10000},
                 {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
                 {"\x80", 0, 0},
                 {"\xC1\xBF", 0, 0},
                 {"\xC2", 0, 0},
                 {"\xC2\xC0", 0, 0},
                 {"\xE0\x9F\xBF", 0, 0},
                 {"\xE2\x82", 0, 0},
                 {"\xE2\x82\x28", 0, 0},
                 {"\xED\xA0\x80", 0, 0}, /* half a pair */
                 {"\xF0\x8F\xBF\xBF", 0, 0},
                 {"\xF0\x90\x80\x28", 0, 0},
                 {"\xF4\x90\x80\x80", 0, 0},
                 {"\xF5\x80\x80\x80", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].bytes;
        size_t n = strlen(text);
        char back[UM_UTF8_MOST];
        bool good;
        CHECK(um_utf8_length(text, n) == cases[i].length);
        uint32_t c = um_utf8_decode(&text, &good);
        CHECK(good == (cases[i].length > 0) && text == cases[i].bytes + (good ? n : 1));
        CHECK(c == (good ? cases[i].character : UM_UTF8_REPLACEMENT));
        if (good) {
            CHECK(um_utf8_length(cases[i].bytes, n - 1) == 0);
            CHECK(um_utf8_put(back, c) == n && !memcmp(back, cases[i].bytes, n));
        }
    }
}

/* The layout and each kind of value, spelled out. */
static void test_json_writer(void)
{
    static const char expected[] =
        "{\n"
        "  \"text\": \"a\\\"\\\\\\n\\u001B\xEF\xBF\xBD\xC3\xA9\\u009B\\u202E\\uDB40\\uDC41\",\n"
        "  \"none\": null,\n"
        "  \"base64\": \"Zm9vYg==\",\n"
        "  \"empty\": [],\n"
        "  \"numbers\": [\n"
        "    1.0,\n"
        "    0.333,\n"
        "    1e-5,\n"
        "    1.23e15,\n"
        "    -1200.0,\n"
        "    0.0,\n"
        "    null\n"
        "  ],\n"
        "  \"pair\": [7, true],\n"
        "  \"row\": [[0], [1],\n"
        "  [2], {\"n\": 3},\n"
        "  [4]],\n"
        "  \"object\": {}\n"
        "}";
    static const double number[] = {1, 1. / 3, 1e-5, 1.2345e15, -1200, -0.0, NAN};
    um_buf b;
    um_buf_init(&b, 4096);
    um_json_writer w = um_json_writer_to(&b, 2);
    um_json_put_object(&w, NULL);
    um_json_put_text(&w, "text", "a\"\\\n\x1b\xff\xc3\xa9\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81");
    um_json_put_text_or_null(&w, "none", "");
    um_json_put_base64(&w, "base64", "foob", 4);
    um_json_put_array(&w, "empty");
    um_json_put_end(&w);
    um_json_put_array(&w, "numbers");
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        um_json_put_num(&w, NULL, number[i], 3);
    um_json_put_end(&w);
    um_json_put_row(&w, "pair", 0);
    um_json_put_short(&w, 7.001, 3);
    um_json_put_bool(&w, NULL, true);
    um_json_put_end(&w);
    um_json_put_row(&w, "row", 2);
    for (int i = 0; i < 5; i++) {
        i == 3 ? um_json_put_object(&w, NULL) : um_json_put_array(&w, NULL);
        um_json_put_int(&w, i == 3 ? "n" : NULL, i);
        um_json_put_end(&w);
    }
    um_json_put_end(&w);
    um_json_put_object(&w, "object");
    um_json_put_end(&w);
    um_json_put_end(&w);
    CHECK(b.data && !strcmp(b.data, expected));
    um_buf_free(&b);
    w = um_json_writer_to(&b, 0);
    for (int i = 0; i <= UM_JSON_DEPTH; i++)
        um_json_put_array(&w, NULL);
    CHECK(b.broken); /* deeper than any document of ours */
    um_buf_free(&b);
}

static void test_json(void)
{
    um_error err;
    char *text;
    um_json *o = um_json_object(), *a = um_json_array(), *back = NULL;
    um_json_set_text(o, "bad", "a\xff\xc3\xa9z\xc2\x9b\xe2\x81\xa6");
    um_json_set_num(o, "third", 1. / 3, 3);
    um_json_set_num(o, "nan", NAN, 3);
    um_json_add_num(a, -0.0, 3);
    um_json_set(o, "a", a);
    CHECK(um_json_text(&text, o, 0, &err) == UM_OK);
    CHECK(!strcmp(text, "{\"bad\": \"a\xEF\xBF\xBD\xc3\xa9z\\u009B\\u2066\", \"third\": 0.333, \"nan\": "
                        "null, \"a\": [0.0]}"));
    CHECK(um_json_parse(&back, text, strlen(text), "x", &err) == UM_OK);
    CHECK_NEAR(um_json_get_num(back, "third", 0), .333, 1e-15);
    CHECK(um_json_get_int(back, "bad", 7) == 7);
    um_json_free(&back);
    free(text);
    um_json_free(&o);
    CHECK(um_json_parse(&back, "{\"a\":1,\"a\":2}", 13, "x.json", &err) == UM_EFORMAT &&
          strstr(err.text, "x.json"));
    um_json *bad = um_json_object();
    um_json_set(bad, "child", NULL);
    CHECK(um_json_text(&text, bad, 0, &err) == UM_ENOMEM);
    um_json_free(&bad);
    /* nor does an array lose an element in silence, whether it has room or not */
    for (int n = 0; n < 20; n++) {
        um_json *whole = um_json_object(), *list = um_json_array();
        for (int i = 0; i < n; i++)
            um_json_add_num(list, i, 3);
        um_json_set(whole, "list", list);
        CHECK(um_json_text(&text, whole, 0, &err) == UM_OK);
        free(text);
        um_json_add(list, NULL);
        CHECK(um_json_text(&text, whole, 0, &err) == UM_ENOMEM);
        um_json_free(&whole);
    }
}

/* The examples of FIPS 180 (NIST, SHA256 example values) and the empty message. */
static void test_sha256(void)
{
    char hex[65], by_pieces[65];
    um_sha256_hex(hex, "", 0);
    CHECK(!strcmp(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    um_sha256_hex(hex, "abc", 3);
    CHECK(!strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    um_sha256_hex(hex, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56);
    CHECK(!strcmp(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    char *million = malloc(1000000);
    memset(million, 'a', 1000000);
    um_sha256_hex(hex, million, 1000000);
    CHECK(!strcmp(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    um_sha256 s;
    um_sha256_init(&s);
    for (size_t at = 0, step = 1; at < 1000000; at += step, step = step % 131 + 1)
        um_sha256_add(&s, million + at, step < 1000000 - at ? step : 1000000 - at);
    um_sha256_end(&s, by_pieces);
    CHECK(!strcmp(hex, by_pieces));
    free(million);
}

int main(void)
{
    test_sha256();
    test_buffer_stops_at_its_maximum();
    test_arrays_grow_from_any_capacity();
    test_sizes_that_overflow_are_refused();
    test_files_are_whole_or_absent();
    test_temporary_files();
    test_writers_of_one_file_do_not_meet();
    test_reasons();
    test_printable();
    test_utf8();
    test_json_writer();
    test_json();
    return check_done();
}
