/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaks that were planted are found, and nothing else is. */
#include "../check.h"
#include "av/sink/encode.h"
#include "av/sink/recode_sound.h"
#include "base/random.h"
#include "data/check.h"
#include "data/picture_hash.h"
#include "data/sound_hash.h"
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/test_data_check.XXXXXX";

static void put(const char *name, const void *bytes, size_t n)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    CHECK(um_file_write(path, bytes, n, NULL) == UM_OK);
}

/* A gray picture of 90 x 80 pixels: 9 x 8 tiles whose levels follow from the seed; one pixel more
 * bright for another encoding of the same. */
enum { W = 90, H = 80 };
static um_image *picture(uint32_t seed)
{
    um_image *gray;
    CHECK(um_image_new(&gray, W, H, UM_GRAY8, NULL) == UM_OK);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            uint32_t h = (seed * 977u + (uint32_t)(y / 10 * 9 + x / 10)) * 2654435761u;
            gray->data[y * gray->stride + x] = (uint8_t)(40 + (h >> 24) / 2);
        }
    return gray;
}

static void put_picture(const char *name, uint32_t seed, int brighter)
{
    um_buf png;
    um_image *gray = picture(seed);
    gray->data[0] = (uint8_t)(gray->data[0] + brighter);
    um_buf_init(&png, 1 << 20);
    CHECK(um_image_encode(&png, gray, "png", 0, NULL) == UM_OK);
    put(name, png.data, png.n);
    um_buf_free(&png);
    um_image_free(&gray);
}

static void hash(void)
{
    uint64_t a, b;
    um_image *gray = picture(1);
    CHECK(um_picture_hash(&a, gray));
    /* the definition: the first bit is whether the first tile is darker than the second */
    CHECK(a >> 63 == (gray->data[0] < gray->data[10]) &&
          (a & 1) == (gray->data[79 * gray->stride + 79] < gray->data[79 * gray->stride + 80]));
    for (int y = 0; y < H; y++) /* darker: the same look */
        for (int x = 0; x < W; x++)
            gray->data[y * gray->stride + x] -= 30;
    CHECK(um_picture_hash(&b, gray) && a == b);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            gray->data[y * gray->stride + x] = (uint8_t)(100 + 4 * (x / 10 % 2)); /* a deviation of 2 */
    CHECK(!um_picture_hash(&b, gray));
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            gray->data[y * gray->stride + x] = (uint8_t)(100 + 12 * (x / 10 % 2)); /* nearly 6 */
    CHECK(um_picture_hash(&b, gray));
    um_image_free(&gray);
    CHECK(um_image_new(&gray, 8, 80, UM_GRAY8, NULL) == UM_OK && !um_picture_hash(&b, gray));
    um_image_free(&gray);
}

/* --- sounds --- */

enum { RATE = 16000, SECONDS = 5, SAMPLES = RATE * SECONDS };

/* Syllables of a fifth of a second: each a chord of six tones between 300 and 2000 Hz, drawn anew. */
static void babble(float *s, uint64_t seed, float level)
{
    double hz[6] = {0};
    for (int i = 0; i < SAMPLES; i++) {
        if (i % (RATE / 5) == 0)
            for (int k = 0; k < 6; k++)
                hz[k] = 300 + 1700 * (double)(um_random(&seed) >> 11) / 9007199254740992.;
        double v = 0;
        for (int k = 0; k < 6; k++)
            v += sin(2 * M_PI * hz[k] * i / RATE) / 6;
        s[i] = (float)(level * v);
    }
}

static void put_sound(const char *name, const float *s)
{
    static int16_t pcm[SAMPLES];
    um_buf b;
    const uint32_t head[] = {36 + sizeof pcm,     16, 1 | 1u << 16, RATE, 2 * RATE, 2 | 16u << 16,
                             (uint32_t)sizeof pcm};
    for (int i = 0; i < SAMPLES; i++)
        pcm[i] = (int16_t)lrintf(32767 * s[i]);
    um_buf_init(&b, 1 << 20);
    um_buf_add(&b, "RIFF", 4);
    um_buf_add(&b, head, 4);
    um_buf_add(&b, "WAVEfmt ", 8);
    um_buf_add(&b, head + 1, 20);
    um_buf_add(&b, "data", 4);
    um_buf_add(&b, head + 6, 4);
    um_buf_add(&b, pcm, sizeof pcm);
    put(name, b.data, b.n);
    um_buf_free(&b);
}

static char *check_cached(size_t *n, um_cache *cache)
{
    char path[300], *out = NULL;
    um_dataset *set;
    const um_check_options opt = {.contents = true, .cache = cache};
    snprintf(path, sizeof path, "%s/labels.csv", dir);
    CHECK(um_dataset_open(&set, path, NULL) == UM_OK);
    CHECK(um_dataset_check(&out, n, set, &opt, NULL) == UM_OK);
    um_dataset_free(&set);
    return out;
}

