/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layouts of the field's sets, each as a small folder that looks like it. */
#include "../check.h"
#include "base/base.h"
#include "data/dataset.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_layouts.XXXXXX";

/* A file below `dir` with all its folders. */
static void put(const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    for (char *slash = path + strlen(dir) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0777);
        *slash = '/';
    }
    CHECK(um_text_write(path, text, NULL) == UM_OK);
}

static um_dataset *set;

static um_status open_set(const char *name, um_error *err)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    um_dataset_free(&set);
    return um_dataset_open(&set, path, err);
}

static void opens(const char *name, size_t n)
{
    um_error err = {0};
    CHECK(open_set(name, &err) == UM_OK && um_dataset_count(set) == n);
    if (*err.text)
        fprintf(stderr, "%s\n", err.text);
}

/* The files that describe the set; none is to be written. */
static bool lists(size_t n, const char *last)
{
    const char *list = NULL;
    for (size_t i = 0; i < n; i++)
        list = um_dataset_list(set, i);
    return list && !um_dataset_list(set, n) && strstr(list, last);
}

static void refuses(const char *name, const char *why)
{
    um_error err = {0};
    CHECK(open_set(name, &err) == UM_EFORMAT && !set && strstr(err.text, why));
}

/* The recording of this name, with its path where it should be, and "FIELD=VALUE" for each of the others. */
static bool is(const char *name, const char *const *expected)
{
    for (size_t i = 0; set && i < um_dataset_count(set); i++) {
        const um_example *x = um_dataset_at(set, i);
        if (strcmp(x->name, name) != 0)
            continue;
        bool good = true;
        for (; *expected; expected++) {
            char field[32];
            const char *value = strchr(*expected, '=') + 1;
            snprintf(field, sizeof field, "%.*s", (int)(value - 1 - *expected), *expected);
            if (strcmp(um_example_field(x, field), value) != 0) {
                fprintf(stderr, "%s: %s is '%s'\n", name, *expected, um_example_field(x, field));
                good = false;
            }
        }
        return good && access(x->path, F_OK) == 0;
    }
    return false;
}
#define IS(name, ...) CHECK(is(name, (const char *const[]){__VA_ARGS__, NULL}))

static void folders(void)
{
    put("plain/real/a.MP4", "");
    put("plain/real/notes.txt", "");
    put("plain/real/.hidden.mp4", "");
    put("plain/FAKE/tts/b.wav", "");
    put("plain/fake/c.png", "");
    put("plain/test/real/x/d.jpg", "");
    put("plain/other/e.jpg", "");
    char link[400];
    snprintf(link, sizeof link, "%s/plain/real/circle", dir);
    CHECK(symlink("..", link) == 0);
    opens("plain/", 4);
    IS("real/a.MP4", "label=real", "generator=", "split=");
    IS("FAKE/tts/b.wav", "label=fake", "generator=tts");
    IS("fake/c.png", "label=fake", "generator=");
    IS("test/real/x/d.jpg", "label=real", "split=test", "generator=");
    put("none/other/e.jpg", "");
    refuses("none", "no folders real and fake");
    um_error err;
    CHECK(open_set("missing", &err) == UM_EIO);
}

static void dfdc(void)
{
    put("dfdc/part_0/metadata.json",
        "{\"a.mp4\":{\"label\":\"FAKE\",\"split\":\"train\",\"original\":\"b.mp4\"},"
        "\"b.mp4\":{\"label\":\"REAL\",\"split\":\"train\",\"original\":null,\"audio_label\":\"REAL\"}}");
    put("dfdc/part_0/a.mp4", "");
    put("dfdc/part_0/b.mp4", "");
    put("dfdc/part_1/metadata.json",
        "{\"c.mp4\":{\"label\":\"FAKE\",\"split\":\"test\",\"original\":\"b.mp4\"}}");
    put("dfdc/part_1/c.mp4", "");
    opens("dfdc", 3);
    CHECK(lists(2, "dfdc/part_1/metadata.json"));
    IS("part_0/a.mp4", "label=fake", "pair_id=b.mp4", "group=b.mp4", "split=train", "source=DFDC");
    IS("part_0/b.mp4", "label=real", "pair_id=b.mp4", "audio_label=real", "video_label=");
    IS("part_1/c.mp4", "label=fake", "pair_id=b.mp4", "split=test");
    opens("dfdc/part_1", 1);
    IS("c.mp4", "label=fake");
    put("bad/metadata.json", "{\"c.mp4\":{\"label\":\"MAYBE\"}}");
    refuses("bad", "metadata.json: label of c.mp4");
    put("bad/metadata.json", "{\"../c.mp4\":{\"label\":\"REAL\"}}");
    refuses("bad", "no name of a file");
    put("bad/metadata.json", "{\"c.mp4\":{}}");
    refuses("bad", "no label");
    put("bad/metadata.json", "{\"c.mp4\":{\"label\":\"REAL\",\"split\":\"tset\"}}");
    refuses("bad", "the split of c.mp4");
    put("bad/metadata.json", "{\"c.mp4\":");
    refuses("bad", "line 1");
}

