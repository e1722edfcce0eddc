/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals/sound/voice_windows.h"

static const double OWN = .66; /* share of the speech of a window, in steps, from which it is that voice's */

static double middle_s(const um_turns_told *t, int step)
{
    return t->step[step].from_s + t->step_s / 2;
}

void um_voice_windows_share(um_voice_windows by[UM_MAX_SPEAKERS], const um_heard_window *w, int n,
                            double length_s, const um_turns_told *t)
{
    for (int i = 0; i < UM_MAX_SPEAKERS; i++)
        by[i] = (um_voice_windows){0};
    for (int i = 0; i < t->n; i++)
        by[t->step[i].voice].speech_s += t->step_s;
    for (int i = 0, from = 0; i < n; i++) {
        const double begins_s = (double)w[i].t_s;
        int steps[UM_MAX_SPEAKERS] = {0}, all = 0, most = 0;
        while (from < t->n && middle_s(t, from) < begins_s)
            from++;
        for (int k = from; k < t->n && middle_s(t, k) < begins_s + length_s; k++, all++)
            steps[t->step[k].voice]++;
        for (int k = 1; k < t->n_voices; k++)
            most = steps[k] > steps[most] ? k : most;
        if (!all || steps[most] < OWN * all)
            continue;
        by[most].sum += (double)w[i].logit;
        by[most].n++;
        by[most].fake += w[i].logit > 0;
    }
}
