/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_group.c: who walks where in a group, and that the truth says how much of a head is seen. */
#include <string.h>

#include "../check.h"
#include "figure/group.h"
#include "figure/scene.h"

static script plan;

/* Who stands at each place from the left. */
static void row(int who[MAX_PERSONS], const group *g, double t_s)
{
    for (int i = 0; i < g->n; i++) {
        int place = 0;
        for (int k = 0; k < g->n; k++)
            place += group_place(g, k, t_s).x < group_place(g, i, t_s).x;
        who[place] = i;
    }
}

static void check_row(const group *g, double t_s, int a, int b, int c, int d)
{
    int who[MAX_PERSONS] = {0};
    row(who, g, t_s);
    CHECK(who[0] == a && who[1] == b && who[2] == c && who[3] == d);
}

static void check_crossing(void)
{
    group g = {GROUP_CROSS, 4, 16. / 9, 15};
    check_row(&g, 0, 0, 1, 2, 3);
    check_row(&g, 2.9, 1, 0, 3, 2);
    check_row(&g, 5.9, 1, 3, 0, 2);
    check_row(&g, 11.9, 3, 2, 1, 0); /* after four steps everybody has met everybody */
    /* in the middle of a step both are in one place, and one is 220 mm nearer */
    vec3 p = group_place(&g, 0, 1.5), q = group_place(&g, 1, 1.5);
    CHECK_NEAR(p.x, q.x, 1e-3);
    CHECK_NEAR(p.z - q.z, 220, 1e-3);
    CHECK_NEAR(group_place(&g, 0, 1.05).x, p.x, 1e-3); /* and stay there for a second */
    CHECK_NEAR(group_place(&g, 0, 1.95).x, p.x, 1e-3);
    CHECK(fabsf(group_place(&g, 0, 0.9).x - p.x) > 5);
    CHECK_NEAR(group_place(&g, 0, 4.05).x, group_place(&g, 3, 4.05).x, 1e-3); /* so in the next step */
    CHECK_NEAR(group_place(&g, 0, 4.95).x, group_place(&g, 3, 4.95).x, 1e-3);
    /* two steps later who walks left is in front */
    p = group_place(&g, 1, 7.5), q = group_place(&g, 3, 7.5);
    CHECK_NEAR(p.x, q.x, 1e-3);
    CHECK_NEAR(p.z - q.z, -220, 1e-3);
    /* two persons change places in every step */
    group two = {GROUP_CROSS, 2, 4. / 3, 6};
    CHECK(group_place(&two, 0, 0).x < group_place(&two, 1, 0).x);
    CHECK(group_place(&two, 0, 2.9).x > group_place(&two, 1, 2.9).x);
    CHECK(group_place(&two, 0, 5.9).x < group_place(&two, 1, 5.9).x);
}

static double column(const group *g, int who, double t_s, double width)
{
    vec3 p = group_place(g, who, t_s);
    return width / 2 + width / g->aspect * (double)(SCENE_FOCAL * p.x / (SCENE_CAMERA_Z - p.z));
}

static void check_others(void)
{
    group leave = {GROUP_LEAVE, 3, 16. / 9, 10}, cut = {GROUP_CUT, 3, 16. / 9, 10};
    check_row(&(group){GROUP_LEAVE, 4, 16. / 9, 10}, 1, 0, 1, 2, 3);
    check_row(&(group){GROUP_LEAVE, 4, 16. / 9, 10}, 9.9, 0, 1, 2, 3);
    CHECK(column(&leave, 0, 1, 640) > 60 && column(&leave, 0, 4, 640) < -60);
    CHECK(column(&leave, 0, 6, 640) > 700); /* and on its way back before the others */
    CHECK(group_place(&leave, 0, 8).z > group_place(&leave, 1, 8).z + 200);
    CHECK_NEAR(group_place(&leave, 0, 10).z, group_place(&leave, 1, 10).z, 1e-3);
    /* 1.3 times as far before the cut, and the row reversed by it */
    CHECK_NEAR((SCENE_CAMERA_Z - group_place(&cut, 0, 4.99).z) / (SCENE_CAMERA_Z - group_place(&cut, 0, 5).z),
               1.3, 1e-4);
    CHECK(group_place(&cut, 0, 4.99).x < -300 && group_place(&cut, 0, 5).x > 300);
}

