/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_family.c: the families of signals, in the order of the page. */
#include "report/html.h"
#include <string.h>

static const struct {
    const char *family, *title;
} title_of[UM_HTML_FAMILIES] = {{"file", "The file"},
                                {"image", "The picture"},
                                {"face", "Faces"},
                                [UM_HTML_SOUND] = {"sound", "Sound and voice"},
                                {"", "Other questions"}};

int um_html_family(const um_signal *signal)
{
    int i = 0;
    while (i < UM_HTML_FAMILIES - 1 && strcmp(title_of[i].family, signal->family ? signal->family : ""))
        i++;
    return i;
}

const char *um_html_family_title(int family)
{
    return title_of[family].title;
}
