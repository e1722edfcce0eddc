/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.h: what the parsers of provenance marks share beside the bytes. */
#ifndef UM_PROBE_H
#define UM_PROBE_H
#include "base/base.h"
#include "probe/bytes.h"

typedef enum um_probe_mark_id {
    UM_MARK_C2PA,
    UM_MARK_EXIF,
    UM_MARK_XMP,
    UM_MARK_IPTC,
    UM_MARK_GENERATOR,
    UM_MARK_ENCODER,
    UM_MARK_LABEL,
    UM_MARK_AIGC,
    UM_N_MARKS
} um_probe_mark_id;

/* Everything but the hash, which takes long: hash.h. */
um_status um_probe_input(um_probe *out, const um_input *input, const struct um_trust *trust, um_error *err);

/* ---- marks.c ---- */
void um_probe_marks_init(um_probe *out);
/* Raises the state of a mark (never lowers it: absent, not looked at, present, broken, declares) and adds
 * "label value" to its detail unless it is there already. The value is made printable and shortened. */
void um_probe_mark(um_probe_state *p, um_probe_mark_id id, um_mark_state state, const char *label,
                   const void *value, size_t n);
/* A reader stopped before the end of the file: what is absent when all is read was then not looked at. */
void um_probe_limit(um_probe_state *p, const char *why);
void um_probe_marks_end(um_probe_state *p);

/* ---- texts.c ---- */
/* A text by the name of its field (as the container calls it; "comment" and "description" for the fields of
 * that meaning): what generators write, the label of GB 45438, the label of unmask. */
void um_probe_text(um_probe_state *p, const char *key, const void *value, size_t n);
/* The name of a program that wrote the file: also looks for names of generators. */
void um_probe_software(um_probe_state *p, const char *label, const void *value, size_t n);
/* A credit line: declares only when it is the line that a generator's maker prescribes. */
void um_probe_credit(um_probe_state *p, const void *value, size_t n);
const char *um_probe_generator_name(const char *text); /* the one it names; NULL when none */
/* A digital source type, as URI or bare name: its last part; true when it declares a synthetic origin. */
bool um_probe_source_type(char name[48], const char *value, size_t n);
/* UTF-16 to UTF-8; `order` 'b' or 'l', or 0 for a byte-order mark or a guess. Caller frees. */
char *um_probe_utf16(const uint8_t *bytes, size_t n, char order);
/* First place of `what` in bytes, NULL when absent. */
const void *um_probe_find(const void *bytes, size_t n, const char *what);

/* One line of valid UTF-8, shortened to the size; bytes that are not UTF-8 are read as Latin-1. */
void um_probe_clean(char *out, size_t size, const void *value, size_t n);

/* For a block that um_probe_block did not give: broken when it reaches beyond the file, else not looked at.
 */
void um_probe_unread(um_probe_state *p, um_probe_mark_id id, int64_t at, int64_t n);

/* Unpacked, at most UM_PROBE_BLOCK_MAX bytes; zlib: what came before an error counts; Brotli: all or NULL.
 * Caller frees. */
uint8_t *um_probe_inflate(um_probe_state *p, const uint8_t *packed, size_t n, size_t *length);
uint8_t *um_probe_brotli(um_probe_state *p, const uint8_t *packed, size_t n, size_t *length);

/* ---- metadata blocks ---- */
void um_probe_exif(um_probe_state *p, const uint8_t *tiff, size_t n);
void um_probe_xmp(um_probe_state *p, const uint8_t *xml, size_t n);
void um_probe_c2pa(um_probe_state *p, const uint8_t *jumbf, size_t n);

/* ---- containers: from byte `at` of the file ---- */
void um_probe_jpeg(um_probe_state *p);
void um_probe_png(um_probe_state *p);
void um_probe_riff(um_probe_state *p);
void um_probe_bmff(um_probe_state *p);
void um_probe_matroska(um_probe_state *p);
void um_probe_flac(um_probe_state *p, int64_t at);
void um_probe_ogg(um_probe_state *p);
void um_probe_gif(um_probe_state *p);
void um_probe_aiff(um_probe_state *p);
void um_probe_id3_end(um_probe_state *p);
int64_t um_probe_id3(um_probe_state *p,
                     int64_t at); /* the position behind the tag, `at` when there is none */
#endif
