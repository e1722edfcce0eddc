/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_looks.c: the persons of a signal that looks at faces now and then. */
#include "signals/face/face_looks.h"
#include "base/base.h"
#include <math.h>
#include <stdlib.h>

enum { MAX_PERSONS = 256, BINS = 2000 };

void face_looks_begin(face_looks *l, const face_looks_kind *kind)
{
    l->kind = kind;
    l->pictures.most = kind->pictures;
}

void face_looks_end(face_looks *l)
{
    for (int i = 0; i < l->n; i++)
        um_histogram_clear(&l->person[i].values);
    free(l->person);
    um_gallery_clear(&l->pictures);
}

um_status face_looks_due(face_person **out, face_looks *l, int id, double t_s, um_findings *findings,
                         um_error *err)
{
    *out = NULL;
    for (int i = 0; i < l->n; i++)
        if (l->person[i].id == id) {
            face_person *p = &l->person[i];
            *out = t_s >= p->next_s || t_s < p->next_s - 2 / l->kind->per_s ? p : NULL;
            return UM_OK;
        }
    if (l->n == MAX_PERSONS)
        return UM_OK;
    if (!um_grow(&l->person, &l->capacity, (size_t)l->n + 1, MAX_PERSONS, sizeof *l->person))
        return um_fail_oom(err);
    face_person *p = &l->person[l->n];
    *p = (face_person){.id = id, .next_s = t_s, .highest = -INFINITY};
    um_status st = um_histogram_init(&p->values, BINS, l->kind->low, l->kind->high, err);
    if (st < 0)
        return st;
    l->n++;
    *out = p;
    return um_findings_series(findings, &p->series, um_person_subject(id), l->kind->series, l->kind->unit,
                              err);
}

um_status face_looks_add(um_image ***picture, face_looks *l, face_person *p, double t_s, double value,
                         um_findings *findings, um_error *err)
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
