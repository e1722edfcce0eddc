/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_parts: processor time of the parts of `unmask voice` on one recording, milliseconds, the least of
 * some runs each; bench/voice holds them against Praat's.
 *
 *     voice_parts FILE [RUNS] */
#include "voice/voice_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

enum { VOICE, FORMANTS, CEPSTRUM, TIMING, MOVEMENT, LOWERED, PARTS };
static const char *const NAME[PARTS] = {"voice", "formants", "cpps", "timing", "movement", "lowered"};

int main(int argc, char **argv)
{
    um_measured_voice *v = NULL;
    um_error err = {0};
    double least[PARTS];
    const int runs = argc > 2 ? atoi(argv[2]) : 5;
    um_status st = argc > 1 ? um_voice_measure_file(&v, argv[1], &err) : UM_EINVAL;
    for (int run = 0; run < runs && st == UM_OK; run++) {
        um_measured_voice again = {.x = v->x, .n = v->n, .rate_hz = v->rate_hz};
        um_lowered low[UM_VOICE_LOWERED] = {0};
        double at[PARTS + 1];
        at[VOICE] = cpu_ms();
        if ((st = um_voice_find_pitch(&again, &err)) == UM_OK &&
            (st = um_voice_find_pulses(&again, &err)) == UM_OK)
            st = um_voice_judge(&again, &err);
        at[FORMANTS] = cpu_ms();
        double lowering = 0;
        if (st == UM_OK)
            st = um_voice_lower(low, &again, &err);
        lowering = cpu_ms() - at[FORMANTS];
        if (st == UM_OK)
            st = um_voice_find_formants(&again, &low[0], &err);
        at[CEPSTRUM] = cpu_ms();
        if (st == UM_OK)
            st = um_voice_find_cepstral_peak(&again, &low[1], &err);
        at[TIMING] = cpu_ms();
        if (st == UM_OK)
            st = um_voice_time(&again, &err);
        at[MOVEMENT] = cpu_ms();
        if (st == UM_OK)
            st = um_voice_find_movement(&again, &err);
        at[LOWERED] = cpu_ms();
        for (int i = 0; i < PARTS; i++) {
            const double ms = i == LOWERED ? lowering : at[i + 1] - at[i] - (i == FORMANTS ? lowering : 0);
            least[i] = run && least[i] < ms ? least[i] : ms;
        }
        for (int i = 0; i < UM_VOICE_LOWERED; i++)
            free(low[i].x);
        free(again.frame);
        free(again.pulse);
    }
    um_voice_free(&v);
    if (st < 0) {
        fprintf(stderr, "voice_parts: %s\n", argc > 1 ? err.text : "which file?");
        return 1;
    }
    for (int i = 0; i < PARTS; i++)
        printf("%s %.1f\n", NAME[i], least[i]);
    return 0;
}
