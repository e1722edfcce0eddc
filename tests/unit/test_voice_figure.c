/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drawing of a voice: levels of known tones, colours, and what stands in it. */
#include "../check.h"
#include "media/heat.h"
#include "voice/voice_internal.h"
#include <string.h>

enum { RATE = 16000, MOST = 3 * RATE };
static float x[MOST];

/* From half a second on 1000 Hz, and 2000 Hz a tenth as high. */
static void make_tones(int n)
{
    for (int i = 0; i < n; i++) {
        const double t = (double)i / RATE;
        x[i] = t < .5 ? 0 : (float)(.5 * sin(2 * M_PI * 1000 * t) + .05 * sin(2 * M_PI * 2000 * t));
    }
}

/* 8 harmonics of 125 Hz. */
static um_measured_voice *voice(double seconds)
{
    um_measured_voice *v = NULL;
    const int n = (int)(seconds * RATE + .5);
    for (int i = 0; i < n; i++) {
        x[i] = 0;
        for (int h = 1; h <= 8; h++)
            x[i] += (float)(.05 * cos(2 * M_PI * 125 * h * i / RATE));
    }
    CHECK(um_voice_measure(&v, x, (size_t)n, RATE, NULL) == UM_OK && v);
    return v;
}

static void colours(void)
{
    uint8_t rgb[3];
    um_image *p = NULL;
    static const uint8_t level[6] = {0, 255, 0,
                                     0, 0,   128}; /* three columns of two rows, the lower one first */
    um_heat_colour(rgb, 0);
    CHECK(rgb[0] == 0 && rgb[1] == 0 && rgb[2] == 4);
    um_heat_colour(rgb, 255);
    CHECK(rgb[0] == 252 && rgb[1] == 253 && rgb[2] == 191);
    um_heat_colour(rgb, 48); /* 48 * 256 / 255 is 48: midway between the second and the third */
    CHECK(rgb[0] == 54 && rgb[1] == 17 && rgb[2] == 96);
    for (int i = 1, before = 0; i < 256; i++) { /* lighter and lighter (BT.601) */
        um_heat_colour(rgb, (uint8_t)i);
        const int now = 299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2];
        CHECK(now >= before);
        before = now;
    }
    CHECK(um_heat_picture(&p, level, 3, 2, NULL) == UM_OK && p->width == 3 && p->height == 2);
    if (p) {
        const uint8_t *top = p->data, *bottom = p->data + p->stride;
        CHECK(top[0] == 252 && bottom[0] == 0 && top[3] == 0 && top[6] > 150 && bottom[6] == 0);
    }
    um_image_free(&p);
}

static void levels(void)
{
    enum { COLUMNS = 20, ROWS = 50, ROW_HZ = 100 }; /* of 50 ms and 100 Hz */
    static uint8_t level[COLUMNS][ROWS];
    make_tones(RATE);
    const um_measured_voice v = {.x = x, .n = RATE, .rate_hz = RATE};
    CHECK(um_voice_spectrogram(level[0], &v, ROWS * ROW_HZ, COLUMNS, ROWS, NULL) == UM_OK);
    for (int r = 0; r < ROWS; r++) /* silence */
        CHECK(level[3][r] == 0);
    /* 20 dB lower and an octave higher, raised by 20 log10(2050 / 1050) = 5.81 dB: 14.19 of 70 dB less */
    CHECK(level[15][10] >= 254);
    CHECK_NEAR(level[15][20], 255 * (1 - 14.19 / 70), 6);
    CHECK(level[15][15] < 60 && level[15][40] < 60);
    /* nothing at all, and sound that ends within a window */
    memset(x, 0, sizeof x);
    CHECK(um_voice_spectrogram(level[0], &v, ROWS * ROW_HZ, COLUMNS, ROWS, NULL) == UM_OK &&
          level[15][10] == 0);
    make_tones(RATE);
    const um_measured_voice shorter = {.x = x + RATE / 2, .n = 200, .rate_hz = RATE};
    CHECK(um_voice_spectrogram(level[0], &shorter, RATE / 2, COLUMNS, ROWS, NULL) == UM_OK &&
          level[10][6] == 255);
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

static void drawn(void)
{
    char *svg = NULL;
    um_measured_voice *v = voice(1.8); /* periods of 8 ms: 4.09 units wide; in 2 s 3.68, under 4 */
    CHECK(um_voice_figure(&svg, v, "/some/where/a<b>\x1b.wav", 0, NULL) == UM_OK && svg);
    if (svg) {
        CHECK(count(svg, "a&lt;b&gt;") == 2 && !strchr(svg, 27) && !strstr(svg, "where"));
        CHECK(strstr(svg, "1.800 s, 16000 samples per second") && strstr(svg, "class=\"pulse\"") &&
              strstr(svg, ">pulses</text>") && count(svg, "class=\"contour\"") == 2);
        CHECK(strstr(svg, ">5000</text>") && !strstr(svg, ">6000</text>") &&
              strstr(svg, ">125.000 Hz</text>"));
        CHECK(count(svg, "href=") == 1 && strstr(svg, "href=\"data:image/png;base64,iVBOR"));
        /* one stretch, from the first frame to the last */
        const char *d = strstr(svg, "class=\"voiced\" d=\"M");
        CHECK(d && count(d, "z\"/>") && strchr(d, 'z') && strchr(d, 'z')[1] == '"');
    }
    free(svg);
    CHECK(um_voice_figure(&svg, v, "a.wav", 20000, NULL) == UM_OK && strstr(svg, ">8000</text>") &&
          !strstr(svg, ">10000</text>")); /* half the rate */
    free(svg);
    um_voice_free(&v);
    v = voice(2);
    CHECK(um_voice_figure(&svg, v, "a.wav", 0, NULL) == UM_OK && !strstr(svg, "class=\"pulse\"") &&
          strstr(svg, "class=\"contour\""));
    free(svg);
    um_voice_free(&v);
    memset(x, 0, sizeof x);
    CHECK(um_voice_measure(&v, x, RATE, RATE, NULL) == UM_OK);
    CHECK(um_voice_figure(&svg, v, "a.wav", 0, NULL) == UM_OK &&
          strstr(svg, "no voice between 75 and 600 Hz") && !strstr(svg, "class=\"contour\"") &&
          !strstr(svg, ">nan"));
    free(svg);
    um_voice_free(&v);
}

static void memory_runs_out(void)
{
    um_measured_voice *v = voice(.2);
    for (int k = 0;; k++) {
        char *svg = NULL;
        um_alloc_fail_at(k);
        const um_status st = um_voice_figure(&svg, v, "a.wav", 0, NULL);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st < 0 && !svg : st == UM_OK && svg);
        free(svg);
        if (!failed)
            break;
    }
    um_voice_free(&v);
}

int main(void)
{
    colours();
    levels();
    drawn();
    memory_runs_out();
    return check_done();
}
