/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_set.c: cutting faces, and the table of them. */
#include "face_set.h"
#include "faces/face_input.h"
#include "held_list.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/source.h>

static const double EVERY_S = .7, FIRST_S = .3; /* frames of a clip */
static const char PRODUCER[] = "training face 1";
enum { CACHE_GIB = 24, FILE_MOST = 1 << 29 };
enum { GROUP_MOST = 1600 }; /* faces: a larger group is drawn no more often */

typedef struct stored { /* an entry of the cache; the pixels follow, three bytes each */
    int32_t side;
    um_point points[UM_N_LANDMARKS];
} stored;

/* --- cutting --- */

static bool entry_key(char key[UM_SHA256_HEX + 1], const char *sha, int frame)
{
    char producer[64];
    snprintf(producer, sizeof producer, "%s frame %d", PRODUCER, frame);
    return um_cache_key(key, sha, producer);
}

static um_status store_face(um_cache *cache, const char *key, const um_image *rgb, const um_face *face,
                            um_error *err)
{
    um_square s;
    um_image *crop = NULL;
    um_status st = um_face_surroundings(&crop, &s, rgb, face, FACE_MARGIN, FACE_STORED, err);
    if (st < 0)
        return st;
    const int side = crop->width;
    const float c = cosf(s.angle_rad), t = sinf(s.angle_rad), scale = (float)side / s.side;
    const size_t bytes = sizeof(stored) + (size_t)(3 * side * side);
    stored *to = um_calloc(1, bytes);
    st = to ? UM_OK : um_fail_oom(err);
    if (st == UM_OK) {
        to->side = side;
        for (int i = 0; i < UM_N_LANDMARKS; i++) {
            const float x = face->points[i].x - s.centre.x, y = face->points[i].y - s.centre.y;
            to->points[i] = (um_point){(c * x + t * y) * scale + (float)side / 2 - .5f,
                                       (c * y - t * x) * scale + (float)side / 2 - .5f};
        }
        for (int y = 0; y < side; y++)
            memcpy((char *)(to + 1) + 3 * side * y, crop->data + y * crop->stride, (size_t)side * 3);
        st = um_cache_put(cache, key, to, bytes, err);
    }
    um_image_free(&crop);
    free(to);
    return st;
}

/* The largest face whose points are believed and large enough; NULL: none. */
static const um_face *choose(const um_faces *faces)
{
    for (int i = 0; i < faces->n; i++) {
        const um_face *f = &faces->face[i];
        if (um_face_is_clear(f, FACE_LEAST))
            return f;
    }
    return NULL;
}

static um_status cut(int *n, um_cache *cache, um_face_finder *finder, const char *path, const char *sha,
                     um_error *err)
{
    const um_source_options options = {
        .want = UM_WANT_RGB, .threads = 1, .max_s = FIRST_S + EVERY_S * FACES_OF_CLIP};
    um_source *source = NULL;
    um_moment *m;
    um_faces faces = {0};
    double next = -1;
    char key[UM_SHA256_HEX + 1];
    um_status st = um_source_open(&source, path, &options, err);
    *n = 0;
    while (st == UM_OK && *n < FACES_OF_CLIP && (st = um_source_next(&m, source, err)) == UM_OK) {
        if (next < 0)
            next = um_source_media(source)->is_photo ? 0 : FIRST_S;
        const um_face *face;
        if (m->frame && m->t_s >= next) {
            next = m->t_s + EVERY_S;
            st = um_face_find(finder, m->frame->rgb, &faces, err);
            if (st == UM_OK && (face = choose(&faces))) {
                st = entry_key(key, sha, *n) ? store_face(cache, key, m->frame->rgb, face, err)
                                             : um_fail_oom(err);
                *n += st == UM_OK;
            }
        }
        um_moment_free(&m);
    }
    um_faces_clear(&faces);
    um_source_close(&source);
    return st == UM_EOF ? UM_OK : st;
}

/* --- all files, on several threads --- */

typedef struct file_faces {
    const um_example *from;
    char sha[UM_SHA256_HEX + 1];
    int n; /* faces; -1: broken */
} file_faces;

typedef struct work {
    file_faces *file;
    int n;
    um_cache *cache;
    atomic_int next, cut;
} work;

static um_status look(file_faces *f, work *w, um_face_finder *finder, um_error *err)
{
    char key[UM_SHA256_HEX + 1], count[16], *bytes;
    size_t n;
    um_status st = um_file_read(&bytes, &n, f->from->path, FILE_MOST, err);
    if (st < 0)
        return st;
    bool ok = um_sha256_hex(f->sha, bytes, n);
    free(bytes);
    if (!ok || !um_cache_key(key, f->sha, PRODUCER))
        return um_fail_oom(err);
    if ((st = um_cache_get(&bytes, &n, w->cache, key, err)) == UM_OK) {
        f->n = um_clampi((int)strtol(bytes, NULL, 10), 0, FACES_OF_CLIP);
        free(bytes);
        return UM_OK;
    }
    int made = 0;
    if (st != UM_EOF || (st = cut(&made, w->cache, finder, f->from->path, f->sha, err)) < 0)
        return st;
    f->n = made;
    const int cut_now = atomic_fetch_add(&w->cut, 1);
    if (cut_now % 500 == 499)
        fprintf(stderr, "faces cut from %d files\n", cut_now + 1);
    return um_cache_put(w->cache, key, count, (size_t)snprintf(count, sizeof count, "%d", made), err);
}

