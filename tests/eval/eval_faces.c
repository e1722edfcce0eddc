/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eval_faces.c: measures the face finder on annotated photos (see data/faces/README of the test data).
 *
 * usage: eval_faces DATA MODELS [train|test] [EVERY] [landmarks|detect|negatives]
 *   DATA    folder with helen_afw68, dlib_boxes, negatives_bsds
 *   EVERY   only every EVERY-th photo
 * The last word runs one part only. EVAL_SCORE sets the least score, EVAL_VERBOSE=1 lists mistakes.
 *
 * Landmarks: NME = mean distance of the 68 points over the distance of the outer eye corners, in percent,
 * from the annotated box. Detection: a face counts as found when the tight box of its 68 points overlaps the
 * annotated tight box by IoU 0.5 (helen_afw68), or its box the hand-drawn one by IoU 0.5 (dlib_boxes). Not
 * every face in helen_afw68 is annotated, so the precision there is a lower bound. Negatives hold no person.
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/unmask.h>

struct row {
    char file[64], split[8];
    um_rect box;
    bool has_points, found;
    um_point point[68];
};

static struct row *read_rows(const char *path, int *n)
{
    FILE *f = fopen(path, "r");
    static char line[16384];
    struct row *rows = NULL;
    *n = 0;
    if (!f) {
        perror(path);
        exit(1);
    }
    for (bool head = true; fgets(line, sizeof line, f); head = false) {
        if (head)
            continue;
        rows = realloc(rows, (size_t)(*n + 1) * sizeof *rows);
        struct row *r = &rows[(*n)++];
        memset(r, 0, sizeof *r);
        char *field = strtok(line, "\t\n");
        for (int i = 0; field; i++, field = strtok(NULL, "\t\n")) {
            float v = strtof(field, NULL);
            if (i == 0)
                snprintf(r->file, sizeof r->file, "%s", field);
            else if (i >= 3 && i <= 6)
                (&r->box.x)[i - 3] = v;
            else if (i == 7)
                snprintf(r->split, sizeof r->split, "%s", field);
            else if (i >= 9 && i < 9 + 136)
                (&r->point[0].x)[i - 9] = v, r->has_points = true;
        }
    }
    fclose(f);
    return rows;
}

static um_image *read_photo(const char *dir, const char *file)
{
    char path[4096];
    um_source *s = NULL;
    um_source_options opt = {.want = UM_WANT_RGB, .threads = 1};
    um_moment *m = NULL;
    um_image *out = NULL;
    um_error err = {0};
    snprintf(path, sizeof path, "%s/%s", dir, file);
    if (um_source_open(&s, path, &opt, &err) == UM_OK && um_source_next(&m, s, &err) == UM_OK && m->frame)
        out = um_image_ref(m->frame->rgb);
    else
        fprintf(stderr, "%s\n", err.text[0] ? err.text : "no picture inside");
    um_moment_free(&m);
    um_source_close(&s);
    return out;
}

static float iou(um_rect a, um_rect b)
{
    float w = fminf(a.x + a.w, b.x + b.w) - fmaxf(a.x, b.x),
          h = fminf(a.y + a.h, b.y + b.h) - fmaxf(a.y, b.y);
    float both = w > 0 && h > 0 ? w * h : 0;
    return both / (a.w * a.h + b.w * b.h - both);
}

static um_rect tight(const um_point *p)
{
    um_rect r = {p[0].x, p[0].y, p[0].x, p[0].y};
    for (int i = 1; i < 68; i++)
        r = (um_rect){fminf(r.x, p[i].x), fminf(r.y, p[i].y), fmaxf(r.w, p[i].x), fmaxf(r.h, p[i].y)};
    return (um_rect){r.x, r.y, r.w - r.x, r.h - r.y};
}

