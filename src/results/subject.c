/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject.c: when two subjects are the same, and when one is none. */
#include "results/subject.h"
#include <math.h>

bool um_subject_equal(um_subject a, um_subject b)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case UM_SUBJECT_FILE:
        return true;
    case UM_SUBJECT_PERSON:
    case UM_SUBJECT_VOICE:
        return a.id == b.id;
    case UM_SUBJECT_INTERVAL:
        return a.from_s == b.from_s && a.to_s == b.to_s;
    case UM_SUBJECT_REGION:
        return a.from_s == b.from_s && a.to_s == b.to_s && a.region.x == b.region.x &&
               a.region.y == b.region.y && a.region.w == b.region.w && a.region.h == b.region.h;
    }
    return false;
}

static const char *interval_fault(um_subject s)
{
    if (!isfinite(s.from_s) || !isfinite(s.to_s))
        return "a time that is not a number";
    return s.to_s < s.from_s ? "an interval that ends before it begins" : NULL;
}

static const char *region_fault(um_rect r)
{
    if (!isfinite(r.x) || !isfinite(r.y) || !isfinite(r.w) || !isfinite(r.h))
        return "a region that is not a number";
    return r.w <= 0 || r.h <= 0 ? "an empty region" : NULL;
}

const char *um_subject_fault(um_subject s)
{
    switch (s.kind) {
    case UM_SUBJECT_FILE:
        return NULL;
    case UM_SUBJECT_PERSON:
        return s.id < 0 ? "a negative person" : NULL;
    case UM_SUBJECT_VOICE:
        return s.id < 0 ? "a negative voice" : NULL;
    case UM_SUBJECT_INTERVAL:
        return interval_fault(s);
    case UM_SUBJECT_REGION: {
        const char *fault = interval_fault(s);
        return fault ? fault : region_fault(s.region);
    }
    }
    return "a subject of no known kind";
}

int um_subject_person(um_subject s)
{
    return s.kind == UM_SUBJECT_PERSON ? s.id : UM_FILE;
}
