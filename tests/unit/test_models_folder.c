/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that are added, listed and removed: all or nothing. */
#include "base/base.h"
#include "detector_models.h"
#include <dirent.h>
#include <unmask/models.h>

static char place[64], models[96];

static int entries(const char *folder)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    if (d)
        closedir(d);
    return d ? n : -1;
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK(um_file_write(path, text, strlen(text), NULL) == UM_OK);
}

static void drop(const char *folder, const char *const *names)
{
    char path[256];
    for (; *names; names++) {
        snprintf(path, sizeof path, "%s/%s", folder, *names);
        unlink(path);
    }
    rmdir(folder);
}

static void good(void)
{
    um_error err = {0};
    char *text = NULL, path[256];
    const char *name = strrchr(detector_dir, '/') + 1;
    put(detector_dir, "secret.key", "not a network");
    CHECK(um_models_add(models, detector_dir, &err) == UM_OK);
    CHECK(entries(models) == 1);
    snprintf(path, sizeof path, "%s/%s/secret.key", models, name);
    CHECK(access(path, F_OK) != 0);
    CHECK(um_models_list(&text, models, &err) == UM_OK);
    CHECK(text && strstr(text, "voice_generated\tuntrained voice\t\t") && strstr(text, "built in"));
    CHECK(text && strstr(text, "untrained voice") < strstr(text, "unmask_voice"));
    free(text);
    CHECK(um_models_add(models, detector_dir, &err) == UM_EINVAL && strstr(err.text, "already"));
    CHECK(um_models_remove(models, name, &err) == UM_OK && entries(models) == 0);
    CHECK(um_models_remove(models, name, &err) == UM_EINVAL);
    CHECK(um_models_remove(models, "..", &err) == UM_EINVAL &&
          um_models_remove(models, "a/b", &err) == UM_EINVAL);
    snprintf(path, sizeof path, "%s/secret.key", detector_dir);
    unlink(path);
}

/* Nothing of it stays behind. */
static void bad(void)
{
    um_error err = {0};
    char folder[96];
    snprintf(folder, sizeof folder, "%s/broken", place);
    CHECK(mkdir(folder, 0777) == 0);
    CHECK(um_models_add(models, folder, &err) == UM_EFORMAT && strstr(err.text, "no network"));
    put(folder, "a.json", "{\"unmask_manifest\": 1, \"role\": \"voice_generated\"}");
    CHECK(um_models_add(models, folder, &err) < 0);
    put(folder, "a.json",
        "{\"unmask_manifest\": 1, \"role\": \"anything\", \"name\": \"a\", \"model\": \"a.net\"}");
    put(folder, "a.net", "unmask-network 1 a\nx = nonsense 3\n");
    CHECK(um_models_add(models, folder, &err) < 0);
    CHECK(entries(models) == 0);
    CHECK(um_models_add(models, "/tmp/unmask-there-is-no-such", &err) == UM_EIO);
    drop(folder, (const char *const[]){"a.json", "a.net", NULL});
}

int main(void)
{
    um_network_store *store = detector_models(NULL);
    um_network_store_free(&store);
    snprintf(place, sizeof place, "/tmp/unmask-models-XXXXXX");
    CHECK(mkdtemp(place) != NULL);
    snprintf(models, sizeof models, "%s/deep/models", place);
    good();
    bad();
    rmdir(models);
    snprintf(models, sizeof models, "%s/deep", place);
    rmdir(models);
    CHECK(rmdir(place) == 0);
    detector_models_remove();
    return check_done();
}
