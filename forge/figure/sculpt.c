/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sculpt.c: the distance field of a head, from ellipsoids and capsules joined smoothly.
 *
 * Smooth minimum and the ellipsoid's bound after Quilez, "Smooth minimum" and "Distance functions",
 * iquilezles.org. Sizes are those of an average adult (Farkas, "Anthropometry of the Head and Face", 1994).
 */
#include <stdbool.h>
#include <string.h>

#include "figure/sculpt.h"

static inline float smin(float a, float b, float k)
{
    float h = maxf(k - fabsf(a - b), 0) / k;
    return minf(a, b) - h * h * k * 0.25f;
}

static float smax(float a, float b, float k)
{
    return -smin(-a, -b, k);
}

static inline float ellipsoid(vec3 p, float cx, float cy, float cz, float rx, float ry, float rz)
{
    p = v3((p.x - cx) / rx, (p.y - cy) / ry, (p.z - cz) / rz);
    float k0 = v_len(p), k1 = v_len(v3(p.x / rx, p.y / ry, p.z / rz));
    return k1 < 1e-6f ? -minf(rx, minf(ry, rz)) : k0 * (k0 - 1) / k1;
}

/* A capsule whose radius runs from ra to rb. */
static float cone(vec3 p, vec3 a, vec3 b, float ra, float rb)
{
    vec3 pa = v_sub(p, a), ba = v_sub(b, a);
    float h = clampf(v_dot(pa, ba) / v_dot(ba, ba), 0, 1);
    return v_len(v_sub(pa, v_scale(ba, h))) - mixf(ra, rb, h);
}

float eye_fold(const person *a, float s)
{
    float c = maxf(1 - s * s, 0);
    return (a->eye_up + 1.6f) * powf(c, 0.62f) - 0.8f * s * c + 0.8f * s;
}

float eye_lower(const person *a, float s)
{
    float c = maxf(1 - s * s, 0);
    return -a->eye_down * powf(c, 0.78f) - 0.9f * s * c + 0.8f * s;
}

float eye_upper(const person *a, float s, float opening)
{
    float c = maxf(1 - s * s, 0);
    float open = a->eye_up * powf(c, 0.62f) - 0.7f * s * c + 0.8f * s;
    return mixf(eye_lower(a, s) + 0.15f, open, opening);
}

float mouth_seam(float x)
{
    return SEAM_Y - 0.5f * bellf(x, 5) + 0.0010f * x * x;
}

float lip_top(const person *a, float x)
{
    float s = clampf(1 - x * x / (a->mouth_w * a->mouth_w), 0, 1), q = fabsf(x);
    return mouth_seam(x) + a->lips * 7.6f * powf(s, 0.72f) +
           a->lips * (1.1f * bellf(q - 5, 4) - 1.1f * bellf(q, 3)) * s;
}

float lip_bottom(const person *a, float x)
{
    float s = clampf(1 - x * x / (a->mouth_w * a->mouth_w), 0, 1);
    return mouth_seam(x) - a->lips * 9.6f * powf(s, 0.66f);
}

static float hairline(const person *a, vec3 p)
{
    if (a->hair_down > 0 && p.z < 34) { /* falls over the ears to the shoulders */
        float below = mixf(18, -190, stepf(22, 4, p.z) * stepf(40, 56, fabsf(p.x) + maxf(-10 - p.z, 0)));
        return mixf(below, a->hairline_y - 0.004f * p.x * p.x, stepf(20, 34, p.z));
    }
    float q = fabsf(p.x);
    float front = a->hairline_y - 4 * bellf(q, 14) - 0.0040f * q * q;      /* forehead with a soft peak */
    float temple = mixf(front, 18, stepf(44, 66, q) * stepf(62, 30, p.z)); /* down to the sideburn */
    float nape = mixf(temple, -70, stepf(2, -26, p.z) * stepf(60, 40, p.z + 60)); /* behind the ear */
    return mixf(temple, minf(nape, temple), stepf(0, -24, p.z));
}

float hair_cover(const person *a, vec3 p)
{
    return stepf(-5, 5, p.y - hairline(a, p));
}

