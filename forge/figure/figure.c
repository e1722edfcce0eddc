/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.c: building the parts and moving them. */
#include <stdlib.h>
#include <string.h>

#include "figure/figure.h"

const vec3 figure_pivot = {0, -78, -18};
static const vec3 HINGE = {0, -14, 6}; /* of the jaw */

/* ---- following ---- */

static binding bind_head(const person *a, vec3 p, bool lower)
{
    binding b = {0};
    float s = clampf(1 - p.x * p.x / (a->mouth_w * a->mouth_w), 0, 1), seam = mouth_seam(p.x);
    float front = stepf(-12, 30, p.z);
    /* around the mouth the skin follows the jaw halfway; the lips themselves fully or not at all */
    float below = stepf(seam + 26, seam - 30, p.y);
    float lips = powf(s, 0.8f) * stepf(40, 70, p.z);
    b.jaw = front * (lower ? mixf(below, 1, lips) : below * (1 - lips * stepf(seam + 30, seam, p.y)));
    b.jaw *= stepf(-152, -116, p.y + 0.25f * (90 - p.z)); /* the neck stays */
    vec3 d = v3(p.x / 38, (p.y - SEAM_Y) / 24, (p.z - 92) / 45);
    b.mouth = expf(-v_dot(d, d) * 1.4f);
    b.brow = bellf(p.y - 24, 16) * stepf(40, 60, p.z) * stepf(76, 40, fabsf(p.x));
    b.head = stepf(-205, -112, p.y - 0.25f * p.z);
    b.lid = 0;
    return b;
}

static vec3 follow(vec3 p, const binding *b, const pose_state *s)
{
    p.y += s->brow * b->brow;
    p.x *= 1 - 0.20f * s->round * b->mouth;
    p.z += 4.5f * s->round * b->mouth - (s->round < 0 ? 2 * s->round * b->mouth * fabsf(p.x) / -26 : 0);
    float angle = s->jaw_rad * b->jaw, c = cosf(angle), n = sinf(angle);
    float y = p.y - HINGE.y, z = p.z - HINGE.z;
    p.y = HINGE.y + c * y - n * z;
    p.z = HINGE.z + n * y + c * z;
    vec3 turned = v_add(m_apply(&s->head, v_sub(p, figure_pivot)), figure_pivot);
    return v_add(v_mix(p, v_add(turned, s->sway), b->head), s->shift);
}

static vec3 eye_centre(const figure *f, int side)
{
    return v3((float)side * f->a.eye_x, EYE_Y, EYE_Z);
}

/* A point of a lid: rest.x = s along the opening, rest.y = 0 at the border .. 1 under the fold, rest.z =
 * height above the ball. */
static vec3 lid_point(const figure *f, vec3 r, int side, float opening)
{
    float x = r.x * f->a.eye_w, border = eye_upper(&f->a, r.x, opening),
          y = mixf(border, f->a.eye_up + 6, r.y);
    float radius = EYE_R + r.z, flat = sqrtf(x * x + y * y);
    if (flat > radius * 0.985f)
        y *= radius * 0.985f / flat;
    float z = sqrtf(maxf(radius * radius - x * x - y * y, 1));
    return v_add(eye_centre(f, side), v3((float)side * x, y, z));
}

void figure_pose(const figure *f, const pose_state *s, vec3 *position)
{
    float cx = cosf(s->gaze_x), sx = sinf(s->gaze_x), cy = cosf(s->gaze_y), sy = sinf(s->gaze_y);
    for (int i = 0; i < f->n_vertices; i++) {
        vec3 p = f->rest[i];
        if (f->what[i] == EYE) {
            vec3 q = v3(p.x, cy * p.y + sy * p.z, -sy * p.y + cy * p.z);
            p = v_add(eye_centre(f, f->side[i]), v3(cx * q.x + sx * q.z, q.y, -sx * q.x + cx * q.z));
        } else if (f->what[i] == LID || f->what[i] == LASH) {
            p = lid_point(f, v3(p.x, maxf(p.y, 0), p.z), f->side[i], s->lid);
            if (p.y > -100 && f->what[i] == LASH && f->rest[i].y < 0) /* tip: out and up with the lid */
                p = v_add(p, v3((float)f->side[i] * f->rest[i].x * 1.6f,
                                -f->rest[i].y * (2.6f * s->lid - 1.2f), 2.8f));
        }
        position[i] = follow(p, &f->bind[i], s);
    }
}

