/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lip_sync.c: do the lips of each person move with the sound, and at the same time?
 *
 * Chung & Zisserman, "Out of time: automated lip sync in the wild", ACCV Workshops 2016 (SyncNet), compare
 * mouths with sound by a trained network at shifts of up to 15 frames of 25 a second; offset and confidence
 * are read off the curve over the shifts. We keep that curve and compare two series that a person can look
 * at: how far the mouth is open (the lower lip's distance from the nose, and how dark it is inside) and how
 * loud the sound is in the band of voices (mean of the logarithms of its mel bands). Both lose what is slower
 * than half a second, which is the pose of the head and the loudness of a sentence; what is left are
 * syllables. The curve is Pearson's coefficient over all that was seen. A small network of our own compares
 * pictures and bands instead (lip_network.h), and its curve is taken where it has one: it tells looks of a
 * few seconds better. The two series are shown, and no sound is called shifted unless they say so, too.
 *
 * The score is by how much the best agreement at shifts that nobody would accept exceeds the best one at
 * shifts that are usual: below 0 the sound fits as it is; clearly above 0 it fits when it is shifted; near 0
 * it fits nowhere, as a foreign voice does. Lip-synced fakes are made to fit, and do.
 *
 * Of two voices or more each is linked to the person whose lips move with it: agreement of the two series,
 * over the time in which that voice speaks (lip_voices.h). */
#include "dsp/steps.h"
#include "faces/gallery.h"
#include "faces/mouth.h"
#include "media/geometry.h"
#include "signals/face/each_face.h"
#include "signals/face/lip_answer.h"
#include "signals/face/lip_network.h"
#include "signals/face/lip_picture.h"
#include "signals/face/lip_voices.h"
#include "signals/face/person_table.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE = UM_LIP_RATE,
    MOST = UM_LIP_MOST,
    HALF = 6,    /* steps either way of the mean that is taken off: 13 are half a second */
    FEW = 7,     /* of those 13 that must be known */
    WINDOW = 75, /* steps of a look: 3 s, some ten syllables */
    HEARD = WINDOW + 2 * MOST,
    OWN = UM_LIP_BLOCK, /* steps from look to look; the middle ones, so that each step counts once */
    AROUND = 8,         /* steps either way in which a mouth that speaks moves */
    SLACK = 25,         /* steps for pictures that come after their sound */
    PICTURES = 8,       /* persons with pictures */
    NETWORKED = 32,     /* persons whose mouths the network sees, 400 kB each */
    FRAMES = 4,         /* of sound in a step */
    CROPS = 16,         /* of a mouth, two a second: the 3 s of a look, and what waits */
    BANDS_FROM = 9,
    BANDS_TO = 46 /* mel bands with their peaks in 300..3500 Hz: beyond are hum and hiss */
};
static const double DARK = .3;        /* weight of the darkness beside the opening */
static const double CEILING = 14;     /* of the same: samples beyond full scale by 61 dB are no sound */
static const double FLOOR = -14;      /* ln power of a band, -61 dB: silence does not outweigh speech */
static const double SPEAKS = .5;      /* share of voice in a step */
static const double RESTS = .03;      /* eye distances: a mouth that moves less over 0.7 s rests */
static const double MAX_STEP_S = .1;  /* pictures further apart: what was between is not known */
static const double CROP_S = .5;      /* from picture to picture of a mouth */
static const double MAX_TIME_S = 1e7; /* later times are a fault of the file */
/* Grey levels by which the mouth's picture must vary for the network. */
static const double MIN_CHANGE = 1;
static const float MIN_EYES_PX = 40, MAX_YAW_DEG = 45;

typedef struct crop {
    double t_s;
    um_image *picture;
} crop;

typedef struct person {
    int id, opening_series, agreement_series;
    bool seen;
    double last_s, last; /* the picture before: time, opening */
    um_steps mouth;
    um_lip_track mouths;
    bool pictured; /* the picture before has: */
    float last_mouth[UM_LIP_MOUTH];
    int64_t next; /* the first step that is not judged */
    um_lip_seen sum;
    crop crop[CROPS];
    int64_t n_crops; /* so far */
} person;

typedef struct lip_sync {
    um_person_table persons;
    um_gallery fits, misfits;
    um_lip_voices voices;
    const um_lip_network *network;
    um_steps sound, voice;
    um_lip_track sounds;
    int sound_series;
    int64_t bin; /* the step that the frames of sound at hand belong to */
    int frames;
    double loud, speaks; /* sums over them */
    float bands[UM_LIP_SOUND];
} lip_sync;

