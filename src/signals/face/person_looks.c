/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person_looks.c: the persons of a signal that looks at faces now and then. */
#include "signals/face/person_looks.h"
#include "base/base.h"
#include <math.h>
#include <stdlib.h>

enum { BINS = 2000 };
static const double MIN_EYES_PX = 40; /* between the outer corners: a twentieth of the face is 2 pixels */
static const float MAX_YAW_DEG = 30;

void um_person_looks_begin(um_person_looks *l, const um_person_looks_kind *kind)
{
    l->kind = kind;
    l->pictures.most = kind->pictures;
}

void um_person_looks_end(um_person_looks *l)
{
    for (int i = 0; i < l->persons.n; i++)
        um_histogram_clear(&um_person_looks_at(l, i)->values);
    free(l->persons.entry);
    um_gallery_clear(&l->pictures);
}

um_status um_person_looks_due(um_looked_at **out, um_person_looks *l, int id, double t_s,
                              um_findings *findings, um_error *err)
{
    bool is_new;
    um_status st;
    um_looked_at *p = um_person_table_find(&l->persons, sizeof *p, id, &is_new, &st, err);
    *out = NULL;
    if (!p)
        return st;
    if (!is_new) {
        *out = t_s >= p->next_s || t_s < p->next_s - 2 / l->kind->per_s ? p : NULL;
        return UM_OK;
    }
    p->next_s = t_s;
    p->highest = -INFINITY;
    if ((st = um_histogram_init(&p->values, BINS, l->kind->low, l->kind->high, err)) < 0)
        return st;
    *out = p;
    return um_findings_series(findings, &p->series, um_person_subject(id), l->kind->series, l->kind->unit,
                              err);
}

um_status um_person_looks_add(um_image ***picture, um_person_looks *l, um_looked_at *p, double t_s,
                              double value, um_findings *findings, um_error *err)
{
    p->n++;
    p->next_s = t_s + 1 / l->kind->per_s;
    um_image **place = um_gallery_place(&l->pictures, p->id, p->n);
    um_histogram_add(&p->values, value);
    *picture = NULL;
    if (value > p->highest) {
        p->highest = value;
        p->highest_s = t_s;
        if (place)
            um_image_free(place);
        *picture = place;
    }
    return um_findings_point(findings, p->series, t_s, value, err);
}

um_status um_person_looks_skip(const um_person_looks *l, um_findings *out, um_error *err)
{
    if (!l->persons.n && !l->refused)
        return um_findings_skip(out, um_file_subject(), err, "no face with landmarks was found");
    return um_findings_skip(
        out, um_file_subject(), err,
        "no usable face: the largest has %.0f pixels between the outer eye corners, %.0f and a view "
        "from the front needed",
        floor(l->largest_px), MIN_EYES_PX);
}

um_status um_person_looks_finish(const um_person_looks *l, um_conclude_fn conclude, um_findings *out,
                                 um_error *err)
{
    um_status st = UM_OK;
    int64_t looks = 0;
    for (int i = 0; i < l->persons.n && st == UM_OK; i++) {
        const um_looked_at *p = um_person_looks_at(l, i);
        st = conclude(l, p, out, err);
        looks += p->n;
    }
    return st < 0 || looks ? st : um_person_looks_skip(l, out, err);
}

bool um_person_looks_usable(um_person_looks *l, const um_face *face)
{
    const double eyes_px = (double)face->quality.eye_distance_px;
    l->largest_px = fmax(l->largest_px, eyes_px);
    const bool usable = eyes_px >= MIN_EYES_PX && fabsf(face->pose.yaw_deg) <= MAX_YAW_DEG;
    l->refused += !usable;
    return usable;
}
