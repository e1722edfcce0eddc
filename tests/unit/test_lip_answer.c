/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of lips, from sums of the plain measure and of the network. */
#include "../check.h"
#include "signal_run.h"
#include "signals/face/lip_answer.h"
#include <string.h>

static um_image *rgb;

/* What is said of sums whose agreement is `r` at one shift, `rival` at another and 0 elsewhere. */
static um_lip_seen seen_with(int at, double r, int other, double rival)
{
    um_lip_seen s = {.steps = 250, .speech = 200, .rest = 50, .pause = 50, .moving = 10, .pictures = 300};
    s.pictures_s = 10;
    s.fit.margin = s.misfit.margin = NAN;
    for (int i = 0; i < UM_LIP_LAGS; i++) {
        const double v = i == at + UM_LIP_MOST ? r : i == other + UM_LIP_MOST ? rival : 0;
        s.at[i] = (um_pair_sums){.n = 250, .xx = 250, .yy = 1000, .xy = 500 * v};
    }
    return s;
}

static void verdicts(void)
{
    /* usual: -2 to 5 */
    for (int at = -15; at <= 15; at++) {
        const um_lip_seen s = seen_with(at, .5, 0, at ? 0 : .5);
        const um_lip_verdict v = um_lip_weigh(&s);
        const bool usual = at >= -2 && at <= 5;
        CHECK(v.known && v.fits == usual && v.shifted == !usual && v.at == at);
        CHECK_NEAR(usual ? v.inside : v.outside, .5, 1e-12);
        CHECK_NEAR(usual ? v.outside : v.inside, 0, 1e-12);
        CHECK_NEAR(v.seconds, 10, 1e-12);
        CHECK_NEAR(v.speech_s, 8, 1e-12);
        CHECK_NEAR(v.rest, .25, 1e-12);
    }
    /* a rival: within four steps it belongs to the peak; else .15 must be between them */
    const struct {
        int at, other;
        double r, rival;
        bool clear;
    } of[] = {{0, 4, .5, .45, true},  {0, 5, .5, .45, false}, {0, -5, .5, .36, false},
              {0, -5, .5, .34, true}, {10, 6, .5, .45, true}, {10, 5, .5, .36, false},
              {10, 5, .5, .34, true}, {0, 9, .37, 0, false},  {0, 9, .39, .0, true},
              {12, 3, .37, 0, false}, {12, 3, .39, .0, true}}; /* 1.2 / sqrt(10) = .379 */
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        const um_lip_seen s = seen_with(of[i].at, of[i].r, of[i].other, of[i].rival);
        const um_lip_verdict v = um_lip_weigh(&s);
        CHECK(v.known && (v.fits || v.shifted) == of[i].clear);
    }
    /* what is too little on the one side of each limit */
    um_lip_seen s = seen_with(0, .9, 9, 0);
    s.steps = 63, s.speech = 31, s.rest = 15;
    CHECK(um_lip_weigh(&s).known);
    s.steps = 62;
    CHECK(!um_lip_weigh(&s).known);
    s.steps = 63, s.speech = 29, s.rest = 14;
    CHECK(!um_lip_weigh(&s).known);
    s.speech = 30, s.rest = 15;
    CHECK(!um_lip_weigh(&s).known);
    s.rest = 14, s.pictures = 145;
    CHECK(um_lip_weigh(&s).known);
    s.pictures = 144;
    CHECK(!um_lip_weigh(&s).known);
    s.pictures = 300;
    for (int i = 0; i < UM_LIP_LAGS; i++)
        s.at[i].n = 45;
    CHECK(um_lip_weigh(&s).known);
    for (int i = 0; i < UM_LIP_LAGS; i++)
        s.at[i].n = 44;
    CHECK(!um_lip_weigh(&s).known && isnan(um_lip_weigh(&s).inside));
}

/* Agreement `r` of the network at one shift, `rival` at another, 0 elsewhere, beside those of seen_with. */
static void network_with(um_lip_seen *s, int at, double r, int other, double rival)
{
    for (int i = 0; i < UM_LIP_LAGS; i++) {
        const double v = i == at + UM_LIP_MOST ? r : i == other + UM_LIP_MOST ? rival : 0;
        s->net[i] = (um_lip_sums){.n = 250, .vv = 250, .ss = 1000, .vs = 500 * v};
    }
}

