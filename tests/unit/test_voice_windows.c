/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows go to the voice that speaks in them. */
#include "../check.h"
#include "signals/sound/voice_windows.h"

/* Steps of 0.5 s from 0 on: 000000 111 - 0 1 0 111, '-': silence. */
static const um_told_step step[] = {{0, 0},   {.5, 0}, {1, 0},   {1.5, 0}, {2, 0},
                                    {2.5, 0}, {3, 1},  {3.5, 1}, {4, 1},   {5, 0},
                                    {5.5, 1}, {6, 0},  {6.5, 1}, {7, 1},   {7.5, 1}};
static const um_turns_told turns = {.5, 15, 2, step};

static um_voice_windows *share(float t_s, double length_s)
{
    static um_voice_windows by[UM_MAX_SPEAKERS];
    const um_heard_window w = {t_s, 2.5f};
    um_voice_windows_share(by, &w, 1, length_s, &turns);
    return by;
}

int main(void)
{
    static const struct {
        float t_s;
        double length_s;
        int whose;                            /* -1: nobody's */
    } of[] = {{0, 2, 0},      {2, 1.5, 0},    /* two of three */
              {2.5f, 1.5, 1}, {2, 2, -1},     /* two of four */
              {1, 3, 0},      {1, 3.5, -1},   /* four of six; of seven */
              {4.4f, .5, -1}, {9, 2, -1},     /* silence; after the end */
              {4, 1, 1},      {5, 1.5, 0},    /* one of one; two of three, apart */
              {.25f, .5, 0},  {2.76f, .5, 1}, /* the middle of a step decides */
              {2.74f, .5, 0}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        const um_voice_windows *by = share(of[i].t_s, of[i].length_s);
        for (int k = 0; k < UM_MAX_SPEAKERS; k++) {
            CHECK(by[k].n == (k == of[i].whose) && by[k].fake == by[k].n);
            CHECK_NEAR(by[k].sum, 2.5 * by[k].n, 1e-6);
        }
        CHECK_NEAR(by[0].speech_s, 4, 1e-9);
        CHECK_NEAR(by[1].speech_s, 3.5, 1e-9);
    }
    const um_heard_window w[] = {{0, 1}, {1, -3}, {3, 4}, {3.1f, 0}};
    um_voice_windows by[UM_MAX_SPEAKERS];
    um_voice_windows_share(by, w, 4, 1.5, &turns);
    CHECK(by[0].n == 2 && by[0].fake == 1 && by[0].sum == -2);
    CHECK(by[1].n == 2 && by[1].fake == 1 && by[1].sum == 4);
    return check_done();
}
