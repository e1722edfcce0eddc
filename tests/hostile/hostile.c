/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostile.c [N [SEED]]: N damaged recordings made from real ones, each analysed in a process of its own.
 *
 * Passes when every one ends within LIMIT_S in a report (whole or partial) or in one clear line that names
 * the file: no crash, no sanitizer report, no hang, no more than LIMIT_MB of memory. Damage: truncated, bits
 * flipped, zero length, wrong extension, bytes of the header set to extremes (hostile dimensions, durations,
 * counts), blocks repeated, removed or exchanged. The sources are real files of every container in
 * UNMASK_TESTDATA; without it, skipped. */
#include "../check.h"
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <unmask/unmask.h>

enum { LIMIT_S = 60, LIMIT_MB = 3000 }; /* under ASan, which needs about three times the memory */

static const char *const sources[] = {
    "data/faces/videos/train/real/grid_03.mpg",
    "data/faces/videos/train/real/mead_3.mp4",
    "data/faces/videos/train/real/lia_4.mov",
    "data/faces/real_stills/open/o0001.jpg",
    "data/faces/videos/dfl_pairs/pair20.mp4",
    "data/audio/fsdd/real/0_george_7.flac",
    "data/audio/unit_resynth/fake/codec_p244_069_lpcnet.mp3",
    "data/faces/videos/train/real/vidtimit_1.mp4",
};

static uint64_t state;

static uint32_t below(uint32_t n) /* splitmix64 */
{
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ z >> 31) >> 32) % (n ? n : 1);
}

typedef struct blob {
    uint8_t *data;
    size_t n;
} blob;

static bool load(blob *b, const char *path)
{
    struct stat s;
    FILE *f = fopen(path, "rb");
    if (!f || fstat(fileno(f), &s) || !(b->data = malloc((size_t)s.st_size * 2 + 1))) {
        if (f)
            fclose(f);
        return false;
    }
    b->n = fread(b->data, 1, (size_t)s.st_size, f);
    fclose(f);
    return b->n > 0;
}

static const char *damage(blob *b)
{
    static const uint8_t extreme[][4] = {
        {255, 255, 255, 255}, {127, 255, 255, 255}, {0, 0, 0, 0}, {128, 0, 0, 0}, {0, 0, 0, 1}};
    uint32_t size = (uint32_t)b->n, a = below(size), len = 1 + below(size / 8 + 1), c;
    switch (below(8)) {
    case 0:
        b->n = below(size + 1);
        return "truncated";
    case 1:
        for (uint32_t i = 0, n = 1 + below(200); i < n; i++)
            b->data[below(size)] ^= (uint8_t)(1u << below(8));
        return "bits flipped";
    case 2:
        for (uint32_t i = 0, n = 1 + below(8); i < n; i++)
            b->data[below(size < 4096 ? size : 4096)] ^= (uint8_t)(1 + below(255));
        return "header bytes changed";
    case 3:
        for (uint32_t i = 0, n = 1 + below(6); i < n && size > 8; i++)
            memcpy(b->data + below((size < 2048 ? size : 2048) - 4), extreme[below(5)], 4);
        return "extremes in the header";
    case 4:
        for (uint32_t i = 0, n = 1 + below(6), tail = size < 65536 ? size : 65536; i < n && size > 8; i++)
            memcpy(b->data + size - tail + below(tail - 4), extreme[below(5)], 4);
        return "extremes in the index";
    case 5:
        len = len > size - a ? size - a : len;
        memmove(b->data + a, b->data + a + len, size - a - len);
        b->n -= len;
        return "block removed";
    case 6:
        len = len > size - a ? size - a : len;
        memmove(b->data + a + len, b->data + a, size - a);
        b->n += len;
        return "block repeated";
    default:
        c = below(size);
        len = len > size - a ? size - a : len;
        len = len > size - c ? size - c : len;
        for (uint32_t i = 0; i < len; i++) {
            uint8_t t = b->data[a + i];
            b->data[a + i] = b->data[c + i];
            b->data[c + i] = t;
        }
        return "blocks exchanged";
    }
}

enum outcome { WHOLE = 10, PARTIAL, REFUSED, UNCLEAR };

