/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A digest is remembered as long as nobody changed the file, and not a moment longer. */
#include "../check.h"
#include "base/base.h"
#include "evaluate/remember.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char dir[] = "/tmp/test_remember.XXXXXX", path[80];
static um_cache *cache;

static bool digest_is(const char *bytes)
{
    um_input *in;
    char hex[UM_SHA256_HEX + 1], expected[UM_SHA256_HEX + 1];
    um_error err = {0};
    CHECK(um_sha256_hex(expected, bytes, strlen(bytes)));
    CHECK(um_input_open(&in, path, &err) == UM_OK);
    CHECK(um_digest_remembered(hex, in, cache, &err) == UM_OK);
    um_input_free(&in);
    return !strcmp(hex, expected);
}

/* Its contents in place, its size and the time of the last change as before: only the inode's time tells. */
static void change_behind_its_back(const char *bytes)
{
    struct stat s;
    FILE *f = fopen(path, "r+");
    CHECK(f && stat(path, &s) == 0 && fwrite(bytes, 1, strlen(bytes), f) == strlen(bytes));
    fclose(f);
    const struct timespec as_before[2] = {s.st_atim, s.st_mtim};
    CHECK(utimensat(AT_FDCWD, path, as_before, 0) == 0);
}

static void wait_s(time_t s)
{
    nanosleep(&(struct timespec){s, 0}, NULL);
}

int main(void)
{
    char folder[80];
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/f", dir);
    snprintf(folder, sizeof folder, "%s/cache", dir);
    CHECK(um_text_write(path, "one", NULL) == UM_OK);
    CHECK(digest_is("one")); /* without a cache */
    CHECK(um_cache_open(&cache, folder, 1 << 20, NULL) == UM_OK);
    CHECK(digest_is("one") && um_cache_bytes(cache) == 0); /* too young to be remembered */
    wait_s(4);
    CHECK(digest_is("one") && um_cache_bytes(cache) > 0);
    CHECK(digest_is("one"));
    change_behind_its_back("two");
    CHECK(digest_is("two"));
    wait_s(4);
    CHECK(digest_is("two") && digest_is("two"));

    /* that it is not read: what the cache holds is believed */
    um_input *in;
    char key[UM_SHA256_HEX + 1], name[200], hex[UM_SHA256_HEX + 1], planted[UM_SHA256_HEX + 1];
    struct stat s;
    CHECK(stat(path, &s) == 0);
    snprintf(name, sizeof name, "%llu %llu %lld %lld.%09ld %lld.%09ld", (unsigned long long)s.st_dev,
             (unsigned long long)s.st_ino, (long long)s.st_size, (long long)s.st_mtim.tv_sec,
             s.st_mtim.tv_nsec, (long long)s.st_ctim.tv_sec, s.st_ctim.tv_nsec);
    CHECK(um_cache_key(key, name, "digest of a file 1") && um_sha256_hex(planted, "planted", 7));
    CHECK(um_cache_put(cache, key, planted, UM_SHA256_HEX, NULL) == UM_OK);
    CHECK(digest_is("planted"));
    /* but nothing that is no digest */
    CHECK(um_cache_put(cache, key, planted, UM_SHA256_HEX - 1, NULL) == UM_OK && digest_is("two"));

    CHECK(um_input_open(&in, path, NULL) == UM_OK);
    for (int i = 0;; i++) {
        um_alloc_fail_at(i);
        const um_status st = um_digest_remembered(hex, in, cache, NULL);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(st == UM_OK || (failed && st == UM_ENOMEM));
        if (!failed)
            break;
    }
    um_input_free(&in);
    um_cache_close(&cache);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
