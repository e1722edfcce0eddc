/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cepstra and the numbers of a speaker by their definitions; points whose voices are known put together to
 * turns. */
#include "../check.h"
#include "base/random.h"
#include "voice/turns.h"
#include <math.h>
#include <string.h>
#include <unmask/products.h>

enum { SIZE = UM_SPEAKER_SIZE, N = UM_SPEAKER_CEPSTRA };

/* ---- numbers ---- */

/* Coefficient k of frame i is k + 3 i, and of every second frame k more: by hand. */
static void numbers(void)
{
    float frame[6][N];
    um_speaker_sums a = {0}, b = {0};
    double out[UM_SPEAKER_NUMBERS];
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < N; k++)
            frame[i][k] = (float)(k + 3 * i + i % 2 * k);
    um_speaker_sums_frame(&a, (const float *[]){frame[0], frame[1], frame[2], frame[3], frame[4]});
    um_speaker_sums_frame(&b, (const float *[]){frame[1], frame[2], frame[3], frame[4], frame[5]});
    um_speaker_sums_add(&a, &b);
    um_speaker_numbers(out, &a);
    CHECK(a.n == 2);
    CHECK_NEAR(out[0], 9, 1e-9);           /* mean of coefficient 1: 7 and 11 */
    CHECK_NEAR(out[N - 1], 1.5, 1e-9);     /* deviation of coefficient 0: 6 and 9 */
    CHECK_NEAR(out[N - 1 + 4], 3.5, 1e-9); /* of coefficient 4: 10 and 17 */
    CHECK_NEAR(out[2 * N - 1], 3, 1e-9);   /* slope: 3 a frame */
    frame[0][0] = 100; /* it is twice as far away as frame 1: (2 (12 - 100) + 9 - 3) / 10 = -17 */
    a = (um_speaker_sums){0};
    um_speaker_sums_frame(&a, (const float *[]){frame[0], frame[1], frame[2], frame[3], frame[4]});
    um_speaker_numbers(out, &a);
    CHECK_NEAR(out[2 * N - 1], 17, 1e-9);
    CHECK_NEAR(out[N - 1], 0, 1e-9);
    um_speaker_numbers(out, &(um_speaker_sums){0});
    for (int k = 0; k < UM_SPEAKER_NUMBERS; k++)
        CHECK(out[k] == 0);
}

static void model(void)
{
    enum { ALL = SIZE * (UM_SPEAKER_NUMBERS + 2) };
    static char text[ALL * 12];
    um_speaker_model m;
    um_speaker_sums s = {.n = 1};
    float point[SIZE];
    um_error err;
    size_t n = 0;
    s.c[1] = 2; /* the first number is 2, deviations are 0 */
    s.cc[1] = 4;
    for (int i = 0; i < SIZE; i++) /* points (2 * 2 - 1, -4, 0, ...), of spread 7 */
        for (int k = 0; k <= UM_SPEAKER_NUMBERS + 1; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%d\n",
                                  i == 0 && k == 0              ? -1000000
                                  : i == 0 && k == 1            ? 2000000
                                  : i == 1 && k == 0            ? -4000000
                                  : k == UM_SPEAKER_NUMBERS + 1 ? 7000000
                                                                : 0);
    CHECK(um_speaker_model_read(&m, text, &err) == UM_OK);
    um_speaker_point(point, &m, &s);
    CHECK_NEAR((double)point[0], 3, 1e-6);
    CHECK_NEAR((double)point[1], -4, 1e-6);
    CHECK(point[2] == 0);
    for (int i = 0; i < SIZE; i++)
        CHECK_NEAR(m.spread[i], 7, 1e-9);
    text[n - 8] = 'x'; /* the first digit of the last number */
    CHECK(um_speaker_model_read(&m, text, &err) == UM_EFORMAT && strstr(err.text, "line 32, number 61"));
    CHECK(um_speaker_model_own(&m, &err) == UM_OK);
    for (int i = 0; i < SIZE; i++) /* voices differ more than one does, in no direction 100 times as much */
        CHECK(m.spread[i] > .3 && m.spread[i] < 100);
}

/* ---- turns ---- */

static uint64_t seed = 5;

/* Voices lie 8 from the middle, each in its own direction, and vary by 1 in each. */
static double spread[SIZE];

static void point_of(float out[SIZE], int voice)
{
    for (int k = 0; k < SIZE; k++)
        out[k] = (float)(um_random_normal(&seed) + (k == voice ? 8 : 0));
}

static um_turns *turns;

static void begin_turns(void)
{
    for (int k = 0; k < SIZE; k++)
        spread[k] = 2;
    CHECK(um_turns_new(&turns, spread, NULL) == UM_OK);
}

static void speak(int64_t from, int n, int voice)
{
    float point[SIZE];
    for (int i = 0; i < n; i++) {
        point_of(point, voice);
        CHECK(um_turns_add(turns, from + i, point, NULL) == UM_OK);
    }
}

