/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_sound.c: what the sound looks like: waveform, spectrogram and pitch, on the time axis of the series.
 */
#include "av/sink/encode.h"
#include "chart/chart.h"
#include "dsp/stats.h"
#include "media/heat.h"
#include "report/html.h"
#include <math.h>
#include <stdlib.h>

enum {
    WAVE_HEIGHT = 64,
    PICTURE_HEIGHT = 128,
    PITCH_HEIGHT = 80,
    JPEG_QUALITY = 90,
    PICTURE_MOST = 4 << 20,
    PLAYER_MOST = 8 << 20
};
static const double PITCH_STEP_HZ = 25; /* the axis of pitch ends at such steps */

static void lane_begin(um_buf *b, const char *name, const char *what, int height)
{
    um_buf_printf(b,
                  "<div class=\"name\"><b>%s</b> <span>%s</span><output></output></div><svg class=\"plot\" "
                  "width=\"100%%\" height=\"%d\" role=\"img\" aria-label=\"%s of the sound over time\">",
                  name, what, height, name);
}

static void area_begin(um_buf *b)
{
    um_buf_text(b,
                "<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" width=\"100%\" height=\"100%\">");
}

static void lane_end(um_buf *b, const char *high, const char *unit, const char *low)
{
    um_buf_printf(b,
                  "</svg></svg><div class=\"range\"><span>%s</span> <span class=\"unit\">%s</span> "
                  "<span>%s</span></div></div>\n",
                  high, unit, low);
}

/* The extremes of each column as bars that touch. */
static void wave(um_buf *b, const um_results *r, double end_s)
{
    const um_sound_view *v = &r->sound;
    char most[32], least[32];
    double peak = 0;
    for (int i = 0; i < v->columns; i++)
        peak = fmax(peak, fmax(isnan(v->low[i]) ? 0 : -v->low[i], isnan(v->high[i]) ? 0 : v->high[i]));
    const um_chart c = {.to = end_s,
                        .low = peak > 0 ? -peak : -1,
                        .high = peak > 0 ? peak : 1,
                        .right = 1000,
                        .top = 4,
                        .bottom = 96};
    um_buf_text(b, "<div class=\"lane\">");
    lane_begin(b, "Waveform", "", WAVE_HEIGHT);
    for (int i = 0; i < r->n_findings; i++) /* what signals found in the sound */
        if (um_html_family(r->findings[i]->signal) == UM_HTML_SOUND)
            um_html_marks(b, r->findings[i], i, end_s);
    um_html_grid(b, end_s);
    area_begin(b);
    um_buf_text(b, "<path class=\"wave\" d=\"");
    for (int i = 0; i < v->columns; i++)
        if (!isnan(v->low[i]) && !isnan(v->high[i]))
            um_buf_printf(b, "M%.1f %.1fV%.1fH%.1fV%.1fz", um_chart_x(&c, i * v->column_s),
                          um_chart_y(&c, v->low[i]), um_chart_y(&c, v->high[i]),
                          um_chart_x(&c, (i + 1) * v->column_s), um_chart_y(&c, v->low[i]));
    um_buf_text(b, "\"/>");
    um_words_number(most, c.high);
    um_words_number(least, c.low);
    lane_end(b, most, "", least);
}

