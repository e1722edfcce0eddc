/* heif.c: HEIC and AVIF stills, by libheif, which turns and crops them as the file asks. Image sequences of
 * the same family are left to FFmpeg. */
#include "av/source/heif.h"
#include "av/source/moment.h"
#include "av/source/picture.h"
#include "base/lazy.h"
#include <fcntl.h>
#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

#define FILE_MAX ((size_t)512 << 20)

bool um_heif_is(const char *path)
{
    static const char still[][5] = {"heic", "heix", "heim", "heis", "mif1", "mif2", "miaf", "avif"};
    char start[12];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not make us wait */
    bool is = fd >= 0 && read(fd, start, sizeof start) == sizeof start && !memcmp(start + 4, "ftyp", 4);
    bool listed = false;
    for (size_t i = 0; is && i < sizeof still / sizeof *still; i++)
        listed |= !memcmp(start + 8, still[i], 4);
    if (fd >= 0)
        close(fd);
    return listed;
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

um_status um_heif_read(um_moment **out, um_media *media, const char *path, unsigned want, um_error *err)
{
    um_status st;
    char *bytes = NULL;
    size_t n = 0;
    struct heif_context *context = NULL;
    struct heif_image_handle *handle = NULL;
    struct heif_image *image = NULL;
    um_image *rgb = NULL;
    um_moment *m = NULL;
    struct heif_error e;
    *out = NULL;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: HEIC and AVIF need " LIBRARY ", which cannot be loaded",
                       path);
    if ((st = um_file_read(&bytes, &n, path, FILE_MAX, err)) < 0)
        return st;
    if (!(context = lib.heif_context_alloc())) {
        st = um_fail_oom(err);
        goto done;
    }
    lib.heif_context_set_maximum_image_size_limit(context, UM_IMAGE_MAX_SIDE);
    lib.heif_context_set_max_decoding_threads(context, 0);
    if ((e = lib.heif_context_read_from_memory_without_copy(context, bytes, n, NULL)).code ||
        (e = lib.heif_context_get_primary_image_handle(context, &handle)).code) {
        st = fail(err, path, e);
        goto done;
    }
    bool alpha = lib.heif_image_handle_has_alpha_channel(handle);
    *media = (um_media){
        .path = media->path,
        .container = "heif",
        .pixel_aspect = 1,
        .is_photo = true,
        .has_video = true,
        .width = lib.heif_image_handle_get_width(handle),
        .height = lib.heif_image_handle_get_height(handle),
        .video_codec = !memcmp(bytes + 8, "avif", 4) ? "av1" : "hevc",
        .pixel_format =
            lib.heif_image_handle_get_luma_bits_per_pixel(handle) > 8 ? "more than 8 bits" : "8 bits",
        .audio_codec = "",
    };
    if ((int64_t)media->width * media->height > UM_IMAGE_MAX_PIXELS) {
        st = um_fail(err, UM_EUNSUPPORTED, "%s: pictures of %d x %d are too large", path, media->width,
                     media->height);
        goto done;
    }
    if (!(want & (UM_WANT_GRAY | UM_WANT_RGB)))
        goto done;
    e = lib.heif_decode_image(handle, &image, heif_colorspace_RGB,
                              alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, NULL);
    if (e.code) {
        st = fail(err, path, e);
        goto done;
    }
    if ((st = copy(&rgb, image, alpha, err)) < 0)
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
    if (image)
        lib.heif_image_release(image);
    if (handle)
        lib.heif_image_handle_release(handle);
    if (context)
        lib.heif_context_free(context);
    free(bytes);
    return st;
}
