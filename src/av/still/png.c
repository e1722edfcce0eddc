/* SPDX-License-Identifier: GPL-3.0-or-later */
/* png.c: PNG (ISO 15948) without animation, by libpng, which checks every sum in the file. */
#include "av/source/damage.h"
#include "av/still/readers.h"
#include "base/base.h"
#include "base/lazy.h"
#include "probe/bytes.h"
#include "probe/orientation.h"
#include <libavutil/pixfmt.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libpng16.so.16"
#define FUNCTIONS(F)               \
    F(png_create_info_struct)      \
    F(png_create_read_struct)      \
    F(png_destroy_read_struct)     \
    F(png_error)                   \
    F(png_get_bit_depth)           \
    F(png_get_color_type)          \
    F(png_get_image_height)        \
    F(png_get_image_width)         \
    F(png_get_io_ptr)              \
    F(png_get_valid)               \
    F(png_longjmp)                 \
    F(png_get_error_ptr)           \
    F(png_read_end)                \
    F(png_read_info)               \
    F(png_read_row)                \
    F(png_read_update_info)        \
    F(png_set_benign_errors)       \
    F(png_set_chunk_malloc_max)    \
    F(png_set_crc_action)          \
    F(png_set_expand)              \
    F(png_set_interlace_handling)  \
    F(png_set_keep_unknown_chunks) \
    F(png_set_longjmp_fn)          \
    F(png_set_read_fn)             \
    F(png_set_user_limits)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

enum { CHUNKS_MAX = 4096, EXIF_MAX = 1 << 20, CHUNK_MEMORY = 64 << 20 };

/* Calls `chunk` for each, until it returns false; false when that is so. Data begins 8 bytes behind `at`. */
static bool each_chunk(const um_input *in, bool (*chunk)(void *, const uint8_t *head, int64_t at), void *to)
{
    uint8_t head[8];
    int64_t at = 8;
    for (int i = 0; i < CHUNKS_MAX && um_input_read_all(in, at, head, 8); i++) {
        if (!chunk(to, head, at))
            return false;
        at += 12 + (int64_t)um_be32(head);
    }
    return true;
}

/* acTL stands before the pixels of an animation (APNG specification 1.0). */
static bool stops_still(void *to, const uint8_t *head, int64_t at)
{
    bool *animated = to;
    *animated = !memcmp(head + 4, "acTL", 4);
    return !*animated && memcmp(head + 4, "IDAT", 4) != 0;
}

static bool is_png(const um_input *input)
{
    uint8_t start[8];
    bool animated = false;
    if (!um_input_read_all(input, 0, start, 8) || memcmp(start, "\x89PNG\r\n\x1a\n", 8) != 0)
        return false;
    each_chunk(input, stops_still, &animated);
    return !animated;
}

/* The standard's third edition allows eXIf before and after the pixels. */
static bool orientation(void *to, const uint8_t *head, int64_t at)
{
    um_still *s = to;
    const uint32_t n = um_be32(head);
    if (memcmp(head + 4, "eXIf", 4) != 0 || n > EXIF_MAX)
        return true;
    uint8_t *exif = um_calloc(n + 1, 1);
    if (exif && um_input_read_all(s->input, at + 8, exif, n))
        s->orientation = um_exif_orientation(exif, n);
    free(exif);
    return false;
}

static um_status look(um_still *s, um_error *err)
{
    static const struct {
        uint8_t type, depth;
        const char *name;
    } formats[] = {{0, 1, "monob"},   {0, 8, "gray"},     {0, 16, "gray16be"},
                   {2, 8, "rgb24"},   {2, 16, "rgb48be"}, {4, 8, "ya8"},
                   {4, 16, "ya16be"}, {6, 8, "rgba"},     {6, 16, "rgba64be"}};
    uint8_t b[26];
    if (!um_input_read_all(s->input, 8, b, sizeof b) || memcmp(b + 4, "IHDR", 4) != 0)
        return um_fail(err, UM_EFORMAT, "%s: a PNG file without a header", s->input->path);
    s->container = s->codec = "png";
    s->width = um_be32(b + 8) > INT32_MAX ? 0 : (int)um_be32(b + 8);
    s->height = um_be32(b + 12) > INT32_MAX ? 0 : (int)um_be32(b + 12);
    s->pixel_format = b[17] == 3 ? "pal8" : "gray";
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (b[17] == formats[i].type && b[16] == formats[i].depth)
            s->pixel_format = formats[i].name;
    each_chunk(s->input, orientation, s);
    return UM_OK;
}

/* ---- pixels ---- */

struct reading {
    um_still *still;
    AVFrame *frame;
    png_structp png;
    png_infop info;
    int64_t at;
    int rows, pass; /* read so far: whole passes, and rows of the one that is read */
    bool no_memory, ended;
    char why[100];
};

