/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voices for training: read from lists of tones, decoded once, drawn by source; pairs share their draws. */
#include "../check.h"
#include "voice_sample.h"
#include "voice_store.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256], store[300], list[300];

static void put(FILE *f, unsigned v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(v >> 8 * i & 255), f);
}

/* A WAV file of 16 bits with silence on both sides of a tone. */
static void tone(const char *name, int rate, double silent_s, double loud_s, double hz)
{
    char path[600];
    const int silent = (int)(silent_s * rate), n = 2 * silent + (int)(loud_s * rate);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f)
        abort();
    fwrite("RIFF", 1, 4, f), put(f, (unsigned)(36 + 2 * n), 4), fwrite("WAVEfmt ", 1, 8, f);
    put(f, 16, 4), put(f, 1, 2), put(f, 1, 2), put(f, (unsigned)rate, 4), put(f, (unsigned)rate * 2, 4);
    put(f, 2, 2), put(f, 16, 2), fwrite("data", 1, 4, f), put(f, (unsigned)(2 * n), 4);
    for (int i = 0; i < n; i++) {
        const bool loud = i >= silent && i < n - silent;
        put(f, (unsigned)(int)(loud ? 9000 * sin(2 * M_PI * hz * i / rate) : 0) & 0xffff, 2);
    }
    fclose(f);
}

static void make(void)
{
    static const char *const rows[] = {"a1.wav,real,,,p1,s1,A,train",    "a2.wav,real,,,,s2,A,train",
                                       "b1.wav,real,,,,s3,B,train",      "fa.wav,fake,tts,g1,p1,,A,train",
                                       "fb.wav,fake,vc,g2,,,B,train",    "short.wav,real,,,,s4,A,train",
                                       "gone.wav,fake,tts,g3,,,A,train", "edited.wav,edited,,,,,A,train"};
    char text[2048] = "path,label,kind,generator,pair_id,group,source,split\n";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        strcat(text, rows[i]);
        strcat(text, "\n");
    }
    snprintf(list, sizeof list, "%s/labels.csv", folder);
    if (um_file_write(list, text, strlen(text), NULL) < 0)
        abort();
    tone("a1.wav", 16000, .5, 3, 300);
    tone("a2.wav", 22050, .3, 3, 400);
    tone("b1.wav", 8000, .1, 1, 500);
    tone("fa.wav", 48000, 0, 3, 600);
    tone("fb.wav", 16000, 0, 1, 700);
    tone("short.wav", 16000, .5, .2, 800);
    tone("edited.wav", 16000, 0, 2, 900);
}

static double hz_of(const float *x, int n)
{
    int crossings = 0;
    for (int i = 1; i < n; i++)
        crossings += x[i - 1] < 0 && x[i] >= 0;
    return 16000. * crossings / n;
}

static void reading(void)
{
    const char *const lists[1] = {list};
    voice_set set;
    um_error err = {0};
    static float x[48000];
    int count[8] = {0};
    CHECK(voice_set_read(&set, lists, 1, "split=train", store, NULL, &err) == UM_OK);
    CHECK(set.n == 5); /* not what is short, gone or neither */
    CHECK(set.real.n_items == 3 && set.fake.n_items == 2 && set.paired.n_items == 1);
    for (int i = 0; i < set.n; i++) {
        const double hz = 300 + 100 * i, loud_s = i == 2 || i == 4 ? 1 : 3;
        CHECK_NEAR(set.voice[i].n, loud_s * 16000, 400);
        CHECK(voice_set_samples(x, &set, i, 0, 16000, &err) == UM_OK);
        CHECK_NEAR(hz_of(x, 16000), hz, .01 * hz);
    }
    /* beyond the end it begins again */
    CHECK(voice_set_samples(x, &set, 2, 100, 48000, &err) == UM_OK);
    CHECK(x[0] == x[set.voice[2].n] && x[500] == x[500 + 2 * set.voice[2].n]);
    /* two of A in two strata and one of B: sqrt 2 to 1 */
    rng r = {5};
    for (int i = 0; i < 4000; i++)
        count[voice_set_draw(&set.real, &r)]++;
    CHECK_NEAR(count[2] / 4000., 1 / (1 + sqrt(2)), .03);
    CHECK_NEAR(count[0] / 4000., count[1] / 4000., .04);
    voice_set_free(&set);

    CHECK(voice_set_read(&set, lists, 1, "split=train", store, "X,B", &err) == UM_OK);
    CHECK(set.n == 5 && set.real.n_items == 2 && set.fake.n_items == 1 && set.voice[2].held &&
          !set.voice[0].held);
    voice_set_free(&set);
    CHECK(voice_set_read(&set, lists, 1, "no such field=1", store, NULL, &err) == UM_EINVAL && !set.n);
}

