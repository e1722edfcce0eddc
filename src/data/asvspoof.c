/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asvspoof.c: the protocols of ASVspoof: a line per recording, blanks between: SPEAKER FILE ... SYSTEM KEY
 * ..., with KEY bonafide or spoof. 2019: "LA_0079 LA_T_1138215 - A01 spoof"; 2021: "LA_0009 LA_E_9332881 alaw
 * ita_tx A07 spoof notrim progress"; 5: "T_4850 T_0000000000 F - - - AC3 A05 spoof -". */
#include "data/build.h"
#include "data/layouts.h"
#include "data/walk.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 512 << 20, WORDS = 16, PLACES = 64, LOOKED_INTO = 1000 };

typedef struct places {
    char *folder[PLACES]; /* which are called flac... near the protocol */
    int n;
    int looked_into; /* folders; 0: not yet any */
    int of[3];       /* which holds the recordings of each split; -1 not yet looked for */
} places;

static const char split_letters[] = "TDE";

/* Folders flac* in `folder`, and one level below it. */
static um_status find(places *p, const char *folder, bool below, um_error *err)
{
    struct dirent **entry;
    um_status st = UM_OK;
    if (p->looked_into++ >= LOOKED_INTO) /* a protocol that lies where much else does */
        return UM_OK;
    const int n = scandir(folder, &entry, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const bool named = !strncmp(entry[i]->d_name, "flac", 4);
        char *path = NULL;
        if (st == UM_OK && *entry[i]->d_name != '.' && (named || below) && p->n < PLACES &&
            !(path = um_path(folder, entry[i]->d_name)))
            st = um_fail_oom(err);
        if (path && named) {
            p->folder[p->n++] = path;
            path = NULL;
        } else if (path) {
            st = find(p, path, false, err);
        }
        free(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return st;
}

/* Around the protocol: beside it, and from one and two folders above. */
static um_status find_all(places *p, const char *protocol, um_error *err)
{
    um_buf b;
    const char *slash = strrchr(protocol, '/');
    um_status st = UM_OK;
    um_buf_init(&b, 1 << 16);
    um_buf_add(&b, slash ? protocol : ".", slash ? (size_t)(slash - protocol) + 1 : 1);
    for (int up = 0; up < 3 && st == UM_OK; up++) {
        st = b.broken ? um_fail_oom(err) : find(p, b.data, true, err);
        um_buf_text(&b, "/..");
    }
    um_buf_free(&b);
    for (int i = 0; i < 3; i++)
        p->of[i] = -1;
    return st;
}

/* The folder with this recording; that of the first of its split is taken for all. */
static const char *folder_of(places *p, int split, const char *file)
{
    if (split >= 0 && p->of[split] >= 0)
        return p->folder[p->of[split]];
    for (int i = 0; i < p->n; i++)
        if (um_exists(p->folder[i], file)) {
            if (split >= 0)
                p->of[split] = i;
            return p->folder[i];
        }
    return "flac"; /* it will be missed when it is to be read */
}

static um_status add(um_dataset *set, places *p, char *const *word, int n, const char *where, size_t line,
                     um_error *err)
{
    um_example x = {.source = "ASVspoof", .kind = "speech"};
    char file[300];
    int key = 2;
    while (key < n && strcmp(word[key], "bonafide") != 0 && strcmp(word[key], "spoof") != 0)
        key++;
    /* 2021 says bonafide of the system, too */
    if (key + 1 < n && (!strcmp(word[key + 1], "bonafide") || !strcmp(word[key + 1], "spoof")))
        key++;
    if (key == n || key < 3 || strchr(word[1], '/') ||
        (size_t)snprintf(file, sizeof file, "%s.flac", word[1]) >= sizeof file)
        return um_fail(err, UM_EFORMAT, "%s: line %zu: no line of an ASVspoof protocol", where, line);
    um_label_from(&x.label, word[key]);
    x.name = file;
    x.group = word[0];
    if (x.label == UM_LABEL_FAKE) {
        x.kind = "";
        x.generator = word[key - 1];
    }
    for (int i = 2; i < key - 1 && i < 5 && !x.quality;
         i++) /* what is longer than a sex or a dash is a codec */
        if (word[i][0] && word[i][1])
            x.quality = word[i];
    const char *bar = strrchr(word[1], '_');
    const char *letter = bar && bar > word[1] ? strchr(split_letters, bar[-1]) : NULL;
    const int split = letter ? (int)(letter - split_letters) : -1;
    x.split = split < 0 ? UM_SPLIT_NONE : (um_split[]){UM_SPLIT_TRAIN, UM_SPLIT_DEV, UM_SPLIT_TEST}[split];
    um_status st = p->looked_into ? UM_OK : find_all(p, where, err);
    return st < 0 ? st : um_dataset_add(set, folder_of(p, split, file), &x, err);
}

um_status um_dataset_read_asvspoof(um_dataset *set, const char *path, um_error *err)
{
    char *text = NULL, *rest;
    size_t n, line = 0;
    places p = {.n = 0};
    um_status st = um_file_read(&text, &n, path, MOST, err);
    if (st == UM_OK)
        st = um_dataset_note_list(set, path, err);
    rest = text;
    for (char *at; st == UM_OK && (at = strsep(&rest, "\n"));) {
        char *word[WORDS];
        int words = 0;
        line++;
        for (char *w; (w = strsep(&at, " \t\r"));)
            if (*w && words < WORDS)
                word[words++] = w;
        if (words)
            st = add(set, &p, word, words, path, line, err);
    }
    for (int i = 0; i < p.n; i++)
        free(p.folder[i]);
    free(text);
    return st;
}
