/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene.c: camera, shadows, shading in parallel, sensor. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "figure/raster.h"
#include "figure/scene.h"

enum { SUPER = 2, SHADOW_SIDE = 512, GAMMA_STEPS = 4096, MAX_THREADS = 8 };

typedef struct body {
    figure *f;
    vec3 *position, *normal, *screen, *lit; /* lit: as the light sees it */
    float *shadow;
    shot *shot;
} body;

struct scene {
    const script *script;
    int width, height, threads, n_bodies;
    float focal;
    body body[MAX_PERSONS];
    sample *samples[MAX_PERSONS];
    float *depth;                   /* shadow map */
    vec3 *behind;                   /* background, linear */
    float display[GAMMA_STEPS + 1]; /* linear to 0..255 */
};

/* One picture being drawn by several threads. */
typedef struct job {
    scene *s;
    um_image *rgb;
    lighting light;
    int64_t index;
    int y0, y1;
    pthread_t thread;
} job;

double scene_focal_px(const scene *s)
{
    return s->focal;
}

void scene_free(scene **out)
{
    scene *s = *out;
    if (!s)
        return;
    for (int i = 0; i < MAX_PERSONS; i++) {
        body *b = &s->body[i];
        figure_free(&b->f);
        free(b->position);
        free(b->normal);
        free(b->screen);
        free(b->lit);
        free(b->shadow);
        free(s->samples[i]);
    }
    free(s->depth);
    free(s->behind);
    free(s);
    *out = NULL;
}

um_status scene_new(scene **out, const script *plan, const scene_options *opt, um_error *err)
{
    um_status st = UM_OK;
    scene *s = *out = um_calloc(1, sizeof *s);
    if (!s)
        return um_fail_oom(err);
    s->script = plan, s->width = opt->width, s->height = opt->height, s->n_bodies = plan->n_persons;
    s->threads = um_clampi(opt->threads, 1, MAX_THREADS);
    /* the same field of view in height for every shape of picture */
    s->focal = SCENE_FOCAL * (float)opt->height;
    size_t pixels = (size_t)opt->width * (size_t)opt->height;
    s->depth = um_calloc((size_t)SHADOW_SIDE * SHADOW_SIDE, sizeof *s->depth);
    s->behind = um_calloc(pixels, sizeof *s->behind);
    bool ok = s->depth && s->behind;
    for (int i = 0; i < s->n_bodies && ok; i++) {
        body *b = &s->body[i];
        if ((st = figure_new(&b->f, &plan->actor[i].look, opt->cell, err)) < 0)
            goto fail;
        size_t n = (size_t)b->f->n_vertices;
        b->position = um_calloc(n, sizeof(vec3)), b->normal = um_calloc(n, sizeof(vec3));
        b->screen = um_calloc(n, sizeof(vec3)), b->lit = um_calloc(n, sizeof(vec3));
        b->shadow = um_calloc(n, sizeof(float));
        s->samples[i] = um_calloc(pixels * SUPER * SUPER, sizeof(sample));
        ok = b->position && b->normal && b->screen && b->lit && b->shadow && s->samples[i];
    }
    if (!ok) {
        st = um_fail_oom(err);
        goto fail;
    }
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            s->behind[(size_t)y * (size_t)s->width + (size_t)x] =
                shade_background(((float)x + 0.5f) / (float)s->width, ((float)y + 0.5f) / (float)s->height);
    for (int i = 0; i <= GAMMA_STEPS; i++) {
        float v = 1.6f * (float)i / GAMMA_STEPS; /* linear up to 0.55, then a soft shoulder */
        v = v < 0.55f ? v : 0.55f + 0.45f * (1 - expf(-(v - 0.55f) / 0.45f));
        s->display[i] = 255 * powf(v, 1 / 2.2f);
    }
    return UM_OK;
fail:
    scene_free(out);
    return st;
}

static vec3 project(const scene *s, vec3 p)
{
    float near = 1 / (SCENE_CAMERA_Z - p.z);
    return v3(0.5f * (float)s->width + s->focal * p.x * near,
              0.5f * (float)s->height - s->focal * (p.y - SCENE_CAMERA_Y) * near, near);
}

