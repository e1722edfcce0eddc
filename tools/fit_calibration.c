/* fit_calibration: scores of labelled recordings in, src/fusion/calibration.json out.
 *
 *     fit_calibration SCORES.csv OUT.json NAME DATA COMMAND
 *
 * SCORES.csv has the columns signal,version,split,group,label,score as tests/eval/eval_signals.py writes
 * them. Only rows of split "train" are read. Per signal a logistic curve is fitted to the scores (Platt 1999,
 * with his targets that keep clear of 0 and 1), both classes weighing the same in sum, so that its log odds
 * are a log likelihood ratio. A light L2 penalty on the slope keeps separable data finite. A signal is left
 * out, and then weighs nothing, when it has fewer than 20 scores per class, when its AUC is below 0.6 or when
 * its slope is not positive: a calibration never turns a signal around. |log10 LR| is limited to 1: the
 * labelled media share cues (sizes, codecs, sources) with their labels, so no single signal may say more than
 * "10 times as likely" on their strength.
 *
 * `sigma` is the spread of the log ratio when whole groups (sources) are drawn again with replacement, 400
 * times; a class with a single group is drawn item by item, which understates it. */
#include "base/json.h"
#include "dsp/stats.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PER_CLASS = 20, N_DRAWS = 400, N_PROBES = 19, MAX_ROWS = 1 << 20, MAX_SIGNALS = 256 };
static const double MIN_AUC = .6, LOG_LR_MAX = 1, PENALTY = .01, MIN_SIGMA = .15;

typedef struct row {
    char signal[48], group[96];
    int version, fake, cluster; /* cluster: number of the group within its class and signal */
    double score;
} row;

typedef struct line { /* log10 LR = slope * score + offset */
    double slope, offset;
} line;

typedef struct set {
    const row **row;
    size_t n, n_class[2];
    int n_clusters[2];
    double *weight, mean, spread;
} set;

static int by_score(const void *a, const void *b)
{
    const double x = (*(const row *const *)a)->score, y = (*(const row *const *)b)->score;
    return (x > y) - (x < y);
}

/* Chance that a fake scores above a real one, ties half; rows in order of score. */
static double auc(const set *s)
{
    double wins = 0, reals = 0;
    for (size_t i = 0; i < s->n;) {
        size_t end = i;
        double here[2] = {0};
        for (; end < s->n && s->row[end]->score == s->row[i]->score; end++)
            here[s->row[end]->fake]++;
        wins += here[1] * (reals + here[0] / 2);
        reals += here[0];
        i = end;
    }
    return wins / ((double)s->n_class[0] * (double)s->n_class[1]);
}

/* Mean of the two error rates at the threshold where they are closest. */
static double equal_error(const set *s)
{
    double missed = 0, false_alarms = (double)s->n_class[0], gap = INFINITY, eer = 1;
    for (size_t i = 0; i <= s->n; i++) {
        if (i == 0 || i == s->n || s->row[i]->score != s->row[i - 1]->score) {
            const double miss = missed / (double)s->n_class[1], alarm = false_alarms / (double)s->n_class[0];
            if (fabs(miss - alarm) < gap) {
                gap = fabs(miss - alarm);
                eer = (miss + alarm) / 2;
            }
        }
        if (i < s->n) {
            missed += s->row[i]->fake;
            false_alarms -= !s->row[i]->fake;
        }
    }
    return eer;
}

/* Newton's method on the two parameters; scores are standardised so that the penalty has one meaning. */
static line fit(const set *s)
{
    double a = 0, b = 0, total[2] = {0};
    for (size_t i = 0; i < s->n; i++)
        total[s->row[i]->fake] += s->weight[i];
    const double target[2] = {1 / (total[0] + 2), (total[1] + 1) / (total[1] + 2)};
    for (int step = 0; step < 100; step++) {
        double ga = PENALTY * a, gb = 0, haa = PENALTY, hab = 0, hbb = 1e-9;
        for (size_t i = 0; i < s->n; i++) {
            const int fake = s->row[i]->fake;
            const double x = (s->row[i]->score - s->mean) / s->spread, w = s->weight[i] / total[fake];
            const double p = 1 / (1 + exp(-(a * x + b))), d = w * (p - target[fake]), h = w * p * (1 - p);
            ga += d * x;
            gb += d;
            haa += h * x * x;
            hab += h * x;
            hbb += h;
        }
        const double det = haa * hbb - hab * hab;
        const double da = um_clampd((hbb * ga - hab * gb) / det, -1, 1),
                     db = um_clampd((haa * gb - hab * ga) / det, -1, 1);
        a -= da;
        b -= db;
        if (fabs(da) + fabs(db) < 1e-10)
            break;
    }
    return (line){a / s->spread / M_LN10, (b - a * s->mean / s->spread) / M_LN10};
}

