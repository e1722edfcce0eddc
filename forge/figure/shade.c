/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shade.c: skin, hair, eyes, teeth, cloth, glasses.
 *
 * Skin: diffuse light that wraps around the terminator, red further than blue, as blood scatters (d'Eon and
 * Luebke, "Advanced Techniques for Realistic Real-Time Skin Rendering", GPU Gems 3, 2007), and two
 * highlights. Hair: Kajiya and Kay, "Rendering Fur with Three Dimensional Textures", 1989. */
#include "figure/shade.h"

static float squaref(float v)
{
    return v * v;
}

/* Normalised Blinn-Phong with Schlick's Fresnel term. */
static float highlight(vec3 normal, vec3 to_light, vec3 to_camera, float exponent, float f0)
{
    vec3 half = v_unit(v_add(to_light, to_camera));
    float nh = maxf(v_dot(normal, half), 0), vh = maxf(v_dot(to_camera, half), 0);
    float fresnel = f0 + (1 - f0) * squaref(squaref(1 - vh)) * (1 - vh);
    return fresnel * (exponent + 2) * 0.125f * powf(nh, exponent) * maxf(v_dot(normal, to_light), 0);
}

static vec3 sky_light(const lighting *l, vec3 normal)
{
    return v_mix(l->ground, l->sky, 0.5f + 0.5f * normal.y);
}

static float wrap(float cosine, float width)
{
    float v = clampf((cosine + width) / (1 + width), 0, 1);
    return mixf(v, v * v, 0.35f);
}

/* ---- skin ---- */

typedef struct skin {
    vec3 albedo;
    float gloss;  /* strength of the highlights */
    float living; /* 1 where blood shows */
} skin;

static float brow_mask(const person *a, vec3 p)
{
    float q = fabsf(p.x), t = (q - 11) / 45;
    if (t < -0.1f || t > 1.1f || p.z < 40)
        return 0;
    float centre = 20.4f + 15.5f * t - 18.5f * t * t + a->brow, half = mixf(3.6f, 1.6f, stepf(0.1f, 1, t));
    /* hairs lean outwards */
    float strand = noise3(q * 0.55f - p.y * 0.45f, (p.y * 0.5f + q * 0.5f) * 1.6f, 3) * 0.5f +
                   noise3(q * 1.3f - p.y * 1.1f, (p.y + q) * 0.9f, 9) * 0.5f;
    float edge = fabsf(p.y - centre) / half + 0.42f * strand;
    return stepf(1.25f, 0.55f, edge) * stepf(-0.06f, 0.1f, t) * stepf(1.08f, 0.8f, t) *
           (0.85f + 0.3f * strand);
}

static float lip_mask(const person *a, vec3 p)
{
    if (p.z < 60 || fabsf(p.x) > a->mouth_w + 1)
        return 0;
    float top = lip_top(a, p.x), bottom = lip_bottom(a, p.x);
    return stepf(1.0f, -1.0f, p.y - top) * stepf(-1.3f, 1.0f, p.y - bottom) *
           stepf(a->mouth_w + 0.5f, a->mouth_w - 3, fabsf(p.x));
}

