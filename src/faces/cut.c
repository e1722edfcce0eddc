/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cut.c: see cut.h. */
#include "faces/cut.h"
#include "base/base.h"
#include "media/view.h"
#include <math.h>

enum { MIN_GRAY_SIDE = 8 };
/* Sides of the first square, the landmarks': quality, appearance and the second look lie within. */
static const float REACH = 1.25f;

struct part { /* pixels x0 .. x1 - 1, y0 .. y1 - 1 of the frame */
    int x0, y0, x1, y1;
};

static int pixel(float v, int most)
{
    return (int)fminf(fmaxf(v, 0), (float)most); /* a NAN gives 0 */
}

/* `reach` pixels around a point, as far as the frame goes; beyond it its edge pixels, which are repeated. */
static struct part part_around(const um_image *frame, um_point centre, float reach)
{
    struct part p = {.x0 = pixel(floorf(centre.x - reach), frame->width - 1),
                     .y0 = pixel(floorf(centre.y - reach), frame->height - 1)};
    int x1 = pixel(ceilf(centre.x + reach) + 1, frame->width),
        y1 = pixel(ceilf(centre.y + reach) + 1, frame->height);
    p.x1 = x1 > p.x0 ? x1 : p.x0 + 1;
    p.y1 = y1 > p.y0 ? y1 : p.y0 + 1;
    return p;
}

static struct part joined(struct part a, struct part b)
{
    return (struct part){a.x0 < b.x0 ? a.x0 : b.x0, a.y0 < b.y0 ? a.y0 : b.y0, a.x1 > b.x1 ? a.x1 : b.x1,
                         a.y1 > b.y1 ? a.y1 : b.y1};
}

static bool covers(const um_face_cut *cut, struct part p)
{
    return cut->rgb && cut->x <= p.x0 && cut->y <= p.y0 && cut->x + cut->rgb->width >= p.x1 &&
           cut->y + cut->rgb->height >= p.y1;
}

static um_status cover(um_face_cut *cut, struct part need, um_point centre, float side, um_error *err)
{
    if (covers(cut, need))
        return UM_OK;
    struct part p = joined(need, part_around(cut->frame, centre, REACH * side));
    if (cut->rgb) /* a face far from where it was looked for */
        p = joined(p, (struct part){cut->x, cut->y, cut->x + cut->rgb->width, cut->y + cut->rgb->height});
    um_image_free(&cut->rgb);
    cut->x = p.x0;
    cut->y = p.y0;
    return um_image_view(&cut->rgb, cut->frame, p.x0, p.y0, p.x1 - p.x0, p.y1 - p.y0, err);
}

um_status um_face_cut_square(um_image **out, um_face_cut *cut, um_square s, int n, um_error *err)
{
    /* A turned square reads 1.45 / 2 of its side from its centre, and neighbours (um_square_crop). */
    struct part need = part_around(cut->frame, s.centre, 0.73f * s.side + 2);
    um_status st = cover(cut, need, s.centre, s.side, err);
    *out = NULL;
    if (st < 0)
        return st;
    return um_square_crop_part(out, cut->rgb, cut->x, cut->y, s, n, err);
}

um_status um_face_cut_gray(const um_image **out, int *x, int *y, um_face_cut *cut, um_rect box, um_error *err)
{
    um_status st = UM_OK;
    um_image *part = NULL;
    *out = NULL;
    if (!cut->gray) {
        float reach = fmaxf(box.w, box.h) * 0.75f, cx = box.x + box.w / 2, cy = box.y + box.h / 2;
        int x0 = (int)fmaxf(0, floorf(cx - reach)), y0 = (int)fmaxf(0, floorf(cy - reach));
        int x1 = (int)fminf((float)cut->frame->width, ceilf(cx + reach)),
            y1 = (int)fminf((float)cut->frame->height, ceilf(cy + reach));
        if (!(box.w > 0 && box.h > 0) || x1 - x0 < MIN_GRAY_SIDE || y1 - y0 < MIN_GRAY_SIDE)
            return UM_OK;
        if ((st = cover(cut, (struct part){x0, y0, x1, y1}, (um_point){cx, cy}, reach, err)) < 0 ||
            (st = um_image_view(&part, cut->rgb, x0 - cut->x, y0 - cut->y, x1 - x0, y1 - y0, err)) < 0)
            return st;
        st = um_image_to_gray(&cut->gray, part, err);
        um_image_free(&part);
        if (st < 0)
            return st;
        cut->gray_x = x0;
        cut->gray_y = y0;
    }
    *out = cut->gray;
    *x = cut->gray_x;
    *y = cut->gray_y;
    return UM_OK;
}

void um_face_cut_end(um_face_cut *cut)
{
    um_image_free(&cut->gray);
    um_image_free(&cut->rgb);
}
