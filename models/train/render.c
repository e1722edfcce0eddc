/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.c: stills of the project's own heads, with exact points. */
#include "render.h"
#include "base/base.h"
#include "faces/landmarks.h"
#include "figure/scene.h"
#include <stdlib.h>
#include <string.h>

static const float GLASSES = .35f; /* share of persons who wear them */
enum { SIDE = 256, STILLS_OF_PERSON = 16 };
static const float CELL_MM = 2, SECONDS = 4;
static const float HIDDEN = .3f, OUTLINE = .5f; /* trust in points that cannot be seen */

static float radians(float degrees)
{
    return degrees * .01745329f;
}

static bool chance(uint64_t *r, float p)
{
    return rng_range(r, 0, 1) < p;
}

/* Heads turn far and nod, eyes close, mouths open wider than in speech. */
static void pose(moment_state *m, uint64_t *r)
{
    pose_state *p = &m->pose;
    m->yaw_deg = chance(r, .5f) ? rng_range(r, -90, 90) : 15 * rng_normal(r);
    m->pitch_deg = chance(r, .3f) ? rng_range(r, -40, 40) : 8 * rng_normal(r);
    m->roll_deg = 10 * rng_normal(r);
    script_turn(m);
    p->sway = v3(.1f * m->yaw_deg, 0, 0);
    p->shift = v3(rng_range(r, -25, 25), rng_range(r, -25, 25), rng_range(r, -350, 120));
    p->lid = chance(r, .2f) ? 0 : chance(r, .4f) ? rng_range(r, 0, 1) : 1;
    p->brow = rng_range(r, 0, 3);
    p->gaze_x = clampf(.2f * rng_normal(r), -.4f, .4f);
    p->gaze_y = clampf(.12f * rng_normal(r), -.25f, .25f);
    if (chance(r, .3f)) {
        p->jaw_rad = rng_range(r, 0, .2f);
        p->round = rng_range(r, -1, 1);
    }
}

/* From any side, soft to hard, warm to cold. */
static void relight(lighting *l, uint64_t *r)
{
    float az = radians(rng_range(r, -95, 95)), el = radians(rng_range(r, -25, 70));
    float hard = rng_range(r, 0, 1), warm = .15f * rng_normal(r);
    l->to_key = v3(sinf(az) * cosf(el), sinf(el), cosf(az) * cosf(el));
    l->key = v_scale(v3(1 + warm, 1, 1 - warm), mixf(.3f, 1.3f, hard));
    float fill = mixf(1.6f, .25f, hard * rng_range(r, .5f, 1));
    l->sky = v_scale(l->sky, fill);
    l->ground = v_scale(l->ground, fill);
    l->rim = v_scale(l->rim, rng_range(r, 0, 1.2f));
}

static um_status set_backdrop(scene *s, const photos *p, int n, uint64_t *r, um_error *err)
{
    for (int tries = 0; tries < 40; tries++) {
        const photo *q = &p->photo[um_random(r) % (uint64_t)n];
        um_rect from;
        if (q->validation || q->source == PHOTO_YOUTUBE || !photo_background(&from, q, r))
            continue;
        um_image *piece;
        um_status st = um_image_crop_resize(&piece, q->rgb, from, SIDE, SIDE, err);
        if (st == UM_OK)
            scene_backdrop(s, piece);
        um_image_free(&piece);
        return st;
    }
    return UM_OK; /* the one before, or the scene's own */
}

static photo_face face_of(const shot *h, const bool moved[N_POINTS])
{
    photo_face f = {.has_points = true, .has_five = true};
    for (int i = 0; i < N_POINTS; i++) {
        f.points[i] = (um_point){h->x[i], h->y[i]};
        f.sure[i] = moved[i] ? OUTLINE : h->visible[i] ? 1 : HIDDEN;
    }
    f.box = face_box_of_points(f.points);
    um_landmarks_five(f.five, f.points);
    return f;
}

static um_status draw_person(photos *p, int backgrounds, int n, uint64_t seed, int threads, um_error *err)
{
    scene *s = NULL;
    script *plan = um_calloc(1, sizeof *plan);
    uint64_t r = seed;
    if (!plan)
        return um_fail_oom(err);
    script_make(plan, seed, SECONDS, 1, 0);
    plan->actor[0].look.wears_glasses = chance(&r, GLASSES);
    scene_options opt = {SIDE, SIDE, CELL_MM, threads};
    um_status st = scene_new(&s, plan, &opt, err);
    for (int i = 0; i < n && st == UM_OK; i++) {
        staging g = scene_staging(s, (double)rng_range(&r, 0, SECONDS));
        shot shots[MAX_PERSONS];
        bool moved[N_POINTS];
        um_image *rgb = NULL;
        char name[64];
        pose(&g.state[0], &r);
        relight(&g.light, &r);
        if ((st = set_backdrop(s, p, backgrounds, &r, err)) < 0 ||
            (st = um_image_new(&rgb, SIDE, SIDE, UM_RGB24, err)) < 0)
            break;
        if ((st = scene_draw_staging(s, rgb, &g, i, shots, err)) == UM_OK) {
            scene_outline(s, 0, &shots[0], moved);
            photo_face f = face_of(&shots[0], moved);
            snprintf(name, sizeof name, "render_%llu_%d", (unsigned long long)seed, i);
            st = photos_add(p, PHOTO_RENDER, "renders", name, false, rgb, &f, 1, err);
        } else {
            um_image_free(&rgb);
        }
    }
    scene_free(&s);
    free(plan);
    return st;
}

um_status photos_render(photos *p, int n, uint64_t seed, int threads, um_error *err)
{
    um_status st = UM_OK;
    int backgrounds = p->n;
    for (int done = 0, k = 0; done < n && st == UM_OK && backgrounds; done += STILLS_OF_PERSON, k++)
        st = draw_person(p, backgrounds, um_clampi(n - done, 1, STILLS_OF_PERSON), seed + (uint64_t)k,
                         threads, err);
    return st;
}
