/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jpeg.c: JPEG (ITU T.81). libjpeg decodes, as stored: the planes, neither enlarged nor turned into another
 * colour. What it does not give so (CMYK, RGB, odd samplings, fatal damage) FFmpeg decodes, after libjpeg,
 * which says more of what is wrong, has read the coded data without making a picture of it.
 *
 * Zeros or noise amid coded data decode to something. What tells is that then too many or too few bytes are
 * left at the end of a scan or an interval. */
#include "av/source/damage.h"
#include "av/still/readers.h"
#include "base/base.h"
#include "base/lazy.h"
#include "probe/bytes.h"
#include "probe/orientation.h"
#include <libavcodec/avcodec.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
/* these two want size_t and FILE */
#include <jerror.h>
#include <jpeglib.h>

#define LIBRARY "libjpeg.so.62"
#define FUNCTIONS(F)           \
    F(jpeg_CreateDecompress)   \
    F(jpeg_destroy_decompress) \
    F(jpeg_finish_decompress)  \
    F(jpeg_mem_src)            \
    F(jpeg_read_header)        \
    F(jpeg_read_raw_data)      \
    F(jpeg_read_scanlines)     \
    F(jpeg_start_decompress)   \
    F(jpeg_std_error)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

#define MEMORY_MAX (1L << 30)

enum {
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    APP0 = 0xE0,
    APP1 = 0xE1,
    APP14 = 0xEE,
    EXIF_MAX = 1 << 16,
    SCANS_MAX = 500, /* of a progressive picture; libjpeg-turbo's own tools stop there */
    STRAY_MAX = 8,   /* bytes before a marker that belong to nothing: some cameras leave a few */
    PIECE = 1 << 16,
    MAX_COMPONENTS_READ = 3,
    VIDEO_LEAST = 3, /* JPEGs behind each other are no photo with a preview or a gain map, but a video */
};

/* The file, a piece at a time. */
struct pieces {
    const um_input *input;
    int64_t at; /* of the piece */
    ssize_t n;
    uint8_t b[PIECE];
};

/* The byte at `at`; -1 behind the end. */
static int byte_at(struct pieces *p, int64_t at)
{
    if (at < p->at || at >= p->at + p->n) {
        p->at = at;
        p->n = um_input_read(p->input, at, p->b, sizeof p->b);
        if (p->n <= 0)
            return -1;
    }
    return p->b[at - p->at];
}

/* Behind the picture that starts at `at`; -1 when none does, or it does not end. *linked: it lists what
 * follows it (CIPA DC-007), as cameras do for previews. */
static int64_t behind_picture(struct pieces *p, int64_t at, bool *linked)
{
    if (byte_at(p, at) != 0xFF || byte_at(p, at + 1) != SOI)
        return -1;
    for (at += 2;;) {
        int marker;
        while ((marker = byte_at(p, at++)) >= 0 && marker != 0xFF) /* coded data */
            ;
        while ((marker = byte_at(p, at)) == 0xFF)
            at++;
        if (marker < 0)
            return -1;
        at++;
        if (marker == EOI)
            return at;
        if (marker <= 1 || (marker >= 0xD0 && marker <= SOI)) /* no marker, or one without length */
            continue;
        const int high = byte_at(p, at), low = byte_at(p, at + 1);
        if (low < 0 || high * 256 + low < 2)
            return -1;
        *linked |= marker == 0xE2 && byte_at(p, at + 2) == 'M' && byte_at(p, at + 3) == 'P';
        at += high * 256 + low;
    }
}

static bool is_jpeg(const um_input *input)
{
    uint8_t start[4];
    bool linked = false;
    if (!um_input_read_all(input, 0, start, 4) || memcmp(start, "\xFF\xD8\xFF", 3) != 0 ||
        start[3] == 0xF7) /* JPEG-LS */
        return false;
    struct pieces *p = um_calloc(1, sizeof *p);
    if (!p)
        return true;
    p->input = input;
    int n = 0;
    for (int64_t at = 0; n < VIDEO_LEAST && !linked && (at = behind_picture(p, at, &linked)) >= 0;)
        n++;
    free(p);
    return n < VIDEO_LEAST || linked;
}

