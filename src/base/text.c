#include "base/text.h"
#include <string.h>

static bool deceives(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x200B || c == 0x200E ||
           c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE0FFF) || (c & 0xFFFE) == 0xFFFE;
}

uint32_t um_utf8_decode(const char **text, bool *good)
{
    const unsigned char *p = (const unsigned char *)*text;
    *good = true;
    if (!*p)
        return 0;
    uint32_t c = *p;
    int n = c < 0x80                ? 1
            : c >= 0xC2 && c < 0xE0 ? 2
            : c >= 0xE0 && c < 0xF0 ? 3
            : c >= 0xF0 && c < 0xF5 ? 4
                                    : 0;
    if (n > 1)
        c &= 0x7Fu >> n;
    for (int i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) { /* also at the end of the text */
            n = 0;
            break;
        }
        c = c << 6 | (p[i] & 0x3F);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *good = n && c >= least[n] && c <= 0x10FFFF && !(c >= 0xD800 && c < 0xE000);
    *text += *good ? n : 1;
    return *good ? c : UM_UTF8_REPLACEMENT;
}

uint32_t um_utf8_next(const char **text)
{
    bool good;
    uint32_t c = um_utf8_decode(text, &good);
    return c && deceives(c) ? UM_UTF8_REPLACEMENT : c;
}

void um_utf8_add(um_buf *b, uint32_t c)
{
    char out[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[n] | c);
    um_buf_add(b, out, n);
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
