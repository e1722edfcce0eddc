/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer.c: codes of libraries as what happened to the file. What is not listed is damage: FFmpeg answers
 * with any number, -1 included, and a file is what was handed to it. */
#include "av/source/answer.h"
#include <errno.h>
#include <libavutil/error.h>
#include <libheif/heif.h>

um_fate um_answer_of_ffmpeg(int code)
{
    switch (code) {
    case AVERROR_EOF:
        return UM_FATE_ENDS_EARLY;
    case AVERROR(ENOMEM): /* also the answer of its demuxers to a header that is not all there */
    case AVERROR(ERANGE):
    case AVERROR(EOVERFLOW):
    case AVERROR(EFBIG):
    case AVERROR_BUFFER_TOO_SMALL:
        return UM_FATE_TOO_LARGE;
    case AVERROR_PATCHWELCOME:
    case AVERROR_DECODER_NOT_FOUND:
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR_BSF_NOT_FOUND:
    case AVERROR_FILTER_NOT_FOUND:
    case AVERROR_STREAM_NOT_FOUND:
    case AVERROR_OPTION_NOT_FOUND:
    case AVERROR_EXPERIMENTAL:
    case AVERROR(ENOSYS):
    case AVERROR(ENOTSUP):
        return UM_FATE_UNSUPPORTED;
    case AVERROR(EIO):
    case AVERROR(EISDIR):
    case AVERROR(EBADF):
    case AVERROR(ENXIO):
    case AVERROR(ENODEV):
    case AVERROR(ESTALE):
    case AVERROR(ETIMEDOUT):
        return UM_FATE_UNREADABLE;
    case AVERROR(EPERM):
    case AVERROR(EACCES):
    case AVERROR(ENOENT):
    case AVERROR_PROTOCOL_NOT_FOUND:
        return UM_FATE_REFERS;
    case AVERROR_BUG:
    case AVERROR_BUG2:
    case AVERROR_EXTERNAL:
    case AVERROR_UNKNOWN:
        return UM_FATE_FAILED;
    default:
        return UM_FATE_DAMAGED;
    }
}

um_fate um_answer_of_heif(int code, int sub_code)
{
    switch (code) {
    case heif_error_Memory_allocation_error: /* most often a limit of its own that a declared size exceeds */
        return UM_FATE_TOO_LARGE;
    case heif_error_Unsupported_filetype:
    case heif_error_Unsupported_feature:
        return UM_FATE_UNSUPPORTED;
    case heif_error_Decoder_plugin_error:
    case heif_error_Usage_error:
        return UM_FATE_FAILED;
    default:
        return sub_code == heif_suberror_End_of_data ? UM_FATE_ENDS_EARLY : UM_FATE_DAMAGED;
    }
}