/* Hair: a thicker skull that ends at the hairline. */
static float hair_volume(const person *a, vec3 p)
{
    float t = a->hair_len;
    float d = ellipsoid(p, 0, 32, -10, 74 * a->width + 0.45f * t, 84 + t * 1.1f, 96 + 0.8f * t);
    /* combed up at the front */
    d = smin(
        d, ellipsoid(p, 0, 100 - 5 * a->hair_down, 46, 44 + t, 15 + 0.6f * t * (1 - 0.6f * a->hair_down), 38),
        34);
    if (a->hair_down > 0) {
        float wave = 2.2f * sinf(p.y * 0.055f + p.z * 0.03f);
        d = smin(d, ellipsoid(p, 34 + wave, -42, -34, 50, 112, 44), 22);
    }
    float lock = sinf(p.x * 0.16f + 1.3f * sinf(p.z * 0.05f)) + 0.6f * sinf(p.x * 0.37f + p.z * 0.08f);
    float cut = hairline(a, p) + 3 - p.y;
    return smax(d - 0.55f * lock, cut * 0.6f, 20);
}

/* ---- one half of the face; p.x >= 0 ---- */

static float eye_region(const person *a, vec3 p, float d)
{
    float up = 18.5f + a->brow;
    d = smin(d, cone(p, v3(0, up - 2, 82.5f), v3(34, up + 4, 78), 6, 5), 12); /* brow */
    d = smin(d, cone(p, v3(34, up + 4, 78), v3(52 * a->width, up - 4, 58), 5, 6), 12);
    /* sockets, then the lids around the eye ball */
    d = smax(d, -ellipsoid(p, a->eye_x + 1, EYE_Y + 2, 88, 17, 10, 13), 12);
    d = smax(d, -ellipsoid(p, 16, EYE_Y, 90, 6, 9, 7), 8);
    d = smin(d, ellipsoid(p, a->eye_x, EYE_Y - 0.5f, EYE_Z, SHELL_R + 0.4f, SHELL_R - 2.6f, SHELL_R), 5);
    return d;
}

static float nose_region(const person *a, vec3 p, float d)
{
    float nw = a->nose_width, tip_y = -37 * a->nose, tip_z = 104 * (0.5f + 0.5f * a->nose);
    float nose = cone(p, v3(0, 4, 84), v3(0, tip_y + 5, tip_z - 3), 5.6f, 7.2f * nw);
    nose = smin(nose, ellipsoid(p, 0, tip_y - 1, tip_z, 9.5f * nw, 8.5f, 10), 6);
    nose = smin(nose, ellipsoid(p, 11.6f * nw, tip_y - 4.5f, tip_z - 12, 5.6f * nw, 6.2f, 9.5f), 8);
    nose = smin(nose, cone(p, v3(0, tip_y - 7, tip_z - 3), v3(0, tip_y - 12, tip_z - 12), 3.6f, 4), 5);
    d = smin(d, nose, 11);
    d = smax(d, -ellipsoid(p, 6.6f * nw, tip_y - 10.2f, tip_z - 5, 3.3f * nw, 3.6f, 5.4f), 3); /* nostril */
    return d;
}

static float lip_region(const person *a, vec3 p, float d)
{
    /* lips: an upper pair with a bow, a fuller lower one */
    float l = a->lips, m = a->mouth_w / 25;
    float upper = ellipsoid(p, 7 * m, SEAM_Y + 3.4f * l, 89.8f, 15.5f * m, 4.4f * l, 7.6f);
    upper = smin(upper, ellipsoid(p, 0, SEAM_Y + 2.6f * l, 92.5f, 5, 3.4f * l, 6.6f), 3);
    float lower = ellipsoid(p, 4 * m, SEAM_Y - 4.6f * l, 89, 16.5f * m, 5 * l, 8.4f);
    d = smin(d, smin(upper, lower, 1.2f), 4);
    d = smax(d, -ellipsoid(p, 0, SEAM_Y - 15.5f, 97, 15, 4, 4), 9);                  /* above the chin */
    d = smax(d, -ellipsoid(p, a->mouth_w + 1.5f, SEAM_Y + 0.5f, 89, 2.4f, 3, 5), 8); /* corner */
    d = smax(d, -ellipsoid(p, 0, -57, 101.5f, 2.6f, 6, 2.4f), 4);                    /* philtrum */
    return d;
}

