/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draw.h: marks and labels on an RGB picture, clipped to it; nothing on one of another format. Colours are
 * 0xRRGGBB. */
#ifndef UM_DRAW_H
#define UM_DRAW_H
#include <unmask/image.h>

/* `width` in pixels; coverage at the borders of a stroke is blended (anti-aliased). */
void um_draw_line(um_image *rgb, um_point a, um_point b, float width, uint32_t colour);
void um_draw_rect(um_image *rgb, um_rect rect, float width,
                  uint32_t colour); /* outline, stroke centred on it */
void um_draw_disc(um_image *rgb, um_point centre, float radius, uint32_t colour);
/* Fills a rectangle; alpha 0..1. */
void um_draw_fill(um_image *rgb, um_rect rect, uint32_t colour, float alpha);
/* Built-in 5 x 7 font, `scale` pixels per dot; printable ASCII, other bytes become '?'. x, y = top left. */
enum { UM_TEXT_ADVANCE = 6, UM_TEXT_HEIGHT = 7 };
void um_draw_text(um_image *rgb, int x, int y, int scale, uint32_t colour, const char *text);
int um_text_width(const char *text, int scale);
#endif
