/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h: our networks beside others, on rows that nothing was trained on. */
#ifndef UNMASK_COMPARE_H
#define UNMASK_COMPARE_H
#include "photos.h"

/* Names of manifests; `teachers` is the folder of the foreign networks. Tables go to stdout. Of `p`, photos
 * without faces say how many false alarms a score gives. `choosing`: no dev row is looked at. */
um_status compare_detectors(const photos *p, const char *data, const char *teachers, const char *const *names,
                            int n, bool choosing, um_error *err);
um_status compare_landmarks(const char *data, const char *teachers, const char *const *names, int n,
                            um_error *err);
#endif
