/* SPDX-License-Identifier: GPL-3.0-or-later */
/* truth.h: the file that says what a sample really shows (docs/sample.md). */
#ifndef UM_SYNTH_TRUTH_H
#define UM_SYNTH_TRUTH_H
#include "base/json.h"
#include "figure/scene.h"
#include "figure/voice.h"

/* Frames are added as they are drawn; the caller frees the value. */
um_json *truth_new(const script *s, const scene_options *picture, double focal_px, double fps,
                   const char *command);
void truth_frame(um_json *truth, const script *s, int64_t index, double t_s, const shot shots[MAX_PERSONS]);
void truth_voice(um_json *truth, const script *s, const voice *v);
#endif
