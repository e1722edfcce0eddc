/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of a training and its page: what is written comes back as a curve, foreign text stays text. */
#include "../check.h"
#include "train/log.h"
#include <string.h>
#include <unistd.h>

static char log_path[64], html_path[64];

static char *page(void)
{
    size_t n;
    char *text = NULL;
    um_error err = {0};
    CHECK(um_curves_write(html_path, log_path, "two <lines> & more", &err) == UM_OK);
    CHECK(um_file_read(&text, &n, html_path, 1 << 24, &err) == UM_OK);
    return text;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (; text && (text = strstr(text, what)); text++)
        n++;
    return n;
}

/* Where the points of chart `i` begin, and how many there are. */
static int points(const char *text, int i, double *first_y, double *last_y)
{
    int n = 0;
    double x;
    for (; text && i >= 0; i--)
        text = (text = strstr(text, "<path class=\"line\" d=\"M")) ? text + 22 : NULL;
    for (int used; text && sscanf(text, "%*1[ML]%lf %lf%n", &x, last_y, &used) == 2;
         n++, text += used, text += 2 * !strncmp(text, "h0", 2))
        if (!n)
            *first_y = *last_y;
    return n;
}

static void round_trip(void)
{
    um_train_log *log = NULL;
    um_error err = {0};
    um_train_task task = {.n_terms = 2, .term = {"box", "score"}, .n_metrics = 1, .metric = {"recall"}};
    um_train_state state = {.window_steps = 2, .window = {2, 6}, .window_norm = 3};
    CHECK(um_train_log_open(&log, log_path, 0, &err) == UM_OK);
    for (int i = 1; i <= 40; i++) {
        um_train_progress p = {.step = 10 * i,
                               .epoch = i,
                               .loss = 4. / i,
                               .rate = 1e-3,
                               .samples_per_s = 100,
                               .utilisation = .9,
                               .seconds = 2 * i};
        CHECK(um_train_log_steps(log, &task, &state, &p, &err) == UM_OK);
        state.step = p.step;
        const double metric = i <= 20 ? i / 40. : .4;
        if (i % 10 == 0)
            CHECK(um_train_log_metrics(log, &task, &state, &metric, i <= 20, &err) == UM_OK);
    }
    um_train_log_close(&log);
    char *text = page();
    double first = 0, last = 0;
    CHECK(count(text, "<figure>") == 8 &&
          count(text, "</figure>") == 8); /* loss, 2 terms, metric, 4 others */
    CHECK(strstr(text, "two &lt;lines&gt; &amp; more") && !strstr(text, "<lines>"));
    CHECK(strstr(text, "Step 400 after 1 min 20 s; the best weights so far are those of step 200"));
    CHECK(points(text, 0, &first, &last) == 40 && first < last); /* y runs down */
    CHECK(strstr(text, "recall <b>0.4</b>") && count(text, "<circle") == 1);
    free(text);

    /* An interrupted run goes on at 200: what it did after that is gone. */
    CHECK(um_train_log_open(&log, log_path, 200, &err) == UM_OK);
    um_train_log_close(&log);
    text = page();
    CHECK(points(text, 0, &first, &last) == 20 && strstr(text, "Step 200"));
    free(text);
}

static void foreign(void)
{
    static const char *const lines[] = {
        "{\"step\": 5, \"loss\": 1e300, \"terms\": {\"<script>alert(1)</script>\": 1, \"b\": 1e-300}}\n",
        "{\"step\": 1e300, \"loss\": 2}\n{\"step\": -5, \"loss\": 2}\n",
        "{\"step\": \"x\", \"loss\": [], \"terms\": 7, \"metrics\": 8, \"seconds\": 1e300}\n",
        "{\"step\": 3, \"metrics\": {\"m\": 1e308, \"n\": -1e308}, \"best\": true, \"seconds\": -1}\n",
        "[1, 2]\n\n{}\n"};
    um_error err = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        CHECK(um_file_write(log_path, lines[i], strlen(lines[i]), &err) == UM_OK);
        char *text = page();
        CHECK(!strstr(text, "<script") && !strstr(text, "nan") && !strstr(text, "inf"));
        free(text);
    }
    CHECK(um_file_write(log_path, "{\"step\": 5", 10, &err) == UM_OK);
    CHECK(um_curves_write(html_path, log_path, "x", &err) == UM_EFORMAT && strstr(err.text, log_path));
    remove(log_path);
    CHECK(um_curves_write(html_path, log_path, "x", &err) == UM_EIO);
}

/* A long run is thinned out, and still ends with its last point. */
static void long_run(void)
{
    enum { LINES = 30000 };
    FILE *f = fopen(log_path, "w");
    double first = 0, last = 0;
    CHECK(f != NULL);
    for (int i = 1; f && i <= LINES; i++)
        fprintf(f, "{\"step\": %d, \"loss\": %g}\n", i, i == LINES ? .01 : 1.);
    if (f)
        fclose(f);
    char *text = page();
    int n = points(text, 0, &first, &last);
    CHECK(n == 601 && last > first); /* one of each column, where all are alike, and the last */
    free(text);
}

int main(void)
{
    snprintf(log_path, sizeof log_path, "/tmp/unmask-curves-%d.jsonl", (int)getpid());
    snprintf(html_path, sizeof html_path, "/tmp/unmask-curves-%d.html", (int)getpid());
    round_trip();
    foreign();
    long_run();
    remove(log_path);
    remove(html_path);
    return check_done();
}
