/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person_looks.h: one number per look at each person's face, some looks a second: the frame of signals that
 * ask the same of every picture. Keeps who was seen, the series, the distribution, and a picture of the
 * highest look. */
#ifndef UM_PERSON_LOOKS_H
#define UM_PERSON_LOOKS_H
#include "dsp/stats.h"
#include "faces/gallery.h"
#include "signals/face/person_table.h"
#include <unmask/signal.h>

typedef struct um_person_looks_kind {
    const char *series, *unit;
    double per_s;     /* looks per second and person */
    double low, high; /* of the histogram; 2000 bins */
    int pictures;     /* persons with one */
    double step;      /* to which numbers in sentences are rounded */
} um_person_looks_kind;

typedef struct um_looked_at {
    int id, series;
    double next_s, highest, highest_s;
    int64_t n;
    um_histogram values;
    double sum[3];    /* of what else the signal wants to say */
    double before[4]; /* what it remembers of the last look */
} um_looked_at;

typedef struct um_person_looks {
    const um_person_looks_kind *kind; /* set in begin */
    um_gallery pictures;
    um_person_table persons;
    int64_t refused; /* looks that the signal could not use */
    double largest_px;
} um_person_looks;

/* Large and seen from the front, so that it can be looked at. Counts what is not. */
bool um_person_looks_usable(um_person_looks *l, const um_face *face);

void um_person_looks_begin(um_person_looks *l, const um_person_looks_kind *kind);
void um_person_looks_end(um_person_looks *l);
/* Is it time to look at this face? *out NULL: no, or more persons than are followed. After a jump back in
 * time: yes. */
um_status um_person_looks_due(um_looked_at **out, um_person_looks *l, int id, double t_s,
                              um_findings *findings, um_error *err);
/* The value of a look. *picture: where its picture belongs, when it is the highest so far, else NULL. */
um_status um_person_looks_add(um_image ***picture, um_person_looks *l, um_looked_at *p, double t_s,
                              double value, um_findings *findings, um_error *err);
static inline um_looked_at *um_person_looks_at(const um_person_looks *l, int i)
{
    return um_person_table_at(&l->persons, sizeof(um_looked_at), i);
}
/* Of a signal that has no other answer for a recording in which nobody could be looked at: each person's
 * conclusion, else why nobody has one. */
typedef um_status (*um_conclude_fn)(const um_person_looks *l, const um_looked_at *p, um_findings *out,
                                    um_error *err);
um_status um_person_looks_finish(const um_person_looks *l, um_conclude_fn conclude, um_findings *out,
                                 um_error *err);
/* Nobody was followed, or no face was large and frontal enough. */
um_status um_person_looks_skip(const um_person_looks *l, um_findings *out, um_error *err);
static inline double um_person_looks_median(const um_looked_at *p)
{
    return um_histogram_quantile(&p->values, .5);
}
#endif
