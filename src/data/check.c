/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c: see check.h. */
#include "data/check.h"
#include "data/picture_hash.h"
#include "data/sound_hash.h"
#include "probe/hash.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Bits in which alike pictures differ; and beyond so many pictures, only those that differ in none. */
enum { ALIKE = 2, MOST_COMPARED = 100000, MOST_TEXT = 64 << 20 };
/* Share of bits in which copies of a sound differ, at most: between what copies (through MP3, Opus, 8 kHz,
 * another level) and what different recordings of train rows have (docs/data.md). And pairs that are
 * compared, at most: a few minutes. */
static const double SOUNDS_ALIKE = .33;
static const size_t MOST_PAIRS = (size_t)1 << 28;

typedef struct content {
    uint32_t example;
    char sha256[UM_SHA256_HEX + 1]; /* "": not read */
    uint64_t picture;
    bool has_picture;
    um_sound_hash *sound; /* NULL: none */
    char *failure;        /* NULL: none */
} content;

typedef struct job {
    const um_dataset *set;
    const um_check_options *opt;
    uint32_t *cluster;
    content *content; /* [examples] */
    um_buf out;
    size_t n_faults;
    pthread_mutex_t lock;
    size_t done;
    um_status st; /* under the lock, as the next */
    um_error err;
} job;

static void put_name(job *j, size_t i)
{
    char name[300];
    const um_example *x = um_dataset_at(j->set, i);
    um_buf_printf(&j->out, "%s", um_printable(name, sizeof name, x->name));
    if (x->split != UM_SPLIT_NONE)
        um_buf_printf(&j->out, " (%s)", um_split_name(x->split));
}

static void fault(job *j, size_t a, size_t b, const char *what)
{
    j->n_faults++;
    put_name(j, a);
    um_buf_text(&j->out, " and ");
    put_name(j, b);
    um_buf_printf(&j->out, " %s\n", what);
}

static bool parted(const um_dataset *set, size_t a, size_t b)
{
    return um_dataset_at(set, a)->split != um_dataset_at(set, b)->split;
}

/* A cluster is told once: by its first recording and the first that is in another split. */
static um_status check_clusters(job *j, um_error *err)
{
    const size_t n = um_dataset_count(j->set);
    size_t n_clusters;
    um_status st = um_dataset_clusters(j->cluster, &n_clusters, j->set, err);
    size_t *first = um_calloc(n_clusters, sizeof *first);
    bool *told = um_calloc(n_clusters, sizeof *told);
    if (st == UM_OK && (!first || !told))
        st = um_fail_oom(err);
    for (size_t i = n; i-- > 0 && st == UM_OK;)
        first[j->cluster[i]] = i;
    for (size_t i = 0; i < n && st == UM_OK; i++) {
        const uint32_t c = j->cluster[i];
        if (told[c] || !parted(j->set, first[c], i))
            continue;
        told[c] = true;
        fault(j, first[c], i, "hang together by group or pair, and are in different splits");
    }
    free(first);
    free(told);
    return st;
}

/* --- contents --- */

/* "picture-hash" or "-", a blank, the sound's or "-". */
static bool recall(content *c, um_cache *cache, const char *key)
{
    char *text = NULL;
    size_t n;
    if (um_cache_get(&text, &n, cache, key, NULL) != UM_OK)
        return false;
    char *sound = strchr(text, ' ');
    bool right = sound != NULL;
    if (right && (c->has_picture = *text != '-'))
        c->picture = strtoull(text, NULL, 16);
    if (right && strcmp(sound, " -") != 0) {
        c->sound = um_calloc(1, sizeof *c->sound);
        right = c->sound && um_sound_hash_read(c->sound, sound + 1);
        if (!right) {
            free(c->sound);
            c->sound = NULL;
        }
    }
    free(text);
    return right;
}