static float ear(const person *a, vec3 p)
{
    vec3 e = v3(p.x - 71.5f * a->width, p.y + 9, p.z + 10);
    e = v3(0.94f * e.x + 0.34f * e.z, 0.97f * e.y - 0.22f * e.z, e.z * 0.9f - 0.36f * e.x + 0.2f * e.y);
    float d = smax(ellipsoid(e, 2.5f, 3, -3, 5, 27, 15), -ellipsoid(e, 7.5f, 4, -3, 4.6f, 17, 8.5f), 4);
    d = smin(d, ellipsoid(e, 1, -18, 4, 4, 7.5f, 6), 7);
    d = smin(d, ellipsoid(e, 3, -3, 9, 4, 6, 3.6f), 4);
    return d;
}

static float face_half(const person *a, vec3 p)
{
    float w = a->width;
    float d = ellipsoid(p, 0, 30, -8, 73 * w, 84, 96);
    d = smin(d, ellipsoid(p, 0, -28, 20, 61 * w, 80, 69), 22); /* middle face */
    d = smin(d, cone(p, v3(41 * w * a->jaw, -64, 6), v3(21 * a->chin, -99, 60), 14, 14), 24); /* jaw */
    d = smin(d, ellipsoid(p, 0, -103, 70, 21 * a->chin, 15, 19), 16);                         /* chin */
    d = smin(d, ellipsoid(p, 41 * w, -26, 54, 17, 14, 19), 20 * a->cheek);                    /* cheek bone */
    d = smin(d, ellipsoid(p, 0, -66, 66, 29, 25, 30), 14);                                    /* muzzle */
    d = smin(d, ellipsoid(p, 30, -52, 58, 16, 20, 22), 18);                                   /* cheek */
    /* the rest is far from where it is left out: more than any blend or step */
    if (p.z > 35 && p.y > -45 && p.y < 60)
        d = eye_region(a, p, d);
    if (p.z > 55 && p.x < 50 && p.y > -85 && p.y < 45)
        d = nose_region(a, p, d);
    if (p.z > 45 && p.x < 60 && p.y > -120 && p.y < -35)
        d = lip_region(a, p, d);
    if (p.x > 35 && p.y > -70 && p.y < 55 && p.z > -60 && p.z < 45)
        d = smin(d, ear(a, p), 7);
    return d;
}

float sculpt_head(const person *a, vec3 p, bool solid)
{
    vec3 q = v3(fabsf(p.x), p.y, p.z);
    float d = face_half(a, q);
    float neck = cone(p, v3(0, -70, -16), v3(0, -215, -34), 47 * a->width, 52 * a->width);
    neck = smin(neck, cone(q, v3(52, -50, -20), v3(13, -190, 24), 9, 9), 18);
    d = smin(d, neck, 16);
    d = smin(d, hair_volume(a, q), 4);
    if (!solid) { /* the almond between the lids, cut from the front down to the ball */
        float s = (q.x - a->eye_x) / a->eye_w, y = q.y - EYE_Y;
        float cut = maxf(y - eye_fold(a, s), eye_lower(a, s) - y);
        cut = maxf(cut * 0.8f, (fabsf(s) - 1) * a->eye_w * 0.6f);
        cut = maxf(cut, EYE_Z + 2 - q.z);
        d = smax(d, -cut, 1.4f);
    }
    return d;
}

static float gap_half(const person *a, float x)
{
    return 0.5f * MOUTH_GAP * clampf(1 - x * x / (a->mouth_w * a->mouth_w), 0, 1);
}

vec3 sculpt_rest(const person *a, vec3 p, bool *lower)
{
    float half = gap_half(a, p.x), seam = mouth_seam(p.x), y = p.y;
    *lower = p.y < seam - half;
    if (!*lower || half <= 0 || p.z < 40)
        return p;
    float depth = stepf(40, 60, p.z);
    for (int i = 0; i < 5; i++) /* the displacement fades over 24 mm: a contraction */
        y = p.y + 2 * half * depth * stepf(-24, 0, y - seam);
    return v3(p.x, y, p.z);
}

float sculpt_baked(const person *a, vec3 p)
{
    bool lower;
    float d = sculpt_head(a, sculpt_rest(a, p, &lower), false);
    if (p.z < 50 || fabsf(p.x) > a->mouth_w + 8 || fabsf(p.y - SEAM_Y) > 30)
        return d;
    float half = gap_half(a, p.x), surface = 97 - 0.021f * p.x * p.x;
    float inside = stepf(surface - 6, surface - 15, p.z) * stepf(a->mouth_w + 3, a->mouth_w - 6, fabsf(p.x));
    float cut = fabsf(p.y - (mouth_seam(p.x) - half)) - half - 7 * inside;
    cut = maxf(cut, (fabsf(p.x) - a->mouth_w) * 0.5f);
    return smax(d, -maxf(cut, 56 - p.z), 0.8f);
}

