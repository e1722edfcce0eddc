/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heard.h: a signal of sound that hears a made recording, and what it says of the file. Included once per
 * test program. */
#ifndef UM_HEARD_H
#define UM_HEARD_H
#include "signal_run.h"

static uint64_t heard_seed = 3;

static inline double random_number(void) /* -1..1, its mean square is 1 / 3 */
{
    heard_seed = heard_seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(heard_seed >> 11) / 4503599627370496.0 - 1;
}

/* In blocks of so many samples. */
static inline um_findings *heard(const char *signal, const float *sound, int n, int rate_hz, int block)
{
    runner r;
    if (runner_begin(&r, um_signal_find(signal)) < 0)
        abort();
    for (int i = 0; i < n; i += block)
        if (runner_sound(&r, &(um_sound){.first = i,
                                         .rate_hz = rate_hz,
                                         .channels = 1,
                                         .n = n - i < block ? n - i : block,
                                         .mono = sound + i}) < 0)
            abort();
    if (runner_finish(&r) < 0)
        abort();
    return runner_end(&r);
}

/* Numbers that are none or huge, a rate that changes to another and back, jumps of time to both sides and to
 * `far`: it must not fail. */
static inline bool bears_hostile_sound(const char *signal, int other_hz, int64_t far)
{
    enum { N = 48000 };
    static float sound[N];
    runner r;
    for (int i = 0; i < N; i++)
        sound[i] = i % 3 ? 3e38f : i % 2 ? -INFINITY : NAN;
    bool bears = runner_begin(&r, um_signal_find(signal)) == UM_OK;
    for (int i = 0; i < 8; i++)
        bears = runner_sound(&r, &(um_sound){.first = i == 5 ? far : i * 40000,
                                             .rate_hz = i % 2 ? other_hz : 16000,
                                             .channels = 1,
                                             .n = N,
                                             .mono = sound}) == UM_OK &&
                bears;
    bears = runner_finish(&r) == UM_OK && bears;
    um_findings *f = runner_end(&r);
    bears = bears && f && f->outcome != UM_FAILED;
    um_findings_free(&f);
    return bears;
}

static inline const char *file_text(const um_findings *f) /* "": it has no score */
{
    const um_result *r = result_of(f, UM_FILE);
    return r && r->outcome == UM_SCORED ? r->text : "";
}

static inline double file_score(const um_findings *f) /* NAN: it has none */
{
    const um_result *r = result_of(f, UM_FILE);
    return r && r->outcome == UM_SCORED ? r->score : NAN;
}
#endif
