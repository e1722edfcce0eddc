/* SPDX-License-Identifier: GPL-3.0-or-later */
/* embed.h: files built into the library. In a module's meson.build:
 *     lib_sources += custom_target(input: files('a.css'), output: 'embedded_report.c',
 *                                  command: [embed, '@OUTPUT@', 'um_embedded_report', '@INPUT@'])
 * and in its code: extern const um_embedded um_embedded_report[]; */
#ifndef UM_EMBED_H
#define UM_EMBED_H
#include <stddef.h>

typedef struct um_embedded {
    const char *name;          /* file name without folder; NULL ends the table */
    const unsigned char *data; /* a zero follows, not counted */
    size_t n;
} um_embedded;
#endif