static void normals(body *b)
{
    const figure *f = b->f;
    memset(b->normal, 0, (size_t)f->n_vertices * sizeof *b->normal);
    for (int i = 0; i < f->n_triangles; i++) {
        const int *t = f->triangle[i];
        vec3 p = b->position[t[0]];
        vec3 n = v_cross(v_sub(b->position[t[1]], p), v_sub(b->position[t[2]], p)); /* weighted by area */
        for (int k = 0; k < 3; k++)
            b->normal[t[k]] = v_add(b->normal[t[k]], n);
    }
    for (int i = 0; i < f->n_vertices; i++)
        b->normal[i] = v_unit(b->normal[i]);
}

/* Percentage-closer filtering (Reeves, Salesin, Cook, SIGGRAPH 1987) per vertex: the mesh is finer than the
 * penumbra. */
static void shadows(scene *s, body *b, vec3 to_light)
{
    vec3 side = v_unit(v_cross(v3(0, 1, 0), to_light)), up = v_cross(to_light, side);
    vec3 centre = v_add(b->shot->state.pose.shift, v3(0, -40, 20));
    const figure *f = b->f;
    float scale = SHADOW_SIDE / 380.f;
    memset(s->depth, 0, (size_t)SHADOW_SIDE * SHADOW_SIDE * sizeof *s->depth);
    for (int i = 0; i < f->n_vertices; i++) {
        vec3 d = v_sub(b->position[i], centre);
        b->lit[i] = v3(SHADOW_SIDE / 2.f + scale * v_dot(d, side), SHADOW_SIDE / 2.f - scale * v_dot(d, up),
                       1000 + v_dot(d, to_light));
    }
    raster_depth(s->depth, SHADOW_SIDE, SHADOW_SIDE, b->lit, (const int(*)[3])f->triangle, f->n_triangles);
    for (int i = 0; i < f->n_vertices; i++) {
        if (v_dot(b->normal[i], to_light) < -0.4f) {
            b->shadow[i] = 0;
            continue;
        }
        vec3 p = b->lit[i];
        float lit = 0;
        int n = 0;
        for (int y = -2; y <= 2; y++)
            for (int x = -2; x <= 2; x++) {
                int u = (int)(p.x + (float)x * 2.2f), v = (int)(p.y + (float)y * 2.2f);
                n++;
                if (u < 0 || v < 0 || u >= SHADOW_SIDE || v >= SHADOW_SIDE)
                    lit += 1;
                else /* the tolerance ramps: soft contact */
                    lit += 1 - stepf(2.0f, 5.5f, s->depth[v * SHADOW_SIDE + u] - p.z);
            }
        b->shadow[i] = lit / (float)n;
    }
}

static vec3 shade_sample(const scene *s, const body *b, const sample *m, const lighting *light)
{
    const figure *f = b->f;
    const int *t = f->triangle[m->triangle];
    float w[3] = {1 - m->b - m->c, m->b, m->c};
    surface q = {.what = (material)f->what[t[0]], .side = f->side[t[0]], .worn = &f->worn};
    vec3 position = v3(0, 0, 0);
    for (int k = 0; k < 3; k++) {
        q.normal = v_add(q.normal, v_scale(b->normal[t[k]], w[k]));
        q.rest = v_add(q.rest, v_scale(f->rest[t[k]], w[k]));
        position = v_add(position, v_scale(b->position[t[k]], w[k]));
        q.ambient += w[k] * f->ambient[t[k]];
        q.shadow += w[k] * b->shadow[t[k]];
        q.inside += w[k] * f->inside[t[k]];
    }
    q.normal = v_unit(q.normal);
    q.to_camera = v_unit(v_sub(v3(0, SCENE_CAMERA_Y, SCENE_CAMERA_Z), position));
    float pulse = b->shot->state.pulse;
    vec3 blood = v3(script_pulse_rgb[0] * pulse, script_pulse_rgb[1] * pulse, script_pulse_rgb[2] * pulse);
    return shade(&f->a, &q, light, &b->shot->state.pose, blood);
}

static float displayed(const scene *s, float linear)
{
    float v = clampf(linear / 1.6f, 0, 1) * GAMMA_STEPS;
    int i = um_clampi((int)v, 0, GAMMA_STEPS - 1);
    return mixf(s->display[i], s->display[i + 1], v - (float)i);
}

