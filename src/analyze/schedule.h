/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule.h: hands the moments of a recording to its signals, on the threads of a pool.
 *
 * One thread, the caller, reads moments and follows faces; each moment then goes into a ring. A signal's
 * `measure` of a moment is one task, in any order; its `push` is another, in the order of moments, when the
 * measure is there and the push before it has ended. So signals run beside each other, and a result depends
 * neither on the number of threads nor on their luck: what a signal says is written by its pushes alone. The
 * caller helps when the ring is full. */
#ifndef UM_SCHEDULE_H
#define UM_SCHEDULE_H
#include "analyze/runner.h"

typedef struct um_schedule um_schedule;

/* Called by the thread of the caller for each moment in order, when all signals have pushed it and none has
 * pushed a later one (its measure may have run). An error ends the analysis. */
typedef um_status um_seen_fn(void *user, const um_signal_input *moment, um_error *err);

/* For n signals that have begun. `recording` gives media and probe; `streams` (may be NULL) makes the
 * products that follow in time. All are borrowed until um_schedule_free. */
um_status um_schedule_new(um_schedule **out, um_pool *pool, um_runner *runner, int n,
                          const um_signal_input *recording, um_product_streams *streams, um_error *err);
/* Before the first moment. */
void um_schedule_observe(um_schedule *s, um_seen_fn *seen, void *user);
/* Called by the thread of the caller with the products of each moment as they are made, in order; after the
 * last, with those that were kept back and without a moment. An error ends the analysis. */
typedef um_status um_made_fn(void *user, um_products *products, const um_sound *sound, um_error *err);
/* Before the first moment; of sound alone. */
void um_schedule_listen(um_schedule *s, um_made_fn *made, void *user);
/* The next moment; waits until there is room. Moment and faces (NULL: not looked for) are taken over, also
 * when it fails: both are then empty. */
um_status um_schedule_push(um_schedule *s, um_moment **moment, um_faces *faces, um_error *err);
/* After the last moment: waits for the signals, and finishes them side by side. */
um_status um_schedule_finish(um_schedule *s, um_error *err);
/* Also in the middle: what has not begun is left out. */
void um_schedule_free(um_schedule **schedule);
#endif
