/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* strerrordesc_np */
#include "base/text.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unmask/version.h>

const char *um_version(void)
{
    return UM_VERSION_STRING;
}

um_status um_fail(um_error *err, um_status code, const char *format, ...)
{
    if (err) {
        char line[sizeof err->text];
        va_list args;
        va_start(args, format);
        vsnprintf(line, sizeof line, format, args); /* a local: callers may pass err->text as an argument */
        va_end(args);
        err->code = code;
        um_printable(err->text, sizeof err->text, line);
    }
    return code;
}

um_status um_fail_errno(um_error *err, um_status code, const char *format, ...)
{
    const char *reason = strerrordesc_np(errno); /* as strerror, but of all threads at once */
    char line[sizeof err->text];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return um_fail(err, code, "%s: %s", line, reason ? reason : "unknown error");
}

um_status um_fail_oom(um_error *err)
{
    return um_fail(err, UM_ENOMEM, "out of memory");
}

const char *um_printable(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (const char *end = text; *text; text = end) {
        bool plain = um_utf8_next(&end) != UM_UTF8_REPLACEMENT;
        size_t length = plain ? (size_t)(end - text) : 1;
        if (n + length >= size)
            break;
        memcpy(out + n, plain ? text : "?", length);
        n += length;
    }
    out[n] = 0;
    return out;
}