/* ---- the header ---- */

/* is_rgb: Adobe's marker says that colours are not transformed. */
static const char *format_of(const uint8_t *sof, size_t n, bool is_rgb)
{
    static const struct {
        uint8_t h, v;
        const char *name;
    } formats[] = {
        {1, 1, "yuvj444p"}, {2, 1, "yuvj422p"}, {2, 2, "yuvj420p"}, {1, 2, "yuvj440p"}, {4, 1, "yuvj411p"}};
    if (n < 6 || n < 6 + 3 * (size_t)sof[5])
        return "";
    if (sof[5] == 1)
        return "gray";
    if (sof[5] == 4)
        return "cmyk";
    if (sof[5] == 3 && (is_rgb || (sof[6] == 'R' && sof[9] == 'G' && sof[12] == 'B')))
        return "gbrp";
    for (size_t i = 0; sof[5] == 3 && i < sizeof formats / sizeof *formats; i++)
        if (sof[7] >> 4 == formats[i].h * (sof[10] >> 4) && (sof[7] & 15) == formats[i].v * (sof[10] & 15))
            return formats[i].name;
    return "";
}

/* The segments before the first scan. */
static um_status look(um_still *s, um_error *err)
{
    const um_input *in = s->input;
    bool has_exif = false, has_jfif = false, is_rgb = false;
    uint8_t head[4];
    s->container = "jpeg";
    s->codec = "mjpeg";
    for (int64_t at = 2; um_input_read_all(in, at, head, 4);) {
        const int marker = head[1], length = (int)um_be16(head + 2);
        if (head[0] != 0xFF || marker == 0xFF || marker <= 1 || (marker >= 0xD0 && marker <= SOI)) {
            at += head[0] != 0xFF || marker == 0xFF ? 1 : 2;
            continue;
        }
        if (marker == SOS || marker == EOI || length < 2)
            break;
        uint8_t part[64];
        const size_t n = length - 2 < (int)sizeof part ? (size_t)length - 2 : sizeof part;
        if ((marker & 0xF0) == 0xC0 && marker != 0xC4 && marker != 0xC8 && marker != 0xCC && n >= 6 &&
            um_input_read_all(in, at + 4, part, n)) {
            s->height = (int)um_be16(part + 1);
            s->width = (int)um_be16(part + 3);
            s->pixel_format = format_of(part, n, is_rgb && !has_jfif);
            return UM_OK;
        }
        const bool known = um_input_read_all(in, at + 4, part, n);
        has_jfif |= marker == APP0 && known && n >= 5 && !memcmp(part, "JFIF", 5);
        is_rgb |= marker == APP14 && known && n >= 12 && !memcmp(part, "Adobe", 5) && !part[11];
        if (marker == APP1 && !has_exif && known && n >= 6 && !memcmp(part, "Exif\0", 5)) {
            uint8_t *exif = um_calloc(EXIF_MAX, 1);
            if (!exif)
                return um_fail_oom(err);
            if (um_input_read_all(in, at + 4, exif, (size_t)length - 2))
                s->orientation = um_exif_orientation(exif + 6, (size_t)length - 8);
            free(exif);
            has_exif = true;
        }
        at += 2 + length;
    }
    return um_fail(err, UM_EFORMAT, "%s: a JPEG file without a picture in it", in->path);
}

/* ---- the coded data ---- */

struct decoding {
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf fatal;
    um_still *still;
    int row_height; /* of the picture, per row that libjpeg gives */
    int cut_row;    /* where the file ended; -1: it did not */
};

static void give_up(j_common_ptr c)
{
    longjmp(((struct decoding *)c)->fatal, 1);
}

