/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heif.c: HEIC and AVIF stills, by libheif, which turns and crops them as the file asks. Image sequences of
 * the same family are left to FFmpeg. */
#include "av/source/heif.h"
#include "av/source/moment.h"
#include "av/source/picture.h"
#include "base/lazy.h"
#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libheif.so.1"
#define FUNCTIONS(F)                              \
    F(heif_context_alloc)                         \
    F(heif_context_free)                          \
    F(heif_context_get_primary_image_handle)      \
    F(heif_context_read_from_memory_without_copy) \
    F(heif_context_set_max_decoding_threads)      \
    F(heif_context_set_maximum_image_size_limit)  \
    F(heif_decode_image)                          \
    F(heif_image_get_height)                      \
    F(heif_image_get_plane_readonly)              \
    F(heif_image_get_width)                       \
    F(heif_image_handle_get_height)               \
    F(heif_image_handle_get_luma_bits_per_pixel)  \
    F(heif_image_handle_get_width)                \
    F(heif_image_handle_has_alpha_channel)        \
    F(heif_image_handle_release)                  \
    F(heif_image_release)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

#define FILE_MAX ((int64_t)512 << 20)

bool um_heif_is(const um_input *input)
{
    static const char still[][5] = {"heic", "heix", "heim", "heis", "mif1", "mif2", "miaf", "avif"};
    char start[12];
    if (!um_input_read_all(input, 0, start, sizeof start) || memcmp(start + 4, "ftyp", 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof still / sizeof *still; i++)
        if (!memcmp(start + 8, still[i], 4))
            return true;
    return false;
}

static um_status fail(um_error *err, const char *path, struct heif_error e)
{
    um_status st = e.code == heif_error_Memory_allocation_error ? UM_ENOMEM
                   : e.code == heif_error_Unsupported_filetype || e.code == heif_error_Unsupported_feature
                       ? UM_EUNSUPPORTED
                       : UM_EFORMAT;
    return um_fail(err, st, "%s: %s", path, e.message);
}

static um_status copy(um_image **out, const struct heif_image *image, bool alpha, um_error *err)
{
    int stride = 0, width = lib.heif_image_get_width(image, heif_channel_interleaved),
        height = lib.heif_image_get_height(image, heif_channel_interleaved);
    const uint8_t *data = lib.heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    um_status st = um_image_new(out, width, height, UM_RGB24, err);
    if (st < 0 || !data)
        return st < 0 ? st : um_fail(err, UM_EFORMAT, "no pixels");
    for (int y = 0; y < height; y++) {
        uint8_t *to = (*out)->data + y * (*out)->stride;
        const uint8_t *from = data + (ptrdiff_t)y * stride;
        if (alpha)
            um_over_white(to, from, width);
        else
            memcpy(to, from, 3 * (size_t)width);
    }
    return UM_OK;
}

/* A file in the hands of libheif. */
struct reader {
    const um_input *input;
    char *bytes;
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
};

static um_status open_file(struct reader *r, um_error *err)
{
    const um_input *in = r->input;
    struct heif_error e;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: HEIC and AVIF need " LIBRARY ", which cannot be loaded",
                       in->path);
    if (in->size > FILE_MAX)
        return um_fail(err, UM_ENOMEM, "%s: larger than %lld bytes", in->path, (long long)FILE_MAX);
    if (!(r->bytes = um_calloc((size_t)in->size, 1)))
        return um_fail_oom(err);
    if (!um_input_read_all(in, 0, r->bytes, (size_t)in->size))
        return um_fail(err, UM_EIO, "%s: cannot be read", in->path);
    if (!(r->context = lib.heif_context_alloc()))
        return um_fail_oom(err);
    lib.heif_context_set_maximum_image_size_limit(r->context, UM_IMAGE_MAX_SIDE);
    lib.heif_context_set_max_decoding_threads(r->context, 0);
    e = lib.heif_context_read_from_memory_without_copy(r->context, r->bytes, (size_t)in->size, NULL);
    if (!e.code)
        e = lib.heif_context_get_primary_image_handle(r->context, &r->handle);
    return e.code ? fail(err, in->path, e) : UM_OK;
}

static um_status describe(const struct reader *r, um_media *media, um_error *err)
{
    *media = (um_media){
        .path = media->path,
        .container = "heif",
        .pixel_aspect = 1,
        .is_photo = true,
        .has_video = true,
        .width = lib.heif_image_handle_get_width(r->handle),
        .height = lib.heif_image_handle_get_height(r->handle),
        .video_codec = !memcmp(r->bytes + 8, "avif", 4) ? "av1" : "hevc",
        .pixel_format =
            lib.heif_image_handle_get_luma_bits_per_pixel(r->handle) > 8 ? "more than 8 bits" : "8 bits",
        .audio_codec = "",
    };
    if ((int64_t)media->width * media->height > UM_IMAGE_MAX_PIXELS)
        return um_fail(err, UM_EUNSUPPORTED, "%s: pictures of %d x %d are too large", r->input->path,
                       media->width, media->height);
    return UM_OK;
}

static um_status decode(struct reader *r, um_image **rgb, um_error *err)
{
    bool alpha = lib.heif_image_handle_has_alpha_channel(r->handle);
    struct heif_error e =
        lib.heif_decode_image(r->handle, &r->image, heif_colorspace_RGB,
                              alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, NULL);
    return e.code ? fail(err, r->input->path, e) : copy(rgb, r->image, alpha, err);
}

static void close_file(struct reader *r)
{
    if (r->image)
        lib.heif_image_release(r->image);
    if (r->handle)
        lib.heif_image_handle_release(r->handle);
    if (r->context)
        lib.heif_context_free(r->context);
    free(r->bytes);
}

um_status um_heif_read(um_moment **out, um_media *media, const um_input *input, unsigned want, um_error *err)
{
    um_status st;
    struct reader r = {.input = input};
    um_image *rgb = NULL;
    um_moment *m = NULL;
    *out = NULL;
    if ((st = open_file(&r, err)) < 0 || (st = describe(&r, media, err)) < 0)
        goto done;
    if (!(want & (UM_WANT_GRAY | UM_WANT_RGB)))
        goto done;
    if ((st = decode(&r, &rgb, err)) < 0)
        goto done;
    if (!(m = um_moment_of_picture())) {
        st = um_fail_oom(err);
        goto done;
    }
    media->width = rgb->width;
    media->height = rgb->height;
    m->frame->key = true;
    if (want & UM_WANT_GRAY && (st = um_image_to_gray(&m->frame->gray, rgb, err)) < 0)
        goto done;
    if (want & UM_WANT_RGB) {
        m->frame->rgb = rgb;
        rgb = NULL;
    }
    *out = m;
    m = NULL;
done:
    um_moment_free(&m);
    um_image_free(&rgb);
    close_file(&r);
    return st;
}
