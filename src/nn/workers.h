/* workers.h: a few threads that share the parts of one job.
 *
 * Parts are taken one by one, the caller takes them too: on a busy machine, where a worker may not be
 * scheduled for a while, the caller does the work alone instead of waiting. (OpenMP's fixed shares cost ten
 * times as much there.) One caller at a time. */
#ifndef UM_NN_WORKERS_H
#define UM_NN_WORKERS_H
#include <unmask/types.h>

typedef struct um_workers um_workers;
typedef void um_part_fn(void *context, int part);

um_status um_workers_new(um_workers **out, int threads, um_error *err);
void um_workers_free(um_workers **workers);
/* In both, `workers` NULL: the caller alone. */
int um_workers_threads(const um_workers *workers);
void um_workers_run(um_workers *workers, um_part_fn *fn, void *context, int n_parts);
#endif
