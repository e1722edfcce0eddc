/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mesh.c: surface nets with sparse evaluation. */
#include <stdlib.h>

#include "figure/mesh.h"

enum { BLOCK = 4, MAX_VERTICES = 4000000 };
/* The field is only roughly a distance; a block is skipped when it is this many radii away. */
static const float SAFETY = 2.2f;

um_status mesh_add_vertex(mesh *m, vec3 p, um_error *err)
{
    if (!um_grow(&m->vertex, &m->cap_vertices, (size_t)m->n_vertices + 1, MAX_VERTICES, sizeof *m->vertex))
        return um_fail_oom(err);
    m->vertex[m->n_vertices++] = p;
    return UM_OK;
}

um_status mesh_add_triangle(mesh *m, int a, int b, int c, um_error *err)
{
    if (!um_grow(&m->triangle, &m->cap_triangles, (size_t)m->n_triangles + 1, 2 * MAX_VERTICES,
                 sizeof *m->triangle))
        return um_fail_oom(err);
    int *t = m->triangle[m->n_triangles++];
    t[0] = a, t[1] = b, t[2] = c;
    return UM_OK;
}

void mesh_free(mesh *m)
{
    free(m->vertex);
    free(m->triangle);
    *m = (mesh){0};
}

vec3 mesh_gradient(mesh_field field, const void *user, vec3 p, float e)
{
    /* four corners of a tetrahedron */
    float a = field(user, v3(p.x + e, p.y - e, p.z - e)), b = field(user, v3(p.x - e, p.y - e, p.z + e));
    float c = field(user, v3(p.x - e, p.y + e, p.z - e)), d = field(user, v3(p.x + e, p.y + e, p.z + e));
    return v_scale(v3(a - b - c + d, -a - b + c + d, -a + b - c + d), 1 / (4 * e));
}

typedef struct grid {
    int n[3]; /* samples per axis */
    vec3 lo;
    float cell;
    float *value; /* NAN where not evaluated */
    int *vertex;  /* of the cell whose low corner this is, -1 = none */
} grid;

static size_t at(const grid *g, int x, int y, int z)
{
    return ((size_t)z * (size_t)g->n[1] + (size_t)y) * (size_t)g->n[0] + (size_t)x;
}

static vec3 place(const grid *g, float x, float y, float z)
{
    return v_add(g->lo, v_scale(v3(x, y, z), g->cell));
}

static void evaluate(grid *g, mesh_field field, const void *user)
{
    float radius = g->cell * BLOCK * 0.5f * 1.733f;
    for (int z = 0; z < g->n[2]; z += BLOCK)
        for (int y = 0; y < g->n[1]; y += BLOCK)
            for (int x = 0; x < g->n[0]; x += BLOCK) {
                float mid = field(user, place(g, x + BLOCK / 2.f, y + BLOCK / 2.f, z + BLOCK / 2.f));
                if (fabsf(mid) > radius * SAFETY)
                    continue;
                /* one sample more on each side, so that every cell of the block has its corners */
                for (int k = z; k <= z + BLOCK && k < g->n[2]; k++)
                    for (int j = y; j <= y + BLOCK && j < g->n[1]; j++)
                        for (int i = x; i <= x + BLOCK && i < g->n[0]; i++) {
                            float *v = &g->value[at(g, i, j, k)];
                            if (isnan(*v))
                                *v = field(user, place(g, (float)i, (float)j, (float)k));
                        }
            }
}