static person *person_at(const lip_sync *s, int i)
{
    return um_person_table_at(&s->persons, sizeof(person), i);
}

static um_status open_network(void *shared, const um_resources *resources, um_error *err)
{
    return um_lip_network_own(shared, err);
}

static void close_network(void *shared)
{
    um_lip_network_clear(shared);
}

static um_status begin(void *state, const void *shared, const um_signal_input *in, um_error *err)
{
    lip_sync *s = state;
    s->network = shared;
    s->fits.most = s->misfits.most = PICTURES;
    s->sound_series = -1;
    return UM_OK;
}

static void drop_crops(person *p)
{
    for (int i = 0; i < CROPS; i++)
        um_image_free(&p->crop[i].picture);
    p->n_crops = 0;
}

static void end(void *state)
{
    lip_sync *s = state;
    for (int i = 0; i < s->persons.n; i++) {
        drop_crops(person_at(s, i));
        um_lip_track_clear(&person_at(s, i)->mouths);
    }
    um_lip_track_clear(&s->sounds);
    free(s->persons.entry);
    um_gallery_clear(&s->fits);
    um_gallery_clear(&s->misfits);
    um_lip_voices_clear(&s->voices);
}

/* ---- looks ---- */

static double fast(const um_steps *s, int64_t k)
{
    return um_steps_fast(s, k, HALF, FEW);
}

static bool moves(const um_steps *mouth, int64_t k)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = k - AROUND; i <= k + AROUND; i++) {
        low = fmin(low, um_steps_get(mouth, i)); /* what is unknown is passed over */
        high = fmax(high, um_steps_get(mouth, i));
    }
    return high - low >= RESTS;
}

static um_status show(um_gallery *to, const person *p, double from_s, const double *x, const double *y,
                      um_error *err)
{
    um_image *lips[UM_LIP_SHOWN] = {0}, **place = um_gallery_place(to, p->id, p->sum.pictures);
    if (!place)
        return UM_OK;
    for (int i = 0; i < UM_LIP_SHOWN; i++) {
        const double at_s = from_s + i * CROP_S;
        for (int k = 0; k < CROPS; k++)
            if (p->crop[k].picture && p->crop[k].t_s >= at_s && p->crop[k].t_s < at_s + CROP_S)
                lips[i] = p->crop[k].picture;
    }
    um_image_free(place);
    return um_lip_picture(place, lips, x, y, WINDOW, err);
}

/* What the network makes of a look. */
typedef struct numbers {
    float mouth[WINDOW][UM_LIP_NUMBERS], sound[HEARD][UM_LIP_NUMBERS];
    bool seen[WINDOW], heard[HEARD]; /* which are known */
} numbers;

static void look(numbers *n, const lip_sync *s, const person *p, int64_t from)
{
    float mouth[WINDOW * UM_LIP_MOUTH], sound[HEARD * UM_LIP_SOUND];
    memset(n->seen, 0, sizeof n->seen);
    if (um_lip_track_mouths(mouth, n->seen, &p->mouths, from, WINDOW) < MIN_CHANGE) {
        memset(n->seen, 0, sizeof n->seen);
        return;
    }
    um_lip_track_sounds(sound, n->heard, &s->sounds, from - MOST, HEARD);
    um_lip_network_see(s->network, n->mouth[0], mouth, WINDOW);
    um_lip_network_hear(s->network, n->sound[0], sound, HEARD);
}

static void add_numbers(um_lip_sums at[UM_LIP_LAGS], const numbers *n, int from, int to)
{
    for (int i = from; i < to; i++)
        for (int lag = 0; lag < UM_LIP_LAGS && n->seen[i]; lag++)
            if (n->heard[i + lag])
                um_lip_sums_add(&at[lag], n->mouth[i], n->sound[i + lag]);
}

/* The middle second of a look: each step counts once. */
static void sum_up(lip_sync *s, person *p, um_lip_second *own, const double *x, const double *y, int64_t from)
{
    for (int i = OWN; i < 2 * OWN; i++) {
        for (int lag = 0; lag < UM_LIP_LAGS; lag++)
            if (!isnan(x[i]) && !isnan(y[i + lag]))
                um_pair_add(&p->sum.at[lag], x[i], y[i + lag]);
        if (isnan(x[i]) || isnan(y[i + MOST]))
            continue;
        const bool speech = um_steps_get(&s->voice, from + i) >= SPEAKS, moving = moves(&p->mouth, from + i);
        own->speech[i - OWN] = speech;
        own->moves[i - OWN] = moving;
        p->sum.steps++;
        p->sum.speech += speech;
        p->sum.rest += speech && !moving;
        p->sum.pause += !speech;
        p->sum.moving += !speech && moving;
    }
}

