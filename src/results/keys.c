/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.c: see keys.h. */
#include "results/keys.h"
#include "av/source/probe_json.h"
#include <string.h>

static const char *const outcome_key[] = {
    [UM_SCORED] = "scored", [UM_NOT_APPLICABLE] = "not_applicable", [UM_FAILED] = "failed"};

static const char *const subject_key[] = {[UM_SUBJECT_FILE] = "file",
                                          [UM_SUBJECT_PERSON] = "person",
                                          [UM_SUBJECT_VOICE] = "voice",
                                          [UM_SUBJECT_INTERVAL] = "interval",
                                          [UM_SUBJECT_REGION] = "region"};

const char *um_key_of_outcome(um_outcome outcome)
{
    return outcome_key[outcome];
}

const char *um_key_of_subject(um_subject_kind kind)
{
    return subject_key[kind];
}

bool um_outcome_of_key(um_outcome *out, const char *key)
{
    for (int i = UM_SCORED; i <= UM_FAILED; i++)
        if (!strcmp(outcome_key[i], key)) {
            *out = (um_outcome)i;
            return true;
        }
    return false;
}

bool um_subject_of_key(um_subject_kind *out, const char *key)
{
    for (int i = UM_SUBJECT_FILE; i <= UM_SUBJECT_REGION; i++)
        if (!strcmp(subject_key[i], key)) {
            *out = (um_subject_kind)i;
            return true;
        }
    return false;
}

bool um_mark_of_key(um_mark_state *out, const char *key)
{
    for (int i = UM_MARK_ABSENT; i <= UM_MARK_NOT_LOOKED_AT; i++)
        if (!strcmp(um_mark_key((um_mark_state)i), key)) {
            *out = (um_mark_state)i;
            return true;
        }
    return false;
}