static const um_turn_step *end_turns(int *n, int *n_voices)
{
    const um_turn_step *step = NULL;
    CHECK(um_turns_finish(&step, n, n_voices, turns, NULL) == UM_OK);
    return step;
}

static void conversations(void)
{
    int n, n_voices;
    begin_turns(); /* nobody */
    end_turns(&n, &n_voices);
    CHECK(n == 0 && n_voices == 0);
    um_turns_free(&turns);
    begin_turns(); /* one */
    speak(0, 40, 3);
    end_turns(&n, &n_voices);
    CHECK(n == 40 && n_voices == 1);
    um_turns_free(&turns);
    begin_turns(); /* two, of which the one that begins has the number 0 */
    speak(0, 8, 5);
    speak(10, 12, 1);
    speak(22, 8, 5);
    const um_turn_step *s = end_turns(&n, &n_voices);
    CHECK(n == 28 && n_voices == 2);
    for (int i = 0; i < n; i++)
        CHECK(s[i].voice == (i >= 8 && i < 20) && s[i].at == (i < 8 ? i : i + 2));
    um_turns_free(&turns);
}

/* Six steps are a voice, five are not; of 600 steps and more it takes a fiftieth, of 1000 and more 20. A
 * single step within a turn is none of its own. */
static void short_ones(void)
{
    int n, n_voices;
    static const int tried[][2] = {{20, 6}, {600, 12}, {1060, 20}}; /* steps of one, and of two at least */
    for (int i = 0; i < 6; i++) {
        const int *t = tried[i / 2];
        begin_turns();
        speak(0, t[0], 2);
        speak(t[0] + 10, t[1] - 1 + i % 2, 4);
        end_turns(&n, &n_voices);
        CHECK(n_voices == 1 + i % 2);
        um_turns_free(&turns);
    }
    begin_turns();
    speak(0, 10, 2);
    speak(10, 1, 4);
    speak(11, 10, 2);
    speak(21, 10, 4);
    const um_turn_step *s = end_turns(&n, &n_voices);
    CHECK(n_voices == 2 && s[10].voice == 0 && s[20].voice == 0 && s[21].voice == 1);
    um_turns_free(&turns);
}

/* Makes step i of a voice none that was heard before: `by` in one of 26 numbers that voices do not differ in,
 * so that two of them are 2 by^2 apart, and 4 by^2 with the other sign. */
static void set_apart(float point[SIZE], int i, double by)
{
    point[6 + i % 26] = (float)(i / 26 % 2 ? -by : by);
}

static void begin_plain(void) /* voices differ in the first four numbers */
{
    memset(spread, 0, sizeof spread);
    for (int k = 0; k < 4; k++)
        spread[k] = 3;
    CHECK(um_turns_new(&turns, spread, NULL) == UM_OK);
}

/* Two voices that differ by d in four numbers, 20 steps of each. By hand: the means are of 20 points that
 * share their sound, so that the difference varies by one = 2 * 5 / 24 + 2 * (.05 + .05 * 3) = .8167 for one
 * voice, and by two = one + 2 * 3 = 6.8167 for two. Log odds 2 (d^2 (1 / one - 1 / two) - ln(two / one)): 0
 * at d = 1.403. Steps of one turn that vary by more or less than 64 (squared) change that: by 32 and
 * less 1.180, by 128 and more 1.668. Numbers that voices do not differ in say nothing, however far. */
static void alike(void)
{
    static const struct {
        double vary, limit;
    } tried[] = {{64, 1.403},  {34, 1.198},  {30, 1.180}, {20, 1.180},
                 {124, 1.655}, {132, 1.668}, {300, 1.668}};
    for (int i = 0; i < 2 * (int)(sizeof tried / sizeof *tried); i++) {
        const double vary = tried[i / 2].vary, d = tried[i / 2].limit * (i % 2 ? 1.01 : .99);
        int n, n_voices;
        begin_plain();
        for (int j = 0; j < 40; j++) {
            float point[SIZE] = {0};
            for (int k = 0; k < 4; k++)
                point[k] = j < 20 ? 0 : (float)d;
            point[4] = j < 20 ? 0 : 9;
            set_apart(point, j % 20, sqrt(vary / 2));
            CHECK(um_turns_add(turns, j, point, NULL) == UM_OK);
        }
        end_turns(&n, &n_voices);
        CHECK(n_voices == 1 + i % 2);
        um_turns_free(&turns);
    }
}

/* As above, but of few steps, 1.5 apart and with little noise. Of 7 steps of each there are 4 pairs within a
 * turn, which do not say how much they vary: two voices from 1.656 on. Of 8 there are 6: from 1.364 on. */
