/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fit of a calibration by its definition, and unmask evaluate --calibrate on scores whose likelihood
 * ratio is known: two normal classes of variance v around +-m have the log ratio 2 m x / v. */
#include "../check.h"
#include "base/json.h"
#include "fusion/fit.h"
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

/* ---- the library's fit ---- */

/* The loss by its definition: log loss against Platt's targets, each class of weight 1, and a penalty on the
 * slope per standard deviation. */
static double loss_of(const um_fit_score *s, int n, double slope, double intercept)
{
    double count[2] = {0}, mean = 0, square = 0, loss = 0;
    for (int i = 0; i < n; i++) {
        count[s[i].fake]++;
        mean += s[i].score / n;
    }
    for (int i = 0; i < n; i++)
        square += (s[i].score - mean) * (s[i].score - mean) / n;
    for (int i = 0; i < n; i++) {
        const double target = s[i].fake ? (count[1] + 1) / (count[1] + 2) : 1 / (count[0] + 2);
        const double p = 1 / (1 + pow(10, -(slope * s[i].score + intercept)));
        loss -= (target * log(p) + (1 - target) * log(1 - p)) / count[s[i].fake];
    }
    return loss + .01 / 2 * pow(slope * M_LN10, 2) * square;
}

/* The line is where the loss is least: steps of 1e-4 any way cost more. Ranges are the 1st and 99th
 * percentile. */
static void least_loss(void)
{
    enum { N_SCORES = 201 };
    um_fit_score s[N_SCORES];
    um_fit fit, again;
    for (int i = 0; i < N_SCORES; i++) /* 0 .. 100 in steps of a half, fakes more often above; shuffled */
        s[i] = (um_fit_score){.5 * (i * 76 % N_SCORES), uniform() < (i * 76 % N_SCORES) / 250., 0};
    CHECK(um_fit_scores(&fit, s, N_SCORES, NULL) == UM_OK && fit.outcome == UM_FIT_DONE);
    const double least = loss_of(s, N_SCORES, fit.line.slope, fit.line.intercept);
    for (int i = -1; i <= 1; i += 2) {
        CHECK(loss_of(s, N_SCORES, fit.line.slope + i * 1e-5, fit.line.intercept) > least);
        CHECK(loss_of(s, N_SCORES, fit.line.slope, fit.line.intercept + i * 1e-4) > least);
        CHECK(loss_of(s, N_SCORES, fit.line.slope + i * 1e-5, fit.line.intercept - i * 5e-4) > least);
    }
    CHECK_NEAR(fit.line.score_min, 1, 1e-12);
    CHECK_NEAR(fit.line.score_max, 99, 1e-12);
    CHECK(fit.line.log_lr_max == 1 && fit.line.good == 0 && fit.slope == fit.line.slope);
    CHECK(fit.groups[0] == 1 && fit.groups[1] == 1 && fit.n[0] + fit.n[1] == N_SCORES);
    CHECK(um_fit_scores(&again, s, N_SCORES, NULL) == UM_OK &&
          again.line.sigma == fit.line.sigma); /* the same draws */
}

/* `ones` of 100 fakes and half of the 100 real ones score 1, the others 0: AUC 1/2 + (ones / 100 - 1/2) / 2.
 */
static um_fit two_values(int ones, bool turned)
{
    um_fit_score s[200];
    um_fit fit;
    for (int i = 0; i < 200; i++) {
        const bool fake = i % 2, one = i / 2 < (fake ? ones : 50);
        s[i] = (um_fit_score){turned ? -one : one, fake, i / 2 % 10};
    }
    CHECK(um_fit_scores(&fit, s, 200, NULL) == UM_OK);
    return fit;
}

static void outcomes(void)
{
    um_fit fit = two_values(71, false);
    CHECK(fit.outcome == UM_FIT_DONE && fit.groups[0] == 10 && fit.n[0] == 100);
    CHECK_NEAR(fit.auc, .605, 1e-12);
    CHECK_NEAR(fit.equal_error, .395, 1e-12);
    fit = two_values(69, false);
    CHECK(fit.outcome == UM_FIT_WEAK && fit.slope > 0);
    fit = two_values(95, true);
    CHECK(fit.outcome == UM_FIT_WEAK && fit.slope < 0); /* and AUC .275 */

    /* one fake far below turns the slope, though the others lie above all real ones: AUC 29/30 */
    um_fit_score s[400];
    for (int i = 0; i < 60; i++)
        s[i] = (um_fit_score){i == 1 ? -1e6 : i % 2, i % 2, 0};
    CHECK(um_fit_scores(&fit, s, 60, NULL) == UM_OK && fit.outcome == UM_FIT_WEAK && fit.slope < 0);
    CHECK_NEAR(fit.auc, 29. / 30, 1e-12);

    /* 19 of a class are too few, 20 enough */
    for (int n = 19; n <= 20; n++) {
        for (int i = 0; i < n + 100; i++)
            s[i] = (um_fit_score){i, i < n, 0};
        CHECK(um_fit_scores(&fit, s, (size_t)n + 100, NULL) == UM_OK);
        CHECK(fit.outcome == (n < 20 ? UM_FIT_FEW : UM_FIT_WEAK)); /* the fakes score lowest */
    }
    for (int i = 0; i < 100; i++)
        s[i] = (um_fit_score){7, i % 2, 0};
    CHECK(um_fit_scores(&fit, s, 100, NULL) == UM_OK && fit.outcome == UM_FIT_FEW); /* one value */
    CHECK(um_fit_scores(&fit, s, 0, NULL) == UM_OK && fit.outcome == UM_FIT_FEW);
}