/* In the child: exits with an outcome. */
static void analyse(const char *path)
{
    um_error err = {0};
    um_analyzer *analyzer = NULL;
    um_results *results = NULL;
    char *json = NULL, *html = NULL, *text = NULL;
    um_analysis_options opt = {.threads = 2, .max_s = 20};
    alarm(LIMIT_S);
    int result = UNCLEAR;
    if (um_analyzer_new(&analyzer, &opt, &err) == UM_OK) {
        if (um_analyzer_run(&results, analyzer, path, &err) == UM_OK) {
            if (um_results_json(&json, results, true, &err) == UM_OK &&
                um_results_html(&html, results, NULL, &err) == UM_OK &&
                um_results_text(&text, results, 100, false, &err) == UM_OK)
                result = strstr(json, "\"truncated\": true") || strstr(json, "\"broken_frames\": 0") == NULL
                             ? PARTIAL
                             : WHOLE;
        } else if (strstr(err.text, "case") &&
                   !strchr(err.text, '\n')) { /* every file here is called case... */
            result = REFUSED;
        }
    }
    if (result == UNCLEAR)
        fprintf(stderr, "unclear: '%s'\n", err.text);
    free(json);
    free(html);
    free(text);
    um_results_free(&results);
    um_analyzer_free(&analyzer);
    exit(result);
}

int main(int argc, char **argv)
{
    const char *dir = check_testdata();
    um_media_quiet();
    int n = argc > 1 ? atoi(argv[1]) : 60, counts[UNCLEAR + 1] = {0};
    long worst_mb = 0;
    double worst_s = 0;
    char work[] = "/tmp/unmask-hostile-XXXXXX", path[4200];
    static const char *const extension[] = {"mp4", "jpg", "wav", "png", "mkv", "gif", "txt", "heic"};
    if (!dir)
        return CHECK_SKIP;
    unsetenv("UNMASK_MODELS"); /* the networks that are built in: every input is searched for faces */
    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    CHECK(mkdtemp(work) != NULL);
    for (int i = 0; i < n; i++) {
        blob b = {0};
        const char *source = sources[below(sizeof sources / sizeof *sources)], *what = "zero length";
        const char *ext = strrchr(source, '.') + 1;
        snprintf(path, sizeof path, "%s/%s", dir, source);
        if (!load(&b, path)) {
            fprintf(stderr, "cannot read %s\n", path);
            CHECK(false);
            break;
        }
        if (below(50) == 0)
            b.n = 0;
        else
            what = damage(&b);
        if (below(10) == 0)
            ext = extension[below(sizeof extension / sizeof *extension)];
        snprintf(path, sizeof path, "%s/case%d.%s", work, i, ext);
        FILE *f = fopen(path, "wb");
        CHECK(f && fwrite(b.data, 1, b.n, f) == b.n && fclose(f) == 0);
        free(b.data);

        struct timespec t0, t1;
        struct rusage use;
        int status;
        clock_gettime(CLOCK_MONOTONIC, &t0);
        pid_t child = fork();
        if (child == 0)
            analyse(path);
        CHECK(wait4(child, &status, 0, &use) == child);
        clock_gettime(CLOCK_MONOTONIC, &t1);
        double seconds = (double)(t1.tv_sec - t0.tv_sec) + 1e-9 * (double)(t1.tv_nsec - t0.tv_nsec);
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        worst_mb = use.ru_maxrss / 1024 > worst_mb ? use.ru_maxrss / 1024 : worst_mb;
        worst_s = seconds > worst_s ? seconds : worst_s;
        CHECK(use.ru_maxrss / 1024 < LIMIT_MB);
        if (code == WHOLE || code == PARTIAL || code == REFUSED) {
            check_n_passed++;
            counts[code]++;
            unlink(path);
        } else {
            check_n_failed++;
            fprintf(stderr, "%s (%s of %s): ended with %d after %.1f s; kept\n", path, what, source, code,
                    seconds);
        }
    }
    fprintf(
        stderr,
        "%d inputs: %d whole reports, %d partial, %d refused in one line; slowest %.1f s, largest %ld MB\n",
        n, counts[WHOLE], counts[PARTIAL], counts[REFUSED], worst_s, worst_mb);
    if (!check_n_failed)
        rmdir(work);
    return check_done();
}
