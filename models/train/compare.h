/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h: our networks beside others, on rows that nothing was trained on. */
#ifndef UNMASK_COMPARE_H
#define UNMASK_COMPARE_H
#include "photos.h"

enum { MOST_COMPARED = 32 };

typedef struct compared { /* names of manifests */
    const char *detector[MOST_COMPARED], *landmarks[MOST_COMPARED];
    int n_detectors, n_landmarks;
} compared;

/* `teachers` is the folder of the foreign networks. Tables go to stdout. Of `p`, photos without faces say how
 * many false alarms a score gives. `choosing`: no dev row is looked at. Each detector alone, and followed by
 * each of the landmark networks. */
um_status compare_detectors(const photos *p, const char *data, const char *teachers, const compared *c,
                            bool choosing, um_error *err);
um_status compare_landmarks(const char *data, const char *teachers, const compared *c, um_error *err);
#endif
