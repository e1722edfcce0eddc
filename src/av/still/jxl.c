/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jxl.c: JPEG XL (ISO 18181), by libjxl. Of an animation the first picture is shown. */
#include "av/quiet.h"
#include "av/source/damage.h"
#include "av/still/readers.h"
#include "base/base.h"
#include "base/lazy.h"
#include <jxl/decode.h>
#include <libavutil/pixfmt.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libjxl.so.0.7"
#define FUNCTIONS(F)                      \
    F(JxlDecoderCloseInput)               \
    F(JxlDecoderCreate)                   \
    F(JxlDecoderDestroy)                  \
    F(JxlDecoderGetBasicInfo)             \
    F(JxlDecoderGetColorAsEncodedProfile) \
    F(JxlDecoderProcessInput)             \
    F(JxlDecoderSetImageOutBuffer)        \
    F(JxlDecoderSetInput)                 \
    F(JxlDecoderSetKeepOrientation)       \
    F(JxlDecoderSetUnpremultiplyAlpha)    \
    F(JxlDecoderSubscribeEvents)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

enum { HEAD_MAX = 1 << 20 };

static bool is_jxl(const um_input *input)
{
    uint8_t b[12];
    return um_input_read_all(input, 0, b, sizeof b) &&
           (!memcmp(b, "\xFF\x0A", 2) || !memcmp(b, "\0\0\0\x0CJXL \r\n\x87\n", 12));
}

static um_status new_decoder(JxlDecoder **out, const um_still *s, int events, um_error *err)
{
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: JPEG XL needs " LIBRARY ", which cannot be loaded",
                       s->input->path);
    if (!(*out = lib.JxlDecoderCreate(NULL)))
        return um_fail_oom(err);
    lib.JxlDecoderSubscribeEvents(*out, events);
    lib.JxlDecoderSetKeepOrientation(*out, JXL_TRUE); /* it is turned with all other formats */
    lib.JxlDecoderSetUnpremultiplyAlpha(*out, JXL_TRUE);
    return UM_OK;
}

/* Debian's libjxl writes its reasons to standard error, and has no switch for that. */
static JxlDecoderStatus process(JxlDecoder *decoder)
{
    FILE *kept = um_quiet_begin();
    const JxlDecoderStatus r = lib.JxlDecoderProcessInput(decoder);
    um_quiet_end(kept);
    return r;
}

/* The header stands at the start, behind boxes of a few bytes. */
static um_status look(um_still *s, um_error *err)
{
    JxlDecoder *decoder = NULL;
    JxlBasicInfo info;
    const size_t n = (size_t)(s->input->size < HEAD_MAX ? s->input->size : HEAD_MAX);
    uint8_t *head = um_calloc(n, 1);
    um_status st = head ? new_decoder(&decoder, s, JXL_DEC_BASIC_INFO, err) : um_fail_oom(err);
    s->container = s->codec = "jpegxl";
    if (st == UM_OK && !um_input_read_all(s->input, 0, head, n))
        st = um_fail_errno(err, UM_EIO, "%s", s->input->path);
    if (st == UM_OK && (lib.JxlDecoderSetInput(decoder, head, n) != JXL_DEC_SUCCESS ||
                        process(decoder) != JXL_DEC_BASIC_INFO ||
                        lib.JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS))
        st = um_fail(err, UM_EFORMAT, "%s: a JPEG XL file without a picture in it", s->input->path);
    if (st == UM_OK) {
        s->width = info.xsize > INT32_MAX ? 0 : (int)info.xsize;
        s->height = info.ysize > INT32_MAX ? 0 : (int)info.ysize;
        s->orientation = (int)info.orientation;
        s->pixel_format = info.bits_per_sample > 8 ? "more than 8 bits" : "8 bits";
        if (info.have_animation)
            s->remark = "an animation, of which the first picture is shown";
    }
    if (decoder)
        lib.JxlDecoderDestroy(decoder);
    free(head);
    return st;
}

static um_status take_header(AVFrame *out, JxlPixelFormat *pixels, JxlDecoder *decoder, um_error *err)
{
    JxlBasicInfo info;
    lib.JxlDecoderGetBasicInfo(decoder, &info);
    const bool wide = info.bits_per_sample > 8, alpha = info.alpha_bits > 0;
    *pixels = (JxlPixelFormat){alpha ? 4 : 3, wide ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8, JXL_LITTLE_ENDIAN, 0};
    const int format = wide ? alpha ? AV_PIX_FMT_RGBA64LE : AV_PIX_FMT_RGB48LE
                            : (alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24);
    um_status st = um_still_frame(out, format, (int)info.xsize, (int)info.ysize, err);
    pixels->align = (size_t)out->linesize[0]; /* rows as the frame has them */
    return st;
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    JxlDecoder *decoder = NULL;
    JxlPixelFormat pixels = {0};
    JxlColorEncoding colour;
    um_status st = um_still_load(s, err);
    bool done = false;
    if (st == UM_OK)
        st = new_decoder(&decoder, s, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE, err);
    if (st == UM_OK) {
        lib.JxlDecoderSetInput(decoder, s->bytes, s->n);
        lib.JxlDecoderCloseInput(decoder);
    }
    while (st == UM_OK && !done)
        switch (process(decoder)) {
        case JXL_DEC_BASIC_INFO:
            st = take_header(out, &pixels, decoder, err);
            break;
        case JXL_DEC_COLOR_ENCODING:
            if (lib.JxlDecoderGetColorAsEncodedProfile(decoder, &pixels, JXL_COLOR_PROFILE_TARGET_DATA,
                                                       &colour) == JXL_DEC_SUCCESS) {
                /* libjxl's numbers are those of ITU-T H.273, as FFmpeg's */
                out->color_trc = (int)colour.transfer_function;
                out->color_primaries = (int)colour.primaries;
            }
            break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            if (lib.JxlDecoderSetImageOutBuffer(decoder, &pixels, out->data[0],
                                                (size_t)out->linesize[0] * (size_t)out->height) !=
                JXL_DEC_SUCCESS)
                st = um_fail(err, UM_EINTERNAL, "%s: libjxl refuses the buffer", s->input->path);
            break;
        case JXL_DEC_FULL_IMAGE:
        case JXL_DEC_SUCCESS:
            done = true;
            break;
        case JXL_DEC_NEED_MORE_INPUT:
            st = um_fail(err, UM_EFORMAT, "%s: the picture ends early", s->input->path);
            break;
        default:
            st = um_fail(err, UM_EFORMAT, "%s: the picture is damaged: coded data is wrong", s->input->path);
            break;
        }
    if (decoder)
        lib.JxlDecoderDestroy(decoder);
    if (st == UM_OK && !out->data[0])
        st = um_fail(err, UM_EFORMAT, "%s: a JPEG XL file without a picture in it", s->input->path);
    return st;
}

const um_still_reader um_still_jxl = {is_jxl, look, decode};