void figure_points(const figure *f, const pose_state *s, vec3 position[N_POINTS])
{
    for (int i = 0; i < N_POINTS; i++) {
        vec3 p = f->points[i];
        if (f->point_bind[i].lid > 0) { /* the border of the upper lid */
            int side = p.x < 0 ? -1 : 1;
            float along = ((float)side * p.x - f->a.eye_x) / f->a.eye_w;
            p = lid_point(f, v3(along, 0, 1.2f), side, s->lid);
        }
        position[i] = follow(p, &f->point_bind[i], s);
    }
}

/* ---- building ---- */

typedef struct builder {
    figure *f;
    mesh m;
    material what;
    um_status st;
    um_error *err;
    size_t cap;
} builder;

static int put(builder *b, vec3 p, material what, int side, binding bind, float ambient, float inside)
{
    figure *f = b->f;
    if (b->st < 0)
        return 0;
    if ((size_t)f->n_vertices == b->cap) {
        size_t need = (size_t)f->n_vertices + 1, max = 4000000, c;
        bool ok = true;
        c = b->cap, ok = ok && um_grow(&f->rest, &c, need, max, sizeof *f->rest);
        c = b->cap, ok = ok && um_grow(&f->bind, &c, need, max, sizeof *f->bind);
        c = b->cap, ok = ok && um_grow(&f->ambient, &c, need, max, sizeof *f->ambient);
        c = b->cap, ok = ok && um_grow(&f->inside, &c, need, max, sizeof *f->inside);
        c = b->cap, ok = ok && um_grow(&f->what, &c, need, max, sizeof *f->what);
        c = b->cap, ok = ok && um_grow(&f->side, &c, need, max, sizeof *f->side);
        if (!ok) {
            b->st = um_fail_oom(b->err);
            return 0;
        }
        b->cap = c;
    }
    int i = f->n_vertices++;
    f->rest[i] = p, f->bind[i] = bind, f->ambient[i] = ambient, f->inside[i] = inside;
    f->what[i] = (uint8_t)what, f->side[i] = (int8_t)side;
    return i;
}

static void face(builder *b, int p, int q, int r)
{
    if (b->st == UM_OK)
        b->st = mesh_add_triangle(&b->m, p, q, r, b->err);
}

/* A grid of vertices starting at `first`, `columns` + 1 by `rows` + 1; row-major, rows downwards seen from
 * outside when columns run to the right. */
static void grid_faces(builder *b, int first, int columns, int rows)
{
    for (int j = 0; j < rows; j++)
        for (int i = 0; i < columns; i++) {
            int p = first + j * (columns + 1) + i, q = p + columns + 1;
            face(b, p, q, q + 1);
            face(b, p, q + 1, p + 1);
        }
}

static const binding HEAD_ONLY = {.head = 1}, WITH_JAW = {.head = 1, .jaw = 1};

static void add_eye(builder *b, int side)
{
    enum { AROUND = 40, RINGS = 24 };
    int first = b->f->n_vertices;
    for (int j = 0; j <= RINGS; j++)
        for (int i = 0; i <= AROUND; i++) {
            float polar = 1.5f * (float)j / RINGS, turn = 6.2831853f * (float)i / AROUND;
            /* the cornea stands out by 1 mm over the iris */
            float radius = EYE_R + 0.9f * stepf(0.46f, 0.2f, polar);
            vec3 p = v3(radius * sinf(polar) * cosf(turn), radius * sinf(polar) * sinf(turn),
                        radius * cosf(polar));
            put(b, p, EYE, side, HEAD_ONLY, 1, 0);
        }
    grid_faces(b, first, AROUND, RINGS);
}