static void hear(j_common_ptr common, int level)
{
    struct decoding *d = (struct decoding *)common;
    const struct jpeg_decompress_struct *c = &d->c;
    if (level >= 0)
        return;
    switch (c->err->msg_code) {
    case JWRN_JPEG_EOF: {
        /* every scan of a progressive picture is of all its rows */
        const bool all = c->progressive_mode || c->comps_in_scan < c->num_components;
        d->still->damage.truncated = true;
        if (all)
            um_still_damaged(d->still, "the picture ends early");
        if (d->cut_row < 0)
            d->cut_row = all ? (int)c->image_height : (int)c->output_scanline * d->row_height;
        break;
    }
    case JWRN_EXTRANEOUS_DATA:
        if (c->err->msg_parm.i[0] > STRAY_MAX)
            um_still_damaged(d->still, "coded data is left over");
        break;
    case JWRN_HIT_MARKER:
        um_still_damaged(d->still, "coded data is missing");
        break;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
        um_still_damaged(d->still, "coded data is wrong");
        break;
    default:
        break;
    }
}

static void hear_nothing(j_common_ptr c)
{
}

static void watch(j_common_ptr c)
{
    if (((struct decoding *)c)->c.input_scan_number > SCANS_MAX)
        give_up(c);
}

static void begin(struct decoding *d, um_still *s)
{
    *d = (struct decoding){.still = s, .cut_row = -1, .row_height = 1};
    d->c.err = lib.jpeg_std_error(&d->errors);
    d->errors.error_exit = give_up;
    d->errors.emit_message = hear;
    d->errors.output_message = hear_nothing;
    d->progress.progress_monitor = watch;
}

static void read_header(struct decoding *d)
{
    lib.jpeg_CreateDecompress(&d->c, JPEG_LIB_VERSION, sizeof d->c);
    d->c.progress = &d->progress;
    d->c.mem->max_memory_to_use = MEMORY_MAX; /* of a progressive picture; beyond it nothing is claimed */
    lib.jpeg_mem_src(&d->c, d->still->bytes, d->still->n);
    lib.jpeg_read_header(&d->c, TRUE);
    d->c.out_color_space = d->c.jpeg_color_space;
    d->c.do_fancy_upsampling = FALSE;
    d->c.do_block_smoothing = FALSE; /* what is not there is not made up */
}

/* What is wrong, alone: at an eighth of its size a picture needs no transform and next to no memory. */
static void check(struct decoding *d)
{
    struct jpeg_decompress_struct *c = &d->c;
    if (setjmp(d->fatal) == 0) {
        read_header(d);
        c->scale_num = 1;
        c->scale_denom = d->row_height = 8;
        lib.jpeg_start_decompress(c);
        JSAMPROW row = c->mem->alloc_small((j_common_ptr)c, JPOOL_IMAGE,
                                           (size_t)c->output_width * (size_t)c->output_components);
        while (c->output_scanline < c->output_height && d->cut_row < 0)
            lib.jpeg_read_scanlines(c, &row, 1);
        if (d->cut_row < 0)
            lib.jpeg_finish_decompress(c);
    }
    lib.jpeg_destroy_decompress(c);
}

/* The format of FFmpeg whose planes are those of the file; AV_PIX_FMT_NONE: there is none. */
static int planes_of(const struct decoding *d)
{
    static const struct {
        const char *name;
        int format;
    } formats[] = {{"gray", AV_PIX_FMT_GRAY8},        {"yuvj444p", AV_PIX_FMT_YUVJ444P},
                   {"yuvj422p", AV_PIX_FMT_YUVJ422P}, {"yuvj420p", AV_PIX_FMT_YUVJ420P},
                   {"yuvj440p", AV_PIX_FMT_YUVJ440P}, {"yuvj411p", AV_PIX_FMT_YUVJ411P}};
    const struct jpeg_decompress_struct *c = &d->c;
    const jpeg_component_info *p = c->comp_info;
    const bool colour =
        c->jpeg_color_space == JCS_YCbCr && c->num_components == 3 &&
        p[1].h_samp_factor == p[2].h_samp_factor && p[1].v_samp_factor == p[2].v_samp_factor &&
        p[0].h_samp_factor == c->max_h_samp_factor && p[0].v_samp_factor == c->max_v_samp_factor;
    if (c->data_precision != 8 || (int)c->image_width != d->still->width ||
        (int)c->image_height != d->still->height ||
        !(colour || (c->jpeg_color_space == JCS_GRAYSCALE && c->num_components == 1)))
        return AV_PIX_FMT_NONE;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(d->still->pixel_format, formats[i].name))
            return formats[i].format;
    return AV_PIX_FMT_NONE;
}