/* Groups that are copies of each other leave nothing to chance: the floor. Groups that differ do. */
static void spreads(void)
{
    um_fit_score s[400];
    um_fit fit;
    for (int differ = 0; differ < 2; differ++) {
        for (int i = 0; i < 400; i++) {
            const int group = i / 2 % 4;
            s[i] = (um_fit_score){
                .02 * (i / 8) + .3 * (i % 2) + differ * (group - 1.5) * .6 * (i % 2 ? 1 : -1), i % 2, group};
        }
        CHECK(um_fit_scores(&fit, s, 400, NULL) == UM_OK && fit.outcome == UM_FIT_DONE);
        CHECK(fit.groups[0] == 4 && fit.groups[1] == 4);
        CHECK(differ ? fit.line.sigma > .2 && fit.line.sigma < 1 : fit.line.sigma == .15);
    }
    um_error err;
    s[7].score = NAN;
    CHECK(um_fit_scores(&fit, s, 400, &err) == UM_EINVAL && strstr(err.text, "score 8"));
    s[7].score = 1;
    s[7].group = -1;
    CHECK(um_fit_scores(&fit, s, 400, &err) == UM_EINVAL);
    s[7].group = 5; /* there is no 4 */
    CHECK(um_fit_scores(&fit, s, 400, &err) == UM_EINVAL && strstr(err.text, "0, 1, 2"));
    s[7].group = 3;
    for (long k = 0;; k++) {
        um_alloc_fail_at(k);
        const um_status st = um_fit_scores(&fit, s, 400, &err);
        if (!um_alloc_failed())
            break;
        CHECK(st == UM_ENOMEM && err.code == UM_ENOMEM);
    }
    um_alloc_fail_at(-1);
}

/* 200 real ones score 0, 1, ... 199, 100 fakes 100.5, 102.5, ... 298.5, each of its own group. Drawn anew,
 * one real one comes k times with a chance of 1 / (e k!), more than 4 (2 % of 200) in 0.4 % of draws; two of
 * them come more than 4 times in 5.3 %. So 199 may be called, 198 not; the next greater score is 198.5. Of
 * the fakes 5 or 6 may be called untouched: more than 10 of 100 in 1.4 % and 4.3 % of draws, of 7 in 9.9 %.
 */
static void calls(void)
{
    um_fit_score s[300];
    um_fit fit;
    for (int i = 0; i < 300; i++)
        s[i] = i < 200 ? (um_fit_score){i, false, i} : (um_fit_score){100.5 + 2 * (i - 200), true, i - 200};
    CHECK(um_fit_scores(&fit, s, 300, NULL) == UM_OK && fit.outcome == UM_FIT_DONE);
    const um_calibration_line *l = &fit.line;
    CHECK(l->log_lr_max == 2); /* of 100 groups */
    CHECK_NEAR(fit.manipulated.from, (um_calibration_log_lr(l, 198) + um_calibration_log_lr(l, 198.5)) / 2,
               1e-12);
    CHECK(fit.manipulated.n_wrong == 1 && fit.manipulated.n_right == 51); /* from 198.5 on */
    CHECK(fit.untouched.n_wrong == 5 || fit.untouched.n_wrong == 6);
    const double last = 98.5 + 2 * fit.untouched.n_wrong,
                 next = last + 2; /* the last and the first not called */
    CHECK(fit.untouched.from > -um_calibration_log_lr(l, next) &&
          fit.untouched.from <= -um_calibration_log_lr(l, last));

    /* more real ones than may be share the highest score there is: nothing is called */
    for (int i = 0; i < 300; i++)
        s[i].score = s[i].fake ? i % 10 != 0 : i % 10 == 0;
    CHECK(um_fit_scores(&fit, s, 300, NULL) == UM_OK && fit.outcome == UM_FIT_DONE);
    CHECK(fit.manipulated.from == UM_CALL_NEVER && !fit.manipulated.n_right && !fit.manipulated.n_wrong);
}

/* unmask evaluate --calibrate on two normal classes of variance 1 around +-.5: the natural log ratio is the
 * score. Rows of split dev say the contrary and must not be read. */