static void add_lid(builder *b, int side)
{
    enum { ALONG = 32, UP = 8, LASHES = 34 };
    int first = b->f->n_vertices;
    for (int j = 0; j <= UP; j++)
        for (int i = 0; i <= ALONG; i++) {
            float s = (2.f * (float)i / ALONG - 1) * (float)side;
            float v = 1 - (float)j / UP;
            put(b, v3(s, v, 0.35f + 0.85f * stepf(0, 0.12f, v)), LID, side, HEAD_ONLY, mixf(0.9f, 0.45f, v),
                0);
        }
    grid_faces(b, first, ALONG, UP);
    for (int i = 0; i < LASHES; i++) {
        float s = mixf(-0.82f, 0.97f, ((float)i + 0.5f) / LASHES), w = 0.024f * (float)side;
        float length = -(0.55f + 0.45f * stepf(-0.9f, 0.5f, s));
        int l = put(b, v3(s - w, 0, 0.9f), LASH, side, HEAD_ONLY, 1, 0);
        int r = put(b, v3(s + w, 0, 0.9f), LASH, side, HEAD_ONLY, 1, 0);
        int t = put(b, v3(s + 0.05f, length, 0.9f), LASH, side, HEAD_ONLY, 1, 0);
        face(b, l, r, t);
        face(b, r, l, t);
    }
}

static void add_teeth(builder *b, bool lower)
{
    enum { ALONG = 48, UP = 8 };
    int first = b->f->n_vertices;
    for (int j = 0; j <= UP; j++)
        for (int i = 0; i <= ALONG; i++) {
            float turn = 1.25f * (2.f * (float)i / ALONG - 1), v = (float)j / UP;
            float depth = lower ? 82.f : 84.5f, tooth = fabsf(sinf(turn * 7.2f + 1.5708f * 2));
            float round = 0.5f * powf(1 - tooth, 3), edge = lower ? stepf(0.25f, 0, v) : stepf(0.75f, 1, v);
            float y = lower ? mixf(SEAM_Y - 1.5f, SEAM_Y - 12, v) : mixf(SEAM_Y + 9, SEAM_Y - 3.4f, v);
            vec3 p = v3(25 * sinf(turn), y - (lower ? -1 : 1) * -0.9f * edge * powf(1 - tooth, 2),
                        depth - 27 + 27 * cosf(turn) - round - 1.2f * edge);
            put(b, p, TEETH, 0, lower ? WITH_JAW : HEAD_ONLY, stepf(0, 0.6f, lower ? 1 - v : v), 0);
        }
    grid_faces(b, first, ALONG, UP);
}

static void add_tongue(builder *b)
{
    enum { AROUND = 24, RINGS = 12 };
    int first = b->f->n_vertices;
    for (int j = 0; j <= RINGS; j++)
        for (int i = 0; i <= AROUND; i++) {
            float polar = 1.6f * (float)j / RINGS, turn = 6.2831853f * (float)i / AROUND;
            vec3 p = v3(18 * sinf(polar) * cosf(turn), SEAM_Y - 8 + 6.5f * sinf(polar) * sinf(turn),
                        54 + 27 * cosf(polar));
            put(b, p, TONGUE, 0, WITH_JAW, stepf(45, 80, p.z), 0);
        }
    grid_faces(b, first, AROUND, RINGS);
}

/* A tube around each wire: outside is to the right of its course, seen from the end of `deep_way`. */
static void add_glasses(builder *b)
{
    enum { AROUND = 10 };
    wire wires[WIRES];
    glasses_make(&b->f->worn, &b->f->a);
    glasses_wires(wires, &b->f->worn, &b->f->a);
    for (int k = 0; k < WIRES; k++) {
        const wire *w = &wires[k];
        int first = b->f->n_vertices, rows = w->closed ? w->n : w->n - 1;
        for (int j = 0; j <= rows; j++) {
            int here = j % w->n, before = w->closed ? (j + w->n - 1) % w->n : j > 0 ? j - 1 : 0;
            int after = w->closed ? (j + 1) % w->n : j + 1 < w->n ? j + 1 : j;
            vec3 along = v_unit(v_sub(w->at[after], w->at[before]));
            vec3 across = v_unit(v_cross(along, w->deep_way)), deep = v_cross(across, along);
            for (int i = 0; i <= AROUND; i++) {
                float turn = 6.2831853f * (float)i / AROUND;
                vec3 out = v_add(v_scale(across, w->across[here] * cosf(turn)),
                                 v_scale(deep, w->deep[here] * sinf(turn)));
                put(b, v_add(w->at[here], out), FRAME, 0, HEAD_ONLY, 0.9f, 0);
            }
        }
        grid_faces(b, first, AROUND, rows);
    }
}

