/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fusion.c: calibrated results to verdicts. */
#include "fusion/fusion.h"
#include "fusion/scale.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double Z90 = 1.6449;
static const double LINKED = .5; /* confidence above which a voice counts with a person */
enum { MAX_ALTERNATIVES = 8 };

static double quality_of(const um_subject_quality *quality, int n, um_subject subject)
{
    for (int i = 0; i < n; i++)
        if (um_subject_equal(quality[i].subject, subject))
            return quality[i].quality;
    return NAN;
}

/* What a signal of sound says of a voice beside the whole rests on less than what was measured: it calls
 * more.
 */
static bool is_part(const um_findings *f, const um_result *r)
{
    const um_result *whole = um_findings_result_of(f, um_file_subject());
    return r->subject.kind == UM_SUBJECT_VOICE && f->signal->family && !strcmp(f->signal->family, "sound") &&
           whole && whole->outcome == UM_SCORED;
}

void um_fusion_calibrate(const um_calibration *c, um_findings *f, const um_subject_quality *quality, int n)
{
    const um_calibration_entry *e = um_calibration_find(c, f->signal->name, f->signal->version, f->network);
    if (e)
        snprintf(f->error_rate, sizeof f->error_rate, "%s", e->known);
    for (int i = 0; e && i < f->n_results && f->outcome != UM_FAILED; i++) {
        um_result *r = &f->result[i];
        if (r->outcome != UM_SCORED || !isfinite(r->score) || is_part(f, r))
            continue;
        const double seen = isnan(r->quality) ? quality_of(quality, n, r->subject) : r->quality;
        const double half = Z90 * um_calibration_sigma(&e->line, seen);
        r->calibrated = true;
        r->log_lr = um_calibration_log_lr(&e->line, r->score);
        r->lo = r->log_lr - half;
        r->hi = r->log_lr + half;
    }
}

void um_fusion_settle(um_verdict *v)
{
    v->inconclusive = true;
    if (!v->n_weighed)
        snprintf(v->reason, sizeof v->reason, "no signal with a measured error rate could be applied");
    else if (!um_scale_side(v->log_lr))
        snprintf(v->reason, sizeof v->reason,
                 "the evidence supports neither side (likelihood ratio below 2)");
    else if (v->lo < 0 && v->hi > 0)
        snprintf(v->reason, sizeof v->reason,
                 "the evidence leans one way, but its 90 %% interval includes both");
    else if (fabs(v->log_lr) < v->call_from)
        snprintf(v->reason, sizeof v->reason,
                 v->log_lr > 0
                     ? "the evidence leans towards manipulation, but too many real recordings look like this"
                     : "the evidence leans towards no manipulation, but too many manipulated recordings "
                       "look like this");
    else {
        v->inconclusive = false;
        v->reason[0] = 0;
    }
}

/* ---- what goes into one verdict ---- */

/* A fake voice does not become likelier by a genuine face, nor a fake face by a genuine voice: what is said
 * of picture and sound is not summed, the more suspicious of the two decides. */
typedef enum aspect { PICTURE, SOUND, ASPECTS } aspect;

static bool speaks_of(const um_signal *signal, aspect which)
{
    const char *family = signal->family ? signal->family : "";
    return !strcmp(family, "file") || (which == SOUND) == !strcmp(family, "sound");
}

/* Of signals that are alternatives to each other (um_signal.alternative). */
typedef struct alternatives {
    const char *word;
    const um_result *worst; /* the most suspicious result */
} alternatives;

typedef struct tally {
    const um_calibration *c;
    aspect which;
    double log_lr, below, above; /* sums; of squared half widths */
    int n_weighed;
    const um_calibration_entry *strictest[2];      /* of those that weigh: untouched, manipulated */
    const um_result *strongest[UM_MAX_CALIBRATED]; /* of each entry that is in a group */
    alternatives either[MAX_ALTERNATIVES];
    const um_signal *unweighed; /* an alternative that said something which weighs nothing */
} tally;

static void add(tally *t, double log_lr, double below, double above, int n)
{
    t->log_lr += log_lr;
    t->below += below * below;
    t->above += above * above;
    t->n_weighed += n;
}

static void add_result(tally *t, const um_result *r)
{
    add(t, r->log_lr, r->log_lr - r->lo, r->hi - r->log_lr, 1);
}

static const um_result *stronger(const um_result *a, const um_result *b)
{
    return !a || fabs(b->log_lr) > fabs(a->log_lr) ? b : a;
}

static const um_calibration_call *call_of(const um_calibration_entry *e, bool manipulated)
{
    return manipulated ? &e->manipulated : &e->untouched;
}

/* Several signals together call no side before the strictest of them would. */
static void keep_strictest(tally *t, const um_calibration_entry *e)
{
    for (int side = 0; side < 2; side++)
        if (!t->strictest[side] || call_of(e, side)->from > call_of(t->strictest[side], side)->from)
            t->strictest[side] = e;
}