static void faceforensics(void)
{
    put("ff/original_sequences/youtube/c23/videos/003.mp4", "");
    put("ff/original_sequences/actors/raw/videos/01__talk.mp4", "");
    put("ff/manipulated_sequences/Deepfakes/c23/videos/003_000.mp4", "");
    put("ff/manipulated_sequences/Face2Face/c40/videos/000_003.mp4", "");
    put("ff/manipulated_sequences/Deepfakes/c23/masks/003_000.mp4", "");
    put("ff/manipulated_sequences/DeepFakeDetection/raw/videos/01_02__talk__ABC.mp4", "");
    opens("ff", 5);
    IS("original_sequences/youtube/c23/videos/003.mp4", "label=real", "pair_id=003", "group=", "quality=c23",
       "generator=");
    IS("manipulated_sequences/Deepfakes/c23/videos/003_000.mp4", "label=fake", "pair_id=003", "group=000_003",
       "generator=Deepfakes", "kind=face-swap", "quality=c23");
    IS("manipulated_sequences/Face2Face/c40/videos/000_003.mp4", "pair_id=000", "group=000_003",
       "kind=reenactment", "quality=c40");
    IS("original_sequences/actors/raw/videos/01__talk.mp4", "pair_id=01__talk");
    IS("manipulated_sequences/DeepFakeDetection/raw/videos/01_02__talk__ABC.mp4", "pair_id=01__talk",
       "kind=face-swap");
}

static void celeb_df(void)
{
    put("celeb/Celeb-real/id0_0001.mp4", "");
    put("celeb/Celeb-synthesis/id0_id16_0001.mp4", "");
    put("celeb/YouTube-real/00170.mp4", "");
    opens("celeb", 3);
    IS("YouTube-real/00170.mp4", "split=", "label=real");
    put("celeb/List_of_testing_videos.txt",
        "1 YouTube-real/00170.mp4\r\n0 Celeb-synthesis/id0_id16_0001.mp4\n");
    opens("celeb", 3);
    CHECK(lists(1, "celeb/List_of_testing_videos.txt"));
    IS("Celeb-real/id0_0001.mp4", "label=real", "pair_id=id0_0001", "group=id0", "split=train");
    IS("Celeb-synthesis/id0_id16_0001.mp4", "label=fake", "pair_id=id0_0001", "group=id0", "split=test",
       "generator=Celeb-DF");
    IS("YouTube-real/00170.mp4", "label=real", "pair_id=", "group=", "split=test");
}

static void asvspoof(void)
{
    put("LA/protocols/train.txt",
        "LA_0079 LA_T_11 - - bonafide\nLA_0080 LA_T_12 - A01 spoof\n\nLA_0081 LA_D_13 - A02 "
        "spoof");
    put("LA/LA_train/flac/LA_T_11.flac", "");
    put("LA/LA_train/flac/LA_T_12.flac", "");
    put("LA/LA_dev/flac/LA_D_13.flac", "");
    opens("LA/protocols/train.txt", 3);
    IS("LA_T_11.flac", "label=real", "group=LA_0079", "split=train", "generator=", "quality=", "kind=speech");
    IS("LA_T_12.flac", "label=fake", "generator=A01", "split=train");
    IS("LA_D_13.flac", "label=fake", "generator=A02", "split=dev");

    put("keys/meta.txt", "LA_09 LA_E_1 alaw ita_tx A07 spoof notrim progress\n"
                         "LA_10 LA_E_2 none none bonafide bonafide notrim eval\n");
    put("keys/flac/LA_E_1.flac", "");
    put("keys/flac/LA_E_2.flac", "");
    opens("keys/meta.txt", 2);
    IS("LA_E_1.flac", "label=fake", "generator=A07", "split=test", "quality=alaw");
    IS("LA_E_2.flac", "label=real", "generator=", "quality=none");

    put("five/ASVspoof5.train.tsv",
        "T_48 T_01 F - - - AC3 A05 spoof -\nT_49 T_02 M C01 1 - - - bonafide -\n");
    put("five/flac_T/T_01.flac", "");
    put("five/flac_T/T_02.flac", "");
    opens("five/ASVspoof5.train.tsv", 2);
    IS("T_01.flac", "label=fake", "generator=A05", "split=train", "group=T_48", "quality=");
    IS("T_02.flac", "label=real", "quality=C01");

    put("wrong.txt", "LA_0079 LA_T_11 - - bonafide\nLA_0079 LA_T_11 - - maybe\n");
    refuses("wrong.txt", "wrong.txt: line 2: no line of");
    put("wrong.txt", "bonafide spoof\n");
    refuses("wrong.txt", "line 1: no line of");
    put("wrong.txt", "a ../b - - spoof\n");
    refuses("wrong.txt", "line 1: no line of");
}

static void memory_runs_out(const char *name)
{
    um_error err;
    for (int n = 0;; n++) {
        um_alloc_fail_at(n);
        const um_status st = open_set(name, &err);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && err.code == UM_ENOMEM && !set : st == UM_OK);
        if (!failed)
            return;
    }
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    folders();
    dfdc();
    faceforensics();
    celeb_df();
    asvspoof();
    static const char *const all[] = {"plain", "dfdc", "ff", "celeb", "keys/meta.txt"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        memory_runs_out(all[i]);
    um_dataset_free(&set);
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