float sculpt_torso(const person *a, vec3 p)
{
    vec3 q = v3(fabsf(p.x), p.y, p.z);
    float d = cone(q, v3(60, -204, -38), v3(165, -240, -48), 42, 46);
    d = smin(d, ellipsoid(p, 0, -305, -30, 190, 130, 82), 50);
    d = smin(d, cone(p, v3(0, -112, -24), v3(0, -215, -36), 60 * a->width, 80), 26);
    /* round collar: the cloth ends on a plane that falls to the front */
    float open = cone(p, v3(0, -100, -14), v3(0, -220, -30), 55 * a->width, 60 * a->width);
    float above = p.y - (-138 - 0.34f * (p.z + 30));
    return smax(smax(d, -open, 5), above, 9);
}

/* The outside of the closed head along a ray. */
static vec3 hit(const person *a, vec3 from, vec3 direction)
{
    float t = 0;
    direction = v_unit(direction);
    for (int i = 0; i < 120; i++) {
        float d = sculpt_head(a, v_add(from, v_scale(direction, t)), true);
        t += 0.7f * d;
        if (fabsf(d) < 0.005f)
            break;
    }
    return v_add(from, v_scale(direction, t));
}

static vec3 front(const person *a, float x, float y)
{
    return hit(a, v3(x, y, 170), v3(0, 0, -1));
}

void sculpt_points(vec3 out[N_POINTS], const person *a)
{
    static const float jaw_y[8] = {-6, -23, -40, -56, -71, -85, -97, -107},
                       jaw_z[8] = {6, 8, 11, 16, 24, 36, 52, 68};
    for (int k = 0; k < 8; k++)
        for (int side = -1; side <= 1; side += 2) {
            vec3 axis = v3(0, k < 4 ? jaw_y[k] : mixf(jaw_y[k], -62, 0.3f), jaw_z[k]);
            /* lower points leave the axis downwards */
            float edge = k < 4 ? 0 : (k - 3) * 0.12f;
            vec3 to = v3((float)side, -edge - (k > 5 ? 0.35f * (k - 5) : 0), 0);
            out[side < 0 ? k : 16 - k] = hit(a, v_add(axis, v_scale(v_unit(to), 130)), v_scale(to, -1));
        }
    out[8] = hit(a, v3(0, -200, 78), v3(0, 1, 0));
    static const float brow_x[5] = {54, 46, 36, 25, 13}, brow_y[5] = {17, 23, 25.3f, 24, 20.5f};
    for (int k = 0; k < 5; k++) {
        out[17 + k] = front(a, -brow_x[k], brow_y[k] + a->brow);
        out[26 - k] = front(a, brow_x[k], brow_y[k] + a->brow);
    }
    float tip = -37 * a->nose;
    static const float bridge[4] = {0.05f, 0.36f, 0.68f, 1};
    for (int k = 0; k < 4; k++)
        out[27 + k] = front(a, 0, mixf(2, tip, bridge[k]));
    static const float base_x[5] = {-14, -7.4f, 0, 7.4f, 14}, base_y[5] = {-10.5f, -13, -14, -13, -10.5f};
    for (int k = 0; k < 5; k++)
        out[31 + k] = front(a, base_x[k] * a->nose_width, tip + base_y[k]);
    /* eyes, from the picture's left: outer corner, upper two, inner corner, lower two */
    static const float eye_s[6] = {1, 0.36f, -0.36f, -1, -0.36f, 0.36f};
    for (int k = 0; k < 6; k++)
        for (int side = -1; side <= 1; side += 2) {
            float s = eye_s[k], x = s * a->eye_w * 0.985f,
                  y = k == 1 || k == 2 ? eye_upper(a, s, 1) : eye_lower(a, s);
            float z2 = SHELL_R * SHELL_R - x * x - y * y;
            static const int mirrored[6] = {45, 44, 43, 42, 47, 46};
            out[side < 0 ? 36 + k : mirrored[k]] =
                v3((float)side * (a->eye_x + x), EYE_Y + y, EYE_Z + sqrtf(maxf(z2, 0)));
        }
    float m = a->mouth_w;
    const float lip_x[7] = {-m, -0.56f * m, -0.21f * m, 0, 0.21f * m, 0.56f * m, m};
    for (int k = 0; k < 7; k++)
        out[48 + k] = front(a, lip_x[k], k == 0 || k == 6 ? mouth_seam(m) : lip_top(a, lip_x[k]));
    for (int k = 1; k < 6; k++)
        out[54 + k] = front(a, lip_x[6 - k], lip_bottom(a, lip_x[6 - k]));
    const float inner_x[5] = {-0.86f * m, -0.3f * m, 0, 0.3f * m, 0.86f * m};
    for (int k = 0; k < 5; k++)
        out[60 + k] = front(a, inner_x[k], mouth_seam(inner_x[k]));
    for (int k = 1; k < 4; k++)
        out[64 + k] = front(a, inner_x[4 - k], mouth_seam(inner_x[4 - k]));
}