static um_status keep(const content *c, um_cache *cache, const char *key, um_error *err)
{
    char text[20 + UM_SOUND_HASH_TEXT] = "-";
    if (c->has_picture)
        snprintf(text, sizeof text, "%016llx", (unsigned long long)c->picture);
    strcat(text, " ");
    if (c->sound)
        um_sound_hash_text(text + strlen(text), c->sound);
    else
        strcat(text, "-");
    return um_cache_put(cache, key, text, strlen(text), err);
}

static um_status look_and_listen(content *c, const char *path, um_error *err)
{
    um_sound_hash sound = {0};
    um_status st = um_picture_hash_file(&c->picture, path, err);
    c->has_picture = st == UM_OK;
    if (st == UM_EOF)
        st = um_sound_hash_file(&sound, path, err);
    if (st == UM_OK && !c->has_picture) {
        if (!(c->sound = um_calloc(1, sizeof *c->sound)))
            return um_fail_oom(err);
        *c->sound = sound;
    }
    return st < 0 ? st : UM_OK;
}

static um_status read_content(content *c, const char *path, um_cache *cache, um_error *err)
{
    um_input *input;
    char key[UM_SHA256_HEX + 1];
    um_status st = um_input_open(&input, path, err);
    if (st < 0)
        return st;
    st = um_hash_now(c->sha256, input, NULL, NULL, err);
    um_input_free(&input);
    if (st < 0)
        return st;
    if (cache && !um_cache_key(key, c->sha256, "look and sound 1"))
        return um_fail_oom(err);
    if (cache && recall(c, cache, key))
        return UM_OK;
    st = look_and_listen(c, path, err);
    return st < 0 || !cache ? st : keep(c, cache, key, err);
}

static void part(void *context, int i)
{
    job *j = context;
    um_error err = {0};
    content *c = &j->content[i];
    pthread_mutex_lock(&j->lock);
    const bool stopped = j->st < 0;
    pthread_mutex_unlock(&j->lock);
    if (stopped)
        return;
    c->example = (uint32_t)i;
    um_status st = read_content(c, um_dataset_at(j->set, (size_t)i)->path, j->opt->cache, &err);
    if (st < 0 && st != UM_ENOMEM)
        st = (c->failure = um_strdup(err.text)) ? UM_OK : um_fail_oom(&err);
    pthread_mutex_lock(&j->lock);
    j->done++;
    if (st == UM_OK && j->opt->progress &&
        !j->opt->progress(j->opt->user, (double)j->done, (double)um_dataset_count(j->set)))
        st = um_fail(&err, UM_ECANCELLED, "stopped");
    if (st < 0 && j->st == UM_OK) {
        j->st = st;
        j->err = err;
    }
    pthread_mutex_unlock(&j->lock);
}

static int by_bytes(const void *a, const void *b)
{
    const content *p = a, *q = b;
    const int order = strcmp(p->sha256, q->sha256);
    return order ? order : (p->example > q->example) - (p->example < q->example);
}

static int by_look(const void *a, const void *b)
{
    const content *p = a, *q = b;
    return p->picture != q->picture ? (p->picture > q->picture) - (p->picture < q->picture)
                                    : (p->example > q->example) - (p->example < q->example);
}

static void check_bytes(job *j, size_t n)
{
    content *c = j->content;
    qsort(c, n, sizeof *c, by_bytes);
    for (size_t i = 1; i < n; i++) {
        if (!*c[i].sha256 || strcmp(c[i].sha256, c[i - 1].sha256) != 0)
            continue;
        const size_t a = c[i - 1].example, b = c[i].example;
        const bool labels = um_dataset_at(j->set, a)->label != um_dataset_at(j->set, b)->label;
        fault(j, a, b, labels ? "are the same file with different labels" : "are the same file");
    }
}

static bool are_alike(const job *j, const content *a, const content *b)
{
    return __builtin_popcountll(a->picture ^ b->picture) <= ALIKE && parted(j->set, a->example, b->example) &&
           j->cluster[a->example] != j->cluster[b->example] && strcmp(a->sha256, b->sha256) != 0;
}

