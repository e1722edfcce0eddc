/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heif.c: HEIC and AVIF stills, by libheif, which turns and crops them as the file asks. Image sequences of
 * the same family are left to FFmpeg. */
#include "av/source/answer.h"
#include "av/source/damage.h"
#include "av/still/hevc.h"
#include "av/still/readers.h"
#include "base/base.h"
#include "base/lazy.h"
#include <libavutil/pixfmt.h>
#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libheif.so.1"
#define FUNCTIONS(F)                             \
    F(heif_context_alloc)                        \
    F(heif_context_free)                         \
    F(heif_context_get_primary_image_handle)     \
    F(heif_context_read_from_reader)             \
    F(heif_context_set_max_decoding_threads)     \
    F(heif_context_set_maximum_image_size_limit) \
    F(heif_decode_image)                         \
    F(heif_decoding_options_alloc)               \
    F(heif_decoding_options_free)                \
    F(heif_image_get_bits_per_pixel_range)       \
    F(heif_image_get_decoding_warnings)          \
    F(heif_image_get_height)                     \
    F(heif_image_get_plane_readonly)             \
    F(heif_image_get_width)                      \
    F(heif_image_handle_get_height)              \
    F(heif_image_handle_get_luma_bits_per_pixel) \
    F(heif_image_handle_get_nclx_color_profile)  \
    F(heif_image_handle_get_width)               \
    F(heif_image_handle_has_alpha_channel)       \
    F(heif_image_handle_release)                 \
    F(heif_image_release)                        \
    F(heif_nclx_color_profile_free)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

static bool is_heif(const um_input *input)
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
    um_fate fate = um_answer_of_heif(e.code, e.subcode);
    um_status st = um_fail_fate(err, fate, "%s", path);
    return st == UM_ENOMEM || fate == UM_FATE_TOO_LARGE ? st : um_fail(err, st, "%s: %s", path, e.message);
}

/* A file in the hands of libheif. */
struct file {
    um_still *still;
    int64_t at;
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
    struct heif_decoding_options *options;
};

static int64_t position(void *of)
{
    return ((struct file *)of)->at;
}

static int read_bytes(void *to, size_t n, void *of)
{
    struct file *f = of;
    if (!um_input_read_all(f->still->input, f->at, to, n))
        return -1;
    f->at += (int64_t)n;
    return 0;
}

static int seek(int64_t at, void *of)
{
    struct file *f = of;
    if (at < 0 || at > f->still->input->size)
        return -1;
    f->at = at;
    return 0;
}

static enum heif_reader_grow_status has_size(int64_t size, void *of)
{
    return size > ((struct file *)of)->still->input->size ? heif_reader_grow_status_size_beyond_eof
                                                          : heif_reader_grow_status_size_reached;
}

static um_status open_file(struct file *f, um_error *err)
{
    static const struct heif_reader reader = {1, position, read_bytes, seek, has_size};
    const char *path = f->still->input->path;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: HEIC and AVIF need " LIBRARY ", which cannot be loaded",
                       path);
    if (!(f->context = lib.heif_context_alloc()))
        return um_fail_oom(err);
    lib.heif_context_set_maximum_image_size_limit(f->context, UM_IMAGE_MAX_SIDE);
    lib.heif_context_set_max_decoding_threads(f->context, 0);
    struct heif_error e = lib.heif_context_read_from_reader(f->context, &reader, f, NULL);
    if (!e.code)
        e = lib.heif_context_get_primary_image_handle(f->context, &f->handle);
    return e.code ? fail(err, path, e) : UM_OK;
}

static void close_file(struct file *f)
{
    if (f->options)
        lib.heif_decoding_options_free(f->options);
    if (f->image)
        lib.heif_image_release(f->image);
    if (f->handle)
        lib.heif_image_handle_release(f->handle);
    if (f->context)
        lib.heif_context_free(f->context);
}

static um_status look(um_still *s, um_error *err)
{
    struct file f = {.still = s};
    char brand[4] = "";
    um_status st = open_file(&f, err);
    s->container = "heif";
    s->codec = um_input_read_all(s->input, 8, brand, 4) && !memcmp(brand, "avif", 4) ? "av1" : "hevc";
    if (st == UM_OK) {
        s->width = lib.heif_image_handle_get_width(f.handle);
        s->height = lib.heif_image_handle_get_height(f.handle);
        s->pixel_format =
            lib.heif_image_handle_get_luma_bits_per_pixel(f.handle) > 8 ? "more than 8 bits" : "8 bits";
    }
    close_file(&f);
    return st;
}

