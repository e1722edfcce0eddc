/* SPDX-License-Identifier: GPL-3.0-or-later */
/* overlay.c: see unmask/overlay.h. */
#include "media/draw.h"
#include "report/palette.h"
#include "report/words.h"
#include "results/findings.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unmask/overlay.h>
#include <unmask/sink.h>

enum { BARS_MAX = 8, SOUND_CHUNK = 4096, GAP_MAX_S = 600 };

static const char LABEL[] = "unmask overlay";
static const char COMMENT[] =
    "unmask overlay: marks of an analysis drawn on a recording; not the recording itself";
static const uint32_t INK = 0xF4F1EA, SHADE = 0x101114, RAIL = 0x5A5C63;

static const char STRIP[] = "marks of an analysis; the verdict is in the report";

struct um_overlay {
    char *path;
    bool png; /* of a photo */
    um_writer *writer;
    um_image *canvas; /* RGB, the size of the recording */
    int scale;        /* pixels per dot of the font */
    int rate_hz, channels;
    int64_t next_sample;
    bool any_frame;
};

um_status um_overlay_new(um_overlay **out, const char *path, um_error *err)
{
    um_overlay *o = um_calloc(1, sizeof *o);
    *out = NULL;
    if (!o || !(o->path = um_strdup(path))) {
        free(o);
        return um_fail_oom(err);
    }
    *out = o;
    return UM_OK;
}

/* Once it is known what the recording is. */
static um_status begin(um_overlay *o, const um_media *m, um_error *err)
{
    const char *dot = strrchr(o->path, '.');
    if (m->width < 1 || m->height < 1)
        return um_fail(err, UM_EINVAL, "%s: an overlay needs a picture of some size", o->path);
    o->scale = um_clampi((int)lround(fmin(m->height, m->width) / 360.), 1, 6);
    o->rate_hz = m->is_photo ? 0 : m->rate_hz;
    o->channels = m->channels == 2 ? 2 : 1;
    o->png = m->is_photo && dot && !strcasecmp(dot, ".png");
    um_status st = um_image_new(&o->canvas, m->width, m->height, UM_RGB24, err);
    if (st < 0 || o->png)
        return st;
    const um_writer_options opt = {.width = m->width,
                                   .height = m->height,
                                   .fps = um_writer_fps(m),
                                   .rate_hz = o->rate_hz,
                                   .channels = o->channels,
                                   .comment = COMMENT};
    return um_writer_open(&o->writer, o->path, &opt, err);
}

void um_overlay_close(um_overlay **o)
{
    if (!o || !*o)
        return;
    um_writer_close(&(*o)->writer);
    um_image_free(&(*o)->canvas);
    free((*o)->path);
    free(*o);
    *o = NULL;
}

/* The frame as RGB of the size the file was opened with: a recording may change its size on the way. */
static um_status load(um_image *canvas, const um_frame *frame, um_error *err)
{
    const um_image *from = frame->rgb ? frame->rgb : frame->gray;
    um_image *scaled = NULL;
    if (!from)
        return um_fail(err, UM_EINVAL, "a frame without a picture");
    if (from->width != canvas->width || from->height != canvas->height) {
        const um_rect all = {0, 0, (float)from->width, (float)from->height};
        um_status st = um_image_crop_resize(&scaled, from, all, canvas->width, canvas->height, err);
        if (st < 0)
            return st;
        from = scaled;
    }
    for (int y = 0; y < canvas->height; y++) {
        const uint8_t *s = from->data + y * from->stride;
        uint8_t *d = canvas->data + y * canvas->stride;
        if (from->pixel == UM_RGB24)
            memcpy(d, s, 3 * (size_t)canvas->width);
        else
            for (int x = 0; x < canvas->width; x++)
                d[3 * x] = d[3 * x + 1] = d[3 * x + 2] = s[x];
    }
    um_image_free(&scaled);
    return UM_OK;
}

/* ---- bars ---- */

typedef struct bar {
    char text[48];
    double level; /* 0..1 of the range so far */
} bar;

/* The latest value of a series and where it lies between its lowest and highest; false when there is none, or
 * none for the last second. */
static bool latest(const um_series *s, double now_s, double *value, double *level)
{
    double t, lo = INFINITY, hi = -INFINITY;
    if (s->filled > 0)
        t = s->sum_t / s->filled, *value = s->sum_v / s->filled;
    else if (s->n > 0)
        t = s->sample[s->n - 1].t_s, *value = s->sample[s->n - 1].value;
    else
        return false;
    if (!isfinite(*value) || fabs(now_s - t) > 1)
        return false;
    for (size_t i = 0; i < s->n; i++)
        lo = fmin(lo, s->sample[i].value), hi = fmax(hi, s->sample[i].value);
    lo = fmin(lo, *value), hi = fmax(hi, *value);
    *level = hi > lo ? (*value - lo) / (hi - lo) : .5;
    return true;
}

