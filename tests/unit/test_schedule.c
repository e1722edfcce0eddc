/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler, with signals and moments made here: what is promised of measure and push holds for any
 * number of threads, whatever signals do. */
#include "../check.h"
#include "analyze/schedule.h"
#include "av/source/moment.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOMENTS = 60, SIGNALS = 40, FAILS_AT = 7, SOUND_EVERY = 3 };
static const int threads[] = {1, 2, 4, 16};

/* ---- signals ---- */

typedef struct tally {
    int pushed, series;
    int64_t last;
} tally;

typedef struct number {
    int64_t moment, *own;
} number;

static _Atomic int n_begun, n_ended, n_measured, n_released, inside, most_inside, n_opened, n_closed;
static _Atomic int measures_of[MOMENTS];

static um_status open_shared(void *shared, const um_resources *resources, um_error *err)
{
    n_opened++;
    *(int *)shared = 42;
    return resources->pool ? UM_OK : um_fail(err, UM_EINTERNAL, "no pool");
}

static void close_shared(void *shared)
{
    n_closed += *(int *)shared == 42;
}

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    ((tally *)state)->last = -1;
    n_begun++;
    return in->media ? UM_OK : um_fail(err, UM_EINTERNAL, "no media");
}

static void end(void *state)
{
    n_ended++;
}

static int64_t number_of(const um_signal_input *in)
{
    return in->frame ? in->frame->index : in->sound->first;
}

/* Moments come in order, each once, and only those asked for. */
static um_status push_in_order(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                               um_error *err)
{
    tally *t = state;
    if (number_of(in) <= t->last || !in->products)
        return um_fail(err, UM_EINTERNAL, "out of order");
    t->last = number_of(in);
    t->pushed++;
    um_status st = um_findings_series(out, &t->series, um_file_subject(), "moment", "", err);
    return st < 0 ? st : um_findings_point(out, t->series, (double)t->last, 1. / (double)(t->last + 1), err);
}

static um_status push_slowly(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                             um_error *err)
{
    usleep((useconds_t)(number_of(in) % 3 * 500));
    return push_in_order(state, in, measure, out, err);
}

static um_status push_fails(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                            um_error *err)
{
    um_status st = push_in_order(state, in, measure, out, err);
    return st == UM_OK && ((tally *)state)->last == FAILS_AT ? um_fail(err, UM_EFORMAT, "at the seventh")
                                                             : st;
}

/* Stays for a while, so that others can come in; the later the sooner it is done. */
static um_status measure_number(void *measure, const void *shared, const um_signal_input *in, um_error *err)
{
    number *m = measure;
    const int now = atomic_fetch_add(&inside, 1) + 1;
    int most = atomic_load(&most_inside);
    while (now > most && !atomic_compare_exchange_weak(&most_inside, &most, now))
        ;
    usleep((useconds_t)((number_of(in) * 7 % 5) * 200));
    n_measured++;
    measures_of[number_of(in)]++;
    if (m->moment || m->own)
        return um_fail(err, UM_EINTERNAL, "the measure did not begin as zeros");
    m->moment = number_of(in);
    m->own = calloc(1, sizeof *m->own);
    atomic_fetch_sub(&inside, 1);
    return m->own ? UM_OK : um_fail(err, UM_ENOMEM, "no memory");
}

static um_status measure_fails(void *measure, const void *shared, const um_signal_input *in, um_error *err)
{
    um_status st = measure_number(measure, shared, in, err);
    return st == UM_OK && number_of(in) >= FAILS_AT
               ? um_fail(err, UM_EFORMAT, "at %lld", (long long)number_of(in))
               : st;
}

static void release(void *measure)
{
    free(((number *)measure)->own);
    n_released++;
}

static um_status push_measured(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                               um_error *err)
{
    const number *m = measure;
    return m->moment == number_of(in) ? push_in_order(state, in, measure, out, err)
                                      : um_fail(err, UM_EINTERNAL, "the measure of another moment");
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    return um_findings_score(out, um_file_subject(), ((tally *)state)->pushed, err, "pushed");
}

