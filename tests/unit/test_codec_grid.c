/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transforms against their definitions, and the frames of real encoders, whose beginnings are known. */
#include "../check.h"
#include "av/sink/recode_sound.h"
#include "dsp/codec_grid.h"
#include "heard.h"
#include <string.h>

enum { RATE = 44100, N = 3 * RATE };
static float sound[N];

/* Tones that come and go in noise, to 12 kHz: what an encoder has to spend bits on. */
static void make(double noise)
{
    heard_seed = 11;
    for (int i = 0; i < N; i++) {
        const double t = (double)i / RATE;
        double v = noise * random_number();
        for (int k = 1; k <= 40; k++)
            v += .15 / k * (1 + sin(7 * t + k)) * sin(2 * M_PI * 290 * k * (t + .002 * sin(3 * t)) + k * k);
        sound[i] = (float)(.3 * v);
    }
}

static void round_to_16_bits(float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = (float)(round((double)x[i] * 32768) / 32768);
}

static void mdct_by_definition(void)
{
    enum { M = 20 };
    um_mdct m;
    double in[2 * M], out[M], worst = 0, window[2 * M];
    CHECK(um_mdct_init(&m, M, NULL) == UM_OK);
    for (int i = 0; i < 2 * M; i++)
        in[i] = random_number();
    um_mdct_run(&m, out, in);
    for (int k = 0; k < M; k++) {
        double sum = 0;
        for (int i = 0; i < 2 * M; i++)
            sum += in[i] * cos(M_PI / M * (i + .5 + M / 2.) * (k + .5));
        worst = fmax(worst, fabs(out[k] - sqrt(2. / M) * sum));
    }
    CHECK_NEAR(worst, 0, 1e-13);
    um_mdct_clear(&m);
    for (int kind = 0; kind < 2; kind++) {
        if (kind)
            um_mdct_kbd(window, M, 4);
        else
            um_mdct_sine(window, M);
        for (int i = 0; i < M; i++)
            CHECK_NEAR(window[i] * window[i] + window[M + i] * window[M + i], 1, 1e-13);
    }
    um_mdct_kbd(window, 4, 4); /* I0(4 pi sqrt(1 - (i / 2 - 1)^2)), i = 0..4, by SciPy */
    CHECK_NEAR(window[0], 0.00468058, 1e-8);
    CHECK_NEAR(window[1], 0.37791453, 1e-8);
}

/* A tone of the 3rd band lies there, and rounding leaves what the limits suppose. */
static void bank(um_codec_grid *g)
{
    static float x[UM_GRID_REACH_MAX];
    double c[UM_GRID_HOP_MAX], band[32] = {0}, total = 0, squares[2] = {0};
    for (int i = 0; i < UM_GRID_REACH_MAX; i++)
        x[i] = (float)sin(2 * M_PI * (2.5 / 64) * i);
    um_codec_grid_frame(g, c, UM_GRID_MP3, x);
    for (int i = 0; i < 576; i++) {
        band[i / 18] += c[i] * c[i];
        total += c[i] * c[i];
    }
    CHECK(band[2] > .999999 * total);
    for (int turn = 0; turn < 200; turn++)
        for (int kind = 0; kind < 2; kind++) {
            for (int i = 0; i < UM_GRID_REACH_MAX; i++)
                x[i] = (float)(.5 * random_number());
            um_codec_grid_frame(g, c, kind ? UM_GRID_AAC_KBD : UM_GRID_MP3, x);
            for (int i = 0; i < (kind ? 1024 : 576); i++)
                squares[kind] += c[i] * c[i];
        }
    CHECK_NEAR(sqrt(squares[0] / 200 / 576), .153, .002);
    CHECK_NEAR(sqrt(squares[1] / 200 / 1024), sqrt(1 / 12.), .002);
}

/* A frame of MP3 by the formulas of ISO/IEC 11172-3, C.1.3 and C.1.5.3.3, with its table of the butterflies.
 */