/* Every row fills its picture: all heads inside, the outer ones near the border; no figure ends above it. */
static void check_frame(void)
{
    for (int n = 1; n <= MAX_PERSONS; n++)
        for (int wide = 0; wide < 2; wide++) {
            group g = {GROUP_CROSS, n, wide ? 16. / 9 : 4. / 3, 9};
            CHECK_NEAR(column(&g, 0, 0, 100), 100 * 320. / ((n - 1) * 340 + 640), 0.01);
            for (double t = 0; t < 9; t += 0.1)
                for (int i = 0; i < n; i++) {
                    vec3 p = group_place(&g, i, t);
                    float away = SCENE_CAMERA_Z - p.z;
                    float ends = 0.5f - SCENE_FOCAL * (p.y - 400 - SCENE_CAMERA_Y) / away;
                    CHECK(ends > 1);
                    CHECK(0.5f - SCENE_FOCAL * (p.y - 130 - SCENE_CAMERA_Y) / away <
                          0.9f); /* chins above the label */
                }
        }
}

/* The share that is seen: 1 alone, next to nothing behind another head, by hand for one half outside. */
static void check_share(void)
{
    um_error err;
    scene *s = NULL;
    um_image *rgb = NULL;
    shot shots[MAX_PERSONS];
    scene_options opt = {160, 90, 5, 2};
    script_make(&plan, 4, 12, 2, 4);
    plan.row = (group){GROUP_CROSS, 2, 16. / 9, 12};
    CHECK(scene_new(&s, &plan, &opt, &err) == UM_OK && um_image_new(&rgb, 160, 90, UM_RGB24, &err) == UM_OK);
    CHECK(scene_draw(s, rgb, 0, 0, shots, &err) == UM_OK);
    CHECK(shots[0].visible_share == 1 && shots[1].visible_share == 1);
    CHECK(scene_draw(s, rgb, 1.5, 0, shots, &err) == UM_OK);
    CHECK(shots[0].visible_share > 0.95f && shots[1].visible_share < 0.2f);
    CHECK(scene_draw(s, rgb, 4.5, 0, shots, &err) == UM_OK);
    CHECK(shots[1].visible_share > 0.95f && shots[0].visible_share < 0.2f);
    staging g = scene_staging(s, 0);
    vec3 *shift = &g.state[0].pose.shift;
    shift->x = -(SCENE_CAMERA_Z - shift->z) * 80 / (SCENE_FOCAL * 90); /* the left border */
    CHECK(scene_draw_staging(s, rgb, &g, 0, shots, &err) == UM_OK);
    CHECK_NEAR((shots[0].box[0] + shots[0].box[2]) / shots[0].box[2], shots[0].visible_share, 0.1);
    CHECK_NEAR(shots[0].visible_share, 0.5, 0.15);
    shift->x *= 2;
    CHECK(scene_draw_staging(s, rgb, &g, 0, shots, &err) == UM_OK);
    CHECK(shots[0].visible_share == 0);
    um_image_free(&rgb);
    scene_free(&s);
}

int main(void)
{
    group_scene named = GROUP_TALK;
    CHECK(group_scene_named(&named, "leave") && named == GROUP_LEAVE);
    CHECK(!group_scene_named(&named, "walk") && named == GROUP_LEAVE);
    CHECK(!strcmp(group_scene_name(GROUP_CUT), "cut"));
    check_crossing();
    check_others();
    check_frame();
    check_share();
    return check_done();
}
