/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.c: UTF-8, and foreign text made safe to show. */
#include "base/text.h"
#include <string.h>

bool um_utf8_deceives(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x200B || c == 0x200E ||
           c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE0FFF) || (c & 0xFFFE) == 0xFFFE;
}

size_t um_utf8_length(const void *text, size_t n)
{
    const unsigned char *p = text;
    if (!n || *p < 0x80)
        return n ? 1 : 0;
    /* what the second byte must be above 0x80, or below 0xC0, lest the form is not the shortest, the
     * character half a pair of UTF-16, or beyond Unicode */
    unsigned char low = *p == 0xE0 ? 0xA0 : *p == 0xF0 ? 0x90 : 0x80;
    unsigned char high = *p == 0xED ? 0x9F : *p == 0xF4 ? 0x8F : 0xBF;
    size_t length = *p < 0xC2 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : *p < 0xF5 ? 4 : 0;
    if (!length || length > n || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

uint32_t um_utf8_decode(const char **text, bool *good)
{
    const unsigned char *p = (const unsigned char *)*text;
    size_t n = um_utf8_length(p, strnlen(*text, UM_UTF8_MOST));
    uint32_t c = n > 1 ? *p & (0x7Fu >> n) : *p;
    *good = n || !*p;
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3F);
    *text += n ? n : *p != 0;
    return *good ? c : UM_UTF8_REPLACEMENT;
}

uint32_t um_utf8_next(const char **text)
{
    bool good;
    uint32_t c = um_utf8_decode(text, &good);
    return c && um_utf8_deceives(c) ? UM_UTF8_REPLACEMENT : c;
}

size_t um_utf8_put(char out[UM_UTF8_MOST], uint32_t c)
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[n] | c);
    return n;
}

void um_utf8_add(um_buf *b, uint32_t c)
{
    char out[UM_UTF8_MOST];
    um_buf_add(b, out, um_utf8_put(out, c));
}

void um_html_text_n(um_buf *b, const char *text, size_t n)
{
    const char *end = text + n;
    for (uint32_t c; text < end && (c = um_utf8_next(&text));)
        switch (c) {
        case '&':
            um_buf_text(b, "&amp;");
            break;
        case '<':
            um_buf_text(b, "&lt;");
            break;
        case '>':
            um_buf_text(b, "&gt;");
            break;
        case '"':
            um_buf_text(b, "&quot;");
            break;
        case '\'':
            um_buf_text(b, "&#39;");
            break;
        default:
            um_utf8_add(b, c);
        }
}

void um_html_text(um_buf *b, const char *text)
{
    um_html_text_n(b, text, strlen(text));
}

static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void um_base64(um_buf *b, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v =
            (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        char out[4] = {digit[v >> 18], digit[v >> 12 & 63], left > 1 ? digit[v >> 6 & 63] : '=',
                       left > 2 ? digit[v & 63] : '='};
        um_buf_add(b, out, 4);
    }
}

bool um_base64_decode(void *bytes, size_t *n, const char *text)
{
    unsigned char *to = bytes;
    const size_t length = strlen(text), last = length / 4 * 4;
    *n = 0;
    if (length != last)
        return false;
    for (size_t i = 0; i < length; i += 4) {
        uint32_t v = 0;
        int kept = 4; /* digits, the others are padding at the very end */
        while (i + 4 == last && kept > 2 && text[i + (size_t)kept - 1] == '=')
            kept--;
        for (int k = 0; k < 4; k++) {
            const char *at = k < kept ? strchr(digit, text[i + (size_t)k]) : digit;
            if (!at)
                return false;
            v = v << 6 | (uint32_t)(at - digit);
        }
        if (v & (0xFFFFFFu >> (8 * (kept - 1)))) /* bits that no byte holds */
            return false;
        for (int k = 0; k < kept - 1; k++)
            to[(*n)++] = (unsigned char)(v >> (16 - 8 * k));
    }
    return true;
}
