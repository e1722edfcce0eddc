/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dfdc.c: the Deepfake Detection Challenge (Dolhansky et al., 2020): parts, each with a metadata.json that
 * says of every video its label and which one it was made from. */
#include "base/json.h"
#include "data/build.h"
#include "data/layouts.h"
#include "data/walk.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 256 << 20 };

static um_status label(um_label *out, const um_json *about, const char *key, const char *file,
                       const char *name, um_error *err)
{
    char shown[80];
    if (um_label_from(out, um_json_get_text(about, key, "")))
        return UM_OK;
    return um_fail(err, UM_EFORMAT, "%s: %s of %s is neither REAL nor FAKE", file, key,
                   um_printable(shown, sizeof shown, name));
}

typedef struct reader {
    um_dataset *set;
    const char *folder, *part,
        *file; /* of the set, of the part in it ("": itself), the metadata's whole path */
} reader;

static um_status add(void *user, const char *name, const um_json *about, um_error *err)
{
    const reader *r = user;
    const char *file = r->file;
    um_example x = {.source = "DFDC"};
    char shown[80];
    um_status st = label(&x.label, about, "label", file, name, err);
    if (st == UM_OK)
        st = label(&x.audio, about, "audio_label", file, name, err);
    if (st == UM_OK)
        st = label(&x.video, about, "video_label", file, name, err);
    if (st < 0)
        return st;
    if (x.label == UM_LABEL_UNSAID || strchr(name, '/'))
        return um_fail(err, UM_EFORMAT, "%s: %s has no label or is no name of a file", file,
                       um_printable(shown, sizeof shown, name));
    if (!um_split_from(&x.split, um_json_get_text(about, "split", "")))
        return um_fail(err, UM_EFORMAT, "%s: the split of %s is none of train, dev, test", file,
                       um_printable(shown, sizeof shown, name));
    const char *original = um_json_get_text(about, "original", "");
    x.pair_id = x.group = *original ? original : name;
    char *below = *r->part ? um_path(r->part, name) : um_strdup(name);
    if (!below)
        return um_fail_oom(err);
    x.name = below;
    st = um_dataset_add(r->set, r->folder, &x, err);
    free(below);
    return st;
}

static um_status read_part(um_dataset *set, const char *folder, const char *part, um_error *err)
{
    um_json *json = NULL;
    char *below = *part ? um_path(part, "metadata.json") : um_strdup("metadata.json");
    char *file = below ? um_path(folder, below) : NULL;
    um_status st = file ? um_json_read(&json, file, MOST, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = um_dataset_note_list(set, file, err);
    if (st == UM_OK)
        st = um_json_each(json, add, &(reader){set, folder, part, file}, err);
    um_json_free(&json);
    free(file);
    free(below);
    return st;
}

/* Calls for each part, in the order of their names; 0 when there are none. */
static um_status parts(int *n, um_dataset *set, const char *folder, um_error *err)
{
    struct dirent **entry;
    um_status st = UM_OK;
    const int entries = scandir(folder, &entry, NULL, alphasort);
    *n = 0;
    for (int i = 0; i < entries; i++) {
        char *part = *entry[i]->d_name == '.' ? NULL : um_path(folder, entry[i]->d_name);
        if (part && st == UM_OK && um_exists(part, "metadata.json")) {
            ++*n;
            if (set)
                st = read_part(set, folder, entry[i]->d_name, err);
        }
        free(part);
        free(entry[i]);
    }
    if (entries >= 0)
        free(entry);
    return st;
}

bool um_dataset_is_dfdc(const char *path)
{
    int n;
    return um_exists(path, "metadata.json") || (parts(&n, NULL, path, NULL) == UM_OK && n > 0);
}

um_status um_dataset_read_dfdc(um_dataset *set, const char *path, um_error *err)
{
    int n;
    um_status st = um_exists(path, "metadata.json") ? read_part(set, path, "", err) : UM_OK;
    return st < 0 ? st : parts(&n, set, path, err);
}