static void networks(void)
{
    um_lip_seen s = seen_with(1, .3, 12, .2); /* which is not clear */
    CHECK(!um_lip_weigh(&s).fits);
    network_with(&s, 2, .5, 9, .25);
    um_lip_verdict v = um_lip_weigh(&s);
    CHECK(v.fits && v.at == 2);
    CHECK_NEAR(v.inside, .5, 1e-12);
    CHECK_NEAR(v.outside, .25, 1e-12);
    s = seen_with(0, .1, 12, 0); /* 1.1 / sqrt(10) = .348 */
    network_with(&s, 0, .354, 12, 0);
    CHECK(um_lip_weigh(&s).fits);
    network_with(&s, 0, .342, 12, 0);
    CHECK(!um_lip_weigh(&s).fits && um_lip_weigh(&s).known);
    /* clearly shifted: where the plain measure clearly says so, and both mean one unusual shift, within two
     * steps; by the network alone it seems so */
    const struct {
        int plain, network;
        double r; /* of the plain measure: 1.2 / sqrt(10) = .379 */
        bool shifted;
    } of[] = {{8, 8, .39, true}, {8, 8, .37, false}, {10, 8, .5, true},  {11, 8, .5, false}, {6, 8, .5, true},
              {5, 7, .5, false}, {-8, 8, .5, false}, {-4, -5, .5, true}, {0, -3, .5, false}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        s = seen_with(of[i].plain, of[i].r, 0, of[i].plain ? .1 : of[i].r);
        network_with(&s, of[i].network, .5, 0, .1);
        v = um_lip_weigh(&s);
        CHECK(v.shifted == of[i].shifted && v.seems == !of[i].shifted && !v.fits && v.at == of[i].network);
    }
    s = seen_with(8, .5, 0, .1); /* and not against the network */
    network_with(&s, 0, .3, 8, .2);
    v = um_lip_weigh(&s);
    CHECK(v.known && !v.shifted && !v.seems && !v.fits);
    /* four fifths of the pairs must be there, and each shift */
    s = seen_with(1, .3, 12, .2);
    network_with(&s, 2, .5, 9, .25);
    s.net[UM_LIP_MOST].n = 201;
    CHECK(um_lip_weigh(&s).fits);
    s.net[UM_LIP_MOST].n = 199;
    CHECK(!um_lip_weigh(&s).fits && um_lip_weigh(&s).at == 1);
    network_with(&s, 2, .5, 9, .25);
    s.net[30].n = 44;
    CHECK(um_lip_weigh(&s).at == 1);
}

static void words_for(um_lip_seen s, double score, double quality, const char *words)
{
    um_findings *f = NULL;
    CHECK(um_findings_new(&f, um_signal_find("lip_sync"), NULL) == UM_OK);
    CHECK(um_lip_conclude(&s, um_person_subject(0), NULL, rgb, f, NULL) == UM_OK);
    um_findings_close(f);
    const um_result *r = result_of(f, 0);
    CHECK(r && !strcmp(r->text, words));
    if (r && strcmp(r->text, words))
        fprintf(stderr, "says: %s\n", r->text);
    CHECK_NEAR(r->score, score, 1e-9);
    CHECK_NEAR(r->quality, quality, 1e-9);
    CHECK(f->n_evidence == (isfinite(s.misfit.margin) ? 1 : 0));
    if (f->n_evidence) {
        CHECK(f->evidence[0].image == rgb && f->evidence[0].from_s == 2);
        CHECK(!strcmp(f->evidence[0].text,
                      "where they go together least: the sound of 330 ms before the lips would fit better"));
    }
    um_findings_free(&f);
}

static void words(void)
{
    um_lip_seen s = seen_with(3, .5, 9, .25);
    words_for(s, -.25, 1,
              "The mouth moves with the sound, which comes 120 ms after the lips (agreement 0.50, at unusual "
              "shifts "
              "at most 0.25), in 10.0 s with 8.0 s of speech; it rests during 25 % of that and moves in 20 % "
              "of the "
              "pauses");
    s = seen_with(-8, .625, 1, .25);
    s.misfit = (um_lip_look){.5, 2, 5, -8.2};
    s.steps = 125;
    words_for(
        s, .375, .5,
        "The sound comes 320 ms before the lips (agreement 0.62 there, in time at most 0.25), in 5.0 s with "
        "8.0 s of speech: it was shifted or exchanged, or recording or upload lost time");
    s = seen_with(1, .25, 9, .125);
    words_for(s, -.125, 1,
              "Mouth and sound agree best as they are, but not clearly: 0.25 with the sound 40 ms after the "
              "lips, at "
              "unusual shifts up to 0.12, in 10.0 s with 8.0 s of speech");
    s = seen_with(9, .25, 1, .125);
    words_for(
        s, .125, 1,
        "The mouth moves, but not clearly with this sound at any shift up to 600 ms (agreement at most 0.25, "
        "360 ms after the lips), in 10.0 s with 8.0 s of speech: another voice, or lips that are hard to "
        "see");
}

static void words_of_network(void)
{
    um_lip_seen s = seen_with(9, .25, 1, .125);
    network_with(&s, 7, .75, 1, .25);
    words_for(
        s, .5, 1,
        "The sound seems to come 280 ms after the lips (agreement 0.75 there, in time at most 0.25), in "
        "10.0 s with 8.0 s of speech; opening and loudness alone do not show it clearly, so it may be "
        "chance");
}

int main(void)
{
    CHECK(um_image_new(&rgb, 16, 16, UM_RGB24, NULL) == UM_OK);
    verdicts();
    networks();
    words();
    words_of_network();
    um_image_free(&rgb);
    return check_done();
}
