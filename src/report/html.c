/* html.c: pictures as data, names of persons. */
#include "report/html.h"
#include <string.h>

void um_html_picture(um_buf *b, const um_picture *picture, const char *alternative)
{
    um_buf_printf(b, "<img width=\"%d\" height=\"%d\" alt=\"", picture->width, picture->height);
    um_html_text(b, alternative);
    um_buf_text(b, "\" src=\"data:image/jpeg;base64,");
    um_base64(b, picture->jpeg, picture->n);
    um_buf_text(b, "\">");
}

const char *um_html_who(char out[32], int person)
{
    if (person == UM_FILE)
        snprintf(out, 32, "whole file");
    else
        snprintf(out, 32, "person %d", um_person_number(person));
    return out;
}

int um_html_colour(int person)
{
    return person == UM_FILE ? 0 : person % 6 + 1;
}