enum { ORDERED, MEASURED, SLOW, PUSH_FAILS, MEASURE_FAILS, HEARS, KINDS };
static const um_signal kinds[KINDS] = {
    {.name = "ordered", .needs = UM_NEED_GRAY, .push = push_in_order},
    {.name = "measured",
     .needs = UM_NEED_RGB,
     .measure_size = sizeof(number),
     .measure = measure_number,
     .release = release,
     .push = push_measured},
    {.name = "slow", .needs = UM_NEED_FACES | UM_NEED_SOUND, .push = push_slowly},
    {.name = "push_fails", .needs = UM_NEED_GRAY, .push = push_fails},
    {.name = "measure_fails",
     .needs = UM_NEED_GRAY,
     .measure_size = sizeof(number),
     .measure = measure_fails,
     .release = release,
     .push = push_measured},
    {.name = "hears", .needs = UM_NEED_SOUND, .push = push_in_order},
};

/* ---- a recording ---- */

typedef struct recording {
    um_pool *pool;
    um_signal signal[SIGNALS];
    um_chosen *chosen;
    um_runner runner[SIGNALS];
    int n;
    um_schedule *schedule;
    um_error err;
} recording;

static const um_media media = {.path = "made", .has_video = true, .has_sound = true};

static um_status start(recording *r, int n_threads, int n)
{
    const um_signal_input in = {.media = &media};
    *r = (recording){.n = n};
    um_status st = um_pool_new(&r->pool, n_threads, &r->err);
    const um_resources resources = {.pool = r->pool};
    if (st < 0)
        return st;
    if (!(r->chosen = calloc((size_t)n, sizeof *r->chosen)))
        abort();
    for (int i = 0; i < n && st == UM_OK; i++) {
        r->signal[i] = kinds[i % KINDS];
        r->signal[i].shared_size = sizeof(int);
        r->signal[i].state_size = sizeof(tally);
        r->signal[i].open = open_shared;
        r->signal[i].close = close_shared;
        r->signal[i].begin = begin;
        r->signal[i].finish = finish;
        r->signal[i].end = end;
        r->chosen[i].signal = &r->signal[i];
        st = um_chosen_open(&r->chosen[i], &resources, &r->err);
        if (st == UM_OK)
            st = um_runner_begin(&r->runner[i], &r->chosen[i], &in, &r->err);
    }
    return st < 0 ? st : um_schedule_new(&r->schedule, r->pool, r->runner, n, &in, NULL, &r->err);
}

static void stop(recording *r)
{
    um_schedule_free(&r->schedule);
    for (int i = 0; i < r->n; i++)
        um_runner_free(&r->runner[i]);
    um_chosen_free(&r->chosen, r->n);
    um_pool_free(&r->pool);
}

static um_status feed(recording *r, int i)
{
    um_moment *m = i % SOUND_EVERY == 2 ? um_moment_of_sound(1, 100) : um_moment_of_picture();
    um_faces faces = {0};
    if (!m)
        return um_fail(&r->err, UM_ENOMEM, "no memory");
    if (m->frame)
        m->frame->index = i;
    else
        m->sound->first = i;
    um_status st = um_schedule_push(r->schedule, &m, &faces, &r->err);
    CHECK(!m);
    return st;
}

/* ---- what is promised ---- */

static void reset(void)
{
    n_begun = n_ended = n_measured = n_released = most_inside = n_opened = n_closed = 0;
    for (int i = 0; i < MOMENTS; i++)
        measures_of[i] = 0;
}

static void outcome_of(const recording *r, int i)
{
    const um_findings *f = r->runner[i].findings;
    const int kind = i % KINDS, sounds = MOMENTS / SOUND_EVERY, pictures = MOMENTS - sounds;
    if (kind == PUSH_FAILS || kind == MEASURE_FAILS) {
        CHECK(f->outcome == UM_FAILED);
        CHECK(!strcmp(f->reason, kind == PUSH_FAILS ? "at the seventh" : "at 7"));
        CHECK(f->n_results == 0);
        /* 0 1 3 4 6 (7): no moment after the one at which it failed */
        CHECK(f->series[0].n == (kind == PUSH_FAILS ? 6 : 5));
    } else {
        const int pushed = kind == SLOW ? MOMENTS : kind == HEARS ? sounds : pictures;
        CHECK(f->outcome == UM_SCORED && f->result[0].score == pushed);
        CHECK((int)f->series[0].n == pushed && f->seconds > 0);
    }
}