/* The mean of the edge crossings of a cell, moved onto the surface. False when nothing crosses. */
static bool cell_vertex(vec3 *out, const grid *g, int x, int y, int z, mesh_field field, const void *user)
{
    float v[8];
    int below = 0, n = 0;
    for (int i = 0; i < 8; i++) {
        v[i] = g->value[at(g, x + (i & 1), y + (i >> 1 & 1), z + (i >> 2))];
        if (isnan(v[i]))
            return false;
        below += v[i] < 0;
    }
    if (below == 0 || below == 8)
        return false;
    vec3 sum = v3(0, 0, 0);
    for (int i = 0; i < 8; i++)
        for (int axis = 1; axis < 8; axis <<= 1) {
            int j = i | axis;
            if (j == i || (v[i] < 0) == (v[j] < 0))
                continue;
            float t = v[i] / (v[i] - v[j]);
            sum = v_add(sum, v3((i & 1) + (axis == 1 ? t : 0), (i >> 1 & 1) + (axis == 2 ? t : 0),
                                (i >> 2) + (axis == 4 ? t : 0)));
            n++;
        }
    vec3 p = place(g, x + sum.x / n, y + sum.y / n, z + sum.z / n);
    for (int i = 0; i < 2; i++) {
        vec3 gradient = mesh_gradient(field, user, p, 0.25f * g->cell);
        float step =
            clampf(field(user, p) / (v_dot(gradient, gradient) + 1e-3f), -0.5f * g->cell, 0.5f * g->cell);
        p = v_sub(p, v_scale(gradient, step));
    }
    *out = p;
    return true;
}

/* Two triangles around each crossed lattice edge. */
static um_status edge_faces(mesh *m, const grid *g, int x, int y, int z, um_error *err)
{
    static const int step[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    float here = g->value[at(g, x, y, z)];
    um_status st = UM_OK;
    for (int axis = 0; axis < 3 && st == UM_OK; axis++) {
        const int *e = step[axis], *u = step[(axis + 1) % 3], *w = step[(axis + 2) % 3];
        int p[3] = {x, y, z};
        if (p[axis] + 1 >= g->n[axis] || p[(axis + 1) % 3] < 1 || p[(axis + 2) % 3] < 1)
            continue;
        float next = g->value[at(g, x + e[0], y + e[1], z + e[2])];
        if (isnan(here) || isnan(next) || (here < 0) == (next < 0))
            continue;
        int a = g->vertex[at(g, x, y, z)], b = g->vertex[at(g, x - u[0], y - u[1], z - u[2])];
        int c = g->vertex[at(g, x - u[0] - w[0], y - u[1] - w[1], z - u[2] - w[2])];
        int d = g->vertex[at(g, x - w[0], y - w[1], z - w[2])];
        if (a < 0 || b < 0 || c < 0 || d < 0)
            continue;
        if (here < 0)
            st = mesh_add_triangle(m, a, b, c, err), st = st ? st : mesh_add_triangle(m, a, c, d, err);
        else
            st = mesh_add_triangle(m, a, c, b, err), st = st ? st : mesh_add_triangle(m, a, d, c, err);
    }
    return st;
}

um_status mesh_bake(mesh *out, mesh_field field, const void *user, vec3 lo, vec3 hi, float cell,
                    um_error *err)
{
    grid g = {.lo = lo, .cell = cell};
    um_status st = UM_OK;
    vec3 size = v_sub(hi, lo);
    g.n[0] = (int)ceilf(size.x / cell) + 1, g.n[1] = (int)ceilf(size.y / cell) + 1,
    g.n[2] = (int)ceilf(size.z / cell) + 1;
    size_t n = (size_t)g.n[0] * (size_t)g.n[1] * (size_t)g.n[2];
    *out = (mesh){0};
    g.value = um_calloc(n, sizeof *g.value);
    g.vertex = um_calloc(n, sizeof *g.vertex);
    if (!g.value || !g.vertex) {
        st = um_fail_oom(err);
        goto done;
    }
    for (size_t i = 0; i < n; i++)
        g.value[i] = NAN, g.vertex[i] = -1;
    evaluate(&g, field, user);
    for (int z = 0; z + 1 < g.n[2]; z++)
        for (int y = 0; y + 1 < g.n[1]; y++)
            for (int x = 0; x + 1 < g.n[0]; x++) {
                vec3 p;
                if (!cell_vertex(&p, &g, x, y, z, field, user))
                    continue;
                g.vertex[at(&g, x, y, z)] = out->n_vertices;
                if ((st = mesh_add_vertex(out, p, err)) < 0)
                    goto done;
            }
    for (int z = 0; z < g.n[2]; z++)
        for (int y = 0; y < g.n[1]; y++)
            for (int x = 0; x < g.n[0]; x++)
                if ((st = edge_faces(out, &g, x, y, z, err)) < 0)
                    goto done;
done:
    free(g.value);
    free(g.vertex);
    if (st < 0)
        mesh_free(out);
    return st;
}
