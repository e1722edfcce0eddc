/* SPDX-License-Identifier: GPL-3.0-or-later */
/* generators.h: the forms in which programs that generate pictures, sound and video write what they were
 * asked for. */
#ifndef UM_PROBE_GENERATORS_H
#define UM_PROBE_GENERATORS_H
#include "base/json.h"

/* The parameters of AUTOMATIC1111's web UI and its kin: a line "Steps: 20, Sampler: Euler a, CFG scale: 7,
 * Seed: 1".
 * `*at` is that line. Outside of a field that is for nothing else (`own_field`) a number for the seed, the
 * scale or the size is demanded too, as no sentence has it. */
bool um_generator_infotext(const char *text, size_t n, bool own_field, const char **at);
/* A prompt with options, then "Job ID: " and a UUID at the end. */
bool um_generator_midjourney(const char *text, size_t n, const char **at);
/* "made with suno", alone or before a semicolon. */
bool um_generator_made_with(const char *text, size_t n);
/* The form of JSON found in the field (or member) `key`; NULL: of no generator. `loose` lets also forms count
 * that show a generator but not which. */
const char *um_generator_json(const char *key, const um_json *json, bool loose);
#endif
