/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a labelled folder to a detector and to what it says: recordings whose band is whole (real) or ends
 * early (fake), so that one signal tells them apart. And what is no recipe and no model. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unmask/analysis.h>
#include <unmask/learn.h>

enum { RATE = 16000, SAMPLES = 2 * RATE, FILES = 60 };

static char dir[] = "/tmp/test_train.XXXXXX";
static uint64_t seed = 5;

static const char *path_of(const char *name)
{
    static char path[16][400];
    static int turn;
    turn = (turn + 1) % 16;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static void put(const char *name, const char *text)
{
    CHECK(um_text_write(path_of(name), text, NULL) == UM_OK);
}

static double noise(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0 - .5;
}

/* White noise; of a fake only what lies below 2 kHz, by a windowed sinc. */
static void put_wav(const char *name, bool fake)
{
    enum { TAPS = 255 };
    static double white[SAMPLES + TAPS];
    static unsigned char wav[44 + 2 * SAMPLES] =
        "RIFF....WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data";
    const uint32_t all = sizeof wav - 8, data = 2 * SAMPLES;
    memcpy(wav + 4, &all, 4);
    memcpy(wav + 40, &data, 4);
    for (int i = 0; i < SAMPLES + TAPS; i++)
        white[i] = noise();
    for (int i = 0; i < SAMPLES; i++) {
        double v = white[i];
        if (fake) {
            v = 0;
            for (int k = 0; k < TAPS; k++) {
                const double t = k - TAPS / 2, w = .5 - .5 * cos(2 * M_PI * (k + .5) / TAPS);
                v += white[i + k] * w * (t != 0 ? sin(M_PI * t / 4) / (M_PI * t) : .25);
            }
        }
        const int16_t s = (int16_t)(20000 * v);
        memcpy(wav + 44 + 2 * i, &s, 2);
    }
    CHECK(um_file_write(path_of(name), wav, sizeof wav, NULL) == UM_OK);
}

static int kill_at;

static bool tell(void *user, double done, double total)
{
    if (done == kill_at)
        raise(SIGKILL);
    return true;
}

static um_status train_in(const char *cache, char **said, const char *recipe, const char *out, um_error *err)
{
    const um_evaluate_options opt = {
        .size = sizeof opt, .cache = path_of(cache), .threads = 2, .progress = tell};
    put("recipe", recipe);
    return um_train(said, path_of("set/labels.csv"), path_of("recipe"), path_of(out), &opt, err);
}

static um_status train(char **said, const char *recipe, const char *out, um_error *err)
{
    return train_in("cache", said, recipe, out, err);
}

static char *file_of(const char *folder, const char *name)
{
    char path[100], *text = NULL;
    size_t n;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK(um_file_read(&text, &n, path_of(path), 1 << 20, NULL) == UM_OK);
    return text;
}

static um_prediction predict(const char *folder, const char *file)
{
    um_prediction p = {0};
    um_model *m;
    um_error err = {0};
    um_analyzer *a;
    um_results *r;
    CHECK(um_model_open(&m, path_of(folder), &err) == UM_OK);
    if (!m) {
        fprintf(stderr, "%s\n", err.text);
        return p;
    }
    const um_analysis_options opt = {.size = sizeof opt, .signals = um_model_signals(m)};
    CHECK(um_analyzer_new(&a, &opt, &err) == UM_OK && um_analyzer_run(&r, a, path_of(file), &err) == UM_OK);
    CHECK(um_model_predict(&p, m, r, &err) == UM_OK);
    um_results_free(&r);
    um_analyzer_free(&a);
    um_model_free(&m);
    return p;
}

static void whole_way(const char *kind)
{
    char recipe[200], folder[40], *said;
    um_error err = {0};
    snprintf(recipe, sizeof recipe,
             "classifier = %s # a remark\nsignals = audio_bandwidth,provenance\nfolds = 4\nparts = 2\n",
             kind);
    snprintf(folder, sizeof folder, "mine_%s", kind);
    CHECK(train(&said, recipe, folder, &err) == UM_OK);
    if (!said) {
        fprintf(stderr, "%s\n", err.text);
        return;
    }
    /* they are told apart, by the one signal that differs; a fifth, dev, is not read: its labels are wrong */
    CHECK(!strstr(said, "left out") && !strstr(said, "no groups"));
    CHECK(strstr(said, "on 24 real (12 groups) and 24 fake (12 groups)") && strstr(said, "AUC 1.000"));
    CHECK(strstr(said, "provenance") && !strstr(said, "audio_bandwidth          importance 0.0"));
    free(said);
    const um_prediction real = predict(folder, "real.wav"), fake = predict(folder, "fake.wav");
    CHECK(fake.score > real.score && fake.verdict.log_lr > .3 && real.verdict.log_lr < -.3);
    CHECK(strstr(fake.measured, "24 real and 24 fake"));
    char *text, *again;
    CHECK(um_prediction_json(&text, &fake, "f.wav", NULL) == UM_OK && strstr(text, "\"path\": \"f.wav\""));
    free(text);

    /* the same once more gives the same */
    char other[60], model[100];
    snprintf(other, sizeof other, "%s_again", folder);
    CHECK(train(&said, recipe, other, &err) == UM_OK);
    free(said);
    text = file_of(folder, "model.json");
    again = file_of(other, "model.json");
    CHECK(!strcmp(text, again));
    free(again);

    /* any end, any changed byte: refused or a model, in one line */
    const size_t length = strlen(text);
    snprintf(model, sizeof model, "%s/model.json", other);
    for (size_t at = 0; at < length; at += 1 + length / 97) {
        um_model *m;
        const char was = text[at];
        text[at] = at % 2 ? 0 : (char)(was ^ 1);
        put(model, text);
        const um_status st = um_model_open(&m, path_of(other), &err);
        CHECK((st == UM_OK) == (m != NULL) && (st == UM_OK || !strchr(err.text, '\n')));
        um_model_free(&m);
        text[at] = was;
    }
    free(text);
}

/* --- interrupted --- */

static const char steady[] = "classifier = svm\nsignals = audio_bandwidth,provenance\nfolds = 4\n";

static int be_killed(char **args)
{
    char *unused;
    snprintf(dir, sizeof dir, "%s", args[1]);
    kill_at = (int)strtol(args[2], NULL, 10);
    train_in("killed_cache", &unused, steady, "killed", NULL);
    return 1; /* it survived */
}

/* Killed in the middle of it, again and again, and gone on with: as if nothing had been. */
static void killed_and_resumed(void)
{
    static const char *const files[] = {"model.json", "calibration.json", "card.md", "recipe.txt"};
    static const char *const at[] = {"5", "30", "47"};
    char *said, *undisturbed;
    CHECK(train_in("other_cache", &undisturbed, steady, "undisturbed", NULL) == UM_OK);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        int status = 0;
        const pid_t child = fork();
        if (!child) {
            execl("/proc/self/exe", "test_train", dir, at[k], (char *)NULL);
            _exit(1);
        }
        CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
              WTERMSIG(status) == SIGKILL);
        CHECK(access(path_of("killed"), F_OK) < 0); /* nothing half written */
    }
    CHECK(train_in("killed_cache", &said, steady, "killed", NULL) == UM_OK && !strcmp(said, undisturbed));
    free(said);
    free(undisturbed);
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        char *a = file_of("undisturbed", files[f]), *b = file_of("killed", files[f]);
        CHECK(a && b && !strcmp(a, b));
        free(a);
        free(b);
    }
}

