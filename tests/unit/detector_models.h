/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector_models.h: a folder with small networks, never trained, of every role that a signal asks. Included
 * once per test program, after signal_run.h. */
#ifndef UM_DETECTOR_MODELS_H
#define UM_DETECTOR_MODELS_H
#include "../check.h"
#include "signal_run.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char detector_dir[64];
static const char *const detector_files[][2] = {
    {"voice.net", "unmask-network 1 voice\n"
                  "sound = input 2 256 32\n"
                  "a = conv sound 4 k=5 s=4\n"
                  "mean = gap a\n"
                  "fake = linear mean 1 std=1\n"
                  "output fake\n"},
    {"voice.json",
     "{\"unmask_manifest\": 1, \"role\": \"voice_generated\", \"name\": \"untrained voice\", "
     "\"model\": \"voice.net\", \"input\": {\"sound\": \"log_power\", \"frames\": 32, \"bins\": "
     "256}, \"answer\": {\"type\": \"logit\", \"output\": \"fake\"}}"},
    {"coded.net", "unmask-network 1 coded\n"
                  "sound = input 2 256 40\n"
                  "a = conv sound 4 k=5 s=4\n"
                  "mean = gap a\n"
                  "opus = linear mean 1 std=.001\n" /* says neither */
                  "output opus\n"},
    {"coded.json",
     "{\"unmask_manifest\": 1, \"role\": \"voice_coded\", \"name\": \"untrained coded\", "
     "\"model\": \"coded.net\", \"input\": {\"sound\": \"log_power\", \"frames\": 40, \"bins\": "
     "256}, \"answer\": {\"type\": \"logit\", \"output\": \"opus\"}}"},
    {"face.net", "unmask-network 1 face\n"
                 "image = input 3 64 64\n"
                 "a = conv image 8 s=2\n"
                 "b = conv a 16 s=2\n"
                 "c = conv b 16 s=2\n"
                 "mean = gap c\n"
                 "score = linear mean 1 std=1\n"
                 "border = head c 1 std=1\n"
                 "output score border\n"},
    {"face.json",
     "{\"unmask_manifest\": 1, \"role\": \"face_manipulated\", \"name\": \"untrained face\", "
     "\"model\": \"face.net\", \"input\": {\"width\": 64, \"height\": 64, \"mean\": 127.5, \"scale\": "
     "0.0078, \"face\": {\"margin\": 1.4, \"around\": 1.75, \"most\": 100}}, \"answer\": {\"type\": "
     "\"logit\", \"output\": \"score\", \"map\": \"border\"}}"},
    {"generated.json",
     "{\"unmask_manifest\": 1, \"role\": \"face_generated\", \"name\": \"untrained generated\", "
     "\"model\": \"face.net\", \"input\": {\"width\": 64, \"height\": 64, \"mean\": 127.5, \"scale\": "
     "0.004, \"face\": {\"margin\": 1.4, \"around\": 1.75, \"most\": 100}}, \"answer\": {\"type\": "
     "\"logit\", \"output\": \"score\"}}"},
    {"person.net", "unmask-network 1 person\n"
                   "image = input 3 32 32\n"
                   "a = conv image 16 k=5 s=4\n"
                   "mean = gap a\n"
                   "who = linear mean 8 std=1\n"
                   "output who\n"},
    {"person.json",
     "{\"unmask_manifest\": 1, \"role\": \"face_embedding\", \"name\": \"untrained person\", \"model\": "
     "\"person.net\", \"input\": {\"width\": 32, \"height\": 32, \"mean\": 127.5, \"scale\": 0.0078}, "
     "\"output\": \"who\"}"},
};

static void detector_models_remove(void)
{
    char path[128];
    for (size_t i = 0; i < sizeof detector_files / sizeof *detector_files; i++) {
        snprintf(path, sizeof path, "%s/%s", detector_dir, detector_files[i][0]);
        unlink(path);
    }
    rmdir(detector_dir);
}

/* Signals that runner_begin begins find them from now on; the store is the caller's to free. */
static um_network_store *detector_models(um_pool *pool)
{
    char path[128];
    um_network_store *store = NULL;
    um_error err = {0};
    snprintf(detector_dir, sizeof detector_dir, "/tmp/unmask-detectors-XXXXXX");
    CHECK(mkdtemp(detector_dir) != NULL);
    for (size_t i = 0; i < sizeof detector_files / sizeof *detector_files; i++) {
        const char *text = detector_files[i][1];
        snprintf(path, sizeof path, "%s/%s", detector_dir, detector_files[i][0]);
        CHECK(um_file_write(path, text, strlen(text), NULL) == UM_OK);
    }
    CHECK(um_network_store_new(&store, detector_dir, pool, &err) == UM_OK);
    runner_lends = (um_resources){.pool = pool, .networks = store};
    return store;
}
#endif