static double nme(const um_point *a, const um_point *b)
{
    double sum = 0;
    for (int i = 0; i < 68; i++)
        sum += hypot(a[i].x - b[i].x, a[i].y - b[i].y) / 68;
    return 100 * sum / hypot(b[36].x - b[45].x, b[36].y - b[45].y);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_errors(const char *what, double *v, int n)
{
    double sum = 0;
    int failed = 0;
    if (!n)
        return;
    qsort(v, (size_t)n, sizeof *v, by_value);
    for (int i = 0; i < n; i++) {
        sum += v[i];
        failed += v[i] > 10;
    }
    printf("%-34s n %4d  NME mean %.2f %%  median %.2f %%  90th %.2f %%  above 10 %%: %.1f %%\n", what, n,
           sum / n, v[n / 2], v[n * 9 / 10], 100.0 * failed / n);
}

static void annotated(um_face_finder *finder, const char *data, const char *set, const char *split, int every,
                      bool detect)
{
    char dir[4096], path[4200];
    int n, n_faces = 0, n_found = 0, n_seen = 0, n_right = 0, photos = 0, n_given = 0, n_through = 0;
    um_error err;
    snprintf(dir, sizeof dir, "%s/%s", data, set);
    snprintf(path, sizeof path, "%s/annotations.tsv", dir);
    struct row *rows = read_rows(path, &n);
    double *given = malloc((size_t)n * sizeof *given), *through = malloc((size_t)n * sizeof *through),
           spent = 0;
    for (int i = 0, last; i < n; i = last) {
        for (last = i + 1; last < n && !strcmp(rows[last].file, rows[i].file);)
            last++;
        if (split && strcmp(rows[i].split, split) != 0)
            continue;
        if (photos++ % every)
            continue;
        um_image *rgb = read_photo(dir, rows[i].file);
        um_faces faces = {0};
        if (!rgb)
            continue;
        for (int k = i; k < last; k++) {
            um_face face;
            if (!rows[k].has_points)
                continue;
            if (um_face_landmarks(finder, rgb, rows[k].box, &face, &err) == UM_OK)
                given[n_given++] = nme(face.points, rows[k].point);
        }
        if (!detect) {
            um_image_free(&rgb);
            continue;
        }
        double start = um_now_s();
        if (um_face_find(finder, rgb, &faces, &err) < 0)
            fprintf(stderr, "%s: %s\n", rows[i].file, err.text);
        spent += um_now_s() - start;
        n_seen += faces.n;
        for (int j = 0; j < faces.n; j++) {
            const um_face *f = &faces.face[j];
            struct row *best = NULL;
            float most = 0.5f;
            for (int k = i; k < last; k++) {
                float v = iou(rows[k].has_points && f->has_points ? tight(f->points) : f->box, rows[k].box);
                if (v >= most && !rows[k].found) {
                    most = v;
                    best = &rows[k];
                }
            }
            if (!best)
                continue;
            best->found = true;
            n_right++;
            if (best->has_points && f->has_points)
                through[n_through++] = nme(f->points, best->point);
        }
        for (int k = i; k < last; k++) {
            n_faces++;
            n_found += rows[k].found;
            if (!rows[k].found && getenv("EVAL_VERBOSE"))
                printf("missed %s %.0f,%.0f %.0fx%.0f (%d seen)\n", rows[k].file, rows[k].box.x,
                       rows[k].box.y, rows[k].box.w, rows[k].box.h, faces.n);
        }
        um_faces_clear(&faces);
        um_image_free(&rgb);
    }
    int looked = (photos + every - 1) / every;
    if (detect)
        printf(
            "%s%s%s: %d photos, %d annotated faces, recall %.2f %%, precision %.2f %% (%d seen), %.0f ms a "
            "photo\n",
            set, split ? " " : "", split ? split : "", looked, n_faces, 100.0 * n_found / n_faces,
            100.0 * n_right / (n_seen ? n_seen : 1), n_seen, 1e3 * spent / looked);
    print_errors("  landmarks, annotated box", given, n_given);
    print_errors("  landmarks, found faces", through, n_through);
    free(given);
    free(through);
    free(rows);
}

static void negatives(um_face_finder *finder, const char *data, int every)
{
    char dir[4096];
    int n = 0, seen = 0, alarms = 0;
    snprintf(dir, sizeof dir, "%s/negatives_bsds/images", data);
    struct dirent **names = NULL;
    int count = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        um_faces faces = {0};
        um_error err;
        if (*names[i]->d_name != '.' && n++ % every == 0) {
            um_image *rgb = read_photo(dir, names[i]->d_name);
            seen += rgb != NULL;
            if (rgb && um_face_find(finder, rgb, &faces, &err) == UM_OK) {
                alarms += faces.n;
                for (int k = 0; k < faces.n && getenv("EVAL_VERBOSE"); k++)
                    printf("alarm %s %.2f %.0f,%.0f %.0fx%.0f vis %.2f\n", names[i]->d_name,
                           faces.face[k].score, faces.face[k].box.x, faces.face[k].box.y, faces.face[k].box.w,
                           faces.face[k].box.h, faces.face[k].quality.visible);
            }
            um_faces_clear(&faces);
            um_image_free(&rgb);
        }
        free(names[i]);
    }
    free(names);
    printf("negatives_bsds: %d photos, %d false alarms, %.4f a photo\n", seen, alarms,
           seen ? (double)alarms / seen : 0);
}

int main(int argc, char **argv)
{
    um_face_finder *finder = NULL;
    um_error err;
    if (argc < 3) {
        fprintf(stderr, "usage: eval_faces DATA MODELS [train|test] [EVERY] [landmarks|detect|negatives]\n");
        return 2;
    }
    um_face_options opt = {.models_dir = argv[2],
                           .threads = 1,
                           .min_score = getenv("EVAL_SCORE") ? strtof(getenv("EVAL_SCORE"), NULL) : 0};
    int every = argc > 4 ? atoi(argv[4]) : 1;
    if (um_face_finder_new(&finder, &opt, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    const char *name, *sha;
    for (int i = 0; (name = um_face_finder_network(finder, i, NULL, &sha)); i++)
        printf("model %s %.12s\n", name, sha);
    const char *part = argc > 5 ? argv[5] : "";
    every = every > 0 ? every : 1;
    if (strcmp(part, "negatives") != 0)
        annotated(finder, argv[1], "helen_afw68", argc > 3 ? argv[3] : "test", every,
                  strcmp(part, "landmarks") != 0);
    if (!*part || !strcmp(part, "detect"))
        annotated(finder, argv[1], "dlib_boxes", NULL, 1, true);
    if (!*part || !strcmp(part, "negatives"))
        negatives(finder, argv[1], every);
    um_face_finder_free(&finder);
    return 0;
}
