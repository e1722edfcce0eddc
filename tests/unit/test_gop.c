/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rhythms that are put in, and their strength by hand. */
#include "../check.h"
#include "dsp/gop.h"
#include <string.h>

enum { MOST = 2000 };
static um_gop_picture picture[MOST];
static um_gop_rhythm r;

/* I P P P ... without anything in it. */
static void even(int n)
{
    for (int i = 0; i < n; i++)
        picture[i] = (um_gop_picture){i ? 'P' : 'I', .1f, .5f};
}

static void badly(int i, float rise, float fall)
{
    picture[i].intra += rise;
    picture[i].copied -= fall;
}

static void look(int n)
{
    CHECK(um_gop_find(&r, picture, n, NULL) == UM_OK);
}

static void by_hand(void)
{
    even(48);
    for (int i = 2; i < 48; i += 6)
        badly(i, .2f, .2f);
    look(48);
    /* 2 to 46 have neighbours; eight of 45 share ranks 38 to 45, the rest 1 to 37: mean 23, variance 74 */
    CHECK(r.predicted == 45 && r.period == 6 && r.phase == 2 && r.places == 8 && r.own == 0);
    CHECK_NEAR(r.strength, 18.5 / sqrt(74 / 8.), 1e-9);
    /* rise times fall: what is coded anew without less being taken over ranks below (30 to 37) */
    static const int other[8] = {4, 11, 17, 22, 28, 35, 41, 46};
    for (int i = 0; i < 8; i++)
        badly(other[i], .6f, .01f);
    look(48);
    CHECK(r.period == 6 && r.phase == 2);
    CHECK_NEAR(r.strength,
               18.5 / sqrt((8 * 41.5 * 41.5 + 8 * 33.5 * 33.5 + 29 * 15 * 15) / 45 / 8 - 529. / 8), 1e-9);
    /* only one of the two, or better than one neighbour: nothing */
    even(48);
    for (int i = 2; i < 48; i += 6)
        badly(i, .2f, i % 12 < 6 ? 0 : -.1f);
    look(48);
    CHECK(r.period == 0 && r.strength == 0 && r.predicted == 45);
    for (int i = 0; i < 48; i++)
        picture[i] = (um_gop_picture){i ? 'P' : 'I', .001f * (float)i, .5f - .001f * (float)i};
    look(48);
    CHECK(r.period == 0 && r.predicted == 45);
}

/* Fewer than a sixth have a footprint: a sixth is taken for granted. */
static void few(void)
{
    even(48);
    for (int i = 2; i < 48; i += 12)
        badly(i, .2f, .2f);
    look(48);
    CHECK(r.period == 12 && r.phase == 2 && r.places == 4);
    CHECK_NEAR(r.strength, 20.5 / sqrt(5 / 144. * 45 * 45 / 4), 1e-9);
}

/* Both neighbours count: what is far from one and near to the other ranks below. */
static void both_sides(void)
{
    static const int other[6] = {4, 10, 17, 23, 28, 34};
    even(48);
    for (int i = 2; i < 48; i += 6)
        badly(i, .2f, .2f); /* .04 + .04 */
    for (int i = 0; i < 6; i++) {
        badly(other[i], .25f, .25f); /* .0625 + .0001 */
        badly(other[i] + 1, .24f, .24f);
    }
    look(48);
    CHECK(r.period == 6 && r.phase == 2);
    /* 38 to 45, 32 to 37, 1 to 31 */
    CHECK_NEAR(r.strength,
               18.5 / sqrt((8 * 41.5 * 41.5 + 6 * 34.5 * 34.5 + 31 * 16 * 16) / 45 / 8 - 529. / 8), 1e-9);
    /* each of the four differences must have its sign */
    for (int which = 0; which < 4; which++) {
        even(48);
        for (int i = 2; i < 46; i += 6) {
            badly(i, .1f, .2f);
            if (which < 2)
                badly(which ? i + 1 : i - 1, .15f, 0);
            else
                badly(which == 3 ? i + 1 : i - 1, 0, .25f);
        }
        look(48);
        CHECK(r.period == 0);
    }
}

/* I B B P B B P ...: each P speaks for the places since the picture before it. */
static void shifted(void)
{
    const int n = 181;
    for (int i = 0; i < n; i++)
        picture[i] = (um_gop_picture){!i ? 'I' : i % 3 ? 'B' : 'P', .1f, .5f};
    for (int place = 5; place < n; place += 10)
        badly((place + 2) / 3 * 3, .2f, .1f);
    look(n);
    CHECK(r.period == 10 && r.phase == 5 && r.places == 18 && r.predicted == 58);
}

/* I pictures of this encoding say nothing of the one before, nor does their rhythm. */
static void own(void)
{
    const int n = 240;
    even(n);
    for (int i = 12; i < n; i += 12)
        picture[i].type = 'I';
    for (int i = 5; i < n; i += 24)
        badly(i, .2f, .2f);
    look(n);
    CHECK(r.own == 12 && r.period % 12 != 0);
    for (int i = 5; i < n; i += 24)
        badly(i, -.2f, -.2f);
    for (int i = 7; i < n; i += 15)
        if (picture[i].type == 'P')
            badly(i, .2f, .2f);
    look(n);
    CHECK(r.own == 12 && r.period == 15 && r.phase == 7);
    /* neighbours beyond one I; not beyond two */
    even(8);
    picture[4].type = 'I';
    look(8);
    CHECK(r.predicted == 4); /* 2, 3, 5, 6 */
    picture[5].type = 'I';
    look(8);
    CHECK(r.predicted == 1 && r.own == 0); /* 2 */
    /* half of them at one distance, or fewer */
    even(60);
    picture[10].type = picture[20].type = picture[33].type = picture[50].type = 'I';
    look(60);
    CHECK(r.own == 10); /* 10 10 13 17 */
    picture[40].type = 'I';
    look(60);
    CHECK(r.own == 10); /* 10 10 13 7 10 */
    picture[20].type = 'P';
    look(60);
    CHECK(r.own == 10); /* 10 23 7 10 */
    picture[45].type = 'I';
    look(60);
    CHECK(r.own == 0); /* 10 23 7 5 5 */
}

static void limits(void)
{
    look(0);
    CHECK(r.predicted == 0 && r.period == 0);
    even(1);
    look(1);
    CHECK(r.predicted == 0);
    for (int i = 0; i < 60; i++) /* no P at all; and unknown types */
        picture[i] = (um_gop_picture){i % 2 ? '?' : 'I', 0, 0};
    look(60);
    CHECK(r.predicted == 0 && r.own == 2);
    /* four pictures apart is the least, 300 the most, and four places are needed */
    static const struct {
        int n, period;
        bool found;
    } cases[] = {{60, 4, true},      {60, 3, false}, {1210, 300, true},
                 {1300, 301, false}, {81, 20, true}, {79, 20, false}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        even(cases[k].n);
        for (int i = 2; i < cases[k].n; i += cases[k].period)
            badly(i, .2f, .2f);
        look(cases[k].n);
        CHECK((r.period == cases[k].period) == cases[k].found);
        CHECK(isfinite(r.strength));
    }
    even(60);
    picture[20].intra = NAN;
    picture[30].copied = INFINITY;
    look(60);
    CHECK(isfinite(r.strength));
}

int main(void)
{
    by_hand();
    few();
    both_sides();
    shifted();
    own();
    limits();
    return check_done();
}
