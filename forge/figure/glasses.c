/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glasses.c: styles, fit and frame. Sizes as sold: lenses 44 to 54 mm wide, 17 to 20 mm between them, 140 mm
 * temples. */
#include "figure/glasses.h"

static const struct {
    const char *name;
    float half_w, half_h, power, taper, rim, rim_below, temple;
} styles[] = {
    {"rectangular", 26.0f, 15.5f, 4.5f, 0.03f, 1.7f, 1.7f, 2.6f},
    {"round", 22.5f, 21.5f, 2.1f, 0.00f, 0.8f, 0.8f, 0.9f},
    {"panto", 24.0f, 20.5f, 2.5f, 0.08f, 2.1f, 2.0f, 2.8f},
    {"half-rim", 25.5f, 15.5f, 3.6f, 0.05f, 1.2f, 0.45f, 1.6f},
    {"wire", 25.0f, 17.0f, 3.0f, 0.04f, 0.65f, 0.65f, 0.8f},
};
enum { N_STYLES = 5, RIM_POINTS = 48, TEMPLE_POINTS = 14, BRIDGE_POINTS = 9 };

float glasses_outline(const glasses *g, float u, float v)
{
    float width = g->half_w * (1 + g->taper * clampf(v / g->half_h, -1, 1));
    return powf(powf(fabsf(u) / width, g->power) + powf(fabsf(v) / g->half_h, g->power), 1 / g->power);
}

static vec3 in_lens(const glasses *g, int side, float u, float v)
{
    return v_add(g->centre[side], v_add(v_scale(g->right[side], side ? u : -u), v_scale(g->up[side], v)));
}

/* The border in direction `turn`: 0 away from the nose, a quarter up. */
static vec3 border(const glasses *g, int side, float turn, float *v)
{
    float c = cosf(turn), s = sinf(turn), size = 1 / glasses_outline(g, c, s);
    for (int i = 0; i < 20; i++) /* the taper bends the rays a little */
        size /= glasses_outline(g, size * c, size * s);
    *v = size * s;
    return in_lens(g, side, size * c, size * s);
}

static void place(glasses *g, float x, float z, float tilt, float wrap)
{
    for (int side = 0; side < 2; side++) {
        float w = side ? wrap : -wrap;
        g->centre[side] = v3(side ? x : -x, -2.5f, z);
        g->out[side] = v3(sinf(w) * cosf(tilt), -sinf(tilt), cosf(w) * cosf(tilt));
        g->right[side] = v3(cosf(w), 0, -sinf(w));
        g->up[side] = v_cross(g->out[side], g->right[side]);
    }
}

/* Forward until no point of rims and bridge is nearer to the skin than its own thickness and 1 mm. */
static void fit(glasses *g, const person *a, float x, float tilt, float wrap)
{
    for (float z = 91; z < 106; z += 0.5f) {
        float least = INFINITY, v;
        place(g, x, z, tilt, wrap);
        for (int i = 0; i < RIM_POINTS; i++)
            least = minf(least, sculpt_head(a, border(g, 1, 6.2831853f * (float)i / RIM_POINTS, &v), true));
        least = minf(least, sculpt_head(a, v3(0, 5, z + 2), true));
        if (least > g->rim + 1)
            return;
    }
}