/* A training into a folder that holds a detector, stopped between its files, leaves no mixture of both. */
static void stopped_while_it_writes(void)
{
    char *said;
    um_model *m;
    um_error err = {0};
    CHECK(um_model_open(&m, path_of("killed"), NULL) == UM_OK);
    um_model_free(&m);
    CHECK(unlink(path_of("killed/calibration.json")) == 0 &&
          mkdir(path_of("killed/calibration.json"), 0777) == 0);
    CHECK(train(&said, steady, "killed", &err) == UM_EWRITE && strstr(err.text, "calibration.json"));
    CHECK(um_model_open(&m, path_of("killed"), &err) == UM_EIO && strstr(err.text, "model.json"));
}

/* A recording of which nothing is said is left out, as it gets no answer; and that nothing hangs together is
 * said, since nobody may have thought of it. */
static void notes(void)
{
    um_buf labels;
    char *wav, *said, *card;
    size_t n;
    CHECK(um_file_read(&wav, &n, path_of("set/0.wav"), 1 << 20, NULL) == UM_OK);
    memset(wav + 44, 0, n - 44);
    CHECK(um_file_write(path_of("set/silence.wav"), wav, n, NULL) == UM_OK);
    free(wav);
    um_buf_init(&labels, 1 << 20);
    um_buf_text(&labels, "path,label\nsilence.wav,real\n");
    for (int i = 0; i < 48; i++)
        um_buf_printf(&labels, "%d.wav,%s\n", i, i % 2 ? "fake" : "real");
    char *text = um_buf_take(&labels);
    put("set/labels.csv", text);
    free(text);
    CHECK(train(&said, "signals = audio_bandwidth\n", "noted", NULL) == UM_OK);
    CHECK(said && strstr(said, "on 24 real (24 groups)") && strstr(said, "left out: 1 real and 0 fake") &&
          strstr(said, "no groups are named"));
    card = file_of("noted", "card.md");
    CHECK(card && strstr(card, "left out: 1 real and 0 fake") && strstr(card, "no groups are named"));
    free(card);
    free(said);
    const um_prediction nothing = predict("noted", "set/silence.wav");
    CHECK(isnan(nothing.score) && nothing.verdict.inconclusive &&
          strstr(nothing.verdict.reason, "none of the signals"));
}