/* The window in whose middle the next own steps lie. */
static um_status judge(lip_sync *s, person *p, um_findings *out, um_error *err)
{
    double x[WINDOW], y[WINDOW + 2 * MOST], r[UM_LIP_LAGS];
    const int64_t from = p->next - OWN;
    um_lip_second own = {.first = from + OWN, .mouth = x + OWN, .sound = y + OWN};
    int spoken = 0, pairs = 0, first = WINDOW, last = 0;
    p->next += OWN;
    if (!p->mouth.any || p->mouth.newest < from)
        return UM_OK;
    for (int i = 0; i < WINDOW; i++) {
        x[i] = fast(&p->mouth, from + i);
        spoken += !isnan(x[i]) && um_steps_get(&s->voice, from + i) >= SPEAKS;
        if (!isnan(x[i])) {
            first = i < first ? i : first;
            last = i;
        }
    }
    for (int i = 0; i < WINDOW + 2 * MOST; i++)
        y[i] = fast(&s->sound, from + i - MOST);
    for (int i = 0; i < WINDOW; i++)
        pairs += !isnan(x[i]) && !isnan(y[i + MOST]);
    sum_up(s, p, &own, x, y, from);
    numbers net;
    um_lip_sums sums[UM_LIP_LAGS] = {0};
    look(&net, s, p, from);
    add_numbers(sums, &net, 0, WINDOW);
    add_numbers(p->sum.net, &net, OWN, 2 * OWN);
    own.person = (int)(p - person_at(s, 0));
    um_status st = um_lip_voices_add(&s->voices, &own, err);
    um_lip_look l = {.from_s = (double)(from + first) / RATE, .to_s = (double)(from + last) / RATE};
    double inside, outside;
    um_lag_correlate(r, x, y, WINDOW, MOST, UM_LIP_LEAST);
    um_lip_prefer(r, sums, pairs);
    um_lip_best(&inside, &outside, &l.at, r);
    l.margin = outside - inside;
    if (st < 0 || spoken < OWN || isnan(l.margin))
        return st;
    st = um_findings_point(out, p->agreement_series, (from + WINDOW / 2) / (double)RATE, inside, err);
    if (st == UM_OK && l.margin < p->sum.fit.margin) {
        p->sum.fit = l;
        st = show(&s->fits, p, (double)from / RATE, x, y + MOST, err);
    }
    if (st == UM_OK && l.margin > p->sum.misfit.margin) {
        p->sum.misfit = l;
        st = show(&s->misfits, p, (double)from / RATE, x, y + MOST, err);
    }
    return st;
}

/* Steps that are no longer kept are not judged. */
static void catch_up(person *p, int64_t newest)
{
    if (p->next < newest - UM_STEPS)
        p->next = newest - UM_STEPS;
}

static um_status judge_all(lip_sync *s, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    for (int i = 0; i < s->persons.n && st == UM_OK; i++) {
        person *p = person_at(s, i);
        catch_up(p, s->sound.newest);
        while (st == UM_OK && p->next + WINDOW - OWN + MOST + HALF + SLACK <= s->sound.newest)
            st = judge(s, p, out, err);
    }
    return st;
}

/* ---- pictures and sound ---- */

/* NULL with UM_OK in *st: more persons than are followed. */
static person *find(lip_sync *s, int id, um_findings *out, um_status *st, um_error *err)
{
    bool is_new;
    person *p = um_person_table_find(&s->persons, sizeof *p, id, &is_new, st, err);
    if (!is_new)
        return p;
    p->sum.fit.margin = INFINITY;
    p->sum.misfit.margin = -INFINITY;
    const um_subject who = um_person_subject(id);
    *st = um_findings_series(out, &p->opening_series, who, "opening of the mouth", "eye distances", err);
    if (*st == UM_OK)
        *st = um_findings_series(out, &p->agreement_series, who, "agreement of mouth and sound", "r", err);
    return *st < 0 ? NULL : p;
}

