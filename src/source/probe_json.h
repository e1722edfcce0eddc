/* probe_json.h: what a probe and the report of an analysis say in the same keys. */
#ifndef UM_PROBE_JSON_H
#define UM_PROBE_JSON_H
#include "base/json.h"
#include <unmask/source.h>

um_json *um_media_json(const um_media *media); /* container, is_photo, duration_s, video, sound */
um_json *um_marks_json(const um_probe *probe); /* an array of name, state, detail */
const char *um_mark_key(um_mark_state state);
#endif
