/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folders.c: sets that say by the names of their folders what is in them. */
#include "data/build.h"
#include "data/layouts.h"
#include "data/walk.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PARTS = 16, NAME = 512 };

typedef struct reader {
    um_dataset *set;
    const char *folder;
} reader;

/* The folders of a name, and the file without its extension behind them. False when it is too deep or long.
 */
typedef struct parts {
    char text[NAME];
    char *part[PARTS];
    int n; /* folders; part[n] is the file */
} parts;

static bool split(parts *p, const char *name)
{
    *p = (parts){.n = -1};
    if ((size_t)snprintf(p->text, sizeof p->text, "%s", name) >= sizeof p->text)
        return false;
    char *rest = p->text;
    for (char *part; (part = strsep(&rest, "/"));) {
        if (p->n + 1 == PARTS)
            return false;
        p->part[++p->n] = part;
    }
    char *dot = strrchr(p->part[p->n], '.');
    if (dot)
        *dot = 0;
    return true;
}

/* --- real/ and fake/ --- */

static um_status add_folder(void *user, const char *name, um_error *err)
{
    reader *r = user;
    parts p;
    um_example x = {.name = name};
    if (!split(&p, name))
        return UM_OK;
    for (int i = 0; i < p.n; i++) {
        const bool real = !strcasecmp(p.part[i], "real"), fake = !strcasecmp(p.part[i], "fake");
        um_split division;
        if (real || fake) {
            x.label = real ? UM_LABEL_REAL : UM_LABEL_FAKE;
            x.generator = fake && i + 1 < p.n ? p.part[i + 1] : "";
        } else if (*p.part[i] && um_split_from(&division, p.part[i])) {
            x.split = division;
        }
    }
    return x.label == UM_LABEL_UNSAID ? UM_OK : um_dataset_add(r->set, r->folder, &x, err);
}

um_status um_dataset_read_folders(um_dataset *set, const char *path, um_error *err)
{
    reader r = {set, path};
    um_status st = um_walk(path, add_folder, &r, err);
    if (st == UM_OK && !um_dataset_count(set))
        st = um_fail(err, UM_EFORMAT,
                     "%s: no labels.csv, no folders real and fake with recordings, and no other known layout",
                     path);
    return st;
}

/* --- FaceForensics++ --- */

/* Roessler et al., "FaceForensics++", 2019: KIND_sequences/METHOD/QUALITY/videos/TARGET_SOURCE.mp4. The
 * videos of a target and a source that were swapped both ways hang together, as in the published division. */
static um_status add_faceforensics(void *user, const char *name, um_error *err)
{
    static const char *const reenacted[] = {"Face2Face", "NeuralTextures"};
    reader *r = user;
    parts p;
    char pair[NAME], group[2 * NAME] = "";
    um_example x = {
        .name = name, .source = "FaceForensics++", .pair_id = pair, .group = group, .kind = "video"};
    if (!split(&p, name) || p.n != 4 || strcmp(p.part[3], "videos") != 0)
        return UM_OK;
    const char *method = p.part[1], *file = p.part[4];
    x.quality = p.part[2];
    x.label = !strcmp(p.part[0], "original_sequences")      ? UM_LABEL_REAL
              : !strcmp(p.part[0], "manipulated_sequences") ? UM_LABEL_FAKE
                                                            : UM_LABEL_UNSAID;
    if (x.label == UM_LABEL_UNSAID)
        return UM_OK;
    snprintf(pair, sizeof pair, "%s", file);
    if (x.label == UM_LABEL_FAKE) {
        x.generator = method;
        x.kind = "face-swap";
        for (size_t i = 0; i < sizeof reenacted / sizeof *reenacted; i++)
            if (!strcmp(method, reenacted[i]))
                x.kind = "reenactment";
        const char *bar = strchr(file, '_'), *scene = strstr(file, "__");
        const int target = bar ? (int)(bar - file) : 0;
        if (bar && scene && bar != scene) { /* DeepFakeDetection: TARGET_SOURCE__SCENE__WORD */
            const char *end = strstr(scene + 2, "__");
            snprintf(pair, sizeof pair, "%.*s%.*s", target, file,
                     end ? (int)(end - scene) : (int)strlen(scene), scene);
        } else if (bar) {
            const bool first = strncmp(file, bar + 1, (size_t)target) < 0;
            snprintf(pair, sizeof pair, "%.*s", target, file);
            if (first)
                snprintf(group, sizeof group, "%s", file);
            else
                snprintf(group, sizeof group, "%s_%s", bar + 1, pair);
        }
    }
    return um_dataset_add(r->set, r->folder, &x, err);
}

