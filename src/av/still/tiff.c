/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tiff.c: TIFF and BigTIFF, strips and tiles, whatever compresses them, by libtiff; samples that it does not
 * turn to RGB (floats, say) by FFmpeg. Of a raw photo in a TIFF file (DNG) the preview is shown. */
#include "av/source/damage.h"
#include "av/still/readers.h"
#include "base/base.h"
#include "base/lazy.h"
#include "probe/deflate.h"
#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#define LIBRARY "libtiff.so.6"
#define FUNCTIONS(F)                        \
    F(TIFFClientOpenExt)                    \
    F(TIFFClose)                            \
    F(TIFFCurrentDirOffset)                 \
    F(TIFFGetField)                         \
    F(TIFFGetFieldDefaulted)                \
    F(TIFFIsTiled)                          \
    F(TIFFOpenOptionsAlloc)                 \
    F(TIFFOpenOptionsFree)                  \
    F(TIFFOpenOptionsSetErrorHandlerExtR)   \
    F(TIFFOpenOptionsSetMaxSingleMemAlloc)  \
    F(TIFFOpenOptionsSetWarningHandlerExtR) \
    F(TIFFRGBAImageBegin)                   \
    F(TIFFRGBAImageEnd)                     \
    F(TIFFRGBAImageGet)                     \
    F(TIFFRGBAImageOK)                      \
    F(TIFFNumberOfStrips)                   \
    F(TIFFNumberOfTiles)                    \
    F(TIFFRawStripSize64)                   \
    F(TIFFReadDirectory)                    \
    F(TIFFReadRawStrip)                     \
    F(TIFFReadRawTile)                      \
    F(TIFFSetSubDirectory)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

enum { PAGES_MAX = 64, CFA = 32803, LINEAR_RAW = 34892, GREY = 128 };
#define ALLOC_MAX ((tmsize_t)1 << 31)

struct file {
    um_still *still;
    int64_t at;
    TIFF *tiff;
    char why[120]; /* what libtiff said first */
    bool is_wrong; /* it decodes, but not to what it was */
};

/* ---- libtiff's view of the file ---- */

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t n)
{
    struct file *f = handle;
    ssize_t got = n > 0 ? um_input_read(f->still->input, f->at, to, (size_t)n) : 0;
    f->at += got > 0 ? got : 0;
    return got;
}

static tmsize_t write_nothing(thandle_t handle, void *from, tmsize_t n)
{
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    struct file *f = handle;
    const int64_t base = whence == SEEK_CUR ? f->at : whence == SEEK_END ? f->still->input->size : 0;
    if (offset > INT64_MAX || (int64_t)offset > INT64_MAX - base || base + (int64_t)offset < 0)
        return (toff_t)-1;
    f->at = base + (int64_t)offset;
    return (toff_t)f->at;
}

static int close_nothing(thandle_t handle)
{
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return (toff_t)((struct file *)handle)->still->input->size;
}

static int on_error(TIFF *tiff, void *to, const char *module, const char *format, va_list args)
{
    struct file *f = to;
    if (!*f->why)
        vsnprintf(f->why, sizeof f->why, format, args);
    return 1;
}

/* Only libjpeg's: of what else libtiff warns is unusual, not damaged. */
static int on_warning(TIFF *tiff, void *to, const char *module, const char *format, va_list args)
{
    struct file *f = to;
    char line[160];
    vsnprintf(line, sizeof line, format, args);
    f->is_wrong |= module && !strcmp(module, "JPEGLib") && strstr(line, "orrupt JPEG data");
    return 1;
}

/* ---- directories ---- */

static bool is_tiff(const um_input *input)
{
    char b[4];
    return um_input_read_all(input, 0, b, 4) &&
           (!memcmp(b, "II*", 4) || !memcmp(b, "MM\0*", 4) || !memcmp(b, "II+", 4) || !memcmp(b, "MM\0+", 4));
}

struct page {
    toff_t offset;
    uint32_t width, height, subfile;
    uint16_t photometric;
};

static struct page page_of(struct file *f)
{
    struct page p = {.offset = lib.TIFFCurrentDirOffset(f->tiff)};
    lib.TIFFGetField(f->tiff, TIFFTAG_IMAGEWIDTH, &p.width);
    lib.TIFFGetField(f->tiff, TIFFTAG_IMAGELENGTH, &p.height);
    lib.TIFFGetFieldDefaulted(f->tiff, TIFFTAG_SUBFILETYPE, &p.subfile);
    if (!lib.TIFFGetField(f->tiff, TIFFTAG_PHOTOMETRIC, &p.photometric))
        p.photometric = UINT16_MAX;
    return p;
}

static bool is_raw(const struct page *p)
{
    return p->photometric == CFA || p->photometric == LINEAR_RAW;
}