static void by_definition(um_codec_grid *g)
{
    static const double CS[8] = {.857492926, .881741997, .949628649, .983314592,
                                 .995517816, .999160558, .999899195, .999993155},
                        CA[8] = {-.514495755, -.471731969, -.313377454, -.181913200,
                                 -.094574193, -.040965583, -.014198569, -.003699975};
    static float x[UM_GRID_REACH_MAX];
    static double slot[36][32], wanted[32][18], c[UM_GRID_HOP_MAX];
    double worst = 0;
    for (int i = 0; i < UM_GRID_REACH_MAX; i++)
        x[i] = (float)random_number();
    for (int s = 0; s < 36; s++)
        for (int b = 0; b < 32; b++) {
            slot[s][b] = 0;
            for (int k = 0; k < 512; k++)
                slot[s][b] += (double)g->prototype[k] * (double)x[511 + 32 * s - k] *
                              cos((2 * b + 1) * (k % 64 - 16) * M_PI / 64) * (s % 2 && b % 2 ? -1 : 1);
        }
    for (int b = 0; b < 32; b++)
        for (int i = 0; i < 18; i++) {
            wanted[b][i] = 0;
            for (int k = 0; k < 36; k++)
                wanted[b][i] +=
                    slot[k][b] * sin(M_PI / 36 * (k + .5)) * cos(M_PI / 72 * (2 * k + 1 + 18) * (2 * i + 1));
        }
    for (int b = 0; b < 31; b++)
        for (int i = 0; i < 8; i++) {
            const double below = wanted[b][17 - i], above = wanted[b + 1][i];
            wanted[b][17 - i] = below * CS[i] + above * CA[i];
            wanted[b + 1][i] = above * CS[i] - below * CA[i];
        }
    um_codec_grid_frame(g, c, UM_GRID_MP3, x);
    for (int b = 0; b < 32; b++)
        for (int i = 0; i < 18; i++)
            worst = fmax(worst, fabs(c[18 * b + i] - wanted[b][i]));
    CHECK_NEAR(worst, 0, 1e-5);
}

static um_grid_found search(um_codec_grid *g, um_grid_kind kind, int from)
{
    static double active[UM_GRID_HOP_MAX];
    um_grid_found found[2];
    um_codec_grid_weigh(g, kind, sound + from);
    um_codec_grid_search(g, active, kind, sound + from, UM_GRID_FRAMES, 1);
    for (int o = 0; o < um_grid_hop(kind); o += 101) { /* as one frame after another */
        double sum = 0;
        for (int f = 0; f < UM_GRID_FRAMES; f++)
            sum += um_codec_grid_active(g, kind, sound + from + o + f * um_grid_hop(kind));
        CHECK_NEAR(sum, active[o], .01);
    }
    um_grid_clearest(found, active, um_grid_hop(kind));
    return found[0];
}

/* The delay that an encoder declares is taken off: 1105 samples by LAME, 1024 by AAC's. */
static void encoders(um_codec_grid *g)
{
    static const struct {
        const char *encoder;
        um_grid_kind kind, other;
        int begin;
    } OF[] = {{"libmp3lame", UM_GRID_MP3, UM_GRID_AAC_KBD, (1 + 2 * 576 - 1105) % 576},
              {"aac", UM_GRID_AAC_KBD, UM_GRID_MP3, 0}};
    for (int e = 0; e < 2; e++)
        for (int rate = 64; rate <= 192; rate += 64) {
            make(.05);
            round_to_16_bits(sound, N);
            if (um_sound_recode(sound, N, RATE, OF[e].encoder, rate * 1000, NULL) != UM_OK)
                continue; /* not built in */
            round_to_16_bits(sound, N);
            for (int from = 50000; from < 70000; from += 12345) {
                const int hop = um_grid_hop(OF[e].kind);
                const um_grid_found a = search(g, OF[e].kind, from), b = search(g, OF[e].other, from);
                CHECK((from + a.offset) % hop == OF[e].begin && a.times > 20);
                CHECK(b.times < 6);
            }
        }
    make(.05);
    round_to_16_bits(sound, N);
    for (um_grid_kind k = 0; k < UM_GRIDS; k++)
        CHECK(search(g, k, 50000).times < 6);
}

/* By hand: 100 everywhere but for what alternates by 1; 60 at one offset, 80 at another, 70 beside the first.
 */
static void clearest(void)
{
    double active[UM_GRID_HOP_MP3];
    um_grid_found found[2];
    for (int i = 0; i < UM_GRID_HOP_MP3; i++)
        active[i] = 100 + (i & 1 ? 1 : -1);
    active[570] = 60;
    active[5] = 70; /* 11 further: the same frames */
    active[300] = 80;
    um_grid_clearest(found, active, UM_GRID_HOP_MP3);
    CHECK(found[0].offset == 570 && found[1].offset == 300);
    CHECK_NEAR(found[0].times, 39 / 2.4826,
               1e-9); /* of 28 beside 70 and 14 of 99; deviation 1.4826 x 1 + 1 */
    CHECK_NEAR(found[1].times, 20 / 2.4826, 1e-9);
}

int main(void)
{
    um_codec_grid g;
    mdct_by_definition();
    CHECK(um_codec_grid_init(&g, NULL) == UM_OK);
    bank(&g);
    by_definition(&g);
    encoders(&g);
    clearest();
    um_codec_grid_clear(&g);
    return check_done();
}
