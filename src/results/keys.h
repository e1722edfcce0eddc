/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.h: the names of enumerated values in a JSON report, for its writer and its reader. */
#ifndef UM_RESULTS_KEYS_H
#define UM_RESULTS_KEYS_H
#include <unmask/results.h>

enum { UM_REPORT_VERSION = 2 };

const char *um_key_of_outcome(um_outcome outcome);
const char *um_key_of_subject(um_subject_kind kind);
/* False for a name that is none. */
bool um_outcome_of_key(um_outcome *out, const char *key);
bool um_subject_of_key(um_subject_kind *out, const char *key);
bool um_mark_of_key(um_mark_state *out, const char *key); /* see um_mark_key (probe) */
#endif