static skin skin_at(const person *a, vec3 p, const pose_state *state)
{
    float q = fabsf(p.x);
    skin k = {.albedo = a->skin, .gloss = 1, .living = 1};
    /* uneven blood and melanin */
    float slow = noise3(p.x * 0.055f, p.y * 0.055f, p.z * 0.055f),
          mid = noise3(p.x * 0.21f, p.y * 0.21f, p.z * 0.21f);
    float fine = noise3(p.x * 0.8f, p.y * 0.8f, p.z * 0.8f);
    float red = 0.5f * bellf(v_len(v3((q - 42) / 1.25f, p.y + 34, 0)), 20) +
                0.45f * bellf(v_len(v3(p.x, p.y + 38, (p.z - 108))), 15);
    red += 0.35f * stepf(66, 78, q) + 0.25f * bellf(v_len(v3(p.x, p.y + 106, 0)), 18) + 0.16f * slow +
           0.10f * mid;
    float dark = 0.05f * mid + 0.05f * fine + 0.05f * slow;
    k.albedo = v_mul(k.albedo, v3(1 - dark + 0.05f * red, 1 - dark - 0.26f * red, 1 - dark - 0.22f * red));
    /* around the eyes the skin is thin */
    float thin = bellf(v_len(v3((q - a->eye_x) / 1.4f, (p.y + 7) * 1.25f, 0)), 13) * stepf(55, 65, p.z);
    k.albedo = v_mul(k.albedo, v3(1 - 0.13f * thin, 1 - 0.22f * thin, 1 - 0.17f * thin));
    float freckle = stepf(0.62f, 0.8f, noise3(p.x * 0.42f, p.y * 0.42f, p.z * 0.42f + 40));
    k.albedo = v_scale(k.albedo, 1 - 0.12f * freckle);
    k.gloss += 0.5f * bellf(q, 14) * stepf(60, 80, p.z) - 0.4f * stepf(0, -160, p.y) + 0.25f * mid;
    if (a->beard > 0) {
        float area = stepf(-38, -66, p.y + 0.012f * squaref(maxf(q - 30, 0)) - 0.05f * q) *
                     stepf(-126, -112, p.y) * stepf(-12, 10, p.z);
        area = maxf(area, stepf(-50, -57, p.y) * stepf(30, 24, q) * stepf(-74, -68, p.y));
        area *= stepf(70, 45, q) * 0.35f + 0.65f;
        float stubble = 0.72f + 0.55f * noise3(p.x * 1.9f, p.y * 1.9f, p.z * 1.9f);
        k.albedo = v_mix(k.albedo, v_scale(v_add(a->hair, v3(0.03f, 0.035f, 0.045f)), 1.2f),
                         clampf(a->beard * area * stubble * 0.85f, 0, 1));
    }
    /* lips */
    float lip = lip_mask(a, p);
    if (lip > 0) {
        float crease = noise3(p.x * 1.1f, p.y * 0.16f, 5), seam = bellf(p.y - mouth_seam(p.x), 1.0f);
        vec3 c = v_scale(a->lip, (1 + 0.10f * crease) * (1 - 0.45f * seam));
        k.albedo = v_mix(k.albedo, c, 0.88f * lip);
        k.gloss += 1.6f * lip;
    }
    /* borders of the eye: wet and pink inside, lashes below */
    float s = (q - a->eye_x) / a->eye_w, y = p.y - EYE_Y;
    if (fabsf(s) < 1.25f && fabsf(y) < 16 && p.z > 60) {
        float sc = clampf(s, -1, 1), below = eye_lower(a, sc) - y, out = maxf(fabsf(s) - 1, 0) * a->eye_w;
        float rim = stepf(1.9f, 0.2f, fabsf(below) + out) * stepf(-1.6f, 0, below + 0.6f);
        k.albedo = v_mix(k.albedo, v_mul(a->skin, v3(0.85f, 0.52f, 0.5f)), 0.75f * rim);
        k.gloss += 1.5f * rim;
        float lash = stepf(0.9f, 1.4f, below) * stepf(3.2f, 1.7f, below + out) *
                     (0.45f + 0.55f * noise3(q * 1.7f, 1, 2)) * stepf(-0.9f, 0.2f, s);
        k.albedo = v_scale(k.albedo, 1 - 0.5f * clampf(lash, 0, 1));
        float fold = bellf(y - eye_fold(a, sc) - 0.4f, 1.2f) * stepf(3, 0, out);
        k.albedo = v_scale(k.albedo, 1 - 0.30f * fold * state->lid);
        float caruncle = bellf(v_len(v3((s + 1) * a->eye_w, y + 0.8f, 0)), 2.2f);
        k.albedo = v_mix(k.albedo, v_mul(a->skin, v3(0.85f, 0.42f, 0.4f)), caruncle);
    }
    float brow = clampf(brow_mask(a, p) * (0.45f + a->brow_dark), 0, 1);
    k.albedo = v_mix(k.albedo, v_scale(a->hair, 0.85f), 0.86f * brow);
    k.gloss *= 1 - 0.8f * brow;
    k.living = (1 - brow) * (1 - 0.5f * lip);
    return k;
}