static um_status keep_crop(lip_sync *s, person *p, const um_frame *frame, const um_face *face, um_error *err)
{
    crop *c = &p->crop[p->n_crops % CROPS];
    const crop *before = &p->crop[(p->n_crops + CROPS - 1) % CROPS];
    if (p->n_crops && before->picture && frame->t_s >= before->t_s && frame->t_s < before->t_s + CROP_S)
        return UM_OK;
    if (!um_gallery_place(&s->fits, p->id, p->sum.pictures)) {
        drop_crops(p);
        return UM_OK;
    }
    const um_point m = um_points_mean(face->points + 48, 12);
    const float w = face->quality.eye_distance_px, h = w * UM_LIP_HEIGHT / UM_LIP_WIDTH;
    if (!(fabsf(m.x) + fabsf(m.y) + w < UM_IMAGE_MAX_SIDE)) /* points that are nowhere */
        return UM_OK;
    um_image_free(&c->picture);
    c->t_s = frame->t_s;
    p->n_crops++;
    return um_image_crop_resize(&c->picture, frame->rgb, (um_rect){m.x - w / 2, m.y - h / 2, w, h},
                                UM_LIP_WIDTH, UM_LIP_HEIGHT, err);
}

static um_status follow(void *state, const um_signal_input *in, const um_face *face, um_findings *out,
                        um_error *err)
{
    lip_sync *s = state;
    const double t_s = in->frame->t_s, step = t_s * RATE;
    um_status st;
    person *p = find(s, face->person, out, &st, err);
    if (!p)
        return st;
    const bool turned = !(fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG);
    const bool small = !turned && !(face->quality.eye_distance_px >= MIN_EYES_PX);
    p->sum.turned += turned;
    p->sum.small += small;
    const double opening = um_mouth_opening(face), now = opening + DARK * um_mouth_dark(in->frame->rgb, face);
    if (turned || small || !isfinite(now) || fabs(t_s) > MAX_TIME_S)
        return UM_OK;
    float mouth[UM_LIP_MOUTH], row[UM_LIP_MOUTH];
    const bool pictured = p - person_at(s, 0) < NETWORKED && um_lip_mouth(mouth, in->frame->rgb, face);
    if (!p->seen || t_s < p->last_s) { /* time began anew: what was kept is of other moments */
        p->mouth.any = p->mouths.known.any = false;
        p->next = llrint(floor(step));
    } else if (t_s > p->last_s) {
        const double step_s = t_s - p->last_s;
        if (step_s < 1) {
            p->sum.pictures++;
            p->sum.pictures_s += step_s;
        }
        for (int64_t k = llrint(ceil(p->last_s * RATE)); step_s <= MAX_STEP_S && (double)k <= step; k++) {
            const double part = ((double)k / RATE - p->last_s) / step_s;
            um_steps_put(&p->mouth, k, p->last + (now - p->last) * part);
            for (int c = 0; c < UM_LIP_MOUTH && pictured && p->pictured; c++)
                row[c] = p->last_mouth[c] + (mouth[c] - p->last_mouth[c]) * (float)part;
            if (pictured && p->pictured && (st = um_lip_track_put(&p->mouths, k, row, UM_LIP_MOUTH, err)) < 0)
                return st;
        }
    }
    p->pictured = pictured;
    if (pictured)
        memcpy(p->last_mouth, mouth, sizeof mouth);
    p->seen = true;
    p->last_s = t_s;
    p->last = now;
    if ((st = um_findings_point(out, p->opening_series, t_s, opening, err)) < 0)
        return st;
    return keep_crop(s, p, in->frame, face, err);
}

/* The frames of a step are together. */
static um_status close_bin(lip_sync *s, um_findings *out, um_error *err)
{
    um_status st = UM_OK;
    if (!s->frames)
        return UM_OK;
    um_steps_put(&s->sound, s->bin, s->loud / s->frames);
    um_steps_put(&s->voice, s->bin, s->speaks / s->frames);
    if (s->frames == FRAMES)
        st = um_lip_track_put(&s->sounds, s->bin, s->bands, UM_LIP_SOUND, err);
    if (st == UM_OK && s->sound_series < 0)
        st = um_findings_series(out, &s->sound_series, um_file_subject(), "sound in the band of voices", "dB",
                                err);
    if (st == UM_OK)
        st = um_findings_point(out, s->sound_series, (double)s->bin / RATE, 10 / M_LN10 * s->loud / s->frames,
                               err);
    s->frames = 0;
    s->loud = s->speaks = 0;
    memset(s->bands, 0, sizeof s->bands);
    return st;
}

