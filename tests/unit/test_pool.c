/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pool: each part and each task once, from several callers and from inside each other, without deadlock;
 * under ThreadSanitizer too. */
#include "../check.h"
#include "base/base.h"
#include "base/pool.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { PARTS = 97, INNER = 13, CALLERS = 5, ROUNDS = 60, TASKS = 200 };

struct count {
    um_pool *pool;
    _Atomic int times[PARTS];
    _Atomic int inner;
};

static void count_part(void *context, int part)
{
    struct count *c = context;
    atomic_fetch_add(&c->times[part], 1);
}

static bool each_once(struct count *c)
{
    for (int i = 0; i < PARTS; i++)
        if (atomic_exchange(&c->times[i], 0) != 1)
            return false;
    return true;
}

static void test_parts_once(um_pool *pool)
{
    struct count c = {.pool = pool};
    for (int i = 0; i < ROUNDS; i++) {
        um_pool_run(pool, count_part, &c, PARTS);
        CHECK(each_once(&c));
    }
    um_pool_run(pool, count_part, &c, 0);
    CHECK(!atomic_load(&c.times[0]));
}

static void inner_part(void *context, int part)
{
    atomic_fetch_add(&((struct count *)context)->inner, 1);
}

static void outer_part(void *context, int part)
{
    struct count *c = context;
    um_pool_run(c->pool, inner_part, c, INNER);
    count_part(c, part);
}

static void test_nesting(um_pool *pool)
{
    struct count c = {.pool = pool};
    um_pool_run(pool, outer_part, &c, PARTS);
    CHECK(each_once(&c) && atomic_load(&c.inner) == PARTS * INNER);
}

static void *caller(void *user)
{
    struct count c = {.pool = user};
    int good = 0;
    for (int i = 0; i < ROUNDS; i++) {
        um_pool_run(c.pool, i % 2 ? outer_part : count_part, &c, PARTS);
        good += each_once(&c);
    }
    return good == ROUNDS && atomic_load(&c.inner) == ROUNDS / 2 * PARTS * INNER ? user : NULL;
}

static void test_callers(um_pool *pool)
{
    pthread_t thread[CALLERS];
    void *good;
    for (int i = 0; i < CALLERS; i++)
        CHECK(pthread_create(&thread[i], NULL, caller, pool) == 0);
    for (int i = 0; i < CALLERS; i++)
        CHECK(pthread_join(thread[i], &good) == 0 && good == pool);
}

struct task {
    um_task base; /* first: the pool gives it back */
    struct list *list;
    int i;
};
struct list {
    um_pool *pool;
    struct task tasks[TASKS];
    _Atomic int order[TASKS], ended;
};

static void run_task(um_task *base)
{
    struct task *t = (struct task *)base;
    struct count c = {.pool = t->list->pool};
    if (t->i % 8 == 0)
        um_pool_run(c.pool, outer_part, &c, INNER);
    if (t->i % 2 == 0 && t->i + 1 < TASKS) /* a task may submit the next one */
        um_pool_submit(t->list->pool, &t->list->tasks[t->i + 1].base);
    atomic_store(&t->list->order[atomic_fetch_add(&t->list->ended, 1)], t->i);
}

static bool all_ended(void *user)
{
    return atomic_load(&((struct list *)user)->ended) == TASKS;
}

static void begin(struct list *l, um_pool *pool)
{
    memset(l, 0, sizeof *l);
    l->pool = pool;
    for (int i = 0; i < TASKS; i++)
        l->tasks[i] = (struct task){.base.fn = run_task, .list = l, .i = i};
}

static void test_tasks(um_pool *pool)
{
    static struct list l;
    int times[TASKS] = {0};
    begin(&l, pool);
    for (int i = 0; i < TASKS; i += 2)
        um_pool_submit(pool, &l.tasks[i].base);
    um_pool_wait(pool, all_ended, &l);
    for (int i = 0; i < TASKS; i++)
        times[l.order[i]]++;
    for (int i = 0; i < TASKS; i++)
        CHECK(times[i] == 1);
    CHECK(!um_pool_help(pool));
}

/* One thread: submitting queues, and the order is that of submission. */
static void test_order(void)
{
    static struct list l;
    um_pool *pool = NULL;
    CHECK(um_pool_new(&pool, 1, NULL) == UM_OK && um_pool_threads(pool) == 1);
    begin(&l, pool);
    for (int i = 1; i < TASKS; i += 2)
        um_pool_submit(pool, &l.tasks[i].base);
    CHECK(!atomic_load(&l.ended));
    for (int i = 0; i < TASKS / 2; i++) {
        CHECK(um_pool_help(pool) && atomic_load(&l.ended) == i + 1);
        CHECK(l.order[i] == 2 * i + 1);
    }
    CHECK(!um_pool_help(pool));
    um_pool_free(&pool);
}

/* A thread of the pool does what nobody helps with. */
static void test_background(um_pool *pool)
{
    static struct list l;
    begin(&l, pool);
    um_pool_submit(pool, &l.tasks[1].base);
    for (int i = 0; i < 10000 && !atomic_load(&l.ended); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    CHECK(atomic_load(&l.ended) == 1);
}

int main(void)
{
    um_pool *pool = NULL;
    um_error err = {0};
    CHECK(um_pool_new(&pool, -1, &err) == UM_EINVAL && !pool);
    CHECK(um_pool_new(&pool, UM_POOL_MAX_THREADS + 1, &err) == UM_EINVAL && !pool);
    CHECK(um_pool_new(&pool, 0, &err) == UM_OK && um_pool_threads(pool) == um_cores());
    um_pool_free(&pool);
    CHECK(!pool);
    um_pool_free(&pool);
    um_pool_free(NULL);
    CHECK(um_pool_threads(NULL) == 1);
    test_parts_once(NULL);
    test_nesting(NULL);
    test_order();
    for (int threads = 1; threads <= 8; threads += threads < 3 ? 1 : 5) {
        CHECK(um_pool_new(&pool, threads, &err) == UM_OK && um_pool_threads(pool) == threads);
        test_parts_once(pool);
        test_nesting(pool);
        test_callers(pool);
        test_tasks(pool);
        if (threads > 1)
            test_background(pool);
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL); /* all asleep */
        test_tasks(pool);
        um_pool_free(&pool);
    }
    for (int i = 0; i < 20; i++) { /* freed while idle, sometimes before a thread has begun */
        CHECK(um_pool_new(&pool, 4, &err) == UM_OK);
        um_pool_free(&pool);
    }
    return check_done();
}