static vec3 bump(vec3 normal, vec3 p, float frequency, float strength)
{
    float x = p.x * frequency, y = p.y * frequency, z = p.z * frequency;
    vec3 g = v3(noise3(x, y, z), noise3(x + 31.4f, y, z), noise3(x, y + 17.2f, z + 9.1f));
    return v_unit(v_add(normal, v_scale(g, strength)));
}

static vec3 light_skin(const skin *k, const surface *s, const lighting *l, vec3 blood)
{
    vec3 n = bump(s->normal, s->rest, 0.9f, 0.055f);
    float cosine = v_dot(n, l->to_key), sh = s->shadow;
    vec3 key = v3(wrap(cosine, 0.34f) * mixf(sqrtf(sh), sh, 0.3f), wrap(cosine, 0.17f) * sh,
                  wrap(cosine, 0.12f) * sh * (0.9f + 0.1f * sh));
    vec3 ao = v3(mixf(sqrtf(s->ambient), s->ambient, 0.5f), s->ambient,
                 s->ambient * (0.9f + 0.1f * s->ambient)); /* corners glow red */
    vec3 in = v_add(v_mul(l->key, key), v_mul(sky_light(l, n), ao));
    float edge = 1 - maxf(v_dot(n, s->to_camera), 0);
    in = v_add(in, v_scale(l->rim, squaref(edge * edge) * s->ambient *
                                       clampf(0.4f + 0.6f * n.y + 0.5f * fabsf(n.x), 0, 1.2f)));
    vec3 albedo =
        v_mul(k->albedo, v3(1 + k->living * blood.x, 1 + k->living * blood.y, 1 + k->living * blood.z));
    vec3 c = v_mul(albedo, in);
    float spec = 0.55f * highlight(n, l->to_key, s->to_camera, 14, 0.028f) +
                 0.30f * highlight(n, l->to_key, s->to_camera, 70, 0.028f);
    c = v_add(c, v_scale(l->key, spec * k->gloss * sh * 1.5f));
    float sheen = squaref(squaref(edge)) * edge * 0.24f * s->ambient * clampf(0.5f + 0.8f * n.y, 0, 1);
    return v_add(c, v_scale(l->sky, sheen * maxf(k->gloss, 0)));
}

/* ---- hair ---- */

/* Strands run in planes through the axis between the ears: combed back over the skull. */
static vec3 light_hair(const person *a, const surface *s, const lighting *l, const pose_state *state)
{
    vec3 p = s->rest, d = v3(p.x, p.y - 12, p.z + 14);
    float across = 90 * atan2f(d.x, sqrtf(d.y * d.y + d.z * d.z)), along = atan2f(d.y, d.z);
    bool falls = a->hair_down > 0 && d.y < 0; /* below the axis long hair hangs straight */
    if (falls)
        across = 90 * atan2f(d.x, fabsf(d.z)), along = d.y / 60;
    float wave = 1.6f * sinf(along * 5 + across * 0.09f) + 2.5f * noise3(across * 0.05f, along * 1.5f, 1);
    across += wave;
    float clump = noise3(across * 0.22f, along * 1.2f, 4), strand = noise3(across * 1.1f, along * 3, 7),
          hair = noise3(across * 2.7f, along * 5, 2);
    vec3 tangent =
        m_apply(&state->head, v_unit(falls ? v3(0.12f * clump, 1, 0) : v3(0.12f * clump, d.z, -d.y)));
    vec3 n =
        v_unit(v_add(s->normal, v_scale(m_apply(&state->head, v3(1, 0, 0)), 0.45f * clump + 0.35f * strand)));
    vec3 half = v_unit(v_add(l->to_key, s->to_camera));
    float shift = 0.10f * strand + 0.08f * clump;
    vec3 t1 = v_unit(v_add(tangent, v_scale(n, shift - 0.08f))),
         t2 = v_unit(v_add(tangent, v_scale(n, shift + 0.12f)));
    float h1 = v_dot(t1, half), h2 = v_dot(t2, half);
    float s1 = powf(maxf(1 - h1 * h1, 0), 60), s2 = powf(maxf(1 - h2 * h2, 0), 16);
    float facing = stepf(-0.35f, 0.7f, v_dot(n, l->to_key)) * s->shadow;
    float tone = 0.62f + 0.32f * clump + 0.25f * strand + 0.16f * hair;
    vec3 albedo = v_scale(a->hair, maxf(tone, 0.08f));
    vec3 c =
        v_mul(albedo, v_add(v_scale(l->key, 0.75f * facing), v_scale(sky_light(l, n), 0.9f * s->ambient)));
    c = v_add(c,
              v_mul(l->key, v_add(v_scale(v3(1, 0.95f, 0.9f), 0.045f * s1 * facing),
                                  v_scale(v_add(a->hair, v3(0.01f, 0.008f, 0.006f)), 0.75f * s2 * facing))));
    float edge = 1 - maxf(v_dot(s->normal, s->to_camera), 0);
    return v_add(c,
                 v_scale(v_mul(l->rim, v_add(a->hair, v3(0.06f, 0.06f, 0.06f))), 1.8f * edge * edge * edge));
}