static vec3 srgb(int r, int g, int b)
{
    return v3(powf((float)r / 255, 2.2f), powf((float)g / 255, 2.2f), powf((float)b / 255, 2.2f));
}

void person_make(person *a, uint64_t seed, int kind)
{
    uint64_t r = seed * 2 + (uint64_t)kind + 77;
    bool man = (seed + (uint64_t)kind) % 2 == 0;
    *a = (person){.seed = seed};
    a->width = rng_range(&r, 0.94f, 1.02f);
    a->jaw = rng_range(&r, 0.92f, 1.0f) + (man ? 0.04f : -0.05f);
    a->chin = rng_range(&r, 0.85f, 1.05f) + (man ? 0.1f : -0.08f);
    a->nose = rng_range(&r, 0.95f, 1.05f);
    a->nose_width = rng_range(&r, 0.92f, 1.1f) * (man ? 1.02f : 0.92f);
    a->lips = rng_range(&r, 0.85f, 1.05f) + (man ? -0.06f : 0.1f);
    a->brow = rng_range(&r, -1.5f, 1.5f) + (man ? -1 : 1.5f);
    a->cheek = rng_range(&r, 0.8f, 1.2f);
    a->mouth_w = rng_range(&r, 24, 26.5f);
    a->eye_x = rng_range(&r, 31, 33);
    a->eye_w = rng_range(&r, 14, 14.8f);
    a->eye_up = rng_range(&r, 4.4f, 5.0f) + (man ? 0 : 0.5f);
    a->eye_down = rng_range(&r, 4.6f, 5.2f);
    a->hair_len = rng_range(&r, 6, 10) + (man ? 0 : 5);
    a->hair_down = man ? 0 : 1;
    a->hairline_y = rng_range(&r, 70, 76);
    a->beard = man ? rng_range(&r, 0.25f, 0.6f) : 0;
    a->brow_dark = rng_range(&r, 0.6f, 0.85f);
    static const int skins[5][3] = {
        {228, 184, 160}, {216, 168, 138}, {198, 148, 116}, {160, 112, 82}, {116, 78, 56}};
    static const int hairs[5][3] = {{38, 28, 22}, {64, 42, 28}, {96, 66, 40}, {132, 96, 58}, {28, 24, 24}};
    static const int irises[4][3] = {{92, 62, 36}, {84, 112, 120}, {96, 104, 64}, {70, 46, 30}};
    static const int cloths[5][3] = {
        {44, 62, 92}, {120, 44, 48}, {60, 84, 70}, {188, 180, 166}, {52, 52, 58}};
    int tone = (int)(um_random(&r) % 5),
        h = tone >= 3 ? (um_random(&r) % 2 ? 4 : 0) : (int)(um_random(&r) % 4);
    int i = tone >= 3 ? (um_random(&r) % 2 ? 0 : 3) : (int)(um_random(&r) % 4), c = (int)(um_random(&r) % 5);
    a->skin = srgb(skins[tone][0], skins[tone][1], skins[tone][2]);
    a->hair = srgb(hairs[h][0], hairs[h][1], hairs[h][2]);
    a->iris = srgb(irises[i][0], irises[i][1], irises[i][2]);
    a->cloth = srgb(cloths[c][0], cloths[c][1], cloths[c][2]);
    a->lip = v_mul(a->skin, man ? v3(0.86f, 0.56f, 0.58f) : v3(0.88f, 0.44f, 0.48f));
    a->f0_hz = man ? rng_range(&r, 105, 130) : rng_range(&r, 190, 225);
    a->tract = man ? 1.f : 0.87f;
}