um_status um_dataset_read_faceforensics(um_dataset *set, const char *path, um_error *err)
{
    reader r = {set, path};
    return um_walk(path, add_faceforensics, &r, err);
}

/* --- Celeb-DF --- */

/* Li et al., "Celeb-DF", 2020: Celeb-real/idT_N.mp4, Celeb-synthesis/idT_idS_N.mp4, YouTube-real/N.mp4, and a
 * list of the videos to test on, "1 Celeb-real/id1_0003.mp4". */
typedef struct celeb {
    reader r;
    char **test; /* sorted */
    size_t n;
} celeb;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static um_status add_celeb(void *user, const char *name, um_error *err)
{
    celeb *c = user;
    parts p;
    char pair[NAME] = "", group[NAME] = "";
    um_example x = {.name = name, .source = "Celeb-DF", .pair_id = pair, .group = group, .kind = "video"};
    if (!split(&p, name) || p.n != 1)
        return UM_OK;
    const char *file = p.part[1], *bar = strchr(file, '_');
    if (!strcmp(p.part[0], "Celeb-synthesis")) {
        const char *last = strrchr(file, '_');
        x.label = UM_LABEL_FAKE;
        x.kind = "face-swap";
        x.generator = "Celeb-DF";
        if (bar)
            snprintf(pair, sizeof pair, "%.*s%s", (int)(bar - file), file, last);
    } else if (!strcmp(p.part[0], "Celeb-real") || !strcmp(p.part[0], "YouTube-real")) {
        x.label = UM_LABEL_REAL;
        if (bar)
            snprintf(pair, sizeof pair, "%s", file);
    } else {
        return UM_OK;
    }
    if (bar)
        snprintf(group, sizeof group, "%.*s", (int)(bar - file), file);
    if (c->n)
        x.split = bsearch(&name, c->test, c->n, sizeof *c->test, by_text) ? UM_SPLIT_TEST : UM_SPLIT_TRAIN;
    return um_dataset_add(c->r.set, c->r.folder, &x, err);
}

um_status um_dataset_read_celeb_df(um_dataset *set, const char *path, um_error *err)
{
    enum { LIST = 16 << 20 };
    celeb c = {.r = {set, path}};
    char *list = um_path(path, "List_of_testing_videos.txt"), *text = NULL, *rest = NULL;
    size_t n, capacity = 0;
    um_status st = list ? UM_OK : um_fail_oom(err);
    if (st == UM_OK && um_exists(path, "List_of_testing_videos.txt") &&
        (st = um_file_read(&text, &n, list, LIST, err)) == UM_OK)
        st = um_dataset_note_list(set, list, err);
    for (char *line = text ? strtok_r(text, "\r\n", &rest) : NULL; line && st == UM_OK;
         line = strtok_r(NULL, "\r\n", &rest)) {
        const size_t skip = strspn(line, "01 \t");
        if (!um_grow(&c.test, &capacity, c.n + 1, UM_DATASET_ROWS, sizeof *c.test))
            st = um_fail_oom(err);
        else
            c.test[c.n++] = line + skip;
    }
    if (st == UM_OK && c.n)
        qsort(c.test, c.n, sizeof *c.test, by_text);
    if (st == UM_OK)
        st = um_walk(path, add_celeb, &c, err);
    free(c.test);
    free(text);
    free(list);
    return st;
}