/* Across splits only: a fake looks like the recording that it was made from. */
static void check_look(job *j, size_t n)
{
    content *c = j->content;
    size_t pictures = 0;
    for (size_t i = 0; i < n; i++)
        if (c[i].has_picture) {
            const content other = c[pictures]; /* all stay: their failures are owned */
            c[pictures++] = c[i];
            c[i] = other;
        }
    if (pictures)
        qsort(c, pictures, sizeof *c, by_look);
    for (size_t i = 0; i < pictures; i++)
        for (size_t k = i + 1; k < pictures && (pictures <= MOST_COMPARED || c[k].picture == c[i].picture);
             k++)
            if (are_alike(j, &c[i], &c[k]) && !j->out.broken)
                fault(j, c[i].example, c[k].example, "look the same, and are in different splits");
}

static int by_sound(const void *a, const void *b)
{
    const content *p = a, *q = b;
    const int n = p->sound ? p->sound->n : -1, m = q->sound ? q->sound->n : -1;
    return n != m ? n - m : (p->example > q->example) - (p->example < q->example);
}

/* Across splits only, as pictures; in the order of their lengths, since copies are as long. */
static void check_sound(job *j, size_t n)
{
    content *c = j->content;
    size_t pairs = 0;
    qsort(c, n, sizeof *c, by_sound);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1;
             k < n && c[i].sound && c[k].sound->n - c[i].sound->n <= UM_SOUND_SHIFTS && !j->out.broken; k++) {
            if (!parted(j->set, c[i].example, c[k].example) ||
                j->cluster[c[i].example] == j->cluster[c[k].example] || !strcmp(c[i].sha256, c[k].sha256))
                continue;
            if (++pairs > MOST_PAIRS) {
                um_buf_text(&j->out, "too many sounds: not all were compared\n");
                return;
            }
            if (um_sound_hash_distance(c[i].sound, c[k].sound) <= SOUNDS_ALIKE) {
                const bool turn = c[i].example > c[k].example;
                fault(j, c[turn ? k : i].example, c[turn ? i : k].example,
                      "sound the same, and are in different splits");
            }
        }
}

static um_status check_contents(job *j, um_error *err)
{
    const size_t n = um_dataset_count(j->set);
    if (!(j->content = um_calloc(n, sizeof *j->content)))
        return um_fail_oom(err);
    um_pool_run(j->opt->pool, part, j, (int)n);
    if (j->st < 0) {
        if (err)
            *err = j->err;
        return j->st;
    }
    for (size_t i = 0; i < n; i++)
        if (j->content[i].failure) {
            char line[400];
            j->n_faults++;
            um_buf_printf(&j->out, "%s\n", um_printable(line, sizeof line, j->content[i].failure));
        }
    if (n) {
        check_bytes(j, n);
        check_look(j, n);
        check_sound(j, n);
    }
    return UM_OK;
}

um_status um_dataset_check(char **out, size_t *n_faults, const um_dataset *set, const um_check_options *opt,
                           um_error *err)
{
    const size_t n = um_dataset_count(set);
    job j = {.set = set, .opt = opt, .cluster = um_calloc(n, sizeof *j.cluster)};
    *out = NULL;
    *n_faults = 0;
    um_buf_init(&j.out, MOST_TEXT);
    pthread_mutex_init(&j.lock, NULL);
    um_status st = j.cluster ? check_clusters(&j, err) : um_fail_oom(err);
    if (st == UM_OK && opt->contents)
        st = check_contents(&j, err);
    if (st == UM_OK && !(*out = um_buf_take(&j.out)))
        st = um_fail_oom(err);
    if (st == UM_OK)
        *n_faults = j.n_faults;
    for (size_t i = 0; i < n && j.content; i++) {
        free(j.content[i].failure);
        free(j.content[i].sound);
    }
    free(j.content);
    free(j.cluster);
    um_buf_free(&j.out);
    pthread_mutex_destroy(&j.lock);
    return st;
}