static void refused(const char *recipe, const char *why)
{
    char *said;
    um_error err = {0};
    CHECK(train(&said, recipe, "never", &err) < 0 && !said && strstr(err.text, why));
    if (!strstr(err.text, why))
        fprintf(stderr, "%s\n", err.text);
    CHECK(access(path_of("never"), F_OK) < 0); /* nothing half written */
}

int main(int n, char **args)
{
    char name[60];
    um_buf labels;
    if (n == 3)
        return be_killed(args);
    if (!mkdtemp(dir))
        return 1;
    mkdir(path_of("set"), 0777);
    um_buf_init(&labels, 1 << 20);
    um_buf_text(&labels, "path,label,group,split\n");
    for (int i = 0; i < FILES; i++) {
        const bool fake = i % 2, dev = i % 5 == 4;
        snprintf(name, sizeof name, "set/%d.wav", i);
        put_wav(name, fake != dev);
        um_buf_printf(&labels, "%d.wav,%s,g%d,%s\n", i, fake ? "fake" : "real",
                      dev ? 99 : 2 * (i / 2 % 12) + fake, dev ? "dev" : "train");
    }
    char *text = um_buf_take(&labels);
    put("set/labels.csv", text);
    free(text);
    put_wav("real.wav", false);
    put_wav("fake.wav", true);
    whole_way("logistic");
    whole_way("gmm");
    whole_way("trees");
    whole_way("svm");
    killed_and_resumed();
    stopped_while_it_writes();
    refused("classifier = oracle\n", "there is no classifier 'oracle'");
    refused("colour = red\n", "line 1");
    refused("folds = 1\n", "line 1");
    refused("classifier = trees\ntrees = 1001\n", "line 2");
    refused("classifier = svm\ngamma = 0\n", "line 2");
    refused("signals = nonsense\n", "nonsense");
    refused("signals = provenance,audio_bandwidth\nfolds = 13\n", "too few groups");
    notes();
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
