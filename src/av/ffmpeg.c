/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ffmpeg.c: where the two libraries are loaded. */
#define UM_AV_FFMPEG_C
#include "av/ffmpeg.h"
#include <libavutil/macros.h>

#define FORMAT "libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR)
#define CODEC "libavcodec.so." AV_STRINGIFY(LIBAVCODEC_VERSION_MAJOR)

struct um_avformat um_avformat;
struct um_avcodec um_avcodec;
static bool is_there;

static void load(void)
{
    static const char *const formats[] = {UM_AVFORMAT(UM_LAZY_NAME)}, *const codecs[] = {
                                                                          UM_AVCODEC(UM_LAZY_NAME)};
    is_there = um_lazy_load(&um_avcodec, CODEC, codecs, sizeof codecs / sizeof *codecs) &&
               um_lazy_load(&um_avformat, FORMAT, formats, sizeof formats / sizeof *formats);
}

bool um_ffmpeg_loads(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_there;
}

um_status um_ffmpeg_missing(um_error *err)
{
    return um_fail(err, UM_EUNSUPPORTED, "FFmpeg cannot be loaded: %s or %s", FORMAT, CODEC);
}
