/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h: foreign text, safe to walk and to show. */
#ifndef UM_TEXT_H
#define UM_TEXT_H
#include "base/base.h"

/* The next character of UTF-8 text, and moves on. U+FFFD stands for bytes that are not UTF-8 and for
 * characters that could deceive a reader: controls and marks that change the direction of text. 0 at the
 * end. */
enum { UM_UTF8_REPLACEMENT = 0xFFFD };
uint32_t um_utf8_next(const char **text);
bool um_utf8_deceives(uint32_t character); /* is one of those */
/* The same without judging the character; `good` is false for a byte that is not UTF-8. */
uint32_t um_utf8_decode(const char **text, bool *good);
/* Bytes of the character that n bytes of text begin with; 0 when they are not UTF-8 (RFC 3629), or end in it.
 */
size_t um_utf8_length(const void *text, size_t n);
enum { UM_UTF8_MOST = 4 };
size_t um_utf8_put(char out[UM_UTF8_MOST], uint32_t character); /* its bytes, without an end; how many */
void um_utf8_add(um_buf *b, uint32_t character);
/* Text for element content and for attribute values in quotes. */
void um_html_text(um_buf *b, const char *text);
void um_html_text_n(um_buf *b, const char *text, size_t n); /* of its first n bytes, whole characters */
/* RFC 4648, with padding. */
void um_base64(um_buf *b, const void *bytes, size_t n);
/* The bytes (room for 3 per 4 characters) and their number; false for what um_base64 does not write. */
bool um_base64_decode(void *bytes, size_t *n, const char *text);
#endif