/* ---- eyes ---- */

static vec3 light_eye(const person *a, const surface *s, const lighting *l, const pose_state *state)
{
    vec3 p = s->rest;
    float r = sqrtf(p.x * p.x + p.y * p.y), turn = atan2f(p.y, p.x);
    float vein = noise3(p.x * 0.5f, p.y * 0.9f, 6 + (float)s->side);
    vec3 white = v3(0.74f, 0.70f, 0.67f);
    white = v_mul(white,
                  v3(1, 1 - 0.10f * stepf(6, 14, r) * (1 + vein), 1 - 0.12f * stepf(6, 14, r) * (1 + vein)));
    float fibre = noise3(cosf(turn) * 9, sinf(turn) * 9, r * 0.35f) * 0.6f +
                  noise3(cosf(turn) * 20, sinf(turn) * 20, r * 0.6f) * 0.4f;
    vec3 iris = v_scale(a->iris, 0.95f + 0.55f * fibre);
    iris = v_mix(v_add(v_scale(iris, 1.25f), v3(0.02f, 0.012f, 0)), iris, stepf(2.4f, 4, r));
    /* light that the cornea focuses falls on the far side */
    float far_side = clampf(-(p.x * l->to_key.x + p.y * l->to_key.y) / 6, -1, 1);
    iris = v_scale(iris, 1 + 0.5f * far_side);
    iris = v_scale(iris, mixf(1, 0.28f, stepf(4.6f, 5.9f, r)));
    vec3 c = v_mix(iris, white, stepf(5.5f, 6.3f, r));
    c = v_scale(c, mixf(0.02f, 1, stepf(2.05f, 2.6f, r)));
    /* lids throw shade on the ball, the upper more */
    vec3 eye = v3(p.x + state->gaze_x * EYE_R, p.y + state->gaze_y * EYE_R, 0);
    float along = clampf(eye.x * (float)s->side / a->eye_w, -1, 1);
    float top = eye_upper(a, along, state->lid), shade_top = stepf(top + 0.6f, top - 4.4f, eye.y);
    float shade_low = stepf(eye_lower(a, along) - 0.6f, eye_lower(a, along) + 2, eye.y);
    float corner = stepf(1.12f, 0.55f, fabsf(along));
    float open = mixf(0.30f, 1, shade_top) * mixf(0.6f, 1, shade_low) * mixf(0.5f, 1, corner);
    float cosine = wrap(v_dot(s->normal, l->to_key), 0.35f);
    vec3 in = v_add(v_scale(l->key, cosine * (0.35f + 0.65f * s->shadow) * open),
                    v_scale(sky_light(l, s->normal), 0.85f * open));
    c = v_mul(c, in);
    /* a soft window, mirrored */
    vec3 n = s->normal;
    if (r < 6.4f) /* the cornea bulges */
        n = v_unit(v_add(n, m_apply(&state->head, v3(p.x * 0.020f, p.y * 0.020f, 0))));
    vec3 mirror = v_sub(v_scale(n, 2 * v_dot(n, s->to_camera)), s->to_camera);
    vec3 side = v_unit(v_cross(v3(0, 1, 0), l->to_key)), up = v_cross(l->to_key, side);
    float u = v_dot(mirror, side), v = v_dot(mirror, up), w = v_dot(mirror, l->to_key);
    float window = w > 0 ? stepf(0.24f, 0.19f, fabsf(u)) * stepf(0.30f, 0.24f, fabsf(v)) : 0;
    float sky = 0.05f * stepf(0.1f, 0.9f, mirror.y) * (r < 6.4f ? 1 : 0.5f);
    c = v_add(c, v_scale(l->key, 0.85f * window * mixf(0.25f, 1, shade_top) * (r < 6.4f ? 1 : 0.35f)));
    return v_add(c, v_scale(l->sky, sky * shade_top));
}

