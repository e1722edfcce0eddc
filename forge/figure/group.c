/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group.c: paths on which heads cross. The row stands so far away that it fills the picture. */
#include "figure/group.h"
#include "figure/scene.h"
#include <string.h>

static const char *const NAMES[] = {"talk", "cross", "leave", "cut"};
enum { N_SCENES = sizeof NAMES / sizeof *NAMES };
static const float APART = 340, MARGIN = 320; /* mm between neighbours; of the row to both borders together */
static const float PASS = 110;                /* mm to the front or the back: heads are 200 deep */
static const double STEP_S = 3;               /* of a change of places: stand, walk, hide, walk, stand */
static const float TORSO_END = 400;           /* mm below the eyes, where figures end */

bool group_scene_named(group_scene *out, const char *name)
{
    for (int i = 0; i < N_SCENES; i++)
        if (!strcmp(NAMES[i], name)) {
            *out = (group_scene)i;
            return true;
        }
    return false;
}

const char *group_scene_name(group_scene which)
{
    return NAMES[which];
}

/* Pairs of one step: (0,1), (2,3) ..., in the next (1,2), (3,4) ... After n steps everybody has met everybody
 * once and the row is reversed. */
static bool changes(int n, int step, int place, int *with)
{
    int first = n > 2 ? step % 2 : 0;
    *with = (place - first) % 2 == 0 ? place + 1 : place - 1;
    return place >= first && *with >= first && *with < n;
}

/* 0 before and 1 behind; half of it for a second in the middle. */
static float walked(float t_s)
{
    return 0.5f * stepf(0.3f, 1.0f, t_s) + 0.5f * stepf(2.0f, 2.7f, t_s);
}

/* Place along the row, 0 .. n - 1, and mm towards the camera. */
static float crossing(const group *g, int who, double t_s, float *forward)
{
    int step = (int)(t_s / STEP_S), place = who, with;
    for (int i = 0; i < step; i++)
        if (changes(g->n, i, place, &with))
            place = with;
    *forward = 0;
    if (!changes(g->n, step, place, &with))
        return (float)place;
    float t = (float)(t_s - step * STEP_S), part = walked(t);
    bool before = (with > place) == (step / 2 % 2 == 0); /* now who walks right, now who walks left */
    *forward = (before ? PASS : -PASS) * stepf(0.2f, 0.5f, t) * stepf(2.8f, 2.5f, t);
    return (float)place + part * (float)(with - place);
}

/* As above; beyond the row at both ends lies what the picture does not show. */
static float leaving(const group *g, int who, double t_s, float *forward)
{
    float t = (float)(t_s / g->seconds), n = (float)g->n;
    *forward = 0;
    if (who)
        return (float)who;
    *forward = t > 0.5f ? 2 * PASS * stepf(0.98f, 0.92f, t) : 0;
    return t < 0.5f ? mixf(0, -2, stepf(0.15f, 0.35f, t)) : mixf(n + 1, 0, stepf(0.6f, 0.92f, t));
}

static vec3 at(const group *g, float place, float forward, float nearer)
{
    float n = (float)g->n;
    float away = (float)SCENE_FOCAL * ((n - 1) * APART + 2 * MARGIN) / (float)g->aspect * nearer;
    /* every eye on one line, low enough for the farthest figure to end below the picture */
    float slope = minf(0, (TORSO_END - 60) / (away + PASS) - 0.5f / (float)SCENE_FOCAL);
    float z = (float)SCENE_CAMERA_Z - away + forward;
    return v3((place - (n - 1) / 2) * APART, SCENE_CAMERA_Y + slope * ((float)SCENE_CAMERA_Z - z), z);
}

vec3 group_place(const group *g, int who, double t_s)
{
    float forward = 0, place = (float)who, nearer = 1;
    if (g->scene == GROUP_CROSS)
        place = crossing(g, who, t_s, &forward);
    else if (g->scene == GROUP_LEAVE)
        place = leaving(g, who, t_s, &forward);
    else if (t_s < g->seconds / 2)
        nearer = 1.3f;
    else
        place = (float)(g->n - 1 - who);
    return at(g, place, forward, nearer);
}