/* Decoded once: the second time the file itself is not read. */
static void storing(void)
{
    char path[600];
    struct stat before, after;
    int n = 0, m = 0;
    snprintf(path, sizeof path, "%s/a1.wav", folder);
    CHECK(voice_store_length(&n, store, path, NULL) == UM_OK && stat(path, &before) == 0);
    CHECK(chmod(path, 0) == 0 && voice_store_length(&m, store, path, NULL) == UM_OK && n == m);
    CHECK(chmod(path, 0600) == 0 && stat(path, &after) == 0 && before.st_size == after.st_size);
}

static void pairs(void)
{
    const char *const lists[1] = {list};
    static float real[VOICE_PIECE], planes[2 * VOICE_BINS * VOICE_FRAMES];
    voice_set set;
    const um_front_spec front = voice_front(UM_FRONT_LOG_POWER);
    voice_maker *m = NULL;
    voice_origin a, b;
    um_error err = {0};
    int how[3] = {0};
    CHECK(voice_set_read(&set, lists, 1, NULL, store, NULL, &err) == UM_OK);
    CHECK(voice_maker_new(&m, &front, &err) == UM_OK);
    for (uint64_t seed = 0; seed < 40; seed++) {
        const voice_mix mix = {.3f, .3f, seed % 2, .5f};
        CHECK(voice_draw(m, &a, &set, &mix, false, seed, &err) == UM_OK);
        memcpy(real, m->piece, sizeof real);
        CHECK(voice_draw(m, &b, &set, &mix, true, seed, &err) == UM_OK);
        CHECK(memcmp(real, m->piece, sizeof real) != 0);
        CHECK(a.how == b.how && !a.fake && b.fake && !set.voice[a.voice].fake);
        CHECK(b.how == VOICE_COPIED ? a.voice == b.voice : set.voice[b.voice].fake);
        CHECK(b.how != VOICE_MATCHED ||
              !strcmp(set.voice[a.voice].about->pair_id, set.voice[b.voice].about->pair_id));
        how[a.how]++;
        voice_map(m, planes);
        rng r = {seed};
        voice_cover(planes, &front, 1, &r);
        int bad = 0, zero = 0;
        for (int i = 0; i < VOICE_BINS * VOICE_FRAMES; i++) {
            bad += !isfinite(planes[i]) || fabsf(planes[i]) > 20;
            zero += planes[i] == 0;
        }
        CHECK(!bad && zero > 0);
    }
    CHECK(how[0] > 5 && how[1] > 3 && how[2] > 3);
    CHECK(planes[VOICE_BINS * VOICE_FRAMES] == -1 && planes[2 * VOICE_BINS * VOICE_FRAMES - 1] == 1);
    voice_maker_free(&m);
    voice_set_free(&set);
}

/* Of each front end as many frames as lie in a window, and rows and moments of it are covered. */
static void front_ends(void)
{
    static const int frames[UM_FRONTS] = {224, 149, 224, 199, 224};
    static float planes[2 * VOICE_BINS * VOICE_FRAMES];
    for (um_front_kind k = 0; k < UM_FRONTS; k++) {
        const um_front_spec front = voice_front(k);
        const int rows = um_front_rows(&front), samples = um_front_samples(&front);
        CHECK(front.frames == frames[k] && !um_front_wrong(&front));
        CHECK(samples <= VOICE_WINDOW && samples + front.hop > VOICE_WINDOW);
        int covered = 0, whole = 0;
        for (uint64_t seed = 0; seed < 20; seed++) {
            rng r = {seed};
            for (int i = 0; i < rows * front.frames; i++)
                planes[i] = 1;
            voice_cover(planes, &front, 1, &r);
            for (int i = 0; i < rows; i++) {
                int zeros = 0;
                for (int t = 0; t < front.frames; t++)
                    zeros += planes[i * front.frames + t] == 0;
                covered += zeros;
                whole += zeros == front.frames;
            }
        }
        CHECK(covered > 0 && whole > 0 && covered < 20 * rows * front.frames);
    }
}

int main(void)
{
    char command[400];
    const char *where = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/unmask-voices-XXXXXX", where ? where : "/tmp");
    if (!mkdtemp(folder))
        abort();
    snprintf(store, sizeof store, "%s/store", folder);
    mkdir(store, 0700);
    make();
    reading();
    storing();
    pairs();
    front_ends();
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command) != 0 || check_done();
}