static vec3 light_matte(vec3 albedo, const surface *s, const lighting *l, float width)
{
    float key = wrap(v_dot(s->normal, l->to_key), width) * s->shadow;
    return v_mul(albedo, v_add(v_scale(l->key, key), v_scale(sky_light(l, s->normal), s->ambient)));
}

static vec3 light_teeth(const surface *s, const lighting *l)
{
    vec3 p = s->rest;
    float turn = asinf(clampf(p.x / 25, -1, 1)), tooth = fabsf(sinf(turn * 7.2f + 3.14159f));
    float gap = 1 - 0.55f * powf(1 - tooth, 6), back = stepf(1.25f, 0.2f, fabsf(turn));
    vec3 albedo = v_scale(v3(0.78f, 0.72f, 0.62f), gap * mixf(0.25f, 1, back));
    surface t = *s; /* light also comes through the lips */
    t.shadow = 0.35f + 0.65f * s->shadow;
    vec3 c = v_scale(light_matte(albedo, &t, l, 0.4f), 0.9f);
    return v_add(
        c, v_scale(l->key, 0.35f * highlight(s->normal, l->to_key, s->to_camera, 50, 0.04f) * s->shadow));
}

static vec3 light_cloth(const person *a, const surface *s, const lighting *l)
{
    vec3 p = s->rest;
    float rib = sinf(p.x * 1.9f + 0.5f * sinf(p.y * 0.12f)),
          weave = noise3(p.x * 0.9f, p.y * 0.9f, p.z * 0.9f);
    float folds = noise3(p.x * 0.02f, p.y * 0.03f, p.z * 0.02f);
    surface t = *s;
    t.normal = v_unit(v_add(s->normal, v3(0.10f * rib + 0.20f * folds, 0.25f * folds, 0)));
    vec3 c = light_matte(v_scale(a->cloth, 1 + 0.12f * weave + 0.10f * rib), &t, l, 0.15f);
    float edge = 1 - maxf(v_dot(s->normal, s->to_camera), 0);
    return v_add(c, v_mul(a->cloth, v_scale(l->rim, 1.6f * edge * edge * edge)));
}

/* ---- glasses ---- */

static vec3 light_frame(const glasses *g, const surface *s, const lighting *l)
{
    vec3 p = s->rest, albedo = g->frame;
    if (g->tortoise)
        albedo =
            v_scale(albedo, 0.4f + 1.1f * stepf(-0.35f, 0.5f, noise3(p.x * 0.16f, p.y * 0.16f, p.z * 0.16f)));
    vec3 c = light_matte(albedo, s, l, 0.1f);
    float spec = highlight(s->normal, l->to_key, s->to_camera, 60, 0.05f) * s->shadow;
    float edge = 1 - maxf(v_dot(s->normal, s->to_camera), 0);
    c = v_add(c, v_scale(l->key, g->gloss * spec));
    return v_add(c, v_scale(l->sky, 0.05f * g->gloss * (0.4f + edge * edge)));
}