/* High dynamic range needs more than 8 bits to become something else. */
static bool is_high_range(AVFrame *out, const struct heif_image_handle *handle)
{
    struct heif_color_profile_nclx *profile = NULL;
    if (lib.heif_image_handle_get_nclx_color_profile(handle, &profile).code || !profile)
        return false;
    out->color_primaries = (int)profile->color_primaries;
    out->color_trc = (int)profile->transfer_characteristics;
    lib.heif_nclx_color_profile_free(profile);
    return out->color_primaries == AVCOL_PRI_BT2020 || out->color_trc == AVCOL_TRC_SMPTE2084 ||
           out->color_trc == AVCOL_TRC_ARIB_STD_B67;
}

static void copy_row(uint8_t *to, const uint8_t *from, int n, int bits)
{
    if (!bits) {
        memcpy(to, from, (size_t)n);
        return;
    }
    const unsigned most = (1u << bits) - 1;
    uint16_t *wide = (uint16_t *)(void *)to;
    for (int i = 0; i < n; i++) {
        const unsigned v = from[2 * i] | (unsigned)from[2 * i + 1] << 8;
        wide[i] = (uint16_t)(((v < most ? v : most) * 65535u + most / 2) / most);
    }
}

static um_status copy(AVFrame *out, const struct heif_image *image, bool alpha, bool wide, um_error *err)
{
    const enum heif_channel all = heif_channel_interleaved;
    const int width = lib.heif_image_get_width(image, all), height = lib.heif_image_get_height(image, all);
    const int bits = wide ? lib.heif_image_get_bits_per_pixel_range(image, all) : 0;
    int stride = 0;
    const uint8_t *data = lib.heif_image_get_plane_readonly(image, all, &stride);
    if (!data || width < 1 || height < 1 || (wide && (bits < 8 || bits > 16)))
        return um_fail(err, UM_EFORMAT, "no pixels");
    const int format = wide ? alpha ? AV_PIX_FMT_RGBA64LE : AV_PIX_FMT_RGB48LE
                            : (alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24);
    um_status st = um_still_frame(out, format, width, height, err);
    for (int y = 0; st == UM_OK && y < height; y++)
        copy_row(out->data[0] + (ptrdiff_t)y * out->linesize[0], data + (ptrdiff_t)y * stride,
                 (alpha ? 4 : 3) * width, bits);
    return st;
}

static struct heif_error decode_image(struct file *f, bool alpha, bool wide)
{
    const enum heif_chroma chroma =
        wide ? alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE
             : (alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
    return lib.heif_decode_image(f->handle, &f->image, heif_colorspace_RGB, chroma, f->options);
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    struct file f = {.still = s};
    struct heif_error warning;
    um_status st = open_file(&f, err);
    if (st < 0)
        goto done;
    if (!(f.options = lib.heif_decoding_options_alloc())) {
        st = um_fail_oom(err);
        goto done;
    }
    const bool alpha = lib.heif_image_handle_has_alpha_channel(f.handle);
    const bool wide = is_high_range(out, f.handle);
    if (um_hevc_is_wrong(s->input))
        um_still_damaged(s, "coded data is wrong");
    f.options->strict_decoding = true;
    f.options->decoder_id =
        s->codec && !strcmp(s->codec, "av1") ? "aom" : NULL; /* it notices damage, dav1d does not */
    struct heif_error e = decode_image(&f, alpha, wide);
    if (e.code && e.code != heif_error_Memory_allocation_error) {
        f.options->strict_decoding = false;
        f.options->decoder_id = NULL;
        e = decode_image(&f, alpha, wide);
        um_still_damaged(s, "the decoder meets errors");
    }
    if (e.code) {
        st = fail(err, s->input->path, e);
        goto done;
    }
    if (lib.heif_image_get_decoding_warnings(f.image, 0, &warning, 1) > 0)
        um_still_damaged(s, "the decoder meets errors");
    st = copy(out, f.image, alpha, wide, err);
done:
    close_file(&f);
    return st;
}

const um_still_reader um_still_heif = {is_heif, look, decode};
