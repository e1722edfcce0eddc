/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.c: one drawing of a voice: waveform, spectrogram, pitch, and the numbers beside them. */
#include "av/sink/encode.h"
#include "base/text.h"
#include "chart/chart.h"
#include "media/heat.h"
#include "voice/voice_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Places in units of the drawing, a pixel at its natural size. */
enum {
    WIDTH = 1400,
    HEIGHT = 986,
    LEFT = 84,
    RIGHT = 1004,
    WAVE_TOP = 104,
    WAVE_BOTTOM = 244,
    PICTURE_TOP = 262,
    PICTURE_BOTTOM = 822,
    NUMBERS = 1092,
    NUMBERS_END = 1372,
    LEGEND = 896,
    COLUMNS = RIGHT - LEFT,
    ROWS = (PICTURE_BOTTOM - PICTURE_TOP) / 2,
    TIME_TICKS = 10,
    PNG_MOST = 8 << 20,
    SVG_MOST = 32 << 20
};
static const double TOP_HZ = 5000, PULSE_STEP = 4, /* nearer to each other, pulses are but a gray wall */
    PITCH_STEP_HZ = 50, PITCH_LEAST_HZ = 150; /* the axis of pitch ends at such steps, and spans so much */

static const char style[] =
    "text{font:13px system-ui,-apple-system,'Segoe UI','Helvetica Neue','Noto Sans','Liberation "
    "Sans',Arial,sans-serif;"
    "fill:#55524b;font-variant-numeric:tabular-nums}"
    ".title{font:600 24px 'Iowan Old Style','Palatino Linotype',Palatino,'Source Serif "
    "4',Charter,Georgia,serif;"
    "fill:#1b1a18}"
    ".strong{font-weight:600;fill:#1b1a18}.end{text-anchor:end}.middle{text-anchor:middle}"
    ".pitch{fill:#0b6f93}.contour{fill:none;stroke:#5fe3ff;stroke-width:2.6;stroke-linecap:round;stroke-"
    "linejoin:round}"
    ".halo{fill:none;stroke:#000;stroke-opacity:.75;stroke-width:5.4;stroke-linecap:round;stroke-linejoin:"
    "round}"
    ".wave{fill:#23486b;stroke:#23486b;stroke-width:.8;stroke-linejoin:round}.voiced{fill:#f3d9a4}"
    ".pulse{stroke:#b4530a;stroke-width:.8}.tick{stroke:#8a867c}.zero{stroke:#cfcbc0}.frame{fill:none;stroke:"
    "#8a867c}";

typedef struct figure {
    um_buf *b;
    const um_measured_voice *v;
    double seconds, top_hz;
    bool pulses;
} figure;