static void whole(int n_threads, int n)
{
    recording r;
    reset();
    CHECK(start(&r, n_threads, n) == UM_OK);
    for (int i = 0; i < MOMENTS; i++)
        CHECK(feed(&r, i) == UM_OK);
    CHECK(um_schedule_finish(r.schedule, &r.err) == UM_OK);
    for (int i = 0; i < n; i++)
        outcome_of(&r, i);
    const int measuring = (n + KINDS - 1 - MEASURED) / KINDS,
              failing = (n + KINDS - 1 - MEASURE_FAILS) / KINDS;
    for (int i = 0; i < MOMENTS; i++) {
        const int asked = i % SOUND_EVERY == 2 ? 0 : 1;
        CHECK(measures_of[i] >= asked * measuring && measures_of[i] <= asked * (measuring + failing));
    }
    CHECK(n_measured == n_released && inside == 0);
    stop(&r);
    CHECK(n_begun == n && n_ended == n && n_opened == n && n_closed == n);
    CHECK(n_threads == 1 ? most_inside == 1 : most_inside >= 2);
}

/* Left in the middle: what began is ended once, what was measured is released, and nothing runs afterwards.
 */
static void left(int n_threads, int after)
{
    recording r;
    reset();
    CHECK(start(&r, n_threads, SIGNALS) == UM_OK);
    for (int i = 0; i < after; i++)
        CHECK(feed(&r, i) == UM_OK);
    stop(&r);
    CHECK(n_begun == SIGNALS && n_ended == SIGNALS && n_measured == n_released && inside == 0);
    const int measured = n_measured;
    usleep(2000);
    CHECK(measured == n_measured);
}

/* The observer sees moments in order, with what the signals had said by then. */
typedef struct observer {
    const recording *r;
    int seen, stop_at;
} observer;

static um_status see(void *user, const um_signal_input *in, um_error *err)
{
    observer *o = user;
    CHECK(number_of(in) == o->seen);
    for (int i = 0; i < o->r->n; i++) {
        const um_findings *f = o->r->runner[i].findings;
        const int kind = i % KINDS, sounds = (o->seen + 1) / SOUND_EVERY, pictures = o->seen + 1 - sounds;
        if (kind == ORDERED || kind == MEASURED || kind == SLOW)
            CHECK((int)f->series[0].n == (kind == SLOW ? o->seen + 1 : pictures));
    }
    return o->seen++ == o->stop_at ? um_fail(err, UM_EIO, "no space left") : UM_OK;
}

static void observed(int n_threads, int stop_at)
{
    recording r;
    observer o = {&r, 0, stop_at};
    CHECK(start(&r, n_threads, 2 * KINDS) == UM_OK);
    um_schedule_observe(r.schedule, see, &o);
    um_status st = UM_OK;
    for (int i = 0; i < MOMENTS && st == UM_OK; i++)
        st = feed(&r, i);
    if (st == UM_OK)
        st = um_schedule_finish(r.schedule, &r.err);
    if (stop_at < 0)
        CHECK(st == UM_OK && o.seen == MOMENTS);
    else
        CHECK(st == UM_EIO && !strcmp(r.err.text, "no space left") && o.seen == stop_at + 1);
    stop(&r);
}

/* A slow signal does not let moments pile up. */
static _Atomic int live, most_live;

static void gone(void *opaque)
{
    live--;
}

static void bounded(int n_threads)
{
    static uint8_t pixels[64 * 64 + 64];
    recording r;
    live = most_live = 0;
    CHECK(start(&r, n_threads, KINDS) == UM_OK);
    for (int i = 0; i < 4 * MOMENTS; i++) {
        um_moment *m = um_moment_of_picture();
        um_image *image = calloc(1, sizeof *image);
        if (!m || !image)
            abort();
        *image =
            (um_image){.width = 64, .height = 64, .stride = 64, .data = pixels, .refs = 1, .release = gone};
        m->frame->gray = image;
        m->frame->index = i < MOMENTS ? i : MOMENTS - 1;
        if (++live > most_live)
            most_live = live;
        CHECK(um_schedule_push(r.schedule, &m, NULL, &r.err) == UM_OK);
    }
    CHECK(most_live <= 33);
    stop(&r);
    CHECK(live == 0);
}

