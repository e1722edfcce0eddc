/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mesh.h: triangles of an implicit surface. */
#ifndef UM_SYNTH_MESH_H
#define UM_SYNTH_MESH_H
#include "base/base.h"
#include "figure/vec.h"

typedef struct mesh {
    vec3 *vertex;
    int (*triangle)[3]; /* outside = counter-clockwise seen with y up */
    int n_vertices, n_triangles;
    size_t cap_vertices, cap_triangles;
} mesh;

typedef float (*mesh_field)(const void *user, vec3 p); /* distance, negative inside */

/* Surface nets (Gibson, "Constrained Elastic Surface Nets", 1998) over lo..hi with cubic cells; each vertex
 * is then moved onto the surface along the gradient. Cells far from the surface are skipped. */
um_status mesh_bake(mesh *out, mesh_field field, const void *user, vec3 lo, vec3 hi, float cell,
                    um_error *err);
um_status mesh_add_vertex(mesh *m, vec3 p, um_error *err);
um_status mesh_add_triangle(mesh *m, int a, int b, int c, um_error *err);
void mesh_free(mesh *m);
vec3 mesh_gradient(mesh_field field, const void *user, vec3 p, float step);
#endif
