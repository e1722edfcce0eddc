/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cepstra and the numbers of a speaker by their definitions; points whose voices are known put together to
 * turns. */
#include "../check.h"
#include "base/random.h"
#include "voice/turns.h"
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
    enum { ALL = SIZE * (UM_SPEAKER_NUMBERS + 1) };
    static char text[ALL * 12];
    um_speaker_model m;
    um_speaker_sums s = {.n = 1};
    float point[SIZE];
    um_error err;
    size_t n = 0;
    s.c[1] = 2; /* the first number is 2, deviations are 0 */
    s.cc[1] = 4;
    for (int i = 0; i < SIZE; i++) /* points (2 * 2 - 1, -4, 0, ...) */
        for (int k = 0; k <= UM_SPEAKER_NUMBERS; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%d\n",
                                  i == 0 && k == 0   ? -1000000
                                  : i == 0 && k == 1 ? 2000000
                                  : i == 1 && k == 0 ? -4000000
                                                     : 0);
    CHECK(um_speaker_model_read(&m, text, &err) == UM_OK);
    um_speaker_point(point, &m, &s);
    CHECK_NEAR((double)point[0], .6, 1e-6);
    CHECK_NEAR((double)point[1], -.8, 1e-6);
    CHECK(point[2] == 0);
    text[n - 2] = 'x';
    CHECK(um_speaker_model_read(&m, text, &err) == UM_EFORMAT && strstr(err.text, "line 32, number 60"));
    CHECK(um_speaker_model_own(&m, &err) == UM_OK);
    um_speaker_point(point, &m, &(um_speaker_sums){0});
    double square = 0;
    for (int k = 0; k < SIZE; k++)
        square += (double)point[k] * (double)point[k];
    CHECK_NEAR(square, 1, 1e-5);
}

/* ---- turns ---- */

static uint64_t seed = 5;

/* Of a voice: a direction, and as much of something else that its cosine with it is `like`. */
static void point_of(float out[SIZE], int voice, double like)
{
    double other[SIZE], square = 0;
    for (int k = 0; k < SIZE; k++) {
        other[k] = k == voice ? 0 : um_random_normal(&seed);
        square += other[k] * other[k];
    }
    for (int k = 0; k < SIZE; k++)
        out[k] = (float)(k == voice ? like : sqrt((1 - like * like) / square) * other[k]);
}

static um_turns *turns;

static void speak(int64_t from, int n, int voice)
{
    float point[SIZE];
    for (int i = 0; i < n; i++) {
        point_of(point, voice, .7);
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
    CHECK(um_turns_new(&turns, NULL) == UM_OK); /* nobody */
    end_turns(&n, &n_voices);
    CHECK(n == 0 && n_voices == 0);
    um_turns_free(&turns);
    um_turns_new(&turns, NULL); /* one */
    speak(0, 40, 3);
    end_turns(&n, &n_voices);
    CHECK(n == 40 && n_voices == 1);
    um_turns_free(&turns);
    um_turns_new(&turns, NULL); /* two, of which the one that begins has the number 0 */
    speak(0, 8, 5);
    speak(10, 12, 1);
    speak(22, 8, 5);
    const um_turn_step *s = end_turns(&n, &n_voices);
    CHECK(n == 28 && n_voices == 2);
    for (int i = 0; i < n; i++)
        CHECK(s[i].voice == (i >= 8 && i < 20) && s[i].at == (i < 8 ? i : i + 2));
    um_turns_free(&turns);
}

/* Six steps are a voice, five are not; a single step within a turn is none of its own. */
static void short_ones(void)
{
    int n, n_voices;
    for (int least = 5; least <= 6; least++) {
        um_turns_new(&turns, NULL);
        speak(0, 20, 2);
        speak(30, least, 4);
        end_turns(&n, &n_voices);
        CHECK(n_voices == (least == 6 ? 2 : 1));
        um_turns_free(&turns);
    }
    um_turns_new(&turns, NULL);
    speak(0, 10, 2);
    speak(10, 1, 4);
    speak(11, 10, 2);
    speak(21, 10, 4);
    const um_turn_step *s = end_turns(&n, &n_voices);
    CHECK(n_voices == 2 && s[10].voice == 0 && s[20].voice == 0 && s[21].voice == 1);
    um_turns_free(&turns);
}

/* Two clusters whose points have that cosine. */
static void alike(void)
{
    for (int same = 0; same < 2; same++) {
        int n, n_voices;
        float a[SIZE], b[SIZE];
        um_turns_new(&turns, NULL);
        const float c = same ? .4f : .3f; /* of the limit .35 */
        for (int i = 0; i < 40; i++) {
            memset(a, 0, sizeof a);
            a[0] = 1;
            memcpy(b, a, sizeof b);
            b[0] = c;
            b[1] = sqrtf(1 - c * c);
            CHECK(um_turns_add(turns, i, i < 20 ? a : b, NULL) == UM_OK);
        }
        end_turns(&n, &n_voices);
        CHECK(n_voices == (same ? 1 : 2));
        um_turns_free(&turns);
    }
}

/* More stretches than have room, voices that begin late, and no more of either than there may be. */
static void long_ones(void)
{
    int n, n_voices, wrong = 0;
    um_turns_new(&turns, NULL);
    for (int i = 0; i < 60; i++)
        speak(100 * i, 50, i < 40 ? i % 2 : 2 + i % 2);
    const um_turn_step *s = end_turns(&n, &n_voices);
    CHECK(n == 3000 && n_voices == 4);
    for (int i = 0; i < n; i++)
        wrong += s[i].voice != (i < 2000 ? i / 50 % 2 : 2 + i / 50 % 2);
    CHECK(wrong == 0);
    um_turns_free(&turns);
    um_turns_new(&turns, NULL);
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
        if ((st = um_turns_new(&turns, NULL)) == UM_OK) {
            for (int i = 0; i < 20 && st == UM_OK; i++) {
                point_of(point, i / 10, .7);
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
    long_ones();
    no_memory();
    return check_done();
}