static void read_bytes(png_structp png, png_bytep to, size_t n)
{
    struct reading *r = lib.png_get_io_ptr(png);
    if (!um_input_read_all(r->still->input, r->at, to, n)) {
        r->ended = true;
        lib.png_error(png, "the file ends");
    }
    r->at += (int64_t)n;
}

static void on_error(png_structp png, png_const_charp why)
{
    struct reading *r = lib.png_get_error_ptr(png);
    r->no_memory |= strstr(why, "emory") != NULL;
    snprintf(r->why, sizeof r->why, "%s", why);
    lib.png_longjmp(png, 1);
}

/* Of what libpng warns of only this is damage: the rest is unusual. */
static void on_warning(png_structp png, png_const_charp what)
{
    struct reading *r = lib.png_get_error_ptr(png);
    if (strstr(what, "CRC error"))
        um_still_damaged(r->still, "a checksum in the file is wrong");
}

static int format_of(int type, int depth)
{
    switch (type) {
    case PNG_COLOR_TYPE_GRAY:
        return depth == 16 ? AV_PIX_FMT_GRAY16BE : AV_PIX_FMT_GRAY8;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        return depth == 16 ? AV_PIX_FMT_YA16BE : AV_PIX_FMT_YA8;
    case PNG_COLOR_TYPE_RGB:
        return depth == 16 ? AV_PIX_FMT_RGB48BE : AV_PIX_FMT_RGB24;
    default:
        return depth == 16 ? AV_PIX_FMT_RGBA64BE : AV_PIX_FMT_RGBA;
    }
}

/* Jumps out at what libpng calls an error. */
static um_status read_rows(struct reading *r, um_error *err)
{
    png_structp png = r->png;
    lib.png_read_info(png, r->info);
    lib.png_set_expand(png); /* palettes, few bits, one transparent colour */
    const int passes = lib.png_set_interlace_handling(png);
    lib.png_read_update_info(png, r->info);
    AVFrame *f = r->frame;
    um_status st = um_still_frame(
        f, format_of(lib.png_get_color_type(png, r->info), lib.png_get_bit_depth(png, r->info)),
        (int)lib.png_get_image_width(png, r->info), (int)lib.png_get_image_height(png, r->info), err);
    if (st < 0)
        return st;
    for (r->pass = 0; r->pass < passes; r->pass++)
        for (r->rows = 0; r->rows < f->height; r->rows++) {
            uint8_t *row = f->data[0] + (ptrdiff_t)r->rows * f->linesize[0];
            /* a pass fills what the later ones have not said yet */
            lib.png_read_row(png, passes > 1 ? NULL : row, passes > 1 ? row : NULL);
        }
    lib.png_read_end(png, NULL);
    return UM_OK;
}

static um_status end_of(struct reading *r, um_error *err)
{
    um_still *s = r->still;
    AVFrame *f = r->frame;
    const bool whole = f->data[0] && r->rows == f->height && r->pass > 0;
    if (r->no_memory)
        return um_fail_oom(err);
    s->damage.truncated |= r->ended;
    if (!f->data[0])
        return um_fail(err, UM_EFORMAT, "%s: the picture is damaged: %s", s->input->path, r->why);
    if (r->pass > 0 && !whole) {
        um_still_damaged(s, "the picture ends early: only a coarse one is there");
        return UM_OK;
    }
    if (!whole)
        return um_still_cut(f, s, r->rows, err);
    um_still_damaged(s, r->ended ? "the file ends early" : "what follows the picture is damaged");
    return UM_OK;
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    struct reading r = {.still = s, .frame = out};
    um_status st;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: PNG needs " LIBRARY ", which cannot be loaded",
                       s->input->path);
    r.png = lib.png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
    r.info = r.png ? lib.png_create_info_struct(r.png) : NULL;
    if (!r.info) {
        lib.png_destroy_read_struct(&r.png, NULL, NULL);
        return um_fail_oom(err);
    }
    lib.png_set_user_limits(r.png, UM_IMAGE_MAX_SIDE, UM_IMAGE_MAX_SIDE);
    lib.png_set_chunk_malloc_max(r.png, CHUNK_MEMORY);
    lib.png_set_crc_action(r.png, PNG_CRC_WARN_USE, PNG_CRC_WARN_USE);
    lib.png_set_read_fn(r.png, &r, read_bytes);
    /* only what pixels need is looked at: texts and profiles are the probe's */
    lib.png_set_keep_unknown_chunks(r.png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    if (setjmp(*lib.png_set_longjmp_fn(r.png, longjmp, sizeof(jmp_buf))) == 0)
        st = read_rows(&r, err);
    else
        st = end_of(&r, err);
    lib.png_destroy_read_struct(&r.png, &r.info, NULL);
    return st;
}

const um_still_reader um_still_png = {is_png, look, decode};
