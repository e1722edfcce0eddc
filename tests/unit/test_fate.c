/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever code a library answers with, it becomes one line about the file; exhausted memory is said only
 * when an allocation of ours failed. */
#include "../check.h"
#include "av/source/answer.h"
#include <errno.h>
#include <libavutil/error.h>
#include <libheif/heif.h>
#include <string.h>

static bool is_sane(um_fate fate)
{
    um_error err = {0};
    um_status st = um_fail_fate(&err, fate, "some.file");
    return st < 0 && st == err.code && st == um_fate_status(fate) && st != UM_ENOMEM && st != UM_EINTERNAL &&
           !strncmp(err.text, "some.file: ", 11) && strstr(err.text, um_fate_words(fate)) &&
           !strchr(err.text, '\n') && !strstr(err.text, "memory");
}

static void test_every_code_of_ffmpeg(void)
{
    static const int tags[] = {AVERROR_BSF_NOT_FOUND,
                               AVERROR_BUG,
                               AVERROR_BUFFER_TOO_SMALL,
                               AVERROR_DECODER_NOT_FOUND,
                               AVERROR_DEMUXER_NOT_FOUND,
                               AVERROR_ENCODER_NOT_FOUND,
                               AVERROR_EOF,
                               AVERROR_EXIT,
                               AVERROR_EXTERNAL,
                               AVERROR_FILTER_NOT_FOUND,
                               AVERROR_INVALIDDATA,
                               AVERROR_MUXER_NOT_FOUND,
                               AVERROR_OPTION_NOT_FOUND,
                               AVERROR_PATCHWELCOME,
                               AVERROR_PROTOCOL_NOT_FOUND,
                               AVERROR_STREAM_NOT_FOUND,
                               AVERROR_BUG2,
                               AVERROR_UNKNOWN,
                               AVERROR_EXPERIMENTAL,
                               AVERROR_INPUT_CHANGED,
                               AVERROR_OUTPUT_CHANGED,
                               AVERROR_HTTP_FORBIDDEN,
                               AVERROR_HTTP_SERVER_ERROR,
                               INT32_MIN};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        CHECK(is_sane(um_answer_of_ffmpeg(tags[i])));
    for (int e = 1; e < 4096; e++) /* all of errno, and what lies beyond */
        CHECK(is_sane(um_answer_of_ffmpeg(AVERROR(e))));
    CHECK(um_answer_of_ffmpeg(AVERROR_INVALIDDATA) == UM_FATE_DAMAGED);
    CHECK(um_answer_of_ffmpeg(AVERROR_EOF) == UM_FATE_ENDS_EARLY);
    CHECK(um_answer_of_ffmpeg(AVERROR(ENOMEM)) == UM_FATE_TOO_LARGE);
    CHECK(um_answer_of_ffmpeg(AVERROR(EIO)) == UM_FATE_UNREADABLE);
    CHECK(um_answer_of_ffmpeg(AVERROR_PATCHWELCOME) == UM_FATE_UNSUPPORTED);
    CHECK(um_answer_of_ffmpeg(-1) == UM_FATE_REFERS); /* EPERM */
}

static void test_every_code_of_libheif(void)
{
    for (int code = 1; code < 64; code++)
        for (int sub = 0; sub < 8192; sub += sub < 200 ? 1 : 100)
            CHECK(um_answer_of_heif(code, sub) <= UM_FATE_FAILED);
    for (int code = 1; code < 64; code++)
        CHECK(is_sane(um_answer_of_heif(code, heif_suberror_End_of_data)));
    CHECK(um_answer_of_heif(heif_error_Invalid_input, heif_suberror_End_of_data) == UM_FATE_ENDS_EARLY);
    CHECK(um_answer_of_heif(heif_error_Memory_allocation_error, 0) == UM_FATE_TOO_LARGE);
    CHECK(um_answer_of_heif(heif_error_Unsupported_feature, 0) == UM_FATE_UNSUPPORTED);
}

static void test_memory(void)
{
    um_error err = {0};
    um_alloc_fail_at(0);
    CHECK(um_fail_fate(&err, UM_FATE_TOO_LARGE, "x") == UM_ENOMEM && err.code == UM_ENOMEM);
    um_alloc_fail_at(0);
    CHECK(um_fail_fate(&err, UM_FATE_DAMAGED, "x") == UM_EFORMAT);
    um_alloc_fail_at(-1);
    CHECK(um_fail_fate(NULL, UM_FATE_TOO_LARGE, "x") == UM_EFORMAT);
}

int main(void)
{
    test_every_code_of_ffmpeg();
    test_every_code_of_libheif();
    test_memory();
    return check_done();
}