/* Rows behind the end of a plane, which the last blocks still have, go to `beyond`. */
static void read_rows(struct decoding *d, AVFrame *out, JSAMPROW beyond)
{
    struct jpeg_decompress_struct *c = &d->c;
    JSAMPROW row[MAX_COMPONENTS_READ][MAX_SAMP_FACTOR * DCTSIZE];
    JSAMPARRAY plane[MAX_COMPONENTS_READ];
    const int height = c->max_v_samp_factor * DCTSIZE;
    for (int p = 0; p < c->num_components; p++) {
        const int n = c->comp_info[p].v_samp_factor * DCTSIZE, first = (int)c->output_scanline / height * n;
        for (int i = 0; i < n; i++)
            row[p][i] = first + i < (int)c->comp_info[p].downsampled_height
                            ? out->data[p] + (ptrdiff_t)(first + i) * out->linesize[p]
                            : beyond;
        plane[p] = row[p];
    }
    lib.jpeg_read_raw_data(c, plane, (JDIMENSION)height);
}

static um_status read_planes(AVFrame *out, struct decoding *d, um_error *err)
{
    struct jpeg_decompress_struct *c = &d->c;
    read_header(d);
    const int format = planes_of(d), height = d->still->height;
    um_status st = format == AV_PIX_FMT_NONE ? UM_EUNSUPPORTED
                                             : um_still_frame(out, format, d->still->width, height, err);
    for (int p = 0; st == UM_OK && p < c->num_components; p++)
        if (out->linesize[p] < (int)c->comp_info[p].width_in_blocks * DCTSIZE)
            st = UM_EUNSUPPORTED; /* no room for whole blocks */
    if (st < 0)
        return st;
    out->color_range = AVCOL_RANGE_JPEG;
    out->colorspace = AVCOL_SPC_BT470BG;
    out->chroma_location = AVCHROMA_LOC_CENTER;
    c->raw_data_out = TRUE;
    lib.jpeg_start_decompress(c);
    JSAMPROW beyond = c->mem->alloc_large((j_common_ptr)c, JPOOL_IMAGE, (size_t)out->linesize[0]);
    while ((int)c->output_scanline < (d->cut_row < 0 ? height : d->cut_row))
        read_rows(d, out, beyond);
    if (d->cut_row < 0)
        lib.jpeg_finish_decompress(c);
    return UM_OK;
}

/* Into `out`, as stored. UM_EUNSUPPORTED: libjpeg does not give it so, or broke off; `d` is as after `begin`
 * then. */
static um_status decode_planes(AVFrame *out, struct decoding *d, um_error *err)
{
    um_still *s = d->still;
    const um_damage before = s->damage;
    um_status st;
    if (setjmp(d->fatal) == 0)
        st = read_planes(out, d, err);
    else
        st = UM_EUNSUPPORTED;
    lib.jpeg_destroy_decompress(&d->c);
    if (st == UM_EUNSUPPORTED) {
        av_frame_unref(out);
        s->damage = before;
        begin(d, s);
    }
    return st;
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    struct decoding d = {.cut_row = -1};
    um_status st = um_still_load(s, err);
    if (st < 0)
        return st;
    st = UM_EUNSUPPORTED;
    if (lib_loads()) {
        begin(&d, s);
        if ((st = decode_planes(out, &d, err)) == UM_EUNSUPPORTED)
            check(&d);
    }
    if (st == UM_EUNSUPPORTED)
        st = um_still_packet(out, s, AV_CODEC_ID_MJPEG, err);
    return st == UM_OK && d.cut_row >= 0 ? um_still_cut(out, s, d.cut_row, err) : st;
}

const um_still_reader um_still_jpeg = {is_jpeg, look, decode};