static um_status few(recording *r)
{
    um_status st = start(r, 1, KINDS);
    for (int i = 0; i < 4 && st == UM_OK; i++)
        st = feed(r, i);
    return st == UM_OK ? um_schedule_finish(r->schedule, &r->err) : st;
}

static void no_memory(void)
{
    for (long n = 0;; n++) {
        recording r;
        um_alloc_fail_at(n);
        const um_status st = few(&r);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        /* memory that a signal asks for in vain is that signal's failure */
        CHECK(st == UM_OK || (failed && st == UM_ENOMEM));
        stop(&r);
        if (!failed)
            break;
    }
}

/* What a signal lacks: it is not applicable; it could not be opened: it failed. Neither begins. */
static um_status cannot_open(void *shared, const um_resources *resources, um_error *err)
{
    return um_fail(err, UM_EFORMAT, "model.onnx: damaged");
}

static void absent_and_broken(void)
{
    static const um_signal broken = {
        .name = "broken", .needs = UM_NEED_GRAY, .open = cannot_open, .begin = begin};
    const um_signal_input in = {.media = &media}, deaf = {.media = &(um_media){.has_video = true}};
    um_chosen c = {.signal = &broken};
    um_runner r[3] = {0};
    reset();
    CHECK(um_chosen_open(&c, &(um_resources){0}, NULL) == UM_OK);
    CHECK(um_runner_begin(&r[0], &c, &in, NULL) == UM_OK);
    CHECK(r[0].findings->outcome == UM_FAILED && !strcmp(r[0].findings->reason, "model.onnx: damaged"));
    const um_chosen lacks = {.signal = &kinds[ORDERED], .absent = "no network for 'x'"};
    CHECK(um_runner_begin(&r[1], &lacks, &in, NULL) == UM_OK);
    um_runner_finish(&r[1], &in);
    CHECK(r[1].findings->outcome == UM_NOT_APPLICABLE && !strcmp(r[1].findings->reason, lacks.absent));
    static const um_network_need needs[] = {{"oracle"}, {NULL}};
    static const um_signal wants = {
        .name = "wants", .needs = UM_NEED_GRAY, .networks = needs, .begin = begin};
    um_chosen none = {.signal = &wants};
    um_network *network;
    um_error err;
    CHECK(um_chosen_open(&none, &(um_resources){0}, NULL) == UM_OK && !none.opened);
    CHECK(!strcmp(none.absent, "there is no network for oracle"));
    CHECK(um_resources_network(&network, &(um_resources){0}, "oracle", &err) == UM_EUNSUPPORTED && !network);
    const um_chosen hears = {.signal = &kinds[HEARS]};
    CHECK(um_runner_begin(&r[2], &hears, &deaf, NULL) == UM_OK);
    um_runner_finish(&r[2], &deaf);
    CHECK(!strcmp(r[2].findings->reason, "the file has no sound") && n_begun == 0);
    for (int i = 0; i < 3; i++)
        um_runner_free(&r[i]);
}

static void choice(void)
{
    um_error err;
    um_chosen *c;
    int n;
    CHECK(um_signals_choose(&c, &n, NULL, &err) == UM_OK && n == um_signal_count());
    um_chosen_free(&c, n);
    CHECK(um_signals_choose(&c, &n, "radial,blink", &err) == UM_OK && n == 2);
    CHECK(!strcmp(c[0].signal->name, "blink")); /* in the order of the registry */
    um_chosen_free(&c, n);
    CHECK(um_signals_choose(&c, &n, "blin", &err) == UM_EINVAL && strstr(err.text, "'blin'") && !c);
}

int main(void)
{
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        whole(threads[i], KINDS);
        whole(threads[i], SIGNALS);
        left(threads[i], 0);
        left(threads[i], 25);
        observed(threads[i], -1);
        observed(threads[i], 20);
        bounded(threads[i]);
    }
    no_memory();
    absent_and_broken();
    choice();
    return check_done();
}
