/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.c: lines of letters; half of the pages in the built-in font, half in an alphabet of their own. */
#include "degrade/page.h"
#include "media/draw.h"
#include <string.h>

enum { LETTERS = 24, MOST_BARS = 4, LINE = 64 };

typedef struct letter { /* strokes from one point of a grid of 3 x 5 to another */
    int n;
    um_point bar[MOST_BARS][2];
} letter;

typedef struct print {
    um_image *page;
    rng *r;
    uint32_t ink;
    bool invented;
    letter alphabet[LETTERS];
} print;

static letter invent(rng *r)
{
    letter l = {.n = 2 + rng_int(r, MOST_BARS - 1)};
    for (int i = 0; i < l.n; i++) {
        int x = rng_int(r, 3), y = rng_int(r, 5), way = rng_int(r, 4);
        l.bar[i][0] = (um_point){(float)(way == 0 ? 0 : x), (float)(way == 1 ? 0 : y)};
        l.bar[i][1] = way == 0   ? (um_point){2, (float)y} /* across */
                      : way == 1 ? (um_point){(float)x, 4} /* down */
                                 : (um_point){(float)rng_int(r, 3), (float)rng_int(r, 5)};
    }
    return l;
}

static void write_invented(const print *p, um_point at, float height, float pen, const char *text)
{
    float dx = height / 4.4f, dy = height / 4;
    for (const char *c = text; *c; c++, at.x += 3.2f * dx) {
        const letter *l = &p->alphabet[(unsigned char)*c % LETTERS];
        for (int i = 0; i < l->n && *c != ' '; i++)
            um_draw_line(p->page, (um_point){at.x + l->bar[i][0].x * dx, at.y + l->bar[i][0].y * dy},
                         (um_point){at.x + l->bar[i][1].x * dx, at.y + l->bar[i][1].y * dy}, pen, p->ink);
    }
}

/* Words, figures, and what separates one part of a page from the next. */
static void compose(char text[LINE], rng *r)
{
    static const char *const marks = "-=.*_";
    int n = 2 + rng_int(r, LINE - 3);
    char rule = rng_chance(r, .1f) ? marks[rng_int(r, 5)] : 0;
    bool figures = rng_chance(r, .3f);
    for (int i = 0; i < n; i++)
        text[i] = rule                  ? rule
                  : rng_chance(r, .16f) ? ' '
                  : figures             ? "0123456789.:/"[rng_int(r, 13)]
                  : rng_chance(r, .5f)  ? (char)('A' + rng_int(r, 26))
                                        : (char)('a' + rng_int(r, 26));
    text[n] = 0;
}

static void write_lines(const print *p, float size)
{
    rng *r = p->r;
    int margin = rng_int(r, 1 + p->page->width / 4), align = rng_int(r, 3);
    float pen = size * rng_float(r, .06f, .2f);
    for (int y = -rng_int(r, (int)size + 1); y < p->page->height;) {
        char text[LINE];
        int dots = (int)(size / UM_TEXT_HEIGHT) + (rng_chance(r, .2f) ? 1 : 0);
        float height = (float)(dots * UM_TEXT_HEIGHT);
        compose(text, r);
        int width = um_text_width(text, dots), room = p->page->width - width;
        int x = align == 0 ? margin : align == 1 ? room / 2 : room - margin;
        if (rng_chance(r, .9f) && p->invented)
            write_invented(p, (um_point){(float)x, (float)y}, height, pen, text);
        else
            um_draw_text(p->page, x, y, dots, p->ink, text);
        y += (int)(height * rng_float(r, 1.2f, rng_chance(r, .2f) ? 4 : 1.9f));
    }
}

/* Paper is not even: light falls from one side, and ink runs out. */
static void shade(um_image *m, rng *r)
{
    float across = rng_float(r, -.3f, .3f) / (float)m->width,
          down = rng_float(r, -.3f, .3f) / (float)m->height;
    for (int y = 0; y < m->height; y++) {
        uint8_t *row = m->data + y * m->stride;
        for (int i = 0; i < 3 * m->width; i++) {
            float v =
                row[i] * (1 + across * (float)(i / 3 - m->width / 2) + down * (float)(y - m->height / 2));
            row[i] = (uint8_t)fminf(v, 255);
        }
    }
}

um_status page_draw(um_image **out, int width, int height, rng *r, um_error *err)
{
    /* Drawn two to four times as large, and not in the same proportions: dots become letters. */
    float size = expf(rng_float(r, logf(4), logf(60))), larger = size < 12 ? 4 : 2;
    um_image *page;
    um_status st = um_image_new(&page, (int)(larger * (float)width * rng_float(r, .7f, 1.4f)) + 8,
                                (int)(larger * (float)height) + 8, UM_RGB24, err);
    if (st < 0)
        return st;
    int light = 170 + rng_int(r, 86), dark = rng_int(r, 110);
    int tint[3], paper[3];
    for (int c = 0; c < 3; c++) {
        paper[c] = light - rng_int(r, 20);
        tint[c] = rng_chance(r, .3f) ? rng_int(r, 140) : dark;
    }
    bool screen = rng_chance(r, .15f); /* light on dark */
    const int *ground = screen ? tint : paper, *ink = screen ? paper : tint;
    um_draw_fill(page, (um_rect){0, 0, (float)page->width, (float)page->height},
                 (uint32_t)(ground[0] << 16 | ground[1] << 8 | ground[2]), 1);
    print p = {page, r, (uint32_t)(ink[0] << 16 | ink[1] << 8 | ink[2]), rng_chance(r, .5f), {{0}}};
    for (int i = 0; i < LETTERS; i++)
        p.alphabet[i] = invent(r);
    write_lines(&p, fmaxf(UM_TEXT_HEIGHT, size * larger));
    shade(page, r);
    st = um_image_crop_resize(out, page, (um_rect){0, 0, (float)page->width, (float)page->height}, width,
                              height, err);
    um_image_free(&page);
    return st;
}
