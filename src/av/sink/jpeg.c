/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jpeg.c: JPEG by libjpeg, whose quality is the one that people know; FFmpeg, with its 110 libraries, need
 * not be loaded for the small pictures of a report. Colours are not subsampled. */
#include "av/sink/encode.h"
#include "base/base.h"
#include "base/lazy.h"
#include <setjmp.h>
#include <stdlib.h>
/* these two want size_t and FILE */
#include <jpeglib.h>

#define LIBRARY "libjpeg.so.62"
#define FUNCTIONS(F)         \
    F(jpeg_CreateCompress)   \
    F(jpeg_destroy_compress) \
    F(jpeg_finish_compress)  \
    F(jpeg_mem_dest)         \
    F(jpeg_set_defaults)     \
    F(jpeg_set_quality)      \
    F(jpeg_start_compress)   \
    F(jpeg_std_error)        \
    F(jpeg_write_scanlines)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

struct encoding {
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    jmp_buf fatal;
    unsigned char *bytes;
    unsigned long n;
};

static void give_up(j_common_ptr c)
{
    longjmp(((struct encoding *)c)->fatal, 1);
}

static void say_nothing(j_common_ptr c)
{
}

static void write_rows(struct encoding *e, const um_image *image, int quality)
{
    struct jpeg_compress_struct *c = &e->c;
    lib.jpeg_CreateCompress(c, JPEG_LIB_VERSION, sizeof *c);
    lib.jpeg_mem_dest(c, &e->bytes, &e->n);
    c->image_width = (JDIMENSION)image->width;
    c->image_height = (JDIMENSION)image->height;
    c->input_components = um_image_channels(image->pixel);
    c->in_color_space = image->pixel == UM_GRAY8 ? JCS_GRAYSCALE : JCS_RGB;
    lib.jpeg_set_defaults(c);
    lib.jpeg_set_quality(c, quality, TRUE);
    c->comp_info[0].h_samp_factor = c->comp_info[0].v_samp_factor = 1;
    lib.jpeg_start_compress(c, TRUE);
    while (c->next_scanline < c->image_height) {
        JSAMPROW row = image->data + (ptrdiff_t)c->next_scanline * image->stride;
        lib.jpeg_write_scanlines(c, &row, 1);
    }
    lib.jpeg_finish_compress(c);
}

um_status um_jpeg_encode(um_buf *out, const um_image *image, int quality, um_error *err)
{
    struct encoding e = {.n = 0};
    um_status st = UM_OK;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s cannot be loaded", LIBRARY);
    e.c.err = lib.jpeg_std_error(&e.errors);
    e.errors.error_exit = give_up;
    e.errors.output_message = say_nothing;
    if (setjmp(e.fatal) == 0)
        write_rows(&e, image, quality);
    else
        st = um_fail(err, UM_EUNSUPPORTED, "a picture of %d x %d cannot be encoded as jpeg", image->width,
                     image->height);
    lib.jpeg_destroy_compress(&e.c);
    if (st == UM_OK) {
        um_buf_add(out, e.bytes, e.n);
        if (out->broken)
            st = um_fail(err, UM_ENOMEM, "a picture of %lu bytes is too large to keep", e.n);
    }
    free(e.bytes);
    return st;
}