static void command_line(void)
{
    const char *unmask = getenv("UNMASK_BIN");
    char dir[] = "/tmp/unmask-fit-XXXXXX", path[4][64], command[4096];
    static const char *const file[] = {"labels.csv", "scores.csv", "out.json", "again.json"};
    CHECK(unmask && mkdtemp(dir));
    if (!unmask)
        return;
    for (int i = 0; i < 4; i++)
        snprintf(path[i], sizeof path[i], "%s/%s", dir, file[i]);
    FILE *labels = fopen(path[0], "w"), *scores = fopen(path[1], "w");
    fprintf(labels, "path,label,source,split\n");
    fprintf(scores, "path,radial,audio_bandwidth,blink,provenance,theirs\n");
    for (int i = 0; i < 12000; i++) {
        const int fake = i % 3 == 0,
                  dev = i / 3 % 2; /* twice as many real ones: classes are balanced by weight */
        fprintf(labels, "%d,%s,s%d,%s\n", i, fake ? "fake" : "real", i / 7 % 50, dev ? "dev" : "train");
        const double good = (dev ? fake ? -9 : 9 : fake ? .5 : -.5) + normal();
        fprintf(scores, "%d,%.6f,%.6f,%.6f,", i, good, normal(), (fake ? -1 : 1) + normal());
        fprintf(scores, i < 60 ? "%d,1\n" : ",1\n", fake); /* few; and no signal */
    }
    fclose(labels);
    fclose(scores);
    snprintf(command, sizeof command, "'%s' evaluate --draws 1 --scores %s --calibrate %s %s >/dev/null",
             unmask, path[1], path[2], path[0]);
    CHECK(system(command) == 0);
    um_json *root = NULL;
    um_calibration *read, *built_in;
    CHECK(um_calibration_load(&built_in, NULL, NULL) == UM_OK);
    const int kept = built_in->n; /* of other signals */
    um_calibration_free(&built_in);
    CHECK(um_json_read(&root, path[2], 1 << 20, NULL) == UM_OK);
    CHECK(um_calibration_load(&read, path[2], NULL) == UM_OK && read->n == kept + 1);
    const um_json *list = um_json_get(root, "signals"), *good = um_json_at(list, (size_t)kept);
    CHECK(um_json_get_int(root, "version", 0) == 3 && um_json_count(list) == (size_t)kept + 1);
    CHECK(!strcmp(um_json_get_text(good, "name", ""), "radial"));
    /* natural log ratio x, log10 ratio x / ln 10; standard errors of the fit are about 4 % */
    CHECK_NEAR(um_json_get_num(good, "slope", 0), 1 / M_LN10, .15 / M_LN10);
    CHECK_NEAR(um_json_get_num(good, "intercept", 9), 0, .04);
    /* AUC of unit normals 1 apart is Phi(1 / sqrt 2), the equal error rate Phi(-1/2) */
    CHECK_NEAR(um_json_get_num(good, "auc_train", 0), .5 * erfc(-.5), .02);
    CHECK_NEAR(um_json_get_num(good, "eer_train", 0), .5 * erfc(.5 / sqrt(2)), .02);
    CHECK(um_json_get_int(good, "n_real", 0) == 4000 && um_json_get_int(good, "n_fake", 0) == 2000);
    CHECK(um_json_get_int(good, "groups_real", 0) == 50);
    CHECK_NEAR(um_json_get_num(good, "sigma", 0), .15, 1e-9); /* the floor: much data, many groups */
    /* 2 % in 95 of 100 draws is some 1.65 % of these 4000: above -.5 + 2.13, a log10 ratio of .71; of the
     * fakes 1 - Phi(1.13), 12.9 % */
    CHECK_NEAR(um_json_get_num(um_json_get(good, "manipulated"), "from", 0), 1.63 / M_LN10, .12);
    CHECK_NEAR((double)um_json_get_int(um_json_get(good, "manipulated"), "fake", 0), 258, 60);
    CHECK(um_json_get_int(um_json_get(good, "manipulated"), "real", 99) <= 80);
    um_json_free(&root);
    um_calibration_free(&read);

    /* added to: what was not measured stays, what was is replaced. Scores of a signal that asks a network are
     * those of the network that it asks here: the entry of the voice network is replaced, not given a second
     * one. */
    scores = fopen(path[1], "w");
    fprintf(scores, "path,blink,voice_generated\n");
    for (int i = 0; i < 12000; i++)
        fprintf(scores, "%d,%d,%d\n", i, (i % 3 == 0) != (i % 10 == 0), (i % 3 == 0) != (i % 11 == 0));
    fclose(scores);
    snprintf(command, sizeof command,
             "'%s' evaluate --draws 1 --scores %s --calibration %s --calibrate %s %s >/dev/null", unmask,
             path[1], path[2], path[3], path[0]);
    CHECK(system(command) == 0);
    CHECK(um_calibration_load(&read, path[3], NULL) == UM_OK && read->n == kept + 2);
    if (read && read->n == kept + 2)
        CHECK(!strcmp(read->entry[kept - 1].name, "radial") && !strcmp(read->entry[kept].name, "blink") &&
              !strcmp(read->entry[kept + 1].name, "voice_generated"));
    um_calibration_free(&read);
    for (int i = 0; i < 4; i++)
        unlink(path[i]);
    rmdir(dir);
}

int main(void)
{
    least_loss();
    calls();
    outcomes();
    spreads();
    command_line();
    return check_done();
}