/* A bright rectangle in a direction (azimuth and elevation in radians), seen along `ray`. */
static float bright(vec3 ray, float azimuth, float elevation, float half_w, float half_h)
{
    float dx = atan2f(ray.x, ray.z) - azimuth, dy = asinf(clampf(ray.y, -1, 1)) - elevation;
    return stepf(1.12f * half_w, 0.9f * half_w, fabsf(dx)) * stepf(1.12f * half_h, 0.9f * half_h, fabsf(dy));
}

vec3 shade_lenses(const glasses *g, const pose_state *state, const lighting *l, vec3 camera, vec3 along,
                  float depth, vec3 c)
{
    vec3 x = m_apply(&state->head, v3(1, 0, 0)), y = m_apply(&state->head, v3(0, 1, 0)),
         z = m_apply(&state->head, v3(0, 0, 1));
    vec3 o = v_sub(v_sub(camera, v_add(state->shift, state->sway)), figure_pivot);
    vec3 from = v_add(v3(v_dot(o, x), v_dot(o, y), v_dot(o, z)), figure_pivot), /* in the sculpture */
        way = v3(v_dot(along, x), v_dot(along, y), v_dot(along, z));
    for (int side = 0; side < 2; side++) {
        vec3 r = g->right[side], u = g->up[side], out = g->out[side], d = v_sub(from, g->centre[side]);
        float facing = v_dot(way, out), t = facing < 0 ? -v_dot(d, out) / facing : INFINITY;
        if (t >= depth)
            continue;
        vec3 at = v_add(d, v_scale(way, t));
        float right = v_dot(at, r), up = v_dot(at, u);
        if (fabsf(right) > 1.2f * g->half_w || fabsf(up) > g->half_h ||
            glasses_outline(g, side ? right : -right, up) > 1)
            continue;
        vec3 n = v_unit(v_add(out, v_add(v_scale(r, right / g->curve_mm), v_scale(u, up / g->curve_mm))));
        n = m_apply(&state->head, n);
        vec3 back = v_unit(v_scale(along, -1)), mirror = v_sub(v_scale(n, 2 * v_dot(n, back)), back);
        float graze = 1 - maxf(v_dot(n, back), 0), fresnel = 1 + 8 * squaref(squaref(graze)) * graze;
        float azimuth = atan2f(l->to_key.x, l->to_key.z), elevation = asinf(clampf(l->to_key.y, -1, 1));
        float lamp = g->lamp * bright(mirror, azimuth, elevation, 0.20f, 0.26f);
        float bars = bright(mirror, 0.62f, 0.20f, 0.014f, 0.3f) + bright(mirror, 0.62f, 0.20f, 0.2f, 0.014f);
        float window = g->window * bright(mirror, 0.62f, 0.20f, 0.20f, 0.26f) * (1 - minf(bars, 1));
        float screen = g->screen * bright(mirror, 0, -0.20f, 0.24f, 0.14f);
        vec3 room = v_scale(l->sky, 0.05f + 0.03f * stepf(-0.2f, 0.6f, mirror.y));
        room = v_add(room, v_add(v_scale(l->key, lamp), v_scale(v3(0.8f, 0.95f, 1.1f), window)));
        room = v_add(room, v_scale(v3(0.6f, 0.8f, 1.1f), screen));
        c = v_add(v_mul(c, g->tint), v_scale(v_mul(room, g->coat), fresnel));
    }
    return c;
}