static int list_pages(struct page *pages, struct file *f)
{
    int n = 0;
    do {
        uint16_t n_below = 0;
        const toff_t *below = NULL;
        toff_t kept[PAGES_MAX];
        const toff_t here = lib.TIFFCurrentDirOffset(f->tiff);
        pages[n++] = page_of(f);
        if (lib.TIFFGetField(f->tiff, TIFFTAG_SUBIFD, &n_below, &below) && below)
            memcpy(kept, below, sizeof *kept * (n_below = n_below < PAGES_MAX ? n_below : PAGES_MAX));
        else
            n_below = 0;
        for (int i = 0; i < n_below && n < PAGES_MAX; i++)
            if (lib.TIFFSetSubDirectory(f->tiff, kept[i]))
                pages[n++] = page_of(f);
        if (n_below && !lib.TIFFSetSubDirectory(f->tiff, here))
            break;
    } while (n < PAGES_MAX && lib.TIFFReadDirectory(f->tiff));
    return n;
}

/* The first page that is no thumbnail; of a raw photo the largest picture beside the raw samples. */
static um_status choose(struct file *f, um_error *err)
{
    struct page pages[PAGES_MAX];
    const void *version;
    uint16_t n_version;
    um_still *s = f->still;
    bool raw = lib.TIFFGetField(f->tiff, TIFFTAG_DNGVERSION, &version) ||
               lib.TIFFGetField(f->tiff, TIFFTAG_DNGVERSION, &n_version, &version);
    const int n = list_pages(pages, f);
    const struct page *best = NULL;
    for (int i = 0; i < n; i++)
        raw |= is_raw(&pages[i]);
    for (int i = 0; i < n; i++) {
        const struct page *p = &pages[i];
        if (raw ? !is_raw(p) && p->width && (!best || p->width > best->width)
                : !best && !(p->subfile & FILETYPE_REDUCEDIMAGE))
            best = p;
    }
    if (!best)
        best = &pages[0];
    if (!lib.TIFFSetSubDirectory(f->tiff, best->offset))
        return um_fail(err, UM_EFORMAT, "%s: %s", s->input->path, f->why);
    s->width = best->width > INT32_MAX ? 0 : (int)best->width;
    s->height = best->height > INT32_MAX ? 0 : (int)best->height;
    if (raw && !is_raw(best))
        s->remark = "a raw photo: the preview in it is shown, made by the camera or a program";
    else if (raw)
        s->remark = "a raw photo without a preview: shown as the sensor saw it, not developed";
    return UM_OK;
}

static um_status open_file(struct file *f, um_error *err)
{
    um_still *s = f->still;
    if (!lib_loads())
        return um_fail(err, UM_EUNSUPPORTED, "%s: TIFF needs " LIBRARY ", which cannot be loaded",
                       s->input->path);
    TIFFOpenOptions *options = lib.TIFFOpenOptionsAlloc();
    if (!options)
        return um_fail_oom(err);
    lib.TIFFOpenOptionsSetMaxSingleMemAlloc(options, ALLOC_MAX);
    lib.TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, f);
    lib.TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, f);
    f->tiff = lib.TIFFClientOpenExt("", "rm", f, read_bytes, write_nothing, seek, close_nothing, size_of,
                                    NULL, NULL, options);
    lib.TIFFOpenOptionsFree(options);
    if (!f->tiff)
        return um_fail(err, UM_EFORMAT,
                       "%s: the TIFF file is damaged or ends early: its directory is not there",
                       s->input->path);
    return choose(f, err);
}

static void close_file(struct file *f)
{
    if (f->tiff)
        lib.TIFFClose(f->tiff);
}