/* Skin and cloth without an edge inside the pixel vary little: two of the four samples do. */
static bool is_even(const scene *s, const int nearest[SUPER * SUPER], const size_t at[SUPER * SUPER])
{
    float lo = INFINITY, hi = 0;
    for (int k = 0; k < SUPER * SUPER; k++) {
        if (nearest[k] < 0 || nearest[k] != nearest[0])
            return false;
        const sample *m = &s->samples[nearest[k]][at[k]];
        const figure *f = s->body[nearest[k]].f;
        uint8_t what = f->what[f->triangle[m->triangle][0]];
        if (what != SKIN && what != CLOTH)
            return false;
        lo = minf(lo, m->nearness), hi = maxf(hi, m->nearness);
    }
    return hi - lo < 0.004f * hi; /* 3 mm of depth */
}

/* `c`, the colour of sample `at` of body `nearest`, through the glasses of everybody. */
static vec3 through_lenses(const scene *s, vec3 c, int nearest, size_t at, const lighting *light)
{
    float wide = (float)(s->width * SUPER), u = (float)(at % (size_t)(s->width * SUPER)) + 0.5f,
          v = (float)(at / (size_t)(s->width * SUPER)) + 0.5f, focal = s->focal * SUPER;
    vec3 along = v3((u - 0.5f * wide) / focal, (0.5f * (float)(s->height * SUPER) - v) / focal, -1);
    float depth = nearest < 0 ? INFINITY : 1 / s->samples[nearest][at].nearness;
    for (int i = 0; i < s->n_bodies; i++)
        if (s->body[i].f->a.wears_glasses)
            c = shade_lenses(&s->body[i].f->worn, &s->body[i].shot->state.pose, light,
                             v3(0, SCENE_CAMERA_Y, SCENE_CAMERA_Z), along, depth, c);
    return c;
}

static vec3 pixel(const job *j, int x, int y)
{
    const scene *s = j->s;
    int nearest[SUPER * SUPER], n = 0;
    size_t at[SUPER * SUPER];
    vec3 sum = v3(0, 0, 0);
    for (int k = 0; k < SUPER * SUPER; k++) {
        at[k] =
            (size_t)(y * SUPER + k / SUPER) * (size_t)(s->width * SUPER) + (size_t)(x * SUPER + k % SUPER);
        nearest[k] = -1;
        for (int i = 0; i < s->n_bodies; i++)
            if (s->samples[i][at[k]].nearness > (nearest[k] < 0 ? 0 : s->samples[nearest[k]][at[k]].nearness))
                nearest[k] = i;
    }
    int step = is_even(s, nearest, at) ? 3 : 1; /* the diagonal */
    for (int k = 0; k < SUPER * SUPER; k += step, n++) {
        vec3 c = nearest[k] < 0
                     ? s->behind[(size_t)y * (size_t)s->width + (size_t)x]
                     : shade_sample(s, &s->body[nearest[k]], &s->samples[nearest[k]][at[k]], &j->light);
        c = through_lenses(s, c, nearest[k], at[k], &j->light);
        sum = v_add(sum, v3(minf(c.x, 1.6f), minf(c.y, 1.6f), minf(c.z, 1.6f)));
    }
    return v_scale(sum, 1.f / (float)n);
}

static void *draw_rows(void *argument)
{
    const job *j = argument;
    scene *s = j->s;
    int wide = s->width * SUPER;
    for (int i = 0; i < s->n_bodies; i++) {
        const figure *f = s->body[i].f;
        memset(s->samples[i] + (size_t)j->y0 * SUPER * (size_t)wide, 0,
               (size_t)(j->y1 - j->y0) * SUPER * (size_t)wide * sizeof(sample));
        raster_draw(s->samples[i], wide, j->y0 * SUPER, j->y1 * SUPER, s->body[i].screen,
                    (const int(*)[3])f->triangle, f->n_triangles);
    }
    for (int y = j->y0; y < j->y1; y++) {
        uint8_t *row = j->rgb->data + y * j->rgb->stride;
        uint64_t r = (s->script->seed * 1000003u + (uint64_t)j->index) * 8191u + (uint64_t)y;
        for (int x = 0; x < s->width; x++) {
            vec3 sum = pixel(j, x, y);
            const float *c = &sum.x;
            for (int k = 0; k < 3; k++) {
                float level = displayed(s, c[k]) + (float)SCENE_NOISE_LEVELS * rng_normal(&r);
                row[3 * x + k] = (uint8_t)um_clampi((int)lrintf(level), 0, 255);
            }
        }
    }
    return NULL;
}