vec3 shade(const person *a, const surface *s, const lighting *l, const pose_state *state, vec3 blood)
{
    switch (s->what) {
    case EYE:
        return light_eye(a, s, l, state);
    case TEETH:
        return light_teeth(s, l);
    case TONGUE: {
        surface t = *s;
        t.shadow = 0.25f + 0.75f * s->shadow;
        return v_scale(light_matte(v3(0.42f, 0.13f, 0.12f), &t, l, 0.3f), 0.6f);
    }
    case CLOTH:
        return light_cloth(a, s, l);
    case LASH:
        return v_scale(v_mul(a->hair, v_add(v_scale(l->key, 0.12f * s->shadow), l->sky)), 0.35f);
    case LID: {
        skin k = {.albedo = a->skin, .gloss = 0.9f, .living = 1};
        float v = s->rest.y, border = stepf(0.16f, 0.02f, v);
        k.albedo = v_mul(k.albedo, v3(0.90f, 0.80f, 0.80f));
        k.albedo = v_mix(k.albedo, v_scale(a->hair, 0.7f), 0.82f * border * stepf(-1.05f, -0.6f, s->rest.x));
        surface t = *s;
        t.rest = v3(s->rest.x * 14 * (float)s->side + 50, s->rest.y * 12, 0);
        return light_skin(&k, &t, l, blood);
    }
    case FRAME:
        return light_frame(s->worn, s, l);
    case SKIN:
        break;
    }
    vec3 p = s->rest;
    float cover = hair_cover(a, p);
    if (cover > 0 && cover < 1) { /* single strands cross the hairline */
        float across = atan2f(p.x, sqrtf(squaref(p.y - 12) + squaref(p.z + 14))) * 90;
        float strand =
            noise3(across * 0.9f, p.y * 0.10f, p.z * 0.10f) + 0.6f * noise3(across * 2.3f, p.y * 0.12f, 3);
        cover = stepf(0.30f, 0.70f, cover + 0.30f * strand);
    }
    vec3 c = v3(0, 0, 0);
    if (cover < 1) {
        skin k = skin_at(a, p, state);
        if (s->inside > 0) {
            vec3 gum = v_scale(v3(0.34f, 0.08f, 0.07f), mixf(0.35f, 1, stepf(58, 92, p.z)));
            k.albedo = v_mix(k.albedo, gum, s->inside);
            k.living *= 1 - s->inside;
        }
        surface t = *s;
        t.ambient = maxf(t.ambient, 0.30f * s->inside);
        t.shadow = maxf(t.shadow, 0.16f * s->inside);
        c = light_skin(&k, &t, l, blood);
    }
    return cover > 0 ? v_mix(c, light_hair(a, s, l, state), cover) : c;
}

vec3 shade_background(float x, float y)
{
    vec3 c = v_mix(v3(0.115f, 0.150f, 0.185f), v3(0.045f, 0.060f, 0.080f), stepf(0, 1.1f, y + 0.25f * x));
    /* things far out of focus: a window, a lamp, a plant, a shelf */
    float window = stepf(0.27f, 0.13f, fabsf(x - 0.12f)) * stepf(0.48f, 0.26f, fabsf(y - 0.26f));
    c = v_add(c, v_scale(v3(0.30f, 0.36f, 0.42f), window));
    float bar = stepf(0.05f, 0.0f, fabsf(x - 0.12f)) * window;
    c = v_scale(c, 1 - 0.22f * bar);
    float lamp = expf(-(squaref((x - 0.90f) / 0.12f) + squaref((y - 0.30f) / 0.13f)));
    c = v_add(c, v_scale(v3(0.62f, 0.36f, 0.15f), lamp));
    float glow = expf(-(squaref((x - 0.92f) / 0.34f) + squaref((y - 0.36f) / 0.38f)));
    c = v_add(c, v_scale(v3(0.085f, 0.050f, 0.022f), glow));
    float plant = expf(-(squaref((x - 0.76f) / 0.07f) + squaref((y - 0.72f) / 0.2f)));
    c = v_mix(c, v3(0.035f, 0.075f, 0.045f), 0.75f * plant);
    float shelf = stepf(0.06f, 0.02f, fabsf(y - 0.88f)) * stepf(0.55f, 0.75f, x);
    return v_mix(c, v3(0.085f, 0.055f, 0.035f), 0.7f * shelf);
}
