/* SPDX-License-Identifier: GPL-3.0-or-later */
/* front_json.h: a front end as the "input" of a manifest says it (docs/models/manifest.md). */
#ifndef UM_FRONT_JSON_H
#define UM_FRONT_JSON_H
#include "base/json.h"
#include "dsp/front.h"

/* What is not said is as in um_front_usual. UM_EFORMAT, `err` saying why: a key that its kind does not have,
 * a value of another type, or um_front_wrong. */
um_status um_front_from_json(um_front_spec *out, um_front_kind kind, const um_json *input, um_error *err);
/* All of it, "sound" included, into an object. */
void um_front_to_json(um_json *input, const um_front_spec *spec);
#endif