/* False: no room, so that it counts by itself. */
static bool keep_worst(tally *t, const char *word, const um_result *r)
{
    for (alternatives *a = t->either; word && a < t->either + MAX_ALTERNATIVES; a++)
        if (!a->word || !strcmp(a->word, word)) {
            a->word = word;
            a->worst = a->worst && a->worst->log_lr >= r->log_lr ? a->worst : r;
            return true;
        }
    return false;
}

/* Signals that are in no group count as independent of all others. */
static void gather(tally *t, um_findings *const *findings, int n, um_subject subject)
{
    for (int i = 0; i < n; i++) {
        const um_findings *f = findings[i];
        if (!speaks_of(f->signal, t->which))
            continue;
        const um_calibration_entry *e =
            um_calibration_find(t->c, f->signal->name, f->signal->version, f->network);
        for (int k = 0; k < f->n_results; k++) {
            const um_result *r = &f->result[k];
            if (!um_subject_equal(r->subject, subject))
                continue;
            if (!r->calibrated) {
                t->unweighed = f->signal->alternative ? f->signal : t->unweighed;
                continue;
            }
            if (e)
                keep_strictest(t, e);
            if (keep_worst(t, f->signal->alternative, r))
                continue;
            if (!e || e->group < 0)
                add_result(t, r);
            else
                t->strongest[e - t->c->entry] = stronger(t->strongest[e - t->c->entry], r);
        }
    }
}

/* Half widths within a group are summed, not their squares: what depends on each other errs together. */
static void add_weighted(tally *t, const um_calibration_group *g, const um_result *const *result,
                         const int *which, int n)
{
    double weight[UM_MAX_GROUP], log_lr = 0, below = 0, above = 0;
    int n_weighed = 0;
    if (!um_group_weights(weight, g, which, n))
        return; /* cannot be: the whole was positive definite when it was read */
    for (int i = 0; i < n; i++) {
        log_lr += weight[i] * result[i]->log_lr;
        below += weight[i] * (result[i]->log_lr - result[i]->lo);
        above += weight[i] * (result[i]->hi - result[i]->log_lr);
        n_weighed += weight[i] > 0;
    }
    add(t, log_lr, below, above, n_weighed);
}

static void add_group(tally *t, int group)
{
    const um_result *result[UM_MAX_GROUP], *strongest = NULL;
    int which[UM_MAX_GROUP], n = 0;
    for (int i = 0; i < t->c->n; i++) {
        if (t->c->entry[i].group != group || !t->strongest[i])
            continue;
        strongest = stronger(strongest, t->strongest[i]);
        which[n] = t->c->entry[i].place;
        result[n++] = t->strongest[i];
    }
    if (!n)
        return;
    if (t->c->group[group].rule == UM_GROUP_STRONGEST)
        add_result(t, strongest);
    else
        add_weighted(t, &t->c->group[group], result, which, n);
}

static void add_calls(um_verdict *v, const um_calibration_entry *e)
{
    const bool manipulated = v->log_lr > 0;
    if (!e)
        return;
    v->call_from = call_of(e, manipulated)->from;
    v->call_wrong = call_of(e, manipulated)->n_wrong;
    v->call_of = manipulated ? e->n_real : e->n_fake;
}

um_verdict um_fusion_of_score(const um_calibration_entry *e, double score)
{
    um_verdict v = {0};
    if (e && isfinite(score)) {
        const double half = Z90 * um_calibration_sigma(&e->line, NAN);
        v.log_lr = um_calibration_log_lr(&e->line, score);
        v.lo = v.log_lr - half;
        v.hi = v.log_lr + half;
        v.n_weighed = 1;
        add_calls(&v, e);
    }
    um_fusion_settle(&v);
    snprintf(v.words, sizeof v.words, "%s", v.inconclusive ? "inconclusive" : um_scale_words(v.log_lr));
    return v;
}

static um_verdict verdict_of(tally *t)
{
    for (int i = 0; i < t->c->n_groups; i++)
        add_group(t, i);
    for (int i = 0; i < MAX_ALTERNATIVES && t->either[i].word; i++)
        add_result(t, t->either[i].worst);
    um_verdict v = {.log_lr = t->log_lr, .n_weighed = t->n_weighed};
    add_calls(&v, t->strictest[v.log_lr > 0]);
    v.lo = v.log_lr - sqrt(t->below);
    v.hi = v.log_lr + sqrt(t->above);
    um_fusion_settle(&v);
    if (!v.inconclusive && v.log_lr < 0 && t->unweighed) {
        v.inconclusive = true;
        snprintf(v.reason, sizeof v.reason,
                 "nothing speaks for manipulation, but this could not be weighed: %s",
                 t->unweighed->question);
    }
    return v;
}

/* ---- why nothing weighs ---- */

/* What the first signal of these aspects that is calibrated says for its silence, of this subject or (NULL)
 * of any; or NULL. */