static float distance(const shot *h, int i, int k)
{
    return hypotf(h->x[i] - h->x[k], h->y[i] - h->y[k]);
}

/* Share of the figure inside the box that is seen: not behind another one, not outside the picture. */
static float visible_share(const scene *s, int who, const float box[4])
{
    int wide = s->width * SUPER, high = s->height * SUPER;
    float x0 = box[0] * SUPER, y0 = box[1] * SUPER, x1 = x0 + box[2] * SUPER, y1 = y0 + box[3] * SUPER;
    int left = um_clampi((int)x0, 0, wide), top = um_clampi((int)y0, 0, high);
    int right = um_clampi((int)x1, 0, wide), bottom = um_clampi((int)y1, 0, high);
    int own = 0, seen = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            size_t at = (size_t)y * (size_t)wide + (size_t)x;
            const sample *m = &s->samples[who][at];
            if (m->nearness <= 0)
                continue;
            bool hidden = false;
            for (int k = 0; k < s->n_bodies && !hidden; k++)
                hidden = s->samples[k][at].nearness > m->nearness;
            own++, seen += !hidden;
        }
    float inside_w = clampf(x1, 0, (float)wide) - clampf(x0, 0, (float)wide);
    float inside_h = clampf(y1, 0, (float)high) - clampf(y0, 0, (float)high);
    float inside = inside_w * inside_h / ((x1 - x0) * (y1 - y0));
    return own ? inside * (float)seen / (float)own : 0;
}

static void record(const scene *s, const body *b, int who)
{
    shot *h = b->shot;
    vec3 p[N_POINTS];
    int wide = s->width * SUPER;
    float lo_x = INFINITY, lo_y = INFINITY, hi_x = -INFINITY, hi_y = -INFINITY;
    figure_points(b->f, &h->state.pose, p);
    for (int i = 0; i < N_POINTS; i++) {
        vec3 q = project(s, p[i]);
        h->x[i] = q.x - 0.5f, h->y[i] = q.y - 0.5f;
        lo_x = minf(lo_x, h->x[i]), hi_x = maxf(hi_x, h->x[i]);
        lo_y = minf(lo_y, h->y[i]), hi_y = maxf(hi_y, h->y[i]);
        int u = (int)(q.x * SUPER), v = (int)(q.y * SUPER);
        h->visible[i] = u >= 0 && v >= 0 && u < wide && v < s->height * SUPER;
        for (int k = 0; k < s->n_bodies && h->visible[i]; k++) {
            float near = s->samples[k][(size_t)v * (size_t)wide + (size_t)u].nearness;
            h->visible[i] =
                near <= 0 || 1 / near > SCENE_CAMERA_Z - p[i].z - (k == who ? 7 : 0); /* mm of tolerance */
        }
    }
    h->box[0] = lo_x, h->box[1] = lo_y, h->box[2] = hi_x - lo_x, h->box[3] = hi_y - lo_y;
    h->visible_share = visible_share(s, who, h->box);
    float ear = 0;
    for (int e = 36; e <= 42; e += 6)
        ear += (distance(h, e + 1, e + 5) + distance(h, e + 2, e + 4)) / (2 * distance(h, e, e + 3));
    h->ear = ear / 2;
    /* where the sculpture's origin went: it turns with the head */
    const pose_state *q = &h->state.pose;
    vec3 o =
        v_add(m_apply(&q->head, v_scale(figure_pivot, -1)), v_add(figure_pivot, v_add(q->sway, q->shift)));
    h->translation[0] = o.x, h->translation[1] = -(o.y - SCENE_CAMERA_Y),
    h->translation[2] = SCENE_CAMERA_Z - o.z;
}

