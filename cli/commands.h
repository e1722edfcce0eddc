/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands.h: one line per command, in the order of the help; each lives in cmd_NAME.c. */
#ifndef UM_COMMANDS_H
#define UM_COMMANDS_H
#include "opt.h"
/* clang-format off */
#define UM_COMMANDS(X) \
    X(analyze) \
    X(report) \
    X(evaluate) \
    X(train) \
    X(predict) \
    X(faces) \
    X(probe) \
    X(edges) \
    X(prnu) \
    X(voice) \
    X(model) \
    X(models) \
    X(signals)
/* clang-format on */

#define X(name) extern const um_command um_cmd_##name;
UM_COMMANDS(X)
#undef X
#endif