static um_status look(um_still *s, um_error *err)
{
    static const struct {
        uint16_t samples, bits;
        const char *name;
    } formats[] = {{1, 1, "monob"}, {1, 8, "gray"},   {1, 16, "gray16"}, {2, 8, "ya8"},
                   {3, 8, "rgb24"}, {3, 16, "rgb48"}, {4, 8, "rgba"},    {4, 16, "rgba64"}};
    struct file f = {.still = s};
    um_status st = open_file(&f, err);
    uint16_t orientation = 1, samples = 0, bits = 0;
    s->container = s->codec = "tiff";
    if (st == UM_OK) {
        lib.TIFFGetFieldDefaulted(f.tiff, TIFFTAG_ORIENTATION, &orientation);
        lib.TIFFGetFieldDefaulted(f.tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
        lib.TIFFGetFieldDefaulted(f.tiff, TIFFTAG_BITSPERSAMPLE, &bits);
        s->orientation = orientation;
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
            if (formats[i].samples == samples && formats[i].bits == bits)
                s->pixel_format = formats[i].name;
    }
    close_file(&f);
    return st;
}

/* ---- pixels ---- */

/* Alpha is multiplied in already: over white. */
static void put_row(uint8_t *to, const uint32_t *from, int n)
{
    for (int x = 0; x < n; x++) {
        const uint32_t v = from[x], white = 255 - TIFFGetA(v);
        to[3 * x] = (uint8_t)um_clampi((int)(TIFFGetR(v) + white), 0, 255);
        to[3 * x + 1] = (uint8_t)um_clampi((int)(TIFFGetG(v) + white), 0, 255);
        to[3 * x + 2] = (uint8_t)um_clampi((int)(TIFFGetB(v) + white), 0, 255);
    }
}

/* libtiff stops unpacking at the last pixel, before the checksum of a zlib stream. */
static void check_sums(struct file *f)
{
    uint16_t compression = 0;
    lib.TIFFGetFieldDefaulted(f->tiff, TIFFTAG_COMPRESSION, &compression);
    if (compression != COMPRESSION_ADOBE_DEFLATE && compression != COMPRESSION_DEFLATE)
        return;
    const bool tiled = lib.TIFFIsTiled(f->tiff);
    const uint32_t n = tiled ? lib.TIFFNumberOfTiles(f->tiff) : lib.TIFFNumberOfStrips(f->tiff);
    for (uint32_t i = 0; i < n && !f->is_wrong; i++) {
        const uint64_t size = lib.TIFFRawStripSize64(f->tiff, i);
        if (!size || size > (uint64_t)f->still->input->size)
            continue;
        uint8_t *packed = um_calloc(size, 1);
        const tmsize_t got = !packed ? 0
                             : tiled ? lib.TIFFReadRawTile(f->tiff, i, packed, (tmsize_t)size)
                                     : lib.TIFFReadRawStrip(f->tiff, i, packed, (tmsize_t)size);
        f->is_wrong = got == (tmsize_t)size && !um_deflate_is_intact(packed, size);
        free(packed);
    }
}

/* One row of strips or tiles after the other; one that is damaged is grey. */
static um_status read_bands(AVFrame *out, struct file *f, TIFFRGBAImage *image, um_error *err)
{
    um_still *s = f->still;
    uint32_t band = 0;
    lib.TIFFGetFieldDefaulted(f->tiff, lib.TIFFIsTiled(f->tiff) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP,
                              &band);
    if (!band || band > (uint32_t)s->height)
        band = (uint32_t)s->height;
    uint32_t *raster = um_calloc((size_t)band * (size_t)s->width, sizeof *raster);
    um_status st =
        raster ? um_still_frame(out, AV_PIX_FMT_RGB24, s->width, s->height, err) : um_fail_oom(err);
    int last = 0, n_bad = 0;
    for (int y = 0; st == UM_OK && y < s->height; y += (int)band) {
        const int rows = um_clampi(s->height - y, 1, (int)band);
        image->row_offset = y;
        const bool good = lib.TIFFRGBAImageGet(image, raster, (uint32_t)s->width, (uint32_t)rows);
        n_bad += !good;
        last = good ? y + rows : last;
        for (int i = 0; i < rows; i++) {
            uint8_t *to = out->data[0] + (ptrdiff_t)(y + i) * out->linesize[0];
            if (good)
                put_row(to, raster + (size_t)i * (size_t)s->width, s->width);
            else
                memset(to, GREY, 3 * (size_t)s->width);
        }
    }
    free(raster);
    if (st == UM_OK && f->is_wrong)
        um_still_damaged(s, "coded data is wrong");
    if (st < 0 || !n_bad)
        return st;
    if (!last)
        return um_fail(err, UM_EFORMAT, "%s: the picture is damaged: %s", s->input->path, f->why);
    um_still_damaged(s, *f->why ? f->why : "a part of it does not decode");
    return um_still_cut(out, s, last, err);
}

static um_status decode(AVFrame *out, um_still *s, um_error *err)
{
    struct file f = {.still = s};
    TIFFRGBAImage image;
    char why[1024];
    um_status st = open_file(&f, err);
    if (st < 0)
        goto done;
    if (!lib.TIFFRGBAImageOK(f.tiff, why) || !lib.TIFFRGBAImageBegin(&image, f.tiff, 1, why)) {
        if ((st = um_still_load(s, err)) == UM_OK)
            st = um_still_packet(out, s, AV_CODEC_ID_TIFF, err);
        goto done;
    }
    /* as stored: it is turned with all other formats */
    image.orientation = image.req_orientation = ORIENTATION_TOPLEFT;
    *f.why = 0;
    f.is_wrong = false;
    check_sums(&f);
    st = read_bands(out, &f, &image, err);
    lib.TIFFRGBAImageEnd(&image);
done:
    close_file(&f);
    return st;
}

const um_still_reader um_still_tiff = {is_tiff, look, decode};