void glasses_make(glasses *g, const person *a)
{
    static const float frames[6][4] = {/* linear red, green, blue; gloss */
                                       {0.012f, 0.012f, 0.014f, 1.0f}, {0.100f, 0.040f, 0.015f, 1.2f},
                                       {0.020f, 0.030f, 0.080f, 1.0f}, {0.300f, 0.300f, 0.310f, 4.0f},
                                       {0.400f, 0.280f, 0.110f, 4.0f}, {0.090f, 0.012f, 0.018f, 1.2f}};
    uint64_t r = a->seed * 31 + (uint64_t)(a->hair_down > 0) + 0x676c61u;
    int style = (int)(um_random(&r) % N_STYLES), colour = (int)(um_random(&r) % 6);
    if (styles[style].rim < 1 && colour < 3) /* thin frames are of metal */
        colour += 2;
    *g = (glasses){styles[style].name,  styles[style].half_w, styles[style].half_h,    styles[style].power,
                   styles[style].taper, styles[style].rim,    styles[style].rim_below, styles[style].temple};
    float size = rng_range(&r, 0.95f, 1.04f);
    g->half_w *= size, g->half_h *= size;
    g->frame = v3(frames[colour][0], frames[colour][1], frames[colour][2]);
    g->gloss = frames[colour][3];
    g->tortoise = colour == 1;
    float shade = um_random(&r) % 3 ? 0.94f : rng_range(&r, 0.55f, 0.8f); /* a third darken in the light */
    g->tint = v3(shade, shade, shade * rng_range(&r, 0.93f, 1));
    g->curve_mm = rng_range(&r, 55, 110);
    bool coated = um_random(&r) % 2;
    g->coat = coated ? v3(0.35f, 0.80f, 0.55f) : v3(1, 1, 1);
    float strength = coated ? 0.45f : 1;
    g->lamp = strength * rng_range(&r, 0.3f, 1.1f);
    g->window = strength * rng_range(&r, 0.1f, 0.6f);
    g->screen = strength * rng_range(&r, 0, 0.5f);
    float between = rng_range(&r, 8.5f, 10), tilt = rng_range(&r, 0.02f, 0.12f);
    fit(g, a, g->half_w + between, tilt, rng_range(&r, 0.03f, 0.09f));
}

static void rim(wire *w, const glasses *g, int side)
{
    *w = (wire){.n = RIM_POINTS, .closed = true, .deep_way = g->out[side]};
    for (int i = 0; i < RIM_POINTS; i++) {
        float v, turn = 6.2831853f * (float)i / RIM_POINTS;
        w->at[i] = border(g, side, turn, &v);
        w->across[i] = w->deep[i] = mixf(g->rim_below, g->rim, stepf(-0.15f, 0.15f, v / g->half_h));
    }
}

static void bridge(wire *w, const glasses *g)
{
    float v;
    vec3 from = border(g, 0, 2.7f, &v), to = border(g, 1, 2.7f, &v);
    *w = (wire){.n = BRIDGE_POINTS, .deep_way = v3(0, 0, 1)};
    for (int i = 0; i < BRIDGE_POINTS; i++) {
        float t = (float)i / (BRIDGE_POINTS - 1), arch = 4 * t * (1 - t);
        w->at[i] = v_add(v_mix(from, to, t), v3(0, 2.2f * arch, 2.0f * arch));
        w->across[i] = w->deep[i] = maxf(0.9f * g->rim, 0.7f);
    }
}

/* From the outer border to the back, along the head but not into it, and down behind the ear. */
static void temple(wire *w, const glasses *g, const person *a, int side)
{
    float v, way = side ? 1 : -1;
    vec3 hinge = border(g, side, 0.35f, &v);
    *w = (wire){.n = TEMPLE_POINTS, .deep_way = v3(way, 0, 0)};
    for (int i = 0; i < TEMPLE_POINTS; i++) {
        float t = (float)(i - 2) / (TEMPLE_POINTS - 3);
        vec3 p = i < 2 ? v_add(hinge, v3(way * 2.2f * (float)i, 0, -1.2f * (float)i))
                       : v3(hinge.x + way * (4 + 4 * t), mixf(hinge.y, 15, t), mixf(hinge.z - 5, -8, t));
        if (i == TEMPLE_POINTS - 1)
            p = v3(p.x - way * 2, p.y - 14, p.z - 14);
        while (i >= 2 && fabsf(p.x) < 73.5f && sculpt_head(a, p, true) < 1.4f)
            p.x += 0.5f * way;
        w->at[i] = p;
        w->across[i] = g->temple * (i < TEMPLE_POINTS - 2 ? 1 : 0.8f);
        w->deep[i] = minf(g->temple, 1.3f);
    }
}

void glasses_wires(wire out[WIRES], const glasses *g, const person *a)
{
    for (int side = 0; side < 2; side++) {
        rim(&out[side], g, side);
        temple(&out[2 + side], g, a, side);
    }
    bridge(&out[4], g);
}
