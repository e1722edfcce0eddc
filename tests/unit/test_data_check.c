/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaks that were planted are found, and nothing else is. */
#include "../check.h"
#include "av/sink/encode.h"
#include "data/check.h"
#include "data/picture_hash.h"
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
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