/* One bar per signal: of its first series that concerns `person` and has a value now. */
static int collect(bar *bars, const um_findings *const *findings, int n, int person, double now_s)
{
    int n_bars = 0;
    for (int i = 0; i < n && n_bars < BARS_MAX; i++)
        for (int k = 0; k < findings[i]->n_series; k++) {
            const um_series *s = &findings[i]->series[k];
            double value;
            if (um_subject_person(s->subject) != person || !latest(s, now_s, &value, &bars[n_bars].level))
                continue;
            char number[32];
            snprintf(bars[n_bars].text, sizeof bars[n_bars].text, "%.18s %s %.10s", findings[i]->signal->name,
                     um_words_number(number, value), s->unit);
            n_bars++;
            break;
        }
    return n_bars;
}

static void draw_bars(um_overlay *o, const bar *bars, int n, int x, int y, int width, uint32_t colour)
{
    const int line = (UM_TEXT_HEIGHT + 7) * o->scale, pad = 3 * o->scale;
    um_draw_fill(o->canvas, (um_rect){(float)x, (float)y, (float)width, (float)(n * line + pad)}, SHADE,
                 .65f);
    for (int i = 0; i < n; i++, y += line) {
        float left = (float)(x + pad), top = (float)(y + pad + (UM_TEXT_HEIGHT + 2) * o->scale),
              length = (float)(width - 2 * pad), thick = (float)(2 * o->scale);
        um_draw_text(o->canvas, x + pad, y + pad, o->scale, INK, bars[i].text);
        um_draw_fill(o->canvas, (um_rect){left, top, length, thick}, RAIL, 1);
        um_draw_fill(o->canvas, (um_rect){left, top, length * (float)bars[i].level, thick}, colour, 1);
    }
}

static int bars_width(const um_overlay *o, const bar *bars, int n)
{
    int width = 0;
    for (int i = 0; i < n; i++) {
        int w = um_text_width(bars[i].text, o->scale);
        width = w > width ? w : width;
    }
    return width + 6 * o->scale;
}

/* ---- faces ---- */

/* iBUG order: jaw, brows, nose, nostrils, eyes and lips; the last four are closed. */
static const struct {
    int from, to;
    bool closed;
} outline[] = {{0, 16, false}, {17, 21, false}, {22, 26, false}, {27, 30, false}, {31, 35, false},
               {36, 41, true}, {42, 47, true},  {48, 59, true},  {60, 67, true}};

static void landmarks(um_image *canvas, const um_face *face, float width, uint32_t colour)
{
    for (size_t k = 0; k < sizeof outline / sizeof *outline; k++) {
        for (int i = outline[k].from; i < outline[k].to; i++)
            um_draw_line(canvas, face->points[i], face->points[i + 1], width, colour);
        if (outline[k].closed)
            um_draw_line(canvas, face->points[outline[k].to], face->points[outline[k].from], width, colour);
    }
    for (int i = 0; i < UM_N_LANDMARKS; i++)
        um_draw_disc(canvas, face->points[i], width * 1.3f, INK);
}

static bool on_canvas(const um_image *canvas, um_rect r)
{
    return isfinite(r.x) && isfinite(r.y) && r.w > 0 && r.h > 0 && r.x < (float)canvas->width &&
           r.y < (float)canvas->height && r.x + r.w > 0 && r.y + r.h > 0;
}

static void draw_face(um_overlay *o, const um_face *face, const um_findings *const *findings, int n,
                      double now_s)
{
    const uint32_t colour = um_person_colour(face->person);
    const int high = (UM_TEXT_HEIGHT + 4) * o->scale;
    char name[32];
    bar bars[BARS_MAX];
    if (!on_canvas(o->canvas, face->box))
        return;
    if (face->has_points)
        landmarks(o->canvas, face, .6f * (float)o->scale, colour);
    um_draw_rect(o->canvas, face->box, 1.5f * (float)o->scale, colour);

    snprintf(name, sizeof name, face->person < 0 ? "face" : "person %d", um_person_number(face->person));
    int x = (int)fmaxf(face->box.x, 0), y = (int)fmaxf(face->box.y, 0) - high;
    int width = um_text_width(name, o->scale) + 4 * o->scale;
    y = y < high ? high : y; /* below the strip */
    um_draw_fill(o->canvas, (um_rect){(float)x, (float)y, (float)width, (float)high}, colour, 1);
    um_draw_text(o->canvas, x + 2 * o->scale, y + 2 * o->scale, o->scale, SHADE, name);

    int n_bars = face->person < 0 ? 0 : collect(bars, findings, n, face->person, now_s);
    if (!n_bars)
        return;
    width = bars_width(o, bars, n_bars);
    int right = (int)(fminf(face->box.x + face->box.w, (float)o->canvas->width)) + 2 * o->scale;
    if (right + width > o->canvas->width) /* no room on the right: on the left, or as far right as it goes */
        right = x - width - 2 * o->scale >= 0 ? x - width - 2 * o->scale : o->canvas->width - width;
    draw_bars(o, bars, n_bars, right, (int)fmaxf(face->box.y, (float)high), width, colour);
}

