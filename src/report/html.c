/* html.c: pictures as data, names of persons. */
#include "report/html.h"
#include "av/sink/encode.h"
#include <string.h>

um_status um_html_picture(um_buf *b, const um_image *image, int side, const char *alternative, um_error *err)
{
    enum { JPEG_QUALITY = 85, BYTES_MAX = 4 << 20 };
    um_image *small = NULL;
    um_buf file;
    int longest = image->width > image->height ? image->width : image->height;
    double factor = longest > side ? (double)side / longest : 1;
    int width = um_clampi((int)(image->width * factor + .5), 1, side),
        height = um_clampi((int)(image->height * factor + .5), 1, side);
    um_buf_init(&file, BYTES_MAX);
    um_status st =
        factor < 1
            ? um_image_crop_resize(&small, image, (um_rect){0, 0, (float)image->width, (float)image->height},
                                   width, height, err)
            : UM_OK;
    if (st == UM_OK)
        st = um_image_encode(&file, small ? small : image, "jpeg", JPEG_QUALITY, err);
    if (st == UM_OK && file.broken)
        st = um_fail_oom(err);
    if (st == UM_OK) {
        um_buf_printf(b, "<img width=\"%d\" height=\"%d\" alt=\"", width, height);
        um_html_text(b, alternative);
        um_buf_text(b, "\" src=\"data:image/jpeg;base64,");
        um_base64(b, file.data, file.n);
        um_buf_text(b, "\">");
    }
    um_buf_free(&file);
    um_image_free(&small);
    return st;
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
