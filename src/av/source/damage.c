/* SPDX-License-Identifier: GPL-3.0-or-later */
/* damage.c: the line that says what went wrong with a file. */
#include "av/source/damage.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void um_damage_note(um_damage *g, const char *format, ...)
{
    char line[sizeof g->note];
    size_t n = strlen(g->note);
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (!strstr(g->note, line))
        snprintf(g->note + n, sizeof g->note - n, "%s%s", n ? "; " : "", line);
}