static void spectrogram(um_buf *b, const um_results *r, double end_s)
{
    const um_sound_view *v = &r->sound;
    um_image *image = NULL;
    um_buf file;
    um_error why = {0};
    um_buf_init(&file, PICTURE_MOST);
    um_status st = um_heat_picture(&image, v->level, v->columns, UM_VIEW_ROWS, &why);
    if (st == UM_OK)
        st = um_image_encode(&file, image, "jpeg", JPEG_QUALITY, &why);
    if (st == UM_OK) {
        char top[32];
        um_buf_text(b, "<div class=\"lane\">");
        lane_begin(b, "Spectrogram", "the lighter, the stronger", PICTURE_HEIGHT);
        area_begin(b);
        um_buf_printf(b,
                      "<image x=\"0\" y=\"0\" width=\"%.2f\" height=\"100\" preserveAspectRatio=\"none\" "
                      "href=\"data:image/jpeg;base64,",
                      1000 * v->columns * v->column_s / end_s);
        um_base64(b, file.data, file.n);
        um_buf_text(b, "\"/>");
        snprintf(top, sizeof top, "%d", UM_VIEW_TOP_HZ);
        lane_end(b, top, "Hz", "0");
    } else if (st != UM_EUNSUPPORTED) /* without the library that encodes, the others are shown */
        b->broken = true;
    um_buf_free(&file);
    um_image_free(&image);
}

/* Of the columns with a voice: time and pitch, but for what lies more than an octave from the median: most
 * often the tracker took a harmonic for the voice, and the rest would be squeezed. How many. */
static size_t voiced(double *xy, const um_sound_view *v)
{
    size_t n = 0;
    for (int i = 0; i < v->columns; i++)
        if (isfinite(v->pitch_hz[i]))
            xy[n++] = v->pitch_hz[i];
    const double median = n ? um_median(xy, n) : 0;
    n = 0;
    for (int i = 0; i < v->columns; i++)
        if (v->pitch_hz[i] >= median / 2 && v->pitch_hz[i] <= median * 2) {
            xy[2 * n] = (i + .5) * v->column_s;
            xy[2 * n++ + 1] = v->pitch_hz[i];
        }
    return n;
}

static void pitch(um_buf *b, const um_results *r, double end_s)
{
    const um_sound_view *v = &r->sound;
    double low = INFINITY, high = 0, *xy = um_calloc((size_t)v->columns, 2 * sizeof *xy);
    char most[32], least[32];
    const size_t n = xy ? voiced(xy, v) : 0;
    b->broken |= !xy;
    if (!n) {
        free(xy);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, xy[2 * i + 1]);
        high = fmax(high, xy[2 * i + 1]);
    }
    low = floor(low / PITCH_STEP_HZ) * PITCH_STEP_HZ;
    high = fmax(low + PITCH_STEP_HZ, ceil(high / PITCH_STEP_HZ) * PITCH_STEP_HZ);
    const um_chart c = {
        .to = end_s, .low = low, .high = high, .right = 1000, .top = UM_CHART_TOP, .bottom = UM_CHART_BOTTOM};
    um_buf_printf(b, "<div class=\"lane\" data-lo=\"%.6g\" data-hi=\"%.6g\">", low, high);
    lane_begin(b, "Pitch", "within an octave of its median", PITCH_HEIGHT);
    um_html_grid(b, end_s);
    area_begin(b);
    um_buf_text(b, "<path class=\"p1\" data-who=\"pitch\" d=\"");
    um_chart_path(b, &c, xy, n, 1.5 * v->column_s, (size_t)v->columns);
    um_buf_text(b, "\"/>");
    free(xy);
    um_words_number(most, high);
    um_words_number(least, low);
    lane_end(b, most, "Hz", least);
}

void um_html_player(um_buf *b, const um_results *r)
{
    um_buf wav;
    if (!r->copy.n)
        return;
    um_buf_init(&wav, PLAYER_MOST);
    um_sound_copy_wav(&wav, &r->copy);
    um_buf_text(b, "<audio controls preload=\"none\" aria-label=\"The sound of the recording\" "
                   "src=\"data:audio/wav;base64,");
    um_base64(b, wav.data, wav.n);
    um_buf_text(b, "\"></audio>\n");
    b->broken |= wav.broken;
    um_buf_free(&wav);
}

void um_html_sound(um_buf *b, const um_results *r, double end_s)
{
    wave(b, r, end_s);
    spectrogram(b, r, end_s);
    pitch(b, r, end_s);
}
