#include "base/base.h"
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

const char *um_version(void)
{
    return UM_VERSION;
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

um_status um_fail_oom(um_error *err)
{
    return um_fail(err, UM_ENOMEM, "out of memory");
}

const char *um_printable(char *out, size_t size, const char *text)
{
    size_t n = strnlen(text, size - 1);
    /* do not cut a UTF-8 sequence in two */
    while (n && text[n] && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        out[i] = c < 0x20 || c == 0x7F ? '?' : (char)c;
    }
    out[n] = 0;
    return out;
}

int um_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return um_clampi((int)n, 1, 64);
}
