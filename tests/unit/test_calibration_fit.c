/* fit_calibration on scores whose likelihood ratio is known: two normal classes of variance v around +-m have
 * the log ratio 2 m x / v. */
#include "../check.h"
#include "base/json.h"
#include <string.h>
#include <unistd.h>

static uint64_t seed = 9;

static double uniform(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform());
}

int main(void)
{
    const char *tool = getenv("UNMASK_FIT");
    char dir[] = "/tmp/unmask-fit-XXXXXX", scores[64], out[64], command[4096];
    if (!tool || !mkdtemp(dir)) {
        fprintf(stderr, "skipped: UNMASK_FIT is not set\n");
        return CHECK_SKIP;
    }
    snprintf(scores, sizeof scores, "%s/scores.csv", dir);
    snprintf(out, sizeof out, "%s/out.json", dir);
    FILE *f = fopen(scores, "w");
    CHECK(f);
    if (!f)
        return check_done();
    fprintf(f, "signal,version,split,group,label,score\n");
    for (int i = 0; i < 6000; i++) {
        const int fake = i % 3 == 0; /* twice as many real ones: classes are balanced by weight */
        const char *label = fake ? "fake" : "real";
        fprintf(f, "good,3,train,g%d,%s,%.6f\n", i % 50, label, (fake ? .5 : -.5) + normal());
        fprintf(f, "good,3,dev,g%d,%s,%.6f\n", i % 50, label,
                (fake ? -9 : 9) + normal()); /* must not be read */
        fprintf(f, "chance,1,train,g%d,%s,%.6f\n", i % 50, label, normal());
        fprintf(f, "backwards,1,train,g%d,%s,%.6f\n", i % 50, label, (fake ? -1 : 1) + normal());
        if (i < 30)
            fprintf(f, "few,1,train,g,%s,%d\n", label, fake);
    }
    fclose(f);
    snprintf(command, sizeof command, "'%s' '%s' '%s' name data command >/dev/null", tool, scores, out);
    CHECK(system(command) == 0);
    um_json *root = NULL;
    CHECK(um_json_read(&root, out, 1 << 20, NULL) == UM_OK);
    const um_json *list = um_json_get(root, "signals"), *good = um_json_at(list, 0);
    CHECK(um_json_get_int(root, "version", 0) == 1 && um_json_count(list) == 1);
    CHECK(!strcmp(um_json_get_text(good, "name", ""), "good") && um_json_get_int(good, "version", 0) == 3);
    /* m = 0.5, v = 1: natural log ratio x, log10 ratio x / ln 10; standard errors of the fit are about 4 % */
    CHECK_NEAR(um_json_get_num(good, "slope", 0), 1 / M_LN10, .15 / M_LN10);
    CHECK_NEAR(um_json_get_num(good, "intercept", 9), 0, .04);
    /* AUC of unit normals 1 apart is Phi(1 / sqrt 2), the equal error rate Phi(-1/2) */
    CHECK_NEAR(um_json_get_num(good, "auc_train", 0), .5 * erfc(-.5), .02);
    CHECK_NEAR(um_json_get_num(good, "eer_train", 0), .5 * erfc(.5 / sqrt(2)), .02);
    CHECK(um_json_get_int(good, "n_real", 0) == 4000 && um_json_get_int(good, "n_fake", 0) == 2000);
    CHECK_NEAR(um_json_get_num(good, "sigma", 0), .15, 1e-9); /* the floor: much data, many groups */
    um_json_free(&root);

    f = fopen(scores, "w");
    CHECK(f && fprintf(f, "good,1,train,g,maybe,1\n") > 0);
    if (f)
        fclose(f);
    snprintf(command, sizeof command, "'%s' '%s' '%s' n d c 2>/dev/null", tool, scores, out);
    CHECK(system(command) != 0);
    f = fopen(scores, "w");
    CHECK(f && fprintf(f, "good,1,train,g,real,1\ngood,2,train,g,fake,1\n") > 0);
    if (f)
        fclose(f);
    CHECK(system(command) != 0); /* two versions */
    f = fopen(scores, "w");
    CHECK(f && fprintf(f, "good,1,dev,g,real,1\n") > 0);
    if (f)
        fclose(f);
    CHECK(system(command) != 0); /* nothing to learn from: no calibration of nothing */
    unlink(scores);
    unlink(out);
    rmdir(dir);
    return check_done();
}