static float head_field(const void *user, vec3 p)
{
    return sculpt_baked(user, p);
}

static float torso_field(const void *user, vec3 p)
{
    return sculpt_torso(user, p);
}

/* Open sky above a surface point (Evans, "Fast Approximations for Global Illumination", 2006): where the
 * field grows slower than the distance walked, something is near. */
static float ambient_at(mesh_field field, const void *user, vec3 p, vec3 normal)
{
    float shade = 0;
    for (int i = 1; i <= 5; i++) {
        float h = 1.2f * (float)(i * i);
        shade +=
            maxf(h - field(user, v_add(p, v_scale(normal, h))), 0) / h * (1.f / (0.9f + (float)i * 0.6f));
    }
    return clampf(1.02f - 0.55f * shade, 0.04f, 1);
}

static void add_surface(builder *b, material what, mesh_field field, vec3 lo, vec3 hi, float cell)
{
    mesh m;
    int first = b->f->n_vertices;
    const person *a = &b->f->a;
    if (b->st < 0 || (b->st = mesh_bake(&m, field, a, lo, hi, cell, b->err)) < 0)
        return;
    for (int i = 0; i < m.n_vertices; i++) {
        vec3 p = m.vertex[i], normal = v_unit(mesh_gradient(field, a, p, 0.3f * cell));
        bool lower = false;
        float ambient = ambient_at(field, a, p, normal), inside = 0;
        vec3 rest = what == SKIN ? sculpt_rest(a, p, &lower) : p;
        binding bind = {0};
        if (what == SKIN) {
            bind = bind_head(a, rest, lower);
            if (p.z > 45 && fabsf(p.x) < a->mouth_w + 6 && fabsf(p.y - SEAM_Y) < 26)
                inside = stepf(-2.0f, -4.5f, sculpt_head(a, rest, true));
        }
        put(b, rest, what, 0, bind, ambient, inside);
    }
    for (int i = 0; i < m.n_triangles; i++)
        face(b, first + m.triangle[i][0], first + m.triangle[i][1], first + m.triangle[i][2]);
    mesh_free(&m);
}

um_status figure_new(figure **out, const person *a, float cell, um_error *err)
{
    *out = um_calloc(1, sizeof **out);
    if (!*out)
        return um_fail_oom(err);
    builder b = {.f = *out, .err = err};
    (*out)->a = *a;
    add_surface(&b, SKIN, head_field, v3(-100, -205, -72), v3(100, 140, 122), cell);
    add_surface(&b, CLOTH, torso_field, v3(-225, -400, -95), v3(225, -110, 80), 2.2f * cell);
    for (int side = -1; side <= 1; side += 2) {
        add_eye(&b, side);
        add_lid(&b, side);
    }
    add_teeth(&b, false);
    add_teeth(&b, true);
    add_tongue(&b);
    if (a->wears_glasses)
        add_glasses(&b);
    (*out)->triangle = b.m.triangle;
    (*out)->n_triangles = b.m.n_triangles;
    if (b.st < 0) {
        figure_free(out);
        return b.st;
    }
    sculpt_points((*out)->points, a);
    for (int i = 0; i < N_POINTS; i++) {
        bool lower = (i >= 55 && i <= 59) || i >= 65;
        (*out)->point_bind[i] = bind_head(a, (*out)->points[i], lower);
        if (i == 37 || i == 38 || i == 43 || i == 44)
            (*out)->point_bind[i].lid = 1;
    }
    return UM_OK;
}

void figure_free(figure **out)
{
    figure *f = *out;
    if (!f)
        return;
    free(f->rest);
    free(f->bind);
    free(f->ambient);
    free(f->inside);
    free(f->what);
    free(f->side);
    free(f->triangle);
    free(f);
    *out = NULL;
}