/* ---- strip ---- */

static void strip(um_overlay *o, const um_frame *frame)
{
    const int pad = 2 * o->scale, high = (UM_TEXT_HEIGHT + 4) * o->scale;
    char time[32], text[64];
    um_draw_fill(o->canvas, (um_rect){0, 0, (float)o->canvas->width, (float)high}, SHADE, .8f);
    snprintf(text, sizeof text, "%s  #%lld%s", um_words_time(time, frame->t_s), (long long)frame->index,
             frame->damaged ? " damaged" : "");
    int left = pad + um_text_width(LABEL, o->scale) + 4 * pad,
        right = o->canvas->width - pad - um_text_width(text, o->scale);
    um_draw_text(o->canvas, pad, pad, o->scale, INK, LABEL);
    if (right > left)
        um_draw_text(o->canvas, right, pad, o->scale, INK, text);
    if (left + um_text_width(STRIP, o->scale) + 4 * pad < right)
        um_draw_text(o->canvas, left, pad, o->scale, 0xF2C14E, STRIP);
}

static um_status draw_frame(um_overlay *o, const um_observation *m, um_error *err)
{
    const um_frame *frame = m->frame;
    bar bars[BARS_MAX];
    um_status st = load(o->canvas, frame, err);
    if (st < 0)
        return st;
    for (int i = 0; m->faces && i < m->faces->n; i++)
        draw_face(o, &m->faces->face[i], m->findings, m->n_findings, frame->t_s);
    int n_bars = collect(bars, m->findings, m->n_findings, UM_FILE, frame->t_s);
    if (n_bars) {
        int high = n_bars * (UM_TEXT_HEIGHT + 7) * o->scale + 3 * o->scale;
        draw_bars(o, bars, n_bars, 2 * o->scale, o->canvas->height - high - 2 * o->scale,
                  bars_width(o, bars, n_bars), INK);
    }
    strip(o, frame);
    o->any_frame = true;
    return o->writer ? um_writer_frame(o->writer, o->canvas, frame->t_s, err) : UM_OK;
}

/* ---- sound ---- */

static um_status silence(um_overlay *o, int64_t n, um_error *err)
{
    static const float zero[2 * SOUND_CHUNK];
    um_status st = UM_OK;
    for (; n > 0 && st == UM_OK; n -= SOUND_CHUNK)
        st = um_writer_sound(o->writer, zero, n < SOUND_CHUNK ? (int)n : SOUND_CHUNK, err);
    return st;
}

static um_status write_sound(um_overlay *o, const um_sound *s, um_error *err)
{
    float mixed[2 * SOUND_CHUNK];
    um_status st = UM_OK;
    if (!o->writer || !o->rate_hz || s->rate_hz != o->rate_hz)
        return UM_OK;
    int64_t gap = s->first - o->next_sample;
    if (gap > 0 && gap <= (int64_t)GAP_MAX_S * o->rate_hz)
        st = silence(o, gap, err);
    for (int i = 0; i < s->n && st == UM_OK; i += SOUND_CHUNK) {
        int n = s->n - i < SOUND_CHUNK ? s->n - i : SOUND_CHUNK;
        for (int k = 0; k < n; k++)
            if (o->channels == 2 && s->channels == 2)
                mixed[2 * k] = s->ch[0][i + k], mixed[2 * k + 1] = s->ch[1][i + k];
            else
                for (int c = 0; c < o->channels; c++)
                    mixed[o->channels * k + c] = s->mono[i + k];
        st = um_writer_sound(o->writer, mixed, n, err);
    }
    o->next_sample = s->first + s->n;
    return st;
}

um_status um_overlay_observe(void *overlay, const um_observation *m, um_error *err)
{
    um_overlay *o = overlay;
    um_status st = UM_OK;
    if (!m->media->has_video)
        return UM_OK;
    if (!o->canvas)
        st = begin(o, m->media, err);
    if (st < 0)
        return st;
    return m->frame ? draw_frame(o, m, err) : write_sound(o, m->sound, err);
}

um_status um_overlay_finish(um_overlay *o, um_error *err)
{
    if (!o->any_frame)
        return um_fail(err, UM_EFORMAT, "%s: no picture for the overlay", o->path);
    return o->png ? um_image_write_png(o->canvas, o->path, COMMENT, err) : um_writer_finish(o->writer, err);
}