void scene_outline(const scene *s, int who, shot *h, bool moved[N_POINTS])
{
    enum { JAW = 17, MIDDLE = 8 };
    const float edge_mm = 25;
    int wide = s->width * SUPER, high = s->height * SUPER;
    float roll = h->state.roll_deg * 0.01745329f;
    memset(moved, 0, N_POINTS * sizeof *moved);
    for (int i = 0; i < JAW; i++) {
        if (h->visible[i] || i == MIDDLE)
            continue;
        float side = i < MIDDLE ? -0.5f : 0.5f, dx = side * cosf(roll), dy = side * sinf(roll);
        float x = (h->x[i] + 0.5f) * SUPER, y = (h->y[i] + 0.5f) * SUPER, depth = INFINITY;
        for (int step = 0; step < wide; step++, x += dx, y += dy) {
            int u = (int)floorf(x), v = (int)floorf(y);
            if (u < 0 || v < 0 || u >= wide || v >= high)
                break;
            float near = s->samples[who][(size_t)v * (size_t)wide + (size_t)u].nearness;
            if (near <= 0 || 1 / near > depth + edge_mm)
                break;
            depth = 1 / near;
        }
        h->x[i] = x / SUPER - 0.5f, h->y[i] = y / SUPER - 0.5f;
        moved[i] = true;
    }
}

void scene_backdrop(scene *s, const um_image *rgb)
{
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const uint8_t *p = rgb->data + y * rgb->stride + 3 * x;
            s->behind[(size_t)y * (size_t)s->width + (size_t)x] = v3(
                powf((float)p[0] / 255, 2.2f), powf((float)p[1] / 255, 2.2f), powf((float)p[2] / 255, 2.2f));
        }
}

staging scene_staging(const scene *s, double t_s)
{
    staging g = {0};
    double azimuth, elevation, intensity;
    script_light(s->script, t_s, &azimuth, &elevation, &intensity);
    float az = (float)(azimuth * 0.01745329), el = (float)(elevation * 0.01745329), power = (float)intensity;
    g.light = (lighting){.to_key = v3(sinf(az) * cosf(el), sinf(el), cosf(az) * cosf(el)),
                         .key = v_scale(v3(1.06f, 0.98f, 0.88f), 0.92f * power),
                         .sky = v3(0.30f, 0.33f, 0.38f),
                         .ground = v3(0.15f, 0.125f, 0.11f),
                         .rim = v3(0.34f, 0.36f, 0.42f)};
    for (int i = 0; i < s->n_bodies; i++)
        g.state[i] = script_at(s->script, i, t_s);
    return g;
}

um_status scene_draw(scene *s, um_image *rgb, double t_s, int64_t index, shot shots[MAX_PERSONS],
                     um_error *err)
{
    staging g = scene_staging(s, t_s);
    return scene_draw_staging(s, rgb, &g, index, shots, err);
}

um_status scene_draw_staging(scene *s, um_image *rgb, const staging *g, int64_t index,
                             shot shots[MAX_PERSONS], um_error *err)
{
    lighting light = g->light;
    for (int i = 0; i < s->n_bodies; i++) {
        body *b = &s->body[i];
        b->shot = &shots[i];
        *b->shot = (shot){.state = g->state[i]};
        figure_pose(b->f, &b->shot->state.pose, b->position);
        normals(b);
        shadows(s, b, light.to_key);
        for (int k = 0; k < b->f->n_vertices; k++) {
            vec3 q = project(s, b->position[k]);
            b->screen[k] = v3(q.x * SUPER, q.y * SUPER, q.z);
        }
    }
    job jobs[MAX_THREADS];
    int started = 0;
    for (int i = 0; i < s->threads; i++)
        jobs[i] =
            (job){s, rgb, light, index, s->height * i / s->threads, s->height * (i + 1) / s->threads, 0};
    for (int i = 1; i < s->threads; i++, started++)
        if (pthread_create(&jobs[i].thread, NULL, draw_rows, &jobs[i]))
            break;
    draw_rows(&jobs[0]);
    for (int i = 1; i <= started; i++)
        pthread_join(jobs[i].thread, NULL);
    for (int i = started + 1; i < s->threads; i++)
        draw_rows(&jobs[i]);
    for (int i = 0; i < s->n_bodies; i++)
        record(s, &s->body[i], i);
    return UM_OK;
}
