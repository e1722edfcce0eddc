/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.h: the threads of a process, shared by all that has work to divide.
 *
 * Two kinds of work. A fork and join (um_pool_run) has parts that are taken one by one, also by its caller:
 * on a busy machine, where a thread may not be scheduled for a while, the caller does the work alone instead
 * of waiting. A task (um_pool_submit) is work for later. Threads without work take parts before tasks:
 * somebody waits for parts. No lock is held while work runs, so that work may divide itself again. */
#ifndef UM_POOL_H
#define UM_POOL_H
#include "base/workspace.h"
#include <stdbool.h>
#include <unmask/pool.h>

typedef void um_part_fn(void *context, int part);

int um_pool_threads(const um_pool *pool); /* NULL: 1 */
int um_pool_width(const um_pool *pool);   /* how many of them the machine lets run at once */
/* Memory to work in, for those who run on this pool. */
um_workspaces *um_pool_workspaces(um_pool *pool);

/* fn(context, part) for 0 <= part < n_parts, each once, in any order and on any thread; returns when all are
 * done. By several threads at once, and from inside a part or a task. `pool` NULL: the caller alone. */
void um_pool_run(um_pool *pool, um_part_fn *fn, void *context, int n_parts);

/* Work for later, to be embedded in a struct of the caller; not touched again once `fn` has been called. */
typedef struct um_task {
    void (*fn)(struct um_task *task);
    struct um_task *next; /* of the pool */
} um_task;
/* To be begun in the order of submission by a thread of the pool, or one that helps or waits: with a pool of
 * one thread nobody else does. Never blocks, never fails. */
void um_pool_submit(um_pool *pool, um_task *task);
/* Runs one task, or what is left of a fork and join, in this thread; false when there was neither. */
bool um_pool_help(um_pool *pool);
/* Helps until done(user), which is asked after each piece of work that ends anywhere in the pool, and sleeps
 * when there is nothing to help with. `done` may become true by tasks only. */
void um_pool_wait(um_pool *pool, bool (*done)(void *user), void *user);
#endif
