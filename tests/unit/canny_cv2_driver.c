/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers requests of canny_cv2.py: a header of six numbers and a picture on stdin, a gray picture on stdout.
 * Aperture 0 asks for um_image_to_gray. */
#include "media/canny.h"
#include <stdlib.h>

typedef struct request {
    int32_t width, height, channels, aperture, l2, plain;
    double low, high;
} request;

static void die(const char *what)
{
    fprintf(stderr, "canny_cv2_driver: %s\n", what);
    exit(1);
}

int main(void)
{
    request r;
    um_error err;
    while (fread(&r, sizeof r, 1, stdin) == 1) {
        um_image *image = NULL, *out = NULL;
        um_canny *canny = NULL;
        um_canny_options opt = {r.low, r.high, r.aperture, r.l2};
        if (um_image_new(&image, r.width, r.height, r.channels == 3 ? UM_RGB24 : UM_GRAY8, &err) < 0)
            die(err.text);
        for (int y = 0; y < r.height; y++)
            if (fread(image->data + y * image->stride, (size_t)(r.width * r.channels), 1, stdin) != 1)
                die("the picture is cut short");
        if (r.aperture == 0) {
            if (um_image_to_gray(&out, image, &err) < 0)
                die(err.text);
        } else if (um_image_new(&out, r.width, r.height, UM_GRAY8, &err) < 0 ||
                   (r.plain ? um_canny_new_with(&canny, &opt, &um_canny_plain, &err)
                            : um_canny_new(&canny, &opt, &err)) < 0 ||
                   um_canny_run(canny, out, image, NULL, &err) < 0)
            die(err.text);
        for (int y = 0; y < r.height; y++)
            fwrite(out->data + y * out->stride, (size_t)r.width, 1, stdout);
        fflush(stdout);
        um_canny_free(&canny);
        um_image_free(&image);
        um_image_free(&out);
    }
    return 0;
}
