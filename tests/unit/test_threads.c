/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has threads of its own, for ThreadSanitizer: the source that decodes ahead, read by several at once,
 * left early. */
#include "../check.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <unmask/unmask.h>

enum { FRAMES = 50, READERS = 3 };
static char path[64];

static void make_clip(void)
{
    um_error err = {0};
    um_writer *w = NULL;
    um_image *image = NULL;
    float tone[1600] = {0};
    um_writer_options opt = {.width = 160, .height = 120, .fps = 30, .rate_hz = 48000, .channels = 1};
    CHECK(um_writer_open(&w, path, &opt, &err) == UM_OK &&
          um_image_new(&image, 160, 120, UM_RGB24, &err) == UM_OK);
    for (int i = 0; i < FRAMES; i++) {
        memset(image->data, 5 * i, (size_t)image->stride * 120);
        CHECK(um_writer_frame(w, image, i / 30., &err) == UM_OK &&
              um_writer_sound(w, tone, 1600, &err) == UM_OK);
    }
    CHECK(um_writer_finish(w, &err) == UM_OK);
    um_writer_close(&w);
    um_image_free(&image);
}

/* Reads up to `most` pictures, keeps each moment a little longer than the next, and returns how many there
 * were. */
static int64_t read_some(int most)
{
    um_error err = {0};
    um_source *source = NULL;
    um_source_options opt = {.want = UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_SOUND, .threads = 2};
    um_moment *kept = NULL, *m = NULL;
    int64_t n = 0;
    if (um_source_open(&source, path, &opt, &err) < 0)
        return -1;
    while (n < most && um_source_next(&m, source, &err) == UM_OK) {
        n += m->frame != NULL;
        um_moment_free(&kept);
        kept = m;
    }
    um_source_close(&source);
    um_moment_free(&kept); /* outlives its source */
    return n;
}

static void *reader(void *result)
{
    *(int64_t *)result = read_some(1000);
    return NULL;
}

int main(void)
{
    pthread_t thread[READERS];
    int64_t n[READERS] = {0};
    snprintf(path, sizeof path, "/tmp/unmask-threads-%d.mp4", (int)getpid());
    make_clip();
    for (int most = 0; most < 12; most++)
        CHECK(read_some(most) == most);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_create(&thread[i], NULL, reader, &n[i]) == 0);
    for (int i = 0; i < READERS; i++) {
        CHECK(pthread_join(thread[i], NULL) == 0);
        CHECK(n[i] == FRAMES);
    }
    unlink(path);
    return check_done();
}
