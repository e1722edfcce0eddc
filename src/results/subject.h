/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject.h: subjects, from the inside. */
#ifndef UM_SUBJECT_H
#define UM_SUBJECT_H
#include <unmask/subject.h>

/* Why it cannot be a subject ("a negative person"), or NULL. */
const char *um_subject_fault(um_subject s);
/* The person, or UM_FILE: it is none. */
#define UM_FILE (-1)
int um_subject_person(um_subject s);
#endif
