/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regions.c: places of a face between its points, chosen on the mean face (shape.c) by eye. */
#include "faces/regions.h"
#include "base/base.h"
#include "media/polygon.h"
#include <math.h>

/* Corner = a + part (b - a), for the cheek on the image's left. */
static const struct {
    int a, b;
    float part;
} cheek[UM_REGION_CORNERS] = {{1, 31, .25f}, {41, 48, .25f}, {31, 2, .15f}, {48, 3, .25f}, {3, 31, .25f}};
/* The same point on the other side of the face, of those named above. */
static int mirrored(int i)
{
    return i < 17 ? 16 - i : i == 31 ? 35 : i == 41 ? 46 : 54;
}

/* Of the way from chin to nose bridge, upwards from the brows. */
static const float FOREHEAD_FROM = .08f, FOREHEAD_TO = .28f;
static const float TOP = 1 / 3.f; /* the hair line above the brows, of brows to chin */
static const int DARK = 5, BRIGHT = 250;

static um_point between(um_point a, um_point b, float part)
{
    return (um_point){a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
}

int um_face_region_of(um_point corner[UM_REGION_CORNERS], const um_face *face, um_face_region which)
{
    const um_point *p = face->points;
    if (which == UM_FOREHEAD) {
        const um_point up = {p[27].x - p[8].x, p[27].y - p[8].y};
        const float part[4] = {FOREHEAD_FROM, FOREHEAD_FROM, FOREHEAD_TO, FOREHEAD_TO};
        static const int brow[4] = {19, 24, 24, 19};
        for (int i = 0; i < 4; i++)
            corner[i] = (um_point){p[brow[i]].x + part[i] * up.x, p[brow[i]].y + part[i] * up.y};
        return 4;
    }
    for (int i = 0; i < UM_REGION_CORNERS; i++) {
        const bool right = which == UM_CHEEK_RIGHT;
        const int a = right ? mirrored(cheek[i].a) : cheek[i].a,
                  b = right ? mirrored(cheek[i].b) : cheek[i].b;
        corner[i] = between(p[a], p[b], cheek[i].part);
    }
    return UM_REGION_CORNERS;
}

void um_face_contour(um_point corner[UM_CONTOUR_CORNERS], const um_face *face)
{
    const um_point *p = face->points, brows = between(p[19], p[24], .5f);
    const um_point up = {TOP * (brows.x - p[8].x), TOP * (brows.y - p[8].y)};
    const um_point foot = between(p[0], p[16], .5f), half = {(p[16].x - p[0].x) / 2, (p[16].y - p[0].y) / 2};
    const um_point top = {brows.x + up.x - foot.x, brows.y + up.y - foot.y};
    for (int i = 0; i < UM_CONTOUR_JAW; i++)
        corner[i] = p[i];
    for (int i = UM_CONTOUR_JAW; i < UM_CONTOUR_CORNERS; i++) { /* half an ellipse from point 16 to point 0 */
        const double turn = M_PI * (i - UM_CONTOUR_JAW + 1) / (UM_CONTOUR_CORNERS - UM_CONTOUR_JAW + 1);
        const float c = (float)cos(turn), s = (float)sin(turn);
        corner[i] = (um_point){foot.x + c * half.x + s * top.x, foot.y + c * half.y + s * top.y};
    }
}

um_region_mean um_region_colour(const um_image *rgb, const um_point *corner, int n, int most)
{
    um_region_mean mean = {{0}, 0};
    float x[UM_POLYGON_MOST];
    const um_polygon_edges box = um_polygon_box(corner, n);
    const double area = ((double)box.right - box.left) * ((double)box.bottom - box.top);
    if (!isfinite(area))
        return mean;
    const int step = (int)um_clampd(sqrt(area / most), 1, 64);
    const int from = (int)um_clampd(ceil((double)box.top), 0, rgb->height);
    const int to = (int)um_clampd(floor((double)box.bottom) + 1, 0, rgb->height);
    for (int y = from; y < to; y += step) {
        const int crossings = um_polygon_row(x, corner, n, (float)y);
        for (int k = 0; k + 1 < crossings; k += 2) {
            const int first = (int)um_clampd(ceil((double)x[k]), 0, rgb->width);
            const int end = (int)um_clampd(floor((double)x[k + 1]) + 1, 0, rgb->width);
            const uint8_t *row = rgb->data + y * rgb->stride;
            for (int i = first; i < end; i += step) {
                const uint8_t *v = row + (ptrdiff_t)3 * i;
                const int least = v[0] < v[1] ? v[0] < v[2] ? v[0] : v[2] : v[1] < v[2] ? v[1] : v[2];
                const int largest = v[0] > v[1] ? v[0] > v[2] ? v[0] : v[2] : v[1] > v[2] ? v[1] : v[2];
                if (least < DARK || largest > BRIGHT)
                    continue;
                for (int c = 0; c < 3; c++)
                    mean.rgb[c] += v[c];
                mean.n++;
            }
        }
    }
    for (int c = 0; c < 3 && mean.n; c++)
        mean.rgb[c] /= mean.n;
    return mean;
}