static void sounds(void)
{
    static const char labels[] = "path,label,group,split\n"
                                 "one.wav,real,,train\ncopy.wav,real,,dev\nother.wav,real,,dev\n"
                                 "quiet.wav,real,,dev\ntwin.wav,real,,train\n";
    static float s[SAMPLES];
    size_t n;
    char path[300];
    um_cache *cache;
    put("labels.csv", labels, strlen(labels));
    babble(s, 1, .8F);
    put_sound("one.wav", s);
    babble(s, 1, .3F);
    put_sound("twin.wav", s); /* in the same split: allowed */
    CHECK(um_sound_recode(s, SAMPLES, RATE, "libmp3lame", 64000, NULL) == UM_OK);
    put_sound("copy.wav", s);
    babble(s, 2, .8F);
    put_sound("other.wav", s);
    memset(s, 0, sizeof s);
    put_sound("quiet.wav", s);
    snprintf(path, sizeof path, "%s/cache", dir);
    CHECK(um_cache_open(&cache, path, 1 << 20, NULL) == UM_OK);
    char *first = check_cached(&n, cache), *again;
    CHECK(n == 2 &&
          strstr(first, "one.wav (train) and copy.wav (dev) sound the same, and are in different splits\n") &&
          strstr(first, "copy.wav (dev) and twin.wav (train) sound the same"));
    if (n != 2)
        fputs(first, stderr);
    again = check_cached(&n, cache); /* remembered */
    CHECK(n == 2 && !strcmp(first, again));
    free(first);
    free(again);
    um_cache_close(&cache);
}

static void sound_hash(void)
{
    static float s[SAMPLES];
    char text[UM_SOUND_HASH_TEXT], path[300];
    um_sound_hash a, b, later;
    babble(s, 3, .5F);
    CHECK(um_sound_hash_of(&a, s, SAMPLES, NULL) == UM_OK && a.n > 100);
    CHECK(um_sound_hash_distance(&a, &a) == 0);
    for (int i = 0; i < SAMPLES; i++)
        s[i] *= .25F; /* a power of two: the same bits */
    CHECK(um_sound_hash_of(&b, s, SAMPLES, NULL) == UM_OK && um_sound_hash_distance(&a, &b) == 0);
    CHECK(um_sound_hash_of(&later, s + 2 * 512, SAMPLES - 2 * 512, NULL) == UM_OK &&
          um_sound_hash_distance(&a, &later) == 0); /* two frames later */
    CHECK(um_sound_hash_of(&later, s + 4 * 512, SAMPLES - 4 * 512, NULL) == UM_OK &&
          um_sound_hash_distance(&a, &later) > 0);
    babble(s, 4, .5F);
    CHECK(um_sound_hash_of(&b, s, SAMPLES, NULL) == UM_OK);
    CHECK_NEAR(um_sound_hash_distance(&a, &b), .5, .5 - .33); /* another: beyond what is taken for a copy */
    CHECK(um_sound_hash_of(&b, s, SAMPLES / 2, NULL) == UM_OK && um_sound_hash_distance(&a, &b) == 1);
    CHECK(um_sound_hash_of(&b, s, 12287, NULL) == UM_EOF); /* 15 frames */
    CHECK(um_sound_hash_of(&b, s, 12288, NULL) == UM_OK && b.n == 16);
    um_sound_hash_text(text, &a);
    CHECK(um_sound_hash_read(&b, text) && b.n == a.n && !memcmp(a.bits, b.bits, sizeof a.bits) &&
          !memcmp(a.heard, b.heard, sizeof a.heard));
    CHECK(!um_sound_hash_read(&b, "") && !um_sound_hash_read(&b, "+0000000g") &&
          !um_sound_hash_read(&b, "*00000000"));
    snprintf(path, sizeof path, "%s/a.png", dir);
    CHECK(um_sound_hash_file(&b, path, NULL) == UM_EOF); /* a picture */
}

static char *check(bool contents, size_t *n)
{
    um_pool *pool;
    char path[300], *out = NULL;
    um_dataset *set;
    um_error err = {0};
    CHECK(um_pool_new(&pool, 3, NULL) == UM_OK);
    const um_check_options opt = {.contents = contents, .pool = pool};
    snprintf(path, sizeof path, "%s/labels.csv", dir);
    CHECK(um_dataset_open(&set, path, &err) == UM_OK);
    CHECK(um_dataset_check(&out, n, set, &opt, &err) == UM_OK);
    um_dataset_free(&set);
    um_pool_free(&pool);
    return out;
}

static void planted(void)
{
    static const char labels[] =
        "path,label,group,pair_id,split\n"
        "a.png,real,anna,,train\nb.png,fake,,p1,train\nc.png,real,anna,p1,dev\n"
        "d.png,real,,,train\ne.png,fake,,,train\nf.png,real,,,dev\ng.png,real,,,dev\n"
        "h.png,real,,,dev\nmissing.png,real,,,dev\n";
    size_t n;
    put("labels.csv", labels, strlen(labels));
    put_picture("a.png", 1, 0);
    put_picture("b.png", 1, 1); /* of the same cluster: no more than told */
    put_picture("c.png", 2, 0);
    put_picture("d.png", 3, 0);
    put_picture("e.png", 3, 0); /* the same file, another label */
    put_picture("f.png", 4, 0);
    put_picture("g.png", 4, 1); /* alike in the same split: allowed */
    put_picture("h.png", 3, 1); /* looks as d and e do, which are in train */
    char *out = check(false, &n);
    CHECK(n == 1 &&
          !strcmp(out, "a.png (train) and c.png (dev) hang together by group or pair, and are in different "
                       "splits\n"));
    free(out);
    out = check(true, &n);
    CHECK(n == 5 && strstr(out, "missing.png: cannot be opened"));
    CHECK(strstr(out, "d.png (train) and e.png (train) are the same file with different labels\n"));
    CHECK(strstr(out, "d.png (train) and h.png (dev) look the same, and are in different splits\n"));
    CHECK(strstr(out, "e.png (train) and h.png (dev) look the same"));
    if (n != 5)
        fputs(out, stderr);
    free(out);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    hash();
    planted();
    sound_hash();
    sounds();
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
