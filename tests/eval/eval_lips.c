/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lip_sync says of recordings with their own sound, with that sound shifted, and with the sound of
 * another recording. Each file is decoded, and its faces followed, once.
 *
 *     eval_lips [--own] [--seconds S] FILE...
 *
 * One line per file, condition and person, tab-separated: file, condition (0: own sound; milliseconds by
 * which the sound comes later; "foreign": the sound of the next file of another folder), person, score ("-":
 * none), words. --own: own sound only. Signs and numbers are read by eval_lips.py. */
#include "../unit/signal_run.h"
#include <stdio.h>
#include <string.h>
#include <unmask/unmask.h>

static const int SHIFTS_MS[] = {0, -1000, -400, -310, -200, 200, 310, 400, 1000}; /* 310: no whole step */
enum { SHIFTS = 9, FOREIGN = SHIFTS, CONDITIONS };

typedef struct other { /* the sound of another file */
    float *mono;
    size_t capacity;
    int64_t n;
    int rate_hz;
} other;

typedef struct ears {
    int n; /* conditions */
    runner run[CONDITIONS];
    other foreign;
} ears;

static void must(um_status st, const um_error *err)
{
    if (st >= 0)
        return;
    fprintf(stderr, "eval_lips: %s\n", err->text);
    exit(4);
}

static void listen(other *o, const char *path, double max_s)
{
    um_error err = {0};
    um_source *source = NULL;
    um_moment *m = NULL;
    const um_source_options want = {.want = UM_WANT_SOUND, .max_s = max_s};
    o->n = 0;
    must(um_source_open(&source, path, &want, &err), &err);
    while (um_source_next(&m, source, &err) == UM_OK) {
        for (int i = 0; m->sound && i < m->sound->n; i++) {
            if (!um_grow(&o->mono, &o->capacity, (size_t)o->n + 1, 1 << 26, sizeof *o->mono))
                must(UM_ENOMEM, &err);
            o->rate_hz = m->sound->rate_hz;
            o->mono[o->n++] = m->sound->mono[i];
        }
        um_moment_free(&m);
    }
    um_source_close(&source);
}

static um_status observe(void *observer, const um_observation *o, um_error *err)
{
    ears *e = observer;
    um_status st = UM_OK;
    for (int i = 0; i < e->n && st == UM_OK; i++) {
        if (o->frame && o->faces)
            st = runner_picture(&e->run[i], o->frame, o->faces->face, o->faces->n);
        if (!o->sound)
            continue;
        um_sound s = *o->sound;
        if (i < SHIFTS) {
            s.first += (int64_t)SHIFTS_MS[i] * s.rate_hz / 1000;
            const int64_t cut = s.first < 0 ? -s.first : 0;
            s.first += cut;
            s.mono += cut;
            s.n -= (int)cut;
        } else {
            const int64_t from = s.first * e->foreign.rate_hz / s.rate_hz;
            const int64_t to = (s.first + s.n) * e->foreign.rate_hz / s.rate_hz;
            s = (um_sound){.first = from, .rate_hz = e->foreign.rate_hz, .channels = 1};
            s.n = (int)((to < e->foreign.n ? to : e->foreign.n) - from);
            s.mono = e->foreign.mono + from;
        }
        if (s.n > 0)
            st = runner_sound(&e->run[i], &s);
    }
    return st;
}

static void tell(ears *e, const char *path)
{
    for (int i = 0; i < e->n; i++) {
        char condition[16] = "foreign";
        if (i < SHIFTS)
            snprintf(condition, sizeof condition, "%d", SHIFTS_MS[i]);
        if (runner_finish(&e->run[i]) < 0)
            exit(5);
        um_findings *f = runner_end(&e->run[i]);
        for (int k = 0; k < f->n_results; k++) {
            const um_result *r = &f->result[k];
            if (um_subject_person(r->subject) < 0)
                continue;
            printf("%s\t%s\t%d\t", path, condition, um_subject_person(r->subject));
            if (r->outcome == UM_SCORED)
                printf("%.4f\t%s\n", r->score, r->text);
            else
                printf("-\t%s\n", r->text);
        }
        if (!f->n_results)
            printf("%s\t%s\t-\t-\t%s\n", path, condition, f->reason);
        um_findings_free(&f);
    }
    fflush(stdout);
}

static const char *next_elsewhere(char **path, int n, int i)
{
    const char *end = strrchr(path[i], '/');
    const size_t folder = end ? (size_t)(end - path[i]) : 0;
    for (int k = 1; k < n; k++) {
        const char *p = path[(i + k) % n];
        if (strncmp(p, path[i], folder) || strchr(p + folder + 1, '/'))
            return p;
    }
    return path[(i + 1) % n];
}

int main(int argc, char **argv)
{
    um_error err = {0};
    um_analyzer *analyzer = NULL;
    ears e = {.n = CONDITIONS};
    um_analysis_options opt = UM_ANALYSIS_OPTIONS_INIT;
    opt.signals = "provenance";
    opt.observe = observe;
    opt.observer = &e;
    opt.observer_needs = UM_NEED_FACES | UM_NEED_SOUND;
    int first = 1;
    for (; first < argc && !strncmp(argv[first], "--", 2); first++)
        if (!strcmp(argv[first], "--own"))
            e.n = 1;
        else if (first + 1 < argc)
            opt.max_s = atof(argv[++first]);
    um_media_quiet();
    must(um_analyzer_new(&analyzer, &opt, &err), &err);
    for (int i = first; i < argc; i++) {
        um_results *results = NULL;
        if (e.n == CONDITIONS)
            listen(&e.foreign, next_elsewhere(argv + first, argc - first, i - first), opt.max_s);
        for (int k = 0; k < e.n; k++)
            if (runner_begin(&e.run[k], um_signal_find("lip_sync")) < 0)
                return 5;
        must(um_analyzer_run(&results, analyzer, argv[i], &err), &err);
        um_results_free(&results);
        tell(&e, argv[i]);
    }
    um_analyzer_free(&analyzer);
    free(e.foreign.mono);
    return 0;
}
