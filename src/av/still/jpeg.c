/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jpeg.c: JPEG (ITU T.81). FFmpeg decodes; libjpeg, which says more of what is wrong, reads the coded data
 * once before, without making a picture of it.
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
    F(jpeg_read_scanlines)     \
    F(jpeg_start_decompress)   \
    F(jpeg_std_error)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

#define MEMORY_MAX (1L << 30)

enum {
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    APP1 = 0xE1,
    EXIF_MAX = 1 << 16,
    SCANS_MAX = 500, /* of a progressive picture; libjpeg-turbo's own tools stop there */
    STRAY_MAX = 8,   /* bytes before a marker that belong to nothing: some cameras leave a few */
    PIECE = 1 << 16,
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

static const char *format_of(const uint8_t *sof, size_t n)
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
    for (size_t i = 0; sof[5] == 3 && i < sizeof formats / sizeof *formats; i++)
        if (sof[7] >> 4 == formats[i].h * (sof[10] >> 4) && (sof[7] & 15) == formats[i].v * (sof[10] & 15))
            return formats[i].name;
    return "";
}

/* The segments before the first scan. */
static um_status look(um_still *s, um_error *err)
{
    const um_input *in = s->input;
    bool has_exif = false;
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
            s->pixel_format = format_of(part, n);
            return UM_OK;
        }
        if (marker == APP1 && !has_exif && um_input_read_all(in, at + 4, part, n) && n >= 6 &&
            !memcmp(part, "Exif\0", 5)) {
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

/* ---- what is wrong with the coded data ---- */

struct check {
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf fatal;
    um_still *still;
    int cut_row; /* where the file ended; -1: it did not */
};

static void give_up(j_common_ptr c)
{
    longjmp(((struct check *)c->err)->fatal, 1);
}

static void hear(j_common_ptr common, int level)
{
    j_decompress_ptr c = (j_decompress_ptr)common;
    struct check *k = (struct check *)c->err;
    if (level >= 0)
        return;
    switch (c->err->msg_code) {
    case JWRN_JPEG_EOF: {
        /* every scan of a progressive picture is of all its rows */
        const bool all = c->progressive_mode || c->comps_in_scan < c->num_components;
        k->still->damage.truncated = true;
        if (all)
            um_still_damaged(k->still, "the picture ends early");
        if (k->cut_row < 0)
            k->cut_row = all ? (int)c->image_height : (int)c->output_scanline * 8;
        break;
    }
    case JWRN_EXTRANEOUS_DATA:
        if (c->err->msg_parm.i[0] > STRAY_MAX)
            um_still_damaged(k->still, "coded data is left over");
        break;
    case JWRN_HIT_MARKER:
        um_still_damaged(k->still, "coded data is missing");
        break;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
        um_still_damaged(k->still, "coded data is wrong");
        break;
    default:
        break;
    }
}

static void hear_nothing(j_common_ptr c)
{
}

static void watch(j_common_ptr common)
{
    j_decompress_ptr c = (j_decompress_ptr)common;
    if (c->input_scan_number > SCANS_MAX)
        give_up(common);
}

/* At an eighth of its size a picture needs no transform and next to no memory. */
static void check(struct check *k)
{
    struct jpeg_decompress_struct c = {.err = &k->errors};
    um_still *s = k->still;
    uint8_t *row = NULL;
    c.err = lib.jpeg_std_error(&k->errors);
    k->errors.error_exit = give_up;
    k->errors.emit_message = hear;
    k->errors.output_message = hear_nothing;
    k->progress.progress_monitor = watch;
    if (setjmp(k->fatal) == 0) {
        lib.jpeg_CreateDecompress(&c, JPEG_LIB_VERSION, sizeof c);
        c.progress = &k->progress;
        c.mem->max_memory_to_use = MEMORY_MAX; /* of a progressive picture; beyond it nothing is claimed */
        lib.jpeg_mem_src(&c, s->bytes, s->n);
        lib.jpeg_read_header(&c, TRUE);
        c.scale_num = 1;
        c.scale_denom = 8;
        c.out_color_space = c.jpeg_color_space;
        c.do_fancy_upsampling = FALSE;
        lib.jpeg_start_decompress(&c);
        row = c.mem->alloc_small((j_common_ptr)&c, JPOOL_IMAGE,
                                 (size_t)c.output_width * (size_t)c.output_components);
        while (c.output_scanline < c.output_height && k->cut_row < 0)
            lib.jpeg_read_scanlines(&c, &row, 1);
        if (k->cut_row < 0)
            lib.jpeg_finish_decompress(&c);
    }
    lib.jpeg_destroy_decompress(&c);
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    struct check k = {.still = s, .cut_row = -1};
    um_status st = um_still_load(s, err);
    if (st == UM_OK && lib_loads())
        check(&k);
    if (st == UM_OK)
        st = um_still_packet(out, s, AV_CODEC_ID_MJPEG, err);
    return st == UM_OK && k.cut_row >= 0 ? um_still_cut(out, s, k.cut_row, err) : st;
}

const um_still_reader um_still_jpeg = {is_jpeg, look, decode};
