/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_json.h: what a probe and the report of an analysis say in the same keys. */
#ifndef UM_PROBE_JSON_H
#define UM_PROBE_JSON_H
#include "base/json_write.h"
#include <unmask/probe.h>
#include <unmask/source.h>

/* container, is_photo, duration_s, video, sound, tracks */
void um_media_json(um_json_writer *w, const char *key, const um_media *media);
const char *um_track_kind_key(um_track_kind kind);
bool um_track_kind_of_key(um_track_kind *out, const char *key); /* false: no kind has it */
/* A file that is decoded has a kind: that of its demuxer, when its first bytes tell none. */
void um_probe_name_kind(um_probe *probe, const um_media *media);
/* How a JPEG file is quantised; nothing of any other. */
void um_jpeg_json(um_json_writer *w, const char *key, const um_jpeg *jpeg);
/* an array of name, state, detail, and for a mark that is signed: signature, content */
void um_marks_json(um_json_writer *w, const char *key, const um_probe *probe);
const char *um_mark_key(um_mark_state state);
bool um_signature_of_key(um_signature *out, const char *key);
bool um_content_of_key(um_content *out, const char *key);
#endif