static void *look_at_files(void *user)
{
    work *w = user;
    um_face_finder *finder = NULL;
    um_error err = {0};
    if (um_face_finder_new(&finder, &(um_face_options){.threads = 1, .min_side_px = 40}, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return NULL;
    }
    for (int i; (i = atomic_fetch_add(&w->next, 1)) < w->n;)
        if (look(&w->file[i], w, finder, &err) < 0) {
            w->file[i].n = -1;
            fprintf(stderr, "left out: %s\n", err.text);
        }
    um_face_finder_free(&finder);
    return NULL;
}

/* --- the table --- */

static bool is_kind(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (const char *p = list; n && *p; p += strcspn(p, "|"), p += strspn(p, "|"))
        if (strcspn(p, "|") == n && !strncmp(p, word, n))
            return true;
    return false;
}

static um_status add_items(face_set *set, const work *w, const char *held, um_error *err)
{
    for (int i = 0; i < w->n; i++) {
        set->broken += w->file[i].n < 0;
        for (int k = 0; k < w->file[i].n; k++) {
            if (!um_grow(&set->item, &set->capacity, (size_t)set->n + 1, (size_t)1 << 24, sizeof *set->item))
                return um_fail_oom(err);
            face_item *f = &set->item[set->n++];
            *f = (face_item){.from = w->file[i].from,
                             .frame = k,
                             .held = held_out(held, w->file[i].from->source),
                             .partner = -1};
            if (!entry_key(f->key, w->file[i].sha, k))
                return um_fail_oom(err);
        }
    }
    return UM_OK;
}

/* The real face of the same pair with the nearest number of its frame. */
static void find_partners(face_set *set)
{
    for (int i = 0; i < set->n; i++) {
        face_item *f = &set->item[i];
        if (f->from->label != UM_LABEL_FAKE || !*f->from->pair_id)
            continue;
        for (int k = 0; k < set->n && !(f->partner >= 0 && set->item[f->partner].frame == f->frame); k++) {
            const face_item *g = &set->item[k];
            if (g->from->label == UM_LABEL_REAL && g->held == f->held && g->frame <= f->frame &&
                !strcmp(g->from->pair_id, f->from->pair_id))
                f->partner = k;
        }
    }
}

static const char *group_name(const face_item *f)
{
    return f->from->label == UM_LABEL_REAL ? f->from->source : f->from->generator;
}

static const face_set *sorted; /* what `by_group` compares: qsort has no argument of its own */
static int by_group(const void *a, const void *b)
{
    const int i = *(const int *)a, k = *(const int *)b;
    const face_item *f = &sorted->item[i], *g = &sorted->item[k];
    const int order = f->from->label != g->from->label ? (f->from->label > g->from->label ? 1 : -1)
                                                       : strcmp(group_name(f), group_name(g));
    return order ? order : (i > k) - (i < k);
}

static um_status make_groups(face_set *set, const face_choice *choice, um_error *err)
{
    int n = 0;
    set->order = um_calloc((size_t)set->n + 1, sizeof *set->order);
    set->real = um_calloc((size_t)set->n + 1, sizeof *set->real);
    set->fake = um_calloc((size_t)set->n + 1, sizeof *set->fake);
    if (!set->order || !set->real || !set->fake)
        return um_fail_oom(err);
    for (int i = 0; i < set->n; i++)
        if (!set->item[i].held &&
            (set->item[i].from->label == UM_LABEL_REAL || set->item[i].partner >= 0 || choice->unpaired))
            set->order[n++] = i;
    sorted = set;
    qsort(set->order, (size_t)n, sizeof *set->order, by_group);
    for (int i = 0; i < n; i++) {
        const face_item *f = &set->item[set->order[i]];
        const bool fake = f->from->label == UM_LABEL_FAKE;
        face_group *groups = fake ? set->fake : set->real;
        int *count = fake ? &set->n_fake : &set->n_real;
        if (!*count || strcmp(groups[*count - 1].name, group_name(f)) != 0)
            groups[(*count)++] = (face_group){.name = group_name(f), .first = i};
        groups[*count - 1].n++;
    }
    for (int fake = 0; fake < 2; fake++) {
        double sum = 0;
        face_group *groups = fake ? set->fake : set->real;
        for (int i = 0; i < (fake ? set->n_fake : set->n_real); i++)
            groups[i].weight = sum += sqrt(groups[i].n < GROUP_MOST ? groups[i].n : GROUP_MOST);
    }
    return set->n_real ? UM_OK : um_fail(err, UM_EFORMAT, "no real face to train on");
}

um_status face_set_open(face_set *out, const char *const *lists, int n_lists, const char *folder,
                        const face_choice *choice, int threads, um_error *err)
{
    work w = {0};
    pthread_t thread[64];
    size_t capacity = 0;
    um_status st = UM_OK;
    memset(out, 0, sizeof *out);
    if (n_lists > FACE_LISTS)
        return um_fail(err, UM_EINVAL, "at most %d lists", FACE_LISTS);
    for (int i = 0; i < n_lists && st == UM_OK; i++)
        if ((st = um_dataset_open(&out->list[out->n_lists], lists[i], err)) == UM_OK) {
            um_dataset *set = out->list[out->n_lists++];
            if (*choice->where)
                st = um_dataset_filter(set, choice->where, err);
        }
    for (int i = 0; i < out->n_lists && st == UM_OK; i++)
        for (size_t k = 0; k < um_dataset_count(out->list[i]) && st == UM_OK; k++) {
            const um_example *e = um_dataset_at(out->list[i], k);
            if (e->split == UM_SPLIT_DEV || e->split == UM_SPLIT_TEST ||
                !(e->label == UM_LABEL_REAL ||
                  (e->label == UM_LABEL_FAKE && is_kind(choice->kinds, e->kind))))
                continue;
            if (um_grow(&w.file, &capacity, (size_t)w.n + 1, UM_DATASET_ROWS, sizeof *w.file))
                w.file[w.n++].from = e;
            else
                st = um_fail_oom(err);
        }
    if (st == UM_OK)
        st = um_cache_open(&out->cache, folder, (int64_t)CACHE_GIB << 30, err);
    w.cache = out->cache;
    int n = 0;
    threads = um_clampi(threads, 1, 64);
    while (st == UM_OK && n < threads && !pthread_create(&thread[n], NULL, look_at_files, &w))
        n++;
    if (st == UM_OK && !n)
        st = um_fail_oom(err);
    while (n > 0)
        pthread_join(thread[--n], NULL);
    if (st == UM_OK)
        st = add_items(out, &w, choice->held, err);
    free(w.file);
    if (st == UM_OK) {
        find_partners(out);
        st = make_groups(out, choice, err);
    }
    if (st < 0)
        face_set_close(out);
    return st;
}

void face_set_close(face_set *set)
{
    for (int i = 0; i < set->n_lists; i++)
        um_dataset_free(&set->list[i]);
    um_cache_close(&set->cache);
    free(set->item);
    free(set->order);
    free(set->real);
    free(set->fake);
    memset(set, 0, sizeof *set);
}

um_status face_set_read(face_picture *out, const face_set *set, int item, um_error *err)
{
    const face_item *f = &set->item[item];
    char *bytes = NULL;
    size_t n = 0;
    stored head = {0};
    memset(out, 0, sizeof *out);
    um_status st = um_cache_get(&bytes, &n, set->cache, f->key, err);
    if (st == UM_OK && n >= sizeof head)
        memcpy(&head, bytes, sizeof head);
    const int side = head.side;
    if (st == UM_EOF ||
        (st == UM_OK && (side < 16 || side > FACE_STORED || n != sizeof head + (size_t)(3 * side * side))))
        st = um_fail(err, UM_EIO, "%s: its face is not in the cache any more", f->from->path);
    if (st == UM_OK)
        st = um_image_new(&out->rgb, side, side, UM_RGB24, err);
    for (int y = 0; st == UM_OK && y < side; y++)
        memcpy(out->rgb->data + y * out->rgb->stride, bytes + sizeof head + (size_t)side * 3 * (size_t)y,
               (size_t)side * 3);
    memcpy(out->points, head.points, sizeof out->points);
    free(bytes);
    return st;
}

static int draw_of(const face_set *set, const face_group *group, rng *r)
{
    return set->order[group->first + rng_int(r, group->n)];
}

int face_set_draw(const face_set *set, bool fake, rng *r)
{
    const face_group *groups = fake ? set->fake : set->real;
    const int n = fake ? set->n_fake : set->n_real;
    if (!n)
        return -1;
    const double at = (double)rng_float(r, 0, 1) * groups[n - 1].weight;
    int i = 0;
    while (i < n - 1 && groups[i].weight <= at)
        i++;
    return draw_of(set, &groups[i], r);
}

int face_set_beside(const face_set *set, int fake, rng *r)
{
    const face_item *f = &set->item[fake];
    if (f->partner >= 0)
        return f->partner;
    for (int i = 0; i < set->n_real; i++)
        if (!strcmp(set->real[i].name, f->from->source))
            return draw_of(set, &set->real[i], r);
    return face_set_draw(set, false, r);
}
