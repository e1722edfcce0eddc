/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gif.c: GIF has no checksum, but its codes must be in the table and give all pixels of a picture. */
#include "av/still/gif.h"
#include "av/source/damage.h"
#include "base/base.h"
#include "base/lazy.h"
#include <gif_lib.h>
#include <stdlib.h>

#define LIBRARY "libgif.so.7"
#define FUNCTIONS(F)        \
    F(DGifCloseFile)        \
    F(DGifGetExtension)     \
    F(DGifGetExtensionNext) \
    F(DGifGetImageDesc)     \
    F(DGifGetLine)          \
    F(DGifGetRecordType)    \
    F(DGifOpen)
UM_LAZY_LIBRARY(LIBRARY, FUNCTIONS)

enum { PICTURES_MAX = 1 << 16, SIDE_MAX = 1 << 16 };

struct file {
    const um_input *input;
    int64_t at;
    bool ended;
};

static int read_bytes(GifFileType *gif, GifByteType *to, int n)
{
    struct file *f = gif->UserData;
    const ssize_t got = um_input_read(f->input, f->at, to, (size_t)n);
    f->ended |= got < n;
    f->at += got > 0 ? got : 0;
    return (int)(got > 0 ? got : 0);
}

static bool skip_extension(GifFileType *gif)
{
    GifByteType *block = NULL;
    int code;
    bool good = lib.DGifGetExtension(gif, &code, &block) == GIF_OK;
    while (good && block)
        good = lib.DGifGetExtensionNext(gif, &block) == GIF_OK;
    return good;
}

static bool read_picture(GifFileType *gif, GifPixelType *row)
{
    bool good = lib.DGifGetImageDesc(gif) == GIF_OK && gif->Image.Width <= SIDE_MAX;
    for (int y = 0; good && y < gif->Image.Height; y++)
        good = lib.DGifGetLine(gif, row, gif->Image.Width) == GIF_OK;
    return good;
}

void um_gif_check(um_damage *damage, const um_input *input)
{
    struct file f = {.input = input};
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    int why = 0;
    bool good = true, picture = false;
    GifPixelType *row = lib_loads() ? um_calloc(SIDE_MAX + 1, sizeof *row) : NULL;
    GifFileType *gif = row ? lib.DGifOpen(&f, read_bytes, &why) : NULL;
    for (int i = 0; gif && good && type != TERMINATE_RECORD_TYPE && i < PICTURES_MAX; i++) {
        good = lib.DGifGetRecordType(gif, &type) == GIF_OK;
        picture = good && type == IMAGE_DESC_RECORD_TYPE;
        if (picture)
            good = read_picture(gif, row);
        else if (good && type == EXTENSION_RECORD_TYPE)
            good = skip_extension(gif);
    }
    if (gif && !good && (picture || !f.ended)) { /* many files lack the end mark: nothing is missing then */
        damage->broken_frames++;
        damage->truncated |= f.ended;
        um_damage_note(damage, f.ended ? "the picture ends early" : "coded data is wrong");
    }
    if (gif)
        lib.DGifCloseFile(gif, &why);
    free(row);
}
