/* SPDX-License-Identifier: GPL-3.0-or-later */
/* raster.c: half-plane rasteriser with incremental edges. */
#include "figure/raster.h"

typedef struct span {
    int x0, x1, y0, y1;
    float inverse_area;
    vec3 a, b, c;
} span;

static int set_up(span *s, const vec3 *at, const int *t, int width, int y0, int y1, int two_sided)
{
    vec3 a = at[t[0]], b = at[t[1]], c = at[t[2]];
    /* y runs down here, so counter-clockwise outside gives a negative area */
    float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if (area > 0 && two_sided) {
        vec3 swap = b;
        b = c, c = swap, area = -area;
    }
    if (!(area < -1e-9f))
        return 0;
    float lo_y = minf(a.y, minf(b.y, c.y)), hi_y = maxf(a.y, maxf(b.y, c.y));
    float lo_x = minf(a.x, minf(b.x, c.x)), hi_x = maxf(a.x, maxf(b.x, c.x));
    if (!(hi_y > (float)y0 && lo_y < (float)y1 && hi_x > 0 && lo_x < (float)width))
        return 0;
    s->y0 = (int)maxf(ceilf(lo_y - 0.5f), (float)y0), s->y1 = (int)minf(floorf(hi_y - 0.5f), (float)(y1 - 1));
    s->x0 = (int)maxf(ceilf(lo_x - 0.5f), 0), s->x1 = (int)minf(floorf(hi_x - 0.5f), (float)(width - 1));
    s->inverse_area = 1 / area;
    s->a = a, s->b = b, s->c = c;
    return 1;
}

void raster_draw(sample *out, int width, int y0, int y1, const vec3 *at, const int (*triangle)[3], int n)
{
    for (int i = 0; i < n; i++) {
        span s;
        if (!set_up(&s, at, triangle[i], width, y0, y1, 0))
            continue;
        vec3 a = s.a, b = s.b, c = s.c;
        float db = (a.y - c.y) * s.inverse_area, dc = (b.y - a.y) * -s.inverse_area;
        for (int y = s.y0; y <= s.y1; y++) {
            float py = (float)y + 0.5f - a.y, px = (float)s.x0 + 0.5f - a.x;
            float wb = (px * (c.y - a.y) - py * (c.x - a.x)) * s.inverse_area;
            float wc = ((b.x - a.x) * py - (b.y - a.y) * px) * s.inverse_area;
            sample *row = out + (long)y * width;
            for (int x = s.x0; x <= s.x1; x++, wb -= db, wc += dc) {
                if (wb < 0 || wc < 0 || wb + wc > 1)
                    continue;
                float z = a.z + wb * (b.z - a.z) + wc * (c.z - a.z);
                if (z > row[x].nearness)
                    row[x] = (sample){z, i, wb, wc};
            }
        }
    }
}

void raster_depth(float *out, int width, int height, const vec3 *at, const int (*triangle)[3], int n)
{
    for (int i = 0; i < n; i++) {
        span s;
        if (!set_up(&s, at, triangle[i], width, 0, height, 1))
            continue;
        vec3 a = s.a, b = s.b, c = s.c;
        for (int y = s.y0; y <= s.y1; y++)
            for (int x = s.x0; x <= s.x1; x++) {
                float py = (float)y + 0.5f - a.y, px = (float)x + 0.5f - a.x;
                float wb = (px * (c.y - a.y) - py * (c.x - a.x)) * s.inverse_area;
                float wc = ((b.x - a.x) * py - (b.y - a.y) * px) * s.inverse_area;
                float z = a.z + wb * (b.z - a.z) + wc * (c.z - a.z);
                if (wb >= 0 && wc >= 0 && wb + wc <= 1 && z > out[(long)y * width + x])
                    out[(long)y * width + x] = z;
            }
    }
}
