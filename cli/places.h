/* SPDX-License-Identifier: GPL-3.0-or-later */
/* places.h: what a command reads is never written, and what it writes can be written: both known from the
 * kinds of its options, before it begins. */
#ifndef UM_PLACES_H
#define UM_PLACES_H
#include "opt.h"

/* UM_EINVAL: an output is an input, another output, or a file where a folder is wanted; UM_EWRITE: it cannot
 * be written. */
um_status um_places_settle(const um_command *command, int n, char **args, um_error *err);
#endif
