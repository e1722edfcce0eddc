/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_looks.h: one number per look at each person's face, some looks a second: the frame of signals that ask
 * the same of every picture. Keeps who was seen, the series, the distribution, and a picture of the highest
 * look. */
#ifndef UM_FACE_LOOKS_H
#define UM_FACE_LOOKS_H
#include "dsp/stats.h"
#include "faces/gallery.h"
#include <unmask/signal.h>

typedef struct face_looks_kind {
    const char *series, *unit;
    double per_s;     /* looks per second and person */
    double low, high; /* of the histogram; 2000 bins */
    int pictures;     /* persons with one */
    double step;      /* to which numbers in sentences are rounded */
} face_looks_kind;

typedef struct face_person {
    int id, series;
    double next_s, highest, highest_s;
    int64_t n;
    um_histogram values;
    double sum[3];    /* of what else the signal wants to say */
    double before[4]; /* what it remembers of the last look */
} face_person;

typedef struct face_looks {
    const face_looks_kind *kind; /* set in begin */
    um_gallery pictures;
    face_person *person;
    size_t capacity;
    int n;
    int64_t refused; /* looks that the signal could not use */
    double largest_px;
} face_looks;

void face_looks_begin(face_looks *l, const face_looks_kind *kind);
void face_looks_end(face_looks *l);
/* Is it time to look at this face? *out NULL: no, or more persons than are followed. After a jump back in
 * time: yes. */
um_status face_looks_due(face_person **out, face_looks *l, int id, double t_s, um_findings *findings,
                         um_error *err);
/* The value of a look. *picture: where its picture belongs, when it is the highest so far, else NULL. */
um_status face_looks_add(um_image ***picture, face_looks *l, face_person *p, double t_s, double value,
                         um_findings *findings, um_error *err);
static inline double face_looks_median(const face_person *p)
{
    return um_histogram_quantile(&p->values, .5);
}
#endif
