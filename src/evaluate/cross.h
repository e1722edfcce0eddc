/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cross.h: learnt on one part of the set, measured on another: the honest forecast for what will come.
 *
 * Each value of a field ("source", "generator", ...; "set": the first folder of the path) is left out once.
 * What is fitted (calibrations, a classifier by a recipe) is fitted to the recordings of the other values
 * that may be learnt from, and measured on those of this one. Where a value lacks a class, that of the others
 * stands for it; so that none of these was learnt from either, the groups that hang together are divided into
 * parts, and what judges a part has seen neither the value nor the part. */
#ifndef UM_EVALUATE_CROSS_H
#define UM_EVALUATE_CROSS_H
#include "evaluate/lesson.h"

/* `lesson` may be NULL. UM_EINVAL: no such field. UM_EFORMAT: no recording has a value of it. */
um_status um_evaluation_cross(um_evaluation *e, const char *field, const um_lesson *lesson, um_error *err);
#endif