static double x_of(const figure *f, double t_s)
{
    return LEFT + um_clampd(t_s / f->seconds, 0, 1) * COLUMNS;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void frame(um_buf *b, int top, int bottom)
{
    um_buf_printf(b, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", LEFT, top,
                  COLUMNS, bottom - top);
}

static void head(figure *f, const char *path)
{
    const um_voice_report *r = &f->v->report;
    um_buf_printf(
        f->b,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
        "role=\"img\">\n<title>",
        WIDTH, HEIGHT, WIDTH, HEIGHT);
    um_html_text(f->b, file_name(path));
    um_buf_printf(
        f->b,
        ": waveform, spectrogram and pitch</title>\n<style>%s</style>\n<rect width=\"%d\" height=\"%d\" "
        "fill=\"#fff\"/>\n<text class=\"title\" x=\"%d\" y=\"46\">",
        style, WIDTH, HEIGHT, LEFT);
    um_html_text(f->b, file_name(path));
    um_buf_printf(f->b, "</text>\n<text x=\"%d\" y=\"74\">%.3f s, %.0f samples per second, ", LEFT,
                  r->seconds, f->v->rate_hz);
    if (r->n_voiced)
        um_buf_printf(f->b, "%d of %d frames voiced</text>\n", r->n_voiced, r->n_frames);
    else
        um_buf_printf(f->b, "no voice between %.0f and %.0f Hz</text>\n", UM_VOICE_FLOOR_HZ,
                      UM_VOICE_CEILING_HZ);
}

/* ---- over time ---- */

/* Neighbouring frames with a voice are one stretch; those that would lie on one pixel, too. */
static void voiced(figure *f)
{
    const um_measured_voice *v = f->v;
    const double half = v->step_s / 2, pixel = f->seconds / COLUMNS;
    um_buf_text(f->b, "<path class=\"voiced\" d=\"");
    for (size_t i = 0; i < v->n_frames;) {
        if (!(v->frame[i].hz > 0)) {
            i++;
            continue;
        }
        const double from = v->frame[i].t_s - half;
        double to = from;
        for (; i < v->n_frames && v->frame[i].t_s - half <= to + pixel; i++)
            if (v->frame[i].hz > 0)
                to = v->frame[i].t_s + half;
        um_buf_printf(f->b, "M%.1f %dV%dH%.1fV%dz", x_of(f, from), WAVE_TOP, WAVE_BOTTOM, x_of(f, to),
                      WAVE_TOP);
    }
    um_buf_text(f->b, "\"/>\n");
}

/* The least and the greatest sample of each column, as one shape. */
static void wave(figure *f)
{
    const um_measured_voice *v = f->v;
    const size_t columns = v->n < COLUMNS ? v->n : COLUMNS;
    const um_chart c = {.to = (double)columns,
                        .low = -v->peak,
                        .high = v->peak,
                        .left = LEFT,
                        .right = RIGHT,
                        .top = WAVE_TOP + 4,
                        .bottom = WAVE_BOTTOM - 4};
    if (!(v->peak > 0))
        return;
    um_buf_text(f->b, "<path class=\"wave\" d=\"M");
    for (int back = 0; back < 2; back++) /* there along the tops, back along the bottoms */
        for (size_t i = 0; i < columns; i++) {
            const size_t column = back ? columns - 1 - i : i, end = (column + 1) * v->n / columns;
            double extreme = (double)v->x[column * v->n / columns];
            for (size_t k = column * v->n / columns; k < end; k++)
                extreme = back ? fmin(extreme, (double)v->x[k]) : fmax(extreme, (double)v->x[k]);
            um_buf_printf(f->b, "%s%.1f %.1f", i || back ? "L" : "", um_chart_x(&c, (double)column + .5),
                          um_chart_y(&c, extreme));
        }
    um_buf_text(f->b, "z\"/>\n");
}

static void pulses(figure *f)
{
    um_buf_text(f->b, "<path class=\"pulse\" d=\"");
    for (size_t i = 0; i < f->v->n_pulses; i++)
        um_buf_printf(f->b, "M%.1f %dV%d", x_of(f, f->v->pulse[i]), WAVE_TOP, WAVE_BOTTOM);
    um_buf_text(f->b, "\"/>\n");
}

static void waveform(figure *f)
{
    const int middle = (WAVE_TOP + WAVE_BOTTOM) / 2;
    voiced(f);
    um_buf_printf(f->b, "<path class=\"zero\" d=\"M%d %dH%d\"/>\n", LEFT, middle, RIGHT);
    wave(f);
    if (f->pulses)
        pulses(f);
    frame(f->b, WAVE_TOP, WAVE_BOTTOM);
    um_buf_printf(f->b, "<text class=\"end\" x=\"%d\" y=\"%d\">0</text>", LEFT - 10, middle + 5);
    if (f->v->peak > 0)
        um_buf_printf(f->b,
                      "<text class=\"end\" x=\"%d\" y=\"%d\">%.2g</text><text class=\"end\" x=\"%d\" "
                      "y=\"%d\">\xE2\x88\x92%.2g</text>\n",
                      LEFT - 10, WAVE_TOP + 13, f->v->peak, LEFT - 10, WAVE_BOTTOM - 3, f->v->peak);
}

static um_status picture(figure *f, um_error *err)
{
    um_image *image = NULL;
    um_buf png;
    uint8_t *level = um_calloc(COLUMNS, ROWS);
    if (!level)
        return um_fail_oom(err);
    um_buf_init(&png, PNG_MOST);
    um_status st = um_voice_spectrogram(level, f->v, f->top_hz, COLUMNS, ROWS, err);
    if (st == UM_OK)
        st = um_heat_picture(&image, level, COLUMNS, ROWS, err);
    if (st == UM_OK)
        st = um_image_encode(&png, image, "png", 0, err);
    if (st == UM_OK) {
        um_buf_printf(f->b,
                      "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" preserveAspectRatio=\"none\" "
                      "href=\"data:image/png;base64,",
                      LEFT, PICTURE_TOP, COLUMNS, PICTURE_BOTTOM - PICTURE_TOP);
        um_base64(f->b, png.data, png.n);
        um_buf_text(f->b, "\"/>\n");
    }
    um_buf_free(&png);
    um_image_free(&image);
    free(level);
    return st;
}

static void hertz(figure *f)
{
    const double step = um_chart_step(f->top_hz, 6);
    const um_chart c = {.high = f->top_hz, .top = PICTURE_TOP, .bottom = PICTURE_BOTTOM};
    for (int i = 0; i * step <= f->top_hz; i++) {
        const double y = um_chart_y(&c, i * step);
        um_buf_printf(
            f->b,
            "<path class=\"tick\" d=\"M%d %.1fh5\"/><text class=\"end\" x=\"%d\" y=\"%.1f\">%.6g</text>\n",
            LEFT - 5, y, LEFT - 10, y + 4.5, i * step);
    }
    um_buf_printf(
        f->b, "<text class=\"middle\" transform=\"translate(24 %d) rotate(-90)\">frequency in Hz</text>\n",
        (PICTURE_TOP + PICTURE_BOTTOM) / 2);
}

/* With an axis of its own on the right. */
static um_status pitch(figure *f, um_error *err)
{
    const um_measured_voice *v = f->v;
    um_chart c = {
        .to = f->seconds, .left = LEFT, .right = RIGHT, .top = PICTURE_TOP, .bottom = PICTURE_BOTTOM};
    c.low = floor(v->report.min_hz / PITCH_STEP_HZ) * PITCH_STEP_HZ;
    c.high = fmax(c.low + PITCH_LEAST_HZ, ceil(v->report.max_hz / PITCH_STEP_HZ) * PITCH_STEP_HZ);
    double *xy = um_calloc(v->n_frames, 2 * sizeof *xy);
    size_t n = 0;
    um_buf path;
    if (!xy)
        return um_fail_oom(err);
    for (size_t i = 0; i < v->n_frames; i++)
        if (v->frame[i].hz > 0) {
            xy[2 * n] = v->frame[i].t_s;
            xy[2 * n++ + 1] = v->frame[i].hz;
        }
    um_buf_init(&path, SVG_MOST);
    um_chart_path(&path, &c, xy, n, fmax(1.5 * v->step_s, 2 * f->seconds / COLUMNS), COLUMNS);
    free(xy);
    char *d = um_buf_take(&path);
    if (!d)
        return um_fail_oom(err);
    um_buf_printf(f->b, "<path class=\"halo\" d=\"%s\"/>\n<path class=\"contour\" d=\"%s\"/>\n", d, d);
    free(d);
    const double step = um_chart_step(c.high - c.low, 6);
    for (int i = (int)ceil(c.low / step); i * step <= c.high; i++) {
        const double y = um_chart_y(&c, i * step);
        um_buf_printf(
            f->b,
            "<path class=\"tick\" d=\"M%d %.1fh5\"/><text class=\"pitch\" x=\"%d\" y=\"%.1f\">%.6g</text>\n",
            RIGHT, y, RIGHT + 10, y + 4.5, i * step);
    }
    um_buf_printf(
        f->b, "<text class=\"pitch middle\" transform=\"translate(%d %d) rotate(90)\">pitch in Hz</text>\n",
        RIGHT + 48, (PICTURE_TOP + PICTURE_BOTTOM) / 2);
    return UM_OK;
}

static void seconds(figure *f)
{
    const double step = um_chart_time_step(f->seconds, TIME_TICKS);
    for (int i = 0; i * step <= f->seconds; i++) {
        const double x = x_of(f, i * step);
        um_buf_printf(
            f->b,
            "<path class=\"tick\" d=\"M%.1f %dv5\"/><text class=\"middle\" x=\"%.1f\" y=\"%d\">%.6g</text>\n",
            x, PICTURE_BOTTOM, x, PICTURE_BOTTOM + 20, i * step);
    }
    um_buf_printf(f->b, "<text class=\"middle\" x=\"%d\" y=\"%d\">time in seconds</text>\n",
                  (LEFT + RIGHT) / 2, PICTURE_BOTTOM + 42);
}

/* ---- beside it ---- */

static void swatches(figure *f)
{
    enum { SWATCH = 26, STEP = 106 };
    int x = LEFT;
    um_buf_printf(f->b,
                  "<rect class=\"voiced\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"12\"/><text x=\"%d\" "
                  "y=\"%d\">voiced</text>\n",
                  x, LEGEND - 10, SWATCH, x + SWATCH + 8, LEGEND);
    x += STEP;
    if (f->pulses) {
        um_buf_printf(f->b,
                      "<path class=\"pulse\" d=\"M%d %dv12m6 -12v12m6 -12v12\"/><text x=\"%d\" "
                      "y=\"%d\">pulses</text>\n",
                      x + 7, LEGEND - 10, x + SWATCH + 8, LEGEND);
        x += STEP;
    }
    um_buf_printf(f->b,
                  "<path class=\"halo\" d=\"M%d %dh%d\"/><path class=\"contour\" d=\"M%d %dh%d\"/><text "
                  "x=\"%d\" y=\"%d\">pitch</text>\n",
                  x, LEGEND - 4, SWATCH, x, LEGEND - 4, SWATCH, x + SWATCH + 8, LEGEND);
}

static void colours(um_buf *b)
{
    enum { SHADES = 64, SCALE = 192, X = RIGHT - SCALE - 50 };
    for (int i = 0; i < SHADES; i++) {
        uint8_t rgb[3];
        um_heat_colour(rgb, (uint8_t)(i * UINT8_MAX / (SHADES - 1)));
        um_buf_printf(b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"12\" fill=\"#%02x%02x%02x\"/>",
                      X + i * SCALE / SHADES, LEGEND - 10, SCALE / SHADES + (i + 1 < SHADES), rgb[0], rgb[1],
                      rgb[2]);
    }
    um_buf_printf(b,
                  "\n<text class=\"end\" x=\"%d\" y=\"%d\">\xE2\x88\x92%.0f</text><text x=\"%d\" y=\"%d\">0 "
                  "dB</text>\n",
                  X - 8, LEGEND, UM_VOICE_RANGE_DB, X + SCALE + 8, LEGEND);
}

static void number(um_buf *b, int y, const char *words, const char *value)
{
    um_buf_printf(b,
                  "<text x=\"%d\" y=\"%d\">%s</text><text class=\"strong end\" x=\"%d\" y=\"%d\">%s</text>\n",
                  NUMBERS, y, words, NUMBERS_END, y, value);
}

static void count(um_buf *b, int y, const char *words, int value)
{
    char said[48];
    snprintf(said, sizeof said, "%d", value);
    number(b, y, words, said);
}

static void numbers(figure *f)
{
    enum { LINE = 18, GAP = 10 };
    const um_voice_report *r = &f->v->report;
    int y = 56;
    for (int i = 0; i < UM_VOICE_DRAWN; i++) {
        const um_voice_line *l = &um_voice_line_of[i];
        char said[48];
        if (!i || strcmp(l->part, l[-1].part) != 0) {
            y += GAP;
            um_buf_printf(f->b, "<text class=\"strong\" x=\"%d\" y=\"%d\">%s</text>\n", NUMBERS, y, l->part);
            y += LINE;
        }
        if (!strcmp(l->key, "mean_period_s")) {
            count(f->b, y, "pulses", r->n_pulses);
            count(f->b, y + LINE, "periods", r->n_periods);
            y += 2 * LINE;
        } else if (!strcmp(l->key, "breaks_share")) {
            count(f->b, y, "voice breaks", r->n_breaks);
            y += LINE;
        }
        number(f->b, y, l->words, um_voice_say(said, r, l));
        y += LINE;
    }
    um_buf_printf(f->b,
                  "<text x=\"%d\" y=\"%d\">Limits of clinics are meant for a vowel</text><text x=\"%d\" "
                  "y=\"%d\">held for "
                  "seconds, not for speech.</text>\n",
                  NUMBERS, y + GAP, NUMBERS, y + GAP + LINE);
}

um_status um_voice_figure(char **out, const um_measured_voice *v, const char *path, double top_hz,
                          um_error *err)
{
    um_buf b;
    const um_voice_report *r = &v->report;
    figure f = {.b = &b, .v = v, .seconds = r->seconds};
    f.top_hz = fmin(top_hz > 0 ? top_hz : TOP_HZ, v->rate_hz / 2);
    f.pulses = r->mean_period_s / r->seconds * COLUMNS >= PULSE_STEP; /* no period is NaN: false */
    *out = NULL;
    um_buf_init(&b, SVG_MOST);
    head(&f, path);
    waveform(&f);
    um_status st = picture(&f, err);
    if (st == UM_OK) {
        hertz(&f);
        seconds(&f);
        colours(&b);
        if (r->n_voiced) {
            st = pitch(&f, err);
            swatches(&f);
            numbers(&f);
        }
        frame(&b, PICTURE_TOP, PICTURE_BOTTOM);
        um_buf_text(&b, "</svg>\n");
    }
    if (st == UM_OK && !(*out = um_buf_take(&b)))
        st = um_fail_oom(err);
    um_buf_free(&b);
    return st;
}