static const char *silence_of(const um_calibration *c, um_findings *const *findings, int n,
                              const bool speaks[ASPECTS], const um_subject *subject)
{
    for (int i = 0; i < n; i++) {
        const um_findings *f = findings[i];
        bool measured = false;
        for (int k = 0; k < c->n && !measured; k++) /* a signal that was not asked names no network */
            measured =
                !strcmp(c->entry[k].name, f->signal->name) && c->entry[k].version == f->signal->version;
        if (!measured || !((speaks[PICTURE] && speaks_of(f->signal, PICTURE)) ||
                           (speaks[SOUND] && speaks_of(f->signal, SOUND))))
            continue;
        for (int k = 0; k < f->n_results; k++)
            if (f->result[k].outcome == UM_NOT_APPLICABLE && *f->result[k].text &&
                (!subject || um_subject_equal(f->result[k].subject, *subject)))
                return f->result[k].text;
        if (f->outcome == UM_NOT_APPLICABLE && *f->reason)
            return f->reason;
    }
    return NULL;
}

static void tell_silence(um_verdict *v, const char *why)
{
    char said[170];
    if (!v->n_weighed && why)
        snprintf(v->reason, sizeof v->reason, "no signal with a measured error rate could be applied: %s",
                 um_printable(said, sizeof said, why));
}

/* ---- whose verdict ---- */

int um_fusion_speaker(um_findings *const *findings, int n, int voice)
{
    const um_link *best = NULL;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < findings[i]->n_links; k++) {
            const um_link *l = &findings[i]->link[k];
            if (l->voice == voice && l->confidence > LINKED &&
                (!best || l->confidence > best->confidence ||
                 (l->confidence == best->confidence && l->person < best->person)))
                best = l;
        }
    return best ? best->person : -1;
}

static um_verdict more_suspicious(um_verdict a, um_verdict b)
{
    return !b.n_weighed || (a.n_weighed && a.log_lr >= b.log_lr) ? a : b;
}

static um_verdict verdict_on(const um_calibration *c, um_findings *const *findings, int n, um_subject subject,
                             aspect which)
{
    tally t = {.c = c, .which = which};
    gather(&t, findings, n, subject);
    return verdict_of(&t);
}

static um_verdict verdict_alone(const um_calibration *c, um_findings *const *findings, int n,
                                um_subject subject)
{
    return more_suspicious(verdict_on(c, findings, n, subject, PICTURE),
                           verdict_on(c, findings, n, subject, SOUND));
}

um_verdict um_fusion_subject(const um_calibration *c, um_findings *const *findings, int n, um_subject subject)
{
    /* of a voice no face can be missing, of a person no sound: a voice that is his is another subject */
    const bool asked[ASPECTS] = {
        [PICTURE] = subject.kind != UM_SUBJECT_VOICE, [SOUND] = subject.kind != UM_SUBJECT_PERSON};
    um_verdict v = verdict_alone(c, findings, n, subject);
    tell_silence(&v, silence_of(c, findings, n, asked, &subject));
    if (subject.kind != UM_SUBJECT_PERSON)
        return v;
    const bool judged = v.n_weighed > 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < findings[i]->n_links; k++) {
            const int voice = findings[i]->link[k].voice;
            if (um_fusion_speaker(findings, n, voice) == subject.id)
                v = more_suspicious(v, verdict_alone(c, findings, n, um_voice_subject(voice)));
        }
    if (!judged && !v.inconclusive && v.log_lr < 0) {
        v.inconclusive = true;
        snprintf(v.reason, sizeof v.reason,
                 "nothing speaks for manipulation of the voice, but the picture could not be judged");
    }
    return v;
}

/* What concerns the whole, together with the most suspicious of the others. */
static um_verdict verdict_of_file(const um_calibration *c, um_findings *const *findings, int n,
                                  const um_subject *others, int n_others, aspect which)
{
    double highest = -INFINITY;
    int worst = -1;
    for (int i = 0; i < n_others; i++) {
        const um_verdict v = verdict_on(c, findings, n, others[i], which);
        if (v.n_weighed && v.log_lr > highest) {
            highest = v.log_lr;
            worst = i;
        }
    }
    tally t = {.c = c, .which = which};
    gather(&t, findings, n, um_file_subject());
    if (worst >= 0)
        gather(&t, findings, n, others[worst]);
    return verdict_of(&t);
}

um_verdict um_fusion_file(const um_calibration *c, um_findings *const *findings, int n,
                          const um_subject *others, int n_others, bool has_picture, bool has_sound)
{
    const um_verdict picture = verdict_of_file(c, findings, n, others, n_others, PICTURE),
                     sound = verdict_of_file(c, findings, n, others, n_others, SOUND);
    um_verdict v = more_suspicious(picture, sound);
    if (!v.inconclusive && v.log_lr < 0 &&
        ((has_picture && !picture.n_weighed) || (has_sound && !sound.n_weighed))) {
        v.inconclusive = true;
        snprintf(v.reason, sizeof v.reason,
                 "nothing speaks for manipulation of the %s, but the %s could not be judged",
                 picture.n_weighed ? "picture" : "sound", picture.n_weighed ? "sound" : "picture");
    }
    const bool there[ASPECTS] = {[PICTURE] = has_picture, [SOUND] = has_sound};
    tell_silence(&v, silence_of(c, findings, n, there, NULL));
    return v;
}
