/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sound_json.h: the view and the copy of the sound in a JSON report. */
#ifndef UM_SOUND_JSON_H
#define UM_SOUND_JSON_H
#include "base/json_write.h"
#include "results/fields.h"

/* Nothing for a view without columns, and for no copy. */
void um_sound_view_put(um_json_writer *w, const char *key, const um_sound_view *view);
void um_sound_copy_put(um_json_writer *w, const char *key, const um_sound_copy *copy);
/* Without that key: none. */
void um_sound_view_read(um_fields *q, um_sound_view *out, const um_json *parent, const char *key);
void um_sound_copy_read(um_fields *q, um_sound_copy *out, const um_json *parent, const char *key);
#endif