static double log_lr(line l, double score)
{
    return um_clampd(l.slope * score + l.offset, -LOG_LR_MAX, LOG_LR_MAX);
}

static uint64_t state = 20261124;

static int draw(int n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)((state >> 33) % (uint64_t)n);
}

/* How often each row counts in one draw. */
static void redraw(set *s, int *times)
{
    for (size_t i = 0; i < s->n; i++)
        s->weight[i] = 0;
    for (int fake = 0; fake < 2; fake++) {
        if (s->n_clusters[fake] > 1) {
            for (int c = 0; c < s->n_clusters[fake]; c++)
                times[c] = 0;
            for (int c = 0; c < s->n_clusters[fake]; c++)
                times[draw(s->n_clusters[fake])]++;
            for (size_t i = 0; i < s->n; i++)
                if (s->row[i]->fake == fake)
                    s->weight[i] = times[s->row[i]->cluster];
        } else {
            for (size_t k = 0; k < s->n_class[fake];) {
                const size_t i = (size_t)draw((int)s->n);
                if (s->row[i]->fake == fake) {
                    s->weight[i]++;
                    k++;
                }
            }
        }
    }
}

static double spread_of_draws(set *s)
{
    static double value[N_PROBES][N_DRAWS];
    int *times = um_calloc(s->n, sizeof *times);
    double sum = 0;
    if (!times)
        return NAN;
    for (int d = 0; d < N_DRAWS; d++) {
        redraw(s, times);
        const line l = fit(s);
        for (int p = 0; p < N_PROBES; p++)
            value[p][d] = log_lr(l, s->row[(size_t)(p + 1) * s->n / (N_PROBES + 1)]->score);
    }
    free(times);
    for (int p = 0; p < N_PROBES; p++)
        sum += um_variance(value[p], N_DRAWS);
    return sqrt(sum / N_PROBES);
}

static bool number_clusters(set *s, row **rows)
{
    for (size_t i = 0; i < s->n; i++) {
        rows[i]->cluster = -1;
        for (size_t k = 0; k < i && rows[i]->cluster < 0; k++)
            if (rows[k]->fake == rows[i]->fake && !strcmp(rows[k]->group, rows[i]->group))
                rows[i]->cluster = rows[k]->cluster;
        if (rows[i]->cluster < 0)
            rows[i]->cluster = s->n_clusters[rows[i]->fake]++;
        s->n_class[rows[i]->fake]++;
    }
    return s->n_class[0] >= MIN_PER_CLASS && s->n_class[1] >= MIN_PER_CLASS;
}

/* One signal: its entry is added to `out`, or a line says why not. */
static um_status calibrate(um_json *out, row **rows, size_t n, const char *data, const char *command,
                           um_error *err)
{
    set s = {.row = (const row **)rows, .n = n, .weight = um_calloc(n, sizeof *s.weight)};
    double *score = um_calloc(n, sizeof *score);
    const char *name = rows[0]->signal;
    um_status st = s.weight && score ? UM_OK : um_fail_oom(err);
    for (size_t i = 1; i < n && st == UM_OK; i++)
        if (rows[i]->version != rows[0]->version)
            st = um_fail(err, UM_EFORMAT, "scores of two versions of '%s'", name);
    if (st < 0)
        goto done;
    const bool enough = number_clusters(&s, rows);
    qsort(rows, n, sizeof *rows, by_score);
    for (size_t i = 0; i < n; i++) {
        score[i] = rows[i]->score;
        s.weight[i] = 1;
    }
    const double low = um_quantile(score, n, .01), high = um_quantile(score, n, .99);
    s.mean = um_mean(score, n);
    s.spread = sqrt(um_variance(score, n));
    if (!enough || !(low < high)) {
        printf("%-18s left out: %zu real, %zu fake scores\n", name, s.n_class[0], s.n_class[1]);
        goto done;
    }
    const double area = auc(&s), eer = equal_error(&s);
    const line l = fit(&s);
    if (area < MIN_AUC || l.slope <= 0) {
        printf("%-18s left out: AUC %.3f, slope %+.3f on %zu real, %zu fake\n", name, area, l.slope,
               s.n_class[0], s.n_class[1]);
        goto done;
    }
    const double sigma = fmax(spread_of_draws(&s), MIN_SIGMA);
    printf("%-18s AUC %.3f, EER %.3f on %zu real (%d groups), %zu fake (%d groups); log10 LR %+.2f at %.3g, "
           "%+.2f at "
           "%.3g; sigma %.2f\n",
           name, area, eer, s.n_class[0], s.n_clusters[0], s.n_class[1], s.n_clusters[1], log_lr(l, low), low,
           log_lr(l, high), high, sigma);
    um_json *entry = um_json_object();
    um_json_set_text(entry, "name", name);
    um_json_set_int(entry, "version", rows[0]->version);
    um_json_set_num(entry, "slope", l.slope, 6);
    um_json_set_num(entry, "intercept", l.offset, 6);
    um_json_set_num(entry, "score_min", low, 6);
    um_json_set_num(entry, "score_max", high, 6);
    um_json_set_num(entry, "log_lr_max", LOG_LR_MAX, 6);
    um_json_set_num(entry, "sigma", sigma, 3);
    um_json_set_int(entry, "n_real", (int64_t)s.n_class[0]);
    um_json_set_int(entry, "n_fake", (int64_t)s.n_class[1]);
    um_json_set_num(entry, "auc_train", area, 4);
    um_json_set_num(entry, "eer_train", eer, 4);
    um_json_set_text(entry, "data", data);
    um_json_set_text(entry, "command", command);
    um_json_add(out, entry);
done:
    free(s.weight);
    free(score);
    return st;
}