static void few_pairs(void)
{
    for (int steps = 7; steps <= 8; steps++) {
        int n, n_voices;
        begin_plain();
        for (int j = 0; j < 2 * steps; j++) {
            float point[SIZE] = {0};
            for (int k = 0; k < 4; k++)
                point[k] = j < steps ? 0 : 1.5f;
            set_apart(point, j % steps, 3);
            CHECK(um_turns_add(turns, j < steps ? j : j + 5, point, NULL) == UM_OK);
        }
        end_turns(&n, &n_voices);
        CHECK(n_voices == steps - 6);
        um_turns_free(&turns);
    }
}

/* Two voices 5 apart, with nearly no noise, so that likelihoods count sqrt(2) times; a few steps of the
 * second within a turn of the first. By hand: each is .1 * 25 / 2 / (1 + 5 / 44) * sqrt(2), less .1 * 16
 * ln(1.17 / 1.11), likelier with its own voice: 1.50. There and back costs 8, with pauses of more than a
 * second 4. */
static void changes(void)
{
    static const struct {
        int steps, pause;
        bool told;
    } tried[] = {{5, 0, false}, {6, 0, true}, {3, 1, false}, {2, 2, false}, {3, 2, true}};
    for (int i = 0; i < (int)(sizeof tried / sizeof *tried); i++) {
        const int steps = tried[i].steps, turn[] = {20, steps, 20, 20};
        int n, n_voices, at = 0;
        memset(spread, 0, sizeof spread);
        spread[0] = 3;
        CHECK(um_turns_new(&turns, spread, NULL) == UM_OK);
        for (int k = 0; k < 4; k++) {
            for (int j = 0; j < turn[k]; j++) {
                float point[SIZE] = {k % 2 ? 5 : 0};
                set_apart(point, at, 1.8);
                CHECK(um_turns_add(turns, at++, point, NULL) == UM_OK);
            }
            at += k < 2 ? tried[i].pause : 0;
        }
        const um_turn_step *s = end_turns(&n, &n_voices);
        CHECK(n == 60 + steps && n_voices == 2);
        for (int j = 0; j < n; j++)
            CHECK(s[j].voice == (j >= 40 + steps || (tried[i].told && j >= 20 && j < 20 + steps)));
        um_turns_free(&turns);
    }
}

/* Two moods of one voice, 16 steps of each, 1.1 apart in four numbers, and pauses: by hand (as above) one
 * voice up to 1.221. Played 20 times it is one still; with a shift of 6.1 (squared) between any two times all
 * of it is new, and 320 steps of each are two voices from .940 on. */
static void loops(void)
{
    for (int anew = 0; anew < 2; anew++) {
        int n, n_voices;
        begin_plain();
        for (int i = 0; i < 640; i++) {
            const int time = i / 32;
            float point[SIZE] = {0};
            for (int k = 0; k < 4; k++)
                point[k] = i % 32 < 16 ? 0 : 1.1f;
            point[4] = anew ? 2.47f * (float)time : 2.43f * (float)(time % 2); /* 6.1, 5.9 */
            set_apart(point, i % 32, 1.8);
            CHECK(um_turns_add(turns, i + i / 16 * 5, point, NULL) == UM_OK);
        }
        end_turns(&n, &n_voices);
        CHECK(n == 640 && n_voices == 1 + anew);
        um_turns_free(&turns);
    }
}

/* More stretches than have room, voices that begin late, and no more of either than there may be. */
static void long_ones(void)
{
    int n, n_voices, wrong = 0;
    begin_turns();
    for (int i = 0; i < 60; i++)
        speak(100 * i, 50, i < 40 ? i % 2 : 2 + i % 2);
    const um_turn_step *s = end_turns(&n, &n_voices);
    CHECK(n == 3000 && n_voices == 4);
    for (int i = 0; i < n; i++)
        wrong += s[i].voice != (i < 2000 ? i / 50 % 2 : 2 + i / 50 % 2);
    CHECK(wrong == 0);
    um_turns_free(&turns);
    begin_turns();
    for (int i = 0; i < UM_TURNS_VOICES + 2; i++)
        speak(20 * i, i < 2 ? 8 : 10, i);
    s = end_turns(&n, &n_voices);
    CHECK(n_voices == UM_TURNS_VOICES);
    um_turns_free(&turns);
}

static void no_memory(void)
{
    for (long at = 0;; at++) {
        const um_turn_step *s;
        int n, n_voices;
        float point[SIZE];
        um_status st;
        um_alloc_fail_at(at);
        if ((st = um_turns_new(&turns, spread, NULL)) == UM_OK) {
            for (int i = 0; i < 20 && st == UM_OK; i++) {
                point_of(point, i / 10);
                st = um_turns_add(turns, i, point, NULL);
            }
            if (st == UM_OK)
                st = um_turns_finish(&s, &n, &n_voices, turns, NULL);
        }
        um_turns_free(&turns);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        if (!failed)
            break;
        CHECK(st == UM_ENOMEM);
    }
}

int main(void)
{
    numbers();
    model();
    conversations();
    short_ones();
    alike();
    few_pairs();
    changes();
    loops();
    long_ones();
    no_memory();
    return check_done();
}
