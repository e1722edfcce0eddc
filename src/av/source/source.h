/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source.h: a source over a file that is open already, so that a probe and a hash see the same bytes. */
#ifndef UM_AV_SOURCE_H
#define UM_AV_SOURCE_H
#include "base/input.h"
#include <unmask/source.h>

/* As um_source_open; keeps a reference to the input. */
um_status um_source_open_input(um_source **out, um_input *input, const um_source_options *opt, um_error *err);
#endif