/* "signal,version,split,group,label,score" without quotes; the header and rows of other splits are skipped.
 */
static um_status read_rows(row **rows, size_t *n, char *text, const char *path, um_error *err)
{
    size_t capacity = 0, number = 0;
    char *rest = text;
    for (char *at; (at = strsep(&rest, "\n"));) {
        row r = {0};
        char split[16], label[8];
        number++;
        if (!*at || !strncmp(at, "signal,", 7))
            continue;
        if (sscanf(at, "%47[^,],%d,%15[^,],%95[^,],%7[^,],%lf", r.signal, &r.version, split, r.group, label,
                   &r.score) != 6 ||
            !isfinite(r.score) || (strcmp(label, "real") && strcmp(label, "fake")))
            return um_fail(err, UM_EFORMAT, "%s: line %zu is not signal,version,split,group,label,score",
                           path, number);
        if (strcmp(split, "train"))
            continue;
        r.fake = !strcmp(label, "fake");
        if (!um_grow(rows, &capacity, *n + 1, MAX_ROWS, sizeof **rows))
            return um_fail_oom(err);
        (*rows)[(*n)++] = r;
    }
    return UM_OK;
}

static um_status fit_all(um_json *list, row *rows, size_t n, const char *data, const char *command,
                         um_error *err)
{
    row **of_signal = um_calloc(n, sizeof *of_signal);
    bool *done = um_calloc(n, sizeof *done);
    um_status st = of_signal && done ? UM_OK : um_fail_oom(err);
    for (size_t i = 0; i < n && st == UM_OK; i++) {
        size_t k = 0;
        if (done[i])
            continue;
        for (size_t j = i; j < n; j++)
            if (!strcmp(rows[j].signal, rows[i].signal)) {
                of_signal[k++] = &rows[j];
                done[j] = true;
            }
        st = calibrate(list, of_signal, k, data, command, err);
    }
    free(of_signal);
    free(done);
    return st;
}

int main(int argc, char **argv)
{
    um_error err = {0};
    char *text = NULL, *json = NULL;
    row *rows = NULL;
    size_t bytes = 0, n = 0;
    if (argc != 6) {
        fprintf(stderr, "usage: fit_calibration SCORES.csv OUT.json NAME DATA COMMAND\n");
        return 2;
    }
    um_json *root = um_json_object(), *list = um_json_array();
    um_status st = um_file_read(&text, &bytes, argv[1], (size_t)1 << 28, &err);
    if (st == UM_OK)
        st = read_rows(&rows, &n, text, argv[1], &err);
    if (st == UM_OK && !rows)
        st = um_fail(&err, UM_EFORMAT, "%s: no row of split train", argv[1]);
    if (st == UM_OK)
        st = fit_all(list, rows, n, argv[4], argv[5], &err);
    um_json_set_int(root, "version", 1);
    um_json_set_text(root, "name", argv[3]);
    um_json_set(root, "signals", list);
    if (st == UM_OK)
        st = um_json_text(&json, root, 2, &err);
    if (st == UM_OK)
        st = um_file_write(argv[2], json, strlen(json), &err);
    if (st < 0)
        fprintf(stderr, "fit_calibration: %s\n", err.text);
    um_json_free(&root);
    free(json);
    free(rows);
    free(text);
    return st < 0;
}