static um_status hear(lip_sync *s, const um_signal_input *in, um_findings *out, um_error *err)
{
    const um_sound_frames *mel;
    const um_voice_frames *voice;
    um_status st = um_product_logmel(&mel, in->products, err);
    if (st == UM_OK)
        st = um_product_voice(&voice, in->products, err);
    for (int i = 0; st == UM_OK && i < mel->n; i++) {
        const int64_t bin = llrint(floor(um_frame_time(mel->first + i) * RATE + .5));
        const int64_t v = mel->first + i - voice->first;
        if (bin != s->bin)
            st = close_bin(s, out, err);
        s->bin = bin;
        for (int band = 0; band < UM_MEL_BANDS; band++) {
            const double power = fmin(fmax((double)mel->value[i * mel->size + band], FLOOR), CEILING);
            if (band >= BANDS_FROM && band < BANDS_TO)
                s->loud += power / (BANDS_TO - BANDS_FROM);
            if (s->frames < FRAMES) /* the mean of two bands and two frames */
                s->bands[s->frames / 2 * UM_LIP_BANDS + band / 2] += (float)power / 4;
        }
        s->frames++;
        s->speaks += v >= 0 && v < voice->n && voice->frame[v].probability > .5f;
    }
    return st < 0 ? st : judge_all(s, out, err);
}

static um_status push(void *state, const um_signal_input *in, const void *measure, um_findings *out,
                      um_error *err)
{
    return in->sound ? hear(state, in, out, err) : um_each_face(state, in, follow, out, err);
}

/* ---- the answer ---- */

static um_status link_voices(bool *linked, const lip_sync *s, const um_signal_input *in, um_findings *out,
                             um_error *err)
{
    um_lip_person who[UM_PERSON_TABLE_MAX];
    const um_turns_told *turns;
    const um_status st = um_product_turns(&turns, in->products, err);
    for (int i = 0; i < s->persons.n; i++)
        who[i] = (um_lip_person){person_at(s, i)->id, &person_at(s, i)->sum};
    return st < 0 ? st : um_lip_voices_tell(linked, &s->voices, turns, who, s->persons.n, out, err);
}

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    lip_sync *s = state;
    const person *longest = NULL, *speaker = NULL;
    um_status st = close_bin(s, out, err);
    bool any = false, linked = false;
    for (int i = 0; i < s->persons.n && st == UM_OK; i++) {
        person *p = person_at(s, i);
        catch_up(p, p->mouth.newest);
        while (st == UM_OK && p->next <= p->mouth.newest && p->next <= s->sound.newest + MOST)
            st = judge(s, p, out, err);
        if (!longest || p->sum.steps > longest->sum.steps)
            longest = p;
        if (um_lip_weigh(&p->sum).fits && (!speaker || p->sum.steps > speaker->sum.steps))
            speaker = p;
    }
    for (int i = 0; i < s->persons.n && st == UM_OK; i++) {
        const person *p = person_at(s, i);
        const um_lip_verdict v = um_lip_weigh(&p->sum);
        const um_subject who = um_person_subject(p->id);
        any |= v.known;
        if (!v.known)
            st = um_lip_excuse(&p->sum, who, out, err);
        else if (speaker && !v.fits)
            st = um_findings_skip(out, who, err,
                                  "the sound fits the lips of person %d: whoever listens is not judged",
                                  speaker->id + 1);
        else
            st = um_lip_conclude(&p->sum, who, um_gallery_of(&s->fits, p->id),
                                 um_gallery_of(&s->misfits, p->id), out, err);
    }
    if (st == UM_OK)
        st = link_voices(&linked, s, in, out, err);
    if (st < 0 || any || linked)
        return st;
    if (!longest)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was followed");
    return um_lip_excuse(&longest->sum, um_file_subject(), out, err);
}

const um_signal um_signal_lip_sync = {
    .name = "lip_sync",
    .family = "face",
    .question = "Do the lips move with the sound?",
    .meaning = "Below 0: mouth and sound rise and fall together, as in a recording of a person who speaks. "
               "Well above 0: they would, if the sound were shifted. Near 0: at no shift; the voice is "
               "somebody else's, a translation, or the lips are hard to see. Faults of recording and upload "
               "shift sound, too. A lip-synced fake is made to fit, so a low score clears nobody.",
    .score_unit = "agreement lost",
    .paper = "Chung & Zisserman, ACCV Workshops 2016, 10.1007/978-3-319-54427-4_19",
    .version = 2,
    .needs = UM_NEED_FACES | UM_NEED_MOTION | UM_NEED_LOGMEL | UM_NEED_VOICE | UM_NEED_TURNS,
    .shared_size = sizeof(um_lip_network),
    .state_size = sizeof(lip_sync),
    .open = open_network,
    .close = close_network,
    .begin = begin,
    .push = push,
    .finish = finish,
    .end = end,
};
