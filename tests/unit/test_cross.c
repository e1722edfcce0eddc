/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is learnt of the other sources, by planted ones: A is told apart by a trace that only A has, and of B
 * all scores of one detector lie higher. */
#include "../check.h"
#include "base/base.h"
#include "base/json.h"
#include "base/random.h"
#include <string.h>
#include <unistd.h>
#include <unmask/evaluate.h>

static char dir[] = "/tmp/test_cross.XXXXXX";
enum { SOURCES = 4, MOST = 40 };
static const double CHANCE = .2; /* three deviations of an AUC of 40 against 40: sqrt(81 / (12 40 40)) */

static const char *path_of(const char *name)
{
    static char path[4][400];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

/* `each` real and fake recordings of each source, every one a group of its own; A of another split. */
static void put_set(int each, const char *split_of_a)
{
    uint64_t seed = 7;
    um_buf labels, scores;
    um_buf_init(&labels, 1 << 20);
    um_buf_init(&scores, 1 << 20);
    um_buf_text(&labels, "path,label,source,generator,split\n");
    um_buf_text(&scores, "path,trace,honest,shifted\n");
    for (int s = 0; s < SOURCES; s++)
        for (int i = 0; i < 2 * each; i++) {
            const bool fake = i % 2, a = s == 0;
            const double sign = fake ? 1 : -1, noise = um_random_normal(&seed);
            um_buf_printf(&labels, "%c/%d,%s,%c,%s,%s\n", 'A' + s, i, fake ? "fake" : "real", 'A' + s,
                          !fake       ? ""
                          : i % 4 > 1 ? "one"
                                      : "two",
                          a ? split_of_a : "train");
            um_buf_printf(&scores, "%c/%d,%d,%.6f,%.6f\n", 'A' + s, i, a && fake, a ? 0 : 2 * sign + noise,
                          2 * sign + noise + (s == 1 ? 20 : 0));
        }
    CHECK(um_file_write(path_of("labels.csv"), labels.data, labels.n, NULL) == UM_OK);
    CHECK(um_file_write(path_of("scores.csv"), scores.data, scores.n, NULL) == UM_OK);
    um_buf_free(&labels);
    um_buf_free(&scores);
}

static void put(const char *name, const char *text)
{
    CHECK(um_text_write(path_of(name), text, NULL) == UM_OK);
}

static um_status evaluate(um_evaluation **out, const char *cross, int draws, um_error *err)
{
    const um_evaluate_options opt = {.size = sizeof opt,
                                     .scores = path_of("scores.csv"),
                                     .by = "source",
                                     .cross = cross,
                                     .recipe = path_of("recipe"),
                                     .draws = draws};
    return um_evaluate(out, path_of("labels.csv"), &opt, err);
}

static um_json *crossed(const char *cross, char **text)
{
    um_evaluation *e;
    um_error err = {0};
    um_json *json = NULL;
    char *whole;
    CHECK(evaluate(&e, cross, 20, &err) == UM_OK);
    if (!e) {
        fprintf(stderr, "%s\n", err.text);
        return NULL;
    }
    CHECK(um_evaluation_json(&whole, e, NULL) == UM_OK);
    CHECK(um_json_parse(&json, whole, strlen(whole), "evaluation", NULL) == UM_OK);
    free(whole);
    if (text) {
        CHECK(um_evaluation_html(text, e, NULL) == UM_OK && strstr(*text, "left out once"));
        free(*text);
        CHECK(um_evaluation_text(text, e, NULL) == UM_OK);
    }
    um_evaluation_free(&e);
    return json;
}

static const um_json *detector(const um_json *json, const char *name)
{
    const um_json *all = um_json_get(json, "detectors");
    for (size_t i = 0; i < um_json_count(all); i++)
        if (!strcmp(um_json_get_text(um_json_at(all, i), "name", ""), name))
            return um_json_at(all, i);
    return NULL;
}

static const um_json *left_out(const um_json *json, const char *name, size_t value, const char *cell)
{
    const um_json *cross = um_json_get(detector(json, name), "cross");
    return um_json_get(um_json_at(um_json_get(cross, "left_out"), value), cell);
}

static double first(const um_json *cell, const char *measure)
{
    return um_json_as_num(um_json_at(um_json_get(cell, measure), 0), NAN);
}

static double auc(const um_json *json, const char *name, size_t value)
{
    return first(left_out(json, name, value, "own"), "auc");
}

static void by_source(void)
{
    enum { A, B, C, D };
    char *text = NULL;
    um_json *json = crossed("source", &text);
    const um_json *slices = um_json_get(detector(json, "trained"), "slices");
    /* with A among what is learnt from its trace tells; without, nothing of A is known: all of a part of it
     * has one score, and those of five parts differ by chance */
    CHECK(first(um_json_at(slices, 1 + A), "auc") == 1);
    CHECK_NEAR(auc(json, "trained", A), .5, CHANCE);
    CHECK(auc(json, "trained", B) > .95 && auc(json, "trained", D) > .95);
    CHECK(auc(json, "trace", A) == 1 && auc(json, "trace", B) == .5);
    /* the fakes of A against the real ones of the others: both traces are 1 and 0 */
    CHECK(um_json_get_int(left_out(json, "trace", A, "with_others"), "n_real", 0) == 3 * MOST);
    CHECK(first(left_out(json, "trace", A, "with_others"), "auc") == 1);
    /* B is as easy as C alone, and easier against others; but what others taught says fake of all of B */
    CHECK(first(left_out(json, "shifted", B, "with_others"), "auc") == 1 && auc(json, "shifted", B) < 1);
    CHECK(first(left_out(json, "shifted", B, "ratios_fitted_without_it"), "cllr") > 1.5);
    CHECK(first(left_out(json, "honest", C, "ratios_fitted_without_it"), "cllr") < .5);
    /* the forecast: mean and lowest of the four */
    const um_json *f = um_json_get(um_json_get(detector(json, "trained"), "cross"), "forecast");
    double sum = 0;
    for (size_t v = 0; v < SOURCES; v++)
        sum += auc(json, "trained", v) / SOURCES;
    CHECK(um_json_get_int(f, "values", 0) == SOURCES);
    CHECK_NEAR(first(f, "auc"), sum, 2e-6); /* six digits in the JSON */
    CHECK(um_json_get_num(f, "lowest", 0) == auc(json, "trained", A) &&
          !strcmp(um_json_get_text(f, "lowest_value", ""), "A"));
    CHECK(text && strstr(text, "forecast for a new source: AUC") && strstr(text, "lowest 0.500 (B)"));
    free(text);
    um_json_free(&json);
}

/* Folders are the sources here. */
static void by_set(void)
{
    um_json *json = crossed("set", NULL);
    const um_json *list = um_json_get(um_json_get(detector(json, "trained"), "cross"), "left_out");
    CHECK(um_json_count(list) == SOURCES && !strcmp(um_json_get_text(um_json_at(list, 1), "value", ""), "B"));
    CHECK_NEAR(auc(json, "trained", 0), .5, CHANCE);
    CHECK(auc(json, "trained", 1) > .95);
    um_json_free(&json);
}

/* Generators have no real recordings: those of all stand for them, each judged by what has not seen it. */
static void by_generator(void)
{
    um_json *json = crossed("generator", NULL);
    const um_json *own = left_out(json, "honest", 0, "own"),
                  *rest = left_out(json, "honest", 0, "with_others"),
                  *ratios = left_out(json, "honest", 0, "ratios_fitted_without_it");
    CHECK(um_json_get_int(own, "n_fake", 0) == 2 * MOST && um_json_get_int(own, "n_real", 1) == 0);
    CHECK(isnan(first(own, "auc")) && first(rest, "auc") > .8);
    CHECK(um_json_get_int(rest, "n_fake", 0) == 2 * MOST &&
          um_json_get_int(rest, "n_real", 0) == SOURCES * MOST);
    CHECK(um_json_get_int(ratios, "n_real", 0) == SOURCES * MOST && first(ratios, "cllr") < .7);
    /* the trace was learnt from the other generator's fakes of A */
    CHECK(first(left_out(json, "trained", 1, "with_others"), "auc") > .95);
    um_json_free(&json);
}

static void dev_teaches_nothing(void)
{
    put_set(MOST, "dev");
    um_json *json = crossed("source", NULL);
    const um_json *slices = um_json_get(detector(json, "trained"), "slices");
    CHECK_NEAR(first(um_json_at(slices, 1), "auc"), .5, CHANCE);
    CHECK(first(um_json_at(slices, 2), "auc") > .95);
    um_json_free(&json);
}

static void refusals(void)
{
    um_evaluation *e;
    um_error err = {0};
    CHECK(evaluate(&e, "colour", 1, &err) == UM_EINVAL && !e && strstr(err.text, "'colour'"));
    CHECK(evaluate(&e, "group", 1, &err) == UM_EFORMAT && !e &&
          strstr(err.text, "no recording has a 'group'"));
    put("recipe", "where = split=train\n");
    CHECK(evaluate(&e, "source", 1, &err) == UM_EINVAL && !e && strstr(err.text, "--where"));
    put("recipe", "signals = nonsense\n");
    CHECK(evaluate(&e, "source", 1, &err) == UM_EFORMAT && !e);
    put("recipe", "folds = 50\n");
    put_set(5, "train");
    CHECK(evaluate(&e, "source", 1, &err) == UM_EFORMAT && strstr(err.text, "too few groups") && !e);
}

static void memory_runs_out(void)
{
    put_set(2, "train");
    put("recipe", "folds = 2\n");
    for (int n = 0;; n += 5) {
        um_evaluation *e;
        um_error err = {0};
        um_alloc_fail_at(n);
        const um_status st = evaluate(&e, "source", 1, &err);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && !e : st == UM_OK);
        um_evaluation_free(&e);
        if (!failed)
            return;
    }
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    put("recipe", "signals = trace,honest\n");
    put_set(MOST, "train");
    by_source();
    by_set();
    by_generator();
    dev_teaches_nothing();
    refusals();
    memory_runs_out();
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) ? 1 : check_done();
}
